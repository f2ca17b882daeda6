"""How far around a tile the scene is read, and how large tiles may be. Loads no torch.

Gaussians and networks end somewhere: with a border as wide as they are, the pixels of a tile are those of a map that is
made in one piece. Averages that stop at edges have no end. Their border is half as wide again as `influence` says that
they look in an even field; what lies beyond is left out. Of Indian Pines by LSCoSa no class differs from the map in one
piece with two thirds of that border, and the confidence by 4e-6 at most; with a third of it by 1.5e-4.
"""

from __future__ import annotations

from hsigui.cube.edge_filter import GUIDE_SIGMA
from hsigui.errors import HsiError
from hsigui.methods.probe import Probe
from hsigui.pipeline import context_features, map_parts
from hsigui.pipeline.influence import influence, levels_of
from hsigui.sizes import size_text
from hsigui.specs import Level, MapSpec, Recipe
from hsigui.texts import say

USUAL = 512  # side of a tile in pixels where memory is not limited
SIDES = (1024, 768, 512, 384, 256, 192, 128, 96, 64)
SMALLEST, LARGEST = 16, 8192
PROGRAM_BYTES = 900_000_000  # of a worker with PyTorch loaded, a network at work and columns that are smoothed
TIMES = 1.5  # as far as `influence` says


def border_of(recipe: Recipe, halo: int, spec: MapSpec, probe: Probe | None) -> int:
    """Pixels around a tile that its map depends on.

    Args:
        halo: half the receptive field of the encoder's network.
        spec: how the map is drawn.
        probe: the classifier; of several levels of context those count that it gives weight. None for all.
    """
    levels = levels_of(recipe, spec, probe)
    exact = max(_exact(level, halo) for level in levels) + int(map_parts.TRUNCATE * spec.smooth + 0.5)
    if not any(needs_edges(level, spec) for level in levels):
        return exact
    averaged = max(influence(recipe, halo, spec, probe).values())
    return max(exact, int(TIMES * averaged)) + int(context_features.TRUNCATE * GUIDE_SIGMA + 0.5) + 1


def _exact(level: Level, halo: int) -> int:
    """How far the network and the Gaussians of a level look."""
    features = level.features
    found = [int(context_features.TRUNCATE * sigma + 0.5) for sigma in features.smoothed]
    if features.encoder:
        found.append(halo + int(context_features.TRUNCATE * features.softened + 0.5))
    return max(found, default=0)


def needs_edges(level: Level, spec: MapSpec) -> bool:
    """Whether a level, or the map that is drawn from it, is averaged up to the edges of the scene."""
    features = level.features
    drawn = level.edges if spec.edges is None else spec.edges
    return bool(drawn or features.edge_aware or (features.encoder and features.pooled))


def side_for(memory: int | None, border: int, features: int, classes: int) -> int:
    """The side of a tile whose worker keeps to a limit.

    Args:
        memory: bytes that a worker may take; None for no limit.
        border: pixels around a tile that are read with it.
        features: columns that are held at once.
        classes: that the map may have.

    Raises:
        HsiError: not even the smallest tile fits.
    """
    if memory is None:
        return USUAL
    for side in SIDES:
        if bytes_for(side, border, features, classes) <= memory:
            return side
    needed = bytes_for(SIDES[-1], border, features, classes)
    raise HsiError(
        say("A worker needs {needed} for a tile of {side} pixels, and may take {memory}.",
            needed=size_text(needed), side=SIDES[-1], memory=size_text(memory)),
        say("Give each more memory, or draw the map with less context (--context narrow)."),
    )  # fmt: skip


def bytes_for(side: int, border: int, features: int, classes: int) -> int:
    """About how much memory a worker takes for tiles of a side; arguments as of `side_for`."""
    pixel = 2 * features + 3 * 4 * classes + 40
    return PROGRAM_BYTES + (side + 2 * border) ** 2 * pixel
