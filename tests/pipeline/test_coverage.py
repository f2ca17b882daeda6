"""Places to stroke next: fields that no stroke stands for, of every class, in superpixels, never twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

from hsigui.jobs import SilentContext
from hsigui.labels.classes import ClassTable
from hsigui.pipeline import coverage, grounds, levels, verbs
from hsigui.pipeline.active import next_spots
from hsigui.pipeline.classify import ClassMap, classify
from hsigui.pipeline.coverage import Pieces
from hsigui.pipeline.features import Features, finished
from hsigui.pipeline.grounds import Grounds, spots_by_coverage
from hsigui.pipeline.probe import fit_probe

ROWS, COLS = 60, 80
CTX = SilentContext()


@dataclass(frozen=True)
class Levelled(Features):
    """Features with levels of context beside them."""

    levels: object = None


@dataclass(frozen=True)
class Figures:
    weight: float


@dataclass(frozen=True)
class Mixed:
    """What is read of a probe of several levels."""

    figures: dict[str, Figures]


def fields(kinds: int = 8, width: int = 10, noise: float = 0.02) -> tuple[Features, np.ndarray]:
    """Fields of equal spectra side by side, in strips, and which is which."""
    rng = np.random.default_rng(0)
    kind = np.broadcast_to(np.arange(COLS) * kinds // COLS, (ROWS, COLS)).copy()
    values = rng.normal(size=(kinds, width))[kind] + noise * rng.normal(size=(ROWS, COLS, width))
    return finished(values.astype(np.float16), np.ones((ROWS, COLS), dtype=bool), ""), kind


def stroked(kind: np.ndarray, chosen: dict[int, int]) -> np.ndarray:
    """A stroke in each of some fields: field -> class."""
    labels = np.zeros(kind.shape, dtype=np.uint16)
    for field, number in chosen.items():
        col = int(np.flatnonzero(kind[0] == field).mean())
        labels[20:30, col : col + 2] = number
    return labels


def mapped(features: Features, labels: np.ndarray) -> ClassMap:
    return classify(features, fit_probe(features, labels, None, CTX), None, CTX)


def asked(features: Features, labels: np.ndarray, count: int = 1, **what) -> list[tuple[int, int]]:
    found = verbs.ask(features, mapped(features, labels), labels, CTX, count=count, **what)
    return [(spot.row, spot.col) for spot in found]


def test_the_fields_without_a_stroke_are_asked_for_each_once():
    features, kind = fields()
    labels = stroked(kind, {0: 1, 1: 2, 2: 3})
    spots = asked(features, labels, 5)
    assert sorted(kind[spot] for spot in spots) == [3, 4, 5, 6, 7]


def test_a_spot_lies_deep_in_its_superpixel_and_off_the_rim_of_the_scene():
    features, kind = fields()
    kept = Grounds()
    for row, col in asked(features, stroked(kind, {0: 1, 1: 2}), 12, grounds=kept):
        number = kept.pieces(features, CTX).numbers
        around = number[row - 1 : row + 2, col - 1 : col + 2]
        assert (around == number[row, col]).all()
        assert verbs.RIM <= row < ROWS - verbs.RIM
        assert verbs.RIM <= col < COLS - verbs.RIM


def test_a_place_that_was_passed_over_is_not_asked_for_again_nor_what_is_like_it():
    features, kind = fields(4)
    labels = stroked(kind, {0: 1, 1: 2})
    first = asked(features, labels)[0]
    second = asked(features, labels, asked=(first,))[0]
    assert {int(kind[first]), int(kind[second])} == {2, 3}


def test_no_spot_lies_where_none_may():
    features, kind = fields()
    labels = stroked(kind, {0: 1, 1: 2})
    taken = np.ones((ROWS, COLS), dtype=bool)
    taken[40:50, 40:60] = False
    spots = asked(features, labels, 500, taken=taken)
    assert spots
    assert all(40 <= row < 50 and 40 <= col < 60 for row, col in spots)
    assert asked(features, labels, 3, taken=np.ones((ROWS, COLS), dtype=bool)) == []


def test_when_every_superpixel_has_been_asked_about_pixels_in_doubt_follow(monkeypatch):
    monkeypatch.setattr(grounds, "FEWEST", 8)
    monkeypatch.setattr(grounds, "PIXELS", 600)
    features, kind = fields()
    labels, kept = stroked(kind, {0: 1, 1: 2}), Grounds()
    spots = asked(features, labels, 30, grounds=kept)
    assert kept.pieces(features, CTX).count < 30
    assert len(set(spots)) == 30


def test_of_several_levels_those_count_that_the_probe_mixes():
    features, _ = fields()
    coarse, _ = fields(3)

    class Levels:
        asked_for: ClassVar[list[str]] = []

        def of(self, name: str, _ctx: SilentContext) -> Features:
            self.asked_for.append(name)
            return {"pixel": features, "wide": coarse}[name]

    figures = {"pixel": Figures(0.0), "wide": Figures(1.0)}
    levelled = Levelled(**{**vars(features), "levels": Levels()})
    kept = Grounds()
    vectors = kept.vectors(levelled, Mixed(figures), CTX)
    assert Levels.asked_for == ["wide"]
    inside = kept.pieces(levelled, CTX).numbers == 2
    assert vectors[2] * np.sqrt(10) == pytest.approx(coarse.at(inside).mean(axis=0), abs=1e-4)


def test_it_answers_the_same_every_time_and_one_by_one_as_several_at_once():
    features, kind = fields()
    labels, found = stroked(kind, {0: 1, 1: 2}), mapped(*[fields()[0], stroked(kind, {0: 1, 1: 2})])
    together = [(s.row, s.col) for s in spots_by_coverage(Grounds(), features, found, None, labels, 4, CTX)]
    one_by_one: list[tuple[int, int]] = []
    for _ in range(4):
        spot = spots_by_coverage(Grounds(), features, found, None, labels, 1, CTX, asked=one_by_one)[0]
        one_by_one.append((spot.row, spot.col))
    assert together == one_by_one


def test_before_every_class_has_a_label_the_pixels_in_doubt_are_asked_for():
    features, kind = fields()
    labels = stroked(kind, {0: 1, 1: 2})
    three = ClassTable.for_numbers([1, 2, 3])
    kept = Grounds()
    before = verbs.ask(features, mapped(features, labels), labels, CTX, classes=three, grounds=kept)
    inside = np.zeros((ROWS, COLS), dtype=bool)
    inside[verbs.RIM : -verbs.RIM, verbs.RIM : -verbs.RIM] = True
    assert before == next_spots(features, mapped(features, labels).margin, labels, allowed=inside)
    two = ClassTable.for_numbers([1, 2])
    after = verbs.ask(features, mapped(features, labels), labels, CTX, classes=two, grounds=kept)
    assert after == spots_by_coverage(Grounds(), features, mapped(features, labels), None, labels, 1, CTX,
                                      allowed=inside)  # fmt: skip


def test_a_small_class_is_served_beside_a_large_one():
    sizes, classes = np.array([100, 100, 100, 10]), np.array([1, 1, 1, 2])
    counted = coverage.importance(sizes, classes, np.ones(4))
    assert counted.sum() == pytest.approx(1)
    assert counted[3] > 10 / 310
    assert counted[3] < counted[0] * 3


def test_what_the_map_is_sure_of_counts_less_and_a_sure_map_still_has_places_to_ask_about():
    sizes, classes = np.full(3, 10), np.array([1, 1, 2])
    counted = coverage.importance(sizes, classes, np.array([0.1, 0.5, 0.1]))
    assert counted.argmax() == 1
    assert coverage.importance(sizes, classes, np.zeros(3)).sum() == pytest.approx(1)


def test_the_place_that_stands_for_most_comes_first_and_shares_add_up_to_all():
    vectors = np.array([[0.0], [5.0], [5.1], [5.2], [-3.0]], dtype=np.float32)
    covered = np.array([True, False, False, False, False])
    found = coverage.next_pieces(vectors, np.full(5, 0.2, dtype=np.float32), covered, ~covered, 4)
    assert [number for number, _ in found[:2]] == [2, 4]
    assert sum(share for _, share in found) == pytest.approx(1, abs=1e-5)


def test_of_very_many_superpixels_only_those_that_count_most_are_tried(monkeypatch):
    monkeypatch.setattr(coverage, "CANDIDATES", 200)
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(600, 3)).astype(np.float32)
    vectors[17] = 9.0
    covered = np.zeros(600, dtype=bool)
    covered[:5] = True
    found = coverage.next_pieces(vectors, np.full(600, 1 / 600, dtype=np.float32), covered, ~covered, 300)
    assert len(found) == 200
    assert 17 in [number for number, _ in found]


def test_levels_count_by_their_weights():
    far, near = np.array([[0.0, 0.0], [2.0, 2.0]]), np.array([[1.0], [1.0]])
    both = coverage.joined([(far.astype(np.float32), 0.25), (near.astype(np.float32), 0.75)])
    assert ((both[0] - both[1]) ** 2).sum() == pytest.approx(0.25 * 4)
    assert coverage.joined([(far.astype(np.float32), 1.0), (near.astype(np.float32), 0.0)]).shape == (2, 2)


def test_a_superpixel_knows_its_pixels_its_class_and_its_depth():
    numbers = np.full((9, 12), -1, dtype=np.int32)
    numbers[:, :5], numbers[:, 6:] = 0, 1
    pieces = Pieces.of(numbers)
    assert pieces.sizes.tolist() == [45, 54]
    assert pieces.place(0, np.ones((9, 12), dtype=bool))[1] == 2
    only = np.zeros((9, 12), dtype=bool)
    only[3, 7] = True
    assert pieces.place(1, only) == (3, 7)
    assert pieces.within(only).tolist() == [False, True]
    classes = np.where(numbers == 1, 7, 3)
    classes[0, :3] = 7
    assert pieces.majority(classes).tolist() == [3, 7]
    layer = np.where(numbers == 0, 0.5, np.nan)
    assert pieces.means(layer) == pytest.approx([0.5, 0.0])


def test_superpixels_are_found_once_for_the_same_features(monkeypatch):
    features, _ = fields()
    kept, calls = Grounds(), []
    find = grounds.segment_image
    monkeypatch.setattr(grounds, "segment_image", lambda *what, **how: calls.append(1) or find(*what, **how))
    first = kept.pieces(features, CTX)
    assert kept.pieces(features, CTX) is first
    kept.vectors(features, None, CTX)
    assert len(calls) == 1
    other, _ = fields(5)
    assert kept.pieces(other, CTX) is not first


def test_vectors_are_the_standardised_means_of_the_features_over_superpixels(monkeypatch):
    monkeypatch.setattr(levels, "HELD_VALUES", 4 * 7 * COLS * 10)  # some rows at once
    features, _ = fields()
    kept = Grounds()
    vectors = kept.vectors(features, None, CTX) * np.sqrt(10)
    inside = kept.pieces(features, CTX).numbers == 3
    assert vectors[3] == pytest.approx(features.at(inside).mean(axis=0), abs=1e-4)


def test_a_dab_stays_in_its_superpixel_and_hangs_together():
    features, _ = fields()
    kept = Grounds()
    assert kept.dab(features, (5, 6))[2].sum() == 1  # the superpixels are not known yet
    numbers = kept.pieces(features, CTX).numbers
    edge = int(np.flatnonzero(np.diff(numbers[30]))[2])  # the last column of a superpixel
    top, left, mask = kept.dab(features, (30, edge))
    rows, cols = np.nonzero(mask)
    assert (numbers[rows + top, cols + left] == numbers[30, edge]).all()
    assert 2 <= mask.sum() < 21
    assert mask[30 - top, edge - left]
    row, col = kept.pieces(features, CTX).place(3, np.ones((ROWS, COLS), dtype=bool))
    assert kept.dab(features, (row, col))[2].sum() > 9
    corner = kept.dab(features, (0, 0))
    assert corner[:2] == (0, 0)
    assert corner[2][0, 0]
