"""Steps that make new values, beside plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.resampling import resampled
from hsigui.cube.responses import Responses
from hsigui.errors import HsiError
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.calibrate import FlatField, InternalAverage, WhiteDark
from hsigui.preparing.other_sensor import Like
from hsigui.preparing.step import prepared
from tests.preparing.cubes import BANDS, COLS, counts, cube_of


def _with_gaps():
    array = counts()
    array[0:3, 0:3, 1] = -9999
    array[5, 5] = -9999
    return cube_of(array)


@pytest.mark.parametrize("side", [2, 3])
def test_block_means_are_those_of_the_pixels_with_data(side):
    cube = _with_gaps()
    part = BlockMean(side).on(cube)
    rows, cols = cube.rows // side, cube.cols // side
    squares = cube.read()[: rows * side, : cols * side].astype(float).reshape(rows, side, cols, side, BANDS)
    with np.errstate(all="ignore"):
        expected = np.nansum(squares, axis=(1, 3)) / np.isfinite(squares).sum(axis=(1, 3))
    np.testing.assert_allclose(part.read(), expected, rtol=1e-6)
    assert np.isnan(part.read()[0, 0, 1])
    picked = part.read(slice(None, None, -1), slice(1, None), [4, 0])
    np.testing.assert_array_equal(picked, part.read()[::-1, 1:][..., [4, 0]])
    assert part.geo.to_map(1, 1) == cube.geo.to_map(side, side)
    assert part.info.wavelengths == cube.info.wavelengths


def test_a_square_that_does_not_fit_is_refused():
    for side in (0, 1, COLS + 1):
        with pytest.raises(HsiError, match="do not fit"):
            BlockMean(side).on(cube_of(counts()))


def test_white_and_dark_lines_make_reflectance_of_counts():
    cube = cube_of(counts("uint16"), nodata=None, scale=1.0)
    white = cube_of(counts("uint16", rows=4) + 3000, "white", nodata=None, scale=1.0)
    dark = cube_of(np.full((2, COLS, BANDS), 3, np.uint16), "dark", nodata=None, scale=1.0)
    made = prepared(cube, [WhiteDark(white, dark, 0.95)])
    raw = counts("float64")
    expected = 0.95 * (raw - 3) / ((counts("float64", rows=4) + 3000).mean(axis=0) - 3)
    np.testing.assert_allclose(made.read(), expected, rtol=1e-6)
    np.testing.assert_array_equal(made.read(slice(3), slice(2, 6, 2), [5, 1]), made.read()[:3, 2:6:2][..., [5, 1]])
    assert made.info.history == ("--white white --dark dark --panel 0.95",)
    by_rows = WhiteDark((8, None), (0, 2)).on(cube)
    low, high = raw[:2].mean(axis=0), raw[8:].mean(axis=0)
    np.testing.assert_allclose(by_rows.read(), (raw - low) / (high - low), rtol=1e-5, atol=1e-6)
    with pytest.raises(HsiError, match="columns and"):
        WhiteDark(cube_of(counts(cols=5))).on(cube)
    with pytest.raises(HsiError, match="leaves the scene"):
        WhiteDark((8, 90)).on(cube)
    assert np.isnan(WhiteDark((0, 2), (0, 2)).on(cube).read()).all()


def test_flat_field_and_internal_average_divide_by_means():
    cube = _with_gaps()
    values = cube.read().astype(float)
    flat = FlatField((0, 4), (2, 6)).on(cube)
    np.testing.assert_allclose(flat.read(), values / np.nanmean(values[:4, 2:6], axis=(0, 1)), rtol=1e-5)
    average = InternalAverage().on(cube)
    np.testing.assert_allclose(average.read(), values / np.nanmean(values, axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(np.nanmean(average.read(), axis=(0, 1)), 1, rtol=1e-5)
    with pytest.raises(HsiError, match="leaves the scene"):
        FlatField((0, 99), (0, 1)).on(cube)


def _fine():
    """40 bands from 400 to 790 nm, one of them bad, with gaps that differ from pixel to pixel."""
    array = np.random.default_rng(3).random((6, 5, 40)).astype(np.float32)
    array[1, 2, 5:9] = np.nan
    array[3, 3] = np.nan
    array[:, :, 20] = 1e6
    waves = tuple((400.0 + 10 * np.arange(40)).tolist())
    bad = tuple(n == 20 for n in range(40))
    return cube_of(array, wavelengths=waves, fwhm=(), bad_bands=bad, nodata=None, scale=1.0)


@pytest.mark.parametrize("measured", [False, True])
def test_bands_of_another_sensor_are_those_of_each_spectrum_alone(measured):
    cube = _fine()
    x = np.linspace(380, 900, 131)
    centres = np.array([450.0, 555.0, 640.0, 860.0])
    curves = np.exp(-((x - centres[:, None]) ** 2) / 400)
    sensor = Responses("S", centres, (), x, curves) if measured else Responses("S", centres, (30.0, 40.0, 25.0, 30.0))
    made = prepared(cube, [Like(sensor)])
    good = cube.good_bands
    expected = np.full((6, 5, 4), np.nan)
    for row in range(6):
        for col in range(5):
            one = cube.spectrum(row, col)[good][None]
            expected[row, col] = (
                sensor.of(one, cube.wavelengths[good])[0]
                if measured
                else resampled(one, cube.wavelengths[good], centres, sensor.widths)[0]
            )
    np.testing.assert_allclose(made.read(), expected, rtol=2e-5)
    assert np.isfinite(made.read()[0, 0]).tolist() == [True, True, True, False]
    assert made.info.bad_bands == (False, False, False, True)
    assert made.info.wavelengths == tuple(centres.tolist())
    assert (made.info.fwhm, made.info.history) == (tuple(sensor.widths), ('--like "S"',))
    picked = made.read(slice(4, None, -2), slice(1, 4), [2, 0])
    np.testing.assert_allclose(picked, made.read()[4::-2, 1:4][..., [2, 0]], rtol=1e-6)


def test_a_sensor_out_of_reach_and_a_cube_without_wavelengths_are_refused():
    cube = _fine()
    with pytest.raises(HsiError, match="no band within"):
        Like(Responses("S", np.array([2200.0]))).on(cube)
    with pytest.raises(HsiError, match="knows no wavelengths"):
        Like(Responses("S", np.array([450.0]))).on(cube_of(counts(), wavelengths=(), fwhm=()))
