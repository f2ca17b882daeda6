"""A raster at fractions of its size: the same as if it were made as a whole, however it is looked at and changed."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.ui.image.occupied import Occupied
from hsigui.ui.image.reduced import TILE, Reduced

SHAPE = (5 * TILE + 33, 9 * TILE + 7)
WHOLE = (0, 0, *SHAPE)


def _written(full: np.ndarray, used: Occupied, top: int, left: int, part: np.ndarray) -> tuple[int, int, int, int]:
    rows, cols = part.shape
    full[top : top + rows, left : left + cols] = part
    used.add(top, left, part)
    return top, left, top + rows, left + cols


@pytest.fixture
def raster() -> tuple[np.ndarray, Occupied]:
    full, used = np.zeros(SHAPE, dtype=np.uint32), Occupied(*SHAPE)
    rng = np.random.default_rng(1)
    for row, col in zip(rng.integers(0, SHAPE[0], 40), rng.integers(0, SHAPE[1], 40), strict=True):
        _written(full, used, int(row), int(col), np.full((1, 1), 0xFF000000 + row, dtype=np.uint32))
    return full, used


def _as_a_whole(full: np.ndarray, factor: int) -> np.ndarray:
    rows, cols = (-(-side // factor) for side in full.shape)
    padded = np.zeros((rows * factor, cols * factor), dtype=full.dtype)
    padded[: full.shape[0], : full.shape[1]] = full
    return padded.reshape(rows, factor, cols, factor).max(axis=(1, 3))


@pytest.mark.parametrize(("factor", "made"), [(2, 2), (3, 4), (7, 8), (8, 8), (9, 16), (64, 64), (300, 512)])
def test_each_fraction_is_that_of_the_whole(raster, factor: int, made: int) -> None:
    full, used = raster
    cells, size = Reduced(full, used).at(factor, WHOLE)
    assert size == made
    np.testing.assert_array_equal(cells, _as_a_whole(full, made))
    assert (cells > 0).sum() > 1 or made == 512


def test_what_is_looked_at_is_right_and_nothing_else_is_made(raster) -> None:
    full, used = raster
    full[:] = 7  # everywhere, and told of nowhere else
    used.add(0, 0, np.ones(SHAPE, dtype=np.uint16))
    cells, size = Reduced(full, used).at(2, (300, 600, 340, 700))
    assert (cells[300 // size : 340 // size, 600 // size : 700 // size] == 7).all()
    assert (cells == 7).sum() == TILE * TILE


@pytest.mark.parametrize("factor", [2, 8, 32])
def test_changes_reach_what_was_made_and_what_was_not(raster, factor: int) -> None:
    full, used = raster
    reduced = Reduced(full, used)
    reduced.at(factor, (0, 0, 100, 100))
    rng = np.random.default_rng(factor)
    for _ in range(30):
        rows, cols = (int(n) for n in rng.integers(1, 90, 2))
        top, left = int(rng.integers(0, SHAPE[0] - rows)), int(rng.integers(0, SHAPE[1] - cols))
        part = np.full((rows, cols), int(rng.integers(0, 3)), dtype=np.uint32)
        reduced.update(_written(full, used, top, left, part))
    np.testing.assert_array_equal(reduced.at(factor, WHOLE)[0], _as_a_whole(full, factor))
