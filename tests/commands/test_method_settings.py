"""Settings of methods on the command line: asked for, listed, refused, and repeated in records."""

from __future__ import annotations

import json
import shlex

import pytest

from hsigui.cli import build_parser, run
from hsigui.commands.study import spec_of
from hsigui.cube.demo import write_demo
from hsigui.errors import HsiError
from hsigui.methods import asked, registry
from hsigui.pipeline import command_lines
from hsigui.pipeline.command_lines import CubeArgument
from hsigui.pipeline.study.plan import StudySpec
from hsigui.specs import PretrainSpec


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    return write_demo(tmp_path_factory.mktemp("demo"))


def test_a_training_is_set_by_name_and_goes_on_only_with_the_same_values(demo, tmp_path, capsys):
    words = ["pretrain", str(demo[0]), "--epochs", "3", "--device", "cpu", "--out", str(tmp_path / "run")]
    assert run([*words, "--set", "temperature=0.2", "--set", "width=16", "--precision", "float32", "--no-monitor"]) == 0
    about = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (about["settings"]["temperature"], about["settings"]["width"], about["precision"]) == (0.2, 16, "float32")
    assert about["monitor"]["readings"] == []
    assert "--set temperature=0.2 --set width=16" in about["command"]
    capsys.readouterr()


@pytest.mark.parametrize(
    ("word", "said"),
    [("heat=1", "no setting heat"), ("temperature=100", "temperature cannot be 100"), ("batch=8", "no setting batch"),
     ("temperature", "sets nothing")],
)  # fmt: skip
def test_what_cannot_be_set_is_refused_with_what_can(demo, tmp_path, capsys, word, said):
    assert run(["pretrain", str(demo[0]), "--out", str(tmp_path / "run"), "--set", word]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert "temperature" in told
    assert not (tmp_path / "run").exists()


def test_what_can_be_set_is_listed_without_a_scene(capsys):
    with pytest.raises(SystemExit) as ended:
        run(["pretrain", "--list-settings", "purified"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for preset in registry.method("purified").presets:
        assert f"--preset {preset.name}" in told
        for each in preset.settings.described():
            assert each.sentence in told
    with pytest.raises(SystemExit) as ended:
        run(["pretrain", "--list-settings", "magic"])
    assert ended.value.code == 2
    assert "Unknown method" in capsys.readouterr().err


def test_records_repeat_what_was_set():
    spec = PretrainSpec(
        "purified", "quick", 2, "cpu", 40, False, 3, "float32",
        settings={"rate": 5e-5, "weights": "none", "pixels": 512},
    )  # fmt: skip
    line = command_lines.pretrain(CubeArgument(None), spec)
    found = build_parser().parse_args(shlex.split(line)[1:])
    info = registry.method("purified")
    assert asked.read(info, info.preset("quick"), found.settings) == spec.settings
    assert (found.monitor, found.patience, found.precision) == (False, 3, "float32")


def _study(*words: str) -> StudySpec:
    return spec_of(build_parser().parse_args(["study", "cube.hdr", "--truth", "t.tif", "--out", "out", *words]))


def test_a_study_sets_all_methods_that_have_it_or_one():
    spec = _study(
        "--presets", "quick,paper", "--set", "temperature=0.3", "--set", "purified.temperature=0.4",
        "--set", "lscosa.batch=16", "--precision", "float32", "--patience", "4", "--no-monitor",
    )  # fmt: skip
    found = {(c.method, c.preset): spec.pretraining(c) for c in spec.candidates()}
    assert found["lscosa", "quick"].settings == {"temperature": 0.3}
    assert found["lscosa", "paper"].settings == {"temperature": 0.3, "batch": 16}
    assert found["purified", "quick"].settings == {"temperature": 0.4}
    assert found["contrastdm", "quick"].settings == {}
    assert {(s.precision, s.patience, s.monitor) for s in found.values()} == {("float32", 4, False)}


@pytest.mark.parametrize("word", ["heat=3", "svm-raw.temperature=1", "lscosa.first_part=0.3"])
def test_a_study_refuses_what_none_of_its_methods_has(word):
    with pytest.raises(HsiError, match="None of the methods of this study has the setting") as raised:
        _study("--set", word)
    assert "temperature" in raised.value.hint
