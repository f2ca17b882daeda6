"""The patch bank, the views and the dense sampler: every pixel is where it is said to be."""

from __future__ import annotations

import numpy as np
import torch

from hsigui.methods.augment import ViewNoise, multiplied, noisy, positions_after_turn, turned
from hsigui.methods.dense import TILE, TileSampler, pixel_embeddings
from hsigui.methods.patches import PatchBank, reflected
from hsigui.methods.scene import SceneValues

SILENT = ViewNoise(times=0, plus=0, gain=0, drop=0)


def _generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_patches_are_the_reflected_surroundings_of_their_pixels():
    values = np.random.default_rng(0).standard_normal((20, 17, 4)).astype(np.float32)
    bank = PatchBank(reflected(values, 2), side=5)
    padded = np.pad(values, ((2, 2), (2, 2), (0, 0)), mode="reflect")
    rows, cols = torch.tensor([0, 19, 7]), torch.tensor([0, 16, 3])
    patches = bank.gather(rows, cols)
    assert patches.shape == (3, 4, 5, 5)
    for patch, r, c in zip(patches, rows, cols, strict=True):
        assert np.array_equal(patch.permute(1, 2, 0).numpy(), padded[r : r + 5, c : c + 5])


def test_the_index_map_follows_every_pixel_through_all_eight_turns():
    tile = torch.arange(3 * 5, dtype=torch.float32).reshape(1, 1, 3, 5)
    seen = set()
    for which in range(8):
        view = turned(tile, which)
        positions = positions_after_turn(3, 5, which, torch.device("cpu"))
        assert torch.equal(view.reshape(-1)[positions], tile.reshape(-1))
        seen.add((view.shape, tuple(view.reshape(-1).tolist())))
    assert len(seen) == 8


def test_the_sampler_draws_valid_pixels_and_pairs_them_with_neighbours():
    rows, cols = 40, 30
    where = np.stack(np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij"), -1).astype(np.float32)
    valid = np.random.default_rng(1).random((rows, cols)) > 0.3
    sampler = TileSampler(
        SceneValues.of(where, valid), torch.device("cpu"), _generator(), pixels=200, shift=2, noise=SILENT
    )
    for _ in range(5):
        one, two = (pixel_embeddings(view.tile, view.positions).int() for view in sampler.draw())
        assert len(one) == 200
        assert len({tuple(p) for p in one.tolist()}) == 200
        for pixels in (one, two):
            assert valid[pixels[:, 0], pixels[:, 1]].all()
        assert int((one - two).abs().max()) <= 2
        assert (one != two).any()


def test_a_mostly_empty_large_scene_still_gives_tiles_with_data():
    values = np.ones((TILE * 4, TILE * 4, 1), dtype=np.float32)
    valid = np.zeros(values.shape[:2], dtype=bool)
    valid[-5:, -5:] = True
    sampler = TileSampler(
        SceneValues.of(values, valid), torch.device("cpu"), _generator(), pixels=10, shift=1, noise=SILENT
    )
    one, _ = sampler.draw()
    assert len(one.positions) == 10


def test_dropped_channels_are_zero_and_others_keep_their_mean():
    x = torch.full((1, 200, 30, 30), 2.0)
    view = noisy(x, ViewNoise(times=0.1, plus=0.1, gain=0, drop=0.25), _generator())
    gone = (view[0] == 0).flatten(1).all(dim=1)
    assert 20 < int(gone.sum()) < 80
    assert abs(float(view[0][~gone].mean()) - 2.0) < 0.02


def test_multiplicative_noise_has_the_published_spread():
    view = multiplied(torch.ones(4, 10, 15, 15), 0.5, _generator())
    assert abs(float(view.mean()) - 1) < 0.02
    assert abs(float(view.std()) - 0.5) < 0.02
