"""Pieces of remote files, kept on this machine's disk so that they need not come over the network again.

Each piece is a file of its own, with a checksum behind it: one that a crash left half written is fetched anew. Where
all of them take more room than the preferences allow, those that were not used for longest go.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs

from hsigui.log import Log
from hsigui.settings import SettingsStore

_log = Log("cache")
_CHECK_BYTES = 4
_LOOK_EVERY = 64 * 2**20  # bytes written between two looks at how much there is
_KEPT_SHARE = 0.9  # of the limit, when room is made
_TOUCH_AFTER = 3600.0  # seconds; a use is noted no more often


def cache_folder() -> Path:
    """Where pieces are kept: in the folder of the preferences, in HSIGUI_CACHE_DIR, or in the platform's own."""
    chosen = os.environ.get("HSIGUI_CACHE_DIR") or SettingsStore().load(keep_broken=False).cache_folder
    return Path(chosen or platformdirs.user_cache_dir("hsigui", appauthor=False)) / "remote"


def cache_limit() -> int:
    """Bytes that all pieces may take; 0 for none."""
    return int(SettingsStore().load(keep_broken=False).cache_gib * 2**30)


class BlockStore:
    """Pieces by the file that they are of, and their name in it. May be used from several threads and programs.

    What goes wrong with the disk costs time only: the pieces are then fetched each time.

    Args:
        folder: of all pieces; made when needed.
        limit: bytes; 0 keeps nothing.
    """

    def __init__(self, folder: Path | None = None, limit: int | None = None) -> None:
        self.folder = cache_folder() if folder is None else folder
        self.limit = cache_limit() if limit is None else limit
        self._written = _LOOK_EVERY  # of this program: the first piece looks
        self._lock = threading.Lock()

    def get(self, file: str, piece: str, size: int | None = None) -> bytes | None:
        """A piece; None where there is none that is whole.

        Args:
            file: names the file and its version, see `key_of`.
            size: that it must have.
        """
        if not self.limit:
            return None
        path = self._path(file, piece)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        data, check = content[:-_CHECK_BYTES], content[-_CHECK_BYTES:]
        if len(content) < _CHECK_BYTES or zlib.crc32(data).to_bytes(_CHECK_BYTES, "big") != check:
            return None
        if size is not None and len(data) != size:
            return None
        with suppress(OSError):
            about = path.stat()
            if time.time() - about.st_mtime > _TOUCH_AFTER:
                os.utime(path)
        return data

    def put(self, file: str, piece: str, data: bytes) -> None:
        """Keeps a piece."""
        if not self.limit or len(data) > self.limit:
            return
        path = self._path(file, piece)
        scratch = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        try:
            self._make(path.parent)
            scratch.write_bytes(data + zlib.crc32(data).to_bytes(_CHECK_BYTES, "big"))
            scratch.replace(path)
        except OSError as error:
            with suppress(OSError):
                scratch.unlink()
            _log.caution("A piece could not be kept: %s", error.strerror)
            return
        with self._lock:
            self._written += len(data)
            if self._written < min(_LOOK_EVERY, max(1, self.limit // 10)):
                return
            self._written = 0
        self.make_room()

    def size(self) -> int:
        """Bytes that all pieces take."""
        return sum(size for _, size, _ in self._pieces())

    def clear(self) -> None:
        """Removes all pieces."""
        for path, _, _ in list(self._pieces()):
            with suppress(OSError):
                path.unlink()
        self._remove_empty()

    def make_room(self) -> None:
        """Removes the pieces that were not used for longest, where all take more than they may."""
        pieces = sorted(self._pieces(), key=lambda piece: piece[2])
        total = sum(size for _, size, _ in pieces)
        if total <= self.limit:
            return
        for path, size, _ in pieces:
            if total <= self.limit * _KEPT_SHARE:
                break
            with suppress(OSError):
                path.unlink()
                total -= size
        self._remove_empty()

    def _pieces(self) -> Iterator[tuple[Path, int, float]]:
        """Each piece with its size and when it was used last."""
        for folder, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    about = (path := Path(folder) / name).stat()
                    yield path, about.st_size, about.st_mtime

    def _remove_empty(self) -> None:
        for folder, _, _ in list(os.walk(self.folder, topdown=False)):
            if Path(folder) != self.folder:
                with suppress(OSError):  # there is something in it
                    Path(folder).rmdir()

    def _make(self, folder: Path) -> None:
        """Makes a folder that nobody else may look into: what lies there may have needed a password."""
        if not folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, file: str, piece: str) -> Path:
        return self.folder / file[:2] / file / piece


def key_of(*facts: object) -> str:
    """A short name for a file in one version: of its address, size and the like."""
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]
