"""Several cubes as one: numpy's own concatenation, and what is refused or said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.preparing.stack import stacked
from hsigui.preparing.step import prepared
from hsigui.preparing.table import save_cube
from tests.preparing.cubes import GEO, counts, cube_of


def _pair():
    one = cube_of(counts(), "vnir")
    waves = tuple((800 + 200.0 * np.arange(4)).tolist())
    two = cube_of(counts(bands=4) + 1000, "swir", wavelengths=waves)
    return one, two


def test_bands_stand_one_after_the_other_as_they_are_stored():
    one, two = _pair()
    both = stacked([one, two])
    np.testing.assert_array_equal(both.read(), np.concatenate([one.read(), two.read()], axis=2))
    stored = both.source.read(slice(1, 9, 3), slice(None, None, 2), [8, 0, 6, 5])
    expected = np.concatenate([counts(), counts(bands=4) + 1000], axis=2)[1:9:3, ::2][..., [8, 0, 6, 5]]
    np.testing.assert_array_equal(stored, expected)
    assert stored.dtype == np.int16
    assert both.info.wavelengths == one.info.wavelengths + two.info.wavelengths
    assert both.info.fwhm == one.info.fwhm + two.info.fwhm
    assert np.flatnonzero(both.is_bad).tolist() == [2, 8]
    assert (both.info.scale, both.info.nodata, both.geo) == (10000.0, -9999.0, GEO)
    assert both.info.history == ("stack vnir, swir",)
    assert any("overlap: 3 bands lie from 800 to 950 nm" in note for note in both.notes)


def test_bands_are_sorted_by_wavelength_where_that_is_asked_for():
    one, two = _pair()
    both = stacked([two, one], by_wavelength=True)
    order = np.argsort(two.info.wavelengths + one.info.wavelengths, kind="stable")
    np.testing.assert_array_equal(both.read(), np.concatenate([two.read(), one.read()], axis=2)[:, :, order])
    assert list(both.info.wavelengths) == sorted(both.info.wavelengths)
    with pytest.raises(HsiError, match="cannot be sorted"):
        stacked([one, replace_info(two, wavelengths=(), fwhm=())], by_wavelength=True)


def replace_info(cube, **more):
    return cube.with_info(replace(cube.info, **more))


@pytest.mark.parametrize("zero", [False, True])
def test_cubes_that_are_marked_in_other_ways_are_stacked_by_values(zero):
    one, two = _pair()
    array = counts()
    array[2, 3] = 0
    one = cube_of(array, "vnir", nodata=0.0)
    two = replace_info(two, nodata=0.0) if zero else replace_info(two, scale=500.0)
    both = stacked([one, two])
    np.testing.assert_array_equal(both.read(), np.concatenate([one.read(), two.read()], axis=2))
    assert np.isnan(both.read()[2, 3, :6]).all()
    assert not np.isnan(both.read()[2, 3, 6:]).any()


def test_what_does_not_lie_on_one_grid_is_refused_with_what_differs():
    one, two = _pair()
    a, b, c, d, e, f = GEO.transform
    for other, words in (
        (cube_of(counts(rows=10)), "10 x 7"),
        (replace_info(two, geo=Geo((a, b, c + 15, d, e, f), GEO.crs_wkt)), "0.5 pixels"),
        (replace_info(two, geo=Geo(GEO.transform, GEO.crs_wkt.replace("33N", "34N").replace("32633", "32634")
                                   .replace('"central_meridian",15', '"central_meridian",21'))), "coordinate systems"),
    ):  # fmt: skip
        with pytest.raises(HsiError, match=words):
            stacked([one, other])
    with pytest.raises(HsiError):
        stacked([])
    assert stacked([one]) is one


def test_files_of_one_band_become_bands_with_their_names(tmp_path):
    paths = []
    for n in range(3):
        cube = cube_of(counts(bands=1) + n, wavelengths=(), fwhm=(), band_names=(), bad_bands=())
        paths += save_cube(cube, tmp_path / f"B0{n} ä.tif")
    both = stacked([open_cube(path) for path in paths])
    assert both.info.band_names == ("B00 ä", "B01 ä", "B02 ä")
    np.testing.assert_array_equal(
        both.source.read(slice(None), slice(None), slice(None)),
        np.concatenate([counts(bands=1) + n for n in range(3)], 2),
    )
    with pytest.raises(HsiError, match="read from"):
        save_cube(prepared(both, []), paths[1])
