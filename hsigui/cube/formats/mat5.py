"""MATLAB files of version 5 to 7.2: finds the numeric arrays, also inside structs, without loading them.

Source: The MathWorks, "MAT-File Format" (R2019b), chapter 1. A reader of our own, because a listing that goes into
structs and leaves the samples where they are cannot be had otherwise, and because every length in the file is checked
against the bytes that are really there before anything is allocated.
"""

from __future__ import annotations

import math
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.formats.sparse import dense
from hsigui.texts import say

HEADER_BYTES = 128
_COMPRESSED, _MATRIX = 15, 14
_STORED = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_NUMERIC = {
    6: "float64", 7: "float32", 8: "int8", 9: "uint8", 10: "int16", 11: "uint16", 12: "int32", 13: "uint32",
    14: "int64", 15: "uint64",
}  # fmt: skip
_OTHER = {1: "cell", 2: "struct", 3: "object", 4: "char", 5: "sparse", 16: "function", 17: "opaque"}
_CELL, _STRUCT, _OBJECT, _CHAR, _SPARSE = 1, 2, 3, 4, 5
_COMPLEX, _LOGICAL = 0x0800, 0x0200
# Deflate makes at most 1032 bytes of one.
_MOST_INFLATION = 1032
_DEEPEST, _MOST_ARRAYS, _LONGEST_TEXT = 16, 5000, 2**20
_PIECE = 2**20


class Damaged(Exception):  # noqa: N818 - caught and put into words by the reader of MATLAB files
    """What a file says of itself cannot be true."""


@dataclass(frozen=True)
class StoredSamples:
    """Samples of an array: where they start, counted in the file or in the unpacked variable, and as what."""

    start: int
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class StoredArray:
    """A numeric array of a file.

    Attributes:
        name: with the names of the structs around it, as "params.data".
        shape: in MATLAB's order; the first axis runs fastest in the file.
        kind: NumPy name of the declared class, which can be wider than the stored samples.
        packed: file position and length of the compressed variable around it; None when it lies there plainly.
        sparse: of a sparse array the numbers of the rows and the starts of the columns, with how many there are of them
            and of the samples; None of a plain one.
    """

    name: str
    shape: tuple[int, ...]
    kind: str
    real: StoredSamples
    imaginary: StoredSamples | None = None
    packed: tuple[int, int] | None = None
    sparse: Sparse | None = None


@dataclass(frozen=True)
class Sparse:
    """Where the numbers of a sparse array lie, besides its samples.

    Attributes:
        rows, starts: see `sparse.dense`.
        counts: how many there are of the samples, of `rows` and of `starts`.
    """

    rows: StoredSamples
    starts: StoredSamples
    counts: tuple[int, int, int]


@dataclass(frozen=True)
class Listing:
    arrays: tuple[StoredArray, ...]
    other: tuple[str, ...]  # names with kinds of what is no numeric array


class _Bytes(Protocol):
    @property
    def position(self) -> int: ...

    def require(self, count: int) -> None: ...

    def take(self, count: int) -> bytes: ...

    def skip(self, count: int) -> None: ...


class _Plain:
    """Bytes of the file itself, up to `end`."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file = file
        self._end = end

    @property
    def position(self) -> int:
        return self._file.tell()

    def take(self, count: int) -> bytes:
        self.require(count)
        return self._file.read(count)

    def skip(self, count: int) -> None:
        self.require(count)
        self._file.seek(count, os.SEEK_CUR)

    def require(self, count: int) -> None:
        if count > self._end - self.position:
            raise Damaged(
                say(
                    "{count} bytes are announced at byte {position}, {end} are there",
                    count=count,
                    position=self.position,
                    end=self._end - self.position,
                )
            )


class _Packed:
    """The bytes of a compressed variable, unpacked piece by piece as they are asked for."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length
        self._most = length * _MOST_INFLATION
        self._inflater = zlib.decompressobj()
        self._ready = b""
        self.position = 0

    def take(self, count: int) -> bytes:
        self.require(count)
        pieces = []
        while count:
            piece = self._piece(count)
            pieces.append(piece)
            count -= len(piece)
        return b"".join(pieces)

    def skip(self, count: int) -> None:
        self.require(count)
        while count:
            count -= len(self._piece(min(count, _PIECE)))

    def require(self, count: int) -> None:
        if count > self._most - self.position:
            raise Damaged(
                say("a compressed variable announces {count} bytes, more than its packed bytes can hold", count=count)
            )

    def finish(self) -> None:
        """Unpacks what is left, so that the checksum at the end is compared."""
        while not self._inflater.eof:
            self._piece(_PIECE)

    def _piece(self, most: int) -> bytes:
        """At least one byte, at most `most`."""
        stopping.check()
        while not self._inflater.eof:
            packed = self._inflater.unconsumed_tail
            if not packed:
                packed = self._file.read(min(self._left, _PIECE))
                self._left -= len(packed)
            try:
                got = self._inflater.decompress(packed, most)
            except zlib.error as error:
                raise Damaged(say("a compressed variable is damaged ({error})", error=error)) from error
            if got:
                self.position += len(got)
                return got
            if not packed and not self._inflater.eof:
                raise Damaged(say("a compressed variable ends too early"))
        if most == _PIECE:
            return b""
        raise Damaged(say("a compressed variable is shorter than it says"))


def list_arrays(path: Path) -> Listing:
    """Finds the arrays of a file.

    Raises:
        Damaged: the file is none of this kind, or damaged.
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        order = byte_order(file.read(HEADER_BYTES))
        arrays: list[StoredArray] = []
        other: list[str] = []
        while (start := file.tell()) < size:
            stopping.check()
            require_few(len(arrays) + len(other))
            tag = file.read(8)
            if len(tag) < 8:
                raise Damaged(say("the file ends within the head of a variable at byte {start}", start=start))
            kind, length = struct.unpack(order + "II", tag)
            if length > size - start - 8:
                raise Damaged(
                    say(
                        "the variable at byte {start} needs {length} bytes, the file has {size}",
                        start=start,
                        length=length,
                        size=size - start - 8,
                    )
                )
            for found in _variable(file, order, kind, length):
                if isinstance(found, StoredArray):
                    arrays.append(found)
                else:
                    other.append(found)
            file.seek(start + 8 + length)
    if not arrays and not other:
        raise Damaged(say("it holds no variables"))
    return Listing(tuple(arrays), tuple(other))


def require_few(arrays: int) -> None:
    """Refuses files of more arrays than anybody keeps in one.

    Raises:
        Damaged: there are more.
    """
    if arrays > _MOST_ARRAYS:
        raise Damaged(say("it holds more than {most:,} arrays", most=_MOST_ARRAYS))


def read_part(path: Path, array: StoredArray, part: StoredSamples) -> NDArray[Any]:
    """The samples of one part of an array, in memory, in MATLAB's order of axes. Its shape is that of the array, such
    as rows x cols x bands.

    Raises:
        Damaged: they cannot be unpacked.
        OSError: the file cannot be read.
    """
    return _samples(path, array, part, math.prod(array.shape)).reshape(array.shape, order="F")


def read_sparse(path: Path, array: StoredArray) -> NDArray[Any]:
    """A sparse array as a plain one, of its shape: rows x cols.

    Raises:
        Damaged: its parts cannot be unpacked or do not fit each other.
        OSError: the file cannot be read.
    """
    assert array.sparse is not None
    parts = (array.real, array.sparse.rows, array.sparse.starts)
    values, rows, starts = (
        _samples(path, array, part, count) for part, count in zip(parts, array.sparse.counts, strict=True)
    )
    try:
        return dense((array.shape[0], array.shape[1]), values, rows, starts, np.dtype(array.kind))
    except ValueError as error:
        raise Damaged(str(error)) from error


def _samples(path: Path, array: StoredArray, part: StoredSamples, count: int) -> NDArray[Any]:
    with path.open("rb") as file:
        if array.packed is None:
            file.seek(part.start)
            samples = np.empty(count, part.dtype)
            raw = samples.data.cast("B") if count else memoryview(b"")
            for begin in range(0, len(raw), _PIECE):
                stopping.check()
                piece = raw[begin : begin + _PIECE]
                if file.readinto(piece) != len(piece):
                    raise Damaged(say("the file has become shorter"))
        else:
            file.seek(array.packed[0])
            unpacked = _Packed(file, array.packed[1])
            unpacked.skip(part.start)
            samples = np.empty(count, part.dtype)
            raw = samples.data.cast("B") if count else memoryview(b"")
            for begin in range(0, len(raw), _PIECE):
                end = min(len(raw), begin + _PIECE)
                raw[begin:end] = unpacked.take(end - begin)
            unpacked.finish()
    return samples


def byte_order(header: bytes) -> str:
    """`<` or `>` by the header of a file.

    Raises:
        Damaged: it is no such header.
    """
    order = {b"IM": "<", b"MI": ">"}.get(header[126:128])
    if order is None:
        raise Damaged(say("it does not begin like a MATLAB file"))
    return order


def _variable(file: BinaryIO, order: str, kind: int, length: int) -> Iterator[StoredArray | str]:
    start = file.tell()
    if kind == _MATRIX:
        yield from _Matrix(_Plain(file, start + length), order, None).read(length, "", 0)
    elif kind == _COMPRESSED:
        content = _Packed(file, length)
        inner, inner_length = struct.unpack(order + "II", content.take(8))
        if inner == _MATRIX:
            yield from _Matrix(content, order, (start, length)).read(inner_length, "", 0)


class _Matrix:
    """Reads the description of a matrix and of everything in it."""

    def __init__(self, content: _Bytes, order: str, packed: tuple[int, int] | None) -> None:
        self._content = content
        self._order = order
        self._packed = packed
        self._found = 0

    def read(self, length: int, around: str, depth: int, own_name: str = "") -> Iterator[StoredArray | str]:
        """Yields the arrays of a matrix of `length` bytes; it ends where the matrix ends.

        Args:
            around: name of the struct that holds it.
            own_name: of a field; a variable carries its name itself.
        """
        end = self._content.position + length
        if length == 0:
            return
        flags, *_ = struct.unpack(self._order + "II", self._element(8))
        kind = flags & 0xFF
        shape = () if kind == 17 else self._shape()
        name = self._element().decode("utf-8", "replace")
        dot = "" if own_name.startswith("{") else "."
        name = f"{around}{dot}{own_name}" if around else own_name or name
        self._found += 1
        if self._found > _MOST_ARRAYS or depth > _DEEPEST:
            raise Damaged(
                say(
                    "more than {most_arrays} arrays, or structs nested deeper than {deepest}",
                    most_arrays=_MOST_ARRAYS,
                    deepest=_DEEPEST,
                )
            )
        if kind in _NUMERIC:
            yield self._numeric(name, shape, flags, depth)
            return
        if kind == _SPARSE and len(shape) == 2 and not flags & _COMPLEX:
            yield self._sparse(name, shape, flags)
            return
        yield f"{name} ({_OTHER.get(kind, 'unknown')})"
        # What is inside is read through: lengths that MATLAB writes for nested arrays can be wrong.
        if kind in (_STRUCT, _OBJECT):
            yield from self._fields(name, math.prod(shape), depth, kind == _OBJECT)
        elif kind == _CELL:
            yield from self._cells(name, shape, depth)
        elif kind in (_CHAR, _SPARSE):
            for _ in range(1 if kind == _CHAR else 4):
                self._skip_element()
        elif end >= self._content.position:
            self._content.skip(end - self._content.position)

    def _numeric(self, name: str, shape: tuple[int, ...], flags: int, depth: int) -> StoredArray:
        real, left = self._part(name, shape)
        imaginary = None
        if flags & _COMPLEX:
            self._content.skip(left)
            imaginary, left = self._part(name, shape)
        # The end of a variable is known to the file: unpacking its samples now would be for nothing.
        if depth:
            self._content.skip(left)
        kind = "bool" if flags & _LOGICAL else _NUMERIC[flags & 0xFF]
        return StoredArray(name, shape, kind, real, imaginary, self._packed)

    def _sparse(self, name: str, shape: tuple[int, ...], flags: int) -> StoredArray:
        """A sparse array: row numbers, starts of columns, samples."""
        parts, counts = [], []
        for _ in range(3):
            kind, length, padding = self._tag()
            dtype = np.dtype(self._order + _STORED.get(kind, "V1"))
            if kind not in _STORED or length % dtype.itemsize:
                raise Damaged(say("the samples of {name} have the unknown type {kind}", name=name, kind=kind))
            self._content.require(length)
            parts.append(StoredSamples(self._content.position, dtype))
            counts.append(length // dtype.itemsize)
            self._content.skip(length + padding)
        rows, starts, real = parts
        sparse = Sparse(rows, starts, (counts[2], counts[0], counts[1]))
        return StoredArray(name, shape, "bool" if flags & _LOGICAL else "float64", real, None, self._packed, sparse)

    def _part(self, name: str, shape: tuple[int, ...]) -> tuple[StoredSamples, int]:
        """Samples that begin here, and how many bytes they and their padding take."""
        kind, length, padding = self._tag()
        if kind not in _STORED:
            raise Damaged(say("the samples of {name} have the unknown type {kind}", name=name, kind=kind))
        dtype = np.dtype(self._order + _STORED[kind])
        if length != math.prod(shape) * dtype.itemsize:
            size = " x ".join(map(str, shape))
            raise Damaged(
                say(
                    "the array {name} of {size} {dtype_name} is said to take {length} bytes",
                    name=name,
                    size=size,
                    dtype_name=dtype.name,
                    length=length,
                )
            )
        self._content.require(length)
        return StoredSamples(self._content.position, dtype), length + padding

    def _cells(self, name: str, shape: tuple[int, ...], depth: int) -> Iterator[StoredArray | str]:
        count = math.prod(shape)
        if count > _MOST_ARRAYS:
            raise Damaged(say("the cell array {name} says that it holds {count} arrays", name=name, count=count))
        for number in range(count):
            yield from self._field(name, f"{{{number + 1}}}", depth)

    def _field(self, around: str, own_name: str, depth: int) -> Iterator[StoredArray | str]:
        kind, length, padding = self._tag()
        if kind != _MATRIX:
            raise Damaged(say("{own_name} of {around} is no array", own_name=own_name, around=around))
        for found in self.read(length, around, depth + 1, own_name):
            # Of what lies in cells only arrays of numbers are told: there are cells of thousands of texts.
            if not own_name.startswith("{") or isinstance(found, StoredArray):
                yield found
        self._content.skip(padding)

    def _fields(self, name: str, count: int, depth: int, is_object: bool) -> Iterator[StoredArray | str]:
        if is_object:
            self._element()  # the name of the class
        (width,) = struct.unpack(self._order + "i", self._element(4))
        names = self._element()
        if width <= 0 or len(names) % width:
            raise Damaged(say("the field names of {name} are damaged", name=name))
        fields = [
            names[at : at + width].split(b"\0")[0].decode("utf-8", "replace") for at in range(0, len(names), width)
        ]
        if count * len(fields) > _MOST_ARRAYS:
            raise Damaged(
                say("the struct {name} says that it holds {count} fields", name=name, count=count * len(fields))
            )
        for number in range(count):
            around = name if count == 1 else f"{name}({number + 1})"
            for field in fields:
                yield from self._field(around, field, depth)

    def _shape(self) -> tuple[int, ...]:
        raw = self._element()
        shape = tuple(int(n) for n in np.frombuffer(raw[: len(raw) // 4 * 4], self._order + "i4"))
        if not 2 <= len(shape) <= 32 or min(shape) < 0:
            raise Damaged(say("an array has the shape {shape}", shape=shape))
        return shape

    def _skip_element(self) -> None:
        _, length, padding = self._tag()
        self._content.skip(length + padding)

    def _element(self, expected: int | None = None) -> bytes:
        """The bytes of a short element."""
        _, length, padding = self._tag()
        if length > _LONGEST_TEXT or (expected is not None and length != expected):
            raise Damaged(
                say(
                    "an element of {length} bytes stands where {expected} was expected",
                    length=length,
                    expected=expected or say("a short text"),
                )
            )
        content = self._content.take(length)
        self._content.skip(padding)
        return content

    def _tag(self) -> tuple[int, int, int]:
        """Type, length and padding of the element that begins here."""
        (first,) = struct.unpack(self._order + "I", self._content.take(4))
        if first >> 16:  # type and length share four bytes, four of data follow
            length = first >> 16
            if length > 4:
                raise Damaged(say("a small element says that it holds {length} bytes", length=length))
            return first & 0xFFFF, length, 4 - length
        (length,) = struct.unpack(self._order + "I", self._content.take(4))
        return first, length, -length % 8
