"""Where the scene lies in the view: one scale, one offset and a turn, and the sums between pixels and places on the
screen.

Scene coordinates are (row, col) with (0, 0) the outer corner of the upper left pixel and pixel centres at .5; view
coordinates are Qt's logical pixels. Most scenes are not turned: rows run downwards, columns to the right.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPolygonF, QTransform

from hsigui.ui.image.turning import UPRIGHT, Turn

MAX_SCALE = 120.0
# So much of the scene (logical pixels) stays in the view, however far it is dragged.
KEPT = 48.0
MARGIN = 12.0


def fine_step(box: tuple[int, int, int, int], most: int) -> int:
    """Every how many pixels of a box (top, left, bottom, right; the last two exclusive) are drawn, so that no more than
    so many are."""
    top, left, bottom, right = box
    return max(1, math.ceil(math.sqrt((bottom - top) * (right - left) / most)))


class Camera:
    """Scale (logical pixels a scene pixel), turn, and the place of the scene's upper left corner in the view."""

    def __init__(self) -> None:
        self.rows = 0
        self.cols = 0
        self.scale = 1.0
        self.offset = QPointF(0, 0)
        self.turn = UPRIGHT
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
        s, t = self.scale, self.turn
        return QTransform(
            s * t.col_x, s * t.col_y, s * t.row_x, s * t.row_y, self.offset.x(), self.offset.y()
        )  # fmt: skip

    @property
    def view(self) -> QRectF:
        """The whole view, in view coordinates."""
        return QRectF(QPointF(0, 0), self._view)

    @property
    def outline(self) -> QPolygonF:
        """The corners of the scene, in view coordinates."""
        corners = ((0, 0), (0, self.cols), (self.rows, self.cols), (self.rows, 0))
        return QPolygonF([self.to_view(row, col) for row, col in corners])

    def set_turn(self, turn: Turn) -> None:
        """Turns the scene; what was in the middle of the view stays there."""
        if turn == self.turn:
            return
        before = self.to_scene(self.center)
        self.turn = turn
        if self.fitted or self.empty:
            self.fit()
        else:
            self.look_at(*before)

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
        if self.turn.upright:
            self.offset = QPointF(
                (self._view.width() - self.cols * self.scale) / 2, (self._view.height() - self.rows * self.scale) / 2
            )
        else:
            self.offset = self.center - self._from_corner(self.rows / 2, self.cols / 2)

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
        self.offset = self.center - self._from_corner(row, col)
        self.fitted = False
        self._clamp()

    def look_like(self, other: Camera) -> None:
        """Brings to the middle of the view what another one has there, as large and turned alike; of the same scene."""
        self.turn = other.turn
        self.look_at(*other.to_scene(other.center), other.scale)

    def to_scene(self, at: QPointF) -> tuple[float, float]:
        """Row and column (fractional) under a place of the view."""
        x, y = (at.x() - self.offset.x()) / self.scale, (at.y() - self.offset.y()) / self.scale
        return (y, x) if self.turn.upright else self.turn.back(x, y)

    def to_view(self, row: float, col: float) -> QPointF:
        if self.turn.upright:
            return QPointF(self.offset.x() + col * self.scale, self.offset.y() + row * self.scale)
        return self.offset + self._from_corner(row, col)

    def pixel(self, at: QPointF) -> tuple[int, int]:
        """Row and column of the pixel under a place of the view; may lie outside the scene."""
        if not self.turn.upright:
            row, col = self.to_scene(at)
            return math.floor(row), math.floor(col)
        offset, scale = self.offset, self.scale  # not by `to_scene`: asked for several times at each move of a brush
        return math.floor((at.y() - offset.y()) / scale), math.floor((at.x() - offset.x()) / scale)

    def contains(self, row: int, col: int) -> bool:
        return 0 <= row < self.rows and 0 <= col < self.cols

    def box_rect(self, top: float, left: float, bottom: float, right: float) -> QRectF:
        """The place of a box of pixels in the view; the upright one around it where the scene is turned."""
        if not self.turn.upright:
            return self.transform.mapRect(QRectF(left, top, right - left, bottom - top))
        scale = self.scale
        corner = QPointF(self.offset.x() + left * scale, self.offset.y() + top * scale)
        return QRectF(corner, QSizeF((right - left) * scale, (bottom - top) * scale))

    def scene_rect(self, rect: QRectF) -> tuple[float, float, float, float]:
        """Top, left, bottom and right of what a part of the view shows, fractional; of the box around it where the
        scene is turned."""
        places = [self.to_scene(at) for at in (rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight())]
        rows, cols = zip(*places, strict=True)
        return min(rows), min(cols), max(rows), max(cols)

    def _from_corner(self, row: float, col: float) -> QPointF:
        """From the scene's upper left corner to a place of it, in view coordinates."""
        if self.turn.upright:
            return QPointF(col * self.scale, row * self.scale)
        x, y = self.turn.on(row, col)
        return QPointF(x * self.scale, y * self.scale)

    def _fit_scale(self) -> float:
        width = max(self._view.width() - 2 * MARGIN, 1.0)
        height = max(self._view.height() - 2 * MARGIN, 1.0)
        across, down = self.turn.size(self.rows, self.cols)
        return min(width / across, height / down, MAX_SCALE)

    def _clamp(self) -> None:
        if not self.turn.upright:
            self._clamp_turned()
            return
        width, height = self.cols * self.scale, self.rows * self.scale
        kept_x, kept_y = min(KEPT, width), min(KEPT, height)
        x = min(max(self.offset.x(), kept_x - width), self._view.width() - kept_x)
        y = min(max(self.offset.y(), kept_y - height), self._view.height() - kept_y)
        self.offset = QPointF(x, y)

    def _clamp_turned(self) -> None:
        """Brings the place of the scene that is nearest to the middle back into the view, where it left it."""
        row, col = self.to_scene(self.center)
        nearest = self.to_view(min(max(row, 0.0), self.rows), min(max(col, 0.0), self.cols))
        x = min(max(nearest.x(), KEPT), max(self._view.width() - KEPT, KEPT))
        y = min(max(nearest.y(), KEPT), max(self._view.height() - KEPT, KEPT))
        self.offset += QPointF(x, y) - nearest
