"""What of the derived layers of a scene a mask can be made of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hsigui.analysis.layer import Between, LayerRecipe
from hsigui.document.derived import EMBEDDING, DerivedLayer
from hsigui.document.scene import Scene
from hsigui.masks.comparison import Comparison
from hsigui.masks.recipe import MaskStep
from hsigui.masks.sources import ByFormula, ByRecipe
from hsigui.texts import number_text


@dataclass(frozen=True)
class Measure:
    """A measurement of a layer that a mask can be made of."""

    title: str
    layer: DerivedLayer
    place: int


def measures(scene: Scene) -> tuple[Measure, ...]:
    """The measurements of derived layers, and layers with a threshold, that can be made of the bands alone."""
    found = []
    for each in scene.derived:
        recipe = each.kept.recipe
        if recipe.kind == EMBEDDING or (each.layer is not None and each.layer.classes is not None):
            continue
        names = () if each.layer is None else each.layer.names
        if recipe.between is None:
            many = names if len(names) > 1 else ("",)
            found += [Measure(f"{each.name}: {name}" if name else each.name, each, n) for n, name in enumerate(many)]
    return tuple(found)


def step_of(found: Measure, low: float | None, high: float | None) -> MaskStep:
    """Limits of a layer as a step; of an index or a formula as one that a command can do, too."""
    recipe: LayerRecipe = found.layer.kept.recipe
    if recipe.kind in ("index", "formula"):
        text = str(recipe.parameters["name" if recipe.kind == "index" else "formula"])
        limits = ((">=", low), ("<=", high))
        return ByFormula(Comparison(text, tuple((sign, end) for sign, end in limits if end is not None)))
    return ByRecipe(replace(recipe, between=Between(low, high, found.place)), found.title)


def limits_told(name: str, low: float | None, high: float | None) -> str:
    """Limits of a measurement in words, such as "0.3 ≤ ndvi"."""
    if low is None:
        return f"{name} ≤ {number_text(high, 'g')}"
    if high is None:
        return f"{name} ≥ {number_text(low, 'g')}"
    return f"{number_text(low, 'g')} ≤ {name} ≤ {number_text(high, 'g')}"
