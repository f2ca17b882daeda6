"""A file that is written piece by piece, at any places of it, and is on the disk soon after its last piece."""

from __future__ import annotations

import os
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

_SENT_BYTES = 2**25


class PlacedFile:
    """Pieces put at their places.

    What was put is sent on its way to the disk while the next pieces are made, where the system knows how: else it
    waits in memory, until at the end somebody has to wait for all of it.

    Args:
        file: open for writing.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting: list[tuple[int, int]] = []  # first byte and the one behind the last of what was not yet sent
        self._bytes = 0  # of that

    def put(self, start: int, piece: NDArray[Any]) -> None:
        """Writes the bytes of an array of any shape that lies in memory in one piece.

        Args:
            start: number of the first byte's place.

        Raises:
            OSError: they cannot be written.
        """
        self._file.seek(start)
        self._file.write(piece.reshape(-1).view(np.uint8).data)
        end = start + piece.nbytes
        if self._waiting and self._waiting[-1][1] == start:
            start, _ = self._waiting.pop()
        self._waiting.append((start, end))
        self._bytes += piece.nbytes
        if self._bytes >= _SENT_BYTES:
            self._send()

    def _send(self) -> None:
        # Linux begins to write what is to be forgotten and was not written yet, and waits for nothing.
        if hasattr(os, "posix_fadvise"):
            for start, end in self._waiting:
                os.posix_fadvise(self._file.fileno(), start, end - start, os.POSIX_FADV_DONTNEED)
        self._waiting.clear()
        self._bytes = 0
