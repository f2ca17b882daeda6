"""Which samples are no data, and what they cost: how many pixels are left out, and because of which bands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.looks import looks
from hsigui.texts import say, say_number

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube, CubeInfo, Source

# No measurement is so large. Files write such numbers short: -3.40282e+38, -3.4e38 and the like for the least float32.
_NO_MEASUREMENT = 1e30
_SHORT = 1e-3
_MOST_VALUES = 20_000_000  # that are looked at: from a tenth of a second on, and much more where they lie apart
_BANDS_NAMED = 3


def equals_nodata(stored: NDArray[Any], nodata: float) -> NDArray[np.bool_]:
    """Where stored samples (of any shape) are the no-data value, as far as their type can hold it."""
    if np.isnan(nodata):
        return np.isnan(stored) if np.issubdtype(stored.dtype, np.inexact) else np.zeros(stored.shape, dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):  # no sample is what its type cannot hold
        if not np.issubdtype(stored.dtype, np.floating):
            return np.asarray(stored == nodata)
        if abs(nodata) >= _NO_MEASUREMENT and np.isfinite(nodata):
            low, high = sorted((nodata * (1 - _SHORT), nodata * (1 + _SHORT)))
            return np.asarray((stored >= low) & (stored <= high))
        return np.asarray(stored == np.asarray(nodata).astype(stored.dtype))


def outside(stored: NDArray[Any], valid: tuple[float, float]) -> NDArray[np.bool_]:
    """Where stored samples (of any shape) lie outside the least and the largest valid number."""
    low, high = valid
    return np.asarray((stored < low) | (stored > high))


def missing(stored: NDArray[Any], nodata: float | None, valid: tuple[float, float] | None = None) -> NDArray[np.bool_]:
    """Where samples of whole spectra (rows x cols x bands) are no measurement: no-data, out of range, NaN or infinite.

    Zero is a common measurement too: it means no-data only where the whole spectrum is zero.
    """
    if nodata is None:
        gone = np.zeros(stored.shape, dtype=bool)
    elif nodata == 0:
        gone = np.broadcast_to((stored == 0).all(axis=2, keepdims=True), stored.shape).copy()
    else:
        gone = equals_nodata(stored, nodata)
    if np.issubdtype(stored.dtype, np.inexact):
        gone |= ~np.isfinite(stored)
    if valid is not None:
        gone |= outside(stored, valid)
    return gone


@dataclass
class Costs:
    """What is missing of the pixels that were looked at.

    Attributes:
        pixels: how many.
        nothing: of them have no data in any band in use.
        partly: of them lack some bands in use, and are left out for that.
        by_band: how many of those lack each band; one a band of the scene.
        alone: how many of those lack that band only.
    """

    pixels: int
    nothing: int
    partly: int
    by_band: NDArray[np.int64]
    alone: NDArray[np.int64]

    @property
    def worst(self) -> int | None:
        """The band without which most pixels are kept; None where leaving out one band keeps none."""
        return int(self.alone.argmax()) if self.alone.any() else None


def costs_of(
    source: Source, good: Sequence[int], nodata: float | None, valid: tuple[float, float] | None = None,
    check: Callable[[], None] = lambda: None,
) -> Costs | None:  # fmt: skip
    """What no-data costs, by all pixels or by windows spread over a large scene; None where nothing can be missing.

    Args:
        good: numbers of the bands in use, rising.
        valid: the least and the largest stored number that is a measurement.
        check: called before each window; may raise to stop.
    """
    bands = source.shape[2]
    if not len(good) or (nodata is None and valid is None and source.dtype.kind not in "fc"):
        return None
    found = Costs(0, 0, 0, np.zeros(bands, np.int64), np.zeros(bands, np.int64))
    for rows, cols in looks(source, len(good), _MOST_VALUES):
        check()
        _count(found, missing(source.read(rows, cols, list(good)), nodata, valid), good)
    return found


def costs_told(cube: Cube, check: Callable[[], None] = lambda: None) -> CubeInfo:
    """What is known of a cube, with sentences on the pixels that no-data costs, and the band that costs most.

    Args:
        check: called before each read; may raise to stop.
    """
    info = replace(cube.info, gaps_unknown=False)
    if len(info.empty_bands) == cube.bands:
        return info
    costs = costs_of(cube.source, cube.good_bands.tolist(), info.nodata, info.valid_range, check)
    if costs is None:
        return info
    notes = costs_in_words(costs, cube.rows, cube.cols, info)
    return replace(info, costly_band=costs.worst, notes=(*info.notes, *notes))


def _count(found: Costs, gone: NDArray[np.bool_], good: Sequence[int]) -> None:
    lacking = gone.sum(axis=2)
    partly = (lacking > 0) & (lacking < len(good))
    found.pixels += lacking.size
    found.nothing += int(np.count_nonzero(lacking == len(good)))
    found.partly += int(np.count_nonzero(partly))
    if partly.any():
        found.by_band[list(good)] += gone[partly].sum(axis=0)
        found.alone[list(good)] += gone[partly & (lacking == 1)].sum(axis=0)


def costs_in_words(costs: Costs, rows: int, cols: int, info: CubeInfo) -> tuple[str, ...]:
    """Sentences on what no-data costs; none where it costs nothing."""
    whole = costs.pixels == rows * cols
    of = say("{count:,} pixels", count=costs.pixels)
    if not whole:
        of = say("{count:,} pixels that were looked at", count=costs.pixels)
    said = []
    if costs.nothing:
        said.append(say("{count:,} of {of} have no data in any band.", count=costs.nothing, of=of))
    if costs.partly:
        said.append(
            say(
                "{count:,} of {of} lack data in some bands only, and are left out: {bands}.",
                count=costs.partly,
                of=of,
                bands=_bands(costs, info),
            )
        )
        if (worst := costs.worst) is not None:
            said.append(
                say(
                    "Without {band}, {count:,} of them would be kept (Edit > Bands…, --leave-out-bands {number}).",
                    band=band_name(worst, info),
                    number=worst + 1,
                    count=int(costs.alone[worst]),
                )
            )
    return tuple(said)


def _bands(costs: Costs, info: CubeInfo) -> str:
    order = [int(b) for b in np.argsort(-costs.by_band, kind="stable") if costs.by_band[b]]
    named = [
        say("{band} lacks {count:,}", band=band_name(b, info), count=costs.by_band[b]) for b in order[:_BANDS_NAMED]
    ]
    more = len(order) - _BANDS_NAMED
    if more > 0:
        named.append(say_number("1 further band lacks no more", "{count} further bands lack no more", more))
    return ", ".join(named)


def band_name(band: int, info: CubeInfo) -> str:
    """A band by its number, counted from 1, and its wavelength where it has one."""
    if info.wavelengths:
        return say("band {number} ({nm:.0f} nm)", number=band + 1, nm=info.wavelengths[band])
    return say("band {number}", number=band + 1)
