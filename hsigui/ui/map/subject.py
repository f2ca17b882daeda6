"""The map, and how sure it is, as other views show them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.document.events import ClassesChanged, MapChanged
from hsigui.document.scene import Scene
from hsigui.document.values import Box, ClassMap
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.color_key import ColorKey
from hsigui.ui.image.subjects import Subject, draw_classes, legend_of
from hsigui.ui.map.layers import LAYERS, layer_raster, scale

IDS = {layer.id: "map" if layer.id == "classes" else layer.id for layer in LAYERS}


@dataclass(frozen=True, eq=False)
class Part:
    """A part of a class map."""

    classes: NDArray[np.uint16]
    confidence: NDArray[np.float32]
    entropy: NDArray[np.float32]
    margin: NDArray[np.float32]


def layers(scene: Scene) -> tuple[Subject, ...]:
    """What can be drawn of the map of a scene: its classes, and the scales of how sure it is of them."""
    made = None if scene.map is None else scene.map.class_map
    if made is None:
        return ()
    table = scene.classes
    found = [Subject("map", say("Map"), draw_classes(made.classes, table), legend=legend_of(table))]
    colors = np.array([info.color for info in scale()], dtype=np.uint8)
    for layer in LAYERS[1:]:
        first, last = layer.ends
        draw = partial(_draw_scale, made=made, layer=layer.id)
        found.append(Subject(IDS[layer.id], layer.title, draw, ColorKey(layer.title, colors, (first, "", last))))
    return tuple(found)


def _draw_scale(box: Box, step: int, made: ClassMap, layer: str) -> NDArray[np.uint8]:
    """A part of a scale; made of the part alone, so that to offer it costs nothing."""
    top, left, bottom, right = box
    part = Part(
        made.classes[top:bottom:step, left:right:step],
        made.confidence[top:bottom:step, left:right:step],
        made.entropy[top:bottom:step, left:right:step],
        made.margin[top:bottom:step, left:right:step],
    )
    rows, cols = part.classes.shape
    return draw_classes(layer_raster(part, layer), scale())((0, 0, rows, cols), 1)


def offer_map(bench: Bench) -> None:
    """Offers them, and tells of every new map."""
    subjects, events = bench.subjects, bench.desk.session.events
    subjects.offer(layers)

    def others(_event: MapChanged) -> None:
        subjects.tell(*IDS.values(), "")

    def classes(_event: ClassesChanged) -> None:
        subjects.tell("map")

    events.subscribe(MapChanged, others)
    events.subscribe(ClassesChanged, classes)
