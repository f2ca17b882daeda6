"""A short name for a cube's contents, to tell whether features on disk belong to it."""

from __future__ import annotations

import hashlib

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.cube.masked import scene_of, set_aside

HASHED_WHOLE = 50_000_000  # samples; of a larger cube some rows are read
ROWS_READ = 64


def fingerprint(cube: Cube) -> str:
    """SHA-256 (first 32 hex digits) over the shape, type, scaling, bad bands and the values of the cube.

    Of a cube of more than 50 million samples, 64 rows spread over the scene are read: two that differ only elsewhere
    share it.
    """
    digest = hashlib.sha256()
    about = (cube.shape, cube.dtype.str, cube.info.scale, cube.info.nodata, cube.good_bands.tolist())
    digest.update(repr(about).encode())
    if cube.info.offset:  # only then, so that features of earlier days are found
        digest.update(repr(cube.info.offset).encode())
    if cube.rows * cube.cols * cube.bands > HASHED_WHOLE and cube.info.quality:
        digest.update(repr(cube.info.quality).encode())  # the rows that are read may have none of the masked pixels
    if cube.rows * cube.cols * cube.bands > HASHED_WHOLE and (out := set_aside(cube)) is not None:
        digest.update(np.packbits(out).tobytes())
    if cube.rows * cube.cols * cube.bands <= HASHED_WHOLE:
        for block in cube.blocks():
            digest.update(np.ascontiguousarray(cube.read(block)).tobytes())
    else:
        step = max(1, cube.cols // 512)
        for row in np.unique(np.linspace(0, cube.rows - 1, ROWS_READ).astype(int)).tolist():
            values = cube.read(slice(row, row + 1), slice(None, None, step))
            digest.update(np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:32]


def scene_fingerprint(cube: Cube) -> str:
    """The same of the scene with the pixels that masks take out for a use (see `masked.SetAside`): by it runs and maps
    know their scene, whichever of its pixels they were made of."""
    return fingerprint(scene_of(cube))
