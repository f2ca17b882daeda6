"""What is looked at of a remote scene when it is opened: little, where all pixels of a file would be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.cube.empty_bands import with_empty_bands_bad
from hsigui.cube.limits import require_room, require_rows_that_fit
from hsigui.cube.nodata import costs_in_words, costs_of

_MOST_VALUES = 20_000_000


@dataclass(frozen=True, eq=False)
class _Part:
    """Some samples in memory as a source, rows x cols x bands."""

    array: NDArray[Any]

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, bands = self.array.shape
        return rows, cols, bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.array.dtype

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        return self.array[rows, cols][:, :, bands if isinstance(bands, slice) else list(bands)]


def checked_from_afar(
    source: Source, info: CubeInfo, name: str, path: Path, cheap: tuple[slice, slice]
) -> Cube:  # fmt: skip
    """The cube of a remote reader. Bands without a value, and what no-data costs, are told by a part of the scene.

    Args:
        cheap: rows and columns that cost little to read.

    Raises:
        HsiError: it has more pixels, or longer rows, than this machine can hold, or cannot be read.
    """
    require_room(name, *source.shape[:2])
    require_rows_that_fit(name, *source.shape[1:], source.dtype.itemsize)
    if source.dtype.kind not in "fc" and info.nodata in (None, 0) and info.valid_range is None:
        return Cube(source, info, name=name, path=path)
    rows, cols = cheap
    lengths = [len(range(size)[pick]) for size, pick in zip(source.shape, (rows, cols), strict=False)]
    thin = max(1, int(np.ceil(lengths[0] * lengths[1] * source.shape[2] / _MOST_VALUES)))
    rows = slice(rows.start, rows.stop, (rows.step or 1) * thin)
    part = _Part(source.read(rows, cols, slice(None)))
    if not part.array.size:
        return Cube(source, info, name=name, path=path)
    info = with_empty_bands_bad(part, info)
    if len(info.empty_bands) < source.shape[2]:
        bad = info.bad_bands or (False,) * source.shape[2]
        good = [band for band, is_bad in enumerate(bad) if not is_bad]
        if (costs := costs_of(part, good, info.nodata, info.valid_range)) is not None:
            notes = costs_in_words(costs, *source.shape[:2], info)
            info = replace(info, costly_band=costs.worst, notes=(*info.notes, *notes))
    return Cube(source, info, name=name, path=path)
