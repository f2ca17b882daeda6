"""The class whose references each pixel of a scene is nearest to, by tiles on all cores."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.least import first_least
from hsigui.analysis.on_scene import OnScene, on_scene
from hsigui.analysis.references import Matching
from hsigui.analysis.tiles import TILE_VALUES, TileReader, flat
from hsigui.cube.cube import Cube
from hsigui.cube.limits import require_room
from hsigui.jobs import Context
from hsigui.one_thread import one_blas_thread
from hsigui.texts import say

AT_ONCE = 2048  # spectra, which are gone through several times: what the cache nearest to a core holds
LONG_ROW = AT_ONCE // 4  # pixels: shorter rows are moved together
AHEAD = 2  # tiles a core that are read before they are computed
PIXEL_BYTES = 15  # of what is kept of a pixel: see `Nearest`

Box = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Nearest:
    """What is nearest to each pixel, whatever the threshold: it is applied to this.

    Attributes:
        matching: by which it was found.
        classes: place among the names of the matching, from 1; 0 where there is no data, or nothing can be compared.
            Rows x cols uint16.
        distance: to that class. Rows x cols float32; NaN where there is no data, infinite where no class is like it at
            all.
        second: to the class that is next; infinite where there is one class only. Likewise.
        likeness: 0 to 1, what the distance is in words of likeness. Likewise.
        valid: where there is data. Rows x cols.
        bands: numbers of the bands that were compared.
        notes: what was assumed or left out, a sentence each.
    """

    matching: Matching
    classes: NDArray[np.uint16]
    distance: NDArray[np.float32]
    second: NDArray[np.float32]
    likeness: NDArray[np.float32]
    valid: NDArray[np.bool_]
    bands: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def within(self, matching: Matching) -> Nearest:
        """The same under other thresholds.

        Raises:
            ValueError: the matching has other distances.
        """
        if not self.matching.same_distances(matching):
            raise ValueError("the distances are those of another matching")
        return replace(self, matching=matching)

    @property
    def decided(self) -> NDArray[np.uint16]:
        """The classes that are near enough, 0 for none. Rows x cols uint16."""
        limits = np.concatenate([[np.float32(-np.inf)], self.matching.limits]).astype(np.float32)
        with np.errstate(invalid="ignore"):
            near = (self.distance <= limits[self.classes]) & np.isfinite(self.distance)
        return np.where(near, self.classes, 0).astype(np.uint16)

    @property
    def share(self) -> NDArray[np.float32]:
        """How much nearer the class is than the next: its part of 1, by the inverse of the distances, from a half
        (alike) to 1. Rows x cols float32; NaN where there is no data."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = self.second / (self.distance + self.second)
        found[np.isinf(self.second) & np.isfinite(self.distance)] = 1.0
        found[(self.distance == 0) & (self.second == 0)] = 0.5
        found[np.isinf(self.distance)] = 0.5
        return found


def nearest(cube: Cube, matching: Matching, ctx: Context, box: Box | None = None, step: int = 1) -> Nearest:
    """The class whose reference each pixel is nearest to; of a class with several references the nearest counts.

    Args:
        box: top, left, bottom, right (the last two exclusive); None for the whole scene.
        step: of a box only every so many-th row and column.

    Raises:
        HsiError: as `on_scene`, or this machine has not enough memory.
        Cancelled: through the context.
    """
    prepared = on_scene(cube, matching)
    if box is not None:
        return _of_box(cube, matching, prepared, box, step, ctx)
    require_room(say("A map of {name}", name=cube.name), cube.rows, cube.cols, PIXEL_BYTES)
    out = _Out((cube.rows, cube.cols), matching, prepared, ctx.check)
    _run(cube, prepared, out, ctx)
    return out.found


def _run(cube: Cube, prepared: OnScene, out: _Out, ctx: Context) -> None:
    """All tiles of a scene, several at once; where a window of any size is cheap, they are read side by side, too."""
    waiting: deque[tuple[int, Future[None]]] = deque()
    cores = os.cpu_count() or 1

    def settle(left: int) -> None:
        while len(waiting) > left:
            stop, one = waiting.popleft()
            one.result()
            ctx.progress(stop, cube.rows, say("Comparing spectra"))

    with one_blas_thread(), ThreadPoolExecutor(cores) as pool:
        try:
            for rows, work in _works(cube, prepared, out, ctx):
                ctx.check()
                waiting.append((rows, pool.submit(work)))
                settle(AHEAD * cores)
            settle(0)
        finally:
            for _, one in waiting:
                one.cancel()


def _works(cube: Cube, prepared: OnScene, out: _Out, ctx: Context) -> Iterator[tuple[int, Callable[[], None]]]:
    """What is to be done of each tile, and the row at which it ends."""
    if not getattr(cube.source, "any_window_is_cheap", False):
        for tile in TileReader(cube, prepared.bands).tiles(ctx, say("Comparing spectra")):
            yield tile.rows.stop, partial(out.put, tile.rows, tile.spectra)
        return
    step = max(1, TILE_VALUES // (cube.cols * len(prepared.bands)))
    reader = TileReader(cube, prepared.bands)

    def read(rows: slice) -> None:
        window = reader.window(rows, slice(None))
        # A row that lies band by band is gone through as it lies; several would have to be moved together first.
        some = 1 if cube.cols >= LONG_ROW and window.strides[2] > window.strides[1] else len(window)
        for first in range(0, len(window), some):
            start = rows.start + first
            out.put(slice(start, start + some), flat(window[first : first + some]))

    for start in range(0, cube.rows, step):
        rows = slice(start, min(cube.rows, start + step))
        yield rows.stop, partial(read, rows)


def _of_box(cube: Cube, matching: Matching, prepared: OnScene, box: Box, step: int, ctx: Context) -> Nearest:
    """As `nearest`, of a box that is small enough to be held in memory."""
    top, left, bottom, right = box
    ctx.check()
    seen = TileReader(cube, prepared.bands).window(slice(top, bottom, step), slice(left, right, step))
    out = _Out(seen.shape[:2], matching, prepared, ctx.check)
    ctx.check()
    with one_blas_thread():
        out.put(slice(0, len(seen)), flat(seen))
    return out.found


def known_rows(spectra: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which spectra (pixels x bands) are finite throughout; one a pixel. The sum of one that is not is none either, and
    costs less than a look at every value."""
    with np.errstate(invalid="ignore", over="ignore"):
        known = np.isfinite(spectra @ np.ones(spectra.shape[1], dtype=np.float32))
    if known.all():
        return np.asarray(known)
    doubtful = np.flatnonzero(~known)  # a sum may be too large where no value is
    known[doubtful] = np.isfinite(spectra[doubtful]).all(axis=1)
    return np.asarray(known)


class _Out:
    """Where the answers of the tiles come together. Each tile writes rows of its own."""

    def __init__(
        self, shape: tuple[int, int], matching: Matching, prepared: OnScene, check: Callable[[], None]
    ) -> None:
        self._measured, self._check = prepared.measured, check
        self._groups, self._count = matching.places, len(matching.names)
        distance, second, likeness = (np.full(shape, np.nan, dtype=np.float32) for _ in range(3))
        self.found = Nearest(
            matching, np.zeros(shape, dtype=np.uint16), distance, second, likeness, np.zeros(shape, dtype=bool),
            tuple(prepared.bands.tolist()), prepared.notes,
        )  # fmt: skip

    def put(self, rows: slice, spectra: NDArray[np.float32]) -> None:
        """Finds the nearest classes of some rows, whose spectra are pixels x bands."""
        valid, found = known_rows(spectra), self.found
        where: slice | NDArray[np.bool_] = slice(None)
        if not valid.all():
            spectra, where = spectra[valid], valid
        count = len(spectra)
        classes = np.empty(count, dtype=np.uint16)
        distance, second = np.empty(count, dtype=np.float32), np.empty(count, dtype=np.float32)
        for start in range(0, count, AT_ONCE):
            self._check()
            part = slice(start, min(count, start + AT_ONCE))
            classes[part], distance[part], second[part] = self._of(spectra[part])
        likeness = self._measured.likeness(distance)
        found.valid[rows] = valid.reshape(found.valid[rows].shape)
        pairs = ((found.classes, classes), (found.distance, distance), (found.second, second),
                 (found.likeness, likeness))  # fmt: skip
        for whole, values in pairs:
            whole[rows].reshape(-1)[where] = values

    def _of(self, spectra: NDArray[np.float32]) -> tuple[NDArray[np.uint16], NDArray[np.float32], NDArray[np.float32]]:
        """Place of the nearest class from 1, and the distances to it and to the next class; one a pixel each."""
        compared = self._measured.compare(spectra)
        best, reference = self._best(compared.order)
        distance = compared.distances(reference)
        if self._count == 1:
            other, second = best, np.full(len(spectra), np.inf, dtype=np.float32)
        else:
            self._take_out(compared.order, best)
            other, reference = self._best(compared.order)
            second = compared.distances(reference)
        # What is alike to the last digit of float32 may have come in the wrong order.
        with np.errstate(invalid="ignore"):
            turned = second < distance
        if turned.any():
            best = np.where(turned, other, best)
            distance, second = np.where(turned, second, distance), np.where(turned, distance, second)
        known = ~np.isnan(distance)
        return np.where(known, best + 1, 0).astype(np.uint16), distance, np.where(known, second, np.nan)

    def _best(self, order: NDArray[np.float32]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The class that is first in the order of each pixel, and which of its references; one a pixel each."""
        reference = first_least(order)
        return self._groups[reference], reference

    def _take_out(self, order: NDArray[np.float32], best: NDArray[np.intp]) -> None:
        """Leaves only the references (columns of pixels x references) of other classes."""
        if self._count == len(self._groups):
            order[np.arange(len(order)), best] = np.inf
            return
        order[self._groups[None, :] == best[:, None]] = np.inf
