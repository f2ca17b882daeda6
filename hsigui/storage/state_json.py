"""The state of a scene as entries of a project file, and back: small things as JSON, arrays as deflated bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.references import Matching
from hsigui.document.derived import DerivedView, KeptLayer
from hsigui.document.open_libraries import LibraryPlace
from hsigui.document.samples import Sample, SplitRecord
from hsigui.document.scene_state import PARTS, MapMaking, RunPlace, SceneState
from hsigui.document.values import LabelFile, Spectrum, Truth
from hsigui.errors import HsiError
from hsigui.methods.run_record import SETTINGS, sum_of, without_sums
from hsigui.report.error_map import ALL, Confused
from hsigui.specs import MapSpec, SplitSpec
from hsigui.storage.finishing_json import finishing_from, finishing_to_entries
from hsigui.storage.masks_json import masks_from_json, masks_to_json
from hsigui.storage.overlays_json import overlay_from_json, overlay_to_json
from hsigui.storage.packing import inflated, packed, unpacked
from hsigui.storage.results_json import results_from, results_to_entries
from hsigui.storage.view_json import view_from_json, view_to_json
from hsigui.untrusted import there

Name = tuple[str, str]  # the part of the file, and the entry in it
Entry = str | bytes


def entries_of(state: SceneState, folder: Path, before: SceneState | None = None) -> dict[Name, Entry | None]:
    """What a file is to have of a state; None for what it is not to have. What was not understood stays until there is
    something new in its place.

    Args:
        folder: of the file; runs are found by their path from there, too.
        before: what the file has already: what is large and the same is left out.
    """
    entries: dict[Name, Entry | None] = {
        ("view", "shown"): None if state.view is None else json.dumps(view_to_json(state.view)),
        ("view", "place"): None if state.looked_at is None else json.dumps(state.looked_at),
        ("view", "map"): None if state.map_spec is None else json.dumps(state.map_spec.to_json()),
        ("view", "overlays"): _or_none([overlay_to_json(overlay, folder) for overlay in state.overlays]),
        ("view", "errors"): _errors_to_json(state.errors_meant),
    }
    if before is None or state.runs != before.runs:
        entries["runs", "all"] = _or_none([_run_to_json(run, folder) for run in state.runs])
    if before is None or state.spectra is not before.spectra:
        entries["spectra", "kept"] = _or_none([_spectrum_to_json(spectrum) for spectrum in state.spectra])
    if before is None or state.libraries != before.libraries:
        entries["spectra", "libraries"] = _or_none([_library_to_json(place, folder) for place in state.libraries])
    if before is None or state.truth is not before.truth:
        entries |= _truth_to_entries(state.truth)
    if before is None or state.samples is not before.samples:
        entries["truth", "samples"] = _or_none([[step, _sample_to_json(sample)] for step, sample in state.samples])
    if before is None or state.derived != before.derived:
        entries["layers", "all"] = _or_none([layer.to_json() for layer in state.derived])
    if before is None or state.derived_view != before.derived_view:
        shown = state.derived_view
        entries["layers", "shown"] = json.dumps(shown.to_json()) if shown.layers else None
    if before is None or state.results is not before.results:
        entries |= results_to_entries(state.results, folder, () if before is None else before.results)
    if before is None or state.masks is not before.masks:
        entries["masks", "all"] = masks_to_json(state.masks)
    if before is None or state.finishing is not before.finishing:
        entries |= finishing_to_entries(state.finishing)
    if before is None or state.map is not before.map:
        entries |= _map_to_entries(state.map)
    return {name: value for name, value in entries.items() if value is not None or name[0] not in state.lost}


def state_from(entries: Mapping[Name, Any], shape: tuple[int, int], folder: Path) -> SceneState:
    """A state from the entries of a scene; a part that cannot be understood is left out, and named in `lost`.

    Args:
        shape: rows and columns of the scene.
        folder: of the file.
    """
    found: dict[str, Any] = {}
    lost = []
    readers: dict[str, Callable[[], dict[str, Any]]] = {
        "view": lambda: _view_from(entries, folder),
        "spectra": lambda: {
            "spectra": tuple(map(_spectrum_from_json, _listed(entries, "spectra", "kept"))),
            "libraries": tuple(_library_from_json(v, folder) for v in _listed(entries, "spectra", "libraries")),
        },
        "truth": lambda: _truth_from(entries, shape),
        "runs": lambda: {"runs": tuple(_run_from_json(run, folder) for run in _listed(entries, "runs", "all"))},
        "map": lambda: _map_from(entries, shape),
        "layers": lambda: _layers_from(entries),
        "results": lambda: {"results": results_from(entries, shape, folder)},
        "masks": lambda: {"masks": masks_from_json(entries.get(("masks", "all")), shape)},
        "finishing": lambda: {"finishing": finishing_from(entries, shape)},
    }
    for part in PARTS:
        try:
            found |= readers[part]()
        except (HsiError, ValueError, TypeError, KeyError, AttributeError, OverflowError, zlib.error):
            lost.append(part)  # its checksum is right, so another version of the program wrote it
    return SceneState(**found, lost=tuple(lost))


def sum_of_map(classes: NDArray[np.uint16]) -> str:
    """SHA-256 of the class numbers of a map, rows x cols, as little-endian uint16."""
    return hashlib.sha256(np.ascontiguousarray(classes, dtype="<u2").data).hexdigest()


def _or_none(values: list[Any]) -> str | None:
    return json.dumps(values) if values else None


def _listed(entries: Mapping[Name, Any], part: str, name: str) -> list[Any]:
    found = json.loads(entries.get((part, name)) or "[]")
    if not isinstance(found, list):
        raise TypeError("no list")
    return found


# View


def _view_from(entries: Mapping[Name, Any], folder: Path) -> dict[str, Any]:
    shown, place, spec = (entries.get(("view", name)) for name in ("shown", "place", "map"))
    found: dict[str, Any] = {}
    if shown is not None:
        found["view"] = view_from_json(json.loads(shown))
    if place is not None:
        row, col, scale = json.loads(place)
        found["looked_at"] = float(row), float(col), float(scale)
    if spec is not None:
        found["map_spec"] = MapSpec.from_json(json.loads(spec))
    found["overlays"] = tuple(overlay_from_json(values, folder) for values in _listed(entries, "view", "overlays"))
    found["errors_meant"] = _errors_from_json(entries.get(("view", "errors")))
    return found


def _errors_to_json(meant: Confused) -> str | None:
    return None if meant == ALL else json.dumps([meant.of, meant.taken_for])


def _errors_from_json(text: str | None) -> Confused:
    """Versions before did not write it."""
    if text is None:
        return ALL
    of, taken_for = (None if number is None else int(number) for number in json.loads(text))
    return Confused(of, taken_for)


def _spectrum_to_json(spectrum: Spectrum) -> dict[str, Any]:
    place = None if spectrum.place is None else [int(value) for value in spectrum.place]
    made: dict[str, Any] = {
        "label": spectrum.label, "color": list(spectrum.color), "place": place, "values": _floats(spectrum.values),
    }  # fmt: skip
    # What a plain spectrum has not is not written, so that earlier versions write the same of it.
    if spectrum.spread is not None:
        made["spread"] = _floats(spectrum.spread)
    if spectrum.group:
        made["group"] = spectrum.group
    if not spectrum.shown:
        made["shown"] = False
    if spectrum.factor != 1.0:
        made["factor"] = spectrum.factor
    if spectrum.note:
        made["note"] = spectrum.note
    return made


def _floats(values: NDArray[np.float32]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode("ascii")


def _floats_from(text: str) -> NDArray[np.float32]:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32)


def _spectrum_from_json(values: Mapping[str, Any]) -> Spectrum:
    red, green, blue = (int(value) for value in values["color"])
    array = _floats_from(values["values"])
    place, spread, factor = values["place"], values.get("spread"), float(values.get("factor", 1.0))
    at = None if place is None else (int(place[0]), int(place[1]))
    if not (np.isfinite(factor) and factor != 0):
        raise ValueError("a factor that is none")
    return Spectrum(
        str(values["label"]), (red, green, blue), array, at, None if spread is None else _floats_from(spread),
        str(values.get("group", "")), bool(values.get("shown", True)), factor, str(values.get("note", "")),
    )  # fmt: skip


def _library_to_json(place: LibraryPlace, folder: Path) -> dict[str, Any]:
    try:
        relative = Path(os.path.relpath(place.path, folder)).as_posix()
    except ValueError:  # on another drive
        relative = ""
    return {
        "path": str(place.path.absolute()), "relative": relative, "sha256": place.sha256,
        "wavelengths": place.wavelengths,
    }  # fmt: skip


def _library_from_json(values: Mapping[str, Any], folder: Path) -> LibraryPlace:
    """A library is looked for beside the project first, then where it was."""
    beside = folder / str(values["relative"]) if values["relative"] else None
    path = beside if beside is not None and there(beside) else Path(str(values["path"]))
    return LibraryPlace(path, str(values["sha256"]), str(values.get("wavelengths", "")))


def _layers_from(entries: Mapping[Name, Any]) -> dict[str, Any]:
    shown = entries.get(("layers", "shown"))
    found: dict[str, Any] = {"derived": tuple(map(KeptLayer.from_json, _listed(entries, "layers", "all")))}
    if shown is not None:
        found["derived_view"] = DerivedView.from_json(json.loads(shown))
    return found


# Ground truth

_HOW_READ = ("variable", "background", "buffer", "remedy")


def _truth_to_entries(truth: Truth | None) -> dict[Name, Entry | None]:
    if truth is None:
        return {("truth", "about"): None, ("truth", "array"): None}
    about: dict[str, Any] = {"name": truth.name, "matched_by_user": truth.matched_by_user}
    if truth.file is not None:
        about["file"] = {**asdict(truth.file), "path": str(truth.file.path)}
    return {("truth", "about"): json.dumps(about), ("truth", "array"): packed(truth.array)}


def _truth_from(entries: Mapping[Name, Any], shape: tuple[int, int]) -> dict[str, Any]:
    about, array = entries.get(("truth", "about")), entries.get(("truth", "array"))
    found: dict[str, Any] = {}
    if about is not None:
        values = json.loads(about)
        numbers, file = unpacked(array or b"", shape), values.get("file")  # versions before did not write it
        known = None if file is None else LabelFile(Path(file["path"]), *(str(file[name]) for name in _HOW_READ))
        found["truth"] = Truth(numbers, str(values["name"]), bool(values["matched_by_user"]), known)
    found["samples"] = tuple(
        (int(step), _sample_from_json(sample, shape)) for step, sample in _listed(entries, "truth", "samples")
    )
    return found


def _sample_to_json(sample: Sample | None) -> dict[str, Any] | None:
    if sample is None:
        return None
    left_out = None
    if sample.left_out is not None:
        left_out = base64.b64encode(zlib.compress(sample.left_out.tobytes(), 1)).decode("ascii")
    return {
        "spec": sample.spec.to_json(), "record": asdict(sample.record), "gap": sample.gap, "left_out": left_out,
    }  # fmt: skip


def _sample_from_json(values: Mapping[str, Any] | None, shape: tuple[int, int]) -> Sample | None:
    if values is None:
        return None
    record = dict(values["record"])
    record["not_tested"] = tuple(record["not_tested"])
    left_out = values["left_out"]
    if left_out is not None:
        size = -(-shape[0] * shape[1] // 8)
        left_out = np.frombuffer(inflated(base64.b64decode(left_out), size), dtype=np.uint8)
    return Sample(SplitSpec.from_json(values["spec"]), SplitRecord(**record), values["gap"], left_out)


# Runs and map


def _run_to_json(run: RunPlace, folder: Path) -> dict[str, Any]:
    try:
        relative = Path(os.path.relpath(run.folder, folder)).as_posix()
    except ValueError:  # on another drive
        relative = ""
    return {
        "folder": str(run.folder.absolute()), "relative": relative, "in_use": run.in_use,
        "seconds": {name: float(value) for name, value in run.seconds.items()},
        "sha256": run.sha256 or sum_of_run(run.folder),
    }  # fmt: skip


def _run_from_json(values: Mapping[str, Any], folder: Path) -> RunPlace:
    """Beside the project where it is there, else where it was."""
    beside = folder / values["relative"] if values["relative"] else None
    there = beside is not None and (beside / SETTINGS).is_file()
    place = beside if beside is not None and there else Path(values["folder"])
    seconds = {str(name): float(value) for name, value in values["seconds"].items()}
    return RunPlace(place, bool(values["in_use"]), seconds, str(values["sha256"]))


def sum_of_run(folder: Path) -> str:
    """SHA-256 of what the record of a run says of its training; empty where it cannot be read. What is written into
    the folder later does not change it."""
    try:
        settings = json.loads((folder / SETTINGS).read_bytes())
        return sum_of(json.dumps(without_sums(settings), sort_keys=True).encode())
    except (OSError, ValueError, AttributeError, RecursionError):
        return ""


def _map_to_entries(made: MapMaking | None) -> dict[Name, Entry | None]:
    if made is None:
        return {("map", "about"): None, ("map", "labels"): None}
    about = {
        "spec": made.spec.to_json(), "sample": _sample_to_json(made.sample), "measured_on": made.measured_on,
        "seconds": {name: float(value) for name, value in made.seconds.items()},
        "sha256": made.sha256 if made.classes is None else sum_of_map(made.classes),
        **({} if made.matching is None else {"matching": made.matching.to_json(), "numbers": made.numbers}),
    }  # fmt: skip
    return {("map", "about"): json.dumps(about), ("map", "labels"): packed(made.trained_on)}


def _map_from(entries: Mapping[Name, Any], shape: tuple[int, int]) -> dict[str, Any]:
    about, labels = entries.get(("map", "about")), entries.get(("map", "labels"))
    if about is None:
        return {}
    values = json.loads(about)
    seconds = {str(name): float(value) for name, value in values["seconds"].items()}
    return {
        "map": MapMaking(
            unpacked(labels or b"", shape), MapSpec.from_json(values["spec"]),
            _sample_from_json(values["sample"], shape), seconds, str(values["measured_on"]), None,
            str(values["sha256"]), matching=_matching_from(values.get("matching")),
            numbers=tuple(int(number) for number in values.get("numbers", ())),
        )
    }  # fmt: skip


def _matching_from(values: Any) -> Matching | None:
    """How a map was made by spectra; versions before did not write it."""
    return None if values is None else Matching.from_json(values)
