"""Parts of a cube: samples by numpy's own indexing, places by the pixels that they are of."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.preparing.cut import Bands, Box, Crop
from hsigui.preparing.step import prepared
from tests.preparing.cubes import BANDS, COLS, GEO, ROWS, TURNED, counts, cube_of


@pytest.mark.parametrize("geo", [GEO, TURNED, Geo()])
def test_a_crop_is_numpys_and_each_pixel_stays_at_its_place(geo):
    cube = cube_of(counts(), geo=geo)
    part = prepared(cube, [Crop(rows=(2, 9)), Crop(cols=(1, None))])
    np.testing.assert_array_equal(part.source.read(slice(None), slice(None), slice(None)), counts()[2:9, 1:])
    np.testing.assert_array_equal(
        part.read(slice(5, None, -2), slice(1, 4), [3, 1]), cube.read()[7:1:-2, 2:5][..., [3, 1]]
    )
    assert part.geo.to_map(1.5, 2.5) == (None if geo.transform is None else pytest.approx(cube.geo.to_map(3.5, 3.5)))
    assert part.info.history == ("--rows 2:9", "--cols 1:")
    np.testing.assert_array_equal(part.spectrum(0, 0), cube.spectrum(2, 1))


def test_a_map_info_goes_along_with_a_crop():
    info = ("UTM", "1", "1", "400000.0", "5000000.0", "30", "30", "33", "North", "WGS-84")
    part = Crop((2, 4), (3, 6)).on(cube_of(counts(), geo=Geo(GEO.transform, GEO.crs_wkt, info)))
    assert part.geo.map_info[:5] == ("UTM", "-2.0", "-1.0", "400000.0", "5000000.0")


def test_a_box_takes_each_pixel_that_it_touches_and_no_other():
    cube = cube_of(counts())
    part = Box((400030.0, 4999850.0, 400091.0, 4999970.0)).on(cube)
    np.testing.assert_array_equal(part.source.read(slice(None), slice(None), slice(None)), counts()[1:5, 1:4])
    whole = Box((0.0, 0.0, 1e7, 1e7)).on(cube)
    assert whole.shape == cube.shape
    turned = Box((400004.0, 4999990.0, 400010.0, 4999999.0)).on(cube_of(counts(), geo=TURNED))
    corners = np.array([turned.geo.to_map(r, c) for r in (0, turned.rows) for c in (0, turned.cols)])
    assert corners[:, 0].min() <= 400004
    assert corners[:, 1].min() <= 4999990
    with pytest.raises(HsiError, match="does not touch"):
        Box((0.0, 0.0, 10.0, 10.0)).on(cube)
    with pytest.raises(HsiError, match="no inside"):
        Box((10.0, 0.0, 0.0, 10.0)).on(cube)
    with pytest.raises(HsiError, match="no place"):
        Box((0.0, 0.0, 10.0, 10.0)).on(cube_of(counts(), geo=Geo()))


@pytest.mark.parametrize(
    ("asked", "picked"),
    [
        (("3",), [2]), (("4", "1"), [3, 0]), (("2-4",), [1, 2, 3]), (("500-800 nm",), [1, 2, 3]),
        (("0.5-0.8 um", "450"), [1, 2, 3, 0]), (("b5 é",), [4]), (("good",), [0, 1, 3, 4, 5]),
        (("2-3", "3-4"), [1, 2, 3]),
        (("550 nm",), [1]),
    ],
)  # fmt: skip
def test_bands_are_named_in_all_ways_and_what_belongs_to_them_follows(asked, picked):
    cube = cube_of(counts(), default_bands=(3, 2, 1), empty_bands=(2,))
    part = Bands(asked).on(cube)
    np.testing.assert_array_equal(part.read(), cube.read()[:, :, picked])
    for name in ("wavelengths", "fwhm", "band_names", "bad_bands"):
        assert getattr(part.info, name) == tuple(getattr(cube.info, name)[n] for n in picked)
    assert part.info.default_bands == (tuple(picked.index(n) for n in (3, 2, 1)) if {1, 2, 3} <= set(picked) else ())
    assert part.info.empty_bands == ((picked.index(2),) if 2 in picked else ())


def test_what_is_not_there_is_refused_with_a_sentence():
    cube = cube_of(counts())
    for step in (Crop(rows=(3, 3)), Crop(rows=(0, ROWS + 1)), Crop(cols=(-1, COLS)), Bands(("17-20 nm",)), Bands(("",)),
                 Bands(("tin",)), Bands(())):  # fmt: skip
        with pytest.raises(HsiError) as told:
            step.on(cube)
        assert told.value.hint
    assert Crop(rows=(ROWS - 1, ROWS), cols=(0, 1)).on(cube).shape == (1, 1, BANDS)
