"""Room on the disk, looked at before work starts: what a run will take, held against what is free. Loads no torch."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.cube import limits, working_memory
from hsigui.errors import HsiError
from hsigui.pipeline import levels
from hsigui.sizes import size_text
from hsigui.specs import FeatureSpec, Recipe
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube
    from hsigui.methods.checkpoint import Encoder

FLOAT_BYTES, FEATURE_BYTES = 4, 2
# Values that an unfinished training keeps of each weight: itself and two moments of the optimiser, of now and of the
# best reading; the file before stays until the new one is whole.
STATES = 2 * 2 * 3
LEVEL_BYTES = 5  # of a pixel in each level, beside its features: valid, edges
SUPERPIXEL_BYTES = 4  # of a pixel, once for all levels
SPARE = 2 * 2**20  # settings, card, and what a file system takes for itself


class HeldNowhere(HsiError):  # noqa: N818 - named for what it tells, like HsiError's messages
    """Features that fit neither on the disk nor into memory."""


def free(folder: Path) -> int | None:
    """Bytes that are free where a folder is or will be; None where the system does not say."""
    there = folder.expanduser().absolute()
    while not there.exists() and there != there.parent:
        there = there.parent
    try:
        return shutil.disk_usage(there).free
    except OSError:
        return None


def of_training(weights: int) -> int:
    """Bytes that a run of so many weights takes at most while it is trained."""
    return (1 + STATES) * weights * FLOAT_BYTES + SPARE


@dataclass(frozen=True)
class FeatureRoom:
    """Bytes that features take.

    Attributes:
        first: right after the training.
        later: beside these, once labels have asked for the other levels of context.
    """

    first: int = 0
    later: int = 0

    def __add__(self, other: FeatureRoom) -> FeatureRoom:
        return FeatureRoom(self.first + other.first, self.later + other.later)


def of_features(scenes: Iterable[int], encoder: int, bands: int, recipe: Recipe) -> FeatureRoom:
    """Bytes that the features of scenes take.

    Args:
        scenes: the pixels of each.
        encoder: width of the encoder's features.
        bands: good ones of the scenes.
    """
    return sum((_of_scene(pixels, encoder, bands, recipe) for pixels in scenes), FeatureRoom())


def _of_scene(pixels: int, encoder: int, bands: int, recipe: Recipe) -> FeatureRoom:
    def of_level(spec: FeatureSpec) -> int:
        return pixels * (width(spec, encoder, bands) * FEATURE_BYTES + LEVEL_BYTES)

    first = of_level(recipe.base)
    others = sum(of_level(level.features) for level in recipe.levels if level.features != recipe.base)
    more = others + (pixels * SUPERPIXEL_BYTES if recipe.levels else 0)
    return FeatureRoom(first + more) if levels.made_at_once(pixels) else FeatureRoom(first, more)


def width(spec: FeatureSpec, encoder: int, bands: int) -> int:
    """How many features a pixel has by a recipe."""
    blocks = len(spec.smoothed) + len(spec.superpixels) + len(spec.edge_aware)
    return encoder * spec.encoder + bands * spec.raw + min(spec.components, bands) * blocks


def holds(folder: Path | None, size: int) -> bool:
    """Whether features of so many bytes can be held anywhere: on the disk of a folder, or in memory, of which half is
    left to the rest of the work."""
    there = 0 if folder is None else free(folder)
    return there is None or size <= max(there, (working_memory.room() or limits.memory_limit()) // 2)


def holds_features(folder: Path | None, cube: Cube, encoder: Encoder) -> bool:
    """Whether the first features of a scene by an encoder can be held anywhere."""
    size = of_features([cube.rows * cube.cols], encoder.width, len(encoder.transform.good), encoder.recipe)
    return holds(folder, size.first)


def require_held(name: str, folder: Path | None, size: int) -> None:
    """Refuses features that can be held nowhere.

    Args:
        name: of the scene.
        folder: where they are to lie; None for in memory.
        size: their bytes.

    Raises:
        HeldNowhere: they fit neither on the disk nor into memory.
    """
    if holds(folder, size):
        return
    raise HeldNowhere(
        say(
            "The features of {name} would take {size}, which neither the disk nor the memory can hold.",
            name=name,
            size=size_text(size),
        ),
        say("Name a folder to keep them in, or cut out the part that you need, and map that.")
        if folder is None
        else say("Cut out the part that you need with hsigui prepare --rows --cols, and classify that."),
    )


def require_room(folder: Path, run: int, features: FeatureRoom, *, must: bool) -> str:
    """What is to be said of a disk that is too small; empty where all fits.

    Args:
        folder: where the run is to be written.
        run: bytes that it takes.
        must: the run is asked for there, rather than kept in passing.

    Raises:
        HsiError: the run does not fit, and must.
    """
    there = free(folder)
    if there is None or run + features.first + features.later <= there:
        return ""
    if run > there and must:
        raise HsiError(
            say(
                "The disk of {folder} is too full for this run: {free} are free, and it takes about {needed}.",
                folder=folder,
                free=size_text(there),
                needed=size_text(run),
            ),
            say("Make room, or choose a folder on another disk."),
        )
    if run + features.first <= there:
        return say(
            "The disk of {folder} has {free} free: enough for the run with its first features (about "
            "{needed}), not for the wider levels of context too, which labels will ask for (about {later} "
            "more). What does not fit stays in memory, and is lost when the program ends.",
            folder=folder,
            free=size_text(there),
            needed=size_text(run + features.first),
            later=size_text(features.later),
        )
    if not holds(folder, features.first):
        return say(
            "The features of all pixels would take {needed}, which neither the disk of {folder} ({free} "
            "free) nor the memory can hold: the encoder is trained, and they are not made.",
            folder=folder,
            free=size_text(there),
            needed=size_text(features.first),
        )
    return say(
        "The disk of {folder} is nearly full: {free} are free, and the run with its features takes about "
        "{needed}. What does not fit stays in memory, and is lost when the program ends.",
        folder=folder,
        free=size_text(there),
        needed=size_text(run + features.first),
    )
