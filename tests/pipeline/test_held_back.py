"""Which labels are held back and asked, and what the answers stand for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.pipeline import held_back
from hsigui.pipeline import level_weights as rule
from hsigui.pipeline.held_back import folds_of, questions_of, suffices, weights_of


def map_of() -> np.ndarray:
    """Class 0 in two fields of 10 x 10 and 10 x 5 pixels, class 1 between them in one of 10 x 5."""
    drawn = np.zeros((10, 20), dtype=int)
    drawn[:, 10:15] = 1
    return drawn


def labels_of(*strokes: tuple[int, tuple[slice, slice]]) -> np.ndarray:
    found = np.zeros((10, 20), dtype=int)
    for number, place in strokes:
        found[place] = number
    return found


def placed(labels: np.ndarray, drawn: np.ndarray | None = None, sure: np.ndarray | None = None) -> held_back.Placed:
    rows, cols = np.nonzero(labels)
    strokes = rule.strokes_of(labels)
    ends = rule.ends_of(rows, cols, strokes)
    drawn = map_of() if drawn is None else drawn
    sure = np.ones((10, 20)) if sure is None else sure
    return held_back.placed(
        drawn, sure, np.ones((10, 20), bool), 2, rows, cols, labels[rows, cols] - 1, strokes, ends
    )  # fmt: skip


LEFT, RIGHT, MIDDLE = (slice(2, 3), slice(0, 9)), (slice(2, 3), slice(16, 20)), (slice(1, 9), slice(12, 13))
TWO_FIELDS = labels_of((1, LEFT), (1, RIGHT), (2, MIDDLE))


def test_the_map_tells_how_much_of_each_class_lies_in_fields_with_a_label():
    known = placed(labels_of((1, LEFT), (2, MIDDLE)))
    assert (known.near.tolist(), known.far.tolist()) == ([100, 50], [50, 0])
    assert known.share_near == pytest.approx(0.75)
    doubtful = np.ones((10, 20))
    doubtful[:, 15:] = 0.5
    less = placed(labels_of((1, LEFT), (2, MIDDLE)), sure=doubtful)
    assert less.far.tolist() == [25, 0], "what the map doubts counts less"
    assert placed(TWO_FIELDS).share_near == 1


def test_of_a_stroke_the_one_end_is_asked_and_the_other_kept():
    known = placed(TWO_FIELDS)
    near = [one for one in questions_of(known, 99) if not one.far]
    assert len(near) == 6
    for one in near:
        assert set(one.asked) <= set(one.held)
        stroke = np.flatnonzero(known.strokes == one.group)
        kept = np.setdiff1d(stroke, one.held)
        assert len(kept)
        assert len({*known.ends[kept], *known.ends[one.asked]}) == 2


def test_all_labels_of_a_field_are_held_back_together_where_their_class_has_others():
    known = placed(TWO_FIELDS)
    far = [one for one in questions_of(known, 99) if one.far]
    assert len(far) == 2, "class 2 has one field only"
    for one in far:
        assert set(np.unique(known.classes[one.held])) == {0}
        assert np.setdiff1d(np.flatnonzero(known.classes == 0), one.held).size


def test_two_strokes_in_one_field_are_near_each_other_and_far_from_none():
    known = placed(labels_of((1, LEFT), (1, (slice(7, 8), slice(0, 9))), (2, MIDDLE)))
    assert not any(one.far for one in questions_of(known, 99))


def test_single_pixels_are_asked_where_their_field_keeps_another():
    spots = [(1, (slice(r, r + 1), slice(c, c + 1))) for r, c in ((1, 1), (8, 8), (5, 18))]
    known = placed(labels_of(*spots, (2, (slice(4, 5), slice(12, 13)))))
    near, far = ([one for one in questions_of(known, 99) if one.far is kind] for kind in (False, True))
    assert [known.classes[one.asked].tolist() for one in near] == [[0], [0]]
    assert [len(one.held) for one in far] == [1], "without the other two of three a class is not what it is"


def test_a_stroke_that_the_map_finds_nowhere_is_a_field_of_its_own():
    known = placed(TWO_FIELDS, np.zeros((10, 20), dtype=int))
    assert len(np.unique(known.fields)) == 2
    assert known.near.tolist() == [200, 0]
    asked = [one for one in questions_of(known, 99) if known.classes[one.asked[0]] == 1]
    assert [one.far for one in asked] == [False, False], "it is asked near, as nobody knows where it belongs"


def test_what_is_asked_is_limited_and_spread():
    every = (slice(None, None, 2), slice(None, None, 2))
    known = placed(np.where(labels_of((1, every)) > 0, map_of() + 1, 0))
    assert len([one for one in questions_of(known, 99) if not one.far]) == 50
    few = [one for one in questions_of(known, 8) if not one.far]
    assert len(few) == 8
    assert {int(known.classes[one.asked[0]]) for one in few} == {0, 1}


def test_the_answers_stand_for_the_map_near_and_far():
    known = replace(placed(TWO_FIELDS), near=np.array([60.0, 30.0]), far=np.array([40.0, 20.0]))
    questions = questions_of(known, 99)
    weights = weights_of(known, questions)
    far = np.concatenate([np.full(len(one.asked), one.far) for one in questions])
    own = known.classes[np.concatenate([one.asked for one in questions])]
    assert weights[~far & (own == 0)].sum() == pytest.approx(60)
    assert weights[~far & (own == 1)].sum() == pytest.approx(30)
    assert weights[far].sum() == pytest.approx(60), "class 2 has no far answers: those of the other stand for it"


def test_where_nobody_answers_for_much_of_the_map_it_does_not_suffice():
    known = placed(labels_of((1, LEFT), (2, MIDDLE)))
    assert not suffices(known, questions_of(known, 99)), "a quarter of the map lies in a field without a label"
    spots = replace(known, ends=np.full_like(known.ends, -1))
    assert suffices(spots, questions_of(spots, 99)), "pixels on their own all over the scene"
    little = replace(known, far=known.far / 10)
    assert suffices(little, questions_of(little, 99))
    assert suffices(placed(TWO_FIELDS), questions_of(placed(TWO_FIELDS), 99))


def test_both_ends_of_a_stroke_are_never_held_back_from_one_classifier():
    questions = questions_of(placed(TWO_FIELDS), 99)
    folds = folds_of(questions, 3)
    assert sorted(index for fold in folds for index in fold) == list(range(len(questions)))
    for fold in folds:
        groups = [(questions[index].far, questions[index].group) for index in fold]
        assert len(set(groups)) == len(groups)
        assert len({questions[index].far for index in fold}) == 1
