"""Chains of steps on a map."""

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.finishing.asked import step_of
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import finished
from hsigui.labels.classes import ClassTable


def a_map() -> FinishedMap:
    classes = np.ones((6, 7), np.uint16)
    classes[3, 3], classes[0, 0] = 2, 0
    return FinishedMap(classes, ClassTable.for_numbers([1, 2]))


def test_steps_are_done_in_their_order_and_told_and_the_map_before_stays() -> None:
    before = a_map()
    after = finished(before, [step_of("majority", "3"), step_of("sieve", "2,8")])
    assert after.steps == ("--majority 3", "--sieve 2,8")
    assert (after.classes == np.where(before.classes == 0, 0, 1)).all()
    assert before.classes[3, 3] == 2
    assert before.steps == ()


def test_a_chain_can_be_stopped_between_two_steps() -> None:
    class StoppedError(Exception):
        pass

    def check() -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        finished(a_map(), [step_of("sieve", "2")], check)


@pytest.mark.parametrize(("option", "text"), [("polish", "3"), ("majority", "x"), ("majority", "4"), ("sieve", "3,5")])
def test_a_step_that_is_none_is_refused_in_words(option: str, text: str) -> None:
    with pytest.raises(HsiError) as refused:
        finished(a_map(), [step_of(option, text)])
    assert refused.value.hint
