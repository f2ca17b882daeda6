"""What reads a scene to be looked at, on a worker thread: its composite, and the values of a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.picture import Picture, picture_of, values_at
from hsigui.cube.render import ViewState
from hsigui.jobs import Context


def draw_picture(ctx: Context, cube: Cube, view: ViewState) -> Picture:
    """Renders a composite, stretched by the percentiles of the valid pixels."""
    return picture_of(cube, view, ctx.check)


def read_values(_ctx: Context, cube: Cube, view: ViewState, row: int, col: int) -> tuple[int, int, NDArray[np.float32]]:
    """Row and column of a pixel, and its values in the three bands that are shown."""
    return row, col, values_at(cube, view, row, col)
