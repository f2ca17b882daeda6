"""Stepping from band to band, and playing through them."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.render import ViewState
from hsigui.cube.steps import played, stepped

BAD = (True, False, False, True, True, False, False)
CUBE = Cube(ArraySource(np.zeros((2, 2, 7))), CubeInfo(bad_bands=BAD))


def alone(band: int) -> ViewState:
    return ViewState(0, 0, 0, single=band)


@pytest.mark.parametrize(
    ("band", "by", "found"),
    [(1, 1, 2), (2, 1, 5), (5, -1, 2), (6, 1, 6), (1, -1, 1), (3, 1, 5), (3, -1, 2), (4, -1, 2), (0, 1, 1), (2, 2, 6)],
)
def test_a_step_leaves_bad_bands_out_and_ends_at_the_last(band: int, by: int, found: int) -> None:
    assert stepped(CUBE, alone(band), by).single == found


def test_a_composite_goes_as_a_whole_or_not_at_all() -> None:
    assert stepped(CUBE, ViewState(5, 2, 1), 1).bands == (6, 5, 2)
    assert stepped(CUBE, ViewState(6, 2, 1), 1).bands == (6, 2, 1)
    assert stepped(CUBE, ViewState(6, 5, 2), -1).bands == (5, 2, 1)


def test_playing_goes_round() -> None:
    seen = [1]
    for _ in range(4):
        seen.append(played(CUBE, seen[-1], 1))
    assert seen == [1, 2, 5, 6, 1]
    assert played(CUBE, 1, 6) == 5
    assert played(CUBE, 0, 1) == 2


def test_a_scene_of_bad_bands_alone_is_stepped_through_all_the_same() -> None:
    cube = Cube(ArraySource(np.zeros((2, 2, 3))), CubeInfo(bad_bands=(True,) * 3))
    assert stepped(cube, alone(0), 1).single == 1
    assert played(cube, 2, 1) == 0
