"""What comes over the network, in the status bar: only there while something comes, and shortly after."""

from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget

from hsigui.cube.remote.traffic import TRAFFIC, Seen
from hsigui.sizes import size_text
from hsigui.texts import say

LOOK_MS = 300
STAYS_SECONDS = 4.0


class TrafficLabel(QLabel):
    """Says how much has come, and of how much, while it comes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTip(say("What has come from servers since the start; it is kept on this machine"))
        self._last, self._since = TRAFFIC.seen, 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.hide()

    def look(self) -> None:
        """Shows the traffic of now."""
        now = TRAFFIC.seen
        if now != self._last or now.wanted:
            self._last, self._since = now, time.monotonic()
            self.setText(in_words(now))
            self.show()
        elif self.isVisible() and time.monotonic() - self._since > STAYS_SECONDS:
            self.hide()


def in_words(seen: Seen) -> str:
    """Such as "server.org: 1.2 MB of 3.4 MB"."""
    if seen.wanted:
        return say(
            "{host}: {done} of {wanted}", host=seen.host, done=size_text(min(seen.done, seen.wanted)),
            wanted=size_text(seen.wanted),
        )  # fmt: skip
    return say("{host}: {fetched} so far", host=seen.host, fetched=size_text(seen.fetched))
