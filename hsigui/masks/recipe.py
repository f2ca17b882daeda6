"""The recipe of a mask: steps in order, told as the options of `hsigui mask` that do the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.jobs import Context


@dataclass
class Making:
    """A mask while it is made.

    Attributes:
        cube: the scene, none of whose pixels are masked out.
        ctx: told how far it is.
        masked: what the steps before have masked out, rows x cols; None before the first.
        notes: what is to be told with the mask.
    """

    cube: Cube
    ctx: Context
    masked: NDArray[np.bool_] | None = None
    notes: list[str] = field(default_factory=list)


class MaskStep(Protocol):
    """A step of a recipe. Steps are values: two that do the same are equal."""

    @property
    def told(self) -> str:
        """As the option of `hsigui mask` that does the same, such as "--grow 2"."""

    def to_json(self) -> dict[str, Any]:
        """As JSON values, `step` among them."""

    def on(self, making: Making) -> NDArray[np.bool_]:
        """What is masked out after it, rows x cols.

        Raises:
            HsiError: it does not fit the scene, or a file that it needs cannot be read.
            Cancelled: through the context.
        """


@dataclass(frozen=True)
class MaskRecipe:
    """Steps, the first of which finds pixels; each further one that finds some adds them."""

    steps: tuple[MaskStep, ...] = ()

    @property
    def told(self) -> str:
        """All steps as options of `hsigui mask`."""
        return " ".join(step.told for step in self.steps)

    def to_json(self) -> list[dict[str, Any]]:
        """As JSON values."""
        return [step.to_json() for step in self.steps]

    def then(self, *steps: MaskStep) -> MaskRecipe:
        """The recipe with more steps at its end."""
        return MaskRecipe((*self.steps, *steps))


def added(making: Making, found: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What a step finds, besides what is masked out already. Rows x cols."""
    return found if making.masked is None else making.masked | found


def told_of(steps: Sequence[MaskStep]) -> str:
    """Steps as options of `hsigui mask`."""
    return MaskRecipe(tuple(steps)).told
