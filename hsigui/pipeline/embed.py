"""Embedding: the features of every pixel of a cube, from a trained encoder and the pixel's smoothed spectrum."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.transform import BandTransform, fit_transform
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import devices
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.encoders import DenseEncoder
from hsigui.methods.patches import PATCH, PatchBank, reflected
from hsigui.methods.scene import transformed
from hsigui.pipeline import features as kept
from hsigui.pipeline.features import Features

TILE = 256  # side of a tile embedded at once by a dense encoder
BATCH = 256  # patches embedded at once by a patch encoder
# Beside the encoder's vector the probe sees the leading components of the spectrum, smoothed over a few pixels: the
# encoder is trained to forget some of what tells classes apart, and this keeps it at hand.
CONTEXT_COMPONENTS, CONTEXT_SIGMA = 32, 2.0
CONTEXT_HALO = int(4 * CONTEXT_SIGMA + 0.5)  # where scipy cuts the Gaussian off


def embed(cube: Cube, encoder: Encoder, ctx: Context, folder: Path | None = None, *, device: str = "auto") -> Features:
    """The features of every pixel: those of the encoder, then the smoothed principal components.

    Args:
        folder: where features are kept as a float16 .npy; found there again for the same cube and encoder.
        device: "auto", "cpu", "cuda" or "mps".

    Raises:
        HsiError: the cube's bands are not those that the encoder was trained on.
        Cancelled: through the context.
    """
    _require_same_bands(cube, encoder)
    key = _key(cube, encoder)
    if folder is not None and (found := kept.load(folder, key, cube.shape[:2])) is not None:
        return found
    ctx.progress(0, 1, "Preparing the cube")
    context = _context_transform(cube, encoder, ctx)
    array = _new_array(folder, (cube.rows, cube.cols, encoder.width + context.channels))
    valid = np.zeros((cube.rows, cube.cols), dtype=bool)
    where = devices.choose(device)
    network = encoder.network.to(where).eval()
    tiles = [(r, c) for r in range(0, cube.rows, TILE) for c in range(0, cube.cols, TILE)]
    try:
        for number, (top, left) in enumerate(tiles):
            told = _Share(ctx, number, len(tiles))
            tile = _Tile(cube, top, left, max(_halo(network), CONTEXT_HALO))
            values, mask = transformed(cube, encoder.transform, tile.rows, tile.cols)
            valid[tile.target] = mask[tile.inside]
            array[(*tile.target, slice(0, encoder.width))] = _vectors(network, values, tile, where, told)
            components = values if context is encoder.transform else context.apply(cube.read(tile.rows, tile.cols))
            array[(*tile.target, slice(encoder.width, None))] = _smoothed(components, mask)[tile.inside]
    finally:
        encoder.network.cpu()
    ctx.progress(1, 1, "Embedding")
    return _kept(array, valid, key, folder)


@dataclass(frozen=True)
class _Share:
    """Progress within one of several equal parts."""

    ctx: Context
    number: int
    total: int

    def tell(self, part: float) -> None:
        self.ctx.progress(self.number + part, self.total, "Embedding")


class _Tile:
    """A tile of the scene with a halo, so that its features are those of one pass over the whole scene.

    Attributes:
        rows, cols: of the scene, halo included, clipped at its border.
        target: the tile without halo, in the scene.
        inside: the same, within the window of `rows` and `cols`.
        borders: whether the window ends at the scene's border: top, bottom, left, right.
    """

    def __init__(self, cube: Cube, top: int, left: int, halo: int) -> None:
        bottom, right = min(cube.rows, top + TILE), min(cube.cols, left + TILE)
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


def _halo(network: torch.nn.Module) -> int:
    return network.halo if isinstance(network, DenseEncoder) else PATCH // 2


def _vectors(
    network: torch.nn.Module, values: NDArray[np.float32], tile: _Tile, device: torch.device, told: _Share
) -> NDArray[np.float32]:
    """The encoder's features of a tile: rows x cols x width, without the halo."""
    told.tell(0.0)
    with torch.inference_mode():
        if isinstance(network, DenseEncoder):
            x = torch.from_numpy(np.ascontiguousarray(values)).permute(2, 0, 1)[None].to(device)
            y: NDArray[np.float32] = network(x)[0].permute(1, 2, 0).cpu().numpy()
            return y[tile.inside]
        half = PATCH // 2
        bank = PatchBank(reflected(values, half, tile.borders), device=device)
        # Where the window goes on beyond the tile its halo is the patches' surroundings; at borders it is reflected.
        first_row = tile.inside[0].start - (0 if tile.borders[0] else half)
        first_col = tile.inside[1].start - (0 if tile.borders[2] else half)
        height = tile.inside[0].stop - tile.inside[0].start
        width = tile.inside[1].stop - tile.inside[1].start
        found = []
        for start in range(0, height * width, BATCH):
            told.tell(start / (height * width))
            flat = torch.arange(start, min(height * width, start + BATCH), device=bank.device)
            found.append(network(bank.gather(first_row + flat // width, first_col + flat % width)).float().cpu())
        return np.asarray(torch.cat(found).numpy().reshape(height, width, -1))


def _smoothed(components: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Gaussian means over valid pixels only: pixels without data neither give nor take."""
    weight = gaussian_filter(valid.astype(np.float32), CONTEXT_SIGMA)
    weight[weight < 1e-3] = 1.0
    out = np.empty_like(components)
    for channel in range(components.shape[2]):
        out[..., channel] = gaussian_filter(components[..., channel] * valid, CONTEXT_SIGMA) / weight
    return out


def _require_same_bands(cube: Cube, encoder: Encoder) -> None:
    trained = encoder.scene.get("shape", [0, 0, cube.bands])
    if trained[2] != cube.bands:
        raise HsiError(
            f"{cube.name} has {cube.bands} bands, the encoder was trained on {trained[2]}.",
            "Pretrain on this cube, or choose the run that belongs to it.",
        )


def _key(cube: Cube, encoder: Encoder) -> str:
    """Changes with the cube, the encoder's weights and the recipe of this module."""
    digest = hashlib.sha256(fingerprint(cube).encode())
    for name, tensor in sorted(encoder.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().numpy().tobytes())
    digest.update(repr((2, CONTEXT_COMPONENTS, CONTEXT_SIGMA)).encode())
    return digest.hexdigest()[:32]


def _context_transform(cube: Cube, encoder: Encoder, ctx: Context) -> BandTransform:
    if encoder.transform.components is not None:
        return encoder.transform
    return fit_transform(cube, CONTEXT_COMPONENTS, seed=encoder.spec.seed, check=ctx.check)


def _new_array(folder: Path | None, shape: tuple[int, int, int]) -> NDArray[np.float16]:
    if folder is None:
        return np.empty(shape, dtype=np.float16)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / kept.ABOUT).unlink(missing_ok=True)
        array = np.lib.format.open_memmap(folder / kept.ARRAY, mode="w+", dtype=np.float16, shape=shape)
        if hasattr(os, "posix_fallocate"):
            # A memory map that runs out of disk kills the process: ask for the space before the first write.
            with (folder / kept.ARRAY).open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, array.offset + array.nbytes)
        return array
    except OSError as error:
        raise HsiError(
            f"The features could not be written to {folder}: {error.strerror}.",
            f"They need {np.prod(shape) * 2 / 1e6:.0f} MB there.",
        ) from error


def _kept(array: NDArray[np.float16], valid: NDArray[np.bool_], key: str, folder: Path | None) -> Features:
    if isinstance(array, np.memmap):
        array.flush()
    features = kept.finished(array, valid, key)
    if folder is not None:
        kept.save(features, folder)
    return features
