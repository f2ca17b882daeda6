"""Keeps the start page in step: pictures of what was open, files that are gone, steps that were done."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDockWidget, QStackedWidget

from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.remote.address import is_address, name_and_place
from hsigui.document.events import (
    AccuracyChanged,
    EncoderChanged,
    LabelsChanged,
    MapChanged,
    ProjectChanged,
    SceneLeft,
    SceneOpened,
    SceneShown,
    ValidationChanged,
)
from hsigui.document.hub import Changed
from hsigui.document.scene import Scene
from hsigui.jobs import Context
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.storage.project_file import SUFFIX
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.results.export import ExportController
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.shell.first_steps import ACCURACY, EXPORT, OPEN, PAINT, PRETRAIN
from hsigui.ui.shell.recent_cards import Recent
from hsigui.ui.shell.scene_pictures import SIDE, ScenePictures
from hsigui.ui.shell.start_page import StartPage

LISTED = 8
_STEPS: dict[type[Changed], str] = {
    SceneOpened: OPEN, LabelsChanged: PAINT, ValidationChanged: PAINT, EncoderChanged: PRETRAIN,
    MapChanged: ACCURACY, AccuracyChanged: ACCURACY,
}  # fmt: skip
CLASSES = 2  # that are to be labelled


class Starting(QObject):
    """The start page and what it tells.

    Args:
        pages: the start page, and what shows scenes.
        results: the panel in which accuracies are shown.
        folder: where pictures are kept.
    """

    def __init__(
        self, desk: Desk, page: StartPage, pages: QStackedWidget, image: ImageView, scene: SceneController,
        keeping: SafeKeeping, exporter: ExportController, results: QDockWidget, folder: Path,
    ) -> None:  # fmt: skip
        super().__init__(desk.window)
        self._desk, self._page, self._pages, self._image = desk, page, pages, image
        self._scene, self._keeping = scene, keeping
        self._results_seen = False
        self.pictures = ScenePictures(folder)
        self._missing: set[str] = set()
        self._looking = Latest(desk.bridge, say("Look for recent files"), self._found)
        page.open_asked.connect(scene.ask_and_open)
        page.address_asked.connect(scene.ask_and_open_address)
        page.demo_asked.connect(self._open_demo)
        page.forget_asked.connect(self._forget)
        page.back_asked.connect(self._back)
        page.steps_closed.connect(self._close_steps)
        page.steps_asked.connect(self._show_steps)
        page.steps.tick(*desk.settings.first_steps)
        page.show_steps(not desk.settings.first_steps_hidden)
        exporter.exported.connect(self._exported)
        results.visibilityChanged.connect(self._see_results)
        events = desk.session.events
        for kind in _STEPS:
            events.subscribe(kind, self._done)
        for kept in (SceneOpened, SceneLeft, ProjectChanged):
            events.subscribe(kept, self._keep)
        events.subscribe(SceneShown, self._shown)

    def show_page(self) -> None:
        """Shows the start page over the open scene, or the scene again."""
        if self._pages.currentWidget() is self._page:
            self._back()
            return
        self.renew()
        self._pages.setCurrentWidget(self._page)
        self._page.open.setFocus()

    def renew(self) -> None:
        """Lists what was open last, and looks in a worker which of it is there: a network drive may take its time."""
        paths = self._desk.settings.recent[:LISTED]
        self._list()
        files = [path for path in paths if not is_address(path)]
        if files:
            self._looking.request(partial(gone, paths=files))

    def keep(self) -> None:
        """Keeps a picture of the scene that is shown, and of its project, before the window closes."""
        for shows, size, image in self._to_keep():
            self.pictures.keep(shows, size, image)

    # Inner doings

    def _to_keep(self) -> list[tuple[str, str, QImage]]:
        """What a picture is kept of, the size of the scene, and the picture."""
        scene = self._desk.session.shown
        image = None if scene is None else self._image.small_picture(SIDE)
        if scene is None or image is None:
            return []
        cube, project = scene.plain, self._keeping.project
        names = [cube.info.address or str(cube.path or ""), "" if project is None else str(project.path)]
        return [(name, size_of(scene), image) for name in names if name]

    def _keep(self, _event: Changed) -> None:
        """Keeps pictures in a worker: a disk may take its time."""
        kept = self._to_keep()
        if kept:
            self._desk.bridge.start(partial(keep_all, pictures=self.pictures, kept=kept), say("Keep picture"),
                                    often=True)  # fmt: skip

    def _shown(self, _event: SceneShown) -> None:
        self._page.set_scene_open(True)

    def _back(self) -> None:
        if self._desk.session.shown is not None:
            self._pages.setCurrentIndex(1 - self._pages.indexOf(self._page))
            self._image.setFocus()

    def _open_demo(self, fields: str) -> None:
        self._scene.open_simulated(DemoSpec(fields=fields))

    def _exported(self) -> None:
        self._tick(EXPORT)

    def _done(self, event: Changed) -> None:
        step, session = _STEPS[type(event)], self._desk.session
        if step == PAINT and self._labelled() < CLASSES:
            return
        if step == PRETRAIN and session.encoder is None:
            return
        if step == ACCURACY and not (self._results_seen and session.accuracy is not None):
            return
        self._tick(step)

    def _labelled(self) -> int:
        """How many classes have labels, whether they are for training or for validation."""
        labels = self._desk.session.labels
        return len({number for layer in (TRAINING, VALIDATION) for number, n in labels.counts(layer).items() if n})

    def _see_results(self, seen: bool) -> None:
        """The panel has come before the others, or went behind them."""
        self._results_seen = seen
        if seen and self._desk.session.accuracy is not None:
            self._tick(ACCURACY)

    def _tick(self, step: str) -> None:
        """Ticks a step for good."""
        self._page.steps.tick(step)
        settings = self._desk.settings
        if step not in settings.first_steps:
            self._desk.remember(dataclasses.replace(settings, first_steps=(*settings.first_steps, step)))

    def _close_steps(self) -> None:
        self._set_steps(hidden=True)
        self._page.more_steps.setFocus()

    def _show_steps(self) -> None:
        self._set_steps(hidden=False)
        self._page.steps.close_button.setFocus()

    def _set_steps(self, *, hidden: bool) -> None:
        self._page.show_steps(not hidden)
        self._desk.remember(dataclasses.replace(self._desk.settings, first_steps_hidden=hidden))

    def _forget(self, path: str) -> None:
        self._desk.remember(self._desk.settings.without_recent(path))
        self.pictures.forget(path)
        self.renew()

    def _found(self, missing: set[str]) -> None:
        if missing != self._missing:
            self._missing = missing
            self._list()

    def _list(self) -> None:
        self._page.set_recent([self._recent(path) for path in self._desk.settings.recent[:LISTED]])

    def _recent(self, path: str) -> Recent:
        name, place = name_and_place(path)
        project = not is_address(path) and path.lower().endswith(SUFFIX)
        return Recent(path, name, place, self.pictures.of(path), project, path in self._missing)


def keep_all(_ctx: Context, pictures: ScenePictures, kept: Sequence[tuple[str, str, QImage]]) -> None:
    """Writes pictures of what was open: name, size and picture of each."""
    for shows, size, image in kept:
        pictures.keep(shows, size, image)


def gone(_ctx: Context, paths: Sequence[str]) -> set[str]:
    """Which of some files are not there."""
    return {path for path in paths if not Path(path).exists()}


def size_of(scene: Scene) -> str:
    """Rows, columns and bands in words."""
    rows, cols, bands = scene.plain.shape
    return say("{rows} x {cols} x {bands}", rows=rows, cols=cols, bands=bands)
