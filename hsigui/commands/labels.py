"""What `hsigui labels` does: labels from one format into another, onto the pixels of a scene where one is named."""

from __future__ import annotations

import argparse

import numpy as np

from hsigui.commands.console import tell_all
from hsigui.commands.outputs import check_outputs
from hsigui.commands.without_effect import Need, require_effect
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.labels.formats.class_tables import merged_table, read_table
from hsigui.labels.formats.files import ClassRaster, Grid, read_classes, write_classes
from hsigui.labels.formats.table import written_suffixes
from hsigui.labels.matching import pixel_counts
from hsigui.labels.place import RESAMPLE, Misplaced, fitted
from hsigui.texts import say


def labels(arguments: argparse.Namespace) -> None:
    """Reads labels in any format, fits them to a scene where one is named, and writes them in the other format.

    Raises:
        HsiError: a file cannot be read or written, or the labels do not lie on the scene and are not to be resampled.
    """
    scene = arguments.scene is not None
    require_effect(
        arguments, [Need("resample", scene, say("--resample is to the pixels of --scene, and none is given."))]
    )
    check_outputs([arguments.source], [(arguments.out, written_suffixes())])
    grid = None
    if arguments.scene is not None:
        cube = open_cube(arguments.scene, gaps=False)
        grid = Grid(cube.rows, cube.cols, cube.geo)
    raster = read_classes(
        arguments.source,
        variable=arguments.variable,
        grid=grid,
        background=arguments.background,
        buffer=arguments.buffer,
    )
    geo = raster.geo
    if grid is not None:
        raster, geo = _on_scene(raster, grid, arguments.resample), grid.geo
    tell_all(raster.notes)
    classes = raster.classes
    if arguments.classes is not None:
        classes = merged_table(classes, read_table(arguments.classes))
    written = write_classes(arguments.out, raster.array, classes, geo)
    counts = pixel_counts(raster.array)
    print(
        say(
            "{count} labels of {counts_count} classes -> {written}",
            count=np.count_nonzero(raster.array),
            counts_count=len(counts),
            written=", ".join(map(str, written)),
        )
    )
    if raster.background is not None and not raster.background.reasons:
        print(raster.background.words)
    for number, pixels in counts.items():
        print(say("{number:>8}  {name}, {pixels} pixels", number=number, name=classes.get(number).name, pixels=pixels))


def _on_scene(raster: ClassRaster, grid: Grid, resample: bool) -> ClassRaster:
    try:
        return fitted(raster, grid, say("labels"))
    except Misplaced as error:
        if RESAMPLE not in error.remedies:
            raise
        if resample:
            return fitted(raster, grid, say("labels"), RESAMPLE)
        hint = say("Add --resample to take for each pixel of the scene the class at its place.")
        raise HsiError(error.message, hint) from None
