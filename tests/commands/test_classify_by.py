"""`hsigui classify --by` and `hsigui match`: maps and ranks by spectra, without any training."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
import rasterio

import hsigui
from hsigui.__main__ import main
from hsigui.errors import HsiError
from hsigui.labels.formats.files import read_classes
from hsigui.pipeline.python_lines import python_of
from tests.analysis.libraries import NAMES, Made, library_file, made


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Made:
    return made(tmp_path_factory.mktemp("by"))


def classify(files: Made, *words: object, out: Path) -> int:
    return main(["classify", str(files.scene), "--by", *map(str, words), "--out", str(out)])


def record_of(path: Path) -> dict:
    return json.loads(path.with_name(path.name + ".hsigui.json").read_text(encoding="utf-8"))


def again(files: Made, record: dict, folder: Path, monkeypatch) -> np.ndarray:
    """The map that the only command of a record makes in an empty folder."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    (line,) = record["commands"]
    assert main(shlex.split(line)[1:]) == 0
    return read_classes(folder / shlex.split(line)[shlex.split(line).index("--out") + 1]).array


def test_a_map_by_a_library_has_its_names_a_record_and_repeats_itself(files, tmp_path, monkeypatch, capsys):
    out = tmp_path / "map.tif"
    sure = tmp_path / "sure.tif"
    assert classify(files, "sam", "--library", files.library, "--threshold", 0.15, "--confidence", sure, out=out) == 0
    assert "476 pixels of 4 classes, 1 pixel unclassified" in capsys.readouterr().out
    found = read_classes(out)
    right = found.array == files.numbers
    right[5, 5] = found.array[5, 5] == 0
    assert right.mean() > 0.99
    assert [info.name for info in found.classes] == list(NAMES)
    with rasterio.open(sure) as file:
        likeness = file.read(1)
    assert np.isnan(likeness[0, :3]).all()
    assert likeness[5, 5] < 0.9 < np.nanmedian(likeness)
    record = record_of(out)
    told = record["settings"]["Matching"]
    assert (told["measure"], told["threshold"], told["spectra from"]) == (
        "Spectral angle (SAM)", "0.15 rad", "Böden neu.csv"
    )  # fmt: skip
    assert len(record["matching"]["references"]) == 4
    np.testing.assert_array_equal(again(files, record, tmp_path / "again", monkeypatch), found.array)
    script = python_of(record["commands"])
    (tmp_path / "script").mkdir()
    monkeypatch.chdir(tmp_path / "script")
    exec(script, {"hsigui": hsigui})
    np.testing.assert_array_equal(read_classes(tmp_path / "script" / "map.tif").array, found.array)


def test_unclassified_pixels_are_errors_and_those_without_data_are_not_tested(files, tmp_path):
    strict, whole = tmp_path / "strict.tif", tmp_path / "whole.hdr"
    assert classify(files, "sam", "--library", files.library, "--threshold", 0.01, out=strict) == 0
    assert classify(files, "sam", "--library", files.library, out=whole) == 0
    array = read_classes(strict).array
    score, all_of = (hsigui.evaluate(path, files.truth) for path in (strict, whole))
    known = int((files.numbers > 0).sum())
    assert score.accuracy.n_test == all_of.accuracy.n_test == known
    assert score.accuracy.unmapped == int(((array == 0) & (files.numbers > 0)).sum()) > 10
    assert score.oa == pytest.approx(float(((array == files.numbers) & (files.numbers > 0)).sum() / known))
    assert all_of.oa > score.oa
    assert any("made by spectra, without a label" in note for note in score.context.notes)
    result = hsigui.classify_by(hsigui.open(files.scene), files.library, threshold=0.01)
    assert hsigui.evaluate(result, files.truth).oa == score.oa


def test_some_spectra_under_other_classes_with_a_threshold_of_their_own(files, tmp_path, monkeypatch):
    out = tmp_path / "soil.tif"
    words = ["--library", files.library, "--spectrum", NAMES[0], "--spectrum", NAMES[1], "--spectrum", NAMES[2],
             "--class", f"Soil={NAMES[0]}", "--class", f"Soil={NAMES[1]}", "--threshold-of", "Soil=0.0",
             "--between", "450,2400"]  # fmt: skip
    assert classify(files, "sid", *words, out=out) == 0
    found = read_classes(out)
    assert [info.name for info in found.classes] == ["Soil", NAMES[2]]
    assert not (found.array == 1).any()
    assert (found.array == 2).any()
    np.testing.assert_array_equal(again(files, record_of(out), tmp_path / "again", monkeypatch), found.array)


def test_classes_by_a_column_of_the_library(files, tmp_path):
    library = library_file(tmp_path / "table.csv", about={"cover": ("Soil", "Soil", "Plants", "")})
    out = tmp_path / "map.hdr"
    assert classify(files, "sam", "--library", library, "--group-by", "Cover", out=out) == 0
    assert [info.name for info in read_classes(out).classes] == ["Soil", "Plants", "Water"]


def test_means_of_labels_and_pixels_stand_for_classes_too(files, tmp_path, monkeypatch):
    cube = hsigui.open(files.scene)
    labels = np.zeros_like(files.numbers)
    places = {}
    for number in range(1, 5):
        rows, cols = np.nonzero(files.numbers == number)
        labels[rows[:10], cols[:10]] = number
        places[f"class {number}"] = (int(rows[20]), int(cols[20]))
    truth = hsigui.read_labels(files.truth, cube)
    drawn = tmp_path / "labels.tif"
    hsigui.save(hsigui.Labels(labels, truth.classes, truth.geo), drawn)
    of_means, of_pixels = tmp_path / "means.tif", tmp_path / "pixels.tif"
    assert classify(files, "sam", "--labels", drawn, out=of_means) == 0
    pixels = [word for name, (row, col) in places.items() for word in ("--pixel", f"{name}={row},{col}")]
    assert classify(files, "euclid", *pixels, "--majority", "3", out=of_pixels) == 0
    of_many = tmp_path / "many.tif"
    two = [word for name, (row, col) in places.items() for word in ("--pixel", f"Both={row},{col}")][:4]
    assert classify(files, "sam", *two, *pixels[4:], out=of_many) == 0
    assert len(record_of(of_many)["matching"]["references"]) == 4  # each pixel of a class stands for it
    assert (read_classes(of_many).array == 1).sum() > 1.5 * (files.numbers == 1).sum()
    for path in (of_means, of_pixels, of_many):
        found = read_classes(path)
        np.testing.assert_array_equal(again(files, record_of(path), tmp_path / path.stem, monkeypatch), found.array)
    score = hsigui.evaluate(of_means, files.truth)
    assert score.accuracy.overlap == 40  # what stood for the classes is not tested
    assert score.oa > 0.98
    assert hsigui.read_labels(of_pixels).classes.get(2).name == "class 2"


def test_ranks_are_told_and_written_as_json(files, tmp_path, capsys):
    rows, cols = np.nonzero(files.numbers == 3)
    at = f"{rows[0]},{cols[0]}"
    other = library_file(tmp_path / "other.csv", tuple(f"other {n}" for n in range(4)))
    assert main(["match", str(files.scene), "--at", at, "--library", str(files.library), "--library", str(other)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Spectral angle (SAM) (rad)" in lines[0]
    assert {lines[1].split("  [")[0].split("  ")[-1], lines[2].split("  [")[0].split("  ")[-1]} == {NAMES[2], "other 2"}
    words = ["match", str(files.scene), "--region", str(files.truth), "--library", str(files.library), "--by", "sff",
             "--count", "1", "--json"]  # fmt: skip
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["of"], each["matches"][0]["name"]) for each in told["spectra"]] == [(n, n) for n in NAMES]
    assert told["spectra"][0]["matches"][0]["scale"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--by", "sam"], "Classes come from a library, from pixels or from labels."),
        (["--by", "sam", "--pixel", "a=0,0", "--smooth", "1"], "The map by spectra needs no run."),
        (["--by", "sam", "--pixel", "a=0,0", "--spectrum", "x"], "It is of --library, and none is given."),
        (["--by", "sam", "--pixel", "a=99,0"], "lies outside the scene"),
        (["--by", "sam", "--pixel", "a=0,0"], "“a” has no value in the good bands"),
        (["--by", "sam", "--library", "none.csv"], "none.csv does not exist"),
        (["--threshold", "1"], "--threshold is for maps by spectra."),
        ([], "It is not said by which run to classify."),
    ],
)
def test_what_does_not_go_together_is_refused(files, tmp_path, capsys, words, said):
    assert main(["classify", str(files.scene), *words, "--out", str(tmp_path / "map.tif")]) == 1
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_library_without_the_spectrum_or_column_says_what_it_has(files, tmp_path, capsys):
    for words in (["--spectrum", "Gold"], ["--class", "x=Gold"], ["--group-by", "cover"]):
        assert classify(files, "sam", "--library", files.library, *words, out=tmp_path / "map.tif") == 1
    told = capsys.readouterr().err
    assert told.count("The library has no spectrum “Gold”.") == 2
    assert "The library has no column “cover”." in told


@pytest.mark.parametrize("places", [[], (1, 2, 3), [(1, 2), (3, 4, 5)], (1.5, 2.0)])
def test_what_is_no_pixel_is_refused_by_its_class(files, places):
    with pytest.raises(HsiError, match="pixels of “water”"):
        hsigui.classify_by(hsigui.open(files.scene), pixels={"water": places})
