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

BLOCK_PIXELS = 65_536


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
    """Classifies every pixel that has data.

    Raises:
        Cancelled: through the context.
    """
    probabilities = _probabilities(features, probe, ctx)
    if spec.smooth > 0:
        _smooth(probabilities, features.valid, spec.smooth, ctx)
    ctx.check()
    best = probabilities.argmax(axis=2)
    classes = np.where(features.valid, probe.numbers[best], 0).astype(np.uint16)
    confidence = np.take_along_axis(probabilities, best[..., None], axis=2)[..., 0]
    entropy = -(probabilities * np.log(np.maximum(probabilities, 1e-12))).sum(axis=2) / np.log(len(probe.numbers))
    for layer in (confidence, entropy):
        layer[~features.valid] = np.nan
    return ClassMap(classes, confidence, entropy.astype(np.float32))


def _probabilities(features: Features, probe: Probe, ctx: Context) -> NDArray[np.float32]:
    """rows x cols x classes, by blocks of rows."""
    rows, cols = features.shape
    out = np.empty((rows, cols, len(probe.numbers)), dtype=np.float32)
    step = max(1, BLOCK_PIXELS // cols)
    for start in range(0, rows, step):
        ctx.progress(start, rows, "Drawing the map")
        block = slice(start, start + step)
        out[block] = probe.probabilities(features.standardised(features.array[block]))
    return out


def _smooth(probabilities: NDArray[np.float32], valid: NDArray[np.bool_], sigma: float, ctx: Context) -> None:
    """Gaussian means of the probabilities over valid pixels, in place; they still sum to 1."""
    weight = gaussian_filter(valid.astype(np.float32), sigma, truncate=3.0)
    weight[weight < 1e-3] = 1.0
    for number in range(probabilities.shape[2]):
        ctx.check()
        layer = probabilities[..., number] * valid
        probabilities[..., number] = gaussian_filter(layer, sigma, truncate=3.0) / weight
