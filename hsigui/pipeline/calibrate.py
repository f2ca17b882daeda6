"""Finding the temperature of a classifier's map by labels that were held back: what a map is said to be sure of, it
should be right in.

What is asked is what the map would say of a labelled pixel without the labels that are held back (`held_back`), the
smoothing of the map included: the mean of what single pixels say that its smoothing draws from, as many as are needed.
No other label than those of the classifier is looked at. Loads no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.edge_filter import source_of
from hsigui.jobs import Context
from hsigui.methods.calibration import ALONE, FEW, Calibration, find_temperature
from hsigui.methods.probe import LinearProbe, Probe, softmax
from hsigui.pipeline import held_back
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.feature_file import pixels_of
from hsigui.pipeline.held_back import Question
from hsigui.pipeline.left_out import LeavingOut
from hsigui.pipeline.level_candidates import Candidate, Fit, Labelled, closed_form
from hsigui.pipeline.map_parts import EDGE_REACH, MapPart, Mixed, blended, sampled

NEIGHBOURS = 8  # pixels that stand for the mean that smoothing makes of a pixel
MOST_ASKED = 300  # questions of either kind
BRIEF_NEIGHBOURS, BRIEF_ASKED = 4, 32  # the same for a map that is soon replaced
TRIES = 4  # for a neighbour with data
FOLDS = (3, 8)  # of near and of far questions at least and at most, where a classifier has to be fitted again
FITTED_AGAIN = 2_000  # labels in all of the folds of either kind together, about
MOST_IN_STROKE = 25  # labels of one stroke that a classifier of one level is fitted again to
MOST_LOOKED = 50_000  # pixels that are classified to see the fields of a scene, where no map is drawn yet

Rows = NDArray[np.float32]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Learner:
    """One of the classifiers that a map is mixed of, which can be asked without some of its labels.

    Attributes:
        part: its features, its weight, and how its map is smoothed.
        of_pixels: gives pixels (row * columns + column each) as it sees them, pixels x features.
        probe: the classifier of such rows.
        rows, classes, importance: what it learned from.
        parents: the label that each of these rows stems from, as an index; -1 for none of those that are asked.
        fit: makes such a classifier of other rows; None for a linear one that changes as the closed form does.
    """

    part: MapPart
    of_pixels: Callable[[NDArray[np.integer]], Rows]
    probe: Probe
    rows: Rows
    classes: NDArray[np.integer]
    importance: NDArray[np.float64] | None
    parents: Indices
    fit: Fit | None


def of_candidates(
    candidates: Sequence[Candidate], parts: Sequence[MapPart], probes: Sequence[Probe], known: Labelled,
    drawn: Mixed | None, fit: Fit | None, ctx: Context, *, brief: bool = False,
) -> Calibration:  # fmt: skip
    """The calibration of a mixture of levels of context.

    Args:
        candidates: the levels that are heard, with the part of the map and the classifier of each: of rows as the
            candidate sees them.
        drawn: the map of the whole scene by the mixture, rows x cols x classes; None where it is not drawn.
        fit: the classifier of the recipe, by which one that is not linear is fitted again.
        brief: for a map that is soon replaced.
    """
    labels = known.asked
    place = np.full(len(known.classes), -1, dtype=np.intp)
    place[labels] = np.arange(len(labels))
    linear = all(isinstance(probe, LinearProbe) for probe in probes)
    learners = []
    for candidate, part, probe in zip(candidates, parts, probes, strict=True):
        kept = np.concatenate([labels, np.arange(len(known.classes), len(candidate.rows))])
        own = None if linear else closed_form if candidate.whitening is not None else fit
        importance = None if candidate.importance is None else candidate.importance[kept]
        learners.append(
            Learner(
                part, candidate.of_pixels, probe, candidate.rows[kept], candidate.classes[kept], importance,
                place[candidate.parents[kept]], own,
            )
        )  # fmt: skip
    amount = (BRIEF_ASKED, BRIEF_NEIGHBOURS) if brief else (MOST_ASKED, NEIGHBOURS)
    return _calibration(learners, known, labels, drawn, amount, ctx)


def of_one(
    part: MapPart, probe: Probe, known: Labelled, fit: Fit, ctx: Context, drawn: Mixed | None = None
) -> Calibration:
    """The calibration of a classifier of one level.

    Args:
        part: the classifier with its features, and how its map is smoothed.
        fit: makes such a classifier of other rows.
        drawn: as of `of_candidates`.
    """
    labels = rule.weighed_by(known.strokes, MOST_IN_STROKE)
    features = part.features

    def of_pixels(places: NDArray[np.integer]) -> Rows:
        return features.standardised(pixels_of(features.array, places), probe.columns)

    places = np.flatnonzero(known.mask)[labels]
    own = np.arange(len(labels))
    learner = Learner(part, of_pixels, probe, of_pixels(places), known.classes[labels], None, own, fit)
    return _calibration([learner], known, labels, drawn, (MOST_ASKED, NEIGHBOURS), ctx)


def _calibration(
    learners: Sequence[Learner], known: Labelled, labels: Indices, drawn: Mixed | None, amount: tuple[int, int],
    ctx: Context,
) -> Calibration:  # fmt: skip
    """The calibration of a mixture, by some of the labels.

    Args:
        amount: how many questions of either kind are asked, and of how many neighbours.
    """
    numbers = learners[0].probe.numbers
    rows, cols = (axis[labels] for axis in np.nonzero(known.mask))
    strokes = np.unique(known.strokes[labels], return_inverse=True)[1]
    own = np.searchsorted(numbers, known.classes[labels])
    valid, step = learners[0].part.features.valid, 1
    if drawn is None:
        step = max(1, math.ceil(math.sqrt(valid.size / MOST_LOOKED)))
        drawn = sampled([learner.part for learner in learners], step, ctx)
    best = drawn.argmax(axis=2)
    sure = np.take_along_axis(drawn, best[..., None], axis=2)[..., 0]
    placed = held_back.placed(
        best, sure, valid[::step, ::step], len(numbers), rows // step, cols // step, own,
        strokes, rule.ends_of(rows, cols, strokes),
    )  # fmt: skip
    questions = held_back.questions_of(placed, amount[0])
    if not questions or not held_back.suffices(placed, questions):
        lacks_far = any(not one.far for one in questions)
        return Calibration(near=placed.share_near, why=ALONE if lacks_far else FEW)
    ctx.check()
    answers = _answers(learners, questions, rows, cols, amount[1], ctx)
    weights = held_back.weights_of(placed, questions)
    asked = own[np.concatenate([one.asked for one in questions])]
    groups = np.repeat([2 * one.group + one.far for one in questions], [len(one.asked) for one in questions])
    told = np.isfinite(answers).all(axis=1) & (weights > 0)
    if not told.any():
        return Calibration(near=placed.share_near, why=FEW)
    answers, weights, asked, groups = answers[told], weights[told], asked[told], groups[told]
    found, share = answers.argmax(axis=1), weights / weights.sum()
    return Calibration(
        temperature=find_temperature(answers, asked, weights, np.unique(groups, return_inverse=True)[1]),
        asked=len(answers),
        near=placed.share_near,
        accuracy=float((share * (found == asked)).sum()),
        confidence=float((share * answers.max(axis=1)).sum()),
    )


def _answers(
    learners: Sequence[Learner], questions: Sequence[Question], rows: Indices, cols: Indices, neighbours: int,
    ctx: Context,
) -> Mixed:  # fmt: skip
    """What the mixture says of every asked pixel, in the order of the questions: pixels x classes; NaN where nothing
    can be said."""
    asked = np.concatenate([one.asked for one in questions])
    drawn_from: dict[tuple[float | None, float], Indices] = {}
    for learner in learners:
        spec = learner.part.spec
        if (spec.edges, spec.smooth) not in drawn_from:
            drawn_from[spec.edges, spec.smooth] = _sources(learner.part, rows[asked], cols[asked], neighbours)
    by_difference = all(learner.fit is None for learner in learners)

    def ask(learner: Learner) -> Mixed:
        ctx.check()
        places = drawn_from[learner.part.spec.edges, learner.part.spec.smooth]
        seen = learner.of_pixels(places)
        many = len(places) // len(asked)
        told = (
            _changed(learner, questions, seen, many)
            if by_difference
            else _fitted_again(learner, questions, seen, many, ctx)
        )
        return np.asarray(told.reshape(len(asked), many, -1).mean(axis=1))

    # One after the other: these are many small products, and threads would only wait for each other.
    return blended(map(ask, learners), [learner.part.weight for learner in learners])


def _sources(part: MapPart, rows: Indices, cols: Indices, count: int) -> Indices:
    """Pixels that the smoothed probabilities of some others are made of, so many for each, by their weight in them; as
    row * columns + column, those of one pixel after the other. Without smoothing the pixels themselves."""
    valid, spec = part.features.valid, part.spec
    within = part.features.edges if spec.edges else None
    if not spec.smooth and within is None:
        return np.asarray(rows * valid.shape[1] + cols)
    rng = np.random.default_rng(0)
    rows, cols = np.repeat(rows, count), np.repeat(cols, count)
    if spec.smooth:
        rows, cols = _around(rows, cols, spec.smooth, valid, rng)
    if within is not None and spec.edges:
        rows, cols = source_of(within, EDGE_REACH, spec.edges, rows, cols, rng)
    return np.asarray(rows * valid.shape[1] + cols)


def _around(
    rows: Indices, cols: Indices, sigma: float, valid: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """Pixels with data around some others, by the weight of a Gaussian; the pixel itself where none is found."""
    found_rows, found_cols = rows.copy(), cols.copy()
    missing = np.arange(len(rows))
    for _ in range(TRIES):
        down, right = np.rint(rng.normal(0.0, sigma, (2, len(missing)))).astype(np.intp)
        there = np.stack([rows[missing] + down, cols[missing] + right])
        inside: NDArray[np.bool_] = np.all((there >= 0) & (there < np.array(valid.shape)[:, None]), axis=0)
        inside[inside] = valid[there[0, inside], there[1, inside]]
        found_rows[missing[inside]], found_cols[missing[inside]] = there[:, inside]
        missing = missing[~inside]
    return found_rows, found_cols


def _changed(learner: Learner, questions: Sequence[Question], seen: Rows, many: int) -> NDArray[np.float32]:
    """What a linear classifier says without what is held back, as far as its scores change as those of the closed form
    do, but for how steep they are: pixels x classes.

    Args:
        seen: of every asked pixel so many rows, in the order of the questions.
    """
    assert isinstance(learner.probe, LinearProbe)
    ends = many * np.cumsum([len(one.asked) for one in questions])
    asked = np.split(seen, ends[:-1])
    held = [one.held for one in questions]
    if not np.array_equal(learner.parents, np.arange(len(learner.parents))):  # there are synthetic rows
        held = [np.flatnonzero(np.isin(learner.parents, one)) for one in held]
    closed = LeavingOut(learner.rows, learner.classes, learner.importance)
    weights, bias = learner.probe.weights.T, learner.probe.bias
    steep = np.float32(max(0.0, closed.slope(learner.rows @ weights + bias)))
    return softmax(seen @ weights + bias + steep * np.concatenate(closed.changes(held, asked)))


def _fitted_again(
    learner: Learner, questions: Sequence[Question], seen: Rows, many: int, ctx: Context
) -> NDArray[np.float32]:
    """What a classifier says that is fitted again without what is held back, a few questions at once: pixels x classes;
    NaN where its class would have no label left.

    Args:
        seen: as of `_changed`.
    """
    assert learner.fit is not None
    numbers = learner.probe.numbers
    starts = many * np.cumsum([0, *(len(one.asked) for one in questions)])
    out = np.full((len(seen), len(numbers)), np.nan, dtype=np.float32)
    count = int(np.clip(FITTED_AGAIN // len(learner.rows), *FOLDS))
    for fold in held_back.folds_of(questions, count):
        ctx.check()
        kept = ~np.isin(learner.parents, np.concatenate([questions[index].held for index in fold]))
        left = np.unique(learner.classes[kept])
        if len(left) < 2:
            continue
        importance = None if learner.importance is None else learner.importance[kept]
        fitted = learner.fit(learner.rows[kept], learner.classes[kept], importance)
        told = [index for index in fold if learner.classes[questions[index].asked[0]] in left]
        if not told:
            continue
        here = np.concatenate([np.arange(starts[index], starts[index + 1]) for index in told])
        out[here] = 0.0
        out[np.ix_(here, np.searchsorted(numbers, fitted.numbers))] = fitted.probabilities(seen[here])
    return out
