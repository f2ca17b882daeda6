"""Files of users on which the program was wrong: products, their no-data, and which array is the scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rasterio.crs import CRS

from hsigui.cube.cube import Cube
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.formats.files import find_truth_in_cube_file, read_classes
from hsigui.labels.on_scene import read_onto

ROW, COL, BAND = np.mgrid[0:12, 0:9, 0:20]
STORED = ROW * 1000 + COL * 50 + BAND  # what every cube there holds


def epsg(cube: Cube) -> int | None:
    assert cube.geo.crs_wkt is not None
    return CRS.from_wkt(cube.geo.crs_wkt).to_epsg()


def test_a_tile_of_neon_has_its_no_data_scale_and_place_and_polygons_land(cases: Path):
    folder = cases / "files" / "05_neon"
    cube = open_cube(folder / "NEON_D11_BLUE_DP3_reflectance.h5")
    assert (cube.info.nodata, cube.info.scale) == (-9999.0, 10_000.0)
    assert cube.geo.transform == (1.0, 0.0, 368_000.0, 0.0, -1.0, 4_306_000.0)
    assert epsg(cube) == 32618
    assert cube.info.wavelength_units == "nanometers"
    labels = read_onto(folder / "train_utm.geojson", cube, "labels")
    oak = next(c.number for c in labels.classes if c.name == "oak")
    assert {c.name for c in labels.classes} == {"oak", "grass"}
    assert labels.array[2:5, 2:4].tolist() == [[oak, oak]] * 3


def test_pixels_without_data_of_neon_get_no_class(cases: Path):
    cube = open_cube(cases / "files" / "05_neon" / "neon40.h5")
    assert (~cube.valid_mask()).sum() == 320
    assert np.isnan(cube.read()[~cube.valid_mask()]).all()


def test_a_flight_line_of_aviris_3_lies_where_gdal_says(cases: Path):
    cube = open_cube(cases / "files" / "03_aviris3" / "AV320231008t160521_L2A_OE_RFL_ORT.nc")
    assert cube.geo.transform == (5.0, 0.0, 400_000.0, 0.0, -5.0, 4_100_000.0)
    assert epsg(cube) == 32611
    values = cube.read()
    assert np.allclose(values[~np.isnan(values)], (STORED / 20_000)[~np.isnan(values)])
    assert cube.valid_mask().sum() > 90


def test_prisma_is_one_scene_of_both_detectors(cases: Path):
    cube = open_cube(cases / "files" / "06_prisma_l2d" / "PRS_L2D_STD_2020.he5")
    assert cube.bands == 15
    waves = list(cube.info.wavelengths)
    assert waves == sorted(waves)
    assert (waves[0], waves[-1]) == (420.0, 2490.0)
    assert cube.geo.transform == (30.0, 0.0, 500_000.0, 0.0, -30.0, 4_500_000.0)
    assert epsg(cube) == 32633
    # In this file one more than elsewhere, and 20,000 more in the SWIR; 0 in the first pixel, which has no data.
    assert np.allclose(cube.read()[3, 4, 0], (STORED[3, 4, 5] + 1) * 1.2 / 65535)
    assert np.allclose(cube.read()[3, 4, -1], (STORED[3, 4, 0] + 20_000) * 0.9 / 65535)
    assert np.argwhere(~cube.valid_mask()).tolist() == [[0, 0]]


def test_labels_in_a_struct_are_the_truth_and_a_mask_of_ones_is_not(cases: Path):
    path = cases / "files" / "25_muufl_struct" / "muufl_label.mat"
    cube = open_cube(path)
    assert cube.info.variable == "hsi.Data"
    proposed = [array.name for array in find_truth_in_cube_file(path, (cube.rows, cube.cols))]
    assert proposed == ["hsi.sceneLabels.labels"]


def test_labels_where_minus_one_is_none_are_read(cases: Path):
    path = cases / "files" / "25_muufl_struct" / "muufl_label.mat"
    labels = read_onto(path, open_cube(path), "labels")
    assert labels.variable == "hsi.sceneLabels.labels"
    assert labels.array.min() == 0
    assert any("-1" in note for note in labels.notes)


def test_a_flattened_cube_given_as_labels_is_never_taken_for_them(data_dir: Path):
    path = data_dir / "jasper_ridge" / "jasperRidge2_R198.mat"
    with pytest.raises(HsiError, match=r"pixels lie in one axis|holds no labels") as caught:
        read_classes(path)
    assert caught.value.hint
    with pytest.raises(HsiError, match="pixels lie in one axis"):
        read_classes(path, variable="Y")


def test_desis_opens_by_its_header_and_by_its_raster(cases: Path):
    stem = "DESIS-HSI-L2A-DT0380132796_001-20190901T102051-V0210-SPECTRAL_IMAGE"
    for suffix in (".hdr", ".tif"):
        cube = open_cube(cases / "files" / "46_desis_hdr" / f"{stem}{suffix}")
        assert (cube.info.wavelengths[0], cube.info.wavelengths[-1]) == (402.0, 999.0)
        assert cube.info.fwhm == (3.5,) * 20
        assert cube.info.scale == 10_000.0
        assert cube.stored(5, 7).tolist() == STORED[5, 7].tolist()


def test_enmap_without_its_metadata_opens_and_says_so(cases: Path):
    cube = open_cube(cases / "files" / "81_enmap_partial" / "ENMAP01-SPECTRAL_IMAGE.TIF")
    assert cube.info.product == "EnMAP"
    assert any("METADATA.XML is not beside it" in note for note in cube.notes)


@pytest.mark.parametrize("name", ["bip.tif", "stack.tif", "stack_ij.tif"])
def test_every_page_of_a_stack_is_a_band(cases: Path, name: str):
    cube = open_cube(cases / "files" / "62_multipage" / name)
    assert np.array_equal(cube.read(), STORED)
    assert any("each is a band" in note for note in cube.info.notes) == name.startswith("stack")
