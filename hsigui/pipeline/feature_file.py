"""Features of a scene in a file, read by position as cubes are: no memory map, which a file that becomes shorter turns
into the death of the process. Loads no torch.
"""

from __future__ import annotations

import itertools
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.positioned import read_at
from hsigui.errors import HsiError
from hsigui.methods import run_record
from hsigui.texts import say

BLOCK_BYTES = 8 * 2**20  # read at once, where only some of the columns are wanted
NEAR_PIXELS = 16  # pixels wanted that lie so near each other are read at once
RUN_PIXELS = 4_096  # but no more than so many

Pixels = NDArray[np.float16]


class FeatureFile:
    """An array of features in a .npy file: indexed as numpy's arrays are, and each answer is an array in memory.

    The file stays open. Replaced by another of its name it goes on giving what it held; shortened or written to by
    another program it is refused at the next reading. Safe to read from several threads.

    Args:
        path: a float16 array of three dimensions, as numpy writes it.

    Attributes:
        shape: rows, columns, features.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it holds no such array, or is shorter or longer than its header says.
    """

    dtype: np.dtype[np.float16] = np.dtype(np.float16)
    ndim = 3

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        self._closing = weakref.finalize(self, os.close, self._file)
        try:
            self.shape, self._offset = self._header()
        except BaseException:
            self._closing()
            raise
        self._state = self._now()
        if self._state[0] != self._offset + self.nbytes:
            raise ValueError(f"{path.name} holds {self._state[0]} bytes, not {self._offset + self.nbytes}")

    @property
    def nbytes(self) -> int:
        """Bytes of the array."""
        return int(np.prod(self.shape, dtype=np.int64)) * self.dtype.itemsize

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError("features in a file are always copied")
        whole = self._rows(0, self.shape[0])
        return whole if dtype is None else whole.astype(dtype, copy=False)

    def __getitem__(self, key: Any) -> Pixels:
        """What numpy would give, read now: fast for ranges of rows, columns and features, and for a mask of pixels
        (rows x cols); anything else reads the whole array.

        Raises:
            HsiError: the file was shortened or written to, or cannot be read.
        """
        if isinstance(key, np.ndarray) and key.dtype == np.bool_ and key.shape == self.shape[:2]:
            return self.pixels(np.flatnonzero(key))
        parts = key if isinstance(key, tuple) else (key,)
        if any(part is Ellipsis for part in parts):
            at = next(number for number, part in enumerate(parts) if part is Ellipsis)
            parts = (*parts[:at], *(slice(None),) * (self.ndim - len(parts) + 1), *parts[at + 1 :])
        if not all(isinstance(part, int | np.integer | slice) for part in parts) or len(parts) > self.ndim:
            return np.asarray(np.asarray(self)[key])
        return self._basic((*parts, *(slice(None),) * (self.ndim - len(parts))))

    def pixels(self, places: NDArray[np.integer[Any]]) -> Pixels:
        """The features of some pixels (row * columns + column each), pixels x features.

        Raises:
            HsiError: as for an index.
        """
        rows, cols, width = self.shape
        flat = np.asarray(places, dtype=np.int64)
        found = np.empty((len(flat), width), self.dtype)
        if not len(flat):
            return found
        order = np.argsort(flat, kind="stable")
        sorted_ = flat[order]
        if sorted_[0] < 0 or sorted_[-1] >= rows * cols:
            raise IndexError(f"pixels of a scene of {rows} x {cols}")
        apart = (np.diff(sorted_) > NEAR_PIXELS) | (np.diff(sorted_ // RUN_PIXELS) > 0)
        ends = [0, *(np.flatnonzero(apart) + 1).tolist(), len(flat)]
        self._require_unchanged()
        for begin, end in itertools.pairwise(ends):
            first, last = int(sorted_[begin]), int(sorted_[end - 1])
            run = self._read((last - first + 1, width), first * width)
            found[order[begin:end]] = run[sorted_[begin:end] - first]
        return found

    def checksum(self, told: Callable[[int], None]) -> str:
        """SHA-256 of the file that is read here, in hex; tells how many bytes are done, often.

        Raises:
            OSError: it cannot be read.
        """
        file = _Positioned(self._read_some)
        return run_record.sum_of_file(file, told)  # type: ignore[arg-type]

    def _header(self) -> tuple[tuple[int, int, int], int]:
        file = _Positioned(self._read_some)
        version = np.lib.format.read_magic(file)  # type: ignore[arg-type]
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, by_columns, dtype = read(file)  # type: ignore[arg-type]
        if len(shape) != self.ndim or by_columns or dtype != self.dtype:
            raise ValueError(f"{self.path.name} holds {dtype} {shape}")
        return (shape[0], shape[1], shape[2]), file.position

    def _basic(self, parts: tuple[Any, ...]) -> Pixels:
        """What a number or a range for each dimension gives."""
        rows, rest = parts[0], parts[1:]
        if not isinstance(rows, slice):
            row = range(self.shape[0])[rows]
            return np.asarray(self._basic((slice(row, row + 1), *rest))[0])
        wanted = range(self.shape[0])[rows]
        if wanted.step == 1 and rest == (slice(None), slice(None)):
            return self._rows(wanted.start, wanted.stop)
        inner = np.broadcast_to(np.float16(0), (1, *self.shape[1:]))[(slice(None), *rest)].shape[1:]
        found = np.empty((len(wanted), *inner), self.dtype)
        self._require_unchanged()
        columns = rest[0] if isinstance(rest[0], slice) else slice(None)
        left, right, step = columns.indices(self.shape[1])
        narrow = step == 1 and isinstance(rest[0], slice) and 2 * (right - left) < self.shape[1]
        if wanted.step == 1 and not narrow:
            each = max(1, BLOCK_BYTES // (self.shape[1] * self.shape[2] * self.dtype.itemsize))
            for start in range(0, len(wanted), each):
                stop = min(len(wanted), start + each)
                block = self._rows(wanted.start + start, wanted.start + stop)
                found[start:stop] = block[(slice(None), *rest)]
            return found
        if not narrow:
            left, right = 0, self.shape[1]
        pixel = self.shape[2]
        for number, row in enumerate(wanted):
            line = self._read((max(0, right - left), pixel), (row * self.shape[1] + left) * pixel)
            found[number] = line[:, rest[1]] if narrow else line[rest]
        return found

    def _rows(self, start: int, stop: int) -> Pixels:
        self._require_unchanged()
        _, cols, width = self.shape
        return self._read((max(0, stop - start), cols, width), start * cols * width)

    def _read(self, shape: tuple[int, ...], first: int) -> Pixels:
        """An array of the file that begins at a value."""
        found = np.empty(shape, self.dtype)
        target = found.reshape(-1).view(np.uint8).data
        done, position = 0, self._offset + first * self.dtype.itemsize
        while done < len(target):
            try:
                got = self._read_some(target[done:], position + done)
            except OSError as error:
                raise HsiError(
                    say("{name} cannot be read: {reason}.", name=self.path, reason=error.strerror or error),
                    say("Is the drive still connected? Open the run again."),
                ) from error
            if not got:
                raise _changed(self.path)
            done += got
        return found

    def _read_some(self, target: memoryview, position: int) -> int:
        return read_at(self._file, target, position, self._lock)

    def _now(self) -> tuple[int, int]:
        about = os.fstat(self._file)
        return about.st_size, about.st_mtime_ns

    def _require_unchanged(self) -> None:
        """Refuses a file that was shortened or written to: what is in it now was not checked."""
        if self._now() != self._state:
            raise _changed(self.path)


class _Positioned:
    """A file that is read from its beginning, without a position that others share."""

    def __init__(self, read_some: Callable[[memoryview, int], int]) -> None:
        self._read_some, self.position = read_some, 0

    def read(self, size: int) -> bytes:
        """The next bytes, fewer at the end."""
        held = bytearray(size)
        done = 0
        while done < size:
            got = self._read_some(memoryview(held)[done:], self.position)
            if not got:
                break
            done += got
            self.position += got
        return bytes(held[:done])


def pixels_of(array: Pixels | FeatureFile, places: NDArray[np.integer[Any]]) -> Pixels:
    """The features of some pixels (row * columns + column each) of features in memory (rows x cols x features) or in a
    file: pixels x features."""
    if isinstance(array, FeatureFile):
        return array.pixels(places)
    return np.asarray(array.reshape(-1, array.shape[2])[places])


def _changed(path: Path) -> HsiError:
    return HsiError(
        say("{name} was shortened or written to by another program since it was opened.", name=path),
        say("Open the run again: features that are damaged are computed anew."),
    )
