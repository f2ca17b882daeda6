"""Layers that are linear in the spectra: principal components, minimum noise fraction, independent components."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.analysis.asked import Asked
from hsigui.analysis.covariance import Covariance, principal, signed
from hsigui.analysis.layer import Layer
from hsigui.analysis.settings import IcaSettings, MnfSettings, PcaSettings
from hsigui.analysis.tiles import Tile, TileReader, empty_layer, require_pixels, squeezed
from hsigui.cube.cube import Cube
from hsigui.cube.transform import sample_spectra
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

# Of the largest eigenvalue of the noise: below it a combination of bands has none, but for what rounding leaves.
NO_NOISE = 1e-12
AT_ONCE = 2048  # spectra: room for more would be asked of the system again and again, and its pages made anew


@dataclass(frozen=True)
class LinearMap:
    """Takes a mean from spectra and multiplies the rest.

    Attributes:
        mean: one number a band.
        matrix: measures x bands.
        precise: multiply in float64: where entries are large and cancel, as those of noise that was made white.
    """

    mean: NDArray[np.float64]
    matrix: NDArray[np.float64]
    precise: bool = False

    def apply(self, spectra: NDArray[np.float32]) -> NDArray[np.floating]:
        """Spectra, pixels x bands, as pixels x measures."""
        kind = np.float64 if self.precise else np.float32
        mean, matrix = self.mean.astype(kind), self.matrix.T.astype(kind)
        lost = mean.astype(np.float64) - self.mean  # what float32 cannot hold of it
        rest = (lost @ self.matrix.T).astype(kind)
        out = np.empty((len(spectra), matrix.shape[1]), dtype=kind)
        room = np.empty((AT_ONCE, len(mean)), dtype=kind)
        for start in range(0, len(spectra), AT_ONCE):
            piece = spectra[start : start + AT_ONCE]
            np.subtract(piece, mean, out=room[: len(piece)])
            np.matmul(room[: len(piece)], matrix, out=out[start : start + len(piece)])
        out += rest
        return out


def pca(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Principal components of the covariance, or of the correlation, of all pixels with data; see `table` for the
    source. Figures: `eigenvalues` of all components, and `share`, which part of the variance each has.

    Raises:
        HsiError: fewer than two pixels have data.
    """
    wanted = asked.of(PcaSettings)
    reader = TileReader(cube)
    sums = Covariance(len(reader.bands))
    for tile in reader.tiles(ctx, say("Summing up the covariance"), 0, 2):
        sums.add(tile.known)
    require_pixels(sums.count, 2, cube)
    matrix, spread = sums.matrix, np.ones(len(reader.bands))
    if wanted.standardised:
        spread = np.sqrt(np.diag(matrix))
        spread[spread == 0] = 1.0  # a constant band has no part in the correlation
        matrix = matrix / np.outer(spread, spread)
    values, axes = principal(matrix)
    count = min(wanted.components, len(values))
    array = _mapped(reader, LinearMap(sums.mean, axes[:count] / spread), ctx)
    figures = {"eigenvalues": _plain(values), "share": _plain(values / max(values.sum(), np.finfo(float).tiny))}
    return _layer(say("Principal components"), say("PC"), asked, reader, array, figures)


def mnf(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Minimum noise fraction: the components of the spectra after their noise was made white, which is estimated by the
    differences of neighbouring pixels; see `table` for the source. The noise of each component has variance 1.

    Figures: `eigenvalues` of all components, their variance where that of the noise is 1.

    Raises:
        HsiError: fewer pairs of neighbours have data than there are bands, or nothing differs between them.
    """
    wanted = asked.of(MnfSettings)
    reader = TileReader(cube)
    bands = len(reader.bands)
    signal, noise, shifts = Covariance(bands), Covariance(bands), Differences(cube.cols, wanted.direction)
    for tile in reader.tiles(ctx, say("Summing up signal and noise"), 0, 2):
        signal.add(tile.known)
        noise.add(shifts.of(tile))
    found = fractions(signal, noise, cube)
    there = len(found.values)
    count = min(wanted.components, there)
    array = _mapped(reader, LinearMap(signal.mean, found.forward[:count], precise=True), ctx)
    made = _layer(
        say("Minimum noise fraction"), say("MNF"), asked, reader, array, {"eigenvalues": _plain(found.values)}
    )
    if there == bands:
        return made
    lost = say("{count} combinations of bands have no noise, and are left out.", count=bands - there)
    return replace(made, notes=(lost,))


@dataclass(frozen=True, eq=False)
class Fractions:
    """Components of spectra whose noise was made white.

    Attributes:
        values: their variances where that of the noise of each is 1, falling; one a component.
        forward: what makes components of spectra less their mean, components x bands.
        inverse: what makes these of components again, bands x components.
    """

    values: NDArray[np.float64]
    forward: NDArray[np.float64]
    inverse: NDArray[np.float64]


def fractions(signal: Covariance, noise: Covariance, cube: Cube) -> Fractions:
    """The minimum noise fractions of a scene; as many as there are combinations of bands that have noise.

    Args:
        signal: of its spectra.
        noise: of the differences of neighbouring ones.

    Raises:
        HsiError: fewer pairs of neighbours have data than there are bands, or nothing differs between them.
    """
    bands = len(signal.mean)
    require_pixels(signal.count, bands + 1, cube)
    if noise.count <= bands:
        raise HsiError(
            say("Only {count} pairs of neighbouring pixels of {name} have data.", count=noise.count, name=cube.name),
            say("Choose another direction of the differences, or principal components."),
        )
    spread, axes = principal(noise.matrix / 2)  # a difference of two pixels has twice the noise of one
    if spread[0] == 0:
        raise HsiError(
            say("Neighbouring pixels of {name} do not differ: no noise can be estimated.", name=cube.name),
            say("Choose another direction of the differences, or principal components."),
        )
    noisy = spread > NO_NOISE * spread[0]
    sizes = np.sqrt(spread[noisy])
    white, root = (axes[noisy].T / sizes) @ axes[noisy], (axes[noisy].T * sizes) @ axes[noisy]
    values, turned = principal(white @ signal.matrix @ white)
    there = int(noisy.sum())
    plain = turned[:there] @ white
    forward = signed(plain)
    turns = np.sign((forward * plain).sum(axis=1))
    return Fractions(values[:there], forward, (root @ turned[:there].T) * turns)


def ica(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Independent components by FastICA (scikit-learn) on a sample of pixels, applied to all; see `table`. Each has
    variance 1 on the sample; those that move the spectra most come first.

    Raises:
        HsiError: fewer pixels have data than are needed for so many components.
    """
    from sklearn.decomposition import FastICA

    wanted = asked.of(IcaSettings)
    reader = TileReader(cube)
    ctx.progress(0, 2, say("Drawing a sample"))
    sample = sample_spectra(cube, wanted.sample, seed=wanted.seed, check=ctx.check)[:, reader.bands].astype(np.float64)
    count = min(wanted.components, len(reader.bands))
    require_pixels(len(sample), 10 * count, cube)
    found = FastICA(
        count, whiten="unit-variance", whiten_solver="eigh", fun=wanted.contrast, max_iter=wanted.iterations,
        random_state=wanted.seed,
    )  # fmt: skip
    ctx.progress(0.1, 2, say("Finding independent components"))
    with stopping.checked_by(ctx.check), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge is told below, in words
        stopping.patiently(lambda: found.fit(sample))
    order = np.argsort(-np.linalg.norm(found.mixing_, axis=0), kind="stable")
    mixing = found.mixing_[:, order].T
    turn = np.where(np.isclose(signed(mixing), mixing).all(axis=1), 1.0, -1.0)
    matrix = found.components_[order] * turn[:, None]
    array = _mapped(reader, LinearMap(found.mean_, matrix, precise=True), ctx)
    made = _layer(say("Independent components"), say("IC"), asked, reader, array, {})
    if found.n_iter_ < wanted.iterations:
        return made
    return replace(
        made,
        notes=(
            say("FastICA did not settle in {count} iterations: other seeds may find other components.",
                count=wanted.iterations),
        ),
    )  # fmt: skip


class Differences:
    """Differences of neighbouring pixels, the last row of one tile with the first of the next among them."""

    def __init__(self, cols: int, direction: str) -> None:
        self._cols = cols
        # How many pixels further the neighbour is, and which columns have none.
        self._step, self._without = {
            "right": (1, cols - 1), "lower": (cols, None), "lower right": (cols + 1, cols - 1),
            "lower left": (cols - 1, 0),
        }[direction]  # fmt: skip
        self._before: tuple[NDArray[np.float32], NDArray[np.bool_]] | None = None

    def of(self, tile: Tile) -> NDArray[np.float32]:
        """The differences that are complete with this tile, pairs x bands; those with data at both ends."""
        spectra, valid = tile.spectra, tile.valid
        if self._before is not None and self._step > 1:
            spectra = np.concatenate([self._before[0], spectra])
            valid = np.concatenate([self._before[1], valid])
        self._before = (tile.spectra[-self._cols :], tile.valid[-self._cols :])
        if len(spectra) <= self._step:
            return spectra[:0]
        both = valid[: -self._step] & valid[self._step :]
        if self._without is not None:
            both &= np.arange(len(both)) % self._cols != self._without
        differences = spectra[: -self._step] - spectra[self._step :]
        return differences if both.all() else differences[both]


def _mapped(reader: TileReader, linear: LinearMap, ctx: Context) -> NDArray[np.float32]:
    """Of every pixel, rows x cols x measures."""
    array = empty_layer(reader.cube, len(linear.matrix))
    for tile in reader.tiles(ctx, say("Computing components"), 1, 2):
        tile.put(array, linear.apply(tile.known))
    return array


def _layer(
    name: str, short: str, asked: Asked, reader: TileReader, array: NDArray[np.float32],
    figures: dict[str, tuple[float, ...]],
) -> Layer:  # fmt: skip
    names = tuple(f"{short} {number + 1}" for number in range(array.shape[2]))
    recipe = asked.made_of(reader.cube, reader.bands)
    return Layer(name, recipe, squeezed(array), names, figures=figures, geo=reader.cube.geo)


def _plain(values: NDArray[np.float64]) -> tuple[float, ...]:
    return tuple(values.tolist())
