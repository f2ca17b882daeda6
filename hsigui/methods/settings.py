"""What decides a training besides seed and length, as data: one dataclass a preset. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.parameters import Parameters, Setting, Value, choice, setting, switch, told

__all__ = ["MethodSettings", "NoSettings", "Setting", "Value", "choice", "setting", "switch", "told"]


@dataclass(frozen=True)
class MethodSettings(Parameters):
    """What decides a training of one preset; every field is made by `setting`, `choice` or `switch`, and its default is
    the preset's value.

    Raises:
        HsiError: a value is of the wrong type or not allowed.
    """


@dataclass(frozen=True)
class NoSettings(MethodSettings):
    """Of what has nothing to set."""
