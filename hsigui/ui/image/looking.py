"""An area through which one looks at a scene: which part of it is seen, how large and how turned."""

from __future__ import annotations

import math

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from hsigui.texts import say
from hsigui.ui.desk.roles import give_role
from hsigui.ui.image.camera import Camera
from hsigui.ui.image.overlay import Box
from hsigui.ui.image.pictures.port import Port
from hsigui.ui.image.turning import Turn

ZOOM_STEP = 1.25
PIXEL_SCALE = 12.0  # logical pixels a scene pixel gets when one pixel is asked for


class LookingArea(QAbstractScrollArea):
    """Knows where one looks; paints nothing.

    Signals:
        moved: another part of the scene is in view.
    """

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setViewport(Port(self))
        self._camera = Camera()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(160, 120)
        give_role(self, QAccessible.Role.Graphic, say("Image of the scene"))

    @property
    def scene_size(self) -> tuple[int, int]:
        """Rows and columns of the scene; (0, 0) when none is shown."""
        return self._camera.rows, self._camera.cols

    def visible_box(self) -> Box | None:
        """The part of the scene in view: top, left, bottom, right (the last two exclusive); None when there is none."""
        rect, (rows, cols) = self.viewport().rect(), self.scene_size
        seen = self._camera.scene_rect(QRectF(QPointF(rect.topLeft()), QPointF(rect.bottomRight())))
        top, left, bottom, right = map(math.floor, seen)
        box = max(top, 0), max(left, 0), min(bottom + 1, rows), min(right + 1, cols)
        return box if box[0] < box[2] and box[1] < box[3] else None

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

    def look_like(self, other: LookingArea) -> None:
        """Looks at the same place as another canvas of the scene, as large."""
        self._camera.look_like(other._camera)
        self._moved()

    def scene_at(self, at: QPointF) -> tuple[float, float]:
        """Row and column (fractional, pixel centres at .5) under a place of the viewport; may lie outside the scene."""
        return self._camera.to_scene(at)

    def same_place(self, other: LookingArea, at: QPointF) -> QPointF:
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

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._camera.resize(QSizeF(event.size()))
        super().resizeEvent(event)
        self.moved.emit()

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
