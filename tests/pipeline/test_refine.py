"""Refinement by few labels: the variant that serves them, compactness, synthetic rows of sparse classes."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.jobs import SilentContext
from hsigui.pipeline.features import ENCODER, Features, finished
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.refine import DEFAULT_TIME, choose, fisher_ratio, refine, scatter
from hsigui.specs import ProbeSpec

TIMES = (0, 100, 200)
SIDE, WIDTH = 30, 6
FIELDS = (1 + 2 * (np.arange(SIDE)[:, None] >= 15) + (np.arange(SIDE)[None, :] >= 15)).astype(np.uint16)


def _features(spreads: tuple[float, ...], synthesise=None) -> Features:
    """Four fields; the noise within a class has another spread in every variant; two smoothed components beside."""
    rng = np.random.default_rng(0)
    means = rng.standard_normal((5, WIDTH))
    blocks = [means[FIELDS] + s * rng.standard_normal((SIDE, SIDE, WIDTH)) for s in spreads]
    array = np.concatenate([*blocks, 0.01 * rng.standard_normal((SIDE, SIDE, 2))], axis=2).astype(np.float16)
    found = finished(array, np.ones((SIDE, SIDE), bool), "", {ENCODER: slice(0, WIDTH * len(spreads))})
    return Features(
        found.array, found.valid, found.mean, found.sd, "", found.columns, TIMES[: len(spreads)], synthesise
    )


def _labels(each: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    labels = np.zeros_like(FIELDS)
    for number in range(1, 5):
        labels.flat[rng.choice(np.flatnonzero(number == FIELDS), each, replace=False)] = number
    return labels


def _refined(features: Features, labels: np.ndarray, **options):
    mask = labels > 0
    return refine(features, features.array[mask], labels[mask], 0, **options)


def test_the_variant_that_the_labels_are_best_told_apart_by_is_chosen():
    found = _refined(_features((2.0, 2.0, 0.1)), _labels(8))
    assert found.refinement.t_star == 200
    assert found.columns.tolist() == [*range(12, 18), 18, 19]
    assert set(found.refinement.scores) == set(TIMES)
    assert found.refinement.scores[200] > found.refinement.scores[0]


def test_no_refinement_is_chosen_when_it_hurts():
    found = _refined(_features((0.3, 2.0, 4.0)), _labels(8))
    assert found.refinement.t_star == 0
    assert found.refinement.compactness_before == found.refinement.compactness_after


def test_a_gain_that_few_labels_cannot_tell_from_chance_counts_as_a_tie(monkeypatch):
    accuracies = iter(np.repeat([0.900, 0.909, 0.895, 0.900, 0.911, 0.9], 3))
    monkeypatch.setattr("hsigui.methods.folds.accuracy", lambda *_: next(accuracies))
    rows, labels = [np.eye(6, dtype=np.float32)] * 3, np.repeat([1, 2], 3)
    assert choose(rows, TIMES, labels)[0] == 0
    assert choose(rows, TIMES, labels)[0] == 1


def test_ties_go_to_the_weaker_refinement():
    assert _refined(_features((0.01, 0.01, 0.01)), _labels(5)).refinement.t_star == 0


@pytest.mark.parametrize("each", [1, 2])
def test_with_one_or_two_labels_a_class_the_default_is_taken(each):
    refinement = _refined(_features((0.3, 2.0, 4.0)), _labels(each)).refinement
    assert refinement.t_star == DEFAULT_TIME
    assert refinement.scores == {}
    assert np.isnan(refinement.compactness_before) == (each == 1)


def test_a_class_of_one_label_among_others_does_not_stop_the_choice():
    labels = _labels(6)
    labels.flat[np.flatnonzero(labels == 4)[1:]] = 0
    assert _refined(_features((2.0, 2.0, 0.1)), labels).refinement.t_star == 200


def test_scatter_and_fisher_ratio_agree_with_slow_loops():
    rng = np.random.default_rng(0)
    rows, labels = rng.standard_normal((7, 3)).astype(np.float32), np.array([1, 1, 1, 2, 2, 3, 3])
    distances, inside, between = [], 0.0, 0.0
    for number in (1, 2, 3):
        own = [row for row, label in zip(rows, labels, strict=True) if label == number]
        mean = sum(own) / len(own)
        for row in own:
            distances.append(np.sqrt(((row - mean) ** 2).sum() / 3))
            inside += ((row - mean) ** 2).sum()
        between += len(own) * ((mean - rows.mean(axis=0)) ** 2).sum()
    assert scatter(rows, labels) == pytest.approx(np.mean(distances), rel=1e-5)
    assert fisher_ratio(rows, labels) == pytest.approx(between / inside, rel=1e-5)
    assert np.isnan(scatter(rows, np.arange(7)))
    assert np.isnan(fisher_ratio(rows, np.arange(7)))


def test_compactness_rises_with_the_refinement_that_is_chosen():
    refinement = _refined(_features((2.0, 1.0, 0.1)), _labels(8)).refinement
    assert refinement.compactness_after < 0.7 * refinement.compactness_before
    assert refinement.separation_after > 2 * refinement.separation_before


class Copies:
    """Makes every parent's copies: small noise, and the last of each far away."""

    def __init__(self) -> None:
        self.asked: list[tuple[np.ndarray, int, int, int]] = []

    def __call__(self, rows, start, copies, seed):
        self.asked.append((rows, start, copies, seed))
        made = np.repeat(rows, copies, axis=0) + 0.01 * np.random.default_rng(seed).standard_normal((1, WIDTH))
        made[copies - 1 :: copies] = 50.0
        return np.tile(made, len(TIMES)).astype(np.float32)


def _sparse() -> np.ndarray:
    labels = _labels(10)
    labels.flat[np.flatnonzero(labels == 2)[4:]] = 0
    return labels


def test_sparse_classes_get_synthetic_rows_near_their_own_mean():
    made = Copies()
    features = _features((0.2, 0.2, 0.2), made)
    labels = _sparse()
    found = _refined(features, labels)
    real = int((labels > 0).sum())
    assert len(made.asked) == 1
    parents, start, copies, _ = made.asked[0]
    assert np.array_equal(parents, features.array[labels == 2][:, :WIDTH].astype(np.float32))
    assert 0 < start < 400
    assert found.refinement.synthetic_rows == len(found.rows) - real == 4 * (copies - 1)
    assert set(found.labels[real:].tolist()) == {2}
    # What stands beside the encoder's features is the parent's.
    beside = {tuple(row) for row in found.rows[:real][labels[labels > 0] == 2][:, WIDTH:].tolist()}
    assert {tuple(row) for row in found.rows[real:, WIDTH:].tolist()} == beside


def test_the_synthetic_rows_of_a_class_weigh_a_quarter_of_its_labels_together():
    found = _refined(_features((0.2, 0.2, 0.2), Copies()), _sparse())
    real = len(found.rows) - found.refinement.synthetic_rows
    assert (found.weights[:real] == 1).all()
    assert found.weights[real:].sum() == pytest.approx(0.25 * 4)


def test_classes_of_ten_labels_and_other_probes_get_no_synthetic_rows():
    made = Copies()
    features = _features((0.2, 0.2, 0.2), made)
    assert _refined(features, _labels(10)).weights is None
    assert _refined(features, _sparse(), synthetic=False).refinement.synthetic_rows == 0
    assert made.asked == []


def test_a_probe_on_refined_features_uses_their_columns_and_says_how_it_came_to_be():
    features = _features((2.0, 2.0, 0.1), Copies())
    for classifier in ("logistic", "svm"):
        probe = fit_probe(features, _sparse(), ProbeSpec(classifier=classifier), SilentContext())
        assert probe.columns.tolist() == [*range(12, 18), 18, 19]
        assert probe.refinement.t_star == 200
        assert (probe.refinement.synthetic_rows > 0) == (classifier == "logistic")
        seen = features.standardised(features.array, probe.columns)
        right = probe.numbers[probe.probabilities(seen).argmax(axis=2)] == FIELDS
        assert right.mean() > 0.98


def test_choosing_is_fast_enough_for_a_live_map_and_seeded():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(1, 17), 10)
    every = [rng.standard_normal((160, 96)).astype(np.float32) for _ in range(5)]
    one = choose(every, (0, 100, 200, 300, 400), labels, 3)
    assert one == choose(every, (0, 100, 200, 300, 400), labels, 3)
    assert len(one[1]) == 5
