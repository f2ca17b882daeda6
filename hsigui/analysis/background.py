"""What stands behind a target: mean and covariance of the pixels with data, by tiles, some of them left out."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.covariance import Covariance, principal
from hsigui.analysis.tiles import TileReader, require_pixels
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say

SINGULAR = 1e-12  # of the largest eigenvalue: what rounding leaves of a direction without any variance
LEAST_SHRINKAGE = 1e-6


@dataclass(frozen=True, eq=False)
class Background:
    """Statistics of the pixels that are no target.

    Attributes:
        count: of the pixels.
        mean: one number a band.
        matrix: the unbiased covariance, bands x bands, shrunk where that was asked for or needed.
        shrinkage: how far it was, 0 to 1.
        forced: whether it was only because the covariance has no inverse.
    """

    count: int
    mean: NDArray[np.float64]
    matrix: NDArray[np.float64]
    shrinkage: float = 0.0
    forced: bool = False

    @property
    def correlation(self) -> NDArray[np.float64]:
        """The mean product of two bands, with no mean taken off before; bands x bands."""
        part = (self.count - 1) / self.count
        return np.asarray(part * self.matrix + np.outer(self.mean, self.mean))


def background_of(reader: TileReader, left_out: str, shrinkage: float, ctx: Context) -> Background:
    """Reads the scene once.

    Args:
        left_out: see `packed`; empty for none.
        shrinkage: which part of the covariance gives way to one of bands that are alike and tell nothing of each other
            (Friedman, "Regularized discriminant analysis", J. Am. Stat. Assoc. 84, 1989); 0 for none, but where there
            is no inverse without.

    Raises:
        HsiError: fewer than two pixels are left, they are all alike, or what is left out is of another scene.
        Cancelled: through the context.
    """
    cube, bands = reader.cube, len(reader.bands)
    out = unpacked(left_out, cube.rows, cube.cols)
    sums = Covariance(bands)
    for tile in reader.tiles(ctx, say("Summing up the background"), 0, 2):
        if out is None:
            sums.add(tile.known)
        else:
            sums.add(tile.spectra[tile.valid & ~out[tile.rows].ravel()])
    if out is not None and sums.count < 2:
        raise HsiError(
            say("No pixels of {name} are left for the background.", name=cube.name), say("Leave out fewer pixels.")
        )
    require_pixels(sums.count, 2, cube)
    matrix = sums.matrix
    values, _axes = principal(matrix)
    if values[0] <= 0 or not np.isfinite(values[0]):
        raise HsiError(
            say("All pixels of the background of {name} are alike.", name=cube.name),
            say("Leave out fewer pixels, or check the no-data value."),
        )
    forced = shrinkage == 0 and (sums.count <= bands or bool(values[-1] <= SINGULAR * values[0]))
    if forced:  # as if as many pixels as there are bands had been seen that know no band apart
        shrinkage = max(LEAST_SHRINKAGE, bands / (bands + sums.count))
    shrunk = (1 - shrinkage) * matrix + shrinkage * np.trace(matrix) / bands * np.eye(bands)
    return Background(sums.count, sums.mean, shrunk if shrinkage else matrix, shrinkage, forced)


def packed(mask: NDArray[np.bool_]) -> str:
    """Pixels, rows x cols, as a text for recipes: "ROWSxCOLS:" and their bits, deflated, in base 64; empty for none."""
    if not mask.any():
        return ""
    rows, cols = mask.shape
    return f"{rows}x{cols}:{base64.b64encode(zlib.compress(np.packbits(mask).tobytes(), 9)).decode('ascii')}"


def unpacked(text: str, rows: int, cols: int) -> NDArray[np.bool_] | None:
    """The pixels that `packed` wrote, rows x cols; None for none.

    Raises:
        HsiError: the text is damaged, or of a scene of another size.
    """
    if not text:
        return None
    size, _, bits = text.partition(":")
    if size != f"{rows}x{cols}":
        raise HsiError(
            say("The pixels that are left out are of a scene of {size} pixels, and this one has {rows} x {cols}.",
                size=size.replace("x", " x "), rows=rows, cols=cols),
            say("Ask for the layer once more, on this scene."),
        )  # fmt: skip
    wanted = -(-rows * cols // 8)
    try:
        stream = zlib.decompressobj()
        data = stream.decompress(base64.b64decode(bits, validate=True), wanted + 1)  # a few bytes can hold any size
    except (ValueError, zlib.error):
        data = b""
    if len(data) != wanted:
        raise HsiError(say("The pixels that are left out cannot be read."), say("Was the recipe changed by hand?"))
    return np.unpackbits(np.frombuffer(data, dtype=np.uint8), count=rows * cols).reshape(rows, cols).astype(bool)
