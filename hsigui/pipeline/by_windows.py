"""Scenes too large to be held while an encoder is trained: what is said of them, and which limit decided it."""

from __future__ import annotations

from collections.abc import Sequence

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.cube.transform import SAMPLE_PIXELS, sampled_pixels
from hsigui.methods.plan import Plan
from hsigui.methods.scene import RESIDENT_VALUES, SceneValues, held_values
from hsigui.sizes import size_text
from hsigui.texts import say


def deciding_limit(cubes: Sequence[Cube], plan: Plan) -> str:
    """The limit of memory in words, where it decides what a training of some cubes sees; else empty."""
    limit = working_memory.limit()
    if limit is None:
        return ""
    bands = len(cubes[0].good_bands)
    pixels = sum(cube.rows * cube.cols for cube in cubes)
    values = pixels * (bands if plan.components is None else min(bands, plan.components))
    fewer_sampled = sampled_pixels(bands) < min(pixels, SAMPLE_PIXELS)
    by_windows = held_values() < min(values, RESIDENT_VALUES)
    return f"{limit / 1e9:g} GB" if fewer_sampled or by_windows else ""


def told(scene: SceneValues, cubes: Sequence[Cube]) -> str:
    """What is to be said of a scene (of several cubes, maybe) that the training reads by windows; empty for one that is
    held."""
    if scene.whole is not None:
        return ""
    return say(
        "The scene takes {size} as the network reads it, and {held} of scenes are held: the training "
        "reads windows of it from the file. Mean and spread of the bands are of a sample of its rows, at most "
        "{count:,} pixels.",
        size=size_text(sum(cube.rows * cube.cols for cube in cubes) * scene.channels * 4),
        held=size_text(held_values() * 4),
        count=sampled_pixels(len(cubes[0].good_bands)),
    )
