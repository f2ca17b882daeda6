"""The file in which the labels of a scene stood last is offered when the scene is opened without them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.storage import label_places
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher


class LastLabelFile(QObject):
    """Keeps which file it was, and asks whether it is to be opened."""

    def __init__(self, desk: Desk, open_labels: Callable[[Path], None]) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._open = desk, desk.session, open_labels

    def keep(self, scene: Scene, path: Path) -> None:
        """Labels of a scene were written to a file, or are those of one."""
        plain = scene.plain

        def remember(_ctx: Context) -> None:
            label_places.remember(plain, path)

        self._desk.bridge.start(remember, say("Keep where labels are"), Watcher(failed=self._not_kept))

    def offer(self, scene: Scene, _state: object = None) -> None:
        """Asks about the file of a scene that was opened and has no labels, if one is known and is there."""
        plain = scene.plain

        def done(path: Path | None) -> None:
            bare = scene is self._session.shown and scene.plain is plain and scene.labels_path is None
            if path is None or not bare or any(scene.labels.labelled(layer) for layer in (TRAINING, VALIDATION)):
                return
            self._desk.messages.info(
                say("The labels of this scene are in {name}.", name=path.name),
                say("Folder: {folder}", folder=path.parent),
                [(say("Open labels"), partial(self._open_for, scene, path))],
            )

        self._desk.bridge.start(
            lambda _ctx: label_places.recall(plain), say("Look for labels of last time"), Watcher(done=done)
        )

    def _open_for(self, scene: Scene, path: Path) -> None:
        if scene is self._session.shown:
            self._open(path)

    def _not_kept(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError):  # the labels are in their file all the same
            self._desk.messages.warning(error.message, error.hint)
        else:
            self._desk.fail(error, trace)
