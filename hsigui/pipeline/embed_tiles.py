"""The features of a cube's pixels made tile by tile, in pieces that the memory holds."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import devices
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.encoders import Network
from hsigui.methods.patches import PatchBank, reflected
from hsigui.pipeline import mapped
from hsigui.pipeline.context_features import FeatureBlock, Window
from hsigui.pipeline.edge_pooling import FLOAT16_RANGE
from hsigui.specs import FeatureSpec
from hsigui.texts import say

TILE = 256  # side of a tile embedded at once by a dense encoder
BATCH = 256  # patches embedded at once by a patch encoder
BAND_BYTES, FEATURE_BYTES = 20, 24  # that a tile takes for each of its pixels, a band and a feature (measured)
SMALLEST_TILE = 16  # where memory runs out tiles are halved down to this


def encoder_width(encoder: Encoder, spec: FeatureSpec) -> int:
    """Columns of the encoder's block; none where the recipe leaves it out."""
    return encoder.width if spec.encoder else 0


def fill_tiles(
    array: NDArray[np.float16], cube: Cube, encoder: Encoder, spec: FeatureSpec, blocks: Sequence[FeatureBlock],
    device: torch.device, ctx: Context,
) -> NDArray[np.bool_]:  # fmt: skip
    """Computes the features of every pixel into `array`, rows x cols x features, tile by tile; returns which
    pixels have data, rows x cols."""
    valid = np.zeros((cube.rows, cube.cols), dtype=bool)
    network = encoder.network.to(device).eval()
    halo = max(network.halo, network.patch // 2, *(block.halo for block in blocks), 0)
    side = tile_side(cube.bands, array.shape[2], halo)
    tiles = deque(
        _Tile(cube, top, left, halo, side) for top in range(0, cube.rows, side) for left in range(0, cube.cols, side)
    )
    done, told_of_memory = 0, False
    try:
        while tiles:
            tile, ran_out = tiles.popleft(), False
            told = _Share(ctx, done, tile.pixels, cube.rows * cube.cols)
            try:
                _fill_tile(array, valid, tile, cube, encoder, spec, blocks, device, told)
            except (RuntimeError, MemoryError) as error:
                if not devices.ran_out_of_memory(error):
                    raise
                ran_out = True
            # Outside of the handler: there the error's frames would still hold what is to be freed.
            if not ran_out:
                mapped.let_go(array)
                done += tile.pixels
                continue
            devices.free_memory(device)
            tiles.extendleft(reversed(_quarters(tile, cube, halo, device)))
            if not told_of_memory:
                told_of_memory = True
                ctx.warn(say("Memory ran out: the features are made in smaller pieces, which takes longer."))
    finally:
        encoder.network.cpu()
    ctx.progress(1, 1, say("Embedding"))
    return valid


def tile_side(bands: int, features: int, halo: int) -> int:
    """Side in pixels of the tiles that features are made in: the usual one, halved until a tile fits into its part of a
    limit of memory. The features are the same but for the last digits.

    Args:
        bands: of the cube, all of them: a tile is read with the bad ones.
        features: of a pixel.
        halo: pixels around a tile that are read with it.
    """
    side, each = TILE, bands * BAND_BYTES + features * FEATURE_BYTES
    most = working_memory.within((TILE + 2 * halo) ** 2, 0.5, each)
    while side > SMALLEST_TILE and (side + 2 * halo) ** 2 > most:
        side //= 2
    return side


def _quarters(tile: _Tile, cube: Cube, halo: int, device: torch.device) -> list[_Tile]:
    """The parts of a tile that is too large for the memory.

    Raises:
        HsiError: it is as small as can be.
    """
    side = tile.side // 2
    if side < SMALLEST_TILE:
        raise HsiError(
            say("The features of {name} need more memory than there is, even in small pieces.", name=cube.name),
            say("Close other programs and scenes, or use a smaller part of the scene."),
        )
    rows, cols = tile.target
    return [
        _Tile(cube, top, left, halo, side)
        for top in range(rows.start, rows.stop, side)
        for left in range(cols.start, cols.stop, side)
    ]


def _fill_tile(
    array: NDArray[np.float16], valid: NDArray[np.bool_], tile: _Tile, cube: Cube, encoder: Encoder, spec: FeatureSpec,
    blocks: Sequence[FeatureBlock], device: torch.device, told: _Share,
) -> None:  # fmt: skip
    """Computes the features of one tile into those of the scene, rows x cols x features, and which of its pixels have
    data, rows x cols."""
    told.tell(0.0)
    width = encoder_width(encoder, spec)
    window = Window(cube, encoder.transform.good, tile.rows, tile.cols)
    valid[tile.target] = window.valid[tile.inside]
    if width:
        vectors = _vectors(encoder.network, window.values(encoder.transform), tile, device, told)
        if spec.balanced and encoder.balance is not None:
            vectors = encoder.balance.apply(vectors)
        array[(*tile.target, slice(0, width))] = _held(vectors)
    start = width
    for block in blocks:
        told.ctx.check()
        columns = slice(start, start + block.width)
        array[(*tile.target, columns)] = _held(block.values(window)[tile.inside])
        start += block.width


def _held(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values inside the range of float16: one wild pixel must not make infinities of a scene's features."""
    return np.clip(values, -FLOAT16_RANGE, FLOAT16_RANGE)


@dataclass(frozen=True)
class _Share:
    """Progress within one of several parts: so many pixels of all, when others are done."""

    ctx: Context
    done: int
    pixels: int
    total: int

    def tell(self, part: float) -> None:
        self.ctx.progress(self.done + part * self.pixels, self.total, say("Embedding"))


class _Tile:
    """A tile of the scene with a halo, so that its features are those of one pass over the whole scene.

    Attributes:
        rows, cols: of the scene, halo included, clipped at its border.
        target: the tile without halo, in the scene.
        inside: the same, within the window of `rows` and `cols`.
        borders: whether the window ends at the scene's border: top, bottom, left, right.
        side: of the tile, before it is clipped.
        batch: patches of it that are embedded at once.
        pixels: of the tile.
    """

    def __init__(self, cube: Cube, top: int, left: int, halo: int, side: int) -> None:
        bottom, right = min(cube.rows, top + side), min(cube.cols, left + side)
        self.side, self.batch = side, max(1, BATCH * side // TILE)
        self.pixels = (bottom - top) * (right - left)
        self.rows = slice(max(0, top - halo), min(cube.rows, bottom + halo))
        self.cols = slice(max(0, left - halo), min(cube.cols, right + halo))
        self.target = slice(top, bottom), slice(left, right)
        self.inside = (
            slice(top - self.rows.start, bottom - self.rows.start),
            slice(left - self.cols.start, right - self.cols.start),
        )
        self.borders = (
            self.rows.start == 0,
            self.rows.stop == cube.rows,
            self.cols.start == 0,
            self.cols.stop == cube.cols,
        )


def _vectors(
    network: Network, values: NDArray[np.float32], tile: _Tile, device: torch.device, told: _Share
) -> NDArray[np.float32]:
    """The encoder's features of a tile: rows x cols x width, without the halo."""
    with torch.inference_mode():
        if not network.patch:
            x = torch.from_numpy(np.ascontiguousarray(values)).permute(2, 0, 1)[None].to(device)
            y: NDArray[np.float32] = network(x)[0].permute(1, 2, 0).cpu().numpy()
            return y[tile.inside]
        half = network.patch // 2
        bank = PatchBank(reflected(values, half, tile.borders), network.patch, device)
        # Where the window goes on beyond the tile its halo is the patches' surroundings; at borders it is reflected.
        first_row = tile.inside[0].start - (0 if tile.borders[0] else half)
        first_col = tile.inside[1].start - (0 if tile.borders[2] else half)
        height = tile.inside[0].stop - tile.inside[0].start
        width = tile.inside[1].stop - tile.inside[1].start
        found = []
        for start in range(0, height * width, tile.batch):
            told.tell(start / (height * width))
            flat = torch.arange(start, min(height * width, start + tile.batch), device=bank.device)
            found.append(network(bank.gather(first_row + flat // width, first_col + flat % width)).float().cpu())
        return np.asarray(torch.cat(found).numpy().reshape(height, width, -1))
