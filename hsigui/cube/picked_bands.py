"""Some bands of a cube as a cube of its own, in any order; and a cube of which only some bands are used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Source


@dataclass(frozen=True)
class PickedBands:
    """A source that hands out some bands of another in any order, one perhaps several times."""

    source: Source
    bands: NDArray[np.intp]
    made_of: ClassVar[str] = "samples"  # see `preparing.windows`

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, _ = self.source.shape
        return rows, cols, len(self.bands)

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, the picked bands in their new order."""
        wanted = self.bands[bands if isinstance(bands, slice) else np.asarray(bands, dtype=np.intp)]
        there, places = np.unique(wanted, return_inverse=True)
        window = self.source.read(rows, cols, there.tolist())
        return window if np.array_equal(there, wanted) else np.ascontiguousarray(window[:, :, places])


def only(cube: Cube, used: NDArray[np.intp]) -> Cube:
    """The cube with all bands but some marked bad: itself where they are. `used` is one
    number a band that is not, rising."""
    if np.array_equal(cube.good_bands, used):
        return cube
    bad = np.ones(cube.bands, dtype=bool)
    bad[used] = False
    return cube.with_info(replace(cube.info, bad_bands=tuple(bad.tolist())))


def seen_as(cube: Cube, nearest: NDArray[np.intp], wanted: NDArray[np.float64], used: NDArray[np.intp]) -> Cube:
    """The cube as a scene of other bands.

    Args:
        nearest: number of the cube's band for each of them.
        wanted: their centres in nm, one a band.
        used: numbers of those that are not to be marked bad.
    """
    bad = np.ones(len(wanted), dtype=bool)
    bad[used] = False
    info = cube.info

    def of_bands(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(values[n] for n in nearest.tolist()) if len(values) == cube.bands else ()

    return cube.over(
        lambda source: PickedBands(source, nearest),
        replace(
            info, wavelengths=tuple(wanted.tolist()), fwhm=of_bands(info.fwhm), band_names=of_bands(info.band_names),
            bad_bands=tuple(bad.tolist()), empty_bands=(), default_bands=(), gains=of_bands(info.gains),
            offsets=of_bands(info.offsets),
        ),
    )  # fmt: skip
