"""`hsigui study` on the command line: options, exit codes, what is said and what is left."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.pipeline.executors.seam import Ended
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.study import work


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    """A folder with a small scene, its truth, and a truth of another size."""
    folder = tmp_path_factory.mktemp("small")
    scene = demo_scene(seed=1, rows=48, cols=40, bands=30)
    write_cube(folder / "scene.hdr", scene.cube.read().astype(np.float32), scene.cube.info)
    classes = ClassTable(tuple(ClassInfo(*entry) for entry in scene.classes))
    write_classes(folder / "truth.tif", scene.truth, classes, scene.cube.geo)
    write_classes(folder / "other.tif", np.ones((5, 6), dtype=np.uint16), classes)
    return folder


def words(small: Path, out: Path, *more: str) -> list[str]:
    command = ["study", str(small / "scene.hdr"), "--truth", str(small / "truth.tif"), "--out", str(out)]
    return [*command, "--device", "cpu", "--methods", "logreg-raw,spatial-only", "--draws", "2", *more]


def test_a_study_prints_the_table_and_writes_the_report(small, tmp_path, capsys):
    assert main(words(small, tmp_path, "--labels", "3,5", "--split", "random,block", "--block", "8", "--guard", "2",
                      "--seed", "4")) == 0  # fmt: skip
    said = capsys.readouterr()
    told = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))
    assert [(r["split"], r["labels"]) for r in told["rows"][::2]] == [
        ("random", 3), ("random", 5), ("block", 3), ("block", 5),
    ]  # fmt: skip
    assert told["seeds"] == {"pretraining": 4, "draws": [4, 5]}
    assert told["commands"][0].startswith("hsigui study ")
    assert told["transductive"] is False
    for row in told["rows"]:
        assert f"{100 * row['oa_mean']:.1f} ± {100 * row['oa_sd']:.1f}" in said.out
        assert row["draws"] == 2
    assert {s["overlap"] for s in told["samplings"]} == {0}
    assert min(s["nearest"] for s in told["samplings"] if s["split"] == "block") > 2
    assert f"Report: {tmp_path / 'study.html'}" in said.out
    assert "Logistic regression on spectra, block split, 5 labels a class: OA" in said.err
    for name in ("study.html", "study.csv", "study-classes.csv"):
        assert (tmp_path / name).stat().st_size > 100


class Pickled(Serial):
    """Does orders in this process, as they and what does them come through a pipe."""

    def map(self, do, orders, hear):
        do, orders = pickle.loads(pickle.dumps((do, list(orders))))
        for number, order in enumerate(orders):
            hear(number).progress(0, 1, "begun")
            yield Ended(number, pickle.loads(pickle.dumps(do(order, hear(number)))))


def test_the_table_by_workers_is_that_of_one_process(small, tmp_path, capsys, monkeypatch):
    asked = []

    def pretended(words, given):
        asked.append((words, given.count))
        return Pickled()

    monkeypatch.setattr("hsigui.commands.workers.table.started", pretended)
    assert main(words(small, tmp_path / "one", "--labels", "3")) == 0
    # One that is no `Serial` for the command, which does without workers where this process works.
    monkeypatch.setattr("hsigui.commands.study.Serial", type(None))
    assert main(words(small, tmp_path / "two", "--labels", "3", "--jobs", "2")) == 0
    assert asked == [("processes", 2)]
    one, two = (json.loads((tmp_path / name / "study.json").read_text(encoding="utf-8")) for name in ("one", "two"))
    figures = [[(r["method"], r["oa_mean"], r["oa_sd"], r["kappa_mean"]) for r in each["rows"]] for each in (one, two)]
    assert figures[0] == figures[1]
    assert "--jobs" not in two["commands"][0], "who works changes nothing"


def test_one_label_and_one_draw_are_told_as_one(small, tmp_path, capsys):
    assert main(words(small, tmp_path, "--labels", "1", "--draws", "1")) == 0
    assert "1 label a class, random split, 1 draw\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--methods", "svm"], "Unknown method"),
        (["--methods", "rf-raw,rf-raw"], "twice"),
        (["--split", "blocks"], "Unknown split"),
        (["--presets", "slow", "--methods", "lscosa"], "no preset"),
        (["--truth", "other.tif"], "5 x 6 pixels, the scene is 48 x 40"),
        (["--split", "block", "--block", "60", "--guard", "60"], "leave no pixel"),
        (["--out", "truth.tif"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_ends_with_1_and_a_sentence_and_writes_nothing(small, tmp_path, capsys, more, told):
    more = [str(small / word) if word.endswith(".tif") else word for word in more]
    before = {path: path.read_bytes() for path in small.iterdir()}
    assert main(words(small, tmp_path / "study", *more)) == 1
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""
    assert "Traceback" not in said.err
    assert not (tmp_path / "study").exists()
    assert {path: path.read_bytes() for path in small.iterdir()} == before


@pytest.mark.parametrize("more", [["--labels", "0"], ["--labels", "a"], ["--draws", "0"], ["--guard", "-1"]])
def test_wrong_usage_ends_with_2(small, tmp_path, more):
    with pytest.raises(SystemExit) as ended:
        main(words(small, tmp_path, *more))
    assert ended.value.code == 2


def test_a_method_that_fails_ends_with_1_and_one_line_after_the_others_are_reported(
    small, tmp_path, capsys, monkeypatch
):
    usual = work.pretrain

    def broken(cube, spec, *more, **named):
        if spec.method == "logreg-raw":
            raise RuntimeError("no luck")
        return usual(cube, spec, *more, **named)

    monkeypatch.setattr(work, "pretrain", broken)
    assert main(words(small, tmp_path, "--labels", "3")) == 1
    said = capsys.readouterr()
    read, *others = [line for line in said.err.splitlines() if line.startswith("hsigui: ")]
    assert read.startswith("hsigui: Read as unlabelled: 0 (")
    assert others == ["hsigui: logreg-raw failed: RuntimeError: no luck"]
    assert "Traceback" not in said.err
    failed, complete = json.loads((tmp_path / "study.json").read_text(encoding="utf-8"))["rows"]
    assert failed["oa_mean"] is None
    assert complete["draws"] == 2


def test_another_study_in_the_folder_is_refused_and_left_alone(small, tmp_path, capsys):
    assert main(words(small, tmp_path, "--labels", "3")) == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert main(words(small, tmp_path, "--labels", "3", "--seed", "1")) == 1
    assert "differs in: seed" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before
