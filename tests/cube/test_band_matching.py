"""Cubes read in the bands of another: the nearest within half their spacing, or a reason why not."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.band_matching import Matched, matched
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.errors import HsiError

WANTED = np.arange(400.0, 500.0, 10.0)  # ten bands
USED = np.array([0, 1, 2, 4, 5, 6, 7, 8, 9])  # band 3 does not matter


def cube_of(centres, **more) -> Cube:
    """Every band holds its own number, so that one sees which was taken."""
    array = np.broadcast_to(np.arange(len(centres), dtype=np.int16), (4, 5, len(centres))).copy()
    return Cube(ArraySource(array), CubeInfo(wavelengths=tuple(map(float, centres)), **more), name="other")


def taken(found: Matched) -> list[int]:
    return found.cube.read()[0, 0].astype(int).tolist()


def of_used(centres=WANTED, **more) -> Cube:
    """A cube in which the band that does not matter is marked bad, as in the run."""
    return cube_of(centres, bad_bands=tuple(w not in USED for w in range(10)), **more)


def test_a_cube_of_the_same_bands_is_left_as_it_is():
    cube = of_used()
    found = matched(cube, WANTED, 10, USED)
    assert found.cube is cube
    assert found.words == ""
    off = matched(of_used(WANTED + 4.9), WANTED, 10, USED)
    assert taken(off) == list(range(10))
    assert off.words == "9 bands are matched with those of the run, at most 4.9 nm off."


def test_bands_that_the_run_does_not_read_are_marked_bad_and_not_spoken_of():
    found = matched(cube_of(WANTED), WANTED, 10, USED)
    assert found.cube.good_bands.tolist() == USED.tolist()
    assert found.words == ""
    more = matched(cube_of([390, *WANTED, 500]), WANTED, 10, USED)
    assert taken(more)[4:] == [5, 6, 7, 8, 9, 10]
    assert more.words == ""


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_a_band_that_is_marked_bad_is_never_read_in_whatever_order_bands_are(order):
    centres = WANTED[order]
    bad = tuple(bool(w in (450, 470)) for w in centres)
    with pytest.raises(HsiError, match=r"bands that are marked bad in other: 450\.0 nm, 470\.0 nm"):
        matched(cube_of(centres, bad_bands=bad), WANTED, 10, USED)
    unused = tuple(bool(w == 430) for w in centres)
    assert matched(cube_of(centres, bad_bands=unused), WANTED, 10, USED).words == (
        "" if order.step is None else "9 bands are matched with those of the run, at most 0.0 nm off."
    )


def test_a_bad_band_is_never_read_where_bands_have_only_numbers():
    bad = tuple(n == 5 for n in range(10))
    plain = Cube(ArraySource(np.zeros((4, 5, 10), np.int16)), CubeInfo(bad_bands=bad), name="plain")
    for known in ((), WANTED):
        with pytest.raises(HsiError, match="marked bad in plain: band 6"):
            matched(plain, known, 10, USED)
    assert matched(plain, (), 10, np.setdiff1d(USED, [5])).words == ""


def test_of_two_bands_of_one_centre_each_stands_for_itself():
    centres = [400.0, 410.0, 410.0, 420.0]
    assert taken(matched(cube_of(centres), centres, 4, np.arange(4))) == [0, 1, 2, 3]


def test_bands_that_stand_for_several_and_other_widths_are_told():
    coarse = matched(cube_of(np.arange(400.0, 500.0, 8.0)[[0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11]]), WANTED, 10, USED)
    assert "stand for them" not in coarse.words
    few = matched(cube_of([405.0, 425, 445, 465, 485], fwhm=(18.0,) * 5), WANTED, 10, USED, [6.0] * 10)
    assert "Only 5 of its bands stand for them" in few.words
    assert "up to 3 times as wide" in few.words
    assert matched(of_used(fwhm=(7.0,) * 10), WANTED, 10, USED, [6.0] * 10).words == ""


def test_each_band_is_the_nearest_in_the_order_that_is_wanted():
    cube = cube_of((WANTED + 1)[::-1])
    found = matched(cube, WANTED, 10, USED)
    assert taken(found) == list(range(9, -1, -1))
    assert found.cube.wavelengths is not None
    assert found.cube.wavelengths.tolist() == WANTED.tolist()
    assert found.cube.good_bands.tolist() == USED.tolist()
    assert "1.0 nm off" in found.words
    fine = cube_of(np.arange(395.0, 505.0, 2.0))
    assert taken(matched(fine, WANTED, 10, USED))[:3] == [2, 7, 12]
    part = matched(fine, WANTED, 10, USED).cube.read(slice(1, 3), slice(0, 4, 2), [4, 0])
    assert part.shape == (2, 2, 2)
    assert part[0, 0].tolist() == [22, 2]


def test_a_band_that_does_not_matter_may_be_missing_and_another_may_not():
    without = [w for w in WANTED if w != 430]
    assert taken(matched(cube_of(without), WANTED, 10, USED))[4:] == [3, 4, 5, 6, 7, 8]
    without = [w for w in WANTED if w != 450]
    with pytest.raises(HsiError, match=r"no band within 5\.0 nm of the run's at 450\.0 nm: the nearest lies 10\.0 nm"):
        matched(cube_of(without), WANTED, 10, USED)
    with pytest.raises(HsiError, match=r"480\.0 nm \(and 1 others\)|490\.0 nm \(and 1 others\)"):
        matched(cube_of(WANTED[:8]), WANTED, 10, USED)


def test_a_bad_band_stands_in_for_none():
    bad = (*(w == 450 for w in WANTED), False)
    with pytest.raises(HsiError, match="450"):
        matched(cube_of([*WANTED, 505.0], bad_bands=bad), WANTED, 10, USED)
    close = cube_of([*WANTED, 453.0], bad_bands=bad)
    assert taken(matched(close, WANTED, 10, USED))[5] == 10


def test_without_wavelengths_only_the_number_of_bands_can_be_right():
    plain = Cube(ArraySource(np.zeros((4, 5, 10), np.int16)), name="plain")
    assert "It names no wavelengths" in matched(plain, WANTED, 10, USED).words
    assert "The run knows no wavelengths" in matched(cube_of(WANTED), (), 10, USED).words
    assert matched(plain, (), 10, USED).words == ""
    with pytest.raises(HsiError, match="plain has no wavelengths"):
        matched(plain, WANTED[:9], 9, USED[:8])
    with pytest.raises(HsiError, match="scene of the run has no wavelengths"):
        matched(cube_of(WANTED), (), 9, USED[:8])


def test_no_data_stays_no_data():
    array = np.full((3, 3, 10), 7, dtype=np.int16)
    array[1, 1] = -1
    info = CubeInfo(wavelengths=tuple((WANTED + 1)[::-1].tolist()), nodata=-1)
    found = matched(Cube(ArraySource(array), info), WANTED, 10, USED).cube
    assert found.valid_mask().sum() == 8
    assert np.isnan(found.read()[1, 1]).all()


def test_a_cube_of_quite_other_wavelengths_is_asked_for_its_unit():
    with pytest.raises(
        HsiError, match=r"bands from 4000 to 4900 nm, .* trained on 400 to 490 nm: .* none in common"
    ) as e:
        matched(cube_of(WANTED * 10, wavelength_units="Angstrom"), WANTED, 10, USED)
    assert "names unit “Angstrom”" in e.value.hint
    with pytest.raises(HsiError, match="none in common") as e:
        matched(cube_of(WANTED / 2), WANTED, 10, USED)
    assert "names no unit" in e.value.hint
