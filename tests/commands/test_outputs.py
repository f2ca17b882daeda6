"""What commands write over: they say so, and leave what another program wrote in the meantime."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.commands import labels as command
from hsigui.labels.formats.files import read_classes
from hsigui.labels.formats.files import write_classes as write


@pytest.fixture
def source(tmp_path):
    np.save(tmp_path / "gt.npy", np.array([[0, 1], [2, 2]]))
    return tmp_path / "gt.npy"


@pytest.fixture
def other_program(monkeypatch):
    """Another program that writes the output of `hsigui labels` just before the command does."""

    def theirs(path, *rest):
        path.write_bytes(b"theirs")
        return write(path, *rest)

    monkeypatch.setattr(command, "write_classes", theirs)


def test_a_file_that_is_written_over_is_named(source, tmp_path, capsys):
    words = ["labels", str(source), str(tmp_path / "out.tif")]
    assert main(words) == 0
    assert "written over" not in capsys.readouterr().err
    assert main(words) == 0
    assert "out.tif is there already, and will be written over" in capsys.readouterr().err


def test_what_another_program_wrote_in_the_meantime_is_left_and_said(source, tmp_path, capsys, other_program):
    out = tmp_path / "out.tif"
    out.write_bytes(b"as it was")
    assert main(["labels", str(source), str(out)]) == 1
    said = capsys.readouterr().err
    assert "out.tif was changed by another program in the meantime" in said
    assert "--overwrite" in said
    assert out.read_bytes() == b"theirs"
    assert {path.name for path in tmp_path.iterdir()} == {"gt.npy", "out.tif"}


def test_it_is_written_over_on_request(source, tmp_path, other_program):
    out = tmp_path / "out.tif"
    out.write_bytes(b"as it was")
    assert main(["labels", str(source), str(out), "--overwrite"]) == 0
    assert read_classes(out).array.tolist() == [[0, 1], [2, 2]]
