"""A map between the model's answer and what is handed on: classes, and which pixels a hand has painted."""

from __future__ import annotations

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
        painted: rows x cols, True where a hand has set the class; None where none has.
        steps: the steps so far, each as the option of `hsigui edit` that does the same.
    """

    classes: NDArray[np.uint16] = field(repr=False)
    table: ClassTable
    confidence: NDArray[np.float32] | None = field(default=None, repr=False)
    geo: Geo = field(default_factory=Geo)
    painted: NDArray[np.bool_] | None = field(default=None, repr=False)
    steps: tuple[str, ...] = ()
