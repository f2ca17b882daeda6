"""Data files that are gzip streams (`file compression = 1` in ENVI headers): unpacked once, up to an announced size."""

from __future__ import annotations

import shutil
import tempfile
import weakref
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from gzip import BadGzipFile, GzipFile
from pathlib import Path
from typing import Any

from hsigui import stopping
from hsigui.errors import HsiError
from hsigui.texts import say

IN_MEMORY = 256 * 2**20  # bytes; more is unpacked into a temporary file
_CHUNK = 2**20
# Deflate packs at most 1032 bytes into one, so a small file cannot hold a huge scene, whatever its header says.
_BEST_RATIO = 1032


@dataclass(frozen=True)
class Unpacked:
    """The first bytes of a gzip stream, as many as were announced.

    Attributes:
        content: the bytes, or the temporary file that holds them.
        size: number of the bytes; less than announced where the stream ends early.
        more: whether the stream goes on after them.
        damage: why it ended early; empty when it simply did.
    """

    content: bytearray | Path
    size: int
    more: bool
    damage: str = ""


def is_gzip(path: Path) -> bool:
    """Whether a file begins like a gzip stream.

    Raises:
        HsiError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(2) == b"\x1f\x8b"
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error


def can_hold(path: Path, needed: int) -> bool:
    """Whether a gzip file is large enough for so many bytes at the best possible compression."""
    return path.stat().st_size * _BEST_RATIO >= needed


def unpack(path: Path, needed: int) -> Unpacked:
    """Unpacks `needed` bytes and no more, however many the stream holds; never allocates ahead of what it unpacked.

    Raises:
        HsiError: the file cannot be read, or there is no room for the temporary file.
    """
    if needed <= IN_MEMORY:
        content = bytearray()
        size, more, damage = _copied(path, needed, content.extend)
        return Unpacked(content, size, more, damage)
    folder = Path(tempfile.gettempdir())
    if (free := shutil.disk_usage(folder).free) < needed:
        raise HsiError(
            say(
                "There is no room to unpack {name}: {needed} bytes needed, {free} free in {folder}.",
                name=path.name,
                needed=needed,
                free=free,
                folder=folder,
            ),
            say("Make room there, or save the scene uncompressed."),
        )
    with tempfile.NamedTemporaryFile(prefix="hsigui-", suffix=".raw", delete=False) as file:
        target = Path(file.name)
        try:
            size, more, damage = _copied(path, needed, file.write)
        except BaseException:
            file.close()
            target.unlink(missing_ok=True)
            raise
    return Unpacked(target, size, more, damage)


def removed_with(owner: object, file: Path) -> None:
    """Removes a temporary file when its user is gone, at the end of the program at the latest."""
    weakref.finalize(owner, file.unlink, missing_ok=True)


def _copied(path: Path, needed: int, write: Callable[[bytes], Any]) -> tuple[int, bool, str]:
    size = 0
    try:
        with GzipFile(path) as stream:
            while size < needed and (chunk := stream.read(min(_CHUNK, needed - size))):
                stopping.check()
                write(chunk)
                size += len(chunk)
            return size, size == needed and bool(stream.read(1)), ""
    except (BadGzipFile, EOFError, zlib.error) as error:
        # Damage behind the last byte that is wanted, as in a checksum, harms nothing that is shown.
        return size, False, str(error).rstrip(".")
    except OSError as error:
        raise HsiError(
            say("{name} cannot be unpacked: {strerror}.", name=path.name, strerror=error.strerror),
            say("Check the file and its drive."),
        ) from error
