"""The tour: a card for each step over the real window, with the part it is about lit and the rest dimmed.

Nothing is locked: the mouse goes through what is dimmed, and all can be used meanwhile. Nothing moves by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
)
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QMainWindow, QPushButton, QVBoxLayout, QWidget

from hsigui.texts import as_sentence, say
from hsigui.ui.desk.theme import is_dark
from hsigui.ui.shell.tour_steps import STEPS, TourStep, bring_forth, lit_areas, panels_of

LOOK_MS = 150  # how often it is looked whether the lit part has moved: docks tell of that in too many ways
WIDTH, GAP, EDGE, ROUND = 330, 14, 10, 8
DIM = {False: QColor(20, 24, 30, 115), True: QColor(0, 0, 0, 150)}


class Veil(QWidget):
    """Dims the window but for some areas. The mouse goes through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.lit: tuple[QRect, ...] = ()

    def light(self, areas: tuple[QRect, ...]) -> None:
        """Lights other areas of the window."""
        if areas != self.lit:
            self.lit = areas
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        holes = QPainterPath()
        for area in self.lit:
            hole = QPainterPath()
            hole.addRoundedRect(QRectF(area).adjusted(-3, -3, 3, 3), ROUND, ROUND)
            holes |= hole
        dimmed = QPainterPath()
        dimmed.addRect(QRectF(self.rect()))
        painter.fillPath(dimmed - holes, DIM[is_dark(self.palette())])
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2.0))
        painter.drawPath(holes)
        painter.end()


class TourCard(QFrame):
    """What a step says, and the buttons.

    Signals:
        next_asked(), back_asked(), end_asked(), demo_asked(): of its buttons and keys.
    """

    next_asked = Signal()
    back_asked = Signal()
    end_asked = Signal()
    demo_asked = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setFixedWidth(WIDTH)
        self.setAutoFillBackground(False)
        self._count, self._title, self._text, self._hint = (QLabel(self) for _ in range(4))
        self._count.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        font = self._title.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * 1.2)
        self._title.setFont(font)
        for label in (self._title, self._text, self._hint):
            label.setWordWrap(True)
        self.demo = QPushButton(say("Open the demo scene"), self)
        self.skip, self.back, self.next = (QPushButton(self) for _ in range(3))
        self.skip.setText(say("Skip"))
        self.back.setText(say("Back"))
        self.skip.setToolTip(say("End the tour; Help > Tour shows it again (Esc)"))
        self._lay_out()
        self._calls: dict[QPushButton, Callable[[], None]] = {
            self.demo: self.demo_asked.emit, self.skip: self.end_asked.emit, self.back: self.back_asked.emit,
            self.next: self.next_asked.emit,
        }  # fmt: skip
        for button, call in self._calls.items():
            button.setAutoDefault(True)
            button.clicked.connect(call)
            button.installEventFilter(self)

    @property
    def said(self) -> str:
        """All that the card says, for screen readers."""
        parts = (self._count.text(), self._title.text(), self._text.text(), self._hint.text())
        return " ".join(as_sentence(part) for part in parts if part)

    def show_step(self, step: TourStep, number: int, of: int, hint: str, offers_demo: bool) -> None:
        """Shows a step; the focus goes where one goes on."""
        self._count.setText(say("Step {number} of {count}", number=number, count=of))
        self._title.setText(step.title)
        self._text.setText(step.text)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.demo.setVisible(offers_demo)
        self.back.setEnabled(number > 1)
        self.next.setText(say("Done") if number == of else say("Next"))
        self.setAccessibleName(say("Tour: {title}", title=step.title))
        self.setAccessibleDescription(self.said)
        self.next.setAccessibleDescription(self.said)  # is read with the button that has the focus
        QAccessible.updateAccessibility(QAccessibleEvent(self.next, QAccessible.Event.DescriptionChanged))
        self.adjustSize()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc, Enter and the arrows; before the keys of the window, which has some of them for tools."""
        if event.type() in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress) and isinstance(event, QKeyEvent):
            call = self._call_of(watched, Qt.Key(event.key()))
            if call is not None and event.modifiers() in (
                Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
            ):  # fmt: skip
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    call()
                return True
        return super().eventFilter(watched, event)

    def _call_of(self, button: QObject, key: Qt.Key) -> Callable[[], None] | None:
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(button, QPushButton):
            return self._calls[button]
        if key == Qt.Key.Key_Left and not self.back.isEnabled():
            return lambda: None
        return {
            Qt.Key.Key_Escape: self.end_asked.emit, Qt.Key.Key_Right: self.next_asked.emit,
            Qt.Key.Key_Left: self.back_asked.emit,
        }.get(key)  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, palette = QPainter(self), self.palette()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(palette.color(QPalette.ColorRole.Highlight))
        painter.setBrush(palette.color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)
        painter.end()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.skip)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        buttons.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        for widget in (self._count, self._title, self._text, self._hint, self.demo):
            column.addWidget(widget)
        column.addLayout(buttons)
        for before, after in ((self.demo, self.next), (self.next, self.back), (self.back, self.skip)):
            self.setTabOrder(before, after)


class Tour(QObject):
    """One walk through the steps, over a window; deletes itself at its end.

    Args:
        offers_demo: whether the demo scene is worth offering now.

    Signals:
        demo_asked(): the demo scene is to be opened.
        ended(whole): it is over; whether all steps were seen.
    """

    demo_asked = Signal()
    ended = Signal(bool)

    def __init__(self, window: QMainWindow, offers_demo: Callable[[], bool]) -> None:
        super().__init__(window)
        self._window, self._offers_demo = window, offers_demo
        self._before = QApplication.focusWidget()
        self._at, self._shown = 0, ("", False)
        self._placed: tuple[tuple[bool, bool], ...] = ()  # whether panels of the step are closed, and float
        self.veil, self.card = Veil(window), TourCard(window)
        self.card.next_asked.connect(self.go_on)
        self.card.back_asked.connect(self.go_back)
        self.card.end_asked.connect(self.end)
        self.card.demo_asked.connect(self.demo_asked)
        window.installEventFilter(self)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.follow)
        self.veil.show()
        self.card.show()
        self._go_to(0)
        self._timer.start()

    @property
    def step(self) -> TourStep:
        return STEPS[self._at]

    def go_on(self) -> None:
        """The next step; after the last one, the end."""
        if self._at + 1 == len(STEPS):
            self.end(whole=True)
        else:
            self._go_to(self._at + 1)

    def go_back(self) -> None:
        """The step before."""
        self._go_to(max(0, self._at - 1))

    def take_focus(self) -> None:
        """Gives the focus to the card."""
        self.card.next.setFocus(Qt.FocusReason.OtherFocusReason)

    def end(self, whole: bool = False) -> None:
        """Leaves the window as it is without a tour; the focus goes where it was."""
        self._timer.stop()
        self._window.removeEventFilter(self)
        had_focus = self.card.isAncestorOf(QApplication.focusWidget() or self._window)
        for widget in (self.card, self.veil):
            widget.hide()
            widget.deleteLater()
        if had_focus and self._before is not None and _can_have_focus(self._before):
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.ended.emit(whole)
        self.deleteLater()

    def follow(self) -> None:
        """Keeps to the lit part: panels are moved, closed and opened, scenes come and go."""
        panels = panels_of(self._window, self.step)
        placed = tuple((panel.isHidden(), panel.isFloating()) for panel in panels)
        if placed != self._placed:  # opened or put back: it stands behind others then
            self._placed = placed
            bring_forth(panels)
        closed = [panel.windowTitle() for panel in panels if panel.isHidden()]
        hint = say("It is closed now: View > Panels > {panel} shows it.", panel=closed[0]) if closed else ""
        offers = self.step.demo and self._offers_demo()
        if (hint, offers) != self._shown:
            opened = self._shown[1] and not offers
            self._shown = hint, offers
            self.card.show_step(self.step, self._at + 1, len(STEPS), hint, offers)
            if opened:  # the image took the focus with the scene
                self.take_focus()
        self.veil.setGeometry(self._window.rect())
        self.veil.light(lit_areas(self._window, self.step))
        self.card.move(place_of(self.card.size(), self.veil.lit, self._window.rect()))
        self.veil.raise_()
        self.card.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self.follow()
        return super().eventFilter(watched, event)

    def _go_to(self, at: int) -> None:
        self._at, self._shown, self._placed = at, ("-", False), ()
        self.follow()
        self.take_focus()


def place_of(size: QSize, lit: Sequence[QRect], room: QRect) -> QPoint:
    """Where the card stands: beside a lit area, where it hides none; else in the middle.

    Args:
        size: of the card.
        lit: the lit areas; there may be none.
        room: of the window.
    """
    inside = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
    for area in lit:
        left = min(max(area.center().x() - size.width() // 2, inside.left()), inside.right() - size.width())
        top = min(max(area.center().y() - size.height() // 2, inside.top()), inside.bottom() - size.height())
        for place in (
            QPoint(left, area.bottom() + GAP), QPoint(area.right() + GAP, top),
            QPoint(area.left() - GAP - size.width(), top), QPoint(left, area.top() - GAP - size.height()),
        ):  # fmt: skip
            taken = QRect(place, size)
            if inside.contains(taken) and not any(taken.intersects(other) for other in lit):
                return place
    return QPoint((room.width() - size.width()) // 2, (room.height() - size.height()) // 2)


def _can_have_focus(widget: QWidget) -> bool:
    try:
        return widget.isVisible() and widget.isEnabled()
    except RuntimeError:  # it was deleted in the meantime
        return False
