"""Fitting a probe of several levels of context: a classifier for each, and how much each counts by what the labels say.

Ridge regression has a closed form: it answers at once, and decides the weights. Where labels are scattered the
classifier of the recipe joins it when there is time: the scores of the two are averaged, which is steadier than either.
Where they are strokes, pixels that all levels agree on are learned from once more. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hsigui.jobs import Context
from hsigui.methods.level_figures import LevelFigures
from hsigui.methods.levelled_probe import LEAST, LevelledProbe, Part
from hsigui.methods.probe import LinearProbe, Probe, Refinement
from hsigui.pipeline import cores
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.classify import Box, MapPart, Mixed, blended, drawn_as
from hsigui.pipeline.features import Features
from hsigui.pipeline.refine import refine
from hsigui.specs import MapSpec

_N = TypeVar("_N", bound=np.generic)
WHOLE = 30_000_000  # probabilities (pixels x classes x parts) that are drawn at once to be looked at, and kept
WINDOW, WINDOWS = 96, 12  # side and number of the parts of a larger scene that are looked at
BRIEF_PIXELS, BRIEF_WINDOWS = 50_000, 5  # the same for a map that is soon replaced
BRIEF_WEIGHT = 0.9  # of the parts that such a map is drawn from, together at least

Rows = NDArray[np.float32]
# Given rows, the class number of each and their importance (None: all alike), a classifier of such rows.
Fit = Callable[[Rows, NDArray[np.integer], NDArray[np.float64] | None], Probe]


@dataclass(frozen=True)
class Fitted:
    """A probe; the probabilities of the whole scene where they were drawn on the way, rows x cols x classes; and what a
    second fit to the same labels need not do again."""

    probe: LevelledProbe
    drawn: Mixed | None = None
    begun: Begun | None = None


@dataclass(frozen=True)
class _Labels:
    """The labelled pixels of a scene.

    Attributes:
        mask: rows x cols, which pixels.
        array: rows x cols class numbers, 0 elsewhere.
        classes, strokes, ends: of each, one a pixel; see `level_weights`.
        asked: indices of those by which levels are weighed.
        evidence: what they can be asked for.
    """

    mask: NDArray[np.bool_]
    array: NDArray[np.integer]
    classes: NDArray[np.integer]
    strokes: NDArray[np.intp]
    ends: NDArray[np.int8]
    asked: NDArray[np.intp]
    evidence: rule.Evidence

    @classmethod
    def of(cls, mask: NDArray[np.bool_], labels: NDArray[np.integer]) -> _Labels:
        """The labels (rows x cols) on the masked pixels."""
        array = np.where(mask, labels, 0)
        strokes, classes = rule.strokes_of(array), array[mask]
        rows, cols = np.nonzero(mask)
        ends = rule.ends_of(rows, cols, strokes)
        asked, evidence = rule.weighed_by(strokes), rule.evidence_of(classes, strokes, ends)
        return cls(mask, array, classes, strokes, ends, asked, evidence)


@dataclass(frozen=True)
class _Candidate:
    """A level, or its twin, with what it is fitted to.

    Attributes:
        features: of the level.
        edges: tolerance of the smoothing of its map.
        columns: of the features that it reads; None for all.
        whitening: of a twin, features read x features read.
        rows, classes, importance: what it learns from: the labelled pixels, and synthetic ones after them.
        refinement: how the columns were chosen, where the features come in several versions.
    """

    level: str
    features: Features
    edges: float
    columns: NDArray[np.intp] | None
    whitening: NDArray[np.float32] | None
    rows: Rows
    classes: NDArray[np.integer]
    importance: NDArray[np.float64] | None
    refinement: Refinement | None

    def at(self, mask: NDArray[np.bool_]) -> Rows:
        """The masked pixels as the candidate sees them, pixels x features."""
        found = self.features.at(mask, self.columns)
        return found if self.whitening is None else found @ self.whitening

    def folded(self, probe: Probe) -> Probe:
        """A classifier of the rows as one of the level's features; one that is not linear is not folded.

        Raises:
            TypeError: it is not linear, and the candidate is a twin.
        """
        if self.whitening is not None:
            if not isinstance(probe, LinearProbe):
                raise TypeError("only a linear probe folds back through a whitening")
            probe = replace(probe, weights=np.asarray(probe.weights @ self.whitening.T, dtype=np.float32))
        if self.columns is None:
            return probe
        return replace(probe, columns=self.columns, refinement=self.refinement)  # type: ignore[type-var]


def closed_form(rows: Rows, classes: NDArray[np.integer], importance: NDArray[np.float64] | None = None) -> LinearProbe:
    """Ridge regression on the indicators of the classes; see `level_weights.ridge_fit`.

    Args:
        rows: pixels x features, standardised.
        classes: class number of each.
        importance: of each; None where all are alike.
    """
    numbers, weights, bias = rule.ridge_fit(rows, classes, importance)
    return LinearProbe(numbers.astype(np.uint16), weights, bias)


@dataclass(frozen=True)
class Begun:
    """What every fit to some labels begins with.

    Attributes:
        known: the labels.
        candidates: the levels and their twins.
        closed: of each, the closed form.
        held, far: what the labels say of each; see `level_weights`.
        scene: the maps that were drawn so far, of all of a small scene, else of parts of it.
        whole: whether they are of all of it.
    """

    known: _Labels
    candidates: Sequence[_Candidate]
    closed: Sequence[LinearProbe]
    held: NDArray[np.float64]
    far: NDArray[np.float64]
    scene: _Drawing
    whole: bool

    @classmethod
    def of(cls, features: Features, known: _Labels, spec: MapSpec, ctx: Context, seed: int | None) -> Begun:
        """Fits the closed form to every level, and asks the labels how good each is."""
        candidates = _candidates(features, known, ctx, seed)
        ctx.check()
        closed = cores.each(lambda c: closed_form(c.rows, c.classes, c.importance), candidates)
        ctx.check()
        held, far = _asked(candidates, known)
        layers = len(candidates) * len(closed[0].numbers)
        whole = features.valid.size * layers <= WHOLE
        boxes = [(0, 0, *features.shape)] if whole else _windows(features, WINDOWS)
        return cls(known, candidates, closed, held, far, _Drawing(candidates, boxes, spec, ctx), whole)

    def weights(self, brief: bool) -> tuple[NDArray[np.float64], dict[str, LevelFigures]]:
        """The weights of the candidates, one a candidate, and what was found of each level.

        Args:
            brief: look at a few parts of the scene only.
        """
        evidence, votes = self.known.evidence, np.full(len(self.candidates), np.nan)
        if evidence.wants_votes:
            features = self.candidates[0].features
            few = brief and features.valid.size > BRIEF_PIXELS
            votes = (self.scene.on(_windows(features, BRIEF_WINDOWS)) if few else self.scene).votes(self.closed)
        found = rule.weights_of(self.held, self.far, votes, evidence)
        estimates = self.held if np.isfinite(self.held).all() and evidence.alone < 0.5 else self.far
        return found, _figures(self.candidates, found, estimates, votes)

    def serves(self, features: Features, mask: NDArray[np.bool_], labels: NDArray[np.integer], spec: MapSpec) -> bool:
        """Whether a fit to these labels (rows x cols, masked) of these features begins in the same way, whatever its
        seed is: with features of several versions it does not."""
        first = self.candidates[0].features
        levels = features.levels
        alike = levels is not None and first is levels.of(levels.names[0], self.scene.ctx) and spec == self.scene.spec
        return alike and not first.variants and np.array_equal(self.known.array, np.where(mask, labels, 0))


def fit_levels(
    features: Features, mask: NDArray[np.bool_], labels: NDArray[np.integer], spec: MapSpec, ctx: Context,
    fit: Fit | None = None, *, joins: bool = False, seed: int = 0, draw: bool = False, brief: bool = False,
    after: Fitted | None = None,
) -> Fitted:  # fmt: skip
    """Fits every level and weighs them.

    Args:
        features: with levels.
        mask: rows x cols, the labelled pixels to learn from; two classes at least.
        labels: rows x cols class numbers.
        spec: how the map is to be drawn.
        fit: the classifier of the recipe; None for the closed form alone, which is there at once.
        joins: whether that classifier is to be asked only where it says more than the closed form: of labels that are
            scattered. Of strokes, with many pixels that are alike, it takes seconds and finds the same.
        seed: of the choice among versions of the features, where they come in several.
        draw: the probabilities of a small scene too, as `classify` would draw them.
        brief: for a map that is soon replaced: of a level and its twin one is drawn, levels of little weight are left
            out, and all are compared on a few parts of the scene.
        after: what was found of the same labels before, which then need not be found again.

    Raises:
        Cancelled: through the context.
    """
    begun = None if after is None else after.begun
    if begun is None or not begun.serves(features, mask, labels, spec):
        begun = Begun.of(features, _Labels.of(mask, labels), spec, ctx, None if fit is None else seed)
    weights, figures = begun.weights(brief)
    probes = list(begun.closed) if fit is None else _settled_probes(begun, weights, fit, joins, ctx)
    ctx.check()
    counted = _weightiest(begun.candidates, weights) if brief else weights
    parts = tuple(
        Part(c.level, float(weight), c.folded(probe), c.whitening is not None)
        for c, probe, weight in zip(begun.candidates, probes, counted, strict=True)
    )
    refinement = begun.candidates[int(np.argmax(weights))].refinement
    mixture = LevelledProbe(parts, figures, closed=fit is None, refinement=refinement)
    if not draw or not begun.whole or spec.context:
        return Fitted(mixture, None, begun)
    return Fitted(mixture, begun.scene.mixture(probes, [part.weight for part in mixture.scaled()])[0][0], begun)


def _settled_probes(begun: Begun, weights: NDArray[np.float64], fit: Fit, joins: bool, ctx: Context) -> list[Probe]:
    """The probe of each candidate after the recipe's own classifier, and the pixels that the map is sure of, have had
    their say."""
    candidates, in_strokes = begun.candidates, begun.known.evidence.wants_sure_pixels
    probes: list[Probe] = list(begun.closed)
    heard = [number for number, weight in enumerate(weights) if weight >= LEAST]
    if not (joins and in_strokes):
        again = cores.each(lambda n: _settled(candidates[n], begun.closed[n], fit, ctx), heard)
        for number, probe in zip(heard, again, strict=True):
            probes[number] = probe
    if in_strokes:
        sure = _sure(candidates, probes, weights, begun.known, begun.scene)
        again = cores.each(lambda n: _once_more(candidates[n], probes[n], sure, ctx), heard)
        for number, probe in zip(heard, again, strict=True):
            probes[number] = probe
    return probes


def _weightiest(candidates: Sequence[_Candidate], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of few candidates, for a map that is soon replaced: a level and its twin are stood for by the heavier of
    them, and levels are left out once the others have nine tenths together. They sum to 1; 0 for those left out."""
    found = np.zeros_like(weights)
    for level in dict.fromkeys(candidate.level for candidate in candidates):
        pair = [number for number, candidate in enumerate(candidates) if candidate.level == level]
        found[max(pair, key=lambda number: weights[number])] = weights[pair].sum()
    order = np.argsort(found)[::-1]
    enough = 1 + int(np.searchsorted(np.cumsum(found[order]), BRIEF_WEIGHT))
    found[order[enough:]] = 0.0
    return np.asarray(found / found.sum())


def _candidates(features: Features, known: _Labels, ctx: Context, seed: int | None) -> list[_Candidate]:
    """Each level with its twin after it, where it has one. The seed is that of the choice among versions of the
    features, where it is to be made; None takes the first version."""
    levels = features.levels
    assert levels is not None
    found = []
    for name in levels.names:
        ctx.check()
        level, edges = levels.of(name, ctx), levels.row(name).edges
        columns = level.unrefined
        own = _Candidate(name, level, edges, columns, None, level.at(known.mask, columns), known.classes, None, None)
        if level.variants and seed is not None:
            chosen = refine(level, np.asarray(level.array[known.mask]), known.classes, seed)
            own = replace(
                own, columns=chosen.columns, rows=chosen.rows, classes=chosen.labels, importance=chosen.weights,
                refinement=chosen.refinement,
            )  # fmt: skip
        found.append(own)
        whitening = levels.whitening(name, ctx, own.columns)
        if whitening is not None:
            found.append(replace(own, whitening=whitening, rows=own.rows @ whitening))
    return found


def _settled(candidate: _Candidate, closed: LinearProbe, fit: Fit, ctx: Context) -> Probe:
    """The closed form joined by the recipe's own classifier, the scores of the two averaged. One that is not linear
    stands alone, and has no part in twins."""
    ctx.check()
    own = fit(candidate.rows, candidate.classes, candidate.importance)
    if isinstance(own, LinearProbe):
        return _averaged(closed, own)
    return closed if candidate.whitening is not None else own


def _averaged(one: LinearProbe, other: LinearProbe) -> LinearProbe:
    """The linear probe whose scores are the means of those of two; its softmax is the geometric mean of theirs."""
    half = np.float32(0.5)
    weights, bias = half * (one.weights + other.weights), half * (one.bias + other.bias)
    return replace(one, weights=weights.astype(np.float32), bias=bias.astype(np.float32))


def _asked(candidates: Sequence[_Candidate], known: _Labels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the labels say of each candidate: strokes held back, and far ends."""
    count = int(np.count_nonzero(known.mask))
    classes, strokes, ends = known.classes[known.asked], known.strokes[known.asked], known.ends[known.asked]

    def ask(candidate: _Candidate) -> tuple[float, float]:
        rows = candidate.rows[:count][known.asked]
        return rule.held_back(rows, classes, strokes), rule.far_ends(rows, classes, ends)

    found = np.array(cores.each(ask, candidates))
    return found[:, 0], found[:, 1]


def _figures(
    candidates: Sequence[_Candidate], weights: NDArray[np.float64], estimates: NDArray[np.float64],
    votes: NDArray[np.float64],
) -> dict[str, LevelFigures]:  # fmt: skip
    """What was found of each level, the weight of its twin included."""
    figures: dict[str, LevelFigures] = {}
    for candidate, weight, estimate, vote in zip(candidates, weights, estimates, votes, strict=True):
        before = figures.get(candidate.level)
        if before is None:
            figures[candidate.level] = LevelFigures(float(weight), float(estimate), float(vote))
        else:  # its twin
            figures[candidate.level] = replace(before, weight=before.weight + float(weight))
    return figures


def _sure(
    candidates: Sequence[_Candidate], probes: Sequence[Probe], weights: NDArray[np.float64], known: _Labels,
    scene: _Drawing,
) -> NDArray[np.integer]:  # fmt: skip
    """Class numbers of pixels that the mixture is sure of, rows x cols, 0 elsewhere."""
    numbers = probes[0].numbers
    heard = np.where(weights >= LEAST, weights, 0.0)
    drawn = scene.mixture(probes, (heard / heard.sum()).tolist(), every=True)
    found = np.zeros_like(known.array)
    parts = [
        (numbers[mixed.argmax(axis=2)], [numbers[one] for one in each], scene.cut(known.array, box), box)
        for (mixed, each), box in zip(drawn, scene.boxes, strict=True)
    ]
    mixed = np.concatenate([part[0] for part in parts])
    levels = [np.concatenate([part[1][number] for part in parts]) for number in range(len(parts[0][1]))]
    labels = np.concatenate([part[2] for part in parts])
    valid = np.concatenate([scene.cut(candidates[0].features.valid, box) for box in scene.boxes])
    if not labels.any():
        return found
    sure = rule.sure_pixels(mixed.astype(labels.dtype), [one.astype(labels.dtype) for one in levels], labels, valid)
    at = 0
    for top, left, bottom, right in scene.boxes:
        found[top:bottom, left:right] = np.maximum(found[top:bottom, left:right], sure[at : at + bottom - top])
        at += bottom - top
    return found


def _once_more(candidate: _Candidate, probe: Probe, sure: NDArray[np.integer], ctx: Context) -> Probe:
    """The classifier fitted again with the sure pixels (rows x cols class numbers, 0 elsewhere), averaged with the
    first; the first where that cannot be."""
    ctx.check()
    mask = sure > 0
    if not isinstance(probe, LinearProbe) or not mask.any():
        return probe
    own = np.ones(len(candidate.rows)) if candidate.importance is None else candidate.importance
    more = replace(
        candidate,
        rows=np.concatenate([candidate.rows, candidate.at(mask)]),
        classes=np.concatenate([candidate.classes, sure[mask].astype(candidate.classes.dtype)]),
        importance=np.concatenate([own, np.full(int(mask.sum()), rule.SURE_IMPORTANCE)]),
    )
    return _averaged(probe, closed_form(more.rows, more.classes, more.importance))


class _Drawing:
    """Maps of the candidates on parts of the scene, or on all of it.

    Attributes:
        boxes: the parts, all of one size.
        spec: how the map is drawn.
        ctx: of the job.
    """

    def __init__(self, candidates: Sequence[_Candidate], boxes: Sequence[Box], spec: MapSpec, ctx: Context) -> None:
        self._candidates, self.boxes, self.spec, self.ctx = candidates, boxes, spec, ctx
        self._drawn: dict[int, tuple[Probe, list[Mixed]]] = {}  # by the number of the candidate: its last maps

    def on(self, boxes: Sequence[Box]) -> _Drawing:
        """The same of other parts of the scene."""
        return _Drawing(self._candidates, boxes, self.spec, self.ctx)

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
        """The share of pixels that each map gives the class of their neighbours in the map of single pixels."""
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
        """The mixture of the candidates that have a weight, in every box; and the class that each of them has there, as
        indices, where `every` asks for it."""
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


def _windows(features: Features, count: int) -> list[Box]:
    """Parts of a scene, about so many of one size, evenly over it."""
    rows, cols = features.shape
    height, width = min(WINDOW, rows), min(WINDOW, cols)
    across = max(1, round((count * cols / rows) ** 0.5))
    found = []
    for down in np.linspace(0, rows - height, max(1, count // across)).astype(int).tolist():
        for right in np.linspace(0, cols - width, across).astype(int).tolist():
            if features.valid[down : down + height, right : right + width].any():
                found.append((down, right, down + height, right + width))
    return found or [(0, 0, height, width)]
