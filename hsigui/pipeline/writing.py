"""Handing a result to the writers: maps with the record of how they came to be, layers, labels, report, classifier."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.nearest import Nearest
from hsigui.cube.crs import Unplaceable
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.formats.class_tables import write_table
from hsigui.labels.formats.files import write_classes
from hsigui.pipeline import kept_probe, provenance, split
from hsigui.pipeline.classify import classify
from hsigui.pipeline.error_files import write_errors
from hsigui.pipeline.map_confidence import layer_hash
from hsigui.pipeline.own_evaluation import evaluate_result
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.repeating import command_lines, lines_with
from hsigui.pipeline.result import Result, with_filters
from hsigui.pipeline.values import Filters, LabelPaths
from hsigui.report.map_options import MapOptions
from hsigui.report.maps import export_map
from hsigui.report.metrics import to_json
from hsigui.report.rasters import write_layers
from hsigui.report.table import exporter
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder

UNFILTERED = say("The figures and the map are those of before the filters of the exported files.")


@dataclass(frozen=True)
class Outputs:
    """What is to be written of a result.

    Attributes:
        paths: name of the row of `report.table` -> its file (of "report", its folder).
        filters: of the maps, on a copy.
        options: of the maps, whatever their kind.
    """

    paths: Mapping[str, Path]
    filters: Filters = field(default_factory=Filters)
    options: MapOptions = field(default_factory=MapOptions)


def save_map(
    result: Result, path: Path, *, options: MapOptions | None = None, commands: tuple[str, ...] | None = None,
    layers: Mapping[str, Path] | None = None,
) -> list[Path]:  # fmt: skip
    """Writes one map with the record of how it came to be, and the layers that are asked for.

    Args:
        path: the suffix chooses the format.
        commands: command lines that repeat it; None for those that all that is known of it makes.
        layers: "confidence", "entropy" or "probabilities" -> file.

    Raises:
        HsiError: a file cannot be written, or the probabilities were not kept.
    """
    geo, asked = result.cube.geo, layers or {}
    cloud = options is not None and options.cloud
    written = export_map(path, result.array, result.classes, geo, options=options, title=result.cube.name)
    if "confidence" in asked:
        written += write_layers(asked["confidence"], result.confidence[:, :, None], ("confidence",), geo, cloud=cloud)
    if "entropy" in asked:
        written += write_layers(asked["entropy"], result.entropy[:, :, None], ("entropy",), geo, cloud=cloud)
    if "probabilities" in asked:
        if result.probabilities is None:
            raise _no_probabilities(result)
        written += write_layers(asked["probabilities"], result.probabilities, result.names, geo, cloud=cloud)
    if options is not None and options.north_up:  # of other pixels than those that the record tells of
        return written
    files = result.label_files()
    record = result.record(files, commands)
    if "confidence" in asked and result.own_confidence is not None:
        of_layer = layer_hash(result.confidence)
        record = dataclasses.replace(record, confidence=str(asked["confidence"].resolve()), confidence_sha256=of_layer)
    if commands is None:
        record = dataclasses.replace(record, commands=command_lines(result, record, files, filters=result.filters))
    return [*written, provenance.save(record, path, result.array)]


def _no_probabilities(result: Result) -> HsiError:
    if result.nearest is not None:
        return HsiError(say("A map by spectra has no class probabilities."), say("Write its confidence."))
    return HsiError(say("The class probabilities of this map were not kept."), say("Classify with probabilities=True."))


def write_all(ctx: Context, result: Result, outputs: Outputs) -> list[Path]:
    """Writes the chosen kinds, and keeps the classifier of the map in the folder of its run.

    Returns:
        Every file written, those of the run left out.

    Raises:
        HsiError: a file cannot be written.
    """
    ctx.progress(0, 0, say("Preparing the map…"))
    paths, written = outputs.paths, list[Path]()
    if "labels" in paths:
        files, written = write_labels(result, paths["labels"])
    else:
        files = result.label_files()
    record = result.record(files)
    written += _write_maps(ctx, result, outputs, record, files)
    written += _write_errors(ctx, result, outputs, record, files)
    for kind, path in paths.items():
        if kind in ("report", "measures", "legend"):
            ctx.progress(0, 0, say("Writing {name}…", name=path.name))
        if kind == "report":
            notes = (UNFILTERED,) if outputs.filters.words else ()
            written += evaluate_result(result, record, files, ctx, notes).write(path, ctx)
        elif kind == "measures":
            written += _write_measures(ctx, result, path, cloud=outputs.options.cloud)
        elif kind == "legend":
            written += write_table(path, result.classes)
    if result.run_folder is not None:
        try:
            keep_classifier(ctx, result, result.run_folder, files)
        except HsiError as error:  # the exported files do not depend on it
            ctx.warn(say("The classifier is not kept for other scenes: {message}", message=error.message))
    return written


def _write_maps(
    ctx: Context, result: Result, outputs: Outputs, record: Provenance, files: LabelPaths
) -> list[Path]:  # fmt: skip
    """The maps that were chosen, filtered; those that are read again have a record of how they came to be."""
    copy = result.filtered(outputs.filters, ctx.check)
    if copy.finishing is not None:  # whose filters are further steps
        record = copy.record(files)
        record = dataclasses.replace(record, commands=command_lines(copy, record, files, filters=copy.filters))
    else:
        commands = command_lines(result, record, files, filters=outputs.filters)
        record = with_filters(dataclasses.replace(record, commands=commands), outputs.filters)
    options = dataclasses.replace(outputs.options, title=say("{name}: classification map", name=result.cube.name))
    written: list[Path] = []
    for kind, path in outputs.paths.items():
        row = exporter(kind)
        if row.write is None:
            continue
        ctx.progress(0, 0, say("Writing {name}…", name=path.name))
        try:
            written += export_map(
                path, copy.array, copy.classes, copy.cube.geo, options=options, check=ctx.check, kind=kind
            )
        except Unplaceable as error:  # keeps none of the others back
            ctx.warn(say("{name} is not written. {error}", name=path.name, error=error))
            continue
        if row.read_back and not options.north_up:  # of other pixels than those that the record tells of
            written.append(provenance.save(record, path, copy.array))
    return written


def _write_errors(
    ctx: Context, result: Result, outputs: Outputs, record: Provenance, files: LabelPaths
) -> list[Path]:  # fmt: skip
    """Where the map is right and wrong, as the report counts: of the map as it was before the filters."""
    wanted, written = [kind for kind in ("errors", "confused") if kind in outputs.paths], list[Path]()
    if not wanted:
        return written
    scored = evaluate_result(result, record, files, ctx).scored[0]
    for kind in wanted:
        first = outputs.paths[kind]
        for ending in exporter(kind).endings_with(outputs.paths):
            path = first.with_suffix(Path(ending).suffix)
            if path.suffix == ".img":  # goes with its header
                continue
            ctx.progress(0, 0, say("Writing {name}…", name=path.name))
            commands = command_lines(result, record, files, errors=(f"--{kind}", f"repeated-{kind}{path.suffix}"))
            try:
                by_pair = kind == "confused"
                written += write_errors(scored, path, commands, by_pair=by_pair, options=outputs.options)
            except Unplaceable as error:  # keeps none of the others back
                ctx.warn(say("{name} is not written. {error}", name=path.name, error=error))
    return written


def write_labels(result: Result, path: Path) -> tuple[LabelPaths, list[Path]]:
    """The labels that the map was made from, what it is measured on, and what they were drawn from if that is more.

    Args:
        path: of the labels, NAME-labels.SUFFIX; the others stand beside.

    Raises:
        HsiError: a file cannot be written.
    """
    result = result.before_steps  # whose classes they are in
    written: list[Path] = []

    def beside(name: str) -> Path:
        return path.with_name(path.name.replace("-labels.", f"-{name}."))

    def put(to: Path, array: NDArray[np.uint16]) -> Path:
        written.extend(write_classes(to, array, result.classes, result.cube.geo))
        return to

    put(path, result.trained_on)
    if result.draw is not None:
        written.append(split.save(result.draw, path))
    reference = put(beside("reference"), result.tested) if result.tested.any() else None
    drawn_from = result.drawn_truth
    if drawn_from is None:
        return LabelPaths(path, reference), written
    same = np.array_equal(drawn_from, result.tested)
    return LabelPaths(path, reference, reference if same else put(beside("truth"), drawn_from)), written


def _write_measures(ctx: Context, result: Result, path: Path, *, cloud: bool) -> list[Path]:
    """Draws the map again where the probabilities of all classes were not kept; of a map by spectra, which has none,
    the distances."""
    found = result.class_map
    if result.nearest is not None:
        return _write_distances(result, result.nearest, path, cloud=cloud)
    if found.probabilities is None:
        assert result.features is not None
        found = classify(result.features, result.drawn_by[1], result.spec, ctx, keep=True)
    assert found.probabilities is not None
    geo = result.cube.geo
    entropy = path.with_name(path.name.replace("-probabilities", "-entropy"))
    written = write_layers(path, found.probabilities, result.names, geo, cloud=cloud)
    return written + write_layers(entropy, found.entropy[:, :, None], ("entropy",), geo, cloud=cloud)


def _write_distances(result: Result, found: Nearest, path: Path, *, cloud: bool) -> list[Path]:
    """The distances to the nearest class and to the next one, beside how undecided each pixel is."""
    stack = np.stack([found.distance, found.second], axis=2)
    stack[~np.isfinite(stack)] = np.nan
    names = (say("distance to the class"), say("distance to the next class"))
    geo, row = result.cube.geo, found.matching.measure
    to, entropy = (path.with_name(path.name.replace("-probabilities", f"-{name}")) for name in ("distances", "entropy"))
    about = {"hsigui measure": row.title, **({"hsigui units": row.unit} if row.unit == "rad" else {})}
    written = write_layers(to, stack, names, geo, about, cloud=cloud)
    return written + write_layers(entropy, result.entropy[:, :, None], ("entropy",), geo, cloud=cloud)


def kept_of(result: Result, files: LabelPaths, ctx: Context, command: str = "") -> kept_probe.KeptProbe:
    """The classifier of a map with all that it needs on other scenes, and the command lines that fit it.

    Args:
        files: of its labels.
        command: the command line that drew the map; empty for those that all that is known of it makes.
    """
    result = result.before_steps  # which other scenes are to be given, too
    assert result.features is not None
    encoder, probe = result.drawn_by
    record = result.record(files)
    lines = lines_with(result, command) if command else command_lines(result, record, files)
    return kept_probe.of_scene(
        result.cube, encoder, result.features, probe, result.spec, result.trained_on, result.classes,
        "" if files.labels is None else str(files.labels.resolve()), ctx, variable=files.variable,
        background=files.background, buffer=files.buffer, commands=lines,
    )  # fmt: skip


def keep_classifier(ctx: Context, result: Result, folder: Path, files: LabelPaths) -> list[Path]:
    """Keeps the classifier of a map, and how right it is, in a run folder: other scenes can be classified by it.

    Raises:
        HsiError: the folder cannot be written or holds no run.
    """
    ctx.progress(0, 0, say("Keeping the classifier…"))
    kept = kept_of(result, files, ctx)
    accuracy = result.before_steps.measured()
    figures = None if accuracy is None else to_json(accuracy)
    return kept_probe.keep_with_accuracy(kept, folder, figures, result.measured_on)


def write_run(ctx: Context, encoder: Encoder, result: Result | None, folder: Path) -> list[Path]:
    """Writes a run as a folder that can be moved, copied and used by every program here: weights, settings,
    normalisation, wavelengths and a model card; of a map also its classifier, classes and accuracy.

    Args:
        result: the map by the run; None before there is one.

    Raises:
        HsiError: the folder cannot be written.
    """
    from hsigui.methods import checkpoint  # loads torch, which maps by spectra do without

    ctx.progress(0, 0, say("Writing {name}…", name=folder.name))
    written = checkpoint.save(encoder, folder)
    if result is None:
        return written
    files = result.label_files()
    kept = keep_classifier(ctx, result, folder, files)
    if result.run_folder is not None and result.run_folder.resolve() != folder.resolve():
        try:
            keep_classifier(ctx, result, result.run_folder, files)
        except HsiError as error:
            ctx.warn(say("The classifier is not kept with the run itself: {message}", message=error.message))
    return list(dict.fromkeys([*written, *kept]))
