"""What labels said of a level of context. Loads neither torch nor scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class LevelFigures:
    """What the labels said of one level.

    Attributes:
        weight: share of the level in the mixture, its twin included.
        estimate: accuracy on labels that were held back, 0 to 1; NaN where there were too few. Of labels in strokes it
            is far too good, and only its order among the levels says something.
        agreement: share of pixels that it classifies as their neighbourhood is in the map of the pixels alone; NaN
            where nobody asked.
    """

    weight: float
    estimate: float = float("nan")
    agreement: float = float("nan")
