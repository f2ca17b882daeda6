"""Writing the map, its report and its run to files, in a worker."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from hsigui.document.events import StepDone
from hsigui.document.finished import LastHand
from hsigui.errors import HsiError
from hsigui.jobs import Context, Work
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


def write_finished(ctx: Context, result: Result, hand: LastHand, choice: ExportChoice) -> list[Path]:
    """The same of the finished map; beside it what a hand has painted, which the command lines of its record read.

    Returns:
        Every file written, those of the run left out.

    Raises:
        HsiError: a file cannot be written.
    """
    from hsigui.pipeline.last_hand import finished_by, write_painted

    make_folder(choice.folder)
    saved, painted = write_painted(hand, result, painted_file(choice))
    made = finished_by(ctx, result, saved)
    return [*write_all(ctx, made, choice), *painted]


def painted_file(choice: ExportChoice) -> Path:
    """Where an export of the finished map writes what was painted."""
    return choice.folder / f"{choice.name}-painted.tif"


def write_run(ctx: Context, encoder: Encoder, result: Result | None, folder: Path) -> list[Path]:
    """Writes a run into a folder, with the classifier of the map where there is one.

    Raises:
        HsiError: the folder cannot be written.
    """
    from hsigui.pipeline import writing

    return writing.write_run(ctx, encoder, result, folder)


def lines_of_export(
    ctx: Context, result: Result, choice: ExportChoice, hand: LastHand | None = None
) -> tuple[str, ...]:  # fmt: skip
    """Command lines that draw the map and write what was exported of it. Reads label files.

    Raises:
        HsiError: its labels, its run or its scene are in no file.
    """
    from hsigui.pipeline.last_hand import finished_by
    from hsigui.pipeline.step_lines import exported
    from hsigui.pipeline.values import LabelPaths
    from hsigui.report.map_options import MapOptions

    if hand is not None:
        result = finished_by(ctx, result, hand)
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
    found = [file for path in existing(choice) for file in (path.rglob("*") if path.is_dir() else (path,))]
    painted = painted_file(choice)
    return [*found, painted] if choice.finished and painted.exists() else found


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
            has_place=geo.transform is not None and bool(geo.crs_wkt), has_finished=session.scene.finishing.in_use,
        )  # fmt: skip
        dialog.which.setCurrentIndex(int(session.scene.shows_finished and session.scene.finishing.in_use))
        if self.options is not None:
            dialog.show_options(self.options)
        open_dialog(dialog, self._export_chosen)

    def _export_chosen(self, dialog: ExportDialog) -> None:
        self.options = dialog.options
        self.export(dialog.choice)

    def export(self, choice: ExportChoice) -> None:
        """Writes the chosen kinds of the shown map; asks first about files that somebody else has changed."""
        result, finishing = result_of(self._session), self._session.scene.finishing
        if result is not None:
            hand = finishing.hand if choice.finished and finishing.in_use else None
            self._write(result, choice, hand)

    def _write(self, result: Result, choice: ExportChoice, wanted: LastHand | None = None) -> None:
        scene = self._session.scene

        def done(written: list[Path]) -> None:
            hand = wanted
            if hand is not None and painted_file(choice) in written:
                scene.finishing.mark_saved(painted_file(choice), hand.revision)
                hand = replace(hand, file=painted_file(choice))
            scene.labels_exported = targets(choice).get("labels", scene.labels_exported)
            self.exported.emit()
            self._desk.told(
                say("Exported {count} files to {folder}.", count=len(written), folder=choice.folder), choice.folder
            )
            if wanted is None:
                what = say("the map was exported to {folder}", folder=choice.folder)
            else:
                what = say("the finished map was exported to {folder}", folder=choice.folder)
            light = replace(result, features=None)  # kept until the next step
            self._session.events.emit(StepDone(what, partial(lines_of_export, result=light, choice=choice, hand=hand)))

        copy = free_name(choice.folder / choice.name, lambda other: bool(existing(replace(choice, name=other.name))))
        write: Work = partial(write_all, result=result, choice=choice)
        if wanted is not None:
            write = partial(write_finished, result=result, hand=wanted, choice=choice)
        careful_saving.save(self._desk, Saving(
            say("Export"), files_there(choice), write, done, lambda: None,
            (copy, partial(self._write, result, replace(choice, name=copy.name), wanted)),
            partial(compare_map, result=result, name=choice.name) if wanted is None else None,
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
