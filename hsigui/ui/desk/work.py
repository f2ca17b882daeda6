"""What the window's jobs do, on their worker threads: verbs of the rooms below, with a word of progress.

No widget is touched here; values go in and results come out.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.picture import Picture, display_step, picture_of, values_at
from hsigui.cube.render import ViewState
from hsigui.cube.sensors import noisy_bands
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, write_classes
from hsigui.labels.on_scene import onto, read_onto
from hsigui.pipeline.live import (
    Box,
    Glimpse,
    Mapped,
    Trained,
    draw_sample,
    find_spots,
    look_at_labels,
    make_map,
    measure_again,
    pretrain_and_embed,
    restore_run,
)
from hsigui.pipeline.values import DeviceKnown

__all__ = [
    "Box", "DeviceKnown", "Glimpse", "Mapped", "Picture", "Trained", "display_step", "draw_picture", "draw_sample",
    "find_spots", "fit_classes", "load_classes", "look_at_labels", "look_for_noise", "make_map", "measure_again",
    "pretrain_and_embed", "read_spectrum", "read_values", "restore_run", "save_classes",
]  # fmt: skip


def look_for_noise(ctx: Context, cube: Cube) -> list[int]:
    """Numbers of the bands of low signal-to-noise ratio, from samples of the scene."""
    ctx.progress(0, 0, "Looking for noisy bands…")
    return noisy_bands(cube)


def draw_picture(ctx: Context, cube: Cube, view: ViewState) -> Picture:
    """Renders a composite, stretched by the percentiles of the valid pixels."""
    return picture_of(cube, view, ctx.check)


def read_spectrum(_ctx: Context, cube: Cube, row: int, col: int) -> NDArray[np.float32]:
    return cube.spectrum(row, col)


def read_values(_ctx: Context, cube: Cube, view: ViewState, row: int, col: int) -> NDArray[np.float32]:
    """The values of one pixel in the three bands that are shown."""
    return values_at(cube, view, row, col)


def load_classes(ctx: Context, path: Path, cube: Cube, what: str, variable: str | None = None) -> ClassRaster:
    """Reads the classes of pixels of a scene; `Misplaced` when they can be brought to the scene in several ways."""
    ctx.progress(0, 0, f"Reading {path.name}…")
    return read_onto(path, cube, what, variable)


def fit_classes(ctx: Context, raster: ClassRaster, cube: Cube, what: str, remedy: str) -> ClassRaster:
    """Brings a misplaced raster to the pixels of a scene in the way that the user chose."""
    ctx.progress(0, 0, f"Bringing the {what} to the scene…")
    return onto(raster, cube, what, remedy)


def save_classes(ctx: Context, path: Path, array: NDArray[np.uint16], classes: ClassTable, cube: Cube) -> list[Path]:
    ctx.progress(0, 0, f"Writing {path.name}…")
    return write_classes(path, array, classes, cube.geo)
