"""Messages inside the window: plainly worded, with what to do about it, and never in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.errors import HsiError
from hsigui.log import Log
from hsigui.texts import say
from hsigui.ui.desk.icons import icon

KINDS = ("info", "warning", "error")
AT_ONCE = 3  # more would cover the scene; older ones make room
INFO_MS = 15_000  # a plain piece of information goes by itself
MARGIN = 8
MOST_LETTERS = 420  # about three lines; the rest is in the tooltip
_PIXMAPS = {
    "info": QStyle.StandardPixmap.SP_MessageBoxInformation,
    "warning": QStyle.StandardPixmap.SP_MessageBoxWarning,
    "error": QStyle.StandardPixmap.SP_MessageBoxCritical,
}
_EDGES = {"info": "#2f7fd6", "warning": "#d99a00", "error": "#d23c3c"}

Button = tuple[str, Callable[[], object]]

_KINDS = {"info": say("info"), "warning": say("warning"), "error": say("error")}
_log = Log("window")


class Message(QFrame):
    """One message: icon, text, hint, buttons and a cross."""

    def __init__(
        self, kind: str, text: str, hint: str, buttons: Sequence[Button], parent: QWidget, stays: bool
    ) -> None:
        super().__init__(parent)
        self.kind, self.text, self.hint = kind, text, hint
        self.asks = stays
        self.setObjectName("message")
        self.setAccessibleName(f"{_KINDS[kind]}: {text} {hint}".strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
        style = QApplication.style()
        size = style.pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        picture = QLabel(self)
        picture.setPixmap(style.standardIcon(_PIXMAPS[kind]).pixmap(size, size))
        row.addWidget(picture)
        whole = f"{text}  {hint}".strip()
        label = QLabel(whole if len(whole) <= MOST_LETTERS else f"{whole[:MOST_LETTERS].rstrip()} …", self)
        if len(whole) > MOST_LETTERS:
            label.setToolTip(whole)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setWordWrap(True)
        row.addWidget(label, 1)
        for title, call in buttons:
            button = QPushButton(title, self)
            button.clicked.connect(partial(self._act, call))
            row.addWidget(button)
        self._cross = cross = QToolButton(self)
        cross.setIcon(icon("close"))
        cross.setAutoRaise(True)
        cross.setToolTip(say("Dismiss"))
        cross.setAccessibleName(say("Dismiss"))
        cross.clicked.connect(self.dismiss)
        row.addWidget(cross)
        if kind == "info" and not stays:
            QTimer.singleShot(INFO_MS, self, self.dismiss)

    def paintEvent(self, event: QPaintEvent) -> None:
        # Not by a style sheet, under which colours stay as they are when the program gets others.
        painter, edge = QPainter(self), QColor(_EDGES[self.kind])
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setPen(edge)
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.fillRect(0, 0, 5, self.height(), edge)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._cross.setIcon(icon("close"))  # in the ink of the new colours

    def dismiss(self) -> None:
        bar = self.parent()
        self.hide()
        self.setParent(None)
        self.deleteLater()
        if isinstance(bar, MessageBar):
            bar.forget(self)

    def _act(self, call: Callable[[], object], *_pressed: bool) -> None:
        self.dismiss()
        call()


class MessageBar(QWidget):
    """The messages that are shown, newest first. They float, so that the scene does not move under the brush."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Kept here and not asked of the layout: PySide's wrappers of layout items outlive their items, and have been
        # handed out for other objects at the same address.
        self._messages: list[Message] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)
        self.hide()

    @property
    def messages(self) -> list[Message]:
        """What is shown, newest first."""
        return list(self._messages)

    def float_over(self, ground: QWidget) -> None:
        """Lies on the upper edge of a widget from now on."""
        self.setParent(ground)
        ground.installEventFilter(self)
        self.place()

    def info(self, text: str, hint: str = "", buttons: Sequence[Button] = (), *, stays: bool | None = None) -> Message:
        """Shows what happened. It stays until it is dismissed where it asks something, as those with buttons do."""
        return self.show_message("info", text, hint, buttons, stays=stays)

    def warning(self, text: str, hint: str = "", buttons: Sequence[Button] = ()) -> None:
        self.show_message("warning", text, hint, buttons)

    def error(self, error: HsiError) -> None:
        """Shows what the user can act on."""
        self.show_message("error", error.message, error.hint)

    def show_message(
        self, kind: str, text: str, hint: str = "", buttons: Sequence[Button] = (), *, stays: bool | None = None
    ) -> Message:
        """Shows a message on top; the same one said before is replaced, and those with questions stay longest."""
        if kind != "info":
            _log.caution("Said: %s: %s %s", kind, text, hint)
        for old in self.messages:
            if old.text == text:
                old.dismiss()
        message = Message(kind, text, hint, buttons, self, bool(buttons) if stays is None else stays)
        self._messages.insert(0, message)
        self._column.insertWidget(0, message)
        message.show()  # at once: a layout gives no room to what is not shown yet
        shown = self.messages
        while len(shown) > AT_ONCE:
            quiet = [m for m in shown[1:] if not m.asks]
            gone = (quiet or shown[1:])[-1]
            gone.dismiss()
            shown.remove(gone)
        self.place()
        return message

    def withdraw(self, message: Message | None) -> None:
        """Takes a message away that is out of date; it may have gone by itself."""
        if message in self._messages:
            message.dismiss()

    def forget(self, message: Message) -> None:
        """A message was dismissed."""
        if message in self._messages:
            self._messages.remove(message)
        self.place()

    def clear(self) -> None:
        for message in self.messages:
            message.dismiss()

    def place(self) -> None:
        """Takes the room that the messages need, along the upper edge."""
        ground = self.parentWidget()
        if ground is None or not self._messages:
            self.hide()
            return
        width = max(1, ground.width() - 2 * MARGIN)
        self._column.invalidate()
        height = self._column.heightForWidth(width) if self._column.hasHeightForWidth() else self.sizeHint().height()
        self.setGeometry(MARGIN, MARGIN, width, height)
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parentWidget():
            self.place()
        return super().eventFilter(watched, event)
