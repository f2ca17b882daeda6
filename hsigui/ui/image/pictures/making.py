"""From what is wanted of a picture, and what there is of the scene, to a sheet that can be drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QPointF, QSize, QSizeF
from PySide6.QtGui import QFont, QImage, QPainter, QPalette

from hsigui.cube.areas import PixelAreas, pixel_areas
from hsigui.cube.cube import Geo
from hsigui.cube.ground import ground_of
from hsigui.document.values import Box
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.furniture import NORTH_ARROW, SCALE_BAR, Look, paint_furniture
from hsigui.ui.image.no_data import SIDE
from hsigui.ui.image.pictures.body import TRANSPARENT, Body, ImageBody, Layer, SceneBody
from hsigui.ui.image.pictures.page import Around, LegendRow, Over, sheet_of
from hsigui.ui.image.pictures.sheet import Sheet, drawn
from hsigui.ui.image.pictures.tally import legend_rows
from hsigui.ui.image.pictures.wish import SEEN, UNIT_DPI, PictureWish
from hsigui.ui.image.subjects import OverLines, Subject

LEAST_OVER = 190.0  # units of a side of a picture in which there is room for a scale bar and an arrow


@dataclass(frozen=True, eq=False)
class Material:
    """What there is to be drawn of a scene, as it was when it was asked for.

    Attributes:
        name: of the scene.
        size: its rows and columns.
        in_view: the part of it that is seen; None where none is.
        port: size of the view in logical pixels.
        explained: the id of the subject whose legend or key explains what is seen; empty for none.
        lines: that are seen over the scene, the lowest first.
        counted: legends that were counted already, by subject and box, and what pixels measure; filled by workers.
    """

    name: str
    size: tuple[int, int]
    geo: Geo
    subjects: tuple[Subject, ...]
    in_view: Box | None
    port: QSize
    explained: str = ""
    lines: tuple[OverLines, ...] = ()
    counted: dict[tuple[str, Box], tuple[LegendRow, ...]] = field(default_factory=dict)
    areas: list[PixelAreas | None] = field(default_factory=list)

    @property
    def whole(self) -> Box:
        return 0, 0, *self.size

    def named(self, name: str) -> Subject | None:
        """A subject by its id."""
        return next((subject for subject in self.subjects if subject.id == name), None)

    def box(self, wish: PictureWish) -> Box:
        """The part of the scene that a picture shows."""
        return (self.in_view or self.whole) if wish.part or wish.subject == SEEN else self.whole

    def title(self, wish: PictureWish) -> str:
        """What a picture may be called."""
        subject = self.named(self.explained if wish.subject == SEEN else wish.subject)
        return self.name if subject is None else say("{scene}: {subject}", scene=self.name, subject=subject.title)


@dataclass(frozen=True, eq=False)
class Preview:
    """A small picture, and how large the real one is in pixels."""

    image: QImage
    width: int
    height: int


def sheet_for(
    ctx: Context, wish: PictureWish, material: Material, title: str, seen: QImage | None, *, count: bool = True
) -> Sheet:
    """The sheet of a picture.

    Args:
        title: empty for none.
        seen: what is seen in the window; needed for `SEEN` alone.
        count: whether shares and areas are counted where they are not known yet; else the legend has none.

    Raises:
        HsiError: the scene has nothing that could be shown.
    """
    body = _body(wish, material, seen)
    scale = wish.scale
    if wish.subject == SEEN:  # what stands around is as large as what stands in the view
        scale = body.width / material.port.width() * wish.scale * UNIT_DPI / wish.dpi
    around = _around(ctx, wish, material, title if wish.titled else "", count)
    clear = wish.subject != SEEN and wish.holes == TRANSPARENT
    return sheet_of(body, around, scale, wish.dpi, clear=clear)


def preview(
    ctx: Context, wish: PictureWish, material: Material, title: str, seen: QImage | None, room: QSize
) -> Preview:
    """A picture that is no larger than a room in pixels. Where its legend has to be counted, one without figures is
    handed over first.

    Raises:
        HsiError: the scene has nothing that could be shown.
    """
    if wish.legend and wish.figures:
        ctx.partial(_small(sheet_for(ctx, wish, material, title, seen, count=False), wish, material, seen, room))
    return _small(sheet_for(ctx, wish, material, title, seen), wish, material, seen, room)


def _small(sheet: Sheet, wish: PictureWish, material: Material, seen: QImage | None, room: QSize) -> Preview:
    factor = min(1.0, room.width() / sheet.width, room.height() / sheet.height)
    if factor < 1 and sheet.body is not None:
        body: Body = _body(wish, material, seen, factor)
        at = sheet.at * factor
        width, height = max(1, round(sheet.width * factor)), max(1, round(sheet.height * factor))
        small = replace(sheet, width=width, height=height, scale=sheet.scale * factor, body=body, at=at)
    else:
        small = sheet
    return Preview(drawn(small), sheet.width, sheet.height)


def _body(wish: PictureWish, material: Material, seen: QImage | None, factor: float = 1.0) -> Body:
    if wish.subject == SEEN:
        if seen is None:
            raise AssertionError("what is seen is needed for a picture of it")
        size = material.port * (wish.width(material.port.width()) / material.port.width() * factor)
        size = size.expandedTo(QSize(1, 1))
        return ImageBody(seen if seen.size() == size else seen.scaled(size))
    subject = material.named(wish.subject)
    if subject is None:
        raise HsiError(say("The scene has no such picture any more."), say("Choose another one."))
    box = material.box(wish)
    across, down = box[3] - box[1], box[2] - box[0]
    width = max(1, round(wish.width(across) * factor))
    height = max(1, round(wish.width(across) * factor * down / across))
    layers = [Layer(subject.draw, bool(subject.legend), 1.0)]
    lowest = material.subjects[0]
    if wish.beneath and subject is not lowest:
        layers = [Layer(lowest.draw), replace(layers[0], opacity=wish.opacity / 100)]
    side = max(1, round(SIDE * wish.scale * factor))
    return SceneBody(tuple(layers), box, width, height, wish.holes, side)


def _around(ctx: Context, wish: PictureWish, material: Material, title: str, count: bool) -> Around:
    subject = material.named(material.explained if wish.subject == SEEN else wish.subject)
    legend: tuple[LegendRow, ...] = ()
    if subject is not None and wish.legend and subject.legend:
        legend = _legend(ctx, wish, material, subject, count)
    if wish.legend and (wish.lines or wish.subject == SEEN):  # those in the view are seen
        legend += tuple(LegendRow(lines.title, lines.color, line=lines.width) for lines in material.lines)
    key = subject.key if subject is not None and wish.key else None
    return Around(title, legend, key, wish.dark, over=_over(wish, material))


def _over(wish: PictureWish, material: Material) -> Over | None:
    """What draws lines, scale bar and arrow; None where they are not wanted, or in the view already."""
    wanted = ((SCALE_BAR, wish.scale_bar), (NORTH_ARROW, wish.north))
    shown = [name for name, on in wanted if on]
    if wish.subject == SEEN or not (shown or (wish.lines and material.lines)):
        return None
    box = material.box(wish)
    ground, (top, left, _, right) = ground_of(material.geo), box
    over = [lines.ready(box) for lines in material.lines] if wish.lines else []

    def paint(painter: QPainter, size: QSizeF, palette: QPalette) -> None:
        camera = Camera()
        camera.set_scene(*material.size)
        camera.resize(size)
        camera.fitted, camera.scale = False, size.width() / (right - left)
        camera.offset = QPointF(-left * camera.scale, -top * camera.scale)
        for paint_lines in over:
            paint_lines(painter, camera)
        if shown and min(size.width(), size.height()) >= LEAST_OVER:
            paint_furniture(painter, camera, ground, shown, Look(QFont(), palette))

    return paint


def _legend(
    ctx: Context, wish: PictureWish, material: Material, subject: Subject, count: bool
) -> tuple[LegendRow, ...]:
    box = material.box(wish)
    known = material.counted.get((subject.id, box))
    if known is None and not count:
        return tuple(LegendRow(name, color) for name, color in subject.legend)
    if known is None:
        if not material.areas:
            material.areas.append(pixel_areas(material.geo, material.size))
        known = material.counted[subject.id, box] = legend_rows(ctx, subject, box, material.areas[0])
    return known if wish.figures else tuple(LegendRow(row.name, row.color) for row in known)
