"""What the steps over a map are called in the window."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from hsigui.document.finished import ChosenStep, Outcome
from hsigui.finishing.asked import STEPS
from hsigui.texts import number_text, say, say_number

FILES = ("recode", "tree", "mask", "paint")  # steps whose text is the path of a file
_UNIT = re.compile(r"\s*(m2|m²|ha)$")
TITLES: Mapping[str, str] = {
    "majority": say("Majority filter"),
    "sieve": say("Sieve"),
    "merge": say("Merge classes"),
    "recode": say("Recode by a table"),
    "tree": say("Level of a class tree"),
    "below": say("Leave unsure pixels open"),
    "fill": say("Fill pixels without a class"),
    "mask": say("Mask"),
    "paint": say("Painted classes of a file"),
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
        smallest = text.partition(",")[0]
        return (
            say("{title}, {smallest} pixels", title=title, smallest=smallest)
            if smallest.isdecimal()
            else (say("{title}, {smallest}", title=title, smallest=_UNIT.sub(r" \1", smallest).replace("m2", "m²")))
        )
    if step.option in FILES and text:
        return say("{title}: {file}", title=title, file=Path(text).name)
    if step.option == "below":
        return say("{title}, below {least}", title=title, least=text)
    if step.option == "fill" and text:
        return say("{title}, {distance} pixels away", title=title, distance=text)
    return f"{title} {text.replace('=', ' → ').replace(',', ', ')}".strip()


def told_of(outcome: Outcome | None) -> str:
    """How many pixels a step has changed; a dash where it was not done."""
    if outcome is not None and outcome.problem:
        return say("not done")
    return "–" if outcome is None or outcome.changed is None else number_text(outcome.changed, ",")


def painted_in_words(pixels: int) -> str:
    """How much a hand has painted."""
    if not pixels:
        return say("Nothing is painted by hand.")
    return say_number("{count:,} pixel is painted by hand.", "{count:,} pixels are painted by hand.", pixels)
