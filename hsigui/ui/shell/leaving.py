"""Closing the window: nothing that runs, waits or is unsaved is lost unasked."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from hsigui.document import permissions
from hsigui.document.events import QueueChanged
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.scene.open_scenes import OpenScenes


class Leaving(QObject):
    """Asks before the window closes, and closes it later where the user wants to wait."""

    def __init__(self, desk: Desk, scenes: OpenScenes) -> None:
        super().__init__(desk.window)
        self._desk, self._scenes = desk, scenes
        self._queue = desk.session.queue
        self._allowed = False
        self._asking = False
        self._waits = False  # for the queue to be empty
        desk.session.events.subscribe(QueueChanged, self._close_when_idle)

    def quit(self) -> None:
        """Closes the window, as its cross does."""
        self._desk.window.close()

    def may_close(self) -> bool:
        """Asks what is to be asked; where labels have to be written first, the window is closed after that."""
        if self._allowed:
            return True
        if self._may_leave_work():
            self._asking = True
            self._scenes.leave_all(self._allow)
            self._asking = False
        return self._allowed

    def _allow(self) -> None:
        self._allowed = True
        if not self._asking:  # the labels had to be written first
            self._desk.window.close()

    def _may_leave_work(self) -> bool:
        """Names what runs and what waits, and asks whether it is stopped."""
        work = permissions.at_work(self._queue)
        if not work:
            return True
        desk = self._desk
        unsaved = [scene.cube.name for scene in desk.session.scenes if desk.guards.asks_about(scene)]
        answer = self._desk.prompts.work_at_exit(work, permissions.at_exit(unsaved))
        if answer == "wait" and not self._queue.entries:  # the last of it ended while this was asked
            return True
        self._waits = answer == "wait"
        if self._waits:
            self._desk.messages.info(
                say("The window closes when the work is done."), say("Close it again to stop the work.")
            )
        return answer == "stop"

    def _close_when_idle(self, _event: QueueChanged) -> None:
        if self._waits and not self._queue.entries:
            self._waits = False
            QTimer.singleShot(0, self._desk.window, self._desk.window.close)
