"""What is told of a layer in words: how it was made, and how things stand with it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from hsigui.analysis.indices import index
from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.looks import seen_limits
from hsigui.analysis.table import kind
from hsigui.cube.masked import masks_told
from hsigui.document.derived import EMBEDDING, FEATURES, DerivedLayer
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.parameters import told
from hsigui.texts import number_text, say

EMBEDDED = say("What the encoder learned")
EMBEDDED_ABOUT = say("The three main directions of what the encoder in use learned, as red, green and blue.")
MOST_NAMED = 4  # spectra and bands that are named one by one
NOTHING = 1e-6  # of a range: what is closer to 0 is told as 0, as an angle of a spectrum to itself


def title_of_kind(recipe: LayerRecipe) -> str:
    """What the kind of a recipe is called."""
    if recipe.kind == EMBEDDING:
        return EMBEDDED
    try:
        return kind(recipe.kind).title
    except HsiError:  # of a package that is not installed any more
        return recipe.kind


def recipe_in_words(recipe: LayerRecipe) -> str:
    """How a layer is made, a line each: kind, settings, spectra, bands, threshold."""
    return "\n".join(_lines(recipe))


def _lines(recipe: LayerRecipe) -> Iterator[str]:
    yield title_of_kind(recipe)
    for name, value in recipe.parameters.items() if recipe.kind != EMBEDDING else ():
        yield say("{name}: {value}", name=name.replace("_", " ").capitalize(), value=told(value))
    if recipe.kind == "index":
        try:
            found = index(str(recipe.parameters.get("name", "")))
        except HsiError:  # another version knows it
            pass
        else:
            yield say("Formula: {formula}", formula=found.formula)
            yield say("Source: {source}", source=found.source)
    if recipe.targets:
        yield say("Compared with: {names}", names=_some([target.name for target in recipe.targets]))
    if recipe.left_out:
        yield say("Labelled pixels are left out of the background.")
    asked = [band for band in recipe.bands if band.asked]
    if asked:
        yield say("Bands: {bands}", bands=_some([str(band) for band in asked]))
    elif recipe.bands:
        first, last = recipe.bands[0].number + 1, recipe.bands[-1].number + 1
        yield say("Bands: {count} good ones, {first} to {last}", count=len(recipe.bands), first=first, last=last)
    over = recipe.between
    if over is not None:
        low = say("no end") if over.low is None else number_text(over.low, "g")
        high = say("no end") if over.high is None else number_text(over.high, "g")
        yield say("Threshold: from {low} to {high}, measurement {number}", low=low, high=high, number=over.measure + 1)


def _some(names: list[str]) -> str:
    shown = say(", ").join(names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return shown if more <= 0 else say("{shown} and {more} more", shown=shown, more=more)


def state_in_words(scene: Scene, found: DerivedLayer) -> str:
    """How things stand with a layer: its values, or why it is not what the scene would give now."""
    layer = found.layer
    if layer is None:
        return say("Kept as a recipe: it is computed when it is shown.")
    text = values_in_words(layer, found.look.measure)
    if found.input_revision != scene.input_revision:
        return say("The bands have changed since this layer was made. {text}", text=text)
    if is_stale(scene, found):
        return say("It is of another encoder than the one in use. {text}", text=text)
    return text


def is_stale(scene: Scene, found: DerivedLayer) -> bool:
    """Whether a layer is of other bands, scale, no-data or masks than the scene has now, or of another encoder."""
    recipe, features = found.kept.recipe, scene.features
    other = recipe.kind == EMBEDDING and features is not None and recipe.parameters.get(FEATURES) != features.key
    if found.layer is None:
        return False
    return found.input_revision != scene.input_revision or other or _of_other_masks(scene, found.layer)


def _of_other_masks(scene: Scene, layer: Layer) -> bool:
    """Whether a layer counts pixels that are masked out for statistics now, or lacks some that are not."""
    if layer.cube is None or layer.recipe.kind == EMBEDDING:
        return False
    then, now = ({mask["sha256"] for mask in masks_told(cube)} for cube in (layer.cube, scene.counted_cube))
    return then != now


def values_in_words(layer: Layer, measure: int) -> str:
    """The range of a measurement, or the number of classes."""
    if layer.classes is not None:
        return say("{count} classes", count=len(layer.classes))
    low, high = seen_limits(layer, measure)
    if math.isnan(low):
        return say("No pixel has a value.")
    units = f" {layer.units}" if layer.units else ""
    low, high = (0.0 if abs(end) < NOTHING * (high - low) else end for end in (low, high))
    return say("Values from about {low:.4g} to {high:.4g}{units}", low=low, high=high, units=units)


def pixel_in_words(found: DerivedLayer, row: int, col: int) -> str:
    """The value of a pixel, or its class."""
    layer = found.layer
    if layer is None:
        return "–"
    if layer.classes is not None:
        number = int(layer.array[row, col])
        return layer.classes.get(number).name if number else say("no data")
    value = float(layer.stack[row, col, found.look.measure])
    units = f" {layer.units}" if layer.units else ""
    return say("no data") if value != value else f"{number_text(value, '.5g')}{units}"
