"""`hsigui study --suite` on the command line: one folder a scene, one table over all of them, and what goes wrong."""

from __future__ import annotations

import csv
import html
import json
import re
from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.pipeline.study import work
from tests.commands.test_study import Pickled

SUITE = """
[study]
methods = ["lscosa", "spatial-only", "logreg-raw"]
labels = [3]
draws = 2
epochs = 2
device = "cpu"
monitor = false

[[scene]]
name = "Files"
cube = "data/scene.hdr"
truth = "data/truth.tif"

[[scene]]
name = "Simulated"
demo = { seed = 2, size = [40, 44], bands = 20 }
splits = ["random", "strokes:1x8"]
labels = [4]
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory) -> Path:
    """A suite file of a scene in files and a simulated one."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "data").mkdir()
    scene = demo_scene(seed=1, rows=48, cols=40, bands=20)
    write_cube(folder / "data" / "scene.hdr", scene.cube.read().astype(np.float32), scene.cube.info)
    classes = ClassTable(tuple(ClassInfo(*entry) for entry in scene.classes))
    write_classes(folder / "data" / "truth.tif", scene.truth, classes, scene.cube.geo)
    (folder / "suite.toml").write_text(SUITE, encoding="utf-8")
    return folder / "suite.toml"


@pytest.fixture(scope="module")
def done(suite, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("done")
    assert main(["study", "--suite", str(suite), "--out", str(out)]) == 0
    return out


def test_a_suite_by_workers_has_the_table_of_one_process(suite, done, tmp_path, monkeypatch):
    asked = []

    def pretended(words, given):
        asked.append((words, given.count))
        return Pickled()

    monkeypatch.setattr("hsigui.commands.workers.table.started", pretended)
    monkeypatch.setattr("hsigui.commands.suite.Serial", type(None))  # the pretended one is none for the command
    assert main(["study", "--suite", str(suite), "--out", str(tmp_path), "--scheduler", "processes"]) == 0
    assert asked[0][0] == "processes"
    one, two = (
        [
            (s["name"], r["method"], r["untrained"], r["split"], r["oa_mean"])
            for s in told(out)["scenes"]
            for r in s["rows"]
        ]
        for out in (done, tmp_path)
    )
    assert one == two


def told(out: Path) -> dict:
    return json.loads((out / "suite.json").read_text(encoding="utf-8"))


def text_of(page: Path) -> str:
    body = re.sub(r"<style>.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def test_each_scene_has_its_own_study_and_its_own_cells(done):
    scenes = told(done)["scenes"]
    assert [(s["name"], s["failed"]) for s in scenes] == [("Files", ""), ("Simulated", "")]
    assert {(r["split"], r["labels"]) for r in scenes[0]["rows"]} == {("random", 3)}
    assert {(r["split"], r["labels"]) for r in scenes[1]["rows"]} == {("random", 4), ("strokes:1x8", 1)}
    for scene in scenes:
        study_of_it = json.loads((done / scene["name"] / "study.json").read_text(encoding="utf-8"))
        assert [r["oa_mean"] for r in study_of_it["rows"]] == [r["oa_mean"] for r in scene["rows"]]
        assert (done / scene["name"] / "study.html").exists()


def test_the_gain_over_untrained_is_the_mean_over_the_cells_of_all_scenes(done):
    found = told(done)
    own = [c for c in found["comparisons"] if c["against"] == "untrained"]
    assert [(c["scene"], c["split"]) for c in own] == [("Files", "random"), ("Simulated", "random"),
                                                      ("Simulated", "strokes:1x8")]  # fmt: skip
    (gain,) = [g for g in found["gains"] if g["against"] == "untrained"]
    assert (gain["cells"], gain["draws"]) == (3, 2)
    assert gain["mean"] == pytest.approx(np.mean([c["mean"] for c in own]))


def test_the_table_for_a_spreadsheet_has_every_scene_and_the_means(done):
    rows = list(csv.DictReader((done / "suite.csv").read_text(encoding="utf-8").splitlines()))
    assert [r["scene"] for r in rows] == ["Files"] * 4 + ["Simulated"] * 8 + ["all scenes"]
    mean = rows[-1]
    assert (mean["method"], mean["untrained"], mean["split"], mean["oa_mean"]) == ("lscosa", "0", "", "")
    gains = {g["against"]: g["mean"] for g in told(done)["gains"]}
    assert float(mean["over_untrained_mean"]) == pytest.approx(gains["untrained"], rel=1e-4, abs=1e-9)
    assert float(mean["over_spatial_mean"]) == pytest.approx(gains["spatial-only"], rel=1e-4)
    assert rows[1]["untrained"] == "1"
    assert rows[1]["over_spatial_mean"] == ""


def test_the_page_holds_all_of_it_without_an_outside_part(done):
    page = (done / "suite.html").read_text(encoding="utf-8")
    assert not re.search(r"(src|href)=|<script|@import|url\(", page)
    words = text_of(done / "suite.html")
    for part in ("Files", "Simulated", "strokes:1x8 split", "random split, 4 labels a class", "LSCoSa, untrained",
                 "What training brings", "What the encoder brings", "All cells", "2 draws, 3 cells"):  # fmt: skip
        assert part in words, part
    for row in told(done)["scenes"][1]["rows"]:
        assert f"{100 * row['oa_mean']:.1f} ± {100 * row['oa_sd']:.1f}" in words


def test_given_again_it_computes_nothing_and_options_go_before_the_file(suite, done, monkeypatch, capsys):
    before = [(done / name / "results.jsonl").read_bytes() for name in ("Files", "Simulated")]
    monkeypatch.setattr(work, "fit_probe", None)
    monkeypatch.setattr(work, "pretrain", None)
    figures = told(done)["scenes"]
    assert main(["study", "--suite", str(suite), "--out", str(done), "--no-untrained", "--draws", "1"]) == 0
    fewer = told(done)["scenes"]
    assert [r["draws"] for r in fewer[0]["rows"]] == [1, 1, 1]
    assert "over untrained" not in capsys.readouterr().out
    assert main(["study", "--suite", str(suite), "--out", str(done)]) == 0
    said = capsys.readouterr().out
    assert "LSCoSa over untrained, mean over 3 cells: " in said
    assert "(2 draws)" in said
    assert told(done)["scenes"] == figures
    assert [(done / name / "results.jsonl").read_bytes() for name in ("Files", "Simulated")] == before


def test_a_broken_scene_is_told_and_the_others_are_complete(suite, tmp_path, capsys):
    text = SUITE.replace("data/truth.tif", "data/gone.tif").replace('["lscosa", "spatial-only", ', "[")
    (suite.parent / "broken.toml").write_text(text, encoding="utf-8")
    assert main(["study", "--suite", str(suite.parent / "broken.toml"), "--out", str(tmp_path)]) == 1
    said = capsys.readouterr()
    assert "1 of 2 scenes are not complete: Files" in said.err
    assert "gone.tif" in said.err
    assert "Traceback" not in said.err
    broken, whole = told(tmp_path)["scenes"]
    assert "gone.tif" in broken["failed"]
    assert broken["rows"] == []
    assert [r["draws"] for r in whole["rows"]] == [2, 2]
    assert "gone.tif" in text_of(tmp_path / "suite.html")


def test_a_method_that_fails_on_one_scene_makes_it_incomplete(suite, tmp_path, capsys, monkeypatch):
    usual = work.pretrain

    def broken(cube, spec, *more, **named):
        if cube.rows == 40:
            raise RuntimeError("no luck")
        return usual(cube, spec, *more, **named)

    monkeypatch.setattr(work, "pretrain", broken)
    words = ["--methods", "logreg-raw", "--draws", "1"]
    assert main(["study", "--suite", str(suite), "--out", str(tmp_path), *words]) == 1
    assert "not complete: Simulated" in capsys.readouterr().err
    assert [len(s["failures"]) for s in told(tmp_path)["scenes"]] == [0, 1]


def test_a_wrong_file_ends_with_1_and_nothing_is_written(suite, tmp_path, capsys):
    (suite.parent / "wrong.toml").write_text(SUITE.replace("draws = 2", "draws = 'two'"), encoding="utf-8")
    assert main(["study", "--suite", str(suite.parent / "wrong.toml"), "--out", str(tmp_path / "out")]) == 1
    assert "draws cannot be 'two'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [["scene.hdr"], ["--truth", "gt.tif"]])
def test_a_scene_beside_a_suite_is_wrong_usage(suite, tmp_path, more):
    with pytest.raises(SystemExit) as ended:
        main(["study", *more, "--suite", str(suite), "--out", str(tmp_path)])
    assert ended.value.code == 2


@pytest.mark.parametrize("words", [["--out", "x"], ["scene.hdr", "--out", "x"], ["--truth", "gt.tif", "--out", "x"]])
def test_a_study_of_nothing_is_wrong_usage(words):
    with pytest.raises(SystemExit) as ended:
        main(["study", *words])
    assert ended.value.code == 2
