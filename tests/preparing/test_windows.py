"""Windows cover a cube once, in whole tiles of what is read and of what is written, and hold no more than they may."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.preparing import windows as module
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.cut import Bands
from hsigui.preparing.made import as_values
from hsigui.preparing.windows import windows


@dataclass(frozen=True)
class Tiled(ArraySource):
    """Samples that are packed in tiles, or in none."""

    tile: tuple[int, int] | None = None


@pytest.mark.parametrize("tile", [None, (4, 5), (1, 90)])
@pytest.mark.parametrize("written", [(1, 1), (3, 3), (16, 16)])
@pytest.mark.parametrize("most", [1, 300, 10**6])
def test_windows_cover_a_cube_once_whatever_its_tiles(monkeypatch, tile, written, most):
    monkeypatch.setattr(module, "BLOCK_VALUES", most)
    cube = Cube(Tiled(np.zeros((33, 21, 3), np.uint8), tile))
    made = Bands(("1", "3")).on(as_values(cube))
    seen = np.zeros((33, 21), int)
    for rows, cols in windows(made, *written):
        seen[rows, cols] += 1
        height, width = rows.stop - rows.start, cols.stop - cols.start
        assert height * width * 2 <= max(most, 2 * written[0] * written[1])
        assert (rows.start % written[0], cols.start % written[1]) == (0, 0)
    assert (seen == 1).all()


def test_a_cube_of_means_is_cut_as_finely_as_its_pixels_need(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_VALUES", 100)
    made = BlockMean(2).on(Cube(Tiled(np.ones((20, 20, 2), np.float32))))
    assert sum((r.stop - r.start) * (c.stop - c.start) for r, c in windows(made)) == 100
