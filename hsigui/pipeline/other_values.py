"""Whether the values of a cube are such as a run has seen: by how much they lie outside, and what may mend it.

A classifier reads standard scores. A cube of the same land in another unit, or of another gain, has the scores of quite
other materials: at a factor of 1.05 a map can be half wrong. What is compared is therefore the distance of the cube's
means from those of the run in the run's own standard deviations; and whether one factor for all bands explains it.
Loads no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.transform import BandTransform, sample_spectra
from hsigui.texts import say

COMPARED = 2_000  # pixels of a cube whose values are compared with those of the run's scene
APART = 0.25  # standard deviations that one factor explains: maps begin to suffer there
FAR = 1.0  # standard deviations that no factor explains: other land, another season, another product
ONE_FACTOR = 0.25  # by how much, in shares of its logarithm, those of single bands and of deviations may part from one
SHAPE = 0.4  # standard deviations of the run's principal components, on the average: spectra of another shape
NOISY = 2.5  # times the run's deviations along a component that is neither large nor small: more noise than there was
STANDS_OUT = 4.0  # standard deviations by which a band lies further off than the others
NAMED = 4  # bands in a sentence
FINE = 0.03  # a proposed scale is rounded to a power of ten, or to two digits, within so much of it


@dataclass(frozen=True)
class _Apart:
    """How the values of a cube lie to those of a run, one entry a used band.

    Attributes:
        shift: distance of the means, in standard deviations of the run.
        factor: how many times as large the values are.
        spread: how many times as large their deviations are.
    """

    shift: NDArray[np.float64]
    factor: NDArray[np.float64]
    spread: NDArray[np.float64]


def told_of_values(cube: Cube, transforms: Sequence[BandTransform], check: Callable[[], None] = lambda: None) -> str:
    """What to say of a cube whose values lie outside of what a run saw; empty for others.

    Args:
        cube: in the bands of the run.
        transforms: of the run, which know the means and deviations of its scene. Those that stretch every spectrum to
            one range do not mind the unit.
    """
    known = next((transform for transform in transforms if not transform.pixel_range), None)
    if known is None:
        return ""
    sample = sample_spectra(cube, COMPARED, check=check)[:, known.good].astype(np.float64)
    sample = sample[np.isfinite(sample).all(axis=1)]
    if not len(sample) or not sample.any():
        return ""
    apart = _apart(sample, known)
    factor = _common_factor(apart)
    of_all, even = _of_all(apart, factor, cube), sample / (factor or 1.0)
    rest = apart if factor is None else _apart(even, known)  # what the factor does not explain
    of_some = _of_some(rest, known, cube)
    return " ".join(filter(None, (of_all, of_some))) or _of_shapes(even, known, transforms)


def _apart(sample: NDArray[np.float64], known: BandTransform) -> _Apart:
    mean, sd = known.mean.astype(np.float64), known.sd.astype(np.float64)
    own = np.sqrt((sample**2).mean(axis=0))
    trained = np.sqrt(mean**2 + sd**2)
    factor = own / np.where(trained > 0, trained, np.nan)
    return _Apart((sample.mean(axis=0) - mean) / sd, factor, sample.std(axis=0) / sd)


def _of_all(apart: _Apart, factor: float | None, cube: Cube) -> str:
    """What to say of values that lie off in most bands; `factor` is the one that explains it, if any."""
    off = float(np.median(np.abs(apart.shift)))
    if factor is not None and off >= APART:
        return say(
            "Its values are about {times:.3g} times those that the run was trained on ({off:.1f} of their standard "
            "deviations off), so the map may be wrong: are they in the same unit (reflectance, scaled reflectance or "
            "radiance)? If not, dividing them by {scale:g} brings them there (--scale {scale:g}).",
            times=factor,
            off=off,
            scale=round_scale(factor * cube.info.scale),
        )
    if off >= FAR:
        return say(
            "Its values lie outside of what the run saw, {off:.1f} standard deviations off at the median band: expect "
            "a worse map than that of the run's own scene.",
            off=off,
        )
    return ""


def _of_shapes(sample: NDArray[np.float64], known: BandTransform, transforms: Sequence[BandTransform]) -> str:
    """What to say of spectra of another shape, or of more noise, than the run has seen, though no band lies far off.

    Bands of a scene go up and down together: a gain that differs from band to band by a tenth leaves each of them
    within what was seen, and makes spectra of no material of the run. Its principal components show it.

    Args:
        sample: pixels x used bands.
        known: by whose bands it was taken.
    """
    axes = next((t for t in transforms if t.components is not None and not t.pixel_range), None)
    if axes is None or axes.components is None or axes.sd_components is None:
        return ""
    if not np.array_equal(axes.good, known.good):
        return ""
    spread = np.maximum(axes.sd_components.astype(np.float64), np.finfo(np.float32).tiny)
    scores = (sample - axes.mean) / axes.sd @ axes.components.T / spread
    off, wide = float(np.sqrt((scores.mean(axis=0) ** 2).mean())), float(np.median(scores.std(axis=0)))
    if off >= SHAPE:
        return say(
            "The shapes of its spectra lie outside of what the run saw, {off:.1f} standard deviations off at an "
            "average principal component, though no single band does: are they calibrated as those of the run were? "
            "Expect a worse map than that of the run's own scene.",
            off=off,
        )
    if wide >= NOISY:
        return say(
            "Its spectra vary {wide:.1f} times as much as those that the run saw along a middling principal component: "
            "with so much more noise, expect a worse map than that of the run's own scene.",
            wide=wide,
        )
    return ""


def _of_some(apart: _Apart, known: BandTransform, cube: Cube) -> str:
    """What to say of single bands that lie much further off than the others, as a broken one does."""
    off = np.abs(apart.shift)
    out = np.flatnonzero(off > np.median(off) + STANDS_OUT)
    if not len(out):
        return ""
    wavelengths = cube.wavelengths
    bands = known.good[out[np.argsort(-off[out], kind="stable")][:NAMED]].tolist()
    names = [
        say("band {number}", number=n + 1) if wavelengths is None else say("{nm:.1f} nm", nm=wavelengths[n])
        for n in bands
    ]
    more = say(" and {count} more", count=len(out) - NAMED) if len(out) > NAMED else ""
    return say(
        "Its values in {count} of {used} bands lie outside of what the run saw, by up to {off:.3g} standard deviations "
        "({which}): are these bands broken?",
        count=len(out),
        used=len(off),
        off=float(off[out].max()),
        which=", ".join(names) + more,
    )


def _common_factor(apart: _Apart) -> float | None:
    """The factor that explains most bands alike, means and deviations; None where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        logs, spreads = np.log(apart.factor), np.log(apart.spread)
    logs, spreads = logs[np.isfinite(logs)], spreads[np.isfinite(spreads)]
    if not len(logs) or not len(spreads):
        return None
    middle = float(np.median(logs))
    uneven = float(np.median(np.abs(logs - middle)))
    other = abs(float(np.median(spreads)) - middle)
    return math.exp(middle) if max(uneven, other) <= ONE_FACTOR * abs(middle) else None


def round_scale(factor: float) -> float:
    """A scale as people write it: a power of ten where it is close to one, else two digits, or more where they tell."""
    power = 10.0 ** round(math.log10(factor))
    if abs(math.log(factor / power)) <= FINE:
        return power
    two = float(f"{factor:.2g}")
    return two if abs(math.log(factor / two)) <= FINE / 3 else float(f"{factor:.3g}")
