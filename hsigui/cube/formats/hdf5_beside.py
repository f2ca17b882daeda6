"""What the attributes of an HDF5 or NetCDF file say of one of its arrays: no-data, scale, valid range, band lists.

Sources: CF Metadata Conventions 1.11, sections 2.5.1 (missing data, valid and actual range) and 8.1 (packed data);
Unidata, "NetCDF Users Guide", Attribute Conventions, on the type of `valid_range`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hsigui.cube.formats.array_file import BandLists, Beside
from hsigui.cube.formats.hdf5_attributes import Attributes, keys_of, text_of, texts_of
from hsigui.cube.formats.hdf5_links import item_of
from hsigui.cube.formats.hdf5_place import scales_of
from hsigui.cube.formats.hdf5_samples import Said, as_meant, as_said, never_written, told_of_values
from hsigui.cube.formats.lists_beside import WAVELENGTH_NAMES, WIDTH_NAMES
from hsigui.cube.history import TAG, history_of
from hsigui.cube.wavelengths import is_wavelength_unit
from hsigui.texts import say

_SCALE = ("scale_factor", "reflectance_scale_factor")
_OFFSET = ("add_offset", "band_offsets")
BAND_NAMES, DEFAULT_BANDS = "band_names", "default_bands"  # the latter counted from 1, as ENVI does
_GOOD = ("good_wavelengths", "good_bands", "bbl", "good_band_list")
_WAVELENGTHS = ("sensor_band_central_radiation_wavelength", "radiation_wavelength")  # standard names of CF
_LEAST_DIVISOR = 10.0  # no producer multiplies reflectances by so much, and many divide by such a number


def beside_array(file: Any, name: str, bands: int, netcdf: bool = False) -> Beside:
    """No-data, scale, valid range and band lists of an array.

    Args:
        netcdf: the library of NetCDF wrote the file: what it leaves in samples that nobody wrote is no data.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    samples, around = as_said(file, name), Attributes.around(file, name)
    packing, notes = _packing(around, bands)
    valid, said = _valid_range(around.own, samples, packing)
    return Beside(
        nodata=samples.values[0] if samples.values else None,
        never_written=never_written(file, name, netcdf),
        scale=packing.scale,
        offset=packing.offset,
        valid_range=valid,
        gains=packing.gains,
        offsets=packing.offsets,
        notes=(*told_of_values(samples.values), *notes, *said),
        lists=_own_lists(around.own, bands) or _of_coordinate(file, name, bands),
        band_names=texts_of(around.own.get(BAND_NAMES)),
        default_bands=shown_first(around.own),
        history=history_of(around.own.text(TAG)),
        metadata=_texts(file, around),
    )


def shown_first(own: Attributes) -> tuple[int, ...]:
    """The bands that an array names to be shown first, one or three, from 0."""
    numbers = own.numbers(DEFAULT_BANDS)
    return tuple(int(n) - 1 for n in numbers) if numbers.size in (1, 3) and (numbers % 1 == 0).all() else ()


@dataclass(frozen=True)
class _Packing:
    """Stored numbers become values by dividing them by `scale` and adding `offset`; where there is one of each a band,
    they are told and not applied."""

    scale: float = 1.0
    offset: float = 0.0
    gains: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()


def _packing(around: Attributes, bands: int) -> tuple[_Packing, tuple[str, ...]]:
    gains, offsets = (tuple(around.numbers(*names).tolist()) for names in (_SCALE, _OFFSET))
    if bands > 1 and bands in (len(gains), len(offsets)):
        listed = say("The scales and offsets of the file are listed, not applied: stored values are shown.")
        known = (values if len(values) == bands else values * bands if len(values) == 1 else ()
                 for values in (gains, offsets))  # fmt: skip
        return _Packing(1.0, 0.0, *known), (listed,)
    factor, offset = around.number(*_SCALE), around.number(*_OFFSET) or 0.0
    if factor is not None and not (math.isfinite(factor) and factor > 0):
        return _Packing(), (say("The scale factor {scale:g} makes no sense: it is ignored.", scale=factor),)
    if not math.isfinite(offset):
        return _Packing(), (say("The offset {offset:g} makes no sense: it is ignored.", offset=offset),)
    key = around.key(*_SCALE)
    if factor is not None and key != "scale_factor" and factor >= _LEAST_DIVISOR:
        note = say("Values are divided by {factor:g}, which the file calls {key}.", factor=factor, key=key)
        return _Packing(factor, offset), (note,)
    scale = 1.0 if factor is None else float(1 / np.float64(factor))
    if not offset:
        return _Packing(scale), ()
    said = say("As the file says, {offset:g} is added to the values.", offset=offset)
    return _Packing(scale, offset), (said,)


def _valid_range(
    own: Attributes, samples: Said, packing: _Packing
) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """The smallest and the largest stored number that counts, and a sentence that says so."""
    dtype = samples.dtype
    both = own.numbers("valid_range")
    low = own.number("valid_min") if both.size != 2 else float(both[0])
    high = own.number("valid_max") if both.size != 2 else float(both[1])
    if low is None and high is None:
        return None, ()
    said = own.get("valid_range", "valid_min", "valid_max")
    if np.asarray(said).dtype.kind == "f" and dtype.kind in "iu" and packing != _Packing():
        # Of the type of the unpacked values, so in their units.
        low, high = (None if v is None else (v - packing.offset) * packing.scale for v in (low, high))
    elif samples.stored != dtype:
        low, high = (None if v is None else as_meant(v, dtype) for v in (low, high))
    ends = (-math.inf if low is None else low, math.inf if high is None else high)
    if not ends[0] < ends[1]:
        return None, (say("The valid range {low:g} to {high:g} makes no sense: it is ignored.", low=low, high=high),)
    kept = dtype.kind in "iu" and ends[0] <= np.iinfo(dtype).min and ends[1] >= np.iinfo(dtype).max
    if kept:
        return None, ()
    note = say(
        "Stored values outside {low:g} to {high:g} are no data: the file calls that the valid range.",
        low=ends[0],
        high=ends[1],
    )
    return ends, (note,)


def _own_lists(own: Attributes, bands: int) -> BandLists | None:
    """Lists with one entry a band that are attributes of the array itself."""
    centers = own.numbers(*sorted(WAVELENGTH_NAMES, key=len, reverse=True))
    if centers.size != bands or bands < 2:
        return None
    widths, good = own.numbers(*sorted(WIDTH_NAMES)), own.numbers(*_GOOD)
    bad = good == 0 if good.size == bands and np.isin(good, (0, 1)).all() and good.any() else np.zeros(0, bool)
    unit = own.text("wavelength_units", "wavelength_unit", "wavelengths_units", "units_of_wavelength")
    return BandLists(
        tuple(centers.tolist()), unit, tuple(widths.tolist()) if widths.size == bands else (), tuple(bad.tolist())
    )


def _of_coordinate(file: Any, name: str, bands: int) -> BandLists | None:
    """Wavelengths that are the coordinate of an axis, whatever that is called: by its standard name, or its unit."""
    if bands < 2:
        return None
    for axis in range(len(item_of(file, name).shape)):
        for scale in scales_of(file, name, axis):
            called = str(scale.name).rsplit("/", 1)[-1].casefold()
            standard, unit = (text_of(scale.attrs.get(key, "")) for key in ("standard_name", "units"))
            said = standard in _WAVELENGTHS or is_wavelength_unit(unit)
            if scale.shape == (bands,) and scale.dtype.kind in "iuf" and said and called not in WAVELENGTH_NAMES:
                return BandLists(tuple(np.asarray(scale[()], dtype=float).tolist()), unit)
    return None


def _texts(file: Any, around: Attributes) -> dict[str, str]:
    """The texts of the root, and the unit of the values."""
    found = {key: text for key in keys_of(file.attrs) if (text := text_of(file.attrs[key]))}
    units = around.own.text("units", "unit")
    return found | ({"units of values": units} if units else {})
