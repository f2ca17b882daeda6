"""How many spectra a scene is mixed of, as far as its noise lets one tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.covariance import Covariance
from hsigui.analysis.linear import Differences
from hsigui.analysis.tiles import TileReader, require_pixels
from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.texts import say

TINY = 1e-10  # of the mean square of the bands, that gives their products an inverse
NEAR = 1  # how far two counts may be apart and still agree


@dataclass(frozen=True)
class Counted:
    """How many there are.

    Attributes:
        count: by HySime, whose noise is what no band tells of another.
        other: the same with the noise by differences of neighbouring pixels.
    """

    count: int
    other: int

    @property
    def sure(self) -> bool:
        """Whether both agree."""
        return abs(self.count - self.other) <= NEAR

    @property
    def lower(self) -> int:
        """The lower of both: it is easier to add spectra than to see which are too many."""
        return min(self.count, self.other)

    def __str__(self) -> str:
        if self.sure:
            return say(
                "HySime counts {count} spectra, and {other} with the noise of neighbouring pixels: they agree.",
                count=self.count, other=self.other,
            )  # fmt: skip
        return say(
            "HySime counts {count} spectra, and {other} with the noise of neighbouring pixels: this is unsure. Begin "
            "with few, and add more where the residual is large.", count=self.count, other=self.other,
        )  # fmt: skip


def count_endmembers(cube: Cube, ctx: Context) -> Counted:
    """Reads the scene once.

    Raises:
        HsiError: not more pixels than bands have data.
        Cancelled: through the context.
    """
    reader = TileReader(cube)
    bands = len(reader.bands)
    signal, noise, shifts = Covariance(bands), Covariance(bands), Differences(cube.cols, "lower right")
    for tile in reader.tiles(ctx, say("Counting spectra")):
        signal.add(tile.known)
        noise.add(shifts.of(tile))
    require_pixels(signal.count, bands + 1, cube)
    products = correlation(signal)
    first = hysime(products, regression_noise(products))
    second = hysime(products, noise.matrix / 2) if noise.count > bands else first
    return Counted(first, second)


def correlation(sums: Covariance) -> NDArray[np.float64]:
    """The mean product of two bands, bands x bands."""
    part = (sums.count - 1) / max(1, sums.count)
    return np.asarray(part * sums.matrix + np.outer(sums.mean, sums.mean))


def regression_noise(products: NDArray[np.float64]) -> NDArray[np.float64]:
    """The noise of each band as what all others do not tell of it: the mean square of the rest of a regression.

    Args:
        products: mean products of two bands, bands x bands.

    Returns:
        A diagonal matrix, bands x bands.
    """
    bands = len(products)
    inverse = np.linalg.inv(products + TINY * np.trace(products) / bands * np.eye(bands))
    return np.diag(1.0 / np.diag(inverse))


def hysime(products: NDArray[np.float64], noise: NDArray[np.float64]) -> int:
    """How many directions hold more of the signal than of the noise: Bioucas-Dias & Nascimento, IEEE Trans. Geosci.
    Remote Sens. 46, 2008, doi 10.1109/TGRS.2008.918089. At least 1.

    Args:
        products: mean products of two bands of the scene, bands x bands; `noise`: of the noise.
    """
    bands = len(products)
    signal = products - noise
    small = np.trace(signal) / bands * 1e-5
    _values, axes = np.linalg.eigh((signal + signal.T) / 2)
    noisy = noise + max(small, 0.0) * np.eye(bands)
    power = np.einsum("ij,ik,kj->j", axes, products, axes)
    lost = np.einsum("ij,ik,kj->j", axes, noisy, axes)
    return max(1, int(np.count_nonzero(2 * lost < power)))
