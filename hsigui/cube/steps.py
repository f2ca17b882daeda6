"""From band to band: the next one and the one before, bad bands left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState


def stepped(cube: Cube, view: ViewState, by: int) -> ViewState:
    """The view some bands on; bad bands do not count. Of a composite all three go, as long as each of them can."""
    if view.single is not None:
        return replace(view, single=_on(cube, view.single, by))
    red, green, blue = (_on(cube, band, by) for band in view.bands)
    return view if any(on == was for on, was in zip((red, green, blue), view.bands, strict=True)) else replace(
        view, red=red, green=green, blue=blue
    )  # fmt: skip


def played(cube: Cube, band: int, by: int) -> int:
    """The band some good bands on from another; behind the last the first comes."""
    good = _good(cube)
    return good[(_place(good, band) + by) % len(good)]


def _on(cube: Cube, band: int, by: int) -> int:
    good = _good(cube)
    place = _place(good, band)
    if good[place] != band and by < 0:  # from a bad band back: the last good one before it is one step
        place += 1
    if good[place] != band and by > 0 and good[place] > band:
        place -= 1
    return good[min(max(place + by, 0), len(good) - 1)]


def _good(cube: Cube) -> list[int]:
    return (cube.good_bands if cube.good_bands.size else np.arange(cube.bands)).tolist()


def _place(good: list[int], band: int) -> int:
    """Of the good band at or below a band; the first where there is none below."""
    return max(int(np.searchsorted(good, band, side="right")) - 1, 0)
