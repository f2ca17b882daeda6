"""Spectral distances to given spectra: spectral angle and spectral information divergence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.asked import Asked
from hsigui.analysis.layer import Layer
from hsigui.analysis.least import squares
from hsigui.analysis.targets import on_bands
from hsigui.analysis.tiles import TileReader, empty_layer, squeezed
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

# rad: smaller angles are computed again in float64, where float32 would cost more than 1e-5.
NEAR = np.float32(0.06)
AT_ONCE = 2048  # spectra, which are gone through several times: what the cache nearest to a core holds
LEAST_SHARE = 1e-6  # of a spectrum's sum: what a band without light is taken for, where its logarithm is needed

Distance = Callable[[NDArray[np.float32]], NDArray[np.float32]]


def sam(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The spectral angle to each spectrum, in rad; see `table` for the source.

    Raises:
        HsiError: see `targets.on_bands`; or a spectrum is zero throughout.
    """
    return _distances(cube, asked, ctx, say("Spectral angle"), say("SAM"), "rad", np.pi, angles_to)


def sid(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The spectral information divergence from each spectrum; see `table` for the source.

    Raises:
        HsiError: see `targets.on_bands`; or a spectrum has no positive sum.
    """
    return _distances(cube, asked, ctx, say("Spectral information divergence"), say("SID"), "", np.inf, divergence_from)


def angles_to(targets: NDArray[np.float64]) -> Distance:
    """A function that takes spectra (pixels x bands) and gives their angles to some spectra, pixels x targets float32.
    NaN for a spectrum that is zero throughout.

    Args:
        targets: targets x bands.
    """
    unit = (targets / np.linalg.norm(targets, axis=1, keepdims=True)).T
    short = unit.astype(np.float32)

    def angles(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
        with np.errstate(invalid="ignore", divide="ignore"):
            cosines = spectra @ short
            cosines /= np.sqrt(squares(spectra))[:, None]
            found = np.arccos(np.clip(cosines, -1, 1, out=cosines))
        near = np.flatnonzero(((found < NEAR) | (found > np.pi - NEAR)).any(axis=1))
        if len(near):
            found[near] = _exact_angles(spectra[near].astype(np.float64), unit)
        return found

    return angles


def _exact_angles(spectra: NDArray[np.float64], unit: NDArray[np.float64]) -> NDArray[np.float64]:
    cosines = spectra @ unit
    cosines /= np.sqrt(np.einsum("ij,ij->i", spectra, spectra))[:, None]
    return np.asarray(np.arccos(np.clip(cosines, -1, 1)))


def divergence_from(targets: NDArray[np.float64]) -> Distance:
    """As `angles_to`, of the spectral information divergence: SID(p, q) = Σ (p − q) (ln p − ln q) of spectra divided by
    their sums. A share below a millionth, or negative, is taken for a millionth, so that its logarithm is finite.

    Args:
        targets: targets x bands.
    """
    shares = _shares(targets)
    parts = [(row.astype(np.float32), np.log(row).astype(np.float32)) for row in shares]

    def divergences(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
        found = np.empty((len(spectra), len(parts)), dtype=np.float32)
        with np.errstate(invalid="ignore", divide="ignore"):
            own = _shares(np.ascontiguousarray(spectra))
            logs = np.log(own)
            for column, (share, log) in enumerate(parts):
                found[:, column] = np.einsum("ij,ij->i", own - share, logs - log)
        return found

    return divergences


def _shares(spectra: NDArray[np.floating]) -> NDArray[np.floating]:
    """Spectra as parts of their sums; NaN where the sum is not positive. Rows are spectra, in and out."""
    sums = spectra.sum(axis=1, keepdims=True)
    sums = np.where(sums > 0, sums, np.nan).astype(spectra.dtype)
    return np.maximum(spectra / sums, np.asarray(LEAST_SHARE, dtype=spectra.dtype))


def _distances(
    cube: Cube, asked: Asked, ctx: Context, title: str, short: str, units: str, largest: float,
    distance_to: Callable[[NDArray[np.float64]], Distance],
) -> Layer:  # fmt: skip
    targets = asked.recipe.targets
    values, bands = on_bands(cube, targets)
    for row, target in zip(values, targets, strict=True):
        if not row.any() or (distance_to is divergence_from and row.sum() <= 0):
            raise HsiError(
                say("The spectrum “{target}” holds no light.", target=target.name), say("Choose another one.")
            )
    reader, array, measure = TileReader(cube, bands), empty_layer(cube, len(targets)), distance_to(values)
    for tile in reader.tiles(ctx, say("Comparing spectra")):
        spectra = tile.known
        found = np.empty((len(spectra), len(targets)), dtype=np.float32)
        for start in range(0, len(spectra), AT_ONCE):
            found[start : start + AT_ONCE] = measure(spectra[start : start + AT_ONCE])
        tile.put(array, found)
    names = tuple(say("{short} to {target}", short=short, target=target.name) for target in targets)
    name = names[0] if len(names) == 1 else title
    return Layer(name, asked.made_of(cube, bands), squeezed(array), names, units, (0.0, largest), geo=cube.geo)
