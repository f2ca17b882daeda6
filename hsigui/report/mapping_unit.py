"""How small a patch of a map may be, said in pixels or as an area."""

from __future__ import annotations

import re

import numpy as np

from hsigui.cube.areas import pixel_areas
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.texts import say


def smallest_unit(text: str, geo: Geo, shape: tuple[int, ...]) -> int:
    """A smallest mapping unit in pixels: "20", "500m2" or "0.5ha".

    Args:
        text: as it was typed.
        geo: where the map lies.
        shape: its rows and columns.

    Raises:
        HsiError: it is none of these, or an area is asked for and the map has no place in metres.
    """
    said = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(m2|m²|ha)?", text.strip().casefold())
    if said is None or not np.isfinite(float(said.group(1))):
        raise HsiError(say("“{text}” is no mapping unit.", text=text), say("Give it as 20 (pixels), 500m2 or 0.5ha."))
    value, unit = float(said.group(1)), said.group(2)
    if unit is None:
        return int(np.ceil(value))
    areas = pixel_areas(geo, shape)
    if areas is None:
        raise HsiError(say("The size of this map's pixels is not known."), say("Give the unit in pixels."))
    return int(np.ceil(value * (10_000 if unit == "ha" else 1) / areas.mean - 1e-9))
