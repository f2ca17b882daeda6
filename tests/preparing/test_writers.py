"""Cubes as files: read back by our reader, by GDAL and by `spectral`."""

from __future__ import annotations

from dataclasses import replace

import h5py
import numpy as np
import pytest
import rasterio
import spectral

from hsigui.cube.cube import Geo
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled
from hsigui.preparing import windows
from hsigui.preparing.cut import Bands, Crop
from hsigui.preparing.step import prepared
from hsigui.preparing.stored import TYPES
from hsigui.preparing.table import not_carried, save_cube
from tests.preparing.cubes import GEO, TURNED, counts, cube_of

KEPT = ("wavelengths", "fwhm", "band_names", "bad_bands", "nodata", "scale")


def _stored(cube):
    return cube.source.read(slice(None), slice(None), slice(None))


@pytest.mark.parametrize("small", [False, True], ids=["whole rows", "pieces of rows"])
@pytest.mark.parametrize(
    ("name", "interleave"), [("x.hdr", "bsq"), ("ü b.img", "bil"), ("x.bip", ""), ("x.tif", "bsq"), ("ü b.tif", "bip")]
)
def test_a_cube_reads_back_equal_in_every_interleave(tmp_path, monkeypatch, name, interleave, small):
    array = counts()
    array[3, 2] = -9999
    cube = prepared(cube_of(array), [Crop(rows=(1, 10))])
    if small:
        monkeypatch.setattr(windows, "BLOCK_VALUES", 20)
        monkeypatch.setattr(windows, "CACHED_VALUES", 3)
    path = save_cube(cube, tmp_path / name, interleave=interleave)[0]
    back = open_cube(path)
    np.testing.assert_array_equal(_stored(back), array[1:10])
    assert _stored(back).dtype == np.int16
    np.testing.assert_array_equal(back.read(), cube.read())
    for field in KEPT:
        assert getattr(back.info, field) == getattr(cube.info, field), field
    asked = (f"--interleave {interleave}",) if interleave else ()
    assert back.info.history == ("--rows 1:10", *asked)
    if path.suffix == ".tif":
        with rasterio.open(path) as file:
            assert file.profile["interleave"] == {"bsq": "band", "bip": "pixel"}[interleave]
    else:
        assert back.info.interleave == (interleave or "bip")
    assert back.geo.transform == pytest.approx(cube.geo.transform, abs=1e-9)
    assert rasterio.crs.CRS.from_wkt(back.geo.crs_wkt).to_epsg() == 32633
    assert len(list(tmp_path.iterdir())) == (1 if path.suffix == ".tif" else 2)


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ["x.hdr", "x.tif"])
def test_every_type_of_samples_is_kept(tmp_path, name, dtype):
    array = counts(dtype, 5, 4, 3)
    if np.dtype(dtype).kind == "c":
        array = array * (1 + 2j)
    cube = cube_of(array, nodata=5.0, scale=1.0)
    back = open_cube(save_cube(cube, tmp_path / name)[0])
    assert _stored(back).dtype == np.dtype(dtype)
    np.testing.assert_array_equal(_stored(back), array.astype(dtype))
    np.testing.assert_array_equal(back.read(), cube.read())


def test_other_programs_read_what_is_written(tmp_path):
    array = counts("float32")
    array[0, 0] = np.nan
    cube = cube_of(array, nodata=float("nan"), scale=1.0)
    header = save_cube(cube, tmp_path / "x.hdr", interleave="bil")[0]
    image = spectral.open_image(str(header))
    np.testing.assert_array_equal(np.asarray(image.read_bands(range(6))), array)
    assert image.bands.centers == list(cube.info.wavelengths)
    tif = save_cube(cube, tmp_path / "x.tif")[0]
    for path in (header.with_suffix(".img"), tif):
        with rasterio.open(path) as file:
            np.testing.assert_array_equal(file.read().transpose(1, 2, 0), array)
            assert tuple(file.transform)[:6] == pytest.approx(GEO.transform)
            assert file.crs.to_epsg() == 32633
            assert np.isnan(file.nodata)


def test_a_geotiff_for_the_network_is_one(tmp_path):
    cube = cube_of(counts("uint16", 600, 520, 2), nodata=None)
    path = save_cube(cube, tmp_path / "x.tif", cloud=True)[0]
    with rasterio.open(path) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        assert file.overviews(1)
    back = open_cube(path)
    np.testing.assert_array_equal(_stored(back), _stored(cube))
    assert (back.info.wavelengths, back.info.scale) == (cube.info.wavelengths, 10000.0)
    assert [p.name for p in tmp_path.iterdir()] == ["x.tif"]


@pytest.mark.parametrize("name", ["x.hdr", "x.tif"])
def test_values_are_packed_into_whole_numbers_and_unpacked_from_them(tmp_path, name):
    values = (counts("float32") / 1000).round(3)
    values[2, 2] = np.nan
    cube = cube_of(values, nodata=None, scale=1.0)
    packed = open_cube(save_cube(cube, tmp_path / name, dtype="int16", scale=10000.0)[0])
    expected = np.where(np.isnan(values), -32768, np.rint(values.astype(float) * 10000))
    np.testing.assert_array_equal(_stored(packed), expected)
    np.testing.assert_allclose(packed.read(), values, rtol=1e-6)
    floats = open_cube(save_cube(packed, tmp_path / f"y{name}", dtype="float32")[0])
    np.testing.assert_array_equal(floats.read(), packed.read())
    assert floats.info.scale == 1.0
    with pytest.raises(HsiError, match="cannot be written as uint8"):
        save_cube(cube, tmp_path / f"z{name}", dtype="uint8", scale=10000.0)
    assert not list(tmp_path.glob("*z*"))


def test_what_a_format_cannot_say_is_written_as_values_and_said(tmp_path):
    cube = cube_of(counts(), offset=3.0, valid_range=(10.0, 400.0))
    assert len(not_carried(cube, "x.hdr")) == 2
    back = open_cube(save_cube(cube, tmp_path / "x.hdr")[0])
    np.testing.assert_array_equal(back.read(), cube.read())
    assert np.isnan(back.read()[0, 0, 0])
    offset = cube_of(counts(), offset=3.0)
    assert not_carried(offset, "x.tif") == []
    kept = open_cube(save_cube(offset, tmp_path / "x.tif")[0])
    assert (kept.info.offset, kept.source.dtype) == (3.0, np.int16)


def test_places_that_a_header_cannot_say_are_refused_and_rows_that_run_north_are_turned(tmp_path):
    a, b, c, d, e, f = GEO.transform
    south = cube_of(counts(), geo=Geo((a, b, c, d, -e, f), GEO.crs_wkt))
    back = open_cube(save_cube(south, tmp_path / "x.hdr")[0])
    np.testing.assert_array_equal(_stored(back), counts()[::-1])
    assert back.geo.to_map(0.5, 0.5) == pytest.approx(south.geo.to_map(south.rows - 0.5, 0.5))
    sheared = cube_of(counts(), geo=Geo((3.0, 2.0, 0.0, 0.0, -3.0, 0.0), GEO.crs_wkt))
    with pytest.raises(HsiError, match="cannot say where"):
        save_cube(sheared, tmp_path / "y.hdr")
    for geo in (TURNED, sheared.geo):
        assert open_cube(save_cube(cube_of(counts(), geo=geo), tmp_path / "y.tif")[0]).geo.transform == geo.transform


def test_the_source_is_never_written_over_and_a_stopped_save_leaves_nothing(tmp_path):
    path = save_cube(cube_of(counts()), tmp_path / "x.hdr")[0]
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    cube = prepared(open_cube(path), [Bands(("1-2",))])
    for name in ("x.hdr", "x.img", "x.dat"):
        with pytest.raises(HsiError, match="read from"):
            save_cube(cube, tmp_path / name)

    def stop(done, total):
        if done:
            raise Cancelled

    for name in ("y.hdr", "y.tif"):
        with pytest.raises(Cancelled):
            save_cube(cube, tmp_path / name, told=stop)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_wrong_wishes_are_refused(tmp_path):
    cube = cube_of(counts())
    for wish in ({"path": "x.gif"}, {"path": "x.tif", "interleave": "bil"}, {"path": "x.hdr", "cloud": True},
                 {"path": "x.hdr", "dtype": "int8"}, {"path": "x.hdr", "scale": -1.0},
                 {"path": "x.hdr", "dtype": "float32", "scale": 10.0}):  # fmt: skip
        with pytest.raises(HsiError) as told:
            save_cube(cube, tmp_path / wish.pop("path"), **wish)
        assert told.value.hint
    assert not list(tmp_path.iterdir())


def test_one_pixel_without_data_and_one_band_is_a_cube_too(tmp_path):
    cube = cube_of(np.full((1, 1, 1), -9999, np.int16), bad_bands=(), geo=Geo())
    for name in ("x.hdr", "x.tif"):
        back = open_cube(save_cube(cube, tmp_path / name)[0])
        assert np.isnan(back.read()).all()
        assert back.geo.transform is None
        assert back.info.wavelengths == replace(cube.info).wavelengths


@pytest.mark.parametrize("interleave", ["bsq", "bip"])
def test_a_geotiff_of_a_scene_in_odd_tiles_takes_its_room_once(tmp_path, monkeypatch, interleave):
    array = np.random.default_rng(1).integers(0, 2**16, (700, 600, 4)).astype(np.uint16)
    cube = cube_of(array, nodata=None)
    whole = save_cube(cube, tmp_path / "whole.tif", interleave=interleave)[0].stat().st_size
    monkeypatch.setattr(windows, "_tile_of", lambda cube: (300, 130))
    monkeypatch.setattr(windows, "BLOCK_VALUES", 300_000)
    path = save_cube(cube, tmp_path / "odd.tif", interleave=interleave)[0]
    np.testing.assert_array_equal(_stored(open_cube(path)), array)
    assert path.stat().st_size <= 1.01 * whole


def test_a_matlab_file_holds_the_values_and_says_what_it_lacks(tmp_path, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK_VALUES", 300_000)
    array = counts(rows=300, cols=270)
    array[3, 2] = -9999
    cube = cube_of(array)
    assert len(not_carried(cube, "x.mat")) == 2
    path = save_cube(cube, tmp_path / "ü x.mat")[0]
    back = open_cube(path)
    np.testing.assert_array_equal(back.read(), cube.read())
    for field in ("wavelengths", "fwhm", "bad_bands"):
        assert getattr(back.info, field) == getattr(cube.info, field), field
    assert path.read_bytes()[:10] == b"MATLAB 7.3"
    assert path.read_bytes()[124:128] == b"\x00\x02IM"
    with h5py.File(path) as file:
        assert file["cube"].shape == (6, 270, 300)
        assert file["cube"].attrs["MATLAB_class"] == b"single"
        np.testing.assert_array_equal(file["cube"][4].T, cube.read()[:, :, 4])
    plain = cube_of(counts("uint16"), nodata=None, scale=1.0)
    assert open_cube(save_cube(plain, tmp_path / "plain.mat")[0]).source.dtype == np.uint16
    for wish in ({"dtype": "int16"}, {"scale": 100.0}, {"interleave": "bip"}):
        with pytest.raises(HsiError) as told:
            save_cube(cube, tmp_path / "y.mat", **wish)
        assert told.value.hint
    with pytest.raises(HsiError, match="Complex"):
        save_cube(cube_of(counts("complex64"), nodata=None, scale=1.0), tmp_path / "y.mat")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["plain.mat", "ü x.mat"]
