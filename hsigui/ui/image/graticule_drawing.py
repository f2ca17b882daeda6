"""Lines of coordinates over an image: where they lie in the view, cut off at the edge of the scene, and their words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPalette, QPen, QPolygonF

from hsigui.cube.graticule import GridLine, grid_lines
from hsigui.cube.ground import Ground
from hsigui.ui.image.camera import Camera

Points = NDArray[np.float64]
APART = 100.0  # logical pixels from line to line, at least
SHORTEST = 12.0  # logical pixels of a line; below, its words would be all that is seen of it
_EDGE = 3.0  # logical pixels from the edge of what is seen to the words


@dataclass(frozen=True, eq=False)
class Graticule:
    """Lines as they are drawn.

    Attributes:
        path: all of them, in view coordinates.
        words: what stands at their ends, and where.
    """

    path: QPainterPath
    words: tuple[tuple[str, QRectF], ...]


def graticule_of(camera: Camera, ground: Ground, kind: str, font: QFont) -> Graticule:
    """The lines of a kind (`cube.graticule`) that are in view; none where the scene is not."""
    path = QPainterPath()
    seen = camera.outline.intersected(QPolygonF(camera.view))
    corners = _counted(seen)
    if len(corners) < 3:
        return Graticule(path, ())
    top, left, bottom, right = camera.scene_rect(seen.boundingRect())
    box = max(top, 0.0), max(left, 0.0), min(bottom, float(camera.rows)), min(right, float(camera.cols))
    words: list[tuple[str, QRectF]] = []
    metrics = QFontMetricsF(font)
    for line in grid_lines(ground, kind, box, APART / camera.scale):
        starts, ends = _clipped(_in_view(camera, line), corners)
        if np.hypot(*(ends - starts).T).sum() < SHORTEST:
            continue
        for one, other in zip(starts.tolist(), ends.tolist(), strict=True):
            if path.currentPosition() != QPointF(*one):
                path.moveTo(*one)
            path.lineTo(*other)
        place = _words_at(_at_edge(np.concatenate([starts, ends]), corners), line, metrics, camera.view)
        if not any(place.adjusted(-4, -2, 4, 2).intersects(other) for _, other in words):
            words.append((line.text, place))
    return Graticule(path, tuple(words))


def paint_graticule(
    painter: QPainter, found: Graticule, font: QFont, palette: QPalette, taken: Sequence[QRectF] = ()
) -> None:
    """Draws lines that are seen on dark and on bright ground, and their words but where something else stands."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(0, 0, 0, 110), 2.6), (QColor(255, 255, 255, 210), 1.0)):
        painter.setPen(QPen(color, width))
        painter.drawPath(found.path)
    painter.setFont(font)
    ground = QColor(palette.color(QPalette.ColorRole.Window))
    ground.setAlpha(215)
    for text, place in found.words:
        if any(place.intersects(other) for other in taken):
            continue
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(place, 3, 3)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _in_view(camera: Camera, line: GridLine) -> Points:
    """Points of a line in view coordinates, n x 2; NaN where it has none."""
    turn, scale = camera.turn, camera.scale
    x, y = turn.col_x * line.cols + turn.row_x * line.rows, turn.col_y * line.cols + turn.row_y * line.rows
    return np.stack([x * scale + camera.offset.x(), y * scale + camera.offset.y()], axis=1)


def _counted(polygon: QPolygonF) -> Points:
    """The corners of a convex polygon, n x 2, in the order in which its inside lies at the right on the screen."""
    found = np.array([(point.x(), point.y()) for point in polygon.toList()]).reshape(-1, 2)
    if len(found) and np.allclose(found[0], found[-1]):
        found = found[:-1]
    if len(found) < 3:
        return found
    x, y = found.T
    area = float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))
    return found if area > 0 else found[::-1]


def _clipped(points: Points, corners: Points) -> tuple[Points, Points]:
    """The parts of a line (points x 2) inside a convex polygon (corners x 2): where each begins and ends, n x 2 each.

    Source: M. Cyrus and J. Beck, Generalized two- and three-dimensional clipping, Computers and Graphics 3, 1978.
    """
    starts, ends = points[:-1], points[1:]
    whole = np.isfinite(starts).all(axis=1) & np.isfinite(ends).all(axis=1)
    starts, ways = starts[whole], (ends - points[:-1])[whole]
    enter, leave = np.zeros(len(starts)), np.ones(len(starts))
    for corner, following in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inward = np.array([corner[1] - following[1], following[0] - corner[0]])
        height, change = (starts - corner) @ inward, ways @ inward
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = -height / change
        enter = np.where(change > 0, np.maximum(enter, cut), enter)
        leave = np.where(change < 0, np.minimum(leave, cut), leave)
        leave = np.where((change == 0) & (height < 0), -1.0, leave)
    kept = leave > enter
    starts, ways, enter, leave = starts[kept], ways[kept], enter[kept], leave[kept]
    return starts + ways * enter[:, None], starts + ways * leave[:, None]


def _at_edge(points: Points, corners: Points) -> Points:
    """Those of some points inside a convex polygon that lie on its edge (n x 2 each); all where none does, such as of a
    circle round a pole."""
    nearest = np.full(len(points), np.inf)
    for corner, following in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        inward = np.array([corner[1] - following[1], following[0] - corner[0]])
        nearest = np.minimum(nearest, np.abs((points - corner) @ inward) / max(float(np.hypot(*inward)), 1e-9))
    on_edge = nearest < 0.5
    return points[on_edge] if on_edge.any() else points


def _words_at(points: Points, line: GridLine, metrics: QFontMetricsF, view: QRectF) -> QRectF:
    """Where the words of a line stand: at the upper one of some places, or at the left one; inside the view."""
    width, height = metrics.horizontalAdvance(line.text) + 8, metrics.height() + 2
    if line.upright:
        x, y = points[points[:, 1].argmin()]
        place = QRectF(x - width / 2, y + _EDGE, width, height)
    else:
        x, y = points[points[:, 0].argmin()]
        place = QRectF(x + _EDGE, y - height / 2, width, height)
    inside = view.adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
    place.moveLeft(min(max(place.left(), inside.left()), inside.right() - width))
    place.moveTop(min(max(place.top(), inside.top()), inside.bottom() - height))
    return place
