"""`hsigui project export`: what a project file holds, as files that other programs read.

No file of a scene is needed; where there is one, its wavelengths stand beside the spectra. Into the folder go
`project.json` and a folder a scene, each of its files where there is such a thing:

- `labels.tif`, `labels-validation.tif`, `ground-truth.tif`, and `map-labels.tif`, of which the map was made;
- `classes.csv` and `spectra.csv`;
- `scene.json`: `"format": "hsigui-project-scene", "version": 1`, and all that is known of the scene beside these.

project.json: `"format": "hsigui-project-export", "version": 1`, `project` (the project file), `shown` (the folder of
the scene that was shown), `window` (how it stood), and `scenes`: of each what `hsigui project info --json` tells, with
`folder` and `files`. These paths are as seen from the folder of project.json.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from hsigui.commands.console import tell
from hsigui.commands.folder_names import folder_names
from hsigui.commands.outputs import check_folder, check_outputs
from hsigui.commands.project import content_of
from hsigui.commands.project_about import about_scene
from hsigui.commands.project_scene import SCENE, parts_of, write_json, write_scene
from hsigui.cube.remote.address import is_address
from hsigui.errors import HsiError
from hsigui.storage.kept_scene import KeptScene
from hsigui.storage.project_content import ProjectContent
from hsigui.texts import say, say_number

INDEX = "project.json"
LOOK = ("geometry", "layout")  # of the window, in Qt's own bytes
Scenes = dict[str, KeptScene]  # by the names of their folders


def export_project(arguments: argparse.Namespace) -> None:
    """Writes what a project file holds into a folder of its own; the project is only read.

    Raises:
        HsiError: the project cannot be read, or is damaged; there is no scene of that name; the folder holds something,
            or cannot be written to.
    """
    project, folder = arguments.path.expanduser(), arguments.to.expanduser()
    _require_room(folder, arguments.overwrite)
    content = content_of(project)
    scenes = _chosen(content, arguments.scene, project)
    paths = [s.facts.path for s in content.scenes if s.facts.path and not is_address(s.facts.path)]
    _check(folder, scenes, project, list(map(Path, paths)))
    files = {name: write_scene(folder / name, scene, project) for name, scene in scenes.items()}
    write_json(folder / INDEX, "hsigui-project-export", {
        "project": _seen_from(folder, project),
        "shown": next((name for name, scene in scenes.items() if scene.facts.identity == content.shown), ""),
        "window": {name: value for name, value in content.window.items() if name not in LOOK},
        "scenes": [
            {"folder": name, "files": _below(name, files[name]), **about_scene(scene)} for name, scene in scenes.items()
        ],
    })  # fmt: skip
    for name, scene in scenes.items():
        _warn(folder / name, scene, files[name])
    _tell(folder, scenes, files, arguments.json)


def _require_room(folder: Path, overwrite: bool) -> None:
    check_folder(folder)
    try:
        holds = not overwrite and folder.is_dir() and any(folder.iterdir())
    except OSError as error:
        raise HsiError(
            say("{folder} cannot be read: {reason}.", folder=folder, reason=error.strerror or error),
            say("Choose another folder."),
        ) from error
    if holds:
        raise HsiError(
            say("{folder} holds files already.", folder=folder), say("Choose a new folder, or add --overwrite.")
        )


def _chosen(content: ProjectContent, wanted: str | None, project: Path) -> Scenes:
    """The scenes of a name, or the one with that folder; all where none is asked for."""
    names = folder_names((scene.facts.name for scene in content.scenes), kept=(INDEX,))
    scenes = dict(zip(names, content.scenes, strict=True))
    if wanted is None:
        return scenes
    found = {name: scene for name, scene in scenes.items() if wanted in (name, scene.facts.name)}
    if not found:
        raise HsiError(
            say("{path} has no scene {name}.", path=project, name=wanted),
            say("Its scenes are {names}.", names=", ".join(scenes)) if scenes else say("It has no scenes yet."),
        )
    return found


def _check(folder: Path, scenes: Scenes, project: Path, others: list[Path]) -> None:
    """Refuses what would be written over the project or a scene, and says what else is."""
    outputs = [folder / name / file for name, scene in scenes.items() for file in (*parts_of(scene, project), SCENE)]
    check_outputs([project, *others], [(path, (path.suffix,)) for path in (*outputs, folder / INDEX)])


def _seen_from(folder: Path, path: Path) -> str:
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # on another drive
        return str(path.resolve())


def _below(name: str, files: Sequence[str]) -> list[str]:
    return [f"{name}/{file}" for file in files]


def _warn(place: Path, scene: KeptScene, files: Sequence[str]) -> None:
    """Of what could not be written, and what lies there from before."""
    if scene.state.lost:
        tell(say("{name}: another version of hsigui wrote {parts}, which is left out",
                 name=scene.facts.name, parts=scene.state.lost_in_words))  # fmt: skip
    others = sorted(path.name for path in place.iterdir() if path.name not in files)
    if others:
        tell(say("{folder} also holds {names}, which is not of this export", folder=place, names=", ".join(others)))


def _tell(folder: Path, scenes: Scenes, files: dict[str, list[str]], as_json: bool) -> None:
    if as_json:
        listed = [*(file for name in scenes for file in _below(name, files[name])), INDEX]
        print(json.dumps({"folder": str(folder), "files": listed}, indent=1))
        return
    for name, scene in scenes.items():
        print(
            say_number(
                "{name}: {count} file -> {folder}", "{name}: {count} files -> {folder}", len(files[name]),
                name=scene.facts.name, folder=folder / name,
            )
        )  # fmt: skip
    print(say("All of it in one list: {path}", path=folder / INDEX))
