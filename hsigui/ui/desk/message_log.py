"""What was said in the window: the last messages, and which of them nobody has looked at."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from hsigui.texts import say

KEPT = 200  # messages; older ones are forgotten
KIND_WORDS = {"info": say("info"), "warning": say("warning"), "error": say("error")}


@dataclass(eq=False)
class Said:
    """One message.

    Attributes:
        kind: "info", "warning" or "error".
        missed: it went before anybody can have read it.
    """

    kind: str
    text: str
    hint: str = ""
    when: datetime = field(default_factory=datetime.now)
    missed: bool = False

    @property
    def whole(self) -> str:
        """Time, kind, text and hint, on one line."""
        told = f"{self.text} {self.hint}".strip()
        return f"{self.when:%H:%M:%S}  {KIND_WORDS[self.kind]}  {told}"


class MessageLog(QObject):
    """The last messages of one window, oldest first.

    Signals:
        changed(): another message was said, missed or looked at.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._said: deque[Said] = deque(maxlen=KEPT)

    @property
    def said(self) -> tuple[Said, ...]:
        return tuple(self._said)

    @property
    def missed(self) -> int:
        """How many went before they can have been read, since the list was looked at."""
        return sum(said.missed for said in self._said)

    def add(self, kind: str, text: str, hint: str = "") -> Said:
        said = Said(kind, text, hint)
        self._said.append(said)
        self.changed.emit()
        return said

    def miss(self, said: Said) -> None:
        """Notes that a message went unread."""
        said.missed = True
        self.changed.emit()

    def look(self) -> None:
        """All was looked at."""
        for said in self._said:
            said.missed = False
        self.changed.emit()

    def clear(self) -> None:
        """Forgets all messages."""
        self._said.clear()
        self.changed.emit()
