"""Bands that commands leave out or take in by choice: read, refused, written down, and repeated by the record."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cli import build_parser
from hsigui.commands.canonical import canonical
from hsigui.commands.reading import reading
from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.errors import HsiError
from hsigui.pipeline.command_lines import CubeArgument


@pytest.fixture
def gaps(tmp_path: Path) -> Path:
    """Band 5 of 12 lacks 500 of 2000 pixels; the file marks band 9 as bad."""
    values = np.random.default_rng(0).integers(1, 4000, (40, 50, 12)).astype(np.int16)
    values[:10, :, 4] = -1
    bad = tuple(band == 8 for band in range(12))
    return write_cube(tmp_path / "gaps.hdr", values, CubeInfo(nodata=-1, bad_bands=bad))[0]


def about(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assert main(["info", str(path), "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_note_names_the_option_and_the_option_keeps_the_pixels(gaps, capsys):
    notes = " ".join(about(gaps, capsys)["notes"])
    assert "Without band 5, 500 of them would be kept" in notes
    assert "--leave-out-bands 5)" in notes
    less = about(gaps, capsys, "--leave-out-bands", "5")
    assert less["bad_band_list"] == [4, 8]
    assert not any("lack data" in note for note in less["notes"])
    assert "Bands left out and taken in: −5." in less["notes"]
    assert hsigui.open(gaps).valid_mask().sum() == 1500
    kept = hsigui.open(gaps, leave_out=[4])
    assert kept.valid_mask().all()
    assert kept.info.left_out == (4,)


def test_bands_that_the_file_marks_bad_are_taken_in(gaps, capsys):
    found = about(gaps, capsys, "--take-in-bands", "9", "--leave-out-bands", "1,3-5")
    assert found["bad_band_list"] == [0, 2, 3, 4]
    assert hsigui.open(gaps, take_in=[8]).info.taken_in == (8,)
    assert hsigui.open(gaps, take_in=[8], leave_out=[8 - 8]).info.left_out == (0,)


@pytest.mark.parametrize("words", ["0", "5-3", "x", "1-", "-2", "70000"])
def test_what_is_no_band_is_bad_usage(gaps, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["info", str(gaps), f"--leave-out-bands={words}"])
    assert stopped.value.code == 2
    assert "--leave-out-bands" in capsys.readouterr().err


def test_bands_that_are_not_there_and_contradictions_are_refused_with_a_hint(gaps, capsys):
    assert main(["info", str(gaps), "--leave-out-bands", "13"]) == 1
    assert "There is no band 13: gaps has 12." in capsys.readouterr().err
    with pytest.raises(HsiError, match="Band 2 is to be left out and taken in"):
        hsigui.open(gaps, leave_out=[1], take_in=[1])
    with pytest.raises(HsiError, match="Every band would be bad"):
        hsigui.open(gaps, leave_out=range(12))


def test_the_lines_that_repeat_a_job_have_the_bands(gaps):
    cube = hsigui.open(gaps, leave_out=[0, 4, 5, 6], take_in=[8])
    info = cube.info
    words = CubeArgument(gaps, left_out=info.left_out, taken_in=info.taken_in).reading
    assert words == ["--leave-out-bands", "1,5-7", "--take-in-bands", "9"]
    parser = build_parser()
    arguments = parser.parse_args(["info", str(gaps), *words])
    assert reading(arguments)["leave_out"] == (0, 4, 5, 6)
    assert hsigui.open(gaps, **reading(arguments)).good_bands.tolist() == cube.good_bands.tolist()
    arguments.words, arguments.parser = [*words], parser._subparsers._group_actions[0].choices["info"]
    again = parser.parse_args(shlex.split(canonical(arguments))[1:])
    assert reading(again) == reading(arguments)
