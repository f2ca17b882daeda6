"""What the steps over a map are called in the window."""

from __future__ import annotations

from collections.abc import Mapping

from hsigui.document.finished import ChosenStep, Outcome
from hsigui.finishing.asked import STEPS
from hsigui.texts import say, say_number

TITLES: Mapping[str, str] = {
    "majority": say("Majority filter"),
    "sieve": say("Sieve"),
}  # of the words of `finishing.asked`


def title_of(option: str) -> str:
    """What a step is called; its word where nothing else is known of it."""
    return TITLES.get(option) or option.replace("-", " ").capitalize()


def explained(option: str) -> str:
    """What a step does, in a sentence."""
    title = next((row.title for row in STEPS if row.option == option), "")
    return f"{title[:1].upper()}{title[1:]}"


def name_of(step: ChosenStep) -> str:
    """A step with its settings, as short as a line of a list."""
    title, text = title_of(step.option), step.text
    if step.option == "majority":
        return say("{title}, {side} × {side} pixels", title=title, side=text)
    if step.option == "sieve":
        return say("{title}, {smallest} pixels", title=title, smallest=text.partition(",")[0])
    return f"{title} {text}".strip()


def told_of(outcome: Outcome | None) -> str:
    """How many pixels a step has changed; a dash where it was not done."""
    if outcome is not None and outcome.problem:
        return say("not done")
    return "–" if outcome is None or outcome.changed is None else f"{outcome.changed:,}"


def painted_in_words(pixels: int) -> str:
    """How much a hand has painted."""
    if not pixels:
        return say("Nothing is painted by hand.")
    return say_number("{count:,} pixel is painted by hand.", "{count:,} pixels are painted by hand.", pixels)
