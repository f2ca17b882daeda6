"""Several scenes open in one window: a row of tabs, and what happens to the labels of those that leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QPoint, QSignalBlocker, QUrl, Signal
from PySide6.QtGui import QContextMenuEvent, QDesktopServices
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from hsigui.cube.cube import Cube
from hsigui.document.events import KeepingChanged, ProjectChanged, ScenesChanged
from hsigui.document.hub import Changed
from hsigui.document.permissions import Answer, Deed, may
from hsigui.document.scene import Scene
from hsigui.document.unsaved import question_of_all
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.guards import ASK


class SceneTabs(QTabBar):
    """One tab for each open scene; not there while there is only one.

    Signals:
        menu_asked(place, QPoint): the menu of a tab is asked for at a place of the screen.
    """

    menu_asked = Signal(int, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setExpanding(False)
        self.setDrawBase(False)
        self.setUsesScrollButtons(True)
        self.setAccessibleName(say("Open scenes"))
        self.hide()

    def add(self) -> None:
        """A tab more, at the end, with a cross of the program's own colours."""
        cross = picture_button(self, "close", say("Close this scene"), side=12)
        cross.clicked.connect(partial(self._close_asked, cross))
        self.setTabButton(self.addTab(""), QTabBar.ButtonPosition.RightSide, cross)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the keyboard it is the menu of the tab that is shown."""
        event.accept()
        by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        place = self.tabAt(event.pos()) if by_mouse else self.currentIndex()
        if place >= 0:
            self.menu_asked.emit(place, self.mapToGlobal(event.pos() if by_mouse else self.tabRect(place).center()))

    def _close_asked(self, cross: QToolButton, _checked: bool = False) -> None:
        self.tabCloseRequested.emit(self.tabAt(cross.geometry().center()))


class OpenScenes(QObject):
    """Changes between the open scenes.

    The guards of the desk keep safe what is not saved of a scene that goes behind another, and are asked before one is
    closed.
    """

    def __init__(self, desk: Desk, tabs: SceneTabs) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._tabs = desk, desk.session, tabs
        tabs.currentChanged.connect(self.show)
        tabs.tabCloseRequested.connect(self.close)
        for kind in (ScenesChanged, ProjectChanged, KeepingChanged):
            self._session.events.subscribe(kind, self._renew_tabs)

    @property
    def count(self) -> int:
        return self._session.open_scenes

    def make_room(self, cube: Cube, then: Callable[[Scene | None], None]) -> bool:
        """Does `then`, which shows another scene. The present one stays open behind it.

        A scene that is open already is replaced, once its labels are safe. Where it is trained on, the user is asked
        first.

        Args:
            then: is handed the open scene whose place the new one takes, or None.

        Returns:
            Whether the user let it be so; what is asked of labels may still be cancelled.
        """
        open_already = next((scene for scene in self._session.scenes if _same(scene.cube, cube)), None)
        if open_already is None:
            self._desk.guards.keep_safe()
            then(None)
            return True
        if not self._may_close(open_already, say("Stop and open")):
            return False
        self._show(open_already)
        self._desk.guards.leave(partial(then, open_already))
        return True

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
        if self._may_close(scene, say("Stop and close")):
            self._show(scene)
            self._desk.guards.leave(partial(self._session.close, scene))

    def close_others(self) -> None:
        """Closes all scenes but the one that is shown; asks about each as `close` does, and ends where one stays."""
        kept = self._session.shown
        for scene in [scene for scene in self._session.scenes if scene is not kept]:
            self.close(self._session.scenes.index(scene))
            if scene in self._session.scenes:
                return
        if kept is not None:
            self._show(kept)

    def show_in_folder(self) -> None:
        """Opens the folder of the scene's file in the system's file manager."""
        cube = self._session.cube
        if cube is not None and cube.path is not None and not cube.info.address:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(cube.path.parent)))

    def leave_all(self, then: Callable[[], None]) -> None:
        """Does `then` once the labels of every scene are in a file or given up; the user may cancel.

        Several scenes are asked about at once, and on the user's wish one by one.
        """
        unsaved = [scene for scene in self._session.scenes if self._desk.guards.asks_about(scene)]
        answer = self._desk.prompts.unsaved_scenes(*question_of_all(unsaved)) if len(unsaved) > 1 else "each"
        if answer == "cancel":
            return
        others = [scene for scene in unsaved if scene is not self._session.shown]
        said = ASK if answer == "each" else answer
        self._desk.guards.leave(partial(self._leave_others, others, then, said), said)

    def leave_for_others(self, then: Callable[[], None]) -> None:
        """As `leave_all`, where other scenes are to take the place of all: asks first where a scene is trained on."""
        if all(self._may_close(scene, say("Stop and close")) for scene in self._session.scenes):
            self.leave_all(then)

    def _leave_others(self, scenes: Sequence[Scene], then: Callable[[], None], said: str) -> None:
        if not scenes:
            then()
            return
        self._session.show(scenes[0])  # the scene before was saved or given up
        self._desk.guards.leave(partial(self._leave_others, scenes[1:], then, said), said)

    def _show(self, scene: Scene) -> None:
        if scene is not self._session.shown:
            self._desk.guards.keep_safe()
            self._session.show(scene)

    def _may_close(self, scene: Scene, action: str) -> bool:
        """Asks whether what runs or waits for a scene may be stopped, where something does."""
        verdict = may(Deed.CLOSE, scene.id, self._session.queue)
        if verdict.answer is not Answer.ASKS:
            return True
        return self._desk.prompts.confirm(say("Stop the work?"), verdict.why, verdict.hint, action)

    def _renew_tabs(self, _event: Changed) -> None:
        with QSignalBlocker(self._tabs):
            while self._tabs.count() > self.count:
                self._tabs.removeTab(self._tabs.count() - 1)
            while self._tabs.count() < self.count:
                self._tabs.add()
            for place, scene in enumerate(self._session.scenes):
                name = scene.cube.name.replace("&", "&&")
                self._tabs.setTabText(place, f"{name} *" if self._desk.guards.asks_about(scene) else name)
                self._tabs.setTabToolTip(place, scene.cube.where or say("made in memory"))
            self._tabs.setCurrentIndex(self._session.place)
        self._tabs.setVisible(self.count > 1)


def _same(one: Cube, other: Cube) -> bool:
    """Whether two cubes are the same scene: of the same file and variable, or made in memory under the same name."""
    return one.path == other.path and one.info.variable == other.info.variable and one.name == other.name
