"""Lengths of many spectra, their products with a few references, and which is the least: in the memory order in which
each is cheap."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FEW = 64  # references: of more, each pixel's are gone through by themselves, which then is faster

AT_ONCE = 64  # bands that are summed up one by one: a long sum of float32 loses digits


def squares(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum of the squares of each spectrum (pixels x bands), one a pixel; as exact in either memory order."""
    if spectra.flags.c_contiguous:  # then einsum sums up several apart by itself
        return np.asarray(np.einsum("ij,ij->i", spectra, spectra))
    found = np.zeros(len(spectra), dtype=np.float32)
    for first in range(0, spectra.shape[1], AT_ONCE):
        some = spectra[:, first : first + AT_ONCE]
        found += np.einsum("ij,ij->i", some, some)
    return found


def products(spectra: NDArray[np.float32], references: NDArray[np.float32]) -> NDArray[np.float32]:
    """Products of spectra (pixels x bands) with references (references x bands), pixels x references. Those of few
    references lie in memory reference by reference, as `first_least` would have them."""
    if len(references) > FEW:
        return np.asarray(spectra @ references.T)
    return np.asarray((references @ spectra.T).T)


def first_least(order: NDArray[np.float32]) -> NDArray[np.intp]:
    """Place of the least number of each pixel (pixels x references), the first of several; one a pixel. Any place where
    one of them is NaN."""
    count = order.shape[1]
    if count > FEW or not order.T.flags.c_contiguous:
        return order.argmin(axis=1)
    # Short rows cost more than they hold: of all pixels at once, each reference that is least weighs the more the
    # earlier it comes, and the heaviest is taken.
    weights = np.equal(order.T, order.min(axis=1)).view(np.uint8)
    weights *= np.arange(count, 0, -1, dtype=np.uint8)[:, None]
    found = count - weights.max(axis=0).astype(np.intp)
    found[found == count] = 0  # nothing equals NaN
    return found
