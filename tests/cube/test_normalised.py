"""Scenes brought to one mean and deviation of every band."""

from __future__ import annotations

import json

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.masked import SetAside, set_aside
from hsigui.cube.normalised import Moments, middle_of, moments_of, normalised
from hsigui.errors import HsiError

BANDS = np.arange(3)


def scene(gain: float, shift: float, info: CubeInfo | None = None) -> Cube:
    values = np.random.default_rng(3).normal(size=(30, 20, 3)) * [1, 2, 3]
    return Cube(ArraySource((values * gain + shift).astype(np.float32)), info or CubeInfo())


def measured(cube: Cube) -> Moments:
    return moments_of(cube, BANDS, 0, lambda: None)


def test_scenes_that_differ_by_light_alone_become_the_same():
    one, other = scene(1.0, 5.0), scene(3.0, -2.0)
    own = [measured(one), measured(other)]
    wanted = middle_of(own)
    seen = [normalised(cube, each, wanted, BANDS).read() for cube, each in zip((one, other), own, strict=True)]
    np.testing.assert_allclose(seen[0], seen[1], atol=1e-4)
    np.testing.assert_allclose(seen[0].reshape(-1, 3).mean(axis=0), wanted.mean, atol=1e-4)


def test_no_data_stays_no_data_and_a_mask_stays_a_mask():
    cube = scene(1.0, 5.0)
    stored = cube.read().copy()
    stored[2, 3] = -9
    gone = np.zeros((30, 20), dtype=bool)
    gone[0] = True
    holed = SetAside(Cube(ArraySource(stored), CubeInfo(nodata=-9, scale=2.0)), gone)
    own = measured(holed)
    moved = normalised(holed, own, Moments(own.mean + 1, own.sd), BANDS)
    assert set_aside(moved) is not None
    np.testing.assert_array_equal(moved.valid_mask(), holed.valid_mask())
    assert np.isnan(moved.read()[2, 3]).all()
    np.testing.assert_allclose(moved.read()[5], holed.read()[5] + 1, rtol=1e-5)
    np.testing.assert_allclose(
        moved.read(slice(5, 6), slice(0, 4), [2])[..., 0], holed.read()[5:6, :4, 2] + 1, rtol=1e-5
    )


def test_bands_that_are_not_used_keep_their_values():
    cube = scene(1.0, 5.0)
    used = np.array([0, 2])
    own = moments_of(cube, used, 0, lambda: None)
    moved = normalised(cube, own, Moments(own.mean * 0, own.sd), used)
    np.testing.assert_array_equal(moved.read()[..., 1], cube.read()[..., 1])
    assert abs(float(moved.read()[..., 0].mean())) < 1e-4


def test_a_constant_band_is_moved_and_not_blown_up():
    cube = Cube(ArraySource(np.full((5, 5, 3), 4, dtype=np.float32)), CubeInfo())
    moved = normalised(cube, measured(cube), Moments(np.full(3, 9.0, np.float32), np.full(3, 2.0, np.float32)), BANDS)
    np.testing.assert_allclose(moved.read(), 9.0)


def test_moments_come_back_from_json_bit_for_bit():
    own = measured(scene(0.1, 1 / 3))
    again = Moments.from_json(json.loads(json.dumps(own.to_json())))
    np.testing.assert_array_equal(again.mean, own.mean)
    np.testing.assert_array_equal(again.sd, own.sd)


@pytest.mark.parametrize(
    "values", [{"mean": [1.0], "sd": [0.0]}, {"mean": [1.0], "sd": [1.0, 2.0]}, {"mean": "x", "sd": []}]
)
def test_what_are_no_moments_is_refused(values):
    with pytest.raises(ValueError):
        Moments.from_json(values)


def test_a_scene_without_data_cannot_be_measured():
    with pytest.raises(HsiError, match="have data"):
        measured(Cube(ArraySource(np.full((9, 9, 3), np.nan, dtype=np.float32)), CubeInfo()))
