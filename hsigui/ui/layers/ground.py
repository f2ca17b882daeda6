"""What is drawn in place of the composite: a layer alone, or a composite some of whose channels are layers. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis import looks
from hsigui.analysis.layer import Layer
from hsigui.cube.color_maps import GREY, colors_of
from hsigui.cube.cube import Cube
from hsigui.cube.picture import display_step
from hsigui.cube.render import ViewState, render_window, resolve
from hsigui.cube.stretch import Tones
from hsigui.document.derived import DerivedLayer, title_of
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.labels.classes import Color
from hsigui.texts import number_text
from hsigui.ui.image.color_key import ColorKey
from hsigui.ui.image.subjects import Draw

VEIL = 0.65  # how much of its colour a pixel gets that passes a threshold


@dataclass(frozen=True, eq=False)
class Ground:
    """A picture of the scene, and the key of its colours."""

    draw: Draw
    key: ColorKey | None = None


def missing(scene: Scene) -> list[int]:
    """Numbers of the layers that are to be shown and are not made yet."""
    found = ((number, scene.derived.get(number)) for number in sorted(scene.derived.view.layers))
    return [number for number, layer in found if layer is not None and layer.layer is None]


def ground_of(scene: Scene) -> Ground | None:
    """What is shown in place of bands; None for bands, also until the layers that are asked for are made."""
    view = scene.derived.view
    if not view.layers or missing(scene):
        return None
    if view.alone:
        shown = scene.derived.get(view.alone)
        return None if shown is None or shown.layer is None else Ground(draw_of(shown), key_of(shown))
    channels: list[Channel | None] = []
    for each in view.channels:
        found = None if each is None else scene.derived.get(each.layer)
        if each is None or found is None or found.layer is None:
            channels.append(None)
        else:
            place = min(each.place, len(found.layer.names) - 1)
            own = place == found.look.measure
            ends = looks.ends_of(found.layer, found.look if own else looks.Look(place))
            channels.append(Channel(found.layer, place, ends))
    return Ground(Mixed(scene.cube, scene.view, tuple(channels)))


def draw_of(found: DerivedLayer) -> Draw:
    """How a layer that is made is drawn."""
    layer, look = found.layer, found.look
    assert layer is not None

    def draw(box: Box, step: int) -> NDArray[np.uint8]:
        return looks.picture_of(layer, look, box, step)

    return draw


def key_of(found: DerivedLayer) -> ColorKey | None:
    """The scale of a layer of measurements; None of classes, which have a legend."""
    layer = found.layer
    if layer is None or layer.classes is not None:
        return None
    low, high = looks.ends_of(layer, found.look)
    units = f" {layer.units}" if layer.units else ""
    values = tuple(number_text(value, ".4g") for value in (low, (low + high) / 2, high))
    return ColorKey(title_of(found) + units, colors_of(found.look.colors), values)


@dataclass(frozen=True, eq=False)
class Channel:
    """A measurement of a layer between two values, as red, green or blue."""

    layer: Layer
    place: int
    ends: looks.Ends


class Mixed:
    """Draws a composite; None among its three channels stands for the band of the view. Called on worker threads."""

    def __init__(self, cube: Cube, view: ViewState, channels: tuple[Channel | None, ...]) -> None:
        self._cube, self._view, self._channels = cube, replace(view, single=None), channels
        self._tones: Tones | None = None

    def __call__(self, box: Box, step: int) -> NDArray[np.uint8]:
        top, left, bottom, right = box
        rows, cols = slice(top, bottom, step), slice(left, right, step)
        shape = len(range(top, bottom, step)), len(range(left, right, step))
        rgb: NDArray[np.uint8] = np.zeros((*shape, 3), dtype=np.uint8)
        known: NDArray[np.bool_] = np.ones(shape, dtype=bool)
        if None in self._channels:
            if self._tones is None:
                self._tones = resolve(self._cube, self._view, display_step(self._cube))
            rgb = render_window(self._cube, self._view, self._tones, rows, cols)
            known = np.asarray(rgb.any(axis=2))
        for number, channel in enumerate(self._channels):
            if channel is not None:
                rgb[:, :, number], there = looks.levels(channel.layer, channel.place, channel.ends, box, step)
                known &= there
        return looks.with_alpha(rgb, known)


@dataclass(frozen=True, eq=False)
class Threshold:
    """Where a measurement lies between two values.

    Attributes:
        low, high: both included; infinite where there is no end.
    """

    layer: Layer
    place: int
    low: float
    high: float

    def inside(self, rows: slice = slice(None), cols: slice = slice(None)) -> NDArray[np.bool_]:
        """Rows x cols of a window."""
        values = self.layer.stack[rows, cols, self.place]
        with np.errstate(invalid="ignore"):
            return np.asarray((values >= self.low) & (values <= self.high))


def with_threshold(over: Draw | None, found: Threshold, color: Color) -> Draw:
    """Draws what passes a threshold in a colour, over another picture; over the measurement in grey without any."""
    grey = looks.Look(found.place, GREY)

    def draw(box: Box, step: int) -> NDArray[np.uint8]:
        made = looks.picture_of(found.layer, grey, box, step) if over is None else over(box, step).copy()
        top, left, bottom, right = box
        inside = found.inside(slice(top, bottom, step), slice(left, right, step))
        veil = np.array(color, dtype=np.float32) * VEIL
        made[inside, :3] = (made[inside, :3] * (1 - VEIL) + veil + 0.5).astype(np.uint8)
        made[inside, 3] = 255
        return made

    return draw
