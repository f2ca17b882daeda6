"""The steps of a mask by a word and a text, and from JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui.analysis.layer import LayerRecipe
from hsigui.errors import HsiError
from hsigui.masks import comparison
from hsigui.masks.comparison import Comparison
from hsigui.masks.drawn import Drawn, DrawnOn
from hsigui.masks.recipe import MaskRecipe, MaskStep
from hsigui.masks.shaping import COMMON, JOIN, Grow, Invert, Shrink, Together
from hsigui.masks.sources import ByClasses, ByFormula, ByLayer, ByPolygons, ByQuality, ByRecipe, band_of
from hsigui.masks.words import STEPS
from hsigui.preparing.area import polygons_of
from hsigui.texts import say

FARTHEST = 10_000  # pixels to grow or shrink by


def step_of(option: str, text: str = "") -> MaskStep:
    """The step of a word of `words.STEPS` and a text. Paths in it become whole.

    Raises:
        HsiError: there is no such step, or the text does not say it.
    """
    maker = _MAKERS.get(option)
    if maker is None:
        raise HsiError(
            say("There is no step {option} of a mask.", option=option),
            say("Choose from: {all}.", all=", ".join(name for name, _, _ in STEPS)),
        )
    form = next(form for name, form, _ in STEPS if name == option)
    if form and not text.strip():
        raise HsiError(say("Nothing is given with --{option}.", option=option), say("Write {form}.", form=form))
    return maker(text.strip())


def recipe_from(values: Sequence[Mapping[str, Any]]) -> MaskRecipe:
    """Reads what `MaskRecipe.to_json` wrote.

    Raises:
        HsiError: it is no recipe, or one of a newer version.
    """
    try:
        return MaskRecipe(tuple(_from_json(each) for each in values))
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise HsiError(
            say("This is no recipe of a mask: {error}.", error=error), say("Was the file changed by hand?")
        ) from error


def _from_json(values: Mapping[str, Any]) -> MaskStep:
    name, text = str(values["step"]), str(values.get("text", ""))
    if name == "drawn":
        return Drawn(str(values["pixels"]))
    if name == "drawn-on":
        return DrawnOn.from_json(values)
    if name == "recipe":
        return ByRecipe(LayerRecipe.from_json(values["layer"]), text)
    if name == "class":
        return ByClasses(Path(text), tuple(map(str, values.get("classes", ()))))
    if name in (JOIN, COMMON) and "recipe" in values:
        return Together(name, text, recipe_from(values["recipe"]))
    return step_of(name, text)


def _layer(text: str) -> MaskStep:
    found = comparison.read(text)
    path, band = band_of(found.measured)
    return ByLayer(Comparison(f"{path}:{band}" if band != 1 else str(path), found.limits))


def _class(text: str) -> MaskStep:
    whole, (before, _, names) = _whole(text), text.rpartition(":")
    if whole.exists() or not before or len(before) == 1:  # such as the colon of a drive
        return ByClasses(whole)
    return ByClasses(_whole(before), tuple(name.strip() for name in names.split(",") if name.strip()))


def _polygons(text: str) -> MaskStep:
    found = polygons_of(text)
    return ByPolygons(replace(found, path=found.path.resolve()))


def _pixels(text: str) -> int:
    try:
        found = int(text)
    except ValueError:
        found = -1
    if not 0 < found <= FARTHEST:
        raise HsiError(
            say("“{text}” is no number of pixels.", text=text),
            say("Write a whole number from 1 to {most:,}.", most=FARTHEST),
        )
    return found


def _whole(text: str) -> Path:
    return Path(text).expanduser().resolve()


_MAKERS: dict[str, Callable[[str], MaskStep]] = {
    "formula": lambda text: ByFormula(comparison.read(text)),
    "layer": _layer,
    "polygons": _polygons,
    "class": _class,
    "quality": lambda text: ByQuality(tuple(name.strip() for name in text.split(",") if name.strip())),
    "grow": lambda text: Grow(_pixels(text)),
    "shrink": lambda text: Shrink(_pixels(text)),
    "invert": lambda text: Invert(),
    JOIN: lambda text: Together(JOIN, str(_whole(text))),
    COMMON: lambda text: Together(COMMON, str(_whole(text))),
}
