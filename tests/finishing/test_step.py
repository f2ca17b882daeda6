"""Chains of steps on a map."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.finishing.asked import STEPS, step_of
from hsigui.finishing.classes import Merge
from hsigui.finishing.finished_map import Done, FinishedMap
from hsigui.finishing.smoothing import Majority, Sieve
from hsigui.finishing.step import Chain, finished
from hsigui.labels.classes import ClassTable


def a_map() -> FinishedMap:
    classes = np.ones((6, 7), np.uint16)
    classes[3, 3], classes[0, 0] = 2, 0
    return FinishedMap(classes, ClassTable.for_numbers([1, 2]))


def test_steps_are_done_in_their_order_and_told_and_the_map_before_stays() -> None:
    before = a_map()
    after = finished(before, [step_of("majority", "3"), step_of("sieve", "2,8")])
    assert after.steps == (Done("--majority 3", 1), Done("--sieve 2,8", 0))
    assert (after.classes == np.where(before.classes == 0, 0, 1)).all()
    assert before.classes[3, 3] == 2
    assert before.steps == ()
    assert after.first == before.table


def test_a_chain_can_be_stopped_between_two_steps() -> None:
    class StoppedError(Exception):
        pass

    def check() -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        finished(a_map(), [step_of("sieve", "2")], check)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("polish", "3"), ("majority", "x"), ("majority", "4"), ("majority", "1"), ("sieve", "3,5"), ("sieve", "much"),
        ("sieve", "0,05ha"),
        ("sieve", "1ha"), ("sieve", "9" * 400), ("merge", "3"), ("merge", "=2"), ("merge", ""), ("merge", "7=1"),
        ("below", "x"), ("below", "0"), ("below", "2"), ("below", "nan"), ("below", "0.5"), ("fill", "x"),
        ("fill", "-1"), ("fill", "nan"), ("recode", "nowhere.csv"), ("tree", "nowhere.csv:group"),
        ("mask", "nowhere.tif"), ("paint", "nowhere.tif"),
    ],
)  # fmt: skip
def test_a_step_that_is_none_or_does_not_fit_is_refused_in_words(option: str, text: str) -> None:
    with pytest.raises(HsiError) as refused:
        finished(a_map(), [step_of(option, text)])
    assert refused.value.hint


def test_every_row_makes_a_step_that_tells_its_own_option(tmp_path) -> None:
    (tmp_path / "recode.csv").write_text("old,new\n1,5\n")
    (tmp_path / "tree.csv").write_text("class,group\n1,a\n2,b\n")
    np.save(tmp_path / "raster.npy", np.ones((6, 7), np.uint8))
    texts = {
        "majority": "3", "sieve": "20", "merge": "2=1", "recode": str(tmp_path / "recode.csv"),
        "tree": str(tmp_path / "tree.csv"), "below": "0.5", "fill": "", "mask": str(tmp_path / "raster.npy"),
        "paint": str(tmp_path / "raster.npy"),
    }  # fmt: skip
    for row in STEPS:
        step = step_of(row.option, texts[row.option])
        assert step.told.split()[0] == f"--{row.option}"
        assert step == step_of(row.option, texts[row.option]), "the same step is equal, for chains"
        assert hash(step) == hash(step_of(row.option, texts[row.option]))


class Counting(Majority):
    """Counts how often it is done."""

    times = 0

    def on(self, found: FinishedMap, check):
        type(self).times += 1
        return super().on(found, check)


def test_a_chain_does_again_only_what_comes_after_a_change() -> None:
    chain, first, smooth = Chain(), a_map(), Counting(3)
    Counting.times = 0
    one = chain.run(first, [smooth, Sieve("2")])
    other = chain.run(first, [Counting(3), Sieve("3"), Merge((("2", "1"),))])
    assert Counting.times == 1
    assert [done.told for done in other.steps] == ["--majority 3", "--sieve 3", "--merge 2=1"]
    assert [done.told for done in one.steps] == ["--majority 3", "--sieve 2"]
    assert chain.run(first, []) is first
    chain.run(a_map(), [smooth])
    assert Counting.times == 2, "another map"
    chain.run(first, [Sieve("2"), smooth])
    assert Counting.times == 3


def test_a_step_that_fails_leaves_the_chain_usable() -> None:
    chain, first = Chain(), a_map()
    with pytest.raises(HsiError):
        chain.run(first, [Majority(3), Merge((("9", "1"),)), Majority(5)])
    found = chain.run(first, [Majority(3), Merge((("2", "1"),)), Majority(5)])
    assert [done.told for done in found.steps] == ["--majority 3", "--merge 2=1", "--majority 5"]
    assert (found.classes == finished(first, [Majority(3), Merge((("2", "1"),)), Majority(5)]).classes).all()
