"""Projects of the user: one file, `NAME.hsigui`, for all scenes of a window."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.cube.remote import stand_ins
from hsigui.cube.remote.address import address_of, is_address
from hsigui.document.identity import file_identity
from hsigui.errors import HsiError
from hsigui.storage import copies, imports
from hsigui.storage.database import Damaged
from hsigui.storage.kept_scene import KeptScene, SceneFacts
from hsigui.storage.locks import Holder, Lock
from hsigui.storage.on_this_machine import left_of
from hsigui.storage.project_content import ProjectContent, read_content
from hsigui.storage.project_file import SUFFIX, ProjectFile
from hsigui.storage.projects import Taken
from hsigui.storage.taking import project_file, take, told_of_folder
from hsigui.texts import say

LOOKED_THROUGH = 2000  # files below the folder of a project, among which a scene that moved is looked for


class NamedProject:
    """A project that this process may write to, until it is closed.

    Attributes:
        path: where it is.
        told: what is to be known of its folder, in a sentence; empty where it can lock.
    """

    def __init__(self, path: Path, file: ProjectFile, lock: Lock) -> None:
        self.path, self.told = path, told_of_folder(path, lock)
        self._file, self._lock = file, lock
        self._copied = False

    def take(self, _facts: SceneFacts) -> Taken:
        """The file for one of its scenes; all have the same."""
        return Taken(self._file, self._lock, shared=True)

    def copy_once(self) -> None:
        """Makes a copy of what the project held when it was opened, unless there is one.

        Raises:
            Damaged, OSError, sqlite3.Error: it cannot be made.
        """
        if not self._copied:
            self._file.copy_to(copies.new_copy_path(self.path))
            self._copied = True

    def scene(self, identity: str) -> KeptScene | None:
        """What it has of a scene; None for nothing.

        Raises:
            HsiError: it cannot be read.
        """
        return scene_in(self._file.database, identity, self.path.parent)

    def close(self) -> None:
        """Lets go of the file; a second time does nothing."""
        self._file.close()
        self._lock.release()


@dataclass(frozen=True)
class OpenedProject:
    """What came of opening a project.

    Attributes:
        project: to be written to; None where another process does that.
        told: what was wrong, in sentences.
        holder: that other process.
        window, shown: see `project_file.ProjectContent`.
    """

    path: Path
    scenes: tuple[KeptScene, ...]
    project: NamedProject | None
    told: tuple[str, ...] = ()
    holder: Holder | None = None
    window: Mapping[str, Any] = field(default_factory=dict)
    shown: str = ""


def create_project(path: Path) -> NamedProject:
    """A new project; a file that is there becomes the newest of its copies.

    Raises:
        HsiError: another process writes to it, or it cannot be written.
    """
    try:
        lock = take(path)
        if isinstance(lock, Holder):
            raise HsiError(
                say("{name} is being written to by {holder}.", name=path.name, holder=lock),
                say("Close it there, or choose another name."),
            )
        try:
            copies.sweep(path.parent)
            if path.exists():
                _put_away(path)
            return NamedProject(path, project_file(path, lock), lock)
        except BaseException:
            lock.release()
            raise
    except (OSError, sqlite3.Error) as error:
        raise HsiError(
            say("{path} cannot be written: {reason}.", path=path, reason=getattr(error, "strerror", None) or error),
            say("Choose a folder that you may write to."),
        ) from error


def open_project(path: Path) -> OpenedProject:
    """A project with its scenes; one that another process writes to is only read.

    A damaged one is set aside, and its newest whole copy taken in its place.

    Raises:
        HsiError: it cannot be read, or neither it nor a copy is whole.
    """
    if not path.is_file():
        left = left_of(path)
        raise HsiError(
            say("The file {path} does not exist.", path=path),
            say("What was drawn in it last is in {left}.", left=left) if left else say("Choose another file."),
        )
    lock: Lock | Holder | None
    told: list[str] = []
    try:
        lock = _taken(path, told)
    except OSError:  # a folder that may only be read
        lock = None
    if not isinstance(lock, Lock):
        content = _read_only(path)
        return OpenedProject(path, tuple(content.scenes), None, holder=lock, window=content.window, shown=content.shown)
    try:
        copies.sweep(path.parent)
        reading = copies.read_or_replace(path)
        if reading.stays or not path.exists():
            raise HsiError(reading.told[0], " ".join(reading.told[1:]))
        project = NamedProject(path, project_file(path, lock), lock)
    except BaseException as error:
        lock.release()
        if isinstance(error, sqlite3.Error | OSError):
            raise HsiError(say("{path} cannot be read: {error}.", path=path, error=error)) from error
        raise
    told = [*told, *lock.told, *reading.told]
    return OpenedProject(path, tuple(reading.scenes), project, tuple(told), None, reading.window, reading.shown)


def _taken(path: Path, told: list[str]) -> Lock | Holder:
    """The right to write to a project, also where another machine may have it: where the folder cannot lock, one that
    was killed there would keep it for ever. What both write is kept."""
    found = take(path)
    if isinstance(found, Lock) or found.certain:
        return found
    told.append(
        say(
            "{name} may be written to elsewhere, too: {holder}. If it is, what is drawn here comes into a file of its "
            "own beside it.",
            name=path.name,
            holder=found,
        )
    )
    return take(path, over_note=True)


def scene_in(path: Path, identity: str, folder: Path | None = None) -> KeptScene | None:
    """What a project has of a scene; None for nothing. `folder` is that of the project, where the file lies elsewhere.

    Raises:
        HsiError: it cannot be read.
    """
    return next((scene for scene in _read_only(path, folder).scenes if scene.facts.identity == identity), None)


@dataclass(frozen=True)
class Place:
    """Where the file of a scene is.

    Attributes:
        path: None when it is nowhere.
        same: whether it holds what it held when it was labelled.
    """

    path: Path | None = None
    same: bool = True


def find_scene(facts: SceneFacts, project: Path, choice: ImportChoice | None = None) -> Place:
    """Where the file of a scene is now: as seen from the project, where it was, or somewhere below the project's
    folder under the same name; the first that holds the same, else the first of the first two that is there.

    Args:
        choice: how its file is read; None for as it says itself, or was read here the last time.
    """
    if not facts.path:
        return Place()
    if is_address(facts.path):  # it is asked for only where the user has opened it on this machine
        path = stand_ins.path_of(address_of(facts.path))
        return Place(path if path.exists() else None, same=holds(path, facts, choice))
    known = [project.parent / facts.relative] if facts.relative else []
    known.append(Path(facts.path))
    for path in (*known, *_below(project.parent, known[-1].name)):
        if holds(path, facts, choice):
            return Place(path)
    return Place(next((path for path in known if path.exists()), None), same=False)


def _below(folder: Path, name: str) -> Iterator[Path]:
    for number, path in enumerate(folder.rglob("*")):
        if number > LOOKED_THROUGH:
            return
        if path.name == name and path.is_file():
            yield path


def holds(path: Path, facts: SceneFacts, choice: ImportChoice | None = None) -> bool:
    """Whether a file is there and holds a scene; `choice` as in `find_scene`."""
    if not path.exists():
        return False
    try:
        return file_identity(open_cube(path, choice=choice or imports.recall(path), gaps=False)) == facts.identity
    except (HsiError, OSError):  # it is not the scene, or will say by itself what is wrong when it is opened
        return False


def _read_only(path: Path, folder: Path | None = None) -> ProjectContent:
    try:
        return read_content(path, folder=folder)
    except (Damaged, sqlite3.Error, OSError) as error:
        raise HsiError(
            say("{path} cannot be read: {error}.", path=path, error=error),
            say("`hsigui project check` names the newest whole copy."),
        ) from error


def _put_away(path: Path) -> None:
    try:
        copies.read_beside_journal(path, [])
    except Damaged:
        copies.set_aside(path)
    else:
        copies.retire(path)


def with_suffix(path: Path) -> Path:
    """The path with the ending of projects, where it has none."""
    return path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)
