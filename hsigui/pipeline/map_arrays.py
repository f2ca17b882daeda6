"""Maps as datasets of xarray. Loads neither xarray nor torch before they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.xarrays import layers_of
from hsigui.labels.classes import ClassTable
from hsigui.texts import say

if TYPE_CHECKING:
    import xarray

    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.result import Result

Layers = dict[str, tuple[NDArray[np.float32], str]]


def dataset_of(found: ClassMap, classes: ClassTable | None = None, geo: Geo | None = None) -> xarray.Dataset:
    """A map alone, see `ClassMap.to_xarray`.

    Raises:
        HsiError: xarray is not installed.
    """
    table = (classes or ClassTable()).merged_with(np.unique(found.classes).tolist())
    return layers_of(found.classes, table.content, geo, _layers(found))


def dataset_of_result(result: Result) -> xarray.Dataset:
    """A map with all that is known of it, see `Result.to_xarray`.

    Raises:
        HsiError: xarray is not installed.
    """
    found = result.class_map
    table = result.classes.merged_with(np.unique(result.array).tolist())
    layers = _layers(found)
    if result.own_confidence is None:
        # Filters and steps make other classes, which these are not of.
        layers = {name: (values, say("{what}, of the map before later steps", what=said))
                  for name, (values, said) in layers.items()}  # fmt: skip
    if found.probabilities is not None and result.finishing is None:
        layers["probabilities"] = (_of_table(found.probabilities, result, table), say("probability of each class"))
    return layers_of(found.classes, table.content, result.cube.geo, layers)


def _layers(found: ClassMap) -> Layers:
    return {
        "confidence": (found.confidence, say("probability of the chosen class")),
        "entropy": (found.entropy, say("entropy of the class probabilities, 0 (sure) to 1")),
        "margin": (found.margin, say("probability of the chosen class less that of the next best")),
    }


def _of_table(probabilities: NDArray[np.float32], result: Result, table: ClassTable) -> NDArray[np.float32]:
    """Probabilities in the order of the table, rows x cols x classes; NaN for classes that the map cannot hold."""
    found = np.full((*probabilities.shape[:2], len(table)), np.nan, dtype=np.float32)
    for place, number in enumerate(result.probe.numbers):
        found[..., table.numbers.index(int(number))] = probabilities[..., place]
    return found
