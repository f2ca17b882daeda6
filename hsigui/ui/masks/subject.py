"""Masks as views show them: hatched in their colour."""

from __future__ import annotations

from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from hsigui.document.events import MaskPainted, MasksChanged
from hsigui.document.mask_drawing import MaskDrawing
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
    target = scene.painting.target
    drawn = target if isinstance(target, MaskDrawing) else None
    return tuple(
        Subject(
            subject_id(each.number), each.name, partial(
                draw, color=each.color,
                mask=drawn.pixels if drawn is not None and drawn.number == each.number else each.mask,
            ),
            legend=((each.name, each.color),),
        )
        for each in scene.masks
    )  # fmt: skip


def draw(box: Box, step: int, mask: Mask | NDArray[np.bool_], color: Color) -> NDArray[np.uint8]:
    """A box of a mask, or of its pixels (rows x cols), hatched where it masks out, rows x cols x 4."""
    top, left, bottom, right = box
    pixels = _pixels(mask) if isinstance(mask, Mask) else mask
    masked = pixels[top:bottom:step, left:right:step]
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

    def painted(event: MaskPainted) -> None:
        bench.subjects.tell(subject_id(event.number))

    bench.desk.session.events.subscribe(MasksChanged, changed)
    bench.desk.session.events.subscribe(MaskPainted, painted)


@lru_cache(maxsize=8)
def _pixels(mask: Mask) -> NDArray[np.bool_]:
    """Of a mask, rows x cols: unpacked once for all boxes."""
    return mask.masked
