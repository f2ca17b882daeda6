"""A view of the scene beside the image: one subject, at the same place, as large, with the mouse of the image."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPalette, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QWidget

from hsigui.texts import say
from hsigui.ui.desk.job_bridge import JobBridge
from hsigui.ui.image.canvas import SceneCanvas
from hsigui.ui.image.subject_drawing import SubjectDrawing
from hsigui.ui.image.subject_layer import SubjectLayer
from hsigui.ui.image.subjects import Subject
from hsigui.ui.image.view import ImageView

AWAY = 8  # logical pixels between the chooser and the corner
CHOOSER_WIDTH = 190
_MOUSE = (
    QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick,
    QEvent.Type.MouseMove,
)  # fmt: skip


class LinkedView(SceneCanvas):
    """Shows a subject of the scene. What the mouse does here is done in the image, at the same pixel, with its tool.

    Signals:
        chosen(id): another subject is wanted.
        entered(), left(): the mouse came over it, or went.
    """

    chosen = Signal(str)
    entered = Signal()
    left = Signal()

    def __init__(self, image: ImageView, bridge: JobBridge, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._image, self._under = image, False
        self._layer = SubjectLayer()
        self.stack.add("subject", say("Subject"), self._layer)
        self.drawing = SubjectDrawing(bridge, self, self._layer, self)
        self.setAccessibleName(say("View {number} of the scene", number=number))
        self.setFocusProxy(image)
        self.viewport().setMouseTracking(True)
        self.chooser = QComboBox(self)
        self.chooser.setFixedWidth(CHOOSER_WIDTH)
        self.chooser.setAccessibleName(say("What view {number} shows", number=number))
        self.chooser.setToolTip(say("What this view shows"))
        self.chooser.move(AWAY, AWAY)
        self.chooser.activated.connect(self._picked)
        image.stack.changed.connect(self._restacked_there)

    def show_scene(self, size: tuple[int, int]) -> None:
        """Takes a scene of so many rows and columns, of which nothing is shown yet."""
        self.set_color_key(None)
        self._new_scene(*size)

    def offer(self, subjects: tuple[Subject, ...], name: str, title: str) -> None:
        """Lists what can be shown, and which of it is.

        Args:
            name, title: of what is shown, or will be as soon as there is such a thing.
        """
        with QSignalBlocker(self.chooser):
            self.chooser.clear()
            for subject in subjects:
                self.chooser.addItem(subject.title, subject.id)
            if self.chooser.findData(name) < 0:
                self.chooser.addItem(title or say("Nothing yet"), name)
            self.chooser.setCurrentIndex(self.chooser.findData(name))

    def show_subject(self, subject: Subject | None) -> None:
        """Draws a subject, or its picture anew."""
        self._layer.gaps_seen = subject is not None and subject.id == "composite"
        self.set_color_key(None if subject is None else subject.key)
        self.drawing.show(subject, self.scene_size)

    # The mouse

    def viewportEvent(self, event: QEvent) -> bool:
        kind = event.type()
        if kind in _MOUSE and isinstance(event, QMouseEvent):
            self._set_under(True)
            self._hand_on(event)
            event.accept()
            return True
        if isinstance(event, QWheelEvent):
            self._image.wheelEvent(self._wheel(event))
            event.accept()
            return True
        if kind == QEvent.Type.Leave:
            self._set_under(False)
            self._image.leaveEvent(QEvent(QEvent.Type.Leave))
        return super().viewportEvent(event)

    def _hand_on(self, event: QMouseEvent) -> None:
        """Has the image do what is done here."""
        before = self._tool_place()
        told = QMouseEvent(
            event.type(), self._there(event.position()), event.globalPosition(), event.button(), event.buttons(),
            event.modifiers(),
        )  # fmt: skip
        match event.type():
            case QEvent.Type.MouseButtonPress:
                self._image.setFocus(Qt.FocusReason.MouseFocusReason)
                self._image.mousePressEvent(told)
            case QEvent.Type.MouseButtonRelease:
                self._image.mouseReleaseEvent(told)
            case QEvent.Type.MouseButtonDblClick:
                self._image.mouseDoubleClickEvent(told)
            case _:
                self._image.mouseMoveEvent(told)
        self.viewport().setCursor(self._image.viewport().cursor())
        for place in (before, self._tool_place()):
            if not place.isEmpty():
                self.viewport().update(place.toAlignedRect())

    def _wheel(self, event: QWheelEvent) -> QWheelEvent:
        return QWheelEvent(
            self._there(event.position()), event.globalPosition(), event.pixelDelta(), event.angleDelta(),
            event.buttons(), event.modifiers(), event.phase(), event.inverted(),
        )  # fmt: skip

    def _set_under(self, under: bool) -> None:
        if under != self._under:
            self._under = under
            (self.entered if under else self.left).emit()
            self.viewport().update()

    def _there(self, at: QPointF) -> QPointF:
        """The place in the image of what is under a place here."""
        return self._image.same_place(self, at)

    # Painting

    def _tool_place(self) -> QRectF:
        """Where the tool of the image draws, here."""
        return self._image.tool_place.translated(-self._away())

    def _away(self) -> QPointF:
        return self._there(QPointF(0, 0))

    def paint_tool(self, painter: QPainter) -> None:
        if self._under:
            painter.save()
            painter.translate(-self._away())
            self._image.paint_tool(painter)
            painter.restore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        subject = self.drawing.subject
        if self.scene_size != (0, 0) and self.drawing.empty:
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            text = say("There is nothing to show here yet.") if subject is None else subject.state
            room = self.viewport().rect().adjusted(AWAY, AWAY, -AWAY, -AWAY)
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, text)
            painter.end()

    def _paint_scene(self, painter: QPainter, exposed: QRect) -> None:
        super()._paint_scene(painter, exposed)
        self._image.stack.paint_lines(painter, self._camera)

    def _restacked_there(self, _name: str) -> None:
        """The lines over the image are others."""
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.scene_size != (0, 0):
            self.look_like(self._image)

    def _picked(self, index: int) -> None:
        self.chosen.emit(self.chooser.itemData(index))
        self._image.setFocus()
