"""What is fitted of several levels of context: each level and its twin, and the labelled pixels as each sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.jobs import Context
from hsigui.methods.probe import LinearProbe, Probe, Refinement
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.feature_file import pixels_of
from hsigui.pipeline.features import Features
from hsigui.pipeline.refine import refine

Rows = NDArray[np.float32]
# Given rows, the class number of each and their importance (None: all alike), a classifier of such rows.
Fit = Callable[[Rows, NDArray[np.integer], NDArray[np.float64] | None], Probe]


@dataclass(frozen=True)
class Labelled:
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
    def of(cls, mask: NDArray[np.bool_], labels: NDArray[np.integer]) -> Labelled:
        """The labels (rows x cols) on the masked pixels."""
        array = np.where(mask, labels, 0)
        strokes, classes = rule.strokes_of(array), array[mask]
        rows, cols = np.nonzero(mask)
        ends = rule.ends_of(rows, cols, strokes)
        asked, evidence = rule.weighed_by(strokes), rule.evidence_of(classes, strokes, ends)
        return cls(mask, array, classes, strokes, ends, asked, evidence)


@dataclass(frozen=True)
class Candidate:
    """A level, or its twin, with what it is fitted to.

    Attributes:
        features: of the level.
        edges: tolerance of the smoothing of its map.
        columns: of the features that it reads; None for all.
        whitening: of a twin, features read x features read.
        rows, classes, importance: what it learns from: the labelled pixels, and synthetic ones after them.
        parents: which labelled pixel each of them stems from, as an index; of a labelled one its own.
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
    parents: NDArray[np.intp]
    refinement: Refinement | None

    def at(self, mask: NDArray[np.bool_]) -> Rows:
        """The masked pixels as the candidate sees them, pixels x features."""
        return self._seen(self.features.at(mask, self.columns))

    def of_pixels(self, places: NDArray[np.integer]) -> Rows:
        """Some pixels (row * columns + column each) as the candidate sees them, pixels x features."""
        return self._seen(self.features.standardised(pixels_of(self.features.array, places), self.columns))

    def _seen(self, rows: Rows) -> Rows:
        return rows if self.whitening is None else rows @ self.whitening

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


def candidates_of(features: Features, known: Labelled, ctx: Context, seed: int | None) -> list[Candidate]:
    """Each level with its twin after it, where it has one. The seed is that of the choice among versions of the
    features, where it is to be made; None takes the first version."""
    levels = features.levels
    assert levels is not None
    found = []
    for name in levels.names:
        ctx.check()
        level, edges = levels.of(name, ctx), levels.row(name).edges
        columns = level.unrefined
        own = Candidate(
            name, level, edges, columns, None, level.at(known.mask, columns), known.classes, None,
            np.arange(len(known.classes)), None,
        )  # fmt: skip
        if level.variants and seed is not None:
            chosen = refine(level, np.asarray(level.array[known.mask]), known.classes, seed)
            own = replace(
                own, columns=chosen.columns, rows=chosen.rows, classes=chosen.labels, importance=chosen.weights,
                parents=chosen.parents, refinement=chosen.refinement,
            )  # fmt: skip
        found.append(own)
        whitening = levels.whitening(name, ctx, own.columns)
        if whitening is not None:
            found.append(replace(own, whitening=whitening, rows=own.rows @ whitening))
    return found
