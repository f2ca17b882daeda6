"""Drawing the map: class and confidence of every pixel. Loads no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.jobs import Context
from hsigui.methods.calibration import tempered
from hsigui.methods.probe import Probe
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline import cores, mapped
from hsigui.pipeline.features import Features
from hsigui.pipeline.map_parts import PIECE_PIXELS, Box, MapPart, Mixed, drawn_as, halo_of, mixed, parts_of
from hsigui.specs import EDGES, MapSpec
from hsigui.texts import say

if TYPE_CHECKING:
    import xarray

    from hsigui.cube.cube import Geo
    from hsigui.labels.classes import ClassTable

BLOCK_VALUES = 64_000_000  # class probabilities held at once (256 MB)
BLOCK_PART, BLOCK_EACH = 0.4, 16  # of a limit of memory; bytes that each takes while it is smoothed
EMPTIED_ROWS = 1_024
SMALLEST_STEP = 16  # rows: where memory runs out blocks are halved down to this
GLIMPSE = 0.6  # of the scene


@dataclass(frozen=True)
class ClassMap:
    """A classification map. Its probabilities are calibrated, where the probe is (`methods.calibration`).

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
        """A map without any class; with room for so many probabilities a pixel. What is too large for a limit of memory
        lies in files that go with it.

        Raises:
            HsiError: it lies in no file either.
        """
        confidence, entropy, margin = (mapped.scratch((rows, cols), np.float32) for _ in range(3))
        room = mapped.scratch((rows, cols, kept), np.float32) if kept else None
        found = cls(mapped.scratch((rows, cols), np.uint16), confidence, entropy, margin, room)
        for top in range(0, rows, EMPTIED_ROWS):
            for layer in (confidence, entropy, margin):
                layer[top : top + EMPTIED_ROWS] = np.nan
            found.let_go()
        return found

    def columns(self, left: int, right: int) -> ClassMap:
        """Some columns of it, the last one exclusive: written to, it is written to."""
        kept = None if self.probabilities is None else self.probabilities[:, left:right]
        part = slice(left, right)
        return ClassMap(
            self.classes[:, part], self.confidence[:, part], self.entropy[:, part], self.margin[:, part], kept
        )

    def let_go(self) -> None:
        """Lets go of what lies in files, see `mapped`."""
        for layer in (self.classes, self.confidence, self.entropy, self.margin, self.probabilities):
            if layer is not None:
                mapped.let_go(layer)

    def to_xarray(self, classes: ClassTable | None = None, geo: Geo | None = None) -> xarray.Dataset:
        """The map as a dataset of xarray: `classes`, `confidence`, `entropy`, `margin`, each rows x cols.

        Args:
            classes: names and colours; None for those that numbers have by themselves. A `Result` knows both.
            geo: where the map lies.

        Raises:
            HsiError: xarray is not installed.
        """
        from hsigui.pipeline.map_arrays import dataset_of

        return dataset_of(self, classes, geo)

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from hsigui.pipeline.cards import card_of_map

        return card_of_map(self)


def classify(
    features: Features, probe: Probe, spec: MapSpec | None, ctx: Context, *, keep: bool = False, box: Box | None = None,
    drawn: Mixed | None = None,
) -> ClassMap:  # fmt: skip
    """Classifies every pixel that has data, by blocks of rows; the blocks do not show.

    A probe of several levels of context is drawn level by level: the probabilities of each are smoothed as that level
    asks, and their logarithms averaged by weight. At the end, and nowhere else, the probabilities are calibrated as the
    probe says; the classes are those from before.

    Args:
        spec: how to draw; None for the recipe of the features.
        keep: the class probabilities too (4 bytes a pixel and class).
        box: the part of the scene to map: top, left, bottom, right (the last two exclusive); None for all of it. Its
            map is the same as that part of the whole one, but for a thousandth of a probability at most.
        drawn: class probabilities of the whole scene by this probe and spec, where they are known already; used up.

    Raises:
        HsiError: a smoothing up to edges is asked for and the features know of none.
        Cancelled: through the context.
    """
    spec = features.recipe.map if spec is None else spec
    parts = parts_of(features, probe, spec, ctx)
    top, left, bottom, right = box or (0, 0, *features.shape)
    found = ClassMap.empty(bottom - top, right - left, len(probe.numbers) if keep else 0)
    if drawn is not None:
        _decide(drawn, probe, features.valid, found, 0)
        return found
    halo = max(halo_of(part.spec) for part in parts)
    for first, last in _strips(left, right, halo, len(probe.numbers)):
        strip = _Strip(parts, probe, (top, first, bottom, last), halo, found.columns(first - left, last - left))
        _draw(strip, (first - left) / (right - left), (last - left) / (right - left), ctx)
    return found


@dataclass(frozen=True)
class _Strip:
    """Some columns of a map that is drawn, all its rows.

    Attributes:
        box: of the scene: top, left, bottom, right, the last two exclusive.
        found: the map of it.
    """

    parts: Sequence[MapPart]
    probe: Probe
    box: Box
    halo: int
    found: ClassMap


def _strips(left: int, right: int, halo: int, classes: int) -> list[tuple[int, int]]:
    """Columns that are drawn one after the other: all at once, unless a limit of memory is too small for a few rows of
    them."""
    most = working_memory.within(BLOCK_VALUES, BLOCK_PART, BLOCK_EACH)
    wide = max(SMALLEST_STEP, most // ((SMALLEST_STEP + 2 * halo) * classes) - 2 * halo)
    if working_memory.limit() is None or wide >= right - left:
        return [(left, right)]
    return [(first, min(right, first + wide)) for first in range(left, right, wide)]


def _draw(strip: _Strip, begun: float, ended: float, ctx: Context) -> None:
    """Draws a strip by blocks of rows. Tells progress from one part of the whole map to another."""
    (top, left, bottom, right), parts, probe, halo = strip.box, strip.parts, strip.probe, strip.halo
    features = parts[0].features
    around = max(0, left - halo), min(features.shape[1], right + halo)
    most = working_memory.within(BLOCK_VALUES, BLOCK_PART, BLOCK_EACH)
    step = max(16, most // ((around[1] - around[0]) * len(probe.numbers)) - 2 * halo)
    start = top
    while start < bottom:
        part = begun + (ended - begun) * (start - top) / (bottom - top)
        ctx.progress(part * (bottom - top), bottom - top, say("Drawing the map"))
        stop, ran_out = min(bottom, start + step), False
        outer = max(0, start - halo), around[0], min(features.shape[0], stop + halo), around[1]
        try:
            with one_blas_thread():
                probabilities = mixed(parts, outer, ctx)
            valid = features.valid[outer[0] : outer[2], outer[1] : outer[3]]
            inner = slice(start - outer[0], stop - outer[0]), slice(left - outer[1], right - outer[1])
            _decide(probabilities[inner], probe, valid[inner], strip.found, start - top)
        except MemoryError:
            if step <= SMALLEST_STEP:
                raise
            ran_out = True
        # Outside of the handler: there the error's frames would still hold what is to be freed.
        if ran_out:
            step = max(SMALLEST_STEP, min(step, bottom - top) // 2)
        else:
            start = stop
            strip.found.let_go()


def decided(probabilities: Mixed, probe: Probe, valid: NDArray[np.bool_], *, keep: bool = False) -> ClassMap:
    """The map of class probabilities (rows x cols x classes, used up) that are mixed and smoothed already; `valid` is
    rows x cols. With `keep` it has them too."""
    found = ClassMap.empty(valid.shape[0], valid.shape[1], len(probe.numbers) if keep else 0)
    _decide(probabilities, probe, valid, found, 0)
    return found


def is_quick_glimpse(shape: tuple[int, int], box: Box, spec: MapSpec) -> bool:
    """Whether mapping a part of a scene (rows, cols) with all that it depends on is much less work than all of it."""
    halo = halo_of(drawn_as(spec, EDGES))
    rows = min(shape[0], box[2] + halo) - max(0, box[0] - halo)
    cols = min(shape[1], box[3] + halo) - max(0, box[1] - halo)
    return rows * cols < GLIMPSE * shape[0] * shape[1]


def _decide(
    probabilities: NDArray[np.float32], probe: Probe, valid: NDArray[np.bool_], found: ClassMap, first: int
) -> None:
    """Fills in the rows of a map from a first one on, some on each core. The probabilities are changed."""
    cores.each(
        lambda rows: _decide_rows(probabilities[rows], probe, valid[rows], found, first + rows.start),
        cores.pieces(len(probabilities)),
    )


def _decide_rows(
    probabilities: NDArray[np.float32], probe: Probe, valid: NDArray[np.bool_], found: ClassMap, first: int
) -> None:
    """As `_decide`; few rows at a time, so that what is needed for it stays in the cache of the processor."""
    step = max(1, PIECE_PIXELS // probabilities.shape[1])
    temperature = 1.0 if probe.calibration is None else probe.calibration.temperature
    for start in range(0, len(probabilities), step):
        part, known = probabilities[start : start + step], valid[start : start + step]
        rows = slice(first + start, first + start + len(part))
        best = part.argmax(axis=2)  # before the temperature, which may make two that are nearly alike equal
        tempered(part, temperature)
        if found.probabilities is not None:
            found.probabilities[rows] = np.where(known[..., None], part, np.nan)
        entropy = -(part * np.log(np.maximum(part, 1e-12))).sum(axis=2) / np.log(len(probe.numbers))
        found.entropy[rows] = np.where(known, entropy, np.nan)
        sure = np.take_along_axis(part, best[..., None], axis=2)[..., 0]
        found.classes[rows] = np.where(known, probe.numbers[best], 0)
        found.confidence[rows] = np.where(known, sure, np.nan)
        np.put_along_axis(part, best[..., None], -1.0, axis=2)  # now the largest is the next best
        found.margin[rows] = np.where(known, sure - part.max(axis=2), np.nan)
