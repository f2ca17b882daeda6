"""A cube as a network reads it: transformed windows, held in memory when they fit, else read each time."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.texts import say

RESIDENT_VALUES = 150_000_000  # float32 values held in memory at most (600 MB)
WINDOW_SIDE = 128
MOST_WINDOWS = 48
FEWEST_WINDOWS = 4  # however little memory there is
COPIES = 3  # of transformed values that a training may hold at once: themselves, with their surroundings, on the device
GRID_PIXELS = 40_000  # pixels of a scene on disk that are looked at to find where it has data


def held_values() -> int:
    """Float32 values of scenes that a training may hold: the usual number, fewer under a limit of memory."""
    return working_memory.within(RESIDENT_VALUES, 0.5, 4 * COPIES)


def most_windows(values: int) -> int:
    """How many windows stand for a scene that is too large to hold: the usual number, fewer under a limit of memory.

    Args:
        values: of one window, its channels counted.
    """
    return max(FEWEST_WINDOWS, working_memory.within(MOST_WINDOWS * values, 0.3, 4 * COPIES) // values)


class SceneValues:
    """Transformed values of a cube, rows x cols x channels float32, 0 where there is no data.

    Args:
        transform: from the cube's values to the network's input.
        check: called between blocks while reading; may raise to stop.
        resident_values: how many values may be held in memory; None for as many as the limit of memory leaves.
    """

    def __init__(
        self, cube: Cube, transform: BandTransform, check: Callable[[], None] = lambda: None,
        *, resident_values: int | None = None,
    ) -> None:  # fmt: skip
        self._cube, self._transform = cube, transform
        self.rows, self.cols, self.channels = cube.rows, cube.cols, transform.channels
        self._values: NDArray[np.float32] | None = None
        self._valid: NDArray[np.bool_] | None = None
        if cube.rows * cube.cols * transform.channels <= (
            held_values() if resident_values is None else resident_values
        ):
            self._values = transform.apply_to_cube(cube, check)
            self._valid = cube.valid_mask(check)

    @classmethod
    def of(cls, values: NDArray[np.float32], valid: NDArray[np.bool_]) -> SceneValues:
        """A scene over values that are transformed already. `values` is rows x cols x channels, `valid` rows x cols."""
        scene = cls.__new__(cls)
        scene.rows, scene.cols, scene.channels = values.shape
        scene._values, scene._valid = values, valid
        return scene

    @property
    def whole(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]] | None:
        """All values and their validity when they are held in memory; None for a scene read by windows. Rows x cols x
        channels, and rows x cols."""
        return None if self._values is None or self._valid is None else (self._values, self._valid)

    @property
    def parts(self) -> tuple[tuple[SceneValues, int], ...]:
        """The scenes that it is made of, one below the other, and the row at which each begins: one, itself."""
        return ((self, 0),)

    def one(self, below: Callable[[int], int]) -> tuple[SceneValues, int]:
        """The scene that a tile is cut from, and the row at which it begins here.

        Args:
            below: gives a random whole number below its argument; called only where there is a choice.
        """
        del below
        return self, 0

    @cached_property
    def filled(self) -> NDArray[np.intp]:
        """Pixels with data, n x 2 (row, col); of a scene that is read by windows, those of a grid over it.

        Raises:
            HsiError: there are none.
        """
        if self._valid is not None:
            found = np.argwhere(self._valid)
        else:
            step = self._step
            read = self._cube.read(slice(None, None, step), slice(None, None, step), self._transform.good.tolist())
            found = step * np.argwhere(np.isfinite(read).all(axis=2))
        if len(found) == 0:
            raise HsiError(say("The scene holds almost no data."), say("Check the no-data value and the bad bands."))
        return found

    def corner(self, number: int, height: int, width: int) -> tuple[int, int]:
        """The upper left pixel of a window around one of the pixels with data, inside the scene."""
        row, col = self.filled[number].tolist()
        top = min(max(0, row - height // 2), self.rows - height)
        return top, min(max(0, col - width // 2), self.cols - width)

    def window(self, top: int, left: int, height: int, width: int) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Values (height x width x channels) and validity (height x width) of a window inside the scene."""
        rows, cols = slice(top, top + height), slice(left, left + width)
        if self._values is not None and self._valid is not None:
            return self._values[rows, cols], self._valid[rows, cols]
        return transformed(self._cube, self._transform, rows, cols)

    @cached_property
    def filled_count(self) -> int:
        """How many pixels have data; of a scene that is read by windows about."""
        if self._valid is not None:
            return int(np.count_nonzero(self._valid))
        return len(self.filled) * self._step**2

    @property
    def _step(self) -> int:
        """Of the grid over a scene that is read by windows."""
        return max(1, math.ceil(math.sqrt(self.rows * self.cols / GRID_PIXELS)))

    def excerpt(
        self, draw: Callable[[int], int], check: Callable[[], None], *, most: int | None = None,
        size: tuple[int, int] | None = None,
    ) -> list[tuple[NDArray[np.float32], NDArray[np.bool_]]]:  # fmt: skip
        """Random square windows that stand for a scene too large to hold; in one that is mostly empty, where data are.
        Each is rows x cols x channels with its validity, rows x cols: at most 128 x 128, less in a narrower scene.

        Args:
            draw: gives a random whole number below its argument.
            most: how many windows at most; None for 48, or as many as the limit of memory leaves.
            size: rows and columns of a window, inside the scene; None for 128 or the scene's own.

        Raises:
            HsiError: the scene holds no data.
        """
        height, width = size or (min(WINDOW_SIDE, self.rows), min(WINDOW_SIDE, self.cols))
        wished = most or most_windows(height * width * self.channels)
        found = []
        for tried in range(4 * wished):
            check()
            if tried < 3 * wished:
                corner = draw(self.rows - height + 1), draw(self.cols - width + 1)
            else:
                corner = self.corner(draw(len(self.filled)), height, width)
            values, valid = self.window(*corner, height, width)
            if valid.mean() > 0.2 or (tried >= 3 * wished and valid.any()):
                found.append((values, valid))
            if len(found) == wished:
                break
        return found


def transformed(
    cube: Cube, transform: BandTransform, rows: slice, cols: slice
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Transformed values of a window read from the cube, 0 where it has no data, and where it has some. Rows x cols x
    channels, and rows x cols."""
    read = cube.read(rows, cols)
    valid = np.asarray(np.isfinite(read[..., transform.good]).all(axis=2))
    if not valid.any():  # a scene may be nearly empty: most of its windows are looked at for nothing
        return np.zeros((*valid.shape, transform.channels), dtype=np.float32), valid
    values = transform.apply(read)
    values[~valid] = 0.0
    return values, valid
