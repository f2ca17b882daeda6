"""Clusters of spectra as a layer of classes: k-means, and mixtures of Gaussians. Found on a sample, applied to all.

All products run on one thread: so the same seed gives the same clusters on any number of cores.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from hsigui import stopping
from hsigui.analysis.asked import Asked
from hsigui.analysis.covariance import Covariance, principal
from hsigui.analysis.layer import Layer
from hsigui.analysis.linear import LinearMap
from hsigui.analysis.settings import GaussianSettings, KMeansSettings
from hsigui.analysis.tiles import TileReader, require_pixels
from hsigui.cube.cube import Cube
from hsigui.cube.limits import require_room
from hsigui.cube.transform import sample_spectra
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable, color_for
from hsigui.one_thread import one_blas_thread
from hsigui.texts import say

BATCH = 4096  # spectra that move the centres together
ROUNDS = 25  # over the sample, at most
SETTLED = 2e-3  # which part of the sample changes its cluster in the last round at most
STARTS = 3  # of which the best is kept
ITERATIONS = 200  # of a mixture

Assign = Callable[[NDArray[np.floating]], NDArray[np.intp]]


def k_means(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Clusters by mini-batch k-means (scikit-learn); see `table` for the source. Numbered by size, the largest first.

    Raises:
        HsiError: fewer pixels have data than are needed for so many clusters.
    """
    return _clustered(cube, asked, asked.of(KMeansSettings), ctx, say("k-means"), _find_centres)


def gaussians(cube: Cube, asked: Asked, ctx: Context) -> Layer:
    """Clusters by a mixture of Gaussians (scikit-learn), each pixel in the likeliest; as `k_means` else.

    Raises:
        HsiError: fewer pixels have data than are needed for so many clusters.
    """
    return _clustered(cube, asked, asked.of(GaussianSettings), ctx, say("Gaussian mixture"), _find_mixture)


def _clustered(
    cube: Cube, asked: Asked, wanted: KMeansSettings, ctx: Context, title: str,
    find: Callable[[NDArray[np.float64], KMeansSettings, Context], tuple[Assign, bool]],
) -> Layer:  # fmt: skip
    require_room(say("The clusters of {name}", name=cube.name), cube.rows, cube.cols, 2)
    reader = TileReader(cube)
    ctx.progress(0, 2, say("Drawing a sample"))
    sample = sample_spectra(cube, wanted.sample, seed=wanted.seed, check=ctx.check)[:, reader.bands]
    require_pixels(len(sample), 10 * wanted.clusters, cube)
    with one_blas_thread():
        reduced = _reduction(sample, wanted)
        ctx.progress(0.1, 2, say("Finding clusters"))
        assign, settled = find(reduced.apply(sample).astype(np.float64), wanted, ctx)
        array = np.zeros((cube.rows, cube.cols), dtype=np.uint16)
        for tile in reader.tiles(ctx, say("Assigning pixels"), 1, 2):
            numbers = np.zeros(len(tile.valid), dtype=np.uint16)
            if tile.valid.any():
                numbers[tile.valid] = assign(reduced.apply(tile.known)) + 1
            array[tile.rows] = numbers.reshape(-1, cube.cols)
    array, counts = _by_size(array)
    count = len(counts)
    classes = ClassTable(tuple(_class(number) for number in range(1, count + 1)))
    recipe = asked.made_of(cube, reader.bands)
    notes: tuple[str, ...] = (
        () if settled else (say("The clusters had not settled at the end: other seeds may find other ones."),)
    )
    if count < wanted.clusters:
        notes += (say("{count} of {wanted} clusters are nearest to no pixel.",
                      count=wanted.clusters - count, wanted=wanted.clusters),)  # fmt: skip
    made = Layer(title, recipe, array, (title,), classes=classes, limits=(0.0, float(count)), notes=notes, geo=cube.geo)
    return replace(made, figures={"pixels": tuple(map(float, counts))})


def _class(number: int) -> ClassInfo:
    return ClassInfo(number, say("Cluster {number}", number=number), color_for(number))


def _reduction(sample: NDArray[np.float32], wanted: KMeansSettings) -> LinearMap:
    """To principal components of the sample, of standardised bands where that is wanted; all divided by the deviation
    of the first, so that their proportions stay."""
    sums = Covariance(sample.shape[1])
    sums.add(sample)
    matrix, spread = sums.matrix, np.ones(sample.shape[1])
    if wanted.standardised:
        spread = np.sqrt(np.diag(matrix))
        spread[spread == 0] = 1.0
        matrix = matrix / np.outer(spread, spread)
    values, axes = principal(matrix)
    count = min(wanted.components, len(values))
    unit = np.sqrt(values[0]) if values[0] > 0 else 1.0
    return LinearMap(sums.mean, axes[:count] / spread / unit)


def _find_centres(sample: NDArray[np.float64], wanted: KMeansSettings, ctx: Context) -> tuple[Assign, bool]:
    from sklearn.cluster import MiniBatchKMeans

    rng = np.random.default_rng(wanted.seed)
    best: tuple[float, NDArray[np.float64], bool] | None = None
    for start in range(STARTS):
        model = MiniBatchKMeans(
            wanted.clusters, init="k-means++", n_init=1, batch_size=BATCH, reassignment_ratio=0.0,
            random_state=int(rng.integers(2**31)),
        )  # fmt: skip
        settled, before = False, np.full(len(sample), -1)
        for turn in range(ROUNDS):
            for piece in np.array_split(rng.permutation(len(sample)), -(-len(sample) // BATCH)):
                ctx.progress(0.1 + 0.9 * (start + turn / ROUNDS) / STARTS, 2, say("Finding clusters"))
                with threadpool_limits(1, user_api="openmp"):  # of this thread: small pieces wait for a second one
                    model.partial_fit(sample[piece])
            distances = _squared(sample, model.cluster_centers_)
            now = distances.argmin(axis=1)
            if settled := bool(np.mean(now != before) <= SETTLED):
                break
            before = now
        spread = float(distances.min(axis=1).sum())
        if best is None or spread < best[0]:
            best = spread, model.cluster_centers_.copy(), settled
    assert best is not None
    centres = best[1]

    def assign(values: NDArray[np.floating]) -> NDArray[np.intp]:
        return np.asarray(_squared(values.astype(np.float64), centres).argmin(axis=1))

    return assign, best[2]


def _squared(values: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distances of values (values x measures) to centres, less the length of the values; values x centres."""
    return np.asarray(np.einsum("ij,ij->i", centres, centres) - 2 * (values @ centres.T))


def _find_mixture(sample: NDArray[np.float64], wanted: KMeansSettings, ctx: Context) -> tuple[Assign, bool]:
    from sklearn.mixture import GaussianMixture

    assert isinstance(wanted, GaussianSettings)
    model = GaussianMixture(
        wanted.clusters, covariance_type=wanted.shape, max_iter=ITERATIONS, random_state=wanted.seed,
        init_params="k-means++",
    )  # fmt: skip
    with stopping.checked_by(ctx.check), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it did not converge is told, in words
        stopping.patiently(lambda: model.fit(sample))
    return lambda values: model.predict(values.astype(np.float64)), bool(model.converged_)


def _by_size(array: NDArray[np.uint16]) -> tuple[NDArray[np.uint16], list[int]]:
    """Clusters (rows x cols, from 1) numbered by their pixels, the largest first; and how many pixels each has."""
    counts = np.bincount(array.ravel(), minlength=2)[1:]
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    new = np.zeros(len(counts) + 1, dtype=np.uint16)
    new[order + 1] = np.arange(1, len(order) + 1)
    return new[array], counts[order].tolist()
