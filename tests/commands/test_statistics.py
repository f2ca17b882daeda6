"""`hsigui statistics` and `hsigui separability`: tables by the same calls as the API."""

from __future__ import annotations

import csv

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from tests.analysis.scenes import spectra


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A scene of 12 bands in a folder with a blank and an umlaut, and labels of three classes."""
    folder = tmp_path_factory.mktemp("Fläche 1")
    header, _ = write_cube(folder / "scene.img", spectra(40, 30, 12), CubeInfo(nodata=-1.0))
    numbers = np.zeros((40, 30), dtype=np.uint16)
    numbers[:12], numbers[12:26], numbers[30:] = 1, 2, 5
    table = ClassTable((ClassInfo(1, "=water", (0, 0, 255)), ClassInfo(2, "meadow", (0, 255, 0)),
                        ClassInfo(5, "soil", (90, 60, 30))))  # fmt: skip
    write_classes(folder / "labels.tif", numbers, table)
    return header, folder / "labels.tif"


def rows(path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_statistics_are_written_as_a_line_for_each_class_and_band(files, tmp_path, capsys):
    scene, labels = files
    out, covariance = tmp_path / "a table.csv", tmp_path / "covariance.csv"
    words = ["statistics", scene, "--labels", labels, "--out", out, "--bands", "3,5-6", "--percentiles", "50",
             "--covariance", covariance]  # fmt: skip
    assert main([*map(str, words)]) == 0
    assert "3 classes in 3 bands" in capsys.readouterr().out
    found = rows(out)
    wanted = hsigui.statistics(hsigui.open(scene), hsigui.read_labels(labels), bands=[2, 4, 5], percentiles=[50])
    assert [row["class"] for row in found] == ["'=water"] * 3 + ["meadow"] * 3 + ["soil"] * 3
    assert {row["measurement"] for row in found} == {"Band 3", "Band 5", "Band 6"}
    assert float(found[4]["mean"]) == pytest.approx(wanted.get(2).mean[1], rel=1e-6)
    assert float(found[4]["p50"]) == pytest.approx(wanted.get(2).percentiles[0, 1], rel=1e-6)
    (line,) = [row for row in rows(covariance) if (row["class"], row["measurement"]) == ("soil", "Band 5")]
    assert float(line["Band 3"]) == pytest.approx(wanted.get(5).covariance[1, 0], rel=1e-6)


def test_pairs_are_written_the_hardest_first(files, tmp_path, capsys):
    scene, labels = files
    out = tmp_path / "pairs.csv"
    assert main(["separability", str(scene), "--labels", str(labels), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("3 pairs of classes")
    found = rows(out)
    pairs = hsigui.separability(hsigui.open(scene), hsigui.read_labels(labels)).pairs
    assert [float(row["jeffries_matusita"]) for row in found] == pytest.approx([p.jeffries_matusita for p in pairs])
    assert [row["second"] for row in found] == [str(pair.second) for pair in pairs]
    assert found[0]["best_measurement"] == f"Band {pairs[0].best[0] + 1}"


def test_what_cannot_be_is_told_and_nothing_is_written(files, tmp_path, capsys):
    scene, labels = files
    out = tmp_path / "pairs.csv"
    assert main(["separability", str(scene), "--labels", str(labels), "--out", str(out), "--bands", "13"]) == 1
    assert "has no band 13" in capsys.readouterr().err
    assert main(["statistics", str(scene), "--labels", str(labels), "--out", str(tmp_path / "x.txt")]) == 1
    assert ".csv" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["statistics", str(scene), "--labels", str(labels), "--out", str(out), "--percentiles", "120"])
    assert not list(tmp_path.iterdir())


def test_statistics_by_zone_are_those_of_the_api_with_classes_and_further_layers(files, tmp_path, capsys):
    scene, labels = files
    words = ["statistics", scene, "--zones", labels, "--layer", scene, "--bands", "3"]
    out = tmp_path / "zones.csv"
    assert main([*map(str, words), "--out", str(out)]) == 0
    assert "meadow" in capsys.readouterr().out
    lines = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
    wanted = hsigui.statistics(hsigui.open(scene), hsigui.read_labels(labels), bands=[2])
    first = next(row for row in lines if row["zone"] == "meadow")
    assert first["measurement"] == "scene: Band 3"
    assert float(first["mean"]) == pytest.approx(wanted.get(2).mean[0], rel=1e-6)
    assert float(first["p95"]) == pytest.approx(wanted.get(2).percentiles[4, 0], rel=1e-6)
    assert len(lines) == 3 * 13
    assert main([*map(str, words), "--labels", str(labels), "--out", str(tmp_path / "both.xlsx")]) == 0
    for more, said in (
        (["--zones", labels, "--covariance", tmp_path / "c.csv"], "of classes, and not of zones"),
        (["--layer", scene, "--labels", labels], "--layer is of statistics by zone"),
        ([], "neither is given"),
    ):
        assert main(["statistics", str(scene), "--out", str(tmp_path / "x.csv"), *map(str, more)]) == 1
        assert said in capsys.readouterr().err
    assert not (tmp_path / "x.csv").exists()
