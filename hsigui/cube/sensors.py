"""Wavelengths and bad bands for scenes whose files have none: known sensors, pasted lists, and a look at the noise."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.sensor_tables import Sensor, sensors
from hsigui.cube.wavelengths import Wavelengths, to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_UNIT = re.compile(r"(nanomet(?:er|re)s?|micromet(?:er|re)s?|microns?|wavenumbers?|cm-1|nm|um|µm|μm)\b", re.IGNORECASE)
_BLOCK = 8  # pixels a side: small enough that a block is mostly one surface
_MOST_BLOCKS = 144


def fitting(bands: int) -> list[Sensor]:
    """The presets with so many bands."""
    return [sensor for sensor in sensors() if sensor.bands == bands]


def with_bands(
    cube: Cube,
    *,
    wavelengths: Sequence[float] | None = None,
    fwhm: Sequence[float] | None = None,
    bad_bands: Collection[int] | None = None,
    note: str = "",
) -> Cube:
    """The same scene, as its file has it, with other wavelengths or bad bands. Reads the same samples; the old cube
    stays as it is.

    Args:
        wavelengths: band centres in nm, one a band; empty to take them away; None to keep those of the cube.
        fwhm: band widths in nm; None keeps those of the cube, unless the wavelengths change.
        bad_bands: numbers of all bad bands, counted from 0; None keeps those of the cube.
        note: a sentence that is added to the notes.

    Raises:
        HsiError: a list does not fit the bands, or every band would be bad.
    """
    info = cube.info
    if wavelengths is not None:
        _require_band_list(wavelengths, cube.bands, say("wavelengths"))
        widths = tuple(fwhm or ())
        info = replace(info, wavelengths=tuple(map(float, wavelengths)), fwhm=widths, units_guessed=False)
    if fwhm is not None:
        _require_band_list(fwhm, cube.bands, say("band widths"))
        info = replace(info, fwhm=tuple(map(float, fwhm)))
    if bad_bands is not None:
        outside = [b for b in bad_bands if not 0 <= b < cube.bands]
        if outside:
            raise HsiError(
                say(
                    "Band {first_outside} does not exist: {name} has {bands}.",
                    first_outside=outside[0],
                    name=cube.name,
                    bands=cube.bands,
                ),
                say("Bands count from 0."),
            )
        if len(set(bad_bands)) == cube.bands:
            raise HsiError(
                say("Every band would be bad: nothing would be left to work with."), say("Leave at least one band.")
            )
        chosen, before = set(bad_bands), {b for b, is_bad in enumerate(info.bad_bands) if is_bad}
        left_out, taken_in = tuple(sorted(chosen - before)), tuple(sorted(before - chosen))
        marks = tuple(b in chosen for b in range(cube.bands)) if chosen else ()
        info = replace(info, bad_bands=marks, left_out=left_out, taken_in=taken_in)
    if note:
        info = replace(info, notes=(*info.notes, note))
    return cube.with_info(info)


def with_other_bands(cube: Cube, leave_out: Collection[int], take_in: Collection[int]) -> Cube:
    """The same scene, as its file has it, without some bands and with some that it marks bad.

    Args:
        leave_out, take_in: numbers of bands, counted from 0.

    Raises:
        HsiError: there is no such band, one stands in both lists, or none would be left.
    """
    both = sorted({*leave_out} & {*take_in})
    if both:
        raise HsiError(say("Band {number} is to be left out and taken in.", number=both[0] + 1), say("Name it once."))
    for number in (*leave_out, *take_in):
        if not 0 <= number < cube.bands:
            raise HsiError(
                say("There is no band {number}: {name} has {bands}.", number=number + 1, name=cube.name,
                    bands=cube.bands),
                say("Here bands count from 1, as the notes name them."),
            )  # fmt: skip
    bad = ({band for band, is_bad in enumerate(cube.info.bad_bands) if is_bad} | {*leave_out}) - {*take_in}
    note = say("Bands left out and taken in: {changes}.", changes=_changes(leave_out, take_in))
    return with_bands(cube, bad_bands=bad, note=note)


def _changes(leave_out: Collection[int], take_in: Collection[int]) -> str:
    """Bands by their numbers from 1, such as "−5, −6, +18"."""
    numbers = [f"−{number + 1}" for number in sorted(leave_out)] + [f"+{number + 1}" for number in sorted(take_in)]
    return ", ".join(numbers)


def parse_wavelengths(text: str, units: str = "") -> Wavelengths:
    """Band centres from pasted text, in nm, with notes on what was guessed.

    Takes numbers separated by commas, semicolons, spaces or lines, an ENVI header's list, and tables of one line a band
    with the band's number in front or its width behind. A decimal comma is understood where lines or semicolons
    separate the numbers. A unit in the text counts when `units` is empty.

    Raises:
        HsiError: there are no numbers in it, or they cannot be wavelengths.
    """
    found = _UNIT.search(text)
    unit = units or (found[0] if found else "")
    body = text.rpartition("=")[2].strip().strip("{}[]()")
    if (
        re.search(r"\d,\d", body)
        and (";" in body or "\n" in body.strip())
        and not re.search(r"\d\.\d|,\s|,$", body, re.M)
    ):
        body = body.replace(",", ".")
    body = _UNIT.sub(" ", body)
    lines = [row for line in body.splitlines() if (row := [float(n) for n in _NUMBER.findall(line)])]
    centers, widths = _columns(lines)
    if not centers:
        raise HsiError(
            say("The text holds no numbers."), say("Paste the wavelengths, separated by commas or one a line.")
        )
    waves = to_nm(centers, unit, widths)
    if not waves.nm:
        raise HsiError(
            say("These cannot be wavelengths. {notes}", notes=" ".join(waves.notes)),
            say("Paste one positive number a band."),
        )
    return waves


def noisy_bands(cube: Cube, threshold: float = 20.0) -> list[int]:
    """Numbers of the bands whose signal-to-noise ratio is suspiciously low, for the user to look at.

    A band is suggested when its ratio is below `threshold` (or a third of the median of all bands, where that is less),
    or below a tenth of the median. Bands without any value are not named: they are marked bad when a scene is opened.

    Args:
        threshold: mean of a band divided by the standard deviation of its noise.
    """
    return [int(band) for band in np.flatnonzero(is_noisy(signal_to_noise(cube), threshold))]


def is_noisy(ratio: NDArray[np.float64], threshold: float = 20.0) -> NDArray[np.bool_]:
    """Which bands have a suspiciously low signal-to-noise ratio, see `noisy_bands`. One a band.

    Args:
        ratio: of the bands, NaN where it is not known; one a band.
    """
    known = np.isfinite(ratio)
    if not known.any():
        return np.zeros(len(ratio), dtype=bool)
    middle = float(np.median(ratio[known]))
    # A scene that is noisy throughout is not better served by losing half of its bands.
    limit = max(min(threshold, middle / 3), middle / 10)
    return known & (ratio < limit)


def signal_to_noise(cube: Cube) -> NDArray[np.float64]:
    """Mean divided by the standard deviation of the noise of every band, see `noise_and_level`; NaN where it cannot be
    told. One a band."""
    noise, level = noise_and_level(cube)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(noise > 0, level / noise, np.nan)


def noise_and_level(
    cube: Cube, check: Callable[[], None] = lambda: None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The standard deviation of the noise of every band, and the size of its mean; NaN where they cannot be told. One a
    band each.

    The noise of a band is what its two neighbours do not explain within small blocks of pixels: the residual of a
    linear regression, its median over blocks spread over the scene.

    Source: R. E. Roger and J. F. Arnold, "Reliably estimating the noise in AVIRIS hyperspectral images", International
    Journal of Remote Sensing 17(10), 1996; without their fourth predictor, the pixel beside.

    Args:
        check: called before each block; may raise to stop.
    """
    blocks = []
    for block in _sample_blocks(cube):
        check()
        spectra = block.reshape(-1, cube.bands)
        spectra = spectra[np.isfinite(spectra).any(axis=1)]
        if len(spectra) >= 8:
            blocks.append(spectra.astype(np.float64))
    every = np.ones(cube.bands, dtype=bool)
    noise, level = _middle([_block_noise(block, every, every) for block in blocks], cube.bands), _levels(blocks, cube)
    with np.errstate(divide="ignore", invalid="ignore"):
        doubtful = is_noisy(np.where(noise > 0, level / noise, np.nan))
    if doubtful.any() and (~doubtful).sum() > 1:  # a band is not noisy because those that it leans on are
        check()
        again = _middle([_block_noise(block, doubtful, ~doubtful) for block in blocks], cube.bands)
        noise = np.where(doubtful & np.isfinite(again), np.fmin(again, noise), noise)
    return noise, level


def _levels(blocks: list[NDArray[np.float64]], cube: Cube) -> NDArray[np.float64]:
    """The size of the means of blocks (pixels x bands each), their median; one a band."""
    with np.errstate(all="ignore"):
        means = [np.where(np.isfinite(block).all(axis=0), np.abs(block.mean(axis=0)), np.nan) for block in blocks]
    return _middle(means, cube.bands)


def _middle(figures: list[NDArray[np.float64]], bands: int) -> NDArray[np.float64]:
    """The median over blocks of what is known, one number a band each; NaN where nothing is."""
    out = np.full(bands, np.nan)
    table = np.array(figures).reshape(-1, bands)
    for band in range(bands):
        known = table[np.isfinite(table[:, band]), band]
        if len(known):
            out[band] = float(np.median(known))
    return out


def _sample_blocks(cube: Cube) -> Iterable[NDArray[np.float32]]:
    side_rows, side_cols = min(_BLOCK, cube.rows), min(_BLOCK, cube.cols)
    each = max(1, int(np.sqrt(_MOST_BLOCKS)))
    tops = np.unique(np.linspace(0, cube.rows - side_rows, min(each, max(1, cube.rows // side_rows))).astype(int))
    lefts = np.unique(np.linspace(0, cube.cols - side_cols, min(each, max(1, cube.cols // side_cols))).astype(int))
    for top in tops.tolist():
        for left in lefts.tolist():
            yield cube.read(slice(top, top + side_rows), slice(left, left + side_cols))


def _block_noise(
    spectra: NDArray[np.float64], asked: NDArray[np.bool_], leaning: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Standard deviation of what the neighbouring bands do not explain, of the bands of one block (pixels x bands).

    Args:
        asked: of which bands, one a band; NaN for the others.
        leaning: by which ones they are explained, one a band: by the nearest to either side, at the ends by the two
            nearest of the one side.
    """
    noise = np.full(spectra.shape[1], np.nan)
    complete = np.isfinite(spectra).all(axis=0)
    by = np.flatnonzero(complete & leaning)
    centered = spectra - spectra.mean(axis=0)
    for band in np.flatnonzero(complete & asked).tolist():
        others = by[by != band]
        if len(others) < 2:
            continue
        after = int(np.searchsorted(others, band))
        first = min(max(after - 1, 0), len(others) - 2)
        predictors = centered[:, others[first : first + 2]]
        solution, *_ = np.linalg.lstsq(predictors, centered[:, band], rcond=None)
        residual = centered[:, band] - predictors @ solution
        noise[band] = np.sqrt((residual**2).sum() / max(1, len(spectra) - 3))
    return noise


def _columns(lines: list[list[float]]) -> tuple[list[float], list[float]]:
    """Centres and widths from lines of numbers."""
    first = [row[0] for row in lines]
    counted = len(lines) > 2 and first in (
        [float(n) for n in range(len(lines))],
        [float(n + 1) for n in range(len(lines))],
    )
    table = len(lines) > 2 and len({len(row) for row in lines}) == 1
    if table and counted and len(lines[0]) in (2, 3):
        return [row[1] for row in lines], [row[2] for row in lines] if len(lines[0]) == 3 else []
    if table and len(lines[0]) == 2 and all(row[1] < row[0] / 5 for row in lines):
        return first, [row[1] for row in lines]
    return [number for row in lines for number in row], []


def _require_band_list(values: Sequence[float], bands: int, what: str) -> None:
    if len(values) not in (0, bands):
        raise HsiError(
            say("{count} {what} were given for {bands} bands.", count=len(values), what=what, bands=bands),
            say("Give one number for each band."),
        )
    if not all(np.isfinite(v) and v > 0 for v in values):
        raise HsiError(say("The {what} are not all positive numbers.", what=what), say("Give them in nanometres."))
