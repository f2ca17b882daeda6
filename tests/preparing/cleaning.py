"""Scenes with known faults, and the checks that every cleaning step has to pass."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.preparing.step import Step, prepared

WAVES = tuple((450.0 + 10 * np.arange(24)).tolist())


def smooth_scene(rows: int = 30, cols: int = 26, seed: int = 4) -> np.ndarray:
    """Three surfaces in soft mixtures under soft light, float64; spectra without noise, rows x cols x 24."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, len(WAVES))
    ends = np.array([0.2 + 0.5 * x, 0.5 - 0.3 * np.exp(-((x - 0.4) ** 2) / 0.02), 0.3 + 0.1 * np.sin(9 * x)])
    parts = np.abs(np.stack([gaussian_filter(rng.normal(size=(rows, cols)), 4) for _ in ends], axis=-1)) + 0.01
    parts /= parts.sum(axis=-1, keepdims=True)
    light = 1 + 2 * gaussian_filter(rng.normal(size=(rows, cols)), 5)[..., None]
    return light * (parts @ ends)


def scene_of(array: np.ndarray, bad: tuple[int, ...] = (), **more: object) -> Cube:
    """A cube of such values, at 450 to 680 nm."""
    marks = tuple(n in bad for n in range(array.shape[2])) if bad else ()
    info = {"wavelengths": WAVES[: array.shape[2]], "bad_bands": marks, "nodata": -9999.0} | more
    return Cube(ArraySource(array.astype(np.float32)), CubeInfo(**info), name="scene")


def with_gaps(array: np.ndarray) -> np.ndarray:
    """The same with a pixel without data, one that lacks it in a band, and one that is infinite there."""
    array = array.copy()
    array[3, 4] = -9999
    array[7, 7, 5] = np.nan
    array[9, 1, 6] = np.inf
    return array


def check_windows(cube: Cube, step: Step) -> np.ndarray:
    """The values after a step, read as a whole, after it was seen that other windows hold the very same ones, with no
    data where there was none."""
    made = prepared(cube, [step])
    assert made.dtype == np.float32
    rows, cols, bands = made.shape
    other = prepared(cube, [step])  # what its passes find is found of a small window
    picks = ((slice(5, 6), slice(2, 3), [3]), (slice(None, None, -3), slice(1, None, 2), slice(None, None, -1)),
             (slice(4, 21), slice(3, 17), slice(2, bands)), (slice(rows - 1, None), slice(0, cols), [bands - 1, 0]),
             (slice(2, 2), slice(None), slice(None)))  # fmt: skip
    windows = [other.read(*pick) for pick in picks]
    whole = made.read()
    for (high, wide, some), window in zip(picks, windows, strict=True):
        np.testing.assert_array_equal(window, whole[high, wide][..., some])
    for row in range(0, rows, 7):
        np.testing.assert_array_equal(made.read(slice(row, row + 1))[0], whole[row])
    if made.shape == cube.shape:
        assert np.isnan(whole[~np.isfinite(cube.read())]).all()
    assert (made.info.scale, made.info.offset) == (1.0, 0.0)
    return whole
