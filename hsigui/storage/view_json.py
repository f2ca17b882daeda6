"""How a scene is looked at, as JSON, and back.

Versions before single bands and kinds of stretch wrote the three bands and the two percentiles only, and read these
alone: they are what they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from hsigui.cube.color_maps import COLOR_MAPS, GREY
from hsigui.cube.render import ViewState
from hsigui.cube.stretch import ByHand, Stretch


def view_to_json(view: ViewState) -> dict[str, Any]:
    """A view as values of JSON."""
    return asdict(view)


def view_from_json(values: Mapping[str, Any]) -> ViewState:
    """A view of what any version wrote.

    Raises:
        KeyError, TypeError, ValueError, AttributeError, HsiError: it is none.
    """
    red, green, blue = (int(values[name]) for name in ("red", "green", "blue"))
    low, high = float(values["low"]), float(values["high"])
    if not 0 <= low < high <= 100:
        raise ValueError("no percentiles")
    single, colors = values.get("single"), str(values.get("colors", GREY))
    return ViewState(
        red,
        green,
        blue,
        low,
        high,
        None if single is None else int(single),
        colors if colors in COLOR_MAPS else GREY,
        _stretch_from(values.get("stretch", {})),
    )


def _stretch_from(values: Mapping[str, Any]) -> Stretch:
    plain = Stretch()
    within = values.get("within")
    if within is not None:
        top, left, bottom, right = (int(value) for value in within)
        within = top, left, bottom, right
    by_hand = tuple(
        ByHand(
            tuple(int(band) for band in ends["bands"]), int(ends["channel"]), float(ends["low"]), float(ends["high"])
        )
        for ends in values.get("by_hand", ())
    )
    return Stretch(
        str(values.get("kind", plain.kind)),
        float(values.get("deviations", plain.deviations)),
        float(values.get("gamma", plain.gamma)),
        bool(values.get("decorrelated", plain.decorrelated)),
        within,
        by_hand,
    )
