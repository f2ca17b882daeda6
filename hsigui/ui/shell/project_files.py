"""Projects of the user: all scenes of the window with their labels and history in one file, written as one works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.document.events import SceneOpened
from hsigui.jobs import Context
from hsigui.storage.kept_scene import SceneFacts
from hsigui.storage.named import (
    NamedProject,
    OpenedProject,
    Place,
    create_project,
    find_scene,
    open_project,
    with_suffix,
)
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.scene.controller import SceneController

KINDS = say("Projects (*.hsigui)")


class ProjectFiles(QObject):
    """File > Open project and Save project as."""

    def __init__(self, desk: Desk, scene: SceneController, keeping: SafeKeeping) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._scene, self._keeping = scene, keeping
        self._waiting: list[Path] = []  # scenes of the project that are not open yet
        self._told: list[Callable[[], None]] = []  # what is said once they are: messages go with the scene before
        scene.refused.connect(self._open_next)
        self._session.events.subscribe(SceneOpened, self._open_next)

    def ask_and_open(self) -> None:
        path = self._desk.prompts.open_path(
            say("Open project"), self._desk.settings.last_folder, scene=False, kinds=KINDS
        )
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Opens the scenes of a project, each with the labels and the history that it has there."""
        path = path.expanduser().absolute()

        def read(_ctx: Context) -> tuple[OpenedProject, dict[str, Place]]:
            opened = open_project(path)
            return opened, {s.facts.identity: find_scene(s.facts, path) for s in opened.scenes}

        def done(found: tuple[OpenedProject, dict[str, Place]]) -> None:
            self._opened(*found)

        self._start(read, say("Open project"), done)

    def ask_and_save_as(self) -> None:
        """Asks for a name, and writes all that is open there from now on."""
        scene = self._session.shown
        if scene is None:
            return
        folder = Path(self._desk.settings.last_folder or Path.home())
        if scene.cube.path is not None:
            folder = scene.cube.path.parent
        path = self._desk.prompts.save_path(say("Save project"), str(folder / f"{scene.cube.name}.hsigui"), kinds=KINDS)
        if path is not None:
            self.save_as(with_suffix(path))

    def save_as(self, path: Path) -> None:
        """Makes a project of all open scenes; what is drawn from now on is written there."""
        path = path.expanduser().absolute()
        present = self._keeping.project
        if present is not None and present.path == path:
            self._keeping.hand_over()
            self._desk.messages.info(say("What you do is written to {name} as you do it.", name=path.name))
            return

        def done(project: NamedProject) -> None:
            self._keeping.use(project)
            self._remember(path)
            self._warn_of_folder(project)
            self._desk.told(say("The project is {path}. What you do is written there as you do it.", path=path), path)

        self._start(lambda _ctx: create_project(path), say("Save project"), done)

    def _start(self, work: Callable[[Context], object], title: str, done: Callable[..., None]) -> None:
        self._desk.bridge.start(work, title, Watcher(done=done))

    def _opened(self, opened: OpenedProject, places: dict[str, Place]) -> None:
        paths = {scene.facts.path for scene in opened.scenes}
        self._keeping.expect(opened.scenes)
        if opened.project is not None:
            self._keeping.use(
                opened.project, paths | {str(place.path.resolve()) for place in places.values() if place.path}
            )
        self._remember(opened.path)
        self._waiting = [place.path for place in places.values() if place.path is not None]
        self._told = [partial(self._desk.messages.warning, text) for text in opened.told]
        if opened.project is not None:
            self._told.append(partial(self._warn_of_folder, opened.project))
        if opened.holder is not None or opened.project is None:
            self._told.append(partial(self._tell_read_only, opened))
        for scene in opened.scenes:
            if not places[scene.facts.identity].same or places[scene.facts.identity].path is None:
                self._told.append(partial(self._tell_missing, scene.facts, places[scene.facts.identity]))
        self._open_next()

    def _open_next(self, _event: SceneOpened | None = None) -> None:
        if self._waiting:
            self._scene.open_path(self._waiting.pop(0))
            return
        told, self._told = self._told, []
        for tell in told:
            tell()

    def _tell_read_only(self, opened: OpenedProject) -> None:
        who = say("It is being written to by {holder}.", holder=opened.holder) if opened.holder else ""
        self._desk.messages.warning(
            say("The project {name} is only read. {who}", name=opened.path.name, who=who),
            say("What you draw is kept, but not in the project. File > Save project as… makes one of your own."),
        )

    def _tell_missing(self, facts: SceneFacts, place: Place) -> None:
        if place.path is None:
            self._desk.messages.warning(
                say("The scene {path} of the project is not there.", path=facts.path or facts.name),
                say("Open it where it is now: its labels come with it."),
            )
        else:
            self._desk.messages.warning(
                say("{path} holds something else than when it was labelled.", path=place.path),
                say("Its labels stay in the project and come with the scene that they were drawn on."),
            )

    def _warn_of_folder(self, project: NamedProject) -> None:
        if project.told:
            self._desk.messages.warning(
                project.told,
                say("Open the project on one machine at a time: whether another writes to it cannot be known."),
            )

    def _remember(self, path: Path) -> None:
        settings = self._desk.settings.with_recent(str(path))
        self._desk.remember(replace(settings, last_folder=str(path.parent)))
