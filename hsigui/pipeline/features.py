"""Features of every pixel, computed once and kept: what every probe and every map is made from. Loads no torch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.saving import written_beside

ARRAY, VALID, ABOUT = "features.npy", "features-valid.npy", "features.json"


@dataclass(frozen=True)
class Features:
    """Feature vectors of a scene.

    Attributes:
        array: rows x cols x features, float16; an array or a memory map.
        valid: rows x cols; False where the cube has no data.
        mean, sd: of every feature over the valid pixels; probes see (array - mean) / sd.
        key: of the cube and encoder that they belong to.
    """

    array: NDArray[np.float16]
    valid: NDArray[np.bool_]
    mean: NDArray[np.float32]
    sd: NDArray[np.float32]
    key: str = ""

    @property
    def shape(self) -> tuple[int, int]:
        return self.valid.shape[0], self.valid.shape[1]

    def standardised(self, window: NDArray[np.float16]) -> NDArray[np.float32]:
        """Standard scores of some feature vectors, (..., features)."""
        return (window.astype(np.float32) - self.mean) / self.sd

    def at(self, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Standardised features of the masked pixels, pixels x features, row-major."""
        return self.standardised(self.array[mask])


def finished(array: NDArray[np.float16], valid: NDArray[np.bool_], key: str) -> Features:
    """Features with their mean and standard deviation, taken over at most some 200 000 valid pixels."""
    step = max(1, int(np.sqrt(valid.size / 200_000)))
    sample = array[::step, ::step][valid[::step, ::step]].astype(np.float32)
    if len(sample) == 0:
        sample = array[valid].astype(np.float32)
    mean, sd = sample.mean(axis=0), sample.std(axis=0)
    sd[sd < 1e-6] = 1.0
    return Features(array, valid, mean, sd, key)


def save(features: Features, folder: Path) -> None:
    """Writes validity and description of features whose array already lies in the folder; the description last."""
    about = {"key": features.key, "shape": list(features.array.shape)}
    with written_beside(folder / VALID, folder / ABOUT) as (valid, beside):
        np.save(valid, features.valid)
        beside.write_text(json.dumps(about), encoding="utf-8")


def load(folder: Path, key: str, shape: tuple[int, int]) -> Features | None:
    """The features kept in a folder, memory-mapped; None when there are none for this key."""
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        if about["key"] != key:
            return None
        array = np.load(folder / ARRAY, mmap_mode="r", allow_pickle=False)
        valid = np.load(folder / VALID, allow_pickle=False)
    except (OSError, ValueError, KeyError, TypeError):
        # A cache that cannot be read is a cache that is not there: it is computed again.
        return None
    if (
        array.shape[:2] != shape
        or valid.shape != shape
        or list(array.shape) != about["shape"]
        or array.dtype != np.float16
    ):
        return None
    return finished(array, valid, key)
