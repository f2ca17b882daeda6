"""A debounce waits for quiet, and no longer than its ceiling."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QTimer

from hsigui.ui.desk.debounce import Debounce

NEVER = 600_000  # milliseconds: longer than any test runs


class Counted:
    """Counts calls; `before` tells how many changes had come at each of them."""

    def __init__(self) -> None:
        self.changes = 0
        self.before: list[int] = []

    def __call__(self) -> None:
        self.before.append(self.changes)


@pytest.fixture
def counted() -> Counted:
    return Counted()


@pytest.fixture
def owner(qapp) -> QObject:
    return QObject()


def changing(owner: QObject, debounce: Debounce, counted: Counted, every: int) -> QTimer:
    """A timer that reports a change every few milliseconds until it is stopped."""

    def change() -> None:
        counted.changes += 1
        debounce.start()

    timer = QTimer(owner)
    timer.setInterval(every)
    timer.timeout.connect(change)
    timer.start()
    return timer


def test_changes_that_never_pause_are_answered_at_the_ceiling_again_and_again(qtbot, owner, counted):
    debounce = Debounce(NEVER, 40, counted, owner)
    changes = changing(owner, debounce, counted, every=5)
    qtbot.waitUntil(lambda: len(counted.before) == 3, timeout=10_000)
    assert changes.isActive()
    assert 0 < counted.before[0] < counted.before[1] < counted.before[2], "each answer is to changes of its own"
    changes.stop()


def test_several_changes_and_then_quiet_are_answered_once(qtbot, owner, counted):
    debounce = Debounce(30, NEVER, counted, owner)
    for _ in range(5):
        counted.changes += 1
        debounce.start()
    assert counted.before == []
    qtbot.waitUntil(lambda: counted.before != [], timeout=10_000)
    qtbot.wait(100)
    assert counted.before == [5]
    assert not debounce.isActive()


def test_nothing_is_called_before_anything_changed_or_after_a_stop(qtbot, owner, counted):
    debounce = Debounce(5, 5, counted, owner)
    assert not debounce.isActive()
    debounce.start()
    assert debounce.isActive()
    debounce.stop()
    assert not debounce.isActive()
    qtbot.wait(60)
    assert counted.before == []


def test_the_ceiling_counts_from_the_first_change_after_the_last_answer(qtbot, owner, counted):
    debounce = Debounce(5, NEVER, counted, owner)
    debounce.start()
    qtbot.waitUntil(lambda: len(counted.before) == 1, timeout=10_000)
    debounce.start()
    qtbot.waitUntil(lambda: len(counted.before) == 2, timeout=10_000)


def test_what_is_called_may_ask_to_be_called_again(qtbot, owner, counted):
    def again() -> None:
        counted()
        if len(counted.before) < 3:
            debounce.start()

    debounce = Debounce(NEVER, 5, again, owner)
    debounce.start()
    qtbot.waitUntil(lambda: len(counted.before) == 3, timeout=10_000)
    assert not debounce.isActive()
