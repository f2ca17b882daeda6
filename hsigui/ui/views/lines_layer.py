"""Lines of a file over the image: as wide on the screen at every magnification, with the name of the one at the mouse.

Far away, corners that lie closer together than the screen can show are left out; near, only those parts are drawn that
are in view.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from hsigui.document.values import Box
from hsigui.labels.classes import Color
from hsigui.labels.formats.lines import Lines
from hsigui.labels.line_cutting import cut_to_box
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.subjects import PaintLines

AT_ONCE = 512  # corners of a part that is drawn or left out as a whole
SMOOTH_UP_TO = 5_000  # corners in view; more are drawn without softened edges
TILES, ROWS_OF_TILES = 64, 8  # along the longer side of a scene; lines are sorted by strips of so many rows of them
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
        self._made: MadeLines | None = None

    @property
    def empty(self) -> bool:
        return self._made is None

    def set(self, made: MadeLines) -> None:
        """Takes lines that were made ready to be drawn."""
        self._made = made

    def paint_lines(self, painter: QPainter, camera: Camera) -> None:
        """Draws in view coordinates, and nothing beside the scene."""
        to_view = _to_view(camera)
        if self._made is not None and to_view.isInvertible():
            painter.save()
            _clip(painter, to_view, QRectF(0, 0, camera.cols, camera.rows))
            painter.setOpacity(self.opacity)
            self._draw(painter, self._made, to_view, camera.scale)
            painter.restore()
        if self.named is not None:
            self._paint_name(painter, camera)

    def _draw(self, painter: QPainter, made: MadeLines, to_view: QTransform, scale: float) -> None:
        parts = made.coarse if made.apart * scale <= CLOSE else made.fine
        seen = _seen(painter, to_view)
        parts = [part for part in parts if part.bounds.intersects(seen)]
        corners = sum(part.corners for part in parts)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, corners <= SMOOTH_UP_TO)
        # The width of such a pen is in pixels of the device, whatever the painter scales by: fine screens have more.
        pen = QPen(QColor(*self.color), self.width * _fineness(painter) if corners <= SMOOTH_UP_TO else 1.0)
        pen.setCosmetic(True)
        _paint_parts(painter, parts, made.dots, to_view, pen, self.width)

    def on_paper(self) -> Callable[[Box], PaintLines] | None:
        """Makes what of them lies in a box of the scene ready for a picture on the disk, as they look now; None where
        there is nothing to be seen. To be called by workers, too."""
        if self._made is None or not self.visible or not self.opacity:
            return None
        return partial(_on_paper, self._made, QColor(*self.color), self.width, self.opacity)

    # Names

    def name_at(self, row: float, col: float, scale: float) -> str:
        """What the line is called that is near a place of the scene at a magnification (logical pixels a scene pixel);
        empty where there is none, or it has no name."""
        if self._made is None or not self.visible:
            return ""
        lines, (left, top, right, bottom), near = self._made.lines, self._made.spans, NEAR / scale
        found = np.flatnonzero(
            (left <= col + near) & (right >= col - near) & (top <= row + near) & (bottom >= row - near)
        )
        if not len(found):
            return ""
        first = lines.points[found]
        last = np.where(lines.goes_on[found, None], lines.points[np.minimum(found + 1, len(left) - 1)], first)
        away = _distances(np.array([col, row]), first, last)
        return lines.names[int(lines.features[found[away.argmin()]])] if away.min() <= near else ""

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
        spans: left, top, right and bottom of the piece of a line from each corner to the next; n float64 each.
        fine, coarse: all corners, and those that are apart enough to be seen far away.
        apart: how far, in pixels of the scene.
    """

    lines: Lines
    spans: tuple[NDArray[np.float64], ...]
    fine: list[_Part]
    coarse: list[_Part]
    apart: float
    dots: list[QPointF]


def _on_paper(made: MadeLines, color: QColor, width: float, opacity: float, box: Box) -> PaintLines:
    """Paints what lies in a box of a scene, and nothing beside it: not every format hides what is clipped."""
    top, left, bottom, right = box
    parts = _parts(*cut_to_box(made.lines.points, made.lines.goes_on, (left, top), (right, bottom)))
    dots = [dot for dot in made.dots if left <= dot.x() <= right and top <= dot.y() <= bottom]

    def paint(painter: QPainter, camera: Camera) -> None:
        to_view = _to_view(camera)
        painter.save()
        painter.setOpacity(opacity)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        seen = _seen(painter, to_view)
        # As wide in files whose lines are lines, however large they are drawn.
        pen = QPen(color, width / camera.scale)
        _paint_parts(painter, [part for part in parts if part.bounds.intersects(seen)], dots, to_view, pen, width)
        painter.restore()

    return paint


def _paint_parts(
    painter: QPainter, parts: Sequence[_Part], dots: Sequence[QPointF], to_view: QTransform, pen: QPen, width: float
) -> None:
    """Draws lines with a pen, and points as dots around which a line of a width in logical pixels is drawn, too."""
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.save()
    painter.setTransform(to_view, True)
    for part in parts:
        painter.drawPath(part.path)
    painter.restore()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    for dot in dots:
        painter.drawEllipse(to_view.map(dot), DOT + width / 2, DOT + width / 2)


def _seen(painter: QPainter, to_view: QTransform) -> QRectF:
    """What of the scene the device of a painter can show, with some of its surroundings."""
    device, to_device = painter.device(), to_view * painter.worldTransform()
    around = 8 * _fineness(painter)
    whole = QRectF(0, 0, device.width(), device.height()).adjusted(-around, -around, around, around)
    return to_device.inverted()[0].mapRect(whole)


def _fineness(painter: QPainter) -> float:
    """Pixels of the device a logical pixel."""
    transform = painter.deviceTransform()
    return math.hypot(transform.m11(), transform.m12())


def made_ready(lines: Lines, longer: int) -> MadeLines:
    """Makes lines ready to be drawn; takes some time for many.

    Args:
        longer: rows or columns of the scene, whichever are more.
    """
    lines, apart = _neighbours_together(lines, longer), longer / SHARE
    alone = lines.points[lines.alone]
    following = np.where(lines.goes_on[:, None], np.roll(lines.points, -1, axis=0), lines.points)
    low, high = np.minimum(lines.points, following), np.maximum(lines.points, following)
    spans = tuple(np.ascontiguousarray(side) for side in (*low.T, *high.T))
    return MadeLines(
        lines, spans, _parts(lines.points, lines.goes_on), _parts(*_thinned(lines, apart)), apart,
        [QPointF(x, y) for x, y in alone.tolist()],
    )  # fmt: skip


def _neighbours_together(lines: Lines, longer: int) -> Lines:
    """The lines in an order in which those that lie near each other are near each other, too: parts of them are then
    small on the map, and most are out of view near by."""
    starts = np.flatnonzero(np.concatenate([[True], ~lines.goes_on[:-1]]))
    cells = np.clip(lines.points[starts] * TILES / longer, 0, TILES - 1).astype(np.int64)
    order = np.argsort(cells[:, 1] // ROWS_OF_TILES * TILES + cells[:, 0], kind="stable")
    lengths = np.diff(np.append(starts, len(lines.points)))[order]
    within = np.arange(len(lines.points)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    taken = np.repeat(starts[order], lengths) + within
    return replace(lines, points=lines.points[taken], goes_on=lines.goes_on[taken], features=lines.features[taken])


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


def _clip(painter: QPainter, to_view: QTransform, scene: QRectF) -> None:
    """Draws nothing beside the scene."""
    if not to_view.isRotating():
        painter.setClipRect(to_view.mapRect(scene))
    else:
        outline = QPainterPath()
        outline.addPolygon(to_view.map(QPolygonF(scene)))
        painter.setClipPath(outline)


def _distances(at: NDArray[np.float64], first: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far a place is from each of n pieces of lines (n x 2 each): n numbers."""
    along = last - first
    length = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((at - first) * along).sum(axis=1) / length, 0.0, 1.0)
    return np.asarray(np.hypot(*(first + share[:, None] * along - at).T))
