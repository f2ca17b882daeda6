"""What quality layers of products have in common: what is told of one, how a plane becomes a mask, and refusals."""

from __future__ import annotations

import glob
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.products.rows import Quality
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube


@dataclass(frozen=True)
class QualityLayer:
    """A layer that is there.

    Attributes:
        name: for commands, such as "cloud".
        title: for people.
        file: that holds it.
    """

    name: str
    title: str
    file: Path


class QualityMasks(Protocol):
    """The quality masks of the products in a format."""

    def layers(self, path: Path) -> tuple[QualityLayer, ...]:
        """Those that are there; HsiError when the file cannot be read."""

    def marked(self, path: Path, cube: Cube, names: Sequence[str]) -> NDArray[np.bool_]:
        """The pixels of a scene of this file that one of them marks, rows x cols; HsiError for one that is not there or
        does not fit."""


def marked_in(layer: NDArray[Any], row: Quality) -> NDArray[np.bool_]:
    """The pixels that a layer marks: rows x cols of a layer of that shape, or of rows x bands x cols by band."""
    mask: NDArray[np.bool_] = np.asarray(layer > 0 if row.value is None else layer == row.value)
    return np.asarray(mask.any(axis=1)) if row.by_band else mask


def no_layer(path: Path, name: str, there: Sequence[QualityLayer]) -> HsiError:
    """The refusal of a layer that a product has not."""
    known = ", ".join(layer.name for layer in there)
    hint = say("It has {known}.", known=known) if known else say("It has none that is known.")
    return HsiError(say("{path} has no quality mask “{name}”.", path=path.name, name=name), hint)


def other_size(path: Path, name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> HsiError:
    """The refusal of a layer that does not fit its scene."""
    sizes = [" x ".join(map(str, size)) for size in (found, wanted)]
    return HsiError(
        say(
            "The quality mask “{name}” of {path} is {found}, the scene is {wanted}.",
            name=name,
            path=path.name,
            found=sizes[0],
            wanted=sizes[1],
        ),
        say("Are the files of one product?"),
    )


def sibling(path: Path, beside: tuple[str, str]) -> Path | None:
    """The file beside one whose name has one part replaced, whatever the case of letters; None where there is none.

    What goes in its place may have wildcards, such as for the number of a version: the last of several is the newest.
    """
    pattern, count = re.subn(*beside, glob.escape(path.name), flags=re.IGNORECASE)
    if not count:
        return None
    found = [p for p in path.parent.iterdir() if fnmatchcase(p.name.casefold(), pattern.casefold())]
    return max(found, key=lambda p: p.name.casefold(), default=None)
