"""A pixel of the image that the keyboard moves, and the keys that draw there with the tool in use, without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

from hsigui.ui.image.camera import Camera
from hsigui.ui.image.pointer import paint_pointer, pointer_place
from hsigui.ui.image.tools import NavigateTool, Tool

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
FAST = 10  # pixels of a step with Ctrl
EDGE = 24.0  # logical pixels from the border of the view at which a cursor that left it comes back
_CTRL, _SHIFT, _ALT = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip


@dataclass(frozen=True)
class Surface:
    """What the cursor needs of the view that it is in.

    Attributes:
        tool: the one in use.
        room: of the viewport, from (0, 0).
        pan: moves the scene by logical pixels.
        come_to: tells that the pointer is at a place of the viewport now, which the tool shows.
        redraw: has a part of the viewport painted anew.
    """

    tool: Callable[[], Tool]
    room: Callable[[], QRectF]
    pan: Callable[[float, float], None]
    come_to: Callable[[QPointF], None]
    redraw: Callable[[QRect], None]


class KeyCursor:
    """The cursor: arrows move it (as they look on the screen), Space is the left button of the mouse.

    Space held while arrows go draws along; Shift and Space draw straight from where the last stroke ended, as Shift and
    a click do. Enter, Backspace and Esc stay the tool's own.
    """

    def __init__(self, camera: Camera, surface: Surface) -> None:
        self._camera, self._surface = camera, surface
        self.pixel: tuple[int, int] | None = None  # row and column; None while the cursor is off
        self.wanted = False  # also while there is no scene to show it on
        self._pressed = False

    def begin(self, at: QPointF) -> None:
        """Shows the cursor at the pixel of the scene that is nearest to a place of the viewport."""
        self.wanted = True
        if not self._camera.empty:
            self._go(*self._camera.pixel(at))

    def end(self) -> None:
        """Hides the cursor; what it draws ends where it is."""
        before, self.pixel, self.wanted, self._pressed = self.pixel, None, False, False
        if before is not None:
            self._surface.redraw(pointer_place(self._camera, before))

    def let_go(self) -> None:
        """The keyboard is elsewhere: nothing is pressed any more."""
        self._pressed = False

    def owns(self, event: QKeyEvent) -> bool:
        """Whether a key is the cursor's own and no shortcut's of the window."""
        return self.pixel is not None and event.key() in (*ARROWS, Qt.Key.Key_Space) and not event.modifiers() & _ALT

    def press(self, event: QKeyEvent) -> bool:
        """Takes a key that went down; False when it is none of the cursor's."""
        if self.pixel is None or not self.owns(event):
            return False
        if event.key() in ARROWS:
            self._step(*ARROWS[Qt.Key(event.key())], FAST if event.modifiers() & _CTRL else 1)
        elif not event.isAutoRepeat():
            self._pressed = True
            self._surface.tool().press(self._place(), bool(event.modifiers() & _SHIFT))
            self._show()
        return True

    def release(self, event: QKeyEvent) -> bool:
        """Takes a key that went up; False when it is none of the cursor's."""
        if self.pixel is None or not self.owns(event):
            return False
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat() and self._pressed:
            self._pressed = False
            self._surface.tool().release(self._place())
            self._show()
        return True

    def paint(self, painter: QPainter) -> None:
        """Draws the cross."""
        if self.pixel is not None:
            paint_pointer(painter, self._camera, self.pixel)

    # Inner doings

    def _place(self) -> QPointF:
        row, col = self.pixel or (0, 0)
        return self._camera.to_view(row + 0.5, col + 0.5)

    def _step(self, right: int, down: int, pixels: int) -> None:
        """To the pixel that lies there on the screen, however the scene is turned."""
        middle = self._place()
        way = QPointF(right, down) * (self._camera.scale * pixels)
        self._go(*self._camera.pixel(middle + way))

    def _go(self, row: int, col: int) -> None:
        before = self.pixel
        self.pixel = min(max(row, 0), self._camera.rows - 1), min(max(col, 0), self._camera.cols - 1)
        self._bring_into_view()
        if before is not None:
            self._surface.redraw(pointer_place(self._camera, before))
        self._show()
        tool = self._surface.tool()
        if self._pressed and not isinstance(tool, NavigateTool):  # which would drag the scene away below the cursor
            tool.move(self._place(), True)

    def _bring_into_view(self) -> None:
        at, room = self._place(), self._surface.room()
        if room.contains(at):
            return
        inside = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
        across = min(max(at.x(), inside.left()), inside.right()) - at.x()
        down = min(max(at.y(), inside.top()), inside.bottom()) - at.y()
        self._surface.pan(across, down)

    def _show(self) -> None:
        if self.pixel is not None:
            self._surface.redraw(pointer_place(self._camera, self.pixel))
            self._surface.come_to(self._place())
