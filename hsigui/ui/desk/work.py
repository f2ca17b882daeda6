"""What the window's jobs do, on their worker threads. No widget is touched here; values go in and results come out.

`hsigui.pipeline` is imported inside the functions: it brings torch, whose import costs seconds that belong to the
worker.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState, render
from hsigui.cube.sensors import noisy_bands
from hsigui.document.samples import Sample
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, Grid, find_truth_in_cube_file, read_classes, write_classes
from hsigui.labels.place import fitted
from hsigui.labels.sampling import Split
from hsigui.specs import MapSpec, PretrainSpec, SplitSpec

if TYPE_CHECKING:
    from hsigui.report.metrics import Accuracy

Box = tuple[int, int, int, int]
RIM = 2  # pixels at the border of a scene that nobody is asked about
SHOWN_PIXELS = 6_000_000  # a larger scene is shown with every second (third, ...) pixel


@dataclass(frozen=True)
class Picture:
    """A rendered composite: rows x cols x 3 uint8, every `step`-th pixel."""

    rgb: NDArray[np.uint8]
    step: int


@dataclass(frozen=True)
class DeviceKnown:
    """A partial result: the words for the device that a job runs on."""

    text: str


@dataclass(frozen=True)
class Trained:
    """An encoder and the features of a scene, where both are kept (None if nowhere), and seconds a step."""

    encoder: Any
    features: Any
    folder: Path | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Mapped:
    """A probe, its map, what it was made from, how right it is where that is known, how it was drawn, the sample that
    its labels began with, and seconds a step."""

    probe: Any
    class_map: Any
    trained_on: NDArray[np.uint16]
    accuracy: Accuracy | None
    drawn: MapSpec | None = None
    sample: Sample | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Glimpse:
    """A partial result: the map of a part of the scene that begins at a pixel."""

    top: int
    left: int
    class_map: Any


def display_step(cube: Cube) -> int:
    """Every how many pixels are shown, so that a picture stays below SHOWN_PIXELS."""
    return max(1, math.ceil(math.sqrt(cube.rows * cube.cols / SHOWN_PIXELS)))


def look_for_noise(ctx: Context, cube: Cube) -> list[int]:
    """Numbers of the bands of low signal-to-noise ratio, from samples of the scene."""
    ctx.progress(0, 0, "Looking for noisy bands…")
    return noisy_bands(cube)


def draw_picture(ctx: Context, cube: Cube, view: ViewState) -> Picture:
    """Renders a composite, stretched by the percentiles of the valid pixels."""
    step = display_step(cube)
    ctx.check()
    return Picture(render(cube, view, step=step), step)


def read_spectrum(_ctx: Context, cube: Cube, row: int, col: int) -> NDArray[np.float32]:
    return cube.spectrum(row, col)


def read_values(_ctx: Context, cube: Cube, view: ViewState, row: int, col: int) -> NDArray[np.float32]:
    """The values of one pixel in the three bands that are shown."""
    bands = [view.red, view.green, view.blue]
    window: NDArray[np.float32] = cube.read(slice(row, row + 1), slice(col, col + 1), bands)
    return np.asarray(window[0, 0])


def load_classes(ctx: Context, path: Path, cube: Cube, what: str, variable: str | None = None) -> ClassRaster:
    """Reads the classes of pixels of a scene; `Misplaced` when they can be brought to the scene in several ways."""
    ctx.progress(0, 0, f"Reading {path.name}…")
    if variable is None:
        # A file of several rasters is no question when only one of them fits the scene.
        fitting = find_truth_in_cube_file(path, (cube.rows, cube.cols)) if path.is_file() else ()
        variable = fitting[0].name if len(fitting) == 1 else None
    grid = Grid(cube.rows, cube.cols, cube.geo)
    return fitted(read_classes(path, variable=variable, grid=grid), grid, what)


def fit_classes(ctx: Context, raster: ClassRaster, cube: Cube, what: str, remedy: str) -> ClassRaster:
    """Brings a misplaced raster to the pixels of a scene in the way that the user chose."""
    ctx.progress(0, 0, f"Bringing the {what} to the scene…")
    return fitted(raster, Grid(cube.rows, cube.cols, cube.geo), what, remedy)


def save_classes(ctx: Context, path: Path, array: NDArray[np.uint16], classes: ClassTable, cube: Cube) -> list[Path]:
    ctx.progress(0, 0, f"Writing {path.name}…")
    return write_classes(path, array, classes, cube.geo)


def draw_sample(
    ctx: Context, cube: Cube, truth: NDArray[np.uint16], classes: ClassTable, spec: SplitSpec
) -> tuple[Split, Sample]:
    """Draws few-shot labels from the truth, on valid pixels only: the parts, and what is known of them."""
    ctx.progress(0, 0, "Drawing labels from the ground truth…")
    from hsigui.pipeline.split import describe, draw_split, in_words

    split = draw_split(truth, spec, cube.valid_mask(ctx.check))
    apart = spec.kind != "random"
    guard = spec.guard if apart else None
    record = describe(split, truth, classes, in_words(spec), seed=spec.seed, guard=guard)
    neither = (truth > 0) & (split.train == 0) & (split.test == 0)
    left_out = np.packbits(neither) if neither.any() else None
    return split, Sample(spec, record, split.gap if apart else None, left_out)


def pretrain_and_embed(
    ctx: Context, cube: Cube, spec: PretrainSpec, folder: Path | None = None, resume: bool = False
) -> Trained:
    """Pretrains an encoder and computes the features of every pixel; tells the device as soon as it is known.

    Both are kept in the folder, and now and then the unfinished training. When it cannot be written the result is not
    lost: it stays in memory, with a warning.

    Args:
        resume: go on with the unfinished training in the folder; HsiError when it is another or damaged.
    """
    ctx.progress(0, 0, "Loading PyTorch…")
    from hsigui.methods import checkpoint
    from hsigui.methods import resume as unfinished
    from hsigui.pipeline.device import describe_device, leave_cores_free
    from hsigui.pipeline.embed import embed
    from hsigui.pipeline.pretrain import pretrain

    leave_cores_free(1)
    ctx.partial(DeviceKnown(describe_device(spec.device)))
    encoder = pretrain(cube, spec, ctx, keep_in=folder, resume=resume)
    if folder is not None:
        try:
            checkpoint.save(encoder, folder)
            unfinished.remove(folder)
        except HsiError as error:
            ctx.warn(f"The encoder is not kept for later: {error.message}")
            folder = None
    started = time.perf_counter()
    try:
        features = embed(cube, encoder, ctx, folder, device=spec.device)
    except HsiError as error:
        if folder is None:
            raise
        ctx.warn(f"The features are not kept for later: {error.message}")
        features = embed(cube, encoder, ctx, device=spec.device)
    return Trained(encoder, features, folder, {"features": time.perf_counter() - started})


def restore_run(ctx: Context, cube: Cube, folder: Path) -> Trained:
    """The encoder of a run folder, and the features of this scene by it; HsiError when it does not fit."""
    ctx.progress(0, 0, "Loading PyTorch…")
    from hsigui.methods import checkpoint
    from hsigui.pipeline.device import leave_cores_free
    from hsigui.pipeline.embed import embed

    leave_cores_free(1)
    encoder = checkpoint.load(folder)
    started = time.perf_counter()
    features = embed(cube, encoder, ctx, folder)
    return Trained(encoder, features, folder, {"features": time.perf_counter() - started})


def make_map(
    ctx: Context,
    features: Any,
    labels: NDArray[np.uint16],
    classes: ClassTable,
    truth: NDArray[np.uint16] | None,
    drawn: MapSpec,
    view: Box | None = None,
    sample: Sample | None = None,
) -> Mapped:
    """Fits the probe of the run's recipe to the labels, maps the scene, and measures the map where truth is known.

    What is in view is mapped first and handed over as a Glimpse, where that is much less than all.
    """
    ctx.progress(0, 0, "Renewing the map…")
    from hsigui.pipeline.classify import classify, is_quick_glimpse
    from hsigui.pipeline.one_thread import one_blas_thread
    from hsigui.pipeline.probe import fit_probe

    started = time.perf_counter()
    with one_blas_thread():
        probe = fit_probe(features, labels, None, ctx)
        ctx.check()
        if view is not None and is_quick_glimpse(features.shape, view, drawn):
            ctx.partial(Glimpse(view[0], view[1], classify(features, probe, drawn, ctx, box=view)))
        class_map = classify(features, probe, drawn, ctx)
    ctx.check()
    seconds = {"probe and map": time.perf_counter() - started}
    mapped = Mapped(probe, class_map, labels, None, drawn, sample, seconds)
    return mapped if truth is None else measure_again(ctx, mapped, features.valid, truth, classes)


def measure_again(
    ctx: Context, mapped: Mapped, valid: NDArray[np.bool_], truth: NDArray[np.uint16], classes: ClassTable
) -> Mapped:
    """How right a map is on the truth outside its training labels; no figures when nothing is left to measure on."""
    from hsigui.pipeline.evaluate import evaluate

    ctx.check()
    # Where the scene has no data no map can be right or wrong.
    known = np.where(valid, truth, 0).astype(np.uint16)
    if not ((known > 0) & (mapped.trained_on == 0)).any():
        return replace(mapped, accuracy=None)
    return replace(mapped, accuracy=evaluate(mapped.class_map.classes, known, classes, mapped.trained_on))


def find_spots(
    ctx: Context,
    features: Any,
    margin: NDArray[np.float32] | None,
    labels: NDArray[np.uint16],
    asked: tuple[tuple[int, int], ...],
    count: int = 1,
    taken: NDArray[np.bool_] | None = None,
) -> list[tuple[int, int]]:
    """Where the next label pays most: pixels (row, column), best first; none that is `taken` (rows x cols)."""
    ctx.progress(0, 0, "Looking for the spot to label next…")
    from hsigui.pipeline.active import next_spots
    from hsigui.pipeline.one_thread import one_blas_thread

    # At the rim features are of mirrored surroundings, so odd, and nobody can tell there what a pixel belongs to.
    allowed = np.ones(labels.shape, dtype=bool) if taken is None else ~taken
    if min(labels.shape) > 10 * RIM:
        allowed[:RIM] = allowed[-RIM:] = allowed[:, :RIM] = allowed[:, -RIM:] = False
    with one_blas_thread():
        spots = next_spots(features, margin, labels, count, asked=asked, allowed=allowed, check=ctx.check)
    return [(spot.row, spot.col) for spot in spots]


def look_at_labels(ctx: Context, cube: Cube, features: Any, labels: NDArray[np.uint16]) -> Any:
    """How good the labels are: a `LabelQuality`."""
    ctx.progress(0, 0, "Checking the labels…")
    from hsigui.pipeline.label_quality import label_quality
    from hsigui.pipeline.one_thread import one_blas_thread

    good = cube.good_bands
    with one_blas_thread():
        return label_quality(labels, features, lambda row, col: cube.spectrum(row, col)[good], ctx.check)
