"""An encoder's features of many pixels of a scene, for what is learned from them once it is trained."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from hsigui.methods.encoders import Network
from hsigui.methods.patches import patches_of
from hsigui.methods.scene import WINDOW_SIDE, SceneValues, most_windows

TILE = 256  # side of a tile embedded at once by a dense encoder
PATCH_BATCH = 256  # patches embedded at once by a patch encoder


@torch.inference_mode()
def features_of_scene(
    encoder: Network, scene: SceneValues, device: torch.device, limit: int, seed: int, check: Callable[[], None]
) -> Tensor:
    """Features of the scene's valid pixels, of a random `limit` of them where there are more; vectors x width.

    The encoder must be in evaluation mode. The same encoder and seed give the same vectors.
    """
    if encoder.patch:
        return _of_patches(encoder, scene, device, limit, seed, check)
    rng = np.random.default_rng(seed)
    parts = [part for part, _ in scene.parts]
    shares = _shares(parts)
    tiles = [
        tile
        for part, most in zip(parts, shares, strict=True)
        for tile in _looked_at(part, most, encoder.halo, rng, check)
    ]
    part = limit / max(1, sum(int(mask.sum()) for _, mask in tiles))
    found = []
    for values, mask in tiles:
        check()
        picked = np.flatnonzero(mask)
        picked = picked[rng.random(len(picked)) < part]
        x = torch.from_numpy(np.ascontiguousarray(values)).permute(2, 0, 1)[None].to(device)
        found.append(encoder(x)[0].flatten(1).T[torch.from_numpy(picked).to(device)].float())
    return torch.cat(found)


_Tiles = list[tuple[NDArray[np.float32], NDArray[np.bool_]]]


def _shares(scenes: Sequence[SceneValues]) -> list[int]:
    """How many windows of each scene are looked at, where it is read by windows: together as many as of one scene, of
    each at least one, and no more than one of a scene that is no larger than a window."""
    # Counting the pixels of a scene that is read by windows reads it: only where it has others beside it.
    counts = [scene.filled_count for scene in scenes] if len(scenes) > 1 else [1]
    together = most_windows(WINDOW_SIDE**2 * scenes[0].channels)
    return [
        1 if max(scene.rows, scene.cols) <= WINDOW_SIDE else max(1, round(together * count / max(1, sum(counts))))
        for scene, count in zip(scenes, counts, strict=True)
    ]


def _looked_at(
    scene: SceneValues, most: int, halo: int, rng: np.random.Generator, check: Callable[[], None]
) -> _Tiles:  # fmt: skip
    return _excerpt(scene, most, halo, rng, check) if scene.whole is None else _tiles(scene, halo)


def _tiles(scene: SceneValues, halo: int) -> _Tiles:
    """Tiles of a scene that is held in memory, with their halo; what is valid in them is the tile without it."""
    assert scene.whole is not None
    tiles = []
    for top in range(0, scene.rows, TILE):
        for left in range(0, scene.cols, TILE):
            rows = slice(max(0, top - halo), min(scene.rows, top + TILE + halo))
            cols = slice(max(0, left - halo), min(scene.cols, left + TILE + halo))
            values, valid = scene.window(rows.start, cols.start, rows.stop - rows.start, cols.stop - cols.start)
            inside = np.zeros_like(valid)
            inside[top - rows.start :, left - cols.start :][:TILE, :TILE] = True
            tiles.append((values, valid & inside))
    return tiles


def _excerpt(
    scene: SceneValues, most: int, halo: int, rng: np.random.Generator, check: Callable[[], None]
) -> _Tiles:  # fmt: skip
    """Windows of a scene too large to hold; the pixels at their borders have no true surroundings and are left out."""
    tiles = []
    for values, valid in scene.excerpt(lambda limit: int(rng.integers(limit)), check, most=most):
        inside = np.zeros_like(valid)
        inside[halo : valid.shape[0] - halo, halo : valid.shape[1] - halo] = True
        tiles.append((values, valid & inside))
    return tiles


def _of_patches(
    encoder: Network, scene: SceneValues, device: torch.device, limit: int, seed: int, check: Callable[[], None]
) -> Tensor:
    generator = Generator().manual_seed(seed)
    patches = patches_of(scene, device, generator)
    order = torch.randperm(len(patches.pixels), generator=generator)[:limit]
    picked = patches.pixels[order].to(device)
    found = []
    for batch in torch.split(picked, PATCH_BATCH):
        check()
        found.append(encoder(patches.bank.gather(batch // patches.bank.cols, batch % patches.bank.cols)).float())
    return torch.cat(found)
