"""What opening a file does on its worker thread: what it is, how it is read, and its first picture."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.demo import simulate
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.formats.arrays import AmbiguousArray, ArrayInfo
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.formats.table import reader_of
from hsigui.cube.libraries import table as libraries
from hsigui.cube.open import holds_arrays, list_arrays, open_cube, suggestions
from hsigui.cube.picture import Picture
from hsigui.cube.quality import with_quality
from hsigui.cube.remote.address import address_of
from hsigui.cube.remote.opening import typed_address
from hsigui.cube.render import ViewState, first_view, render
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.describe import describe_file
from hsigui.labels.formats.files import ClassRaster, find_truth_in_cube_file, may_hold_shapes
from hsigui.storage import band_edits, chosen_masks, imports
from hsigui.texts import say
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.scene.drawing import draw_picture

# Classes of the demo scenes, as the simulation names them. Commands write the names of the simulation, so that what
# they write does not depend on the language.
COVERS = {
    "Meadow": say("Meadow"), "Maize": say("Maize"), "Woodland": say("Woodland"), "Water": say("Water"),
    "Loam": say("Loam"), "Humus soil": say("Humus soil"), "Roof tile": say("Roof tile"), "Asphalt": say("Asphalt"),
    "Kaolinite": say("Kaolinite"),
}  # fmt: skip


@dataclass(frozen=True)
class Opened:
    """A scene that is ready to be shown.

    Attributes:
        plain: the scene with wavelengths and bad bands as its file has them.
        truth: comes with the demo scene only.
        beside: names of arrays in the same file that fit the scene as ground truth.
        told: what was chosen before and is not so now, in sentences: messages go with the scene before, so they are
            said when this one is shown.
    """

    cube: Cube
    view: ViewState
    picture: Picture
    plain: Cube
    truth: ClassRaster | None = None
    beside: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A file that is no scene.

    Attributes:
        kind: "classes" or "library".
        size: rows and columns of a class raster where they are known.
        text: what it is, in words.
    """

    path: Path
    kind: str
    size: tuple[int, int] | None
    text: str


@dataclass(frozen=True)
class Sorted:
    """Files by what they are; of an ENVI pair the header only."""

    scenes: tuple[Path, ...]
    found: tuple[Found, ...]
    refused: tuple[HsiError, ...]


def open_scene(
    ctx: Context, path: Path, choice: ImportChoice | None = None, present: tuple[int, int] | None = None
) -> Opened | Found:
    """Opens a scene and renders it for the first time; HsiError when it cannot be opened.

    A choice of how the file is read is kept for the next time; without one, that of the last time is used. A file of
    labels or a spectral library is found out as such.

    Args:
        present: rows and columns of the scene that is open, to which labels can belong.
    """
    ctx.progress(0, 0, say("Opening {name}…", name=path.name))
    told: list[str] = []
    if choice is None:
        try:
            cube = _open_as_before(path, told)
        except AmbiguousArray:
            raise
        except HsiError as refusal:
            return _found_instead(path, refusal)
        if _looks_like_labels(cube) and (cube.rows, cube.cols) == present:
            return Found(
                path,
                "classes",
                present,
                say("{name} has one band of whole numbers, of the scene's size", name=path.name),
            )
    else:
        cube = open_cube(path, choice=choice, gaps=False)
        try:
            imports.remember(choice, path)
        except HsiError as error:
            told.append(
                say(
                    "How {name} is read is not kept for the next time: {message}", name=path.name, message=error.message
                )
            )
    opened = _ready(ctx, cube, told)
    fitting = find_truth_in_cube_file(path, (cube.rows, cube.cols))
    return replace(opened, beside=tuple(info.name for info in fitting))


def open_address(ctx: Context, text: str, present: tuple[int, int] | None = None) -> Opened | Found:
    """Opens the scene at an address that the user named, as `open_scene` does; what of it is secret is kept nowhere.

    Raises:
        HsiError: the preferences forbid the network, or it cannot be had or opened.
    """
    plain = address_of(text).plain
    ctx.progress(0, 0, say("Asking for {address}…", address=plain))
    return open_scene(ctx, typed_address(text), present=present)


def open_demo(ctx: Context, spec: DemoSpec) -> Opened:
    """Makes a demo scene, with its ground truth."""
    ctx.progress(0, 0, say("Making the demo scene…"))
    demo = simulate(spec)
    classes = ClassTable(tuple(ClassInfo(n, COVERS.get(name, name), color) for n, name, color in demo.classes))
    return replace(_ready(ctx, demo.cube, []), truth=ClassRaster(demo.truth, classes, demo.cube.geo))


def _ready(ctx: Context, cube: Cube, told: list[str]) -> Opened:
    ctx.progress(0, 0, say("Drawing {name}…", name=cube.name))
    plain, cube = cube, _with_kept_masks(_with_kept_bands(cube, told), chosen_masks.recall(cube), told)
    if cube is plain:  # of this one it is found out later what no-data costs; that is no word of the file
        cube = plain.with_info(plain.info)
    view = first_view(cube)
    return Opened(cube, view, draw_picture(ctx, cube, view), plain, told=tuple(told))


def _with_kept_bands(cube: Cube, told: list[str]) -> Cube:
    try:
        return band_edits.recall(cube).applied_to(cube)
    except HsiError as error:
        told.append(say("The bands of {name} are as in the file: {message}", name=cube.name, message=error.message))
        return cube


def _with_kept_masks(cube: Cube, names: tuple[str, ...], told: list[str]) -> Cube:
    try:
        return with_quality(cube, names)
    except HsiError as error:
        told.append(
            say("The quality masks of {name} are not applied: {message}", name=cube.name, message=error.message)
        )
        return cube


def _open_as_before(path: Path, told: list[str]) -> Cube:
    kept = imports.recall(path)
    if kept is None:
        return open_cube(path, gaps=False)
    try:
        cube = open_cube(path, choice=kept, gaps=False)
    except HsiError as error:  # kept by another version of the program, say
        told.append(say("{name} could not be read as the last time: {message}", name=path.name, message=error.message))
        return open_cube(path, gaps=False)
    note = say("Read as the last time: {kept}. File > Open as… changes it.", kept=kept)
    return cube.with_info(replace(cube.info, notes=(*cube.info.notes, note)))


@dataclass(frozen=True)
class FileArrays:
    """What the import dialog asks about: the arrays of a file and likely ways to read it, that of last time first."""

    arrays: tuple[ArrayInfo, ...]
    proposals: tuple[ImportChoice, ...]


@dataclass(frozen=True)
class ImportPreview:
    """A small picture, rows x cols x 3 uint8, and what the scene would be."""

    rgb: NDArray[np.uint8]
    text: str


def look_into(ctx: Context, path: Path) -> FileArrays:
    """The arrays of a file, without loading them; HsiError when it is damaged or says itself how it is read."""
    ctx.progress(0, 0, say("Looking into {name}…", name=path.name))
    arrays = list_arrays(path)
    if not holds_arrays(path):
        raise HsiError(
            say("{name} says itself how it is to be read.", name=path.name),
            say("Open it with File > Open scene; Edit > Bands… is there."),
        )
    kept = imports.recall(path)
    proposals = suggestions(path)
    if kept is not None:
        proposals = (kept, *(p for p in proposals if p != kept))
    return FileArrays(arrays, proposals)


def preview_import(
    ctx: Context, path: Path, choice: ImportChoice, size: int, unit: WavelengthUnit = NANOMETRES
) -> ImportPreview:
    """The scene that a choice makes of a file, neither side of the picture longer than `size`; `unit` is that of its
    wavelengths in words."""
    cube = open_cube(path, choice=choice, gaps=False)
    ctx.check()
    lines = [say("{rows} rows x {cols} columns, {bands} bands", rows=cube.rows, cols=cube.cols, bands=cube.bands)]
    waves = cube.info.wavelengths
    lines.append(unit.span(waves[0], waves[-1]) if waves else say("No wavelengths"))
    if cube.info.bad_bands:
        lines.append(say("{bad_bands} bad bands", bad_bands=sum(cube.info.bad_bands)))
    step = max(1, math.ceil(max(cube.rows, cube.cols) / size))
    return ImportPreview(render(cube, first_view(cube), step=step), "\n".join((*lines, "", *cube.notes)))


def sort_files(ctx: Context, paths: tuple[Path, ...]) -> Sorted:
    """Tells scenes from labels and libraries."""
    scenes: list[Path] = []
    found: list[Found] = []
    refused: list[HsiError] = []
    for path in dict.fromkeys(_one_of_pair(path, paths) for path in paths):
        ctx.progress(0, 0, say("Looking at {name}…", name=path.name))
        ctx.check()
        try:
            cube = open_cube(path, choice=imports.recall(path), gaps=False)
        except AmbiguousArray:
            scenes.append(path)
        except HsiError as refusal:
            try:
                found.append(_found_instead(path, refusal))
            except HsiError as error:
                refused.append(error)
        else:
            if _looks_like_labels(cube):
                size = (cube.rows, cube.cols)
                found.append(Found(path, "classes", size, say("{name} has one band of whole numbers", name=path.name)))
            else:
                scenes.append(path)
    return Sorted(tuple(scenes), tuple(found), tuple(refused))


def _one_of_pair(path: Path, others: tuple[Path, ...]) -> Path:
    """The file to name of a scene of several, where it is among the files: a header and not its data."""
    row = reader_of(path)
    try:
        first = path if row is None else row.files_of(path)[0]
    except HsiError:  # one of the files is missing, which opening it tells
        return path
    return first if first in others else path


def _looks_like_labels(cube: Cube) -> bool:
    return cube.bands == 1 and np.issubdtype(cube.dtype, np.integer)


def _found_instead(path: Path, refusal: HsiError) -> Found:
    """Labels or a library in a file that is refused as a scene; else the refusal is raised."""
    try:
        about = describe_file(path)
    except AmbiguousArray:
        return Found(path, "classes", None, say("{name} holds several arrays that can be labels", name=path.name))
    except HsiError:
        if path.is_file() and may_hold_shapes(path):
            return Found(
                path, "classes", None, say("{name} is a file of shapes or pixels, which can be labels", name=path.name)
            )
        raise refusal from None
    if about["kind"] == "library":
        return Found(
            path,
            "library",
            None,
            say("{name} is a spectral library of {spectra} spectra", name=path.name, spectra=about["spectra"]),
        )
    if about["kind"] == "cube":
        raise refusal
    size = (int(about["rows"]), int(about["cols"]))
    named = say(
        "{count} classes, {first_size} x {second_size} pixels",
        count=len(about["class_table"]),
        first_size=size[0],
        second_size=size[1],
    )
    return Found(path, "classes", size, say("{name} holds labels: {named}", name=path.name, named=named))


def read_library(ctx: Context, path: Path) -> SpectralLibrary:
    ctx.progress(0, 0, say("Reading {name}…", name=path.name))
    return libraries.read_library(path)
