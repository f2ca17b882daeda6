"""Drawing the map: class and confidence of every pixel. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube.edge_filter import Edges, edge_smoothed
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods.probe import LinearProbe, Probe
from hsigui.pipeline.features import Features
from hsigui.specs import MapSpec
from hsigui.texts import say

Box = tuple[int, int, int, int]
BLOCK_VALUES = 64_000_000  # class probabilities held at once (256 MB)
PIECE_PIXELS = 4_096  # pixels classified between two looks at whether to stop
GLIMPSE = 0.6  # of the scene
EDGE_REACH = 20.0  # pixels
EDGE_HALO = 80  # rows: what lies further away weighs less than a thousandth
TRUNCATE = 3.0  # standard deviations at which the smoothing Gaussian is cut off


@dataclass(frozen=True)
class ClassMap:
    """A classification map.

    Attributes:
        classes: rows x cols uint16; 0 where the cube has no data.
        confidence: rows x cols float32, the probability of the chosen class; NaN where the cube has no data.
        entropy: rows x cols float32, of the class probabilities, 0 (sure) to 1 (all alike); NaN likewise.
        margin: rows x cols float32, the probability of the chosen class less that of the next best; NaN likewise.
        probabilities: rows x cols x classes float32 in the order of the probe's numbers, NaN likewise; None unless
            they were to be kept.
    """

    classes: NDArray[np.uint16]
    confidence: NDArray[np.float32]
    entropy: NDArray[np.float32]
    margin: NDArray[np.float32]
    probabilities: NDArray[np.float32] | None = None

    @classmethod
    def empty(cls, rows: int, cols: int, kept: int = 0) -> ClassMap:
        """A map without any class; with room for so many probabilities a pixel."""
        confidence, entropy, margin = (np.full((rows, cols), np.nan, dtype=np.float32) for _ in range(3))
        room = np.empty((rows, cols, kept), dtype=np.float32) if kept else None
        return cls(np.zeros((rows, cols), dtype=np.uint16), confidence, entropy, margin, room)


def classify(
    features: Features, probe: Probe, spec: MapSpec | None, ctx: Context, *, keep: bool = False, box: Box | None = None
) -> ClassMap:
    """Classifies every pixel that has data, by blocks of rows; the blocks do not show.

    Args:
        spec: how to draw; None for the recipe of the features.
        keep: the class probabilities too (4 bytes a pixel and class).
        box: the part of the scene to map: top, left, bottom, right (the last two exclusive); None for all of it. Its
            map is the same as that part of the whole one, but for a thousandth of a probability at most.

    Raises:
        HsiError: a smoothing up to edges is asked for and the features know of none.
        Cancelled: through the context.
    """
    spec = features.recipe.map if spec is None else spec
    if spec.edges and features.edges is None:
        raise HsiError(say("The edges of this scene are not known."), say("Switch the smoothing within edges off."))
    top, left, bottom, right = box or (0, 0, *features.shape)
    found = ClassMap.empty(bottom - top, right - left, len(probe.numbers) if keep else 0)
    halo = _halo(spec)
    around = max(0, left - halo), min(features.shape[1], right + halo)
    step = max(16, BLOCK_VALUES // ((around[1] - around[0]) * len(probe.numbers)) - 2 * halo)
    reader = _Reader(features, probe)
    for start in range(top, bottom, step):
        ctx.progress(start - top, bottom - top, say("Drawing the map"))
        stop = min(bottom, start + step)
        outer = max(0, start - halo), around[0], min(features.shape[0], stop + halo), around[1]
        probabilities = reader.probabilities(outer, ctx)
        valid = features.valid[outer[0] : outer[2], outer[1] : outer[3]]
        edges = None if features.edges is None else features.edges.part(*outer)
        _regularise(probabilities, valid, edges, spec, ctx)
        inner = slice(start - outer[0], stop - outer[0]), slice(left - outer[1], right - outer[1])
        _decide(probabilities[inner], probe, valid[inner], found, start - top)
    return found


def is_quick_glimpse(shape: tuple[int, int], box: Box, spec: MapSpec) -> bool:
    """Whether mapping a part of a scene (rows, cols) with all that it depends on is much less work than all of it."""
    halo = _halo(spec)
    rows = min(shape[0], box[2] + halo) - max(0, box[0] - halo)
    cols = min(shape[1], box[3] + halo) - max(0, box[1] - halo)
    return rows * cols < GLIMPSE * shape[0] * shape[1]


class _Reader:
    """Gives class probabilities of parts of a scene. What a linear probe would do to standardised features it does to
    the features as they are kept, so that no standardised copy of a scene is made."""

    def __init__(self, features: Features, probe: Probe) -> None:
        self._features, self._probe = features, probe
        used = slice(None) if probe.columns is None else probe.columns
        self._raw = None
        if isinstance(probe, LinearProbe):
            self._raw = probe.of_unstandardised(features.mean[used], features.sd[used])

    def probabilities(self, box: Box, ctx: Context) -> NDArray[np.float32]:
        """Class probabilities of a part of the scene, rows x cols x classes."""
        top, left, bottom, right = box
        out = np.empty((bottom - top, right - left, len(self._probe.numbers)), dtype=np.float32)
        step = max(1, PIECE_PIXELS // (right - left))
        for start in range(top, bottom, step):
            ctx.check()
            stop = min(bottom, start + step)
            out[start - top : stop - top] = self._of(np.asarray(self._features.array[start:stop, left:right]))
        return out

    def _of(self, window: NDArray[np.float16]) -> NDArray[np.float32]:
        columns = self._probe.columns
        if self._raw is None:
            return self._probe.probabilities(self._features.standardised(window, columns))
        return self._raw.probabilities((window if columns is None else window[..., columns]).astype(np.float32))


def _halo(spec: MapSpec) -> int:
    """Rows around a block that its map depends on."""
    return int(TRUNCATE * spec.smooth + 0.5) + (EDGE_HALO if spec.edges else 0)


def _regularise(
    probabilities: NDArray[np.float32], valid: NDArray[np.bool_], edges: Edges | None, spec: MapSpec, ctx: Context
) -> None:
    """Makes the probabilities of neighbouring pixels alike, in place, as the settings say; they still sum to 1."""
    if spec.edges > 0 and edges is not None:
        probabilities[...] = edge_smoothed(probabilities, edges, EDGE_REACH, spec.edges, ctx.check)
    if spec.smooth > 0:
        _smooth(probabilities, valid, spec.smooth, ctx)


def _decide(
    probabilities: NDArray[np.float32], probe: Probe, valid: NDArray[np.bool_], found: ClassMap, first: int
) -> None:
    """Fills in the rows of a map from a first one on; few at a time, so that what is needed for it stays in the cache
    of the processor. The probabilities are changed."""
    step = max(1, PIECE_PIXELS // probabilities.shape[1])
    for start in range(0, len(probabilities), step):
        part, known = probabilities[start : start + step], valid[start : start + step]
        rows = slice(first + start, first + start + len(part))
        if found.probabilities is not None:
            found.probabilities[rows] = np.where(known[..., None], part, np.nan)
        entropy = -(part * np.log(np.maximum(part, 1e-12))).sum(axis=2) / np.log(len(probe.numbers))
        found.entropy[rows] = np.where(known, entropy, np.nan)
        best = part.argmax(axis=2)
        sure = np.take_along_axis(part, best[..., None], axis=2)[..., 0]
        found.classes[rows] = np.where(known, probe.numbers[best], 0)
        found.confidence[rows] = np.where(known, sure, np.nan)
        np.put_along_axis(part, best[..., None], -1.0, axis=2)  # now the largest is the next best
        found.margin[rows] = np.where(known, sure - part.max(axis=2), np.nan)


def _smooth(probabilities: NDArray[np.float32], valid: NDArray[np.bool_], sigma: float, ctx: Context) -> None:
    """Gaussian means of the probabilities over valid pixels, in place; they still sum to 1."""
    weight = gaussian_filter(valid.astype(np.float32), sigma, truncate=TRUNCATE)
    weight[~valid] = 1.0
    for number in range(probabilities.shape[2]):
        ctx.check()
        layer = probabilities[..., number] * valid
        probabilities[..., number] = gaussian_filter(layer, sigma, truncate=TRUNCATE) / weight
