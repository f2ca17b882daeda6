"""Accuracies of many scenes from their reports: error matrices added up, and the mean over the scenes.

The two answer different questions. The sum weighs each scene by its test pixels: what share of all of them is right.
The mean and its standard deviation weigh each scene alike: what to expect of a scene, and how much scenes differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.labels.formats.attributes import color_from
from hsigui.pipeline.merging.class_tables import agreed
from hsigui.report.document import VERSION
from hsigui.report.draws import added_up
from hsigui.report.intervals import Mean, over_draws
from hsigui.report.metrics import Accuracy, measured_of
from hsigui.report.sheets import COUNT, SHARE, TEXT, Cell, Column, Sheet, known
from hsigui.texts import say

REPORT, FORMAT = "report.json", "hsigui-report"


@dataclass(frozen=True, eq=False)
class SceneReport:
    """What a report says of a scene.

    Attributes:
        name: the scene's, or that of the report's folder.
        created: ISO 8601.
        draws: of labels, that its figures are of.
        key: the same for the same map and reference.
    """

    path: Path
    name: str
    created: str
    accuracy: Accuracy
    draws: int
    key: str


@dataclass(frozen=True, eq=False)
class Accuracies:
    """The accuracies of many scenes.

    Attributes:
        scenes: a report each.
        pooled: of the error matrices added up.
        oa, aa, kappa: over the scenes.
        notes: what was left out or assumed, a sentence each.
    """

    scenes: tuple[SceneReport, ...]
    pooled: Accuracy
    oa: Mean
    aa: Mean
    kappa: Mean
    notes: tuple[str, ...] = ()


def reports_in(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The reports in some folders and in the folders there."""
    found = (path for folder in folders for pattern in (REPORT, f"*/{REPORT}") for path in folder.glob(pattern))
    return tuple(sorted({path.resolve(): path for path in found}.values()))


def accuracies(paths: Sequence[Path], *, by_name: bool = False) -> Accuracies | None:
    """The accuracies of the reports in some files; None where there is none.

    Args:
        by_name: classes of one name are the same, whatever their numbers.

    Raises:
        HsiError: a report cannot be read, or classes do not agree.
    """
    latest: dict[str, SceneReport] = {}
    notes = []
    for path in paths:
        found = read_report(path)
        if found.draws > 1:
            notes.append(
                say("{path} is of {draws} draws of labels, whose pixels would count as often: it is left out.",
                    path=path, draws=found.draws)
            )  # fmt: skip
            continue
        before = latest.get(found.key)
        if before is not None:
            notes.append(say("{name} was measured twice on the same labels: the later report counts.", name=found.name))
        if before is None or found.created >= before.created:
            latest[found.key] = found
    if not latest:
        return None
    scenes = tuple(sorted(latest.values(), key=lambda scene: (scene.name, str(scene.path))))
    tables = [(str(scene.path.parent), _table_of(scene.accuracy)) for scene in scenes]
    table = agreed(tables, by_name=by_name)
    figures = [_in_numbers(scene.accuracy, own, table.classes)
               for scene, own in zip(scenes, table.numbers, strict=True)]  # fmt: skip
    oa, aa, kappa = (over_draws([getattr(one, name) for one in figures]) for name in ("oa", "aa", "kappa"))
    return Accuracies(scenes, added_up(figures), oa, aa, kappa, (*notes, *table.notes))


def read_report(path: Path) -> SceneReport:
    """What a report says.

    Raises:
        HsiError: it cannot be read, is none of ours, or of a newer version.
    """
    try:
        found = untrusted.json_of(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise ValueError(say("it is no report"))
        if found["version"] > VERSION:
            raise HsiError(say("{path} was written by a newer version.", path=path), say("Update hsigui."))
        measured = _accuracy_of(found["accuracy"], found.get("map") or [])
        draws = found.get("draws") or {}
        name = str((found.get("scene") or {}).get("name") or path.parent.name)
        hashes = found.get("hashes") or {}
        told = [hashes.get("map"), hashes.get("reference")]
        key = hashlib.sha256(repr(told if all(told) else path.resolve()).encode()).hexdigest()
        return SceneReport(path, name, str(found.get("created", "")), measured, int(draws.get("count", 1)), key)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise HsiError(
            say("{path} cannot be read as a report: {reason}.", path=path, reason=untrusted.reason_of(error)),
            say("Measure the map again (hsigui evaluate --report), or take the file away."),
        ) from error


def scene_sheet(found: Accuracies) -> Sheet:
    """A line a scene, then mean and standard deviation over the scenes, and the sum."""
    columns = (
        Column("scene", say("Scene"), TEXT), Column("test_pixels", say("Test pixels"), COUNT),
        Column("oa", "OA", SHARE), Column("aa", "AA", SHARE), Column("kappa", say("kappa")),
        Column("report", say("Report"), TEXT),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = [
        (scene.name, scene.accuracy.n_test, *_figures(scene.accuracy), str(scene.path)) for scene in found.scenes
    ]
    means = (found.oa, found.aa, found.kappa)
    rows.append((say("Mean over scenes"), None, *(known(mean.mean) for mean in means), None))
    rows.append((say("Standard deviation"), None, *(known(mean.sd) for mean in means), None))
    rows.append((say("All test pixels"), found.pooled.n_test, *_figures(found.pooled), None))
    return Sheet("scenes", say("Accuracy by scene"), columns, tuple(rows), 3)


def class_accuracy_sheet(found: Accuracies) -> Sheet:
    """A line a class: producer's and user's accuracy, F1 and IoU of the sum."""
    pooled = found.pooled
    columns = (
        Column("class_number", say("No."), COUNT), Column("class", say("Class"), TEXT),
        Column("test_pixels", say("Test pixels"), COUNT), Column("producers_accuracy", say("Producer's"), SHARE),
        Column("users_accuracy", say("User's"), SHARE), Column("f1", "F1", SHARE), Column("iou", "IoU", SHARE),
    )  # fmt: skip
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (number, pooled.names[n], pooled.support[n], known(pooled.producers[n]), known(pooled.users[n]),
         known(pooled.f1[n]), known(pooled.iou[n]))
        for n, number in enumerate(pooled.classes)
    )  # fmt: skip
    return Sheet("class_accuracies", say("Accuracy by class"), columns, rows)


def confusion_sheet(found: Accuracies) -> Sheet:
    """The error matrix of all scenes: a line a class of the reference."""
    pooled = found.pooled
    columns = [Column("reference", say("Reference \\ map"), TEXT)]
    columns += [Column(name, name, COUNT) for name in pooled.columns]
    counts = pooled.matrix.tolist()
    rows: list[tuple[Cell, ...]] = [(pooled.names[n], *counts[n]) for n in range(len(counts))]
    return Sheet("confusion", say("Error matrix"), tuple(columns), tuple(rows))


def _figures(measured: Accuracy) -> tuple[Cell, ...]:
    return known(measured.oa), known(measured.aa), known(measured.kappa)


def _accuracy_of(told: Mapping[str, Any], legend: Sequence[Mapping[str, Any]]) -> Accuracy:
    """The figures of a report, found anew from its error matrix."""
    colors = {int(row["number"]): color_from(row.get("color")) for row in legend}
    table = ClassTable(tuple(
        ClassInfo(int(row["number"]), str(row["name"]), colors.get(int(row["number"])) or color_for(int(row["number"])))
        for row in told["classes"]
    ))  # fmt: skip
    matrix = np.array(told["matrix"], dtype=np.int64)
    if matrix.ndim != 2 or matrix.shape[0] != len(table) or matrix.shape[1] - len(table) not in (0, 1):
        raise ValueError(say("its error matrix does not go with its classes"))
    if matrix.min(initial=0) < 0 or not matrix.sum():
        raise ValueError(say("its error matrix holds no test pixels"))
    trained = [row.get("train") for row in told["classes"]]
    train = None if any(count is None for count in trained) else tuple(map(int, trained))
    lost = int(told.get("without_data") or 0), int(told.get("train_without_data") or 0)
    overlap = told.get("overlap")
    return measured_of(table, matrix, train, None if overlap is None else int(overlap), lost)


def _table_of(measured: Accuracy) -> ClassTable:
    return ClassTable(tuple(map(ClassInfo, measured.classes, measured.names, measured.colors)))


def _in_numbers(measured: Accuracy, numbers: Mapping[int, int], classes: ClassTable) -> Accuracy:
    """The same figures with the class numbers of all scenes."""
    table = ClassTable(tuple(classes.get(numbers[number]) for number in measured.classes))
    lost = measured.without_data, measured.train_without_data
    return measured_of(table, measured.matrix, measured.train_support, measured.overlap, lost)
