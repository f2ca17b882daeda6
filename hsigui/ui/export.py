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
from hsigui.specs import MapSpec, ProbeSpec
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
    smooth: float


def write_all(ctx: Context, what: Exported, choice: ExportChoice) -> list[Path]:
    """Writes the chosen kinds; returns every file written.

    Raises:
        HsiError: a file cannot be written.
    """
    from hsigui.report.maps import export_map

    make_folder(choice.folder)
    title = f"{what.cube.name}: classification map"
    written: list[Path] = []
    for kind, path in targets(choice).items():
        ctx.progress(0, 0, f"Writing {path.name}…")
        if kind == "report":
            written += _write_report(what, path)
        else:
            written += export_map(path, what.array, what.classes, what.cube.geo, title=title)
    return written


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
    record = provenance.describe_run(what.cube, what.encoder, ProbeSpec(), MapSpec(what.smooth))
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
        dialog = ExportDialog(folder, f"{session.cube.name}-map", session.accuracy is not None, self._desk.window)
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
            session.truth.name if session.truth else "",
            session.encoder,
            session.smooth,
        )

        def done(written: list[Path]) -> None:
            self._desk.told(f"Exported {len(written)} files to {choice.folder}.", choice.folder)

        self._desk.bridge.start(partial(write_all, what=what, choice=choice), "Export", Watcher(done=done))
