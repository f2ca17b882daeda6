"""The image view: the scene with the mouse, the keys and the label tools on it."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPalette,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from hsigui.cube.ground import Ground
from hsigui.labels.classes import Color
from hsigui.labels.strokes import Area
from hsigui.texts import say
from hsigui.ui.image.canvas import SceneCanvas
from hsigui.ui.image.key_cursor import KeyCursor, Surface
from hsigui.ui.image.looking import PIXEL_SCALE, ZOOM_STEP
from hsigui.ui.image.tools import MAX_BRUSH, MIN_BRUSH, NavigateTool, ToolOptions, ToolSignals
from hsigui.ui.image.tools_measure import MeasureTool
from hsigui.ui.image.tools_regions import FillTool
from hsigui.ui.image.tools_shapes import PolygonTool
from hsigui.ui.image.tools_table import FIRST_TOOL, make_tools

PAN_STEP = 60.0
FRAME = 2.0  # logical pixels of the frame that shows the focus
FLASH_MS = 1500  # that pixels stay marked which the user was taken to
POINT_MS = 3000  # that the place stays marked to which the user went
HOVER_MS = 40  # between two tellings of where the mouse is, while something is drawn

_PANS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_BY_KEY = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
_CLOSE_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ImageView(SceneCanvas):
    """Composite, class map and labels of one scene.

    Signals:
        hovered(row, col): the mouse came to another pixel of the scene; while something is drawn, told now and then.
        left_scene(): the mouse is over no pixel any more.
        clicked(row, col, keep): a click in navigate mode; keep with Shift.
        tool_changed(name), brush_size_changed(size): also when set by the program.
        stroke_started(text), stroked(points, size, erase), stroke_ended(): one stroke, in pieces; points are a list
            of (row, col) pixels to be joined by a line, the first being the last of the piece before.
        polygon_drawn(vertices, text): list of (row, col) floats, pixel centres at .5, and what it was drawn as.
        touched(kind, row, col): a pixel was pressed with "fill", "superpixel" or "pick".
        selection_taken(), selection_dropped(): the selection that is shown is to be labelled, or given up.
        menu_asked(row, col, QPoint): the menu of a pixel (-1, -1 beside the scene) is wanted at a place of the screen.
        confirmed(): Enter, while no tool waits for it; escaped(): Esc likewise.
        named(number): Alt and a digit.
        measured(text): what the line that is measured says now; empty for none.
    """

    hovered = Signal(int, int)
    left_scene = Signal()
    clicked = Signal(int, int, bool)
    tool_changed = Signal(str)
    brush_size_changed = Signal(int)
    stroke_started = Signal(str)
    stroked = Signal(object, int, bool)
    stroke_ended = Signal()
    polygon_drawn = Signal(object, str)
    touched = Signal(str, int, int)
    selection_taken = Signal()
    selection_dropped = Signal()
    menu_asked = Signal(int, int, QPoint)
    confirmed = Signal()
    escaped = Signal()
    named = Signal(int)
    measured = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._options = ToolOptions()
        self._tools = make_tools(self._camera, self._tool_signals(), self._options)
        self._tool_name = FIRST_TOOL
        self._tool = self._tools[self._tool_name]
        self._space = False
        self._tool_bounds = QRectF()
        self._pan_from: QPointF | None = None
        self._pan_button = Qt.MouseButton.NoButton
        self._key_cursor = KeyCursor(self._camera, self._surface())
        self._reached_by_key = False  # the keyboard brought the focus here, which is shown
        self._right_closed = False  # the right button had something to close, and opens no menu
        self._mouse: QPointF | None = None
        self._pixel: tuple[int, int] | None = None
        self._flashing = QTimer(self)
        self._flashing.setSingleShot(True)
        self._flashing.setInterval(FLASH_MS)
        self._flashing.timeout.connect(partial(self.flash, None))
        self._pointing = QTimer(self)
        self._pointing.setSingleShot(True)
        self._pointing.setInterval(POINT_MS)
        self._pointing.timeout.connect(partial(self.set_beacon, None))
        self._telling = QTimer(self)
        self._telling.setSingleShot(True)
        self._telling.setInterval(HOVER_MS)
        self._telling.timeout.connect(self._tell_pixel)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(
            say("Arrows move it; F8: a cursor that arrows move by pixels, at which Space draws with the tool in use")
        )
        self.viewport().setMouseTracking(True)
        self._update_cursor()

    # Tools

    @property
    def tool(self) -> str:
        return self._tool_name

    def set_tool(self, name: str) -> None:
        """Chooses a tool of `tools_table`; an open stroke ends, an open polygon or selection is dropped.

        Raises:
            KeyError: there is no such tool.
        """
        chosen = self._tools[name]
        if chosen is self._tool:
            return
        self._tool.drop()
        self._tool_name, self._tool = name, chosen
        self._options.shift = False
        self._update_cursor()
        self.viewport().update()
        self.tool_changed.emit(name)

    @property
    def brush_size(self) -> int:
        """Diameter of brush and eraser in pixels of the scene, 1 to 99."""
        return self._options.brush_size

    @brush_size.setter
    def brush_size(self, size: int) -> None:
        size = min(max(int(size), MIN_BRUSH), MAX_BRUSH)
        if size == self._options.brush_size:
            return
        self._options.brush_size = size
        self.viewport().update()
        self.brush_size_changed.emit(size)

    @property
    def brush_shape(self) -> str:
        """ "round" or "square"."""
        return self._options.brush_shape

    @brush_shape.setter
    def brush_shape(self, shape: str) -> None:
        self._options.brush_shape = shape
        self.viewport().update()

    def set_brush_size(self, size: int) -> None:
        self.brush_size = size

    def set_brush_square(self, square: bool) -> None:
        self.brush_shape = "square" if square else "round"

    def grow_brush(self) -> None:
        """One step larger; steps grow with the size."""
        self.brush_size += 1 if self.brush_size < 10 else max(self.brush_size // 6, 2)

    def shrink_brush(self) -> None:
        self.brush_size -= 1 if self.brush_size <= 10 else max(self.brush_size // 7, 2)

    def set_brush_color(self, color: Color | QColor | None) -> None:
        """The colour of the brush's and the polygon's outline: that of the chosen class."""
        self._options.color = color if color is None or isinstance(color, QColor) else QColor(*color)
        self.viewport().update()

    @property
    def drawing(self) -> bool:
        """True during a stroke and while a shape is open; a selection of the flood fill can wait, and so can what
        is measured."""
        return self._tool.busy and not isinstance(self._tool, FillTool | MeasureTool)

    @property
    def measured_places(self) -> list[tuple[float, float]]:
        """The corners (row, col) of what is measured; the centre of the upper left pixel is (0.5, 0.5)."""
        tool = self._tools["measure"]
        return list(tool.vertices) if isinstance(tool, MeasureTool) else []

    @property
    def tool_place(self) -> QRectF:
        """Where the tool draws at the mouse, in view coordinates; empty for nowhere."""
        return self._tool_bounds

    def show_selection(self, area: Area | None, color: Color = (255, 255, 255)) -> None:
        super().show_selection(area, color)
        tool = self._tool
        if isinstance(tool, FillTool):
            tool.selection = area

    def point_out(self, area: Area) -> None:
        """Brings pixels to the middle of the view, large enough to be seen, and marks them for a moment."""
        top, left, mask = area
        height, width = mask.shape
        port = self.viewport()
        fitting = 0.6 * min(port.width() / width, port.height() / height)
        self.look_at((top + height / 2, left + width / 2, min(fitting, PIXEL_SCALE)))
        self.flash(area)
        self._flashing.start()

    def show_place(self, row: float, col: float) -> None:
        """Brings a place (fractional) to the middle of the view, magnified enough to be seen, and marks its pixel for a
        moment."""
        self.look_at((row, col, max(self.scale, PIXEL_SCALE)))
        self.set_beacon((math.floor(row), math.floor(col)))
        self._pointing.start()

    def set_key_cursor(self, on: bool) -> None:
        """Shows a pixel that the keyboard moves and draws at (`key_cursor`), or no more."""
        if not on:
            self._key_cursor.end()
            self._update_tool(None)
        elif self._key_cursor.pixel is None:
            self._key_cursor.begin(self._camera.center if self._mouse is None else self._mouse)
            self._note_reached()

    @property
    def key_cursor(self) -> tuple[int, int] | None:
        """Row and column of the pixel that the keyboard moves; None while there is none."""
        return self._key_cursor.pixel

    def set_ground(self, ground: Ground | None) -> None:
        super().set_ground(ground)
        self._options.ground = ground

    def flash(self, area: Area | None) -> None:
        """Marks pixels that the user was taken to; None ends that. A selection to be labelled is left alone."""
        tool = self._tool
        if not (isinstance(tool, FillTool) and tool.busy) and (area is None or not tool.busy):
            super().show_selection(area)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at, button = event.position(), event.button()
        self._note_shift(event.modifiers())
        left = button == Qt.MouseButton.LeftButton
        if button == Qt.MouseButton.MiddleButton or (left and self._space):
            if self._pan_from is None:
                self._pan_from, self._pan_button = at, button
        elif left and not self._camera.empty:
            self._tool.press(at, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif button == Qt.MouseButton.RightButton:
            self._right_closed = self._tool.busy
            self._tool.close(None)
        self._update_cursor()
        self._update_tool(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._note_shift(event.modifiers())
        if self._pan_from is not None:
            if event.buttons() & self._pan_button:
                self._pan(at.x() - self._pan_from.x(), at.y() - self._pan_from.y())
                self._pan_from = at
            else:
                self._pan_from = None
            self._update_cursor()
        else:
            self._tool.move(at, bool(event.buttons() & Qt.MouseButton.LeftButton))
            if isinstance(self._tool, NavigateTool):  # the only one whose moves change the cursor
                self._update_cursor()
        self._update_tool(at)
        self._report_pixel(self.pixel_at(at))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._note_shift(event.modifiers())
        if self._pan_from is not None and event.button() == self._pan_button:
            self._pan_from = None
        elif event.button() == Qt.MouseButton.LeftButton:
            self._tool.release(at)
        self._update_cursor()
        self._update_tool(at)
        if self._telling.isActive():
            self._telling.stop()
            self._tell_pixel()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and not self._space and isinstance(self._tool, PolygonTool):
            self._tool.close(event.position())
            self.viewport().update()
        else:
            self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        if turn and self._tool.has_brush and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            (self.grow_brush if turn > 0 else self.shrink_brush)()
        elif turn:
            self._zoom(ZOOM_STEP ** (turn / 120), event.position())
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Asks for the menu of the pixel under the mouse; by the keyboard for that in the middle, too."""
        event.accept()
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if self._camera.empty or self._tool.busy or self._pan_from is not None or (by_mouse and self._right_closed):
            return
        at = QPointF(event.pos()) if by_mouse else self._mouse or self._camera.center
        row, col = self.pixel_at(at) or (-1, -1)
        self.menu_asked.emit(row, col, self.viewport().mapToGlobal(at.toPoint()))

    # Keys

    def event(self, event: QEvent) -> bool:
        # While a stroke or a polygon is open, these keys are its own, not those of the window's menu.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._owns(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._key_cursor.press(event):
            self._note_reached()
        elif key == Qt.Key.Key_Space:
            self._space = True
            self._update_cursor()
        elif key == Qt.Key.Key_Shift:
            self._note_shift(Qt.KeyboardModifier.ShiftModifier)
        elif self._tool.busy and self._owns(event):
            self._drawing_key(event)
        elif key in _CLOSE_KEYS:
            self.confirmed.emit()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.matches(QKeySequence.StandardKey.Copy) and self._tool.copied:
            QGuiApplication.clipboard().setText(self._tool.copied)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.named.emit(int(key) - int(Qt.Key.Key_0))
        elif key in _PANS and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            x, y = _PANS[Qt.Key(key)]
            step = self._camera.scale if event.modifiers() & Qt.KeyboardModifier.ControlModifier else PAN_STEP
            self._pan(x * step, y * step)
        else:
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if self._key_cursor.release(event):
            return
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._update_cursor()
        elif event.key() == Qt.Key.Key_Shift:
            self._note_shift(Qt.KeyboardModifier.NoModifier)
        else:
            super().keyReleaseEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What is seen stays where it is when a message comes or goes below; beside a fitted scene there is room."""
        before, after = event.oldSize(), event.size()
        super().resizeEvent(event)
        if before.isValid() and before.width() == after.width() and not self._camera.fitted:
            self._camera.pan(0, (before.height() - after.height()) / 2)
            self.viewport().update()

    # Leaving

    def leaveEvent(self, event: QEvent) -> None:
        self._forget_mouse()
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Who comes by the keyboard sees where the focus is; the mouse shows it by itself."""
        super().focusInEvent(event)
        self._reached_by_key = event.reason() in _BY_KEY
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._reached_by_key = False
        self._let_go()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._let_go()
        super().hideEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._forget_mouse()
        elif isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(1 + event.value(), event.position())
            return True
        return super().viewportEvent(event)

    def paint_tool(self, painter: QPainter) -> None:
        if self._pan_from is None and not self._space:
            self._tool.paint(painter, self._mouse)
        self._key_cursor.paint(painter)
        if self._reached_by_key and self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), FRAME))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            half = FRAME / 2
            painter.drawRect(QRectF(self.viewport().rect()).adjusted(half, half, -half, -half))

    # Inner doings

    def _tool_signals(self) -> ToolSignals:
        return ToolSignals(
            clicked=self.clicked.emit,
            pan=self._pan,
            stroke_started=self.stroke_started.emit,
            stroked=self.stroked.emit,
            stroke_ended=self.stroke_ended.emit,
            polygon_drawn=self.polygon_drawn.emit,
            touched=self.touched.emit,
            selection_taken=self.selection_taken.emit,
            selection_dropped=self.selection_dropped.emit,
            measured=self.measured.emit,
        )

    def _surface(self) -> Surface:
        return Surface(
            tool=lambda: self._tool,
            room=lambda: QRectF(self.viewport().rect()),
            pan=self._pan,
            come_to=self._come_to,
            redraw=self.viewport().update,
        )

    def _come_to(self, at: QPointF) -> None:
        """The keyboard moved the pointer."""
        self._update_tool(at)
        self._report_pixel(self.pixel_at(at))

    def _new_scene(self, rows: int, cols: int) -> None:
        self._tool.drop()
        wanted = self._key_cursor.wanted
        self._key_cursor.end()
        super()._new_scene(rows, cols)
        self._forget_mouse()
        if wanted:
            self._key_cursor.begin(self._camera.center)

    def _owns(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Space or self._key_cursor.owns(event):
            return True
        if not self._tool.busy:
            return event.key() in _PANS and not event.modifiers() & Qt.KeyboardModifier.AltModifier
        undo = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
        return undo or event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape, *_CLOSE_KEYS)

    def _drawing_key(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self._tool.drop()
        elif key in _CLOSE_KEYS:
            self._tool.close(None)
        elif key == Qt.Key.Key_Backspace or event.matches(QKeySequence.StandardKey.Undo):
            self._tool.step_back()
        self.viewport().update()

    def _moved(self) -> None:
        super()._moved()
        if self._mouse is not None:
            self._report_pixel(self.pixel_at(self._mouse))

    def _report_pixel(self, pixel: tuple[int, int] | None) -> None:
        if pixel == self._pixel:
            return
        self._pixel = pixel
        if not self._tool.busy:
            self._tell_pixel()
        elif not self._telling.isActive():  # what follows from it would make the brush lag
            self._telling.start()

    def _tell_pixel(self) -> None:
        if self._pixel is None:
            self.left_scene.emit()
        else:
            self.hovered.emit(*self._pixel)

    def _forget_mouse(self) -> None:
        self._update_tool(None)
        self._report_pixel(None)

    def _note_reached(self) -> None:
        """The keyboard is at work here."""
        if not self._reached_by_key:
            self._reached_by_key = True
            self.viewport().update()

    def _let_go(self) -> None:
        self._key_cursor.let_go()
        self._space = self._options.shift = False
        self._pan_from = None
        self._tool.interrupt()
        self._update_cursor()
        self.viewport().update()

    def _update_tool(self, at: QPointF | None) -> None:
        """Moves what the tool draws at the mouse, repainting only there."""
        self._mouse = at
        before, self._tool_bounds = self._tool_bounds, self._tool.bounds(at)
        for place in (before, self._tool_bounds):
            if not place.isEmpty():
                self.viewport().update(place.toAlignedRect())

    def _note_shift(self, modifiers: Qt.KeyboardModifier) -> None:
        held = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if held != self._options.shift:
            self._options.shift = held
            self._update_tool(self._mouse)

    def _update_cursor(self) -> None:
        tool = self._tool
        if self._pan_from is not None or (isinstance(tool, NavigateTool) and tool.dragging):
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space:
            self.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.viewport().setCursor(tool.cursor)
