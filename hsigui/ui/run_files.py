"""Runs on disk and the window: each pretraining is kept, offered when its scene is opened again, opened on request."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.project.recovery import scene_key
from hsigui.project.runs import KeptRun, Runs
from hsigui.ui import work
from hsigui.ui.desk import Desk
from hsigui.ui.job_bridge import Watcher
from hsigui.ui.message_bar import Message


class RunFiles(QObject):
    """Finds and opens runs.

    Signals:
        opened: with the encoder of a run that was opened.
    """

    opened = Signal(object)

    def __init__(self, desk: Desk, runs: Runs | None = None) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self.runs = runs or Runs()
        self._offer: Message | None = None
        self._session.changed.connect(self._changed)

    def new_folder(self, cube: Cube) -> Path:
        """Where the next run of a scene is kept."""
        return self.runs.new(scene_key(cube))

    def offer(self) -> None:
        """Looks for a run of the open scene and offers the newest."""
        cube = self._session.cube
        if cube is None:
            return

        def look(_ctx: Context) -> list[KeptRun]:
            return self.runs.kept(scene_key(cube))

        def done(found: list[KeptRun]) -> None:
            if found and self._session.cube is cube and self._session.encoder is None:
                when = datetime.datetime.fromtimestamp(found[0].made_at).strftime("%d %b %Y, %H:%M")
                self._offer = self._desk.messages.info(
                    f"An encoder of this scene is kept: {found[0].title}, of {when}.",
                    buttons=[("Use it", partial(self.open, found[0].folder))],
                )

        self._desk.bridge.start(look, "Look for runs", Watcher(done=done))

    def ask_and_open(self) -> None:
        """Asks for a run folder, of this window or of the command line, and opens it."""
        folder = self._desk.prompts.open_folder("Open run", self._desk.settings.last_folder)
        if folder is not None:
            self.open(folder)

    def open(self, folder: Path) -> None:
        """Takes the encoder of a run folder for the open scene; an error leaves everything as it was."""
        cube = self._session.cube
        if cube is None or self._session.training:
            return

        def done(found: work.Trained) -> None:
            if self._session.cube is not cube or self._session.training:
                return
            self._session.set_trained(found.encoder, found.features)
            self.opened.emit(found.encoder)

        work_on = partial(work.restore_run, cube=cube, folder=folder)
        self._desk.bridge.start(work_on, f"Open run {folder.name}", Watcher(done=done))

    def _changed(self, what: str) -> None:
        if what == "encoder" and self._session.encoder is not None and self._session.cube is not None:
            self._desk.messages.withdraw(self._offer)
            self._offer = None
            self.runs.tidy(scene_key(self._session.cube))
