"""Maps without any training: each pixel gets the class of the reference that it is nearest to. Loads no torch."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.analysis.nearest import Nearest, nearest
from hsigui.analysis.references import Matching, Reference, table_of
from hsigui.cube.cube import Cube
from hsigui.cube.spectra import mean_spectrum
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.pipeline.classify import ClassMap
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Labels
from hsigui.specs import MapSpec
from hsigui.texts import say

PLAIN = MapSpec(edges=0.0)  # nothing is smoothed


@dataclass(frozen=True)
class Matcher:
    """What stands in the place of a probe: the classes that there are.

    Attributes:
        numbers: of the classes, in the order of the names of the matching; one a class.
    """

    numbers: NDArray[np.uint16]
    refinement: None = None
    calibration: None = None


def map_of(found: Nearest, numbers: NDArray[np.integer]) -> ClassMap:
    """The map of what is nearest, under its thresholds: confidence is how like a pixel is to the nearest class, entropy
    and margin are of the shares of that and of the next one.

    Args:
        numbers: of the classes, in the order of the names of the matching; one a class.
    """
    share = found.share
    with np.errstate(invalid="ignore", divide="ignore"):
        other = 1 - share
        entropy = -(share * np.log2(share) + np.where(other > 0, other * np.log2(other), 0))
    places = np.concatenate([[0], np.asarray(numbers)]).astype(np.uint16)
    return ClassMap(places[found.decided], found.likeness, entropy.astype(np.float32), 2 * share - 1)


def match_map(
    cube: Cube, matching: Matching, ctx: Context, *, classes: ClassTable | None = None, labels: Labels | None = None
) -> Result:
    """The map of a scene by spectra that stand for classes.

    Args:
        classes: in whose numbers the map is to be; classes that it lacks are added. None for numbers from 1.
        labels: that the spectra are means of; None for others.

    Raises:
        HsiError: as `analysis.nearest.nearest`.
        Cancelled: through the context.
    """
    started = time.perf_counter()
    found = nearest(cube, matching, ctx)
    return result_of(cube, found, classes, labels, {"map": time.perf_counter() - started})


def result_of(
    cube: Cube, found: Nearest, classes: ClassTable | None = None, labels: Labels | None = None,
    seconds: Mapping[str, float] | None = None,
) -> Result:  # fmt: skip
    """What is nearest to the pixels of a scene as a result for the writers; see `match_map`."""
    table, numbers = found.matching.classes(table_of(()) if classes is None else classes)
    matcher = Matcher(np.array(numbers, dtype=np.uint16))
    return Result(
        cube, map_of(found, matcher.numbers), table, labels, PLAIN, None, matcher, found.valid, nearest=found,
        seconds=seconds or {}, notes=found.notes,
    )  # fmt: skip


def means_of(cube: Cube, labels: NDArray[np.integer], classes: ClassTable, ctx: Context) -> tuple[Reference, ...]:
    """The mean spectrum of each class's labelled pixels as references. `labels` are rows x cols, 0 for unlabelled.

    Raises:
        HsiError: no class has a labelled pixel with data.
    """
    found = []
    for number in np.unique(labels[labels > 0]).tolist():
        ctx.check()
        values = mean_spectrum(cube, np.asarray(labels == number))[0]
        if np.isfinite(values[cube.good_bands]).any():
            name = classes.get(number).name
            found.append(Reference(Target(name, tuple(values.astype(float).tolist())), name, of_labels=True))
    if not found:
        raise HsiError(
            say("No class has a labelled pixel with data."), say("Label some pixels, or choose spectra of a library.")
        )
    return tuple(found)


def thresholded(result: Result, threshold: float | None, thresholds: Mapping[str, float] | None = None) -> Result:
    """The same map under other thresholds; nothing is compared again.

    Raises:
        HsiError: it is no map by spectra, or a threshold is none.
    """
    if result.nearest is None:
        raise HsiError(say("This map was not made by spectra: it has no threshold."))
    found = result.nearest.within(result.nearest.matching.within(threshold, thresholds))
    return dataclasses.replace(
        result, nearest=found, class_map=map_of(found, np.asarray(result.probe.numbers)),
    )  # fmt: skip
