"""What the attributes of an array say of its stored numbers: that signed ones are meant without a sign (`_Unsigned`),
and which of them are no data. Several no-data values are read as one.

Sources: Unidata, "NetCDF Users Guide", Attribute Conventions (`_Unsigned`, `_FillValue`) and the default fill values of
netcdf.h; CF Metadata Conventions 1.11, section 2.5.1: `missing_value` may be a list, and may stand beside `_FillValue`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Source
from hsigui.cube.formats.hdf5_attributes import Attributes, text_of
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.looks import tile_of
from hsigui.cube.nodata import equals_nodata
from hsigui.texts import say

_NO_DATA = ("_FillValue", "missing_value", "fill_value", "nodata", "no_data", "no_data_value", "data_ignore_value",
            "nodata_value", "ignore_value", "nodatavals")  # fmt: skip
_MOST_VALUES = 16
# What NetCDF leaves in samples that were never written; one byte has none.
_NEVER_WRITTEN = {
    "i2": -32767.0, "u2": 65535.0, "i4": -2147483647.0, "u4": 4294967295.0, "i8": -9223372036854775806.0,
    "f4": 9.969209968386869e36, "f8": 9.969209968386869e36,
}  # fmt: skip


def meant_type(dtype: np.dtype[Any], attributes: Mapping[str, Any]) -> np.dtype[Any]:
    """The type in which the integers of an array are meant: NetCDF writes unsigned ones as signed, with an attribute
    that says so."""
    if dtype.kind not in "iu" or "_Unsigned" not in attributes:
        return dtype
    said = text_of(attributes["_Unsigned"]).casefold()
    if (dtype.kind, said) in {("i", "true"), ("u", "false")}:
        return np.dtype(dtype.str.replace(dtype.kind, "u" if said == "true" else "i"))
    return dtype


def as_meant(value: float, dtype: np.dtype[Any]) -> float:
    """A number from an attribute, of the sign that stored numbers have, as one of the type in which they are meant."""
    span = 2.0 ** (8 * dtype.itemsize)
    if dtype.kind == "u" and -span / 2 <= value < 0:
        return value + span
    return value - span if dtype.kind == "i" and span / 2 <= value < span else value


def _no_data_of(around: Attributes, stored: np.dtype[Any], meant: np.dtype[Any]) -> tuple[float, ...]:
    """The stored numbers that mean no data, the one for all of them first; none where the file names none.

    Args:
        stored, meant: the types in which the array has its numbers, and means them.
    """
    own = [value for name in _NO_DATA for value in np.unique(around.own.numbers(name))[:_MOST_VALUES].tolist()]
    said = own or np.unique(around.numbers(*_NO_DATA))[:_MOST_VALUES].tolist()
    values = list(dict.fromkeys(value if stored == meant else as_meant(value, meant) for value in said))
    if len(values) > 1:
        # Zero is a common measurement too, and NaN is no data in any case.
        values = [value for value in values if value and not np.isnan(value) and _holds(meant, value)] or values[:1]
    return tuple(values)


def never_written(file: Any, name: str, netcdf: bool) -> float | None:
    """What stands in samples of an array that nobody wrote; None where that is 0, or not said.

    Args:
        netcdf: the library of NetCDF wrote the file.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    item = item_of(file, name)
    dtype = meant_type(item.dtype, item.attrs)
    if netcdf:
        return _NEVER_WRITTEN.get(f"{dtype.kind}{dtype.itemsize}")
    if not isinstance(item, h5py.Dataset) or dtype.kind not in "iuf":
        return None
    chosen = item.id.get_create_plist().fill_value_defined() == h5py.h5d.FILL_VALUE_USER_DEFINED
    fill = float(item.fillvalue) if chosen else 0.0
    return as_meant(fill, dtype) if fill and not np.isnan(fill) else None


def told_of_values(values: Sequence[float]) -> tuple[str, ...]:
    """A sentence where there are several no-data values."""
    if len(values) < 2:
        return ()
    listed = ", ".join(f"{value:g}" for value in values)
    return (say("The file has several no-data values ({values}): all are read as {first:g}.", values=listed,
                first=values[0]),)  # fmt: skip


def _holds(dtype: np.dtype[Any], value: float) -> bool:
    return dtype.kind not in "iu" or (value == int(value) and np.iinfo(dtype).min <= value <= np.iinfo(dtype).max)


@dataclass(frozen=True)
class Meant:
    """A source whose samples are handed out as their array means them.

    Attributes:
        source: the stored samples.
        dtype: in which they are meant.
        values: the stored numbers that mean no data; the first stands for all of them.
    """

    source: Source
    dtype: np.dtype[Any]
    values: tuple[float, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, bands."""
        return self.source.shape

    @property
    def tile(self) -> tuple[int, int] | None:
        """Rows and columns that are packed together; None where samples are not packed."""
        return tile_of(self.source)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, with one no-data value."""
        found = self.source.read(rows, cols, bands).view(self.dtype)
        for value in self.values[1:]:
            found[equals_nodata(found, value)] = self.values[0]
        return found


@dataclass(frozen=True)
class Said:
    """What the attributes of an array say of its stored numbers.

    Attributes:
        stored, dtype: the types in which it has them, and means them.
        values: of them that mean no data, the one for all of them first.
    """

    stored: np.dtype[Any]
    dtype: np.dtype[Any]
    values: tuple[float, ...]

    def of(self, source: Source) -> Source:
        """The samples of the array as they are meant."""
        if self.dtype == self.stored and len(self.values) < 2:
            return source
        dtype = source.dtype if self.dtype == self.stored else self.dtype.newbyteorder("=")
        return Meant(source, dtype, self.values)


def as_said(file: Any, name: str) -> Said:
    """What the attributes of an array say of its stored numbers.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    around, item = Attributes.around(file, name), item_of(file, name)
    dtype = meant_type(item.dtype, item.attrs)
    return Said(item.dtype, dtype, _no_data_of(around, item.dtype, dtype))
