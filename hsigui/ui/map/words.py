"""What is said of maps by spectra, and of the finished map."""

from __future__ import annotations

import numpy as np

from hsigui.analysis.nearest import Nearest
from hsigui.analysis.references import Matching
from hsigui.document.finishing import Finishing
from hsigui.labels.classes import ClassTable
from hsigui.texts import number_text, say, say_number


def distance_in_words(found: Nearest, row: int, col: int) -> str:
    """The class that a pixel is nearest to, how far that is, and whether it is too far."""
    if not found.valid[row, col]:
        return say("no data")
    place, distance = int(found.classes[row, col]), float(found.distance[row, col])
    if not place or not np.isfinite(distance):
        return say("unclassified: like none of the spectra")
    name, told = found.matching.names[place - 1], _number(found.matching, distance)
    if distance <= found.matching.limits[place - 1]:
        return say("{name}, {distance} away", name=name, distance=told)
    return say("unclassified: {name} is {distance} away", name=name, distance=told)


def map_in_words(found: Nearest) -> str:
    """What a map was made by, and how much of it is unclassified."""
    matching = found.matching
    count = len(matching.references)
    by = say_number(
        "Map by {count} spectrum: {measure}.", "Map by {count} spectra: {measure}.", count,
        measure=matching.measure.title,
    )  # fmt: skip
    known = int(found.valid.sum())
    left = int(((found.decided == 0) & found.valid).sum())
    share = 100 * left / known if known else 0.0
    return say("{by} {share:.1f} % of the pixels are unclassified.", by=by, share=share)


def finished_in_words(finishing: Finishing, classes: ClassTable, answer: int, row: int, col: int) -> str:
    """The class of a pixel of the finished map, where it is not the model's; empty where it is.

    Args:
        classes: of the scene.
        answer: the class that the model gave; 0 for none.
    """
    if finishing.classes is None:
        return ""
    number = int(finishing.classes[row, col])
    name = finishing.table.get(number).name if number else say("no class")
    model = classes.get(answer).name if answer else say("none")
    if finishing.painted.array[row, col] and number:
        return say("{name}, painted by hand (the model: {model})", name=name, model=model)
    if name == model or number == answer == 0:
        return ""
    return say("{name}, by the steps (the model: {model})", name=name, model=model)


def _number(matching: Matching, distance: float) -> str:
    unit = matching.measure.unit
    return f"{number_text(distance, '.3f')} rad" if unit == "rad" else number_text(distance, ".3g")
