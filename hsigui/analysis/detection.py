"""Targets against their background: matched filter, adaptive coherence, constrained energy minimisation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.asked import Asked
from hsigui.analysis.background import Background, background_of
from hsigui.analysis.layer import Layer
from hsigui.analysis.settings import DetectionSettings
from hsigui.analysis.tiles import TileReader, empty_layer, squeezed
from hsigui.analysis.units import in_units, unlike_units
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

AT_ONCE = 2048  # spectra

Score = Callable[[NDArray[np.float32]], NDArray[np.float64]]


def matched_filter(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The matched filter of each spectrum: 0 at the mean of the background, 1 at the spectrum; see `table` for the
    source.

    Raises:
        HsiError: see `units.in_units` and `background.background_of`; or a spectrum is the background's mean.
    """
    return _detected(cube, asked, ctx, say("Matched filter"), say("MF"), (-np.inf, np.inf), filter_of)


def ace(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """The adaptive coherence estimator of each spectrum: the squared cosine between it and a pixel where the background
    is white, 0 to 1; see `table` for the source.

    Raises:
        HsiError: as `matched_filter`.
    """
    return _detected(cube, asked, ctx, say("Adaptive coherence"), say("ACE"), (0.0, 1.0), coherence_of)


def cem(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Constrained energy minimisation for each spectrum: the weights that give 1 for it and the least energy for the
    scene; see `table` for the source.

    Raises:
        HsiError: see `units.in_units` and `background.background_of`; or a spectrum is zero throughout.
    """
    title = say("Constrained energy minimisation")
    return _detected(cube, asked, ctx, title, say("CEM"), (-np.inf, np.inf), energy_of)


def filter_of(targets: NDArray[np.float64], behind: Background) -> Score:
    """A function that takes spectra (pixels x bands) and gives (x - m) C⁻¹ (t - m) / (t - m) C⁻¹ (t - m), pixels x
    targets float64.

    Args:
        targets: targets x bands.
    """
    away = targets - behind.mean
    weights = np.linalg.solve(behind.matrix, away.T)
    weights /= np.einsum("ij,ji->i", away, weights)
    rest = behind.mean @ weights
    return lambda spectra: spectra.astype(np.float64) @ weights - rest


def coherence_of(targets: NDArray[np.float64], behind: Background) -> Score:
    """As `filter_of`, of ((t - m) C⁻¹ (x - m))² / ((t - m) C⁻¹ (t - m) · (x - m) C⁻¹ (x - m)); 0 at the mean itself.

    Args:
        targets: targets x bands.
    """
    root = np.linalg.cholesky(behind.matrix)
    white = np.linalg.inv(root).T
    away = (targets - behind.mean) @ white
    unit = (away / np.linalg.norm(away, axis=1, keepdims=True)).T

    def scores(spectra: NDArray[np.float32]) -> NDArray[np.float64]:
        whitened = (spectra - behind.mean) @ white
        lengths = np.einsum("ij,ij->i", whitened, whitened)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            found = (whitened @ unit) ** 2 / lengths
        return np.where(lengths > 0, np.minimum(found, 1.0), 0.0)

    return scores


def energy_of(targets: NDArray[np.float64], behind: Background) -> Score:
    """As `filter_of`, of x R⁻¹ t / t R⁻¹ t, where R is the mean product of bands.

    Args:
        targets: targets x bands.
    """
    weights = np.linalg.solve(behind.correlation, targets.T)
    weights /= np.einsum("ij,ji->i", targets, weights)
    return lambda spectra: spectra.astype(np.float64) @ weights


def _detected(
    cube: Cube, asked: Asked, ctx: Context, title: str, short: str, limits: tuple[float, float],
    score_of: Callable[[NDArray[np.float64], Background], Score],
) -> Layer:  # fmt: skip
    wanted, targets = asked.of(DetectionSettings), asked.recipe.targets
    values, bands, told = in_units(cube, targets)
    reader, array = TileReader(cube, bands), empty_layer(cube, len(targets))
    behind = background_of(reader, asked.recipe.left_out, wanted.shrinkage, ctx)
    for row, target in zip(values, targets, strict=True):
        lit = row if score_of is energy_of else row - behind.mean
        if np.abs(lit).max() <= 1e-9 * np.abs(row).max() or not row.any():
            raise HsiError(
                say("The spectrum “{target}” is that of the background, and nothing tells it from it.",
                    target=target.name),
                say("Choose another one."),
            )  # fmt: skip
    score = score_of(values, behind)
    for tile in reader.tiles(ctx, say("Looking for targets"), 1, 2):
        spectra = tile.known
        found = np.empty((len(spectra), len(targets)), dtype=np.float32)
        for start in range(0, len(spectra), AT_ONCE):
            found[start : start + AT_ONCE] = score(spectra[start : start + AT_ONCE])
        tile.put(array, found)
    names = tuple(say("{short} of {target}", short=short, target=target.name) for target in targets)
    notes = told + _notes(behind, cube) + unlike_units(targets, values, behind.mean)
    return Layer(
        names[0] if len(names) == 1 else title, asked.made_of(cube, bands), squeezed(array), names, "", limits,
        notes=notes, geo=cube.geo,
    )  # fmt: skip


def _notes(behind: Background, cube: Cube) -> tuple[str, ...]:
    if not behind.forced:
        return ()
    told = say("The covariance of the {count:,} pixels of {name} has no inverse: it was shrunk by {part:.2g}.",
               count=behind.count, name=cube.name, part=behind.shrinkage)  # fmt: skip
    return (told,)
