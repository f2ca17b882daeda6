"""Shares of given spectra in many pixels at once: least squares with no negative share, with or without the sum 1.

The method is the active set of Lawson & Hanson, "Solving Least Squares Problems", Prentice-Hall, 1974, chapter 23, for
all pixels side by side: those with the same spectra in use share one inverse (Van Benthem & Keenan, J. Chemometrics 18,
2004, doi 10.1002/cem.889). The sum is held by a Lagrange multiplier, so that it is 1 and not nearly 1 (Heinz &
Chang, IEEE Trans. Geosci. Remote Sens. 39, 2001, doi 10.1109/36.911111).
"""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.settings import MOST_ENDMEMBERS

GATHERED = 2_000_000  # numbers of inverses that are laid out at once
KEPT = 8_000_000  # numbers of inverses that are remembered
ROUNDS = 3  # for each spectrum: what never settles rounds off, and keeps what it has
OPEN = 1e-10  # of the largest product: a gain below it is one of rounding
WORST = 1e13  # condition of the products of spectra: above it some are the same but for rounding
RIDGE = 1e-9  # of their mean square, that makes such ones share alike


class Unmixer:
    """Solves for the shares of some spectra.

    Args:
        endmembers: spectra x bands; at most `MOST_ENDMEMBERS`.
        sum_to_one: whether shares sum up to 1.

    Attributes:
        alike: whether some of the spectra are sums of the others, so that their shares are one answer of many.
    """

    def __init__(self, endmembers: NDArray[np.float64], sum_to_one: bool) -> None:
        self._spectra = np.asarray(endmembers, dtype=np.float64)
        count = len(self._spectra)
        if not 1 <= count <= MOST_ENDMEMBERS:
            raise ValueError(f"{count} spectra")
        products = self._spectra @ self._spectra.T
        size = float(np.trace(products)) / count or 1.0
        self._sum, self._size = sum_to_one, size
        self.alike = bool(np.linalg.cond(products) > WORST)
        self._products = products + RIDGE * size * np.eye(count) if self.alike else products
        self._bits = 1 << np.arange(count, dtype=np.int64)
        self._lock = threading.Lock()
        self._known: dict[int, int] = {}
        self._maps, self._rests = np.empty((0, count, count)), np.empty((0, count))

    def shares(self, spectra: NDArray[np.floating]) -> NDArray[np.float64]:
        """The shares of the endmembers in spectra (pixels x bands), pixels x endmembers."""
        return self._solve(spectra.astype(np.float64) @ self._spectra.T)

    def rest(self, spectra: NDArray[np.floating], shares: NDArray[np.float64]) -> NDArray[np.float64]:
        """The root mean square over the bands of what shares (pixels x endmembers) do not explain of spectra (pixels x
        bands); one number a pixel."""
        away = spectra - shares @ self._spectra
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", away, away) / away.shape[1]))

    def _solve(self, wanted: NDArray[np.float64]) -> NDArray[np.float64]:
        """From the products of pixels and endmembers, pixels x endmembers."""
        pixels, count = wanted.shape
        shares = np.zeros((pixels, count))
        used = np.ones((pixels, count), dtype=bool)
        left = np.arange(pixels)
        self._begin(wanted, shares, used)
        for _ in range(ROUNDS * count):
            self._move(left, wanted, shares, used)
            gain = wanted[left] - shares[left] @ self._products
            if self._sum:  # what all spectra in use gain alike is the multiplier's
                held = used[left]
                gain -= ((gain * held).sum(axis=1) / held.sum(axis=1))[:, None]
            gain[used[left]] = -np.inf
            best = gain.argmax(axis=1)
            scale = np.maximum(np.abs(wanted[left]).max(axis=1), self._size)
            more = gain[np.arange(len(left)), best] > OPEN * scale
            left, best = left[more], best[more]
            if not len(left):
                break
            used[left, best] = True
        return shares

    def _begin(self, wanted: NDArray[np.float64], shares: NDArray[np.float64], used: NDArray[np.bool_]) -> None:
        """A first answer without negative shares: whatever becomes negative goes at once, however many that are. Near
        the best one, so that few steps are left."""
        left = np.arange(len(wanted))
        while len(left):
            goal = self._goals(used[left], wanted[left])
            low = used[left] & (goal <= 0)
            done = ~low.any(axis=1)
            shares[left[done]] = goal[done]
            used[left] &= ~low
            left = left[~done]

    def _move(
        self, moving: NDArray[np.intp], wanted: NDArray[np.float64], shares: NDArray[np.float64],
        used: NDArray[np.bool_],
    ) -> None:  # fmt: skip
        """Takes some pixels to the least squares on the spectra that they use. A share that would become negative on
        the way goes as far as 0, and the pixel uses that spectrum no more."""
        while len(moving):
            goal = self._goals(used[moving], wanted[moving])
            low = used[moving] & (goal <= 0)
            stays = low.any(axis=1)
            shares[moving[~stays]] = goal[~stays]
            moving, goal, low = moving[stays], goal[stays], low[stays]
            if not len(moving):
                return
            now = shares[moving]
            with np.errstate(invalid="ignore", divide="ignore"):
                steps = np.where(low, np.where(now > 0, now / (now - goal), 0.0), np.inf)
            step = steps.min(axis=1, keepdims=True)
            now += np.minimum(step, 1.0) * (goal - now)
            gone = low & (steps <= step)
            now[gone] = 0.0
            shares[moving] = np.maximum(now, 0.0)
            used[moving] &= ~gone

    def _goals(self, used: NDArray[np.bool_], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
        """The least squares of pixels on the spectra that they use, 0 for the others; pixels x endmembers."""
        count = wanted.shape[1]
        places, maps, rests = self._places(used @ self._bits)
        if len(places) and (places == places[0]).all():
            return np.asarray(wanted @ maps[places[0]] + rests[places[0]])
        found, step = np.empty_like(wanted), max(1, GATHERED // count**2)
        for start in range(0, len(wanted), step):
            piece = slice(start, start + step)
            own = places[piece]
            found[piece] = np.matmul(wanted[piece, None, :], maps[own])[:, 0] + rests[own]
        return found

    def _places(
        self, codes: NDArray[np.int64]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
        """Where the maps of some sets of spectra stand among those that are known, one number a pixel; and these: sets
        x endmembers x endmembers, and what is added, sets x endmembers. Several threads may ask."""
        sets, which = np.unique(codes, return_inverse=True)
        with self._lock:
            return self._looked_up(sets)[which], self._maps, self._rests

    def _looked_up(self, sets: NDArray[np.int64]) -> NDArray[np.intp]:
        if (len(self._known) + len(sets)) * len(self._bits) ** 2 > KEPT:
            self._known.clear()
            self._maps, self._rests = self._maps[:0], self._rests[:0]
        new = [code for code in sets.tolist() if code not in self._known]
        if new:
            maps, rests = self._solved(np.array(new, dtype=np.int64))
            self._known.update(zip(new, range(len(self._maps), len(self._maps) + len(new)), strict=True))
            self._maps, self._rests = np.concatenate([self._maps, maps]), np.concatenate([self._rests, rests])
        return np.array([self._known[code] for code in sets.tolist()], dtype=np.intp)

    def _solved(self, codes: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What turns products into shares for each of some sets: a matrix and what is added to it, sets x endmembers x
        endmembers and sets x endmembers."""
        inside = (codes[:, None] & self._bits) != 0
        both = inside[:, :, None] & inside[:, None, :]
        own = np.eye(len(self._bits)) * self._size  # of those out of use: any that has an inverse
        inverse = np.linalg.inv(np.where(both, self._products, own)) * both
        if not self._sum:
            return inverse, np.zeros((len(codes), len(self._bits)))
        rows = inverse.sum(axis=2)
        total = rows.sum(axis=1)
        return inverse - rows[:, :, None] * rows[:, None, :] / total[:, None, None], rows / total[:, None]
