"""Fitting a probe of several levels of context: a classifier for each, and how much each counts by what the labels say.

The closed form answers at once and decides the weights; the classifier of the recipe may take its place in the parts
that are drawn. Loads no torch.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hsigui.jobs import Context
from hsigui.methods.level_figures import LevelFigures
from hsigui.methods.levelled_probe import LevelledProbe, Part
from hsigui.methods.probe import LinearProbe, Probe, softmax
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.classify import Box, MapPart, Mixed, drawn_as, each_probabilities, log_of
from hsigui.pipeline.features import Features
from hsigui.pipeline.levels import LevelSet
from hsigui.specs import MapSpec

_T = TypeVar("_T")
_R = TypeVar("_R")
WHOLE = 30_000_000  # probabilities (pixels x classes x parts) that are drawn at once to be looked at, and kept
WINDOW, WINDOWS = 96, 12  # side and number of the parts of a larger scene that are looked at


@dataclass(frozen=True)
class Seen:
    """The labelled pixels of a scene.

    Attributes:
        mask: rows x cols, which pixels.
        rows, cols, classes, strokes, ends: of each, one a pixel; see `level_weights`.
    """

    mask: NDArray[np.bool_]
    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    classes: NDArray[np.integer]
    strokes: NDArray[np.intp]
    ends: NDArray[np.int8]

    @property
    def in_strokes(self) -> bool:
        """Whether most of the labels lie in strokes that have ends."""
        return 2 * int(np.count_nonzero(self.ends >= 0)) > len(self.ends)

    @classmethod
    def of(cls, mask: NDArray[np.bool_], labels: NDArray[np.integer]) -> Seen:
        """The labels (rows x cols) on the masked pixels."""
        shown = np.where(mask, labels, 0)
        rows, cols = np.nonzero(mask)
        strokes = rule.strokes_of(shown)
        return cls(mask, rows, cols, labels[mask], strokes, rule.ends_of(rows, cols, strokes))


@dataclass(frozen=True)
class Fitted:
    """A probe, and the probabilities of the whole scene where they were drawn on the way: rows x cols x classes."""

    probe: LevelledProbe
    drawn: Mixed | None = None


@dataclass(frozen=True)
class _Candidate:
    """A level, or its twin, with the classifier of the closed form and the labelled pixels as it sees them."""

    level: str
    twin: bool
    probe: LinearProbe
    rows: NDArray[np.float32]


def fit_levels(
    features: Features, mask: NDArray[np.bool_], labels: NDArray[np.integer], spec: MapSpec, ctx: Context,
    fit: Callable[[Features, NDArray[np.bool_]], Probe] | None = None,
) -> Fitted:  # fmt: skip
    """Fits every level and weighs them.

    Args:
        features: with levels.
        mask: rows x cols, the labelled pixels to learn from; two classes at least.
        labels: rows x cols class numbers.
        spec: how the map is to be drawn; where it names a level, only that one is fitted in a large scene.
        fit: the classifier of a level from its features and the mask; None for the closed form.

    Raises:
        Cancelled: through the context.
    """
    levels = features.levels
    assert levels is not None
    seen = Seen.of(mask, labels)
    candidates = _candidates(levels, seen, ctx)
    ctx.check()
    parts = [
        MapPart(levels.of(c.level, ctx), c.probe, 1.0, drawn_as(spec, levels.row(c.level).edges)) for c in candidates
    ]
    boxes, whole = _looked_at(features, len(parts) * len(candidates[0].probe.numbers))
    drawn = _drawn(parts, boxes, ctx)
    estimates = _estimates(candidates, seen)
    votes = _votes(drawn, boxes, features.valid)
    weights = rule.weights_of(_scores(estimates, votes, seen)).tolist()
    fitted = [c.probe if fit is None or c.twin else fit(levels.of(c.level, ctx), mask) for c in candidates]
    found = tuple(
        Part(c.level, weight, probe, c.twin) for c, weight, probe in zip(candidates, weights, fitted, strict=True)
    )
    probe = LevelledProbe(found, _figures(found, estimates, votes), closed=fit is None)
    if not whole or fit is not None or spec.context:
        return Fitted(probe)
    return Fitted(probe, _mixture([part.weight for part in probe.scaled()], [maps[0] for maps in drawn]))


def _candidates(levels: LevelSet, seen: Seen, ctx: Context) -> list[_Candidate]:
    """Each level with its twin after it, where it has one."""
    found = []
    for name in levels.names:
        ctx.check()
        rows = levels.of(name, ctx).at(seen.mask)
        found.append(_Candidate(name, False, closed_form(rows, seen.classes), rows))
        whitening = levels.whitening(name, ctx)
        if whitening is not None:
            twin = rows @ whitening
            probe = closed_form(twin, seen.classes)
            folded = LinearProbe(probe.numbers, (probe.weights @ whitening.T).astype(np.float32), probe.bias)
            found.append(_Candidate(name, True, folded, twin))
    return found


def closed_form(rows: NDArray[np.float32], classes: NDArray[np.integer]) -> LinearProbe:
    """Ridge regression on the indicators of the classes; see `level_weights.ridge_fit`.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each.
    """
    numbers, weights, bias = rule.ridge_fit(rows, classes)
    return LinearProbe(numbers.astype(np.uint16), weights, bias)


def _estimates(candidates: Sequence[_Candidate], seen: Seen) -> list[float]:
    """Accuracy of each on labels that are held back: the far ends of strokes, or other labels where they are
    scattered; NaN where there are too few."""
    if seen.in_strokes:
        return _each(lambda c: rule.far_ends(c.rows, seen.classes, seen.ends), candidates)
    return _each(lambda c: rule.held_back(c.rows, seen.classes, seen.strokes), candidates)


def _looked_at(features: Features, layers: int) -> tuple[list[Box], bool]:
    """The parts of the scene on which the maps of the levels are compared, and whether they are all of it.

    Args:
        layers: probabilities a pixel.
    """
    rows, cols = features.shape
    if rows * cols * layers <= WHOLE:
        return [(0, 0, rows, cols)], True
    height, width = min(WINDOW, rows), min(WINDOW, cols)
    across = max(1, round((WINDOWS * cols / rows) ** 0.5))
    found = []
    for down in np.linspace(0, rows - height, max(1, WINDOWS // across)).astype(int).tolist():
        for right in np.linspace(0, cols - width, across).astype(int).tolist():
            if features.valid[down : down + height, right : right + width].any():
                found.append((down, right, down + height, right + width))
    return found or [(0, 0, height, width)], False


def _drawn(parts: Sequence[MapPart], boxes: Sequence[Box], ctx: Context) -> list[list[Mixed]]:
    """The probabilities of every part in every box; levels side by side on the processor's cores."""
    by_level: dict[int, list[MapPart]] = {}
    for part in parts:
        by_level.setdefault(id(part.features), []).append(part)
    groups = list(by_level.values())
    found = _each(lambda group: [list(each_probabilities(group, box, ctx)) for box in boxes], groups)
    of_part = {
        id(part): [of_box[number] for of_box in of_group]
        for group, of_group in zip(groups, found, strict=True)
        for number, part in enumerate(group)
    }
    return [of_part[id(part)] for part in parts]


def _votes(drawn: Sequence[Sequence[Mixed]], boxes: Sequence[Box], valid: NDArray[np.bool_]) -> list[float]:
    """The share of pixels that each map gives the class of their neighbours in the map of single pixels."""
    known = [valid[top:bottom, left:right] for top, left, bottom, right in boxes]
    count = drawn[0][0].shape[2]
    around = [rule.majority(first.argmax(axis=2), there, count) for first, there in zip(drawn[0], known, strict=True)]

    def share(maps: Sequence[Mixed]) -> float:
        agree = [((m.argmax(axis=2) == a) & v).sum() for m, a, v in zip(maps, around, known, strict=True)]
        return float(sum(agree) / max(1, sum(int(v.sum()) for v in known)))

    return _each(share, list(drawn))


def _scores(estimates: Sequence[float], votes: Sequence[float], seen: Seen) -> NDArray[np.float64]:
    found = np.array(estimates, dtype=np.float64)
    return found + np.array(votes) if seen.in_strokes else found


def _mixture(weights: Sequence[float], drawn: Sequence[Mixed]) -> Mixed:
    """The mixture of probabilities of the whole scene by the parts that count; changes them."""
    total: Mixed | None = None
    for weight, found in zip(weights, drawn, strict=True):
        if weight:
            total = log_of(found, weight, total)
    assert total is not None
    return softmax(total)


def _figures(parts: Sequence[Part], estimates: Sequence[float], votes: Sequence[float]) -> dict[str, LevelFigures]:
    found: dict[str, LevelFigures] = {}
    for part, estimate, vote in zip(parts, estimates, votes, strict=True):
        before = found.get(part.level)
        if before is None:
            found[part.level] = LevelFigures(part.weight, estimate, vote)
        else:  # its twin
            found[part.level] = LevelFigures(before.weight + part.weight, before.estimate, before.agreement)
    return found


def _each(work: Callable[[_T], _R], over: Sequence[_T]) -> list[_R]:
    """The work on every one of some things, side by side on the processor's cores, in their order."""
    if len(over) < 2:
        return [work(one) for one in over]
    with ThreadPoolExecutor(min(len(over), os.cpu_count() or 1)) as pool:
        return list(pool.map(work, over))
