"""The colours of a single band: from its lowest to its highest value. Data: resources/color_maps.json.

No colour of any map is wholly black, which pictures keep for pixels without data.
"""

from __future__ import annotations

import json
from functools import cache

import numpy as np
from numpy.typing import NDArray

from hsigui.assets import resource
from hsigui.errors import HsiError
from hsigui.texts import say

GREY = "grey"
COLOR_MAPS: tuple[str, ...] = (GREY, "inverted", "viridis", "magma", "cividis", "diverging")
_ENDS = ((33, 102, 172), (247, 247, 247), (178, 24, 43))  # of the diverging map: blue, nearly white, red


@cache
def colors_of(name: str) -> NDArray[np.uint8]:
    """The colours of a map, 256 x 3 uint8, from the lowest value to the highest.

    Raises:
        HsiError: there is no map of that name.
    """
    if name not in COLOR_MAPS:
        raise HsiError(
            say("There is no colour map “{name}”.", name=name), say("Choose one of {maps}.", maps=", ".join(COLOR_MAPS))
        )
    if name in (GREY, "inverted"):
        steps = np.arange(256, dtype=np.uint8)
        made = np.repeat((steps if name == GREY else steps[::-1])[:, None], 3, axis=1)
    elif name == "diverging":
        at = np.linspace(0.0, 2.0, 256)
        made = np.stack([np.interp(at, (0, 1, 2), channel) for channel in zip(*_ENDS, strict=True)], axis=1)
        made = (made + 0.5).astype(np.uint8)
    else:
        made = np.frombuffer(bytes.fromhex(_stored()[name]), dtype=np.uint8).reshape(256, 3).copy()
    made[~made.any(axis=1), 2] = 1
    made.setflags(write=False)
    return made


@cache
def _stored() -> dict[str, str]:
    return dict(json.loads(resource("color_maps.json").read_text(encoding="utf-8")))
