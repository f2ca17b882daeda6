"""A map between the model's answer and what is handed on: classes, and which pixels a hand has painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.labels.classes import ClassTable


@dataclass(frozen=True, eq=False)
class FinishedMap:
    """A map after some steps; before the first it is the model's answer.

    Attributes:
        classes: class numbers, rows x cols uint16; 0 = no class.
        table: names and colours of the numbers.
        confidence: probability of the class that the model gave, rows x cols, NaN where there is no data; None where
            it is not known. No step changes it: it stays the model's.
        geo: where the map lies.
        valid: rows x cols, False where the scene has no data: no step gives such a pixel a class. None where that is
            not known, as of a map of others: then a pixel without a class may be one or the other.
        painted: rows x cols, True where a hand has set the class; None where none has.
        steps: what was done, in order.
        first: names and colours before the first step; None where no step was done.
        answer: class numbers before the first step, rows x cols uint16: the model's; None likewise, and where they are
            not at hand, as of a finished map that was read from a file.
        became: number of a class of `first` -> its number in `table`, of those that have another now; 0 for none.
    """

    classes: NDArray[np.uint16] = field(repr=False)
    table: ClassTable
    confidence: NDArray[np.float32] | None = field(default=None, repr=False)
    geo: Geo = field(default_factory=Geo)
    valid: NDArray[np.bool_] | None = field(default=None, repr=False)
    painted: NDArray[np.bool_] | None = field(default=None, repr=False)
    steps: tuple[Done, ...] = ()
    first: ClassTable | None = None
    answer: NDArray[np.uint16] | None = field(default=None, repr=False)
    became: Mapping[int, int] = field(default_factory=dict)

    @property
    def painted_pixels(self) -> int:
        """How many pixels a hand has painted."""
        return 0 if self.painted is None else int(np.count_nonzero(self.painted))

    def in_these_classes(self, array: NDArray[np.integer]) -> NDArray[np.uint16]:
        """Class numbers of before the first step (rows x cols, 0 for none) in those of now."""
        return renumbered(array.astype(np.uint16, copy=False), self.became)


def renumbered(array: NDArray[np.uint16], targets: Mapping[int, int]) -> NDArray[np.uint16]:
    """Class numbers with others in their place, rows x cols; those without a target stay."""
    lookup = np.arange(max([int(array.max(initial=0)), *targets, 0]) + 1, dtype=np.uint16)
    for old, new in targets.items():
        lookup[old] = new
    return np.asarray(lookup[array])


@dataclass(frozen=True)
class Done:
    """A step that was done.

    Attributes:
        told: as the option of `hsigui edit` that does the same, such as "--majority 3".
        changed: how many pixels have another class after it than before.
        sha256: of what it read from a file; empty for steps that read none.
    """

    told: str
    changed: int
    sha256: str = ""
