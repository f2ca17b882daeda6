"""`hsigui labels`: labels from one format into another."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.cube.demo import write_demo
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.class_tables import write_table
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.labels.formats.table import usual_suffixes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_demo(tmp_path_factory.mktemp("demo"), seed=0)


@pytest.mark.parametrize("suffix", usual_suffixes())
def test_there_and_back_by_every_format(demo, tmp_path: Path, capsys, suffix: str) -> None:
    cube, truth = map(str, demo)
    between, back = str(tmp_path / f"labels{suffix}"), str(tmp_path / "back.tif")
    assert main(["labels", truth, between, "--scene", cube]) == 0
    assert main(["labels", between, back, "--scene", cube]) == 0
    one, other = read_classes(truth), read_classes(back)
    assert np.array_equal(one.array, other.array)
    assert {(c.number, c.name, c.color) for c in one.classes} == {(c.number, c.name, c.color) for c in other.classes}
    assert f"{np.count_nonzero(one.array)} labels" in capsys.readouterr().out


def test_a_table_gives_names_and_colours(tmp_path: Path) -> None:
    np.save(tmp_path / "gt.npy", np.array([[0, 1], [2, 2]]))
    table = ClassTable((ClassInfo(1, "Corn", (1, 2, 3)), ClassInfo(2, "Water", (4, 5, 6))))
    write_table(tmp_path / "table.csv", table)
    words = ["labels", str(tmp_path / "gt.npy"), str(tmp_path / "gt.hdr"), "--classes", str(tmp_path / "table.csv")]
    assert main(words) == 0
    assert read_classes(tmp_path / "gt.hdr").classes == table


def test_labels_of_another_place_are_resampled_on_request_only(demo, tmp_path: Path, capsys) -> None:
    scene = read_classes(demo[1])
    a, b, c, d, e, f = scene.geo.transform or pytest.fail("the demo scene has a place")
    moved = str(tmp_path / "moved.tif")
    write_classes(moved, scene.array, scene.classes, Geo((a, b, c + 10 * a, d, e, f), scene.geo.crs_wkt))
    words = ["labels", moved, str(tmp_path / "out.tif"), "--scene", str(demo[0])]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "lie elsewhere" in said
    assert "--resample" in said
    assert main([*words, "--resample"]) == 0
    found = read_classes(tmp_path / "out.tif").array
    assert np.array_equal(found[:, 10:], scene.array[:, :-10])


def test_shapes_without_their_scene_are_refused_with_what_to_do(demo, tmp_path: Path, capsys) -> None:
    rois = str(tmp_path / "rois.xml")
    assert main(["labels", str(demo[1]), rois]) == 0
    assert main(["labels", rois, str(tmp_path / "out.tif")]) == 1
    assert "does not say of which scene" in capsys.readouterr().err
    assert main(["labels", rois, str(tmp_path / "out.docx")]) == 1
    assert main(["labels", rois, rois]) == 1
