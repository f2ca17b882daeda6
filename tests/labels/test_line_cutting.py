"""Lines cut to a box: what lies inside stays, joined as it was, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.labels.line_cutting import cut_to_box

LOW, HIGH = (2.0, 1.0), (8.0, 5.0)


def _length(points: np.ndarray, on: np.ndarray) -> float:
    steps = np.diff(points, axis=0)[on[:-1]]
    return float(np.hypot(*steps.T).sum())


def _cut(points, on=None) -> tuple[list[list[float]], list[bool]]:
    given = np.array(points, dtype=np.float64)
    flags = np.array([True] * (len(given) - 1) + [False] if on is None else on)
    corners, kept = cut_to_box(given, flags, LOW, HIGH)
    return corners.tolist(), kept.tolist()


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(0, 3), (10, 3)], [[2, 3], [8, 3]]),
        ([(5, 0), (5, 3), (10, 3)], [[5, 1], [5, 3], [8, 3]]),
        ([(3, 2), (7, 4)], [[3, 2], [7, 4]]),
        ([(0, 0), (1, 9)], []),
        ([(0, 1), (10, 1)], [[2, 1], [8, 1]]),
        ([(0, 0.9), (10, 0.9)], []),
        ([(4, 4), (4, 4)], [[4, 4], [4, 4]]),
    ],
)
def test_what_is_inside_stays(points, expected) -> None:
    corners, on = _cut(points)
    assert corners == expected
    assert on == [True] * (len(expected) - 1) + [False] * bool(expected)


def test_a_line_that_leaves_and_comes_back_is_two_and_two_lines_are_not_joined() -> None:
    corners, on = _cut([(5, 3), (5, 9), (6, 9), (6, 3)])
    assert corners == [[5, 3], [5, 5], [6, 5], [6, 3]]
    assert on == [True, False, True, False]
    corners, on = _cut([(3, 2), (4, 2), (5, 2), (6, 2)], [True, False, True, False])
    assert (len(corners), on) == (4, [True, False, True, False])


def test_no_lines_and_lone_points_give_nothing() -> None:
    for points in (np.zeros((0, 2)), np.array([[4.0, 4.0]])):
        corners, on = cut_to_box(points, np.zeros(len(points), dtype=bool), LOW, HIGH)
        assert (corners.shape, on.shape) == ((0, 2), (0,))


def test_as_much_stays_of_random_lines_as_lies_inside() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform((-2, -2), (12, 8), (400, 2))
    on = rng.random(400) < 0.8
    on[-1] = False
    corners, kept = cut_to_box(points, on, LOW, HIGH)
    assert (corners >= np.array(LOW) - 1e-9).all()
    assert (corners <= np.array(HIGH) + 1e-9).all()
    steps = (np.arange(4000) + 0.5) / 4000
    first = np.flatnonzero(on)
    along = points[first + 1] - points[first]
    places = points[first, None] + steps[None, :, None] * along[:, None]
    inside = ((places >= LOW) & (places <= HIGH)).all(axis=2).mean(axis=1)
    assert _length(corners, kept) == pytest.approx(float((inside * np.hypot(*along.T)).sum()), rel=1e-3)
