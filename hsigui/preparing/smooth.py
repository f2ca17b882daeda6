"""Spectra smoothed, each by itself: by polynomials (Savitzky & Golay 1964, Analytical Chemistry 36:1627-1639) or by a
bell curve over wavelength.

Bands that are marked bad stay as they are, and no other band is made of them. A spectrum is parted there, at a sample
without data, and at a step in wavelength that is more than three times as wide as those beside it (`cube.gaps`): each
piece is smoothed by itself. At the ends of a piece the first and the last polynomial are used as they stand, and the
part of the bell curve that lies in it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.processing import Processing
from hsigui.cube.cube import Cube
from hsigui.cube.gaps import pieces
from hsigui.errors import HsiError
from hsigui.preparing.by_spectrum import BySpectrum, require_good
from hsigui.preparing.made import info_of_values
from hsigui.texts import say

_BELL = 2 * np.sqrt(2 * np.log(2))  # width of a bell curve at half its height, over its standard deviation
_REACH = 4.001  # standard deviations, beyond which a bell curve is 0
_KEPT = 64  # ways in which spectra are parted whose weights are kept
Weights = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Of a piece of spectrum, by its wavelengths or numbers of bands: what is made of what, bands x bands."""


@dataclass(frozen=True)
class Savgol:
    """Polynomials through windows of bands.

    Attributes:
        window: bands, an odd number. A piece that is shorter is smoothed over the bands that it has.
        order: of the polynomial, below the window.
    """

    window: int
    order: int = 2

    def __post_init__(self) -> None:
        if self.window < 3:
            raise HsiError(
                say("A window of {window} bands cannot be smoothed over.", window=self.window),
                say("Take an odd number, 3 or more."),
            )
        Processing(window=self.window, order=self.order)  # refuses what it cannot do

    @property
    def told(self) -> str:
        return f"--smooth savgol,{self.window},{self.order}"

    def on(self, cube: Cube) -> Cube:
        """The cube of smooth spectra, float32.

        Raises:
            HsiError: all bands are marked bad.
        """
        return _smoothed(cube, self._weights)

    def _weights(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        from scipy.signal import savgol_filter  # here, as it takes long: other steps do without

        window = min(self.window, len(x) - 1 + len(x) % 2)
        if window <= self.order:  # too short to smooth
            return np.eye(len(x))
        return np.asarray(savgol_filter(np.eye(len(x)), window, self.order, axis=0))


@dataclass(frozen=True)
class Gaussian:
    """Means under a bell curve over wavelength.

    Attributes:
        width: full width at half maximum in nm.
    """

    width: float

    def __post_init__(self) -> None:
        if not 0 < self.width < np.inf:
            raise HsiError(
                say("A width of {width:g} nm cannot be smoothed over.", width=self.width),
                say("Give the full width at half maximum in nm, above 0."),
            )

    @property
    def told(self) -> str:
        return f"--smooth gaussian,{self.width:.17g}"

    def on(self, cube: Cube) -> Cube:
        """The cube of smooth spectra, float32.

        Raises:
            HsiError: wavelengths are not known, or all bands are marked bad.
        """
        if cube.wavelengths is None:
            raise HsiError(
                say("{name} knows no wavelengths.", name=cube.name),
                say("Smooth by numbers of bands (savgol), or name the variable that holds them (--wavelengths)."),
            )
        return _smoothed(cube, self._weights)

    def _weights(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        away = (x[:, None] - x) * (_BELL / self.width)
        weights = np.where(np.abs(away) <= _REACH, np.exp(-0.5 * away**2), 0.0)
        return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def smoothing_of(text: str) -> Savgol | Gaussian:
    """The step of a text: "savgol,WINDOW", "savgol,WINDOW,ORDER" or "gaussian,NM".

    Raises:
        HsiError: it is none.
    """
    kind, _, numbers = text.partition(",")
    try:
        if kind.strip() == "gaussian":
            return Gaussian(float(numbers))
        if kind.strip() != "savgol":
            raise ValueError
        window, _, order = numbers.partition(",")
        return Savgol(int(window), int(order) if order else 2)
    except ValueError:
        raise HsiError(
            say("“{text}” is no way to smooth.", text=text),
            say("Write savgol,WINDOW,ORDER in bands, such as savgol,7,2, or gaussian,NM, such as gaussian,20."),
        ) from None


def _smoothed(cube: Cube, weights: Weights) -> Cube:
    require_good(cube)
    x = np.arange(1.0, cube.bands + 1) if cube.wavelengths is None else cube.wavelengths
    order = np.argsort(x, kind="stable")
    smoother = _Smoother(order, x[order], ~cube.is_bad[order], weights, {})
    return cube.over(lambda _: BySpectrum(cube, smoother.of), info_of_values(cube.info))


@dataclass(frozen=True, eq=False)
class _Smoother:
    """Smooths spectra.

    Attributes:
        order: numbers of the bands in order of wavelength.
        x: their wavelengths in nm, or numbers from 1; rising, one a band.
        good: which of them are not marked bad, one a band.
        kept: for each way in which spectra were parted what is made of what: the weights of the bands that lie so and
            so many places away, offset by offset.
    """

    order: NDArray[np.intp]
    x: NDArray[np.float64]
    good: NDArray[np.bool_]
    weights: Weights
    kept: dict[bytes, list[tuple[int, NDArray[np.float64]]]]

    def of(self, spectra: NDArray[np.float32]) -> NDArray[np.float64]:
        """Pixels x bands."""
        values = spectra[:, self.order].astype(np.float64)
        usable = np.isfinite(values) & self.good
        out = np.empty(values.shape)
        for rows, pattern in _alike(usable):
            made = values[rows]
            out[np.ix_(rows, self.order)] = np.where(pattern, self._summed(made, pattern), made)
        return out

    def _summed(self, values: NDArray[np.float64], usable: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sums band by band: of a spectrum the same ones, whatever lies beside it. Pixels x bands."""
        key = usable.tobytes()
        steps = self.kept.get(key)
        if steps is None:
            steps = _by_offset(self._matrix(usable))
            if len(self.kept) < _KEPT:
                self.kept[key] = steps
        inside = np.where(usable, values, 0.0)
        out = np.zeros(values.shape)
        count = values.shape[1]
        for step, weights in steps:
            low, high = max(0, -step), min(count, count - step)
            out[:, low:high] += weights * inside[:, low + step : high + step]
        return out

    def _matrix(self, usable: NDArray[np.bool_]) -> NDArray[np.float64]:
        """What is made of what, bands x bands."""
        matrix = np.zeros((len(self.x), len(self.x)))
        there, which = np.flatnonzero(usable), pieces(self.x)
        ends = np.flatnonzero((np.diff(there) > 1) | (np.diff(which[there]) > 0)) + 1
        for piece in np.split(there, ends):
            if len(piece):
                matrix[np.ix_(piece, piece)] = self.weights(self.x[piece])
        return matrix


def _alike(usable: NDArray[np.bool_]) -> list[tuple[NDArray[np.intp], NDArray[np.bool_]]]:
    """Spectra that are parted alike: their numbers, and which bands they can use, one a band.

    Args:
        usable: spectra x bands.
    """
    if len(usable) and (usable == usable[0]).all():  # most often, and seen much quicker than sorted
        return [(np.arange(len(usable)), usable[0])]
    patterns, which = np.unique(usable, axis=0, return_inverse=True)
    return [(np.flatnonzero(which.reshape(-1) == number), pattern) for number, pattern in enumerate(patterns)]


def _by_offset(matrix: NDArray[np.float64]) -> list[tuple[int, NDArray[np.float64]]]:
    """The diagonals of a matrix, bands x bands, that are not 0 all along, each with how far it is from the middle."""
    count = len(matrix)
    diagonals = ((step, np.diagonal(matrix, step).copy()) for step in range(1 - count, count))
    return [(step, diagonal) for step, diagonal in diagonals if diagonal.any()]
