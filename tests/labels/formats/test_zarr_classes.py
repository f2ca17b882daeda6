"""Class maps in zarr stores: what the program writes, it reads; others by what CF says of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hsigui.cli import run as main
from hsigui.cube.cube import Geo
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import AmbiguousLabels, read_classes, write_classes
from hsigui.report.maps import export_map

zarr = pytest.importorskip("zarr")

CLASSES = ClassTable((ClassInfo(1, "wet meadow", (10, 200, 30)), ClassInfo(2, "roof", (200, 20, 20)),
                      ClassInfo(7, "Wiese, trocken", (1, 2, 3))))  # fmt: skip
GEO = Geo((10.0, 0.0, 600000.0, 0.0, -10.0, 5200000.0), utm_wkt(32))


@pytest.fixture
def array() -> NDArray[np.uint16]:
    return np.random.default_rng(1).choice(np.array([0, 1, 2, 7], np.uint16), (70, 60))


def test_a_map_that_was_written_is_read_as_it_was(array: NDArray[np.uint16], tmp_path: Path) -> None:
    export_map(tmp_path / "map.zarr", array, CLASSES, GEO)
    found = read_classes(tmp_path / "map.zarr")
    np.testing.assert_array_equal(found.array, array)
    assert found.classes == CLASSES
    assert found.geo.transform == GEO.transform
    assert "UTM zone 32N" in found.geo.crs_wkt
    assert found.variable == "class"
    assert found.nodata_pixels == int((array == 0).sum())


def test_a_turned_map_keeps_its_place_and_one_without_a_place_has_none(
    array: NDArray[np.uint16], tmp_path: Path
) -> None:
    turned = Geo((8.0, 6.0, 600000.0, 6.0, -8.0, 5200000.0), utm_wkt(32))
    export_map(tmp_path / "turned.zarr", array, CLASSES, turned)
    export_map(tmp_path / "nowhere.zarr", array, CLASSES, None)
    assert read_classes(tmp_path / "turned.zarr").geo.transform == turned.transform
    assert read_classes(tmp_path / "nowhere.zarr").geo == Geo()


def test_a_map_of_another_program_is_read_by_its_flags(array: NDArray[np.uint16], tmp_path: Path) -> None:
    root = zarr.open_group(tmp_path / "cover.zarr", mode="w", zarr_format=2)
    cover = root.create_array("lc/cover", data=array.astype(np.uint8))
    cover.attrs.update({"flag_values": [1, 2, 7], "flag_meanings": "bare wet_meadow water"})
    root.create_array("quality", data=array.astype(np.uint8))
    found = read_classes(tmp_path / "cover.zarr")
    assert found.variable == "lc/cover"
    assert [(c.number, c.name) for c in found.classes] == [(1, "bare"), (2, "wet meadow"), (7, "water")]
    np.testing.assert_array_equal(found.array, array)


def test_of_several_arrays_one_is_asked_for_and_a_wrong_name_is_refused(
    array: NDArray[np.uint16], tmp_path: Path
) -> None:
    root = zarr.open_group(tmp_path / "two.zarr", mode="w", zarr_format=2)
    root.create_array("a", data=array.astype(np.uint8))
    root.create_array("b", data=array[::-1].astype(np.uint8))
    with pytest.raises(AmbiguousLabels) as asked:
        read_classes(tmp_path / "two.zarr")
    assert [choice.name for choice in asked.value.candidates] == ["a", "b"]
    np.testing.assert_array_equal(read_classes(tmp_path / "two.zarr", variable="b").array, array[::-1])
    with pytest.raises(HsiError, match="no numeric array “c”"):
        read_classes(tmp_path / "two.zarr", variable="c")


def test_a_store_without_classes_and_a_folder_that_is_none_are_refused(tmp_path: Path) -> None:
    root = zarr.open_group(tmp_path / "scene.zarr", mode="w", zarr_format=2)
    root.create_array("cube", data=np.random.default_rng(0).random((8, 9, 5)))
    with pytest.raises(HsiError, match="holds no labels"):
        read_classes(tmp_path / "scene.zarr")
    assert describe_file(tmp_path / "scene.zarr")["kind"] == "cube"
    (tmp_path / "empty.zarr").mkdir()
    with pytest.raises(HsiError):
        read_classes(tmp_path / "empty.zarr")
    with pytest.raises(HsiError, match="does not exist"):
        read_classes(tmp_path / "gone.zarr")


def test_a_map_is_described_scored_finished_and_exported(
    array: NDArray[np.uint16], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, truth = tmp_path / "map.zarr", tmp_path / "truth.tif"
    export_map(store, array, CLASSES, GEO)
    write_classes(truth, array, CLASSES, GEO)
    assert describe_file(store)["kind"] == "classes"
    assert main(["info", str(store)]) == 0
    assert "wet meadow" in capsys.readouterr().out
    assert main(["evaluate", str(store), "--truth", str(truth)]) == 0
    assert "100.0" in capsys.readouterr().out
    assert main(["edit", str(store), str(tmp_path / "finished.tif"), "--majority", "3"]) == 0
    assert main(["areas", str(store), str(tmp_path / "areas.csv")]) == 0
    assert "wet meadow" in (tmp_path / "areas.csv").read_text("utf-8")
