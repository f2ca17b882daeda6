"""What an encoder learned of a scene as a layer: the first principal components of its features. Loads no torch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.covariance import Covariance, principal
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.cube.cube import Cube
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline.features import ENCODER, Features
from hsigui.texts import say

COMPONENTS = 3  # as many as a picture has channels
PIXELS_AT_ONCE = 65_536


def embedding_layer(cube: Cube, features: Features, recipe: LayerRecipe, ctx: Context) -> Layer:
    """The first principal components of the standardised features of every pixel with data, so that alike places get
    alike colours: rows x cols x 3 float32, NaN for no data.

    Figures: `eigenvalues` of all components, and `share`, which part of the variance each has.

    Raises:
        HsiError: the features are of a scene of another size, or fewer than two pixels have data.
        Cancelled: through the context.
    """
    if features.shape != (cube.rows, cube.cols):
        raise HsiError(say("The features are of another scene."), say("Pretrain on this one, or open its run."))
    columns = features.columns.get(ENCODER, slice(0, len(features.mean)))
    places = np.arange(len(features.mean))[columns]
    if features.variants:
        places = places[: len(places) // len(features.variants)]
    require_room(say("The components of what was learned of {name}", name=cube.name), cube.rows, cube.cols, 12)
    sums = Covariance(len(places))
    with one_blas_thread():
        for rows in _pieces(cube.rows, cube.cols):
            ctx.progress(rows.start, 2 * cube.rows, say("Summing up what was learned"))
            sums.add(_known(features, rows, places))
        if sums.count < 2:
            raise HsiError(say("Too few pixels of {name} have features.", name=cube.name))
        values, axes = principal(sums.matrix)
        axes = axes[:COMPONENTS]
        array = np.full((cube.rows, cube.cols, len(axes)), np.nan, dtype=np.float32)
        for rows in _pieces(cube.rows, cube.cols):
            ctx.progress(cube.rows + rows.start, 2 * cube.rows, say("Computing components"))
            array[rows][features.valid[rows]] = (_known(features, rows, places) - sums.mean) @ axes.T
    names = tuple(say("Component {number}", number=number + 1) for number in range(len(axes)))
    share = values / max(values.sum(), np.finfo(float).tiny)
    figures = {"eigenvalues": tuple(map(float, values)), "share": tuple(map(float, share))}
    if len(names) == 1:
        array = array[:, :, 0]
    return Layer(
        say("What the encoder learned"), recipe, array, names, figures=figures, geo=cube.geo, cube=cube,
        notes=(say("Colours say which places are alike, not what they are."),),
    )  # fmt: skip


def _known(features: Features, rows: slice, places: NDArray[np.intp]) -> NDArray[np.float32]:
    """Standard scores of the pixels of some rows that have data: pixels x columns."""
    return features.standardised(np.asarray(features.array[rows])[features.valid[rows]], places)


def _pieces(rows: int, cols: int) -> list[slice]:
    step = max(1, PIXELS_AT_ONCE // max(cols, 1))
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]
