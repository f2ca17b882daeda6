"""`hsigui merge`: what it prints and how it ends."""

from __future__ import annotations

import csv
import json

import pytest

from hsigui.__main__ import main
from tests.pipeline.merging.maps import add, at, note, numbers
from tests.pipeline.merging.test_accuracies import report
from tests.pipeline.merging.test_studies import log, score


def run(*words: object) -> int:
    return main(["merge", *map(str, words)])


@pytest.fixture
def jobs(tmp_path):
    """Two folders of maps, as of two machines."""
    for n, name in enumerate("abcd"):
        add(tmp_path / ("one" if n < 2 else "two"), name, numbers(n), at(80 * n, 0))
    return tmp_path


def test_folders_become_one_table_and_one_mosaic_and_a_missing_cube_ends_with_1(jobs, capsys):
    out = jobs / "out"
    assert run(jobs / "one", jobs / "two", "--out", out, "--cubes", jobs / "a.hdr", jobs / "b.hdr") == 0
    said = capsys.readouterr().out
    assert "4 cubes, 4 maps, 0 failed" in said
    assert str(out / "mosaic.vrt") in said
    with (out / "outcomes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["map"] for row in rows] == [str(jobs / f / f"{n}-map.tif") for f, n in
                                            (("one", "a"), ("one", "b"), ("two", "c"), ("two", "d"))]  # fmt: skip
    note(jobs / "two", jobs / "d.hdr", None, "it is broken")
    capsys.readouterr()
    words = (jobs / "one", jobs / "two", "--out", out, "--cubes", jobs / "e.hdr")
    assert run(*words) == 1
    said = capsys.readouterr().err
    assert "d.hdr: failed. it is broken" in said
    assert "e.hdr: nothing is known of it" in said
    assert "2 cubes have no map." in said
    assert "--allow-missing" in said
    capsys.readouterr()
    assert run(*words, "--allow-missing", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["missing"]) == 2
    assert len(told["tables"]["maps"]) == 3
    assert "hsigui merge" in told["command"]


def test_the_folder_of_maps_itself_can_hold_what_is_merged(jobs):
    report(jobs / "one" / "report of a", 1)
    before = (jobs / "one" / "outcomes.csv").read_text()
    assert run(jobs / "one", "--out", jobs / "one") == 0
    assert (jobs / "one" / "mosaic.vrt").exists()
    assert (jobs / "one" / "outcomes.csv").read_text() == before
    assert run(jobs / "one", "--out", jobs / "one") == 0, "again, with what was merged there"
    assert "report of a" in (jobs / "one" / "scenes.csv").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["nothing"], "does not exist"),
        (["empty"], "holds no table of outcomes"),
        (["one", "two", "--out", "two"], "is one of several folders"),
        (["one", "--no-mosaic", "--cog"], "--cog is of the mosaic"),
        (["one", "study"], "does not."),
        (["study", "--geotiff"], "these are folders of a study"),
        (["one", "--cubes", "none-*.hdr"], "No file is named like"),
    ],
)
def test_what_cannot_be_merged_is_refused_before_anything_is_written(jobs, monkeypatch, capsys, more, said):
    monkeypatch.chdir(jobs)
    (jobs / "empty").mkdir()
    log(jobs / "study", score("svm-raw", 0))
    before = sorted(path.name for path in (jobs / "two").iterdir())
    assert run(*(more if "--out" in more else [*more, "--out", "out"])) == 1
    assert said in capsys.readouterr().err
    assert not (jobs / "out" / "outcomes.csv").exists()
    assert sorted(path.name for path in (jobs / "two").iterdir()) == before


def test_a_folder_in_which_all_failed_says_why(tmp_path, capsys):
    (tmp_path / "maps").mkdir()
    note(tmp_path / "maps", tmp_path / "a.hdr", None, "it is broken")
    assert run(tmp_path / "maps", "--out", tmp_path / "out") == 1
    said = capsys.readouterr().err
    assert "None of the 1 cubes has a map." in said
    assert "it is broken" in said


def test_folders_of_a_study_become_one(tmp_path, capsys):
    log(tmp_path / "a", score("svm-raw", 0))
    log(tmp_path / "b", score("svm-raw", 1))
    assert run(tmp_path / "a", tmp_path / "b", "--out", tmp_path / "out") == 0
    told = capsys.readouterr()
    assert "2 results of 2 folders" in told.out
    assert "the command of the study with --out" in told.err
