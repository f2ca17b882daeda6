"""The picture of the scene: its rasters, the marks on them, and keys and furniture over all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

from hsigui.cube.ground import Ground
from hsigui.texts import say
from hsigui.ui.image.class_key import ClassKey, class_key_box, paint_class_key
from hsigui.ui.image.color_key import ColorKey, key_box, paint_key
from hsigui.ui.image.furniture import Look
from hsigui.ui.image.marks import Mark, Marker, half_side, paint_markers, paint_marks, paint_target
from hsigui.ui.image.over_image import OverImage
from hsigui.ui.image.pointer import paint_pointer, pointer_place
from hsigui.ui.image.rasters import RasterArea

MARK_REACH = 4.0  # logical pixels beside a mark's frame in which a click is meant for it


class SceneCanvas(RasterArea):
    """Shows one scene with all that lies on it; knows nothing of tools."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pointer: tuple[int, int] | None = None
        self._markers: list[Marker] = []
        self._target: tuple[int, int] | None = None
        self._beacon: tuple[int, int] | None = None
        self._marks: list[Mark] = []
        self._over = OverImage()
        self._key: ColorKey | None = None
        self._cover_key: ColorKey | None = None
        self._class_key: ClassKey | None = None
        self._empty_text = say("No scene is open")

    # What is shown

    def set_cover(self, pixels: NDArray[np.uint32] | None, step: int = 1, key: ColorKey | None = None) -> None:
        """Shows another picture in place of the composite, until None is given; the composite stays behind it.

        Args:
            pixels: the picture, rows x cols as `overlay.packed` makes it; each stands for step x step of the scene.
            key: of its colours, in place of that of the composite.
        """
        super().set_cover(pixels, step)
        self._cover_key = None if pixels is None else key
        self._describe()

    def clear(self) -> None:
        """Shows nothing."""
        self._key = self._class_key = None
        super().clear()

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

    # Painting

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
            paint_markers(painter, self._camera, self._markers)
            self._over.paint(painter, self._camera, self._look(), self._taken())
            paint_marks(painter, self._camera, self._marks, self._target)
            for pixel in (self._target, self._beacon):
                if pixel is not None:
                    paint_target(painter, self._camera, pixel)
            if self._pointer is not None:
                paint_pointer(painter, self._camera, self._pointer)
            self.paint_tool(painter)
            if self.color_key is not None:
                paint_key(painter, self.color_key, self.viewport().size(), self.font(), self.palette())
            if self._class_key is not None:
                paint_class_key(painter, self._class_key, self.viewport().size(), self.font(), self.palette())
        painter.end()

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

    def paint_tool(self, painter: QPainter) -> None:
        """Draws what belongs on top, in view coordinates; nothing here."""

    def _new_scene(self, rows: int, cols: int) -> None:
        self._markers = []
        self._target = self._beacon = None
        self._marks = []
        super()._new_scene(rows, cols)
