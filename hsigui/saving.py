"""Saving without leaving halves: what is written lies beside its place, on the disk, before it is renamed into it."""

from __future__ import annotations

import errno
import glob
import itertools
import os
import re
import shutil
import socket
import time
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.locking import alone
from hsigui.seen import SeenFiles, Stamp, stamp
from hsigui.sizes import size_text
from hsigui.texts import say

NEXT_TO_NOTHING = 64 * 1024  # bytes

_numbers = itertools.count()
_LONGEST_NAME = 255  # bytes, on most file systems
# Which machine a process is of: folders may be shared by several.
HOST = f"{zlib.crc32(socket.gethostname().encode('utf-8', 'surrogateescape')):08x}"
_MARK = re.compile(r"-(?:([0-9a-f]{8})-)?(\d+)-\d+-part(?:\.[^.]*)*(?:-journal)?$")
OLD_SECONDS = 24 * 3600.0  # after which what another machine left is left over
_kept: SeenFiles | None = None


class ChangedByOthersError(HsiError):
    """Files that were about to be written over are not those that were seen last; they are left as they are.

    Attributes:
        stamps: the files, with what they are now.
    """

    def __init__(self, stamps: Mapping[Path, Stamp], hint: str) -> None:
        super().__init__(
            say("{path} was changed by another program in the meantime, and is left as it is.", path=min(stamps)), hint
        )
        self.stamps = dict(stamps)


@dataclass
class _Watched:
    """What `changes_refused` looks after."""

    seen: SeenFiles
    placed: set[Path] = field(default_factory=set)


_watched: ContextVar[_Watched | None] = ContextVar("watched", default=None)


@contextmanager
def changes_refused(seen: SeenFiles) -> Iterator[set[Path]]:
    """Within the block this thread writes over no file that somebody else has changed since it was seen.

    It is looked at directly before the rename, and what is put in place is noted as seen, both while all who save with
    this program are kept from the file.

    Yields:
        the files that were put in place, to be read after the block.

    Raises:
        ChangedByOthersError: where a file is written that was changed.
    """
    watched = _Watched(seen)
    token = _watched.set(watched)
    try:
        yield watched.placed
    finally:
        _watched.reset(token)


@contextmanager
def others_kept() -> Iterator[SeenFiles]:
    """Within the block nothing is written over a file that somebody else has changed since it was noted.

    For a program that can ask nobody, such as a command; of the whole process, whichever thread writes.

    Yields:
        where to note the files, as they are at first.
    """
    global _kept
    before, _kept = _kept, SeenFiles()
    try:
        yield _kept
    finally:
        _kept = before


def others_are_kept() -> bool:
    """Whether this process is within such a block."""
    return _kept is not None


def written_together(*paths: Path) -> None:
    """Takes files out of what `others_kept` looks after: several processes make them anew from the same record, so what
    another has changed there is no loss."""
    if _kept is not None:
        _kept.forget(paths)


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
            what_to_do(targets[0], error),
        ) from error


@contextmanager
def folder_beside(target: Path, is_ours: Callable[[Path], bool]) -> Iterator[Path]:
    """Gives an empty scratch folder in the folder of a target; on leaving it takes the target's place. When the block
    raises, it is removed, and the target stays as it was.

    Args:
        is_ours: whether what stands there may be replaced.

    Raises:
        HsiError: something else stands there, the folder cannot be made or written to, or the disk is full.
    """
    if target.exists() and not is_ours(target):
        raise HsiError(
            say("{path} is there already, and is of another kind.", path=target), say("Choose another name.")
        )
    mark = scratch_mark()
    scratch, old = _beside(target, mark, target.suffix), _beside(target, mark, ".old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
        scratch.mkdir()
        yield scratch
        _flush_all(scratch)
        with alone([_beside(target, "lock", "")]):
            if target.exists():
                target.rename(old)
            try:
                scratch.rename(target)
            except OSError:
                if old.exists():
                    old.rename(target)
                raise
    except OSError as error:
        raise HsiError(
            say("{path} cannot be written: {reason}.", path=target, reason=error.strerror or error),
            what_to_do(target, error),
        ) from error
    finally:
        for folder in (scratch, old):
            shutil.rmtree(folder, ignore_errors=True)  # what is left is swept by the next save


def _flush_all(folder: Path) -> None:
    """Waits until all files of a folder are on the disk. There may be many thousands: so the system is asked to write
    all that waits at once, where it can be, and then each file only whether that went well."""
    if hasattr(os, "sync"):
        os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            _flush(path)


def what_to_do(path: Path, error: Exception) -> str:
    """What is to be said of a file that cannot be written. Libraries tell of a full disk in words of their own, or not
    at all: so the disk is looked at too."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or "disk is full" in str(error) or _next_to_nothing_is_free(path.parent):
        return say("Make room on that disk, or choose a folder on another one. What was saved before is as it was.")
    return say("Choose a folder that you may write to.")


def _next_to_nothing_is_free(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < NEXT_TO_NOTHING
    except OSError:
        return False


def require_disk(path: Path, needed: int, hint: str) -> None:
    """Refuses to begin what may not fit on a disk.

    Args:
        path: that is to be written.
        needed: bytes.
        hint: what can be done.

    Raises:
        HsiError: fewer are free there.
    """
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise HsiError(
            say("The disk of {path} has {free} free, and {needed} may be needed.", path=path,
                free=size_text(free), needed=size_text(needed)),
            hint,
        )  # fmt: skip


def write_text(path: Path, text: str) -> list[Path]:
    """Writes a file of text as UTF-8, its ends of lines as they are, as `written_beside` does; gives it back.

    Raises:
        HsiError: it cannot be written.
    """
    with written_beside(path) as (scratch,):
        scratch.write_bytes(text.encode("utf-8"))
    return [path]


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
    scratch = tuple(_beside(target, mark, target.suffix if suffixes else "") for target in targets)
    try:
        for target in targets:
            target.parent.mkdir(parents=True, exist_ok=True)
            _sweep(target)
        yield scratch
        for source in scratch:
            _flush(source)
        _rename(scratch, targets)
    finally:
        for source in scratch:
            with suppress(OSError):  # where the folder could not be made; that is being raised
                source.unlink(missing_ok=True)


def _beside(target: Path, mark: str, suffix: str) -> Path:
    """A scratch path whose name is no longer than names may be, whatever that of the target."""
    tail = f"-{mark}{suffix}"
    room = max(0, _LONGEST_NAME - 1 - len(os.fsencode(tail)))
    stem = os.fsencode(target.stem)[:room].decode("utf-8", "ignore")
    return target.with_name(f".{stem}{tail}")


def _rename(scratch: Sequence[Path], targets: Sequence[Path]) -> None:
    """Puts finished files in their places, unless somebody has changed what is there and it is looked after."""
    watched = _watched.get()
    # A file is the same one after its rename, by all that is in its stamp: so it is read before others have to wait.
    stamps = {} if watched is None else {target: stamp(source) for source, target in zip(scratch, targets, strict=True)}
    with alone(_beside(target, "lock", "") for target in targets):
        _refuse_changed(targets, watched)
        for source, target in zip(scratch, targets, strict=True):
            source.replace(target)
        if watched is not None:
            watched.seen.take({target: known for target, known in stamps.items() if known is not None})
            watched.placed.update(targets)


def _refuse_changed(targets: Sequence[Path], watched: _Watched | None) -> None:
    """Refuses targets that are looked after and that somebody has changed; what `others_kept` knew of the rest goes."""
    changed = {} if watched is None else watched.seen.changed(targets)
    if changed:
        raise ChangedByOthersError(changed, say("Choose another name."))
    if _kept is None:
        return
    changed = _kept.changed(targets)
    if changed:
        raise ChangedByOthersError(changed, say("Choose another name, or add --overwrite."))
    _kept.forget(targets)  # from here on it is ours, and may be written again


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
        return not is_alive(int(pid))
    try:
        return time.time() - path.stat().st_mtime > OLD_SECONDS
    except OSError:  # gone meanwhile
        return False


def _sweep(target: Path) -> None:
    """Removes what killed processes left of earlier saves of a file; nothing else in its folder is touched."""
    for path in target.parent.glob(f".{glob.escape(target.stem)}-*-part*"):
        if is_left_over(path):
            with suppress(OSError):  # of another user, say: it is no hindrance
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs; True where that cannot be known."""
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
