"""Engines by name, and those of other packages; the example of the help is one of them."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from hsigui import plugins
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, SilentContext
from hsigui.pipeline.executors import table
from hsigui.pipeline.executors.seam import Workers, each_tried_again
from tests.pipeline.executors import pretended_ray, work
from tests.plugins import make_up

PAGE = Path(__file__).parents[3] / "resources" / "help" / "maps.md"


class Hearing(SilentContext):
    def __init__(self) -> None:
        self.told: list[str] = []

    def warn(self, message):
        self.told.append(message)


def quiet(number: int) -> SilentContext:
    return SilentContext()


@pytest.fixture
def ray(tmp_path, monkeypatch):
    """The engine for Ray as the help shows it, installed as a package; and what stands in for Ray."""
    page = PAGE.read_text(encoding="utf-8")
    (code,), (points,) = (re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL) for kind in ("python", "toml"))
    group, entry = re.fullmatch(r'\[project\.entry-points\."([\w.]+)"\]\n(\w+ = )"hsigui_ray:row"\n', points).groups()
    assert group == plugins.EXECUTORS
    make_up(tmp_path, monkeypatch, "hsigui_ray", code, f"[{group}]\n{entry}hsigui_ray:row\n")
    made = pretended_ray.module()
    monkeypatch.setitem(sys.modules, "ray", made)
    plugins.forget()
    yield made
    plugins.forget()


def test_the_engine_that_the_help_shows_does_orders_and_tells(ray):
    hearing = Hearing()
    with table.started("ray:auto", Workers()) as executor:
        ended = list(executor.map(work.doubled, range(4), lambda _: hearing))
    assert sorted((one.number, one.value[0]) for one in ended) == [(n, 2 * n) for n in range(4)]
    assert sorted(hearing.told) == [f"warned {n}" for n in range(4)]
    assert ray.calls == [("init", {"address": "auto", "num_cpus": None}), ("shutdown",)]
    with pytest.raises(HsiError, match="the third is wrong"), table.started("ray", Workers(2)) as executor:
        list(executor.map(work.refused, range(4), quiet))


def test_it_tells_a_lost_worker_and_can_be_cancelled(ray, tmp_path):
    hearing = Hearing()
    with table.started("ray", Workers(2)) as executor:
        ended = {one.number: one for one in each_tried_again(executor, work.crashes, range(3), lambda _: hearing)}
    assert {n: one.value for n, one in ended.items()} == {0: 0, 1: None, 2: 2}
    assert ended[1].lost == "The worker died unexpectedly."
    assert "The worker died unexpectedly. It is tried once more." in hearing.told

    class Cancelling(SilentContext):
        def check(self):
            raise Cancelled

    with table.started("ray", Workers(1)) as executor, pytest.raises(Cancelled):
        list(executor.map(work.waits, range(9), lambda _: Cancelling()))
    assert ("cancel", True) in ray.calls


def test_an_engine_that_there_is_not_is_refused_with_those_that_there_are(ray):
    with pytest.raises(HsiError, match="no engine “slurm”") as refused:
        table.started("slurm", Workers())
    assert refused.value.hint == "Choose one of processes, dask, ray."
    with pytest.raises(HsiError, match="no address"):
        table.started("processes:here", Workers())


def test_a_plug_in_with_a_name_that_is_taken_is_left_out_and_told(tmp_path, monkeypatch):
    code = "from hsigui.pipeline.executors.seam import ExecutorRow\nrow = ExecutorRow('dask', 'Mine', 'nowhere:start')"
    make_up(tmp_path, monkeypatch, "my_dask", code, f"[{plugins.EXECUTORS}]\na = my_dask:row\n")
    plugins.forget()
    assert [row.title for row in table.rows() if row.name == "dask"] == ["Dask"]
    assert any("there is an engine of that name" in told for told in plugins.problems())
    plugins.forget()


def test_an_engine_whose_module_is_missing_is_told(tmp_path, monkeypatch):
    code = "from hsigui.pipeline.executors.seam import ExecutorRow\nrow = ExecutorRow('far', 'Far', 'nowhere:start')"
    make_up(tmp_path, monkeypatch, "my_far", code, f"[{plugins.EXECUTORS}]\na = my_far:row\n")
    plugins.forget()
    with pytest.raises(HsiError, match="cannot be loaded"):
        table.started("far", Workers())
    plugins.forget()


@pytest.mark.parametrize(("bundle", "hint"), [(False, 'pip install "hsigui[cluster]"'), (True, "no further packages")])
def test_where_dask_is_missing_it_is_said_how_to_have_it_and_a_bundle_does_not_ask_for_pip_in_it(
    bundle, hint, monkeypatch
):
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr(sys, "frozen", bundle, raising=False)
    with pytest.raises(HsiError, match="Dask cannot be loaded") as raised:
        table.started("dask", Workers(2))
    assert hint in raised.value.hint
