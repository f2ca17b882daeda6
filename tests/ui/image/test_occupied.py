"""Tiles that hold something: all that was written, and little else."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.labels.classes import ClassTable
from hsigui.ui.image.occupied import TILE, Occupied
from hsigui.ui.image.overlay import ClassLayer, _Reduced

SHAPE = (3 * TILE + 17, 4 * TILE + 5)


def _covered(occupied: Occupied) -> np.ndarray:
    found = np.zeros(SHAPE, dtype=bool)
    for top, left, bottom, right in occupied.boxes:
        assert not found[top:bottom, left:right].any(), "no two boxes overlap"
        found[top:bottom, left:right] = True
    return found


def test_at_first_nothing_is_occupied() -> None:
    assert Occupied(*SHAPE).boxes == []
    assert Occupied().boxes == []


@pytest.mark.parametrize(("top", "left", "rows", "cols"), [(3, 5, 4, 6), (250, 250, 12, 12), (700, 900, 85, 129)])
def test_what_was_written_is_covered_and_no_tile_beside_it(top: int, left: int, rows: int, cols: int) -> None:
    occupied = Occupied(*SHAPE)
    occupied.add(top, left, np.ones((rows, cols), dtype=np.uint16))
    covered = _covered(occupied)
    assert covered[top : top + rows, left : left + cols].all()
    tiles = {(row // TILE, col // TILE) for row in (top, top + rows - 1) for col in (left, left + cols - 1)}
    assert covered.sum() <= len(tiles) * TILE * TILE


def test_of_a_whole_stripe_only_the_tiles_with_something_are_noted() -> None:
    numbers = np.zeros((TILE, SHAPE[1]), dtype=np.uint16)
    numbers[7, 2 * TILE + 3] = 1
    numbers[9, -1] = 1
    occupied = Occupied(*SHAPE)
    occupied.add(TILE, 0, numbers)
    assert occupied.boxes == [
        (TILE, 2 * TILE, 2 * TILE, 3 * TILE), (TILE, 4 * TILE, 2 * TILE, SHAPE[1]),
    ]  # fmt: skip


@pytest.mark.parametrize("factor", [2, 7, 64, 300])
def test_a_reduced_layer_of_the_tiles_is_that_of_the_whole(factor: int) -> None:
    rng = np.random.default_rng(factor)
    array = np.where(rng.random(SHAPE) < 1e-5, 3, 0).astype(np.uint16)
    layer = ClassLayer(1.0, keep_small=True)
    layer.set(array, ClassTable.for_numbers([1, 2, 3]))
    layer.put(500, 1000, np.full((30, 25), 2, dtype=np.uint16))
    layer.put(0, 0, np.zeros((5, 5), dtype=np.uint16))
    some, whole = (
        _Reduced(factor, layer._buffer, boxes) for boxes in (layer._used.boxes, [(0, 0, *SHAPE)])
    )  # fmt: skip
    assert whole.buffer.any()
    np.testing.assert_array_equal(some.buffer, whole.buffer)
