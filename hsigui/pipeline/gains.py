"""What strokes have brought so far, and what the next ones would likely bring. Loads no torch.

Where the map is measured, its error is followed over the number of strokes and gone on with as a power law, the usual
form of learning curves (Viering and Loog, "The Shape of Learning Curves", IEEE TPAMI 2023). Where it is not, only what
can be seen is told: how much of the map the last strokes changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FEWEST = 3  # maps of different numbers of strokes before their course is gone on with
LATEST = 8  # maps that the course is taken from
LEAST_ERROR = 1e-3


@dataclass(frozen=True)
class Step:
    """One map.

    Attributes:
        strokes: it was made from.
        accuracy: 0 to 1, where it is measured.
        changed: share of its pixels (0 to 1) whose class is another than in the map before; None for the first.
        since: by how many strokes it differs from the map before.
    """

    strokes: int
    accuracy: float | None = None
    changed: float | None = None
    since: int = 0


@dataclass(frozen=True)
class Outlook:
    """What more strokes would likely bring: accuracy now, and after so many more."""

    strokes: int
    now: float
    then: float


@dataclass
class Gains:
    """The maps of one scene and one run, in the order in which they came."""

    steps: list[Step] = field(default_factory=list)
    _classes: NDArray[np.uint16] | None = None

    def clear(self) -> None:
        """Forgets all, as for another scene."""
        self.steps.clear()
        self._classes = None

    def note(self, strokes: int, classes: NDArray[np.uint16], accuracy: float | None) -> None:
        """Takes a map: class numbers, rows x cols, 0 without data. One of as many strokes as the last replaces it."""
        before, last = self._classes, self.steps[-1] if self.steps else None
        if last is not None and last.strokes == strokes:
            self.steps[-1] = Step(strokes, accuracy, last.changed, last.since)
            return
        changed = None if before is None or before.shape != classes.shape else changed_share(before, classes)
        since = 0 if last is None else strokes - last.strokes
        if since < 0:  # strokes were taken back: what came after them is no course any more
            self.steps = [step for step in self.steps if step.strokes < strokes]
        self.steps.append(Step(strokes, accuracy, changed, since))
        self._classes = classes

    def outlook(self, more: int) -> Outlook | None:
        """What so many more strokes would likely bring; None without three measured maps of different numbers."""
        measured = [(step.strokes, step.accuracy) for step in self.steps if step.accuracy is not None and step.strokes]
        if len(measured) < FEWEST or self.steps[-1].accuracy is None:
            return None
        strokes, accuracies = np.array(measured[-LATEST:], dtype=np.float64).T
        errors = np.maximum(1 - accuracies, LEAST_ERROR)
        slope = float(np.polyfit(np.log(strokes), np.log(errors), 1)[0])
        now = float(accuracies[-1])
        left = (1 - now) * ((strokes[-1] + more) / strokes[-1]) ** min(slope, 0.0)
        return Outlook(more, now, 1 - float(left))


def changed_share(before: NDArray[np.uint16], after: NDArray[np.uint16]) -> float:
    """The share of pixels with data whose class is another. Both are rows x cols class numbers, 0 without data."""
    known = (before > 0) & (after > 0)
    count = int(np.count_nonzero(known))
    return float(np.count_nonzero(before[known] != after[known])) / count if count else 0.0
