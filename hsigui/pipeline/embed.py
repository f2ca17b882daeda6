"""Embedding: the features of every pixel of a cube, from a trained encoder and the pixel's smoothed spectrum."""

from __future__ import annotations

import hashlib
import os
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
from hsigui.methods.patches import PatchBank
from hsigui.pipeline import features as kept
from hsigui.pipeline.features import Features

TILE = 256  # side of a tile embedded at once by a dense encoder
BATCH = 256  # patches embedded at once by a patch encoder
# Beside the encoder's vector the probe sees the leading components of the spectrum, smoothed over a few pixels: the
# encoder is trained to forget some of what tells classes apart, and this keeps it at hand.
CONTEXT_COMPONENTS, CONTEXT_SIGMA = 32, 2.0


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
    valid = cube.valid_mask(ctx.check)
    key = _key(cube, encoder)
    if folder is not None and (found := kept.load(folder, key, valid)) is not None:
        return found
    ctx.progress(0, 1, "Preparing the cube")
    values = encoder.transform.apply_to_cube(cube, ctx.check)
    width = encoder.width
    context = _context_transform(cube, encoder, ctx)
    array = _new_array(folder, (cube.rows, cube.cols, width + context.channels))
    where = devices.choose(device)
    network = encoder.network.to(where).eval()
    try:
        with torch.inference_mode():
            if isinstance(network, DenseEncoder):
                _embed_tiles(network, values, where, array[..., :width], ctx)
            else:
                _embed_patches(network, PatchBank(values, device=where), array[..., :width], ctx)
    finally:
        encoder.network.cpu()
    ctx.progress(0, 1, "Smoothing the spectra")
    components = values if context is encoder.transform else context.apply_to_cube(cube, ctx.check)
    _smooth(components, valid, array[..., width:], ctx)
    return _kept(array, valid, key, folder)


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
    digest.update(repr((1, CONTEXT_COMPONENTS, CONTEXT_SIGMA)).encode())
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


def _embed_tiles(
    network: DenseEncoder, values: NDArray[np.float32], device: torch.device, out: NDArray[np.float16], ctx: Context
) -> None:
    """By tiles with a halo as wide as the receptive field, so that the result is that of one pass over the scene."""
    rows, cols, _ = values.shape
    halo = network.halo
    tiles = [(r, c) for r in range(0, rows, TILE) for c in range(0, cols, TILE)]
    for number, (top, left) in enumerate(tiles):
        ctx.progress(number, len(tiles), "Embedding")
        r0, c0 = max(0, top - halo), max(0, left - halo)
        window = values[r0 : top + TILE + halo, c0 : left + TILE + halo]
        x = torch.from_numpy(np.ascontiguousarray(window)).permute(2, 0, 1)[None].to(device)
        y = network(x)[0].permute(1, 2, 0).cpu().numpy()
        height, width = min(TILE, rows - top), min(TILE, cols - left)
        out[top : top + height, left : left + width] = y[top - r0 : top - r0 + height, left - c0 : left - c0 + width]
    ctx.progress(len(tiles), len(tiles), "Embedding")


def _embed_patches(network: torch.nn.Module, bank: PatchBank, out: NDArray[np.float16], ctx: Context) -> None:
    total = bank.rows * bank.cols
    for start in range(0, total, BATCH):
        ctx.progress(start, total, f"Embedding, pixel {start} of {total}")
        flat = torch.arange(start, min(total, start + BATCH), device=bank.device)
        rows, cols = flat // bank.cols, flat % bank.cols
        vectors = network(bank.gather(rows, cols)).float().cpu().numpy()
        out[rows.cpu().numpy(), cols.cpu().numpy()] = vectors
    ctx.progress(total, total, "Embedding")


def _smooth(components: NDArray[np.float32], valid: NDArray[np.bool_], out: NDArray[np.float16], ctx: Context) -> None:
    """Gaussian means over valid pixels only: pixels without data neither give nor take."""
    weight = gaussian_filter(valid.astype(np.float32), CONTEXT_SIGMA)
    weight[weight < 1e-3] = 1.0
    for channel in range(components.shape[2]):
        ctx.check()
        out[..., channel] = gaussian_filter(components[..., channel] * valid, CONTEXT_SIGMA) / weight
