"""The errors of a map: where they are, how many, and what is said of them. Knows no widget of the window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.regions import MOST_LABELS, Region, find_regions
from hsigui.report import error_map as errors
from hsigui.report.error_map import Confused, Pair
from hsigui.texts import say
from hsigui.ui.image.subjects import Subject, draw_classes

ERROR = "error"
STATES = ClassTable(tuple(ClassInfo(n, errors.NAMES[n], errors.COLORS[n]) for n in errors.NAMES))


@dataclass(frozen=True, eq=False)
class Measured:
    """What a map is measured by; each rows x cols. What may change is read when it is asked for.

    Attributes:
        predicted: the map.
        reference: what it is measured on, training pixels included; `train`, what it was trained on.
        valid: False where the scene has no data.
    """

    predicted: NDArray[np.uint16]
    reference: NDArray[np.uint16]
    train: NDArray[np.uint16]
    valid: NDArray[np.bool_]

    def states(self, meant: Confused, box: Box | None = None, step: int = 1) -> NDArray[np.uint8]:
        """As `error_map.states` of the whole scene, or of every so many pixels of a box. Rows x cols."""
        predicted, test = self._in(box, step)
        return errors.states(predicted, test, meant)

    def _in(self, box: Box | None, step: int = 1) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
        """Map and test pixels of a part, rows x cols each."""
        from hsigui.pipeline.scoring import tested  # loads what reads and writes files

        top, left, bottom, right = box or (0, 0, *self.predicted.shape)
        part = slice(top, bottom, step), slice(left, right, step)
        return self.predicted[part], tested(self.reference[part], self.train[part], self.valid[part])

    def tested(self, box: Box | None = None, step: int = 1) -> NDArray[np.uint16]:
        """The test pixels of the whole scene, or of every so many pixels of a box, 0 elsewhere. Rows x cols."""
        return self._in(box, step)[1]

    def wrong(self, meant: Confused) -> tuple[NDArray[np.uint16], tuple[Pair, ...]]:
        """Which pair of classes each wrong pixel that is meant belongs to (rows x cols, 0 for none), and the pairs."""
        predicted, test = self._in(None)
        numbers, pairs = errors.pairs(predicted, test)
        numbers[errors.states(predicted, test, meant) != errors.WRONG] = 0
        return numbers, pairs


@dataclass(frozen=True, eq=False)
class Found:
    """The errors that are meant.

    Attributes:
        states: rows x cols, see `report.error_map.states`.
        areas: their areas, the largest first; none where there are too many pixels to be listed.
        pairs: the pair of classes of the area of number 1, 2, ...
    """

    states: NDArray[np.uint8]
    areas: tuple[Region, ...]
    pairs: tuple[Pair, ...]


def find_errors(ctx: Context, measured: Measured, meant: Confused) -> Found:
    """Where the errors are that are meant, and their areas: pixels that hang together, by edges or corners, and are of
    one class taken for one other."""
    ctx.progress(0, 0, say("Looking for the errors of the map…"))
    states = measured.states(meant)
    numbers, pairs = measured.wrong(meant)
    ctx.check()
    few = np.count_nonzero(numbers) <= MOST_LABELS
    areas = find_regions(numbers, check=ctx.check) if few else []
    return Found(states, tuple(sorted(areas, key=lambda area: (-area.size, int(area.pixels[0])))), pairs)


def measured_of(scene: Scene, *, own: bool = False) -> Measured | None:
    """What the map of a scene is measured by; None where it is not measured.

    Args:
        own: whether the reference is copied, so that no stroke changes it under a worker.
    """
    made, features, reference = scene.map, scene.features, scene.reference
    if made is None or made.accuracy is None or reference is None:
        return None
    valid = made.nearest.valid if made.nearest is not None else None if features is None else features.valid
    if valid is None:  # a map by spectra needs no features; any other has some
        return None
    array = reference.array.copy() if own else reference.array
    return Measured(made.class_map.classes, array, made.trained_on, valid)


def rows_of(counts: Mapping[int, int]) -> tuple[tuple[str, int], ...]:
    """What each state is called, with its pixels and their share of those that are meant; and those not tested."""
    total = sum(counts.values()) - counts[errors.NOT_TESTED]
    rows = [
        (say("{name}: {count:,} pixels, {share:.1f} %", name=name, count=counts[n], share=100 * counts[n] / total), n)
        for n, name in errors.NAMES.items()
        if total and (counts[n] or n != errors.OTHERWISE)
    ]
    return (*rows, (say("not tested: {count:,} pixels", count=counts[errors.NOT_TESTED]), errors.NOT_TESTED))


def subject_of(scene: Scene, meant: Confused) -> tuple[Subject, ...]:
    """What views show of the errors of a scene; nothing where its map is not measured."""
    measured, accuracy = measured_of(scene), None if scene.map is None else scene.map.accuracy
    if measured is None or accuracy is None:
        return ()
    counts = errors.counted(accuracy, meant)
    rows = rows_of({errors.NOT_TESTED: scene.cube.rows * scene.cube.cols - sum(counts.values()), **counts})
    legend = tuple((text, errors.COLORS[n]) for text, n in rows if n != errors.NOT_TESTED)
    draw = partial(_draw, measured=measured, meant=meant)
    return (Subject(ERROR, meant.words(scene.classes), draw, legend=legend),)


def _draw(box: Box, step: int, measured: Measured, meant: Confused) -> NDArray[np.uint8]:
    """A part of the errors, rows x cols x 4."""
    found = measured.states(meant, box, step)
    return draw_classes(found, STATES)((0, 0, *found.shape), 1)
