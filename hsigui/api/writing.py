"""Maps, reports, labels, encoders, layers and classifiers, written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.analysis.layer import Layer
from hsigui.api.given import PathLike
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.labels.formats.files import ClassRaster, write_classes
from hsigui.masks.files import save_mask
from hsigui.masks.mask import Mask
from hsigui.pipeline.edited import EditedMap
from hsigui.pipeline.result import Result
from hsigui.pipeline.values import Labels
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.pipeline.evaluation import Evaluation
    from hsigui.report.map_options import MapOptions


def save(
    what: Result | EditedMap | Evaluation | ClassRaster | Encoder | Layer | Mask, path: PathLike, *,
    confidence: PathLike | None = None, entropy: PathLike | None = None, probabilities: PathLike | None = None,
    options: MapOptions | None = None, command: str = "", ctx: Context | None = None,
) -> list[Path]:  # fmt: skip
    """Writes a map, a report, labels, an encoder, a layer or a mask.

    - A `Result`: the map, in the format that the suffix names (.tif, .hdr, .mat, .png, .kmz, .gpkg), and beside it the
      record of how it came to be, which `evaluate` reads. An `EditedMap` likewise.
    - An `Evaluation`: a folder with the report as HTML, JSON and CSV.
    - `Labels`: a file (.tif, .hdr, .mat, .gpkg, .csv and others), with the record of their draw beside it.
    - An `Encoder`: a run folder, which `load_encoder` and the window read.
    - A `Layer`: .tif or ENVI, one of classes in any format of maps; its recipe is in the file and in the record beside.
    - A `Mask`: .tif, ENVI or .npy, 1 for masked out; its recipe is in the file, where it has room, and beside it.

    Args:
        confidence, entropy, probabilities: also write these layers of a result, .tif or ENVI.
        options: how a map or a layer is written.
        command: the command line that drew the map or made the layer, for its record.

    Returns:
        All files written, the one asked for first.

    Raises:
        HsiError: the suffix is unknown, a file cannot be written, or probabilities were not kept.
    """
    path = Path(path)
    if isinstance(what, ClassRaster):
        return _save_labels(what, path)
    if isinstance(what, Mask):
        return save_mask(what, path, [command] if command else [])
    if isinstance(what, Layer):
        from hsigui.pipeline.layers import save_layer

        return save_layer(what, path, [command] if command else [], options)
    if isinstance(what, EditedMap):
        return what.save(path, options=options)
    from hsigui.pipeline.evaluation import Evaluation

    if isinstance(what, Evaluation):
        return what.write(path, ctx or quiet())
    if not isinstance(what, Result):
        from hsigui.methods import checkpoint

        return checkpoint.save(what, path)
    from hsigui.pipeline import writing
    from hsigui.pipeline.repeating import lines_with

    commands = lines_with(what, command) if command else None
    asked = {"confidence": confidence, "entropy": entropy, "probabilities": probabilities}
    layers = {name: Path(to) for name, to in asked.items() if to is not None}
    return writing.save_map(what, path, options=options, commands=commands, layers=layers)


def keep(
    result: Result, folder: PathLike | None = None, *, command: str = "", ctx: Context | None = None
) -> list[Path]:  # fmt: skip
    """Keeps the classifier of a map in a run folder, for `load_classifier` and for other scenes.

    Args:
        folder: of the run; None for the one that keeps the features.
        command: the command line that drew the map, for the records of maps of other scenes.

    Raises:
        HsiError: there is no such folder, it holds another run, or it cannot be written.
    """
    from hsigui.pipeline import kept_probe, writing

    to = result.run_folder if folder is None else Path(folder)
    if to is None:
        raise HsiError(
            say("There is no run folder to keep the classifier in."), say("Name one, or save the encoder first.")
        )
    return kept_probe.save(writing.kept_of(result, result.label_files(), ctx or quiet(), command), to)


def _save_labels(labels: ClassRaster, path: Path) -> list[Path]:
    from hsigui.pipeline import split

    written = write_classes(path, labels.array, labels.classes, labels.geo)
    if isinstance(labels, Labels) and labels.drawn is not None:
        written.append(split.save(labels.drawn, path))
    return written
