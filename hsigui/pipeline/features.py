"""Features of every pixel, computed once and kept: what every probe and every map is made from. Loads no torch."""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.saving import written_beside
from hsigui.errors import HsiError

SETS_KEPT = 3  # of features in one run folder


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
    """Features with their mean and standard deviation, taken over at most some 200 000 valid pixels.

    Raises:
        HsiError: no pixel is valid.
    """
    if not valid.any():
        raise HsiError("The scene has no pixel with data in all good bands.", "Check the no-data value and bad bands.")
    step = max(1, int(np.sqrt(valid.size / 200_000)))
    sample = array[::step, ::step][valid[::step, ::step]].astype(np.float32)
    if len(sample) == 0:
        sample = array[valid].astype(np.float32)
    mean, sd = sample.mean(axis=0), sample.std(axis=0)
    sd[sd < 1e-6] = 1.0
    return Features(array, valid, mean, sd, key)


class Store:
    """Features on disk: one set of three files for each key, so that several cubes can use one run.

    The array is written under another name and renamed when complete: a program that has the old one mapped goes on
    undisturbed, and a cancelled embedding leaves nothing.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self._folder, self._key = folder, key
        name = f"features-{key[:12]}"
        self._array, self._valid = folder / f"{name}.npy", folder / f"{name}-valid.npy"
        self._about, self._part = folder / f"{name}.json", folder / f"{name}-{os.getpid()}.part"

    def load(self, shape: tuple[int, int]) -> Features | None:
        """The features kept here, memory-mapped; None when there are none of this key and size."""
        try:
            about = json.loads(self._about.read_text(encoding="utf-8"))
            if about["key"] != self._key:
                return None
            array = np.load(self._array, mmap_mode="r", allow_pickle=False)
            valid = np.load(self._valid, allow_pickle=False)
        except (OSError, ValueError, KeyError, TypeError):
            # A cache that cannot be read is a cache that is not there: it is computed again.
            return None
        if array.shape[:2] != shape or valid.shape != shape or list(array.shape) != about["shape"]:
            return None
        return finished(array, valid, self._key) if array.dtype == np.float16 else None

    def create(self, shape: tuple[int, int, int]) -> NDArray[np.float16]:
        """An array on disk to be filled in and handed to `keep` or `discard`.

        Raises:
            OSError: the folder cannot be written or the disk is full.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        array = np.lib.format.open_memmap(self._part, mode="w+", dtype=np.float16, shape=shape)
        if hasattr(os, "posix_fallocate"):
            # A memory map that runs out of disk kills the process: ask for the space before the first write.
            try:
                with self._part.open("r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, array.offset + array.nbytes)
            except OSError:
                self.discard()
                raise
        return array

    def keep(self, array: NDArray[np.float16], valid: NDArray[np.bool_]) -> Features:
        """Puts a filled array in place; the description goes last."""
        if isinstance(array, np.memmap):
            array.flush()
        shape = array.shape
        del array  # some systems do not rename a file that is mapped
        self._part.replace(self._array)
        with written_beside(self._valid, self._about) as (beside, about):
            np.save(beside, valid)
            about.write_text(json.dumps({"key": self._key, "shape": list(shape)}), encoding="utf-8")
        self._drop_old()
        return finished(np.load(self._array, mmap_mode="r"), valid, self._key)

    def discard(self) -> None:
        """Removes a half-filled array."""
        with contextlib.suppress(OSError):  # still mapped on a system that locks: it goes with the folder
            self._part.unlink(missing_ok=True)

    def _drop_old(self) -> None:
        """Keeps the newest few sets of the folder."""
        found = sorted(self._folder.glob("features-*.json"), key=lambda p: p.stat().st_mtime, reverse=True)
        for about in found[SETS_KEPT:]:
            for path in (about, about.with_suffix(".npy"), about.with_name(f"{about.stem}-valid.npy")):
                with contextlib.suppress(OSError):  # mapped by another program on a system that locks
                    path.unlink(missing_ok=True)
