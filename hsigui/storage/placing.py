"""When files that are written on this machine are copied to where they belong: a few seconds after they changed."""

from __future__ import annotations

import sqlite3
import time

from hsigui.errors import HsiError
from hsigui.storage.database import Damaged
from hsigui.storage.placed import PlacedFile
from hsigui.storage.project_file import ProjectFile
from hsigui.texts import say

PLACE_SECONDS = 3.0  # from a change to its copy, or from a try that failed to the next
SHARE = 0.1  # of the time that copying may take, where files are large or drives are slow


class Placing:
    """Knows which files are to be copied, and when. For one thread."""

    def __init__(self) -> None:
        self._due: dict[PlacedFile, float] = {}  # time.monotonic
        self._rests_until: dict[PlacedFile, float] = {}
        self._failing: set[PlacedFile] = set()

    def note(self, file: ProjectFile) -> None:
        """A file was written to."""
        if isinstance(file, PlacedFile) and file.unplaced:
            due = max(time.monotonic() + PLACE_SECONDS, self._rests_until.get(file, 0.0))
            self._due.setdefault(file, due)

    @property
    def waits(self) -> bool:
        """Whether there is one to be copied. May be asked by any thread."""
        return bool(self._due)

    def seconds(self) -> float | None:
        """How long it is until one is to be copied; None for never."""
        return max(0.0, min(self._due.values()) - time.monotonic()) if self._due else None

    def place_due(self) -> list[str]:
        """Copies those whose time has come. Returns what is to be told, in sentences."""
        now = time.monotonic()
        return [text for file, due in [*self._due.items()] if due <= now for text in self._placed(file)]

    def place_all(self) -> list[str]:
        """Copies all that are to be copied, at the end."""
        return [text for file in [*self._due] for text in self._placed(file)]

    def end(self, file: ProjectFile) -> list[str]:
        """Copies a file that is about to be closed, where that is to be done, and thinks of it no more."""
        if not isinstance(file, PlacedFile):
            return []
        told = self._placed(file) if file in self._due else []
        self._due.pop(file, None)
        self._rests_until.pop(file, None)
        self._failing.discard(file)
        return told

    def _placed(self, file: PlacedFile) -> list[str]:
        began = time.monotonic()
        try:
            text = file.place()
        except (Damaged, HsiError, OSError, sqlite3.Error) as error:
            self._due[file] = time.monotonic() + PLACE_SECONDS
            return self._told_of_failure(file, error)
        ended = time.monotonic()
        self._due.pop(file, None)
        self._rests_until[file] = ended + (ended - began) / SHARE
        self._failing.discard(file)
        return [text] if text else []

    def _told_of_failure(self, file: PlacedFile, error: Exception) -> list[str]:
        if file in self._failing:
            return []
        self._failing.add(file)
        return [
            say(
                "What you draw cannot be copied to {path} now ({reason}). It is safe on this machine, in {live}, and "
                "is copied as soon as that goes.",
                path=file.path,
                reason=getattr(error, "strerror", None) or error,
                live=file.database,
            )
        ]
