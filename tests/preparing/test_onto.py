"""Cubes on other grids, beside gdalwarp and beside rasterio's warping of the whole file."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.transform import Affine
from rasterio.vrt import WarpedVRT

import hsigui
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.preparing.asked import step_of
from hsigui.preparing.grids import System, grid_named
from hsigui.preparing.made import as_values
from hsigui.preparing.onto import Onto
from hsigui.preparing.step import prepared
from hsigui.preparing.table import save_cube
from tests.preparing.cubes import GEO, TURNED, cube_of

GDALWARP = shutil.which("gdalwarp")


def _scene(geo=GEO, **more):
    array = np.random.default_rng(5).integers(1, 9000, (40, 31, 3)).astype("int16")
    array[9:14, 6:9] = -9999
    array[30, 20, 1] = -9999
    bare = {"bad_bands": (), "wavelengths": (), "fwhm": (), "band_names": ()}
    return cube_of(array, geo=geo, **(bare | {"scale": 1.0} | more))


def _gdalwarp(path, out, *words):
    subprocess.run(
        [GDALWARP, "-q", "-overwrite", "-et", "0", "-wo", "UNIFIED_SRC_NODATA=NO", *words, path, out], check=True
    )
    return hsigui.open(out)


@pytest.mark.skipif(GDALWARP is None, reason="gdalwarp is not on the path")
@pytest.mark.parametrize("geo", [GEO, TURNED], ids=["north-up", "turned"])
@pytest.mark.parametrize(
    ("system", "words"), [(System("EPSG:4326"), ()), (System("EPSG:32632", 25.0), ("-tr", "25", "25"))]
)
def test_samples_are_those_of_gdalwarp(tmp_path, geo, system, words):
    cube = _scene(geo)
    path = save_cube(cube, tmp_path / "in.tif")[0]
    for resampling in ("nearest", "bilinear", "cubic"):  # versions of GDAL differ in means at the edge of a scene
        made = Onto(system, resampling).on(cube)
        down, across = made.source._scales
        same = ("-wo", f"XSCALE={across!r}", "-wo", f"YSCALE={down!r}") if resampling != "nearest" else ("-ot", "Int16")
        kind = () if resampling == "nearest" else ("-ot", "Float32")
        name = "near" if resampling == "nearest" else resampling
        warped = _gdalwarp(path, tmp_path / "out.tif", "-t_srs", system.crs, *words, *same, *kind, "-r", name)
        assert made.shape == warped.shape
        np.testing.assert_allclose(made.geo.transform, warped.geo.transform, rtol=1e-12)
        values, expected = made.read(), warped.read()
        if resampling == "nearest":
            assert made.dtype == np.int16
            np.testing.assert_array_equal(values, expected)
            continue
        np.testing.assert_array_equal(np.isnan(values), np.isnan(expected))
        np.testing.assert_allclose(values, expected, rtol=1e-5, atol=0.01)


@pytest.mark.parametrize("geo", [GEO, TURNED], ids=["north-up", "turned"])
@pytest.mark.parametrize("resampling", ["nearest", "average"])
def test_samples_are_those_of_rasterio_over_the_whole_file(tmp_path, geo, resampling):
    cube = _scene(geo)
    path = save_cube(as_values(cube), tmp_path / "in.tif")[0]
    for size in (9.0, 40.0):
        made = Onto(System("EPSG:32632", size), resampling).on(cube)
        with rasterio.open(path) as file, WarpedVRT(
            file, crs="EPSG:32632", transform=Affine(*made.geo.transform), height=made.rows, width=made.cols,
            tolerance=1e-6, resampling=Resampling[resampling], UNIFIED_SRC_NODATA="NO",
        ) as whole:  # fmt: skip
            np.testing.assert_allclose(made.read(), np.moveaxis(whole.read(), 0, 2), rtol=1e-5)


@pytest.mark.parametrize(("geo", "size"), [(GEO, 17.0), (TURNED, 2.3)], ids=["north-up", "turned"])
def test_nearest_takes_the_pixel_below_each_centre(geo, size):
    cube = _scene(geo)
    made = prepared(cube, [Onto(System("EPSG:32633", size))])
    rows, cols = np.mgrid[: made.rows, : made.cols] + 0.5
    a, b, c, d, e, f = made.geo.transform
    x, y = a * cols + b * rows + c, d * cols + e * rows + f
    a, b, c, d, e, f = geo.transform
    own = np.linalg.inv([[a, b], [d, e]]) @ np.stack([(x - c).ravel(), (y - f).ravel()])
    col, row = np.floor(own).astype(int)
    inside = (row >= 0) & (col >= 0) & (row < cube.rows) & (col < cube.cols)
    expected = np.full((made.rows * made.cols, 3), -9999, "int16")
    expected[inside] = cube.source.array[row[inside], col[inside]]
    stored = made.source.read(slice(None), slice(None), slice(None)).reshape(-1, 3)
    near = np.abs(own - np.round(own)).min(axis=0) > 1e-4  # elsewhere a centre lies on the edge of a pixel
    np.testing.assert_array_equal(stored[near], expected[near])
    assert inside.sum() > 100
    assert made.info.history == (f'--grid "EPSG:32633,{size}" --resampling nearest',)
    again = step_of("grid", f"EPSG:32633,{size} --resampling average")
    assert (again.to, again.resampling) == (System("EPSG:32633", size), "average")


@pytest.mark.parametrize("resampling", ["nearest", "bilinear", "cubic", "average"])
def test_no_sample_depends_on_the_window_in_which_it_is_read(resampling):
    cube = _scene(TURNED)
    made = Onto(System("EPSG:32632", 9.0), resampling).on(cube)
    whole = made.read()
    picked = made.read(slice(made.rows - 2, 1, -3), slice(1, None, 2), [2, 0, 2])
    np.testing.assert_allclose(picked, whole[-2:1:-3, 1::2][..., [2, 0, 2]], rtol=1e-4)
    object.__setattr__(made.source, "most", 1500)  # in small parts
    lines = np.concatenate([made.read(slice(row, row + 2)) for row in range(0, made.rows, 2)])
    np.testing.assert_allclose(lines, whole, rtol=1e-4)
    assert made.read(slice(3, 3)).shape == (0, made.cols, 3)


def test_a_grid_may_reach_beyond_what_the_coordinate_system_of_the_scene_has():
    """The whole disk of the earth as seen from afar, with corners that show the sky."""
    array = np.random.default_rng(2).integers(1, 9000, (90, 180, 2)).astype("int16")
    world = Geo((2.0, 0.0, -180.0, 0.0, -2.0, 90.0), CRS.from_epsg(4326).to_wkt())
    cube = cube_of(array, geo=world, bad_bands=(), wavelengths=(), fwhm=(), band_names=(), scale=1.0)
    disk = CRS.from_proj4("+proj=ortho +lat_0=10 +lon_0=20 +R=6371000").to_wkt()
    grid = Grid(60, 60, Geo((220000.0, 0.0, -6600000.0, 0.0, -220000.0, 6600000.0), disk))
    made = Onto(grid).on(cube)
    whole = made.read()
    assert np.isnan(whole[0, 0]).all()
    assert np.isfinite(whole[30, 30]).all()
    object.__setattr__(made.source, "most", 5000)
    np.testing.assert_array_equal(made.read(), whole)


def test_the_grid_of_a_file_is_taken_as_it_is(tmp_path):
    cube = _scene()
    other = _scene(Geo((-60.0, 0.0, 400930.0, 0.0, 60.0, 4998800.0), GEO.crs_wkt))  # from the lower right upwards
    path = save_cube(other, tmp_path / "grid of, ü.tif")[0]
    grid = grid_named(str(path))
    made = Onto(grid, "average", str(path)).on(cube)
    assert (made.shape[:2], made.geo.transform) == (other.shape[:2], other.geo.transform)
    squares = cube.read()[:, 1:].reshape(20, 2, 15, 2, 3)
    with np.errstate(all="ignore"):
        means = np.nansum(squares, axis=(1, 3)) / np.isfinite(squares).sum(axis=(1, 3))
    np.testing.assert_allclose(made.read(slice(0, 20), slice(0, 15)), means[::-1, ::-1], rtol=1e-5)
    same = Onto(Grid(cube.rows, cube.cols, cube.geo), "bilinear").on(cube)
    np.testing.assert_array_equal(same.read(), cube.read())


def test_where_nothing_stands_for_no_data_there_are_values():
    cube = _scene(nodata=None, scale=10.0)
    made = Onto(System("EPSG:32632")).on(cube)
    assert (made.dtype, made.info.scale) == (np.float32, 1.0)
    values = made.read()
    assert np.isnan(values[0, 0]).all()
    assert set(values[np.isfinite(values)].tolist()) <= set(cube.read().ravel().tolist())
    bare = _scene(Geo(GEO.transform))
    assert any("Only one" in note for note in Onto(Grid(9, 9, GEO)).on(bare).notes)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "int64", "uint64", "float16", "float32", "float64", "complex64", ">i2"]
)
def test_samples_of_every_type_are_brought_to_a_grid(dtype):
    array = np.arange(1, 61).reshape(5, 4, 3).astype(dtype)
    nodata = float("nan") if array.dtype.kind in "fc" else 7.0
    cube = cube_of(array, nodata=nodata, scale=1.0, bad_bands=(), wavelengths=(), fwhm=(), band_names=())
    made = Onto(Grid(10, 8, Geo((15.0, 0.0, 400000.0, 0.0, -15.0, 5000000.0), GEO.crs_wkt))).on(cube)
    np.testing.assert_array_equal(made.read(), cube.read().repeat(2, axis=0).repeat(2, axis=1))
    assert made.dtype == (np.float32 if dtype in ("float16", "int8") else np.dtype(dtype).newbyteorder("="))


def test_a_cube_of_one_pixel_or_without_any_data_is_brought_to_a_grid():
    one = cube_of(np.full((1, 1, 1), 5, "int16"), bad_bands=(), wavelengths=(), fwhm=(), band_names=(), scale=1.0)
    made = Onto(System("EPSG:32632"), "bilinear").on(one)
    assert np.nanmax(made.read()) == 5
    empty = Onto(System("EPSG:32632"), "cubic").on(_scene(valid_range=(0, 0)))
    assert np.isnan(empty.read()).all()


def test_what_cannot_be_brought_to_a_grid_is_refused(tmp_path):
    cube = _scene()
    for text, told in (("EPSG:999999", "neither a file"), ("no.tif", "neither a file"), ("", "neither a file")):
        with pytest.raises(HsiError, match=told):
            grid_named(text)
    plain = save_cube(_scene(Geo()), tmp_path / "plain.tif")[0]
    with pytest.raises(HsiError, match="no place"):
        grid_named(str(plain))
    far = Grid(5, 5, Geo((30.0, 0.0, 9e5, 0.0, -30.0, 2e6), GEO.crs_wkt))
    for step, scene, told in (
        (Onto(far), cube, "does not touch"), (Onto(System("EPSG:32633", 1e-6)), cube, "pixels"),
        (Onto(System("EPSG:32633", 0.0)), cube, "larger than 0"), (Onto(far, "x"), cube, "no resampling"),
        (Onto(System("EPSG:4326")), _scene(Geo()), "no place"),
        (Onto(System("EPSG:4326")), _scene(Geo(GEO.transform)), "no coordinate system"),
    ):  # fmt: skip
        with pytest.raises(HsiError, match=told):
            step.on(scene)


def test_others_are_brought_to_the_first_when_that_is_asked_for():
    first, fine = _scene(), _scene(Geo((10.0, 0.0, 400100.0, 0.0, -10.0, 4999900.0), GEO.crs_wkt))
    with pytest.raises(HsiError, match="pixels beside") as refused:
        hsigui.prepare([first, fine])
    assert "--onto first" in refused.value.hint
    made = hsigui.prepare([first, fine, first], onto="first", resampling="average")
    assert (made.bands, made.geo) == (9, first.geo)
    np.testing.assert_array_equal(made.read()[..., 6:], first.read())
    assert np.isfinite(made.read()[..., 3:6]).any()
    assert made.info.history == ('--grid "scene" --resampling average', "stack scene, scene, scene")
