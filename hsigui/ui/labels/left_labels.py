"""What is kept of a scene that was opened is taken up from its project, and what an earlier window left is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.dates import moment_in_words
from hsigui.document.events import SceneOpened
from hsigui.document.scene import Scene
from hsigui.document.scene_state import SceneState
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.matching import match_classes
from hsigui.storage.kept_scene import KeptScene, SceneFacts
from hsigui.storage.moved_labels import brought_onto
from hsigui.storage.projects import Findings, InUse, Left
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.labels.safe_keeping import SafeKeeping


class LeftLabels(QObject):
    """Looks for what is kept of a scene when it is opened.

    Signals:
        taken_up(scene, state): what was kept of the labels of a scene was taken up, from a project or after a kill; its
            `SceneState` is what else is to come back.
        recognised(scene, state): a scene was opened of which no project is known; its state as it was left, or None.
    """

    taken_up = Signal(object, object)
    recognised = Signal(object, object)

    def __init__(self, desk: Desk, keeping: SafeKeeping) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._keeping, self._journal = keeping, keeping.journal
        self._expected: dict[str, KeptScene] = {}
        keeping.found_in_use.connect(self._tell_in_use)
        self._session.events.subscribe(SceneOpened, self._scene_opened)

    def expect(self, scenes: Iterable[KeptScene]) -> None:
        """Has scenes taken up as they were kept when they are opened next, without a question."""
        self._expected |= {scene.facts.identity: scene for scene in scenes}

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
        plain, project = scene.plain, self._keeping.project

        def look(_ctx: Context) -> tuple[SceneFacts, Findings, KeptScene | None]:
            self._journal.settle()  # what was just answered is to be out of use
            facts = SceneFacts.of(plain)
            known = not opened or project is None or facts.identity in self._expected
            kept = None if known or project is None else project.scene(facts.identity)
            return facts, self._journal.projects.look(facts), kept

        def done(found: tuple[SceneFacts, Findings, KeptScene | None]) -> None:
            facts, findings, kept = found
            if scene.plain is plain and self._session.find(scene.id) is scene:
                self._journal.know(scene.id, plain, facts)
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
        if fits or self._keeping.project is not None:
            self._keeping.hand_over_all(scene)

    def _take_up(self, scene: Scene, kept: KeptScene) -> None:
        drawn = scene.unsaved
        self._take_back_up(scene, kept)
        scene.labels_path, scene.labels_source = (
            Path(name) if name else None for name in (kept.condition.labels_path, kept.condition.labels_source)
        )
        scene.labels_buffer = kept.condition.labels_buffer
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
        own = self._journal.own_file(scene.id)
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
        if self._keeping.hand_over_all(scene):
            self._journal.after_writing(scene.id, partial(self._journal.projects.retire, left.path))
        self.look_for_left()

    def _decline(self, left: Left) -> None:
        def retire(_ctx: Context) -> None:
            self._journal.projects.retire(left.path)

        self._desk.bridge.start(retire, say("Give up labels"), Watcher(done=lambda _none: self.look_for_left()))

    # Beside another window

    def _tell_in_use(self, in_use: InUse) -> None:
        if in_use.path in self._journal.own_files():
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
            return self._journal.projects.read_only(in_use, SceneFacts.of(scene.plain).identity)

        def done(kept: KeptScene | None) -> None:
            if kept is None or not kept.labelled:
                self._desk.messages.info(say("There are no labels yet."))
            elif scene is self._session.shown:
                layers = {TRAINING: kept.labels, VALIDATION: kept.validation}
                self._add(scene, layers, kept.classes, say("Add labels of another window"))

        self._desk.bridge.start(read, say("Read labels"), Watcher(done=done))


def _when(scene: KeptScene) -> str:
    return moment_in_words(scene.condition.saved_at)


def _joined(classes: ClassTable, others: ClassTable) -> ClassTable:
    """Classes, and those of another table that they lack."""
    return ClassTable((*classes, *(c for c in others if c.number not in classes)))
