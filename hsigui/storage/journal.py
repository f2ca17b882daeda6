"""The journal: a thread that writes what is drawn into files, as fast as the disk takes it, and never stops trying.

Whoever draws hands over what changed and goes on. What comes while a write is under way is written together by the
next one, so brisk work makes writes larger and not later. What cannot be written is kept, told, and tried again.
"""

from __future__ import annotations

import itertools
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.storage import copies
from hsigui.storage.database import Damaged
from hsigui.storage.kept_scene import Change, SceneFacts, Surroundings
from hsigui.storage.named import NamedProject
from hsigui.storage.placing import Placing
from hsigui.storage.projects import InUse, Projects, Taken
from hsigui.storage.scene_import import SceneImport
from hsigui.texts import say

REST_SECONDS = 0.1  # from the end of a write to the begin of the next
RETRY_SECONDS = 2.0  # from a write that failed to the next try
FIRST_COPY_SECONDS, COPY_SECONDS = 60.0, 600.0  # from the first write to the first copy, and from copy to copy


@dataclass(frozen=True)
class Health:
    """How the journal fares.

    Attributes:
        problem: why labels are not on the disk, in words; empty where all goes well.
        failures: how many tries failed since it last went well.
        in_use: files of the scenes that others write to, found when this one's own was made; each told once.
        told: sentences about damaged files, each told once.
    """

    problem: str = ""
    failures: int = 0
    in_use: tuple[InUse, ...] = ()
    told: tuple[str, ...] = ()


@dataclass
class _Book:
    """A scene and its file."""

    plain: Cube
    facts: SceneFacts | None = None
    taken: Taken | None = None
    change: Change | None = None  # not on the disk yet
    around: Surroundings | None = None  # likewise
    after: list[Callable[[], None]] = field(default_factory=list)  # what is done once it is
    closing: bool = False
    own: Path | None = None  # the file, where it is no project of the user
    copied_at: float = 0.0
    copied: bool = True  # nothing was written since the last copy
    has_copy: bool = False

    @property
    def waits(self) -> bool:
        """Whether something is to be written, or done once it is."""
        return self.change is not None or self.around is not None or bool(self.after)


def _nothing() -> None:
    """Where there is no file to put away."""


class Journal:
    """Writes the changes of the scenes of one window.

    Args:
        projects: where the files lie.
    """

    def __init__(self, projects: Projects) -> None:
        self.projects = projects
        self._books: dict[int, _Book] = {}
        self._closed = itertools.count(-1, -1)  # in place of their ids
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._ends = False
        self._gives_up = False
        self._at_work = False
        self._working: _Book | None = None
        self._failing_until = 0.0
        self._health = Health()
        self._named: NamedProject | None = None
        self._placing = Placing()

    # For the thread that draws

    def use(self, project: NamedProject | None) -> None:
        """Has scenes written into a project of the user from now on, those whose file is asked for next; None for
        files of their own."""
        with self._wake:
            self._named = project

    def know(self, scene: int, plain: Cube, facts: SceneFacts) -> None:
        """Hands over which scene it is, where that is known already."""
        with self._wake:
            self._books.setdefault(scene, _Book(plain)).facts = facts

    def put(self, scene: int, plain: Cube, change: Change) -> None:
        """Hands over a change of a scene; returns at once.

        Args:
            scene: its id.
            plain: the scene as its file has it, of which the file to write to is found.
        """
        with self._wake:
            book = self._books.setdefault(scene, _Book(plain))
            book.change = change if book.change is None else book.change.followed_by(change)
            self._start()

    def put_around(self, scene: int, plain: Cube, around: Surroundings) -> None:
        """Hands over what is beside the labels of a scene; returns at once."""
        with self._wake:
            book = self._books.setdefault(scene, _Book(plain))
            book.plain, book.around = plain, around  # it may have been read again
            self._start()

    def after_writing(self, scene: int, call: Callable[[], None]) -> None:
        """Has something done, on the journal's thread, once all that was handed over of a scene is on the disk."""
        with self._wake:
            if scene in self._books:
                self._books[scene].after.append(call)
                self._start()

    def close_scene(self, scene: int, *, anew: bool = False) -> Callable[[], None]:
        """Lets go of a scene's file once all is on the disk; what is handed over from now on goes into another.

        Args:
            anew: everything is handed over again, so that what waits for a first write need not be written.

        Returns:
            what puts the file away, where it is no project of the user: to be done on the journal's thread once its
            labels are safe elsewhere.
        """
        with self._wake:
            book = self._books.pop(scene, None)
            idle = book is not None and book.taken is None and book is not self._working
            if book is None or (idle and (anew or not book.waits)):
                return _nothing
            book.closing = True
            self._books[next(self._closed)] = book
            self._start()

        def retire() -> None:
            if book.own is not None:  # it may be made only now, by a write that was under way
                self.projects.retire(book.own)

        return retire

    def settle(self, timeout: float = 10.0) -> bool:
        """Waits until all that was handed over is on the disk; returns whether it is."""
        with self._wake:
            return self._wake.wait_for(lambda: not self._at_work and not self._to_do(), timeout)

    def close(self, timeout: float = 10.0) -> bool:
        """Writes what is left and ends the thread; returns whether all is on the disk."""
        with self._wake:
            self._ends = True
            thread = self._thread
            self._wake.notify_all()
        if thread is not None:
            thread.join(timeout)
            with self._wake:
                self._gives_up = True
                self._wake.notify_all()
            thread.join(timeout)
        with self._wake:
            return not self._to_do()

    def own_file(self, scene: int) -> Path | None:
        """The file of a scene; None as long as nothing was written."""
        with self._wake:
            book = self._books.get(scene)
            return None if book is None or book.taken is None else book.taken.file.path

    def own_files(self) -> set[Path]:
        """The files of all scenes that are open."""
        with self._wake:
            return {book.taken.file.path for book in self._books.values() if book.taken is not None}

    @property
    def busy(self) -> bool:
        """Whether something is not on the disk yet, or not in its place."""
        with self._wake:
            return self._at_work or bool(self._to_do()) or self._placing.waits

    def health(self) -> Health:
        """How it fares; what is told once is told by this call."""
        with self._wake:
            found = self._health
            self._health = Health(found.problem, found.failures)
            return found

    # The thread that writes

    def _start(self) -> None:
        if self._thread is None:
            self._ends = self._gives_up = False
            self._thread = threading.Thread(target=self._run, name="journal", daemon=True)
            self._thread.start()
        self._wake.notify_all()

    def _to_do(self) -> list[int]:
        return [n for n, b in self._books.items() if b.waits or b.closing]

    def _run(self) -> None:
        while True:
            with self._wake:
                self._wake.wait_for(lambda: self._ends or self._to_do(), self._seconds_to_rest())
                wait = self._failing_until - time.monotonic()
                if wait > 0:  # in vain a moment ago; at the end it is tried once more at once
                    self._wake.wait_for(lambda: self._ends, wait)
                numbers, self._at_work = self._to_do(), True
                ends = self._ends
            failed = [number for number in numbers if not self._write(number)]
            self._tell(*self._placing.place_due())
            if not failed:
                self._copy_due()
            with self._wake:
                self._at_work = False
                self._wake.notify_all()
                if ends and (not self._to_do() or self._gives_up or failed):
                    self._thread = None
                    self._let_go()
                    return
                self._wake.wait_for(lambda: self._ends, REST_SECONDS)

    def _seconds_to_rest(self) -> float | None:
        """How long nothing is to be done of itself; None for ever."""
        due = [self._copy_at(book) - time.monotonic() for book in self._books.values() if not book.copied]
        to_place = self._placing.seconds()
        due += [] if to_place is None else [to_place]
        return max(0.1, min(due)) if due else None

    def _write(self, number: int) -> bool:
        """Writes what waits of a scene; returns whether that went well."""
        with self._wake:
            book = self._books.get(number)
            if book is None:  # its scene was closed meanwhile: it waits under another number
                return True
            change, book.change = book.change, None
            around, book.around = book.around, None
            after, book.after = book.after, []
            closing = book.closing
            self._working = book
        try:
            if change is not None or around is not None:
                if around is not None:
                    around = replace(around, imported=SceneImport.of(book.plain))
                file = self._file_of(book).file
                file.write(book.facts or SceneFacts.of(book.plain), change, around)
                self._placing.note(file)
                if book.copied:
                    book.copied, book.copied_at = False, book.copied_at or time.monotonic()
            for call in after:
                self._do_after(call)
            if closing:
                self._end(book)
        except Exception as error:  # noqa: BLE001 - whatever it is, labels are not safe, and that is told
            with self._wake:
                if change is not None:
                    book.change = change if book.change is None else change.followed_by(book.change)
                book.around = book.around or around
                book.after = [*after, *book.after]
                self._fail(error)
            return False
        finally:
            with self._wake:
                self._working = None
        with self._wake:
            if closing and not book.waits:
                del self._books[number]
            self._health = Health(in_use=self._health.in_use, told=self._health.told)
        return True

    def _do_after(self, call: Callable[[], None]) -> None:
        try:
            call()
        except (OSError, sqlite3.Error, HsiError, Damaged) as error:
            # Labels are safe all the same: what could not be put away is offered again.
            self._tell(say("An earlier file of labels could not be put away: {error}", error=error))

    def _tell(self, *texts: str) -> None:
        with self._wake:
            known = self._health
            self._health = Health(known.problem, known.failures, known.in_use, (*known.told, *texts))

    def _file_of(self, book: _Book) -> Taken:
        if book.facts is None:
            book.facts = SceneFacts.of(book.plain)
        if book.taken is None:
            place = self.projects if self._named is None else self._named
            taken = place.take(book.facts)
            if self._named is not None and book.facts.identity in taken.file.scenes():
                self._named.copy_once()  # what the project had of it is about to be written over
            with self._wake:
                book.taken = taken
                book.own = taken.file.path if self._named is None else None
                known = self._health
                self._health = Health(
                    known.problem, known.failures, (*known.in_use, *taken.in_use), (*known.told, *taken.told)
                )
        return book.taken

    def _fail(self, error: Exception) -> None:
        reason = getattr(error, "strerror", None) or getattr(error, "message", None) or str(error)
        known = self._health
        problem = str(reason or type(error).__name__)
        self._health = Health(problem, known.failures + 1, known.in_use, known.told)
        self._failing_until = time.monotonic() + RETRY_SECONDS

    # Copies

    def _copy_at(self, book: _Book) -> float:
        return book.copied_at + (COPY_SECONDS if book.has_copy else FIRST_COPY_SECONDS)

    def _copy_due(self) -> None:
        for book in [*self._books.values()]:
            if not book.copied and time.monotonic() >= self._copy_at(book):
                self._copy(book)

    def _copy(self, book: _Book) -> None:
        path = None if book.taken is None else book.taken.file.path
        for other in [*self._books.values()]:
            if other is book or (other.taken is not None and other.taken.file.path == path):
                other.copied, other.has_copy, other.copied_at = True, True, time.monotonic()
        if path is None or book.taken is None:
            return
        try:
            book.taken.file.copy_to(copies.new_copy_path(path))
            copies.prune(path)
        except Exception as error:  # noqa: BLE001 - the labels are safe, and the thread has to go on
            self._tell(say("A copy of the labels could not be made: {error}", error=error))

    def _end(self, book: _Book) -> None:
        if book.taken is not None:
            taken, book.taken = book.taken, None
            if not taken.shared:
                self._tell(*self._placing.end(taken.file))
            taken.close()

    def _let_go(self) -> None:
        """Closes all files; what could not be written stays in memory, for `close` to tell."""
        for number, book in [*self._books.items()]:
            self._end(book)
            if not book.waits:
                del self._books[number]
        self._tell(*self._placing.place_all())
