"""How far around a pixel a map looks, for each level of context: what a guard must be as wide as to keep test pixels
apart from what training pixels are described by.

Averages have no end, so a share decides. A level looks so many pixels far that all pixels beyond, in rows or columns,
together weigh less than a hundredth in what its class probabilities are made from; one of them alone, changed as much
as the scene spreads, changes no probability by a thousandth. The weights are the responses of the filters to a single
pixel, computed with the filters themselves, those of the features and of the map one after the other.

Averages that stop at edges count the changes of the scene from pixel to pixel, so how far they look depends on it. The
figures are of an even field, whose steps are a quarter of the scene's median step: of scenes with noise the quietest
twentieth of the steps is like that. Where nothing changes at all, which scenes with noise do not know, an average of
60 pixels looks more than 200 far, whatever its tolerance.

Not in the figures is what comes of the whole scene and has no distance: the encoder's training, the principal
components, the scaling of features, the scene's median step, superpixels and the twins that are made from them, and the
vote among the levels. Those see all pixels, and never a test label. Loads no torch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from hsigui.cube.edge_filter import Edges, edge_smoothed
from hsigui.errors import HsiError
from hsigui.methods import registry
from hsigui.methods.levelled_probe import LevelledProbe
from hsigui.methods.probe import Probe
from hsigui.pipeline import context_features, map_parts
from hsigui.pipeline.edge_pooling import COMPONENT_REACH, ENCODER_REACH
from hsigui.specs import FeatureSpec, Level, MapSpec, PretrainSpec, Recipe
from hsigui.texts import say

SHARE = 0.01  # of the weight of all pixels, that lies beyond
EVEN = 0.25  # step from a pixel to the next in an even field, in median steps of the scene
FULL = "full"  # a guard that keeps out all that a map sees, as it is named
_TAIL = 8.0  # standard deviations to which responses are computed

Floats = NDArray[np.float64]


def levels_of(recipe: Recipe, map_spec: MapSpec | None = None, fitted: Probe | None = None) -> tuple[Level, ...]:
    """The levels of context that a map is made from; of a recipe without levels one without a name.

    Args:
        map_spec: how the map is drawn; None for the recipe's own way.
        fitted: the classifier; of several levels those count that it gives weight. None for all.
    """
    context = "" if map_spec is None else map_spec.context
    edges = recipe.edges
    rows = recipe.levels or (Level("", recipe.features, edges),)
    if isinstance(fitted, LevelledProbe):
        heard = {part.level for part in fitted.heard(context)}
    else:
        heard = {context} if recipe.levels and context else {row.name for row in rows}
    return tuple(row for row in rows if row.name in heard)


def influence(
    recipe: Recipe, halo: int, map_spec: MapSpec | None = None, fitted: Probe | None = None, *, step: float = EVEN
) -> dict[str, int]:
    """How many pixels far each level of context of a map looks; of a recipe without levels under an empty name.

    Args:
        halo: half the receptive field of the encoder's network, in pixels.
        map_spec: how the map is drawn; None for the recipe's own way.
        fitted: the classifier; of several levels those count that it gives weight. None for all.
        step: from a pixel to the next, in median steps of the scene.
    """
    drawn = recipe.map if map_spec is None else map_spec
    found = {}
    for level in levels_of(recipe, drawn, fitted):
        edges = level.edges if drawn.edges is None else drawn.edges
        found[level.name] = _distance(level.features, edges, drawn.smooth, halo, step)
    return found


def usual_halo() -> int:
    """Half the receptive field of the network that is trained where nothing else is asked for, in pixels."""
    settings = registry.settings_of(PretrainSpec()).to_json()
    return 2 * int(settings["blocks"]) + int(settings["box"]) // 2


def usual_influence() -> dict[str, int]:
    """As `influence`, of what is trained where nothing else is asked for."""
    return influence(registry.method(PretrainSpec().method).recipe, usual_halo())


def guard_of(asked: int | str, seen: Mapping[str, int]) -> int:
    """The guard in pixels that a number or the word "full" asks for.

    Args:
        seen: how far each level of context looks.

    Raises:
        HsiError: it is another word.
    """
    if isinstance(asked, int):
        return asked
    if asked != FULL:
        raise HsiError(
            say("The guard “{asked}” cannot be read.", asked=asked),
            say("Give a number of pixels, or full for all that a map sees."),
        )
    return max(seen.values(), default=0)


def covered(guard: int, seen: Mapping[str, int]) -> str:
    """Which levels of context a guard keeps out and how far the others look beyond it, in a sentence without its end.

    Args:
        guard: in pixels.
        seen: how far each level looks; under an empty name, of a map without levels.
    """
    beyond = {name: pixels for name, pixels in seen.items() if pixels > guard}
    if not beyond:
        return say("a guard of {guard} pixels covers all that the map sees in an even field", guard=guard)
    if "" in beyond:
        return say(
            "a guard of {guard} pixels does not cover what the map sees: {pixels} pixels in an even field",
            guard=guard,
            pixels=beyond[""],
        )
    further = in_words(beyond)
    if len(beyond) == len(seen):
        return say(
            "a guard of {guard} pixels covers no level of context: in an even field they see {further}",
            guard=guard,
            further=further,
        )
    return say(
        "a guard of {guard} pixels covers the context {covered}; in an even field {further} are seen",
        guard=guard,
        covered=", ".join(name for name in seen if name not in beyond),
        further=further,
    )


def in_words(seen: Mapping[str, int]) -> str:
    """How far each level of context looks, such as "mid 28, wide 50 pixels"."""
    parts = [say("{name} {pixels}", name=name, pixels=pixels).strip() for name, pixels in seen.items()]
    return say("{parts} pixels", parts=", ".join(parts))


def way_out(seen: Mapping[str, int]) -> str:
    """What to do where a guard that keeps out all leaves too little, for a hint.

    Args:
        seen: how far each level looks.
    """
    widest = max(seen.values(), default=0)
    smaller = {name: pixels for name, pixels in seen.items() if name and pixels < widest}
    if not smaller:
        return say("Choose a smaller guard, smaller blocks or a random split; the scene is too small for this one.")
    return say(
        "The scene is too small for it. A smaller guard covers maps of less context ({smaller}), drawn with --context; "
        "or choose smaller blocks.",
        smaller=in_words(smaller),
    )


def _distance(features: FeatureSpec, edges: float, smooth: float, halo: int, step: float) -> int:
    """How far a level looks: the farthest of its blocks, after the smoothing of the map."""
    drawn = _gaussian(smooth, map_parts.TRUNCATE)
    if edges:
        drawn = np.convolve(drawn, _edge_aware(map_parts.EDGE_REACH, edges, step))
    return max(own + _reached(np.convolve(block, drawn)) for block, own in _blocks(features, halo, step))


def _blocks(features: FeatureSpec, halo: int, step: float) -> Iterator[tuple[Floats, int]]:
    """The response of each block of features, and how far its values look before they are averaged."""
    if features.encoder:
        yield _gaussian(features.softened, context_features.TRUNCATE), halo
        if features.pooled:
            yield _edge_aware(ENCODER_REACH, features.pooled, step), halo
    for sigma in features.smoothed:
        yield _gaussian(sigma, context_features.TRUNCATE), 0
    for tolerance in features.edge_aware:
        yield _edge_aware(COMPONENT_REACH, tolerance, step), 0
    if features.raw or features.superpixels:
        yield np.ones(1), 0


def _reached(response: Floats) -> int:
    """The distance beyond which less than `SHARE` of the weight lies, of a response along a line: the same along rows
    and columns, so of a square of this half side the share inside is squared."""
    middle = len(response) // 2
    around = response[middle] + np.cumsum(np.concatenate([[0.0], response[middle + 1 :] + response[:middle][::-1]]))
    inside = np.square(around / response.sum())
    return int(np.argmax(1.0 - inside < SHARE))


@lru_cache(maxsize=64)
def _gaussian(sigma: float, truncate: float) -> Floats:
    """What a Gaussian makes of a single pixel, along a line of an odd number of pixels."""
    line = np.zeros(2 * int(truncate * sigma + 0.5) + 1)
    line[len(line) // 2] = 1.0
    return line if sigma == 0 else gaussian_filter1d(line, sigma, truncate=truncate, mode="constant")


@lru_cache(maxsize=64)
def _edge_aware(reach: float, tolerance: float, step: float) -> Floats:
    """What an average that stops at edges makes of a single pixel, along a line of an odd number of pixels with even
    steps from each to the next."""
    half = math.ceil(_TAIL * reach / (1.0 + reach / tolerance * step)) + 1
    line = np.zeros((1, 2 * half + 1, 1), dtype=np.float32)
    line[0, half] = 1.0
    steps = np.full((1, 2 * half), step, dtype=np.float16)
    found = edge_smoothed(line, Edges(steps, np.empty((0, 2 * half + 1), dtype=np.float16)), reach, tolerance)
    return found[0, :, 0].astype(np.float64)
