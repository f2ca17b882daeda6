"""What the user asks for, as frozen values that can be written to JSON and read again. No torch, no files."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Self, get_type_hints

from hsigui.errors import HsiError

DEVICES = ("auto", "cpu", "cuda", "mps")


@dataclass(frozen=True)
class _Spec:
    def to_json(self) -> dict[str, Any]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            HsiError: a key is unknown, or a value is of the wrong type or out of range.
        """
        known = get_type_hints(cls)
        unknown = sorted(set(values) - set(known))
        if unknown:
            raise HsiError(f"Unknown settings: {', '.join(unknown)}.", "Were they written by a newer version?")
        for name, value in values.items():
            allowed = int | float if known[name] is float else known[name]
            if isinstance(value, bool) != (allowed is bool) or not isinstance(value, allowed):
                raise HsiError(f"The setting {name} cannot be {value!r}.", "Was the file changed by hand?")
        return cls(**values)


def _require(condition: bool, message: str, hint: str) -> None:
    if not condition:
        raise HsiError(message, hint)


@dataclass(frozen=True)
class PretrainSpec(_Spec):
    """How to pretrain an encoder on a cube, without labels.

    Attributes:
        method: name in the table of methods ("lscosa").
        preset: "quick" (dense engine) or "paper" (patches, as published).
        seed: of every random choice.
        device: "auto", "cpu", "cuda" or "mps"; "auto" takes cuda, then mps, then cpu.
        epochs: passes (paper) or steps (quick); None takes the preset's own.
    """

    method: str = "lscosa"
    preset: str = "quick"
    seed: int = 0
    device: str = "auto"
    epochs: int | None = None

    def __post_init__(self) -> None:
        _require(self.preset in ("quick", "paper"), f"Unknown preset “{self.preset}”.", "Choose quick or paper.")
        _require(self.device in DEVICES, f"Unknown device “{self.device}”.", f"Choose one of {', '.join(DEVICES)}.")
        _require(self.seed >= 0, f"The seed {self.seed} is negative.", "Choose 0 or more.")
        _require(self.epochs is None or self.epochs >= 1, "Pretraining needs at least one epoch.", "Choose 1 or more.")


@dataclass(frozen=True)
class ProbeSpec(_Spec):
    """How to fit the linear probe: multinomial logistic regression on standardised features.

    Attributes:
        strength: inverse weight of the L2 penalty (scikit-learn's C).
    """

    strength: float = 1.0

    def __post_init__(self) -> None:
        _require(self.strength > 0, "The probe's strength must be above 0.", "1 is a good value.")


@dataclass(frozen=True)
class MapSpec(_Spec):
    """How to draw the map.

    Attributes:
        smooth: standard deviation in pixels of the Gaussian that smooths the class probabilities; 0 for none.
    """

    smooth: float = 0.0

    def __post_init__(self) -> None:
        _require(0 <= self.smooth <= 20, "Smoothing must lie in 0 to 20 pixels.", "0 switches it off.")


@dataclass(frozen=True)
class SplitSpec(_Spec):
    """How to draw few-shot labels from ground truth: `per_class` pixels of each class, the rest is for testing."""

    per_class: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        _require(self.per_class >= 1, "At least one label a class is needed.", "Choose 1 or more.")
        _require(self.seed >= 0, f"The seed {self.seed} is negative.", "Choose 0 or more.")
