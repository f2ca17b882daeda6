"""Windows cover a cube once, in whole tiles of what is read and of what is written, and hold no more than they may."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
import pytest

from hsigui import stopping
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.open import open_cube
from hsigui.jobs import Cancelled
from hsigui.preparing import windows as module
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.calibrate import InternalAverage
from hsigui.preparing.cut import Bands, Crop
from hsigui.preparing.made import as_values
from hsigui.preparing.step import prepared
from hsigui.preparing.table import save_cube
from hsigui.preparing.turned import AXES
from hsigui.preparing.windows import carry, order_read, windows
from tests.preparing.cubes import counts, cube_of


@dataclass(frozen=True)
class Tiled(ArraySource):
    """Samples that are packed in tiles, or in none."""

    tile: tuple[int, int] | None = None


@dataclass(frozen=True)
class Asks(ArraySource):
    """Samples of a reader that asks whether it is to stop."""

    def read(self, rows, cols, bands):
        stopping.check()
        return super().read(rows, cols, bands)


@pytest.mark.parametrize("tile", [None, (4, 5), (1, 90)])
@pytest.mark.parametrize("written", [(1, 1), (3, 3), (16, 16)])
@pytest.mark.parametrize("most", [1, 300, 10**6])
def test_windows_cover_a_cube_once_whatever_its_tiles(monkeypatch, tile, written, most):
    monkeypatch.setattr(module, "BLOCK_VALUES", most)
    cube = Cube(Tiled(np.zeros((33, 21, 3), np.uint8), tile))
    made = Bands(("1", "3")).on(as_values(cube))
    seen = np.zeros((33, 21), int)
    for rows, cols, bands in windows(made, *written):
        assert bands == slice(0, 2)
        seen[rows, cols] += 1
        height, width = rows.stop - rows.start, cols.stop - cols.start
        assert height * width * 2 <= max(most, 2 * written[0] * written[1])
        assert (rows.start % written[0], cols.start % written[1]) == (0, 0)
    assert (seen == 1).all()


def test_a_cube_of_means_is_cut_as_finely_as_its_pixels_need(monkeypatch):
    monkeypatch.setattr(module, "BLOCK_VALUES", 100)
    made = BlockMean(2).on(Cube(Tiled(np.ones((20, 20, 2), np.float32))))
    assert sum((r.stop - r.start) * (c.stop - c.start) for r, c, _ in windows(made)) == 100


@pytest.mark.parametrize("cached", [1, 50, 10**6])
@pytest.mark.parametrize("read", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("order", ["bsq", "bil", "bip"])
def test_windows_follow_the_order_of_both_files_where_they_are_alike(monkeypatch, tmp_path, read, order, cached):
    monkeypatch.setattr(module, "CACHED_VALUES", cached)
    cube = open_cube(save_cube(cube_of(counts()), tmp_path / f"{read}.hdr", interleave=read)[0])
    made = prepared(cube, [Crop(rows=(1, 9), cols=(2, 6)), Bands(("5", "2-3"))])
    seen = np.zeros(made.shape, int)
    places = []
    for window in windows(made, order=order):
        seen[window] += 1
        places.append(
            np.ravel_multi_index([window[a].start for a in AXES[order]], [made.shape[a] for a in AXES[order]])
        )
        if read == order:
            assert seen[window].size <= max(cached, made.shape[AXES[order][1]] * made.shape[AXES[order][2]])
    assert (seen == 1).all()
    assert places == sorted(places)
    assert (len(places) > 1) == (read == order and cached < made.rows * made.cols * made.bands)


def test_what_is_not_made_sample_by_sample_is_read_in_all_bands(monkeypatch):
    cube = Cube(ArraySource(np.zeros((3, 4, 5), np.int16).transpose(1, 2, 0)))  # bands lie one after the other
    assert order_read(cube.source) == "bsq"
    assert len(list(windows(as_values(cube), order="bsq"))) == 1
    monkeypatch.setattr(module, "CACHED_VALUES", 1)
    assert len(list(windows(InternalAverage().on(cube), order="bsq"))) == 4 * 3
    for made in (as_values(cube.with_info(CubeInfo(nodata=0.0))), BlockMean(2).on(cube)):
        assert [window[2] for window in windows(made, order="bsq")] == [slice(0, 3)] * len(
            list(windows(made, order="bsq"))
        )


def test_samples_are_carried_in_their_order_and_the_threads_that_read_end_whatever_happens():
    cube = cube_of(counts(rows=40))
    before = threading.active_count()
    told = []
    found = np.zeros(cube.shape, np.int16)
    carry(cube, found.__setitem__, lambda *done: told.append(done), order="bip")
    np.testing.assert_array_equal(found, counts(rows=40))
    assert (told[0], told[-1]) == ((0, found.size), (found.size, found.size))

    def stop(window, block):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry(cube, stop, lambda done, total: None)
    with stopping.checked_by(lambda: (_ for _ in ()).throw(Cancelled)), pytest.raises(Cancelled):
        carry(cube.over(lambda source: Asks(source.array), cube.info), stop, lambda done, total: None)
    assert threading.active_count() == before
