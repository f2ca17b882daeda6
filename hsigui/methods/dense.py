"""The dense engine: one pass over a tile embeds all its pixels, and a step contrasts some thousand of them.

The published loops cut one patch a pixel and run the network on each, 225 times the arithmetic of running it once over
the image. Two views of a tile differ in noise, in one of eight flips and turns, and in a shift of each pixel by a few
positions; an index map follows every pixel through the turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from hsigui.methods.augment import ViewNoise, noisy, positions_after_turn, turned

TILE = 144  # side of a training tile in pixels; the time of a step does not grow with the scene


@dataclass(frozen=True)
class TileView:
    """One view: the tile as the network sees it (1 x channels x rows x cols) and where the drawn pixels lie in it."""

    tile: Tensor
    positions: Tensor


class TileSampler:
    """Draws tiles and pixel pairs from a transformed scene.

    Args:
        values: rows x cols x channels, 0 where there is no data.
        valid: rows x cols; pixels that may be drawn.
        pixels: how many pixels a step contrasts, at most.
        shift: how far the second view of a pixel may lie from the first, in rows and in columns.
    """

    def __init__(
        self, values: NDArray[np.float32], valid: NDArray[np.bool_], device: torch.device, generator: Generator,
        *, pixels: int, shift: int, noise: ViewNoise,
    ) -> None:  # fmt: skip
        scene = torch.from_numpy(np.ascontiguousarray(values)).permute(2, 0, 1)[None]
        self._scene = scene.to(device, memory_format=torch.channels_last)
        self._valid = valid
        self._generator = generator
        self._pixels, self._shift, self._noise = pixels, shift, noise
        self._rows, self._cols = valid.shape

    def draw(self) -> tuple[TileView, TileView]:
        """Two views of the same pixels of a random tile."""
        top, left, height, width = self._tile()
        valid = torch.from_numpy(self._valid[top : top + height, left : left + width].reshape(-1).copy())
        inside = torch.nonzero(valid)[:, 0]
        picked = inside[torch.randperm(len(inside), generator=self._generator)[: self._pixels]]
        rows, cols = picked // width, picked % width
        moved_rows = (rows + self._jitter(len(picked))).clamp(0, height - 1)
        moved_cols = (cols + self._jitter(len(picked))).clamp(0, width - 1)
        moved = moved_rows * width + moved_cols
        # A pixel is paired with itself where the shift would lead to one without data.
        moved = torch.where(valid[moved], moved, picked)
        tile = self._scene[:, :, top : top + height, left : left + width]
        return self._view(tile, picked), self._view(tile, moved)

    def _tile(self) -> tuple[int, int, int, int]:
        height, width = min(TILE, self._rows), min(TILE, self._cols)
        for _ in range(50):
            top, left = self._below(self._rows - height + 1), self._below(self._cols - width + 1)
            if self._valid[top : top + height, left : left + width].mean() > 0.2:
                return top, left, height, width
        # Mostly empty scenes: centre the tile on a pixel that has data.
        filled = np.flatnonzero(self._valid)
        row, col = divmod(int(filled[self._below(len(filled))]), self._cols)
        top = min(max(0, row - height // 2), self._rows - height)
        left = min(max(0, col - width // 2), self._cols - width)
        return top, left, height, width

    def _view(self, tile: Tensor, picked: Tensor) -> TileView:
        which = self._below(8)
        seen = turned(noisy(tile, self._noise, self._generator), which)
        positions = positions_after_turn(tile.shape[2], tile.shape[3], which, picked.device)[picked]
        return TileView(seen.contiguous(memory_format=torch.channels_last), positions.to(tile.device))

    def _below(self, limit: int) -> int:
        return int(torch.randint(0, limit, (1,), generator=self._generator))

    def _jitter(self, count: int) -> Tensor:
        return torch.randint(-self._shift, self._shift + 1, (count,), generator=self._generator)


def pixel_embeddings(features: Tensor, positions: Tensor) -> Tensor:
    """Feature vectors of the drawn pixels: 1 x width x rows x cols -> pixels x width."""
    return features[0].flatten(1).T[positions]
