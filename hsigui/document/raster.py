"""Class numbers of a whole scene that are kept beside what is shown: packed, so that many maps need little memory."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.texts import say


class Raster:
    """Rows x cols uint16, deflated when somebody first asks for the bytes: on a worker, not where a hand waits.

    Args:
        shape: rows and columns.
        make: gives the numbers, rows x cols; they must not change any more. None where the bytes are given.
        packed: the numbers little-endian and deflated.
    """

    def __init__(
        self, shape: tuple[int, int], make: Callable[[], NDArray[np.uint16]] | None = None, packed: bytes = b""
    ) -> None:
        self.shape = shape
        self._make, self._packed = make, packed
        self._lock = threading.Lock()

    @classmethod
    def of(cls, array: NDArray[np.uint16]) -> Raster:
        """Of numbers (rows x cols) that do not change any more."""
        return cls((array.shape[0], array.shape[1]), lambda: array)

    @property
    def packed(self) -> bytes:
        """The numbers, little-endian and deflated; the array is let go of then."""
        with self._lock:
            if self._make is not None:
                self._packed = zlib.compress(np.ascontiguousarray(self._make(), dtype="<u2").data, 1)
                self._make = None
            return self._packed

    def array(self) -> NDArray[np.uint16]:
        """The numbers, rows x cols; made anew at each call where they are packed.

        Raises:
            HsiError: the bytes are not those of so many pixels.
        """
        with self._lock:
            if self._make is not None:
                return self._make()
        size = self.shape[0] * self.shape[1] * 2
        try:
            found = zlib.decompressobj().decompress(self._packed, size + 1)  # no more, whatever a file claims to hold
        except zlib.error as error:
            raise _damaged() from error
        if len(found) != size:
            raise _damaged()
        return np.frombuffer(found, dtype="<u2").reshape(self.shape).astype(np.uint16, copy=False)


def _damaged() -> HsiError:
    return HsiError(say("A map that is kept cannot be read."), say("Delete it from the table of maps."))
