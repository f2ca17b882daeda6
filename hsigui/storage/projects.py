"""The projects of scenes that have none of the user's: files in the state folder, found by what the scene's file holds.

A scene has a file for each window that works on it at once: `IDENTITY.hsigui`, `IDENTITY.2.hsigui`, ... A file whose
labels are nowhere else, left by a process that is no more, stays as it is until the user has answered what is to
become of it; then it is kept among the copies.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import platformdirs

from hsigui.document.scene_state import SceneState
from hsigui.errors import HsiError
from hsigui.storage import copies, kept, recovery
from hsigui.storage.kept_scene import KeptScene, SceneFacts
from hsigui.storage.locks import Holder, Lock
from hsigui.storage.project_content import read_project
from hsigui.storage.project_file import SUFFIX, ProjectFile
from hsigui.storage.taking import project_file, take, told_of_folder
from hsigui.texts import say

MOST_AT_ONCE = 99  # windows on one scene
INDEX, INDEXED = "scenes.json", 2000  # which identity a path had last; the paths used longest ago are dropped


@dataclass(frozen=True)
class Left:
    """Labels that were left, to be offered.

    Attributes:
        path: the file that they are in; hand it to `retire` once they are safe or given up.
        from_copy: the file was damaged, and this is what its newest whole copy has.
    """

    scene: KeptScene
    path: Path
    from_copy: bool = False


@dataclass(frozen=True)
class InUse:
    """A file that a living process writes to."""

    path: Path
    holder: Holder


@dataclass
class Findings:
    """What is there of a scene.

    Attributes:
        left: newest first.
        in_use: files that others write to: nothing is wrong with them, and nothing of them is offered.
        earlier: what was left of the file of this path when it held something else.
        told: what was wrong, in sentences.
        state: how the scene was looked at when it was left; None where that is not known.
    """

    left: list[Left] = field(default_factory=list)
    in_use: list[InUse] = field(default_factory=list)
    earlier: list[Left] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    state: SceneState | None = None
    state_of: float = 0.0  # when that was

    def note_state(self, scene: KeptScene, identity: str) -> None:
        """Takes how a scene was looked at, of the newest file that says so."""
        if scene.facts.identity == identity and scene.condition.saved_at >= self.state_of:
            self.state, self.state_of = scene.state, scene.condition.saved_at


@dataclass(frozen=True)
class Taken:
    """A file to write to, and the right to do so.

    Attributes:
        shared: other scenes have it, too: it is not closed with one of them.
    """

    file: ProjectFile
    lock: Lock
    in_use: tuple[InUse, ...] = ()
    told: tuple[str, ...] = ()
    shared: bool = False

    def close(self) -> None:
        """Lets go of the file."""
        if not self.shared:
            self.file.close()
            self.lock.release()


def projects_folder() -> Path:
    """Where the files lie: HSIGUI_STATE_DIR when set, else the platform's folder for state."""
    base = os.environ.get("HSIGUI_STATE_DIR") or platformdirs.user_state_dir("hsigui", appauthor=False)
    return Path(base) / "projects"


class Projects:
    """The files of one user.

    Args:
        folder: where they lie; the program's own place when not given.
        earlier: where earlier versions wrote copies of labels; likewise.
    """

    def __init__(self, folder: Path | None = None, earlier: Path | None = None) -> None:
        self.folder = folder or projects_folder()
        self.earlier = earlier or recovery.state_folder()
        # Looking holds the files that it reads: the journal of the same window must not take that for another's work.
        self._one_at_a_time = threading.RLock()
        self._told_of_folder = False

    def slots(self, identity: str) -> Iterator[Path]:
        """The files that a scene can have, whether they are there or not."""
        yield self.folder / f"{identity}{SUFFIX}"
        for number in range(2, MOST_AT_ONCE + 1):
            yield self.folder / f"{identity}.{number}{SUFFIX}"

    def files(self, identity: str) -> list[Path]:
        """The files that a scene has."""
        found = self.folder.glob(f"{identity}*{SUFFIX}")
        wanted = re.compile(rf"{re.escape(identity)}(\.\d+)?{re.escape(SUFFIX)}")
        return sorted(path for path in found if wanted.fullmatch(path.name))

    def look(self, facts: SceneFacts) -> Findings:
        """What was left of a scene. A damaged file is set aside and its newest whole copy looked at in its place."""
        with self._one_at_a_time:
            return self._look(facts)

    def _look(self, facts: SceneFacts) -> Findings:
        found = Findings()
        copies.sweep(self.folder)
        for path in self.files(facts.identity):
            found.left += self._left_in(path, facts.identity, found)
        found.left += [Left(scene, path) for path, scene in recovery.left_copies(self.earlier, facts, found.told)]
        found.left.sort(key=lambda left: left.scene.condition.saved_at, reverse=True)
        earlier = self._earlier_identity(facts)
        for path in self.files(earlier) if earlier else ():
            found.earlier += self._left_in(path, earlier, found)
        return found

    def read_only(self, in_use: InUse, identity: str) -> KeptScene | None:
        """What another process keeps of a scene at this moment; None when that is nothing.

        Raises:
            HsiError: it cannot be read.
        """
        try:
            return next((scene for scene in read_project(in_use.path) if scene.facts.identity == identity), None)
        except HsiError:
            raise
        except Exception as error:
            raise HsiError(
                say("The labels in {path} cannot be read: {reason}", path=in_use.path, reason=error),
                say("Save them in the other window, and open that file."),
            ) from error

    def take(self, facts: SceneFacts) -> Taken:
        """A new file for a scene: the first place that nobody writes to and where nothing waits for an answer.

        Raises:
            HsiError: there is no such place.
            sqlite3.Error, OSError: the folder cannot be written to.
        """
        with self._one_at_a_time:
            return self._take(facts)

    def _take(self, facts: SceneFacts) -> Taken:
        in_use: list[InUse] = []
        told: list[str] = []
        for path in self.slots(facts.identity):
            lock = take(path)
            if isinstance(lock, Holder):
                in_use.append(InUse(path, lock))
                continue
            try:
                told += lock.told
                if _waits(path, told):
                    lock.release()
                    continue
                copies.retire(path)
                file = project_file(path, lock)
            except BaseException:
                lock.release()
                raise
            self._index(facts)
            self._tell_of_folder(path, lock, told)
            return Taken(file, lock, tuple(in_use), tuple(told))
        raise HsiError(
            say("There are too many files of labels of {name} in {folder}.", name=facts.name, folder=self.folder),
            say("Open the scene and answer what is asked about them."),
        )

    def _tell_of_folder(self, path: Path, lock: Lock, told: list[str]) -> None:
        text = told_of_folder(path, lock)
        if text and not self._told_of_folder:
            told.append(text)
            self._told_of_folder = True

    def retire(self, path: Path) -> None:
        """Takes labels that were left out of use: they are safe elsewhere or given up, and stay among the copies.

        Raises:
            OSError, sqlite3.Error: they cannot be moved.
        """
        if path.suffix == recovery.SUFFIX:
            recovery.retire(path)
            return
        with self._one_at_a_time:
            lock = take(path)
            if isinstance(lock, Holder):  # another window took them up meanwhile
                return
            try:
                copies.retire(path)
            finally:
                lock.release()

    def _left_in(self, path: Path, identity: str, found: Findings) -> list[Left]:
        try:
            lock = take(path)
        except HsiError as error:
            found.told.append(str(error))
            return []
        except OSError as error:
            found.told.append(
                say("The labels in {path} cannot be read: {reason}", path=path, reason=error.strerror or error)
            )
            return []
        if isinstance(lock, Holder):
            found.in_use.append(InUse(path, lock))
            return []
        try:
            reading = copies.read_or_replace(path)
        finally:
            lock.release()
        found.told += (*lock.told, *reading.told)
        copied = reading.copy is not None
        for scene in reading.scenes:
            found.note_state(scene, identity)
        return [
            Left(scene, path, copied)
            for scene in reading.scenes
            if scene.facts.identity == identity and (scene.at_stake or (copied and scene.labelled))
        ]

    def _index(self, facts: SceneFacts) -> None:
        if facts.path:
            entries = kept.load(self.folder / INDEX, "scenes")
            entries[_place(facts)] = {"identity": facts.identity, "used": time.time()}
            kept.save(self.folder / INDEX, "scenes", entries, INDEXED)

    def _earlier_identity(self, facts: SceneFacts) -> str:
        """Of what the path of a scene held when it was labelled last; empty for the same."""
        entry = kept.load(self.folder / INDEX, "scenes").get(_place(facts)) if facts.path else None
        identity = str(entry.get("identity", "")) if isinstance(entry, dict) else ""
        return identity if identity != facts.identity and re.fullmatch(r"[0-9a-f]{32}", identity) else ""


def _waits(path: Path, told: list[str]) -> bool:
    """Whether what a place holds is to stay there: until the user has answered, or as long as it cannot be read."""
    if not path.exists():
        return False
    reading = copies.read_or_replace(path)
    told += reading.told
    return any(scene.at_stake for scene in reading.scenes) or reading.stays


def _place(facts: SceneFacts) -> str:
    """A file of several scenes has several entries; the data of a header are found under the header's name."""
    return f"{facts.path}\n{facts.variable}"
