"""The steps that can be asked for by a word and a text: one row each, in the order in which help lists them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hsigui.errors import HsiError
from hsigui.finishing import words
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.step import Step
from hsigui.texts import say


@dataclass(frozen=True)
class StepRow:
    """A step.

    Attributes:
        option: its word, that of the command line without dashes.
        form: what is given with it, as help writes it; empty for nothing.
        title: what it does, in half a sentence.
        step: makes it of the text.
    """

    option: str
    form: str
    title: str
    step: Callable[[str], Step]


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise HsiError(say("“{text}” is no whole number.", text=text), say("Write one, such as 4.")) from None


def _sieve(text: str) -> Step:
    smallest, _, connectivity = text.partition(",")
    return Sieve(_whole(smallest), _whole(connectivity) if connectivity else 4)


_MAKERS: dict[str, Callable[[str], Step]] = {"majority": lambda text: Majority(_whole(text)), "sieve": _sieve}
STEPS = tuple(StepRow(option, form, title, _MAKERS[option]) for option, form, title in words.STEPS)


def step_of(option: str, text: str = "") -> Step:
    """The step of a word and a text.

    Raises:
        HsiError: there is no such step, or the text does not say it.
    """
    row = next((row for row in STEPS if row.option == option), None)
    if row is None:
        raise HsiError(
            say("There is no step {option}.", option=option),
            say("Choose from: {all}.", all=", ".join(row.option for row in STEPS)),
        )
    return row.step(text)
