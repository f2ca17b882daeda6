"""Statistics and separability of classes as tables: an empty cell is a figure that is not defined."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import numpy as np

from hsigui.analysis.class_statistics import Statistics
from hsigui.analysis.separability import Separability
from hsigui.labels.formats import cells


def statistics_csv(found: Statistics) -> str:
    """A line for each class and measurement: pixels, mean, deviation, ends and percentiles."""
    waves = [] if found.wavelengths is None else ["wavelength_nm"]
    percents = [f"p{percent:g}" for percent in found.percents]
    lines: list[list[object]] = [
        ["number", "class", "pixels", "without_data", "measurement", *waves, "mean", "sd", "min", *percents, "max"]
    ]
    for each in found.classes:
        for place, name in enumerate(found.names):
            wave = [] if found.wavelengths is None else [f"{found.wavelengths[place]:g}"]
            values = (each.mean[place], each.deviation[place], each.least[place], *each.percentiles[:, place],
                      each.most[place])  # fmt: skip
            about: list[object] = [each.info.number, each.name, each.pixels, each.without, name]
            lines.append([*about, *wave, *map(_cell, values)])
    return _text(lines)


def covariance_csv(found: Statistics, *, correlation: bool = False) -> str:
    """A line for each class and measurement with its covariances (or correlations) with all measurements."""
    lines: list[list[object]] = [["number", "class", "measurement", *found.names]]
    for each in found.classes:
        matrix = each.correlation if correlation else each.covariance
        for name, row in zip(found.names, matrix, strict=True):
            lines.append([each.info.number, each.name, name, *map(_cell, row)])
    return _text(lines)


def separability_csv(found: Separability) -> str:
    """A line for each pair of classes, the hardest first."""
    lines: list[list[object]] = [
        ["first", "first_class", "second", "second_class", "jeffries_matusita", "transformed_divergence",
         "best_measurement", "next_measurement", "regularised", "few_pixels"]
    ]  # fmt: skip
    for pair in found.pairs:
        best = [found.names[place] for place in pair.best]
        lines.append(
            [pair.first, pair.names[0], pair.second, pair.names[1], _cell(pair.jeffries_matusita),
             _cell(pair.divergence), *best, *[""] * (2 - len(best)), int(pair.regularised), int(pair.few)]
        )  # fmt: skip
    return _text(lines)


def _cell(value: float) -> str:
    return f"{value:.7g}" if np.isfinite(value) else ""


def _text(lines: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(map(cells.row, lines))
    return out.getvalue()
