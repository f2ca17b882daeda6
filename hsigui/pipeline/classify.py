"""Drawing the map: class and confidence of every pixel. Loads no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from hsigui.jobs import Context
from hsigui.methods.probe import Probe
from hsigui.pipeline.features import Features
from hsigui.specs import MapSpec

BLOCK_VALUES = 64_000_000  # float32 values held at once (256 MB)
TRUNCATE = 3.0  # standard deviations at which the smoothing Gaussian is cut off


@dataclass(frozen=True)
class ClassMap:
    """A classification map.

    Attributes:
        classes: rows x cols uint16; 0 where the cube has no data.
        confidence: rows x cols float32, the probability of the chosen class; NaN where the cube has no data.
        entropy: rows x cols float32, of the class probabilities, 0 (sure) to 1 (all alike); NaN likewise.
    """

    classes: NDArray[np.uint16]
    confidence: NDArray[np.float32]
    entropy: NDArray[np.float32]


def classify(features: Features, probe: Probe, spec: MapSpec, ctx: Context) -> ClassMap:
    """Classifies every pixel that has data, by blocks of rows; the blocks do not show.

    Raises:
        Cancelled: through the context.
    """
    rows, cols = features.shape
    found = ClassMap(
        np.zeros((rows, cols), dtype=np.uint16),
        np.full((rows, cols), np.nan, dtype=np.float32),
        np.full((rows, cols), np.nan, dtype=np.float32),
    )
    halo = int(TRUNCATE * spec.smooth + 0.5)
    per_pixel = len(probe.numbers) + 2 * features.array.shape[2]  # probabilities, and the features twice as float32
    step = max(16, BLOCK_VALUES // (cols * per_pixel) - 2 * halo)
    for start in range(0, rows, step):
        ctx.progress(start, rows, "Drawing the map")
        stop = min(rows, start + step)
        first, last = max(0, start - halo), min(rows, stop + halo)
        window = np.asarray(features.array[first:last])
        probabilities = probe.probabilities(features.standardised(window))
        if spec.smooth > 0:
            _smooth(probabilities, features.valid[first:last], spec.smooth, ctx)
        _decide(
            probabilities[start - first : stop - first], probe, features.valid[start:stop], found, slice(start, stop)
        )
    return found


def _decide(
    probabilities: NDArray[np.float32], probe: Probe, valid: NDArray[np.bool_], found: ClassMap, rows: slice
) -> None:
    """Fills in some rows of a map from their class probabilities."""
    best = probabilities.argmax(axis=2)
    found.classes[rows] = np.where(valid, probe.numbers[best], 0)
    sure = np.take_along_axis(probabilities, best[..., None], axis=2)[..., 0]
    found.confidence[rows] = np.where(valid, sure, np.nan)
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=2) / np.log(len(probe.numbers))
    found.entropy[rows] = np.where(valid, entropy, np.nan)


def _smooth(probabilities: NDArray[np.float32], valid: NDArray[np.bool_], sigma: float, ctx: Context) -> None:
    """Gaussian means of the probabilities over valid pixels, in place; they still sum to 1."""
    weight = gaussian_filter(valid.astype(np.float32), sigma, truncate=TRUNCATE)
    weight[~valid] = 1.0
    for number in range(probabilities.shape[2]):
        ctx.check()
        layer = probabilities[..., number] * valid
        probabilities[..., number] = gaussian_filter(layer, sigma, truncate=TRUNCATE) / weight
