"""Tiles that hold something: all that was written, and little else."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.ui.image.occupied import TILE, Occupied

SHAPE = (3 * TILE + 17, 4 * TILE + 5)


def _covered(occupied: Occupied) -> np.ndarray:
    """Asked of each pixel on a grid of 16."""
    rows, cols = range(0, SHAPE[0], 16), range(0, SHAPE[1], 16)
    return np.array([[occupied.any_in((row, col, row + 1, col + 1)) for col in cols] for row in rows])


def test_at_first_nothing_is_occupied() -> None:
    assert not _covered(Occupied(*SHAPE)).any()
    assert not Occupied().any_in((0, 0, 5, 5))


@pytest.mark.parametrize(("top", "left", "rows", "cols"), [(3, 5, 4, 6), (250, 250, 12, 12), (700, 900, 85, 129)])
def test_what_was_written_is_covered_and_no_tile_beside_it(top: int, left: int, rows: int, cols: int) -> None:
    occupied = Occupied(*SHAPE)
    occupied.add(top, left, np.ones((rows, cols), dtype=np.uint16))
    assert all(
        occupied.any_in((row, col, row + 1, col + 1))
        for row in (top, top + rows - 1) for col in (left, left + cols - 1)
    )  # fmt: skip
    tiles = {(row // TILE, col // TILE) for row in (top, top + rows - 1) for col in (left, left + cols - 1)}
    assert _covered(occupied).sum() <= len(tiles) * (TILE // 16) ** 2


def test_of_a_whole_stripe_only_the_tiles_with_something_are_noted() -> None:
    numbers = np.zeros((TILE, SHAPE[1]), dtype=np.uint16)
    numbers[7, 2 * TILE + 3] = 1
    numbers[9, -1] = 1
    occupied = Occupied(*SHAPE)
    occupied.add(TILE, 0, numbers)
    assert not occupied.any_in((0, 0, TILE, SHAPE[1]))
    assert [occupied.any_in((TILE, n * TILE, 2 * TILE, (n + 1) * TILE)) for n in range(5)] == [
        False, False, True, False, True,
    ]  # fmt: skip
