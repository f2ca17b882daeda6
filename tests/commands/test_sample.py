"""`hsigui sample`: every kind of split, the files and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import label

from hsigui.__main__ import main
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline.influence import covered, usual_influence

TRUTH = np.kron(np.array([[1, 2, 0, 1], [0, 0, 0, 0], [2, 1, 2, 2]]), np.ones((10, 10), dtype=int)).astype(np.uint16)
CLASSES = ClassTable((ClassInfo(1, "Soil", (9, 9, 9)), ClassInfo(2, "Maize", (0, 99, 0))))


@pytest.fixture
def truth(tmp_path) -> Path:
    write_classes(tmp_path / "truth.tif", TRUTH, CLASSES)
    return tmp_path / "truth.tif"


def sampled(truth: Path, *words: str) -> int:
    folder = truth.parent
    return main(["sample", str(truth), *words, "--out", str(folder / "l.tif"), "--rest", str(folder / "t.tif")])


def parts(truth: Path, seed: str = "") -> tuple[np.ndarray, np.ndarray]:
    return read_classes(truth.parent / f"l{seed}.tif").array, read_classes(truth.parent / f"t{seed}.tif").array


@pytest.mark.parametrize(
    ("words", "labels"),
    [
        (["--per-class", "4"], 8),
        (["--percent", "5"], 35),
        (["--split", "block", "--block", "5", "--guard", "2", "--per-class", "4"], 8),
        (["--split", "block", "--block", "5", "--guard", "2", "--percent", "3"], 21),
        (["--split", "region", "--guard", "0", "--per-class", "4"], 8),
        (["--split", "strokes"], 50),
        (["--split", "strokes", "--strokes", "3", "--pixels", "11"], 66),
        (["--split", "strokes:2x12"], 48),
    ],
)
def test_every_split_is_disjoint_and_recorded(truth, words, labels, capsys):
    assert sampled(truth, *words, "--seed", "4") == 0
    train, test = parts(truth)
    assert not ((train > 0) & (test > 0)).any()
    assert test.any()
    assert np.count_nonzero(train) == labels
    record = json.loads((truth.parent / "l.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["seed"] == 4
    assert record["guard"] == (int(words[words.index("--guard") + 1]) if "--guard" in words else None)
    assert record["command"].startswith("hsigui sample")
    assert "pixels for testing" in capsys.readouterr().out


def test_strokes_are_drawn_alike_in_either_form_and_lie_in_one_region_each(truth):
    drawn = []
    for words in (["--split", "strokes", "--strokes", "2", "--pixels", "9"], ["--split", "strokes:2x9"]):
        assert sampled(truth, *words, "--seed", "3") == 0
        drawn.append(parts(truth)[0])
    np.testing.assert_array_equal(drawn[0], drawn[1])
    np.testing.assert_array_equal(parts(truth)[1], np.where(drawn[0] > 0, 0, TRUTH))
    for number in (1, 2):
        marked, count = label(drawn[0] == number, structure=np.ones((3, 3)))
        assert count == 2
        assert np.bincount(marked.ravel())[1:].tolist() == [9, 9]
    record = json.loads((truth.parent / "l.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["kind"] == "2 strokes a class, each of at most 9 pixels in one region"


@pytest.mark.parametrize(
    "words",
    [
        ["--split", "strokes", "--per-class", "4"], ["--split", "strokes:2", "--percent", "4"],
        ["--split", "strokes:2", "--strokes", "2"], ["--strokes", "2"], ["--split", "block", "--pixels", "9"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_strokes_are_asked_for_by_their_own_numbers_alone(truth, words, capsys):
    assert sampled(truth, *words) == 1
    told = capsys.readouterr().err
    assert told.startswith("hsigui: ")
    assert "trokes" in told
    assert not (truth.parent / "l.tif").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [("stripes", "Unknown split “stripes”"), ("strokes:2y3", "cannot be read"), ("strokes:0", "0 strokes a class")],
)
def test_a_split_that_cannot_be_read_is_told_at_once(truth, text, said, capsys):
    with pytest.raises(SystemExit) as caught:
        sampled(truth, "--split", text)
    assert caught.value.code == 2
    assert said in capsys.readouterr().err


LONG = np.tile(np.array([[1, 2], [2, 1]], dtype=np.uint16), (8, 150))  # 16 x 300: room for the widest guard


def test_what_a_guard_covers_is_told_for_each_level_of_context(truth, capsys):
    seen = usual_influence()
    assert sampled(truth, "--split", "block", "--block", "5", "--guard", "2", "--per-class", "4") == 0
    told = capsys.readouterr().err
    assert covered(2, seen) in told
    assert f"wide {seen['wide']} pixels" in told
    assert sampled(truth, "--per-class", "4") == 0
    assert "guard" not in capsys.readouterr().err, "labels anywhere have none"


def test_a_full_guard_keeps_out_all_that_the_widest_level_sees(truth, capsys):
    write_classes(truth, LONG, CLASSES)
    assert sampled(truth, "--split", "block", "--block", "4", "--guard", "full", "--per-class", "4") == 0
    widest = max(usual_influence().values())
    assert f"a guard of {widest} pixels covers all that the map sees" in capsys.readouterr().err
    record = json.loads((truth.parent / "l.tif.hsigui.json").read_text(encoding="utf-8"))
    assert record["guard"] == widest
    train, test = (np.argwhere(part) for part in parts(truth))
    assert np.abs(train[:, None] - test[None]).max(axis=2).min() > widest


@pytest.mark.parametrize("kind", ["block", "region"])
def test_a_full_guard_that_leaves_nothing_says_which_smaller_ones_cover_something(truth, kind, capsys):
    assert sampled(truth, "--split", kind, "--guard", "full", "--per-class", "4") == 1
    told, seen = capsys.readouterr().err, usual_influence()
    assert f"guard of {seen['wide']}" in told
    assert "no pixel" in told
    assert f"mid {seen['mid']} pixels), drawn with --context" in told
    assert not (truth.parent / "l.tif").exists()


def test_a_full_guard_needs_a_split_that_keeps_one(truth, capsys):
    assert sampled(truth, "--guard", "full") == 1
    assert "by the splits block and region, not by random" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        sampled(truth, "--split", "block", "--guard", "whole")


def test_several_seeds_give_a_pair_of_files_each(truth):
    assert sampled(truth, "--per-class", "3", "--seeds", "0,2,5") == 0
    drawn = [parts(truth, f"-{seed}")[0] for seed in (0, 2, 5)]
    assert (drawn[0] != drawn[1]).any()
    assert (drawn[1] != drawn[2]).any()
    assert sampled(truth, "--per-class", "3", "--seed", "2") == 0
    np.testing.assert_array_equal(parts(truth)[0], drawn[1])


def test_masks_are_taken_as_they_are_and_refused_where_they_overlap(truth, capsys):
    folder = truth.parent
    train, test = np.zeros_like(TRUTH), np.zeros_like(TRUTH)
    train[:5], test[8:] = 1, 1
    write_classes(folder / "train.tif", train, ClassTable())
    write_classes(folder / "test.tif", test, ClassTable())
    masks = ["--train-mask", str(folder / "train.tif"), "--test-mask", str(folder / "test.tif")]
    assert sampled(truth, *masks) == 0
    labels, rest = parts(truth)
    np.testing.assert_array_equal(labels, np.where(train, TRUTH, 0))
    np.testing.assert_array_equal(rest, np.where(test, TRUTH, 0))
    test[4] = 1
    write_classes(folder / "test.tif", test, ClassTable())
    before = (folder / "l.tif").read_bytes()
    assert sampled(truth, *masks) == 1
    assert "40 pixels are both in the training and in the test file" in capsys.readouterr().err
    assert (folder / "l.tif").read_bytes() == before
    assert sampled(truth, *masks[:2]) == 1
    assert "two masks" in capsys.readouterr().err


def test_classes_that_give_few_labels_are_named(truth, capsys):
    assert sampled(truth, "--per-class", "180") == 0
    assert "Soil gives only 150 of its 300 pixels as labels; 150 are left for testing" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words", [["--percent", "100"], ["--split", "block", "--percent", "100"], ["--seeds", "1,1"]], ids=" ".join
)
def test_what_cannot_be_drawn_is_said(truth, words, capsys):
    assert sampled(truth, *words) == 1
    assert capsys.readouterr().err.startswith("hsigui: ")
    assert not (truth.parent / "l.tif").exists()
    with pytest.raises(SystemExit):
        sampled(truth, "--percent", "5", "--per-class", "3")
