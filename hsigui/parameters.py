"""What can be set of a work, as data: frozen dataclasses whose fields say range, unit and meaning.

Trainings have one dataclass a preset, derived layers one a kind. Whoever shows, reads or checks settings (the window,
the command line, the help, reports, resuming) goes by what the fields say of themselves.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from hsigui.errors import HsiError
from hsigui.texts import say

Value = bool | int | float | str

_KEY = "setting"
_SHORT = {"kl": "KL", "lars": "LARS"}
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        name: in files and on the command line; `title`, for people.
        default: the preset's value; its type is the setting's.
        low, high: of a number, both allowed.
        every: whole numbers are `low`, `low + every`, and so on.
        choices: of a word; empty for others.
        free: whether a text may be any, such as a formula.
        unit: such as "pixels"; empty for pure numbers.
        sentence: what it does.
    """

    name: str
    default: Value
    low: float = 0.0
    high: float = 0.0
    every: int = 1
    choices: tuple[str, ...] = ()
    unit: str = ""
    sentence: str = ""
    free: bool = False

    @property
    def title(self) -> str:
        """The name as people write it: "kl_weight" is "KL weight"."""
        words = " ".join(_SHORT.get(word, word) for word in self.name.split("_"))
        return words[:1].upper() + words[1:]

    @property
    def allowed(self) -> str:
        """The range in words: "0.01 to 2", "16, 20, ... to 512", "yes or no"."""
        if isinstance(self.default, bool):
            return say("yes or no")
        if self.free:
            return say("a text")
        if self.choices:
            return ", ".join(self.choices)
        if self.every > 1:
            first, second = int(self.low), int(self.low) + self.every
            return say("{first}, {second}, ... to {high}", first=first, second=second, high=int(self.high))
        return say("{told} to {told_high}", told=told(self.low), told_high=told(self.high))

    def read(self, text: str) -> Value:
        """The value that a text names.

        Raises:
            HsiError: it names none, or one that is not allowed.
        """
        try:
            if isinstance(self.default, bool):
                return self.checked(_WORDS[text.strip().lower()])
            if isinstance(self.default, int):
                return self.checked(int(text))
            if isinstance(self.default, float):
                return self.checked(float(text))
        except (KeyError, ValueError):
            raise self._refusal(text) from None
        return self.checked(text.strip())

    def checked(self, value: object) -> Value:
        """The value in the setting's type.

        Raises:
            HsiError: it is of another type or not allowed.
        """
        kind = type(self.default)
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) is not kind or not isinstance(value, bool | int | float | str) or not self._allows(value):
            raise self._refusal(value)
        return value

    def _allows(self, value: Value) -> bool:
        if isinstance(value, bool):
            return True
        if isinstance(value, str):
            return self.free or value in self.choices
        inside = math.isfinite(value) and self.low <= value <= self.high
        return inside and (isinstance(value, float) or (value - int(self.low)) % self.every == 0)

    def _refusal(self, value: object) -> HsiError:
        shown = told(value) if isinstance(value, bool | int | float) else say("“{value}”", value=value)
        unit = f" ({self.unit})" if self.unit else ""
        return HsiError(
            say("The setting {name} cannot be {shown}.", name=self.name, shown=shown),
            say("Choose {allowed}{unit}.", allowed=self.allowed, unit=unit),
        )


def told(value: object) -> str:
    """A value as people read it and `Setting.read` takes it: "0.1", "1.5e-06", "yes", "entropy"."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def setting(default: float, low: float, high: float, unit: str, sentence: str, *, every: int = 1) -> Any:
    """A field of settings that is a number; whole where its default is.

    Args:
        every: distance of the whole numbers that are allowed, from `low` on.
    """
    about = {"low": low, "high": high, "every": every, "unit": unit, "sentence": sentence}
    return dataclasses.field(default=default, metadata={_KEY: about})


def choice(default: str, choices: tuple[str, ...], sentence: str) -> Any:
    """A field of settings that is one of some words."""
    return dataclasses.field(default=default, metadata={_KEY: {"choices": choices, "sentence": sentence}})


def text(default: str, sentence: str) -> Any:
    """A field of settings that is any text."""
    return dataclasses.field(default=default, metadata={_KEY: {"sentence": sentence, "free": True}})


def switch(default: bool, sentence: str) -> Any:
    """A field of settings that is on or off."""
    return dataclasses.field(default=default, metadata={_KEY: {"sentence": sentence}})


@dataclass(frozen=True)
class Parameters:
    """What can be set of one work; every field is made by one of the helpers above.

    Raises:
        HsiError: a value is of the wrong type or not allowed.
    """

    def __post_init__(self) -> None:
        for each in self.described():
            object.__setattr__(self, each.name, each.checked(getattr(self, each.name)))

    @classmethod
    def described(cls) -> tuple[Setting, ...]:
        """What each field says of itself, in their order."""
        return tuple(Setting(f.name, getattr(cls, f.name), **f.metadata[_KEY]) for f in dataclasses.fields(cls))

    @classmethod
    def of(cls, values: Mapping[str, Value]) -> Self:
        """The defaults with other values for some.

        Raises:
            HsiError: there is no setting of a name, or a value is not allowed.
        """
        known = [each.name for each in cls.described()]
        unknown = [name for name in values if name not in known]
        if unknown:
            raise HsiError(
                say("There is no setting {unknown} here.", unknown=", ".join(unknown)),
                say("Choose from: {known}.", known=", ".join(known)) if known else say("Nothing can be set of it."),
            )
        return cls(**values)

    def to_json(self) -> dict[str, Value]:
        """All values by name."""
        return dataclasses.asdict(self)

    def changed(self) -> dict[str, Value]:
        """The values that are not the defaults."""
        own = {each.name: each.default for each in self.described()}
        return {name: value for name, value in self.to_json().items() if value != own[name]}
