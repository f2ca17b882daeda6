"""`hsigui pretrain`: what is refused before any work is done."""

from __future__ import annotations

import numpy as np

from hsigui.__main__ import main
from hsigui.commands import demo
from hsigui.cube.demo import demo_scene
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.open import open_cube
from hsigui.labels.formats.files import read_classes
from hsigui.methods.resume_header import FILE


def test_an_unfinished_training_is_begun_anew_only_when_told(tmp_path, capsys):
    """A minute into the new one, the hours that the old one took would be gone."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / FILE).write_bytes(b"hours of work")
    words = ["pretrain", str(tmp_path / "scene.hdr"), "--out", str(tmp_path / "run")]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "holds an unfinished training" in said
    assert "--resume" in said
    assert "--replace" in said
    assert main([*words, "--replace"]) == 1
    assert "does not exist" in capsys.readouterr().err, "the scene, which is another matter"
    assert (tmp_path / "run" / FILE).read_bytes() == b"hours of work"


def test_the_demo_writes_the_scene_that_is_asked_for(tmp_path):
    spec = DemoSpec("plots", noise=0.0, seed=4, rows=64, cols=72)
    words = demo._steps(tmp_path, 4, "cpu", spec)
    made = demo_scene(4, 64, 72, fields="plots", noise=0.0)
    assert np.array_equal(open_cube(words[1][1]).read(), made.cube.read())
    assert np.array_equal(read_classes(words[0][1]).array, made.truth)


def test_the_demo_begins_anew_over_a_training_that_was_cancelled(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / FILE).write_bytes(b"")
    steps = demo._steps(tmp_path, 0, "cpu")
    assert "--replace" in next(step for step in steps if step[0] == "pretrain")
