"""What a scene looks like as a whole: a picture of every so many pixels, and the values behind one of them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState, first_view, render, render_with_tones, values_of
from hsigui.cube.stretch import Tones

SHOWN_PIXELS = 6_000_000  # a larger scene is shown with every second (third, ...) pixel
READ_BYTES = 6_000_000_000  # of the file for a picture, what is read in passing counted
APART_BYTES = 16_384  # from one pixel to the next, from which on what lies between is not read: see `strided`


@dataclass(frozen=True)
class Picture:
    """A rendered view: rows x cols x 3 uint8, every `step`-th pixel.

    Attributes:
        view: what it shows; None where that is not known.
        tones: how values became brightness in it.
    """

    rgb: NDArray[np.uint8]
    step: int
    view: ViewState | None = None
    tones: Tones | None = None


def display_step(cube: Cube) -> int:
    """Every how many pixels are shown, so that a picture stays below SHOWN_PIXELS and does not read more than
    READ_BYTES: in a huge scene whose pixels are stored whole (bip) each that is shown is a read of its own."""
    step = max(1, math.ceil(math.sqrt(cube.rows * cube.cols / SHOWN_PIXELS)))
    return readable_step(cube, cube.rows * cube.cols, step)


def readable_step(cube: Cube, pixels: int, step: int) -> int:
    """A step, or the next larger one at which a picture of a part of so many pixels reads no more than READ_BYTES."""
    if getattr(cube.source, "order", "") != "bip":
        return step
    apart = cube.bands * cube.dtype.itemsize
    while pixels / step**2 * min(step * apart, APART_BYTES) > READ_BYTES:
        step += 1
    return step


def picture_of(cube: Cube, view: ViewState, check: Callable[[], None] = lambda: None) -> Picture:
    """Renders a view, stretched by the percentiles of the valid pixels; `check` may raise to stop."""
    step = display_step(cube)
    check()
    rgb, tones = render_with_tones(cube, view, step=step)
    return Picture(rgb, step, view, tones)


def thumbnail_of(cube: Cube, band: int, side: int) -> NDArray[np.uint8]:
    """A small picture of one band in grey, rows x cols x 3 uint8, neither side longer than `side` pixels."""
    step = max(1, math.ceil(max(cube.rows, cube.cols) / side))
    return render(cube, replace(first_view(cube), single=band), step=step)


def values_at(cube: Cube, view: ViewState, row: int, col: int) -> NDArray[np.float32]:
    """The values of one pixel in the bands that are shown: one or three float32, NaN where there is no data."""
    return values_of(cube, view, slice(row, row + 1), slice(col, col + 1))[0, 0]
