"""In what numbers a cube is written: its own samples, or its values in another type, scaled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.errors import HsiError
from hsigui.preparing.made import as_values, info_of_values, made_of_values
from hsigui.preparing.words import TYPES
from hsigui.texts import say


@dataclass(frozen=True)
class Cast:
    """The samples of a source in a type that holds them all."""

    source: Source
    dtype: np.dtype[Any]
    made_of: ClassVar[str] = "samples"

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.source.shape

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, the same numbers."""
        return self.source.read(rows, cols, bands).astype(self.dtype, copy=False)


@dataclass(frozen=True)
class Packed:
    """The values of a cube as whole numbers: times a scale, rounded; one number stands for no data."""

    cube: Cube
    dtype: np.dtype[Any]
    scale: float
    nodata: float

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return made_of_values(self.cube.info)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.cube.shape

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, rounded.

        Raises:
            HsiError: a value does not fit, or would be taken for no data.
        """
        values = self.cube.read(rows, cols, bands).astype(np.float64) * self.scale
        known = np.isfinite(values)
        whole = np.rint(np.where(known, values, 0))
        limits = np.iinfo(self.dtype)
        wrong = known & ((whole < float(limits.min)) | (whole > float(limits.max)) | (whole == self.nodata))
        if wrong.any():
            raise HsiError(
                say(
                    "The value {value:g} cannot be written as {type} with scale {scale:g}: it would be {whole:g}, "
                    "where {low} to {high} fit and {nodata:g} stands for no data.",
                    value=values[wrong][0] / self.scale, type=self.dtype.name, scale=self.scale, whole=whole[wrong][0],
                    low=limits.min, high=limits.max, nodata=self.nodata,
                ),
                say("Choose another type (--type float32) or a smaller scale (--scale)."),
            )  # fmt: skip
        return np.where(known, whole, self.nodata).astype(self.dtype)


def in_type(
    cube: Cube, dtype: str = "", scale: float | None = None, *, offset: bool = False, bare: bool = False
) -> Cube:
    """The cube as it is to be written: its samples are those of the file, and its info says what they mean.

    Args:
        dtype: one of `TYPES`; empty for its own, or the next that holds its samples. Values in a floating type are
            scaled, with NaN for no data.
        scale: what whole numbers are to be divided by when they are read; None for the cube's own scale.
        offset: whether the file can say that one number is added to all values.
        bare: the file can say neither scale nor no-data: numbers are what they are.

    Raises:
        HsiError: there is no such type, a scale is given with a floating type or is not above 0, or whole numbers
            would need a scale or a number for no data, and the file has none.
    """
    if dtype and dtype not in TYPES:
        raise HsiError(say("There is no type {type}.", type=dtype), say("Choose from: {all}.", all=", ".join(TYPES)))
    own = cube.source.dtype.newbyteorder("=")
    if scale is not None and not 0 < scale < np.inf:
        raise HsiError(say("The scale must be above 0."), say("10000 is common for reflectance as int16."))
    info = cube.info
    wanted = np.dtype(dtype) if dtype else np.dtype(np.int16) if scale is not None else None
    plain = info.valid_range is None and (offset or not info.offset)
    plain &= not bare or (info.scale == 1.0 and (info.nodata is None or bool(np.isnan(info.nodata))))
    kept_scale = scale is None or scale == info.scale
    if wanted is None:
        return _kept(cube, own) if plain else as_values(cube)
    if wanted.kind in "fc":
        if scale is not None:
            raise HsiError(
                say("A scale is of no use to floating numbers."), say("Leave out --scale, or choose a whole type.")
            )
        as_they_are = plain and info.scale == 1.0 and not info.offset and np.can_cast(own, wanted, "safe")
        return _kept(cube, wanted) if as_they_are else _floats(cube, wanted)
    if plain and kept_scale and np.can_cast(own, wanted, "safe"):
        return _kept(cube, wanted)
    if bare:
        raise HsiError(
            say("Whole numbers would need a scale or a number for no data, which this format cannot say."),
            say("Leave out --type and --to-scale, or choose float32."),
        )
    return _packed(cube, wanted, info.scale if scale is None else scale)


def reciprocal(scale: float) -> float:
    """What values are multiplied by that are to be divided by a scale; such that it leads back to the same number where
    there is one that does."""
    near = 1.0 / scale
    found = (near, math.nextafter(near, math.inf), math.nextafter(near, 0.0))
    return next((factor for factor in found if 1.0 / factor == scale), near)


def _kept(cube: Cube, wanted: np.dtype[Any]) -> Cube:
    """Its own samples, in the narrowest type that is known and holds all that the wanted one does."""
    kind = next((np.dtype(t) for t in TYPES if np.can_cast(wanted, t, "safe")), None)
    if kind is None:
        return as_values(cube)
    info = cube.info
    if info.nodata is not None and not _holds(kind, info.nodata):
        info = replace(info, nodata=None)  # no sample is what its type cannot hold
    return cube.over(lambda source: Cast(source, kind), info)


def _floats(cube: Cube, wanted: np.dtype[Any]) -> Cube:
    values = as_values(cube)
    return values.over(lambda source: Cast(source, wanted), values.info)


def _packed(cube: Cube, wanted: np.dtype[Any], scale: float) -> Cube:
    limits = np.iinfo(wanted)
    own = cube.info.nodata
    usable = own is not None and own != 0 and _holds(wanted, own)
    nodata = float(own) if usable and own is not None else float(limits.max if limits.min == 0 else limits.min)
    info: CubeInfo = replace(info_of_values(cube.info), nodata=nodata, scale=scale)
    return cube.over(lambda _: Packed(cube, wanted, scale, nodata), info)


def _holds(kind: np.dtype[Any], number: float) -> bool:
    if kind.kind in "fc":
        return True
    limits = np.iinfo(kind)
    return bool(np.isfinite(number) and number == int(number) and limits.min <= number <= limits.max)
