"""Where the scene lies in the view: one scale and one offset, and the sums between pixels and places on the screen.

Scene coordinates are (row, col) with (0, 0) the outer corner of the upper left pixel and pixel centres at .5; view
coordinates are Qt's logical pixels.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

MAX_SCALE = 120.0
# So much of the scene (logical pixels) stays in the view, however far it is dragged.
KEPT = 48.0
MARGIN = 12.0


class Camera:
    """The scale (logical pixels a scene pixel) and the place of the scene's upper left corner in the view."""

    def __init__(self) -> None:
        self.rows = 0
        self.cols = 0
        self.scale = 1.0
        self.offset = QPointF(0, 0)
        self.fitted = True
        self._view = QSizeF(1, 1)

    @property
    def empty(self) -> bool:
        return self.rows == 0 or self.cols == 0

    @property
    def center(self) -> QPointF:
        """The middle of the view, in view coordinates."""
        return QPointF(self._view.width() / 2, self._view.height() / 2)

    @property
    def transform(self) -> QTransform:
        """From scene x = col, y = row to the view."""
        return QTransform(self.scale, 0, 0, self.scale, self.offset.x(), self.offset.y())

    def set_scene(self, rows: int, cols: int) -> None:
        """Takes another scene size and shows all of it."""
        self.rows, self.cols = rows, cols
        self.fit()

    def resize(self, size: QSizeF) -> None:
        """Takes another size of the view (logical pixels); what was in the middle stays there."""
        before = self.to_scene(self.center)
        self._view = size
        if self.fitted:
            self.fit()
        else:
            self.look_at(*before)

    def fit(self) -> None:
        """Shows the whole scene."""
        self.fitted = True
        if self.empty:
            return
        self.scale = self._fit_scale()
        self.offset = QPointF(
            (self._view.width() - self.cols * self.scale) / 2, (self._view.height() - self.rows * self.scale) / 2
        )

    def zoom(self, factor: float, at: QPointF) -> None:
        """Magnifies by a factor; the scene point under `at` (view coordinates) stays there."""
        if self.empty:
            return
        smallest = min(self._fit_scale() / 2, 1.0)
        scale = min(max(self.scale * factor, smallest), MAX_SCALE)
        ratio = scale / self.scale
        self.offset = at - (at - self.offset) * ratio
        self.scale = scale
        self.fitted = False
        self._clamp()

    def pan(self, dx: float, dy: float) -> None:
        """Moves the scene by logical pixels."""
        if self.empty:
            return
        self.offset += QPointF(dx, dy)
        self.fitted = False
        self._clamp()

    def look_at(self, row: float, col: float, scale: float | None = None) -> None:
        """Brings a scene point to the middle of the view, at the given scale or the present one."""
        if self.empty:
            return
        self.scale = min(scale or self.scale, MAX_SCALE)
        self.offset = self.center - QPointF(col * self.scale, row * self.scale)
        self.fitted = False
        self._clamp()

    def look_like(self, other: Camera) -> None:
        """Brings to the middle of the view what another one has there, as large; of the same scene."""
        self.look_at(*other.to_scene(other.center), other.scale)

    def to_scene(self, at: QPointF) -> tuple[float, float]:
        """Row and column (fractional) under a place of the view."""
        return (at.y() - self.offset.y()) / self.scale, (at.x() - self.offset.x()) / self.scale

    def to_view(self, row: float, col: float) -> QPointF:
        return QPointF(self.offset.x() + col * self.scale, self.offset.y() + row * self.scale)

    def pixel(self, at: QPointF) -> tuple[int, int]:
        """Row and column of the pixel under a place of the view; may lie outside the scene."""
        offset, scale = self.offset, self.scale  # not by `to_scene`: asked for several times at each move of a brush
        return math.floor((at.y() - offset.y()) / scale), math.floor((at.x() - offset.x()) / scale)

    def contains(self, row: int, col: int) -> bool:
        return 0 <= row < self.rows and 0 <= col < self.cols

    def box_rect(self, top: float, left: float, bottom: float, right: float) -> QRectF:
        """The place of a box of pixels in the view."""
        scale = self.scale
        corner = QPointF(self.offset.x() + left * scale, self.offset.y() + top * scale)
        return QRectF(corner, QSizeF((right - left) * scale, (bottom - top) * scale))

    def _fit_scale(self) -> float:
        width = max(self._view.width() - 2 * MARGIN, 1.0)
        height = max(self._view.height() - 2 * MARGIN, 1.0)
        return min(width / self.cols, height / self.rows, MAX_SCALE)

    def _clamp(self) -> None:
        width, height = self.cols * self.scale, self.rows * self.scale
        kept_x, kept_y = min(KEPT, width), min(KEPT, height)
        x = min(max(self.offset.x(), kept_x - width), self._view.width() - kept_x)
        y = min(max(self.offset.y(), kept_y - height), self._view.height() - kept_y)
        self.offset = QPointF(x, y)
