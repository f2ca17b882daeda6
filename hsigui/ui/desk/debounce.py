"""Waiting until things have been quiet for a moment, but not for ever."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer


class Debounce(QObject):
    """Calls a function once nothing has come for a while, and at the latest some time after the first that came.

    A timer that every change starts anew never ends while changes come faster than its delay; this one does.

    Args:
        delay: milliseconds without a change after which the function is called.
        ceiling: milliseconds from the first change that was not answered yet, after which it is called in any case.
        call: what to call, on the GUI thread.
        parent: the object that this one lives as long as.
    """

    def __init__(self, delay: int, ceiling: int, call: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._call = call
        self._quiet, self._last = self._timer(delay), self._timer(ceiling)

    def start(self) -> None:
        """Something changed."""
        self._quiet.start()
        if not self._last.isActive():
            self._last.start()

    def stop(self) -> None:
        """Forgets what changed."""
        self._quiet.stop()
        self._last.stop()

    def isActive(self) -> bool:
        """Whether something changed that was not answered yet."""
        return self._last.isActive() or self._quiet.isActive()

    def _timer(self, after: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after)
        timer.timeout.connect(self._end)
        return timer

    def _end(self) -> None:
        self.stop()  # before the call, which may begin the next wait
        self._call()
