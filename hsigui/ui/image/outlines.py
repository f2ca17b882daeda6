"""Outlines of the regions of a raster, such as superpixels, drawn over the scene."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from hsigui.ui.image.overlay import REACH, Window

SMALLEST = 4.0  # logical pixels across; outlines of smaller regions would be all that is seen
SHADOWED = 9.0  # logical pixels across; below, a shadow would take what room is left inside
# Bright yellow on a shadow: one of the two stands out from whatever lies below, light or dark. Premultiplied.
_CLEAR, _SHADOW, _LINE = 0x00000000, 0x78000000, 0xFFFFE24A
_PIXELS = np.array([_CLEAR, _SHADOW, _LINE, _LINE], dtype=np.uint32)


class OutlineLayer:
    """The borders between regions: lines of one logical pixel, whatever the magnification."""

    def __init__(self) -> None:
        self.visible = True
        self.opacity = 1.0
        self._labels: NDArray[np.int32] = np.zeros((0, 0), dtype=np.int32)
        self._top = self._left = 0
        self._across = 0.0

    def set(self, labels: NDArray[np.int32], count: int, top: int = 0, left: int = 0) -> None:
        """Takes region numbers (rows x cols) of a part of the scene that begins at a pixel.

        Args:
            count: how many regions there are.
        """
        self._labels, self._top, self._left = labels, top, left
        self._across = float(np.sqrt(labels.size / max(count, 1)))

    def clear(self) -> None:
        self._labels = np.zeros((0, 0), dtype=np.int32)

    @property
    def empty(self) -> bool:
        return self._labels.size == 0

    def wide_enough(self, scale: float) -> bool:
        """Whether the regions can be told apart when a scene pixel takes up so many logical pixels."""
        return self._across * scale >= SMALLEST

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""
        if self.empty or not self.visible or not self.wide_enough(window.magnified / window.ratio):
            return
        thick = max(round(window.ratio), 1)
        lines = _lines(self._labels, window.around_rows - self._top, window.around_cols - self._left, thick)
        if lines is None:
            return
        codes = lines.astype(np.uint8) << np.uint8(1)
        if self._across * window.magnified / window.ratio >= SHADOWED:
            codes |= _grown(lines, thick)
        pixels = _PIXELS.take(codes[REACH:-REACH, REACH:-REACH])
        painter.setOpacity(self.opacity)
        window.draw(painter, pixels, QImage.Format.Format_ARGB32_Premultiplied)
        painter.setOpacity(1.0)


def _lines(
    labels: NDArray[np.int32], rows: NDArray[np.intp], cols: NDArray[np.intp], thick: int
) -> NDArray[np.bool_] | None:
    """Which device pixels lie on a border, for the raster's row of each device row and its column of each device
    column; some may lie outside the raster, where there is no border. None when there is nothing to draw."""
    row_values, row_places = np.unique(np.clip(rows, 0, labels.shape[0] - 1), return_inverse=True)
    col_values, col_places = np.unique(np.clip(cols, 0, labels.shape[1] - 1), return_inverse=True)
    part = labels.take(row_values, axis=0).take(col_values, axis=1)
    inside_rows = (rows >= 0) & (rows < labels.shape[0])
    inside_cols = (cols >= 0) & (cols < labels.shape[1])
    lines = np.zeros((len(rows), len(cols)), dtype=bool)
    for differs, places, others, out in (
        (part[1:] != part[:-1], row_places, col_places, lines),
        ((part[:, 1:] != part[:, :-1]).T, col_places, row_places, lines.T),
    ):
        steps = np.flatnonzero(np.diff(places))  # the device pixels behind which another pixel of the raster begins
        found = differs.take(places[steps], axis=0).take(others, axis=1)
        for shift in range(-((thick - 1) // 2), thick // 2 + 1):
            at = steps + shift
            kept = (at >= 0) & (at < len(places))
            out[at[kept]] |= found[kept]
    lines &= inside_rows[:, None] & inside_cols[None, :]
    return lines if lines.any() else None


def _grown(lines: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """The lines, and what lies within so many device pixels of them along an axis."""
    grown = lines.copy()
    for step in range(1, by + 1):
        grown[step:] |= lines[:-step]
        grown[:-step] |= lines[step:]
        grown[:, step:] |= lines[:, :-step]
        grown[:, :-step] |= lines[:, step:]
    return grown
