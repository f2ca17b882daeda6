"""The README.md of a run folder: what the model is, what it was trained on, how to use it, how good it is known to be.

Written from the other files of the folder, so that it can be written again whenever one of them changes. Loads no
torch.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.methods import registry, run_record
from hsigui.methods.calibration import UNKNOWN, Calibration
from hsigui.methods.run_record import SETTINGS
from hsigui.methods.settings import told
from hsigui.saving import written_beside
from hsigui.texts import say

WEIGHTS = "weights.safetensors"
PROBE, PROBE_NUMBERS = "probe.json", "probe.safetensors"
FEW_SCENES = 6  # are told one by one
ACCURACY, CARD = "accuracy.json", "README.md"
_FILES = {
    SETTINGS: "settings, the scene it was trained on (wavelengths, size), losses, and how features become a map",
    WEIGHTS: "weights of the encoder and its normalisation (`transform.*`: bands used, mean, sd, components)",
    PROBE: "the classifier in words: classes, kind, how maps are drawn",
    PROBE_NUMBERS: "the classifier in numbers, with mean and sd of the features and the transforms of the scene",
    ACCURACY: "the accuracy that was measured",
}


@untrusted.reads
def write_card(folder: Path) -> Path:
    """Writes README.md from the files of a run folder.

    Raises:
        HsiError: the folder holds no run, a file of it is damaged, or it cannot be written.
    """
    try:
        run = run_record.read(folder)
    except FileNotFoundError:
        raise _no_run(folder) from None
    text = card_text(run, _read(folder, PROBE), _read(folder, ACCURACY), [n for n in _FILES if (folder / n).exists()])
    with written_beside(folder / CARD) as (scratch,):
        scratch.write_text(text, encoding="utf-8")
    return folder / CARD


def keep_accuracy(folder: Path, figures: Mapping[str, Any], source: str) -> list[Path]:
    """Keeps figures of accuracy in a run folder and renews its README.md.

    Args:
        figures: as `report.json` holds them under "accuracy": "oa", "aa", "kappa", "n_test", "overlap", "classes";
            "areas" beside it.
        source: where they come from, in words.

    Raises:
        HsiError: they are no such figures, or the folder holds no run or cannot be written.
    """
    content = accuracy_text(figures, source)
    if not (folder / SETTINGS).is_file():
        raise _no_run(folder)
    run_record.put(folder, {ACCURACY: content})
    return [folder / ACCURACY, write_card(folder)]


def accuracy_text(figures: Mapping[str, Any], source: str) -> bytes:
    """What the file of the accuracy holds; see `keep_accuracy`.

    Raises:
        HsiError: they are no such figures.
    """
    if not {"oa", "kappa", "n_test"} <= set(figures):
        raise HsiError(
            say("{source} holds no accuracy.", source=source),
            say("Choose the report.json that hsigui evaluate --report wrote."),
        )
    return json.dumps({"source": source, **figures}, indent=1).encode()


def drop_results(folder: Path) -> None:
    """Removes what belongs to earlier weights: classifier and accuracy."""
    for name in (PROBE, PROBE_NUMBERS, ACCURACY):
        # What another program holds open stays; it is refused later, as the record has no sum of it.
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def card_text(
    run: Mapping[str, Any], probe: Mapping[str, Any] | None, accuracy: Mapping[str, Any] | None, files: list[str]
) -> str:
    """The card in Markdown."""
    spec, scenes = run["spec"], run.get("scenes") or [run["scene"]]
    try:
        info = registry.method(spec["method"])
        title, paper = info.title, info.paper
    except HsiError:  # a method of another version
        title, paper = str(spec["method"]), ""
    untrained = spec.get("epochs") == 0 and run["plan"]["kind"] != "none" and not run.get("from")
    made = "untrained network of its own shape, for" if untrained else "trained on"
    parts = [
        f"# {title} ({spec['preset']}), {made} {_named(scenes)}",
        (
            "An encoder of hyperspectral pixels, learned without labels"
            if run["epochs"]
            else "An encoder of hyperspectral pixels whose weights are those that its seed gives it: nothing is learned"
            if untrained
            else "Features of pixels, untrained"
        )
        + (", and a classifier fitted to a few." if probe else ". It keeps no classifier yet."),
        "## What it is",
        _table(
            {
                "method": f"{title}{f' ({paper})' if paper else ''}",
                "preset, seed": f"{spec['preset']}, {spec['seed']}",
                "epochs or steps": run["epochs"],
                "trained on": f"{run['device']}, {run['seconds']:.0f} s",
                **({"weights kept": _kept(run)} if run.get("monitor", {}).get("kept") else {}),
                **({"stopped early": run["stopped"]} if run.get("stopped") else {}),
                "written by": run["program"],
            }
        ),
        *_of_settings(run),
        "## What it was trained on",
        *_of_scenes(scenes),
        *([_table(more)] if (more := _of_bands_and_origin(run)) else []),
        *(_of_probe(probe) if probe else []),
        "## How good it is",
        _of_accuracy(accuracy),
        "## How to use it",
        _usage(probe is not None, len(scenes)),
        "## Files",
        "\n".join(f"- `{name}`: {_FILES[name]}" for name in files),
        "Other files (`features-*`, `resume.*`) can be deleted; they are made again when they are needed. Nothing in "
        "the folder is pickled, and nothing depends on where it lies: it can be moved, copied or zipped.",
        "## Licence",
        "No licence comes with this model by itself: its maker decides. It was learned from the scene named above"
        + (" and from labels" if probe else "")
        + "; their licences may restrict what may be done with it.",
    ]
    return "\n\n".join(parts) + "\n"


def _kept(run: Mapping[str, Any]) -> str:
    kept = run["monitor"]["kept"]
    if "epoch" in kept:
        return f"those after epoch {kept['epoch']} of {run['epochs']}"
    return f"those after step {kept['step']} of {kept['steps']}"


def _of_settings(run: Mapping[str, Any]) -> list[str]:
    """What was set of the training; nothing for runs that cannot tell."""
    kept = registry.complete(run["spec"]["method"], run["spec"]["preset"], run.get("settings"))
    if not kept:
        return []
    rows = {name: told(value) for name, value in kept.items()}
    if run["epochs"]:
        rows |= {"precision": run.get("precision") or run["spec"].get("precision", "auto")}
        rows |= {"monitor": run.get("monitor", {}).get("name") or "none"}
        watched = run.get("monitor", {}).get("labels", {})
        if watched:
            name = Path(watched.get("file", "")).name or "labels in no file"
            what = "decided which weights are kept" if watched.get("chose") else "looked at, not heeded"
            rows |= {"labels watched by": f"{name}, {watched['pixels']} pixels, SHA-256 {watched['sha256']} ({what})"}
        patience = run["spec"].get("patience")
        rows |= {} if patience is None else {"patience": str(patience)}
        rows |= {"threads": str(run["threads"])} if run.get("threads") else {}
    return ["## How it was trained", _table(rows)]


def _of_scene(scene: Mapping[str, Any]) -> dict[str, Any]:
    rows, cols, bands = scene.get("shape", (0, 0, 0))
    centres = scene.get("wavelengths_nm") or []
    found = {
        "scene": scene.get("name", ""),
        "size": f"{rows} x {cols} pixels, {bands} bands",
        "wavelengths": f"{min(centres):.1f} to {max(centres):.1f} nm" if centres else "not known",
        "weight": f"{scene['weight']:g}" if "weight" in scene else "",
        "fingerprint": scene.get("fingerprint", ""),
    }
    return {name: value for name, value in found.items() if value}


def _of_scenes(scenes: list[Mapping[str, Any]]) -> list[str]:
    """A table for each scene; of many one of all."""
    if len(scenes) <= FEW_SCENES:
        return [_table(_of_scene(scene)) for scene in scenes]
    rows = ["| scene | size | weight | masked out | fingerprint |", "| --- | --- | ---: | ---: | --- |"]
    for scene in scenes:
        size = " x ".join(map(str, scene.get("shape", ())))
        out = scene.get("masked_out", {}).get("pixels", 0)
        name, identity = _cell(str(scene.get("name", ""))), scene.get("fingerprint", "")
        rows.append(f"| {name} | {size} | {scene.get('weight', 1):g} | {out} | {identity} |")
    return ["\n".join(rows)]


def _of_bands_and_origin(run: Mapping[str, Any]) -> dict[str, Any]:
    """How bands of several scenes were brought together, and the run that this one began with; empty for others."""
    bands, begun = run.get("bands", {}), run.get("from", {})
    found = {"bands": bands["words"]} if bands else {}
    if kept := bands.get("normalised"):
        found["normalisation"] = (
            "each scene is brought to one mean and standard deviation of every band; those of the "
            f"{len(kept['scenes'])} scenes stand in `{SETTINGS}` (bands, normalised), and another scene is brought "
            "there by its own"
        )
    if begun:
        found["began with"] = f"the weights of {begun['name']}, trained on {begun.get('scenes', 'other scenes')}"
        found["their SHA-256"] = begun["weights_sha256"]
    return found


def _named(scenes: list[Mapping[str, Any]]) -> str:
    names = [str(scene.get("name", "a scene")) for scene in scenes]
    if len(names) > FEW_SCENES:
        names = [*names[:3], f"{len(names) - 3} more"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _of_probe(probe: Mapping[str, Any]) -> list[str]:
    fitted = probe.get("fitted", {})
    counts = {int(n): count for n, count in fitted.get("counts", {}).items()}
    rows = ["| number | class | colour | labels |", "| ---: | --- | --- | ---: |"]
    for info in probe["classes"]:
        color = "#" + "".join(f"{value:02x}" for value in info["color"])
        number = info["class_id"]
        rows.append(f"| {number} | {_cell(info['class_name'])} | {color} | {counts.get(number, 0)} |")
    kind = {"linear": "logistic regression", "svm": "support vector machine", "forest": "random forest",
            "levels": "mixture of levels of context"}  # fmt: skip
    told = kind.get(probe["probe"]["kind"], probe["probe"]["kind"])
    return [
        "## Classes",
        f"Classifier: {told}, fitted to {sum(counts.values())} labels of {fitted.get('scene', 'the training scene')}.",
        f"Probabilities: {_calibrated(probe['probe'])}",
        "\n".join(rows),
    ]


def _calibrated(probe: Mapping[str, Any]) -> str:
    """By what the probabilities of a kept classifier are calibrated, a sentence."""
    kept = probe.get("calibration")
    words = (UNKNOWN if kept is None else Calibration(**kept)).words
    return words[0].lower() + words[1:]


def _of_accuracy(accuracy: Mapping[str, Any] | None) -> str:
    if accuracy is None:
        return "It has not been measured. `hsigui card RUN --report report.json` adds what `hsigui evaluate` found."
    rows = {"test pixels": accuracy["n_test"], "source": accuracy.get("source", "")}
    for key, name in (("oa", "overall accuracy"), ("aa", "average accuracy"), ("kappa", "kappa")):
        value = accuracy.get(key)
        rows[name] = "n/a" if value is None else f"{value:.4f}" if key == "kappa" else f"{100 * value:.2f} %"
    if accuracy.get("areas"):
        rows["areas"] = str(accuracy["areas"])
    return _table(rows)


def _usage(has_probe: bool, scenes: int) -> str:
    fit = "hsigui classify SCENE --run THIS_FOLDER --labels LABELS --out map.tif"
    use = "hsigui classify CUBES... --run THIS_FOLDER --probe kept --out-dir MAPS"
    text = f"```\n{use if has_probe else fit}\n```\n\n"
    if has_probe:
        return text + (
            "Cubes of the same sensor with the same units (reflectance stays reflectance); other bands are matched by "
            "wavelength. Expect less on scenes of another date or place than where the labels are from."
        )
    which = "the one" if scenes == 1 else "any of those"
    return text + f"SCENE is {which} that it was trained on. That also keeps the classifier here, for other cubes."


def _table(values: Mapping[str, Any]) -> str:
    return "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {_cell(str(v))} |" for name, v in values.items())])


def _cell(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).replace("|", "\\|")


def _no_run(folder: Path) -> HsiError:
    return HsiError(
        say("{folder} is not a run folder: it has no {name}.", folder=folder, name=SETTINGS),
        say("Choose the folder of a run."),
    )


def _read(folder: Path, name: str) -> dict[str, Any] | None:
    """What a JSON file of a run holds; None where there is none, or one that is not of this run.

    Raises:
        HsiError: it is damaged.
    """
    try:
        sums = run_record.sums_of(folder)
        if sums is not None and name not in sums:
            return None
        found = untrusted.json_of(run_record.checked(folder, name).decode("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise HsiError(
            say("{path} is damaged: {error}.", path=folder / name, error=error), say("Write the run again.")
        ) from error
    return found if isinstance(found, dict) else None
