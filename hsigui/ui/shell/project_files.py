"""Projects of the user: all scenes of the window and how it stands in one file, written as one works."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.cube.formats.choice import ImportChoice
from hsigui.document.events import SceneOpened
from hsigui.document.scene import Scene
from hsigui.jobs import Context
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.named import NamedProject, OpenedProject, Place, create_project, open_project, with_suffix
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.labels.left_labels import LeftLabels
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.scene.controller import SceneController
from hsigui.ui.scene.open_scenes import OpenScenes
from hsigui.ui.shell.missing_scenes import MissingScenes, places_of
from hsigui.ui.shell.window_state import WindowState

KINDS = say("Projects (*.hsigui)")


@dataclass(frozen=True)
class _Wanted:
    """A scene that is to be opened, and how its file is read."""

    path: Path
    identity: str = ""
    choice: ImportChoice | None = None


@dataclass
class _Opening:
    """What is to come of a project that is being opened.

    Attributes:
        waiting: scenes that are not open yet; the first of them is being opened.
        former: scenes that go when the first one is there.
        told: what is said at the end: messages go with the scene before.
        came: scenes that are open, by their identities.
    """

    opened: OpenedProject | None = None
    waiting: list[_Wanted] = field(default_factory=list)
    former: tuple[Scene, ...] = ()
    told: list[Callable[[], None]] = field(default_factory=list)
    came: dict[str, Scene] = field(default_factory=dict)


class ProjectFiles(QObject):
    """File > New project, Open project and Save project as."""

    def __init__(
        self,
        desk: Desk,
        scene: SceneController,
        scenes: OpenScenes,
        keeping: SafeKeeping,
        left: LeftLabels,
        window: WindowState,
    ) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._scene, self._scenes, self._window = scene, scenes, window
        self._keeping, self._left = keeping, left
        self._opening: _Opening | None = None
        self._tried: Path | None = None  # the project that was opened last, whether it could be or not
        self._missing = MissingScenes(desk, scene)
        self._missing.found.connect(self._open_found)
        scene.refused.connect(self._refused)
        self._session.events.subscribe(SceneOpened, self._scene_opened)

    # A new one

    def ask_and_create(self) -> None:
        """Asks for a name and for the first scene of a new project, which takes the place of what is open."""
        path = self._ask_name(say("New project"), self._desk.folder() / f"{say('project')}.hsigui")
        if path is None:
            return
        first = self._desk.prompts.open_path(say("First scene of the project"), str(path.parent), scene=True)
        if first is not None:
            self.create(path, first)

    def create(self, path: Path, first: Path) -> None:
        """Makes a project and opens its first scene."""
        path = path.expanduser().absolute()
        if self._is_in_use(path):
            return

        def done(project: NamedProject) -> None:
            self._keeping.use_for_others(project)
            self._remember(path)
            opening = _Opening(waiting=[_Wanted(first.absolute())], former=tuple(self._session.scenes))
            opening.told.append(partial(self._warn_of_folder, project))
            self._begin(opening)

        self._scenes.leave_for_others(partial(self._start, lambda _ctx: create_project(path), say("New project"), done))

    # One that is there

    def ask_and_open(self) -> None:
        path = self._desk.prompts.open_path(
            say("Open project"), self._desk.settings.last_folder, scene=False, kinds=KINDS
        )
        if path is not None:
            self.open(path)

    def open(self, path: Path, found: Mapping[str, Path] | None = None) -> None:
        """Opens a project in place of what is open: its scenes with all that is kept of them, and how the window stood.

        Args:
            found: where files of scenes are that are not where they were, by the scenes' identities.
        """
        path = path.expanduser().absolute()
        if self._is_in_use(path):
            return

        def read(ctx: Context) -> tuple[OpenedProject, dict[str, Place]]:
            opened = open_project(path)
            return opened, places_of(ctx, opened.scenes, path, found or {})

        def done(answer: tuple[OpenedProject, dict[str, Place]]) -> None:
            self._opened(*answer)

        self._scenes.leave_for_others(partial(self._start, read, say("Open project"), done))

    def ask_and_save_as(self) -> None:
        """Asks for a name, and writes all that is open there from now on."""
        scene = self._session.shown
        if scene is not None:
            path = self._ask_name(say("Save project"), self._desk.folder() / f"{scene.cube.name}.hsigui")
            if path is not None:
                self.save_as(path)

    def save_as(self, path: Path) -> None:
        """Makes a project of all open scenes; what is done from now on is written there."""
        path = path.expanduser().absolute()
        if self._is_in_use(path):
            return

        def done(project: NamedProject) -> None:
            self._keeping.use(project)
            self._remember(path)
            self._warn_of_folder(project)
            self._desk.told(say("The project is {path}. What you do is written there as you do it.", path=path), path)

        self._start(lambda _ctx: create_project(path), say("Save project"), done)

    def _is_in_use(self, path: Path) -> bool:
        """Whether it is the project of now; then that is said, and all of it is on its way to the disk."""
        present = self._keeping.project
        if present is None or present.path != path:
            return False
        self._keeping.hand_over()
        self._desk.messages.info(say("What you do is written to {name} as you do it.", name=path.name))
        return True

    def _ask_name(self, title: str, proposal: Path) -> Path | None:
        path = self._desk.prompts.save_path(title, str(proposal), kinds=KINDS)
        return None if path is None else with_suffix(path)

    def _start(self, work: Callable[[Context], object], title: str, done: Callable[..., None]) -> None:
        self._desk.bridge.start(work, title, Watcher(done=done))

    # Its scenes, one after the other

    def _opened(self, opened: OpenedProject, places: dict[str, Place]) -> None:
        opening = _Opening(opened)
        opening.told = [partial(self._desk.messages.warning, text) for text in opened.told]
        if opened.project is None:
            opening.told.append(partial(self._tell_read_only, opened))
        for kept in opened.scenes:
            place = places[kept.facts.identity]
            if place.path is not None:
                opening.waiting.append(_Wanted(place.path, kept.facts.identity, kept.imported.choice))
            if place.path is None or not place.same:
                opening.told.append(partial(self._missing.tell, kept, place))
        self._remember(opened.path)
        if not opening.waiting:
            self._tell_nothing_opened(opened, opening)
            return
        opening.former = tuple(self._session.scenes)
        self._left.expect(opened.scenes)
        self._keeping.use_for_others(opened.project)
        if opened.project is not None:
            opening.told.append(partial(self._warn_of_folder, opened.project))
        self._begin(opening)

    def _tell_nothing_opened(self, opened: OpenedProject, opening: _Opening) -> None:
        """None of its scenes is there, so the window stays as it is."""
        if opened.project is not None:
            opened.project.close()
        for tell in opening.told:
            tell()
        if not opened.scenes:
            self._desk.messages.info(
                say("The project {name} has no scenes yet.", name=opened.path.name),
                say("File > New project… makes one with its first scene."),
            )

    def _begin(self, opening: _Opening) -> None:
        self._opening = opening
        self._open_first()

    def _open_first(self) -> None:
        """Opens the scene whose turn it is; after the last one the window stands as it did."""
        opening = self._opening
        if opening is None:
            return
        if opening.waiting:
            self._scene.open_path(opening.waiting[0].path, opening.waiting[0].choice)
            return
        self._opening = None
        if opening.former and self._keeping.project is not None:  # none could be opened: what was to go stays
            self._keeping.stay()
        if opening.opened is not None and opening.came:
            self._window.restore(opening.opened.window)
            self._session.show(opening.came.get(opening.opened.shown, self._session.scene))
        for tell in opening.told:
            tell()

    def _scene_opened(self, event: SceneOpened) -> None:
        opening, scene = self._opening, self._session.find(event.scene)
        if opening is None or scene is None or scene.plain.path != opening.waiting[0].path:
            return
        opening.came[opening.waiting.pop(0).identity] = scene
        for former in opening.former:
            if former in self._session.scenes:
                self._session.close(former)
        opening.former = ()
        self._open_first()

    def _refused(self) -> None:
        """The scene whose turn it was cannot be opened, which was said."""
        if self._opening is not None and self._opening.waiting:
            self._opening.waiting.pop(0)
            self._open_first()

    def _open_found(self, kept: KeptScene, path: Path) -> None:
        """A scene that was not where it was, where the user found it."""
        if self._keeping.project is not None:
            self._left.expect([kept])
            self._scene.open_path(path, kept.imported.choice)
        elif self._tried is not None:
            self.open(self._tried, {kept.facts.identity: path})

    # What is said

    def _tell_read_only(self, opened: OpenedProject) -> None:
        who = say("It is being written to by {holder}.", holder=opened.holder) if opened.holder else ""
        self._desk.messages.warning(
            say("The project {name} is only read. {who}", name=opened.path.name, who=who),
            say("What you draw is kept, but not in the project. File > Save project as… makes one of your own."),
        )

    def _warn_of_folder(self, project: NamedProject) -> None:
        if project.told:
            self._desk.messages.warning(
                project.told,
                say("Open the project on one machine at a time: whether another writes to it cannot be known."),
            )

    def _remember(self, path: Path) -> None:
        self._tried = path
        settings = self._desk.settings.with_recent(str(path))
        self._desk.remember(replace(settings, last_folder=str(path.parent)))
