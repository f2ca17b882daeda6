"""Several scenes open in one window: a row of tabs, and what happens to the labels of those that leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QSignalBlocker, QSize
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from hsigui.cube.cube import Cube
from hsigui.document.events import ScenesChanged
from hsigui.document.permissions import Answer, Deed, may
from hsigui.document.scene import Scene
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.icons import icon
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.scene.controller import SceneController


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


class OpenScenes(QObject):
    """Changes between the open scenes.

    Labels of a scene that is not shown are safe in its recovery copy; closing a scene or the window asks for each.
    """

    def __init__(self, desk: Desk, scene: SceneController, labels: LabelFiles, tabs: SceneTabs) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._scene, self._labels, self._tabs = scene, labels, tabs
        tabs.currentChanged.connect(self.show)
        tabs.tabCloseRequested.connect(self.close)
        self._session.events.subscribe(ScenesChanged, self._renew_tabs)

    @property
    def count(self) -> int:
        return self._session.open_scenes

    def make_room(self, cube: Cube, then: Callable[[Scene | None], None]) -> None:
        """Does `then`, which shows another scene. The present one stays open behind it.

        A scene that is open already is replaced, once its labels are safe. Where it is trained on, the user is asked
        first.
        """
        open_already = next((scene for scene in self._session.scenes if _same(scene.cube, cube)), None)
        if open_already is None:
            self._labels.keep_safe()
            then(None)
        elif not self._may_close(open_already, "Stop training and open"):
            self._scene.refused.emit()
        else:
            self._show(open_already)
            self._labels.leave(lambda: then(open_already))

    def show(self, place: int) -> None:
        """Shows one of the open scenes as it was left."""
        if 0 <= place < self.count:
            self._show(self._session.scenes[place])

    def show_next(self) -> None:
        """Shows the scene behind the present one; after the last comes the first."""
        if self.count > 1:
            self.show((self._session.place + 1) % self.count)

    def close(self, place: int | None = None) -> None:
        """Closes a scene, the present one when none is named; asks when its labels are not saved."""
        if self.count < 2:
            return
        scene = self._session.scenes[self._session.place if place is None else place]
        if self._may_close(scene, "Stop training and close"):
            self._show(scene)
            self._labels.leave(lambda: self._remove(scene))

    def leave_all(self, then: Callable[[], None]) -> None:
        """Does `then` once the labels of every scene are in a file or given up; the user may cancel."""
        others = [scene for scene in self._session.scenes if scene.unsaved and scene is not self._session.shown]
        self._labels.leave(lambda: self._leave_others(others, then))

    def _leave_others(self, scenes: Sequence[Scene], then: Callable[[], None]) -> None:
        if not scenes:
            then()
            return
        self._session.show(scenes[0])  # without a recovery copy: the scene before was saved or given up
        self._labels.leave(lambda: self._leave_others(scenes[1:], then))

    def _show(self, scene: Scene) -> None:
        if scene is not self._session.shown:
            self._labels.keep_safe()
            self._session.show(scene)

    def _remove(self, scene: Scene) -> None:
        self._session.close(scene)

    def _may_close(self, scene: Scene, action: str) -> bool:
        """Asks whether a training of a scene may be stopped, where there is one."""
        verdict = may(Deed.CLOSE, scene.id, self._session.queue)
        if verdict.answer is not Answer.ASKS:
            return True
        return self._desk.prompts.confirm("Stop training?", verdict.why, verdict.hint, action)

    def _renew_tabs(self, _event: ScenesChanged) -> None:
        with QSignalBlocker(self._tabs):
            while self._tabs.count() > self.count:
                self._tabs.removeTab(self._tabs.count() - 1)
            while self._tabs.count() < self.count:
                self._tabs.add()
            for place, scene in enumerate(self._session.scenes):
                name = scene.cube.name.replace("&", "&&")
                self._tabs.setTabText(place, f"{name} *" if scene.unsaved else name)
                self._tabs.setTabToolTip(place, str(scene.cube.path or "made in memory"))
            self._tabs.setCurrentIndex(self._session.place)
        self._tabs.setVisible(self.count > 1)


def _same(one: Cube, other: Cube) -> bool:
    """Whether two cubes are the same scene: of the same file and variable, or made in memory under the same name."""
    return one.path == other.path and one.info.variable == other.info.variable and one.name == other.name
