"""What an encoder learned of some pixels, laid out in a plane such that neighbours stay neighbours: t-SNE and UMAP.

Sources: L. van der Maaten and G. Hinton, "Visualizing Data using t-SNE", Journal of Machine Learning Research 9, 2008
(scikit-learn); L. McInnes, J. Healy and J. Melville, "UMAP: Uniform Manifold Approximation and Projection", 2018
(umap-learn, an extra). Distances between groups and their sizes mean little in either.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.analysis.covariance import Covariance, principal
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline.features import ENCODER, Features
from hsigui.texts import say

PIXELS = 4000  # of which the plane is made
COMPONENTS = 30  # of the features, that distances are taken in (van der Maaten and Hinton)
PERPLEXITY = 30.0
NEIGHBOURS = 15
LEAST = 10  # pixels
TSNE, UMAP = "tsne", "umap"


def has_umap() -> bool:
    """Whether umap-learn is installed."""
    return find_spec("umap") is not None


def neighbours_plane(
    features: Features, kind: str, first: NDArray[np.bool_], ctx: Context, pixels: int = PIXELS, seed: int = 0
) -> NDArray[np.float32]:
    """The places of some pixels in a plane: rows x cols x 2 float32, NaN for all others.

    Args:
        kind: TSNE or UMAP.
        first: pixels that are taken before others, as far as half of the sample; rows x cols.
        pixels: how many are placed.
        seed: of the sample, and of the method: the same one gives the same plane.

    Raises:
        HsiError: too few pixels have features.
        Cancelled: through the context.
    """
    places = sample_of(features.valid, first, pixels, np.random.default_rng(seed))
    if len(places) < LEAST:
        raise HsiError(
            say("Only {count} pixels have features, and {least} are needed.", count=len(places), least=LEAST)
        )
    ctx.progress(0, 0, say("Reading what was learned of {count:,} pixels", count=len(places)))
    mask = np.zeros(features.shape, dtype=bool)
    mask.ravel()[places] = True
    with one_blas_thread():
        reduced = _reduced(features.at(mask, _columns(features)))
        ctx.progress(0, 0, say("Placing {count:,} pixels", count=len(places)))
        with stopping.checked_by(ctx.check), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a seed that keeps UMAP on one thread
            found = stopping.patiently(lambda: (_tsne if kind == TSNE else _umap)(reduced, seed))
    plane = np.full((*features.shape, 2), np.nan, dtype=np.float32)
    plane[mask] = found
    return plane


def sample_of(
    valid: NDArray[np.bool_], first: NDArray[np.bool_], pixels: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """So many places of pixels that are valid, ascending; up to half of them of those that come first. Both masks are
    rows x cols."""
    all_of_them = np.flatnonzero(valid)
    if len(all_of_them) <= pixels:
        return all_of_them
    early = np.flatnonzero(valid & first)
    early = rng.choice(early, min(len(early), pixels // 2), replace=False)
    rest = rng.choice(np.setdiff1d(all_of_them, early, assume_unique=True), pixels - len(early), replace=False)
    return np.sort(np.concatenate([early, rest]))


def _columns(features: Features) -> NDArray[np.intp]:
    """Those of the encoder, of its first variant."""
    block = features.columns.get(ENCODER, slice(0, len(features.mean)))
    places = np.arange(len(features.mean))[block]
    return places[: len(places) // len(features.variants)] if features.variants else places


def _reduced(values: NDArray[np.float32]) -> NDArray[np.float32]:
    sums = Covariance(values.shape[1])
    sums.add(values)
    _, axes = principal(sums.matrix)
    return ((values - sums.mean) @ axes[:COMPONENTS].T).astype(np.float32)


def _tsne(values: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    from sklearn import manifold

    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    start = "pca" if values.shape[1] > 1 else "random"
    return np.asarray(
        manifold.TSNE(2, perplexity=perplexity, init=start, random_state=seed).fit_transform(values), np.float32
    )


def _umap(values: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    import umap

    neighbours = min(NEIGHBOURS, len(values) - 1)
    return np.asarray(umap.UMAP(n_neighbors=neighbours, random_state=seed).fit_transform(values), dtype=np.float32)
