"""Spots to label next: in doubt, unlike what is known, no noise, and never twice."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.labels.sampling import draw
from hsigui.pipeline import active
from hsigui.pipeline.active import next_spots
from hsigui.pipeline.classify import classify
from hsigui.pipeline.features import Features, finished
from hsigui.pipeline.probe import fit_probe
from hsigui.specs import MapSpec

ROWS, COLS = 40, 60


def fields(kinds: int = 6, width: int = 12, noise: float = 0.05) -> tuple[Features, np.ndarray]:
    """Fields of equal spectra side by side, in strips of ten columns, and which is which."""
    rng = np.random.default_rng(0)
    kind = np.broadcast_to(np.arange(COLS) * kinds // COLS, (ROWS, COLS)).copy()
    values = rng.normal(size=(kinds, width))[kind] + noise * rng.normal(size=(ROWS, COLS, width))
    return finished(values.astype(np.float16), np.ones((ROWS, COLS), dtype=bool), ""), kind


def test_the_spot_lies_where_the_map_is_in_doubt():
    features, kind = fields()
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[3, 5] = 1
    margin = np.ones((ROWS, COLS), dtype=np.float32)
    margin[kind == 4] = 0.2
    spot = next_spots(features, margin, labels)[0]
    assert kind[spot.row, spot.col] == 4


def test_of_equal_doubts_the_one_that_is_unlike_all_labels_is_asked_for():
    features, kind = fields(3)
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[3, 5], labels[3, 25] = 1, 2
    spot = next_spots(features, np.full((ROWS, COLS), 0.5), labels)[0]
    assert kind[spot.row, spot.col] == 2


def test_several_spots_at_once_are_unlike_each_other():
    features, kind = fields()
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[3, 5] = 1
    spots = next_spots(features, np.full((ROWS, COLS), 0.5), labels, 5)
    assert sorted(kind[s.row, s.col] for s in spots) == [1, 2, 3, 4, 5]


def test_asking_one_after_the_other_is_as_asking_for_several():
    features, _ = fields()
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    margin = np.random.default_rng(1).random((ROWS, COLS))
    together = next_spots(features, margin, labels, 4)
    asked: list[tuple[int, int]] = []
    for _ in range(4):
        spot = next_spots(features, margin, labels, asked=asked)[0]
        asked.append((spot.row, spot.col))
    assert asked[1:] == [(s.row, s.col) for s in next_spots(features, margin, labels, 3, asked=asked[:1])]
    assert asked[0] == (together[0].row, together[0].col)
    assert len(set(asked)) == 4


def test_a_single_pixel_of_noise_is_not_asked_for():
    features, kind = fields(2)
    values = np.array(features.array)
    values[20, 10] = 50.0  # like nothing else, and in doubt
    features = finished(values, features.valid, "")
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[3, 5] = 1
    margin = np.where(kind == 1, 0.5, 0.9)
    margin[20, 10] = 0.0
    spot = next_spots(features, margin, labels)[0]
    assert kind[spot.row, spot.col] == 1


def test_pixels_without_data_labels_or_permission_are_never_asked_for():
    features, _ = fields()
    valid = np.zeros((ROWS, COLS), dtype=bool)
    valid[10, 10:14] = True
    features = finished(np.array(features.array), valid, "")
    margin = np.where(valid, 0.5, np.nan)
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[10, 10] = 3
    allowed = np.ones((ROWS, COLS), dtype=bool)
    allowed[10, 11] = False
    spots = next_spots(features, margin, labels, 9, asked=[(10, 12)], allowed=allowed)
    assert [(s.row, s.col) for s in spots] == [(10, 13)]
    assert next_spots(features, margin, labels, asked=[(10, 11), (10, 12), (10, 13)]) == []


@pytest.mark.parametrize("margin", [None, np.full((ROWS, COLS), 0.5)])
def test_without_any_label_the_spots_still_cover_the_scene(margin):
    features, kind = fields()
    spots = next_spots(features, margin, np.zeros((ROWS, COLS), dtype=np.uint16), 6)
    assert sorted(kind[s.row, s.col] for s in spots) == [0, 1, 2, 3, 4, 5]


def test_all_alike_gives_distinct_spots_all_the_same():
    values = np.ones((4, 4, 3), dtype=np.float16)
    features = finished(values, np.ones((4, 4), dtype=bool), "")
    spots = next_spots(features, None, np.zeros((4, 4), dtype=np.uint16), 99)
    assert len({(s.row, s.col) for s in spots}) == 16


def test_of_very_many_pixels_the_most_doubtful_are_looked_at(monkeypatch):
    features, kind = fields()
    labels = np.zeros((ROWS, COLS), dtype=np.uint16)
    labels[3, 5] = 1
    margin = np.where(kind == 3, 0.1, 0.6)
    monkeypatch.setattr(active, "MOST_CANDIDATES", 50)
    spots = next_spots(features, margin, labels, 3)
    assert all(kind[s.row, s.col] == 3 for s in spots)
    assert len(next_spots(features, None, labels, 99)) == 50


def test_labels_of_another_size_are_refused():
    features, _ = fields()
    with pytest.raises(HsiError):
        next_spots(features, None, np.zeros((3, 3), dtype=np.uint16))


def test_labels_asked_for_beat_random_ones_on_fields_of_which_some_are_rare():
    rng = np.random.default_rng(3)
    kind = np.ones((60, 60), dtype=np.uint16)
    for number, (row, col) in enumerate([(2, 2), (2, 40), (20, 20), (40, 5), (40, 40), (20, 50)]):
        kind[row : row + 8, col : col + 8] = 1 + number % 3 + 1
    centres = rng.normal(size=(5, 10))
    values = (centres[kind] + 0.8 * rng.normal(size=(60, 60, 10))).astype(np.float16)
    features, ctx = finished(values, np.ones((60, 60), dtype=bool), ""), SilentContext()
    right = {"asked": [], "random": []}
    for seed in range(3):
        start = draw(kind, 2, seed).train
        asked, chance = start.copy(), start.copy()
        for _ in range(16):
            found = classify(features, fit_probe(features, asked, None, ctx), MapSpec(edges=0.0), ctx)
            spot = next_spots(features, found.margin, asked)[0]
            asked[spot.row, spot.col] = kind[spot.row, spot.col]
        free = np.random.default_rng(seed).permutation(np.flatnonzero(chance == 0))[:16]
        chance.flat[free] = kind.flat[free]
        for name, labels in (("asked", asked), ("random", chance)):
            found = classify(features, fit_probe(features, labels, None, ctx), MapSpec(edges=0.0), ctx)
            right[name].append(np.mean([np.mean(found.classes[kind == n] == n) for n in range(1, 5)]))
    assert np.mean(right["asked"]) > np.mean(right["random"]) + 0.01
