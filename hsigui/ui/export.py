"""Writing the map and its report to files, in a worker."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.specs import MapSpec
from hsigui.ui.desk import Desk
from hsigui.ui.dialogs.export_dialog import ExportChoice, ExportDialog, targets
from hsigui.ui.job_bridge import Watcher

if TYPE_CHECKING:
    from hsigui.report.metrics import Accuracy


@dataclass(frozen=True)
class Exported:
    """Everything that is written, as it was when Export was pressed."""

    cube: Cube
    array: NDArray[np.uint16]
    classes: ClassTable
    accuracy: Accuracy | None
    truth_name: str
    encoder: Any
    drawn: MapSpec
    refinement: Any = None
    features: Any = None
    probe: Any = None


def write_all(ctx: Context, what: Exported, choice: ExportChoice) -> list[Path]:
    """Writes the chosen kinds; returns every file written.

    Raises:
        HsiError: a file cannot be written.
    """
    from hsigui.labels.class_tables import write_table
    from hsigui.report.filters import filtered
    from hsigui.report.maps import MapOptions, export_map

    make_folder(choice.folder)
    title = f"{what.cube.name}: classification map"
    ctx.progress(0, 0, "Preparing the map…")
    array = filtered(what.array, majority=choice.majority, sieve=choice.sieve, check=ctx.check)
    written: list[Path] = []
    for kind, path in targets(choice).items():
        ctx.progress(0, 0, f"Writing {path.name}…")
        if kind == "report":
            written += _write_report(what, path)
        elif kind == "measures":
            written += _write_measures(ctx, what, path)
        elif kind == "legend":
            written += write_table(path, what.classes)
        else:
            options = MapOptions(title, choice.cloud, kind == "bare", choice.simplify, choice.smallest)
            written += export_map(path, array, what.classes, what.cube.geo, options=options, check=ctx.check)
    return written


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


def _write_report(what: Exported, folder: Path) -> list[Path]:
    from hsigui.pipeline import provenance
    from hsigui.report.maps import legend_rows, png_bytes
    from hsigui.report.write import write_report

    if what.accuracy is None:
        raise HsiError("There is no accuracy to report.", "Load ground truth first (File menu).")
    recipe = what.encoder.recipe
    record = provenance.describe_run(what.cube, what.encoder, recipe.probe, what.drawn, refinement=what.refinement)
    notes = (f"Ground truth: {what.truth_name}; its classes were matched by name, else by number.",)
    context = record.context(f"{what.cube.name}: classification report", legend_rows(what.array, what.classes), notes)
    return write_report(folder, what.accuracy, context=context, map_png=png_bytes(what.array, what.classes))


class ExportController(QObject):
    """File > Export."""

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
        session = self._session
        if session.cube is None or session.class_map is None:
            return
        what = Exported(
            session.cube,
            session.class_map.classes,
            session.classes,
            session.accuracy,
            session.reference.name if session.reference else "",
            session.encoder,
            session.drawn,
            None if session.probe is None else session.probe.refinement,
            session.features,
            session.probe,
        )

        def done(written: list[Path]) -> None:
            self._desk.told(f"Exported {len(written)} files to {choice.folder}.", choice.folder)

        self._desk.bridge.start(partial(write_all, what=what, choice=choice), "Export", Watcher(done=done))
