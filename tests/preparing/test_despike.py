"""Spikes that are known are found and replaced; edges of surfaces are none."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext
from hsigui.preparing.despike import Despike
from hsigui.preparing.passes import remarks_of
from hsigui.preparing.step import prepared
from tests.preparing.cleaning import check_windows, scene_of, smooth_scene, with_gaps


def _spiked(count=60, size=0.3):
    """Two fields with a sharp edge between them and noise; without and with spikes, and where these are."""
    rng = np.random.default_rng(11)
    clean = smooth_scene()
    clean[:, 13:] *= 2.5
    clean += rng.normal(scale=0.005, size=clean.shape)
    at = np.zeros(clean.shape, bool)
    at.reshape(-1)[rng.choice(clean.size, count, replace=False)] = True
    return clean, np.where(at, clean + size * rng.choice([-1, 1], clean.shape), clean), at


def test_spikes_are_replaced_by_what_their_neighbours_say_and_nothing_else_is():
    clean, seen, at = _spiked()
    made = check_windows(scene_of(seen), Despike(9))
    changed = made != seen.astype(np.float32)
    assert (changed & at).sum() >= 0.97 * at.sum()
    assert (changed & ~at).mean() < 2e-4
    assert np.quantile(np.abs(made - clean)[at & changed], 0.95) < 0.03
    assert np.abs(made - clean)[at & changed].max() < 0.3
    assert np.median(np.abs(made - clean)[at & changed]) < 0.01  # of spikes of 0.3


def test_how_many_were_replaced_is_told_once_whatever_is_read(tmp_path):
    _, seen, _ = _spiked()
    cube = prepared(scene_of(seen), [Despike(9)])
    cube.read(slice(3, 9))
    told = []
    hsigui.save_cube(cube, tmp_path / "x.hdr", ctx=CallbackContext(warn=told.append))
    spikes = int((cube.read() != seen.astype(np.float32)).sum())
    assert remarks_of(cube)[0] == told[-1]
    assert told[-1].startswith(f"{spikes:,} spikes")
    assert cube.info.history == ("--despike 9",)


def test_gaps_and_bad_bands_are_neither_spikes_nor_neighbours():
    _, seen, _ = _spiked(0)
    seen[..., 8] = 50 * np.random.default_rng(0).random((30, 26))
    cube = scene_of(with_gaps(seen), bad=(8,))
    made = check_windows(cube, Despike(30))
    np.testing.assert_array_equal(made, cube.read())


def test_whole_numbers_that_differ_by_one_are_no_spikes():
    counts = np.full((20, 20, 6), 100, np.int16)
    counts[5, 5, 2] += 1
    counts[9, 9, 3] += 40
    cube = scene_of(counts.astype(np.float32))
    cube = cube.over(lambda source: type(source)(counts), cube.info)
    made = Despike(6).on(cube).read()
    assert (made[5, 5, 2], made[9, 9, 3]) == (101, 100)


def test_scenes_without_neighbours_and_odd_thresholds_are_refused():
    for cube, threshold, text in ((scene_of(np.ones((1, 1, 4))), 5, "neighbours"),
                                  (scene_of(np.ones((9, 9, 4))), 0, "by more"),
                                  (scene_of(np.ones((9, 9, 4)), bad=(0, 1, 2)), 5, "good bands")):  # fmt: skip
        with pytest.raises(HsiError, match=text):
            Despike(threshold).on(cube)
    nothing = scene_of(np.full((9, 9, 4), -9999.0))
    assert np.isnan(Despike().on(nothing).read()).all()
