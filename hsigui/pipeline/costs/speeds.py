"""How fast a disk reads and writes, by a short trial on it. Loads no torch."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.texts import say

PIECE = 4 * 2**20  # bytes read or written at once
MOST_READ, MOST_WRITTEN = 256 * 2**20, 64 * 2**20
LEAST = 2 * PIECE  # bytes: of less nothing can be said
SECONDS = 3.0  # that a trial takes at most

Clock = Callable[[], float]


def reading_speed(
    files: Sequence[Path], check: Callable[[], None] = lambda: None, clock: Clock = time.perf_counter
) -> float | None:
    """Bytes a second that files are read with, by pieces spread over the largest of them; None where they are too small
    to tell.

    What the system holds of these pieces in memory is dropped first, where it can be asked for that (Linux), so that
    the disk is measured rather than the memory; the cache of the disk itself and of a server is not known to us.

    Args:
        check: called between pieces; may raise to stop.

    Raises:
        HsiError: a file cannot be read.
    """
    done, seconds = 0, 0.0
    for path in sorted(files, key=_size, reverse=True):
        try:
            with path.open("rb", buffering=0) as file:
                size = os.fstat(file.fileno()).st_size
                for place in _spread(size):
                    check()
                    _forget(file.fileno(), place)
                    file.seek(place)
                    begun = clock()
                    done += len(file.read(PIECE))
                    seconds += clock() - begun
                    if done >= MOST_READ or seconds > SECONDS:
                        return done / seconds
        except OSError as error:
            raise HsiError(
                say("{path} cannot be read: {error}.", path=path, error=error.strerror or error),
                say("Is the disk still there?"),
            ) from error
    return done / seconds if done >= LEAST and seconds > 0 else None


def writing_speed(
    folder: Path, check: Callable[[], None] = lambda: None, clock: Clock = time.perf_counter
) -> float | None:
    """Bytes a second that a folder takes until they are on the disk, by a file that is removed at once; None where
    nothing can be written there.

    Args:
        check: called between pieces; may raise to stop.
    """
    piece = os.urandom(PIECE)
    try:
        with tempfile.TemporaryFile(dir=folder, prefix=".hsigui-plan-") as file:
            begun, done = clock(), 0
            while done < MOST_WRITTEN and clock() - begun < SECONDS:
                check()
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
                done += PIECE
            return done / max(clock() - begun, 1e-6)
    except OSError:
        return None  # a read-only disk: what is to be written goes elsewhere


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _spread(size: int) -> list[int]:
    """Where pieces begin: all over a file, not one after the other, and no byte twice."""
    whole = [place * PIECE for place in range(size // PIECE)] or ([0] if size else [])
    count = MOST_READ // PIECE
    return whole if len(whole) <= count else [whole[number * len(whole) // count] for number in range(count)]


def _forget(number: int, place: int) -> None:
    """Has the system drop what it holds of a piece."""
    if hasattr(os, "posix_fadvise"):
        os.posix_fadvise(number, place, PIECE, os.POSIX_FADV_DONTNEED)
