"""The rasters of a scene in a view, and their painting: the composite, and over it class map, labels and outlines.

Painted with QPainter rather than pyqtgraph's ImageItem: an item of a graphics view repaints the whole viewport for
every change, while here a stroke repaints only the pixels it touched. On a 2000 x 2000 scene a piece of a stroke takes
about 1 ms so, 4 to 7 ms with two ImageItems over a third. There is also no context menu or range button to switch off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QWidget

from hsigui.labels.classes import ClassTable, Color
from hsigui.labels.strokes import Area
from hsigui.texts import say
from hsigui.ui.image.comparing import Comparing, Painted
from hsigui.ui.image.looking import LookingArea
from hsigui.ui.image.outlines import OutlineLayer
from hsigui.ui.image.overlay import FALLING, RISING, Box, ClassLayer, Composite, SelectionLayer, Window
from hsigui.ui.image.scene_window import scene_window
from hsigui.ui.image.stack import Stack
from hsigui.ui.image.turned_painting import paint_turned


class RasterArea(LookingArea):
    """Holds the rasters of one scene and paints them when it is asked to.

    Signals:
        selection_shown(area): pixels (top, left, mask) are marked as selected, or None are.

    Attributes:
        stack: what lies over the composite, and in which order.
    """

    selection_shown = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composite, self._cover = Composite(), Composite()
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

    # What is shown

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

    def set_cover(self, pixels: NDArray[np.uint32] | None, step: int = 1) -> None:
        """Shows another picture in place of the composite, until None is given; the composite stays behind it.

        Args:
            pixels: the picture, rows x cols as `overlay.packed` makes it; each stands for step x step of the scene.
        """
        if pixels is None:
            self._cover.clear()
        else:
            self._cover.set_packed(pixels, step)
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

    def clear(self) -> None:
        """Shows nothing."""
        self._composite.clear()
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

    def set_comparing(self, comparing: Comparing | None) -> None:
        """Paints pictures of the scene as who compares them says, or the scene as it is."""
        self._comparing = comparing
        self.viewport().update()

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

    def _ground(self) -> QColor:
        window = self.palette().color(QPalette.ColorRole.Window)
        return window.darker(112) if window.lightness() > 128 else window.darker(140)

    def _restacked(self, _name: str) -> None:
        self.viewport().update()

    def _new_scene(self, rows: int, cols: int) -> None:
        """Another scene of this size; nothing is laid over it."""
        self._labels.clear()
        self._validation.clear()
        self._truth.clear()
        self._errors.clear()
        self._selection.clear()
        self._map.clear()
        self._outlines.clear()
        self._camera.set_scene(rows, cols)


def _show(layer: ClassLayer, array: NDArray[np.integer] | None, table: ClassTable | None) -> None:
    if array is None:
        layer.clear()
    else:
        layer.set(array, table or ClassTable())
