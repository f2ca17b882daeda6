"""Maps of single levels of context, drawn to compare levels and to mix them. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hsigui.jobs import Context
from hsigui.methods.probe import Probe
from hsigui.pipeline import cores
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.features import Features
from hsigui.pipeline.level_candidates import Candidate
from hsigui.pipeline.map_parts import Box, MapPart, Mixed, blended, drawn_as
from hsigui.specs import MapSpec

_N = TypeVar("_N", bound=np.generic)
WINDOW = 96  # side of the parts of a scene that are looked at


class Drawing:
    """Maps of the candidates on parts of the scene, or on all of it.

    Attributes:
        boxes: the parts, all of one size.
        spec: how the map is drawn.
        ctx: of the job.
    """

    def __init__(self, candidates: Sequence[Candidate], boxes: Sequence[Box], spec: MapSpec, ctx: Context) -> None:
        self._candidates, self.boxes, self.spec, self.ctx = candidates, boxes, spec, ctx
        self._drawn: dict[int, tuple[Probe, list[Mixed]]] = {}  # by the number of the candidate: its last maps

    def on(self, boxes: Sequence[Box]) -> Drawing:
        """The same of other parts of the scene."""
        return Drawing(self._candidates, boxes, self.spec, self.ctx)

    @staticmethod
    def cut(array: NDArray[_N], box: Box) -> NDArray[_N]:
        """The part of a raster (rows x cols) in a box."""
        return array[box[0] : box[2], box[1] : box[3]]

    def probabilities(self, probes: Sequence[Probe], wanted: Sequence[bool]) -> list[list[Mixed]]:
        """Class probabilities by each wanted candidate, in their order, in every box. They are drawn side by side on
        the processor's cores, each alone: its numbers are the same whatever else is drawn, on however many cores."""
        missing = [
            number
            for number, is_wanted in enumerate(wanted)
            if is_wanted and (number not in self._drawn or self._drawn[number][0] is not probes[number])
        ]
        for number, maps in zip(missing, cores.each(lambda n: self._maps(n, probes[n]), missing), strict=True):
            self._drawn[number] = probes[number], maps
        return [self._drawn[number][1] for number, is_wanted in enumerate(wanted) if is_wanted]

    def _maps(self, number: int, probe: Probe) -> list[Mixed]:
        candidate = self._candidates[number]
        part = MapPart(candidate.features, candidate.folded(probe), 1.0, drawn_as(self.spec, candidate.edges))
        return [part.probabilities(box, self.ctx) for box in self.boxes]

    def votes(self, probes: Sequence[Probe]) -> NDArray[np.float64]:
        """The share of pixels that each map gives the class of their neighbours in the map of single pixels: one a
        candidate."""
        drawn = [[m.argmax(axis=2) for m in maps] for maps in self.probabilities(probes, [True] * len(probes))]
        valid = [self.cut(self._candidates[0].features.valid, box) for box in self.boxes]
        count = len(probes[0].numbers)
        around = [rule.majority(first, there, count) for first, there in zip(drawn[0], valid, strict=True)]
        total = max(1, sum(int(there.sum()) for there in valid))
        agreed = cores.each(
            lambda maps: sum(int(((m == a) & v).sum()) for m, a, v in zip(maps, around, valid, strict=True)), drawn
        )
        return np.array(agreed) / total

    def mixture(
        self, probes: Sequence[Probe], weights: Sequence[float], *, every: bool = False
    ) -> list[tuple[Mixed, list[NDArray[np.intp]]]]:
        """The mixture of the candidates that have a weight, in every box (rows x cols x classes); and the class that
        each of them has there, as indices (rows x cols), where `every` asks for it."""
        heard = [weight for weight in weights if weight]
        maps = self.probabilities(probes, [weight > 0 for weight in weights])
        found = []
        for number in range(len(self.boxes)):
            each = [of_one[number].argmax(axis=2) for of_one in maps] if every else []
            found.append((_blended([of_one[number] for of_one in maps], heard), each))
        return found


def _blended(maps: Sequence[Mixed], weights: Sequence[float]) -> Mixed:
    """As `blended`, some rows on each core; the maps stay as they are."""
    parts = cores.pieces(len(maps[0]))
    return np.concatenate(cores.each(lambda rows: blended((m[rows].copy() for m in maps), weights), parts))


def windows(features: Features, count: int) -> list[Box]:
    """Parts of a scene, about so many of one size, evenly over it; at least one with a valid pixel, or its corner."""
    rows, cols = features.shape
    height, width = min(WINDOW, rows), min(WINDOW, cols)
    across = max(1, round((count * cols / rows) ** 0.5))
    found = []
    for down in np.linspace(0, rows - height, max(1, count // across)).astype(int).tolist():
        for right in np.linspace(0, cols - width, across).astype(int).tolist():
            if features.valid[down : down + height, right : right + width].any():
                found.append((down, right, down + height, right + width))
    return found or [(0, 0, height, width)]
