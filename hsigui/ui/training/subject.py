"""What a training learns by, over the scene: the superpixels in which it seeks partners, and pixels that it paired."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter

from hsigui.document.events import CourseChanged
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.labels.palettes import color_for
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject

SUPERPIXELS, PAIRS = "training superpixels", "training pairs"
EDGE = (255, 221, 51, 255)
END = (255, 255, 255, 255)


def subjects(scene: Scene) -> tuple[Subject, ...]:
    """What is known of the training that is told of; nothing for one of an earlier day."""
    course, found = scene.course, []
    if course is None:
        return ()
    if course.superpixels is not None and course.superpixels.shape == (scene.cube.rows, scene.cube.cols):
        draw = partial(_draw_edges, labels=course.superpixels)
        found.append(Subject(SUPERPIXELS, say("Superpixels of the training"), draw))
    if course.pairs is not None:
        found.append(Subject(PAIRS, say("Pixels paired by the training"), partial(_draw_pairs, pairs=course.pairs)))
    return tuple(found)


def offer_training(bench: Bench) -> None:
    """Offers them, and tells where another training is told of."""
    bench.subjects.offer(subjects)

    def others(_event: CourseChanged) -> None:
        bench.subjects.tell(SUPERPIXELS, PAIRS, "")

    bench.desk.session.events.subscribe(CourseChanged, others)


def _draw_edges(box: Box, step: int, labels: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The borders of superpixels in a part of the scene, rows x cols x 4; clear elsewhere."""
    top, left, bottom, right = box
    part = labels[top : bottom + 1, left : right + 1]
    edges = np.zeros(part.shape, dtype=bool)
    edges[:-1] |= part[:-1] != part[1:]
    edges[:, :-1] |= part[:, :-1] != part[:, 1:]
    edges = edges[: bottom - top, : right - left]
    if step > 1:
        edges = maximum_filter(edges, size=step, origin=-(step // 2))
    edges = edges[::step, ::step]
    picture = np.zeros((*edges.shape, 4), dtype=np.uint8)
    picture[edges] = EDGE
    return picture


def _draw_pairs(box: Box, step: int, pairs: NDArray[np.int64]) -> NDArray[np.uint8]:
    """A line from each pixel to its partner in a part of the scene, rows x cols x 4; clear elsewhere."""
    from skimage.draw import line  # loaded when it is first looked at

    top, left, bottom, right = box
    shape = len(range(top, bottom, step)), len(range(left, right, step))
    picture = np.zeros((*shape, 4), dtype=np.uint8)
    for number, ends in enumerate(pairs.tolist(), start=1):
        rows, cols = line(*ends)  # type: ignore[no-untyped-call]
        rows, cols = (rows - top) // step, (cols - left) // step
        inside = (rows >= 0) & (cols >= 0) & (rows < shape[0]) & (cols < shape[1])
        colors = np.array([(*color_for(number), 255)] * len(rows), dtype=np.uint8)
        colors[[0, -1]] = END
        picture[rows[inside], cols[inside]] = colors[inside]
    return picture
