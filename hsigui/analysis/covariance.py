"""Mean and covariance of spectra that come in pieces, in float64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import blas

AT_ONCE = 4096  # spectra that are multiplied together


class Covariance:
    """Sums up spectra, so that mean and covariance are known at the end; of one pass, in little memory.

    The spectra are taken from a shift before they are squared (their first one's mean), so that no digits are lost
    where the values are large against their spread (Chan, Golub & LeVeque, “Algorithms for computing the sample
    variance”, The American Statistician 37, 1983).

    Args:
        at_once: spectra that are multiplied together; fewer take less memory.
    """

    def __init__(self, bands: int, at_once: int = AT_ONCE) -> None:
        self.count = 0
        self._bands = bands
        self._shift: NDArray[np.float64] | None = None
        self._sums = np.zeros((bands + 1, bands + 1), order="F")
        self._room = np.ones((at_once, bands + 1))

    def add(self, spectra: NDArray[np.floating]) -> None:
        """Adds spectra, pixels x bands; all finite."""
        if not len(spectra):
            return
        if self._shift is None:
            self._shift = spectra.mean(axis=0, dtype=np.float64)
        at_once = len(self._room)
        for start in range(0, len(spectra), at_once):
            piece = spectra[start : start + at_once]
            room = self._room[: len(piece)]  # its last column of ones makes the product hold the sums, too
            np.subtract(piece, self._shift, out=room[:, :-1])
            self._sums = blas.dsyrk(1.0, room.T, beta=1.0, c=self._sums, overwrite_c=1)
            self.count += len(piece)

    @property
    def mean(self) -> NDArray[np.float64]:
        """One number a band."""
        if self._shift is None:
            return np.zeros(self._bands)
        return np.asarray(self._shift + self._sums[:-1, -1] / max(1, self.count))

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The unbiased covariance, bands x bands."""
        upper = self._sums[:-1, :-1]
        squares = np.triu(upper) + np.triu(upper, 1).T
        sums = self._sums[:-1, -1]
        return np.asarray((squares - np.outer(sums, sums) / max(1, self.count)) / max(1, self.count - 1))


def principal(matrix: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Eigenvalues of a symmetric matrix, falling, and its eigenvectors, one a row (vectors x bands).

    The sign of an eigenvector is the library's whim: its largest entry is made positive, so that runs agree.
    """
    values, vectors = np.linalg.eigh(matrix)
    axes = vectors[:, ::-1].T
    return np.maximum(values[::-1], 0.0), signed(axes)


def signed(axes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vectors, one a row (vectors x bands), turned so that the largest entry of each is positive."""
    largest = axes[np.arange(len(axes)), np.abs(axes).argmax(axis=1)]
    return np.asarray(axes * np.where(largest < 0, -1.0, 1.0)[:, None])
