"""A classifier for a scene whose features fit nowhere: fitted on the surroundings of its labels alone.

Components, edges and the encoder are those of the whole scene, so that a labelled pixel has the features that its tile
gives it later. Mean and deviation of the features are of the windows that are looked at.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline import disk, kept_probe
from hsigui.pipeline.context_features import context_transforms
from hsigui.pipeline.embed import embed_windows
from hsigui.pipeline.influence import levels_of
from hsigui.pipeline.kept_probe import KeptProbe
from hsigui.pipeline.probe import fit_probe
from hsigui.pipeline.run_bands import in_bands
from hsigui.pipeline.tiling import reach
from hsigui.pipeline.tiling.guide import guide_of
from hsigui.pipeline.tiling.windows import SCANNED, Labelled, Windows
from hsigui.report.strips import Tally
from hsigui.sizes import size_text
from hsigui.specs import MapSpec
from hsigui.texts import say


def classifier_by_windows(
    cube: Cube, encoder: Encoder, labels: NDArray[np.integer], classes: ClassTable, spec: MapSpec, folder: Path,
    device: str, ctx: Context,
) -> KeptProbe:  # fmt: skip
    """Fits the probe of the run's recipe to the labels of a scene, without the features of its other pixels.

    Args:
        cube: the scene as its map sees it.
        labels: rows x cols class numbers, 0 for unlabelled.
        spec: how the map is to be drawn.
        folder: beside which the features of the windows lie meanwhile.

    Raises:
        HsiError: fewer than two classes have a label on pixels with data, or the windows are too many for disk and
            memory.
    """
    ctx.progress(0, 0, say("Looking for the labels"))
    found = Labelled.of(labels, ctx)
    if len(np.unique(found.numbers)) < 2:
        raise HsiError(say("A map needs labels of at least two classes."), say("Label some pixels of another class."))
    seen = in_bands(cube, encoder, check=ctx.check).cube
    halo = max(encoder.network.halo, encoder.network.patch // 2)
    windows = Windows.around(found, reach.border_of(encoder.recipe, halo, spec, None), (cube.rows, cube.cols))
    _require_room(cube, encoder, windows, folder)
    known = context_transforms(seen, encoder.recipe.base, (encoder.transform,), encoder.spec.seed, ctx)
    edged = any(reach.needs_edges(level, spec) for level in levels_of(encoder.recipe, spec))
    guide = guide_of(seen, encoder.spec.seed, ctx) if edged else None
    with _scratch(folder) as scratch:
        features = embed_windows(windows.of(seen), encoder, known, guide, ctx, Path(scratch), device=device)
        in_windows = windows.labels(found)
        probe = fit_probe(features, in_windows, None, ctx, spec)
        kept = kept_probe.of_scene(cube, encoder, features, probe, spec, in_windows, classes, "", ctx)
        del features  # which lie in files of the folder that goes now
    return replace(kept, transforms=known, about={**kept.about, "labels_sha256": _sum_of(labels, ctx)})


def _require_room(cube: Cube, encoder: Encoder, windows: Windows, folder: Path) -> None:
    rows, cols = windows.shape
    bands = len(encoder.transform.good)
    size = disk.of_features([rows * cols], encoder.width, bands, encoder.recipe)
    if not disk.holds(folder.parent, size.first + size.later):
        raise HsiError(
            say(
                "The labels of {name} lie in {count} places, whose features would take {size}: neither the "
                "disk of {folder} nor the memory can hold them.",
                name=cube.name, count=len(windows.boxes), size=size_text(size.first + size.later), folder=folder.parent,
            ),
            say("Name a file on a larger disk, or label fewer places: some dabs in several fields of each class."),
        )  # fmt: skip


def _scratch(folder: Path) -> tempfile.TemporaryDirectory[str]:
    """A folder beside the map, whose disk was looked at; gone at the end of its `with`.

    Raises:
        HsiError: it cannot be made.
    """
    try:
        return tempfile.TemporaryDirectory(prefix=".features-", dir=folder.parent, ignore_cleanup_errors=True)
    except OSError as error:
        raise HsiError(
            say("There is no room for the features: {strerror}.", strerror=error.strerror or error),
            say("Is the disk full?"),
        ) from error


def _sum_of(labels: NDArray[np.integer], ctx: Context) -> str:
    """As `provenance.raster_hash` of labels (rows x cols), some rows at a time."""
    (rows, cols), total = labels.shape, Tally((labels.shape[0], labels.shape[1]))
    each = max(1, SCANNED // max(1, cols))
    for top in range(0, rows, each):
        ctx.check()
        total.take(labels[top : top + each])
    return total.sha256
