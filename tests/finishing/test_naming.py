"""Steps as they tell themselves: read again, each is the same step."""

from __future__ import annotations

import random
import shlex

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.finishing.asked import step_of
from hsigui.finishing.classes import Merge
from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.naming import exactly, pairs_of, pairs_told
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.step import Step, finished
from hsigui.finishing.unclassified import Below, Fill
from hsigui.labels.classes import ClassInfo, ClassTable


@pytest.mark.parametrize(
    "step",
    [
        Majority(9), Sieve("20"), Sieve("0.5ha", 8), Merge((("3", "2"), ("Wasser, tief", "Oak"))),
        Merge((("a=b", "-x"),)), Merge((('5" pipe', '"quoted", it\'s'),)), Below(0.1 + 0.2),
        Below(np.float64(0.123456789)), Below(1), Fill(), Fill(2.5), Fill(1_234_567.25),
    ],
)  # fmt: skip
def test_a_step_read_as_it_tells_itself_is_the_same(step: Step) -> None:
    option, *values = shlex.split(step.told)
    assert not any(value.startswith("-") for value in values), "which a command line would take for an option"
    assert step_of(option.removeprefix("--"), *values) == step


def test_a_sieve_typed_with_a_blank_tells_itself_in_one_word() -> None:
    assert Sieve("0.5 ha", 8).told == "--sieve 0.5ha,8"


def test_pairs_of_whatever_names_are_read_as_they_are_told() -> None:
    draw = random.Random(3)
    for _ in range(500):
        names = ["".join(draw.choices("ab ,=\"'-ü3", k=draw.randint(1, 6))) for _ in range(2 * draw.randint(1, 3))]
        pairs = tuple(zip(names[::2], names[1::2], strict=True))
        assert pairs_of(pairs_told(pairs)) == pairs


@pytest.mark.parametrize("text", ["", ",", "3", "3=", "=2", "3=2=1", '"a=2', 'a"b",c=2', "3=2,,4=1"])
def test_what_names_no_pairs_is_refused_with_a_hint(text: str) -> None:
    with pytest.raises(HsiError, match="no pairs") as refused:
        pairs_of(text)
    assert "quotes" in refused.value.hint


def test_a_number_is_told_as_short_as_it_stays_the_same() -> None:
    assert [exactly(value) for value in (0.6, 1, 1.0, 1e6, 1 / 3)] == ["0.6", "1", "1", "1e+06", "0.3333333333333333"]


def test_a_merge_by_a_name_with_a_comma_finds_its_class() -> None:
    table = ClassTable((ClassInfo(1, "Wasser, tief", (0, 0, 9)), ClassInfo(2, "Oak", (0, 9, 0))))
    made = finished(FinishedMap(np.array([[1, 2, 0]], np.uint16), table), [step_of("merge", '"wasser, tief"=Oak')])
    assert made.classes.tolist() == [[2, 2, 0]]
