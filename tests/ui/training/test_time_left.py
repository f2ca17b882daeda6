"""How long a job will still take."""

from __future__ import annotations

import pytest

from hsigui.ui.training.time_left import TimeLeft


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def run(left, clock, steps, total, each):
    """Some steps of equal length; the last answer."""
    answer = None
    for done in steps:
        clock.now += each
        answer = left.seconds(done, total)
    return answer


def test_a_steady_pace_gives_the_right_time(clock):
    assert run(TimeLeft(clock), clock, range(0, 31), 120, 0.5) == pytest.approx(45)


def test_nothing_is_said_before_the_pace_is_known(clock):
    left = TimeLeft(clock)
    assert run(left, clock, range(0, 3), 120, 0.5) is None
    assert left.seconds(0, 0) is None


def test_a_pause_does_not_count(clock):
    left = TimeLeft(clock)
    run(left, clock, range(0, 21), 120, 0.5)
    left.pause()
    clock.now += 1000
    left.resume()
    assert run(left, clock, range(21, 31), 120, 0.5) == pytest.approx(45)


def test_another_stage_starts_anew(clock):
    left = TimeLeft(clock)
    run(left, clock, range(0, 121), 120, 0.5)
    assert run(left, clock, range(0, 11), 20, 2.0) == pytest.approx(20)
    assert run(left, clock, range(0, 1), 20, 2.0) is None
