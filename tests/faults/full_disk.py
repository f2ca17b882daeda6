"""A disk that fills up while something is saved: a file system of 2 MB where the tests may make one, else a fake."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hsigui import saving

SIZE = "2m"
LEFT_BYTES = 8_192  # room that is left on a full disk


class Disk:
    """A folder on a disk of its own that can be filled up.

    Attributes:
        folder: to save into.
        real: whether it is a disk; a fake fails when files are flushed.
    """

    def __init__(self, folder: Path, real: bool) -> None:
        self.folder, self.real = folder, real

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """While inside, there is next to no room."""
        with self._filled() if self.real else _flushing_fails():
            yield

    @contextlib.contextmanager
    def _filled(self) -> Iterator[None]:
        filler = self.folder / ".filler"
        about = os.statvfs(self.folder)
        try:
            with filler.open("wb") as file:
                file.write(b"0" * max(0, about.f_bavail * about.f_frsize - LEFT_BYTES))
            yield
        finally:
            filler.unlink(missing_ok=True)


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A disk for some tests at a new folder."""
    folder.mkdir()
    mounted = _mounted(folder)
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _mounted(folder: Path) -> bool:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    words = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _flushing_fails() -> Iterator[None]:
    def fail(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(saving, "_flush", fail)
        yield


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder but for the filler."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".filler"
    }


Save = Callable[[Path, int], object]
