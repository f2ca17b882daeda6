"""Log residuals: what is left of a scene without the light, the lie of the land and the mean spectrum.

Source: Green & Craig 1985, "Analysis of aircraft spectrometer data with logarithmic residuals", Proceedings of the
Airborne Imaging Spectrometer Data Analysis Workshop, JPL Publication 85-41, 111-119: of the logarithm of each value the
mean over its pixel and the mean over its band are taken away, and the mean of all is added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.of_cube import OfCube
from hsigui.errors import HsiError
from hsigui.preparing.made import info_of_values
from hsigui.preparing.passes import Pass, Told, blocks_of
from hsigui.texts import say, say_number


@dataclass(frozen=True)
class LogMeans:
    """Means of logarithms over a scene.

    Attributes:
        bands: of each band over all pixels; NaN where none is above 0. One a band.
        whole: over all pixels and the bands in use.
        below: values that are not above 0, of which there is no logarithm.
    """

    bands: NDArray[np.float64]
    whole: float
    below: int


@dataclass(frozen=True)
class LogResiduals:
    """Each value divided by the geometric mean of its pixel and by that of its band, times the geometric mean of all:
    about 1 where nothing is absorbed. Only values above 0 count; others become no data. Means over pixels are of the
    bands that are not marked bad."""

    @property
    def told(self) -> str:
        return "--log-residuals"

    def on(self, cube: Cube) -> Cube:
        """The cube of residuals, which are ratios and no logarithms; its samples are float32. The scene is read once
        for the means, when a sample is first asked for.

        Raises:
            HsiError: all bands are marked bad.
        """
        if not len(cube.good_bands):
            raise HsiError(
                say("All bands of {name} are marked bad.", name=cube.name),
                say("Take some in again (--take-in-bands), or leave this step out."),
            )
        info = replace(info_of_values(cube.info), gaps_unknown=True)
        means = Pass(lambda told: _means(cube, told))
        return cube.over(lambda _: LogResidualsSource(cube, means), info)


@dataclass(frozen=True, eq=False)
class LogResidualsSource(OfCube):
    """Residuals of a cube's values."""

    cube: Cube
    means: Pass[LogMeans]
    made_of: ClassVar[str] = "spectra"  # see `windows`

    @property
    def passes(self) -> tuple[Pass[LogMeans], ...]:
        """What has to be looked at before."""
        return (self.means,)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was left out: see `passes.remarks_of`."""
        below = self.means.found().below if self.means.done else 0
        if not below:
            return ()
        return (
            say_number("Log residuals: 1 value is not above 0 and becomes no data.",
                       "Log residuals: {count:,} values are not above 0 and become no data.", below),
        )  # fmt: skip

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Residuals of a window, rows x cols x bands; NaN where a value is not above 0."""
        means, good = self.means.found(), self.cube.good_bands
        picked = np.arange(self.cube.bands)[bands if isinstance(bands, slice) else list(bands)]
        needed = np.union1d(picked, good)
        logs = _logs(self.cube.read(rows, cols, needed.tolist()))
        pixels = _mean(logs[:, :, np.searchsorted(needed, good)], 2)
        wanted = logs[:, :, np.searchsorted(needed, picked)]
        return np.exp(wanted - pixels[:, :, None] - means.bands[picked] + means.whole).astype(np.float32)


def _means(cube: Cube, told: Told) -> LogMeans:
    total, count, below = np.zeros(cube.bands), np.zeros(cube.bands, dtype=np.int64), 0
    for _, block in blocks_of(cube, told):
        for line in block:  # the logarithms of one line at a time are held
            logs = _logs(line)
            known = np.isfinite(logs)
            total += np.where(known, logs, 0).sum(axis=0)
            count += known.sum(axis=0)
            below += int(np.count_nonzero(line <= 0))
    good = cube.good_bands
    bands = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return LogMeans(bands, float(total[good].sum() / max(1, int(count[good].sum()))), below)


def _logs(values: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.log(np.where(values > 0, values, np.nan), dtype=np.float64)


def _mean(values: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    known = np.isfinite(values)
    count = known.sum(axis=axis)
    return np.asarray(np.where(count > 0, np.where(known, values, 0).sum(axis=axis) / np.maximum(count, 1), np.nan))
