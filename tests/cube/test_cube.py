"""The cube itself: lazy reads, scaling, no-data and the valid mask."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube import cube as module
from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.fingerprint import fingerprint
from hsigui.errors import HsiError


@pytest.fixture
def stored() -> np.ndarray:
    return np.arange(4 * 5 * 3, dtype=np.int16).reshape(4, 5, 3)


def _cube(stored: np.ndarray, **info) -> Cube:
    return Cube(ArraySource(stored), CubeInfo(**info))


def test_values_are_scaled_but_stored_numbers_are_not(stored):
    cube = _cube(stored, scale=10.0)
    assert cube.stored(1, 2).tolist() == [21, 22, 23]
    assert np.allclose(cube.spectrum(1, 2), [2.1, 2.2, 2.3])
    assert cube.spectrum(1, 2).dtype == np.float32


def test_windows_bands_and_steps_are_those_of_the_array(stored):
    cube = _cube(stored)
    assert np.array_equal(cube.read(slice(1, 3), slice(0, 2), [2, 0]), stored[1:3, 0:2][..., [2, 0]])
    assert np.array_equal(cube.band(1, step=2), stored[::2, ::2, 1])


def test_the_no_data_value_is_nan_before_scaling_and_leaves_the_pixel_out(stored):
    cube = _cube(stored, nodata=21, scale=10.0)
    assert np.isnan(cube.spectrum(1, 2)).tolist() == [True, False, False]
    assert not cube.valid_mask()[1, 2]
    assert cube.valid_mask().sum() == 19


def test_zero_as_no_data_means_an_all_zero_spectrum_only(stored):
    stored[2, 2] = 0
    cube = _cube(stored, nodata=0)
    assert cube.spectrum(0, 0)[0] == 0
    assert np.isnan(cube.spectrum(2, 2)).all()
    assert cube.valid_mask().sum() == 19
    assert cube.valid_mask()[0, 0]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_nan_and_leaves_the_pixel_out_unless_the_band_is_bad(stored, bad):
    values = stored.astype(np.float64)
    values[0, 1, 2] = bad
    assert np.isnan(_cube(values).spectrum(0, 1)[2])
    assert not _cube(values).valid_mask()[0, 1]
    assert _cube(values, bad_bands=(False, False, True)).valid_mask().all()


def test_a_float32_no_data_value_is_found_though_the_header_has_more_digits():
    values = np.ones((2, 2, 1), dtype=np.float32)
    values[0, 0] = np.float32(-3.4028234e38)
    assert _cube(values, nodata=-3.4028234663852886e38).valid_mask().sum() == 3


def test_complex_samples_are_read_as_their_magnitude():
    assert _cube(np.full((2, 2, 1), 3 + 4j)).band(0).tolist() == [[5, 5], [5, 5]]


def test_the_mask_is_the_same_by_blocks_as_in_one(stored, monkeypatch):
    whole = _cube(stored, nodata=7).valid_mask()
    monkeypatch.setattr(module, "BLOCK_VALUES", 16)
    cube = _cube(stored, nodata=7)
    assert [(b.start, b.stop) for b in cube.blocks()] == [(0, 1), (1, 2), (2, 3), (3, 4)]
    assert np.array_equal(cube.valid_mask(), whole)


def test_a_pixel_outside_is_refused_with_the_scenes_size(stored):
    with pytest.raises(HsiError, match=r"row 4, column 0.*4 x 5"):
        _cube(stored).spectrum(4, 0)
    with pytest.raises(HsiError):
        _cube(stored).spectrum(-1, 0)


def test_lists_of_another_length_than_the_bands_are_a_fault_of_the_reader(stored):
    with pytest.raises(ValueError, match="2 wavelengths for 3 bands"):
        _cube(stored, wavelengths=(400.0, 500.0))


def test_map_coordinates_follow_the_transform():
    geo = Geo(transform=(2.0, 0.0, 100.0, 0.0, -2.0, 500.0))
    assert geo.to_map(0, 0) == (100.0, 500.0)
    assert geo.to_map(10.5, 4.5) == (109.0, 479.0)
    assert Geo().to_map(1, 1) is None


def test_fingerprints_differ_with_the_samples_and_with_what_is_masked(stored):
    same, changed = fingerprint(_cube(stored)), stored.copy()
    changed[3, 4, 2] += 1
    assert fingerprint(_cube(stored.copy())) == same
    assert fingerprint(_cube(changed)) != same
    assert fingerprint(_cube(stored, bad_bands=(True, False, False))) != same
    assert fingerprint(_cube(stored, scale=2.0)) != same


def test_small_blocks_are_for_sources_of_which_any_window_is_cheap(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_VALUES", 4000)
    monkeypatch.setattr(module, "SMALL_BLOCK_VALUES", 1000)
    array = np.zeros((50, 10, 20), dtype=np.uint8)

    class InPieces:
        shape, dtype = array.shape, array.dtype

        def read(self, rows, cols, bands):
            return array[rows, cols][:, :, bands]

    for source, small in ((ArraySource(array), 5), (InPieces(), 20)):
        cube = Cube(source)
        assert [rows.stop - rows.start for rows in cube.blocks()] == [20, 20, 10]
        found = list(cube.blocks(small=True))
        assert found[0] == slice(0, small)
        assert sum(rows.stop - rows.start for rows in found) == 50
