"""Two identities of a scene: which file this is, and which input of learning this is.

Mixing them would orphan the labels at one click on a bad band: labels, recovery copies and projects belong to the file,
features and runs to the input.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import fingerprint

ROWS, COLS, BANDS = 16, 64, 16  # of which samples are read


@dataclass(frozen=True)
class Origin:
    """What a job was made from: a scene, and the revision of its input (which bands, scale, no-data, mask)."""

    scene: int
    revision: int


def file_identity(cube: Cube) -> str:
    """SHA-256 (first 32 hex digits) over shape, type and size in bytes of the stored samples, and some of their bytes.

    No edit of bands, scale, no-data or mask changes it. Two files that differ only in samples that are not among the
    16 rows x 64 columns x 16 bands read share it. Of a scene at an address its version on the server counts in place
    of samples, which would have to come from there.
    """
    digest = hashlib.sha256()
    if cube.info.address:
        about = (cube.shape, cube.dtype.str, cube.info.variable, cube.info.address, cube.info.address_version)
        digest.update(repr(about).encode())
        return digest.hexdigest()[:32]
    nbytes = cube.rows * cube.cols * cube.bands * cube.dtype.itemsize
    digest.update(repr((cube.shape, cube.dtype.str, nbytes)).encode())
    cols = slice(None, None, max(1, cube.cols // COLS))
    bands = _spread(cube.bands, BANDS)
    for row in _spread(cube.rows, ROWS):
        digest.update(np.ascontiguousarray(cube.stored_window(slice(row, row + 1), cols, bands)).tobytes())
    return digest.hexdigest()[:32]


def input_identity(cube: Cube) -> str:
    """Which input of learning this is: the samples with the bands in use, scale, no-data and mask.

    The key of features and runs since the first of them, so that those of earlier days are found.
    """
    return fingerprint(cube)


def same_input(one: Cube, other: Cube) -> bool:
    """Whether two cubes over the same samples are the same input; wavelengths and names do not matter."""
    return (
        one.shape == other.shape
        and one.info.scale == other.info.scale
        and one.info.offset == other.info.offset
        and one.info.nodata == other.info.nodata
        and one.info.valid_range == other.info.valid_range
        and one.info.quality == other.info.quality
        and np.array_equal(one.good_bands, other.good_bands)
    )


def _spread(length: int, count: int) -> list[int]:
    """At most so many places, evenly spread, the first and the last among them."""
    return [] if not length else np.unique(np.linspace(0, length - 1, min(count, length)).astype(int)).tolist()
