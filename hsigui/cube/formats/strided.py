"""Samples of a flat binary file, read by position.

No memory map: mapped pages of a large file count as the program's memory, and a file that becomes shorter while it is
mapped kills the process. Only the ranges that are wanted are read; ranges that lie close together are read at once.
"""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import order_of
from hsigui.cube.positioned import read_at
from hsigui.errors import HsiError
from hsigui.texts import say

Strides = tuple[int, int, int]

# One read costs about as much time as copying so many bytes.
_READ_COST = 16_384
# More than this is never read at once. A buffer of this size stays in the processor's cache.
_BUFFER_BYTES = 2 * 2**20
# Numbers in a row, on the average, from which on runs of them are quicker to take than each by itself.
_RUN = 8


def interleave_strides(interleave: str, shape: tuple[int, int, int], itemsize: int) -> Strides:
    """Bytes from one row, column and band to the next in a file of this interleave (bsq, bil or bip)."""
    rows, cols, bands = shape
    return {
        "bsq": (cols * itemsize, itemsize, rows * cols * itemsize),
        "bil": (cols * bands * itemsize, itemsize, cols * itemsize),
        "bip": (cols * bands * itemsize, bands * itemsize, itemsize),
    }[interleave]


@dataclass(frozen=True)
class _Pick:
    """What is wanted of one axis: `count` steps from `first`; `order` picks among them when they are no plain range."""

    first: int
    step: int
    count: int
    stride: int  # bytes between neighbours in the file
    order: NDArray[np.intp] | None = None

    @property
    def reach(self) -> int:
        """Bytes from the first to the last."""
        return (self.count - 1) * self.step * self.stride

    @property
    def wanted(self) -> int:
        return self.count if self.order is None else len(self.order)


class StridedFile:
    """A source over the samples of a flat file; safe to read from several threads.

    Args:
        path: the file; it stays open, so that removing it does no harm where the system allows that.
        dtype: of the stored samples, byte order included.
        shape: rows, columns, bands.
        strides: bytes from one row, column and band to the next.
        offset: bytes before the first sample.

    Raises:
        HsiError: the file cannot be opened.
    """

    any_window_is_cheap = True

    def __init__(
        self, path: Path, dtype: np.dtype[Any], shape: tuple[int, int, int], strides: Strides, offset: int = 0
    ) -> None:
        self.path = path
        self.shape = shape
        self.dtype: np.dtype[Any] = dtype.newbyteorder("=")
        self._stored = dtype
        self._strides = strides
        self._offset = offset
        self._lock = threading.Lock()
        try:
            self._file = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise HsiError(
                say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
                say("Check the rights of the file."),
            ) from error
        self._closing = weakref.finalize(self, os.close, self._file)

    @property
    def order(self) -> str:
        """In which order the samples lie in the file, see `order_of`."""
        return order_of(self._strides)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Stored samples of a window, rows x cols x bands.

        Raises:
            HsiError: the file has become shorter since it was opened, or the drive reports an error.
        """
        picks = [
            _picked(wanted, size, stride)
            for wanted, size, stride in zip((rows, cols, bands), self.shape, self._strides, strict=True)
        ]
        shape = tuple(p.wanted for p in picks)
        if 0 in shape:
            return np.empty(shape, self.dtype)
        # The axis with the farthest neighbours first: its steps are the loops.
        order = sorted(range(3), key=lambda axis: -self._strides[axis])
        sorted_picks = [picks[axis] for axis in order]
        filled = np.empty([p.wanted for p in sorted_picks], self.dtype)
        self._fill(filled, sorted_picks, _loops(sorted_picks, self._stored.itemsize))
        return filled.transpose(np.argsort(order))

    def _fill(self, target: NDArray[Any], picks: list[_Pick], loops: int) -> None:
        """Reads once for each step of the first `loops` axes and sorts the samples of the others into place."""
        start = self._offset + sum(p.first * p.stride for p in picks)
        steps = [_steps(p) for p in picks[:loops]]
        for place, inner, shift in _parts(picks[loops:], self._stored.itemsize):
            buffer = np.empty(_length(inner, self._stored.itemsize), np.uint8)
            view: NDArray[Any] = np.ndarray(
                [p.count for p in inner], self._stored, buffer, 0, [p.step * p.stride for p in inner]
            )
            chosen = _chosen(inner)
            # Samples that are wanted as they lie in the file are read to where they are wanted.
            plain = view.flags.c_contiguous and view.dtype == target.dtype and all(p.order is None for p in inner)
            raw = buffer.data
            for index in np.ndindex(*(len(s) for s in steps)):
                stopping.check()
                position = start + shift + sum(s[i] for s, i in zip(steps, index, strict=True))
                part = target[(*index, *place, ...)]
                if plain and part.flags.c_contiguous:
                    self._read_at(part.reshape(-1).view(np.uint8).data, position)
                    continue
                self._read_at(raw, position)
                for to, from_ in chosen:
                    part[to] = view[from_]

    def _read_at(self, target: memoryview, position: int) -> None:
        done = 0
        while done < len(target):
            try:
                got = self._read_some(target[done:], position + done)
            except OSError as error:
                raise HsiError(
                    say("{name} cannot be read: {strerror}.", name=self.path.name, strerror=error.strerror),
                    say("Is the drive still connected?"),
                ) from error
            if not got:
                raise HsiError(
                    say(
                        "{name} has become shorter since it was opened: nothing at byte {position}.",
                        name=self.path.name,
                        position=position + done,
                    ),
                    say("Open the scene again once the file is complete."),
                )
            done += got

    def _read_some(self, target: memoryview, position: int) -> int:
        return read_at(self._file, target, position, self._lock)


def _picked(wanted: slice | Sequence[int], size: int, stride: int) -> _Pick:
    numbers = range(size)[wanted] if isinstance(wanted, slice) else [range(size)[n] for n in wanted]
    if not numbers:
        return _Pick(0, 1, 0, stride)
    if isinstance(numbers, list):
        numbers = _range_of(numbers)
    if isinstance(numbers, range) and numbers.step > 0:
        return _Pick(numbers[0], numbers.step, len(numbers), stride)
    low, high = min(numbers), max(numbers)
    return _Pick(low, 1, high - low + 1, stride, np.array(numbers, dtype=np.intp) - low)


def _range_of(numbers: list[int]) -> list[int] | range:
    """Numbers as a range where they are one that rises."""
    if len(numbers) == 1:
        return range(numbers[0], numbers[0] + 1)
    step = numbers[1] - numbers[0]
    plain = range(numbers[0], numbers[-1] + 1, step) if step > 0 else range(0)
    return plain if len(plain) == len(numbers) and list(plain) == numbers else numbers


def _steps(pick: _Pick) -> list[int]:
    """Byte distances of every wanted step of an axis from its first."""
    numbers = range(pick.count) if pick.order is None else pick.order.tolist()
    return [n * pick.step * pick.stride for n in numbers]


def _loops(picks: list[_Pick], itemsize: int) -> int:
    """Over how many of the outer axes to loop, such that reading too much and reading too often cost least."""
    best, least = len(picks), None
    repeats = 1
    for loops in range(len(picks) + 1):
        length = _length(picks[loops:], itemsize)
        cost = repeats * (_READ_COST + length)
        plain = loops == len(picks) or picks[loops].order is None
        fits = length <= _BUFFER_BYTES or (plain and _length(picks[loops + 1 :], itemsize) <= _BUFFER_BYTES)
        if fits and (least is None or cost < least):
            best, least = loops, cost
        if loops < len(picks):
            repeats *= picks[loops].wanted
    return best


def _length(picks: list[_Pick], itemsize: int) -> int:
    """Bytes from the first wanted sample to the end of the last."""
    return sum(p.reach for p in picks) + itemsize


def _parts(picks: list[_Pick], itemsize: int) -> Iterator[tuple[tuple[slice, ...], list[_Pick], int]]:
    """What is read at once: everything, or as many steps of the first axis as the buffer holds.

    Yields the place in the target, the part of the picks, and the bytes from the first sample of all to its own.
    """
    if not picks or _length(picks, itemsize) <= _BUFFER_BYTES:
        yield (), picks, 0
        return
    first, rest = picks[0], picks[1:]
    apart = first.step * first.stride
    each = max(1, (_BUFFER_BYTES - _length(rest, itemsize)) // apart + 1)
    for begin in range(0, first.count, each):
        count = min(each, first.count - begin)
        yield (slice(begin, begin + count),), [replace(first, count=count), *rest], begin * apart


def _chosen(picks: list[_Pick]) -> list[tuple[Any, Any]]:
    """Pairs of indices into what is wanted and into what was read: together they take the wanted steps of all axes.

    Steps that follow one another are taken together where they do so in few runs, which is quicker.
    """
    odd = [axis for axis, p in enumerate(picks) if p.order is not None]
    if not odd:
        return [((), ())]
    if len(odd) == 1:
        order = picks[odd[0]].order
        before = (slice(None),) * odd[0]
        if order is None or len(runs := _runs(order)) * _RUN > len(order):
            return [((), (*before, order))]
        return [((*before, slice(at, at + count)), (*before, slice(first, first + count))) for at, first, count in runs]
    return [((), np.ix_(*(np.arange(p.count) if p.order is None else p.order for p in picks)))]


def _runs(order: NDArray[np.intp]) -> list[tuple[int, int, int]]:
    """Numbers as runs of ones that follow one another: the place of each, its first number, and how many."""
    starts = np.flatnonzero(np.diff(order, prepend=order[0] - 2) != 1)
    counts = np.diff(starts, append=len(order))
    return [(int(at), int(order[at]), int(count)) for at, count in zip(starts, counts, strict=True)]
