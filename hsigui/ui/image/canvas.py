"""The picture of the scene: composite, class map, labels and markers, and how much of it is seen.

Painted with QPainter rather than pyqtgraph's ImageItem: an item of a graphics view repaints the whole viewport for
every change, while here a stroke repaints only the pixels it touched. On a 2000 x 2000 scene a piece of a stroke takes
about 1 ms so, 4 to 7 ms with two ImageItems over a third. There is also no context menu or range button to switch off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from hsigui.cube.ground import Ground
from hsigui.labels.classes import ClassTable, Color
from hsigui.labels.strokes import Area
from hsigui.texts import say
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.class_key import ClassKey, class_key_box, paint_class_key
from hsigui.ui.image.color_key import ColorKey, key_box, paint_key
from hsigui.ui.image.comparing import Comparing, Painted
from hsigui.ui.image.furniture import Look
from hsigui.ui.image.marks import Mark, half_side, paint_marks, paint_word
from hsigui.ui.image.outlines import OutlineLayer
from hsigui.ui.image.over_image import OverImage
from hsigui.ui.image.overlay import FALLING, REACH, RISING, Box, ClassLayer, Composite, SelectionLayer, Window
from hsigui.ui.image.pictures.port import Port
from hsigui.ui.image.pointer import paint_pointer, pointer_place
from hsigui.ui.image.stack import Stack
from hsigui.ui.image.turned_painting import paint_turned
from hsigui.ui.image.turning import Turn

ZOOM_STEP = 1.25
PIXEL_SCALE = 12.0  # logical pixels a scene pixel gets when one pixel is asked for
MARK_REACH = 4.0  # logical pixels beside a mark's frame in which a click is meant for it
Marker = tuple[int, int, Color] | tuple[int, int, Color, str]  # row, column, colour, and what is written beside it


class SceneCanvas(QAbstractScrollArea):
    """Shows the layers of one scene; knows nothing of tools.

    Signals:
        moved: another part of the scene is in view.
        selection_shown(area): pixels (top, left, mask) are marked as selected, or None are.

    Attributes:
        stack: what lies over the composite, and in which order.
    """

    moved = Signal()
    selection_shown = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setViewport(Port(self))
        self._camera = Camera()
        self._composite, self._cover = Composite(), Composite()
        self._cover_key: ColorKey | None = None
        self._map = ClassLayer(opacity=0.65)
        self._labels = ClassLayer(opacity=0.9, keep_small=True, outlined=True)
        self._validation = ClassLayer(opacity=0.9, keep_small=True, outlined=True, hatched=RISING)
        self._truth = ClassLayer(opacity=0.9, keep_small=True, outlined=True, hatched=FALLING)
        self._errors = ClassLayer(opacity=0.85, keep_small=True)
        self._selection = SelectionLayer()
        self._outlines = OutlineLayer()
        self.stack = Stack(self)
        self.stack.add("map", say("Map"), self._map)
        # Pixels that are not tested would show the map's colours between those of right and wrong.
        self.stack.add("errors", say("Errors of the map"), self._errors, in_place_of="map")
        self.stack.add("truth", say("Ground truth"), self._truth)
        self.stack.add("outlines", say("Outlines of superpixels"), self._outlines)
        self.stack.add("labels", say("Labels"), self._labels)
        self.stack.add("validation", say("Validation labels"), self._validation)
        self.stack.changed.connect(self._restacked)
        self._comparing: Comparing | None = None
        self._pointer: tuple[int, int] | None = None
        self._markers: list[Marker] = []
        self._target: tuple[int, int] | None = None
        self._beacon: tuple[int, int] | None = None
        self._marks: list[Mark] = []
        self._over = OverImage()
        self._key: ColorKey | None = None
        self._class_key: ClassKey | None = None
        self._empty_text = say("No scene is open")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(160, 120)
        self.setAccessibleName(say("Image of the scene"))

    # What is shown

    @property
    def scene_size(self) -> tuple[int, int]:
        """Rows and columns of the scene; (0, 0) when none is shown."""
        return self._camera.rows, self._camera.cols

    def set_image(self, rgb: NDArray[np.uint8], scale_step: int = 1, scene_size: tuple[int, int] | None = None) -> None:
        """Shows a composite, rows x cols x 3 of 0-255.

        Args:
            rgb: the picture; each of its pixels stands for scale_step x scale_step pixels of the scene.
            scale_step: 1 for full resolution.
            scene_size: rows and columns of the scene when scale_step is above 1; by default the picture's times the
                step. A scene of another size than the last drops labels, map and markers and shows all of it.
        """
        size = scene_size or (rgb.shape[0] * scale_step, rgb.shape[1] * scale_step)
        self._composite.set(rgb, scale_step)
        if size != self.scene_size:
            self._new_scene(*size)
        self.viewport().update()

    def set_detail(self, rgb: NDArray[np.uint8], top: int, left: int, step: int) -> None:
        """Lays a finer picture over a part of the composite, until the next `set_image`.

        Args:
            rgb: the picture; each of its pixels stands for step x step pixels of the scene.
            top, left: the pixel of the scene where it begins.
        """
        self._composite.set_detail(rgb, top, left, step)
        self.viewport().update()

    def set_cover(self, pixels: NDArray[np.uint32] | None, step: int = 1, key: ColorKey | None = None) -> None:
        """Shows another picture in place of the composite, until None is given; the composite stays behind it.

        Args:
            pixels: the picture, rows x cols as `overlay.packed` makes it; each stands for step x step of the scene.
            key: of its colours, in place of that of the composite.
        """
        if pixels is None:
            self._cover.clear()
        else:
            self._cover.set_packed(pixels, step)
        self._cover_key = None if pixels is None else key
        self._describe()
        self.viewport().update()

    def set_cover_detail(self, pixels: NDArray[np.uint32], top: int, left: int, step: int) -> None:
        """Lays a finer picture (rows x cols, packed) over a part of the cover, until the next `set_cover`; see
        `set_detail`."""
        self._cover.set_packed_detail(pixels, top, left, step)
        self.viewport().update()

    @property
    def covered(self) -> bool:
        """Whether another picture is shown in place of the composite."""
        return not self._cover.empty

    def visible_box(self) -> Box | None:
        """The part of the scene in view: top, left, bottom, right (the last two exclusive); None when there is none."""
        rect, (rows, cols) = self.viewport().rect(), self.scene_size
        seen = self._camera.scene_rect(QRectF(QPointF(rect.topLeft()), QPointF(rect.bottomRight())))
        top, left, bottom, right = map(math.floor, seen)
        box = max(top, 0), max(left, 0), min(bottom + 1, rows), min(right + 1, cols)
        return box if box[0] < box[2] and box[1] < box[3] else None

    def clear(self) -> None:
        """Shows nothing."""
        self._composite.clear()
        self._key = self._class_key = None
        self.set_cover(None)
        self._new_scene(0, 0)
        self.viewport().update()

    def set_labels(self, array: NDArray[np.integer], table: ClassTable) -> None:
        """Shows labels (rows x cols, 0 for none) in their classes' colours."""
        self._labels.set(array, table)
        self.viewport().update()

    def set_label_classes(self, table: ClassTable) -> None:
        """Takes classes of which those with labels look as before."""
        self._labels.set_table(table)
        self._validation.set_table(table)

    def update_labels(self, box: Box, array: NDArray[np.integer]) -> None:
        """Takes over the labels inside a box (top, left, bottom, right; the last two exclusive) of the whole raster."""
        self._labels.update(box, array)
        self._update_box(box)

    def set_validation(self, array: NDArray[np.integer] | None, table: ClassTable) -> None:
        """Shows validation labels (rows x cols, 0 for none) in stripes of their classes' colours, or none."""
        if array is None:
            self._validation.clear()
        else:
            self._validation.set(array, table)
        self.viewport().update()

    def update_validation(self, box: Box, array: NDArray[np.integer], table: ClassTable) -> None:
        """Takes over the validation labels inside a box of the whole raster."""
        if self._validation.empty:
            self._validation.set(array, table)
        else:
            self._validation.update(box, array)
        self._update_box(box)

    def show_selection(self, area: Area | None, color: Color = (255, 255, 255)) -> None:
        """Shows pixels (top, left, mask) that are selected, or none."""
        before = self._selection.box
        if area is None:
            self._selection.clear()
        else:
            self._selection.set(*area, color)
        for box in (before, self._selection.box):
            if box[0] < box[2]:
                self._update_box(box)
        self.selection_shown.emit(area)

    def set_map(self, array: NDArray[np.integer] | None, table: ClassTable | None = None) -> None:
        """Shows a class map (rows x cols, 0 for none), or none."""
        _show(self._map, array, table)
        self.viewport().update()

    def put_map(self, top: int, left: int, numbers: NDArray[np.integer], table: ClassTable) -> None:
        """Shows a part of a class map that begins at a pixel; the rest stays as it is."""
        if self._map.empty:
            self._map.set(np.zeros(self.scene_size, dtype=np.uint16), table)
        self._map.put(top, left, numbers)
        self._update_box((top, left, top + numbers.shape[0], left + numbers.shape[1]))

    def set_truth(self, array: NDArray[np.integer] | None, table: ClassTable | None = None) -> None:
        """Shows ground truth (rows x cols, 0 for none) in stripes that slant against those of validation labels, or
        none."""
        _show(self._truth, array, table)
        self.viewport().update()

    def set_errors(self, array: NDArray[np.integer] | None, table: ClassTable | None = None) -> None:
        """Shows where the map is right and wrong (rows x cols, 0 for not tested) in its place, or the map again. Labels
        are a veil meanwhile: their classes have the same colours."""
        _show(self._errors, array, table)
        self._labels.faint = array is not None
        self.viewport().update()

    def set_map_opacity(self, opacity: float) -> None:
        """0 for transparent to 1 for opaque."""
        self.stack.set_opacity("map", opacity)

    def set_label_opacity(self, opacity: float) -> None:
        """0 for transparent to 1 for opaque."""
        for name in ("labels", "validation"):
            self.stack.set_opacity(name, opacity)

    @property
    def labels_visible(self) -> bool:
        return self._labels.visible

    def set_labels_visible(self, visible: bool) -> None:
        for name in ("validation", "labels"):
            self.stack.set_visible(name, visible)

    def set_map_visible(self, visible: bool) -> None:
        self.stack.set_visible("map", visible)

    def set_outlines(self, labels: NDArray[np.int32] | None, count: int = 0, top: int = 0, left: int = 0) -> None:
        """Shows the borders between regions (numbers, rows x cols) of the scene, or of the part of it that begins at
        a pixel; None shows none.

        Args:
            count: how many regions there are.
        """
        if labels is None:
            self._outlines.clear()
        else:
            self._outlines.set(labels, count, top, left)
        self.stack.changed.emit("outlines")

    @property
    def outlines_too_small(self) -> bool:
        """Whether there are regions whose outlines would cover all at this magnification, and so are not drawn."""
        return not self._outlines.empty and not self._outlines.wide_enough(self._camera.scale)

    def set_markers(self, markers: Sequence[Marker]) -> None:
        """Marks pixels (row, col, colour, and a number or a word where wanted), such as those of kept spectra."""
        self._markers = list(markers)
        self.viewport().update()

    def set_target(self, pixel: tuple[int, int] | None) -> None:
        """Points at one pixel (row, col) that is asked about, or at none."""
        self._target = pixel
        self.viewport().update()

    def set_beacon(self, pixel: tuple[int, int] | None) -> None:
        """Points at one pixel (row, col) that the user went to, or at none."""
        self._beacon = pixel
        self.viewport().update()

    @property
    def ground(self) -> Ground | None:
        """Where the scene lies on the earth; None where that is not known."""
        return self._over.ground

    def set_ground(self, ground: Ground | None) -> None:
        """Takes where the scene lies, for all that is drawn over the image."""
        self._over.ground = ground
        self.viewport().update()

    def show_over(self, name: str, on: bool) -> None:
        """Draws one of the things over the image (`furniture.ALL`) from now on, or no more."""
        self._over.switch(name, on)
        self.viewport().update()

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Numbers pixels (row, col, number), such as those that are asked about next; that of the target stands out."""
        self._marks = list(marks)
        self.viewport().update()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The numbered pixels."""
        return tuple(self._marks)

    def mark_at(self, at: QPointF | QPoint) -> tuple[int, int] | None:
        """The numbered pixel (row, col) whose frame lies under a place of the viewport; None where none does."""
        near = half_side(self._camera) + MARK_REACH
        for row, col, _ in self._marks:
            away = self._camera.to_view(row + 0.5, col + 0.5) - QPointF(at)
            if max(abs(away.x()), abs(away.y())) <= near:
                return row, col
        return None

    def set_comparing(self, comparing: Comparing | None) -> None:
        """Paints pictures of the scene as who compares them says, or the scene as it is."""
        self._comparing = comparing
        self.viewport().update()

    def set_pointer(self, pixel: tuple[int, int] | None) -> None:
        """Marks the pixel (row, col) that the mouse is at in another view of the scene, or none."""
        for place in (self._pointer, pixel):
            if place is not None:
                self.viewport().update(pointer_place(self._camera, place))
        self._pointer = pixel

    @property
    def color_key(self) -> ColorKey | None:
        """The key that is drawn over the image."""
        return self._cover_key if self.covered else self._key

    def set_color_key(self, key: ColorKey | None) -> None:
        """Draws a key over the lower left corner of the image, or none."""
        self._key = key
        self._describe()
        self.viewport().update()

    @property
    def class_key(self) -> ClassKey | None:
        """The key of classes that is drawn over the image."""
        return self._class_key

    def set_class_key(self, key: ClassKey | None) -> None:
        """Draws a key of classes over the upper left corner of the image, or none."""
        self._class_key = key
        self._describe()
        self.viewport().update()

    def _describe(self) -> None:
        keys = (self.color_key, self._class_key)
        self.setAccessibleDescription("; ".join(key.text for key in keys if key is not None))

    def set_empty_text(self, text: str) -> None:
        """What is written while there is no scene."""
        self._empty_text = text
        self.viewport().update()

    # Where one looks

    @property
    def scale(self) -> float:
        """Logical pixels of the screen that one pixel of the scene gets."""
        return self._camera.scale

    @property
    def turn(self) -> Turn:
        """How the scene is turned on the screen."""
        return self._camera.turn

    def set_turn(self, turn: Turn) -> None:
        """Turns the scene on the screen; what was in the middle stays there."""
        if turn != self._camera.turn:
            self._camera.set_turn(turn)
            self._moved()

    def fit(self) -> None:
        """Shows the whole scene."""
        self._camera.fit()
        self._moved()

    def looked_at(self) -> tuple[float, float, float] | None:
        """Row and column in the middle and the scale, for `look_at`; None while the whole scene is fitted."""
        if self._camera.fitted:
            return None
        return (*self._camera.to_scene(self._camera.center), self._camera.scale)

    def look_at(self, place: tuple[float, float, float] | None) -> None:
        """Looks where `looked_at` said."""
        if place is None:
            self.fit()
        else:
            self._camera.look_at(*place)
            self._moved()

    def look_like(self, other: SceneCanvas) -> None:
        """Looks at the same place as another canvas of the scene, as large."""
        self._camera.look_like(other._camera)
        self._moved()

    def scene_at(self, at: QPointF) -> tuple[float, float]:
        """Row and column (fractional, pixel centres at .5) under a place of the viewport; may lie outside the scene."""
        return self._camera.to_scene(at)

    def same_place(self, other: SceneCanvas, at: QPointF) -> QPointF:
        """Where in this view the place of the scene is that lies under a place of another view."""
        return self._camera.to_view(*other._camera.to_scene(at))

    def zoom_in(self) -> None:
        self._zoom(ZOOM_STEP, self._camera.center)

    def zoom_out(self) -> None:
        self._zoom(1 / ZOOM_STEP, self._camera.center)

    def zoom_to_pixel(self, row: int, col: int) -> None:
        """Brings a pixel to the middle, magnified enough to be seen."""
        self._camera.look_at(row + 0.5, col + 0.5, max(self._camera.scale, PIXEL_SCALE))
        self._moved()

    def pixel_at(self, at: QPointF | QPoint) -> tuple[int, int] | None:
        """Row and column under a place of the viewport, None outside the scene."""
        row, col = self._camera.pixel(QPointF(at))
        return (row, col) if self._camera.contains(row, col) else None

    def position_of(self, row: float, col: float) -> QPoint:
        """The place in the viewport of the centre of a pixel."""
        return self._camera.to_view(row + 0.5, col + 0.5).toPoint()

    def small_picture(self, side: int) -> QImage | None:
        """All of the scene with map and labels in a picture whose longer side has at most so many pixels; None where
        there is no scene."""
        rows, cols = self.scene_size
        if self._camera.empty:
            return None
        factor = max(rows, cols) / min(side, max(rows, cols))
        down, across = (np.arange(max(1, round(n / factor))) for n in (rows, cols))
        window = Window(
            0, 0, np.minimum((down * factor).astype(np.intp), rows - 1),
            np.minimum((across * factor).astype(np.intp), cols - 1), max(1, math.ceil(factor)), magnified=1 / factor,
        )  # fmt: skip
        image = QImage(len(across), len(down), QImage.Format.Format_RGB32)
        image.fill(self._ground())
        painter = QPainter(image)
        for layer in (self._composite, self._map, self._labels):
            layer.paint(painter, window)
        painter.end()
        return image

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._camera.resize(QSizeF(event.size()))
        super().resizeEvent(event)
        self.moved.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self.viewport().update()
        super().changeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._ground())
        if self._camera.empty:
            self._paint_empty(painter)
        else:
            self._paint_scene(painter, event.rect())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_markers(painter)
            self._over.paint(painter, self._camera, self._look(), self._taken())
            paint_marks(painter, self._camera, self._marks, self._target)
            for pixel in (self._target, self._beacon):
                self._paint_target(painter, pixel)
            if self._pointer is not None:
                paint_pointer(painter, self._camera, self._pointer)
            self.paint_tool(painter)
            if self.color_key is not None:
                paint_key(painter, self.color_key, self.viewport().size(), self.font(), self.palette())
            if self._class_key is not None:
                paint_class_key(painter, self._class_key, self.viewport().size(), self.font(), self.palette())
        painter.end()

    def _paint_scene(self, painter: QPainter, exposed: QRect) -> None:
        ground = self._cover if self.covered else self._composite
        as_it_is: tuple[Painted, ...] = (ground, self.stack)
        if self._comparing is None:
            self._paint_rasters(painter, exposed, (*as_it_is, self._selection))
        else:
            for part, layers in self._comparing.parts(exposed, as_it_is):
                painter.setClipRect(part)
                self._paint_rasters(painter, part, (*layers, self._selection))
            painter.setClipping(False)
        self.stack.paint_lines(painter, self._camera)
        if self._comparing is not None:
            self._comparing.paint_over(painter)

    def _paint_rasters(self, painter: QPainter, exposed: QRect, layers: Sequence[Painted]) -> None:
        ratio = self.viewport().devicePixelRatioF()
        if not self._camera.turn.upright:
            paint_turned(painter, self._camera, exposed, ratio, layers, scene_window)
            return
        window = scene_window(self._camera, exposed, ratio)
        if window is None:
            return
        painter.scale(1 / ratio, 1 / ratio)
        for layer in layers:
            layer.paint(painter, window)
        painter.resetTransform()

    def _paint_markers(self, painter: QPainter) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for row, col, color, *words in self._markers:
            at = self._camera.to_view(row + 0.5, col + 0.5)
            radius = max(self._camera.scale * 0.75, 5.0)
            painter.setPen(QPen(QColor(0, 0, 0, 190), 4))
            painter.drawEllipse(at, radius, radius)
            painter.setPen(QPen(QColor(*color), 2))
            painter.drawEllipse(at, radius, radius)
            if words:
                paint_word(painter, at + QPointF(radius + 3, -radius - 3), words[0], QColor(*color))

    def _paint_target(self, painter: QPainter, pixel: tuple[int, int] | None) -> None:
        """A frame around a pixel with four hairs that leave it free."""
        if pixel is None:
            return
        half = half_side(self._camera)
        at = self._camera.to_view(pixel[0] + 0.5, pixel[1] + 0.5)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((QColor(0, 0, 0, 200), 4.0), (QColor(255, 255, 255), 2.0)):
            painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
            painter.drawRect(QRectF(at.x() - half, at.y() - half, 2 * half, 2 * half))
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                way = QPointF(x, y)
                painter.drawLine(at + way * (half + 4), at + way * (half + 16))

    def _paint_empty(self, painter: QPainter) -> None:
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(self.viewport().rect(), Qt.AlignmentFlag.AlignCenter, self._empty_text)

    def _look(self) -> Look:
        return Look(self.font(), self.palette())

    def _taken(self) -> tuple[QRectF, ...]:
        """Where nothing else may be drawn over the image."""
        size, font = self.viewport().size(), self.font()
        keys = [] if self.color_key is None else [key_box(size, font)]
        if self._class_key is not None:
            keys.append(class_key_box(self._class_key, size, font))
        return tuple(keys)

    def _ground(self) -> QColor:
        window = self.palette().color(QPalette.ColorRole.Window)
        return window.darker(112) if window.lightness() > 128 else window.darker(140)

    def paint_tool(self, painter: QPainter) -> None:
        """Draws what belongs on top, in view coordinates; nothing here."""

    # Inner doings

    def _restacked(self, _name: str) -> None:
        self.viewport().update()

    def _new_scene(self, rows: int, cols: int) -> None:
        self._labels.clear()
        self._validation.clear()
        self._truth.clear()
        self._errors.clear()
        self._selection.clear()
        self._map.clear()
        self._outlines.clear()
        self._markers = []
        self._target = self._beacon = None
        self._marks = []
        self._camera.set_scene(rows, cols)

    def _pan(self, dx: float, dy: float) -> None:
        self._camera.pan(dx, dy)
        self._moved()

    def _zoom(self, factor: float, at: QPointF) -> None:
        self._camera.zoom(factor, at)
        self._moved()

    def _moved(self) -> None:
        """Another part of the scene is seen."""
        self.viewport().update()
        self.moved.emit()

    def _update_box(self, box: Box) -> None:
        rect = self._camera.box_rect(*box).adjusted(-3, -3, 3, 3).toAlignedRect()
        self.viewport().update(rect & QRect(QPoint(0, 0), self.viewport().size()))


def _show(layer: ClassLayer, array: NDArray[np.integer] | None, table: ClassTable | None) -> None:
    if array is None:
        layer.clear()
    else:
        layer.set(array, table or ClassTable())


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
