"""Of a large scene a few windows are looked at, and no more is unpacked for them than is stored with them."""

from __future__ import annotations

from dataclasses import dataclass, field

import h5py
import numpy as np
import pytest

from hsigui.cube.cube import ArraySource
from hsigui.cube.empty_bands import empty_bands
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.products.sources import JoinedBands, Unpacked
from hsigui.cube.looks import looks, tile_of
from hsigui.cube.nodata import costs_of
from hsigui.cube.open import open_cube


@dataclass
class Tiled:
    """A source that notes which of its tiles were unpacked."""

    shape: tuple[int, int, int] = (1000, 800, 20)
    tile: tuple[int, int] | None = (100, 80)
    empty: int = -1
    unpacked: list[tuple[int, int]] = field(default_factory=list)

    @property
    def dtype(self) -> np.dtype:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands) -> np.ndarray:
        tall, wide = self.tile
        for down in range(rows.start // tall, -(-rows.stop // tall)):
            self.unpacked += [(down, across) for across in range(cols.start // wide, -(-cols.stop // wide))]
        picked = np.arange(self.shape[2])[bands]
        values = np.ones((rows.stop - rows.start, cols.stop - cols.start, len(picked)), np.float32)
        values[:, :, picked == self.empty] = np.nan
        return values


def covered(windows, shape) -> np.ndarray:
    seen = np.zeros(shape[:2], int)
    for window in windows:
        seen[window] += 1
    return seen


@pytest.mark.parametrize("tile", [None, (1, 64), (7, 9), (50, 64), (500, 500)])
def test_a_small_scene_is_looked_at_whole_and_once(tile) -> None:
    source = Tiled((50, 64, 3), tile)
    assert (covered(looks(source, 3, 50 * 64 * 3), source.shape) == 1).all()


@pytest.mark.parametrize("tile", [None, (1, 800), (100, 80), (64, 800), (2000, 2000), (3, 5)])
@pytest.mark.parametrize("most", [20_000, 1_000_000])
def test_of_a_large_scene_windows_are_spread_and_few(tile, most) -> None:
    source = Tiled(tile=tile)
    seen = covered(looks(source, 20, most), source.shape)
    assert seen.max() == 1
    assert 0.2 * most <= seen.sum() * 20 <= 5 * most
    if tile != (2000, 2000):
        halves = seen[:500].any(), seen[500:].any(), seen[:, :400].any(), seen[:, 400:].any()
        assert all(halves)


def test_no_tile_is_unpacked_twice_and_few_are() -> None:
    source = Tiled()
    assert costs_of(source, range(20), None) is not None
    assert len(source.unpacked) == len(set(source.unpacked)) == 100  # all of it is looked at
    source = Tiled((10_000, 8000, 20))
    found = costs_of(source, range(20), None)
    assert found is not None
    assert found.pixels * 20 <= 20_000_000
    assert len(source.unpacked) == len(set(source.unpacked)) <= 130


def test_a_band_without_a_value_is_found_without_unpacking_all_of_the_others() -> None:
    source = Tiled()
    assert empty_bands(source, None).size == 0
    assert len(source.unpacked) <= 4
    assert empty_bands(Tiled(empty=7), None).tolist() == [7]


def test_sources_that_are_made_of_others_know_their_tiles() -> None:
    source = Tiled()
    assert tile_of(Unpacked(source, 2.0, 0.0)) == (100, 80)
    assert tile_of(JoinedBands((source, source), ((0, 1), (1, 0)))) == (100, 80)
    assert tile_of(ArraySource(np.ones((2, 2, 2)))) is None


def test_hdf5_and_tiffs_say_how_they_are_packed(tmp_path) -> None:
    import rasterio

    values = np.random.default_rng(0).random((64, 96, 5)).astype(np.float32)
    with h5py.File(tmp_path / "tiles.h5", "w") as file:
        file.create_dataset("cube", data=values.transpose(2, 0, 1), chunks=(5, 16, 32), compression="gzip")
    with rasterio.open(
        tmp_path / "tiles.tif", "w", driver="GTiff", width=96, height=64, count=5, dtype="float32", tiled=True,
        blockxsize=32, blockysize=16, transform=rasterio.Affine(30, 0, 5e5, 0, -30, 4e6), crs="EPSG:32633",
    ) as dataset:  # fmt: skip
        dataset.write(values.transpose(2, 0, 1))
    for name, choice in (("tiles.h5", ImportChoice("cube", "bands,rows,cols")), ("tiles.tif", None)):
        cube = open_cube(tmp_path / name, choice=choice)
        assert cube.shape == (64, 96, 5)
        assert tile_of(cube.source) == (16, 32), name
