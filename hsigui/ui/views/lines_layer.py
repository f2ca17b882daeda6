"""Lines of a file over the image: as wide on the screen at every magnification, with the name of the one at the mouse.

Far away, corners that lie closer together than the screen can show are left out; near, only those parts are drawn that
are in view.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from hsigui.labels.classes import Color
from hsigui.labels.formats.lines import Lines
from hsigui.ui.image.camera import Camera

AT_ONCE = 4096  # corners of a part that is drawn or left out as a whole
SMOOTH_UP_TO = 60_000  # corners in view; more are drawn without softened edges
SHARE = 2000  # of the longer side of a scene that the corners of the coarse lines are apart at least
CLOSE = 0.75  # logical pixels within which corners fall together
NEAR = 6.0  # logical pixels from the mouse in which a line is named
DOT = 3.0  # logical pixels, the radius of a point


@dataclass(frozen=True, eq=False)
class _Part:
    """Some corners in a row: their path in scene coordinates (x = column, y = row), and what is around them."""

    path: QPainterPath
    bounds: QRectF
    corners: int


class LinesLayer:
    """The lines of one file."""

    def __init__(self, color: Color, width: float, opacity: float = 1.0) -> None:
        self.visible, self.opacity = True, opacity
        self.color, self.width = color, width
        self.named: tuple[str, int, int] | None = None  # the name that is shown, at a row and column
        self._lines: Lines | None = None
        self._fine: list[_Part] = []
        self._coarse: list[_Part] = []
        self._apart = 0.0
        self._dots: list[QPointF] = []

    @property
    def empty(self) -> bool:
        return self._lines is None

    def set(self, made: MadeLines) -> None:
        """Takes lines that were made ready to be drawn."""
        self._lines, self._fine, self._coarse = made.lines, made.fine, made.coarse
        self._apart, self._dots = made.apart, made.dots

    def paint_lines(self, painter: QPainter, camera: Camera) -> None:
        """Draws in view coordinates, and nothing beside the scene."""
        painter.save()
        outline = QPainterPath()
        corners = ((0, 0), (0, camera.cols), (camera.rows, camera.cols), (camera.rows, 0))
        outline.addPolygon(QPolygonF([camera.to_view(*corner) for corner in corners]))
        painter.setClipPath(outline)
        painter.setOpacity(self.opacity)
        to_view = _to_view(camera)
        back, known = to_view.inverted()
        if known:
            device = painter.device()
            seen = back.mapRect(QRectF(0, 0, device.width(), device.height()).adjusted(-8, -8, 8, 8))
            self._draw(painter, to_view, seen, camera.scale)
        painter.restore()
        if self.named is not None:
            self._paint_name(painter, camera)

    def _draw(self, painter: QPainter, to_view: QTransform, seen: QRectF, scale: float) -> None:
        parts = self._coarse if self._apart * scale <= CLOSE else self._fine
        parts = [part for part in parts if part.bounds.intersects(seen)]
        corners = sum(part.corners for part in parts)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, corners <= SMOOTH_UP_TO)
        pen = QPen(QColor(*self.color), self.width if corners <= SMOOTH_UP_TO else 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.save()
        painter.setTransform(to_view, True)
        for part in parts:
            painter.drawPath(part.path)
        painter.restore()
        painter.setBrush(QColor(*self.color))
        for dot in self._dots:
            painter.drawEllipse(to_view.map(dot), DOT, DOT)

    # Names

    def name_at(self, row: float, col: float, scale: float) -> str:
        """What the line is called that is near a place of the scene at a magnification (logical pixels a scene pixel);
        empty where there is none, or it has no name."""
        if self._lines is None or not self.visible:
            return ""
        near, points, on = NEAR / scale, self._lines.points, self._lines.goes_on
        at = np.array([col, row])
        if self._lines.alone.any():
            dots = np.flatnonzero(self._lines.alone)
            away = np.abs(points[dots] - at).max(axis=1)
            if away.min() <= near:
                return self._lines.names[int(self._lines.features[dots[away.argmin()]])]
        low, high = np.minimum(points[:-1], points[1:]), np.maximum(points[:-1], points[1:])
        found = np.flatnonzero(on[:-1] & (low <= at + near).all(axis=1) & (high >= at - near).all(axis=1))
        if not len(found):
            return ""
        away = _distances(at, points[found], points[found + 1])
        return self._lines.names[int(self._lines.features[found[away.argmin()]])] if away.min() <= near else ""

    def _paint_name(self, painter: QPainter, camera: Camera) -> None:
        if self.named is None:
            return
        text, row, col = self.named
        metrics = QFontMetricsF(painter.font())
        at = camera.to_view(row + 0.5, col + 0.5) + QPointF(14, -10)
        size = metrics.boundingRect(text).size()
        device = painter.device()
        x = min(at.x(), device.width() - size.width() - 14)
        box = QRectF(max(x, 4.0), max(at.y() - size.height(), 4.0), size.width() + 10, size.height() + 4)
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(20, 20, 20, 215))
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(QColor(255, 255, 255))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        painter.restore()


@dataclass(frozen=True, eq=False)
class MadeLines:
    """Lines that are ready to be drawn.

    Attributes:
        fine, coarse: all corners, and those that are apart enough to be seen far away.
        apart: how far, in pixels of the scene.
    """

    lines: Lines
    fine: list[_Part]
    coarse: list[_Part]
    apart: float
    dots: list[QPointF]


def made_ready(lines: Lines, longer: int) -> MadeLines:
    """Makes lines ready to be drawn; takes some time for many.

    Args:
        longer: rows or columns of the scene, whichever are more.
    """
    apart = longer / SHARE
    alone = lines.points[lines.alone]
    return MadeLines(
        lines, _parts(lines.points, lines.goes_on), _parts(*_thinned(lines, apart)), apart,
        [QPointF(x, y) for x, y in alone.tolist()],
    )  # fmt: skip


def _thinned(lines: Lines, apart: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Corners (n x 2) of a coarse grid, and whether each goes on: a corner in the cell of the one before it is left
    out, unless its line ends there."""
    cells = np.floor(lines.points / apart)
    leads = np.concatenate([[False], lines.goes_on[:-1]])  # a line comes to it
    same = np.concatenate([[False], (cells[1:] == cells[:-1]).all(axis=1)])
    kept = ~(same & leads & lines.goes_on) & (lines.goes_on | leads)
    return lines.points[kept], lines.goes_on[kept]


def _parts(points: NDArray[np.float64], goes_on: NDArray[np.bool_]) -> list[_Part]:
    """Corners (n x 2) as paths of some at once; the last of one is the first of the next."""
    parts = []
    for start in range(0, len(points), AT_ONCE):
        stop = min(start + AT_ONCE + 1, len(points))
        on = goes_on[start:stop].astype(np.int32)
        if not on[:-1].any():
            continue
        part = points[start:stop]
        path = pg.functions.arrayToQPath(part[:, 0], part[:, 1], connect=on, finiteCheck=False)
        (left, top), (right, bottom) = part.min(axis=0), part.max(axis=0)
        bounds = QRectF(left, top, right - left, bottom - top).adjusted(-1e-6, -1e-6, 1e-6, 1e-6)
        parts.append(_Part(path, bounds, stop - start))
    return parts


def _to_view(camera: Camera) -> QTransform:
    """From scene x = column, y = row to the view, by three points: however the camera turns the scene."""
    origin, across, down = camera.to_view(0, 0), camera.to_view(0, 1), camera.to_view(1, 0)
    return QTransform(
        across.x() - origin.x(), across.y() - origin.y(), down.x() - origin.x(), down.y() - origin.y(),
        origin.x(), origin.y(),
    )  # fmt: skip


def _distances(at: NDArray[np.float64], first: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far a place is from each of n pieces of lines (n x 2 each): n numbers."""
    along = last - first
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((at - first) * along).sum(axis=1) / length, 0.0, 1.0)
    return np.asarray(np.hypot(*(first + share[:, None] * along - at).T))
