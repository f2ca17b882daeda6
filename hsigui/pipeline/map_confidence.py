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


def read_confidence(path: Path, raster: ClassRaster) -> tuple[NDArray[np.float32], bool]:
    """The confidence of a map from a file that was named, rows x cols, and whether it is the only layer there: of
    several, which are the probabilities of the classes, it is the highest.

    Args:
        raster: the map as it was read.

    Raises:
        HsiError: the file cannot be read, is of other pixels, or holds something else.
    """
    layer = open_cube(path)
    if (layer.rows, layer.cols) != raster.array.shape:
        raise HsiError(
            say("{name} has {shape} pixels, the map {wanted}.", name=path.name, shape=f"{layer.rows} x {layer.cols}",
                wanted=" x ".join(map(str, raster.array.shape))),
            say("Choose the file that was written with the map."),
        )  # fmt: skip
    require_same_place(layer.geo, raster.geo, raster.array.shape, say("confidences"))
    found = layer.band(0)
    for number in range(1, layer.bands):
        np.fmax(found, layer.band(number), out=found)
    named = {name.casefold() for name in layer.info.band_names}
    within = np.nanmin(found, initial=0) >= 0 and np.nanmax(found, initial=0) < 1.001  # as far as rounding takes it
    if "entropy" in named or not within:
        raise HsiError(
            say("{name} holds no probabilities from 0 to 1.", name=path.name),
            say("Choose the confidence or the probabilities that were written with the map."),
        )
    return found, layer.bands == 1


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
