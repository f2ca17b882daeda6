"""NumPy's .npy and .npz files, read by position where their samples lie plainly in the file."""

from __future__ import annotations

import io
import math
import struct
import tokenize
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from hsigui import stopping, untrusted
from hsigui.cube.cube import ArraySource, Source
from hsigui.cube.formats.array_file import Beside
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.strided import StridedFile
from hsigui.cube.limits import require_memory
from hsigui.errors import HsiError
from hsigui.texts import say

_BROKEN = (
    ValueError, TypeError, KeyError, EOFError, OSError, SyntaxError, OverflowError, NotImplementedError, RuntimeError,
    zipfile.BadZipFile, zlib.error, struct.error, RecursionError,
    tokenize.TokenError,  # from a damaged head
)  # fmt: skip
_LOCAL_HEAD = 30  # bytes of a zip entry's head before its name
_LONGEST_HEAD, _MOST_ARRAYS = 2**16, 5000
_PIECE = 2**22  # bytes that are read at once


@dataclass(frozen=True)
class _Stored:
    """An array of a file: its head, where its samples start (None: packed), and how to read its bytes."""

    shape: tuple[int, ...]
    columns_first: bool
    dtype: np.dtype[Any]
    start: int | None = None
    entry: str = ""

    @property
    def size(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


class NumpyFile:
    """The numeric arrays of a .npy file (one, without a name) or a .npz file.

    Raises:
        HsiError: the file is missing, damaged or of another kind.
    """

    kind = say("NumPy file")

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
        try:
            found = self._list_zip() if zipfile.is_zipfile(self.path) else self._list_single()
        except _BROKEN as error:
            raise self._broken(error) from error
        self._stored = {name: stored for name, stored in found.items() if stored.dtype.kind in "biufc"}
        self.arrays = tuple(
            ArrayInfo(name, stored.shape, stored.dtype.newbyteorder("=").name) for name, stored in self._stored.items()
        )
        self.other = tuple(
            f"{name or 'the array'} ({s.dtype})" for name, s in found.items() if name not in self._stored
        )

    def load(self, name: str) -> NDArray[Any]:
        """One array in memory. Its shape is the one that is listed, such as rows x cols x bands.

        Raises:
            HsiError: it cannot be read.
        """
        stored = self._stored[name]
        require_memory(self.path.name, stored.size)
        try:
            content = self._bytes(stored)
        except _BROKEN as error:
            raise self._broken(error) from error
        order = "F" if stored.columns_first else "C"
        return np.frombuffer(content, stored.dtype).reshape(stored.shape, order=order)  # type: ignore[call-overload]

    def source(self, name: str, layout: Layout) -> Source:
        """A source over one array: read from the file where its samples lie there plainly, else from memory."""
        stored = self._stored[name]
        if stored.start is None:
            samples = self.load(name)
            return ArraySource(as_strided(samples, layout.shape, layout.strides(samples.strides), writeable=False))
        strides = layout.strides(_strides(stored))
        return StridedFile(self.path, stored.dtype, layout.shape, strides, stored.start)

    def beside(self, name: str, bands: int) -> Beside:
        """NumPy's files say nothing of an array beside its samples."""
        return Beside()

    def unit(self, name: str) -> str:
        """NumPy's arrays have no unit."""
        return ""

    def _list_single(self) -> dict[str, _Stored]:
        with self.path.open("rb") as file:
            stored, head = _head(file)
        if self.path.stat().st_size < head + stored.size:
            size = " x ".join(map(str, stored.shape))
            raise ValueError(f"{stored.size} bytes of {size} {stored.dtype} announced, the file is shorter")
        return {"": replace(stored, start=head)}

    def _list_zip(self) -> dict[str, _Stored]:
        found: dict[str, _Stored] = {}
        with zipfile.ZipFile(self.path) as archive, self.path.open("rb") as raw:
            for entry in archive.infolist():
                if not entry.filename.endswith(".npy"):
                    continue
                stopping.check()
                if len(found) == _MOST_ARRAYS:
                    raise ValueError(f"more than {_MOST_ARRAYS} arrays")
                with archive.open(entry) as file:
                    begin = _content_start(raw, entry) if entry.compress_type == zipfile.ZIP_STORED else None
                    stored, head = _head(file)
                if head + stored.size > entry.file_size:
                    raise ValueError(f"{entry.filename} announces {stored.size} bytes, it has {entry.file_size - head}")
                name, start = entry.filename.removesuffix(".npy"), None if begin is None else begin + head
                found[name] = replace(stored, start=start, entry=entry.filename)
        return found

    def _bytes(self, stored: _Stored) -> bytearray:
        if not stored.entry:
            with self.path.open("rb") as file:
                file.seek(stored.start or 0)
                return _in_pieces(file, stored.size)
        with zipfile.ZipFile(self.path) as archive, archive.open(stored.entry) as entry:
            _head(entry)
            return _in_pieces(entry, stored.size)

    def _broken(self, error: BaseException) -> HsiError:
        return HsiError(
            say(
                "{name} cannot be read as a NumPy file: {reason}.",
                name=self.path.name,
                reason=untrusted.reason_of(error),
            ),
            say("Is the file complete?"),
        )


def _head(file: IO[bytes]) -> tuple[_Stored, int]:
    """Reads the head of a .npy file; also gives its length."""
    version = npy.read_magic(file)
    reader, form = (npy.read_array_header_1_0, "<H") if version == (1, 0) else (npy.read_array_header_2_0, "<I")
    count = file.read(struct.calcsize(form))
    (length,) = struct.unpack(form, count)
    if length > _LONGEST_HEAD:  # NumPy reads it first
        raise ValueError(f"its head is said to have {length} bytes")
    shape, columns_first, dtype = reader(io.BytesIO(count + file.read(length)))
    if dtype.hasobject:
        raise ValueError("it holds Python objects, which are not read")
    if min(shape, default=1) < 0:
        raise ValueError(f"an array of the shape {shape}")
    return _Stored(tuple(shape), columns_first, dtype), file.tell()


def _in_pieces(file: IO[bytes], size: int) -> bytearray:
    """So many bytes of a file."""
    content = bytearray()
    while len(content) < size and (piece := file.read(min(_PIECE, size - len(content)))):
        stopping.check()
        content += piece
    if len(content) != size:
        raise EOFError(f"{size} bytes announced, {len(content)} found")
    return content


def _content_start(raw: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Where the content of an entry begins; the lengths in its own head count, not those in the directory."""
    raw.seek(entry.header_offset)
    head = raw.read(_LOCAL_HEAD)
    name_length, extra_length = struct.unpack("<HH", head[26:30])
    return entry.header_offset + _LOCAL_HEAD + int(name_length) + int(extra_length)


def _strides(stored: _Stored) -> tuple[int, ...]:
    axes = range(len(stored.shape))
    if stored.columns_first:
        return tuple(stored.dtype.itemsize * math.prod(stored.shape[:axis]) for axis in axes)
    return tuple(stored.dtype.itemsize * math.prod(stored.shape[axis + 1 :]) for axis in axes)
