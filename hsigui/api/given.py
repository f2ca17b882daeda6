"""What the verbs are given, in the several forms that it may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.layer import Target
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.errors import HsiError
from hsigui.labels.formats.files import ClassRaster
from hsigui.texts import say

T = TypeVar("T")
PathLike = str | Path
LabelsLike = ClassRaster | NDArray[np.integer]
TruthLike = LabelsLike | PathLike
LibraryLike = SpectralLibrary | Mapping[str, NDArray[np.floating]] | PathLike
Pixels = tuple[int, int] | Sequence[tuple[int, int]]


def paths(given: PathLike | Sequence[PathLike]) -> list[Path]:
    """One path or several, as a list."""
    return [Path(given)] if isinstance(given, str | Path) else [Path(path) for path in given]


def spread(given: Sequence[T], count: int, what: str) -> Sequence[T]:
    """One for all maps, or as many as there are maps.

    Raises:
        HsiError: there are others.
    """
    if len(given) not in (1, count):
        raise HsiError(
            say("There are {count} maps and {given_count} {what}.", count=count, given_count=len(given), what=what),
            say("Give one for all maps, or one for each."),
        )
    return list(given) * count if len(given) == 1 else given


def targets_of(
    spectra: Mapping[str, NDArray[np.floating]] | SpectralLibrary | None, wavelengths: Sequence[float]
) -> list[Target]:
    """The spectra that a layer is to compare with; none of None.

    Args:
        spectra: name -> values, one a band; or a library, whose wavelengths are then its own.
        wavelengths: nm of these values, one a value; empty for those of the cube.
    """
    if spectra is None:
        return []
    if isinstance(spectra, SpectralLibrary):
        given = dict(zip(spectra.names, spectra.good_values, strict=True))
        wavelengths = () if spectra.wavelengths is None else spectra.wavelengths.tolist()
    else:
        given = dict(spectra)
    return [
        Target(name, tuple(np.asarray(row, dtype=float).ravel().tolist()), tuple(map(float, wavelengths)))
        for name, row in given.items()
    ]
