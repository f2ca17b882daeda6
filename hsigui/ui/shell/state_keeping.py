"""What is beside the labels is kept, too, and comes back: view, spectra, ground truth, run and map of each scene, and
how the window stands.

Where one looks, docks and the choices of a panel change without telling anybody: they are looked at each second.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer

from hsigui.document.events import ImportKept, MasksChanged, SceneClosed, SceneLeft
from hsigui.document.scene import Scene
from hsigui.document.scene_state import SceneState
from hsigui.document.taking_up import state_of, take_look, take_up
from hsigui.storage.kept_scene import Surroundings
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.labels.left_labels import LeftLabels
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.shell.window_state import WindowState
from hsigui.ui.spectra.controller import SpectraController
from hsigui.ui.training.run_files import RunFiles

LOOK_MS = 1000


class StateKeeping(QObject):
    """Hands the state of the scenes to the journal when it has changed, and has scenes take theirs up again."""

    def __init__(
        self,
        desk: Desk,
        keeping: SafeKeeping,
        left: LeftLabels,
        scene: SceneController,
        spectra: SpectraController,
        runs: RunFiles,
        window: WindowState,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._keeping = desk, desk.session, keeping
        self._scene, self._spectra, self._runs, self._window = scene, spectra, runs, window
        self._known: dict[int, SceneState] = {}  # as it was last handed over, or found at opening, by the scenes' ids
        self._window_known: tuple[int, dict[str, Any]] = 0, {}  # the scene that was shown, and how the window stood
        left.taken_up.connect(self._taken_up)
        left.recognised.connect(self._recognised)
        keeping.asked_for_all.connect(self._hand_over_all)
        keeping.let_go.connect(self._forget)
        events = self._session.events
        events.subscribe(ImportKept, self._import_kept)
        events.subscribe(SceneLeft, self._left)
        events.subscribe(MasksChanged, self._masks_changed)
        events.subscribe(SceneClosed, self._closed)
        self._looks = QTimer(self)
        self._looks.setInterval(LOOK_MS)
        self._looks.timeout.connect(self.look)
        self._looks.start()

    def look(self) -> None:
        """Hands over what has changed of the shown scene and, in a project, of the window."""
        scene = self._session.shown
        if scene is None or scene.id not in self._known:  # what was kept of it is not known yet, and not to be lost
            return
        state = replace(state_of(scene, self._scene.looked_at(scene)), lost=self._known[scene.id].lost)
        window = self._window.now() if self._keeping.project is not None else {}
        same = not window or self._window_known == (scene.id, window)
        if same and state.same_as(self._known[scene.id]):
            return
        self._known[scene.id], self._window_known = state, (scene.id, window)
        self._keeping.journal.put_around(scene.id, scene.plain, Surroundings(state, window))

    def stop(self) -> None:
        """Hands over the last, at the end of the window."""
        self._looks.stop()
        self.look()

    def _left(self, _event: SceneLeft) -> None:
        self.look()

    def _masks_changed(self, _event: MasksChanged) -> None:
        """A stroke on a mask is kept at once, as one on the labels is."""
        self.look()

    def _import_kept(self, event: ImportKept) -> None:
        """How the file of a scene is read has changed, which its state does not tell: its project takes it over."""
        scene = self._session.find(event.scene)
        if scene is None or scene.id not in self._known or self._keeping.project is None:
            return
        lost = self._known[scene.id].lost
        state = self._known[scene.id] = replace(state_of(scene, self._scene.looked_at(scene)), lost=lost)
        self._window_known = 0, {}  # what of the window waits to be written is handed over again at the next look
        self._keeping.journal.put_around(scene.id, scene.plain, Surroundings(state))

    def _closed(self, event: SceneClosed) -> None:
        self._forget(event.scene)

    def _forget(self, scene: int) -> None:
        self._known.pop(scene, None)

    def _hand_over_all(self) -> None:
        """The scenes are written into another file, which has nothing of them yet."""
        for scene in self._session.scenes:
            state = self._known[scene.id] = state_of(scene, self._scene.looked_at(scene))
            self._keeping.journal.put_around(scene.id, scene.plain, Surroundings(state))
        self._window_known = 0, {}  # with the shown scene, at the next look

    # What was kept

    def _taken_up(self, scene: Scene, state: SceneState) -> None:
        self._tell_lost(scene, state)
        take_up(scene, state)
        if state.looked_at is not None:
            self._scene.look_at(scene, state.looked_at)
        self._spectra.show_kept(scene)
        for place in state.runs:
            if place.in_use:
                self._runs.take_up(scene, place)
        self._known[scene.id] = replace(state_of(scene, self._scene.looked_at(scene)), lost=state.lost)

    def _recognised(self, scene: Scene, state: SceneState | None) -> None:
        """A scene without a project looks as it was left; what was learned there is offered by others."""
        if state is not None and not len(scene.results):
            scene.results.take_up(state.results, scene.labels.shape)
        if state is not None and scene.view == self._scene.first_view(scene):  # nothing was chosen meanwhile
            take_look(scene, state)
            self._spectra.show_kept(scene)
        self._known[scene.id] = SceneState() if self._keeping.project else state_of(scene, self._scene.looked_at(scene))

    def _tell_lost(self, scene: Scene, state: SceneState) -> None:
        if state.lost:
            self._desk.messages.warning(
                say(
                    "Another version of hsigui wrote {parts} of {name}; they are not shown.",
                    parts=state.lost_in_words, name=scene.cube.name,
                ),
                say("They stay in the project until there is something new in their place."),
            )  # fmt: skip
