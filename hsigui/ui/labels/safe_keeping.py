"""Labels are kept as they are drawn, and what an earlier window left of a scene is offered."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from hsigui.document.events import (
    BandsChanged,
    KeepingChanged,
    ProjectChanged,
    SceneClosed,
    SceneOpened,
    SceneShown,
    StrokeStarted,
)
from hsigui.document.scene import Scene
from hsigui.document.scene_state import SceneState
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.matching import match_classes
from hsigui.storage.journal import Health, Journal
from hsigui.storage.kept_scene import KeptScene, SceneFacts
from hsigui.storage.moved_labels import brought_onto
from hsigui.storage.named import NamedProject
from hsigui.storage.projects import Findings, InUse, Left
from hsigui.storage.tracker import Tracker
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.desk.message_bar import Message

PIECES_MS = 500  # from one look at a stroke that goes on to the next
LOOK_MS = 200  # from one look at how the journal fares to the next, while it has something to do


class SafeKeeping(QObject):
    """Hands what is drawn to the journal, tells how that fares, and offers what was left.

    Signals:
        taken_up(scene, state): what was kept of the labels of a scene was taken up, from a project or after a kill; its
            `SceneState` is what else is to come back.
        let_go(scene): nothing more is written of a scene, which is about to be closed; its id.
        asked_for_all(): all scenes are written into another file from now on, and all of them is to be handed over.
        recognised(scene, state): a scene was opened of which no project is known; its state as it was left, or None.
    """

    taken_up = Signal(object, object)
    recognised = Signal(object, object)
    asked_for_all = Signal()
    let_go = Signal(int)

    def __init__(self, desk: Desk, journal: Journal) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self.journal = journal
        self._trackers: dict[int, Tracker] = {}
        self._project: NamedProject | None = None
        self._former: list[NamedProject] = []  # may still be written to by the journal: closed at the end
        self._expected: dict[str, KeptScene] = {}
        self._problem = ""
        self._warning: Message | None = None
        self._pieces, self._looks = self._timer(PIECES_MS, self._hand_over_pieces), self._timer(LOOK_MS, self._look)
        events = self._session.events
        events.subscribe(SceneShown, self._scene_shown)
        events.subscribe(SceneOpened, self._scene_opened)
        events.subscribe(SceneClosed, self._scene_closed)
        events.subscribe(StrokeStarted, self._stroke_started)
        events.subscribe(BandsChanged, self._bands_changed)

    def hand_over(self) -> None:
        """Hands over what is not handed over yet of the shown scene, pieces of a stroke included."""
        tracker = self._trackers.get(self._session.scene.id)
        if tracker is not None:
            tracker.hand_over()

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

    def expect(self, scenes: Iterable[KeptScene]) -> None:
        """Has scenes taken up as they were kept when they are opened next, without a question."""
        self._expected |= {scene.facts.identity: scene for scene in scenes}

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
            self._tell_in_use(in_use)
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

    # What was left

    def _scene_opened(self, _event: SceneOpened) -> None:
        self.look_for_left(opened=True)

    def look_for_left(self, *, opened: bool = False) -> None:
        """Looks for labels of the shown scene that were left, and offers them.

        Args:
            opened: it was opened just now: what a project has of it is taken up, and it becomes a part of the project.
        """
        scene = self._session.shown
        if scene is None:
            return
        plain, project = scene.plain, self._project

        def look(_ctx: Context) -> tuple[SceneFacts, Findings, KeptScene | None]:
            self.journal.settle()  # what was just answered is to be out of use
            facts = SceneFacts.of(plain)
            kept = None if project is None else project.scene(facts.identity)
            return facts, self.journal.projects.look(facts), kept

        def done(found: tuple[SceneFacts, Findings, KeptScene | None]) -> None:
            facts, findings, kept = found
            if scene.plain is plain and self._session.find(scene.id) is scene:
                self.journal.know(scene.id, plain, facts)
                if opened:
                    self._arrived(scene, self._expected.pop(facts.identity, kept), findings.state)
                self._found(scene, facts, findings)

        self._desk.bridge.start(look, say("Look for lost labels"), Watcher(done=done, failed=self._not_looked))

    def _arrived(self, scene: Scene, kept: KeptScene | None, state: SceneState | None) -> None:
        """What a project has of a scene that was just opened, or the scene as it is into the project.

        What was drawn on it in the first moment can be had back by undo.
        """
        fits = kept is not None and kept.labels.shape == scene.labels.shape
        if kept is not None and fits:
            self._take_up(scene, kept)
            self.taken_up.emit(scene, kept.state)
        else:
            self.recognised.emit(scene, state)
        if fits or self._project is not None:
            self._trackers[scene.id].hand_over_all()

    def _take_up(self, scene: Scene, kept: KeptScene) -> None:
        drawn = scene.unsaved
        self._take_back_up(scene, kept)
        scene.labels_path, scene.labels_source = (
            Path(name) if name else None for name in (kept.condition.labels_path, kept.condition.labels_source)
        )
        if not kept.condition.unsaved and not drawn:
            scene.mark_saved()
        scene.set_layer(kept.condition.layer)

    def _take_back_up(self, scene: Scene, kept: KeptScene) -> None:
        scene.take_back_up(
            {TRAINING: kept.labels, VALIDATION: kept.validation},
            kept.classes if scene.truth is None else _joined(kept.classes, scene.classes),
            kept.steps,
            kept.place,
            kept.condition.forgotten,
            say("Restore labels"),
        )
        scene.choose_class(kept.condition.current_class)

    def _not_looked(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError | OSError):
            self._desk.messages.warning(
                say("Whether labels of this scene were left could not be found out: {reason}", reason=error)
            )
        else:
            self._desk.fail(error, trace)

    def _found(self, scene: Scene, facts: SceneFacts, found: Findings) -> None:
        for problem in found.told:
            self._desk.messages.warning(problem)
        if scene is not self._session.shown:
            return
        own = self.journal.own_file(scene.id)
        for in_use in found.in_use:
            if in_use.path != own:
                self._tell_in_use(in_use)
        if found.left:
            self._offer(found.left[0], facts)
        elif found.earlier:
            self._offer_import(found.earlier[0])

    def _offer(self, left: Left, facts: SceneFacts) -> None:
        hints = [say("The window was not closed properly then.")]
        if left.from_copy:
            hints = [say("Their file was damaged: this is its newest whole copy.")]
        place = left.scene.facts.path
        if place and facts.path and place != facts.path:
            hints.append(say("The scene was {path} then.", path=place))
        self._desk.messages.warning(
            say(
                "There are {labelled:,} unsaved labels of this scene from {when}.",
                labelled=left.scene.labelled,
                when=_when(left.scene),
            ),
            " ".join(hints),
            [(say("Restore"), partial(self._restore, left)), (say("Discard"), partial(self._decline, left))],
        )

    def _offer_import(self, left: Left) -> None:
        facts = left.scene.facts
        self._desk.messages.warning(
            say(
                "There are {labelled:,} unsaved labels from {when} of what this file held: {rows} x {cols} pixels.",
                labelled=left.scene.labelled,
                when=_when(left.scene),
                rows=facts.rows,
                cols=facts.cols,
            ),
            say("They can be brought onto the scene as it is now."),
            [(say("Import"), partial(self._import, left)), (say("Discard"), partial(self._decline, left))],
        )

    def _restore(self, left: Left) -> None:
        scene, kept = self._session.scene, left.scene
        if kept.labels.shape != scene.labels.shape:
            return
        self._take_back_up(scene, kept)
        self.taken_up.emit(scene, kept.state)
        self._retire_when_safe(left)

    def _import(self, left: Left) -> None:
        scene = self._session.scene
        layers, text = brought_onto(left.scene, Grid(scene.cube.rows, scene.cube.cols, scene.plain.geo))
        self._add(scene, layers, left.scene.classes, say("Import labels"))
        if text:
            self._desk.messages.info(text)
        self._retire_when_safe(left)

    def _add(self, scene: Scene, layers: Mapping[int, NDArray[np.uint16]], classes: ClassTable, text: str) -> None:
        """Puts labels where the scene has none in either layer; classes join those of the scene by name."""
        table = scene.classes
        free = (scene.labels.array == 0) & (scene.labels.validation == 0)
        edits = []
        for number, array in layers.items():
            matched = match_classes(array, classes, table)
            table, present = matched.classes, scene.labels.layer(number)
            edits.append(scene.labels.replacing(np.where(free, matched.array, present), table, number))
        scene.edit_all(edits, text)

    def _retire_when_safe(self, left: Left) -> None:
        """In this window's own file first; only then may the old one go."""
        scene = self._session.scene
        tracker = self._trackers.get(scene.id)
        if tracker is not None:
            tracker.hand_over_all()
            self.journal.after_writing(scene.id, partial(self.journal.projects.retire, left.path))
        self.look_for_left()

    def _decline(self, left: Left) -> None:
        def retire(_ctx: Context) -> None:
            self.journal.projects.retire(left.path)

        self._desk.bridge.start(retire, say("Give up labels"), Watcher(done=lambda _none: self.look_for_left()))

    # Beside another window

    def _tell_in_use(self, in_use: InUse) -> None:
        if in_use.path in self.journal.own_files():
            self._desk.messages.info(
                say("The same scene is open in another tab."), say("Each tab has labels of its own, and keeps them.")
            )
            return
        self._desk.messages.info(
            say("This scene is being labelled elsewhere, too: {holder}.", holder=in_use.holder),
            say("Those labels are only read here; what is drawn in this window is kept in a file of its own."),
            [(say("Add its labels"), partial(self._add_from, in_use))],
        )

    def _add_from(self, in_use: InUse) -> None:
        scene = self._session.shown
        if scene is None:
            return

        def read(_ctx: Context) -> KeptScene | None:
            return self.journal.projects.read_only(in_use, SceneFacts.of(scene.plain).identity)

        def done(kept: KeptScene | None) -> None:
            if kept is None or not kept.labelled:
                self._desk.messages.info(say("There are no labels yet."))
            elif scene is self._session.shown:
                layers = {TRAINING: kept.labels, VALIDATION: kept.validation}
                self._add(scene, layers, kept.classes, say("Add labels of another window"))

        self._desk.bridge.start(read, say("Read labels"), Watcher(done=done))

    def _start_looking(self) -> None:
        if not self._looks.isActive():  # to start it anew at every stroke would put it off for ever
            self._looks.start()

    def _timer(self, interval: int, call: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setInterval(interval)
        timer.timeout.connect(call)
        return timer


def _when(scene: KeptScene) -> str:
    return datetime.datetime.fromtimestamp(scene.condition.saved_at).strftime("%d %b %Y, %H:%M")


def _joined(classes: ClassTable, others: ClassTable) -> ClassTable:
    """Classes, and those of another table that they lack."""
    return ClassTable((*classes, *(c for c in others if c.number not in classes)))
