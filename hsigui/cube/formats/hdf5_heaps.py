"""The places in which HDF5 keeps texts of any length (global heaps), looked through before the library reads them: it
goes round for ever where a part of one says that it is 0 bytes long, and cannot be stopped then.

A heap can stand anywhere in a file. What the samples take is therefore left out, where the file is large: most of a
scene then need not be read to be opened.

Source: The HDF Group, "HDF5 File Format Specification Version 3.0", III.E "Disk Format: Level 1E - Global Heap" and
IV.A.2.i "The Data Layout Message".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import h5py

from hsigui import stopping
from hsigui.errors import HsiError
from hsigui.texts import say

_SIGN = b"GCOL\x01\0\0\0"
_HEAD = 16  # bytes of a heap's head, and of that of each object in it
_SMALLEST = 4096  # bytes of a heap
_MOST_PARTS = 2**16 + 1  # that can be numbered in one, and a free one
_PIECE = 2**20
_READ_WHOLE = 4 * 2**20  # a file of so many bytes is read in less time than its arrays are listed
_MOST_LOOKED_THROUGH = 2**28
_MOST_OBJECTS = 10_000
_HEADER = 4096  # bytes of an object's header in which what it names of its samples is looked for
# An array put together from others names them in a heap: version and kind of its layout, then where that is.
_VIRTUAL = re.compile(rb"[\x04\x05]\x03(.{8})", re.DOTALL)
_BROKEN = (OSError, RuntimeError, ValueError, TypeError, KeyError)
_sound: dict[tuple[str, int, int], None] = {}  # files that were looked through, with size and time
_MOST_KEPT = 64


def require_sound_heaps(path: Path, file: Any = None) -> None:
    """Refuses a file one of whose heaps never ends. At most 256 MiB of it are looked through.

    Args:
        file: the same, opened by h5py; None opens it.

    Raises:
        HsiError: there is one.
        OSError: it cannot be opened.
    """
    about = path.stat()
    key = (str(path.absolute()), about.st_size, about.st_mtime_ns)
    if key in _sound:
        return
    if file is None:
        with h5py.File(path.absolute(), "r") as opened:
            _look_through(path, opened, about.st_size)
    else:
        _look_through(path, file, about.st_size)
    while len(_sound) >= _MOST_KEPT:
        _sound.pop(next(iter(_sound)), None)
    _sound[key] = None


def _look_through(path: Path, file: Any, size: int) -> None:
    with path.open("rb") as content:
        heaps = _Heaps(path, content, size, file.id.get_create_plist().get_sizes()[1])
        gaps = [(0, size)] if size <= _READ_WHOLE else _around_samples(heaps, file, size)
        left = _MOST_LOOKED_THROUGH
        for start, end in gaps:
            for at in _signs(content, start, min(end, start + left)):
                heaps.require_sound(at)
            left = max(0, left - (end - start))


class _Heaps:
    """The heaps of a file.

    Args:
        width: bytes of a length in it.
    """

    def __init__(self, path: Path, content: BinaryIO, size: int, width: int) -> None:
        self._path, self._content, self._size, self._width = path, content, size, width

    def require_sound(self, start: int) -> None:
        """Refuses one that never ends; HsiError."""
        if self._never_ends(start):
            raise HsiError(
                say("{name} is damaged where it keeps its texts.", name=self._path.name), say("Is the file complete?")
            )

    def require_sound_sources(self, header: int) -> None:
        """Looks at the heaps that what may be an object's header names, before the library reads them with it."""
        for found in _VIRTUAL.findall(_read(self._content, header, _HEADER)):
            at = int.from_bytes(found, "little")
            if 0 < at < self._size and _read(self._content, at, len(_SIGN)) == _SIGN:
                self.require_sound(at)

    def _never_ends(self, start: int) -> bool:
        end = min(start + self._number(_read(self._content, start + 8, 8)), self._size)
        at = start + _HEAD
        for _ in range(_MOST_PARTS):
            if at + _HEAD > end:
                break
            head = _read(self._content, at, _HEAD)
            index, held = int.from_bytes(head[:2], "little"), self._number(head[8:])
            step = (_HEAD + (held + 7) // 8 * 8 if index else held) % 2**64  # as the library counts
            if not step:
                return True
            at += step
        return False

    def _number(self, content: bytes) -> int:
        return int.from_bytes(content[: self._width], "little")


def _signs(content: BinaryIO, start: int, end: int) -> Iterator[int]:
    """Where heaps begin in a part of a file."""
    for piece in range(start, end, _PIECE):
        stopping.check()
        held = _read(content, piece, min(_PIECE, end - piece) + len(_SIGN) - 1)
        at = held.find(_SIGN)
        while at >= 0:
            yield piece + at
            at = held.find(_SIGN, at + 1)


def _read(content: BinaryIO, start: int, count: int) -> bytes:
    content.seek(start)
    return content.read(max(0, count))


def _around_samples(heaps: _Heaps, file: Any, size: int) -> list[tuple[int, int]]:
    """The parts of a file that samples do not take and that are large enough for a heap."""
    gaps, end = [], 0
    for start, stop in [*sorted(_samples(heaps, file)), (size, size)]:
        if start - end >= _SMALLEST:
            gaps.append((end, start))
        end = max(end, stop)
    return gaps


def _samples(heaps: _Heaps, file: Any) -> list[tuple[int, int]]:
    """The parts of a file that samples of its arrays take, as far as it can be told: what is not, is looked through."""
    # Versions of the library differ in whether they count what stands before the HDF5 file: what both give is taken.
    before = int(file.userblock_size)
    parts: list[tuple[int, int]] = []
    waiting, seen = [file.id], set[int]()
    while waiting and len(seen) < _MOST_OBJECTS:
        group = waiting.pop()
        try:
            for name in group:
                stopping.check()
                link = group.links.get_info(name)
                if link.type != h5py.h5l.TYPE_HARD or link.u in seen:
                    continue
                seen.add(link.u)
                heaps.require_sound_sources(link.u + before)
                item = h5py.h5o.open(group, name)
                if isinstance(item, h5py.h5g.GroupID):
                    waiting.append(item)
                elif isinstance(item, h5py.h5d.DatasetID):
                    parts += [(start + before, stop) for start, stop in _parts_of(item)]
        except _BROKEN:  # the reader says what is wrong; what is unknown of the file is looked through
            continue
    return parts


def _parts_of(dataset: Any) -> list[tuple[int, int]]:
    """First byte and end of the pieces that hold the samples of an array."""
    layout = dataset.get_create_plist().get_layout()
    if layout == h5py.h5d.CONTIGUOUS:
        start = dataset.get_offset()
        return [] if start is None else [(start, start + dataset.get_storage_size())]
    found: list[tuple[int, int]] = []
    if layout == h5py.h5d.CHUNKED and hasattr(dataset, "chunk_iter"):
        dataset.chunk_iter(lambda chunk: found.append((chunk.byte_offset, chunk.byte_offset + chunk.size)))
    return [(start, stop) for start, stop in found if start < 2**63]
