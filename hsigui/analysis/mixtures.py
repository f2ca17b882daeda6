"""Shares of references in spectra, as a measure: the nearest reference is that with the largest share of a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.abundances import Unmixer
from hsigui.analysis.settings import MOST_ENDMEMBERS
from hsigui.errors import HsiError
from hsigui.texts import say


class Mixtures:
    """Fully constrained linear unmixing, see `abundances`; the distance is 1 less the share of a reference, so
    0 for a pixel that is nothing else.

    Args:
        references: references x bands.

    Raises:
        HsiError: there are too many.
    """

    def __init__(self, references: NDArray[np.float64], _waves: NDArray[np.float64]) -> None:
        if len(references) > MOST_ENDMEMBERS:
            raise HsiError(
                say("{count} spectra are too many to be unmixed.", count=len(references)),
                say("Choose at most {most}.", most=MOST_ENDMEMBERS),
            )
        self._unmixer = Unmixer(references, sum_to_one=True)

    def compare(self, spectra: NDArray[np.float32]) -> Mixed:
        """See `Measured`. Pixels x bands."""
        return Mixed(self._unmixer.shares(spectra).astype(np.float32))

    def likeness(self, distance: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `Measured`: the share. Of any shape."""
        return np.clip(1 - distance, 0, 1)


class Mixed:
    """The shares of references in some spectra, pixels x references."""

    def __init__(self, shares: NDArray[np.float32]) -> None:
        self.order = -shares
        self._shares = shares

    def distances(self, chosen: NDArray[np.intp]) -> NDArray[np.float32]:
        """See `Compared`. One a pixel."""
        return np.asarray(1 - self._shares[np.arange(len(chosen)), chosen])
