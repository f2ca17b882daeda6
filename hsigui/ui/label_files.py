"""Labels and ground truth from and to files, few-shot samples, and copies that survive a crash."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.jobs import Context, SilentContext
from hsigui.labels.class_tables import merged_table, read_table, write_table
from hsigui.labels.classes import ClassTable
from hsigui.labels.files import ClassRaster
from hsigui.labels.label_map import VALIDATION
from hsigui.labels.matching import match_classes
from hsigui.labels.sampling import Split
from hsigui.project.recovery import Recovered, Recovery, scene_key
from hsigui.specs import SplitSpec
from hsigui.ui import opening, work
from hsigui.ui.desk import Desk
from hsigui.ui.dialogs.prompts import TABLES
from hsigui.ui.dialogs.sample_dialog import SampleDialog
from hsigui.ui.job_bridge import Latest, Watcher
from hsigui.ui.label_import import LabelImport
from hsigui.ui.session import Session
from hsigui.ui.validation_files import ValidationFiles, save_both

AUTOSAVE_MS = 700


class LabelFiles(QObject):
    """What happens between labels and disk."""

    def __init__(self, desk: Desk, recovery: Recovery | None = None) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._recovery = recovery or Recovery()
        self._import = LabelImport(desk)
        self._validation = ValidationFiles(desk, self._import)
        self._autosaving = Latest(desk.bridge, "Keep labels safe", self._safe, failed=self._not_safe)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AUTOSAVE_MS)
        self._timer.timeout.connect(self._autosave)
        self._warned = False
        self._session.changed.connect(self._changed)

    # Before the labels go away

    def leave(self, then: Callable[[], None]) -> None:
        """Does `then` once the labels are in a file or given up; asks when they are neither. The user may cancel."""
        if not self._session.unsaved:
            self._give_up()
            then()
            return
        answer = self._desk.prompts.unsaved_labels()
        if answer == "save":
            self.save(then=lambda: self.leave(then))
        elif answer == "discard":
            self._give_up()
            then()

    def keep_safe(self) -> None:
        """Writes the recovery copy now, before another scene takes the place of this one."""
        session = self._session
        self._timer.stop()
        if session.cube is not None and session.unsaved:
            save = self._safe_copy(session.cube)
            watcher = Watcher(done=self._safe, failed=self._not_safe)
            # Not the one that replaces earlier wishes: the next wish is about another scene.
            self._autosaving.settle()
            self._desk.bridge.start(save, "Keep labels safe", watcher)

    def _give_up(self) -> None:
        """The labels are safe elsewhere or not wanted: the recovery copy goes out of use."""
        self._timer.stop()
        self._autosaving.settle()
        if self._session.cube is not None:
            self._recovery.retire(self._recovery.own_file(scene_key(self._session.cube)))

    # Files

    def ask_and_open_labels(self) -> None:
        path = self._desk.prompts.open_path("Open labels", self._desk.settings.last_folder, scene=False)
        if path is not None:
            self.open_labels(path)

    def ask_and_open_truth(self) -> None:
        path = self._desk.prompts.open_path("Open ground truth", self._desk.settings.last_folder, scene=False)
        if path is not None:
            self.open_truth(path)

    def ask_and_add_labels(self) -> None:
        path = self._desk.prompts.open_path("Add labels", self._desk.settings.last_folder, scene=False)
        if path is not None:
            self.add_labels(path)

    def open_labels(self, path: Path) -> None:
        """Replaces the labels by those of a file; undo brings the old ones back."""
        self._import.read(path, "labels", partial(self._take_labels, path))

    def add_labels(self, path: Path) -> None:
        """Puts the labels of a file over the present ones, which stay where the file has none."""
        self._import.read(path, "labels", partial(self._add_labels, path))

    def open_truth(self, path: Path) -> None:
        """Loads ground truth to measure the map on."""
        self._import.read(path, "ground truth", partial(self._take_truth, path))

    def offer_truth(self, opened: opening.Opened) -> None:
        """Says that the file of a scene holds ground truth, too."""
        path = opened.cube.path
        if path is None or not opened.beside:
            return
        names = " and ".join(opened.beside)
        self._desk.messages.info(
            f"{path.name} also holds {names}, of the size of this scene.",
            buttons=[("Load as ground truth", lambda: self.open_truth(path))],
        )

    def save(self, then: Callable[[], None] = lambda: None) -> None:
        """Saves to the file of last time; asks for one the first time."""
        if self._session.labels_path is None:
            self.save_as(then)
        else:
            self._write(self._session.labels_path, then)

    def save_as(self, then: Callable[[], None] = lambda: None) -> None:
        cube = self._session.cube
        if cube is None:
            return
        folder = Path(self._desk.settings.last_folder or Path.home())
        path = self._desk.prompts.save_path("Save labels", str(folder / f"{cube.name}-labels.tif"))
        if path is not None:
            self._write(path, then)

    def _take_labels(self, path: Path, raster: ClassRaster, matched: bool) -> None:
        session, array, classes = self._session, raster.array, raster.classes
        had_unsaved = session.unsaved
        if session.truth is not None and not matched:
            # The truth's classes stay what they are; those of the file join them by name.
            found = match_classes(array, classes, session.classes)
            array, classes = found.array, found.classes
        session.edit(session.labels.replacing(array, classes), f"Open {path.name}")
        if not had_unsaved and not matched and np.array_equal(array, raster.array):
            session.mark_saved()
        self._desk.messages.info(
            f"{np.count_nonzero(array):,} labels of {_classes_in(array)} classes from {path.name}."
        )
        self._validation.open_beside(path)

    def _add_labels(self, path: Path, raster: ClassRaster, matched: bool) -> None:
        session, array, classes = self._session, raster.array, raster.classes
        if not matched:
            found = match_classes(array, classes, session.classes)
            array, classes = found.array, found.classes
        joined = np.where(array > 0, array, session.labels.array)
        session.edit(session.labels.replacing(joined, classes), f"Add {path.name}")
        self._desk.messages.info(
            f"{np.count_nonzero(array):,} labels of {_classes_in(array)} classes from {path.name} added."
        )

    def _take_truth(self, path: Path, raster: ClassRaster, _matched: bool) -> None:
        matched = self._session.set_truth(raster.array, raster.classes, path.name)
        count = np.count_nonzero(raster.array)
        text = f"Ground truth {path.name}: {count:,} pixels of {_classes_in(raster.array)} classes."
        if matched.renumbered:
            changes = ", ".join(f"{old} → {new}" for old, new in sorted(matched.renumbered.items()))
            text += f" Classes were matched by name; numbers changed: {changes}."
        self._desk.messages.info(text, "Labels can be drawn from it.", [("Draw few-shot sample…", self.ask_and_sample)])

    # Tables of classes

    def ask_and_import_classes(self) -> None:
        """Takes names and colours of a table: those of the same name are recoloured, others are added."""
        if self._session.cube is None:
            return
        path = self._desk.prompts.open_path(
            "Import classes", self._desk.settings.last_folder, scene=False, kinds=TABLES
        )
        if path is None:
            return
        try:
            table = read_table(path)
        except HsiError as error:
            self._desk.fail(error)
            return
        merged = merged_table(self._session.classes, table)
        if merged != self._session.classes:
            self._session.set_classes(merged, f"Import {path.name}")
        self._desk.messages.info(f"{len(table)} classes from {path.name}; those of the same name took its colours.")

    def ask_and_export_classes(self) -> None:
        """Writes numbers, names and colours of the classes to a table."""
        cube = self._session.cube
        if cube is None:
            return
        folder = Path(self._desk.settings.last_folder or Path.home())
        path = self._desk.prompts.save_path("Export classes", str(folder / f"{cube.name}-classes.csv"), kinds=TABLES)
        if path is None:
            return
        try:
            write_table(path, self._session.classes)
        except HsiError as error:
            self._desk.fail(error)
            return
        self._desk.told(f"Classes written to {path}.", path)

    def _write(self, path: Path, then: Callable[[], None]) -> None:
        session = self._session
        cube, revision = session.cube, session.revision
        if cube is None:
            return

        def done(written: list[Path]) -> None:
            if session.cube is not cube:
                return
            session.mark_saved(path, revision)
            if not session.unsaved:
                self._give_up()
            self._desk.told(f"Labels saved to {written[0]}.", written[0])
            then()

        job = partial(
            save_both, path=path, array=session.labels.array.copy(), validation=_validation(session),
            classes=session.classes, cube=cube,
        )  # fmt: skip
        self._desk.bridge.start(job, "Save labels", Watcher(done=done))

    # Few-shot samples

    def ask_and_sample(self) -> None:
        if self._session.truth is None:
            return
        dialog = SampleDialog(bool(self._session.labels.array.any()), self._desk.window)
        dialog.accepted.connect(lambda: self.sample(dialog.spec))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def sample(self, spec: SplitSpec) -> None:
        """Draws labels from the truth; the rest of it is what the map is measured on."""
        cube, truth = self._session.cube, self._session.truth
        if cube is None or truth is None:
            return

        def done(split: Split) -> None:
            if self._session.truth is not truth:
                return
            classes = self._session.classes.merged_with(np.unique(split.train).tolist())
            edit = self._session.labels.replacing(split.train, classes)
            self._session.edit(edit, f"Sample of {spec.per_class} a class")
            self._desk.messages.info(
                f"{np.count_nonzero(split.train):,} labels drawn (up to {spec.per_class} a class, seed {spec.seed}); "
                f"{np.count_nonzero(split.test):,} pixels are left for testing."
            )

        job = partial(work.draw_sample, cube=cube, truth=truth.array, per_class=spec.per_class, seed=spec.seed)
        self._desk.bridge.start(job, "Draw sample", Watcher(done=done))

    # Surviving a crash

    def offer_recovery(self) -> None:
        """Looks for labels of the open scene that a crash left behind, and offers them."""
        cube = self._session.cube
        if cube is None:
            return

        def look(_ctx: Context) -> list[Recovered]:
            return self._recovery.waiting(scene_key(cube), (cube.rows, cube.cols))

        def done(found: list[Recovered]) -> None:
            for problem in self._recovery.problems:
                self._desk.messages.warning(problem)
            self._recovery.problems.clear()
            if found and self._session.cube is cube:
                self._offer(found[0])

        self._desk.bridge.start(look, "Look for lost labels", Watcher(done=done))

    def _offer(self, found: Recovered) -> None:
        when = datetime.datetime.fromtimestamp(found.saved_at).strftime("%d %b %Y, %H:%M")
        self._desk.messages.warning(
            f"There are {found.labelled:,} unsaved labels of this scene from {when}.",
            "The window was not closed properly then.",
            [("Restore", lambda: self._restore(found)), ("Discard", lambda: self._decline(found))],
        )

    def _restore(self, found: Recovered) -> None:
        session = self._session
        if session.cube is None or found.array.shape != session.labels.shape:
            return
        classes = found.classes if session.truth is None else _joined(found, session.classes)
        edits = [session.labels.replacing(found.array, classes)]
        if found.validation is not None:
            edits.append(session.labels.replacing(found.validation, layer=VALIDATION))
        session.edit_all(edits, "Restore labels")
        # Safe under this window's name first; only then may the old copy go.
        self._safe_copy(session.cube)(SilentContext())
        self._recovery.retire(found.path)
        self.offer_recovery()

    def _decline(self, found: Recovered) -> None:
        self._recovery.retire(found.path)
        self.offer_recovery()

    def _changed(self, what: str) -> None:
        if what in ("labels", "validation", "classes") and self._session.unsaved:
            self._timer.start()

    def _autosave(self) -> None:
        session = self._session
        if session.cube is None or not session.unsaved:
            return
        self._autosaving.request(self._safe_copy(session.cube))

    def _safe_copy(self, cube: Cube) -> Callable[[Context], Path]:
        """What writes the labels of this moment to the recovery copy."""
        session, key = self._session, scene_key(cube)
        array, validation, classes = session.labels.snapshot(), _validation(session), session.classes
        return lambda _ctx: self._recovery.save(key, array, classes, validation)

    def _safe(self, _path: Path) -> None:
        self._warned = False

    def _not_safe(self, error: BaseException, trace: str) -> None:
        if not isinstance(error, OSError):
            self._desk.fail(error, trace)
        elif not self._warned:
            self._warned = True
            reason = error.strerror or error
            self._desk.messages.warning(
                f"The labels could not be kept safe in {self._recovery.folder} ({reason}).", "Save them soon (Ctrl+S)."
            )


def _validation(session: Session) -> NDArray[np.uint16] | None:
    """A copy of the validation labels; None without any."""
    return session.labels.snapshot(VALIDATION) if session.labels.labelled(VALIDATION) else None


def _classes_in(array: np.ndarray) -> int:
    return len(np.unique(array[array > 0]))


def _joined(found: Recovered, classes: ClassTable) -> ClassTable:
    """The classes of a recovered copy, and those of the present table that it lacks."""
    return ClassTable((*found.classes, *(c for c in classes if c.number not in found.classes)))
