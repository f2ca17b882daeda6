"""Measures of how unlike a spectrum is to references: spectral angle, spectral information divergence, spectral feature
fitting, Euclidean distance, and the share of a mixture that others have. The smaller, the more alike.

A measure of some references finds, for many spectra at once, which references are nearest by products of matrices in
float32 (`order`), and then the distances to a chosen one without what such products lose (`distances`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.distances import LEAST_SHARE, NEAR
from hsigui.analysis.hull import continuum
from hsigui.analysis.mixtures import Mixtures
from hsigui.errors import HsiError
from hsigui.texts import say

Values = NDArray[np.float32]
Wide = NDArray[np.float64]
LEAST, MOST = 1e-15, 1e15  # length of a spectrum within which float32 holds its square
FLAT = 1e-6  # of the continuum: a reference whose deepest absorption is less has none


class Compared(Protocol):
    """Some spectra, compared with the references of a measure.

    Attributes:
        order: numbers in the order of the distances of each pixel, pixels x references; whoever looks for the next
            nearest may put infinity in the place of some.
    """

    order: Values

    def distances(self, chosen: NDArray[np.intp]) -> Values:
        """The distance of each pixel to the reference that was chosen for it, one a pixel; infinite where it is none of
        that kind at all, NaN where it cannot be compared. `order` must still be as it was there."""


class Measured(Protocol):
    """A measure with its references."""

    def compare(self, spectra: Values) -> Compared:
        """Compares some spectra, pixels x bands, contiguous."""

    def likeness(self, distance: Values) -> Values:
        """Distances as 0 (nothing alike) to 1 (the same), of any shape, in and out."""


@dataclass(frozen=True)
class Measure:
    """A row of the table.

    Attributes:
        name: on the command line and in records.
        about: a sentence.
        paper: what the computing follows.
        unit: of the distance; empty for pure numbers, "value" for that of the scene's values.
        usual: the threshold that is proposed first; None where that depends on the scene.
        step: by which one goes on from there.
        of: the measure of references (references x bands float64) at wavelengths (nm, rising; one a band).
        needs_wavelengths: it does not work without them.
        heeds_scale: a factor between scene and references changes it.
        of_all: the distance to a reference depends on the others, too, so that it ranks no library.
    """

    name: str
    title: str
    about: str
    paper: str
    unit: str
    usual: float | None
    step: float
    of: Callable[[Wide, Wide], Measured]
    needs_wavelengths: bool = False
    heeds_scale: bool = False
    of_all: bool = False


class Angles:
    """The spectral angle, in rad.

    Args:
        references: references x bands.
    """

    def __init__(self, references: Wide, _waves: Wide) -> None:
        self.unit = references / np.linalg.norm(references, axis=1, keepdims=True)
        self.against = -self.unit.T.astype(np.float32)

    def compare(self, spectra: Values) -> Compared:
        """See `Measured`. Pixels x bands."""
        return _Angles(self, spectra)

    def likeness(self, distance: Values) -> Values:
        """See `Measured`: 1 for no angle, 0 for a right one. Of any shape."""
        return np.clip(1 - distance * np.float32(2 / np.pi), 0, 1)


class _Angles:
    def __init__(self, measured: Angles, spectra: Values) -> None:
        self._length = np.sqrt(np.einsum("ij,ij->i", spectra, spectra))
        odd = np.flatnonzero(~((self._length > LEAST) & (self._length < MOST)))
        if len(odd):  # squares leave the range of float32
            spectra = spectra.copy()
            top = np.abs(spectra[odd]).max(axis=1, keepdims=True)
            spectra[odd] /= np.where(top > 0, top, 1)
            self._length[odd] = np.linalg.norm(spectra[odd], axis=1)
        self._unit, self._spectra = measured.unit, spectra
        self.order = spectra @ measured.against  # the length of a pixel is the same for all references

    def distances(self, chosen: NDArray[np.intp]) -> Values:
        """See `Compared`; small angles are computed in float64, for their cosines differ too little. One a pixel."""
        with np.errstate(invalid="ignore", divide="ignore"):
            cosines = self.order[np.arange(len(chosen)), chosen] / -self._length
            found = np.arccos(np.clip(cosines, -1, 1))
            near = np.flatnonzero(found < NEAR)
            if len(near):
                wide = self._spectra[near].astype(np.float64)
                exact = np.einsum("ij,ij->i", wide, self._unit[chosen[near]])
                exact /= np.sqrt(np.einsum("ij,ij->i", wide, wide))
                found[near] = np.arccos(np.clip(exact, -1, 1))
        return np.asarray(found, dtype=np.float32)


class Divergences:
    """The spectral information divergence, SID(p, q) = Σ (p − q) (ln p − ln q) of spectra divided by their sums. Shares
    below a millionth, negative ones too, count as a millionth.

    Args:
        references: references x bands.
    """

    def __init__(self, references: Wide, _waves: Wide) -> None:
        shares = np.maximum(references / references.sum(axis=1, keepdims=True), LEAST_SHARE)
        # All is told from a mean reference: products of the shares themselves would cancel out in float32.
        self.base = shares.mean(axis=0).astype(np.float32)
        self.shares = (shares - self.base).astype(np.float32)
        self.logs = (np.log(shares) - np.log(self.base)).astype(np.float32)
        self.own = np.einsum("ij,ij->i", self.shares, self.logs)

    def compare(self, spectra: Values) -> Compared:
        """See `Measured`. Pixels x bands."""
        return _Divergences(self, spectra)

    def likeness(self, distance: Values) -> Values:
        """See `Measured`. Of any shape."""
        return np.asarray(np.exp(-distance), dtype=np.float32)


class _Divergences:
    def __init__(self, measured: Divergences, spectra: Values) -> None:
        self._of = measured
        sums = spectra.sum(axis=1, keepdims=True)
        sums[~(sums > 0)] = np.nan
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.maximum(spectra / sums, np.float32(LEAST_SHARE))
            self._logs = np.log(shares / measured.base)
        self._shares = shares - measured.base
        self.order = self._shares @ measured.logs.T  # what is of the pixel alone is left out
        self.order += self._logs @ measured.shares.T
        np.subtract(measured.own, self.order, out=self.order)

    def distances(self, chosen: NDArray[np.intp]) -> Values:
        """See `Compared`. One a pixel."""
        of = self._of
        found = np.einsum("ij,ij->i", self._shares - of.shares[chosen], self._logs - of.logs[chosen])
        return np.maximum(found, 0)


class Fits:
    """Spectral feature fitting: the absorptions of a pixel, 1 less its values over their continuum, are taken for those
    of a reference times a scale, by least squares; the distance is what is left (root mean square) over that scale.

    Args:
        references: references x bands.
        waves: nm, rising; one a band.

    Raises:
        HsiError: no reference absorbs anywhere.
    """

    def __init__(self, references: Wide, waves: Wide) -> None:
        self._waves = waves
        self.depths = np.nan_to_num(self.absorptions(references.astype(np.float32)))
        flat = self.depths.max(axis=1) < FLAT
        if flat.all():
            raise HsiError(
                say("None of the spectra has an absorption to be fitted."),
                say("Choose another measure, or a range of wavelengths with an absorption."),
            )
        self.depths[flat] = 0
        lengths = np.linalg.norm(self.depths, axis=1)
        lengths[flat] = np.inf  # nothing is like what absorbs nowhere
        self.length = lengths.astype(np.float32)
        self.unit = (self.depths / self.length[:, None]).T

    def absorptions(self, spectra: Values) -> Values:
        """How deep the absorptions of spectra are; a row of NaN where the continuum is not positive. Pixels x bands, in
        and out."""
        base = continuum(self._waves, spectra)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(base > 0, 1 - spectra / base, np.float32(np.nan))
        found[~np.isfinite(found).all(axis=1)] = np.nan
        return np.asarray(found, dtype=np.float32)

    def compare(self, spectra: Values) -> Fitted:
        """See `Measured`. Pixels x bands."""
        return Fitted(self, spectra)

    def likeness(self, distance: Values) -> Values:
        """See `Measured`. Of any shape."""
        return np.asarray(np.exp(-distance), dtype=np.float32)


class Fitted:
    """The absorptions of some spectra with those of references.

    Args:
        spectra: pixels x bands.
    """

    def __init__(self, measured: Fits, spectra: Values) -> None:
        self._of, self._depths = measured, measured.absorptions(spectra)
        self._squares = np.einsum("ij,ij->i", self._depths, self._depths)
        # The tangent of the angle between the absorptions, times how deep the reference's are.
        with np.errstate(divide="ignore", invalid="ignore"):
            cosines = self._depths @ measured.unit
            cosines /= np.sqrt(self._squares)[:, None]
            found = np.sqrt(np.maximum(1 - cosines * cosines, 0)) / cosines * measured.length
        found[~(cosines > 0)] = np.inf
        self.order = np.asarray(found, dtype=np.float32)

    def fits(self, chosen: NDArray[np.intp]) -> tuple[Values, Values]:
        """Scale and root mean square of what is left, of the reference that was chosen for each pixel; one a pixel
        each."""
        reference, length = self._of.depths[chosen], self._of.length[chosen]
        scale = np.einsum("ij,ij->i", self._depths, reference) / length / length
        left = self._depths - scale[:, None] * reference
        return scale, np.sqrt(np.einsum("ij,ij->i", left, left) / self._depths.shape[1])

    def distances(self, chosen: NDArray[np.intp]) -> Values:
        """See `Compared`; infinite where an absorption would have to be turned round. One a pixel."""
        scale, rms = self.fits(chosen)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = np.where(scale > 0, rms / scale, np.float32(np.inf))
        found[np.isnan(self._squares)] = np.nan
        return np.asarray(found, dtype=np.float32)


class Lengths:
    """The Euclidean distance over the root of the number of bands, so the root mean square of the differences: in the
    units of the values, whatever the number of bands.

    Args:
        references: references x bands.
    """

    def __init__(self, references: Wide, _waves: Wide) -> None:
        self.base = references.mean(axis=0).astype(np.float32)  # see `Divergences`
        self.around = (references - self.base).astype(np.float32)
        self.own = np.einsum("ij,ij->i", self.around, self.around)
        self._size = np.float32(np.sqrt(np.mean(references**2)) or 1.0)

    def compare(self, spectra: Values) -> Compared:
        """See `Measured`. Pixels x bands."""
        return _Lengths(self, spectra)

    def likeness(self, distance: Values) -> Values:
        """See `Measured`: a half where the distance is as large as the references' own values. Of any shape."""
        return np.asarray(1 / (1 + distance / self._size), dtype=np.float32)


class _Lengths:
    def __init__(self, measured: Lengths, spectra: Values) -> None:
        self._of, self._around = measured, spectra - measured.base
        self.order = self._around @ measured.around.T
        self.order *= -2
        self.order += measured.own

    def distances(self, chosen: NDArray[np.intp]) -> Values:
        """See `Compared`. One a pixel."""
        left = self._around - self._of.around[chosen]
        return np.sqrt(np.einsum("ij,ij->i", left, left) / left.shape[1])


MEASURES = (
    Measure(
        "sam", say("Spectral angle (SAM)"),
        say("The angle between two spectra; brightness does not matter."),
        "Kruse et al., Remote Sens. Environ. 44, 1993, doi 10.1016/0034-4257(93)90013-N",
        "rad", 0.1, 0.01, Angles,
    ),
    Measure(
        "sid", say("Information divergence (SID)"),
        say("How much two spectra differ, each seen as a distribution of light over bands."),
        "Chang, IEEE Trans. Inf. Theory 46, 2000, doi 10.1109/18.857802",
        "", 0.05, 0.005, Divergences,
    ),
    Measure(
        "sff", say("Feature fitting (SFF)"),
        say("What is left where the absorptions of one are fitted to those of the other, over the scale of the fit."),
        "Clark et al., J. Geophys. Res. 95, 1990, doi 10.1029/JB095iB08p12653",
        "", 0.1, 0.01, Fits, needs_wavelengths=True,
    ),
    Measure(
        "euclid", say("Euclidean distance"),
        say("The root mean square of the differences, in the units of the scene: brightness counts."),
        "Richards, Remote Sensing Digital Image Analysis, Springer, 2013",
        "value", None, 0.01, Lengths, heeds_scale=True,
    ),
    Measure(
        "unmix", say("Largest share (unmixing)"),
        say("Each pixel as a mixture of the spectra: 1 less the share, so that 0.5 asks for half of a pixel."),
        "Heinz & Chang, IEEE Trans. Geosci. Remote Sens. 39, 2001, doi 10.1109/36.911111",
        "", 0.5, 0.05, Mixtures, heeds_scale=True, of_all=True,
    ),
)  # fmt: skip
RANKING = tuple(row for row in MEASURES if not row.of_all)


def measure(name: str) -> Measure:
    """The measure of a name.

    Raises:
        HsiError: there is none; the hint lists those that exist.
    """
    for row in MEASURES:
        if row.name == name:
            return row
    raise HsiError(
        say("There is no measure “{name}”.", name=name),
        say("Choose one of {known}.", known=", ".join(row.name for row in MEASURES)),
    )
