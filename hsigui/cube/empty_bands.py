"""Bands without any measurement: one of NaN would make every pixel invalid, so they count as bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Source
from hsigui.cube.limits import require_room, require_rows_that_fit
from hsigui.cube.looks import Window, looks
from hsigui.cube.nodata import equals_nodata
from hsigui.texts import say, say_number

_FEW_ROWS = 8
_MOST_VALUES = 100_000_000


def checked_cube(source: Source, info: CubeInfo, name: str, path: Path) -> Cube:
    """The cube of a reader, its empty bands marked bad. What no-data costs is looked at by whoever wants to know it.

    Raises:
        HsiError: it has more pixels, or longer rows, than this machine can hold.
    """
    require_room(path.name, *source.shape[:2])
    require_rows_that_fit(path.name, *source.shape[1:], source.dtype.itemsize)
    info = replace(with_empty_bands_bad(source, info), gaps_unknown=True)
    return Cube(source, info, name=name, path=path)


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

    Some pixels are looked at first and then all of them, but only while a band without a value is left: a scene
    without such bands costs a few rows. Of bands that are too large to be read at opening, windows spread over the
    scene decide.
    """
    suspects = np.arange(source.shape[2])
    for most in (_FEW_ROWS * source.shape[1] * suspects.size, _MOST_VALUES):
        for window in looks(source, suspects.size, most):
            if not suspects.size:
                return suspects
            suspects = _still_empty(source, window, suspects, nodata)
    return suspects


def _still_empty(source: Source, window: Window, suspects: NDArray[np.intp], nodata: float | None) -> NDArray[np.intp]:
    values = source.read(*window, suspects.tolist())
    return suspects[_without_value(values, nodata).all(axis=(0, 1))]


def _without_value(window: NDArray[Any], nodata: float | None) -> NDArray[np.bool_]:
    gone = ~np.isfinite(window) if window.dtype.kind in "fc" else np.zeros(window.shape, dtype=bool)
    if nodata is not None and np.isfinite(nodata):
        gone |= equals_nodata(window, nodata)
    return gone
