"""Whether the values of an array bear out that its last axis is the bands, where nothing else tells: from band to band
the mean of a scene changes much, from row to row and from column to column little.

On scenes at hand (whole and in crops of 12 x 9 pixels) the part of the variance that lies between the means of the
bands is 0.4 to 1.0, unless each band was scaled to itself, and that between rows or columns up to 0.25, once 0.37.
That is enough to ask no more, and not to read an array in another way than its axes stand: the rows of a gradient are
like bands, too.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.arrays import ArrayInfo, squeezed
from hsigui.cube.formats.choice import ImportChoice, layout_of
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.array_file import ArrayFile

_CLEAR, _TIMES = 0.4, 4.0  # the least part of the variance, and how many times that of the others it has to be
_LOOKED = 40  # entries along each axis
_LARGEST = 64 * 2**20  # samples of a scene that is looked at: where they are packed, all have to be unpacked


def untold(file: ArrayFile, array: ArrayInfo) -> tuple[str, ...]:
    """A sentence where the last axis of an array is taken for the bands for want of anything better, another is
    shorter, and the values do not bear it out.

    Raises:
        HsiError: the file is damaged.
    """
    shape = squeezed(array.shape)
    if shape[2] <= min(shape):
        return ()
    if min(shape) > 1 and math.prod(shape) <= _LARGEST:
        first, second, last = parts_between_means(_look(file, array))
        if last >= _CLEAR and last >= _TIMES * max(first, second):
            return ()
    return (
        say(
            "The array is {shape}, and nothing tells which axis is the bands: the last is taken for them, though "
            "another is shorter. If that is wrong, say how it is to be read (Open as…, --axes).",
            shape=" x ".join(map(str, shape)),
        ),
    )


def parts_between_means(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Of the variance of an array of three axes the part that lies between the means along each of them. `values` may
    hold NaN (rows x cols x bands, in any order)."""
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    total = filled.sum() / max(1, known.sum())
    whole = float((np.where(known, values - total, 0.0) ** 2).sum())
    found = []
    for axis in range(3):
        others = tuple(n for n in range(3) if n != axis)
        count = known.sum(axis=others)
        means = filled.sum(axis=others) / np.maximum(count, 1)
        found.append(float((count * (means - total) ** 2).sum()) / whole if whole else 0.0)
    return found[0], found[1], found[2]


def _look(file: ArrayFile, array: ArrayInfo) -> NDArray[np.float64]:
    """Samples spread over an array, in the order of its axes; no-data as NaN."""
    choice = ImportChoice(array.name, "rows,cols,bands")
    source = file.source(array.name, layout_of(array.shape, choice))
    rows, cols, bands = (np.unique(np.linspace(0, n - 1, min(n, _LOOKED)).astype(int)) for n in source.shape)
    read = source.read(slice(0, source.shape[0]), slice(0, source.shape[1]), bands.tolist())[np.ix_(rows, cols)]
    values = (np.abs(read) if np.iscomplexobj(read) else read).astype(np.float64)
    nodata = file.beside(array.name, 0).nodata
    return values if nodata is None else np.where(values == nodata, np.nan, values)
