"""The figures of several draws of labels: mean, deviation and Student's interval of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hsigui.labels.classes import ClassInfo, ClassTable, Color
from hsigui.report.intervals import Interval, Mean, over_draws
from hsigui.report.metrics import Accuracy, measured_of

SHARE, KAPPA = Interval(0.0, 1.0), Interval(-1.0, 1.0)  # where these figures can lie


@dataclass(frozen=True)
class ClassDraws:
    """One class over the draws; draws that could not test it do not count."""

    number: int
    name: str
    color: Color
    producers: Mean
    users: Mean
    f1: Mean
    iou: Mean


@dataclass(frozen=True)
class Draws:
    """Several draws.

    Attributes:
        names: of the maps, one a draw.
        seeds: of the draws of labels; None where one is not known.
        hashes: of the files of each draw, by what they are; empty where they are not known.
        figures: accuracy of each draw.
        oa, aa, kappa: over the draws.
        classes: each class that occurs in a draw.
    """

    names: tuple[str, ...]
    seeds: tuple[int | None, ...]
    figures: tuple[Accuracy, ...]
    oa: Mean
    aa: Mean
    kappa: Mean
    classes: tuple[ClassDraws, ...]
    hashes: tuple[Mapping[str, str], ...] = ()


def summarised(
    figures: Sequence[Accuracy], names: Sequence[str], seeds: Sequence[int | None],
    hashes: Sequence[Mapping[str, str]] = (),
) -> Draws:  # fmt: skip
    """The figures over draws; classes are the same by number. Intervals end where a figure does: at 0 and 1.

    Raises:
        ValueError: not one name and one seed for each draw, or no draw.
    """
    if not figures or not len(figures) == len(names) == len(seeds):
        raise ValueError(f"{len(figures)} draws, {len(names)} names, {len(seeds)} seeds")
    classes = []
    for info in _table(figures):
        found = [(part, part.classes.index(info.number)) for part in figures if info.number in part.classes]

        def over(pick: Callable[[Accuracy], tuple[float, ...]], found: list[tuple[Accuracy, int]] = found) -> Mean:
            return over_draws([pick(part)[i] for part, i in found], within=SHARE)

        classes.append(
            ClassDraws(
                info.number, info.name, info.color, over(lambda a: a.producers), over(lambda a: a.users),
                over(lambda a: a.f1), over(lambda a: a.iou),
            )
        )  # fmt: skip
    return Draws(
        tuple(names), tuple(seeds), tuple(figures), over_draws([f.oa for f in figures], within=SHARE),
        over_draws([f.aa for f in figures], within=SHARE), over_draws([f.kappa for f in figures], within=KAPPA),
        tuple(classes), tuple(hashes) or tuple({} for _ in figures),
    )  # fmt: skip


def added_up(figures: Sequence[Accuracy]) -> Accuracy:
    """The draws as one: matrices and counts of pixels are sums, the shares those of the sums.

    Pixels tested in several draws count as often, so confidence intervals of these shares mean nothing.
    """
    if len(figures) == 1:
        return figures[0]
    table = _table(figures)
    size = len(table)
    matrix = np.zeros((size, size + 1), dtype=np.int64)
    trained = [0] * size
    for part in figures:
        place = [table.numbers.index(number) for number in part.classes]
        matrix[np.ix_(place, place)] += part.matrix[:, : len(place)]
        if part.matrix.shape[1] > len(place):
            matrix[place, size] += part.matrix[:, -1]
        for i, count in zip(place, part.train_support or (), strict=False):
            trained[i] += count
    known = all(part.train_support is not None for part in figures)
    cut = matrix if matrix[:, size].any() else matrix[:, :size]
    overlap = sum(part.overlap or 0 for part in figures)
    lost = sum(part.without_data for part in figures), sum(part.train_without_data for part in figures)
    return measured_of(table, cut, tuple(trained) if known else None, overlap if known else None, lost)


def _table(figures: Sequence[Accuracy]) -> ClassTable:
    found: dict[int, ClassInfo] = {}
    for part in figures:
        for number, name, color in zip(part.classes, part.names, part.colors, strict=True):
            found.setdefault(number, ClassInfo(number, name, color))
    return ClassTable(tuple(found.values()))
