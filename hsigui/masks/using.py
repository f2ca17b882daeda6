"""The uses of masks: a scene as one use sees it, without the pixels that its masks take out."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.cube.masked import SetAside
from hsigui.errors import HsiError
from hsigui.labels.label_map import require_same_size
from hsigui.labels.place import require_same_place
from hsigui.masks.mask import Mask
from hsigui.masks.words import USES
from hsigui.texts import say

PRETRAIN, MAP, STATISTICS = USES


def without(cube: Cube, masks: Iterable[Mask], use: str) -> Cube:
    """A scene as a use sees it; the scene itself where no mask has a pixel.

    Raises:
        HsiError: a mask is of another size or lies elsewhere.
    """
    out, told = np.zeros((cube.rows, cube.cols), dtype=bool), []
    for mask in masks:
        require_same_size(mask.shape, (cube.rows, cube.cols), say("pixels of the mask {name}", name=mask.name))
        require_same_place(mask.geo, cube.geo, (cube.rows, cube.cols), say("pixels of the mask {name}", name=mask.name))
        out |= mask.masked
        told.append(mask.told(use))
    if not out.any():
        return cube
    out.setflags(write=False)
    return SetAside(cube, out, told)


def uses_of(text: str) -> tuple[str, tuple[str, ...]]:
    """A file and the uses that stand behind it after a colon, such as "water.tif:map,statistics"; none where none do.

    Raises:
        HsiError: one of several words behind the colon is no use.
    """
    file, _, words = text.rpartition(":")
    uses = tuple(word.strip() for word in words.split(",") if word.strip())
    if not file or not any(use in USES for use in uses):
        return text, ()
    if unknown := next((use for use in uses if use not in USES), None):
        raise HsiError(
            say("“{use}” is no use of a mask.", use=unknown), say("Choose from: {uses}.", uses=", ".join(USES))
        )
    return file, tuple(use for use in USES if use in uses)
