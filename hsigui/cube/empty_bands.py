"""Bands without any measurement: one of NaN would make every pixel invalid, so they count as bad."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.cube.limits import require_room, require_rows_that_fit
from hsigui.cube.nodata import costs_in_words, costs_of, equals_nodata
from hsigui.texts import say, say_number

_BLOCK_VALUES = 4_000_000
_MOST_VALUES = 100_000_000


def checked_cube(source: Source, info: CubeInfo, name: str, path: Path) -> Cube:
    """The cube of a reader, its empty bands marked bad, and notes on the pixels that no-data costs.

    Raises:
        HsiError: it has more pixels, or longer rows, than this machine can hold.
    """
    require_room(path.name, *source.shape[:2])
    require_rows_that_fit(path.name, *source.shape[1:], source.dtype.itemsize)
    info = with_empty_bands_bad(source, info)
    return Cube(source, with_costs_told(source, info), name=name, path=path)


def with_costs_told(source: Source, info: CubeInfo) -> CubeInfo:
    """With sentences on the pixels that no-data costs, and the band that costs most."""
    if len(info.empty_bands) == source.shape[2]:
        return info
    bad = info.bad_bands or (False,) * source.shape[2]
    costs = costs_of(source, [band for band, is_bad in enumerate(bad) if not is_bad], info.nodata, info.valid_range)
    if costs is None:
        return info
    notes = costs_in_words(costs, *source.shape[:2], info)
    return replace(info, costly_band=costs.worst, notes=(*info.notes, *notes))


def with_empty_bands_bad(source: Source, info: CubeInfo) -> CubeInfo:
    """Marks bands that are NaN, infinite or no-data in every pixel as bad, with a note when the file did not say so.

    A no-data value of 0 is left alone, because bands of zeros harm nobody.
    """
    nodata = None if info.nodata in (None, 0) else info.nodata
    if source.dtype.kind not in "fc" and nodata is None:
        return info
    empty = empty_bands(source, nodata)
    info = replace(info, empty_bands=tuple(empty.tolist()))
    bands = source.shape[2]
    if len(empty) == bands:
        return replace(info, notes=(*info.notes, say("The scene holds no measured value at all.")))
    bad = np.array(info.bad_bands or (False,) * bands)
    if bad[empty].all():
        return info
    bad[empty] = True
    if bad.all():
        return replace(info, notes=(*info.notes, say("Every band is marked bad or holds no value.")))
    what = say_number("1 band holds", "{count} bands hold", len(empty))
    note = say("{what} no value in any pixel: marked bad.", what=what)
    return replace(info, bad_bands=tuple(bad.tolist()), notes=(*info.notes, note))


def empty_bands(source: Source, nodata: float | None) -> NDArray[np.intp]:
    """Numbers of the bands that hold no value in any pixel. One number a band without a value, rising.

    Some rows are looked at first and then all of them, but only while a band without a value is left: a scene without
    such bands costs a few rows. Of a band that is too large to be read at opening, rows spread over the scene decide.
    """
    suspects = np.arange(source.shape[2])
    rows, cols, _ = source.shape
    for row in np.linspace(0, rows - 1, min(rows, 8)).astype(int).tolist():
        suspects = _still_empty(source, slice(row, row + 1), suspects, nodata)
    if suspects.size:
        for part in _rows_to_look_at(rows, cols * suspects.size):
            suspects = _still_empty(source, part, suspects, nodata)
    return suspects


def _still_empty(source: Source, rows: slice, suspects: NDArray[np.intp], nodata: float | None) -> NDArray[np.intp]:
    if not suspects.size:
        return suspects
    window = source.read(rows, slice(None), suspects.tolist())
    return suspects[_without_value(window, nodata).all(axis=(0, 1))]


def _rows_to_look_at(rows: int, values_a_row: int) -> Iterator[slice]:
    """All rows in blocks, or single ones spread over the scene where all would be too many values."""
    if rows * values_a_row > _MOST_VALUES:
        count = max(64, _MOST_VALUES // values_a_row)
        for row in np.unique(np.linspace(0, rows - 1, min(rows, count)).astype(int)).tolist():
            yield slice(row, row + 1)
        return
    step = max(1, _BLOCK_VALUES // max(1, values_a_row))
    for start in range(0, rows, step):
        yield slice(start, min(rows, start + step))


def _without_value(window: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    gone = ~np.isfinite(window) if window.dtype.kind in "fc" else np.zeros(window.shape, dtype=bool)
    if nodata is not None and np.isfinite(nodata):
        gone |= equals_nodata(window, nodata)
    return gone
