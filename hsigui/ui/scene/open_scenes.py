"""Several scenes open in one window: a row of tabs, and each scene's state kept while another one is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSignalBlocker, QSize
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from hsigui.cube.cube import Cube
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.session import SceneState
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.scene.controller import SceneController, SceneLook

WAIT = "Training is running: wait for its end, or cancel it, to change the scene"


class SceneTabs(QTabBar):
    """One tab for each open scene; not there while there is only one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setAccessibleName("Open scenes")
        self.hide()

    def add(self) -> None:
        """A tab more, at the end, with a cross of the program's own colours."""
        cross = QToolButton(self)
        cross.setIcon(icon("close"))
        cross.setIconSize(QSize(12, 12))
        cross.setAutoRaise(True)
        cross.setToolTip("Close this scene")
        cross.setAccessibleName("Close this scene")
        cross.clicked.connect(lambda: self.tabCloseRequested.emit(self.tabAt(cross.geometry().center())))
        self.setTabButton(self.addTab(""), QTabBar.ButtonPosition.RightSide, cross)


@dataclass
class _Entry:
    """An open scene; state and look are kept while it is not the one that is shown."""

    cube: Cube
    unsaved: bool = False
    state: SceneState | None = None
    look: SceneLook | None = None


class OpenScenes(QObject):
    """Changes between the open scenes.

    Labels of a scene that is not shown are safe in its recovery copy; closing a scene or the window asks for each.
    """

    def __init__(self, desk: Desk, scene: SceneController, labels: LabelFiles, tabs: SceneTabs) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._scene, self._labels, self._tabs = scene, labels, tabs
        self._entries: list[_Entry] = []
        self._shown = -1
        labels.open_paths = lambda: [entry.cube.path for entry in self._entries]
        tabs.currentChanged.connect(self.show)
        tabs.tabCloseRequested.connect(self.close)
        self._session.changed.connect(self._changed)

    @property
    def count(self) -> int:
        return len(self._entries)

    def make_room(self, cube: Cube, then: Callable[[], None]) -> None:
        """Does `then`, which shows another scene. The present one stays open behind it.

        A scene that is open already is replaced, once its labels are safe. A training would have to stop: the user is
        asked first.
        """
        place = next((n for n, entry in enumerate(self._entries) if _same(entry.cube, cube)), None)
        if self._session.training and place in (None, self._shown) and not self._may_stop(cube):
            self._scene.refused.emit()
            return
        if place is not None:
            self.show(place)
            if self._shown == place:  # not refused
                self._labels.leave(lambda: self._replace(place, cube, then))
            return
        self._stash()
        self._entries.append(_Entry(cube))
        self._shown = len(self._entries) - 1
        then()
        self._renew_tabs()

    def _may_stop(self, cube: Cube) -> bool:
        return self._desk.prompts.confirm(
            "Stop training?",
            f"A training is running. Opening {cube.name} stops it.",
            "Cancel to go on training; the scene is then not opened.",
            "Stop training and open",
        )

    def show(self, place: int) -> None:
        """Shows one of the open scenes as it was left."""
        if place == self._shown or not 0 <= place < self.count:
            return
        if self._session.training:
            self._desk.messages.info(f"{WAIT}.")
            self._renew_tabs()
            return
        self._stash()
        self._unpack(place)

    def show_next(self) -> None:
        """Shows the scene behind the present one; after the last comes the first."""
        if self.count > 1:
            self.show((self._shown + 1) % self.count)

    def close(self, place: int | None = None) -> None:
        """Closes a scene, the present one when none is named; asks when its labels are not saved."""
        place = self._shown if place is None else place
        if self.count < 2:
            return
        if self._session.training:
            self._desk.messages.info(f"{WAIT}.")
            return
        self.show(place)
        self._labels.leave(lambda: self._remove(place))

    def leave_all(self, then: Callable[[], None]) -> None:
        """Does `then` once the labels of every scene are in a file or given up; the user may cancel."""
        others = [n for n, entry in enumerate(self._entries) if entry.unsaved and n != self._shown]
        self._labels.leave(lambda: self._leave_others(others, then))

    def _leave_others(self, places: list[int], then: Callable[[], None]) -> None:
        if not places:
            then()
            return
        # The window closes: a training does not hold it up, and the scene before was saved or given up.
        self._stash(keep_safe=False)
        self._unpack(places[0])
        self._labels.leave(lambda: self._leave_others(places[1:], then))

    def _replace(self, place: int, cube: Cube, then: Callable[[], None]) -> None:
        self._entries[place] = _Entry(cube)
        then()
        self._renew_tabs()

    def _remove(self, place: int) -> None:
        del self._entries[place]
        self._shown = -1
        self._unpack(min(place, self.count - 1))

    def _stash(self, keep_safe: bool = True) -> None:
        """Keeps the state of the scene that is shown."""
        if self._shown < 0:
            return
        entry = self._entries[self._shown]
        if keep_safe:
            self._labels.keep_safe()
        entry.unsaved = self._session.unsaved
        entry.state, entry.look = self._session.state(), self._scene.look()
        self._shown = -1

    def _unpack(self, place: int) -> None:
        entry = self._entries[place]
        if entry.state is None or entry.look is None:
            raise AssertionError("a scene that is not shown has a state")
        self._shown = place
        self._scene.show_again(entry.look, entry.state)
        entry.state = entry.look = None
        self._renew_tabs()

    def _changed(self, what: str) -> None:
        if what in ("labels", "classes", "saved", "bands", "history") and self._shown >= 0:
            entry, cube = self._entries[self._shown], self._session.cube
            if cube is not None:
                entry.cube = cube
            if entry.unsaved != self._session.unsaved:
                entry.unsaved = self._session.unsaved
                self._renew_tabs()

    def _renew_tabs(self) -> None:
        self._session.set_open_scenes(self.count)
        with QSignalBlocker(self._tabs):
            while self._tabs.count() > self.count:
                self._tabs.removeTab(self._tabs.count() - 1)
            while self._tabs.count() < self.count:
                self._tabs.add()
            for place, entry in enumerate(self._entries):
                name = entry.cube.name.replace("&", "&&")
                self._tabs.setTabText(place, f"{name} *" if entry.unsaved else name)
                self._tabs.setTabToolTip(place, str(entry.cube.path or "made in memory"))
            self._tabs.setCurrentIndex(self._shown)
        self._tabs.setVisible(self.count > 1)


def _same(one: Cube, other: Cube) -> bool:
    """Whether two cubes are the same scene: of the same file and variable, or made in memory under the same name."""
    return one.path == other.path and one.info.variable == other.info.variable and one.name == other.name
