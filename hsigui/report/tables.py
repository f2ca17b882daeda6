"""The tables of a report as CSV: shares are fractions of 1, an empty cell is a figure that is not defined."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable

from hsigui.labels.formats import cells
from hsigui.report.area import AreaEstimate
from hsigui.report.draws import Draws
from hsigui.report.metrics import Accuracy


def confusion_csv(accuracy: Accuracy) -> str:
    """The confusion matrix, rows reference and columns predicted, with totals."""
    rows = accuracy.matrix.tolist()
    table: list[list[object]] = [["reference \\ predicted", *accuracy.columns, "total"]]
    table += [[name, *row, sum(row)] for name, row in zip(accuracy.names, rows, strict=True)]
    table.append(["total", *accuracy.matrix.sum(axis=0).tolist(), accuracy.n_test])
    return csv_text(table)


def percent_csv(accuracy: Accuracy) -> str:
    """The confusion matrix in per cent of the reference pixels of each class; the last column is their number."""
    table: list[list[object]] = [["reference \\ predicted, %", *accuracy.columns, "pixels"]]
    for name, row, of in zip(accuracy.names, accuracy.percent.tolist(), accuracy.support, strict=True):
        table.append([name, *("" if math.isnan(v) else f"{v:.4f}" for v in row), of])
    return csv_text(table)


def percent_of_map_csv(accuracy: Accuracy) -> str:
    """The confusion matrix in per cent of the test pixels that the map gives to each class; the last row is their
    number."""
    table: list[list[object]] = [["reference \\ predicted, % of the map", *accuracy.columns]]
    for name, row in zip(accuracy.names, accuracy.percent_of_map.tolist(), strict=True):
        table.append([name, *("" if math.isnan(v) else f"{v:.4f}" for v in row)])
    table.append(["pixels", *accuracy.matrix.sum(axis=0).tolist()])
    return csv_text(table)


def classes_csv(accuracy: Accuracy, *, intervals: bool = True) -> str:
    """One line a class: figures, Wilson's 95 % intervals of two, pixels of test, training and prediction."""
    header = [
        "number", "name", "producers_accuracy", "producers_low", "producers_high", "users_accuracy", "users_low",
        "users_high", "f1", "iou", "test_pixels", "predicted_pixels", "train_pixels",
    ]  # fmt: skip
    table: list[list[object]] = [list(header)]
    for i, number in enumerate(accuracy.classes):
        recall, precision = accuracy.producers_interval(i), accuracy.users_interval(i)
        bounds = [recall.low, recall.high, precision.low, precision.high] if intervals else [math.nan] * 4
        shares = [accuracy.producers[i], *bounds[:2], accuracy.users[i], *bounds[2:], accuracy.f1[i], accuracy.iou[i]]
        train = "" if accuracy.train_support is None else accuracy.train_support[i]
        counts = [accuracy.support[i], accuracy.predicted[i], train]
        table.append([number, accuracy.names[i], *map(cell, shares), *counts])
    return csv_text(table)


def draws_csv(draws: Draws) -> str:
    """One line a draw, then mean, standard deviation and the bounds of the 95 % interval (Student) as lines."""
    table: list[list[object]] = [["draw", "seed", "oa", "aa", "kappa", "test_pixels", "train_pixels", "overlap"]]
    for name, seed, found in zip(draws.names, draws.seeds, draws.figures, strict=True):
        known = [_known(v) for v in (found.n_test, found.n_train, found.overlap)]
        table.append([name, _known(seed), cell(found.oa), cell(found.aa), cell(found.kappa), *known])
    figures = (draws.oa, draws.aa, draws.kappa)
    table.append(["mean", "", *(cell(f.mean) for f in figures)])
    table.append(["sd", "", *(cell(f.sd) for f in figures)])
    table.append(["low", "", *(cell(f.interval.low) for f in figures)])
    table.append(["high", "", *(cell(f.interval.high) for f in figures)])
    return csv_text(table)


def area_csv(area: AreaEstimate, names: Iterable[str]) -> str:
    """One line a class: pixels on the map, estimates with half of their 95 % interval, weighted accuracies."""
    header = [
        "number", "name", "mapped_pixels", "estimated_pixels", "half_interval_pixels", "estimated_hectares",
        "half_interval_hectares", "users_accuracy", "users_se", "producers_accuracy", "producers_se",
    ]  # fmt: skip
    table: list[list[object]] = [list(header)]
    for i, (number, name) in enumerate(zip(area.classes, names, strict=True)):
        pixels, half = area.pixels(i)
        found = area.figures
        shares = (found.users[i], found.users_se[i], found.producers[i], found.producers_se[i])
        sizes = [pixels, half, *(area.hectares(i) or (math.nan, math.nan))]
        table.append(
            [number, name, area.mapped[i], *("" if math.isnan(v) else f"{v:.2f}" for v in sizes), *map(cell, shares)]
        )
    return csv_text(table)


def cell(share: float) -> str:
    return "" if math.isnan(share) else f"{share:.6f}"


def _known(value: int | None) -> int | str:
    return "" if value is None else value


def tab_separated(text: str) -> str:
    """The text of a CSV file as spreadsheets take it from the clipboard; a name with a tab in it gets a blank."""
    rows = csv.reader(io.StringIO(text))
    return "".join("\t".join(" ".join(cell.split()) for cell in row) + "\n" for row in rows)


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as the text of a CSV file, lines ended by a line feed."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(cells.row, rows))
    return out.getvalue()
