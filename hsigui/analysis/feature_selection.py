"""Pixels that lie inside outlines which are drawn over two of their measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.feature_space import READ_AT_ONCE, Cloud, grid_of
from hsigui.analysis.outlines import Outline, inside
from hsigui.cube.areas import PixelAreas
from hsigui.jobs import Context
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say


@dataclass(frozen=True, eq=False)
class Selection:
    """Pixels that lie inside outlines, with those that were selected before and stay.

    Attributes:
        cloud: what the outlines were drawn in.
        outlines: at least one.
        mask: of the pixels that were looked at, rows x cols of the cloud: those inside the outlines.
        pixels: how many are selected, with those before; about, where not every pixel was looked at.
        square_metres: how large they are together; None where that is not known.
        before: what was selected before, maybe by other measurements.
    """

    cloud: Cloud
    outlines: tuple[Outline, ...]
    mask: NDArray[np.bool_]
    pixels: int
    square_metres: float | None = None
    before: Selection | None = None

    @property
    def parts(self) -> tuple[Selection, ...]:
        """This one and those before, one by one."""
        return (self, *(() if self.before is None else self.before.parts))

    @property
    def exact(self) -> bool:
        """Whether every pixel was looked at."""
        return all(part.cloud.step == 1 for part in self.parts)

    def window(self, rows: slice, cols: slice) -> NDArray[np.bool_]:
        """Which pixels of a window of the scene are selected, rows x cols; where only some pixels of the scene were
        looked at, the values of the window are read."""
        found = self._own(rows, cols)
        for part in self.parts[1:]:
            found |= part._own(rows, cols)
        return found

    def _own(self, rows: slice, cols: slice) -> NDArray[np.bool_]:
        top, left, bottom, right = self.cloud.box
        down, across = np.arange(self.cloud.shape[0])[rows], np.arange(self.cloud.shape[1])[cols]
        found = np.zeros((len(down), len(across)), dtype=bool)
        r = np.flatnonzero((down >= top) & (down < bottom))
        c = np.flatnonzero((across >= left) & (across < right))
        if not len(r) or not len(c):
            return found
        part = slice(r[0], r[-1] + 1), slice(c[0], c[-1] + 1)
        if self.cloud.step == 1:
            found[part] = self.mask[np.ix_(down[r] - top, across[c] - left)]
            return found
        here = slice(int(down[r[0]]), int(down[r[-1]]) + 1, rows.step or 1)
        there = slice(int(across[c[0]]), int(across[c[-1]]) + 1, cols.step or 1)
        x, y = self.cloud.x.read(here, there), self.cloud.y.read(here, there)
        found[part] = inside(x, y, self.outlines)
        return found

    def area(self, ctx: Context) -> Area | None:
        """All of the pixels of the scene, by tiles: top, left and mask; None without any.

        Raises:
            Cancelled: through the context.
        """
        boxes = np.array([part.cloud.box for part in self.parts])
        (top, left), (bottom, right) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
        mask = np.zeros((bottom - top, right - left), dtype=bool)
        at_once = max(1, READ_AT_ONCE // max(1, right - left))
        for start in range(top, bottom, at_once):
            ctx.progress(start - top, bottom - top, say("Finding the selected pixels"))
            rows = slice(start, min(start + at_once, bottom))
            mask[rows.start - top : rows.stop - top] = self.window(rows, slice(left, right))
        return trimmed(top, left, mask)


def select(
    cloud: Cloud, outlines: Sequence[Outline], areas: PixelAreas | None = None, before: Selection | None = None
) -> Selection:
    """The pixels of a cloud inside one of some outlines (each corners x 2).

    Args:
        areas: how large pixels are; None where that is not known.
        before: what is selected already, and stays.
    """
    mask = inside(cloud.columns, cloud.lines, outlines)
    fresh = mask if before is None else mask & ~before.window(*grid_of(cloud))
    pixels = int(np.count_nonzero(fresh)) * cloud.step**2
    metres = None if areas is None else _square_metres(cloud, fresh, areas)
    if before is not None:
        pixels += before.pixels
        metres = None if metres is None or before.square_metres is None else metres + before.square_metres
    return Selection(cloud, tuple(outlines), mask, pixels, metres, before)


def _square_metres(cloud: Cloud, mask: NDArray[np.bool_], areas: PixelAreas) -> float:
    rows = np.flatnonzero(mask.any(axis=1))
    if not len(rows):
        return 0.0
    down, across = grid_of(cloud)
    total, at_once = 0.0, max(1, READ_AT_ONCE // max(1, cloud.shape[1]))
    for start in range(int(rows[0]), int(rows[-1]) + 1, at_once):
        part = mask[start : start + at_once]
        first = down.start + start * cloud.step
        sizes = areas.rows(slice(first, first + len(part) * cloud.step, cloud.step))
        total += float(sizes[:, across][part].sum())
    return total * cloud.step**2
