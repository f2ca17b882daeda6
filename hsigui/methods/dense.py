"""The dense engine: one pass over a tile embeds all its pixels, and a step contrasts some thousand of them.

The published loops cut one patch a pixel and run the network on each, 225 times the arithmetic of running it once over
the image. Two views of a tile differ in noise, in one of eight flips and turns, and in a shift of each pixel by a few
positions; an index map follows every pixel through the turn.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.nn import functional

from hsigui.methods.augment import ViewNoise, noisy, positions_after_turn, turned
from hsigui.methods.scene import SceneValues

TRIES = 50  # random tiles looked at for one that holds data
TILE = 144  # side of a training tile in pixels; the time of a step does not grow with the scene


@dataclass(frozen=True)
class SceneTile:
    """A tile as it lies in the scene: values (rows x cols x channels), validity (rows x cols), its upper left pixel."""

    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    top: int
    left: int


@dataclass(frozen=True)
class TileView:
    """One view.

    Attributes:
        tile: as the network sees it, 1 x channels x rows x cols.
        positions: flat numbers of the drawn pixels in it.
        window: the tile before it was turned and made noisy.
        pixels: flat numbers of the same pixels in the window.
    """

    tile: Tensor
    positions: Tensor
    window: SceneTile
    pixels: Tensor


class TileSampler:
    """Draws tiles and pixel pairs from a transformed scene.

    Args:
        pixels: how many pixels a step contrasts, at most; may be set anew between steps.
        shift: how far the second view of a pixel may lie from the first, in rows and in columns.
        drawn_by: generator of the noise, where it is to be drawn on another device than the rest.
        tile: side of the tiles in pixels.
        partners: chooses the second pixel of each pair in a tile, from the flat numbers of the first ones; None for a
            pixel at most `shift` away.
    """

    def __init__(
        self, scene: SceneValues, device: torch.device, generator: Generator, *, pixels: int, shift: int,
        noise: ViewNoise, drawn_by: Generator | None = None, tile: int = TILE,
        partners: Callable[[SceneTile, Tensor], Tensor] | None = None,
    ) -> None:  # fmt: skip
        self._scene, self._device = scene, device
        self._generator, self._drawn_by = generator, drawn_by or generator
        self.pixels, self._shift, self._noise, self._tile = pixels, shift, noise, tile
        self._partners = partners

    def draw(self, check: Callable[[], None] = lambda: None) -> tuple[TileView, TileView]:
        """Two views of the same pixels of a random tile; `check` may raise to stop."""
        check()
        window = self._window()
        width = window.valid.shape[1]
        valid = torch.from_numpy(window.valid.reshape(-1).copy())
        inside = torch.nonzero(valid)[:, 0]
        picked = inside[torch.randperm(len(inside), generator=self._generator)[: self.pixels]]
        if len(picked) == 1:
            picked = picked.repeat(2)  # batch normalisation knows no batch of one
        second = self._shifted(valid, picked, width) if self._partners is None else self._partners(window, picked)
        tile = torch.from_numpy(np.ascontiguousarray(window.values)).to(self._device).permute(2, 0, 1)[None]
        return self._view(tile, window, picked), self._view(tile, window, second)

    def _shifted(self, valid: Tensor, picked: Tensor, width: int) -> Tensor:
        """A pixel a few positions away from each; `valid` says of every pixel of the tile whether it has data."""
        rows, cols = picked // width, picked % width
        moved_rows = (rows + self._jitter(len(picked))).clamp(0, len(valid) // width - 1)
        moved_cols = (cols + self._jitter(len(picked))).clamp(0, width - 1)
        moved = moved_rows * width + moved_cols
        # A pixel is paired with itself where the shift would lead to one without data.
        return torch.where(valid[moved], moved, picked)

    def _window(self) -> SceneTile:
        scene, above = self._scene.one(self._below)
        height, width = min(self._tile, scene.rows), min(self._tile, scene.cols)
        for _ in range(TRIES):
            top, left = self._below(scene.rows - height + 1), self._below(scene.cols - width + 1)
            values, valid = scene.window(top, left, height, width)
            if valid.mean() > 0.2:
                return SceneTile(values, valid, above + top, left)
        # Mostly empty: centre the tile on a pixel that has data.
        top, left = scene.corner(self._below(len(scene.filled)), height, width)
        return SceneTile(*scene.window(top, left, height, width), above + top, left)

    def _view(self, tile: Tensor, window: SceneTile, picked: Tensor) -> TileView:
        which = self._below(8)
        seen = turned(noisy(tile, self._noise, self._drawn_by), which)
        positions = positions_after_turn(tile.shape[2], tile.shape[3], which, picked.device)[picked]
        seen = seen.contiguous(memory_format=torch.channels_last)
        return TileView(seen, positions.to(tile.device), window, picked)

    def _below(self, limit: int) -> int:
        return int(torch.randint(0, limit, (1,), generator=self._generator))

    def _jitter(self, count: int) -> Tensor:
        return torch.randint(-self._shift, self._shift + 1, (count,), generator=self._generator)


def pixel_embeddings(features: Tensor, positions: Tensor) -> Tensor:
    """Feature vectors of the drawn pixels: 1 x width x rows x cols -> pixels x width."""
    return rows_at(features[0].flatten(1).T, positions)


def rows_at(rows: Tensor, positions: Tensor) -> Tensor:
    """Rows (n x width) at positions of any shape: positions x width.

    The gradient of a row that is taken several times is summed in the same order every time, so that one seed gives
    one result; that of indexing with `[]` is not where several threads share it, and is slower.
    """
    return functional.embedding(positions, rows)
