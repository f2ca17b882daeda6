"""The table of results as entries of a project file, and back: a list as JSON, maps as deflated bytes beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.document.raster import Raster
from hsigui.document.results import MAP, KeptResult
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.methods.run_record import SETTINGS
from hsigui.report.metrics import Accuracy, measured_of
from hsigui.specs import MapSpec, PretrainSpec

Name = tuple[str, str]
PART, ALL = "results", "all"
RASTERS = ("map", "trained_on", "tested")
_KNOWN = frozenset({
    "number", "kind", "name", "note", "made_at", "spec", "folder", "relative", "map_spec", "context", "device",
    "train_seconds", "map_seconds", "labels", "classes", "accuracy", "measured_on", "rasters", "made_by",
})  # fmt: skip


def results_to_entries(
    rows: Sequence[KeptResult], folder: Path, before: Sequence[KeptResult] = ()
) -> dict[Name, str | bytes | None]:
    """What a file is to have of them.

    Args:
        folder: of the file; runs are found by their path from there, too.
        before: what it has already: their maps are left out.
    """
    entries: dict[Name, str | bytes | None] = {
        (PART, ALL): json.dumps([_to_json(row, folder) for row in rows]) if rows else None
    }
    there = {row.number: row for row in before}
    for row in rows:
        for name in RASTERS:
            raster = getattr(row, name)
            known = row.number in there and getattr(there[row.number], name) is raster
            if raster is not None and not known:
                entries[PART, f"{row.number} {name}"] = raster.packed
    return entries


def names_of(rows: Sequence[KeptResult]) -> set[str]:
    """The names of all their entries."""
    named = {f"{row.number} {name}" for row in rows for name in RASTERS if getattr(row, name) is not None}
    return named | ({ALL} if rows else set())


def results_from(entries: Mapping[Name, Any], shape: tuple[int, int], folder: Path) -> tuple[KeptResult, ...]:
    """The rows from the entries of a scene of rows x cols.

    Raises:
        HsiError, ValueError, TypeError, KeyError, AttributeError: another version wrote them.
    """
    return tuple(_from_json(values, entries, shape, folder) for values in json.loads(entries.get((PART, ALL)) or "[]"))


def _to_json(row: KeptResult, folder: Path) -> dict[str, Any]:
    values: dict[str, Any] = {
        **row.other, "number": row.number, "kind": row.kind, "name": row.name, "note": row.note,
        "made_at": row.made_at, "spec": None if row.spec is None else row.spec.to_json(),
        "map_spec": None if row.map_spec is None else row.map_spec.to_json(), "context": row.context,
        "device": row.device, "train_seconds": row.train_seconds, "map_seconds": row.map_seconds,
        "labels": row.labels, "classes": [[c.number, c.name, list(c.color)] for c in row.classes],
        "accuracy": None if row.accuracy is None else _accuracy_to_json(row.accuracy), "measured_on": row.measured_on,
        "made_by": row.made_by, "rasters": [name for name in RASTERS if getattr(row, name) is not None],
    }  # fmt: skip
    if row.folder is not None:
        try:
            relative = Path(os.path.relpath(row.folder, folder)).as_posix()
        except ValueError:  # on another drive
            relative = ""
        values |= {"folder": str(row.folder.absolute()), "relative": relative}
    return values


def _from_json(
    values: Mapping[str, Any], entries: Mapping[Name, Any], shape: tuple[int, int], folder: Path
) -> KeptResult:
    number = int(values["number"])
    if number < 1:
        raise ValueError(f"a result of number {number}")
    rasters = {
        name: Raster(shape, packed=bytes(entries[PART, f"{number} {name}"]))
        for name in values.get("rasters", ())
        if name in RASTERS
    }
    spec, map_spec, accuracy = (values.get(name) for name in ("spec", "map_spec", "accuracy"))
    return KeptResult(
        number, str(values.get("kind", MAP)), str(values["name"]), str(values["note"]), float(values["made_at"]),
        None if spec is None else PretrainSpec.from_json(spec), _folder_from(values, folder),
        None if map_spec is None else MapSpec.from_json(map_spec), str(values.get("context", "")),
        str(values.get("device", "")), _seconds(values.get("train_seconds")), _seconds(values.get("map_seconds")),
        int(values.get("labels", 0)), _table(values.get("classes", ())), rasters.get("map"),
        rasters.get("trained_on"), rasters.get("tested"),
        None if accuracy is None else _accuracy_from(accuracy), str(values.get("measured_on", "")),
        {name: value for name, value in values.items() if name not in _KNOWN}, str(values.get("made_by", "")),
    )  # fmt: skip


def _folder_from(values: Mapping[str, Any], folder: Path) -> Path | None:
    """Beside the project where it is there, else where it was."""
    if not values.get("folder"):
        return None
    beside = folder / values["relative"] if values.get("relative") else None
    return beside if beside is not None and (beside / SETTINGS).is_file() else Path(values["folder"])


def _seconds(value: Any) -> float | None:
    return None if value is None else float(value)


def _table(values: Sequence[Any]) -> ClassTable:
    return ClassTable(
        tuple(
            ClassInfo(int(number), str(name), (int(color[0]), int(color[1]), int(color[2])))
            for number, name, color in values
        )
    )


def _accuracy_to_json(found: Accuracy) -> dict[str, Any]:
    """What the figures are made of."""
    classes = zip(found.classes, found.names, found.colors, strict=True)
    return {
        "classes": [[number, name, list(color)] for number, name, color in classes], "matrix": found.matrix.tolist(),
        "train": found.train_support, "overlap": found.overlap,
        "lost": [found.without_data, found.train_without_data],
    }  # fmt: skip


def _accuracy_from(values: Mapping[str, Any]) -> Accuracy:
    table, matrix = _table(values["classes"]), np.array(values["matrix"], dtype=np.int64)
    train, overlap = values["train"], values["overlap"]
    size = len(table)
    if matrix.ndim != 2 or matrix.shape[0] != size or matrix.shape[1] not in (size, size + 1) or matrix.sum() < 1:
        raise ValueError("no confusion matrix")
    lost = int(values["lost"][0]), int(values["lost"][1])
    counts = None if train is None else tuple(int(n) for n in train)
    return measured_of(table, matrix, counts, None if overlap is None else int(overlap), lost)
