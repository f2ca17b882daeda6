"""Whether given spectra are in the units of a scene, as far as their size tells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.texts import say

FAR = 30.0  # times brighter or darker than the scene: no surface is


def unlike_units(
    targets: Sequence[Target], values: NDArray[np.float64], mean: NDArray[np.float64]
) -> tuple[str, ...]:  # fmt: skip
    """A sentence for the brightest spectrum that is of another size than the scene; none where none is.

    Args:
        values: of the spectra, targets x bands.
        mean: of the scene, one number a band.
    """
    usual = float(np.sqrt(np.mean(mean**2)))
    for target, row in zip(targets, values, strict=True):
        own = float(np.sqrt(np.mean(row**2)))
        if not usual > 0 or not own > 0:
            continue
        if own > FAR * usual:
            return (say("“{target}” is {times:,.0f} times as bright as the scene: is it in the same units?",
                        target=target.name, times=own / usual),)  # fmt: skip
        if usual > FAR * own:
            return (say("The scene is {times:,.0f} times as bright as “{target}”: is it in the same units?",
                        target=target.name, times=usual / own),)  # fmt: skip
    return ()
