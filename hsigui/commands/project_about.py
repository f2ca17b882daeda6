"""What a project file holds of a scene, as values of JSON and in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.commands.console import counted
from hsigui.cube.describe import place_of
from hsigui.document.samples import Sample, Samples
from hsigui.document.scene_state import MapMaking, RunPlace
from hsigui.document.values import Spectrum, Truth
from hsigui.labels.classes import ClassInfo
from hsigui.pipeline.split import in_words
from hsigui.specs import MapSpec
from hsigui.storage.kept_scene import KeptScene
from hsigui.texts import say, say_number

LOOKED_AT = ("row", "col", "pixels_a_pixel")


def about_scene(scene: KeptScene) -> dict[str, Any]:
    """What there is of a scene, in numbers and names; rows, columns and bands count from 0."""
    facts, condition, state = scene.facts, scene.condition, scene.state
    return {
        "name": facts.name,
        "path": facts.path,
        "variable": facts.variable,
        "identity": facts.identity,
        "rows": facts.rows,
        "cols": facts.cols,
        "bands": facts.bands,
        "labels": _labelled(scene.labels),
        "validation_labels": _labelled(scene.validation),
        "classes": [_about_class(info) for info in scene.classes],
        "steps": len(scene.steps),
        "steps_done": scene.place,
        "unsaved": condition.unsaved,
        "saved_at": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(condition.saved_at)),
        "spectra": [_about_spectrum(spectrum) for spectrum in state.spectra],
        "ground_truth": _about_truth(state.truth),
        "samples": [{"from_step": step, **_about_sample(sample)} for step, sample in state.samples],
        "runs": [_about_run(run) for run in state.runs],
        "map": _about_map(state.map),
        "not_understood": list(state.lost),
    }


def all_about_scene(scene: KeptScene) -> dict[str, Any]:
    """The same with its place on the map, the steps of its history, how it is shown and how its file is read."""
    condition, state, imported = scene.condition, scene.state, scene.imported
    return {
        **about_scene(scene),
        "relative_path": scene.facts.relative,
        **place_of(scene.facts.geo),
        "labels_path": condition.labels_path,
        "history": [
            {"text": step.text, "done": number < scene.place} for number, step in enumerate(scene.steps)
        ],
        "steps_forgotten": condition.forgotten,
        "view": None if state.view is None else asdict(state.view),
        "looked_at": None if state.looked_at is None else dict(zip(LOOKED_AT, state.looked_at, strict=True)),
        "map_wanted": _spec(state.map_spec),
        "read_as": imported.to_values(),
    }  # fmt: skip


def sample_of(scene: KeptScene) -> Sample | None:
    """The sample of the ground truth that the labels began with; None where they began with none."""
    return Samples(scene.state.samples).at(scene.condition.forgotten + scene.place)


def in_sentences(scene: KeptScene) -> Iterator[str]:
    """What there is of a scene beside its labels, a line each."""
    state = scene.state
    if state.spectra:
        yield say_number("{count} spectrum kept", "{count} spectra kept", len(state.spectra))
    if state.truth is not None:
        yield say("ground truth {name}: {pixels}", name=state.truth.name, pixels=counted(state.truth.array, "pixel"))
    sample = sample_of(scene)
    if sample is not None:
        yield say("labels were drawn from it: {how}, seed {seed}", how=in_words(sample.spec), seed=sample.spec.seed)
    for run in state.runs:
        yield say("run {folder}, in use", folder=run.folder) if run.in_use else say("run {folder}", folder=run.folder)
    if state.map is not None:
        yield say("a map, made from {labels}", labels=counted(state.map.trained_on, "label"))
    if state.lost:
        yield say("of another version of hsigui, and not understood: {parts}", parts=state.lost_in_words)


def _labelled(array: NDArray[np.uint16]) -> int:
    return int(np.count_nonzero(array))


def _classes_in(array: NDArray[np.uint16]) -> int:
    return int(np.unique(array[array > 0]).size)


def _about_class(info: ClassInfo) -> dict[str, Any]:
    return {
        "number": info.number, "name": info.name, "color": list(info.color), "locked": info.locked,
        "hidden": info.hidden,
    }  # fmt: skip


def _about_spectrum(spectrum: Spectrum) -> dict[str, Any]:
    row, col = spectrum.place or (None, None)
    return {
        "name": spectrum.label, "color": list(spectrum.color), "row": row, "col": col, "group": spectrum.group,
        "note": spectrum.note,
    }  # fmt: skip


def _about_truth(truth: Truth | None) -> dict[str, Any] | None:
    if truth is None:
        return None
    pixels, classes = _labelled(truth.array), _classes_in(truth.array)
    return {"name": truth.name, "pixels": pixels, "classes": classes, "matched_by_user": truth.matched_by_user}


def _about_sample(sample: Sample | None) -> dict[str, Any]:
    """Steps after which the labels are no sample any more have none."""
    if sample is None:
        return {"spec": None, "record": None, "gap": None}
    return {"spec": sample.spec.to_json(), "record": asdict(sample.record), "gap": sample.gap}


def _about_run(run: RunPlace) -> dict[str, Any]:
    return {"folder": str(run.folder), "in_use": run.in_use, "sha256": run.sha256, "seconds": dict(run.seconds)}


def _about_map(made: MapMaking | None) -> dict[str, Any] | None:
    if made is None:
        return None
    return {
        "labels": _labelled(made.trained_on), "classes": _classes_in(made.trained_on), "spec": _spec(made.spec),
        "sha256": made.sha256, "measured_on": made.measured_on, "seconds": dict(made.seconds),
        "sample": None if made.sample is None else _about_sample(made.sample),
    }  # fmt: skip


def _spec(spec: MapSpec | None) -> dict[str, Any] | None:
    return None if spec is None else spec.to_json()
