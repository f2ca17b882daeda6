"""Copies of a project file beside it, what becomes of a damaged one, and which copy is used then."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hsigui.errors import HsiError
from hsigui.saving import is_left_over
from hsigui.storage.database import Damaged, Journal, journal_path, snapshot
from hsigui.storage.kept_scene import Change, KeptScene
from hsigui.storage.project_content import ProjectContent, read_content
from hsigui.storage.project_file import SUFFIX, ProjectFile
from hsigui.storage.whole import copy_database
from hsigui.texts import say

LAST = 5  # copies that are always kept
DAYS = 30  # and beside them one a day, of so many days
DAMAGED = ".damaged"
_STAMP = "%Y%m%d-%H%M%S"


@dataclass
class Reading:
    """What came of reading a project.

    Attributes:
        scenes: what it holds; none where neither the file nor a copy is whole.
        told: what was wrong, in sentences.
        copy: the copy that took its place; None where the file itself is whole.
        stays: the file is there and cannot be read just now, or not by this version of the program.
        window, shown: see `project_file.ProjectContent`.
    """

    scenes: list[KeptScene] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    copy: Path | None = None
    stays: bool = False
    window: dict[str, Any] = field(default_factory=dict)
    shown: str = ""

    def take(self, content: ProjectContent) -> None:
        """Notes what a file has."""
        self.scenes, self.window, self.shown = content.scenes, content.window, content.shown


def copies_folder(path: Path) -> Path:
    """Where the copies of a project file are."""
    return path.with_name(f"{path.stem}.copies")


def copies(path: Path) -> list[Path]:
    """The copies of a project file, newest first."""
    # By the stem: of two in one second, the name with a number is the later one.
    return sorted(copies_folder(path).glob(f"[0-9]*{SUFFIX}"), key=lambda copy: copy.stem, reverse=True)


def new_copy_path(path: Path, now: float | None = None) -> Path:
    """A name for a copy that is made now."""
    stamp = time.strftime(_STAMP, time.localtime(now))
    folder = copies_folder(path)
    names = (f"{stamp}{SUFFIX}", *(f"{stamp}-{number:02}{SUFFIX}" for number in range(1, 100)))
    return next(folder / name for name in names if not (folder / name).exists())


def prune(path: Path) -> None:
    """Drops copies: all but the last five and the last one of each of the last days that have any."""
    found = copies(path)
    newest_of_day = {copy.name[:8]: copy for copy in reversed(found)}
    kept = {*found[:LAST], *(newest_of_day[day] for day in sorted(newest_of_day, reverse=True)[:DAYS])}
    for copy in found:
        if copy not in kept:
            with contextlib.suppress(OSError):  # open in another program: it goes next time
                copy.unlink()


def retire(path: Path) -> None:
    """Takes a project file out of use: it becomes the newest of its copies. Does nothing when it is gone.

    Raises:
        OSError: it cannot be moved.
        sqlite3.Error: it cannot be read just now.
    """
    if not path.exists():
        return
    target = new_copy_path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    journal = journal_path(path)
    # What a killed process had begun is rolled back before the file leaves its journal.
    with closing(snapshot(path)) as memory:
        if not journal.exists():
            path.replace(target)
        else:  # it could not be, where the folder cannot lock
            copy_database(memory, target)
            path.unlink()
            journal.unlink()
    prune(path)


def read_or_replace(path: Path) -> Reading:
    """Reads a project; one that is damaged is set aside, and the newest copy that is whole takes its place.

    Nothing that the bytes of a file do to its reader leaves this function: a file that cannot be read just now (as
    one without rights, or of a later version of the program) stays where it is, and that is said.
    """
    found = Reading()
    try:
        found.take(read_beside_journal(path, found.told))
    except Damaged as damage:
        _replace(path, str(damage), found)
    except (HsiError, sqlite3.Error, OSError, MemoryError) as error:
        found.told.append(_not_read(path, error))
        found.stays = True
    return found


def read_beside_journal(path: Path, told: list[str]) -> ProjectContent:
    """Reads a project to which nobody writes. A journal that a killed process left beside it is played back, unless the
    file is whole as it is and would be another with it: then the journal is of another file, or of an earlier moment,
    and is set aside.

    Raises:
        Damaged: the file is not whole, with the journal and without; both are as they were.
        HsiError, sqlite3.Error, OSError: as `read_content`.
    """
    journal = journal_path(path)
    if not journal.exists():
        return read_content(path)
    alone = _tried(path, Journal.IGNORED)
    played = _tried(path, Journal.ELSEWHERE)
    if isinstance(alone, Damaged):
        if isinstance(played, Damaged):
            raise played
        return read_content(path)
    if isinstance(played, Damaged):
        journal.replace(aside := journal_path(_aside(path)))
        told.append(say("A journal beside {path} is not of this file; it was kept as {aside}.", path=path, aside=aside))
    elif alone.same_labels_as(played):  # as where a process was killed before it wrote anything
        return read_content(path)
    else:  # all had been written but for the end of the journal, or it is of another file
        journal.replace(journal_path(_aside(path)))
    return alone


def _tried(path: Path, journal: Journal) -> ProjectContent | Damaged:
    try:
        return read_content(path, journal)
    except Damaged as damage:
        return damage


def _aside(path: Path) -> Path:
    """A name for a damaged file, neither it nor that of its journal taken."""
    names = (path.with_name(f"{path.name}{DAMAGED}{number or ''}") for number in range(1000))
    return next(name for name in names if not name.exists() and not journal_path(name).exists())


def set_aside(path: Path) -> Path:
    """Renames a damaged file, with the journal that belongs to it. Returns where it is.

    Raises:
        OSError: it cannot be renamed.
    """
    target, journal = _aside(path), journal_path(path)
    # First: a journal that lay beside another file of this name would be played back into it.
    if journal.exists():
        journal.replace(journal_path(target))
    path.replace(target)
    return target


def told_set_aside(path: Path, damage: object) -> str:
    """Renames a damaged file; returns where it is, in a sentence.

    Raises:
        OSError: it cannot be renamed.
    """
    return say("A file of labels is damaged ({damage}); it was kept as {aside}.", damage=damage, aside=set_aside(path))


def sweep(folder: Path) -> None:
    """Removes what killed processes left half-written in a folder of project files and in those of their copies."""
    for pattern in (f".*{SUFFIX}-*-part*", f"*.copies/.*{SUFFIX}-*-part*"):
        for path in folder.glob(pattern):
            if is_left_over(path):
                with contextlib.suppress(OSError):
                    path.unlink()


def _replace(path: Path, damage: str, found: Reading) -> None:
    try:
        found.told.append(told_set_aside(path, damage))
    except OSError as error:
        found.told.append(_not_read(path, error))
        found.stays = True
        return
    for copy in copies(path):
        try:
            content = _put_at_stake(copy, path)
        except Damaged as error:
            found.told.append(say("Its copy {copy} is damaged, too ({error}).", copy=copy, error=error))
        except (HsiError, sqlite3.Error, OSError, MemoryError) as error:
            found.told.append(_not_read(copy, error))
        else:
            found.take(content)
            found.copy = copy
            return
    found.told.append(say("There is no whole copy of it."))


def _put_at_stake(copy: Path, path: Path) -> ProjectContent:
    """Puts a copy in the place of its file, such that it is offered until it is answered, even where its labels were
    saved when it was made. Returns what it holds. A journal beside it is none of a copy's, which is only renamed."""
    content = read_content(copy, Journal.IGNORED, path.parent)
    with tempfile.TemporaryDirectory(prefix="hsigui-") as scratch:
        database = Path(scratch) / path.name
        with closing(snapshot(copy, Journal.IGNORED)) as memory:
            copy_database(memory, database)
        with closing(ProjectFile(path, database)) as file:
            for scene in content.scenes:
                condition = replace(scene.condition, unsaved=True)
                first = condition.forgotten
                file.write(scene.facts, Change(condition, first=first, end=first + len(scene.steps)))
            file.copy_to(path)
    return content


def _not_read(path: Path, error: BaseException) -> str:
    reason = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error) or type(error).__name__
    return say("The labels in {path} cannot be read: {reason}", path=path, reason=reason)
