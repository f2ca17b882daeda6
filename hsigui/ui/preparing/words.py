"""What the steps that prepare a cube are called in the window."""

from __future__ import annotations

from collections.abc import Mapping

from hsigui.preparing.asked import OFFERED
from hsigui.preparing.chosen import ChosenStep
from hsigui.texts import say

TITLES: Mapping[str, str] = {
    "rows": say("Cut rows"),
    "cols": say("Cut columns"),
    "box": say("Cut to a box of the map"),
    "inside": say("Cut to polygons"),
    "grid": say("Other grid"),
    "bands": say("Pick bands"),
    "block-mean": say("Squares of pixels"),
    "like": say("Bands of another sensor"),
    "white": say("White and dark reference"),
    "flat-field": say("Flat field"),
    "internal-average": say("Internal average (IAR)"),
    "empirical-line": say("Empirical line"),
    "log-residuals": say("Log residuals"),
    "mark-bad": say("Mark bad bands"),
    "drop-bad": say("Leave out bad bands"),
    "fill-columns": say("Fill dead columns"),
    "despike": say("Take spikes away"),
    "destripe": say("Destripe"),
    "denoise": say("Denoise"),
    "smooth": say("Smooth spectra"),
    "normalise": say("Normalise spectra"),
    "continuum": say("Remove the continuum"),
}  # of the words of `preparing.asked`
SHOWN = 40  # letters of what is given with a step


def title_of(option: str) -> str:
    """What a step is called; its word where nothing else is known of it."""
    return TITLES.get(option) or option.replace("-", " ").capitalize()


def explained(option: str) -> str:
    """What a step does, in a sentence."""
    title = next((row.title for row in OFFERED if row.option == option), "")
    return f"{title[:1].upper()}{title[1:]}"


def name_of(step: ChosenStep) -> str:
    """A step with its settings, as short as a line of a list."""
    title = title_of(step.option)
    if not step.text:
        return title
    text = step.text if len(step.text) <= SHOWN else f"{step.text[: SHOWN - 1]}…"
    return say("{title}: {text}", title=title, text=text)
