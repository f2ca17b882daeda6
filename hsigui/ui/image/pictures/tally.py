"""How much of a picture each class is, counted from the picture of its subject."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import PixelAreas
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.labels.classes import Color
from hsigui.texts import say
from hsigui.ui.image.pictures.body import AT_ONCE
from hsigui.ui.image.pictures.page import LegendRow
from hsigui.ui.image.subjects import Subject

_ALIKE = 1e-4  # of their size, in which pixels may differ to be counted as equal
_HECTARE = 10_000.0  # square metres


def legend_rows(ctx: Context, subject: Subject, box: Box, areas: PixelAreas | None) -> tuple[LegendRow, ...]:
    """The classes that occur in a part of a scene, each with its share of all that has a class, and its hectares.

    Two classes of one colour cannot be told apart: of them nothing is said.

    Args:
        areas: of the scene's pixels; None where they are not known.
    """
    numbers = np.array([_number(color) for _, color in subject.legend], dtype=np.uint32)
    kinds = np.unique(numbers)
    pixels, metres = np.zeros(len(kinds)), np.zeros(len(kinds))
    top, left, bottom, right = box
    at_once = max(1, AT_ONCE // (right - left))
    alike = None if areas is None or np.ptp(areas.blocks) > _ALIKE * areas.mean else areas.mean
    for start in range(top, bottom, at_once):
        stop = min(start + at_once, bottom)
        ctx.progress(start - top, bottom - top, say("Counting pixels…"))
        drawn = np.ascontiguousarray(subject.draw((start, left, stop, right), 1)).view("<u4")[:, :, 0]
        weights = None if areas is None or alike else areas.rows(slice(start, stop))[:, left:right]
        for place, kind in enumerate(kinds):
            these = drawn == kind
            pixels[place] += np.count_nonzero(these)
            if weights is not None:
                metres[place] += weights.sum(where=these)
    if alike:
        metres = pixels * alike
    return tuple(_rows(subject, numbers, kinds, pixels, None if areas is None else metres))


def _rows(
    subject: Subject, numbers: NDArray[np.uint32], kinds: NDArray[np.uint32], pixels: NDArray[np.float64],
    metres: NDArray[np.float64] | None,
) -> list[LegendRow]:  # fmt: skip
    found = []
    sizes = pixels if metres is None else metres
    for (name, color), number in zip(subject.legend, numbers, strict=True):
        place = int(np.searchsorted(kinds, number))
        if not pixels[place]:
            continue
        if int((numbers == number).sum()) > 1:
            found.append(LegendRow(name, color))
            continue
        area = None if metres is None else float(metres[place]) / _HECTARE
        found.append(LegendRow(name, color, float(sizes[place] / sizes.sum()), area))
    return found


def _number(color: Color) -> int:
    """An opaque colour as the bytes red, green, blue and alpha are one number."""
    red, green, blue = color
    return 0xFF000000 | blue << 16 | green << 8 | red
