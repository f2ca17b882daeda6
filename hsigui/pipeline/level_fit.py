"""Fitting a probe of several levels of context: a classifier for each, and how much each counts by what the labels say.

Ridge regression has a closed form: it answers at once, and decides the weights. Where labels are scattered the
classifier of the recipe joins it when there is time: the scores of the two are averaged, which is steadier than either.
Where they are strokes, pixels that all levels agree on are learned from once more. Loads no torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.jobs import Context
from hsigui.methods.level_figures import LevelFigures
from hsigui.methods.levelled_probe import LEAST, LevelledProbe, Part
from hsigui.methods.probe import LinearProbe, Probe
from hsigui.pipeline import calibrate, cores
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.features import Features
from hsigui.pipeline.level_candidates import Candidate, Fit, Labelled, candidates_of, closed_form
from hsigui.pipeline.level_drawing import Drawing, windows
from hsigui.pipeline.map_parts import Mixed, parts_of
from hsigui.specs import MapSpec

WHOLE = 30_000_000  # probabilities (pixels x classes x parts) that are drawn at once to be looked at, and kept
WINDOWS = 12  # parts of a larger scene that are looked at
BRIEF_PIXELS, BRIEF_WINDOWS = 50_000, 5  # the same for a map that is soon replaced
BRIEF_WEIGHT = 0.9  # of the parts that such a map is drawn from, together at least


@dataclass(frozen=True)
class Fitted:
    """A probe; the probabilities of the whole scene where they were drawn on the way, rows x cols x classes; and what a
    second fit to the same labels need not do again."""

    probe: LevelledProbe
    drawn: Mixed | None = None
    begun: Begun | None = None


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

    known: Labelled
    candidates: Sequence[Candidate]
    closed: Sequence[LinearProbe]
    held: NDArray[np.float64]
    far: NDArray[np.float64]
    scene: Drawing
    whole: bool

    @classmethod
    def of(cls, features: Features, known: Labelled, spec: MapSpec, ctx: Context, seed: int | None) -> Begun:
        """Fits the closed form to every level, and asks the labels how good each is."""
        candidates = candidates_of(features, known, ctx, seed)
        ctx.check()
        closed = cores.each(lambda c: closed_form(c.rows, c.classes, c.importance), candidates)
        ctx.check()
        held, far = _asked(candidates, known)
        layers = len(candidates) * len(closed[0].numbers)
        whole = features.valid.size * layers <= WHOLE
        boxes = [(0, 0, *features.shape)] if whole else windows(features, WINDOWS)
        return cls(known, candidates, closed, held, far, Drawing(candidates, boxes, spec, ctx), whole)

    def weights(self, brief: bool) -> tuple[NDArray[np.float64], dict[str, LevelFigures]]:
        """The weights of the candidates, one a candidate, and what was found of each level.

        Args:
            brief: look at a few parts of the scene only.
        """
        evidence, votes = self.known.evidence, np.full(len(self.candidates), np.nan)
        if evidence.wants_votes:
            features = self.candidates[0].features
            few = brief and features.valid.size > BRIEF_PIXELS
            votes = (self.scene.on(windows(features, BRIEF_WINDOWS)) if few else self.scene).votes(self.closed)
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
        begun = Begun.of(features, Labelled.of(mask, labels), spec, ctx, None if fit is None else seed)
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
    drawing, each = parts_of(features, mixture, spec, ctx), _heard(mixture, spec.context)
    heard = [number for number, weight in enumerate(each) if weight]
    drawn = begun.scene.mixture(probes, each)[0][0] if begun.whole else None
    calibration = calibrate.of_candidates(
        [begun.candidates[n] for n in heard], drawing, [probes[n] for n in heard], begun.known, drawn, fit, ctx,
        brief=brief,
    )  # fmt: skip
    return Fitted(mixture.calibrated(calibration), drawn if draw else None, begun)


def _heard(mixture: LevelledProbe, context: str) -> list[float]:
    """The weight of each part of a mixture in a map of a context; empty for all."""
    if context:
        return [float(part.level == context and not part.twin) for part in mixture.parts]
    return [part.weight for part in mixture.scaled()]


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


def _weightiest(candidates: Sequence[Candidate], weights: NDArray[np.float64]) -> NDArray[np.float64]:
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


def _settled(candidate: Candidate, closed: LinearProbe, fit: Fit, ctx: Context) -> Probe:
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


def _asked(candidates: Sequence[Candidate], known: Labelled) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What the labels say of each candidate: strokes held back, and far ends."""
    count = int(np.count_nonzero(known.mask))
    classes, strokes, ends = known.classes[known.asked], known.strokes[known.asked], known.ends[known.asked]

    def ask(candidate: Candidate) -> tuple[float, float]:
        rows = candidate.rows[:count][known.asked]
        return rule.held_back(rows, classes, strokes), rule.far_ends(rows, classes, ends)

    found = np.array(cores.each(ask, candidates))
    return found[:, 0], found[:, 1]


def _figures(
    candidates: Sequence[Candidate], weights: NDArray[np.float64], estimates: NDArray[np.float64],
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
    candidates: Sequence[Candidate], probes: Sequence[Probe], weights: NDArray[np.float64], known: Labelled,
    scene: Drawing,
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


def _once_more(candidate: Candidate, probe: Probe, sure: NDArray[np.integer], ctx: Context) -> Probe:
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
