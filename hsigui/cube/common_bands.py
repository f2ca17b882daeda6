"""Several scenes of one sensor in the bands of the first of them, matched by wavelength.

Where the centres agree within a hundredth of the spacing the bands are the same. Where they differ by less than half a
spacing the values are interpolated linearly between the two neighbouring bands, since the same material would else look
different in each scene for no other reason than where its bands lie; at gaps and ends, where there are no two
neighbours, the nearest band is taken. Where some bands have no partner, those that have one in every scene are used.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.band_matching import EQUAL, SHARE, require_common, spacing
from hsigui.cube.cube import Cube, Source
from hsigui.cube.picked_bands import only
from hsigui.errors import HsiError
from hsigui.texts import say

SAME, BY_NUMBER, RESAMPLED, COMMON = "same", "by number", "resampled", "common"
HOW = (SAME, BY_NUMBER, RESAMPLED, COMMON)  # the further down, the more was done to bring bands together
FEW_NAMES = 5  # of scenes in a sentence
WIDEST = 1.5  # spacings between two neighbours that are still interpolated between


@dataclass(frozen=True)
class Bands:
    """The bands that scenes are brought to.

    Attributes:
        count: how many there are.
        centres: in nm, one a band; empty when they are not known.
        used: numbers of those that matter.
    """

    count: int
    centres: tuple[float, ...]
    used: NDArray[np.intp]

    @classmethod
    def of(cls, cube: Cube) -> Bands:
        """Those of a cube; its good ones matter."""
        return cls(cube.bands, cube.info.wavelengths, cube.good_bands)


@dataclass(frozen=True)
class BandFit:
    """How a cube gives the wanted bands: each is `(1 - weight) * low + weight * high` of two of its own.

    Attributes:
        how: SAME, BY_NUMBER, RESAMPLED or COMMON.
        there: numbers of the wanted bands that matter and that it has, as good ones.
        off: how far in nm the centre of the furthest of these lies from the wanted one.
        low, high, weight: one a wanted band.
    """

    how: str
    there: NDArray[np.intp]
    off: float
    low: NDArray[np.intp]
    high: NDArray[np.intp]
    weight: NDArray[np.float32]


@dataclass(frozen=True)
class Together:
    """Scenes in common bands.

    Attributes:
        cubes: the scenes, each with the bands of the first; those that are not used are marked bad.
        bands: of them all.
        how: SAME, BY_NUMBER, RESAMPLED or COMMON.
        words: what was done, in one sentence.
    """

    cubes: tuple[Cube, ...]
    bands: Bands
    how: str
    words: str


@dataclass(frozen=True)
class MixedBands:
    """A source each of whose bands is a mixture of two of another; no-data where either is.

    Attributes:
        nodata: of the stored samples of the other source; None for none.
    """

    source: Source
    low: NDArray[np.intp]
    high: NDArray[np.intp]
    weight: NDArray[np.float32]
    nodata: float | None

    @property
    def shape(self) -> tuple[int, int, int]:
        rows, cols, _ = self.source.shape
        return rows, cols, len(self.low)

    @property
    def dtype(self) -> np.dtype[Any]:
        stored = self.source.dtype
        if np.issubdtype(stored, np.complexfloating):
            stored = np.empty(0, dtype=stored).real.dtype
        exact = stored.itemsize < 4 or stored == np.float32  # float32 holds every number of these
        return np.dtype(np.float32 if exact else np.float64)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, the mixtures."""
        picked = bands if isinstance(bands, slice) else np.asarray(bands, dtype=np.intp)
        low, high, weight = self.low[picked], self.high[picked], self.weight[picked]
        there, places = np.unique(np.concatenate([low, high]), return_inverse=True)
        window = self.source.read(rows, cols, there.tolist())
        if np.iscomplexobj(window):
            window = np.abs(window)
        window = window.astype(self.dtype)
        one, two = window[:, :, places[: len(low)]], window[:, :, places[len(low) :]]
        with np.errstate(invalid="ignore", over="ignore"):
            mixed = np.where(weight == 0, one, one + weight * (two - one)).astype(self.dtype)
        if self.nodata is not None and self.nodata != 0:
            # Zero is a common measurement: a spectrum without data is all zero, and then so is its mixture.
            empty = np.asarray(self.nodata).astype(self.dtype)
            gone = (one == empty) | ((two == empty) & (weight > 0))
            mixed[gone] = empty
        return mixed


def together(cubes: Sequence[Cube], bands: Bands | None = None) -> Together:
    """Brings scenes to the bands of the first, or to given ones.

    Args:
        cubes: the scenes, one at least.
        bands: those that an encoder reads already, of which every one that matters is needed; None for the first
            scene's, of which those are used that all scenes have.

    Raises:
        HsiError: a scene lacks bands that are needed, the scenes have no band in common, or wavelengths to match bands
            by are not known and the numbers of bands differ.
    """
    wanted = bands or Bands.of(cubes[0])
    fits = [fit_bands(cube, wanted) for cube in cubes]
    used = wanted.used
    for cube, fit in zip(cubes, fits, strict=True):
        if bands is not None:
            _require_all(cube, wanted, fit)
        used = np.intersect1d(used, fit.there)
    if not len(used):
        raise HsiError(
            say("{names} have no good band in common.", names=_names(cubes)),
            say("Are the units of their wavelengths right, and are the same bands marked bad?"),
        )
    seen = tuple(seen_in(cube, wanted, fit, used) for cube, fit in zip(cubes, fits, strict=True))
    how = max((fit.how for fit in fits), key=HOW.index)
    known = replace(wanted, used=used)
    return Together(seen, known, how, _told(cubes, fits, known, how))


def fit_bands(cube: Cube, wanted: Bands) -> BandFit:
    """How a cube gives the wanted bands, as far as it has them.

    Raises:
        HsiError: it has none of them, or wavelengths are not known and the number of bands is another.
    """
    own = cube.wavelengths
    if own is None or not wanted.centres:
        return _by_number(cube, wanted)
    centres = np.asarray(wanted.centres, dtype=np.float64)
    step = spacing(centres if len(centres) > 1 else own)
    good = ~cube.is_bad
    if not good.any():
        raise HsiError(
            say("Every band of {name} is marked bad.", name=cube.name), say("Mark at least one band as good.")
        )
    require_common(cube, own[good], centres[wanted.used], SHARE * step)
    apart = np.abs(own[None, :] - centres[:, None])
    off = apart.min(axis=1)
    of_good = np.where(good[None, :], apart, np.inf)
    nearest, off_good = of_good.argmin(axis=1), of_good.min(axis=1)
    there = wanted.used[off_good[wanted.used] < SHARE * step]
    furthest = float(off[wanted.used].max())
    how = SAME if furthest <= EQUAL * step else RESAMPLED if furthest < SHARE * step else COMMON
    low, high, weight = _neighbours(own, good, centres, nearest, step)
    return BandFit(how, there, float(off_good[there].max()) if len(there) else 0.0, low, high, weight)


def seen_in(cube: Cube, wanted: Bands, fit: BandFit, used: NDArray[np.intp]) -> Cube:
    """The cube as a scene of the wanted bands, of which only `used` (their numbers, one a band) are not marked bad."""
    bad = np.ones(wanted.count, dtype=bool)
    bad[used] = False
    info, every = cube.info, np.arange(wanted.count)
    bad_bands = tuple(bad.tolist()) if bad.any() else ()
    as_it_is = cube.bands == wanted.count and not fit.weight[used].any() and np.array_equal(fit.low[used], every[used])
    if as_it_is:
        return only(cube, used)
    mixed = replace(
        info, wavelengths=wanted.centres, fwhm=(), band_names=(), bad_bands=bad_bands, empty_bands=(),
        default_bands=(), gains=(), offsets=(), notes=info.notes,
    )  # fmt: skip
    return cube.over(lambda source: MixedBands(source, fit.low, fit.high, fit.weight, info.nodata), mixed)


def _by_number(cube: Cube, wanted: Bands) -> BandFit:
    if cube.bands != wanted.count:
        raise HsiError(
            say(
                "{name} has {bands} bands where {count} are wanted, and there are no wavelengths to match them by.",
                name=cube.name,
                bands=cube.bands,
                count=wanted.count,
            ),
            say("Add the wavelengths to the headers of all scenes, or choose scenes of the same bands."),
        )
    every = np.arange(cube.bands)
    there = np.intersect1d(wanted.used, cube.good_bands)
    return BandFit(BY_NUMBER, there, 0.0, every, every, np.zeros(len(every), dtype=np.float32))


def _neighbours(
    own: NDArray[np.float64], good: NDArray[np.bool_], centres: NDArray[np.float64], nearest: NDArray[np.intp],
    step: float,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:  # fmt: skip
    """The two good bands on either side of each wanted centre and the weight of the second; twice the nearest where it
    is the same band, or where there are no two close enough to interpolate between."""
    numbers = np.flatnonzero(good)[np.argsort(own[good], kind="stable")]
    sorted_own = own[numbers]
    after = np.clip(np.searchsorted(sorted_own, centres), 1, max(1, len(numbers) - 1))
    low, high = numbers[after - 1], numbers[np.minimum(after, len(numbers) - 1)]
    gap = own[high] - own[low]
    between = (gap > 0) & (gap <= WIDEST * step) & (centres > own[low]) & (centres < own[high])
    between &= np.abs(own[nearest] - centres) > EQUAL * step
    weight = np.where(between, (centres - own[low]) / np.where(gap > 0, gap, 1), 0.0)
    return np.where(between, low, nearest), np.where(between, high, nearest), weight.astype(np.float32)


def _require_all(cube: Cube, wanted: Bands, fit: BandFit) -> None:
    """Refuses a cube that lacks bands which an encoder reads."""
    missing = np.setdiff1d(wanted.used, fit.there)
    if not len(missing):
        return
    first = int(missing[0])
    which = say("{centre:.1f} nm", centre=wanted.centres[first]) if wanted.centres else say("band {n}", n=first + 1)
    raise HsiError(
        say(
            "{name} lacks {count} of the {used} bands that the encoder reads, the first at {which}.",
            name=cube.name,
            count=len(missing),
            used=len(wanted.used),
            which=which,
        ),
        say("Are these bands marked bad? Else choose a run of the same sensor, or train anew on all scenes."),
    )


def _told(cubes: Sequence[Cube], fits: Sequence[BandFit], known: Bands, how: str) -> str:
    """What was done, in one sentence."""
    used = len(known.used)
    if how == SAME:
        return say("The bands are the same; {used} are used, those that are good in every scene.", used=used)
    if how == BY_NUMBER:
        return say(
            "Bands are matched by their numbers, for want of wavelengths; {used} are used, those that are good in "
            "every scene.",
            used=used,
        )
    off = max(fit.off for fit in fits)
    if how == RESAMPLED:
        return say(
            "The bands of {names} lie up to {off:.2g} nm off and are resampled by linear interpolation; {used} are "
            "used.",
            names=_names([cube for cube, fit in zip(cubes, fits, strict=True) if fit.how == how]),
            off=off,
            used=used,
        )
    return say(
        "The scenes share {used} of {count} bands, which are used; where centres differ (by up to {off:.2g} nm) they "
        "are resampled by linear interpolation.",
        used=used,
        count=known.count,
        off=off,
    )


def _names(cubes: Sequence[Cube]) -> str:
    """Their names; of many the first."""
    names = [cube.name for cube in cubes[:FEW_NAMES]]
    return ", ".join(names if len(cubes) <= FEW_NAMES else [*names, say("{count} more", count=len(cubes) - FEW_NAMES)])
