"""Single spectra, each over bands of its own, put together to a library over common bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.resampling import resampled
from hsigui.errors import HsiError
from hsigui.texts import say

_MOST_VALUES = 40_000_000  # spectra x bands; beyond, all are brought to the bands of one
_MOST_BANDS = 100_000
_ALIKE = 1e-4  # nm: wavelengths are the same that differ by rounding only


@dataclass(frozen=True, eq=False)
class Curve:
    """One spectrum as its file has it.

    Attributes:
        x: wavelengths in nm, one a value, in any order; None where they are not known.
        values: NaN where there is none.
        about: what is said of it, by titles.
        widths: of its bands in nm; empty where they are not known.
    """

    name: str
    x: NDArray[np.float64] | None
    values: NDArray[np.float64]
    about: Mapping[str, str] = field(default_factory=dict)
    widths: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


def library_of(path: Path, curves: Sequence[Curve], notes: Sequence[str] = ()) -> SpectralLibrary:
    """Curves as one library. Where their bands differ, it has those of all, and each curve values in its own only.

    Raises:
        HsiError: there is no curve, or some have wavelengths and others none.
    """
    if not curves:
        raise HsiError(say("{name} holds no spectrum.", name=path.name), say("Choose another file."))
    said = list(dict.fromkeys([*notes, *(note for curve in curves for note in curve.notes)]))
    grids = _grids(curves, path)
    if grids is None:
        stored = np.array([curve.values for curve in curves], dtype=np.float64)
        wavelengths, widths = None, tuple[float, ...]()
    else:
        wavelengths, stored, note = _together(curves, grids)
        widths = curves[0].widths if all(curve.widths == curves[0].widths for curve in curves) else ()
        widths = widths if len(widths) == len(wavelengths) else ()
        said += [note] if note else []
    titles = list(dict.fromkeys(title for curve in curves for title in curve.about))
    with np.errstate(over="ignore", invalid="ignore"):
        values = stored.astype(np.float32)
    return SpectralLibrary(
        path=path, names=named([curve.name for curve in curves]), stored=values, wavelengths=wavelengths, fwhm=widths,
        wavelength_units="nm" if wavelengths is not None else "", notes=tuple(said),
        columns={title: tuple(curve.about.get(title, "") for curve in curves) for title in titles},
    )  # fmt: skip


def named(names: Sequence[str]) -> tuple[str, ...]:
    """Names in one line each; “Spectrum 3” in place of an empty one."""
    return tuple(" ".join(name.split()) or f"Spectrum {number}" for number, name in enumerate(names, 1))


def _grids(curves: Sequence[Curve], path: Path) -> list[NDArray[np.float64]] | None:
    """The wavelengths of each curve; None where none has any."""
    found = [curve.x for curve in curves if curve.x is not None]
    if not found:
        if len({len(curve.values) for curve in curves}) > 1:
            raise HsiError(
                say("The spectra of {name} have different numbers of bands, and no wavelengths.", name=path.name),
                say("Give them wavelengths, and they are brought together."),
            )
        return None
    if len(found) < len(curves):
        raise HsiError(
            say("Only {count} of the {all} spectra of {name} have wavelengths.",
                count=len(found), all=len(curves), name=path.name),
            say("Take the others out, or give them wavelengths."),
        )  # fmt: skip
    return found


def _together(
    curves: Sequence[Curve], grids: Sequence[NDArray[np.float64]]
) -> tuple[NDArray[np.float64], NDArray[np.float64], str]:
    """Common wavelengths, the values there (spectra x bands), and what is to be said of it."""
    first = grids[0]
    if all(len(grid) == len(first) and np.allclose(grid, first, rtol=0, atol=_ALIKE) for grid in grids[1:]):
        return first, np.array([curve.values for curve in curves]), ""
    places = [np.round(grid / _ALIKE).astype(np.int64) for grid in grids]
    union = np.unique(np.concatenate(list({place.tobytes(): place for place in places}.values())))
    if len(union) * len(curves) > _MOST_VALUES or len(union) > _MOST_BANDS:
        most = max(grids, key=lambda grid: (np.ptp(grid), len(grid)))
        return most, _resampled(curves, grids, most), say(
            "The spectra have too many different bands: all were brought to the {count} of one of them.",
            count=len(most),
        )  # fmt: skip
    values = np.full((len(curves), len(union)), np.nan)
    for row, (curve, place) in enumerate(zip(curves, places, strict=True)):
        values[row, np.searchsorted(union, place)] = curve.values
    return union * _ALIKE, values, say("The spectra have different bands: the library has those of all of them.")


def _resampled(
    curves: Sequence[Curve], grids: Sequence[NDArray[np.float64]], to: NDArray[np.float64]
) -> NDArray[np.float64]:
    made = [resampled(curve.values, grid, to)[0] for curve, grid in zip(curves, grids, strict=True)]
    return np.array(made, dtype=np.float64)
