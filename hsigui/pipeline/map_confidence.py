"""The confidence of a map that lies in a file: which file that is, and whether it still is that of the map. Loads no
torch."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.flips import Flip, flips
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.place import require_same_place
from hsigui.labels.raster import ClassRaster
from hsigui.pipeline.provenance import Provenance
from hsigui.texts import say


def layer_hash(layer: NDArray[np.floating]) -> str:
    """SHA-256 over the size and the values of a layer (rows x cols), whatever format it is kept in; all that is no
    number is alike."""
    values = np.ascontiguousarray(layer, dtype="<f4").copy()
    values[np.isnan(values)] = np.nan
    return hashlib.sha256(repr(values.shape).encode() + values.tobytes()).hexdigest()


def confidence_of(record: Provenance | None, raster: ClassRaster) -> tuple[NDArray[np.float32] | None, tuple[str, ...]]:
    """The confidence that was written with a map, rows x cols, and what to say where it is lost; None where none was.

    Args:
        record: of the map.
        raster: the map as it was read.
    """
    if record is None or not record.confidence:
        return None, ()
    path = Path(record.confidence)
    lost = say("The confidence of the map, {name}, has moved or changed: its reliability is not told.", name=path.name)
    if not path.exists():
        return None, (lost,)
    try:
        layer = open_cube(path)
        found = layer.band(0)
        if found.shape != raster.array.shape:
            return None, (lost,)
        require_same_place(layer.geo, raster.geo, found.shape, say("confidences"))
    except HsiError as error:
        return None, (say("The confidence of the map cannot be read: {message}", message=error.message),)
    # Written from its northern row on it is the same layer.
    if record.confidence_sha256 not in {layer_hash(flip.array(found)) for flip in (Flip(), *flips())}:
        return None, (lost,)
    return found, ()
