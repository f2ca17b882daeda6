"""How a training of a scene goes, or went: what is shown of it whenever its scene is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.methods.insight import Insight


@dataclass
class TrainingCurves:
    """Changes while the training runs.

    Attributes:
        title: what is trained, in words.
        learns: whether there is a curve; baselines learn nothing.
        points: of every curve, (step, value), by its name.
        done, total: how far it is, in any unit; a total of 0 when nobody knows how long it is.
        text: what is being done.
        seconds_left: None when that is not known yet.
        end: how it ended, in words; empty while it runs or waits.
        later: what is said in place of `end` when the scene is shown again; empty for the same.
        insights: what else was at work, without what is large.
        pairs, superpixels: as it was told last, see `Insight`; None where it is not known.
    """

    title: str
    learns: bool = True
    points: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    done: float = 0
    total: float = 0
    text: str = ""
    seconds_left: float | None = None
    end: str = ""
    later: str = ""
    insights: list[Insight] = field(default_factory=list)
    pairs: NDArray[np.int64] | None = None
    superpixels: NDArray[np.int64] | None = None

    def note(self, found: Insight) -> None:
        """Takes what is at work now."""
        self.insights.append(replace(found, pairs=None, superpixels=None))
        self.pairs = found.pairs if found.pairs is not None else self.pairs
        self.superpixels = found.superpixels if found.superpixels is not None else self.superpixels

    def add(self, name: str, points: Sequence[tuple[float, float]]) -> None:
        """Adds points of a curve."""
        self.points.setdefault(name, []).extend(points)

    def progress(self, done: float, total: float, text: str, seconds_left: float | None = None) -> None:
        self.done, self.total, self.text, self.seconds_left = done, total, text, seconds_left

    def finish(self, end: str, later: str = "") -> None:
        """Notes how it ended."""
        self.end, self.later, self.text, self.seconds_left = end, later, "", None
