"""Bands that have no value where other bands have one: each such pixel counts as without data, for that band alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.texts import say, say_number

_MOST_VALUES = 4_000_000  # of a scene that is looked at whole
_ROWS = 4  # side by side: scenes in chunks are unpacked once
_MOST_NAMED = 3


def note_on_costly_bands(cube: Cube) -> str:
    """Which bands take how many pixels out of a scene; empty where none does.

    A small scene is looked at whole, of others a few rows in the middle, and the note says so.
    """
    if not _can_miss(cube):
        return ""
    rows = _rows_to_look_at(cube)
    good = cube.good_bands
    gone = np.isnan(cube.read(rows, slice(None), good.tolist())).reshape(-1, len(good))
    partly = gone.any(axis=1) & ~gone.all(axis=1)
    count = int(np.count_nonzero(partly))
    if not count:
        return ""
    bands = _named(cube, good, gone[partly].sum(axis=0))
    pixels = say_number("1 pixel has", "{count:,} pixels have", count)
    if rows == slice(0, cube.rows):
        said = say("{pixels} no value in {bands}, but in the other bands.", pixels=pixels, bands=bands)
    else:
        said = say(
            "In rows {first} to {last} alone {pixels} no value in {bands}, but in the other bands.",
            first=rows.start + 1,
            last=rows.stop,
            pixels=pixels,
            bands=bands,
        )
    return say(
        "{said} They count as without data; where such bands are marked bad (Edit > Bands…) they do not.", said=said
    )


def _can_miss(cube: Cube) -> bool:
    info = cube.info
    return bool(cube.good_bands.size) and (
        info.nodata not in (None, 0) or info.valid_range is not None or cube.dtype.kind in "fc"
    )


def _rows_to_look_at(cube: Cube) -> slice:
    if cube.rows * cube.cols * cube.bands <= _MOST_VALUES:
        return slice(0, cube.rows)
    count = max(1, min(_ROWS, _MOST_VALUES // max(1, cube.cols * cube.bands)))
    start = (cube.rows - count) // 2
    return slice(start, start + count)


def _named(cube: Cube, good: Sequence[int] | NDArray[np.intp], counts: NDArray[np.intp]) -> str:
    """The bands that miss most, by their numbers from 1 and wavelengths."""
    worst = [int(place) for place in np.argsort(-counts, kind="stable") if counts[place]]
    names = ", ".join(_name(cube, int(good[place])) for place in worst[:_MOST_NAMED])
    more = len(worst) - _MOST_NAMED
    return names if more <= 0 else say("{names} or one of {count} other bands", names=names, count=more)


def _name(cube: Cube, band: int) -> str:
    if not cube.info.wavelengths:
        return say("band {number}", number=band + 1)
    return say("band {number} ({nm:.0f} nm)", number=band + 1, nm=cube.info.wavelengths[band])
