"""Class probabilities of a scene: by each classifier that a probe is made of, smoothed as its map is, and mixed.

Loads no torch.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube.edge_filter import Edges, edge_smoothed
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods.levelled_probe import LevelledProbe, Part
from hsigui.methods.probe import LinearProbe, Probe, shares
from hsigui.pipeline import cores
from hsigui.pipeline.feature_file import FeatureFile
from hsigui.pipeline.features import Features, widened
from hsigui.specs import MapSpec
from hsigui.texts import say

Box = tuple[int, int, int, int]
Mixed = NDArray[np.float32]  # class probabilities, rows x cols x classes
FLOOR = 1e-6  # a probability below counts as this: one level alone must not rule a class out
SPLIT_VALUES = 16_000_000  # class probabilities beyond which some are smoothed on each core
PIECE_PIXELS = 4_096  # pixels classified between two looks at whether to stop
EDGE_REACH = 20.0  # pixels
EDGE_HALO = 80  # rows: what lies further away weighs less than a thousandth
TRUNCATE = 3.0  # standard deviations at which the smoothing Gaussian is cut off


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


def halo_of(spec: MapSpec) -> int:
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


def _smooth(probabilities: NDArray[np.float32], valid: NDArray[np.bool_], sigma: float, ctx: Context) -> None:
    """Gaussian means of the probabilities over valid pixels, in place; they still sum to 1."""
    weight = gaussian_filter(valid.astype(np.float32), sigma, truncate=TRUNCATE)
    weight[~valid] = 1.0
    for number in range(probabilities.shape[2]):
        ctx.check()
        layer = probabilities[..., number] * valid
        probabilities[..., number] = gaussian_filter(layer, sigma, truncate=TRUNCATE) / weight
