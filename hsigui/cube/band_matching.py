"""A cube read in the bands of another: each wanted band is the nearest one that the cube has.

The nearest and not an interpolation between two: the noise of a band does not then depend on how it falls between
others, stored numbers and no-data values stay as they are, and a band that is missing is said instead of made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.picked_bands import only, seen_as
from hsigui.errors import HsiError
from hsigui.texts import say

SHARE = 0.5  # of the spacing of the wanted bands: how far off the band that stands in for one may lie
EQUAL = 0.01  # of the spacing: centres that lie no further apart are the same
WIDTHS = 1.5  # times as wide or narrow: below that it is not worth a word
NAMED = 6  # bands in a sentence
NAMELESS = say("It names no wavelengths: its bands are taken for those of the run, one by one.")
NAMELESS_RUN = say("The run knows no wavelengths: the cube's bands are taken for its own, one by one.")


@dataclass(frozen=True)
class Matched:
    """A cube as a scene of other bands.

    Attributes:
        cube: itself where its bands are those already, else a view of it.
        words: what was done, in sentences; empty where nothing was.
    """

    cube: Cube
    words: str = ""


def matched(
    cube: Cube, wavelengths: Sequence[float], bands: int, used: NDArray[np.intp], fwhm: Sequence[float] = ()
) -> Matched:
    """The cube as a scene of other bands. `used` is one number a wanted band that matters.

    Args:
        cube: the scene to be read.
        wavelengths: centres of the wanted bands in nm; empty when they are not known.
        bands: how many are wanted.
        used: numbers of those that matter; the others are marked bad in what is handed back.
        fwhm: widths of the wanted bands in nm; empty when they are not known.

    Returns:
        A cube of `bands` bands. Bands of `cube` that are marked bad stand in for none.

    Raises:
        HsiError: a band that matters has none of the cube within half the median spacing of the wanted bands, or only
            one that is marked bad; the two have no wavelength in common; or the numbers of bands differ and the
            wavelengths of either are not known.
    """
    own = cube.wavelengths
    if own is None or not len(wavelengths):
        return _by_number(cube, len(wavelengths) > 0, bands, used)
    wanted = np.asarray(wavelengths, dtype=np.float64)
    step = spacing(wanted if len(wanted) > 1 else own)
    good = cube.good_bands
    if not len(good):
        raise HsiError(
            say("Every band of {name} is marked bad.", name=cube.name), say("Mark at least one band as good.")
        )
    require_common(cube, own[good], wanted[used], SHARE * step)
    apart = np.abs(own[good][None, :] - wanted[:, None])
    nearest, off = good[apart.argmin(axis=1)], apart.min(axis=1)
    if cube.bands == bands:  # of bands of one centre, each is itself
        here = np.isin(np.arange(bands), good) & (np.abs(own - wanted) <= off)
        nearest = np.where(here, np.arange(bands), nearest)
    _require_near(cube, own, wanted, used, off, SHARE * step)
    told = _told(nearest[used], float(off[used].max()), EQUAL * step)
    told += _told_of_widths(cube, nearest[used], [fwhm[n] for n in used.tolist()] if len(fwhm) == bands else [])
    if cube.bands == bands and np.array_equal(nearest[used], used):
        return Matched(only(cube, used), " ".join(told))
    return Matched(seen_as(cube, nearest, wanted, used), " ".join(told))


def _by_number(cube: Cube, wanted_known: bool, bands: int, used: NDArray[np.intp]) -> Matched:
    """Bands by their numbers, for want of the wavelengths of one of the two."""
    known = cube.wavelengths is not None
    if cube.bands != bands:
        raise HsiError(
            say(
                "{name} has {bands} bands, the run was trained on {bands2}, and {lacking} has no wavelengths "
                "to match them by.",
                name=cube.name,
                bands=cube.bands,
                bands2=bands,
                lacking=say("the scene of the run") if known else cube.name,
            ),
            say("Add the wavelengths to the header, or choose the run that belongs to this sensor."),
        )
    bad = np.setdiff1d(used, cube.good_bands)
    if len(bad):
        raise _marked_bad(cube, [say("band {number}", number=n + 1) for n in bad.tolist()])
    if known == wanted_known:  # neither has any
        return Matched(only(cube, used))
    said = NAMELESS if wanted_known else NAMELESS_RUN
    return Matched(only(cube, used), said)


def _require_near(
    cube: Cube, own: NDArray[np.float64], wanted: NDArray[np.float64], used: NDArray[np.intp],
    off: NDArray[np.float64], tolerance: float,
) -> None:  # fmt: skip
    """Refuses a cube without a good band close to each that matters.

    Args:
        own, wanted: centres in nm, one a band.
        used: numbers of the wanted bands that matter.
        off: how far in nm each wanted band lies from the nearest good one.
    """
    missing = used[off[used] > tolerance]
    if not len(missing):
        return
    there = missing[np.abs(own[None, :] - wanted[missing][:, None]).min(axis=1) <= tolerance]
    if len(there):
        raise _marked_bad(cube, [say("{wavelength:.1f} nm", wavelength=wanted[n]) for n in there.tolist()])
    worst = int(missing[off[missing].argmax()])
    more = say(" (and {count} others)", count=len(missing) - 1) if len(missing) > 1 else ""
    raise HsiError(
        say(
            "{name} has no band within {tolerance:.1f} nm of the run's at {wanted:.1f} nm{more}: the "
            "nearest lies {off:.1f} nm off.",
            name=cube.name,
            tolerance=tolerance,
            wanted=wanted[worst],
            more=more,
            off=off[worst],
        ),
        say("Choose a run of the same sensor, or resample the cube to its bands."),
    )


def _marked_bad(cube: Cube, which: Sequence[str]) -> HsiError:
    more = say(" and {count} more", count=len(which) - NAMED) if len(which) > NAMED else ""
    return HsiError(
        say(
            "The run reads bands that are marked bad in {name}: {which}.",
            name=cube.name,
            which=", ".join(which[:NAMED]) + more,
        ),
        say("Mark them as good if they hold data; else pretrain on a cube in which they are marked bad, too."),
    )


def _told(nearest: NDArray[np.intp], off: float, equal: float) -> list[str]:
    """What to say of how the bands were found. `nearest` is the number of the cube's for each that matters."""
    others = len(np.unique(nearest))
    in_order = bool((np.diff(nearest) > 0).all())
    if off <= equal and in_order and others == len(nearest):
        return []
    said = [say("{count} bands are matched with those of the run, at most {off:.1f} nm off.", count=len(nearest),
                off=off)]  # fmt: skip
    if others < len(nearest):
        said.append(say("Only {others} of its bands stand for them, some for several.", others=others))
    return said


def _told_of_widths(cube: Cube, nearest: NDArray[np.intp], wanted: Sequence[float]) -> list[str]:
    """What to say where bands are much wider or narrower than those of the run. `nearest` as in `_told`."""
    if len(cube.info.fwhm) != cube.bands or not wanted:
        return []
    pairs = [(cube.info.fwhm[n], width) for n, width in zip(nearest.tolist(), wanted, strict=True)]
    ratios = [own / width for own, width in pairs if own > 0 and width > 0]
    furthest = max(ratios, key=lambda ratio: abs(np.log(ratio)), default=1.0)
    if 1 / WIDTHS <= furthest <= WIDTHS:
        return []
    return [say("Its bands are up to {ratio:.2g} times as wide as those of the run.", ratio=furthest)]


def require_common(cube: Cube, own: NDArray[np.float64], wanted: NDArray[np.float64], tolerance: float) -> None:
    """Refuses a cube of quite another part of the spectrum, which more often is one whose unit is wrong.

    Args:
        own, wanted: centres in nm, one a band.

    Raises:
        HsiError: all of its centres lie outside the wanted ones.
    """
    low, high = float(own.min()), float(own.max())
    if high < wanted.min() - tolerance or low > wanted.max() + tolerance:
        unit = (
            say("unit “{wavelength_units}”", wavelength_units=cube.info.wavelength_units)
            if cube.info.wavelength_units
            else say("no unit")
        )
        raise HsiError(
            say(
                "{name} has bands from {low:.6g} to {high:.6g} nm, the run was trained on {least_wanted:.6g} to "
                "{most_wanted:.6g} nm: they have none in common.",
                name=cube.name,
                low=low,
                high=high,
                least_wanted=wanted.min(),
                most_wanted=wanted.max(),
            ),
            say(
                "Is the unit of its wavelengths right? The file names {unit}; the header or --units says it.", unit=unit
            ),
        )


def spacing(centres: NDArray[np.float64]) -> float:
    """Median distance between neighbouring bands in the order of their wavelengths (`centres`, one a band)."""
    return float(np.median(np.diff(np.sort(centres)))) if len(centres) > 1 else 0.0
