"""`hsigui pretrain`: what is refused before any work is done."""

from __future__ import annotations

from hsigui.__main__ import main
from hsigui.commands import demo
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


def test_the_demo_begins_anew_over_a_training_that_was_cancelled(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / FILE).write_bytes(b"")
    steps = demo._steps(tmp_path, 0, "cpu")
    assert "--replace" in next(step for step in steps if step[0] == "pretrain")
