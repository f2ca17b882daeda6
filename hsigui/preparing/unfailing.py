"""A file for the HDF5 library, which ends the process when a file of its own cannot be written to and is closed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any


class UnfailingFile(io.RawIOBase):
    """A new file that takes every write.

    What the disk has no room for is kept in memory, so that the library can come to its end. Whoever writes looks at
    `require_written` after each piece, and so that is little.

    Args:
        path: of the file.

    Raises:
        OSError: it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self._error: OSError | None = None
        self._kept: list[tuple[int, bytes]] = []
        self._at = 0

    def require_written(self) -> None:
        """Does nothing as long as all is in the file.

        Raises:
            OSError: something could not be written.
        """
        if self._error is not None:
            raise self._error

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        end = max([self._file.seek(0, io.SEEK_END), *(at + len(data) for at, data in self._kept)])
        self._at = offset + (0, self._at, end)[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        """Writes bytes at the present place, or keeps them; says that all are written."""
        raw, done = bytes(data), 0
        try:
            self._file.seek(self._at)
            while self._error is None and done < len(raw):
                done += self._file.write(raw[done:]) or 0
        except OSError as error:
            self._error = error
        if done < len(raw):
            self._kept.append((self._at + done, raw[done:]))
        self._at += len(raw)
        return len(raw)

    def readinto(self, target: Any) -> int:
        """Reads what was written or kept, and nothing (0) where nothing was."""
        view = memoryview(target).cast("B")
        self._file.seek(self._at)
        data = (self._file.read(len(view)) or b"").ljust(len(view), b"\0")
        view[:] = data
        for at, kept in self._kept:
            first, last = max(at, self._at), min(at + len(kept), self._at + len(view))
            if first < last:
                view[first - self._at : last - self._at] = kept[first - at : last - at]
        self._at += len(view)
        return len(view)

    def truncate(self, size: int | None = None) -> int:
        size = self._at if size is None else size
        try:
            self._file.truncate(size)
        except OSError as error:
            self._error = self._error or error
        return size

    def close(self) -> None:
        self._file.close()
        super().close()
