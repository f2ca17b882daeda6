"""Labels that chose something of a map besides those that its classifier was fitted to, and how many test pixels are
among them: a figure measured on pixels that took part in choosing is too good. Loads no torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.background import OF_MASKS
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.pipeline.provenance import Provenance, raster_hash
from hsigui.report.context import ChoosingLabels
from hsigui.texts import say


def choosing_labels(
    record: Provenance | None, test: NDArray[np.integer], train: NDArray[np.integer] | None, grid: Grid
) -> tuple[ChoosingLabels, ...]:
    """The labels that chose, with the number of test pixels among them, as far as that is known.

    Args:
        test, train: class numbers, rows x cols, 0 for pixels in neither; no training pixels where they are not known.
        grid: the pixels of the map, on which the labels are to lie.
    """
    if record is None:
        return ()
    return tuple(_told(one, record, test, train, grid) for one in record.chosen_by)


def _told(
    one: Mapping[str, Any], record: Provenance, test: NDArray[np.integer], train: NDArray[np.integer] | None, grid: Grid
) -> ChoosingLabels:
    name = Path(one["file"]).name if one.get("file") else say("labels in no file")
    held = _held(one, record, train, grid)
    tested = None if held is None or held.shape != test.shape else int(np.count_nonzero((held != 0) & (test != 0)))
    return ChoosingLabels(str(one["what"]), name, str(one["sha256"]), int(one["pixels"]), tested)


def _held(
    one: Mapping[str, Any], record: Provenance, train: NDArray[np.integer] | None, grid: Grid
) -> NDArray[np.integer] | None:
    """The labels themselves, rows x cols: those of the training, or of their file where it still holds them."""
    if one["sha256"] == record.labels_sha256 and train is not None:
        return train
    if not one.get("file"):
        return None
    variable = one.get("variable") or None
    # Labels that chose in earlier versions were read as ones in which 0 never was a class.
    for background in (one.get("background") or None, OF_MASKS):
        try:
            found = read_classes(
                one["file"], variable=variable, grid=grid, background=background, buffer=one.get("buffer") or None
            ).array
        except HsiError:  # moved, or another file by now: then it is not known what they held
            continue
        if raster_hash(found) == one["sha256"]:
            return found
    return None
