"""Sources whose samples are made of a cube's values when they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.cube.masked import MaskedCube
from hsigui.cube.of_cube import OfCube


@dataclass(frozen=True)
class Values(OfCube):
    """The values of a cube as samples: float32, scaled, NaN where there is no data."""

    cube: Cube

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return made_of_values(self.cube.info)

    @property
    def any_window_is_cheap(self) -> bool:
        """Whether the cube's samples lie in no pieces that are unpacked as a whole."""
        return bool(getattr(self.cube.source, "any_window_is_cheap", False))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Values of a window, rows x cols x bands; NaN where there is no data."""
        return self.cube.read(rows, cols, bands)


@dataclass(frozen=True, eq=False)
class InsideSource:
    """A source whose samples outside of an area are one number.

    Attributes:
        inside: rows x cols.
        other: the number.
    """

    source: Source
    inside: NDArray[np.bool_]
    other: float
    made_of: ClassVar[str] = "samples"  # see `windows`

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.source.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    @property
    def any_window_is_cheap(self) -> bool:
        """Whether samples lie in no pieces that are unpacked as a whole."""
        return bool(getattr(self.source, "any_window_is_cheap", False))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, as they are stored."""
        found = self.source.read(rows, cols, bands)
        return np.where(self.inside[rows, cols, None], found, np.asarray(self.other, dtype=self.dtype))


def made_of_values(info: CubeInfo) -> str:
    """What one value is made of, see `windows`: where 0 stands for no data, that is a whole spectrum of samples."""
    return "spectra" if info.nodata == 0 else "samples"


def info_of_values(info: CubeInfo) -> CubeInfo:
    """What is known of a cube whose values are the samples of another."""
    return replace(info, nodata=float("nan"), scale=1.0, offset=0.0, valid_range=None, gains=(), offsets=())


def as_values(cube: Cube) -> Cube:
    """The cube whose stored samples are the values of another; NaN also where a mask withholds pixels."""
    return Cube(Values(cube), info_of_values(cube.info), name=cube.name, path=cube.path)


def has_mark(cube: Cube) -> bool:
    """Whether a sample of the cube's own type stands for no data, and nothing else: 0 is a measurement, too. No pixel
    is withheld by a mask."""
    nodata = cube.info.nodata
    if nodata is None or nodata == 0 or isinstance(cube, MaskedCube):
        return False
    if np.isnan(nodata):
        return cube.dtype.kind in "fc"
    with np.errstate(over="ignore", invalid="ignore"):
        held = np.asarray(nodata).astype(cube.dtype)
    return bool(held == nodata) or (cube.dtype.kind == "f" and bool(np.isfinite(held)))


def plain(cube: Cube) -> Cube:
    """The cube without a mask of its own pixels: what a mask withholds has no data in its samples. They are kept as
    they are stored where one of them stands for no data, and else are values."""
    if not isinstance(cube, MaskedCube):
        return cube
    whole = cube.whole.with_info(cube.info)
    nodata = cube.info.nodata
    if nodata is None or not has_mark(whole):
        return as_values(cube)
    return whole.over(lambda source: InsideSource(source, ~cube.withheld, nodata), cube.info)
