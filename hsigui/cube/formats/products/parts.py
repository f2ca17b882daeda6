"""The stored arrays of a file as parts of scenes: which array a part is, and its bands with wavelengths and widths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.array_file import BandLists
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.choice import ImportChoice, Layout, layout_of
from hsigui.cube.formats.hdf5 import HdfFile
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.products.rows import Part, Scene
from hsigui.texts import say, say_number


@dataclass(frozen=True)
class Bands:
    """The bands of a made scene in their order: the number of the part, of the band there, centre and width in nm."""

    order: tuple[tuple[int, int], ...]
    centers: tuple[float, ...]
    widths: tuple[float, ...]


class PartsFile(HdfFile):
    """An `HdfFile` whose arrays can be parts of scenes.

    Attributes:
        stored: the arrays of the file.

    Raises:
        HsiError: the file is missing, damaged or no HDF5 file.
    """

    def __init__(self, path: str | Path) -> None:
        super().__init__(path)
        self.stored = self.arrays

    def array(self, pattern: str) -> ArrayInfo | None:
        """The stored array of a name in small letters, which may have wildcards; the first of several."""
        return next((a for a in self.stored if fnmatchcase(a.name.casefold(), pattern)), None)

    def _array_of(self, part: Part) -> ArrayInfo:
        found = self.array(part.array)
        if found is None:
            raise KeyError(part.array)
        return found

    def _layout(self, part: Part, array: ArrayInfo) -> Layout:
        return layout_of(array.shape, ImportChoice(array.name, part.axes))

    def _table(self, pattern: str) -> NDArray[np.integer[Any]]:
        array = self.array(pattern)
        if array is None:
            raise KeyError(pattern)
        table = super().load(array.name)
        if table.ndim != 2 or table.dtype.kind not in "iu":
            raise ValueError(f"{array.name} is no lookup table")
        # Below 0 are pixels that were filled from a neighbour: the same pixel is shown.
        return np.abs(table)

    def _bands(self, scene: Scene) -> Bands:
        """The bands of all parts by rising wavelength, those without one left out."""
        found: list[tuple[float, int, int, float]] = []
        beyond = -np.inf
        for number, part in enumerate(scene.parts):
            centers, widths, used = self._lists(part)
            own = [
                (float(centers[band]), number, band, float(widths[band]))
                for band in np.flatnonzero(used).tolist()
                if not (scene.cut and centers[band] <= beyond)
            ]
            found += own
            beyond = max([beyond, *(center for center, *_ in own)])
        found.sort()
        known = all(math.isfinite(width) for *_, width in found)
        return Bands(
            tuple((part, band) for _, part, band, _ in found),
            tuple(center for center, *_ in found),
            tuple(width for *_, width in found) if known else (),
        )

    def _lists(self, part: Part) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
        """Centre, width (NaN for unknown) and whether it is in use, one a band of a part."""
        bands = self._layout(part, self._array_of(part)).shape[2]
        centers, widths, flags = (self._list(name, bands) for name in (part.centers, part.widths, part.used))
        if centers is None:
            raise ValueError(f"no wavelengths for the {bands} bands of {part.array}")
        used = (centers > 0) & (True if flags is None else flags != 0)
        return centers, np.full(bands, np.nan) if widths is None else widths, used

    def _list(self, name: str, bands: int) -> NDArray[np.float64] | None:
        if "/" in name:
            array = self.array(name)
            values = np.ravel(super().load(array.name)).astype(float) if array is not None else np.empty(0)
        else:
            values = Attributes(self.file.attrs).numbers(name) if name else np.empty(0)
        return values if values.size == bands else None

    def _made_lists(self, scene: Scene) -> BandLists:
        own = self._bands(scene)
        left = sum(int((~self._lists(part)[2]).sum()) for part in scene.parts)
        what = say_number("1 band", "{count} bands", left)
        said = (say("{what} without a wavelength, not in use, left out.", what=what),) if left else ()
        return BandLists(own.centers, "nm", own.widths, (), said)

    def _stored_lists(self, part: Part) -> BandLists | None:
        """Those of a stored array: it keeps bands that are not in use, which are marked bad. Their wavelength is no
        measured one: it is where they stand in the row of the others."""
        centers, widths, used = self._lists(part)
        if used.sum() < 2:
            return None
        numbers = np.arange(len(centers))
        slope, start = np.polyfit(numbers[used], centers[used], 1)
        filled = np.where(used, centers, np.maximum(slope * numbers + start, 1.0))
        known = np.isfinite(widths).all()
        left = int((~used).sum())
        what = say_number("1 band", "{count} bands", left)
        note = say("{what} without a wavelength, not in use: marked bad; the wavelength shown is a guess.", what=what)
        return BandLists(
            tuple(filled.tolist()), "nm", tuple(widths.tolist()) if known else (), tuple((~used).tolist()),
            (note,) if left else (),
        )  # fmt: skip

    def _with_windows(self, name: str, bands: int, keys: Sequence[str]) -> BandLists | None:
        """The bands of an array; those between two wavelengths that an attribute around it names are bad."""
        around = Attributes.around(self.file, name)
        windows = [w for key in keys if (w := around.numbers(key)).size == 2]
        array, widths = self.array("*/spectral_data/wavelength"), self._list("*/spectral_data/fwhm", bands)
        if not windows or array is None:
            return None
        centers = np.ravel(super().load(array.name)).astype(float)
        if centers.size != bands:
            return None
        bad = np.any([(centers >= low) & (centers <= high) for low, high in windows], axis=0)
        known = () if widths is None else tuple(widths.tolist())
        return BandLists(tuple(centers.tolist()), self.unit(array.name), known, tuple(bad.tolist()))
