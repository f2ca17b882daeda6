"""A classifier kept in a run folder with all that another scene needs to be seen as the training scene was.

`probe.safetensors` holds the numbers, `probe.json` the words. Beside the fitted probe these are the mean and standard
deviation of the features and the transforms of the blocks beside the encoder's, all of the training scene. Loads no
torch; nothing is pickled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as parse
from safetensors.numpy import save as serialise

from hsigui import __version__, untrusted
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.methods import run_record
from hsigui.methods.calibration import UNKNOWN
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.methods.model_card import ACCURACY, PROBE, PROBE_NUMBERS, WEIGHTS, accuracy_text, write_card
from hsigui.methods.probe import Probe
from hsigui.methods.probe_files import from_parts, to_parts
from hsigui.pipeline.context_features import context_transforms
from hsigui.pipeline.features import Features
from hsigui.pipeline.provenance import raster_hash
from hsigui.pipeline.run_bands import in_bands
from hsigui.specs import MapSpec
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder

FORMAT = 2  # 1 knew no levels of context


@dataclass(frozen=True)
class KeptProbe:
    """A fitted probe and what it goes with.

    Attributes:
        probe: the classifier.
        mean, sd: of the features of the training scene.
        levels: the same of each level of context, by its name, where the features have several.
        transforms: of the blocks of features, in the order of `context_transforms`.
        classes: names and colours.
        map_spec: how maps are drawn.
        about: where it was fitted: "scene", "fingerprint", "labels" (path), "labels_sha256", "counts" (class number ->
            labels), "commands" (those that train the encoder and fit it; earlier versions did not keep them).
    """

    probe: Probe
    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    transforms: tuple[BandTransform, ...]
    classes: ClassTable
    map_spec: MapSpec
    about: Mapping[str, Any] = field(default_factory=dict)
    levels: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]] = field(default_factory=dict)

    def fitted_to(self, features: Features) -> Features:
        """Features of another scene, in the standard scores of the training scene."""
        if features.array.shape[2] != len(self.mean):
            raise HsiError(
                say(
                    "The kept classifier reads {count} features, the run gives {bands}.",
                    count=len(self.mean),
                    bands=features.array.shape[2],
                ),
                say("Classify the training scene with --labels once more."),
            )
        levels = None if features.levels is None else features.levels.seen_as(self.levels)
        return replace(features, mean=self.mean, sd=self.sd, levels=levels)


def of_scene(
    cube: Cube, encoder: Encoder, features: Features, probe: Probe, map_spec: MapSpec, labels: NDArray[np.uint16],
    classes: ClassTable, source: str, ctx: Context, *, variable: str = "", background: str = "",
    buffer: str = "", commands: Sequence[str] = (),
) -> KeptProbe:  # fmt: skip
    """A probe with all that it needs on other scenes.

    Args:
        features: of the scene that the probe was fitted to.
        labels: that it was fitted to, rows x cols.
        source: path of the labels' file; empty where they are in none; `variable`, which of its arrays, and
            `background`, which of its numbers mean no label; `buffer`, within which its points and lines label.
        commands: command lines that train the encoder and fit it.

    Raises:
        HsiError: the transforms beside the encoder's cannot be fitted to the scene.
    """
    seen = in_bands(cube, encoder).cube
    transforms = context_transforms(seen, encoder.recipe.base, (encoder.transform,), encoder.spec.seed, ctx)
    counts = np.bincount(labels[(labels > 0) & features.valid])
    about = {
        "scene": cube.name,
        "fingerprint": scene_fingerprint(cube),
        "labels": source,
        **({"labels_variable": variable} if variable else {}),
        **({"labels_background": background} if background else {}),
        **({"labels_buffer": buffer} if buffer else {}),
        "labels_sha256": raster_hash(labels),
        "counts": {str(n): int(counts[n]) for n in np.flatnonzero(counts)},
        **({"commands": list(commands)} if commands else {}),
    }
    table = classes.merged_with(probe.numbers.tolist())
    levels = {}
    if isinstance(probe, LevelledProbe) and features.levels is not None:
        for name in dict.fromkeys(part.level for part in probe.parts):
            level = features.levels.of(name, ctx)
            levels[name] = level.mean, level.sd
    return KeptProbe(probe, features.mean, features.sd, transforms, table, map_spec, about, levels)


def keep_with_accuracy(
    kept: KeptProbe, folder: Path, figures: Mapping[str, Any] | None, source: str = ""
) -> list[Path]:
    """Keeps a classifier, and how right its map was found to be; figures of an earlier one go.

    Args:
        figures: as `report.json` holds them under "accuracy"; None where the map was not measured.
        source: what it was measured on, in words.

    Raises:
        HsiError: the folder cannot be written or holds no run.
    """
    return save(kept, folder, None if figures is None else accuracy_text(figures, source))


def save(kept: KeptProbe, folder: Path, accuracy: bytes | None = None) -> list[Path]:
    """Writes it into the folder of its run, whose README.md is renewed. All is written, or what was there stays.

    Args:
        accuracy: what `accuracy_text` makes of the figures of its map; those of an earlier classifier go in any case.

    Raises:
        HsiError: the folder cannot be written or holds no run.
    """
    about, arrays = to_parts(kept.probe)
    arrays = {f"probe.{k}": v for k, v in arrays.items()} | {"features.mean": kept.mean, "features.sd": kept.sd}
    for name, (mean, sd) in kept.levels.items():
        arrays |= {f"level.{name}.mean": mean, f"level.{name}.sd": sd}
    for number, transform in enumerate(kept.transforms):
        arrays |= {f"transform{number}.{k}": v for k, v in transform.to_arrays().items()}
    told = {
        "format": FORMAT,
        "program": f"hsigui {__version__}",
        "run_sha256": weights_hash(folder),
        "probe": about,
        "transforms": len(kept.transforms),
        "classes": [{"class_id": c.number, "class_name": c.name, "color": list(c.color)} for c in kept.classes],
        "map": kept.map_spec.to_json(),
        "levels": list(kept.levels),
        "fitted": dict(kept.about),
    }
    contents = {
        PROBE_NUMBERS: serialise({k: np.ascontiguousarray(v) for k, v in arrays.items()}),
        PROBE: json.dumps(told, indent=1, ensure_ascii=False).encode(),
        **({} if accuracy is None else {ACCURACY: accuracy}),
    }
    run_record.put(folder, contents, without=(ACCURACY,))
    return [*(folder / name for name in contents), write_card(folder)]


@untrusted.reads
def load(folder: Path) -> KeptProbe:
    """Reads it.

    Raises:
        HsiError: the run keeps none, it is damaged, of a newer version, or belongs to other weights.
    """
    try:
        told = untrusted.json_of(run_record.checked(folder, PROBE).decode("utf-8"))
        if told["format"] > FORMAT:
            raise HsiError(
                say("The classifier in {folder} was kept by a newer version.", folder=folder), say("Update hsigui.")
            )
        if told["run_sha256"] != weights_hash(folder):
            raise HsiError(
                say("The classifier in {folder} belongs to other weights than are there now.", folder=folder),
                say("Classify the training scene with --labels once more."),
            )
        arrays = parse(run_record.checked(folder, PROBE_NUMBERS))
        transforms = tuple(
            BandTransform.from_arrays(_under(f"transform{number}.", arrays)) for number in range(told["transforms"])
        )
        levels = {name: (arrays[f"level.{name}.mean"], arrays[f"level.{name}.sd"]) for name in told.get("levels", ())}
        rows = ((r["class_id"], r["class_name"], r["color"]) for r in told["classes"])
        classes = ClassTable(tuple(ClassInfo(int(n), str(name), _color(color)) for n, name, color in rows))
        probe = from_parts(told["probe"], _under("probe.", arrays))
        if probe.calibration is None:
            probe = probe.calibrated(UNKNOWN)
        return KeptProbe(
            probe, arrays["features.mean"], arrays["features.sd"],
            transforms, classes, MapSpec.from_json(told["map"]), told["fitted"], levels,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise _missing(folder) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SafetensorError) as error:
        raise HsiError(
            say("The classifier in {folder} is damaged: {error}.", folder=folder, error=error),
            say("Classify the training scene with --labels once more."),
        ) from error


def identity(folder: Path) -> str:
    """A name for a run with its classifier: changes when either does, and not when features are kept beside them.

    Raises:
        HsiError: the run keeps no classifier, or its record is damaged.
    """
    digest = hashlib.sha256()
    try:
        digest.update((folder / WEIGHTS).read_bytes())
        # The bytes that this file had in versions which noted no sums.
        digest.update(json.dumps(run_record.without_sums(run_record.read(folder)), indent=1).encode())
        for name in (PROBE, PROBE_NUMBERS):
            digest.update((folder / name).read_bytes())
    except OSError as error:
        raise _missing(folder) from error
    return digest.hexdigest()


def _missing(folder: Path) -> HsiError:
    return HsiError(
        say("The run {folder} keeps no classifier.", folder=folder),
        say("Classify the training scene with --labels first: that keeps one."),
    )


def weights_hash(folder: Path) -> str:
    """SHA-256 of the weights of a run.

    Raises:
        HsiError: they cannot be read.
    """
    try:
        return hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    except OSError as error:
        raise HsiError(
            say(
                "The weights of the run {folder} cannot be read: {strerror}.",
                folder=folder,
                strerror=error.strerror or error,
            ),
            say("Choose the folder of a run."),
        ) from error


def _under(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {k.removeprefix(prefix): v for k, v in arrays.items() if k.startswith(prefix)}


def _color(values: list[int]) -> tuple[int, int, int]:
    red, green, blue = (int(v) for v in values)
    return red, green, blue
