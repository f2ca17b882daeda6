"""Fetches sample scenes for the window, and opens them with their ground truth when they are here."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.events import SceneOpened
from hsigui.errors import HsiError
from hsigui.jobs import Context, Job
from hsigui.sample_scenes.fetching import Fetched, fetch
from hsigui.sample_scenes.keeping import AWAY, State, path_of, scenes_folder, state_of, truth_of
from hsigui.sample_scenes.table import SampleScene, sample_scenes
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.labels.files import LabelFiles
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.shell.samples_dialog import SampleRow, SamplesDialog
from hsigui.ui.shell.start_page import StartPage


class Samples(QObject):
    """The list of sample scenes of one window, and what is being fetched.

    Args:
        scene: opens scenes.
        labels: reads ground truth.
    """

    def __init__(self, desk: Desk, page: StartPage, scene: SceneController, labels: LabelFiles) -> None:
        super().__init__(desk.window)
        self._desk, self._scene, self._labels = desk, scene, labels
        self.scenes = sample_scenes
        self._jobs: dict[str, Job] = {}
        self._truths: dict[Path, Path] = {}  # of scenes that are being opened
        self._looking = Latest(desk.bridge, say("Look for sample scenes"), self._found)
        self._dialog: SamplesDialog | None = None
        page.samples_asked.connect(self.show_samples)
        desk.session.events.subscribe(SceneOpened, self._opened)

    def show_samples(self) -> None:
        """Shows the list, and looks in a worker what is here. Asks no server."""
        if self._dialog is None:
            self._dialog = SamplesDialog(self.scenes(), scenes_folder(), self._desk.window)
            for row in self._dialog.rows.values():
                row.get_asked.connect(partial(self._get, row))
                row.cancel_asked.connect(partial(self._cancel, row))
                row.open_asked.connect(partial(self._open, row.scene))
                row.show_state(State(AWAY, unknown=not row.scene.checked))
        self._looking.request(partial(states_of, scenes=tuple(self.scenes()), folder=scenes_folder()))
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def _found(self, states: dict[str, State]) -> None:
        if self._dialog is not None:
            self._dialog.show_states(states)

    def _get(self, row: SampleRow) -> None:
        if row.scene.id in self._jobs:
            return
        row.begin()
        watcher = Watcher(
            done=partial(self._got, row), failed=partial(self._failed, row), cancelled=partial(self._ended, row),
            progress=row.show_progress,
        )  # fmt: skip
        work = partial(fetch, scene=row.scene, folder=scenes_folder())
        self._jobs[row.scene.id] = self._desk.bridge.start(work, say("Fetch {name}", name=row.scene.title), watcher)

    def _cancel(self, row: SampleRow) -> None:
        if row.scene.id in self._jobs:
            self._jobs[row.scene.id].cancel()

    def _ended(self, row: SampleRow, told: tuple[str, ...] = (), error: HsiError | None = None) -> None:
        self._jobs.pop(row.scene.id, None)
        row.end(state_of(row.scene, scenes_folder()), told, error)

    def _got(self, row: SampleRow, fetched: Fetched) -> None:
        self._ended(row, fetched.told)
        self._open(row.scene)

    def _failed(self, row: SampleRow, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError):
            self._ended(row, error=error)
        else:
            self._ended(row)
            self._desk.fail(error, trace)

    def _open(self, scene: SampleScene) -> None:
        path, truth = path_of(scene, scenes_folder()), truth_of(scene, scenes_folder())
        if truth is not None:
            self._truths[path] = truth
        self._scene.open_path(path)

    def _opened(self, _event: SceneOpened) -> None:
        """Reads the ground truth of a scene that was opened from here."""
        path = self._desk.session.scene.plain.path
        truth = self._truths.pop(path, None) if path is not None else None
        if truth is not None and truth.is_file():
            self._labels.open_truth(truth)


def states_of(_ctx: Context, scenes: tuple[SampleScene, ...], folder: Path) -> dict[str, State]:
    """What is here of each scene, by their ids."""
    return {scene.id: state_of(scene, folder) for scene in scenes}
