"""Orders done by Dask."""

from __future__ import annotations

import sys

import pytest

from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.pipeline.executors import table
from hsigui.pipeline.executors.seam import Workers, each_tried_again
from tests.pipeline.executors import work

distributed = pytest.importorskip("distributed", reason="Dask is of the extra hsigui[cluster]")


class Hearing(SilentContext):
    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, message):
        self.told.append(message)

    def partial(self, value):
        self.told.append(value)


@pytest.fixture(scope="module")
def dask():
    with table.started("dask", Workers(2)) as executor:
        yield executor


def quiet(number: int) -> SilentContext:
    return SilentContext()


def test_every_order_ends_once_and_what_is_told_is_heard_by_its_own_context(dask):
    heard = [Hearing() for _ in range(6)]
    ended = list(dask.map(work.doubled, range(6), heard.__getitem__))
    assert sorted((one.number, one.value[0]) for one in ended) == [(n, 2 * n) for n in range(6)]
    assert "http://127.0.0.1:" in heard[0].told[0], "the dashboard"
    assert [hearing.told[-1] for hearing in heard] == [f"warned {n}" for n in range(6)]


def test_what_an_order_raises_is_raised(dask):
    with pytest.raises(HsiError) as raised:
        list(dask.map(work.refused, range(4), quiet))
    assert (raised.value.message, raised.value.hint) == ("the third is wrong", "leave it out")


def test_what_a_killed_worker_was_at_is_done_by_another(dask, tmp_path):
    orders = [(tmp_path, n) for n in range(4)]
    ended = list(each_tried_again(dask, work.dies_once, orders, quiet))
    assert sorted((one.number, one.value) for one in ended) == [(n, n) for n in range(4)]
    assert (tmp_path / "died-1").exists()


def test_when_the_user_cancels_the_tasks_are_asked_to_stop(dask, tmp_path):
    class Cancelling(SilentContext):
        def check(self):
            if (tmp_path / "a").exists():
                raise Cancelled

    with pytest.raises(Cancelled):
        list(dask.map(work.sleeps, [tmp_path / "a"], lambda _: Cancelling()))
    assert (tmp_path / "a.stopped").exists()
    assert [one.value for one in dask.map(work.refused, [7], quiet)] == [7], "the cluster is there for others"


def test_a_cluster_that_runs_is_used_by_its_address(dask):
    address = dask._cluster.scheduler_address
    with table.started(f"dask:{address}", Workers()) as other:
        assert address in other.title
        ended = sorted((one.number, one.value) for one in other.map(work.refused, [0, 1], quiet))
        assert ended == [(0, 0), (1, 1)]
    assert [one.value for one in dask.map(work.refused, [7], quiet)] == [7], "it was not ended"


def test_an_address_at_which_nothing_answers_is_told(monkeypatch):
    monkeypatch.setattr("hsigui.pipeline.executors.dask.ANSWERS_WITHIN", 0.5)
    with (
        pytest.raises(HsiError, match="No scheduler of Dask") as refused,
        table.started("dask:tcp://127.0.0.1:9", Workers()),
    ):
        pass
    assert "dask scheduler" in refused.value.hint


def test_without_dask_its_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(HsiError) as refused:
        table.started("dask", Workers())
    assert "hsigui[cluster]" in refused.value.hint
