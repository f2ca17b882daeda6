"""A suite file is read as it is meant, and what is wrong in it is told by the name of its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from hsigui.cube.open import ImportChoice
from hsigui.errors import HsiError
from hsigui.methods import registry
from hsigui.pipeline.influence import usual_influence
from hsigui.pipeline.study.suite_file import SuitePlan, read_suite

WHOLE = """
[study]
methods = ["lscosa", "rf-raw"]
labels = [3, 5]
splits = ["random", "strokes:1"]
draws = 4
seed = 2
device = "cpu"
epochs = 9
monitor = false
settings = ["temperature=0.2"]
untrained = false

[[scene]]
name = "Fields"
cube = "data/fields.mat"
truth = "data/fields_gt.mat"
variable = "cube"
truth_variable = "gt"
truth_background = 255
truth_buffer = "10m"

[[scene]]
name = "Flat"
cube = "flat.mat"
truth = "/elsewhere/gt.mat"
variable = "x"
axes = "bands,pixels"
size = "20x30"
wavelengths = "none"
labels = 7
splits = "block"

[[scene]]
name = "Simulated"
demo = { seed = 1, size = [48, 40], bands = 30 }
"""


def read(tmp_path: Path, text: str) -> SuitePlan:
    path = tmp_path / "suite.toml"
    path.write_text(text, encoding="utf-8")
    return read_suite(path)


def scene(text: str) -> str:
    return f"[[scene]]\n{text}\n"


DEMO = scene('name = "a"\ndemo = {}')


def test_scenes_and_study_are_read_and_paths_are_relative_to_the_file(tmp_path):
    plan = read(tmp_path, WHOLE)
    fields, flat, simulated = plan.scenes
    assert (fields.cube, fields.truth) == (tmp_path / "data" / "fields.mat", tmp_path / "data" / "fields_gt.mat")
    assert (fields.variable, fields.truth_variable, fields.choice) == ("cube", "gt", None)
    assert (fields.truth_background, flat.truth_background) == ("255", None)
    assert (fields.truth_buffer, flat.truth_buffer) == ("10m", None)
    assert flat.truth == Path("/elsewhere/gt.mat")
    assert flat.choice == ImportChoice("x", "bands,pixels", 20, 30, wavelengths="")
    assert simulated.cube is None
    assert simulated.demo == {"seed": 1, "rows": 48, "cols": 40, "bands": 30}


def test_a_scene_goes_before_the_study_and_options_before_both(tmp_path):
    plan = read(tmp_path, WHOLE)
    fields, flat, _ = plan.specs({})
    assert (fields.methods, fields.labels, fields.splits) == (("lscosa", "rf-raw"), (3, 5), ("random", "strokes:1"))
    assert (fields.draws, fields.seed, fields.device, fields.epochs) == (4, 2, "cpu", 9)
    assert (fields.monitor, fields.settings, fields.untrained) == (False, ("temperature=0.2",), False)
    assert (flat.labels, flat.splits, flat.draws) == ((7,), ("block",), 4)
    over = plan.specs({"labels": (1,), "draws": 2})
    assert [(spec.labels, spec.draws) for spec in over] == [((1,), 2)] * 3


def test_what_is_not_said_is_as_in_a_study_of_one_scene(tmp_path):
    (spec,) = read(tmp_path, DEMO).specs({})
    assert spec.methods == registry.names()
    assert (spec.labels, spec.draws, spec.splits, spec.untrained) == ((5, 10), 10, ("random",), True)
    (chosen,) = read(tmp_path, f'[study]\nmethods = "baselines"\n{DEMO}').specs({})
    assert chosen.methods == registry.names("baseline")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "names no scene"),
        ("[study]\n[scene]\nname = 'a'", "names no scene"),
        ("[study\n", "is no suite file"),
        (f"draws = 3\n{DEMO}", "no key draws"),
        (f"[study]\nlabel = [3]\n{DEMO}", r"\[study\]: there is no key label"),
        (f"[study]\nlabels = [3, 0]\n{DEMO}", r"\[study\]: labels cannot be \[3, 0\]"),
        (f"[study]\nlabels = 'five'\n{DEMO}", "labels cannot be 'five'"),
        (f"[study]\ndraws = true\n{DEMO}", "draws cannot be True"),
        (f"[study]\ndraws = 2.5\n{DEMO}", "draws cannot be 2.5"),
        (f"[study]\nuntrained = 'no'\n{DEMO}", "untrained cannot be 'no'"),
        (f"[study]\nsplits = [1]\n{DEMO}", r"splits cannot be \[1\]"),
        (f"[study]\nmethods = ['svm']\n{DEMO}", r"methods cannot be \['svm'\]\. Unknown method “svm”"),
        (f"[study]\ndevice = 3\n{DEMO}", "device cannot be 3"),
        (scene("name = 'a'\ncube = 'c'\ntruth = 't'\ntruth_background = 'x'"), "truth_background cannot be 'x'"),
        (scene("name = 'a'\ncube = 'c'\ntruth = 't'\ntruth_background = true"), "truth_background cannot be True"),
        (scene("name = 'a'\ncube = 'c'\ntruth = 't'\ntruth_buffer = 0"), "truth_buffer cannot be 0"),
        (f"study = 3\n{DEMO}", "study cannot be 3"),
        (scene("demo = {}"), r"\[\[scene\]\] 1: the key name is missing"),
        (scene("name = 'a/b'\ndemo = {}"), "name cannot be 'a/b'"),
        (scene("name = 'a'\ncube = 'x.mat'"), r"\[\[scene\]\] 1 \(a\): the key truth is missing"),
        (scene("name = 'a'\ntruth = 'x.mat'"), "the key cube is missing"),
        (scene("name = 'a'\ncube = 1\ntruth = 'x.mat'"), "cube cannot be 1"),
        (scene("name = 'a'\ncube = 'x'\ntruth = 'x'\nsize = '20'"), "size cannot be '20'"),
        (scene("name = 'a'\ncube = 'x'\ntruth = 'x'\naxes = 'rows'"), r"\(a\): “rows” is no order of axes"),
        (scene("name = 'a'\ncube = 'x'\ntruth = 'x'\ndraws = 3"), r"\(a\): there is no key draws"),
        (scene("name = 'a'\ndemo = {}\ncube = 'x'"), "cube cannot be 'x'"),
        (scene("name = 'a'\ndemo = {size = [0, 4]}"), r"demo: size cannot be \[0, 4\]"),
        (scene("name = 'a'\ndemo = {seed = 'x'}"), "demo: seed cannot be 'x'"),
        (scene("name = 'a'\ndemo = {clouds = 3}"), "demo: there is no key clouds"),
        (DEMO + scene("name = 'A'\ndemo = {}"), "the name a is that of several scenes"),
    ],
)
def test_what_is_wrong_is_told_by_its_key(tmp_path, text, told):
    with pytest.raises(HsiError, match=told) as refused:
        read(tmp_path, text)
    assert str(tmp_path / "suite.toml") in refused.value.message
    assert refused.value.hint


def test_a_full_guard_may_be_asked_for_in_the_file_and_by_an_option(tmp_path):
    widest = max(usual_influence().values())
    for text, options in (('[study]\nmethods = ["lscosa"]\nguard = "full"\n', {}),
                          ('[study]\nmethods = ["lscosa"]\n', {"guard": "full"})):  # fmt: skip
        assert [spec.guard for spec in read(tmp_path, text + DEMO).specs(options)] == [widest]
    with pytest.raises(HsiError, match="guard cannot be 'whole'"):
        read(tmp_path, '[study]\nguard = "whole"\n' + DEMO)


def test_a_study_that_cannot_be_is_told_with_its_scene(tmp_path):
    text = DEMO + scene("name = 'second'\ndemo = {}\nsplits = ['blocks']")
    with pytest.raises(HsiError, match="scene second: Unknown split “blocks”"):
        read(tmp_path, text).specs({})


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(HsiError, match="cannot be read"):
        read_suite(tmp_path / "none.toml")
