"""How much each level counts: strokes and their ends, held back labels in closed form, votes, weights, twins."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.pipeline.level_weights import (
    MOST_IN_STROKE,
    Evidence,
    ends_of,
    evidence_of,
    far_ends,
    held_back,
    majority,
    ridge_fit,
    strokes_of,
    sure_pixels,
    twin_whitening,
    vote,
    weighed_by,
    weights_of,
)


def _rows(spread: float, classes: np.ndarray, seed: int = 0, width: int = 6) -> np.ndarray:
    rng = np.random.default_rng(seed)
    means = rng.standard_normal((int(classes.max()) + 1, width))
    return (means[classes] + spread * rng.standard_normal((len(classes), width))).astype(np.float32)


def test_pixels_of_one_class_that_touch_at_a_corner_are_one_stroke():
    labels = np.array([[1, 0, 0, 2], [0, 1, 0, 2], [0, 0, 0, 0], [1, 0, 2, 0]])
    assert strokes_of(labels).tolist() == [0, 2, 0, 2, 1, 3]


def test_touching_pixels_of_two_classes_are_two_strokes():
    assert strokes_of(np.array([[1, 2], [1, 2]])).tolist() == [0, 1, 0, 1]


def test_the_ends_of_a_stroke_are_the_thirds_farthest_apart():
    rows, cols = np.zeros(9, dtype=int), np.arange(9)
    assert ends_of(rows, cols, np.zeros(9, dtype=int)).tolist() in (
        [1] * 3 + [0] * 3 + [2] * 3,
        [2] * 3 + [0] * 3 + [1] * 3,
    )


def test_an_end_has_at_most_so_many_pixels_and_a_short_stroke_has_none():
    rows, cols = np.arange(33), np.zeros(33, dtype=int)
    ends = ends_of(rows, cols, np.repeat([0, 1], [30, 3]))
    assert [int((ends == end).sum()) for end in (-1, 0, 1, 2)] == [3, 22, 4, 4]


def test_the_closed_form_solves_the_ridge_equations():
    classes = np.array([3, 3, 7, 7, 9])
    rows = _rows(0.1, classes)
    numbers, weights, bias = ridge_fit(rows, classes)
    scaled = np.column_stack([rows / np.sqrt(6), np.ones(5)])
    wanted = (classes[:, None] == numbers) - 1 / 3
    by_features = 8 * np.linalg.solve(scaled.T @ scaled + 0.1 * np.eye(7), scaled.T @ wanted)
    assert numbers.tolist() == [3, 7, 9]
    np.testing.assert_allclose(weights, by_features[:-1].T / np.sqrt(6), atol=1e-4)
    np.testing.assert_allclose(bias, by_features[-1], atol=1e-4)


def test_a_class_whose_features_are_about_nought_is_found():
    rng = np.random.default_rng(0)
    classes = np.repeat([1, 2, 3], 10)
    rows = (np.array([[0, 0], [3, 0], [0, 3]])[classes - 1] + 0.1 * rng.standard_normal((30, 2))).astype(np.float32)
    numbers, weights, bias = ridge_fit(rows, classes)
    assert (numbers[np.argmax(rows @ weights.T + bias, axis=1)] == classes).all()


def test_a_pixel_of_twice_the_importance_counts_as_two():
    classes = np.array([1, 1, 2])
    rows = _rows(0.5, classes)
    once = ridge_fit(rows[[0, 1, 1, 2]], classes[[0, 1, 1, 2]])
    twice = ridge_fit(rows, classes, np.array([1.0, 2.0, 1.0]))
    np.testing.assert_allclose(twice[1], once[1], atol=1e-4)
    np.testing.assert_allclose(twice[2], once[2], atol=1e-4)


@pytest.mark.parametrize("width", [6, 40])
def test_what_is_held_back_is_what_fitting_without_it_gives(width):
    classes = np.repeat([1, 2, 3], 8)
    strokes = np.repeat(np.arange(6), 4)
    rows = _rows(2.0, classes, width=width)
    right = []
    for stroke in range(6):
        out = strokes == stroke
        numbers, weights, bias = ridge_fit(rows[~out], classes[~out])
        right += (numbers[np.argmax(rows[out] @ weights.T + bias, axis=1)] == classes[out]).tolist()
    assert held_back(rows, classes, strokes) == pytest.approx(np.mean(right))
    assert 0.2 < np.mean(right) < 1


def test_only_classes_of_several_strokes_are_held_back():
    classes = np.repeat([1, 2], 4)
    rows = _rows(0.01, classes)
    assert np.isnan(held_back(rows, classes, np.repeat([0, 1], 4)))
    assert held_back(rows, classes, np.array([0, 0, 1, 1, 2, 2, 2, 2])) == 1.0


def test_far_ends_see_noise():
    classes = np.repeat([1, 2, 3], 12)
    strokes = classes - 1
    ends = ends_of(np.arange(36), np.zeros(36, dtype=int), strokes)
    assert far_ends(_rows(0.01, classes), classes, ends) == 1.0
    assert far_ends(_rows(5.0, classes), classes, ends) < 0.8
    assert np.isnan(far_ends(_rows(0.01, classes), classes, np.full(36, -1)))


def test_the_majority_leaves_the_pixel_itself_and_pixels_without_data_out():
    drawn = np.array([[0, 0, 0], [0, 1, 0], [1, 1, 1]])
    valid = np.ones((3, 3), bool)
    assert majority(drawn, valid, 2).tolist() == [[0, 0, 0], [1, 0, 1], [1, 1, 1]]
    valid[0, 0] = valid[1, 0] = False
    assert majority(drawn, valid, 2)[2, 0] == 1
    assert vote(drawn, np.zeros((3, 3), int), np.ones((3, 3), bool)) == pytest.approx(5 / 9)


NOTHING = np.full(3, np.nan)


def test_of_one_stroke_a_class_far_ends_and_votes_count_alike():
    far, votes = np.array([0.5, 0.5, 0.5 + np.log(3) / 30]), np.array([0.1 + np.log(2) / 30, 0.1, 0.1])
    np.testing.assert_allclose(weights_of(NOTHING, far, votes, Evidence(0, 1.0, 1.0)), np.array([2, 1, 3]) / 6)


def test_where_each_class_has_several_strokes_votes_do_not_count():
    held = np.array([0.5, 0.5 + np.log(4) / 10, 0.5])
    found = weights_of(held, NOTHING, np.array([0.0, 0.0, 1.0]), Evidence(10, 0.0, 1.0))
    np.testing.assert_allclose(found, np.array([1, 4, 1]) / 6)


def test_of_pixels_on_their_own_only_what_is_held_back_counts():
    far, votes = np.array([0.0, 1.0, 0.0]), np.array([0.0, 0.0, 1.0])
    np.testing.assert_allclose(weights_of(NOTHING, far, votes, Evidence(0, 1.0, 0.0)), 1 / 3)
    found = weights_of(np.array([0.9, 0.8, 0.8]), far, votes, Evidence(80, 0.0, 0.0))
    assert found[0] == pytest.approx(1 / (1 + 2 * np.exp(-8)))


def test_the_evidence_of_labels_that_are_both_strokes_and_pixels():
    classes = np.array([1] * 6 + [2] * 3 + [2])
    strokes = np.array([0] * 6 + [1] * 3 + [2])
    ends = np.array([1, 1, 0, 0, 2, 2, -1, -1, -1, -1])
    assert evidence_of(classes, strokes, ends) == Evidence(1, 0.5, 0.6)


def test_votes_are_wanted_only_where_a_class_has_one_stroke():
    assert Evidence(0, 1.0, 1.0).wants_votes
    assert not Evidence(8, 0.0, 1.0).wants_votes
    assert not Evidence(0, 1.0, 0.0).wants_votes


def test_sure_pixels_are_wanted_where_nearly_all_labels_are_strokes():
    assert Evidence(0, 1.0, 0.95).wants_sure_pixels
    assert not Evidence(0, 0.5, 0.8).wants_sure_pixels


def test_long_strokes_are_weighed_by_some_of_their_pixels():
    found = weighed_by(np.repeat([0, 1], [500, 10]))
    assert len(found) == MOST_IN_STROKE + min(10, MOST_IN_STROKE)
    assert found[[0, MOST_IN_STROKE - 1]].tolist() == [0, 499]
    assert len(weighed_by(np.arange(5_000))) == 2_000


def test_sure_pixels_are_those_that_all_levels_agree_on_in_the_proportion_of_the_labels():
    mixed = np.repeat([1, 2], 50).reshape(10, 10)
    level = mixed.copy()
    level[0] = 2
    labels = np.zeros((10, 10), dtype=np.uint16)
    labels[1, 0], labels[9, :3] = 1, 2
    valid = np.ones((10, 10), dtype=bool)
    valid[5] = False
    found = sure_pixels(mixed, [mixed, level], labels, valid)
    assert np.bincount(found.ravel()).tolist() == [92, 2, 6]
    assert not found[0].any()
    assert not found[5].any()
    assert not found[labels > 0].any()


def test_of_many_labels_the_sure_pixels_are_few_and_keep_the_proportion():
    mixed = np.repeat([1, 2], 5_000).reshape(100, 100)
    labels = np.zeros((100, 100), dtype=np.uint16)
    labels[:10], labels[50:51] = 1, 2
    found = sure_pixels(mixed, [mixed], labels, np.ones((100, 100), dtype=bool))
    assert np.bincount(found.ravel())[1:].tolist() == [200, 20]


def test_a_twin_shrinks_the_direction_in_which_like_fields_differ():
    rng = np.random.default_rng(0)
    kinds = rng.choice([-3.0, 3.0], 60)
    means = np.stack([kinds, rng.standard_normal(60), 0.01 * rng.standard_normal(60)], axis=1).astype(np.float32)
    found = twin_whitening(means)
    kept, shrunk = np.linalg.norm(found[0]), np.linalg.norm(found[1])
    assert kept > 1.3 * shrunk
    assert np.square(means @ found).mean() == pytest.approx(np.square(means).mean(), rel=1e-4)


@pytest.mark.parametrize("count", [1, 2])
def test_of_too_few_superpixels_there_is_no_twin(count):
    assert twin_whitening(np.eye(3, dtype=np.float32)[:count]) is None
