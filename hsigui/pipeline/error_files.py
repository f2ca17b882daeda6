"""Where a map is right and wrong as files: rasters for GIS and pictures, with the record of how they came to be."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

from hsigui.pipeline import provenance
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.scoring import Scored
from hsigui.report.error_map import error_map
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from hsigui.report.table import read_back_suffixes
from hsigui.texts import say


def write_errors(
    scored: Scored, path: Path, commands: Sequence[str], *, by_pair: bool = False, options: MapOptions | None = None
) -> list[Path]:
    """Writes which test pixels a map has right: 0 not tested, 1 right, 2 wrong; or from 2 on which class is taken for
    which.

    Args:
        path: its suffix chooses the format, see `report.table`.
        commands: that make the file again in an empty folder, for its record; none where they are not known.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix is unknown, the file cannot be written, or its format cannot say where the map lies.
    """
    array, table = error_map(scored.array, scored.test, scored.classes, by_pair=by_pair)
    what = say("which class is taken for which") if by_pair else say("right and wrong")
    how = dataclasses.replace(options or MapOptions(), title=say("{name}: {what}", name=scored.name, what=what))
    written = export_map(path, array, table, scored.geo, options=how)
    if path.suffix.lower() not in read_back_suffixes() or how.north_up:
        return written
    rows, cols = array.shape
    made = scored.record or Provenance(scene={"name": scored.name, "rows": rows, "cols": cols})
    told = {
        "shown": what, "map": scored.hashes["map"], "measured on": scored.facts.tested_on or scored.hashes["reference"],
        "right": f"{int((array == 1).sum())}", "wrong": f"{int((array > 1).sum())}",
    }  # fmt: skip
    record = dataclasses.replace(
        made, settings={**made.settings, "Errors": told}, commands=tuple(commands), confidence="", confidence_sha256=""
    )
    return [*written, provenance.save(record, path, array)]
