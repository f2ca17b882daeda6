"""Command lines for one thing that was done in the window, and for it alone: what is read is read where it lies, what
is written goes to the folder in which they are run, under names that begin with "repeated". Loads no torch."""

from __future__ import annotations

import dataclasses
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.document.samples import Sample
from hsigui.document.values import LabelFile, Truth
from hsigui.errors import HsiError
from hsigui.labels.formats.files import Grid, read_classes
from hsigui.labels.place import PIXELS, RESAMPLE
from hsigui.pipeline import command_lines as lines
from hsigui.pipeline.mask_lines import learned_with, with_masks
from hsigui.pipeline.provenance import raster_hash
from hsigui.pipeline.repeating import is_nowhere, scene_argument
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Filters, LabelPaths
from hsigui.report.map_options import MapOptions
from hsigui.report.table import exporter
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder

FILTERED = "repeated-filtered"
OF_POLYGONS, OF_PICTURES = ("kmz", "polygons", "geojson", "flatgeobuf", "parquet"), ("bare",)


def opened(cube: Cube) -> tuple[str, ...]:
    """Reads the scene as it was read, and tells of it.

    Raises:
        HsiError: it is in no file.
    """
    scene = _scene(cube)
    return (*_demo_of(cube), _line("info", *scene.words, *scene.reading))


def labels_read(cube: Cube, file: LabelFile, out: str = lines.LABELS) -> tuple[str, ...]:
    """Brings the labels of a file onto the pixels of the scene, and writes them to `out`.

    Raises:
        HsiError: they were taken pixel by pixel, which no command does.
    """
    if file.remedy == PIXELS:
        raise HsiError(
            say("The labels of {name} were taken pixel by pixel: no command does that.", name=file.path.name),
            say("Save the labels to a file."),
        )
    words: list[object] = []
    scene = scene_argument(cube)
    if scene.path is not None and not scene.reading:  # a scene that is read by options has the pixels of its file
        words += ["--scene", *scene.words]
    words += ["--variable", file.variable] if file.variable else []
    words += [f"--background={file.background}"] if file.background else []
    words += ["--buffer", file.buffer] if file.buffer else []
    words += ["--resample"] if file.remedy == RESAMPLE else []
    return (_line("labels", file.path.resolve(), out, *words),)


def sampled(cube: Cube, truth: Truth, sample: Sample, valid: NDArray[np.bool_]) -> tuple[str, ...]:
    """Draws the labels from the file of the truth. `valid` is rows x cols, False where the scene has no data.

    Raises:
        HsiError: the truth is in no file as it is here.
    """
    if truth.file is None:
        if cube.path is None and not is_nowhere(cube):
            return (*_demo_of(cube), lines.sample(sample.spec, lines.DEMO_TRUTH))
        raise HsiError(
            say("It is not known which file the ground truth is in."), say("Open it again (File menu), then draw.")
        )
    file, wanted = truth.file, raster_hash(truth.array)
    same = not (truth.array[~valid] > 0).any()
    if same and _hash_of(file) == wanted:
        return (f"{lines.sample(sample.spec, file.path)}{_as_read(file)}",)
    if same and _hash_of(file, Grid(cube.rows, cube.cols, cube.geo)) == wanted:  # it needs the pixels of the scene
        return (*labels_read(cube, file, lines.TRUTH), lines.sample(sample.spec, lines.TRUTH))
    raise HsiError(
        say("The ground truth is not in {name} as it is used here.", name=file.path.name),
        say("Export the map with its labels: the record beside them has the commands."),
    )


def _hash_of(file: LabelFile, grid: Grid | None = None) -> str:
    """Of the class numbers that a command reads; empty where it cannot without a scene."""
    try:
        found = read_classes(
            file.path, variable=file.variable or None, grid=grid, background=file.background or None,
            buffer=file.buffer or None,
        )  # fmt: skip
    except HsiError:
        return ""
    return raster_hash(found.array)


def _as_read(file: LabelFile) -> str:
    """The options that say how it was read, to follow a line."""
    words = ["--variable", file.variable] if file.variable else []
    words += [f"--background={file.background}"] if file.background else []
    words += [f"--buffer={file.buffer}"] if file.buffer else []
    return f" {shlex.join(words)}" if words else ""


def pretrained(cube: Cube, encoder: Encoder) -> tuple[str, ...]:
    """Trains the encoder.

    Raises:
        HsiError: the scene is in no file, or labels in no file chose which weights are kept.
    """
    if encoder.watched_by.get("chose") and "file" not in encoder.watched_by:
        raise HsiError(
            say("Labels that are in no file chose which weights of this training are kept."),
            say("Save the labels before the training, and it can be repeated."),
        )
    spec = dataclasses.replace(encoder.spec, threads=encoder.threads)
    scene = _scene(cube)
    return (*_demo_of(cube), *learned_with(encoder, scene, lines.pretrain(scene, spec, encoder.watched_by)))


def mapped(result: Result, files: LabelPaths) -> tuple[str, ...]:
    """Draws the map by the run where it is kept.

    Args:
        files: that hold its labels.

    Raises:
        HsiError: the scene or the labels are in no file, the run is in no folder, or its classifier is another than the
            run's recipe has.
    """
    if result.nearest is not None:
        return _matched(result, files)
    encoder = result.drawn_by[0]
    recipe = encoder.recipe.probe
    if (result.probe_spec or recipe) != recipe:
        raise HsiError(
            say("The map is the first answer to the last change of the labels."), say("Wait until it is settled.")
        )
    if result.run_folder is None:
        raise HsiError(
            say("The run that drew the map is in no folder."), say("Export the run (Training menu), and open it there.")
        )
    if result.kept is None and files.labels is None:
        raise HsiError(
            say("The labels that the map was made from are in no file as they are now."),
            say("Save the labels (Ctrl+S), then copy again."),
        )
    labels = None if files.labels is None else str(files.labels.resolve())
    scene = _scene(result.cube)
    return (*_demo_of(result.cube), *with_masks(result.cube, scene, lines.classify(
        scene, labels, result.spec, run=result.run_folder.resolve(), device=encoder.spec.device,
        labels_variable=files.variable, labels_background=files.background, labels_buffer=files.buffer,
    )))  # fmt: skip


NO_FILE_OF_SPECTRA = say("The spectra that the map was made by are in no single file, so no command names them.")
SAVE_SPECTRA = say("Export the map: the record beside it has the spectra. Or save them as a library first.")


def _matched(result: Result, files: LabelPaths) -> tuple[str, ...]:
    assert result.nearest is not None
    if result.labels is not None and files.labels is None:
        raise HsiError(
            say("The labels that the map was made from are in no file as they are now."),
            say("Save the labels (Ctrl+S), then copy again."),
        )
    labels = None if files.labels is None else str(files.labels.resolve())
    how = lines.LabelsArgument(labels, files.variable, files.background, files.buffer)
    scene = _scene(result.cube)
    drawn = lines.classify_by(scene, result.nearest.matching, how)
    if not drawn:
        raise HsiError(NO_FILE_OF_SPECTRA, SAVE_SPECTRA)
    return (*_demo_of(result.cube), *with_masks(result.cube, scene, drawn))


def exported(
    result: Result, files: LabelPaths, kinds: Iterable[str], filters: Filters, options: MapOptions
) -> tuple[str, ...]:
    """Draws the map and writes what was exported of it.

    Args:
        files: that hold its labels, and what it is measured on.
        kinds: names of rows of `report.table`.

    Raises:
        HsiError: as `mapped`.
    """
    chosen = tuple(kinds)
    (*before, drawn), edited, made = _finished(result, files)
    if "measures" in chosen:
        layers = "" if result.nearest is not None else " --probabilities repeated-probabilities.tif"
        drawn += f"{layers} --entropy repeated-entropy.tif"
    found = [*before, drawn, *edited]
    legend = ["--legend", "repeated-classes.csv"] if "legend" in chosen else []
    maps = [kind for kind in chosen if exporter(kind).write is not None]
    for kind in maps or (["png"] if legend else []):
        words = _written(kind, filters, options)
        if words is not None or legend:
            found.append(_line("export", made, *(words or ["--out", "repeated-map.png"]), *legend))
            legend = []
    if files.reference is not None:
        reference = files.reference.resolve()
        found += [lines.evaluate(reference, map_file=made)] if "report" in chosen else []
        for kind in ("errors", "confused"):
            for ending in exporter(kind).endings_with(chosen) if kind in chosen else ():
                if (suffix := Path(ending).suffix) != ".img":
                    found.append(lines.evaluate(reference, f"--{kind}", f"repeated-{kind}{suffix}", map_file=made))
    return tuple(found)


def _finished(result: Result, files: LabelPaths) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """What draws the map, what does the steps over it, and the file that has it then.

    Raises:
        HsiError: as `mapped`.
    """
    *before, drawn = mapped(result, files)
    steps = [] if result.finishing is None else [done.told for done in result.finishing.steps]
    if any(step.startswith("--below") for step in steps):
        drawn += f" --confidence {lines.CONFIDENCE}"
    edited = (lines.edit(steps),) if steps else ()
    return (*before, drawn), edited, lines.FINISHED if steps else lines.MAP


OfZones = tuple[Path, str, str]  # a file, its field and its layer; empty for none


def areas_counted(
    result: Result, files: LabelPaths, zones: OfZones | None, *, by_share: bool = False
) -> tuple[str, ...]:
    """Draws the map, does the steps over it and counts its areas, in zones or on all of it.

    Args:
        files: that hold its labels.

    Raises:
        HsiError: as `mapped`.
    """
    drawn, edited, made = _finished(result, files)
    words = [*_of_zones(zones), *(["--by-share"] if by_share else [])]
    return (*drawn, *edited, _line("areas", made, "repeated-areas.xlsx", *words))


def measured_by_zone(cube: Cube, zones: OfZones) -> tuple[str, ...]:
    """Makes statistics of the bands of a scene by zone.

    Raises:
        HsiError: the scene is in no file.
    """
    scene = _scene(cube)
    words = [*_of_zones(zones), "--out", "repeated-statistics.xlsx", *scene.reading]
    return (*_demo_of(cube), _line("statistics", *scene.words, *words))


def _of_zones(zones: OfZones | None) -> list[object]:
    if zones is None:
        return []
    path, field, layer = zones
    found: list[object] = ["--zones", path.resolve()]
    found += ["--zone-field", field] if field else []
    return found + (["--zone-layer", layer] if layer else [])


def _written(kind: str, filters: Filters, options: MapOptions) -> list[object] | None:
    """The options that write the map as a kind; None for the file that the map was drawn into."""
    row = exporter(kind)
    suffix = Path(f"map{row.endings[0]}").suffix
    how: list[object] = []
    for name, value in dataclasses.asdict(filters).items():
        how += [f"--{name}", value] if value != getattr(Filters(), name) else []
    filtered = bool(how)
    how += ["--bare"] if kind in OF_PICTURES else []
    how += ["--cog"] if options.cloud and suffix == ".tif" else []
    how += ["--north-up"] if options.north_up else []
    if kind in OF_POLYGONS:
        how += ["--simplify", options.simplify] if options.simplify else []
        how += ["--mmu", options.smallest] if options.smallest else []
    if suffix == ".tif" and not how:
        return None
    stem = FILTERED if filtered else "repeated-cog" if suffix == ".tif" else "repeated-map"
    bare = "-bare" if kind in OF_PICTURES else ""
    return ["--out", f"{stem}{bare}{suffix}", *how]


def _scene(cube: Cube) -> lines.CubeArgument:
    if is_nowhere(cube):
        raise HsiError(say("The scene is in no file: no command reads it."))
    return scene_argument(cube)


def _demo_of(cube: Cube) -> tuple[str, ...]:
    """What writes the demo scene, where the scene is one that is in no file."""
    return () if cube.path is not None else (lines.demo(cube.name),)


def _line(*words: object) -> str:
    return shlex.join(["hsigui", *map(str, words)])
