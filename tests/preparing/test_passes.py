"""Looks at whole scenes: taken when a sample is asked for, once, and stopped when that is asked for."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui import stopping
from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext, Cancelled
from hsigui.preparing.calibrate import InternalAverage
from hsigui.preparing.log_residuals import LogResiduals
from hsigui.preparing.passes import passes_of, remarks_of, settle
from hsigui.preparing.step import prepared
from tests.preparing.cubes import counts, cube_of


class _Counted(ArraySource):
    """An array that counts how often it is read."""

    reads = 0

    def shared(self, *window):
        type(self).reads += 1
        return super().shared(*window)


def test_log_residuals_are_those_of_plain_numpy_also_with_gaps():
    array = counts("float32", rows=9, cols=8)
    array[0, 0] = np.nan
    array[1, 2, 3] = -4
    array[5, 5, 0] = 0
    cube = cube_of(array, nodata=None, scale=1.0, bad_bands=(False, False, True, False, False, False))
    made = prepared(cube, [LogResiduals()])
    logs = np.log(np.where(array > 0, array, np.nan).astype(float))
    good = [0, 1, 3, 4, 5]
    with np.errstate(all="ignore"):
        pixels = np.nansum(logs[..., good], axis=2) / np.isfinite(logs[..., good]).sum(axis=2)
    expected = np.exp(logs - pixels[..., None] - np.nanmean(logs, axis=(0, 1)) + np.nanmean(logs[..., good]))
    np.testing.assert_allclose(made.read(), expected, rtol=1e-5)
    assert [np.isnan(made.read()[at]).tolist() for at in ((1, 2, 3), (5, 5, 0), (5, 5, 1))] == [True, True, False]
    picked = made.read(slice(7, None, -2), slice(1, 6), [2, 0])
    np.testing.assert_allclose(picked, made.read()[7::-2, 1:6][..., [2, 0]], rtol=1e-6)
    assert made.info.history == ("--log-residuals",)
    assert remarks_of(made) == ["Log residuals: 2 values are not above 0 and become no data."]
    with pytest.raises(HsiError, match="marked bad"):
        LogResiduals().on(cube_of(array, bad_bands=(True,) * 6))


def test_light_and_slope_fall_out_of_log_residuals():
    rng = np.random.default_rng(1)
    surface = np.ones((20, 20, 6), np.float32)
    surface[3:6, 3:6, 2] = 0.5
    lit = surface * rng.uniform(0.2, 1, (20, 20, 1)) * np.array([900, 800, 500, 300, 70, 20])
    made = LogResiduals().on(cube_of(lit.astype(np.float32), nodata=None, scale=1.0, bad_bands=())).read()
    assert np.ptp(made[10:, :, 0]) < 1e-4
    assert made[4, 4, 2] / made[10, 10, 2] == pytest.approx(0.5 ** (5 / 6), rel=1e-3)  # less its pixel's own mean


def test_nothing_is_read_when_a_step_is_set_up_and_the_scene_once_for_all_samples():
    cube = Cube(_Counted(counts("float32")))
    _Counted.reads = 0
    made = prepared(cube, [InternalAverage(), LogResiduals()])
    assert _Counted.reads == 0
    assert len(passes_of(made)) == 2
    told = []
    settle(made, lambda done, total: told.append((done, total)))
    assert told == [(0, 11), (11, 11)] * 2
    assert passes_of(made) == []
    _Counted.reads = 0
    made.read(slice(0, 1))
    assert _Counted.reads == 1


def test_a_look_that_is_stopped_is_taken_anew():
    class _Stop(Exception):  # noqa: N818 - no error
        pass

    def stop():
        raise _Stop

    made = LogResiduals().on(cube_of(counts("float32"), nodata=None, scale=1.0))
    with pytest.raises(_Stop), stopping.checked_by(stop):
        made.read()
    assert np.isfinite(made.read()).all()


def test_a_look_at_the_scene_is_told_and_can_be_cancelled_before_anything_is_written(tmp_path):
    made = LogResiduals().on(cube_of(counts("float32"), nodata=None, scale=1.0))
    told = []

    def stop(done, total, text):
        told.append((done, total, text))
        if done:
            raise Cancelled

    with pytest.raises(Cancelled):
        hsigui.save_cube(made, tmp_path / "o.tif", ctx=CallbackContext(progress=stop))
    assert told == [(0, 11, "Looking at scene"), (11, 11, "Looking at scene")]
    assert list(tmp_path.iterdir()) == []
    hsigui.save_cube(made, tmp_path / "o.tif")
    np.testing.assert_array_equal(hsigui.open(tmp_path / "o.tif").read(), made.read())
