"""Folders with a file for each band, named as archives name them."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.preparing.band_files import natural, open_bands, satellites
from hsigui.preparing.table import save_cube
from tests.preparing.cubes import GEO, counts, cube_of


def _band(path, value, bands=1, geo=GEO, size=(4, 5)):
    path.parent.mkdir(parents=True, exist_ok=True)
    array = np.full((*size, bands), value, "uint16")
    bare = {"wavelengths": (), "fwhm": (), "band_names": (), "bad_bands": (), "nodata": None, "scale": 1.0}
    return save_cube(cube_of(array, geo=geo, **bare), path)[0]


SENTINEL = "T32UQD_20220101T101231_{}"
LANDSAT = "LC09_L2SP_193023_20220101_20220103_02_T1_{}"


@pytest.mark.parametrize(
    ("names", "expected", "waves"),
    [
        ([SENTINEL.format(b) for b in ("B8A", "B12", "B02", "B08", "B11", "B09")],
         ("B02", "B08", "B8A", "B09", "B11", "B12"), (492.4, 832.8, 864.7, 945.1, 1613.7, 2202.4)),
        ([SENTINEL.format(b) for b in ("B03_10m", "B04_10m")], ("B03", "B04"), (559.8, 664.6)),
        (["B04", "B03"], ("B03", "B04"), (559.8, 664.6)),
        ([LANDSAT.format(b) for b in ("SR_B10", "SR_B2", "SR_B7")], ("B2", "B7", "B10"), (482.0, 2200.7, 10895.0)),
        (["LE07_L1TP_193023_20010101_20200917_02_T1_B4", "LE07_L1TP_193023_20010101_20200917_02_T1_B6_VCID_1"],
         ("B4", "B6_VCID_1"), (835.0, 11450.0)),
        (["LT51930231990101KIS00_B5"], ("B5",), (1650.0,)),
        (["ndvi 10", "ndvi 9 ü", "B04"], ("B04", "ndvi 9 ü", "ndvi 10"), ()),
        (["T32UQD_20220101T101231_B04", "T32UQD_20220213T101231_B04", "T32UQD_20220101T101231_B03"],
         ("20220101 B03", "20220101 B04", "20220213 B04"), (559.8, 664.6, 664.6)),
        (["x_20220101", "x_20220213"], ("x_20220101", "x_20220213"), ()),
    ],
)  # fmt: skip
def test_names_and_wavelengths_are_those_of_the_archives(tmp_path, names, expected, waves):
    for n, name in enumerate(names):
        _band(tmp_path / f"{name}.tif", n)
    cubes = open_bands(tmp_path)
    made = hsigui.prepare(cubes)
    assert made.info.band_names == expected
    assert made.info.wavelengths == waves
    order = sorted(range(len(names)), key=lambda n: natural(names[n] + ".tif"))
    assert made.read()[0, 0].tolist() == order
    assert any("one band only" in note for note in made.notes) == (len(names) == 1)
    assert any("by the names" in note for note in made.notes) == bool(waves)


def test_what_is_no_single_band_is_left_out_and_told(tmp_path):
    for name in ("SR_B4", "QA_PIXEL", "SR_QA_AEROSOL", "ST_CDIST", "QA_RADSAT"):
        _band(tmp_path / f"{LANDSAT.format(name)}.tif", 1)
    _band(tmp_path / "rgb.tif", 1, bands=3)
    _band(tmp_path / "inner" / "B02.tif", 1)
    (tmp_path / "README.txt").write_text("of the archive", encoding="utf-8")
    (tmp_path / ".hidden.tif").write_bytes(b"no raster")
    (only,) = open_bands(tmp_path)
    assert only.info.band_names == ("B4",)
    told = next(note for note in only.notes if "Left out" in note)
    assert "QA_PIXEL.tif" in told
    assert "rgb.tif" in told or "(5)" in told


def test_files_of_envi_are_taken_once(tmp_path):
    for name in ("b1", "b2"):
        _band(tmp_path / f"{name}.hdr", 1)
    assert [cube.name for cube in open_bands(tmp_path)] == ["b1", "b2"]


def test_a_folder_without_bands_is_refused(tmp_path):
    with pytest.raises(HsiError, match="no file of a single band"):
        open_bands(tmp_path)
    save_cube(cube_of(counts()), tmp_path / "scene.tif")
    with pytest.raises(HsiError, match="no file of a single band"):
        open_bands(tmp_path)
    (tmp_path / "torn.tif").write_bytes(b"II*\0")
    with pytest.raises(HsiError, match="torn"):
        open_bands(tmp_path)


def test_unlike_grids_are_brought_to_the_finest_when_that_is_asked_for(tmp_path, capsys):
    folder = tmp_path / "IMG DATA"
    coarse = Geo((60.0, 0.0, 400000.0, 0.0, -60.0, 5000000.0), GEO.crs_wkt)
    _band(folder / f"{SENTINEL.format('B01')}.tif", 1, geo=coarse, size=(2, 3))
    _band(folder / f"{SENTINEL.format('B02')}.tif", 2)
    out = folder / "out.tif"  # is not taken for a band itself
    assert main(["prepare", str(folder), str(out)]) == 1
    assert "--onto first" in capsys.readouterr().err
    for _ in range(2):
        assert main(["prepare", str(folder), str(out), "--onto", "finest", "--overwrite"]) == 0
        opened = hsigui.open(out)
        assert (opened.shape, opened.info.wavelengths) == ((4, 5, 2), (442.7, 492.4))
        assert opened.read()[0, 0].tolist() == [1, 2]
    assert main(["prepare", str(folder), str(out), "--onto", "first", "--overwrite"]) == 0
    assert hsigui.open(out).shape == (2, 3, 2)
    out.unlink()
    made = hsigui.prepare(hsigui.open_bands(folder), onto="finest", resampling="bilinear")
    assert made.shape == (4, 5, 2)


def test_numbers_in_names_count_by_their_value():
    names = ["B10", "B2", "b1", "B8A", "B08", "B8", "2", "a"]
    assert sorted(names, key=natural) == ["2", "a", "b1", "B2", "B08", "B8", "B8A", "B10"]


def test_the_table_of_satellites_is_whole():
    for satellite in satellites():
        assert all(400 < centre < 13000 and 0 < width < 3000 for centre, width in satellite.bands.values())
