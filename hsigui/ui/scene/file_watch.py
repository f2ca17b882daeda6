"""Notices when the file of the open scene changes or goes away, and offers to read it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication

from hsigui.cube.cube import Cube
from hsigui.document.events import BandsChanged, SceneClosed, SceneLeft, SceneShown
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say, say_number
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.scene.properties_dialog import files_of

SETTLE_MS = 400  # a file that is being copied changes many times
LONGEST_SETTLE_MS = 5000  # and one that never rests is told of all the same


@dataclass(frozen=True)
class Stamp:
    """Size in bytes and time of change of a file; both 0 for one that is not there."""

    path: Path
    size: int = 0
    changed_at: int = 0

    @property
    def missing(self) -> bool:
        return not self.changed_at


def stamps_of(paths: list[Path]) -> tuple[Stamp, ...]:
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:  # gone, or its drive is
        return Stamp(path)
    return Stamp(path, found.st_size, found.st_mtime_ns)


class FileWatch(QObject):
    """Looks at the files of the scene when the system tells of a change, and when the window comes to the front.

    Network drives tell of nothing, hence the second; a drive that is gone can block, hence the worker.

    Signals:
        reload_asked(): the user wants the scene read again.
    """

    reload_asked = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._known: tuple[Stamp, ...] = ()
        self._of_others: dict[int, tuple[Stamp, ...]] = {}  # of the scenes behind, by their ids
        self._looking = Latest(desk.bridge, say("Look at the file"), self._compare)
        self._watcher = QFileSystemWatcher(self)
        self._timer = Debounce(SETTLE_MS, LONGEST_SETTLE_MS, self.look, self)
        self._watcher.fileChanged.connect(self._timer.start)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._came_to_front)
        events = self._session.events
        events.subscribe(SceneLeft, self._left)
        events.subscribe(SceneShown, self._shown)
        events.subscribe(SceneClosed, self._closed)
        events.subscribe(BandsChanged, self._bands_changed)

    def look(self) -> None:
        """Compares the files with what they were when the scene was opened."""
        if not self._known:
            return
        paths = [stamp.path for stamp in self._known]
        self._looking.request(lambda _ctx: stamps_of(paths))

    def _came_to_front(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self.look()

    def _left(self, event: SceneLeft) -> None:
        self._of_others[event.scene] = self._known

    def _closed(self, event: SceneClosed) -> None:
        self._of_others.pop(event.scene, None)

    def _shown(self, event: SceneShown) -> None:
        # Of a scene that comes back to the front it is known how its files were.
        self._watch(self._of_others.pop(event.scene, ()))

    def _bands_changed(self, _event: BandsChanged) -> None:
        self._watch(())

    def _watch(self, known: tuple[Stamp, ...]) -> None:
        """Watches the files of the shown scene, of which it may be known how they were."""
        cube = self._session.scene.cube
        self._timer.stop()
        self._looking.forget()
        self._known = known
        if self._watcher.files():
            self._watcher.removePaths(self._watcher.files())
        if cube.path is not None:
            self._looking.request(lambda _ctx: self._first_look(_ctx, cube))

    def _first_look(self, _ctx: Context, cube: Cube) -> tuple[Stamp, ...]:
        try:
            return stamps_of(files_of(cube))
        except HsiError:  # its data file is gone already: reading it tells
            return ()

    def _compare(self, now: tuple[Stamp, ...]) -> None:
        before, self._known = self._known, now
        existing = [str(stamp.path) for stamp in now if not stamp.missing]
        unwatched = [path for path in existing if path not in self._watcher.files()]
        if unwatched:  # replaced files have to be watched anew
            self._watcher.addPaths(unwatched)
        if not before or now == before:
            return
        gone = [stamp.path.name for stamp in now if stamp.missing]
        other = [new.path.name for new, old in zip(now, before, strict=True) if new != old and not new.missing]
        if gone:
            self._desk.messages.warning(
                say_number(
                    "{gone} is not there any more.",
                    "{gone} are not there any more.",
                    len(gone),
                    gone=say(" and ").join(gone),
                ),
                say("What has not been read yet cannot be shown; the labels are safe. Put the file back."),
                [(say("Try again"), self.reload_asked.emit)],
            )
        elif other:
            self._desk.messages.warning(
                say("{other} changed on disk since the scene was opened.", other=say(" and ").join(other)),
                say("Until it is read again, old and new values can be mixed."),
                [(say("Reload"), self.reload_asked.emit)],
            )
