"""Labels of another scene, or of an earlier state of its file, brought onto the pixels of this one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hsigui.errors import HsiError
from hsigui.labels.grid import Grid
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.place import RESAMPLE, Misplaced, fitted
from hsigui.labels.raster import ClassRaster
from hsigui.storage.kept_scene import KeptScene
from hsigui.texts import say


def brought_onto(kept: KeptScene, grid: Grid) -> tuple[dict[int, NDArray[np.uint16]], str]:
    """The layers on the pixels of a scene, and what was done for it, as a sentence.

    Labels of the same size and place are taken as they are; those that name another place on the same map are
    resampled; of others, the part that both have is taken, from the upper left pixel on.

    Args:
        kept: layers of any shape, rows x cols.
        grid: the scene that they are brought onto.
    """
    layers = {TRAINING: kept.labels, VALIDATION: kept.validation}
    try:
        found = {number: _fitted(array, kept, grid) for number, array in layers.items()}
        moved = any(raster.notes for raster in found.values())
        text = say("The labels were resampled to the place of this scene.") if moved else ""
        return {number: raster.array for number, raster in found.items()}, text
    except HsiError:
        rows, cols = (min(one, other) for one, other in zip(kept.facts.shape, grid.shape, strict=True))
        cut = {number: np.zeros(grid.shape, np.uint16) for number in layers}
        for number, array in layers.items():
            cut[number][:rows, :cols] = array[:rows, :cols]
        return cut, say(
            "The labels were taken pixel by pixel from the upper left corner: {rows} x {cols} of {all_rows} x "
            "{all_cols}.",
            rows=rows,
            cols=cols,
            all_rows=kept.facts.rows,
            all_cols=kept.facts.cols,
        )


def _fitted(array: NDArray[np.uint16], kept: KeptScene, grid: Grid) -> ClassRaster:
    raster = ClassRaster(array, kept.classes, kept.facts.geo)
    try:
        return fitted(raster, grid, say("labels"))
    except Misplaced as misplaced:
        if RESAMPLE not in misplaced.remedies:
            raise
        return fitted(raster, grid, say("labels"), RESAMPLE)
