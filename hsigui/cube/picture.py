"""What a scene looks like as a whole: a composite of every so many pixels, and the values behind one of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState, render

SHOWN_PIXELS = 6_000_000  # a larger scene is shown with every second (third, ...) pixel


@dataclass(frozen=True)
class Picture:
    """A rendered composite: rows x cols x 3 uint8, every `step`-th pixel."""

    rgb: NDArray[np.uint8]
    step: int


def display_step(cube: Cube) -> int:
    """Every how many pixels are shown, so that a picture stays below SHOWN_PIXELS."""
    return max(1, math.ceil(math.sqrt(cube.rows * cube.cols / SHOWN_PIXELS)))


def picture_of(cube: Cube, view: ViewState, check: Callable[[], None] = lambda: None) -> Picture:
    """Renders a composite, stretched by the percentiles of the valid pixels; `check` may raise to stop."""
    step = display_step(cube)
    check()
    return Picture(render(cube, view, step=step), step)


def values_at(cube: Cube, view: ViewState, row: int, col: int) -> NDArray[np.float32]:
    """The values of one pixel in the three bands that are shown: three float32, NaN where there is no data."""
    bands = [view.red, view.green, view.blue]
    window: NDArray[np.float32] = cube.read(slice(row, row + 1), slice(col, col + 1), bands)
    return np.asarray(window[0, 0])
