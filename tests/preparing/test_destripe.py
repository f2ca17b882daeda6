"""Stripes that are known are taken away, and nothing else; dead columns are found and filled."""

from __future__ import annotations

import numpy as np
import pytest

import hsigui
from hsigui.cube.cube import ArraySource, Cube
from hsigui.errors import HsiError
from hsigui.jobs import CallbackContext
from hsigui.preparing.destripe import Destripe, DestripeMnf
from hsigui.preparing.fill_columns import FillColumns
from hsigui.preparing.lines import level
from hsigui.preparing.passes import remarks_of, settle
from hsigui.preparing.step import prepared
from tests.preparing.cleaning import check_windows, scene_of, smooth_scene, with_gaps


def _striped(rows=160, cols=40):
    """A scene without stripes and the same with a gain and an offset for each column and band."""
    rng = np.random.default_rng(7)
    clean = smooth_scene(rows, cols)
    gains = 1 + rng.normal(scale=0.03, size=(1, cols, 24))
    return clean, clean * gains + rng.normal(scale=0.02, size=(1, cols, 24))


def _stripes(found, clean):
    """How much is left of stripes: the spread of what the mean of a column is off from that of the one beside it."""
    return float(np.std(np.diff((found - clean).mean(axis=0), axis=0)))


def test_moments_of_columns_are_those_of_the_columns_beside_them():
    clean, striped = _striped()
    before = _stripes(striped, clean)
    made = check_windows(scene_of(striped), Destripe())
    assert _stripes(made, clean) < 0.15 * before
    assert np.std(made - clean) < 0.7 * np.std(striped - clean)
    at, means, spreads = 20, striped.mean(axis=0), striped.std(axis=0, ddof=1)
    near = np.arange(at - 15, at + 16)
    line = np.polynomial.polynomial.polyfit(near - at, means[near], 1)[0]
    wide = np.polynomial.polynomial.polyfit(near - at, spreads[near], 1)[0]
    np.testing.assert_allclose(made.mean(axis=0)[at], line, rtol=1e-5)
    np.testing.assert_allclose(made.std(axis=0, ddof=1)[at], wide, rtol=1e-4)


def test_light_that_rises_across_the_track_is_no_stripe():
    ramp = 1 + 0.02 * np.arange(40)[None, :, None] + np.random.default_rng(1).normal(scale=0.1, size=(900, 40, 3))
    made = Destripe(window=15).on(scene_of(ramp)).read()
    assert np.abs((made - ramp).mean(axis=0)).max() < 0.01


def test_gaps_and_bad_bands_do_not_count_and_rows_are_done_as_columns_are():
    _, striped = _striped(60, 40)
    cube = scene_of(with_gaps(striped), bad=(5,))
    made = check_windows(cube, Destripe("columns", 9))
    np.testing.assert_array_equal(made[..., 5], cube.read()[..., 5])
    turned = scene_of(with_gaps(striped).transpose(1, 0, 2), bad=(5,))
    np.testing.assert_allclose(check_windows(turned, Destripe("rows", 9)).transpose(1, 0, 2), made, rtol=1e-6)
    lacking = scene_of(np.delete(striped, 3, axis=0))
    hidden = striped.copy()
    hidden[3] = -9999
    np.testing.assert_allclose(np.delete(Destripe().on(scene_of(hidden)).read(), 3, axis=0),
                               Destripe().on(lacking).read(), rtol=1e-6)  # fmt: skip


def test_levels_are_lines_through_windows_also_with_gaps_and_at_the_ends():
    values = np.random.default_rng(0).normal(size=(12, 2))
    values[4, 0] = np.nan
    values[:, 1] = np.nan
    found = level(values, 5)
    for at in range(12):
        near = np.array([n for n in range(at - 2, at + 3) if 0 <= n < 12 and n != 4])
        expected = np.polyval(np.polyfit(near, values[near, 0], 1), at)
        assert found[at, 0] == pytest.approx(expected)
    assert np.isnan(found[:, 1]).all()
    np.testing.assert_allclose(level(np.arange(7.0)[:, None], 999)[:, 0], np.arange(7.0), atol=1e-12)


def test_stripes_among_the_noise_are_taken_away_by_minimum_noise_fractions():
    rng = np.random.default_rng(5)
    clean = smooth_scene(160, 40)
    faint = clean + rng.normal(scale=0.004, size=(1, 40, 24))
    seen = faint + rng.normal(scale=0.004, size=faint.shape)
    cube = scene_of(seen, bad=(20,))
    step = DestripeMnf(4)
    made = check_windows(cube, step)
    good = np.delete(np.arange(24), 20)
    assert _stripes(made[..., good], clean[..., good]) < 0.5 * _stripes(seen[..., good], clean[..., good])
    assert np.std(made.mean(axis=1) - seen.mean(axis=1)) < 1e-3  # along the track nothing changes
    np.testing.assert_array_equal(made[..., 20], cube.read()[..., 20])
    np.testing.assert_allclose((made - cube.read()).std(axis=0), 0, atol=1e-6)  # one number for each column and band


def test_how_many_components_stay_is_written_as_it_was_found():
    seen = smooth_scene(60, 40) + np.random.default_rng(5).normal(scale=0.004, size=(60, 40, 24))
    (told,) = prepared(scene_of(seen), [DestripeMnf()]).info.history
    assert told in {f"--destripe mnf,{n}" for n in range(2, 8)}


def test_dead_columns_are_left_told_and_filled_when_that_is_asked_for(tmp_path):
    _, scene = _striped(30, 26)
    scene[:, 7, 3] = 0.5
    scene[:, 12:14, 4] = 0.25
    scene[:, 25, 2] = 0
    scene[:, 0, 1] = 7
    scene[:, :, 6] = 1  # the whole band, and so no column
    cube = scene_of(with_gaps(scene))
    stays = prepared(cube, [Destripe()])
    np.testing.assert_array_equal(stays.read()[:, 7, 3], cube.read()[:, 7, 3])
    assert "5 lines of bands" in remarks_of(stays)[0]
    made = check_windows(cube, FillColumns())
    values = cube.read()
    np.testing.assert_allclose(made[:, 7, 3], (values[:, 6, 3] + values[:, 8, 3]) / 2, rtol=1e-6)
    np.testing.assert_allclose(made[:, 12, 4], values[:, 11, 4] * 2 / 3 + values[:, 14, 4] / 3, rtol=1e-6)
    np.testing.assert_array_equal(made[:, 25, 2], values[:, 24, 2])
    np.testing.assert_array_equal(made[:, 0, 1], values[:, 1, 1])
    np.testing.assert_array_equal(made[..., 6], values[..., 6])
    assert int((made != values)[np.isfinite(values)].sum()) == 5 * 30
    told = []
    hsigui.save_cube(prepared(cube, [FillColumns()]), tmp_path / "x.hdr", ctx=CallbackContext(warn=told.append))
    assert any("5 columns of bands" in text for text in told)
    whole = prepared(scene_of(smooth_scene()), [FillColumns()])
    settle(whole, lambda done, total: None)
    assert "none is filled" in remarks_of(whole)[0]


def test_scenes_that_say_nothing_of_stripes_are_refused():
    scene = smooth_scene()
    for step in (Destripe(), DestripeMnf(3)):
        with pytest.raises(HsiError, match="say nothing"):
            step.on(scene_of(scene[:9]))
    for make in (lambda: Destripe("x"), lambda: Destripe("rows", 4), lambda: DestripeMnf(0).on(scene_of(scene)),
                 lambda: DestripeMnf(25).on(scene_of(scene)),
                 lambda: Destripe().on(scene_of(scene, bad=tuple(range(24))))):  # fmt: skip
        with pytest.raises(HsiError):
            make()
    nothing = scene_of(np.full((20, 20, 3), -9999.0))
    assert np.isnan(Destripe().on(nothing).read()).all()


def test_columns_without_data_inside_the_scene_are_filled_where_both_sides_have_data():
    values = np.arange(16 * 30 * 4, dtype=np.float32).reshape(16, 30, 4)
    whole = values.copy()
    values[:, 1::4, 3] = np.nan  # a dead band
    values[:, 4:6, 1] = np.nan  # as dead ones are after white and dark reference
    values[:, 7:11, 2] = np.nan  # too wide for a detector
    values[:, 0, 0] = np.nan  # at the edge the scene may end
    values[3, 3, 1] = np.nan
    made = prepared(Cube(ArraySource(values)), [FillColumns()])
    found = made.read()
    wanted = np.delete(np.arange(16), 3)
    np.testing.assert_allclose(found[wanted][:, 4:6, 1], whole[wanted][:, 4:6, 1], rtol=1e-6)
    assert np.isnan(found[3, 3:6, 1]).all(), "a pixel without data to one side stays without"
    assert np.isnan(found[:, 7:11, 2]).all()
    assert np.isnan(found[:, 0, 0]).all()
    assert np.isnan(found[:, 1::4, 3]).all()
    assert "2 columns of bands are filled" in remarks_of(made)[0]
    np.testing.assert_array_equal(made.read(slice(2, 5), slice(5, 8)), found[2:5, 5:8])
