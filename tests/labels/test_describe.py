from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import scipy.io

from hsigui.assets import resource
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube, write_header
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import AmbiguousLabels, write_classes

GEO = Geo((5.0, 0.0, 468200.0, 0.0, -5.0, 5541300.0), utm_wkt(33))
CLASSES = np.array([[0, 1, 1, 7], [7, 7, 0, 0], [1, 1, 1, 0]], dtype=np.uint16)
TABLE = ClassTable((ClassInfo(1, "Corn", (255, 0, 10)), ClassInfo(7, "Water", (0, 0, 255))))


def told(path: Path, **choices: Any) -> dict[str, Any]:
    return json.loads(json.dumps(describe_file(path, **choices), allow_nan=False))


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """One file of each kind."""
    cube = write_cube(tmp_path / "scene.hdr", np.ones((3, 4, 5), np.int16), CubeInfo(geo=GEO, nodata=-9.0))[0]
    header = tmp_path / "lib.hdr"
    write_header(
        header,
        {"samples": 5, "lines": 2, "bands": 1, "data type": 4, "interleave": "bsq", "byte order": 0,
         "file type": "ENVI Spectral Library", "spectra names": ["a", "b"], "wavelength": [1, 2, 3, 4, 5]},
    )  # fmt: skip
    (tmp_path / "lib.sli").write_bytes(bytes(40))
    scipy.io.savemat(tmp_path / "both.mat", {"cube": np.ones((3, 4, 9)), "truth": CLASSES.astype(np.uint8)})
    return {
        "cube": cube, "library": header, "mat": tmp_path / "both.mat",
        "classes": write_classes(tmp_path / "map.hdr", CLASSES, TABLE, GEO)[0],
        "tif": write_classes(tmp_path / "map.tif", CLASSES, TABLE, GEO)[0],
    }  # fmt: skip


@pytest.mark.parametrize("name", ["classes", "tif"])
def test_a_class_raster_is_told_with_its_counts_and_names(files: dict[str, Path], name: str) -> None:
    about = told(files[name])
    assert (about["kind"], about["rows"], about["cols"], about["bands"]) == ("classes", 3, 4, 1)
    assert about["class_counts"] == {"0": 4, "1": 5, "7": 3}
    assert about["class_table"][0] == {"number": 1, "name": "Corn", "color": [255, 0, 10], "pixels": 5}
    assert about["crs"] == "EPSG:32633"
    assert about["map_origin"] == [468200.0, 5541300.0]
    assert (about["dtype"], about["byte_order"]) == ("uint8", 0)


def test_envi_counts_class_0_and_other_formats_the_numbers_that_occur(files: dict[str, Path]) -> None:
    assert told(files["classes"])["classes"] == 8  # 0 to 7, as its header says
    assert told(files["classes"])["class_names"][:2] == ["Unclassified", "Corn"]
    assert told(files["tif"])["classes"] == 2
    assert told(files["tif"])["class_names"] is None


def test_pixels_without_data_are_counted_under_their_own_number(tmp_path: Path) -> None:
    profile = {"driver": "GTiff", "height": 3, "width": 4, "count": 1, "dtype": "uint8", "nodata": 255}
    stored = np.where(CLASSES == 7, 255, CLASSES).astype(np.uint8)
    with rasterio.open(tmp_path / "map.tif", "w", **profile, transform=rasterio.Affine(*GEO.transform)) as dataset:
        dataset.write(stored, 1)
    about = told(tmp_path / "map.tif")
    assert about["class_counts"] == {"0": 4, "1": 5, "255": 3}
    assert (about["nodata"], about["nodata_values"], about["classes"]) == (255, 3, 2)


def test_a_scene_and_the_ground_truth_beside_it_are_told_together(files: dict[str, Path]) -> None:
    about = told(files["mat"])
    assert (about["kind"], about["variable"], about["ground_truth_variable"]) == ("cube", "cube", "truth")
    assert (about["class_counts"], about["classes"]) == ({"0": 4, "1": 5, "7": 3}, 2)
    assert about["other_variables"] == {"truth": "uint8 3x4"}
    assert about["matlab_class"] == "double"
    assert told(files["mat"], variable="truth")["kind"] == "classes"


def test_values_without_data_are_counted_in_a_scene(files: dict[str, Path], tmp_path: Path) -> None:
    assert told(files["cube"])["nodata_values"] == 0
    samples = np.ones((3, 4, 5), np.float32)
    samples[0, 0] = -3.4e38
    header, _ = write_cube(tmp_path / "x.hdr", samples, CubeInfo(nodata=-3.4e38))
    assert told(header)["nodata_values"] == 5


def test_a_library_is_told_with_its_spectra(files: dict[str, Path]) -> None:
    for picked in (files["library"], files["library"].with_suffix(".sli")):
        about = told(picked)
        assert (about["kind"], about["spectra"], about["spectra_names"], about["bands"]) == (
            "library",
            2,
            ["a", "b"],
            5,
        )
        assert (about["wavelength_first_nm"], about["units_guessed"]) == (1000.0, True)
        assert about["notes"]


def test_a_picture_of_one_band_is_a_scene_and_a_raster_of_few_numbers_holds_classes(tmp_path: Path) -> None:
    picture = np.arange(400, dtype=np.uint16).reshape(20, 20, 1)
    assert told(write_cube(tmp_path / "picture.hdr", picture, CubeInfo())[0])["kind"] == "cube"
    assert told(write_cube(tmp_path / "few.hdr", picture // 100, CubeInfo())[0])["kind"] == "classes"


def test_a_matrix_of_measurements_is_no_class_raster(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "flat.mat", {"spectra": np.arange(5000, dtype=np.uint16).reshape(100, 50)})
    with pytest.raises(HsiError, match=r"flat\.mat holds no scene"):
        describe_file(tmp_path / "flat.mat")


def test_several_arrays_that_can_be_labels_are_listed(tmp_path: Path) -> None:
    scipy.io.savemat(tmp_path / "two.mat", {"train": CLASSES, "test": CLASSES})
    with pytest.raises(AmbiguousLabels) as caught:
        describe_file(tmp_path / "two.mat")
    assert {c.name for c in caught.value.candidates} == {"train", "test"}
    assert told(tmp_path / "two.mat", variable="train")["variable"] == "train"


@pytest.mark.parametrize("name", ["gone.hdr", "text.csv", "foreign.hdr", "."])
def test_what_cannot_be_opened_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.csv").write_text("a,b\n")
    (tmp_path / "foreign.hdr").write_text("BYTEORDER I\nNROWS 3\n")
    with pytest.raises(HsiError) as caught:
        describe_file(tmp_path / name)
    assert caught.value.hint


def test_the_help_page_explains_every_field(files: dict[str, Path]) -> None:
    page = resource("help", "info-json.md").read_text(encoding="utf-8")
    for path in files.values():
        for name in told(path):
            assert f"`{name}`" in page, name
