"""`--manifest`: learning from the scenes of a list, and mapping them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes

SIDE, COUNT = 24, 12


@pytest.fixture(scope="module")
def crops(tmp_path_factory) -> Path:
    """A dozen crops of one scene, the truth of the first, and a list of all."""
    folder = tmp_path_factory.mktemp("crops")
    made = demo_scene(seed=1, rows=3 * SIDE, cols=4 * SIDE, bands=12)
    values = made.cube.read().astype(np.float32)
    for number in range(COUNT):
        row, col = SIDE * (number // 4), SIDE * (number % 4)
        write_cube(folder / f"{number:02}.hdr", values[row : row + SIDE, col : col + SIDE].copy(), made.cube.info)
    table = ClassTable(tuple(ClassInfo(*c) for c in made.classes))
    write_classes(folder / "truth.tif", made.truth[:SIDE, :SIDE].copy(), table)
    np.save(folder / "05-mask.npy", np.tri(SIDE, dtype=np.uint8))
    lines = ["path,weight,mask", *(f"{n:02}.hdr,{1 + n % 2},{'05-mask.npy' if n == 5 else ''}" for n in range(COUNT))]
    (folder / "list.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(crops) -> Path:
    words = ["pretrain", "--manifest", str(crops / "list.csv"), "--epochs", "2", "--device", "cpu", "--quiet"]
    assert main([*words, "--out", str(crops / "run")]) == 0
    labels = ["--labels", str(crops / "truth.tif"), "--device", "cpu", "--quiet"]
    classify = ["classify", str(crops / "00.hdr"), "--run", str(crops / "run"), *labels]
    assert main([*classify, "--out", str(crops / "first.tif")]) == 0
    return crops / "run"


def test_the_run_knows_its_scenes_their_weights_and_masks(run):
    about = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert [scene["name"] for scene in about["scenes"]] == [f"{n:02}" for n in range(COUNT)]
    assert [scene["weight"] for scene in about["scenes"]] == [1.0, 2.0] * (COUNT // 2)
    masked = [scene["name"] for scene in about["scenes"] if "masked_out" in scene]
    assert masked == ["05"]
    assert "--manifest" in about["command"]
    assert "| 05 |" in (run / "README.md").read_text(encoding="utf-8")


def test_all_scenes_of_a_list_are_mapped_each_without_what_its_mask_takes_out(run, crops, capsys):
    words = ["classify", "--manifest", str(crops / "list.csv"), "--run", str(run), "--out-dir", str(crops / "maps")]
    assert main([*words, "--device", "cpu", "--quiet"]) == 0
    with (crops / "maps" / "outcomes.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    assert [line["outcome"] for line in lines] == ["made"] * COUNT
    drawn = read_classes(crops / "maps" / "05-map.tif").array
    np.testing.assert_array_equal(drawn == 0, np.tri(SIDE, dtype=bool))
    assert (read_classes(crops / "maps" / "04-map.tif").array > 0).all()
    told = json.loads((crops / "maps" / "05-map.tif.hsigui.json").read_text(encoding="utf-8"))["commands"][-1]
    assert "05-mask.npy" in told
    assert "--manifest" not in told, "the line of one map names its scene and its mask"
    # Another mask of a scene is another map.
    np.save(crops / "05-other.npy", np.eye(SIDE, dtype=np.uint8))
    text = (crops / "list.csv").read_text(encoding="utf-8").replace("05-mask.npy", "05-other.npy")
    (crops / "list2.csv").write_text(text, encoding="utf-8")
    words[2] = str(crops / "list2.csv")
    assert main([*words, "--device", "cpu", "--quiet"]) == 0
    np.testing.assert_array_equal(read_classes(crops / "maps" / "05-map.tif").array == 0, np.eye(SIDE, dtype=bool))


def test_bad_scenes_are_told_with_file_and_reason_or_left_out(crops, tmp_path, capsys):
    (tmp_path / "bad.hdr").write_text("ENVI\nsamples = 7\n", encoding="utf-8")
    write_cube(tmp_path / "tiny.hdr", np.ones((4, 4, 12), dtype=np.float32), demo_scene(1, 16, 16, 12).cube.info)
    names = ["bad.hdr", "tiny.hdr", *(str(crops / f"{n:02}.hdr") for n in range(3))]
    (tmp_path / "list.txt").write_text("\n".join(names), encoding="utf-8")
    words = ["pretrain", "--manifest", str(tmp_path / "list.txt"), "--method", "svm-pca-smooth", "--quiet"]
    assert main([*words, "--out", str(tmp_path / "run")]) == 1
    said = capsys.readouterr().err
    assert "2 of 5 scenes" in said
    assert "line 1, bad.hdr" in said
    assert "line 2, tiny.hdr" in said
    assert "--skip-unreadable" in said
    assert main([*words, "--skip-unreadable", "--out", str(tmp_path / "run")]) == 0
    assert "2 scenes are left out of 5" in capsys.readouterr().err
    assert len(json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))["scenes"]) == 3


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["pretrain", "--out", "run"], 2, "CUBE is required, or --manifest"),
        (["pretrain", "{crops}/00.hdr", "--skip-unreadable", "--out", "run"], 1, "several scenes"),
        (["pretrain", "{crops}/00.hdr", "--manifest", "{crops}/list.csv", "--out", "run"], 1, "in the list already"),
        (["pretrain", "--manifest", "{crops}/list.csv", "--mask", "{crops}/05-mask.npy", "--out", "run"], 1, "column"),
        (["pretrain", "--manifest", "{crops}/gone.csv", "--out", "run"], 1, "gone.csv"),
        (["classify", "--run", "run", "--out-dir", "maps"], 2, "CUBE is required, or --manifest"),
    ],
    ids=["none", "one", "twice", "mask", "gone", "classify"],
)
def test_what_does_not_go_together_is_refused(crops, tmp_path, monkeypatch, capsys, words, code, said):
    monkeypatch.chdir(tmp_path)
    try:
        found = main([word.format(crops=crops) for word in words])
    except SystemExit as stopped:
        found = stopped.code
    assert found == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
