"""Scenes of a project that are not where they were: looked for, then asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from hsigui.cube.remote.opening import is_address, typed_address
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.named import Place, find_scene, holds
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.scene.controller import SceneController


class MissingScenes(QObject):
    """Tells of scenes that are not there, and asks where they are now.

    Signals:
        found(kept, path): the user found the file of a scene.
    """

    found = Signal(object, object)

    def __init__(self, desk: Desk, scene: SceneController) -> None:
        super().__init__(desk.window)
        self._desk, self._scene = desk, scene

    def tell(self, kept: KeptScene, place: Place) -> None:
        """Says that a scene is not where it was, or is another now."""
        find = [(say("Find it…"), partial(self._ask, kept))]
        facts = kept.facts
        if not facts.path:
            self._desk.messages.info(
                say("The scene {name} of the project was made in memory, and has no file.", name=facts.name),
                say("Its labels stay in the project, and come with the same demo scene."),
            )
        elif is_address(facts.path):
            self._tell_of_address(kept, place)
        elif place.path is None:
            self._desk.messages.warning(
                say("The scene {path} of the project is not there.", path=facts.path),
                say("Its labels stay in the project, and come with the scene."),
                find,
            )
        else:
            self._desk.messages.warning(
                say("{path} holds something else than when it was labelled.", path=place.path),
                say("Its labels stay in the project and come with the scene that they were drawn on."),
                find,
            )

    def _tell_of_address(self, kept: KeptScene, place: Place) -> None:
        """Nothing is asked of the network unless the user says so."""
        address = kept.facts.path
        if place.path is None:
            text = say("The scene {name} of the project is at {address}.", name=kept.facts.name, address=address)
        else:
            text = say("{address} cannot be had, or is another than when it was labelled.", address=address)
        self._desk.messages.warning(
            text, say("Its labels stay in the project, and come with the scene."),
            [(say("Open this address"), partial(self._look_at_address, kept))],
        )  # fmt: skip

    def _look_at_address(self, kept: KeptScene) -> None:
        def look(_ctx: Context) -> tuple[Path, bool]:
            path = typed_address(kept.facts.path)
            return path, holds(path, kept.facts, kept.imported.choice)

        def done(answer: tuple[Path, bool]) -> None:
            path, same = answer
            if same:
                self.found.emit(kept, path)
            else:
                self._desk.messages.warning(
                    say("{address} has changed since it was labelled.", address=kept.facts.path),
                    say("File > Open address opens it as a scene of its own."),
                )

        self._desk.bridge.start(look, say("Open address"), Watcher(done=done))

    def _ask(self, kept: KeptScene) -> None:
        title = say("Where is {name}?", name=Path(kept.facts.path).name)
        path = self._desk.prompts.open_path(title, self._desk.settings.last_folder, scene=True)
        if path is None:
            return

        def look(_ctx: Context) -> bool:
            return holds(path, kept.facts, kept.imported.choice)

        def done(same: bool) -> None:
            if same:
                self.found.emit(kept, path)
            else:
                self._desk.messages.warning(
                    say("{path} is not the scene {name} that was labelled.", path=path, name=kept.facts.name),
                    say("File > Open scene opens it as a scene of its own."),
                    [(say("Find it…"), partial(self._ask, kept))],
                )

        self._desk.bridge.start(look, title, Watcher(done=done))


def places_of(ctx: Context, scenes: Sequence[KeptScene], project: Path, found: Mapping[str, Path]) -> dict[str, Place]:
    """Where the files of scenes are now, by the scenes' identities; each is read there as it was read before.

    Args:
        found: where the user found them, likewise.
    """
    places: dict[str, Place] = {}
    for scene in scenes:
        ctx.progress(len(places), len(scenes), say("Looking for {name}…", name=scene.facts.name))
        ctx.check()
        identity, choice = scene.facts.identity, scene.imported.choice
        place = Place(found[identity]) if identity in found else find_scene(scene.facts, project, choice)
        places[identity] = place
        if place.path is not None and place.same:
            try:
                scene.imported.remember(place.path)
            except HsiError as error:
                ctx.warn(say("{name} is not read as in the project: {why}", name=scene.facts.name, why=error.message))
    return places
