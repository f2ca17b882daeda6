"""What spectra are turned into before they are looked at or compared: resampled, smoothed, differentiated, divided by
their continuum, brought to a common size, and set apart. In that order, whatever is chosen of it.

Gaps stay gaps: each piece between them is smoothed and differentiated by itself, and nothing is known beyond its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.hull import continuum
from hsigui.cube.gaps import pieces
from hsigui.cube.responses import Responses
from hsigui.errors import HsiError
from hsigui.texts import say

NORMS = {"area": say("area 1"), "max": say("largest value 1"), "unit": say("length 1")}
NO_NORM = ""
MOST_BANDS = 999  # of a window; more than any sensor of today has in one piece

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bands:
    """The bands that spectra are over.

    Attributes:
        x: wavelengths in nm, or numbers from 1; rising, one a band.
        is_nm: whether they are wavelengths.
    """

    x: Array
    is_nm: bool


@dataclass(frozen=True)
class Processing:
    """What is done to spectra; as it stands, nothing.

    Attributes:
        window: bands over which is smoothed (Savitzky-Golay), an odd number; 0 for no smoothing.
        order: of the polynomial that is laid through the window, below its number of bands.
        derivative: 0, 1 or 2; over wavelength in nm, or over numbers of bands.
        continuum: whether spectra are divided by their upper hull.
        norm: one of `NORMS`, or empty.
        offset: by how much each further spectrum is set above the one before, as a part of the largest range of all.
        responses: the bands of another sensor, to which spectra are brought first; None for their own.
    """

    window: int = 0
    order: int = 2
    derivative: int = 0
    continuum: bool = False
    norm: str = NO_NORM
    offset: float = 0.0
    responses: Responses | None = None

    def __post_init__(self) -> None:
        if self.window and not (3 <= self.window <= MOST_BANDS and self.window % 2):
            raise HsiError(
                say("A window of {window} bands cannot be smoothed over.", window=self.window),
                say("Take an odd number from 3 to {most}.", most=MOST_BANDS),
            )
        if not 0 <= self.order < (self.window or self.order + 1):
            raise HsiError(
                say("A polynomial of order {order} does not fit {window} bands.", order=self.order, window=self.window),
                say("Take a lower order or a wider window."),
            )
        if self.derivative not in (0, 1, 2):
            raise HsiError(say("There is no derivative {number} here.", number=self.derivative), say("Take 0, 1 or 2."))
        if self.norm not in ("", *NORMS):
            raise HsiError(
                say("“{norm}” is no way to normalise.", norm=self.norm),
                say("Take one of {norms}.", norms=", ".join(NORMS)),
            )

    @property
    def is_raw(self) -> bool:
        """Whether nothing is done to the values."""
        return self == replace(Processing(), order=self.order)

    def short(self, quantity: str, is_nm: bool = True) -> str:
        """The same as `named`, for an axis with little room: what the numbers are, not all that was done.

        Args:
            quantity: what the values were before, such as "Reflectance".
        """
        said = quantity
        if self.derivative:
            per = (say("nm") if is_nm else say("band")) + ("" if self.derivative == 1 else "²")
            said = say("1st derivative (1/{per})", per=per) if self.derivative == 1 else say(
                "2nd derivative (1/{per})", per=per)  # fmt: skip
        if self.continuum:
            said = say("No continuum")
        if self.norm:
            said = say("{said}, {norm}", said=said, norm=NORMS[self.norm])
        if self.offset:
            said = say("{said}, apart", said=said)
        return said

    def named(self, quantity: str, is_nm: bool = True) -> str:
        """What an axis of the processed values is called.

        Args:
            quantity: what the values were before, such as "Reflectance".
        """
        said = quantity
        if self.derivative:
            what = quantity.lower()
            first, second = say("First derivative of {what}", what=what), say("Second derivative of {what}", what=what)
            said = first if self.derivative == 1 else second
            per = say("nm") if is_nm else say("band")
            said = say("{said} (1/{per})", said=said, per=per if self.derivative == 1 else f"{per}²")
        more = [
            *([self.responses.name] if self.responses is not None else []),
            *([say("smoothed over {window} bands", window=self.window)] if self.window else []),
            *([say("continuum removed")] if self.continuum else []),
            *([NORMS[self.norm]] if self.norm else []),
            *([say("set apart")] if self.offset else []),
        ]
        return say("{said}, {more}", said=said, more=", ".join(more)) if more else said

    def at(self, bands: Bands, values: NDArray[np.floating]) -> tuple[Bands, Array]:
        """Spectra as they are shown (spectra x bands), before they are set apart, and the bands that these are over.

        Args:
            values: spectra x bands; NaN where there is no value.

        Raises:
            HsiError: another sensor was chosen, and the wavelengths of these spectra are not known.
        """
        made = np.array(values, dtype=np.float64)
        made[~np.isfinite(made)] = np.nan
        if self.responses is not None:
            if not bands.is_nm:
                raise HsiError(
                    say("Spectra without wavelengths cannot be brought to the bands of {name}.",
                        name=self.responses.name),
                    say("Give the scene its wavelengths in Edit > Bands…."),
                )  # fmt: skip
            made = self.responses.of(made, bands.x)
            bands = Bands(self.responses.centres, True)
        if self.window or self.derivative:
            made = self._by_pieces(bands.x, made)
        if self.continuum:
            made = _each(made, lambda row, known: _without_continuum(bands.x, row, known))
        if self.norm:
            sizes = np.array([_size(bands.x, row, self.norm) for row in made])
            made = made / sizes[:, None]
        return bands, made

    def spread_at(self, bands: Bands, values: NDArray[np.floating], spread: NDArray[np.floating]) -> Array | None:
        """The standard deviations beside spectra that are shown, spectra x bands; None where what is done is no longer
        a measure of spread around the curve (a derivative, or another sensor).

        Args:
            values, spread: spectra x bands.
        """
        if self.derivative or self.responses is not None:
            return None
        plain = replace(self, offset=0.0)
        _, shown = plain.at(bands, values)
        _, before = replace(plain, continuum=False, norm=NO_NORM).at(bands, values)
        with np.errstate(divide="ignore", invalid="ignore"):
            made = np.asarray(spread, dtype=np.float64) * shown / before
        made[~np.isfinite(made)] = np.nan
        return np.asarray(np.abs(made))

    def offsets(self, made: Array) -> Array:
        """How far up each spectrum is set, from the first to the last: one a spectrum.

        Args:
            made: spectra x bands, as `at` gives them.
        """
        known = np.isfinite(made).any(axis=1)
        ranges = [float(np.nanmax(row) - np.nanmin(row)) for row in made[known]]
        return np.arange(len(made), dtype=np.float64) * (self.offset * max(ranges, default=0.0))

    def _by_pieces(self, x: Array, values: Array) -> Array:
        which = pieces(x)

        def smoothed(row: Array, known: NDArray[np.intp]) -> Array:
            out = np.full(len(row), np.nan)
            # A piece ends at a wide step, and at a band without a value.
            ends = np.flatnonzero((np.diff(known) > 1) | (np.diff(which[known]) > 0)) + 1
            for piece in np.split(known, ends):
                out[piece] = self._smoothed(x[piece], row[piece])
            return out

        return _each(values, smoothed)

    def _smoothed(self, x: Array, y: Array) -> Array:
        """One piece without gaps, smoothed and differentiated; NaN where it is too short for a derivative."""
        from scipy.signal import savgol_filter  # here, as it takes long: windows that smooth nothing do without

        window = min(self.window, len(y) - 1 + len(y) % 2)
        if window <= self.order:  # too short to smooth
            window = 0
        if not self.derivative:
            return np.asarray(savgol_filter(y, window, self.order)) if window else y
        if len(y) <= self.derivative:
            return np.full(len(y), np.nan)
        if not window or self.order < self.derivative:
            smooth: Array = np.asarray(savgol_filter(y, window, self.order)) if window else y
            for _ in range(self.derivative):
                smooth = np.asarray(np.gradient(smooth, x), dtype=np.float64)
            return smooth
        return _derived(x, y, window, self.order, self.derivative)


def _derived(x: Array, y: Array, window: int, order: int, derivative: int) -> Array:
    """The derivative over x of what the polynomials make of y. Bands need not be evenly apart: both are derived over
    the number of the band, and the chain rule makes the one over x of these."""
    from scipy.signal import savgol_filter

    dy, dx = (savgol_filter(each, window, order, deriv=1) for each in (y, x))
    if derivative == 1:
        return np.asarray(dy / dx)
    ddy, ddx = (savgol_filter(each, window, order, deriv=2) for each in (y, x))
    return np.asarray((ddy - dy / dx * ddx) / dx**2)


def _each(values: Array, change: Callable[[Array, NDArray[np.intp]], Array]) -> Array:
    """Every spectrum that has values changed, by it and the places of its values."""
    made = np.full(values.shape, np.nan)
    for number, row in enumerate(values):
        known = np.flatnonzero(np.isfinite(row))
        if len(known):
            made[number] = change(row, known)
    return made


def _without_continuum(x: Array, row: Array, known: NDArray[np.intp]) -> Array:
    """A spectrum divided by its upper hull, 1 where it touches it; NaN where the hull is not positive."""
    out = np.full(len(row), np.nan)
    if len(known) < 2 or len(np.unique(x[known])) < len(known):
        return out
    size = float(np.abs(row[known]).max()) or 1.0
    hull = continuum(x[known], (row[known] / size)[None].astype(np.float32))[0].astype(np.float64) * size
    with np.errstate(divide="ignore", invalid="ignore"):
        out[known] = np.where(hull > 0, np.minimum(row[known] / hull, 1.0), np.nan)
    return out


def _size(x: Array, row: Array, norm: str) -> float:
    """What a spectrum is divided by; NaN where that would be nothing."""
    known = np.isfinite(row)
    if not known.any():
        return float("nan")
    if norm == "max":
        size = float(np.abs(row[known]).max())
    elif norm == "unit":
        size = float(np.sqrt((row[known] ** 2).sum()))
    else:
        size = _area(x[known], np.abs(row[known]))
    return size if size > 0 else float("nan")


def _area(x: Array, y: Array) -> float:
    """The area below a curve, without its gaps."""
    joined = np.diff(pieces(x)) == 0
    return float((np.diff(x) * (y[1:] + y[:-1]) / 2)[joined].sum())
