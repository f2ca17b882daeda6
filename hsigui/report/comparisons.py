"""Each method of a study, or of a suite of studies, against its own untrained network and against no encoder at all.

Both on the same draws, so it is their differences that are told (see `paired`). The values of p of one kind of
comparison are corrected together, over all methods, cells and scenes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from hsigui.report.paired import difference, holm, over_cells
from hsigui.report.study import Candidate, Comparison, Gain, RowKey, Score

UNTRAINED, SPATIAL = "untrained", "spatial-only"
AGAINST = (UNTRAINED, SPATIAL)

Cell = tuple[str, str, int]  # scene, split, labels
Draws = dict[int, float]  # draw -> overall accuracy, or a difference of two


@dataclass(frozen=True)
class DifferenceTable:
    """All comparisons of one kind, to be shown.

    Attributes:
        against: one of `AGAINST`.
        cells: its columns: scene, split, labels.
        rows: of each method its title, its differences in the order of the columns (None where there is none), and
            their mean.
    """

    against: str
    cells: tuple[Cell, ...]
    rows: tuple[tuple[str, tuple[Comparison | None, ...], Gain | None], ...]


def difference_tables(comparisons: Sequence[Comparison], gains: Sequence[Gain]) -> list[DifferenceTable]:
    """A table for each kind of comparison that there is."""
    tables = []
    for against in AGAINST:
        found = {(c.key, c.cell): c for c in comparisons if c.against == against}
        means = {g.key: g for g in gains if g.against == against}
        cells = tuple(dict.fromkeys(cell for _, cell in found))
        titles = {c.key: c.title for c in found.values()}
        rows = tuple(
            (title, tuple(found.get((key, cell)) for cell in cells), means.get(key)) for key, title in titles.items()
        )
        if rows:
            tables.append(DifferenceTable(against, cells, rows))
    return tables


def compare(
    candidates: Sequence[Candidate], scores: Mapping[str, Iterable[Score]]
) -> tuple[tuple[Comparison, ...], tuple[Gain, ...]]:
    """The differences of overall accuracy, cell by cell, and their means over all cells.

    Args:
        candidates: of all scenes.
        scores: by scene; of a single one under any name.

    Returns:
        Comparisons and means over cells; none of what has no draw in common with what it is compared with.
    """
    found: dict[RowKey, dict[Cell, Draws]] = {}
    for scene, own in scores.items():
        for score in own:
            cells = found.setdefault(score.key, {})
            cells.setdefault((scene, score.split, score.labels), {})[score.draw] = score.oa
    comparisons, gains = [], []
    for against in AGAINST:
        told: list[Comparison] = []
        for candidate in (c for c in candidates if c.family == "method" and not c.untrained):
            other = _other(candidate, candidates, against)
            cells = {} if other is None else _differences(found.get(candidate.key, {}), found.get(other.key, {}))
            told += [_comparison(candidate, against, cell, draws) for cell, draws in cells.items()]
            gains += _gain(candidate, against, cells)
        corrected = holm([each.p for each in told])
        comparisons += [replace(each, p_holm=p) for each, p in zip(told, corrected, strict=True)]
    return tuple(comparisons), tuple(gains)


def _other(candidate: Candidate, candidates: Sequence[Candidate], against: str) -> Candidate | None:
    """What a method is compared with: of the same level of context where there is one."""
    if against == UNTRAINED:
        twin = candidate.key._replace(untrained=True)
        return next((c for c in candidates if c.key == twin), None)
    alike = [c for c in candidates if c.method == SPATIAL and c.context in (candidate.context, "")]
    return max(alike, key=lambda c: c.context == candidate.context, default=None)


def _differences(own: Mapping[Cell, Draws], other: Mapping[Cell, Draws]) -> dict[Cell, Draws]:
    """The differences of the draws that both have, of the cells where there are some."""
    shared = {
        cell: {draw: oa - other[cell][draw] for draw, oa in draws.items() if draw in other[cell]}
        for cell, draws in own.items()
        if cell in other
    }
    return {cell: draws for cell, draws in shared.items() if draws}


def _comparison(candidate: Candidate, against: str, cell: Cell, draws: Draws) -> Comparison:
    scene, split, labels = cell
    told = difference(list(draws.values()))
    return Comparison(
        candidate.method, candidate.preset, candidate.context, candidate.title, against, scene, split, labels,
        told.count, told.mean, told.se, told.p, None,
    )  # fmt: skip


def _gain(candidate: Candidate, against: str, cells: Mapping[Cell, Draws]) -> list[Gain]:
    told = over_cells(list(cells.values()))
    if told is None:
        return []
    return [
        Gain(
            candidate.method, candidate.preset, candidate.context, candidate.title, against, len(cells), told.count,
            told.mean, told.se,
        )
    ]  # fmt: skip
