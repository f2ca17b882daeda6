"""`hsigui edit`: finished maps, their records and their accuracy."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS

import hsigui
from hsigui.cli import run as main
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.pipeline import provenance
from hsigui.report.rasters import write_layers

TABLE = ClassTable((ClassInfo(1, "Maize", (200, 150, 0)), ClassInfo(2, "Wheat", (220, 200, 90)),
                    ClassInfo(3, "Oak", (0, 90, 0))))  # fmt: skip
GEO = Geo((30.0, 0.0, 500_000.0, 0.0, -30.0, 5_000_000.0), CRS.from_epsg(32633).to_wkt())


@pytest.fixture
def folder(tmp_path) -> Path:
    """A map of another program, a confidence, a reference, and a raster that a hand has painted."""
    folder = tmp_path / "Karten Süd"
    folder.mkdir()
    rng = np.random.default_rng(2)
    truth = np.repeat(np.repeat(np.array([[1, 2], [3, 1]], np.uint16), 10, 0), 12, 1)
    wrong = rng.random(truth.shape) < 0.2
    array = np.where(wrong, rng.integers(1, 4, truth.shape), truth).astype(np.uint16)
    write_classes(folder / "Karte.tif", array, TABLE, GEO)
    write_classes(folder / "Wahrheit.tif", truth, TABLE, GEO)
    hand = np.zeros_like(truth)
    hand[2:4, 2:9] = 3
    write_classes(folder / "von Hand.tif", hand, TABLE, GEO)
    sure = np.where(wrong, 0.4, 0.9).astype(np.float32)
    write_layers(folder / "sicher.tif", sure[:, :, None], ("confidence",), GEO)
    return folder


def edit(folder: Path, *words: object) -> int:
    return main(["edit", str(folder / "Karte.tif"), str(folder / "fertig.tif"), *map(str, words)])


def test_steps_are_done_in_the_order_given_and_told_with_what_they_changed(folder, capsys):
    before = (folder / "Karte.tif").read_bytes()
    assert edit(folder, "--below", 0.5, "--confidence", folder / "sicher.tif", "--fill", "--majority", 3) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said[:3]] == ["--below 0.5", "--fill", "--majority 3"]
    made = read_classes(folder / "fertig.tif")
    array, sure = read_classes(folder / "Karte.tif").array, hsigui.open(folder / "sicher.tif").band(0)
    wanted = hsigui.edit(
        folder / "Karte.tif", hsigui.Below(0.5), "fill", "majority 3", confidence=folder / "sicher.tif"
    )
    assert np.array_equal(made.array, wanted.array)
    assert said[0] == f"--below 0.5: {np.count_nonzero(sure < 0.5)} pixels changed"
    assert np.array_equal(array, read_classes(folder / "Karte.tif").array)
    assert (folder / "Karte.tif").read_bytes() == before


def test_the_record_says_what_was_done_and_its_commands_do_it_again_elsewhere(folder, tmp_path, monkeypatch):
    assert edit(folder, "--paint", folder / "von Hand.tif", "--merge", "Wheat=Maize", "--sieve", "0.5ha,8") == 0
    made = read_classes(folder / "fertig.tif")
    record = provenance.load(folder / "fertig.tif", made.array)
    assert record is not None
    assert [step["step"].split()[0] for step in record.finishing["steps"]] == ["--paint", "--merge", "--sieve"]
    assert record.settings["Finishing"]["painted by hand"] == "14 pixels"
    assert [len(step.get("sha256", "")) for step in record.finishing["steps"]] == [64, 0, 0], "of what was painted"
    elsewhere = tmp_path / "ganz woanders ä"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    for line in record.commands:
        assert main(shlex.split(line)[1:]) == 0
    again = read_classes(elsewhere / "fertig.tif")
    assert np.array_equal(again.array, made.array)
    assert again.classes == made.classes


def test_a_finished_map_is_edited_further_and_knows_all_its_steps(folder):
    assert edit(folder, "--majority", 3, "--paint", folder / "von Hand.tif") == 0
    more = hsigui.edit(folder / "fertig.tif", "merge 2=1")
    hsigui.save(more, folder / "noch fertiger.tif")
    at_once = hsigui.edit(folder / "Karte.tif", "majority 3", f"paint {shlex.quote(str(folder / 'von Hand.tif'))}",
                          "merge 2=1")  # fmt: skip
    assert np.array_equal(more.array, at_once.array)
    record = provenance.load(folder / "noch fertiger.tif", more.array)
    assert record is not None
    assert [step["step"].split()[0] for step in record.finishing["steps"]] == ["--majority", "--paint", "--merge"]
    assert record.finishing["steps"][1]["sha256"] == at_once.finished.steps[1].sha256 != ""
    assert record.finishing["painted_pixels"] == 14
    assert record.finishing["became"] == {"2": 1}
    first = provenance.load(folder / "fertig.tif", hsigui.read_labels(folder / "fertig.tif").array)
    assert record.finishing["model_sha256"] == first.finishing["model_sha256"]
    assert len(record.commands) == 2


def test_the_accuracy_says_its_steps_and_leaves_out_what_a_hand_has_painted(folder, capsys):
    assert edit(folder, "--paint", folder / "von Hand.tif", "--majority", 3) == 0
    capsys.readouterr()
    report = folder / "Bericht"
    words = [str(folder / "fertig.tif"), "--truth", str(folder / "Wahrheit.tif"), "--report", str(report)]
    assert main(["evaluate", *words]) == 0
    said = capsys.readouterr().out
    assert "on 466 test pixels" in said, "480 without 14"
    assert "Measured after these steps: paint" in said
    assert "majority 3." in said
    assert "14 hand-painted pixels of the reference are left out of the test." in said
    truth, made = (read_classes(folder / name).array for name in ("Wahrheit.tif", "fertig.tif"))
    tested = read_classes(folder / "von Hand.tif").array == 0
    assert f"OA {100 * (truth == made)[tested].mean():.2f} %" in said
    page = (report / "report.html").read_text(encoding="utf-8")
    assert "14 hand-painted pixels" in page
    split = json.loads((report / "report.json").read_text(encoding="utf-8"))["split"]
    assert split["painted"] == 14
    assert [step.split()[0] for step in split["after"]] == ["--paint", "--majority"]


def test_a_reference_is_brought_into_the_classes_of_the_finished_map(folder, capsys):
    (folder / "tree.csv").write_text("class,use\nMaize,Field\nWheat,Field\nOak,Forest\n")
    assert edit(folder, "--tree", folder / "tree.csv") == 0
    found = hsigui.evaluate(folder / "fertig.tif", folder / "Wahrheit.tif")
    truth, array = (read_classes(folder / name).array for name in ("Wahrheit.tif", "Karte.tif"))
    assert found.oa == pytest.approx(np.mean((truth == 3) == (array == 3)))
    assert list(found.accuracy.names) == ["Field", "Forest"]
    assert any("Maize = Field, Wheat = Field, Oak = Forest" in note for note in found.context.notes)


def test_a_reference_that_knows_numbers_only_is_brought_there_too(folder):
    assert edit(folder, "--merge", "3=1") == 0
    truth = read_classes(folder / "Wahrheit.tif").array
    found = hsigui.evaluate(folder / "fertig.tif", truth)
    array = read_classes(folder / "Karte.tif").array
    assert found.oa == pytest.approx(np.mean((truth == 2) == (array == 2)))


def test_a_record_whose_painted_pixels_are_damaged_claims_no_accuracy(folder, capsys):
    assert edit(folder, "--paint", folder / "von Hand.tif") == 0
    path = provenance.record_path(folder / "fertig.tif")
    record = json.loads(path.read_text())
    record["finishing"]["painted"] = record["finishing"]["painted"][:-6]
    path.write_text(json.dumps(record))
    capsys.readouterr()
    assert main(["evaluate", str(folder / "fertig.tif"), "--truth", str(folder / "Wahrheit.tif")]) == 1
    said = capsys.readouterr()
    assert "does not say what was done" in said.err
    assert "OA" not in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "No step is given"), (("--below", "0.5"), "confidence of this map is not known"),
        (("--majority", "3", "--confidence", "x.tif"), "--confidence is for --below"),
        (("--merge", "Rye=Wheat"), "no class “Rye”"), (("--majority", "4"), "cannot have a window"),
        (("--paint", "nowhere.tif"), "does not exist"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_and_nothing_is_written(folder, capsys, words, said):
    assert edit(folder, *words) == 1
    assert said in capsys.readouterr().err
    assert not (folder / "fertig.tif").exists()


def test_the_map_itself_is_never_written_over_and_another_only_when_asked(folder, capsys):
    source = str(folder / "Karte.tif")
    assert main(["edit", source, source, "--majority", "3", "--overwrite"]) == 1
    assert "overwrite a file that this command reads" in capsys.readouterr().err
    with pytest.raises(HsiError, match="is the map that is edited"):
        hsigui.save(hsigui.edit(source, "majority 3"), source)
    write_classes(folder / "Karte.hdr", read_classes(source).array, TABLE, GEO)
    with pytest.raises(HsiError, match="is the map that is edited"):
        hsigui.save(hsigui.edit(folder / "Karte.hdr", "majority 3"), folder / "Karte.img")
    assert main(["edit", source, str(folder / "Karte.hdr"), "--majority", "3"]) == 1
    (folder / "Karte.hdr").unlink()
    assert main(["edit", source, str(folder / "Karte.hdr"), "--majority", "3"]) == 1, "its data is there"
    (folder / "fertig.tif").write_bytes(b"mine")
    assert edit(folder, "--majority", 3) == 1
    assert (folder / "fertig.tif").read_bytes() == b"mine"
    assert edit(folder, "--majority", 3, "--overwrite") == 0
    assert read_classes(folder / "fertig.tif").array.any()


def test_the_probabilities_of_all_classes_are_a_confidence_and_other_layers_are_none(folder, capsys):
    sure = hsigui.open(folder / "sicher.tif").band(0)
    rest = (1 - sure) / 2
    write_layers(folder / "alle.tif", np.stack([rest, sure, rest], axis=2), ("Maize", "Wheat", "Oak"), GEO)
    by_all = hsigui.edit(folder / "Karte.tif", "below 0.5", confidence=folder / "alle.tif")
    by_one = hsigui.edit(folder / "Karte.tif", "below 0.5", confidence=folder / "sicher.tif")
    assert np.array_equal(by_all.array, by_one.array)
    assert (by_all.array == 0).any()
    write_layers(folder / "entropy.tif", sure[:, :, None], ("entropy",), GEO)
    write_layers(folder / "percent.tif", 100 * sure[:, :, None], ("confidence",), GEO)
    write_layers(folder / "klein.tif", sure[:5, :, None], ("confidence",), GEO)
    for name, said in (("entropy", "no probabilities"), ("percent", "no probabilities"), ("klein", "5 x 24 pixels")):
        assert edit(folder, "--below", 0.5, "--confidence", folder / f"{name}.tif") == 1
        assert said in capsys.readouterr().err


def test_a_comparison_leaves_out_what_was_painted_on_either_map(folder, capsys):
    assert edit(folder, "--paint", folder / "von Hand.tif", "--merge", "2=1") == 0
    truth, first, second, hand = (
        read_classes(folder / name).array for name in ("Wahrheit.tif", "Karte.tif", "fertig.tif", "von Hand.tif")
    )
    kept = (truth > 0) & (hand == 0)
    found = hsigui.evaluate(folder / "fertig.tif", folder / "Wahrheit.tif", against=folder / "Karte.tif")
    draw = found.context.comparison.draws[0]
    right = [np.where(array == 2, 1, array)[kept] == np.where(truth == 2, 1, truth)[kept] for array in (second, first)]
    assert draw.both == np.count_nonzero(right[0] & right[1])
    assert draw.only_first + draw.only_second == 0, "merged on one of them, a class is right as what it became"
    assert draw.neither == np.count_nonzero(~right[0] & ~right[1])
    capsys.readouterr()
    words = ["--truth", str(folder / "Wahrheit.tif"), "--against", str(folder / "fertig.tif")]
    assert main(["evaluate", str(folder / "Karte.tif"), *words]) == 0
    said = capsys.readouterr()
    assert "fertig.tif: 14 hand-painted pixels of the reference are left out" in said.err
    assert f"on {np.count_nonzero(truth)} test pixels" in said.out, "of the map itself all are tested"


def test_filters_of_export_are_further_steps_of_a_finished_map(folder, capsys, tmp_path, monkeypatch):
    assert edit(folder, "--paint", folder / "von Hand.tif") == 0
    filters = ["--majority", "3", "--sieve", "4", "--connectivity", "8"]
    assert main(["export", str(folder / "fertig.tif"), "--out", str(folder / "glatt.hdr"), *filters]) == 0
    array = read_classes(folder / "glatt.hdr").array
    record = provenance.load(folder / "glatt.hdr", array)
    assert record is not None
    steps = [step["step"] for step in record.finishing["steps"]]
    assert steps[1:] == ["--majority 3", "--sieve 4,8"]
    assert np.array_equal(array, hsigui.edit(folder / "fertig.tif", *steps[1:]).array)
    capsys.readouterr()
    assert main(["evaluate", str(folder / "glatt.hdr"), "--truth", str(folder / "Wahrheit.tif")]) == 0
    said = capsys.readouterr().out
    assert "14 hand-painted pixels" in said
    assert "majority 3, sieve 4,8." in said
    monkeypatch.chdir(tmp_path)
    for line in record.commands:
        assert main(shlex.split(line)[1:]) == 0
    assert np.array_equal(read_classes(tmp_path / "glatt.hdr").array, array)


@pytest.mark.parametrize("step", [("--paint", "von Hand.tif"), ("--mask", "von Hand.tif"), ("--tree", "tree.csv:use")])
def test_a_file_that_a_step_reads_is_never_written_over(folder, capsys, monkeypatch, step):
    monkeypatch.chdir(folder)
    (folder / "tree.csv").write_text("class,use\nMaize,Field\nWheat,Field\nOak,Forest\n")
    name = step[1].partition(":")[0]
    before = (folder / name).read_bytes()
    assert main(["edit", "Karte.tif", name, *step, "--overwrite"]) == 1
    said = capsys.readouterr().err
    assert "overwrite a file that this command reads" in said or "does not say in which format" in said
    assert (folder / name).read_bytes() == before


def test_relative_paths_of_steps_are_kept_whole(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert edit(folder, "--paint", "von Hand.tif") == 0
    record = provenance.load(folder / "fertig.tif", read_classes(folder / "fertig.tif").array)
    assert record is not None
    monkeypatch.chdir(os.sep)
    assert shlex.quote(str(folder / "von Hand.tif")) in record.commands[-1]
