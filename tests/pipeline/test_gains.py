"""What strokes bring: a course that is gone on with where the map is measured, else what the last ones changed."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.pipeline.gains import Gains, changed_share


def classes(*numbers: int) -> np.ndarray:
    return np.array([numbers], dtype=np.uint16)


def noted(*accuracies: tuple[int, float | None]) -> Gains:
    gains = Gains()
    for strokes, accuracy in accuracies:
        gains.note(strokes, classes(strokes % 7 + 1, 2), accuracy)
    return gains


def test_a_power_law_is_gone_on_with():
    gains = noted(*((n, 1 - 0.8 / n) for n in (2, 4, 6, 8)))
    outlook = gains.outlook(2)
    assert outlook.strokes == 2
    assert outlook.now == pytest.approx(0.9)
    assert outlook.then == pytest.approx(1 - 0.8 / 10)


def test_fewer_than_three_measured_maps_have_no_outlook():
    assert noted((2, 0.5), (4, 0.7)).outlook(5) is None
    assert noted((2, None), (4, None), (6, None), (8, None)).outlook(5) is None
    assert noted((2, 0.5), (4, 0.6), (6, 0.7), (8, None)).outlook(5) is None


def test_strokes_that_made_it_worse_promise_no_loss_and_no_gain():
    outlook = noted((2, 0.9), (4, 0.85), (6, 0.8)).outlook(5)
    assert outlook.then == pytest.approx(outlook.now)


def test_a_map_without_error_has_an_outlook():
    outlook = noted((2, 0.9), (4, 1.0), (6, 1.0)).outlook(5)
    assert outlook.now == outlook.then == 1.0


def test_a_second_map_of_the_same_strokes_takes_the_place_of_the_first():
    gains = noted((2, 0.5), (4, 0.6))
    gains.note(4, classes(5, 2), 0.65)
    assert [(step.strokes, step.accuracy) for step in gains.steps] == [(2, 0.5), (4, 0.65)]


def test_strokes_taken_back_take_back_what_came_after_them():
    gains = noted((2, 0.5), (4, 0.6), (6, 0.7), (8, 0.8))
    gains.note(5, classes(1, 1), 0.62)
    assert [step.strokes for step in gains.steps] == [2, 4, 5]


def test_the_share_that_changed_is_told_with_the_strokes_that_changed_it():
    gains = Gains()
    gains.note(3, classes(1, 1, 2, 0), None)
    assert gains.steps[-1].changed is None
    gains.note(5, classes(1, 2, 2, 0), None)
    assert gains.steps[-1].changed == pytest.approx(1 / 3)
    assert gains.steps[-1].since == 2
    gains.clear()
    assert not gains.steps


def test_pixels_without_data_are_neither_changed_nor_counted():
    assert changed_share(classes(0, 1, 2), classes(0, 1, 3)) == 0.5
    assert changed_share(classes(0, 0), classes(0, 0)) == 0.0
