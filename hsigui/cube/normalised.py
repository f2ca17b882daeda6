"""A scene brought to the values of others by the mean and the standard deviation of each band.

Scenes of one sensor differ in light, air and season more than most classes do. Where each is brought to the same mean
and standard deviation before anything is learned, what is learned is how pixels differ within a scene (moment matching:
J. A. Richards, Remote Sensing Digital Image Analysis, chapter on radiometric correction).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Source
from hsigui.cube.looks import tile_of
from hsigui.cube.of_cube import OfCube
from hsigui.cube.transform import sample_spectra
from hsigui.errors import HsiError
from hsigui.texts import say

NORMALISED = "normalised"  # what is kept of it among the bands of a run
SAMPLE_PIXELS = 20_000
_LEAST = 10  # pixels


@dataclass(frozen=True, eq=False)
class Moments:
    """Mean and standard deviation of bands, one a band that is used."""

    mean: NDArray[np.float32]
    sd: NDArray[np.float32]

    def to_json(self) -> dict[str, list[float]]:
        """As lists of numbers."""
        return {"mean": _short(self.mean), "sd": _short(self.sd)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Moments:
        """What `to_json` wrote.

        Raises:
            KeyError, ValueError, TypeError: it is something else.
        """
        mean, sd = (np.asarray(values[name], dtype=np.float32) for name in ("mean", "sd"))
        if mean.ndim != 1 or mean.shape != sd.shape or not (np.isfinite(mean).all() and (sd > 0).all()):
            raise ValueError("these are no means and deviations")
        return cls(mean, sd)


def moments_of(cube: Cube, used: NDArray[np.intp], seed: int, check: Callable[[], None]) -> Moments:
    """Those of a scene, of at most 20 000 of its valid pixels. `used` is one number a band that matters.

    Raises:
        HsiError: it has hardly any valid pixel.
    """
    sample = sample_spectra(cube, SAMPLE_PIXELS, seed=seed, check=check)[:, used].astype(np.float64)
    if len(sample) < _LEAST:
        raise HsiError(
            say("Only {count} pixels of {name} have data in all good bands.", count=len(sample), name=cube.name),
            say("Check the no-data value, and mark bands without data as bad."),
        )
    mean, sd = sample.mean(axis=0), sample.std(axis=0)
    sd[sd < 1e-12 * max(1.0, float(np.abs(mean).max()))] = 1.0  # a constant band is moved alone
    return Moments(mean.astype(np.float32), sd.astype(np.float32))


def middle_of(each: Sequence[Moments]) -> Moments:
    """What several scenes are brought to: the mean of their means and of their deviations."""
    mean = np.mean([one.mean.astype(np.float64) for one in each], axis=0)
    sd = np.mean([one.sd.astype(np.float64) for one in each], axis=0)
    return Moments(mean.astype(np.float32), sd.astype(np.float32))


def normalised(cube: Cube, own: Moments, wanted: Moments, used: NDArray[np.intp]) -> Cube:
    """The scene with the wanted means and deviations; bands that are not used keep their values.

    Args:
        own: of the scene.
        used: numbers of the bands that the moments are of, one a band.
    """
    gain, shift = np.ones(cube.bands, dtype=np.float32), np.zeros(cube.bands, dtype=np.float32)
    gain[used] = wanted.sd / own.sd
    shift[used] = wanted.mean - own.mean * gain[used]
    # Values are divided, moved and masked already, as the cube says.
    plain = replace(cube.info, nodata=None, scale=1.0, offset=0.0, valid_range=None, gains=(), offsets=())
    return cube.over(lambda source: Moved(Cube(source, cube.info), gain, shift), plain)


@dataclass(frozen=True, eq=False)
class Moved(OfCube):
    """Samples that are the values of a cube times a gain, plus a shift, both one a band; NaN where it has no data."""

    cube: Cube
    gain: NDArray[np.float32]
    shift: NDArray[np.float32]

    @property
    def source(self) -> Source:
        """What the cube reads."""
        return self.cube.source

    @property
    def tile(self) -> tuple[int, int] | None:
        """Rows and columns that are packed together; None where samples are not packed."""
        return tile_of(self.cube.source)

    @property
    def any_window_is_cheap(self) -> bool:
        """As of the cube's samples."""
        return bool(getattr(self.cube.source, "any_window_is_cheap", False))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[np.float32]:
        """Rows x cols x bands."""
        picked = bands if isinstance(bands, slice) else np.asarray(bands, dtype=np.intp)
        values = self.cube.read(rows, cols, bands)
        values *= self.gain[picked]
        values += self.shift[picked]
        return values


def _short(values: NDArray[np.float32]) -> list[float]:
    """As few digits as make the same float32 again."""
    return [float(str(value)) for value in values]
