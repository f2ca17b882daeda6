"""Room on the disk, looked at before work starts: what a run will take, held against what is free. Loads no torch."""

from __future__ import annotations

import shutil
from pathlib import Path

from hsigui.errors import HsiError
from hsigui.specs import FeatureSpec, Recipe
from hsigui.texts import say

FLOAT_BYTES, FEATURE_BYTES = 4, 2
# Values that an unfinished training keeps of each weight: itself and two moments of the optimiser, of now and of the
# best reading; the file before stays until the new one is whole.
STATES = 2 * 2 * 3
PIXEL_BYTES = 9  # beside the features: valid, edges, superpixels
SPARE = 2 * 2**20  # settings, card, and what a file system takes for itself


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


def of_features(pixels: int, encoder: int, bands: int, recipe: Recipe) -> int:
    """Bytes that the features of a scene take, with all levels of context.

    Args:
        encoder: width of the encoder's features.
        bands: good ones of the scene.
    """
    specs = {recipe.base, *(level.features for level in recipe.levels)}
    return sum(pixels * (width(spec, encoder, bands) * FEATURE_BYTES + PIXEL_BYTES) for spec in specs)


def width(spec: FeatureSpec, encoder: int, bands: int) -> int:
    """How many features a pixel has by a recipe."""
    blocks = len(spec.smoothed) + len(spec.superpixels) + len(spec.edge_aware)
    return encoder * spec.encoder + bands * spec.raw + min(spec.components, bands) * blocks


def require_room(folder: Path, run: int, features: int, *, must: bool) -> str:
    """What is to be said of a disk that is too small; empty where all fits.

    Args:
        folder: where the run is to be written.
        run, features: bytes that they take.
        must: the run is asked for there, rather than kept in passing.

    Raises:
        HsiError: the run does not fit, and must.
    """
    there = free(folder)
    if there is None or run + features <= there:
        return ""
    if run > there and must:
        raise HsiError(
            say(
                "The disk of {folder} is too full for this run: {free:.1f} MB are free, and it takes about "
                "{needed:.1f} MB.",
                folder=folder,
                free=there / 1e6,
                needed=run / 1e6,
            ),
            say("Make room, or choose a folder on another disk."),
        )
    return say(
        "The disk of {folder} is nearly full: {free:.1f} MB are free, and the run with its features takes about "
        "{needed:.1f} MB. What does not fit stays in memory, and is lost when the program ends.",
        folder=folder,
        free=there / 1e6,
        needed=(run + features) / 1e6,
    )
