"""`hsigui plan`: what is printed and what is refused; the trials are made up."""

from __future__ import annotations

import json
import shutil

import pytest

from hsigui.__main__ import main
from hsigui.commands.plan import lines, time_in_words
from hsigui.cube.demo import write_demo
from hsigui.jobs import quiet
from hsigui.pipeline.costs import measuring
from hsigui.pipeline.costs.plan import Wish, plan
from hsigui.specs import PretrainSpec
from tests.pipeline.costs.given import FakeTrials


@pytest.fixture
def scene(tmp_path):
    write_demo(tmp_path / "flights" / "first", rows=48, cols=48)
    return tmp_path / "flights"


@pytest.fixture
def trials(monkeypatch):
    made = FakeTrials()
    monkeypatch.setattr(measuring, "launched", made)
    return made


def test_a_plan_tells_people_time_memory_disk_cost_and_what_is_used_up_first(scene, trials, capsys):
    words = ["plan", str(scene), "--workers", "1,4", "--price-per-hour", "2", "--currency", "EUR", "--quiet"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert "1 scene, 2,304 pixels" in told.out
    assert "48 x 48 x 104" in told.out
    assert "training steps" in told.out
    assert "EUR" in told.out
    assert "First used up: " in told.out
    assert "demo-truth.hdr is a class map" in told.err


def test_a_plan_for_programs_is_json_and_nothing_else(scene, trials, capsys):
    assert main(["plan", str(scene), "--json", "--quiet", "--workers", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["workers"][0]["workers"] == 2
    assert told["scenes"][0]["terms"]["training"] > 0


def test_settings_reach_the_trial(scene, trials, capsys):
    words = ["--method", "purified", "--epochs", "7", "--set", "rate=0.001", "--no-monitor", "--smooth", "1"]
    assert main(["plan", str(scene), "--quiet", "--json", *words]) == 0
    spec = PretrainSpec.from_json(trials.requests[0]["spec"])
    assert (spec.method, spec.epochs, spec.monitor, dict(spec.settings)) == ("purified", 7, False, {"rate": 0.001})
    assert trials.requests[-1]["map_spec"]["smooth"] == 1.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--currency", "EUR"], "--currency is of --price-per-hour"),
        (["--run", "nowhere", "--epochs", "3"], "With --run nothing is trained"),
        (["--run", "nowhere"], "holds no finished run"),
        (["--method", "nothing"], "Unknown method"),
        (["--set", "speed=3"], "speed"),
        (["--format", ".doc"], "cannot be written as"),
        (["--classes", "1"], "Two classes"),
    ],
)
def test_what_does_not_go_together_is_refused_before_any_work(words, said, scene, trials, capsys):
    assert main(["plan", str(scene), *words]) in (1, 2)
    assert said in capsys.readouterr().err
    assert trials.requests == []


def test_spans_are_told_in_units_that_can_be_read():
    assert [time_in_words(value) for value in (3, 200, 7200, 400_000)] == ["3 s", "3.3 min", "2.0 h", "4.6 d"]


def test_many_scenes_are_told_as_the_largest_and_a_sum(scene, trials):
    for number in range(12):
        shutil.copytree(scene / "first", scene / f"line-{number}")
    told = "\n".join(lines(plan([scene], Wish(PretrainSpec(), rounds=1), quiet())))
    assert "and 3 smaller ones" in told
