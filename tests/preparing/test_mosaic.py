"""Flight lines as one scene, beside gdalbuildvrt, rasterio.merge and plain numpy."""

from __future__ import annotations

import shutil
import subprocess

import numpy as np
import pytest
import rasterio
from rasterio.merge import merge

import hsigui
from hsigui.__main__ import main
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.preparing.cut import Bands, moved
from hsigui.preparing.mosaic import edge_distances, mosaicked
from hsigui.preparing.passes import passes_of
from hsigui.preparing.table import save_cube
from tests.preparing.cubes import GEO, TURNED, cube_of

PLACES = ((0, 0), (-3, 5), (6, 2))  # rows and columns of the first at which lines begin


def _lines(geo=GEO, dtype="int16", **more):
    """Three lines with gaps, of different sizes, side by side."""
    found = []
    for n, (row, col) in enumerate(PLACES):
        array = np.random.default_rng(n).integers(1, 900, (9 + n, 7 + 2 * n, 6)).astype(dtype)
        array[2:4, 1:3] = -9999
        array[5, 4, 1] = -9999
        array[:, 0] = -9999
        found.append(cube_of(array, name=f"line{n}", geo=moved(geo, row, col), **({"scale": 1.0} | more)))
    return found


def _laid(lines):
    """All lines on the frame of the mosaic, lines x rows x cols x bands, NaN elsewhere."""
    top, left = (min(place[axis] for place in PLACES) for axis in (0, 1))
    size = [
        max(place[n] + line.shape[n] for place, line in zip(PLACES, lines, strict=True)) - (top, left)[n]
        for n in (0, 1)
    ]
    out = np.full((len(lines), *size, 6), np.nan)
    for n, ((row, col), line) in enumerate(zip(PLACES, lines, strict=True)):
        out[n, row - top : row - top + line.rows, col - left : col - left + line.cols] = line.read()
    return out


@pytest.mark.parametrize("geo", [GEO, TURNED], ids=["north-up", "turned"])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1)])
def test_the_first_line_that_has_data_counts(geo, order):
    lines = _lines(geo)
    made = mosaicked([lines[n] for n in order])
    laid = _laid(lines)
    expected = np.full(laid.shape[1:], np.nan)
    for n in reversed(order):
        expected = np.where(np.isfinite(laid[n]), laid[n], expected)
    np.testing.assert_array_equal(made.read(), expected)
    assert made.dtype == np.int16
    np.testing.assert_allclose(made.geo.transform, moved(geo, -3, 0).transform)
    picked = made.read(slice(9, None, -2), slice(1, 11, 3), [4, 1])
    np.testing.assert_array_equal(picked, expected[9::-2, 1:11:3][..., [4, 1]])
    assert made.read(slice(4, 4)).shape == (0, made.cols, 6)
    assert made.info.history == (f"mosaic first {', '.join(f'line{n}' for n in order)}",)
    assert made.info.wavelengths == lines[0].info.wavelengths


@pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")  # by rasterio of its own
def test_it_is_that_of_rasterio_and_of_gdalbuildvrt(tmp_path):
    lines = _lines()
    paths = [save_cube(line, tmp_path / f"{line.name}.tif")[0] for line in lines]
    made = mosaicked(lines).source.read(slice(None), slice(None), slice(None))
    files = [rasterio.open(path) for path in paths]
    array, transform = merge(files, method="first")
    for file in files:
        file.close()
    np.testing.assert_array_equal(made, np.moveaxis(array, 0, 2))
    assert tuple(transform)[:6] == mosaicked(lines).geo.transform
    if shutil.which("gdalbuildvrt") is None:
        pytest.skip("gdalbuildvrt is not on the path")
    # There the last file lies on top.
    subprocess.run(["gdalbuildvrt", "-q", tmp_path / "m.vrt", *reversed(paths)], check=True)
    with rasterio.open(tmp_path / "m.vrt") as file:
        np.testing.assert_array_equal(made, np.moveaxis(file.read(), 0, 2))


def test_feathering_weighs_by_the_distance_to_the_edge_of_data():
    lines = _lines(dtype="float32", scale=2.0)
    made = mosaicked(lines, "feather")
    assert len(passes_of(made)) == 3
    laid = _laid(lines)
    weights = np.zeros(laid.shape[:3])
    for n, values in enumerate(laid):
        has = np.pad(np.isfinite(values).any(axis=2), 1)
        empty, full = np.argwhere(~has), np.argwhere(has)
        far = np.sqrt(((full[:, None] - empty[None]) ** 2).sum(axis=2).min(axis=1))
        weights[n][tuple((full - 1).T)] = far
    known = np.isfinite(laid)
    total = (weights[..., None] * known).sum(axis=0)
    with np.errstate(all="ignore"):
        expected = (weights[..., None] * np.where(known, laid, 0)).sum(axis=0) / total
    np.testing.assert_allclose(made.read(), np.where(total > 0, expected, np.nan), rtol=1e-5)
    picked = made.read(slice(9, None, -2), slice(1, 11, 3), [4, 1])
    np.testing.assert_array_equal(picked, made.read()[9::-2, 1:11:3][..., [4, 1]])
    assert passes_of(made) == []
    ramps = mosaicked([cube_of(np.full((40, 30, 1), v, "float32"), geo=moved(GEO, 0, 20 * n), scale=1.0, nodata=None,
                               wavelengths=(), fwhm=(), band_names=(), bad_bands=())
                       for n, v in enumerate((0.0, 10.0))], "feather")  # fmt: skip
    across = ramps.read()[20, :, 0]
    np.testing.assert_allclose(across[20:30], 10 * np.arange(1, 11) / 11, rtol=1e-5)
    assert set(across[:20]) == {0.0}


@pytest.mark.parametrize("shape", [(2600, 40), (40, 2600), (1, 1), (1, 50)])
def test_distances_in_strips_are_those_of_the_whole(shape):
    from scipy.ndimage import distance_transform_edt

    mask = np.random.default_rng(1).random(shape) > 0.001
    np.testing.assert_allclose(edge_distances(mask), distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1], rtol=1e-6)


def test_lines_that_are_not_marked_alike_give_values():
    one, two, three = _lines()
    other = _lines(nodata=0.0)[1]
    made = mosaicked([one, other, three])
    assert made.dtype == np.float32
    assert made.info.nodata != made.info.nodata  # NaN
    wide = mosaicked([one, two.over(lambda s: s, two.info), _lines(dtype="float32")[2]])
    assert wide.dtype == np.float32
    assert wide.info.nodata == -9999


@pytest.mark.parametrize("valid", [None, (0.0, 800.0)])
def test_samples_that_are_no_measurement_for_another_reason_are_filled_too(valid):
    lines = _lines(dtype="float32", valid_range=valid)
    lines[0].source.array[6:8, 5:7] = np.nan
    expected = np.full(_laid(lines).shape[1:], np.nan)
    for each in _laid(lines)[::-1]:
        expected = np.where(np.isfinite(each), each, expected)
    np.testing.assert_array_equal(mosaicked(lines).read(), expected)


def test_lines_that_do_not_fit_are_refused(tmp_path, capsys):
    one, two, _ = _lines()
    shifted = cube_of(one.source.array, geo=moved(GEO, 0, 0.3), name="shifted")
    turned = cube_of(one.source.array, geo=TURNED)
    for lines, told in (
        ([one, shifted], "0.3 pixels beside"), ([one, turned], "pixels beside"), ([], "nothing"),
        ([one, Bands(("1-3",)).on(two)], "6 bands"), ([one, cube_of(one.source.array, geo=Geo())], "no place"),
        ([one, cube_of(one.source.array, wavelengths=(450, 550.1, 651, 750.3, 850.4, 950.5))], "Band 3 is at 650.2"),
    ):  # fmt: skip
        with pytest.raises(HsiError, match=told):
            mosaicked(lines)
    with pytest.raises(HsiError, match="no mosaic"):
        mosaicked([one], "last")
    hardly = cube_of(one.source.array, geo=moved(GEO, 20, 0.009))
    assert mosaicked([one, hardly]).rows == 29
    paths = [save_cube(each, tmp_path / f"{each.name}.tif")[0] for each in (one, shifted)]
    assert main(["prepare", *map(str, paths), str(tmp_path / "m.tif"), "--mosaic", "first"]) == 1
    assert "--onto first" in capsys.readouterr().err
    assert main(["prepare", *map(str, paths), str(tmp_path / "m.tif"), "--mosaic", "first", "--onto", "first"]) == 0


def test_lines_on_other_pixels_are_brought_to_those_of_the_first_as_far_as_they_reach():
    one = _lines()[0]
    fine = cube_of(_lines()[2].source.array, geo=Geo((10.0, 0.0, 400205.0, 0.0, -10.0, 4999797.0), GEO.crs_wkt))
    made = mosaicked([one, fine], onto=True)
    assert made.geo == one.geo
    assert made.shape == (11, 11, 6)  # 11 rows of 10 from 203 below the begin reach 313 below it, into the eleventh
    np.testing.assert_array_equal(made.read()[:9, :7], one.read())
    assert made.info.history[0] == '--grid "line0" --resampling nearest'


def test_the_command_is_the_api(tmp_path):
    paths = [save_cube(line, tmp_path / f"{line.name}.tif")[0] for line in _lines()]
    for way in ("first", "feather"):
        assert (
            main(
                ["prepare", *map(str, paths), str(tmp_path / "m.tif"), "--mosaic", way, "--rows", "2:9", "--overwrite"]
            )
            == 0
        )
        opened = hsigui.open(tmp_path / "m.tif")
        made = hsigui.prepare([hsigui.open(path) for path in paths], hsigui.Crop((2, 9)), mosaic=way)
        np.testing.assert_array_equal(opened.read(), made.read())
        assert opened.info.history == (f"mosaic {way} line0.tif, line1.tif, line2.tif", "--rows 2:9")
    assert main(["prepare", *map(str, paths), str(tmp_path / "n.tif"), "--mosaic", "first", "--sort"]) == 1
