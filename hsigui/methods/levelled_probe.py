"""A probe of several levels of context: one classifier a level, whose log-probabilities are mixed by weights."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.methods.calibration import Calibration
from hsigui.methods.level_figures import LevelFigures
from hsigui.methods.probe import OfColumns, Probe, Refinement

LEAST = 0.01  # weight below which a part is not drawn


@dataclass(frozen=True)
class Part:
    """One classifier of the mixture.

    Attributes:
        level: name of the level of context whose standardised features it reads.
        weight: of its log-probabilities; those of all parts sum to 1.
        twin: whether it was fitted to the level's features as the scene's own pairs of fields whiten them; its weights
            are folded back, so it reads the same features.
    """

    level: str
    weight: float
    probe: Probe
    twin: bool = False


@dataclass(frozen=True)
class LevelledProbe(OfColumns):
    """The mixture.

    Attributes:
        parts: all of the same classes; those of no weight too, for who asks for their level by name.
        figures: name of a level -> what was found of it, in the order of the levels.
        closed: whether all parts are of the closed form, which is what a stroke is answered with at once.
    """

    parts: tuple[Part, ...]
    figures: dict[str, LevelFigures]
    closed: bool = False
    columns: NDArray[np.intp] | None = None
    refinement: Refinement | None = None
    calibration: Calibration | None = None

    @property
    def numbers(self) -> NDArray[np.uint16]:
        """The class numbers, one a class."""
        return self.parts[0].probe.numbers

    @property
    def main(self) -> str:
        """The level that weighs most."""
        return max(self.figures, key=lambda name: self.figures[name].weight)

    def heard(self, level: str = "") -> tuple[Part, ...]:
        """The parts that a map is drawn from, their weights summing to 1: those that count, or the one of a level.

        Raises:
            KeyError: the probe was not fitted on that level.
        """
        if level:
            found = [part for part in self.parts if part.level == level and not part.twin]
            if not found:
                raise KeyError(level)
            return (replace(found[0], weight=1.0),)
        return tuple(part for part in self.scaled() if part.weight)

    def scaled(self) -> tuple[Part, ...]:
        """All parts, those that count for nothing with a weight of 0, the others' summing to 1."""
        total = sum(part.weight for part in self.parts if part.weight >= LEAST)
        return tuple(replace(part, weight=part.weight / total if part.weight >= LEAST else 0.0) for part in self.parts)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Not of one array of features, pixels x features: each part reads those of its own level.

        Raises:
            TypeError: always; `pipeline.classify` mixes the maps of the parts.
        """
        raise TypeError("a probe of several levels reads the features of each; use pipeline.classify")
