"""Saving without leaving halves: what is written lies beside its place, on the disk, before it is renamed into it."""

from __future__ import annotations

import glob
import itertools
import os
import re
import socket
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.texts import say

_numbers = itertools.count()
# Which machine a process is of: folders may be shared by several.
HOST = f"{zlib.crc32(socket.gethostname().encode('utf-8', 'surrogateescape')):08x}"
_MARK = re.compile(r"-(?:([0-9a-f]{8})-)?(\d+)-\d+-part(?:\.[^.]*)*(?:-journal)?$")
OLD_SECONDS = 24 * 3600.0  # after which what another machine left is left over


@contextmanager
def written_beside(*targets: Path) -> Iterator[tuple[Path, ...]]:
    """Gives one scratch path for each target, in its folder; on leaving they are renamed to the targets, in order.

    The suffix of a target is kept, because writers choose the format by it. When the block raises, the scratch files
    are removed and the targets stay as they were.

    Raises:
        HsiError: the folder cannot be made or written to, or the disk is full.
    """
    try:
        with _put_in_place(*targets) as scratch:
            yield scratch
    except OSError as error:
        reason = error.strerror or str(error)
        raise HsiError(
            say("{first_targets} cannot be written: {reason}.", first_targets=targets[0], reason=reason),
            say("Choose a folder that you may write to."),
        ) from error


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file such that either the old or the whole new one is there, whatever happens; makes its folder.

    Raises:
        OSError: the folder cannot be made or written to, or the disk is full.
    """
    with _put_in_place(path, suffixes=False) as (scratch,):
        scratch.write_bytes(content)


@contextmanager
def _put_in_place(*targets: Path, suffixes: bool = True) -> Iterator[tuple[Path, ...]]:
    # The number keeps two threads apart that write the same file at once: the last to end has the last word. Without
    # a suffix, what a killed process leaves behind is taken for no finished file.
    mark = scratch_mark()
    scratch = tuple(t.with_name(f".{t.stem}-{mark}{t.suffix if suffixes else ''}") for t in targets)
    try:
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(target)
        yield scratch
        for source in scratch:
            _flush(source)
        for source, target in zip(scratch, targets, strict=True):
            source.replace(target)
    finally:
        for source in scratch:
            with suppress(OSError):  # where the folder could not be made; that is being raised
                source.unlink(missing_ok=True)


def scratch_mark() -> str:
    """What a name of a scratch file ends in before its suffix: whose it is."""
    return f"{HOST}-{os.getpid()}-{next(_numbers)}-part"


def is_left_over(path: Path) -> bool:
    """Whether a scratch file is of a process that is no more."""
    found = _MARK.search(path.name)
    if found is None:
        return False
    host, pid = found.groups()
    if host == HOST:
        return not _is_alive(int(pid))
    try:
        return time.time() - path.stat().st_mtime > OLD_SECONDS
    except OSError:  # gone meanwhile
        return False


def _sweep(target: Path) -> None:
    """Removes what killed processes left of earlier saves of a file; nothing else in its folder is touched."""
    for path in target.parent.glob(f".{glob.escape(target.stem)}-*-part*"):
        if is_left_over(path):
            with suppress(OSError):  # of another user, say: it is no hindrance
                path.unlink()


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return True
    if os.name == "nt":  # there, os.kill would end the process
        import ctypes

        query = 0x1000  # PROCESS_QUERY_LIMITED_INFORMATION
        handle = ctypes.windll.kernel32.OpenProcess(query, False, pid)  # type: ignore[attr-defined]
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)  # type: ignore[attr-defined]
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _flush(path: Path) -> None:
    """Waits until a file is on the disk: a rename that outlives a power cut must not lead to an empty file."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
