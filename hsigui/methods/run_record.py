"""run.json, the record of a run: its settings, and the SHA-256 of every file of its folder, its own included.

What is read from a run is held against these sums, so that no damage is used unnoticed. Runs of earlier versions have
none: they open as they are ("not checked"), and get sums when something is next written into them. README.md has
none, for people may edit it, and nothing is read from it. Standard library only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from hsigui import untrusted
from hsigui.errors import HsiError
from hsigui.saving import written_beside
from hsigui.texts import say

SETTINGS = "run.json"
NEWEST_FORMAT = 3  # of the settings; see `checkpoint`
SUMS, SEALED = "sha256", "sealed"
BESIDE = "sha256.json"  # holds the sums of features in a folder that is no run
FILES_WITH_SUMS = (
    "*.safetensors",
    "probe.json",
    "accuracy.json",
    "features-*.npy",
    "features-*.npz",
    "features-*.json",
)
WITHOUT_SUMS = ("resume.safetensors", BESIDE)  # the first checks itself, as it is there before the run
KEYS_BEFORE_SUMS = frozenset({
    "format", "program", "spec", "settings", "epochs", "plan", "scene", "scenes", "bands", "from", "device", "seconds",
    "losses", "command", "recipe", "monitor", "stopped", "precision", "threads",
})  # fmt: skip
PIECE = 4 * 2**20  # bytes hashed between two looks at whether to stop

_changing = threading.RLock()


def sum_of(content: bytes) -> str:
    """SHA-256 of some bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def sum_of_file(file: BinaryIO, told: Callable[[int], None] = lambda _done: None) -> str:
    """SHA-256 of the rest of an open file, in hex; tells how many bytes are done, often.

    Raises:
        OSError: the file cannot be read.
    """
    digest, done = hashlib.sha256(), 0
    while piece := file.read(PIECE):
        told(done)
        digest.update(piece)
        done += len(piece)
    return digest.hexdigest()


def text_of(settings: Mapping[str, Any], sums: Mapping[str, str]) -> str:
    """What run.json holds: settings, and the sums of the files of its folder by their names.

    That there are sums is said at the head as well as at the foot, so that damage does not pass for a run of earlier
    days, which has none.
    """
    plain = json.loads(json.dumps(without_sums(settings)))  # as it will be read
    told = dict(sorted((name, value) for name, value in sums.items() if name != SETTINGS))
    sealed = {SEALED: True, **plain, SUMS: {**told, SETTINGS: _own_sum(plain, told)}}
    return json.dumps(sealed, indent=1)


def without_sums(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings alone, which stay the same while files come and go in the folder."""
    return {name: value for name, value in settings.items() if name not in (SUMS, SEALED)}


def read(folder: Path) -> dict[str, Any]:
    """What the run.json of a folder says, sums included.

    Raises:
        FileNotFoundError: there is none.
        HsiError: it cannot be read, is damaged or of a newer version.
    """
    path = folder / SETTINGS
    try:
        found = untrusted.json_of(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(folder, str(error)) from error
    if not isinstance(found, dict):
        raise _damaged(folder, say("it holds no settings"))
    if isinstance(form := found.get("format"), int) and form > NEWEST_FORMAT:
        raise HsiError(
            say(
                "The run {folder} was written by a newer version ({program}).",
                folder=folder,
                program=found.get("program", say("unknown")),
            ),
            say("Update hsigui."),
        )
    if SUMS not in found and SEALED not in found and found.keys() <= KEYS_BEFORE_SUMS:
        return found  # of a version that wrote no sums
    sums = found.get(SUMS)
    if not isinstance(sums, dict) or sums.get(SETTINGS) != _own_sum(without_sums(found), sums):
        raise _damaged(folder, say("its own SHA-256 is another"))
    return found


def sums_of(folder: Path) -> Mapping[str, str] | None:
    """The sums of the files of a folder, by their names; None where none were written down.

    Raises:
        HsiError: the record is damaged.
    """
    try:
        found: Mapping[str, str] | None = read(folder).get(SUMS)
    except FileNotFoundError:
        return _sums_beside(folder)
    return found


def checked(folder: Path, name: str) -> bytes:
    """The content of a file of a run, whose sum is the one that was written down, where one was.

    Raises:
        FileNotFoundError: there is no such file.
        OSError: it cannot be read.
        HsiError: it is damaged, or the record of the run is.
    """
    sums, content = sums_of(folder), (folder / name).read_bytes()
    if sums is not None and sums.get(name) != sum_of(content):
        raise changed(folder / name)
    return content


def changed(path: Path) -> HsiError:
    """What is said of a file whose sum is not the one that was written down."""
    return HsiError(
        say("{path} is damaged: its SHA-256 is not the one that was noted when it was written.", path=path),
        say("Take the folder from a copy, or make the run again."),
    )


def note_unchecked(folder: Path) -> str:
    """What is to be said of a run without sums; empty for one that has them, or where there is no run.

    Raises:
        HsiError: the record is damaged.
    """
    try:
        if SUMS in read(folder):
            return ""
    except FileNotFoundError:
        return ""
    return say(
        "The run {name} is of an earlier version, which noted no SHA-256 of its files: damage to them cannot be seen "
        "(not checked).",
        name=folder.name,
    )


@contextlib.contextmanager
def renewed(folder: Path, sums: Mapping[str, str | None]) -> Iterator[tuple[Path, str]]:
    """The file of the record and its text with some sums renewed (None: the file is gone), to be written together with
    the files. No other thread, and where the system can lock a folder no other program, changes the record meanwhile.

    A run of earlier days gets sums of all its files as they are now.

    Raises:
        HsiError: the record is damaged.
    """
    with _alone(folder):
        try:
            settings = read(folder)
        except FileNotFoundError:
            told = {**(_sums_beside(folder) or {}), **sums}
            yield folder / BESIDE, json.dumps({SUMS: {name: value for name, value in told.items() if value}}, indent=1)
            return
        own = settings.get(SUMS)
        known = _found(folder, set(sums)) if own is None else {n: v for n, v in own.items() if n != SETTINGS}
        known |= {name: value for name, value in sums.items() if value}
        gone = {name for name, value in sums.items() if value is None}
        yield folder / SETTINGS, text_of(settings, {n: v for n, v in known.items() if n not in gone})


def put(folder: Path, contents: Mapping[str, bytes], without: Iterable[str] = ()) -> None:
    """Writes files of a run together with the record that knows their sums: all of them or none.

    Args:
        without: names of files that do not go with these; they are removed.

    Raises:
        HsiError: the record is damaged, or the folder cannot be written.
    """
    gone = [name for name in without if name not in contents]
    sums = {**{name: sum_of(content) for name, content in contents.items()}, **dict.fromkeys(gone)}
    targets = [folder / name for name in contents]
    with renewed(folder, sums) as (record, text), written_beside(*targets, record) as (*scratch, about):
        for path, content in zip(scratch, contents.values(), strict=True):
            path.write_bytes(content)
        about.write_text(text, encoding="utf-8")
        keep_time(record, about)
    for name in gone:
        # What another program holds open stays; it is not read any more, as the record has no sum of it.
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)


def note(folder: Path, sums: Mapping[str, str | None]) -> None:
    """Writes sums of files that are in place already; None for those that are gone. When the run was made stays.

    Raises:
        HsiError: the record is damaged or cannot be written.
    """
    with renewed(folder, sums) as (path, text), written_beside(path) as (scratch,):
        scratch.write_text(text, encoding="utf-8")
        keep_time(path, scratch)


def keep_time(path: Path, scratch: Path) -> None:
    """Gives a record that is written again the time of the one before: it says when the run was made."""
    with contextlib.suppress(FileNotFoundError):
        about = path.stat()
        os.utime(scratch, ns=(about.st_atime_ns, about.st_mtime_ns))


def features_sums(folder: Path) -> dict[str, str]:
    """The sums of the features of a folder, which stay when its weights are written again; none where they are not
    known."""
    try:
        known = sums_of(folder) or {}
    except HsiError:  # then they are computed again
        return {}
    return {name: value for name, value in known.items() if name.startswith("features-") and (folder / name).exists()}


def _sums_beside(folder: Path) -> Mapping[str, str] | None:
    """The sums of features in a folder that is no run; none of them fits where they are damaged."""
    try:
        found = json.loads((folder / BESIDE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError):
        return {}
    sums = found.get(SUMS) if isinstance(found, dict) else None
    return sums if isinstance(sums, dict) else {}


def _found(folder: Path, without: set[str]) -> dict[str, str]:
    """The sums of what lies in a folder as it is now."""
    found = {}
    for path in sorted({path for pattern in FILES_WITH_SUMS for path in folder.glob(pattern)}):
        if path.name not in without and path.name not in WITHOUT_SUMS and not path.name.startswith("."):
            with contextlib.suppress(OSError), path.open("rb") as file:  # gone meanwhile: then it needs none
                found[path.name] = sum_of_file(file)
    return found


def _own_sum(plain: Mapping[str, Any], sums: Mapping[str, str]) -> str:
    others = {name: value for name, value in sums.items() if name != SETTINGS}
    return sum_of(json.dumps([plain, others], sort_keys=True).encode())


def _damaged(folder: Path, why: str) -> HsiError:
    return HsiError(
        say("The run {folder} is damaged: {name}: {why}.", folder=folder, name=SETTINGS, why=why),
        say("Take it from a copy, or pretrain again."),
    )


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with _changing:
        handle = _locked(folder)
        try:
            yield
        finally:
            if handle is not None:
                os.close(handle)


def _locked(folder: Path) -> int | None:
    """A handle whose closing ends the lock; None where a folder cannot be locked: on Windows, on some network drives.
    There two programs that write into one run at once can lose a sum, and that file is made again."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        os.close(handle)
        return None
    return handle
