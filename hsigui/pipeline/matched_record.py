"""The record of a map by spectra: what it was compared with, and where the scene has no data. Loads no torch."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.nearest import Nearest
from hsigui.analysis.references import Matching
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.flips import Flip, flips
from hsigui.cube.masked import masks_told
from hsigui.pipeline.provenance import Provenance, chosen_of, pixel_area, told_of_masks
from hsigui.texts import say

NAMED = 40  # classes whose names a report tells


def describe_match(cube: Cube, found: Nearest, seconds: Mapping[str, float] | None = None) -> Provenance:
    """The record of a map by spectra."""
    matching = found.matching
    return Provenance(
        scene={"name": cube.name, "rows": cube.rows, "cols": cube.cols, "bands": cube.bands},
        settings={
            **({"Scene": said} if (said := chosen_of(cube)) else {}),
            "Matching": in_words(matching, found, cube),
            **({"Masks": told_of_masks(masks)} if (masks := masks_told(cube)) else {}),
        },
        seconds=dict(seconds or {}),
        pixel_area_m2=pixel_area(cube.geo, (cube.rows, cube.cols)),
        cube=cube.where,
        hashes={"cube": scene_fingerprint(cube)},
        reach=0,
        matching=matching.to_json(),
        no_data=_packed(found.valid),
        masks=masks_told(cube),
    )


def in_words(matching: Matching, found: Nearest, cube: Cube) -> dict[str, Any]:
    """How the pixels were compared, for the report: name -> value."""
    row, names, sources = matching.measure, matching.names, sources_of(matching)
    unit = "" if row.unit in ("", "value") else f" {row.unit}"
    limit = say("none") if matching.threshold is None else f"{matching.threshold:g}{unit}"
    told: dict[str, Any] = {"measure": row.title, "paper": row.paper, "threshold": limit}
    if matching.thresholds:
        each = (f"{name} {value:g}{unit}" for name, value in matching.thresholds.items())
        told["thresholds of classes"] = ", ".join(each)
    if matching.first or matching.last:
        last = say("the end") if not matching.last else f"{matching.last:g}"
        told["range (nm)"] = say("{first:g} to {last}", first=matching.first, last=last)
    more = say(" and {count} more", count=len(names) - NAMED) if len(names) > NAMED else ""
    return {
        **told,
        "spectra": len(matching.references),
        "classes": ", ".join(names[:NAMED]) + more,
        "spectra from": ", ".join(sources),
        "bands compared": say("{count} of {bands}", count=len(found.bands), bands=cube.bands),
        "confidence": say("how like a pixel is to its class, 0 to 1; no probability"),
        **({"notes": " ".join(found.notes)} if found.notes else {}),
    }


def sources_of(matching: Matching) -> list[str]:
    """Where the spectra are from, in words, each place once."""
    found = []
    for each in matching.references:
        if each.source:
            found.append(Path(each.source).name)
        elif each.of_labels:
            found.append(say("means of the labelled pixels"))
        else:
            found.append(say("pixels of the scene") if each.place is not None else say("spectra of the window"))
    return list(dict.fromkeys(found))


def valid_of(record: Provenance | None, array: NDArray[np.uint16]) -> NDArray[np.bool_] | None:
    """Where the scene of a map in a file has data, rows x cols; None where that is not known. Pixels without a class
    are those without data, but for maps by spectra, which leave some unclassified.

    Args:
        array: the class numbers of the map, rows x cols.
    """
    if record is None:
        return None
    if not record.matching:
        return np.asarray(array != 0)
    if not record.no_data:
        return np.ones(array.shape, dtype=bool)
    for flip in (Flip(), *flips()):
        there = flip.array(array)
        valid = _unpacked(record.no_data, there.shape)
        if valid is not None and not there[~valid].any():
            return np.asarray(flip.array(valid))
    return None


def _packed(valid: NDArray[np.bool_]) -> str:
    """Where there is no data as text; empty for nowhere. Rows x cols."""
    return "" if valid.all() else base64.b64encode(zlib.compress(np.packbits(~valid).tobytes(), 6)).decode("ascii")


def _unpacked(text: str, shape: tuple[int, ...]) -> NDArray[np.bool_] | None:
    """Where there is data, rows x cols; None where the text is of another size, or none of ours."""
    count = int(np.prod(shape))
    size = -(-count // 8)
    try:
        content = zlib.decompressobj().decompress(base64.b64decode(text), size + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    if len(content) != size:
        return None
    bits = np.unpackbits(np.frombuffer(content, dtype=np.uint8), count=count)
    return np.asarray(bits.reshape(shape) == 0)
