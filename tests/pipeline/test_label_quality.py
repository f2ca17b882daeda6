"""Labels that the others contradict, classes that look the same, and classes with too few labels."""

from __future__ import annotations

import math

import numpy as np
import pytest

from hsigui.pipeline.features import Features, finished
from hsigui.pipeline.label_quality import label_quality, spectral_spread

ROWS, COLS = 40, 40


def scene(noise: float = 0.3) -> tuple[Features, np.ndarray]:
    """Four fields, and which is which (1 to 4)."""
    rng = np.random.default_rng(0)
    truth = (1 + 2 * (np.arange(ROWS)[:, None] >= 20) + (np.arange(COLS)[None, :] >= 20)).astype(np.uint16)
    values = rng.normal(size=(5, 8))[truth] + noise * rng.normal(size=(ROWS, COLS, 8))
    return finished(values.astype(np.float16), np.ones((ROWS, COLS), dtype=bool), ""), truth


def strokes(truth: np.ndarray, step: int = 6) -> np.ndarray:
    """Single pixels and short strokes of the right classes."""
    labels = np.zeros_like(truth)
    labels[2::step, 2::step] = truth[2::step, 2::step]
    labels[2::step, 3::step] = truth[2::step, 3::step]
    return labels


def test_good_labels_of_different_fields_are_not_complained_about():
    features, truth = scene()
    found = label_quality(strokes(truth), features)
    assert found.checked
    assert found.contradicted == () == found.alike
    assert found.few == ()
    assert [c.number for c in found.classes] == [1, 2, 3, 4]
    assert sum(c.pixels for c in found.classes) == np.count_nonzero(strokes(truth))


def test_a_stroke_of_the_wrong_class_is_found_though_its_pixels_vouch_for_each_other():
    features, truth = scene()
    labels = strokes(truth)
    labels[28:31, 28:36] = 1  # a long stroke, in a field of class 4
    labels[25:34, 25:39][labels[25:34, 25:39] == 4] = 0
    found = label_quality(labels, features)
    wrong = [entry for entry in found.contradicted if entry.region.number == 1]
    assert len(wrong) == 1
    assert wrong[0].region.first == (28, 28)
    assert wrong[0].says == 4
    assert wrong[0].sure > 0.6


def test_a_single_wrong_pixel_is_found():
    features, truth = scene()
    labels = strokes(truth)
    labels[10, 30] = 3
    found = label_quality(labels, features)
    assert [(e.region.first, e.says) for e in found.contradicted] == [((10, 30), 2)]


def test_one_field_under_two_names_is_told_once_and_nothing_else_is():
    features, truth = scene()
    labels = strokes(truth)
    field = np.flatnonzero(labels == 2)
    labels.flat[field[::4]] = 5
    labels.flat[field[1::4]] = 5
    found = label_quality(labels, features)
    assert [(pair.first, pair.second) for pair in found.alike] == [(2, 5)]
    assert 0.35 <= found.alike[0].error <= 0.75


def test_classes_with_fewer_than_three_labels_are_named():
    features, truth = scene()
    labels = strokes(truth)
    labels[labels == 3] = 0
    labels[30, 5] = labels[34, 9] = 3
    assert label_quality(labels, features).few == (3,)


def test_the_only_region_of_a_class_is_contradicted_by_nobody():
    features, truth = scene()
    labels = strokes(truth)
    labels[labels == 1] = 0
    labels[25, 25] = 1
    found = label_quality(labels, features)
    assert all(entry.region.number != 1 for entry in found.contradicted)


@pytest.mark.parametrize("pixels", [[], [(3, 3, 1)], [(3, 3, 1), (30, 30, 4)]])
def test_too_few_labels_give_counts_and_no_verdict(pixels):
    features, _ = scene()
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    for row, col, number in pixels:
        labels[row, col] = number
    found = label_quality(labels, features)
    assert not found.checked
    assert len(found.classes) == len(pixels)
    assert found.few == tuple(number for _, _, number in pixels)


def test_without_features_counts_and_spread_are_told():
    _, truth = scene()
    spectra = {1: np.array([1.0, 0.0]), 2: np.array([0.0, 1.0])}
    labels = np.zeros_like(truth)
    labels[3, 3:6] = 1
    labels[8, 3] = labels[8, 30] = 7
    found = label_quality(labels, None, lambda _row, col: spectra[1 + (col >= 20)].astype(np.float32))
    assert not found.checked
    assert [(c.number, c.pixels, c.regions) for c in found.classes] == [(1, 3, 1), (7, 2, 2)]
    assert found.classes[0].spread == pytest.approx(0.0, abs=1e-3)
    assert found.classes[1].spread == pytest.approx(45.0)  # of (1, 0) and (0, 1) from their mean


def test_the_spread_of_one_spectrum_or_of_missing_ones_is_not_known():
    assert math.isnan(spectral_spread(np.ones((1, 4))))
    assert math.isnan(spectral_spread(np.array([[1.0, 2.0], [np.nan, 1.0]])))
    assert spectral_spread(np.array([[1.0, 1.0], [4.0, 4.0], [0.0, 0.0]])) == pytest.approx(0.0, abs=1e-5)


def test_labels_where_there_is_no_data_do_not_count():
    features, truth = scene()
    valid = features.valid.copy()
    valid[:20] = False
    found = label_quality(strokes(truth), finished(np.array(features.array), valid, ""))
    assert [c.number for c in found.classes] == [3, 4]
