"""Messages inside the window: plainly worded, with what to do about it, and never in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.errors import HsiError

KINDS = ("info", "warning", "error")
AT_ONCE = 3  # more would cover the scene; older ones make room
_PIXMAPS = {
    "info": QStyle.StandardPixmap.SP_MessageBoxInformation,
    "warning": QStyle.StandardPixmap.SP_MessageBoxWarning,
    "error": QStyle.StandardPixmap.SP_MessageBoxCritical,
}
# Translucent, so that they suit the light and the dark window.
_TINTS = {"info": "rgba(40,120,220,45)", "warning": "rgba(230,160,0,60)", "error": "rgba(220,50,50,60)"}

Button = tuple[str, Callable[[], object]]


class Message(QFrame):
    """One message: icon, text, hint, buttons and a cross."""

    def __init__(self, kind: str, text: str, hint: str, buttons: Sequence[Button], parent: QWidget) -> None:
        super().__init__(parent)
        self.kind, self.text, self.hint = kind, text, hint
        self.setObjectName("message")
        self.setStyleSheet(f"#message {{ background: {_TINTS[kind]}; border-radius: 4px; }}")
        self.setAccessibleName(f"{kind}: {text} {hint}".strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 4, 4)
        size = self.style().pixelMetric(QStyle.PixelMetric.PM_SmallIconSize)
        picture = QLabel(self)
        picture.setPixmap(self.style().standardIcon(_PIXMAPS[kind]).pixmap(size, size))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        label = QLabel(f"{text}  {hint}".strip(), self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        row.addWidget(label, 1)
        for title, call in buttons:
            button = QPushButton(title, self)
            button.clicked.connect(lambda _checked=False, call=call: self._act(call))
            row.addWidget(button)
        cross = QToolButton(self)
        cross.setIcon(self.style().standardIcon(QStyle.StandardPixmap.SP_TitleBarCloseButton))
        cross.setAutoRaise(True)
        cross.setToolTip("Dismiss")
        cross.setAccessibleName("Dismiss")
        cross.clicked.connect(self.dismiss)
        row.addWidget(cross, 0, Qt.AlignmentFlag.AlignTop)

    def dismiss(self) -> None:
        self.hide()
        self.setParent(None)
        self.deleteLater()

    def _act(self, call: Callable[[], object]) -> None:
        self.dismiss()
        call()


class MessageBar(QWidget):
    """The messages that are shown, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    @property
    def messages(self) -> list[Message]:
        """What is shown, newest first."""
        found: list[Message] = []
        for place in range(self._column.count()):
            item: QObject | None = self._column.itemAt(place).widget()
            if isinstance(item, Message):
                found.append(item)
        return found

    def info(self, text: str, hint: str = "", buttons: Sequence[Button] = ()) -> None:
        self.show_message("info", text, hint, buttons)

    def warning(self, text: str, hint: str = "", buttons: Sequence[Button] = ()) -> None:
        self.show_message("warning", text, hint, buttons)

    def error(self, error: HsiError) -> None:
        """Shows what the user can act on."""
        self.show_message("error", error.message, error.hint)

    def show_message(self, kind: str, text: str, hint: str = "", buttons: Sequence[Button] = ()) -> None:
        """Shows a message on top; the same one said before is replaced, and those with questions stay longest."""
        for old in self.messages:
            if old.text == text:
                old.dismiss()
        self._column.insertWidget(0, Message(kind, text, hint, buttons, self))
        shown = self.messages
        while len(shown) > AT_ONCE:
            quiet = [m for m in shown[1:] if not m.findChildren(QPushButton)]
            gone = (quiet or shown[1:])[-1]
            gone.dismiss()
            shown.remove(gone)

    def clear(self) -> None:
        for message in self.messages:
            message.dismiss()
