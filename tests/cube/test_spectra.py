from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.spectra import mean_spectrum, spectra_along, window_spectrum
from hsigui.errors import HsiError


def test_mean_and_deviation_are_those_of_the_pixels_under_the_mask() -> None:
    rng = np.random.default_rng(0)
    samples, mask = 1e4 + rng.random((20, 30, 5)), rng.random((20, 30)) < 0.3
    mean, deviation = mean_spectrum(Cube(ArraySource(samples)), mask)
    assert mean == pytest.approx(samples[mask].mean(axis=0))
    assert deviation == pytest.approx(samples[mask].std(axis=0), rel=5e-3)


def test_missing_values_are_left_out_band_by_band() -> None:
    samples = np.arange(12.0).reshape(2, 2, 3)
    samples[0, 0, 0] = np.nan
    samples[:, :, 2] = np.nan
    mean, deviation = mean_spectrum(Cube(ArraySource(samples)), np.ones((2, 2), bool))
    assert mean.tolist() == pytest.approx([6.0, 5.5, np.nan], nan_ok=True)
    assert np.isnan(deviation[2])


def test_a_large_region_is_sampled_evenly() -> None:
    samples = np.arange(10_000.0).reshape(100, 100, 1)
    mean, _ = mean_spectrum(Cube(ArraySource(samples)), np.ones((100, 100), bool), limit=101)
    assert mean[0] == pytest.approx(4999.5, abs=60)


def test_an_empty_region_and_one_of_another_size_are_refused() -> None:
    cube = Cube(ArraySource(np.zeros((4, 5, 2))))
    with pytest.raises(HsiError, match="no pixel"):
        mean_spectrum(cube, np.zeros((4, 5), bool))
    with pytest.raises(HsiError, match="5 x 4 pixels, the scene 4 x 5"):
        mean_spectrum(cube, np.ones((5, 4), bool))


def test_a_square_around_a_pixel_is_cut_off_at_the_edge_and_leaves_out_what_is_missing() -> None:
    samples = np.random.default_rng(1).random((6, 7, 3))
    samples[1, 1, 0] = np.nan
    samples[:, :, 2] = np.nan
    cube = Cube(ArraySource(samples))
    mean, deviation = window_spectrum(cube, 2, 3, 3)
    assert mean[:2] == pytest.approx(samples[1:4, 2:5, :2].mean(axis=(0, 1)))
    assert deviation[:2] == pytest.approx(samples[1:4, 2:5, :2].std(axis=(0, 1)))
    corner, spread = window_spectrum(cube, 0, 0, 5)
    assert corner[0] == pytest.approx(np.nanmean(samples[:3, :3, 0]))
    assert np.isnan([corner[2], spread[2]]).all()
    assert window_spectrum(cube, 5, 6, 1)[1][:2].tolist() == [0, 0]


def test_spectra_along_a_line_are_those_of_the_pixels_on_it() -> None:
    rows, cols = np.mgrid[:10, :20].astype(float)
    cube = Cube(ArraySource(np.stack([rows, cols], axis=2)))
    values, where = spectra_along(cube, [(0.5, 0.5), (0.5, 10.5), (5.5, 10.5), (5.5, 25.5)])
    assert values[:11].tolist() == [[0, col] for col in range(11)]
    assert values[11:16].tolist() == [[row, 10] for row in range(1, 6)]
    assert np.isnan(values[-5:]).all(), "beside the scene there is nothing"
    assert where[10].tolist() == pytest.approx([0.5, 10.5, 1])
    assert len(spectra_along(cube, [(0, 0), (9, 9)], most=5)[0]) == 5
    assert spectra_along(cube, [(3.5, 3.5), (3.5, 3.5)])[0].tolist() == [[3, 3], [3, 3]]
