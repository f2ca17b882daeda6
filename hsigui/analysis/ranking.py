"""Which spectra of libraries one spectrum of a scene is most like: a ranked list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.measures import Fitted, Measure, measure
from hsigui.analysis.on_scene import as_bright, bands_of, in_bands, require_wavelengths, waves_of
from hsigui.analysis.references import Reference
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

LEAST_BANDS = 3
LEAST_SHARE = 0.5  # of the bands in which the spectrum has a value: what has fewer of them is compared with too little
AT_ONCE = 512  # references


@dataclass(frozen=True, eq=False)
class Match:
    """A spectrum of a library with how like it is.

    Attributes:
        reference: the spectrum, as its library has it.
        distance: by the measure; the smaller, the more alike.
        likeness: the same as 0 to 1.
        curve: the spectrum in all bands of the scene, scaled to lie as close to the one that was asked about as can be;
            NaN where it has no value. One a band.
        bands: how many bands were compared.
        scale, rms: of feature fitting: how deep the absorptions are, as parts of the spectrum's own, and what the fit
            leaves; NaN for other measures.
    """

    reference: Reference
    distance: float
    likeness: float
    curve: NDArray[np.float32]
    bands: int
    scale: float = float("nan")
    rms: float = float("nan")

    @property
    def name(self) -> str:
        return self.reference.target.name


@dataclass(frozen=True, eq=False)
class Matches:
    """The best matches of a spectrum, best first.

    Attributes:
        by: name of the measure.
        left_out: how many spectra could not be compared.
        notes: what was assumed or left out, a sentence each.
    """

    best: tuple[Match, ...]
    by: str
    left_out: int = 0
    notes: tuple[str, ...] = ()

    @property
    def measure(self) -> Measure:
        return measure(self.by)


def rank(
    cube: Cube, spectrum: NDArray[np.floating], references: Iterable[Reference], by: str = "sam", count: int = 10, *,
    first: float = 0.0, last: float = 0.0, check: Callable[[], None] = lambda: None,
) -> Matches:  # fmt: skip
    """The references that a spectrum of a scene is most like.

    Each is compared in the bands in which both have a value; one that has a value in less than half of those of the
    spectrum is left out.

    Args:
        spectrum: its values, one a band of the scene; NaN where there is none.
        count: how many are wanted.
        first, last: nm; bands outside are left out. 0 for no end.
        check: may raise to stop.

    Raises:
        HsiError: there is no such measure, the scene lacks wavelengths that are needed, or nothing can be compared.
    """
    row, own = measure(by), np.asarray(spectrum, dtype=np.float64)
    if row.of_all:
        raise HsiError(
            say("{title} ranks no library: a share depends on all spectra at once.", title=row.title),
            say("Choose another measure."),
        )
    require_wavelengths(cube, row, first, last)
    given = tuple(references)
    if not given:
        raise HsiError(say("There is no spectrum to compare with."), say("Open a library."))
    bands = bands_of(cube, first, last)
    bands = bands[np.isfinite(own[bands])]
    if len(bands) < LEAST_BANDS or not own[bands].any():
        raise HsiError(
            say("The spectrum of {name} has no values that could be compared.", name=cube.name),
            say("Choose a pixel with data, or a wider range of wavelengths."),
        )
    if row.name == "sid" and own[bands].sum() <= 0:
        raise HsiError(say("The spectrum holds no light."), say("Choose another measure."))
    comparing = _Comparing(cube, own, row, bands)
    for start in range(0, len(given), AT_ONCE):
        check()
        comparing.add(given[start : start + AT_ONCE])
    found = comparing.compared(check)
    found.sort(key=lambda each: (each.distance, each.name))
    left_out = len(given) - len(found)
    notes = [*comparing.notes]
    if left_out:
        notes.append(
            say("{count} spectra are left out: they have too few values in the bands of {name}, or no light there.",
                count=left_out, name=cube.name)
        )  # fmt: skip
    if not found:
        raise HsiError(say("No spectrum of the library can be compared."), say("; ").join(notes))
    return Matches(tuple(found[: max(1, count)]), by, left_out, tuple(notes))


class _Comparing:
    """References by the bands in which they have a value, each lot of which is compared at once."""

    def __init__(self, cube: Cube, own: NDArray[np.float64], row: Measure, bands: NDArray[np.intp]) -> None:
        self._cube, self._own, self._row, self._bands = cube, own, row, bands
        self._lots: defaultdict[bytes, list[tuple[Reference, NDArray[np.float64]]]] = defaultdict(list)
        self.notes: list[str] = []

    def add(self, references: Sequence[Reference]) -> None:
        """Takes those references that have enough values."""
        for reference, values in zip(
            references, in_bands(self._cube, [each.target for each in references]), strict=True
        ):
            known = np.isfinite(values[self._bands])
            if known.sum() >= max(LEAST_BANDS, LEAST_SHARE * len(self._bands)):
                self._lots[known.tobytes()].append((reference, values))

    def compared(self, check: Callable[[], None]) -> list[Match]:
        """Those of all lots that can be compared, in no order."""
        found: list[Match] = []
        for key, lot in self._lots.items():
            known = np.frombuffer(key, dtype=bool)
            for start in range(0, len(lot), AT_ONCE):
                check()
                found += self._of(self._bands[known], lot[start : start + AT_ONCE])
        return found

    def _of(self, bands: NDArray[np.intp], lot: list[tuple[Reference, NDArray[np.float64]]]) -> list[Match]:
        own, whole = self._own[bands].astype(np.float32), np.array([values for _, values in lot])
        lit = np.flatnonzero((np.abs(whole[:, bands]) if self._row.name != "sid" else whole[:, bands]).sum(axis=1) > 0)
        lot, whole = [lot[place] for place in lit.tolist()], whole[lit]
        if not lot or not own.any() or (self._row.name == "sid" and own.sum() <= 0):
            return []
        if self._row.heeds_scale:
            whole, told = as_bright(self._cube, bands, whole, [reference.target for reference, _ in lot])
            self.notes = list(dict.fromkeys([*self.notes, *told]))
        try:
            measured = self._row.of(whole[:, bands], waves_of(self._cube)[bands])
        except HsiError:  # none of these has an absorption; others may
            return []
        compared = measured.compare(np.repeat(own[None], len(lot), axis=0))
        places = np.arange(len(lot))
        distances = compared.distances(places)
        scales, left = compared.fits(places) if isinstance(compared, Fitted) else (None, None)
        likeness = measured.likeness(distances)
        found = []
        for n, (reference, _) in enumerate(lot):
            if not np.isfinite(distances[n]):
                continue
            fit = (float("nan"),) * 2 if scales is None or left is None else (float(scales[n]), float(left[n]))
            curve = _scaled(whole[n], own, bands)
            found.append(Match(reference, float(distances[n]), float(likeness[n]), curve, len(bands), *fit))
        return found


def _scaled(values: NDArray[np.float64], own: NDArray[np.float32], bands: NDArray[np.intp]) -> NDArray[np.float32]:
    """A reference (one value a band) times the factor with which it is closest to a spectrum in some bands."""
    there = values[bands]
    square = float(there @ there)
    factor = float(there @ own) / square if square > 0 else 1.0
    return np.asarray(values * (factor if factor > 0 else 1.0), dtype=np.float32)
