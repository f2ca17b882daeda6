"""The derived layers of a scene: what was computed of it, how each is looked at, and which are shown in place of bands.

What is kept of a layer is its recipe: its numbers are made again where they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from hsigui.analysis.layer import Layer, LayerRecipe
from hsigui.analysis.looks import Look
from hsigui.cube.render import CHANNELS, ViewState
from hsigui.document.events import DerivedChanged, DerivedListChanged, DerivedViewChanged
from hsigui.document.hub import Events
from hsigui.labels.classes import Color
from hsigui.texts import say

FEATURES = "features"  # the parameter of such a recipe that names those it was made of, by their key
EMBEDDING = "embedding"  # the kind of a recipe that is made of what an encoder learned, and not of the bands


@dataclass(frozen=True)
class KeptLayer:
    """A layer without its numbers.

    Attributes:
        number: no other layer of the scene has it; from 1.
        recipe: by which it is made again.
    """

    number: int
    name: str
    recipe: LayerRecipe
    look: Look = field(default_factory=Look)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        recipe, look = self.recipe.to_json(), self.look.to_json()
        return {"number": self.number, "name": self.name, "recipe": recipe, "look": look}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            HsiError, KeyError, TypeError, ValueError: it is none.
        """
        number = int(values["number"])
        if number < 1:
            raise ValueError(f"a layer of number {number}")
        recipe = LayerRecipe.from_json(values["recipe"])
        return cls(number, str(values["name"]), recipe, Look.from_json(values["look"]))


@dataclass(frozen=True, eq=False)
class DerivedLayer:
    """A layer of a scene.

    Attributes:
        kept: what is kept of it.
        layer: the layer itself; None until it is made.
        input_revision: of the scene, which it was made from.
    """

    kept: KeptLayer
    layer: Layer | None = None
    input_revision: int = 0

    @property
    def number(self) -> int:
        return self.kept.number

    @property
    def name(self) -> str:
        return self.kept.name

    @property
    def look(self) -> Look:
        """How it is shown; a measurement that it has no more counts as the first."""
        look = self.kept.look
        if self.layer is not None and look.measure >= len(self.layer.names):
            return replace(look, measure=0)
        return look


@dataclass(frozen=True)
class Measure:
    """One measurement of a layer, by the layer's number and its place among the measurements, from 0."""

    layer: int
    place: int = 0


@dataclass(frozen=True)
class DerivedView:
    """What is shown in place of bands: nothing, one layer alone, or measurements as channels of the composite.

    Attributes:
        alone: number of the layer that is shown alone; 0 for none.
        red, green, blue: what a channel shows in place of its band; None for the band.
    """

    alone: int = 0
    red: Measure | None = None
    green: Measure | None = None
    blue: Measure | None = None

    @property
    def channels(self) -> tuple[Measure | None, ...]:
        """Red, green and blue; all None where a layer is shown alone."""
        return (None, None, None) if self.alone else (self.red, self.green, self.blue)

    @property
    def layers(self) -> set[int]:
        """Numbers of the layers that are seen."""
        return {self.alone} if self.alone else {each.layer for each in self.channels if each is not None}

    def with_channel(self, channel: str, measure: Measure | None) -> DerivedView:
        """This view as a composite with something else in one of CHANNELS; None for its band."""
        return replace(self, alone=0, **{channel: measure})

    def without(self, number: int) -> DerivedView:
        """What is left of it when a layer goes."""
        kept = (None if each is not None and each.layer == number else each for each in self.channels)
        return DerivedView(0 if self.alone == number else self.alone, *kept)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        shown = {name: getattr(self, name) for name in CHANNELS}
        pairs = {name: None if each is None else [each.layer, each.place] for name, each in shown.items()}
        return {"alone": self.alone, **pairs}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Reads what `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is none.
        """
        pairs = (values[name] for name in CHANNELS)
        return cls(int(values["alone"]), *(None if p is None else Measure(int(p[0]), max(int(p[1]), 0)) for p in pairs))


BANDS = DerivedView()  # nothing in place of bands


class DerivedLayers:
    """All derived layers of a scene, in the order in which they came.

    Args:
        events: of the scene; told of every change.
    """

    def __init__(self, events: Events) -> None:
        self._events = events
        self._layers: dict[int, DerivedLayer] = {}
        self._last = 0  # number that was given; one that went is not given again
        self._view = BANDS

    def __iter__(self) -> Iterator[DerivedLayer]:
        return iter(self._layers.values())

    def __len__(self) -> int:
        return len(self._layers)

    def get(self, number: int) -> DerivedLayer | None:
        """The layer of a number; None where there is none."""
        return self._layers.get(number)

    @property
    def view(self) -> DerivedView:
        """What is shown in place of bands."""
        return self._view

    @property
    def kept(self) -> tuple[KeptLayer, ...]:
        """What is kept of them."""
        return tuple(each.kept for each in self)

    def add(self, layer: Layer, input_revision: int, name: str = "") -> DerivedLayer:
        """Takes a layer that was made, under a name that no other has."""
        number = self._last = self._last + 1
        made = DerivedLayer(KeptLayer(number, self.free_name(name or layer.name), layer.recipe), layer, input_revision)
        self._layers[number] = made
        self._events.emit(DerivedListChanged())
        return made

    def put(self, number: int, layer: Layer, input_revision: int) -> None:
        """Takes the numbers of a layer that was made again; where it is gone meanwhile, nothing."""
        if number in self._layers:
            kept = replace(self._layers[number].kept, recipe=layer.recipe)
            self._layers[number] = DerivedLayer(kept, layer, input_revision)
            self._events.emit(DerivedChanged(number))

    def rename(self, number: int, name: str) -> None:
        """Calls a layer otherwise."""
        if name and name != self._layers[number].name:
            self._change(number, name=self.free_name(name, number))

    def set_look(self, number: int, look: Look) -> None:
        """Shows a layer otherwise."""
        if look != self._layers[number].kept.look:
            self._change(number, look=look)

    def remove(self, number: int) -> None:
        """Takes a layer away; what showed it shows bands."""
        self.show(self._view.without(number))
        del self._layers[number]
        self._events.emit(DerivedListChanged())

    def put_back(self, layer: DerivedLayer) -> None:
        """Takes a layer in again that was taken away, at the end of the list."""
        self._layers[layer.number] = layer
        self._events.emit(DerivedListChanged())

    def show(self, view: DerivedView) -> None:
        """Shows layers in place of bands, or bands again."""
        if view != self._view:
            self._view = view
            self._events.emit(DerivedViewChanged())

    def bands_chosen(self, before: ViewState, after: ViewState) -> None:
        """Bands were chosen to be shown: they are, in place of layers. A channel whose band stays keeps its layer; the
        same view once more means all of its bands."""
        if self._view == BANDS or (before != after and before.shown == after.shown):
            return
        if self._view.alone or before == after or before.single != after.single:
            self.show(BANDS)
            return
        pairs = zip(self._view.channels, before.bands, after.bands, strict=True)
        self.show(DerivedView(0, *(each if old == new else None for each, old, new in pairs)))

    def take_up(self, kept: tuple[KeptLayer, ...], view: DerivedView) -> None:
        """Goes on with layers that were kept; their numbers are to be made again."""
        self._layers = {each.number: DerivedLayer(each) for each in kept}
        self._last = max(self._last, *self._layers, 0)
        self._events.emit(DerivedListChanged())
        self.show(view if view.layers <= set(self._layers) else BANDS)

    def free_name(self, name: str, own: int = 0) -> str:
        """The name itself, or with the first number behind it that no layer has but the one of number `own`."""
        taken = {each.name for each in self if each.number != own}
        if name not in taken:
            return name
        return next(other for n in range(2, len(taken) + 3) if (other := f"{name} {n}") not in taken)

    def _change(self, number: int, **parts: Any) -> None:
        before = self._layers[number]
        self._layers[number] = replace(before, kept=replace(before.kept, **parts))
        self._events.emit(DerivedChanged(number))


def legend_of(layer: Layer) -> tuple[tuple[str, Color], ...]:
    """Name and colour of every class of a layer; nothing for measurements."""
    return () if layer.classes is None else tuple((info.name, info.color) for info in layer.classes)


def title_of(found: DerivedLayer, place: int | None = None) -> str:
    """What a measurement of a layer is called: with its name where the layer has several."""
    layer = found.layer
    if layer is None or len(layer.names) < 2:
        return found.name
    return say(
        "{layer}: {measure}", layer=found.name, measure=layer.names[found.look.measure if place is None else place]
    )
