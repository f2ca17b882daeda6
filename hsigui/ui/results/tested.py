"""What a map is measured on: where training and test pixels lie, which classes are left out, and how near both are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report import split_map
from hsigui.report.metrics import Accuracy
from hsigui.texts import say, say_number
from hsigui.ui.image.subjects import Subject, draw_classes, legend_of
from hsigui.ui.results.error_finding import Measured, measured_of

TESTED = "tested"
NAMED = 8  # classes in a sentence
_TRAINING, _TEST = 1, 2
STATES = ClassTable(
    (
        ClassInfo(_TRAINING, say("training pixels"), split_map.TRAINING),
        ClassInfo(_TEST, say("test pixels"), split_map.TEST),
    )
)


@dataclass(frozen=True, eq=False)
class Drawn:
    """The split map as a PNG, and how many pixels lie between a test pixel and the nearest training pixel; None where
    there is none."""

    png: bytes
    nearest: int | None


def draw_split(ctx: Context, measured: Measured) -> Drawn:
    """The picture that the report has, and the smallest distance from a training to a test pixel."""
    from scipy.ndimage import distance_transform_cdt

    ctx.progress(0, 0, say("Drawing what is tested…"))
    test, train = measured.tested(), measured.train
    png = split_map.split_png(train, test)
    ctx.check()
    if not (train != 0).any() or not (test != 0).any():
        return Drawn(png, None)
    distance = distance_transform_cdt(train == 0, metric="chessboard")
    return Drawn(png, int(distance[test != 0].min()))


def words_of(accuracy: Accuracy, drawn: Drawn | None = None) -> list[str]:
    """What is tested and what is not, a sentence each."""
    found = [say("{count:,} pixels are tested.", count=accuracy.n_test)]
    if accuracy.n_train is not None:
        found.append(say("{count:,} pixels were trained on: none of them is tested.", count=accuracy.n_train))
    if accuracy.overlap:
        found.append(say("{count:,} labelled pixels of the reference are among these and left out.",
                         count=accuracy.overlap))  # fmt: skip
    if accuracy.without_data:
        found.append(say("{count:,} labelled pixels of the reference have no data in the scene and are left out.",
                         count=accuracy.without_data))  # fmt: skip
    if untested := [name for name, n in zip(accuracy.names, accuracy.support, strict=True) if not n]:
        found.append(
            say_number(
                "One class has no test pixel: {names}.", "{count} classes have no test pixel: {names}.",
                len(untested), names=_listed(untested),
            )
        )  # fmt: skip
    if untrained := [accuracy.names[i] for i in accuracy.untrained]:
        found.append(
            say_number(
                "One class is tested, but has no training label: {names}.",
                "{count} classes are tested, but have no training label: {names}.",
                len(untrained), names=_listed(untrained),
            )
        )  # fmt: skip
    if drawn is not None and drawn.nearest is not None:
        found.append(
            say_number(
                "Test pixels lie {count} pixel beside training pixels: neighbours are alike, which flatters.",
                "The nearest test pixel is {count} pixels from a training pixel.",
                drawn.nearest,
            )
        )
    return found


def _listed(names: list[str]) -> str:
    return ", ".join(names[:NAMED]) + ("…" if len(names) > NAMED else "")


def subject_of(scene: Scene) -> tuple[Subject, ...]:
    """What views show of it; nothing where the map is not measured."""
    measured = measured_of(scene)
    if measured is None:
        return ()
    return (Subject(TESTED, say("What is tested"), partial(_draw, measured=measured), legend=legend_of(STATES)),)


def _draw(box: Box, step: int, measured: Measured) -> NDArray[np.uint8]:
    """A part of it, rows x cols x 4."""
    top, left, bottom, right = box
    states = np.where(measured.tested(box, step) != 0, np.uint16(_TEST), np.uint16(0))
    states[measured.train[top:bottom:step, left:right:step] != 0] = _TRAINING
    return draw_classes(states, STATES)((0, 0, *states.shape), 1)
