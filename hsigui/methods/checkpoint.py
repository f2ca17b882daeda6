"""A trained encoder and its folder on disk: weights as safetensors, everything else as JSON. Nothing is pickled."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as parse
from safetensors.torch import save as serialise

from hsigui import __version__, untrusted
from hsigui.cube.normalised import NORMALISED
from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.methods import registry, run_record
from hsigui.methods.balance import Balance
from hsigui.methods.chance import Chance
from hsigui.methods.encoders import Network, channels_last
from hsigui.methods.model_card import WEIGHTS, drop_results, write_card
from hsigui.methods.plan import Plan
from hsigui.methods.run_record import SETTINGS
from hsigui.methods.settings import Value
from hsigui.saving import written_beside
from hsigui.specs import FIRST_RECIPE, PretrainSpec, Recipe
from hsigui.texts import say

__all__ = ["SETTINGS", "WEIGHTS", "Encoder", "load", "save", "weights_sha256"]

FORMAT = 2  # 1 had no recipe
FEW_NAMES = 5  # of scenes in a sentence
# Of runs whose bands are not those of their scene, which earlier versions would read wrongly.
OTHER_BANDS = run_record.NEWEST_FORMAT
# of runs whose bands are not those of their scene, which earlier versions would read wrongly


@dataclass(frozen=True)
class Encoder:
    """A trained network with the way its input is prepared.

    Attributes:
        network: in evaluation mode, on the cpu.
        transform: from a cube's values to the network's input.
        plan: family and sizes of the network.
        spec: how it was asked for.
        epochs: passes or steps that it was trained for; 0 for what learns nothing.
        scene: name, shape, wavelengths and fingerprint of the cube it was trained on; of several, the first.
        device_name: where it was trained, in words.
        seconds: of training.
        losses: of every step.
        command: the command line that trained it, where there was one.
        readings: of the monitor, (steps made, value), and `monitor`, what they are.
        stopped: why training ended before its last step; empty when it did not.
        precision: numbers that the network was trained in, "float32" or "bfloat16".
        balance: evens out the features, as learned on the training scene; None where the network does so itself.
        recipe: how it becomes a map unless the user says otherwise; kept, so that a run goes on giving the same map.
        settings: all settings that it was trained with.
        scenes: the same as `scene` of each cube that it was trained on, where there were several; else empty.
        bands: which bands its input has, where these are not simply its scene's: "count", "wavelengths_nm", and in
            "words" how those of its scenes were brought to them; "normalised" where each scene was brought to one mean
            and deviation of every band (`pipeline.run_bands.Normalisation`).
        begun_from: the run whose weights it began with: "name" (of the folder), "weights_sha256", and "fingerprints" of
            all scenes that were seen by then; empty for none.
        threads: of the processor that it was trained on, where its numbers depend on how many those are; None where
            they do not, or where that was not written down.
        kept: which weights are kept: "step" of "steps" and, where epochs are counted, "epoch"; empty where nothing was
            learned, or where that was not written down.
        watched_by: the labels that its training was watched by: "file", "variable", "background" and "buffer" (how it
            was read), "sha256" (of their class numbers), "pixels", and in "chose" whether they decided which weights
            are kept; empty where there were none.
        course: what else was at work while it was trained, see `insight.recorded`; empty where that was not written
            down.
        processes: on how many processes it was trained, as (steps made, processes from there on); empty for one all
            along.
    """

    network: Network
    transform: BandTransform
    plan: Plan
    spec: PretrainSpec
    epochs: int
    scene: Mapping[str, Any] = field(default_factory=dict)
    device_name: str = ""
    seconds: float = 0.0
    losses: tuple[float, ...] = ()
    command: str = ""
    recipe: Recipe = FIRST_RECIPE
    monitor: str = ""
    readings: tuple[tuple[int, float], ...] = ()
    stopped: str = ""
    precision: str = ""
    balance: Balance | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    scenes: tuple[Mapping[str, Any], ...] = ()
    bands: Mapping[str, Any] = field(default_factory=dict)
    begun_from: Mapping[str, Any] = field(default_factory=dict)
    threads: int | None = None
    kept: Mapping[str, int] = field(default_factory=dict)
    watched_by: Mapping[str, Any] = field(default_factory=dict)
    course: Mapping[str, Any] = field(default_factory=dict)
    processes: tuple[tuple[int, int], ...] = ()

    @property
    def kept_in_words(self) -> str:
        """Which weights are kept; empty where nothing was learned, or where that was not written down."""
        if not self.kept:
            return ""
        if "epoch" in self.kept:
            return say("those after epoch {epoch} of {epochs}", epoch=self.kept["epoch"], epochs=self.epochs)
        return say("those after step {step} of {steps}", step=self.kept["step"], steps=self.kept["steps"])

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of all scenes that its weights have seen."""
        own = (str(scene.get("fingerprint", "")) for scene in self.scenes or (self.scene,))
        return tuple(dict.fromkeys([*own, *self.begun_from.get("fingerprints", ())]))

    @property
    def scene_names(self) -> str:
        """Of the scenes that it was trained on, for people; of many the first."""
        names = [str(scene.get("name", "")) for scene in self.scenes or (self.scene,)]
        if len(names) > FEW_NAMES:
            names = [*names[:FEW_NAMES], say("{count} more", count=len(names) - FEW_NAMES)]
        return ", ".join(names)

    @property
    def width(self) -> int:
        """Length of the feature vectors."""
        return self.network.width

    @property
    def untrained(self) -> bool:
        """Whether it is the network of a method as it is before training, as was asked for."""
        return self.spec.epochs == 0 and self.width > 0 and not self.begun_from

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.untrained:
            return say(
                "{method} {preset}, seed {seed}: untrained network of its own shape",
                method=self.spec.method,
                preset=self.spec.preset,
                seed=self.spec.seed,
            )
        final = say(", last loss {last_losses:.3f}", last_losses=self.losses[-1]) if self.losses else ""
        what = say(
            "{method} {preset}, seed {seed}", method=self.spec.method, preset=self.spec.preset, seed=self.spec.seed
        )
        return say(
            "{what}: {seconds:.0f} s on {device_name}{final}",
            what=what,
            seconds=self.seconds,
            device_name=self.device_name,
            final=final,
        )


def save(encoder: Encoder, folder: Path) -> list[Path]:
    """Writes a run folder; its files are written beside and renamed, the settings after the weights.

    A classifier and figures of accuracy that are there belong to other weights, and go; README.md is the model card.
    The SHA-256 of each file stands in run.json.

    Raises:
        HsiError: the folder cannot be written.
    """
    count = encoder.bands.get("count")
    own = [list(encoder.scene.get(key, ())) for key in ("wavelengths_nm", "shape")]
    others = bool(encoder.bands) and (encoder.bands["wavelengths_nm"], count) != (own[0], own[1][-1])
    others = others or NORMALISED in encoder.bands
    settings: dict[str, Any] = {
        "format": OTHER_BANDS if others else FORMAT,
        "program": f"hsigui {__version__}",
        "spec": encoder.spec.to_json(),
        "settings": dict(encoder.settings),
        "epochs": encoder.epochs,
        "plan": asdict(encoder.plan),
        "scene": dict(encoder.scene),
        **({"scenes": [dict(scene) for scene in encoder.scenes]} if encoder.scenes else {}),
        **({"bands": dict(encoder.bands)} if encoder.bands else {}),
        **({"from": dict(encoder.begun_from)} if encoder.begun_from else {}),
        "device": encoder.device_name,
        "seconds": encoder.seconds,
        "losses": list(encoder.losses),
        "command": encoder.command,
        "recipe": encoder.recipe.to_json(),
        "monitor": {
            "name": encoder.monitor,
            "readings": encoder.readings,
            **({"labels": dict(encoder.watched_by)} if encoder.watched_by else {}),
            **({"kept": dict(encoder.kept)} if encoder.kept else {}),
        },
        **({"course": dict(encoder.course)} if encoder.course else {}),
        **({"processes": [list(each) for each in encoder.processes]} if encoder.processes else {}),
        "stopped": encoder.stopped,
        "precision": encoder.precision,
        "threads": encoder.threads,
    }
    content = _weights(encoder)
    sums = {**run_record.features_sums(folder), WEIGHTS: run_record.sum_of(content)}
    with written_beside(folder / WEIGHTS, folder / SETTINGS) as (weights, about):
        weights.write_bytes(content)
        about.write_text(run_record.text_of(settings, sums), encoding="utf-8")
    drop_results(folder)
    return [folder / WEIGHTS, folder / SETTINGS, write_card(folder)]


def weights_sha256(encoder: Encoder) -> str:
    """SHA-256 of the weights' file of a run, written or not."""
    return hashlib.sha256(_weights(encoder)).hexdigest()


def _weights(encoder: Encoder) -> bytes:
    """What is written into the weights' file: the same bytes for the same numbers."""
    state = {f"network.{k}": v.detach().cpu().contiguous() for k, v in encoder.network.state_dict().items()}
    state |= {f"transform.{k}": torch.from_numpy(np.array(v)) for k, v in encoder.transform.to_arrays().items()}
    if encoder.balance is not None:
        arrays = {"mean": encoder.balance.mean, "matrix": encoder.balance.matrix}
        state |= {f"balance.{k}": torch.from_numpy(np.ascontiguousarray(v)) for k, v in arrays.items()}
    written: bytes = serialise(state)
    return written


@untrusted.reads
def load(folder: Path) -> Encoder:
    """Reads a run folder.

    Raises:
        HsiError: it is no run folder, was written by a newer version, or is damaged.
    """
    try:
        settings = run_record.read(folder)
        state = parse(run_record.checked(folder, WEIGHTS))
        plan = Plan(**settings["plan"])
        arrays = {k.removeprefix("transform."): v.numpy() for k, v in state.items() if k.startswith("transform.")}
        transform = BandTransform.from_arrays(arrays)
        with Chance(0).building():
            network = plan.network(transform.channels)
        channels_last(network)
        weights = {k.removeprefix("network."): v for k, v in state.items() if k.startswith("network.")}
        network.load_state_dict(weights)
        even = {k.removeprefix("balance."): v.numpy() for k, v in state.items() if k.startswith("balance.")}
        balance = Balance(**even) if even else None
        spec = registry.read_spec(settings["spec"], settings.get("settings"), settings["epochs"])
        trained_with = registry.complete(spec.method, spec.preset, settings.get("settings"))
        recipe = Recipe.from_json(settings["recipe"]) if "recipe" in settings else FIRST_RECIPE
        # Runs of the first version have no monitor.
        monitor = settings.get("monitor", {"name": "", "readings": []})
        readings = tuple((int(step), float(value)) for step, value in monitor["readings"])
        processes = _processes(settings.get("processes", ()))
    except FileNotFoundError as error:
        raise HsiError(
            say(
                "{folder} is not a run folder: it has no {name}.",
                folder=folder,
                name=Path(error.filename or SETTINGS).name,
            ),
            say("Choose the folder that pretraining wrote."),
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError) as error:
        raise HsiError(
            say("The run {folder} is damaged: {error}.", folder=folder, error=error), say("Pretrain again.")
        ) from error
    return Encoder(
        network.eval(), transform, plan, spec, settings["epochs"], settings["scene"],
        settings["device"], settings["seconds"], tuple(settings["losses"]), settings["command"],
        recipe, monitor["name"], readings, settings.get("stopped", ""), settings.get("precision", ""),
        balance, trained_with, tuple(settings.get("scenes", ())), settings.get("bands", {}), settings.get("from", {}),
        settings.get("threads"), monitor.get("kept", {}), monitor.get("labels", {}), settings.get("course", {}),
        processes,
    )  # fmt: skip


def _processes(told: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple((int(step), int(count)) for step, count in told)
