"""Writing the map, its report and its run to files, in a worker."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from hsigui.document.events import StepDone
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline.own import own_encoder
from hsigui.pipeline.values import Filters
from hsigui.report.table import read_back_suffixes
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.changed_dialog import Comparison
from hsigui.ui.desk.comparing import compare_counts
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog, existing, targets
from hsigui.ui.results.exported import result_of

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.pipeline.result import Result


def write_all(ctx: Context, result: Result, choice: ExportChoice) -> list[Path]:
    """Writes the chosen kinds, and keeps the classifier of the map in the folder of its run.

    Returns:
        Every file written, those of the run left out.

    Raises:
        HsiError: a file cannot be written.
    """
    from hsigui.pipeline import writing
    from hsigui.report.map_options import MapOptions

    make_folder(choice.folder)
    options = MapOptions(
        cloud=choice.cloud, simplify=choice.simplify, smallest=choice.smallest, north_up=choice.north_up
    )
    filters = Filters(choice.majority, choice.sieve)
    return writing.write_all(ctx, result, writing.Outputs(targets(choice), filters, options))


def write_run(ctx: Context, encoder: Encoder, result: Result | None, folder: Path) -> list[Path]:
    """Writes a run into a folder, with the classifier of the map where there is one.

    Raises:
        HsiError: the folder cannot be written.
    """
    from hsigui.pipeline import writing

    return writing.write_run(ctx, encoder, result, folder)


def lines_of_export(_ctx: Context, result: Result, choice: ExportChoice) -> tuple[str, ...]:
    """Command lines that draw the map and write what was exported of it. Reads label files.

    Raises:
        HsiError: its labels, its run or its scene are in no file.
    """
    from hsigui.pipeline.step_lines import exported
    from hsigui.pipeline.values import LabelPaths
    from hsigui.report.map_options import MapOptions

    files, labels = result.label_files(), targets(choice).get("labels")
    if labels is not None and labels.exists():
        reference = labels.with_name(labels.name.replace("-labels.", "-reference."))
        files = LabelPaths(labels, reference if reference.exists() else None)
    options = MapOptions(
        cloud=choice.cloud, simplify=choice.simplify, smallest=choice.smallest, north_up=choice.north_up
    )
    return exported(result, files, choice.kinds, Filters(choice.majority, choice.sieve), options)


def files_there(choice: ExportChoice) -> list[Path]:
    """Every file that an export writes over, those in its folders included."""
    return [file for path in existing(choice) for file in (path.rglob("*") if path.is_dir() else (path,))]


def compare_map(path: Path, result: Result, name: str) -> Comparison | None:
    """Pixels of each class in a map of this name and in the result; None of files that are no map."""
    if path.stem != name or path.suffix not in read_back_suffixes():
        return None
    return compare_counts(path, result.array, result.classes, result.cube)


def make_folder(folder: Path) -> None:
    """Makes a folder when it is missing.

    Raises:
        HsiError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise HsiError(
            say("The folder {folder} cannot be made: {strerror}.", folder=folder, strerror=error.strerror or error),
            say("Choose another folder."),
        ) from error


class ExportController(QObject):
    """File > Export and Training > Export run.

    Signals:
        exported(): the map was written to files.

    Attributes:
        options: what was chosen last, as `ExportDialog.options` names it; None before.
    """

    exported = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self.options: dict[str, Any] | None = None
        self._desk, self._session = desk, desk.session

    def ask(self) -> None:
        """Asks what and where, then writes."""
        session = self._session
        if session.cube is None or session.class_map is None:
            return
        geo = session.cube.geo
        dialog = ExportDialog(
            self._desk.folder(), f"{session.cube.name}-map", session.accuracy is not None, self._desk.window,
            has_place=geo.transform is not None and bool(geo.crs_wkt),
        )  # fmt: skip
        if self.options is not None:
            dialog.show_options(self.options)
        open_dialog(dialog, self._export_chosen)

    def _export_chosen(self, dialog: ExportDialog) -> None:
        self.options = dialog.options
        self.export(dialog.choice)

    def export(self, choice: ExportChoice) -> None:
        """Writes the chosen kinds of the shown map; asks first about files that somebody else has changed."""
        result = result_of(self._session)
        if result is not None:
            self._write(result, choice)

    def _write(self, result: Result, choice: ExportChoice) -> None:
        scene = self._session.scene

        def done(written: list[Path]) -> None:
            scene.labels_exported = targets(choice).get("labels", scene.labels_exported)
            self.exported.emit()
            self._desk.told(
                say("Exported {count} files to {folder}.", count=len(written), folder=choice.folder), choice.folder
            )
            what = say("the map was exported to {folder}", folder=choice.folder)
            light = replace(result, features=None)  # kept until the next step
            self._session.events.emit(StepDone(what, partial(lines_of_export, result=light, choice=choice)))

        copy = free_name(choice.folder / choice.name, lambda other: bool(existing(replace(choice, name=other.name))))
        careful_saving.save(self._desk, Saving(
            say("Export"), files_there(choice), partial(write_all, result=result, choice=choice), done, lambda: None,
            (copy, partial(self._write, result, replace(choice, name=copy.name))),
            partial(compare_map, result=result, name=choice.name),
        ))  # fmt: skip

    def ask_run(self) -> None:
        """Asks for a folder, and writes the run into a new one in it."""
        session = self._session
        cube, encoder = session.cube, session.encoder
        if cube is None or encoder is None:
            return
        into = self._desk.prompts.open_folder(say("Export run to"), str(self._desk.folder()))
        if into is None:
            return
        folder = into / f"{cube.name}-{encoder.spec.method}-run"
        if folder.exists() and not self._desk.prompts.confirm(
            say("Replace run?"),
            say("{folder} is there already.", folder=folder),
            say("The run in it will be replaced."),
            say("Replace"),
        ):
            return
        self.export_run(folder)

    def export_run(self, folder: Path) -> None:
        """Writes the run, with the classifier of the map where there is one, into a folder."""
        session = self._session
        if session.encoder is None:
            return

        def done(written: list[Path]) -> None:
            self._desk.told(
                say("The run was written to {folder}: {count} files.", folder=folder, count=len(written)), folder
            )

        job = partial(write_run, encoder=own_encoder(session.encoder), result=result_of(session), folder=folder)
        self._desk.bridge.start(job, say("Export run"), Watcher(done=done))
