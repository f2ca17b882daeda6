"""Messages inside the window: plainly worded, with what to do about it, below the scene and never over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QEnterEvent, QGuiApplication, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)

from hsigui.errors import HsiError
from hsigui.log import Log
from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.message_log import KIND_WORDS, MessageLog, Said
from hsigui.ui.desk.messages_dialog import PIXMAPS

KINDS = ("info", "warning", "error")
AT_ONCE = 3  # more would take the scene's room; older ones make room
INFO_MS = 12_000  # a plain piece of information goes by itself, unless the mouse is on it
READ_SECONDS = 4.0  # after which a plain piece of information counts as read
HELD_MS = 120  # between two looks whether what is drawn has ended
MOST_LETTERS = 180  # about two lines beside the panels; the whole is in the tooltip and in the list of messages
_EDGES = {"info": "#2f7fd6", "warning": "#b07800", "error": "#d23c3c"}

Button = tuple[str, Callable[[], object]]

_log = Log("window")


class Message(QFrame):
    """One message: icon, text, hint, buttons and a cross."""

    def __init__(self, said: Said, buttons: Sequence[Button], parent: MessageBar, stays: bool) -> None:
        super().__init__(parent)
        self.kind, self.text, self.hint = said.kind, said.text, said.hint
        self.said, self.asks = said, stays
        self._pointed_at = False
        self._since = time.monotonic()
        self._bar = parent
        self.setObjectName("message")
        self.setAccessibleName(f"{KIND_WORDS[said.kind]}: {said.text} {said.hint}".strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 4, 4, 4)
        style = QApplication.style()
        size = style.pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        picture = QLabel(self)
        picture.setPixmap(style.standardIcon(PIXMAPS[said.kind]).pixmap(size, size))
        row.addWidget(picture)
        row.addWidget(self._label(), 1)
        for title, call in self._all_buttons(buttons):
            button = QPushButton(title, self)
            button.clicked.connect(partial(self._act, call))
            row.addWidget(button)
        self._cross = cross = picture_button(self, "close", say("Dismiss"))
        cross.clicked.connect(self.put_away)
        row.addWidget(cross)
        self._going = QTimer(self)
        self._going.setSingleShot(True)
        self._going.setInterval(INFO_MS)
        self._going.timeout.connect(self._ran_out)
        if said.kind == "info" and not stays:
            self._going.start()

    @property
    def read(self) -> bool:
        """Whether somebody will have read it: the mouse was on it, or it stood there long enough for so few words."""
        return self._pointed_at or (self.kind == "info" and time.monotonic() - self._since > READ_SECONDS)

    @property
    def cut(self) -> bool:
        """Whether only the beginning of its text is shown."""
        return len(self._whole) > MOST_LETTERS

    @property
    def _whole(self) -> str:
        return f"{self.text}  {self.hint}".strip()

    def _label(self) -> QLabel:
        label = QLabel(f"{self._whole[:MOST_LETTERS].rstrip()} …" if self.cut else self._whole, self)
        if self.cut:
            label.setToolTip(self._whole)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setWordWrap(True)
        return label

    def _all_buttons(self, buttons: Sequence[Button]) -> list[Button]:
        if not self.cut:
            return list(buttons)
        return [*buttons, (say("More…"), partial(self._bar.details_asked.emit, self.said))]

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._pointed_at = True
        self._going.stop()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.kind == "info" and not self.asks:
            self._going.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
        else:
            super().keyPressEvent(event)

    def _ran_out(self) -> None:
        """Goes, unless nobody is there to read it: then its time begins anew."""
        there = QGuiApplication.applicationState() == Qt.ApplicationState.ApplicationActive and self.isVisible()
        if there and not self._bar.drawing():
            self.put_away()
        else:
            self._going.start()

    def put_away(self) -> None:
        """Goes, and is not missed."""
        self._pointed_at = True
        self.dismiss()

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
        self.hide()
        self.setParent(None)
        self.deleteLater()
        self._bar.forget(self)

    def _act(self, call: Callable[[], object], *_pressed: bool) -> None:
        self.put_away()
        call()


class MessageBar(QWidget):
    """The messages that are shown, newest first; all that were said are in its `log`.

    It stands below the scene. While something is drawn there it waits, so that nothing moves under the brush.

    Signals:
        details_asked(Said): the user wants to read the whole of a message.
    """

    details_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Kept here and not asked of the layout: PySide's wrappers of layout items outlive their items, and have been
        # handed out for other objects at the same address.
        self._messages: list[Message] = []
        self.log = MessageLog(self)
        self.drawing: Callable[[], bool] = _never
        self._waiting = QTimer(self)
        self._waiting.setInterval(HELD_MS)
        self._waiting.timeout.connect(self.place)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.hide()

    def wait_while(self, drawing: Callable[[], bool]) -> None:
        """Changes its height only while something is not so, from now on."""
        self.drawing = drawing

    @property
    def messages(self) -> list[Message]:
        """What is shown, newest first."""
        return list(self._messages)

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
                old.put_away()
        said = self.log.add(kind, text, hint)
        message = Message(said, buttons, self, bool(buttons) if stays is None else stays)
        self._messages.insert(0, message)
        self._column.insertWidget(0, message)
        message.hide()
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
        if message is not None and message in self._messages:
            message.put_away()

    def forget(self, message: Message) -> None:
        """A message was dismissed."""
        if message in self._messages:
            self._messages.remove(message)
            if not message.read:
                self.log.miss(message.said)
        self.place()

    def clear(self) -> None:
        for message in self.messages:
            message.dismiss()

    def place(self) -> None:
        """Takes the room that the messages need, or gives it back; later, while something is drawn."""
        if self.drawing():
            self._waiting.start()
            return
        self._waiting.stop()
        for message in self._messages:
            message.show()
        self.setVisible(bool(self._messages))


def _never() -> bool:
    return False
