"""From counts or radiance to reflectance by targets whose reflectance was measured in the field.

Source: Smith & Milton 1999, "The use of the empirical line method to calibrate remotely sensed data to reflectance",
International Journal of Remote Sensing 20:2653-2662: a line for each band, fitted by least squares to the mean value of
each target and its reflectance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Cube
from hsigui.cube.nodata import band_name
from hsigui.errors import HsiError
from hsigui.preparing.area import Area
from hsigui.preparing.calibrate import Ratio
from hsigui.preparing.field_targets import FieldTarget
from hsigui.preparing.made import info_of_values
from hsigui.texts import say, say_number

_NAMED = 8  # bands that a sentence names
_ALIKE = 1e-6  # of the larger: values of targets that differ by less are one


@dataclass(frozen=True)
class EmpiricalLine:
    """Reflectance as gain times value plus offset, of each band by itself: the least squares line through the mean
    values of some targets and their reflectance. Of one target only the gain is found.

    Samples without data are not looked at, nor saturated ones: those at the largest number of their type, or at what
    the header calls its `ceiling`.

    Attributes:
        targets: one or more.
    """

    targets: tuple[FieldTarget, ...]

    @property
    def told(self) -> str:
        return f'--empirical-line "{";".join(target.told for target in self.targets)}"'

    def on(self, cube: Cube) -> Cube:
        """The cube of reflectance, float32, from 0 to 1. Bands to which no line can be fitted have no value and are
        marked bad. The pixels of the targets are read at once.

        Raises:
            HsiError: there is no target, one lies beside the scene or its spectrum cannot be read, or no band can be
                fitted.
        """
        if not self.targets:
            raise HsiError(say("No target is named."), say("Name one or more, such as 10:20,30:40=0.5."))
        seen, known, notes = np.empty((len(self.targets), cube.bands)), np.empty((len(self.targets), cube.bands)), []
        for n, target in enumerate(self.targets):
            seen[n], said = _seen(cube, target.area)
            known[n], more = target.on(cube)
            notes += [*said, *more]
        gains, offsets = line_through(seen, known)
        lost = ~np.isfinite(gains)
        if lost.all():
            raise HsiError(
                say("No band can be fitted: the targets have no data, or are all alike."),
                say("Name targets of different brightness that are neither saturated nor outside of the data."),
            )
        notes += _told(cube, len(self.targets), gains, lost)
        info = replace(
            info_of_values(cube.info), gaps_unknown=True, notes=(*cube.info.notes, *dict.fromkeys(notes)),
            bad_bands=tuple((cube.is_bad | lost).tolist()) if lost.any() else cube.info.bad_bands,
            empty_bands=tuple(np.union1d(cube.info.empty_bands, np.flatnonzero(lost)).astype(int).tolist()),
        )  # fmt: skip
        less, by = -offsets / gains, 1 / gains
        return cube.over(lambda _: Ratio(cube, less[None], by[None]), info)


def line_through(
    seen: NDArray[np.float64], known: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Gains and offsets of the least squares lines through targets, one number a band each; NaN where the targets of a
    band are all alike, or fewer than two have a value. Of a single target the offset is 0.

    Args:
        seen, known: values and reflectance, targets x bands; NaN for none.
    """
    usable = np.isfinite(seen) & np.isfinite(known)
    x, y = np.where(usable, seen, np.nan), np.where(usable, known, np.nan)
    with np.errstate(all="ignore"):
        if len(seen) == 1:
            gains = np.where((x[0] > 0) & (y[0] > 0), y[0] / x[0], np.nan)
            return gains, np.where(np.isfinite(gains), 0.0, np.nan)
        count = usable.sum(axis=0)
        mean_x, mean_y = np.nansum(x, axis=0) / count, np.nansum(y, axis=0) / count
        off_x, off_y = x - mean_x, y - mean_y
        gains = np.nansum(off_x * off_y, axis=0) / np.nansum(off_x**2, axis=0)
        alike = _alike(x) | _alike(y) | (count < 2) | (gains == 0)
    gains = np.where(alike | ~np.isfinite(gains), np.nan, gains)
    return gains, mean_y - gains * mean_x


def _alike(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the values of a band are one number; targets x bands to one a band."""
    low, high = np.fmin.reduce(values, axis=0), np.fmax.reduce(values, axis=0)
    return np.asarray(high - low <= _ALIKE * np.maximum(abs(low), abs(high)))


def _seen(cube: Cube, area: Area) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """The mean value of an area, one a band, over samples that have data and are not saturated; and what was left
    out."""
    pixels = area.on(cube)
    limit = ceiling_of(cube)
    total, count, saturated = np.zeros(cube.bands), np.zeros(cube.bands, np.int64), 0
    for n, row in enumerate(range(pixels.rows.start, pixels.rows.stop)):
        stopping.check()
        inside = pixels.inside[n]
        values = cube.read(slice(row, row + 1), pixels.cols)[0][inside].astype(np.float64)
        known = np.isfinite(values)
        if limit is not None:
            over = known & (cube.source.read(slice(row, row + 1), pixels.cols, slice(None))[0][inside] >= limit)
            saturated += int(np.count_nonzero(over))
            known &= ~over
        total += np.where(known, values, 0).sum(axis=0)
        count += known.sum(axis=0)
    notes = pixels.notes
    if saturated:
        notes += (
            say_number("{area}: 1 saturated sample is left out.", "{area}: {count:,} saturated samples are left out.",
                       saturated, area=area.told),
        )  # fmt: skip
    if not count.any():
        raise HsiError(
            say("The target {area} has no sample that can be used.", area=area.told),
            say("Its pixels have no data, or are saturated. Choose another part of the scene."),
        )
    return np.where(count > 0, total / np.maximum(count, 1), np.nan), notes


def ceiling_of(cube: Cube) -> float | None:
    """The least stored number that means too much light; None where samples are no counts."""
    if cube.dtype.kind not in "iu":
        return None
    most = float(np.iinfo(cube.dtype).max)
    text = str(cube.info.metadata.get("ceiling", "")).strip()
    try:
        own = float(text)
    except ValueError:
        return most
    return own if 0 < own < most else most


def _told(cube: Cube, count: int, gains: NDArray[np.float64], lost: NDArray[np.bool_]) -> list[str]:
    """What is to be said of the lines: gains and whether there is none, one a band each."""
    said = []
    if count == 1:
        said.append(
            say("Empirical line of one target: gains only, no offsets. Light from the air stays in the values.")
        )
    if lost.any():
        said.append(
            say("Empirical line: no line for {bands}: the targets are alike there or have no value. They are marked "
                "bad.", bands=_named(cube, lost))
        )  # fmt: skip
    falling = np.isfinite(gains) & (gains < 0)
    if falling.any():
        said.append(
            say("Empirical line: the gain is below 0 for {bands}: brighter targets are given as darker. Are areas and "
                "spectra exchanged?", bands=_named(cube, falling))
        )  # fmt: skip
    return said


def _named(cube: Cube, which: NDArray[np.bool_]) -> str:
    numbers = np.flatnonzero(which).tolist()
    names = [band_name(n, cube.info) for n in numbers[:_NAMED]]
    more = len(numbers) - len(names)
    return ", ".join(names + ([say_number("1 more", "{count} more", more)] if more else []))
