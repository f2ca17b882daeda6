"""Which pixels of the scene lie under the device pixels of a part of the view."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.overlay import REACH, Window


def scene_window(camera: Camera, exposed: QRect, ratio: float) -> Window | None:
    """What of the scene an exposed part of the view (logical pixels) shows; None when it shows none of it.

    Args:
        ratio: device pixels a logical pixel.
    """
    left, top = math.floor(exposed.left() * ratio), math.floor(exposed.top() * ratio)
    right, bottom = math.ceil((exposed.right() + 1) * ratio), math.ceil((exposed.bottom() + 1) * ratio)
    # Some device pixels more on each side: they tell where scene pixels begin and end, and which lines reach inside.
    around_cols = _indices(left - REACH, right + REACH, ratio, camera.offset.x(), camera.scale)
    around_rows = _indices(top - REACH, bottom + REACH, ratio, camera.offset.y(), camera.scale)
    wide_cols, wide_rows = around_cols[REACH - 1 : 1 - REACH], around_rows[REACH - 1 : 1 - REACH]
    cols, rows = wide_cols[1:-1], wide_rows[1:-1]
    in_cols, in_rows = (cols >= 0) & (cols < camera.cols), (rows >= 0) & (rows < camera.rows)
    if not (in_cols.any() and in_rows.any()):
        return None
    factor = max(math.ceil(1 / (camera.scale * ratio)), 1)
    first_col, first_row = int(in_cols.argmax()), int(in_rows.argmax())
    return Window(
        left + first_col,
        top + first_row,
        rows[in_rows],
        cols[in_cols],
        factor,
        _ends(wide_rows)[:, in_rows],
        _ends(wide_cols)[:, in_cols],
        camera.scale * ratio,
        ratio,
        around_rows[first_row : first_row + int(in_rows.sum()) + 2 * REACH],
        around_cols[first_col : first_col + int(in_cols.sum()) + 2 * REACH],
    )


def _ends(wide: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Which device rows are the first (row 0) and the last (row 1) of their scene row; of one more at each end."""
    change = wide[1:] != wide[:-1]
    return np.stack([change[:-1], change[1:]])


def _indices(first: int, last: int, ratio: float, offset: float, scale: float) -> NDArray[np.intp]:
    """The scene row or column under the centre of each device pixel from first to last (exclusive)."""
    centres = (np.arange(first, last) + 0.5) / ratio
    return np.asarray(np.floor((centres - offset) / scale).astype(np.intp))
