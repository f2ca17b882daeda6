"""Spectra at the bands of another sensor, and the gaps that no value is made up in."""

from __future__ import annotations

import numpy as np
import pytest
from spectral import BandResampler

from hsigui.cube.gaps import gaps, pieces
from hsigui.cube.resampling import resampled

FINE = np.arange(400.0, 2501.0)


def curve(x: np.ndarray) -> np.ndarray:
    return 0.3 + 0.1 * np.sin(x / 60) + x / 1e4


def test_wide_bands_are_what_another_program_makes_of_them() -> None:
    centres = np.linspace(450, 2400, 60)
    widths = np.full(60, 30.0)
    ours = resampled(curve(FINE), FINE, centres, widths)[0]
    theirs = BandResampler(FINE, centres, np.full(len(FINE), 1.0), widths)(curve(FINE))
    assert ours == pytest.approx(theirs, abs=2e-3)  # it takes the areas that responses have in common
    by_hand = np.exp(-4 * np.log(2) * ((FINE - centres[7]) / 30) ** 2)
    assert ours[7] == pytest.approx((by_hand * curve(FINE)).sum() / by_hand.sum(), abs=2e-4)


def test_bands_of_unknown_width_and_coarse_samples_are_interpolated() -> None:
    x = FINE[::10]
    ours = resampled(curve(x), x, [455.0, 1003.0], [5.0, 5.0])[0]
    assert ours == pytest.approx(np.interp([455, 1003], x, curve(x)))
    assert resampled(curve(x), x, [455.0, 1003.0])[0] == pytest.approx(ours)


def test_nothing_is_made_up_beyond_the_ends_and_in_gaps() -> None:
    values = curve(FINE)
    values[(FINE > 1340) & (FINE < 1460)] = np.nan
    made = resampled(np.array([values, curve(FINE)]), FINE, [399.0, 400.0, 1340.0, 1400.0, 2500.0, 2501.0], [10.0] * 6)
    assert np.isnan(made).tolist() == [[True, False, False, True, False, True], [True] + [False] * 4 + [True]]


def test_the_width_of_the_samples_narrows_the_response() -> None:
    spike = (FINE == 1000).astype(float)
    wide, narrow = (resampled(spike, FINE, [1000.0], [10.0], own)[0][0] for own in ([], [8.0] * len(FINE)))
    assert narrow == pytest.approx(wide * 10 / 6, rel=0.02)


def test_order_and_one_sample_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    order = rng.permutation(len(FINE))
    centres = [500.0, 700.0]
    assert resampled(curve(FINE)[order], FINE[order], centres) == pytest.approx(resampled(curve(FINE), FINE, centres))
    assert resampled([[5.0]], [500.0], centres).tolist()[0][0] == 5.0
    assert np.isnan(resampled([[np.nan]], [500.0], centres)).all()


def test_a_gap_is_a_step_of_more_than_three_usual_ones_on_both_sides() -> None:
    even = np.arange(400.0, 900.0, 10)
    assert not gaps(even).any()
    assert np.flatnonzero(gaps(np.delete(even, [20, 21]))).tolist() == []
    assert np.flatnonzero(gaps(np.delete(even, [20, 21, 22]))).tolist() == [19]
    # A detector with coarser steps follows: no gap. A gap before it is one all the same.
    two = np.concatenate([np.arange(400.0, 1000), np.arange(1000.0, 2500, 20)])
    assert not gaps(two).any()
    assert gaps(np.concatenate([two[two < 1000], two[two > 1200]])).sum() == 1
    assert not gaps(np.array([443.0, 560, 665, 842, 1610, 2190])).any()
    assert gaps(np.zeros(0)).size == gaps(np.ones(1)).size == 0
    assert pieces(np.delete(even, [20, 21, 22])).tolist() == [0] * 20 + [1] * 27
    assert pieces(np.zeros(0)).tolist() == []
