"""Fitting the probe on the labelled pixels of a scene. Loads no torch."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.label_map import require_same_size
from hsigui.methods import forest_probe, kernel_probe
from hsigui.methods import probe as linear
from hsigui.methods.calibration import Calibration
from hsigui.methods.fusion import fit_fused
from hsigui.methods.kernel_probe import KernelProbe
from hsigui.methods.probe import Probe
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline import calibrate
from hsigui.pipeline.features import Features
from hsigui.pipeline.level_candidates import Labelled, closed_form
from hsigui.pipeline.level_fit import Fitted, fit_levels
from hsigui.pipeline.map_parts import mixed, parts_of
from hsigui.pipeline.refine import refine
from hsigui.specs import MapSpec, ProbeSpec
from hsigui.texts import say

# Beyond so many labels of a class more add nothing but time.
MOST_PER_CLASS = 2_000
CALIBRATING_TREES = 60  # of a forest that is grown again without some labels


def fit_probe(
    features: Features, labels: NDArray[np.integer], spec: ProbeSpec | None, ctx: Context,
    map_spec: MapSpec | None = None,
) -> Probe:  # fmt: skip
    """Fits the probe on every labelled pixel that has data; of features of several levels of context each level's, and
    weighs them by the labels. It is calibrated by the same labels (`calibrate`).

    Args:
        labels: rows x cols class numbers, 0 for unlabelled.
        spec: which classifier; None for the recipe of the features.
        map_spec: how the map is to be drawn, by which levels are compared, and for which probabilities are calibrated;
            None for the recipe of the features.

    Raises:
        HsiError: the labels have another size than the scene, or fewer than two classes have a label.
    """
    if features.levels is not None:
        return fit_mixture(features, labels, spec, map_spec, ctx).probe
    spec = features.recipe.probe if spec is None else spec
    mask = _labelled(features, labels, ctx)
    probe = _fit_one(features, mask, labels, spec)
    return probe.calibrated(_calibration(features, mask, labels, probe, spec, map_spec, ctx))


AT_ONCE = ProbeSpec(classifier="ridge")


def fit_mixture(
    features: Features, labels: NDArray[np.integer], spec: ProbeSpec | None, map_spec: MapSpec | None, ctx: Context, *,
    draw: bool = False, brief: bool = False, after: Fitted | None = None,
) -> Fitted:  # fmt: skip
    """As `fit_probe`, for features of several levels of context.

    Args:
        labels: rows x cols class numbers, 0 for unlabelled.
        spec: which classifier: AT_ONCE for the closed form alone.
        draw: the probabilities of a small scene too, for `classify`.
        brief: for a map that is soon replaced.
        after: what was found of the same labels before.

    Raises:
        HsiError: as `fit_probe`.
    """
    mask = _labelled(features, labels, ctx)
    spec = features.recipe.probe if spec is None else spec
    fit = None if spec.classifier == "ridge" else partial(_weighted, spec)
    drawn_as = features.recipe.map if map_spec is None else map_spec
    joins = spec.classifier == "logistic"
    with one_blas_thread():
        return fit_levels(
            features, mask, labels, drawn_as, ctx, fit, joins=joins, seed=spec.seed, draw=draw, brief=brief, after=after
        )


def _weighted(
    spec: ProbeSpec, rows: NDArray[np.float32], labels: NDArray[np.integer], weights: NDArray[np.float64] | None
) -> Probe:
    return fit_rows(rows, labels, spec, weights)


def _labelled(features: Features, labels: NDArray[np.integer], ctx: Context) -> NDArray[np.bool_]:
    """Which labelled pixels are learned from, rows x cols.

    Raises:
        HsiError: the labels have another size than the scene, or fewer than two classes have one.
    """
    require_same_size(labels.shape, features.shape, say("labels"))
    ctx.check()
    mask = (labels > 0) & features.valid
    numbers = np.unique(labels[mask])
    if len(numbers) < 2:
        found = (
            say("no class has")
            if len(numbers) == 0
            else say("only class {first_numbers} has", first_numbers=numbers[0])
        )
        empty = len(np.unique(labels[labels > 0])) > len(numbers)
        where = say(" on pixels with data") if empty else ""
        raise HsiError(
            say("A map needs labels of at least two classes; {found} any{where}.", found=found, where=where),
            say("Label some pixels of another class."),
        )
    return _thinned(mask, labels, numbers)


def _fit_one(features: Features, mask: NDArray[np.bool_], labels: NDArray[np.integer], spec: ProbeSpec) -> Probe:
    """The classifier of features of one level."""
    if features.variants:
        return _fit_refined(features, mask, labels[mask], spec)
    return _fit_plain(features, features.at(mask), labels[mask], spec)


def _fit_plain(features: Features, rows: NDArray[np.float32], labels: NDArray[np.integer], spec: ProbeSpec) -> Probe:
    """The classifier of some rows (standardised, pixels x features) of features of one level, in one version."""
    if spec.fusion and len(features.branches) == 2 and spec.classifier == "logistic" and not features.variants:
        weights = (spec.fusion, 1 - spec.fusion)
        return fit_fused(rows, labels, features.branches, weights, spec.strength)
    return fit_rows(rows, labels, spec)


def fit_rows(
    rows: NDArray[np.float32], labels: NDArray[np.integer], spec: ProbeSpec, weights: NDArray[np.float64] | None = None
) -> Probe:
    """The probe of a kind, fitted to standardised features (pixels x features) and their class numbers.

    `weights` are the rows'; only logistic regression heeds them.
    """
    if spec.classifier == "svm":
        return kernel_probe.fit(rows, labels, spec.seed)
    if spec.classifier == "forest":
        return forest_probe.fit(rows, labels, spec.seed)
    if spec.classifier == "ridge":
        return closed_form(rows, labels)
    return linear.fit(rows, labels, spec.strength, weights)


def _calibration(
    features: Features, mask: NDArray[np.bool_], labels: NDArray[np.integer], probe: Probe, spec: ProbeSpec,
    map_spec: MapSpec | None, ctx: Context,
) -> Calibration:  # fmt: skip
    """By what the classifier of features of one level is calibrated."""
    (part,) = parts_of(features, probe, features.recipe.map if map_spec is None else map_spec, ctx)

    def again(rows: NDArray[np.float32], classes: NDArray[np.integer], _weights: NDArray[np.float64] | None) -> Probe:
        if isinstance(probe, KernelProbe):  # its penalty stays the one that all labels chose
            return kernel_probe.fit(rows, classes, spec.seed, probe.penalty)
        if spec.classifier == "forest":  # its shares are steady with fewer trees
            return forest_probe.fit(rows, classes, spec.seed, CALIBRATING_TREES)
        return _fit_plain(features, rows, classes, spec)

    with one_blas_thread():
        whole = mask.size <= calibrate.MOST_LOOKED
        drawn = mixed([part], (0, 0, *features.shape), ctx) if whole else None
        return calibrate.of_one(part, probe, Labelled.of(mask, labels), again, ctx, drawn)


def _fit_refined(features: Features, mask: NDArray[np.bool_], labels: NDArray[np.integer], spec: ProbeSpec) -> Probe:
    """The probe on the variant of the encoder's features that serves the labels best, and on what stands beside them.

    Only the linear probe knows weights of rows, so only it is given synthetic features.
    """
    found = refine(features, features.array[mask], labels, spec.seed, synthetic=spec.classifier == "logistic")
    return fit_rows(found.rows, found.labels, spec, found.weights).refined(found.columns, found.refinement)


def _thinned(mask: NDArray[np.bool_], labels: NDArray[np.integer], numbers: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Every n-th pixel of classes that have very many."""
    for number in numbers:
        flat = np.flatnonzero(mask & (labels == number))
        if len(flat) > MOST_PER_CLASS:
            keep = flat[np.linspace(0, len(flat) - 1, MOST_PER_CLASS).astype(int)]
            mask.flat[np.setdiff1d(flat, keep)] = False
    return mask
