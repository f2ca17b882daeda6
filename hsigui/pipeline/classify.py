"""Drawing the map: class and confidence of every pixel. Loads no torch."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube import working_memory
from hsigui.cube.edge_filter import Edges, edge_smoothed
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods.calibration import tempered
from hsigui.methods.levelled_probe import LevelledProbe, Part
from hsigui.methods.probe import LinearProbe, Probe, shares
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline import cores, mapped
from hsigui.pipeline.feature_file import FeatureFile
from hsigui.pipeline.features import Features, widened
from hsigui.specs import EDGES, MapSpec
from hsigui.texts import say

if TYPE_CHECKING:
    import xarray

    from hsigui.cube.cube import Geo
    from hsigui.labels.classes import ClassTable

Box = tuple[int, int, int, int]
Mixed = NDArray[np.float32]  # class probabilities, rows x cols x classes
FLOOR = 1e-6  # a probability below counts as this: one level alone must not rule a class out
BLOCK_VALUES = 64_000_000  # class probabilities held at once (256 MB)
BLOCK_PART, BLOCK_EACH = 0.4, 16  # of a limit of memory; bytes that each takes while it is smoothed
EMPTIED_ROWS = 1_024
SPLIT_VALUES = 16_000_000  # class probabilities beyond which some are smoothed on each core
PIECE_PIXELS = 4_096  # pixels classified between two looks at whether to stop
SMALLEST_STEP = 16  # rows: where memory runs out blocks are halved down to this
GLIMPSE = 0.6  # of the scene
EDGE_REACH = 20.0  # pixels
EDGE_HALO = 80  # rows: what lies further away weighs less than a thousandth
TRUNCATE = 3.0  # standard deviations at which the smoothing Gaussian is cut off


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
    halo = max(_halo(part.spec) for part in parts)
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


@dataclass(frozen=True)
class MapPart:
    """One classifier, the features that it reads, its weight and how its map is smoothed."""

    features: Features
    probe: Probe
    weight: float
    spec: MapSpec

    def probabilities(self, box: Box, ctx: Context) -> Mixed:
        """Smoothed class probabilities of a part of the scene, rows x cols x classes."""
        return self.smoothed(_Reader(self.features, self.probe).probabilities(box, ctx), box, ctx)

    def smoothed(self, found: Mixed, box: Box, ctx: Context) -> Mixed:
        """Class probabilities of a part of the scene as the map has them, rows x cols x classes; changes them."""
        valid = self.features.valid[box[0] : box[2], box[1] : box[3]]
        edges = None if self.features.edges is None else self.features.edges.part(*box)
        _regularise(found, valid, edges, self.spec, ctx)
        return found


def parts_of(features: Features, probe: Probe, spec: MapSpec, ctx: Context) -> tuple[MapPart, ...]:
    """The classifiers that a probe is made of, with their features and the smoothing of their maps.

    Raises:
        HsiError: a smoothing up to edges is asked for and the features know of none.
    """
    if isinstance(probe, LevelledProbe):
        levels = features.levels
        if levels is None:
            raise HsiError(
                say("The classifier reads several levels of context, and these features are of one."),
                say("Classify with the run that it was fitted to."),
            )
        found = tuple(
            MapPart(levels.of(part.level, ctx), part.probe, part.weight, drawn_as(spec, levels.row(part.level).edges))
            for part in parts_heard(probe, spec.context)
        )
    else:
        found = (MapPart(features, probe, 1.0, drawn_as(spec, features.recipe.edges)),)
    if any(part.spec.edges and part.features.edges is None for part in found):
        raise HsiError(say("The edges of this scene are not known."), say("Switch the smoothing within edges off."))
    return found


def parts_heard(probe: LevelledProbe, context: str) -> tuple[Part, ...]:
    """The classifiers that count in a context, or in that which the labels chose where it is empty.

    Raises:
        HsiError: it was not fitted in that context.
    """
    try:
        return probe.heard(context)
    except KeyError:
        known = ", ".join(probe.figures)
        raise HsiError(
            say("The classifier was not fitted in the context “{context}”.", context=context),
            say("It knows: {known}.", known=known),
        ) from None


def drawn_as(spec: MapSpec, edges: float) -> MapSpec:
    """How a map is drawn, with the tolerance at edges that it has where none was asked for."""
    return spec if spec.edges is not None else replace(spec, edges=edges)


def mixed(parts: Sequence[MapPart], box: Box, ctx: Context) -> Mixed:
    """Class probabilities of a part of the scene by all parts, rows x cols x classes: the logarithms averaged by
    weight, then made to sum to 1."""
    if len(parts) == 1:
        return parts[0].probabilities(box, ctx)
    return blended(each_probabilities(parts, box, ctx), [part.weight for part in parts])


def each_probabilities(parts: Sequence[MapPart], box: Box, ctx: Context) -> Iterator[Mixed]:
    """Smoothed class probabilities of a part of the scene by each of some parts, in their order, rows x cols x classes
    each. Linear probes that follow each other and read the same features are applied in one pass over them."""
    at = 0
    while at < len(parts):
        group = [parts[at]]
        while at + len(group) < len(parts) and _together(group[0], parts[at + len(group)]):
            group.append(parts[at + len(group)])
        at += len(group)
        yield from _smoothed_together(group, box, ctx)


def _smoothed_together(group: Sequence[MapPart], box: Box, ctx: Context) -> list[Mixed]:
    """Smoothed class probabilities of linear probes of the same features, side by side in one array while they are
    smoothed: a recursion over rows costs little more for twice the layers."""
    if len(group) == 1:
        return [group[0].probabilities(box, ctx)]
    found, ends = _in_one_pass([_Reader(part.features, part.probe) for part in group], box, ctx)
    return np.split(group[0].smoothed(found, box, ctx), ends, axis=2)


def _together(one: MapPart, other: MapPart) -> bool:
    linear = isinstance(one.probe, LinearProbe) and isinstance(other.probe, LinearProbe)
    alike = one.features is other.features and one.spec == other.spec
    return linear and alike and one.probe.columns is None and other.probe.columns is None


def _in_one_pass(readers: Sequence[_Reader], box: Box, ctx: Context) -> tuple[Mixed, list[int]]:
    """Class probabilities of a part of the scene by linear probes of the same features, rows x cols x the classes of
    all, and where those of the second begin, of the third and so on."""
    top, left, bottom, right = box
    probes = [reader.raw for reader in readers]
    weights = np.concatenate([probe.weights for probe in probes]).T
    bias = np.concatenate([probe.bias for probe in probes])
    ends = np.cumsum([len(probe.bias) for probe in probes]).tolist()
    out = np.empty((bottom - top, right - left, len(bias)), dtype=np.float32)
    step = max(1, PIECE_PIXELS // (right - left))

    def fill(part: slice) -> None:
        for start in range(part.start, part.stop, step):
            ctx.check()
            rows = slice(start, min(part.stop, start + step))
            scores = widened(np.asarray(readers[0].array[top + rows.start : top + rows.stop, left:right])) @ weights
            scores += bias
            for begin, end in itertools.pairwise([0, *ends]):
                out[rows, :, begin:end] = shares(np.ascontiguousarray(scores[..., begin:end]))

    cores.each(fill, cores.pieces(bottom - top))
    return out, ends[:-1]


def blended(maps: Iterable[Mixed], weights: Sequence[float]) -> Mixed:
    """The logarithms of class probabilities averaged by weight, then made to sum to 1: rows x cols x classes, in and
    out. The maps (one at least) are changed."""
    total: Mixed | None = None
    for found, weight in zip(maps, weights, strict=True):
        np.maximum(found, FLOOR, out=found)
        np.log(found, out=found)
        found *= np.float32(weight)
        if total is None:
            total = found
        else:
            total += found
    assert total is not None
    return shares(total)


def sampled(parts: Sequence[MapPart], step: int, ctx: Context) -> Mixed:
    """Class probabilities of every so many-th row and column by all parts, not smoothed: rows x cols x classes."""
    return blended((_Reader(part.features, part.probe).sampled(step, ctx) for part in parts), [p.weight for p in parts])


def is_quick_glimpse(shape: tuple[int, int], box: Box, spec: MapSpec) -> bool:
    """Whether mapping a part of a scene (rows, cols) with all that it depends on is much less work than all of it."""
    halo = _halo(drawn_as(spec, EDGES))
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

    @property
    def raw(self) -> LinearProbe:
        """The linear probe of the features as they are kept.

        Raises:
            TypeError: the probe is no linear one.
        """
        if self._raw is None:
            raise TypeError("the probe is not linear")
        return self._raw

    @property
    def array(self) -> NDArray[np.float16] | FeatureFile:
        """The features, rows x cols x features."""
        return self._features.array

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

    def sampled(self, step: int, ctx: Context) -> NDArray[np.float32]:
        """Class probabilities of every so many-th row and column, rows x cols x classes."""
        rows, cols = self._features.shape
        out = np.empty((-(-rows // step), -(-cols // step), len(self._probe.numbers)), dtype=np.float32)
        for number in range(len(out)):
            ctx.check()
            row = number * step
            out[number] = self._of(np.asarray(self._features.array[row : row + 1, ::step]))[0]
        return out

    def _of(self, window: NDArray[np.float16]) -> NDArray[np.float32]:
        columns = self._probe.columns
        if self._raw is None:
            return self._probe.probabilities(self._features.standardised(window, columns))
        return self._raw.probabilities(widened(window if columns is None else window[..., columns]))


def _halo(spec: MapSpec) -> int:
    """Rows around a block that its map depends on."""
    return int(TRUNCATE * spec.smooth + 0.5) + (EDGE_HALO if spec.edges else 0)


def _regularise(
    probabilities: NDArray[np.float32], valid: NDArray[np.bool_], edges: Edges | None, spec: MapSpec, ctx: Context
) -> None:
    """Makes the probabilities of neighbouring pixels alike, in place, as the settings say; they still sum to 1."""
    if spec.edges and edges is not None:
        known, tolerance = edges, spec.edges

        def smooth(layers: slice) -> None:
            part = probabilities[..., layers]
            part[...] = edge_smoothed(part, known, EDGE_REACH, tolerance, ctx.check)

        count = probabilities.shape[2]
        cores.each(smooth, cores.pieces(count, 1) if probabilities.size > SPLIT_VALUES else [slice(0, count)])
    if spec.smooth > 0:
        _smooth(probabilities, valid, spec.smooth, ctx)


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


def _smooth(probabilities: NDArray[np.float32], valid: NDArray[np.bool_], sigma: float, ctx: Context) -> None:
    """Gaussian means of the probabilities over valid pixels, in place; they still sum to 1."""
    weight = gaussian_filter(valid.astype(np.float32), sigma, truncate=TRUNCATE)
    weight[~valid] = 1.0
    for number in range(probabilities.shape[2]):
        ctx.check()
        layer = probabilities[..., number] * valid
        probabilities[..., number] = gaussian_filter(layer, sigma, truncate=TRUNCATE) / weight
