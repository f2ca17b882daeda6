"""References in the bands of a scene: resampled to them, and as bright as its values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.analysis.measures import Measure, Measured
from hsigui.analysis.references import Matching
from hsigui.analysis.targets import require_bands
from hsigui.cube.cube import Cube
from hsigui.cube.libraries.scaling import level, scaling
from hsigui.cube.resampling import resampled
from hsigui.errors import HsiError
from hsigui.texts import say

LEAST_BANDS = 3
LOOKED_AT = 24  # rows, and columns, of a scene that are looked at to know how bright it is


@dataclass(frozen=True, eq=False)
class OnScene:
    """References in the bands of a scene.

    Attributes:
        bands: numbers of the bands that are compared, by wavelength where that is known.
        values: references x bands float64.
        measured: the measure with these references.
        notes: what was assumed or left out, a sentence each.
        waves: nm of these bands, or their numbers; one a band.
    """

    bands: NDArray[np.intp]
    values: NDArray[np.float64]
    measured: Measured
    notes: tuple[str, ...]
    waves: NDArray[np.float64]


def on_scene(cube: Cube, matching: Matching) -> OnScene:
    """The references of a matching in the good bands of a scene in which all of them have a value.

    Raises:
        HsiError: the scene lacks wavelengths that are needed, fewer than three good bands are left, or a spectrum
            holds no light.
    """
    row, targets = matching.measure, [each.target for each in matching.references]
    require_wavelengths(cube, row, matching.first, matching.last)
    values = in_bands(cube, targets)
    require_values(cube, targets, values)
    good = bands_of(cube, matching.first, matching.last)
    bands = good[np.isfinite(values[:, good]).all(axis=0)]
    notes = left_out_of(cube, good, bands)
    if len(bands) < LEAST_BANDS:
        raise HsiError(
            say("The spectra and {name} have fewer than {least} good bands in common.",
                name=cube.name, least=LEAST_BANDS),
            say("Are the wavelengths of both in nm, and the bands not marked bad?"),
        )  # fmt: skip
    values = values[:, bands]
    for target, found in zip(targets, values, strict=True):
        require_light(target, found, row)
    if row.heeds_scale:
        values, told = as_bright(cube, bands, values, targets)
        notes += told
    waves = waves_of(cube)[bands]
    return OnScene(bands, values, row.of(values, waves), tuple(notes), waves)


def require_wavelengths(cube: Cube, row: Measure, first: float, last: float) -> None:
    """Refuses a measure, or a range in nm, of a scene whose wavelengths are not known.

    Raises:
        HsiError: they are needed.
    """
    if cube.wavelengths is None and (row.needs_wavelengths or first or last):
        what = row.title if row.needs_wavelengths else say("A range of wavelengths")
        raise HsiError(
            say("{what} needs the wavelengths of {name}, and they are not known.", what=what, name=cube.name),
            say("Choose its sensor under Edit > Bands."),
        )


def bands_of(cube: Cube, first: float, last: float) -> NDArray[np.intp]:
    """The good bands of a range (nm; 0 for no end), in the order of their wavelengths, of several at one the first; in
    their own order where wavelengths are not known. One number a band."""
    good, waves = cube.good_bands, cube.wavelengths
    if waves is None:
        return good
    inside = (waves[good] >= first) & (waves[good] <= (last or np.inf))
    good = good[inside]
    _, places = np.unique(waves[good], return_index=True)
    return np.asarray(good[places], dtype=np.intp)


def waves_of(cube: Cube) -> NDArray[np.float64]:
    """The wavelengths of a scene in nm, or the numbers of its bands from 1; one a band."""
    found = cube.wavelengths
    return np.arange(1.0, cube.bands + 1) if found is None else found


def in_bands(cube: Cube, targets: Sequence[Target]) -> NDArray[np.float64]:
    """Spectra in all bands of a scene, targets x bands; NaN where one has no value. Those with wavelengths of their own
    are brought to the bands by these, as wide as the bands are (`cube.resampling`).

    Raises:
        HsiError: as `targets.on_bands`.
    """
    out = np.empty((len(targets), cube.bands))
    alike: defaultdict[tuple[float, ...], list[int]] = defaultdict(list)
    for place, target in enumerate(targets):
        if target.wavelengths and cube.wavelengths is not None and len(target.values) == len(target.wavelengths):
            alike[target.wavelengths].append(place)
        else:
            out[place] = require_bands(cube, target)
    for waves, places in alike.items():
        values = [targets[place].values for place in places]
        out[places] = resampled(values, waves, waves_of(cube), cube.info.fwhm)
    return out


def require_light(target: Target, values: NDArray[np.float64], row: Measure) -> None:
    """Refuses a spectrum with which nothing can be compared; `values` are one a band.

    Raises:
        HsiError: it is zero throughout, or has no positive sum where the measure divides by that.
    """
    if not values.any() or (row.name == "sid" and values.sum() <= 0):
        raise HsiError(say("The spectrum “{target}” holds no light.", target=target.name), say("Choose another one."))


def as_bright(
    cube: Cube, bands: NDArray[np.intp], values: NDArray[np.float64], targets: Sequence[Target]
) -> tuple[NDArray[np.float64], list[str]]:
    """References (references x bands) in the units of the scene: those of other bands than the scene's own may be in
    reflectance while it is in ten-thousandths of it, or in per cent. How large the values usually are tells it, and no
    comparison: a dark surface in a bright scene is dark, and not in other units. What was done is told."""
    foreign = np.array([bool(each.wavelengths) for each in targets])
    if not foreign.any():
        return values, []
    factor = scaling(level(values[foreign]), _level(cube, bands)).factor
    if factor == 1.0:
        return values, []
    out = values.copy()
    out[foreign] *= factor
    return out, [say("The spectra were multiplied by {factor:g} to be in the units of the scene.", factor=factor)]


def _level(cube: Cube, bands: NDArray[np.intp]) -> float:
    """How large the values of a scene usually are, by some of its pixels; NaN where none has data."""
    steps = [slice(size // LOOKED_AT // 2, None, max(1, size // LOOKED_AT)) for size in (cube.rows, cube.cols)]
    return level(cube.read(steps[0], steps[1], bands.tolist()))


def require_values(cube: Cube, targets: Sequence[Target], values: NDArray[np.float64]) -> None:
    """Refuses a spectrum that has no value in any good band, of targets x bands of the scene: others that have some are
    not to blame.

    Raises:
        HsiError: there is one.
    """
    known = np.isfinite(values[:, cube.good_bands]).any(axis=1)
    if known.all():
        return
    target = targets[int(known.argmin())]
    raise HsiError(
        say("The spectrum “{target}” has no value in the good bands of {name}.", target=target.name, name=cube.name),
        say("Are the wavelengths of both in nm?") if target.wavelengths else say("Choose a pixel with data."),
    )


def left_out_of(cube: Cube, good: NDArray[np.intp], bands: NDArray[np.intp]) -> list[str]:
    """A sentence for the good bands that are not among those that are compared, all by their numbers (one a band); none
    where there are no such bands."""
    count = len(good) - len(bands)
    if not count:
        return []
    waves = waves_of(cube)[bands]
    if cube.wavelengths is None or not len(bands):
        return [say("{count} of {good} good bands are left out: not all spectra have a value there.",
                    count=count, good=len(good))]  # fmt: skip
    return [
        say("{count} of {good} good bands are left out: not all spectra have a value there. Compared are {first:.0f} "
            "to {last:.0f} nm.", count=count, good=len(good), first=waves.min(), last=waves.max())
    ]  # fmt: skip
