"""What is drawn over a picture of a scene to tell where it lies: scale bar, arrow to the north, lines of coordinates.

Each is found from a camera and the scene's ground alone, and painted in the camera's view coordinates: so they can be
drawn over the image of the window as well as over a picture on the disk.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPalette, QPen, QPolygonF

from hsigui.cube.graticule import round_length
from hsigui.cube.ground import Ground
from hsigui.texts import say
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.graticule_drawing import Graticule, graticule_of, paint_graticule

AWAY, PAD = 10.0, 7.0  # logical pixels from the edges of the view, and inside the ground of a thing
LONGEST = 150.0  # logical pixels of a scale bar
ARROW = 34.0  # logical pixels from its foot to its tip
_NORTH = 1e-3  # degrees that tell which way north is

SCALE_BAR, NORTH_ARROW, GRID_MAP, GRID_LONLAT = "scale_bar", "north_arrow", "grid_map", "grid_lonlat"
ALL = (SCALE_BAR, NORTH_ARROW, GRID_MAP, GRID_LONLAT)
GRIDS = {GRID_MAP: "map", GRID_LONLAT: "lonlat"}


def small(font: QFont) -> QFont:
    """The font of all that is written over the image, of the window's."""
    font = QFont(font)
    font.setPixelSize(12)
    return font


@dataclass(frozen=True)
class ScaleBar:
    """A round length, and how many logical pixels it takes up in the middle of the view."""

    text: str
    width: float


@dataclass(frozen=True)
class Look:
    """How things look: the window's font and colours."""

    font: QFont = field(default_factory=QFont)
    palette: QPalette = field(default_factory=QPalette)

    def small(self) -> QFont:
        """The font of what is written over the image."""
        return small(self.font)


def paint_furniture(
    painter: QPainter, camera: Camera, ground: Ground | None, shown: Iterable[str], look: Look,
    taken: Sequence[QRectF] = (), lines: Callable[[str], Graticule] | None = None,
) -> None:  # fmt: skip
    """Draws what is wanted of `ALL`, as far as it has a meaning for the scene.

    Args:
        ground: where the scene lies; None where it says of no place.
        taken: parts of the view where nothing is to be drawn, such as that of a colour key.
        lines: gives the lines of a kind, where somebody keeps them.
    """
    wanted = set(shown)
    if camera.empty:
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for name, kind in GRIDS.items():
        if name in wanted and ground is not None:
            found = lines(kind) if lines is not None else graticule_of(camera, ground, kind, look.small())
            paint_graticule(painter, found, look.small(), look.palette, taken)
    corner = QPointF(camera.view.right() - AWAY, camera.view.bottom() - AWAY)
    if SCALE_BAR in wanted:
        corner = _paint_scale_bar(painter, scale_bar_of(camera, ground), corner, look, taken)
    if NORTH_ARROW in wanted and ground is not None:
        angle = north_of(camera, ground)
        if angle is not None:
            _paint_north_arrow(painter, angle, corner, look)
    painter.restore()


def middle_of(camera: Camera) -> tuple[float, float]:
    """Row and column of the place of the scene that is nearest to the middle of the view."""
    row, col = camera.to_scene(camera.center)
    return min(max(row, 0.0), float(camera.rows)), min(max(col, 0.0), float(camera.cols))


def scale_bar_of(camera: Camera, ground: Ground | None) -> ScaleBar:
    """The scale bar of a view: true along the screen's horizontal in its middle, by geodesics where the coordinate
    system is known; in units of the map or in pixels where it is not."""
    row, col = middle_of(camera)
    at = camera.to_view(row, col)
    (r0, c0), (r1, c1) = (camera.to_scene(at + QPointF(dx, 0)) for dx in (-LONGEST / 2, LONGEST / 2))
    metres = None if ground is None else ground.length([r0, r1], [c0, c1])
    if metres:
        return _bar(metres, _metric)
    if ground is not None:
        (x0, x1), (y0, y1) = ground.to_map([r0, r1], [c0, c1])
        unit = ground.unit or say("map units")
        return _bar(math.hypot(x1 - x0, y1 - y0), lambda value: say("{value:g} {unit}", value=value, unit=unit))
    return _bar(math.hypot(r1 - r0, c1 - c0), lambda value: say("{value:g} px", value=value))


def _bar(most: float, words: Callable[[float], str]) -> ScaleBar:
    length = round_length(most)
    return ScaleBar(words(length), LONGEST * length / most)


def _metric(metres: float) -> str:
    if metres >= 1000:
        return say("{value:g} km", value=metres / 1000)
    if metres >= 1:
        return say("{value:g} m", value=metres)
    return say("{value:g} cm", value=metres * 100)


def north_of(camera: Camera, ground: Ground) -> float | None:
    """Which way true north is in the middle of the view: degrees clockwise from the top of the screen; None where it is
    not known."""
    row, col = middle_of(camera)
    lon, lat = (float(value) for value in ground.to_lonlat(row, col))
    step = _NORTH if lat + _NORTH < 90 else -_NORTH
    r1, c1 = (float(value) for value in ground.from_lonlat(lon, lat + step))
    if not all(map(math.isfinite, (r1, c1))):
        return None
    way = (camera.to_view(r1, c1) - camera.to_view(row, col)) * math.copysign(1.0, step)
    if not (way.x() or way.y()):
        return None
    return math.degrees(math.atan2(way.x(), -way.y()))


# Painting


def paint_ground(painter: QPainter, box: QRectF, palette: QPalette) -> None:
    """The ground that words stand on over the image, in the colours of the window; sets the pen for the words."""
    ground = QColor(palette.color(QPalette.ColorRole.Window))
    ground.setAlpha(228)
    painter.setPen(palette.color(QPalette.ColorRole.Mid))
    painter.setBrush(ground)
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(palette.color(QPalette.ColorRole.WindowText))


def _paint_scale_bar(painter: QPainter, bar: ScaleBar, corner: QPointF, look: Look, taken: Sequence[QRectF]) -> QPointF:
    """Draws it with its lower right corner at a place, or above what is there; where the next thing can stand."""
    font = look.small()
    metrics = QFontMetricsF(font)
    words = metrics.horizontalAdvance(bar.text)
    size = QPointF(max(bar.width, words) + 2 * PAD, metrics.height() + 8 + 2 * PAD)
    box = QRectF(corner - size, corner)
    for other in taken:
        if box.intersects(other.adjusted(-AWAY, -AWAY, AWAY, AWAY)):
            box.moveBottom(other.top() - AWAY)
    paint_ground(painter, box, look.palette)
    painter.setFont(font)
    inside = box.adjusted(PAD, PAD, -PAD, -PAD)
    painter.drawText(inside, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter, bar.text)
    left, right, foot = box.center().x() - bar.width / 2, box.center().x() + bar.width / 2, inside.bottom()
    path = QPainterPath(QPointF(left, foot - 6))
    for x, y in ((left, foot), (right, foot), (right, foot - 6)):
        path.lineTo(x, y)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(look.palette.color(QPalette.ColorRole.WindowText), 1.6, Qt.PenStyle.SolidLine,
                        Qt.PenCapStyle.FlatCap, Qt.PenJoinStyle.MiterJoin))  # fmt: skip
    painter.drawPath(path)
    return QPointF(corner.x(), box.top() - AWAY)


def _paint_north_arrow(painter: QPainter, angle: float, corner: QPointF, look: Look) -> None:
    """A needle in a round ground, its lower right corner at a place; N stands at the tip."""
    side = ARROW + 2 * PAD + 8
    box = QRectF(corner - QPointF(side, side), corner)
    ground = QColor(look.palette.color(QPalette.ColorRole.Window))
    ground.setAlpha(228)
    words = look.palette.color(QPalette.ColorRole.WindowText)
    painter.setPen(look.palette.color(QPalette.ColorRole.Mid))
    painter.setBrush(ground)
    painter.drawEllipse(box)
    painter.save()
    painter.translate(box.center())
    painter.rotate(angle)
    half = ARROW / 2
    for side_x, brush in ((-1, words), (1, look.palette.color(QPalette.ColorRole.Mid))):
        needle = [QPointF(0, -half + 8), QPointF(side_x * 7.0, half), QPointF(0, half - 6)]
        painter.setPen(QPen(words, 1.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(brush)
        painter.drawPolygon(QPolygonF(needle))
    tip = painter.transform().map(QPointF(0, -half + 1))
    painter.restore()
    font = look.small()
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(words)
    at = painter.transform().inverted()[0].map(tip)
    painter.drawText(QRectF(at.x() - 8, at.y() - 8, 16, 16), Qt.AlignmentFlag.AlignCenter, say("N"))
