"""The record of a map by spectra: what it was compared with, and where the scene has no data. Loads no torch."""

from __future__ import annotations

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
from hsigui.pipeline.packed_bits import packed, unpacked
from hsigui.pipeline.provenance import Provenance, chosen_of, pixel_area, raster_hash, told_of_masks
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
        no_data=packed(~found.valid),
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
    are those without data, but for maps by spectra and finished ones, which leave some unclassified.

    Args:
        array: the class numbers of the map, rows x cols.
    """
    if record is None or (record.finishing and not record.finishing.get("no_data_known")):
        return None
    if not record.matching and not record.finishing:
        return np.asarray(array != 0)
    ways = (Flip(), *flips())  # in which the map may have been turned when it was written
    same = next((flip for flip in ways if record.map_sha256 == raster_hash(flip.array(array))), None)
    for flip in ways if same is None else (same,):
        there = flip.array(array)
        without = unpacked(record.no_data, there.shape)
        if without is not None and not there[without].any():
            return np.asarray(flip.array(~without))
    return None
