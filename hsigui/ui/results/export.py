"""Writing the map, its report and its run to files, in a worker."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog, targets
from hsigui.ui.results.exported import Exported, LabelFiles, command_lines, record_of, report_of, saved_labels

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.pipeline.provenance import Provenance

RECORDED = ("geotiff", "envi")  # kinds of maps that are read again, to be measured
UNFILTERED = "The figures and the map are those of before the filters of the exported files."


def write_all(ctx: Context, what: Exported, choice: ExportChoice) -> list[Path]:
    """Writes the chosen kinds, and keeps the classifier of the map in the folder of its run.

    Returns:
        Every file written, those of the run left out.

    Raises:
        HsiError: a file cannot be written.
    """
    from hsigui.labels.formats.class_tables import write_table

    make_folder(choice.folder)
    ctx.progress(0, 0, "Preparing the map…")
    paths = targets(choice)
    files, written = _write_labels(what, paths["labels"]) if "labels" in paths else (saved_labels(what), [])
    record = record_of(what, files)
    written += _write_maps(ctx, what, choice, record, files)
    for kind, path in paths.items():
        if kind in ("report", "measures", "legend"):
            ctx.progress(0, 0, f"Writing {path.name}…")
        if kind == "report":
            notes = (UNFILTERED,) if choice.majority or choice.sieve else ()
            written += _write_report(ctx, what, path, record, files, notes)
        elif kind == "measures":
            written += _write_measures(ctx, what, path)
        elif kind == "legend":
            written += write_table(path, what.classes)
    if what.run_folder is not None:
        try:
            keep_probe(ctx, what, what.run_folder, files)
        except HsiError as error:  # the exported files do not depend on it
            ctx.warn(f"The classifier is not kept for other scenes: {error.message}")
    return written


def _write_maps(
    ctx: Context, what: Exported, choice: ExportChoice, record: Provenance, files: LabelFiles
) -> list[Path]:  # fmt: skip
    """The maps that were chosen, filtered; those that are read again have a record of how they came to be."""
    from hsigui.pipeline import provenance
    from hsigui.report.filters import filtered
    from hsigui.report.maps import MapOptions, export_map

    array = filtered(what.array, majority=choice.majority, sieve=choice.sieve, check=ctx.check)
    commands = command_lines(what, record, files, majority=choice.majority, sieve=choice.sieve)
    done = {
        **({"majority filter (pixels)": choice.majority} if choice.majority else {}),
        **({"sieve (pixels, connectivity)": f"{choice.sieve}, 4"} if choice.sieve else {}),
    }
    settings = {**record.settings, "Map": {**record.settings["Map"], **done}}
    record = dataclasses.replace(record, settings=settings, commands=commands)
    written: list[Path] = []
    for kind, path in targets(choice).items():
        if kind in ("report", "measures", "legend", "labels"):
            continue
        ctx.progress(0, 0, f"Writing {path.name}…")
        title = f"{what.cube.name}: classification map"
        options = MapOptions(title, choice.cloud, kind == "bare", choice.simplify, choice.smallest)
        written += export_map(path, array, what.classes, what.cube.geo, options=options, check=ctx.check)
        if kind in RECORDED:
            written.append(provenance.save(record, path, array))
    return written


def _write_labels(what: Exported, path: Path) -> tuple[LabelFiles, list[Path]]:
    """The labels that the map was made from, what it is measured on, and what they were drawn from if that is more."""
    from hsigui.labels.formats.files import write_classes
    from hsigui.pipeline import split

    def beside(name: str) -> Path:
        return path.with_name(path.name.replace("-labels.", f"-{name}."))

    def put(to: Path, array: NDArray[np.uint16]) -> Path:
        written.extend(write_classes(to, array, what.classes, what.cube.geo))
        return to

    written: list[Path] = []
    put(path, what.trained_on)
    if what.draw is not None:
        written.append(split.save(what.draw, path))
    reference = put(beside("reference"), what.tested) if what.tested.any() else None
    drawn_from = what.drawn_truth
    if drawn_from is None:
        return LabelFiles(path, reference), written
    same = np.array_equal(drawn_from, what.tested)
    return LabelFiles(path, reference, reference if same else put(beside("truth"), drawn_from)), written


def _write_measures(ctx: Context, what: Exported, path: Path) -> list[Path]:
    """Draws the map again, because the probabilities of all classes are not kept in memory."""
    from hsigui.pipeline.classify import classify
    from hsigui.report.rasters import write_layers

    drawn = classify(what.features, what.probe, what.drawn, ctx, keep=True)
    assert drawn.probabilities is not None
    names = [what.classes.get(int(number)).name for number in what.probe.numbers]
    entropy = path.with_name(path.name.replace("-probabilities", "-entropy"))
    geo = what.cube.geo
    written = write_layers(path, drawn.probabilities, names, geo)
    return written + write_layers(entropy, drawn.entropy[:, :, None], ("entropy",), geo)


def _write_report(
    ctx: Context, what: Exported, folder: Path, record: Provenance, files: LabelFiles, notes: tuple[str, ...]
) -> list[Path]:
    from hsigui.report.maps import png_bytes
    from hsigui.report.write import write_report

    accuracy = what.measured()
    if accuracy is None:
        raise HsiError(
            "There is no accuracy to report.", "Load ground truth (File menu), or paint validation labels (V), first."
        )
    context, split_picture = report_of(what, record, files, ctx.check, notes)
    picture = png_bytes(what.array, what.classes)
    return write_report(folder, accuracy, context=context, map_png=picture, split_png=split_picture)


def keep_probe(ctx: Context, what: Exported, folder: Path, files: LabelFiles) -> list[Path]:
    """Keeps the classifier of the map, and how right it is, in a run folder: other scenes can be classified by it.

    Raises:
        HsiError: the folder cannot be written or holds no run.
    """
    from hsigui.pipeline import kept_probe
    from hsigui.report.metrics import to_json

    ctx.progress(0, 0, "Keeping the classifier…")
    source = "" if files.labels is None else str(files.labels.resolve())
    kept = kept_probe.of_scene(
        what.cube, what.encoder, what.features, what.probe, what.drawn, what.trained_on, what.classes, source, ctx
    )
    accuracy = what.measured()
    figures = None if accuracy is None else to_json(accuracy)
    return kept_probe.keep_with_accuracy(kept, folder, figures, what.measured_on)


def write_run(ctx: Context, encoder: Encoder, what: Exported | None, folder: Path) -> list[Path]:
    """Writes a run as a folder that can be moved, copied and used by every program here: weights, settings,
    normalisation, wavelengths and a model card; of a map also its classifier, classes and accuracy.

    Args:
        what: the map by the run; None before there is one.

    Raises:
        HsiError: the folder cannot be written.
    """
    from hsigui.methods import checkpoint

    ctx.progress(0, 0, f"Writing {folder.name}…")
    written = checkpoint.save(encoder, folder)
    if what is None:
        return written
    files = saved_labels(what)
    kept = keep_probe(ctx, what, folder, files)
    if what.run_folder is not None and what.run_folder.resolve() != folder.resolve():
        try:
            keep_probe(ctx, what, what.run_folder, files)
        except HsiError as error:
            ctx.warn(f"The classifier is not kept with the run itself: {error.message}")
    return list(dict.fromkeys([*written, *kept]))


def make_folder(folder: Path) -> None:
    """Makes a folder when it is missing.

    Raises:
        HsiError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HsiError(
            f"The folder {folder} cannot be made: {error.strerror or error}.", "Choose another folder."
        ) from error


class ExportController(QObject):
    """File > Export and Training > Export run."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session

    def ask(self) -> None:
        """Asks what and where, then writes."""
        session = self._session
        if session.cube is None or session.class_map is None:
            return
        folder = Path(self._desk.settings.last_folder or Path.home())
        geo = session.cube.geo
        dialog = ExportDialog(
            folder, f"{session.cube.name}-map", session.accuracy is not None, self._desk.window,
            has_place=geo.transform is not None and bool(geo.crs_wkt),
        )  # fmt: skip
        dialog.accepted.connect(lambda: self.export(dialog.choice))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, choice: ExportChoice) -> None:
        what = Exported.of(self._session)
        if what is None:
            return

        def done(written: list[Path]) -> None:
            self._desk.told(f"Exported {len(written)} files to {choice.folder}.", choice.folder)

        self._desk.bridge.start(partial(write_all, what=what, choice=choice), "Export", Watcher(done=done))

    def ask_run(self) -> None:
        """Asks for a folder, and writes the run into a new one in it."""
        session = self._session
        cube, encoder = session.cube, session.encoder
        if cube is None or encoder is None:
            return
        into = self._desk.prompts.open_folder("Export run to", self._desk.settings.last_folder)
        if into is None:
            return
        folder = into / f"{cube.name}-{encoder.spec.method}-run"
        if folder.exists() and not self._desk.prompts.confirm(
            "Replace run?", f"{folder} is there already.", "The run in it will be replaced.", "Replace"
        ):
            return
        self.export_run(folder)

    def export_run(self, folder: Path) -> None:
        """Writes the run, with the classifier of the map where there is one, into a folder."""
        session = self._session
        if session.encoder is None:
            return

        def done(written: list[Path]) -> None:
            self._desk.told(f"The run was written to {folder}: {len(written)} files.", folder)

        job = partial(write_run, encoder=cast("Encoder", session.encoder), what=Exported.of(session), folder=folder)
        self._desk.bridge.start(job, "Export run", Watcher(done=done))
