"""Several scenes as a network reads them: one below the other, with rows between that belong to none.

Whoever cuts tiles, finds superpixels or gathers patches works on the stack as on one scene. Nothing reaches from one
scene into another: rows and columns without a scene hold no valid pixel, and the reflection of the scene beside them,
which is what patches see beyond a scene's border elsewhere, too.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.transform import BandTransform
from hsigui.methods import scene as one_scene
from hsigui.methods.scene import SceneValues

EDGE = 8  # pixels beyond a scene's border that patches look at, at most; it is as far as dense encoders look, too
GAP = 2 * EDGE  # rows between two scenes


class StackedScenes(SceneValues):
    """Transformed values of several cubes of the same bands, in the order given; the first begins at row and column 0.

    Args:
        transform: from the cubes' values to the network's input.
        check: called between blocks while reading; may raise to stop.
        resident_values: how many values may be held in memory; None for as many as the limit of memory leaves.
    """

    def __init__(
        self, cubes: Sequence[Cube], transform: BandTransform, check: Callable[[], None] = lambda: None,
        *, resident_values: int | None = None,
    ) -> None:  # fmt: skip
        self._transform, self.channels = transform, transform.channels
        heights = [cube.rows + GAP for cube in cubes]
        self._tops = [0, *accumulate(heights[:-1])]
        self.rows = sum(heights) - GAP
        widest = max(cube.cols for cube in cubes)
        self.cols = max(cube.cols + (EDGE if cube.cols < widest else 0) for cube in cubes)
        self._values = self._valid = None
        most = one_scene.held_values() if resident_values is None else resident_values
        if self.rows * self.cols * self.channels <= most:
            self._scenes = self._held(cubes, check)
        else:
            each = most // len(cubes)
            self._scenes = tuple(SceneValues(cube, transform, check, resident_values=each) for cube in cubes)

    def _held(self, cubes: Sequence[Cube], check: Callable[[], None]) -> tuple[SceneValues, ...]:
        """Fills the stack; the scenes are views of it."""
        self._values = np.zeros((self.rows, self.cols, self.channels), dtype=np.float32)
        self._valid = np.zeros((self.rows, self.cols), dtype=bool)
        scenes = []
        for cube, top in zip(cubes, self._tops, strict=True):
            inside = slice(top, top + cube.rows), slice(0, cube.cols)
            self._values[inside] = self._transform.apply_to_cube(cube, check)
            self._valid[inside] = cube.valid_mask(check)
            _reflect_around(self._values, *inside)
            scenes.append(SceneValues.of(self._values[inside], self._valid[inside]))
        return tuple(scenes)

    @property
    def parts(self) -> tuple[tuple[SceneValues, int], ...]:
        """The scenes, and the row at which each begins."""
        return tuple(zip(self._scenes, self._tops, strict=True))

    def one(self, below: Callable[[int], int]) -> tuple[SceneValues, int]:
        """One of the scenes, each with the chance of its pixels with data, and the row at which it begins."""
        until = self._until
        number = bisect_right(until, below(until[-1]))
        return self._scenes[number], self._tops[number]

    @cached_property
    def _until(self) -> list[int]:
        return list(accumulate(scene.filled_count for scene in self._scenes))

    @cached_property
    def filled(self) -> NDArray[np.intp]:
        """Pixels with data, n x 2 (row, col), of all scenes; see `SceneValues.filled`.

        Raises:
            HsiError: a scene has none.
        """
        return np.concatenate([scene.filled + np.array([top, 0]) for scene, top in self.parts])

    def window(self, top: int, left: int, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Values (height x width x channels) and validity (height x width) of a window of the stack."""
        if self._values is not None and self._valid is not None:
            return super().window(top, left, height, width)
        values = np.zeros((height, width, self.channels), dtype=np.float32)
        valid = np.zeros((height, width), dtype=bool)
        for scene, first in self.parts:
            start, stop = max(top, first), min(top + height, first + scene.rows)
            wide = min(left + width, scene.cols) - left
            if start < stop and wide > 0:
                inside = slice(start - top, stop - top), slice(0, wide)
                values[inside], valid[inside] = scene.window(start - first, left, stop - start, wide)
        return values, valid

    def excerpt(
        self, draw: Callable[[int], int], check: Callable[[], None], *, most: int | None = None,
        size: tuple[int, int] | None = None,
    ) -> list[tuple[NDArray[np.float32], NDArray[np.bool_]]]:  # fmt: skip
        """Windows of all scenes, of each as many as its share of pixels with data; all of one size, which is rows x
        cols. See `SceneValues.excerpt`.

        Raises:
            HsiError: a scene holds no data.
        """
        side = one_scene.WINDOW_SIDE
        size = size or (min(side, *(s.rows for s in self._scenes)), min(side, *(s.cols for s in self._scenes)))
        wished, total = most or one_scene.most_windows(size[0] * size[1] * self.channels), self._until[-1]
        found = []
        for scene in self._scenes:
            share = max(1, round(wished * scene.filled_count / total))
            found += scene.excerpt(draw, check, most=share, size=size)
        return found

    def of_first(self, values: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """A map of the first scene (its rows x cols) as one of the stack (rows x cols), 0 elsewhere."""
        out = np.zeros((self.rows, self.cols), dtype=values.dtype)
        out[: values.shape[0], : values.shape[1]] = values
        return out


def _reflect_around(stack: NDArray[np.float32], rows: slice, cols: slice) -> None:
    """Fills what lies above, below and to the right of a scene with its reflection, as far as there is room."""
    top, bottom, right = rows.start, rows.stop, cols.stop
    above = EDGE if top else 0
    below = min(EDGE, stack.shape[0] - bottom)
    if above:
        stack[top - EDGE : top, cols] = stack[top + EDGE : top : -1, cols]
    if below:
        stack[bottom : bottom + below, cols] = stack[bottom - 2 : bottom - 2 - below : -1, cols]
    reach = slice(top - above, bottom + below)
    beside = min(EDGE, stack.shape[1] - right)
    if beside:
        stack[reach, right : right + beside] = stack[reach, right - 2 : right - 2 - beside : -1]
