"""Embedding: the features of every pixel of a cube, from a trained encoder and the pixel's smoothed spectrum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import HASHED_WHOLE, fingerprint
from hsigui.cube.transform import BandTransform, fit_transform
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import devices
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.encoders import DenseEncoder
from hsigui.methods.patches import PATCH, PatchBank, reflected
from hsigui.methods.scene import transformed
from hsigui.pipeline.features import Features, Store, finished
from hsigui.pipeline.pretrain import require_learnable

TILE = 256  # side of a tile embedded at once by a dense encoder
BATCH = 256  # patches embedded at once by a patch encoder
FLOAT16_RANGE = 6e4
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
    identity = fingerprint(cube)  # reads the cube: once
    _require_fitting(cube, identity, encoder, ctx)
    key = _key(cube, identity, encoder)
    store = None if folder is None else Store(folder, key)
    if store is not None and (found := store.load((cube.rows, cube.cols))) is not None:
        return found
    ctx.progress(0, 1, "Preparing the cube")
    context = _context_transform(cube, encoder, ctx)
    array, store = _new_array(store, (cube.rows, cube.cols, encoder.width + context.channels), ctx)
    try:
        valid = _fill(array, cube, encoder, context, devices.choose(device), ctx)
    except BaseException:
        del array
        if store is not None:
            store.discard()
        raise
    return finished(array, valid, key) if store is None else store.keep(array, valid)


def _fill(
    array: NDArray[np.float16], cube: Cube, encoder: Encoder, context: BandTransform, device: torch.device, ctx: Context
) -> NDArray[np.bool_]:
    """Computes the features of every pixel, tile by tile; returns which pixels have data."""
    valid = np.zeros((cube.rows, cube.cols), dtype=bool)
    network = encoder.network.to(device).eval()
    tiles = [(r, c) for r in range(0, cube.rows, TILE) for c in range(0, cube.cols, TILE)]
    try:
        for number, (top, left) in enumerate(tiles):
            told = _Share(ctx, number, len(tiles))
            tile = _Tile(cube, top, left, max(_halo(network), CONTEXT_HALO))
            values, mask = transformed(cube, encoder.transform, tile.rows, tile.cols)
            valid[tile.target] = mask[tile.inside]
            vectors = _vectors(network, values, tile, device, told)
            array[(*tile.target, slice(0, encoder.width))] = _held(vectors)
            components = values if context is encoder.transform else context.apply(cube.read(tile.rows, tile.cols))
            array[(*tile.target, slice(encoder.width, None))] = _held(_smoothed(components, mask)[tile.inside])
    finally:
        encoder.network.cpu()
    ctx.progress(1, 1, "Embedding")
    return valid


def _held(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Values inside the range of float16: one wild pixel must not make infinities of a scene's features."""
    return np.clip(values, -FLOAT16_RANGE, FLOAT16_RANGE)


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
    weight[~valid] = 1.0
    out = np.empty_like(components)
    for channel in range(components.shape[2]):
        out[..., channel] = gaussian_filter(components[..., channel] * valid, CONTEXT_SIGMA) / weight
    return out


def _require_fitting(cube: Cube, identity: str, encoder: Encoder, ctx: Context) -> None:
    """Refuses a cube that the encoder cannot read, and says when it is another than it was trained on."""
    require_learnable(cube)
    trained = encoder.scene.get("shape", [0, 0, cube.bands])
    hint = "Pretrain on this cube, or choose the run that belongs to it."
    if trained[2] != cube.bands:
        raise HsiError(f"{cube.name} has {cube.bands} bands, the encoder was trained on {trained[2]}.", hint)
    centres, own = np.asarray(encoder.scene.get("wavelengths_nm", ())), cube.wavelengths
    if own is not None and len(centres) == len(own) > 1:
        apart = float(np.abs(centres - own).max())
        if apart > 0.75 * float(np.median(np.abs(np.diff(own)))):
            raise HsiError(
                f"The bands of {cube.name} lie up to {apart:.0f} nm from those of the encoder's scene.", hint
            )
    if encoder.scene.get("fingerprint") != identity:
        ctx.warn(f"The encoder was trained on another scene ({encoder.scene.get('name', 'unknown')}).")


def _key(cube: Cube, identity: str, encoder: Encoder) -> str:
    """Changes with the cube, the encoder's weights and the recipe of this module."""
    digest = hashlib.sha256(identity.encode())
    if cube.path is not None and cube.rows * cube.cols * cube.bands > HASHED_WHOLE and cube.path.exists():
        # The fingerprint of a large cube does not read all of it.
        digest.update(repr((cube.path.stat().st_size, cube.path.stat().st_mtime_ns)).encode())
    for name, tensor in sorted(encoder.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().numpy().tobytes())
    digest.update(repr((3, CONTEXT_COMPONENTS, CONTEXT_SIGMA)).encode())
    return digest.hexdigest()[:32]


def _context_transform(cube: Cube, encoder: Encoder, ctx: Context) -> BandTransform:
    if encoder.transform.components is not None:
        return encoder.transform
    return fit_transform(cube, CONTEXT_COMPONENTS, seed=encoder.spec.seed, check=ctx.check)


def _new_array(
    store: Store | None, shape: tuple[int, int, int], ctx: Context
) -> tuple[NDArray[np.float16], Store | None]:
    """An empty array, on disk where that is possible, else in memory; and the store if it is on disk."""
    if store is not None:
        try:
            return store.create(shape), store
        except OSError as error:
            megabytes = np.prod(shape, dtype=np.float64) * 2 / 1e6
            ctx.warn(f"The features ({megabytes:.0f} MB) stay in memory: {error.strerror or error}.")
    return np.empty(shape, dtype=np.float16), None
