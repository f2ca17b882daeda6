"""Cubes whose spectra are changed each by itself: all bands of a pixel are read, whichever are asked for.

The samples of a window are the same, bit for bit, as those of the whole scene: what is done to a spectrum must not
depend on those beside it in the array. Sums over bands are therefore made element by element, or along a contiguous
last axis, and products of matrices in pieces of one size (`steadily`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Cube
from hsigui.cube.of_cube import OfCube
from hsigui.errors import HsiError
from hsigui.preparing.passes import Pass
from hsigui.texts import say

AT_ONCE = 1024  # spectra: what is computed of them stays in the cache
Change = Callable[[NDArray[np.float32]], NDArray[np.floating]]
"""Spectra, pixels x bands, as others of the same number; bands that stay as they are among them."""


@dataclass(frozen=True, eq=False)
class BySpectrum(OfCube):
    """Values of a cube, each spectrum changed by itself.

    Attributes:
        change: what is done.
        passes: what has to be looked at before.
        told: what these looks have shown of the scene, a sentence each; asked once all are taken.
    """

    cube: Cube
    change: Change
    passes: tuple[Pass[Any], ...] = ()
    told: Callable[[], tuple[str, ...]] = tuple

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was seen: see `passes.remarks_of`."""
        return self.told() if all(each.done for each in self.passes) else ()

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return "spectra"

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Changed values of a window, rows x cols x bands; NaN where there is no data."""
        picked = bands if isinstance(bands, slice) else list(bands)
        values = self.cube.read(rows, cols)
        out = np.empty((*values.shape[:2], len(np.arange(self.cube.bands)[picked])), np.float32)
        for place, line in enumerate(values):
            stopping.check()
            for first in range(0, len(line), AT_ONCE):
                spectra = np.ascontiguousarray(line[first : first + AT_ONCE])
                with np.errstate(all="ignore"):
                    made = self.change(spectra).astype(np.float32)
                made[~np.isfinite(made)] = np.nan
                out[place, first : first + AT_ONCE] = made[:, picked]
        return out


def steadily(spectra: NDArray[np.floating], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spectra (pixels x bands) times a matrix (bands x measures), in float64, in pieces of one size: what becomes of
    a spectrum does not hang on how many others there are. Pixels x measures."""
    out = np.empty((len(spectra), matrix.shape[1]))
    room = np.zeros((_PIECE, spectra.shape[1]))
    for first in range(0, len(spectra), _PIECE):
        piece = spectra[first : first + _PIECE]
        room[: len(piece)] = piece
        room[len(piece) :] = 0
        out[first : first + len(piece)] = (room @ matrix)[: len(piece)]
    return out


_PIECE = 128  # spectra that are multiplied together


def require_good(cube: Cube, least: int = 1) -> NDArray[np.intp]:
    """Numbers of the good bands, one each.

    Raises:
        HsiError: they are fewer than needed.
    """
    good = cube.good_bands
    if len(good) < least:
        raise HsiError(
            say("{name} has {count} good bands, and {least} are needed.", name=cube.name, count=len(good), least=least),
            say("Take some in again (--take-in-bands), or leave this step out."),
        )
    return good
