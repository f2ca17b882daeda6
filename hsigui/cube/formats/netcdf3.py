"""NetCDF files of version 3 (classic, 64-bit offset and 64-bit data), looked at as if they were HDF5: a file in memory
that has their variables, dimensions and attributes, and whose samples stay where they are, as external storage. So all
that is known of NetCDF 4 (CF's conventions, places, masks, products) is known of them.

Every length in the file is checked against the bytes that are really there before anything is made of it.

Source: Unidata, "The NetCDF Classic Format Specification", with the variants CDF-2 and CDF-5.
"""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hsigui import stopping
from hsigui.errors import HsiError
from hsigui.texts import say

MAGIC = b"CDF"
_VERSIONS = (1, 2, 5)
_DIMENSIONS, _VARIABLES, _ATTRIBUTES = 10, 11, 12
_TYPES = {
    1: "i1", 2: "S1", 3: ">i2", 4: ">i4", 5: ">f4", 6: ">f8", 7: "u1", 8: ">u2", 9: ">u4", 10: ">i8", 11: ">u8",
}  # fmt: skip
_CHAR = 2
_MOST, _LONGEST, _MOST_AXES = 5000, 16 * 2**20, 32  # variables, bytes of an attribute, dimensions of a variable
_MOST_RECORDS = 100_000  # pieces that samples may lie in
_NO_NUMBER = 0xFFFFFFFF  # of records, where a program is still writing
_numbers = itertools.count()


@dataclass(frozen=True)
class _Variable:
    """A variable of the file; `axes` are numbers of dimensions, `begin` is where its first sample lies."""

    name: str
    axes: tuple[int, ...]
    attributes: dict[str, Any]
    kind: int
    begin: int


class _Damaged(ValueError):  # noqa: N818 - caught and put into words below
    """What a file says of itself cannot be true."""


def is_netcdf3(head: bytes) -> bool:
    """Whether a file begins like one of these."""
    return head[:3] == MAGIC and len(head) > 3 and head[3] in _VERSIONS


def as_hdf5(path: Path) -> Any:
    """An h5py file in memory that shows what a NetCDF 3 file holds. It keeps nothing of it open.

    Raises:
        HsiError: the file is damaged or cut off.
    """
    try:
        header = _Header(path)
        made = h5py.File(
            path.absolute().with_name(f"{path.name}-{next(_numbers)}"), "w", driver="core", backing_store=False
        )
        _fill(made, header, path.absolute())
    except (_Damaged, UnicodeDecodeError, OSError, OverflowError, MemoryError) as error:
        raise HsiError(
            say("{name} cannot be read as a NetCDF file of version 3: {reason}.", name=path.name, reason=error),
            say("Is the file complete?"),
        ) from error
    return made


class _Header:
    """What stands before the samples of a file.

    Attributes:
        dimensions: names and lengths; the length of the unlimited one is 0 in the file, and here the number of records.
        unlimited: its number; None where there is none.
        record: bytes from one record to the next.
    """

    def __init__(self, path: Path) -> None:
        self._size = path.stat().st_size
        with path.open("rb") as file:
            self._file = file
            version = self._take(4)[3]
            self._wide = version == 5
            self._offset_bytes = 4 if version == 1 else 8
            records = self._count()
            self.dimensions = [(self._name(), self._count()) for _ in range(self._list(_DIMENSIONS))]
            lengths = [length for _, length in self.dimensions]
            self.unlimited = lengths.index(0) if 0 in lengths else None
            self.attributes = self._attributes()
            self.variables = [self._variable() for _ in range(self._list(_VARIABLES))]
        self.record = self._record_bytes()
        if self.unlimited is not None:
            self.dimensions[self.unlimited] = self.dimensions[self.unlimited][0], self._records(records)

    def in_records(self, variable: _Variable) -> bool:
        """Whether each record has a piece of a variable."""
        return bool(variable.axes) and variable.axes[0] == self.unlimited

    def shape(self, variable: _Variable) -> tuple[int, ...]:
        """Lengths of its axes."""
        return tuple(self.dimensions[axis][1] for axis in variable.axes)

    def piece(self, variable: _Variable) -> int:
        """Bytes of its samples, or of those in one record."""
        axes = variable.axes[1:] if self.in_records(variable) else variable.axes
        return math.prod(self.dimensions[axis][1] for axis in axes) * np.dtype(_TYPES[variable.kind]).itemsize

    def places(self, variable: _Variable) -> list[tuple[int, int]]:
        """Where its samples lie: pieces of bytes, from and how many.

        Raises:
            _Damaged: they would lie behind the end of the file, or in more pieces than can be.
        """
        each = self.piece(variable)
        count = self.shape(variable)[0] if self.in_records(variable) else 1
        if not each or not count:
            return []
        end = variable.begin + (count - 1) * self.record + each
        if end > self._size:
            raise _Damaged(
                say("the variable {name} should end at byte {end}, the file has {size}", name=variable.name, end=end,
                    size=self._size)
            )  # fmt: skip
        if self.record == each or count == 1:
            return [(variable.begin, each * count)]
        if count > _MOST_RECORDS:
            raise _Damaged(say("it has more than {most:,} records", most=_MOST_RECORDS))
        return [(variable.begin + number * self.record, each) for number in range(count)]

    def _record_bytes(self) -> int:
        """Pieces of a record are filled up to multiples of four bytes, except where there is one only."""
        pieces = [self.piece(variable) for variable in self.variables if self.in_records(variable)]
        return pieces[0] if len(pieces) == 1 else sum(-(-piece // 4) * 4 for piece in pieces)

    def _records(self, told: int) -> int:
        begins = [variable.begin for variable in self.variables if self.in_records(variable)]
        if not begins or not self.record:
            return 0
        there = max(0, self._size - min(begins)) // self.record
        return there if told == _NO_NUMBER and not self._wide else told

    def _variable(self) -> _Variable:
        name, count = self._name(), self._count()
        if count > _MOST_AXES:
            raise _Damaged(say("the variable {name} has {count} dimensions", name=name, count=count))
        axes = tuple(self._count() for _ in range(count))
        if any(axis >= len(self.dimensions) for axis in axes) or self.unlimited in axes[1:]:
            raise _Damaged(say("the dimensions of {name} are not there", name=name))
        attributes, kind = self._attributes(), self._kind()
        self._count()  # its size, which is too small to be told for large ones
        return _Variable(name, axes, attributes, kind, int.from_bytes(self._take(self._offset_bytes), "big"))

    def _attributes(self) -> dict[str, Any]:
        return dict(self._attribute() for _ in range(self._list(_ATTRIBUTES)))

    def _attribute(self) -> tuple[str, Any]:
        name, kind, count = self._name(), self._kind(), self._count()
        dtype = np.dtype(_TYPES[kind])
        raw = self._padded(count * dtype.itemsize)
        if kind == _CHAR:
            return name, raw.rstrip(b"\0").decode("utf-8", "replace")
        values = np.frombuffer(raw, dtype).astype(dtype.newbyteorder("="))
        return name, values[0] if count == 1 else values

    def _list(self, wanted: int) -> int:
        """How many entries a list has; its mark is that of nothing where there are none."""
        mark, count = int.from_bytes(self._take(4), "big"), self._count()
        if mark != wanted and (mark or count):
            raise _Damaged(say("a list in its header is damaged"))
        if count > _MOST:
            raise _Damaged(say("it has more than {most:,} entries in a list", most=_MOST))
        return count

    def _kind(self) -> int:
        kind = int.from_bytes(self._take(4), "big")
        if kind not in _TYPES:
            raise _Damaged(say("it names the unknown type {kind}", kind=kind))
        return kind

    def _name(self) -> str:
        return self._padded(self._count()).decode("utf-8")

    def _count(self) -> int:
        return int.from_bytes(self._take(8 if self._wide else 4), "big")

    def _padded(self, count: int) -> bytes:
        return self._take(-(-count // 4) * 4)[:count]

    def _take(self, count: int) -> bytes:
        if count > _LONGEST:
            raise _Damaged(say("a text or list in its header is said to have {count} bytes", count=count))
        stopping.check()
        found = self._file.read(count)
        if len(found) < count:
            raise _Damaged(say("its header is cut off"))
        return found


def _fill(made: Any, header: _Header, path: Path) -> None:
    _describe(made, header.attributes)
    scales: dict[str, Any] = {}
    for variable in header.variables:
        stopping.check()
        if not variable.name or variable.name in made:
            raise _Damaged(say("a name stands there twice, or none"))
        dataset = _dataset(made, header, variable, path)
        _describe(dataset, variable.attributes)
        if [header.dimensions[axis][0] for axis in variable.axes] == [variable.name]:
            dataset.make_scale(variable.name)
            scales[variable.name] = dataset
    for variable in header.variables:
        for number, axis in enumerate(variable.axes):
            scale = scales.get(header.dimensions[axis][0])
            if scale is not None and scale.name != made[variable.name].name:
                made[variable.name].dims[number].attach_scale(scale)


def _dataset(made: Any, header: _Header, variable: _Variable, path: Path) -> Any:
    name, shape = variable.name.replace("/", "_"), header.shape(variable)
    dtype = np.dtype(_TYPES[variable.kind])
    if dtype.kind == "i" and str(variable.attributes.get("_Unsigned", "")).casefold() == "true":
        dtype = np.dtype(dtype.str.replace("i", "u"))
    places = header.places(variable)
    if not shape or not places:  # external storage is for arrays of some size
        values = np.zeros(shape, dtype)
        if places:
            with path.open("rb") as file:
                file.seek(places[0][0])
                values = np.frombuffer(file.read(places[0][1]), dtype).reshape(shape)
        return made.create_dataset(name, data=values)
    external = [(os.fspath(path), begin, count) for begin, count in places]
    return made.create_dataset(name, shape, dtype, external=external)


def _describe(item: Any, attributes: dict[str, Any]) -> None:
    unsigned = str(attributes.get("_Unsigned", "")).casefold() == "true"
    for name, value in attributes.items():
        if unsigned and isinstance(value, np.signedinteger | np.ndarray) and value.dtype.kind == "i":
            value = value.view(value.dtype.str.replace("i", "u"))
        if not (isinstance(value, np.ndarray | Sequence) and not len(value)):
            item.attrs[name] = value
