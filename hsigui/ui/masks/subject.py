"""Masks as views show them: hatched in their colour."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from hsigui.document.events import MasksChanged
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.labels.classes import Color
from hsigui.masks.mask import Mask
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subjects import Subject

EVERY, WIDE = 6, 2  # drawn pixels from one line of the hatching to the next, and of a line
BETWEEN = 90  # alpha between the lines, of 255


def subject_id(number: int) -> str:
    """What a mask is called among all that can be shown."""
    return f"mask {number}"


def subjects_of(scene: Scene) -> tuple[Subject, ...]:
    """The masks of a scene."""
    return tuple(
        Subject(
            subject_id(each.number), each.name, partial(draw, mask=each.mask, color=each.color),
            legend=((each.name, each.color),),
        )
        for each in scene.masks
    )  # fmt: skip


def draw(box: Box, step: int, mask: Mask, color: Color) -> NDArray[np.uint8]:
    """A box of a mask, hatched where it masks out, rows x cols x 4."""
    top, left, bottom, right = box
    masked = _pixels(mask)[top:bottom:step, left:right:step]
    rows, cols = np.arange(top, bottom, step) // step, np.arange(left, right, step) // step
    line = (rows[:, None] + cols) % EVERY < WIDE
    found = np.zeros((*masked.shape, 4), dtype=np.uint8)
    found[masked, :3] = color
    found[..., 3] = np.where(masked, np.where(line, 255, BETWEEN), 0)
    return found


def offer_masks(bench: Bench) -> None:
    """Offers them, and tells of every change."""
    bench.subjects.offer(subjects_of)

    def changed(_event: MasksChanged) -> None:
        bench.subjects.tell(*(subject_id(each.number) for each in bench.desk.session.scene.masks), "")

    bench.desk.session.events.subscribe(MasksChanged, changed)


@lru_cache(maxsize=8)
def _pixels(mask: Mask) -> NDArray[np.bool_]:
    """Of a mask, rows x cols: unpacked once for all boxes."""
    return mask.masked
