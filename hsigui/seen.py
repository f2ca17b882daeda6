"""Files as they were when the program read or wrote them last, to see whether somebody else has changed them since.

A file is another one when its size or its content is; a time alone tells nothing, as a copy or a `touch` changes it.
Statistics that GIS programs keep beside a raster are nobody's work.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STATISTICS = ".aux.xml"  # GIS programs write it anew when they only look at the file that it lies beside


@dataclass(frozen=True)
class Stamp:
    """What a file was at one moment.

    Attributes:
        size: in bytes.
        changed_at: in nanoseconds since the epoch; of use only to save the reading of what was not touched.
        inode: of the file; another one where it was replaced.
        digest: SHA-256 of its content.
    """

    size: int
    changed_at: int
    inode: int
    digest: str


def stamp(path: Path) -> Stamp | None:
    """What a file is now, read whole; None where there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return None
    return Stamp(about.st_size, about.st_mtime_ns, about.st_ino, digest)


class SeenFiles:
    """What files were when they were read or written last. May be used from several threads."""

    def __init__(self) -> None:
        self._stamps: dict[Path, Stamp] = {}
        self._lock = threading.Lock()

    def note(self, paths: Iterable[Path]) -> None:
        """Files are read now, or were just written; those that are not there are forgotten.

        Raises:
            OSError: one cannot be read.
        """
        found = {_whole(path): stamp(path) for path in paths}
        with self._lock:
            for path, known in found.items():
                if known is None:
                    self._stamps.pop(path, None)
                else:
                    self._stamps[path] = known

    def note_before_reading(self, *paths: Path) -> None:
        """As `note`; what cannot be read is left to whoever reads it next to tell."""
        with suppress(OSError):
            self.note(paths)

    def forget(self, paths: Iterable[Path]) -> None:
        """Whatever the files are is nobody else's any more."""
        with self._lock:
            for path in paths:
                self._stamps.pop(_whole(path), None)

    def take(self, stamps: Mapping[Path, Stamp]) -> None:
        """Files of these stamps were written here, or the user has agreed that they are written over."""
        with self._lock:
            self._stamps.update({_whole(path): known for path, known in stamps.items()})

    def changed(self, paths: Iterable[Path]) -> dict[Path, Stamp]:
        """Those of the files that were seen and hold something else now, with what they are.

        Raises:
            OSError: one cannot be read.
        """
        found: dict[Path, Stamp] = {}
        for path in paths:
            if path.name.endswith(STATISTICS):
                continue
            with self._lock:
                known = self._stamps.get(_whole(path))
            now = None if known is None or _untouched(path, known) else stamp(path)
            if known is not None and now is not None and (now.size, now.digest) != (known.size, known.digest):
                found[path] = now
        return found


def free_name(path: Path, taken: Callable[[Path], bool] = Path.exists) -> Path:
    """A name beside a file under which there is nothing yet: `labels-2.tif`, or the next number that is free.

    Args:
        taken: whether there is something under a name already.
    """
    others = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    return next(other for other in others if not taken(other))


def _untouched(path: Path, known: Stamp) -> bool:
    """Whether a file is by all that the folder tells the same, so that it need not be read."""
    try:
        now = path.stat()
    except FileNotFoundError:
        return True  # there is nothing that could be written over
    return (now.st_size, now.st_mtime_ns, now.st_ino) == (known.size, known.changed_at, known.inode)


def _whole(path: Path) -> Path:
    """A path by which two names of one file are seen to be the same."""
    return Path(os.path.normcase(path.expanduser().resolve()))
