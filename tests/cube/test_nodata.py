"""Which samples are no data, and what is said of the pixels that they cost."""

from __future__ import annotations

import numpy as np
import pytest
import rasterio

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.nodata import Costs, costs_in_words, costs_of, equals_nodata
from hsigui.cube.open import open_cube

PLACE = {"transform": rasterio.Affine(20, 0, 500_000, 0, -20, 4_480_000), "crs": rasterio.CRS.from_epsg(32616)}


@pytest.mark.parametrize("said", [-3.4028234663852886e38, -3.40282e38, -3.4028e38, -3.4e38, -3.402823e38])
def test_the_least_float_is_known_however_short_it_is_written(said) -> None:
    stored = np.array([-3.4028235e38, -3.0e38, 0.0, 1.0, np.nan], np.float32)
    assert equals_nodata(stored, said).tolist() == [True, False, False, False, False]
    assert equals_nodata(np.array([-1.7976931348623157e308, -1.0]), -1.79769e308).tolist() == [True, False]


def test_values_that_can_be_measured_are_compared_exactly() -> None:
    assert equals_nodata(np.array([-9999.0, -9998.9, -9999.5], np.float32), -9999).tolist() == [True, False, False]
    assert equals_nodata(np.array([0.1, 0.2], np.float32), 0.1).tolist() == [True, False]
    assert equals_nodata(np.array([255, 254], np.uint8), -1).tolist() == [False, False]
    assert equals_nodata(np.array([1.0, np.nan]), np.nan).tolist() == [False, True]


def costs(values: np.ndarray, nodata: float | None, good: list[int] | None = None) -> Costs:
    found = costs_of(ArraySource(values), list(range(values.shape[2])) if good is None else good, nodata)
    assert found is not None
    return found


def test_pixels_are_counted_by_the_bands_that_cost_them() -> None:
    values = np.ones((10, 10, 4), np.float32)
    values[0] = -9999  # a border
    values[1:4, :, 2] = -9999
    values[3, :5, 1] = np.nan
    found = costs(values, -9999)
    assert (found.pixels, found.nothing, found.partly) == (100, 10, 30)
    assert found.by_band.tolist() == [0, 5, 30, 0]
    assert found.alone.tolist() == [0, 0, 25, 0]
    assert costs_in_words(found, 10, 10, CubeInfo(wavelengths=(400, 500, 600.4, 700))) == (
        "10 of 100 pixels have no data in any band.",
        "30 of 100 pixels lack data in some bands only, and are left out: "
        "band 3 (600 nm) lacks 30, band 2 (500 nm) lacks 5.",
        "Without band 3 (600 nm), 25 of them would be kept (Edit > Bands…, --leave-out-bands 3).",
    )
    without = costs(values, -9999, [0, 1, 3])
    assert (without.nothing, without.partly) == (10, 5)
    assert costs_of(ArraySource(np.ones((3, 3, 2), np.uint8)), [0, 1], None) is None
    assert costs_in_words(costs(np.ones((3, 3, 2)), None), 3, 3, CubeInfo()) == ()


def test_zero_is_a_measurement_unless_a_whole_spectrum_is_zero() -> None:
    values = np.ones((4, 4, 3), np.uint8)
    values[0] = 0
    values[1, :, 1] = 0
    assert (costs(values, 0).nothing, costs(values, 0).partly) == (4, 0)


def test_counts_and_the_mask_of_the_cube_agree() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 5, (30, 20, 4)).astype(np.int16)
    values[rng.random(values.shape) < 0.03] = -1
    found = costs(values, -1)
    cube = Cube(ArraySource(values), CubeInfo(nodata=-1))
    assert int((~cube.valid_mask()).sum()) == found.nothing + found.partly


def test_samples_out_of_the_valid_range_cost_pixels_too() -> None:
    values = np.ones((4, 5, 3), np.int16)
    values[0] = 900
    values[1, :2, 1] = -3
    found = costs_of(ArraySource(values), [0, 1, 2], None, (0, 500))
    assert found is not None
    assert (found.nothing, found.partly, found.by_band.tolist()) == (5, 2, [0, 2, 0])
    cube = Cube(ArraySource(values), CubeInfo(valid_range=(0, 500)))
    assert int((~cube.valid_mask()).sum()) == found.nothing + found.partly


def test_of_a_large_scene_rows_are_looked_at(monkeypatch) -> None:
    monkeypatch.setattr("hsigui.cube.nodata._MOST_VALUES", 2000)
    values = np.ones((1000, 10, 5), np.float32)
    values[:, 0, 1] = np.nan
    found = costs(values, None)
    assert found.pixels == 390
    assert costs_in_words(found, 1000, 10, CubeInfo())[0].startswith("39 of 390 pixels that were looked at lack")


def test_case_of_a_product_that_lost_half_of_its_pixels_to_one_band(cases) -> None:
    cube = open_cube(cases / "files" / "81_enmap_partial" / "ENMAP01-SPECTRAL_IMAGE.TIF")
    (lost,) = [note for note in cube.notes if note.startswith("800 of 1,600 pixels lack data in some bands only")]
    assert "band 13" in lost
    assert any("Without band 13" in note and "800 of them would be kept" in note for note in cube.notes)


def test_other_formats_say_it_too(tmp_path) -> None:
    values = np.ones((6, 5, 3), np.float32)
    values[:2, :, 1] = -3.4028235e38
    write_cube(tmp_path / "a.hdr", values, CubeInfo(nodata=-3.40282e38))
    cube = open_cube(tmp_path / "a.hdr")
    assert any(note.startswith("10 of 30 pixels lack data in some bands only") for note in cube.notes)
    assert int(cube.valid_mask().sum()) == 20
    assert np.isnan(cube.read()[0, 0, 1])


# Rasters that say it by a mask, an alpha band, or a value a band

VALUES = np.arange(2, 2 + 3 * 4 * 3, dtype=np.uint8).reshape(3, 4, 3)


def written(path, values=VALUES, **profile):
    rows, cols, bands = values.shape
    with rasterio.open(path, "w", "GTiff", cols, rows, bands, dtype=values.dtype, **PLACE, **profile) as file:
        file.write(values.transpose(2, 0, 1))
    return path


@pytest.mark.parametrize("inside", [True, False])
def test_a_mask_inside_or_beside_leaves_pixels_out(inside, tmp_path) -> None:
    written(tmp_path / "a.tif")
    mask = np.full((3, 4), 255, np.uint8)
    mask[0, :2] = 0
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=inside), rasterio.open(tmp_path / "a.tif", "r+") as file:
        file.write_mask(mask)
    assert (tmp_path / "a.tif.msk").exists() != inside
    cube = open_cube(tmp_path / "a.tif")
    assert (cube.valid_mask() == (mask > 0)).all()
    assert np.isnan(cube.read()[0, 0]).all()
    assert (cube.read()[1:] == VALUES[1:]).all()
    some = cube.read(slice(0, 3, 2), slice(0, 4, 3), [1])[:, :, 0]
    np.testing.assert_array_equal(some, [[np.nan, 12], [27, 36]])
    assert "The file has a mask: pixels that it leaves out have no data." in cube.notes
    assert "2 of 12 pixels have no data in any band." in cube.notes


def test_an_alpha_band_is_no_band_of_the_scene(tmp_path) -> None:
    alpha = np.full((3, 4, 1), 255, np.uint8)
    alpha[2, 3] = 0
    written(tmp_path / "a.tif", np.concatenate([VALUES, alpha], axis=2), photometric="RGB", alpha="YES")
    cube = open_cube(tmp_path / "a.tif")
    assert cube.shape == (3, 4, 3)
    assert np.flatnonzero(~cube.valid_mask().ravel()).tolist() == [11]
    assert any("Band 4 says how opaque" in note for note in cube.notes)
    assert (cube.read()[0] == VALUES[0]).all()


def test_each_band_has_its_own_no_data_value(tmp_path) -> None:
    bands = []
    for number, value in enumerate((2, 15, None)):
        gap = "" if value is None else f"<NoDataValue>{value}</NoDataValue>"
        bands.append(
            f'<VRTRasterBand dataType="Byte" band="{number + 1}">{gap}<SimpleSource><SourceFilename '
            f'relativeToVRT="1">a.tif</SourceFilename><SourceBand>{number + 1}</SourceBand></SimpleSource>'
            "</VRTRasterBand>"
        )
    written(tmp_path / "a.tif")
    (tmp_path / "a.vrt").write_text(
        f'<VRTDataset rasterXSize="4" rasterYSize="3"><GeoTransform>0, 1, 0, 0, 0, -1</GeoTransform>{"".join(bands)}'
        "</VRTDataset>"
    )
    cube = open_cube(tmp_path / "a.vrt")
    read = cube.read()
    assert np.argwhere(np.isnan(read)).tolist() == [[0, 0, 0], [1, 0, 1]]
    assert np.flatnonzero(~cube.valid_mask().ravel()).tolist() == [0, 4]
    said = "The bands have different no-data values, each heeded in its own: 15, 2; 1 band has none."
    assert said in cube.notes
    assert any("band 1 lacks 1, band 2 lacks 1" in note for note in cube.notes)


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "int16", "int32", "uint32", "float32"])
def test_masked_samples_are_told_from_all_that_can_be_measured(dtype, tmp_path) -> None:
    kind = np.dtype(dtype)
    ends = (np.finfo if kind.kind == "f" else np.iinfo)(kind)
    values = np.full((2, 2, 2), ends.max, dtype=kind)
    values[0, 0], values[0, 1] = ends.min, 0
    written(tmp_path / "a.tif", values)
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(tmp_path / "a.tif", "r+") as file:
        file.write_mask(np.array([[255, 255], [255, 0]], np.uint8))
    cube = open_cube(tmp_path / "a.tif")
    assert cube.valid_mask().tolist() == [[True, True], [True, False]]
    assert (cube.stored(0, 0) == ends.min).all()
    assert (cube.stored(1, 0) == ends.max).all()
