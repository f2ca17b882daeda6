"""Several scenes in the bands of the first: the same, resampled, in common, or by number."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.common_bands import BY_NUMBER, COMMON, RESAMPLED, SAME, Bands, together
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.masked import MaskedCube
from hsigui.errors import HsiError

CENTRES = tuple(400.0 + 10.0 * n for n in range(12))


def make(centres=CENTRES, name="scene", dtype=np.float32, **about) -> Cube:
    """A scene whose values are its wavelengths, a little higher from pixel to pixel: linear, so exactly resampled."""
    along = np.asarray(centres or CENTRES)[None, None, :]
    values = along + np.arange(4)[:, None, None] + 0.0 * np.arange(5)[None, :, None]
    return Cube(ArraySource(values.astype(dtype)), CubeInfo(wavelengths=tuple(centres), **about), name=name)


def test_bands_a_hundredth_of_the_spacing_apart_are_the_same_and_the_cubes_are_left_alone():
    first, second = make(), make(tuple(c + 0.09 for c in CENTRES), "second")
    found = together([first, second])
    assert found.how == SAME
    assert found.cubes == (first, second)
    assert found.bands.used.tolist() == list(range(12))


def test_bands_a_third_of_the_spacing_apart_are_interpolated_and_the_ends_take_the_nearest():
    first, second = make(), make(tuple(c + 3.0 for c in CENTRES), "second")
    found = together([first, second])
    assert found.how == RESAMPLED
    assert "second" in found.words
    assert "linear interpolation" in found.words
    values = found.cubes[1].read()
    assert np.allclose(values[..., 1:], first.read()[..., 1:])
    assert np.allclose(values[..., 0], second.read()[..., 0]), "nothing lies below the first band"
    assert found.cubes[1].info.wavelengths == CENTRES
    assert found.cubes[0] is first


def test_where_a_scene_lacks_bands_the_common_ones_are_used():
    first, second = make(), make((*CENTRES[:4], *CENTRES[7:]), "second")
    found = together([first, second])
    assert found.how == COMMON
    assert found.bands.used.tolist() == [0, 1, 2, 3, 7, 8, 9, 10, 11]
    assert "9 of 12" in found.words
    for cube in found.cubes:
        assert cube.good_bands.tolist() == found.bands.used.tolist()
        assert np.array_equal(cube.read()[..., found.bands.used], first.read()[..., found.bands.used])


def test_a_scene_with_more_bands_has_those_of_the_first():
    second = make(tuple(400.0 + 5.0 * n for n in range(24)), "fine")
    found = together([make(), second])
    assert found.how == SAME
    assert np.array_equal(found.cubes[1].read(), make().read())


def test_centres_just_half_a_spacing_apart_have_no_partner():
    with pytest.raises(HsiError, match="no good band in common"):
        together([make(), make(tuple(c + 5.0 for c in CENTRES[:-1]), "between")])


def test_scenes_of_quite_other_parts_of_the_spectrum_are_refused_with_a_hint_at_the_unit():
    with pytest.raises(HsiError, match="none in common") as caught:
        together([make(), make(tuple(c / 1000 for c in CENTRES), "micrometres")])
    assert "unit" in caught.value.hint


def test_a_band_must_be_good_in_all_scenes_and_is_not_made_from_bad_ones():
    bad = tuple(n == 5 for n in range(12))
    found = together([make(), make(name="second", bad_bands=bad)])
    assert found.how == SAME
    assert found.bands.used.tolist() == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]
    shifted = together([make(), make(tuple(c + 3.0 for c in CENTRES), "second", bad_bands=bad)])
    assert 5 not in shifted.bands.used
    # Band 6 lies between the bad band and its own partner, which then stands alone.
    assert np.allclose(shifted.cubes[1].read()[..., 6], make().read()[..., 6] + 3.0)


def test_without_wavelengths_bands_go_by_number_and_must_be_as_many():
    found = together([make(), make((), "nameless")])
    assert found.how == BY_NUMBER
    assert "by their numbers" in found.words
    fewer = Cube(ArraySource(np.ones((4, 5, 11), dtype=np.float32)), name="fewer")
    with pytest.raises(HsiError, match="11 bands where 12 are wanted"):
        together([make(), fewer])


@pytest.mark.parametrize(("dtype", "nodata"), [(np.int16, -99), (np.int32, -(2**31) + 1), (np.float32, -3.4e38)])
def test_what_is_resampled_from_no_data_is_no_data(dtype, nodata):
    shifted = make(tuple(c + 3.0 for c in CENTRES), "second", dtype, nodata=float(np.asarray(nodata).astype(dtype)))
    shifted._source.array[1, 2, 4] = nodata
    cube = together([make(), shifted]).cubes[1]
    assert np.flatnonzero(~np.isfinite(cube.read()[1, 2])).tolist() == [4, 5]
    assert np.argwhere(~cube.valid_mask()).tolist() == [[1, 2]]


def test_zero_as_no_data_leaves_out_pixels_that_are_zero_all_over():
    shifted = make(tuple(c + 3.0 for c in CENTRES), "second", np.int16, nodata=0.0)
    shifted._source.array[0, 0] = 0
    shifted._source.array[3, 3, 4] = 0
    assert np.argwhere(~together([make(), shifted]).cubes[1].valid_mask()).tolist() == [[0, 0]]


def test_values_are_scaled_once_and_magnitudes_of_complex_numbers_are_mixed():
    shifted = tuple(c + 3.0 for c in CENTRES)
    scaled = together([make(), make(shifted, "scaled", np.int16, scale=100.0)]).cubes[1]
    assert np.allclose(scaled.read()[..., 2], make().read()[..., 2] / 100.0, atol=0.02)
    made = together([make(), make(shifted, "complex", np.complex64)]).cubes[1]
    assert np.allclose(made.read()[..., 1:], make().read()[..., 1:])


def test_a_part_of_a_resampled_scene_is_that_part_of_the_whole_also_when_masked():
    cube = together([make(), make(tuple(c + 3.0 for c in CENTRES), "second")]).cubes[1]
    rows, cols, bands = slice(1, 3), slice(0, 5, 2), [7, 2]
    assert np.array_equal(cube.read(rows, cols, bands), cube.read()[rows, cols][..., bands])
    mask = np.zeros((4, 5), dtype=bool)
    mask[2, 2] = True
    assert np.isnan(MaskedCube(cube, mask).read()[2, 2]).all()


def test_an_encoders_bands_are_all_needed():
    wanted = Bands(12, CENTRES, np.array([0, 3, 8]))
    found = together([make((*CENTRES[:4], *CENTRES[7:]), "second")], wanted)
    assert found.cubes[0].bands == 12
    assert found.cubes[0].good_bands.tolist() == [0, 3, 8]
    with pytest.raises(HsiError, match=r"lacks 1 of the 2 bands that the encoder reads, the first at 450.0 nm"):
        together([make((*CENTRES[:4], *CENTRES[7:]), "second")], Bands(12, CENTRES, np.array([0, 5])))


def test_bands_in_falling_or_mixed_order_are_matched_by_their_centres():
    backwards = make(CENTRES[::-1], "backwards")
    found = together([make(), backwards])
    assert found.how == SAME
    assert np.array_equal(found.cubes[1].read(), make().read())
