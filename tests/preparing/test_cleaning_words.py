"""Cleaning steps by their words: what a step tells is read as the same step, and what is none is refused."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from hsigui.errors import HsiError
from hsigui.preparing.asked import step_of
from hsigui.preparing.step import prepared
from tests.preparing.cleaning import scene_of, smooth_scene

GOOD = (("mark-bad", "proposed"), ("mark-bad", "1-2,500 nm"), ("mark-bad", "none"), ("drop-bad", ""),
        ("fill-columns", ""), ("despike", "7.5"), ("destripe", "columns"), ("destripe", "rows, 9"),
        ("destripe", "mnf,5"), ("destripe", "mnf"), ("denoise", "mnf,4"), ("denoise", "pca,auto"), ("denoise", "mnf"),
        ("smooth", "savgol,5"),
        ("smooth", "savgol,7,3"), ("smooth", "gaussian,25.5"), ("normalise", "l2"), ("normalise", "mean"),
        ("continuum", ""))  # fmt: skip
WRONG = (("mark-bad", ""), ("mark-bad", ","), ("mark-bad", "tin"), ("despike", "x"), ("despike", "nan"),
         ("despike", "-1"), ("destripe", ""), ("destripe", "x"), ("destripe", "rows,x"), ("destripe", "rows,2"),
         ("destripe", "mnf,x"),
         ("destripe", "mnf,0"), ("denoise", ""), ("denoise", "x,3"), ("denoise", "pca,-1"), ("denoise", "mnf,99"),
         ("smooth", ""), ("smooth", "savgol"), ("smooth", "savgol,4,1"), ("smooth", "gaussian"),
         ("smooth", "gaussian,inf"), ("smooth", "box,3"), ("normalise", ""))  # fmt: skip


def _noisy(rows=30, cols=26):
    noise = np.random.default_rng(3).normal(scale=0.01, size=(rows, cols, 24))
    return smooth_scene(rows, cols) + noise


@pytest.mark.parametrize(("option", "text"), GOOD)
def test_what_a_step_tells_is_the_same_step_again(option, text):
    cube = scene_of(_noisy())
    made = prepared(cube, [step_of(option, text)])
    first, *rest = shlex.split(made.info.history[0])
    again = prepared(cube, [step_of(first.removeprefix("--"), *rest)])
    assert again.info.history == made.info.history
    assert "auto" not in made.info.history[0]
    assert "proposed" not in made.info.history[0]
    np.testing.assert_array_equal(again.read(), made.read())


@pytest.mark.parametrize(("option", "text"), WRONG)
def test_what_is_no_step_is_refused_with_a_hint(option, text):
    with pytest.raises(HsiError) as refused:
        prepared(scene_of(_noisy()), [step_of(option, text)])
    assert refused.value.hint


@pytest.mark.parametrize(("option", "text"), [row for row in GOOD if "500" not in row[1]])
@pytest.mark.parametrize("array", [np.full((12, 12, 24), -9999.0), np.ones((1, 1, 24)), np.ones((12, 12, 1)),
                                   np.zeros((12, 12, 24))], ids=["no data", "a pixel", "a band", "zeros"])  # fmt: skip
def test_odd_scenes_are_done_or_refused_in_words(option, text, array):
    cube = scene_of(array)
    try:
        made = prepared(cube, [step_of(option, text)]).read()
    except HsiError:
        return
    assert made.shape[:2] == array.shape[:2]
    assert not np.isinf(made).any()
    assert np.isnan(made[np.isnan(cube.read())]).all() or made.shape != array.shape
