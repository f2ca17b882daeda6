"""Labels are kept as they are drawn."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from hsigui.document.events import BandsChanged, KeepingChanged, ProjectChanged, SceneClosed, SceneShown, StrokeStarted
from hsigui.document.scene import Scene
from hsigui.storage.journal import Health, Journal
from hsigui.storage.named import NamedProject
from hsigui.storage.tracker import Tracker
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.message_bar import Message

PIECES_MS = 500  # from one look at a stroke that goes on to the next
LOOK_MS = 200  # from one look at how the journal fares to the next, while it has something to do


class SafeKeeping(QObject):
    """Hands what is drawn to the journal, and tells how that fares.

    Signals:
        found_in_use(in_use): another process writes to a file of a scene, which was found as this one's own was made.
        let_go(scene): nothing more is written of a scene, which is about to be closed; its id.
        asked_for_all(): all scenes are written into another file from now on, and all of them is to be handed over.
    """

    found_in_use = Signal(object)
    asked_for_all = Signal()
    let_go = Signal(int)

    def __init__(self, desk: Desk, journal: Journal) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self.journal = journal
        self._trackers: dict[int, Tracker] = {}
        self._project: NamedProject | None = None
        self._former: list[NamedProject] = []  # may still be written to by the journal: closed at the end
        self._problem = ""
        self._warning: Message | None = None
        self._pieces, self._looks = self._timer(PIECES_MS, self._hand_over_pieces), self._timer(LOOK_MS, self._look)
        events = self._session.events
        events.subscribe(SceneShown, self._scene_shown)
        events.subscribe(SceneClosed, self._scene_closed)
        events.subscribe(StrokeStarted, self._stroke_started)
        events.subscribe(BandsChanged, self._bands_changed)

    def hand_over(self) -> None:
        """Hands over what is not handed over yet of the shown scene, pieces of a stroke included."""
        tracker = self._trackers.get(self._session.scene.id)
        if tracker is not None:
            tracker.hand_over()

    def hand_over_all(self, scene: Scene) -> bool:
        """Hands over everything of a scene anew; returns whether it is kept at all."""
        tracker = self._trackers.get(scene.id)
        if tracker is not None:
            tracker.hand_over_all()
        return tracker is not None

    def give_up(self, scene: Scene) -> None:
        """The labels of a scene are not wanted: they are not offered again."""
        tracker = self._trackers.get(scene.id)
        if tracker is not None:
            tracker.give_up()

    @property
    def project(self) -> NamedProject | None:
        """The project of the user that all scenes are written into; None where each has a file of its own."""
        return self._project

    def use(self, project: NamedProject | None) -> None:
        """Has all scenes written into a project of the user, or again into files of their own, as they are now."""
        joining = [
            (scene.id, self.journal.close_scene(scene.id, anew=True))
            for scene in self._session.scenes
            if scene.id in self._trackers
        ]
        self._change_to(project)
        for number, retire in joining:
            self._trackers[number].hand_over_all()
            self.journal.after_writing(number, retire)
        self.asked_for_all.emit()

    def use_for_others(self, project: NamedProject | None) -> None:
        """Has scenes that are opened from now on written into a project of the user, or into files of their own. Those
        that are open now go: they were asked about, and nothing more of them is written."""
        for scene in self._session.scenes:
            self._trackers.pop(scene.id, None)
            self.journal.close_scene(scene.id)
            self.let_go.emit(scene.id)
        self._change_to(project)

    def stay(self) -> None:
        """The scenes that were to go stay open."""
        for scene in self._session.scenes:
            if scene.id not in self._trackers:
                self._trackers[scene.id] = Tracker(scene, self.journal, self._start_looking)
        self.use(None)

    def _change_to(self, project: NamedProject | None) -> None:
        before, self._project = self._project, project
        self.journal.use(project)
        if before is not None:
            self._former.append(before)
        self._session.events.emit(ProjectChanged("" if project is None else project.path.stem))

    @property
    def in_project(self) -> bool:
        """Whether what is drawn is in a project of the user, so that nothing has to be saved."""
        return self._project is not None and not self._problem

    def close(self, timeout: float) -> bool:
        """Writes what is left, at the end of the window; returns whether all is on the disk."""
        self._pieces.stop()
        self._looks.stop()
        ended = self.journal.close(timeout)
        for project in (*self._former, *([self._project] if self._project else [])):
            project.close()
        return ended

    # What is drawn

    def _scene_shown(self, _event: SceneShown) -> None:
        scene = self._session.scene
        if scene.id not in self._trackers:
            self._trackers[scene.id] = Tracker(scene, self.journal, self._start_looking)
        self._warning = None  # messages go with the scene before
        if self._problem:
            self._warn()

    def _scene_closed(self, event: SceneClosed) -> None:
        self._trackers.pop(event.scene, None)
        self.journal.close_scene(event.scene)

    def _stroke_started(self, _event: StrokeStarted) -> None:
        self._pieces.start()

    def _hand_over_pieces(self) -> None:
        self.hand_over()
        if not self._session.scene.stroking:
            self._pieces.stop()

    def _bands_changed(self, event: BandsChanged) -> None:
        """A file that was read again may hold something else: its labels belong to that from now on."""
        scene = self._session.scene
        tracker = self._trackers.get(scene.id)
        if not event.read_again or tracker is None:
            return
        retire = self.journal.close_scene(scene.id)
        if tracker.changed:
            tracker.hand_over_all()
            self.journal.after_writing(scene.id, retire)

    # How that fares

    def _look(self) -> None:
        if not self.journal.busy:
            self._looks.stop()
        health = self.journal.health()
        for text in health.told:
            self._desk.messages.warning(text)
        for in_use in health.in_use:
            self.found_in_use.emit(in_use)
        self._show_problem(health)

    def _show_problem(self, health: Health) -> None:
        if health.problem == self._problem:
            return
        self._problem = health.problem
        self._desk.messages.withdraw(self._warning)
        self._warning = None
        if self._problem:
            self._warn()
        else:
            self._desk.messages.info(say("The labels are kept safe again."), stays=False)
        self._session.events.emit(KeepingChanged(self._problem))

    def _warn(self) -> None:
        self._warning = self._desk.messages.show_message(
            "warning",
            say(
                "The labels could not be kept safe in {folder} ({reason}).",
                folder=self.journal.projects.folder,
                reason=self._problem,
            ),
            say("It is tried again all the time. Save them soon (Ctrl+S)."),
        )

    def _start_looking(self) -> None:
        if not self._looks.isActive():  # to start it anew at every stroke would put it off for ever
            self._looks.start()

    def _timer(self, interval: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(call)
        return timer
