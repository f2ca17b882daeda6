"""Labels and ground truth from and to files."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.document.events import SceneOpened, StepDone
from hsigui.document.scene import Scene
from hsigui.document.unsaved import question_of
from hsigui.document.values import LabelFile
from hsigui.errors import HsiError
from hsigui.labels.formats.files import ClassRaster, files_of_scene, files_written
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.matching import marked_as, match_classes
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.changed_dialog import Comparison
from hsigui.ui.desk.comparing import compare_counts
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.guards import ASK
from hsigui.ui.labels.importing import LabelImport
from hsigui.ui.labels.last_file import LastLabelFile
from hsigui.ui.labels.safe_keeping import SafeKeeping
from hsigui.ui.labels.sampler import Sampler
from hsigui.ui.labels.validation_files import (
    ValidationFiles,
    files_of_both,
    free_copy,
    save_both,
    validation_path,
)


class LabelFiles(QObject):
    """What happens between labels and disk."""

    def __init__(self, desk: Desk, keeping: SafeKeeping, sampler: Sampler) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._keeping, self._sampler = keeping, sampler
        self._import = LabelImport(desk)
        self.last = LastLabelFile(desk, self.open_labels)
        self._validation = ValidationFiles(desk, self._import)
        self._writes: deque[Callable[[], object]] = deque()  # the first one is at work, the others wait
        desk.guards.add(self)
        self._session.events.subscribe(SceneOpened, self._scene_opened)

    # Before the labels go away

    def leave(self, then: Callable[[], None], answer: str = ASK) -> None:
        """Does `then` once the labels are in a file, in a project, or given up; else asks. The user may cancel.

        Args:
            answer: what was said of all scenes already; see `Guard.leave`.
        """
        scene = self._session.scene
        if not self.asks_about(scene):
            self._keeping.hand_over()
            then()
            return
        answer = answer or self._desk.prompts.unsaved_labels(*question_of(scene))
        if answer == "save":
            self.save(then=partial(self.leave, then))  # what is drawn meanwhile is asked about
        elif answer == "discard":
            self._keeping.give_up(scene)
            then()

    def asks_about(self, scene: Scene) -> bool:
        """Whether there is work in the labels of a scene that is neither in a file nor in a project."""
        return scene.unsaved and not self._keeping.in_project

    def keep_safe(self) -> None:
        """Another scene takes the place of this one: what is drawn half is kept, too."""
        self._keeping.hand_over()

    # Files

    def ask_and_open_labels(self) -> None:
        path = self._desk.prompts.open_path(say("Open labels"), str(self._desk.folder()), scene=False)
        if path is not None:
            self.open_labels(path)

    def ask_and_open_truth(self) -> None:
        path = self._desk.prompts.open_path(say("Open ground truth"), str(self._desk.folder()), scene=False)
        if path is not None:
            self.open_truth(path)

    def ask_and_add_labels(self) -> None:
        path = self._desk.prompts.open_path(say("Add labels"), str(self._desk.folder()), scene=False)
        if path is not None:
            self.add_labels(path)

    def open_labels(self, path: Path) -> None:
        """Replaces the labels by those of a file; undo brings the old ones back."""
        self._import.read(path, say("labels"), partial(self._take_labels, path))

    def add_labels(self, path: Path) -> None:
        """Puts the labels of a file over the present ones of the layer that is painted.

        These stay where the file has none and where their class is locked; none becomes both training and validation.
        """
        self._import.read(path, say("labels"), partial(self._add_labels, path))

    def open_truth(self, path: Path) -> None:
        """Loads ground truth to measure the map on."""
        self._import.read(path, say("ground truth"), partial(self._take_truth, path))

    def _scene_opened(self, event: SceneOpened) -> None:
        self._offer_truth(event.beside)

    def _offer_truth(self, beside: Sequence[str]) -> None:
        """Says that the file of the scene holds ground truth, too: arrays of these names."""
        path = self._session.scene.cube.path
        if path is None or not beside:
            return
        names = say(" and ").join(beside)
        self._desk.messages.info(
            say("{name} also holds {names}, of the size of this scene.", name=path.name, names=names),
            buttons=[(say("Load as ground truth"), partial(self.open_truth, path))],
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
        proposal = self._session.labels_path or self._desk.folder() / f"{cube.name}-labels.tif"
        path = self._desk.prompts.save_path(say("Save labels"), str(proposal))
        if path is not None and self._may_write(path):
            self._write(path, then)

    def _may_write(self, path: Path) -> bool:
        """Refuses the files of an open scene, and asks before validation labels go over a file not yet seen."""
        cubes = {scene.cube.path for scene in self._session.scenes if scene.cube.path is not None}
        beside = validation_path(path)
        written = {_real(p) for name in (path, beside) for p in files_written(name)}
        taken = written & {_real(p) for cube in cubes for p in files_of_scene(cube)}
        if taken:
            self._desk.fail(
                HsiError(say("{name} is a file of the open scene, which labels must not overwrite.",
                             name=min(taken).name),
                         say("Choose another name or folder."))
            )  # fmt: skip
            return False
        if self._validation.own(beside) or not beside.exists() or not self._session.labels.labelled(VALIDATION):
            return True
        return self._desk.prompts.confirm(
            say("Save labels"),
            say("{name} is there already.", name=beside.name),
            say("Validation labels are saved under this name."),
            say("Replace"),
        )

    def _take_labels(self, path: Path, raster: ClassRaster, matched: bool) -> None:
        session, array, classes = self._session, raster.array, raster.classes
        had_unsaved = session.unsaved
        others = session.truth is not None or session.class_map is not None or session.labels.labelled(VALIDATION) > 0
        if others and not matched:
            # Truth, map and validation labels keep their classes; those of the file join them by name.
            found = match_classes(array, classes, session.classes)
            array, classes = found.array, found.classes
        edit = session.labels.replacing(array, marked_as(classes, session.classes))
        session.replace_labels(edit, say("Open {name}", name=path.name))
        session.scene.labels_source, session.scene.labels_buffer = path, raster.buffer
        self.last.keep(session.scene, path)
        if not had_unsaved and not matched and np.array_equal(array, raster.array):
            session.scene.mark_opened()
        self._desk.messages.info(
            say(
                "{count:,} labels of {classes_in} classes from {name}.",
                count=np.count_nonzero(array),
                classes_in=_classes_in(array),
                name=path.name,
            ),
            _unlabelled(raster),
        )
        self._validation.open_beside(path)
        self._tell_step(say("labels were read from {name}", name=path.name), self._import.read_as(path, raster))

    def _tell_step(self, what: str, file: LabelFile) -> None:
        """A command reads the file, too."""
        from hsigui.pipeline.step_lines import labels_read  # loads what reads scenes

        cube = self._session.scene.cube
        self._session.events.emit(StepDone(what, lambda _ctx: labels_read(cube, file), leads_to_map=True))

    def _add_labels(self, path: Path, raster: ClassRaster, matched: bool) -> None:
        session, array, classes = self._session, raster.array, raster.classes
        if not matched:
            found = match_classes(array, classes, session.classes)
            array, classes = found.array, found.classes
        checks = session.layer == VALIDATION
        own, other = (session.labels.layer(n) for n in ((VALIDATION, TRAINING) if checks else (TRAINING, VALIDATION)))
        locked = np.isin(own, session.classes.locked) | np.isin(other, session.classes.locked)
        locked &= (array > 0) & (array != own)
        taken = (array > 0) & (other > 0) & ~locked if checks else np.zeros_like(locked)
        added = np.where(locked | taken, np.uint16(0), array)
        joined = np.where(added > 0, added, own)
        edit = session.labels.replacing(joined, classes, session.layer)
        session.edit(edit, say("Add {name}", name=path.name) + (say(" (validation)") if checks else ""))
        kind = say("validation labels") if checks else say("labels")
        stay, already = np.count_nonzero(locked), np.count_nonzero(taken)
        told = [words] if (words := _unlabelled(raster)) else []
        if stay:
            told.append(say("Labels of locked classes stay as they are, at {count:,} pixels.", count=stay))
        if already:
            told.append(say("{count:,} pixels are training labels already.", count=already))
        self._desk.messages.info(
            say(
                "{count:,} {kind} of {classes_in} classes from {name} added.",
                count=np.count_nonzero(added),
                kind=kind,
                classes_in=_classes_in(added),
                name=path.name,
            ),
            " ".join(told),
        )
        self._tell_step(say("labels were added from {name}", name=path.name), self._import.read_as(path, raster))

    def _take_truth(self, path: Path, raster: ClassRaster, _matched: bool) -> None:
        file = self._import.read_as(path, raster)
        matched = self._session.set_truth(raster.array, raster.classes, path.name, file=file)
        self._tell_step(say("ground truth was read from {name}", name=path.name), file)
        count = np.count_nonzero(raster.array)
        text = say(
            "Ground truth {name}: {count:,} pixels of {classes_in} classes.",
            name=path.name,
            count=count,
            classes_in=_classes_in(raster.array),
        )
        if matched.renumbered:
            changes = ", ".join(f"{old} → {new}" for old, new in sorted(matched.renumbered.items()))
            text += say(" Classes were matched by name; numbers changed: {changes}.", changes=changes)
        self._desk.messages.info(
            text,
            " ".join(filter(None, (_unlabelled(raster), say("Labels can be drawn from it.")))),
            [(say("Draw few-shot sample…"), self._sampler.ask_and_sample)],
        )

    def _write(self, path: Path, then: Callable[[], None], of: Scene | None = None) -> None:
        """Writes the labels of a scene, the shown one when none is named, unless another has changed the file."""
        scene = of or self._session.shown
        if scene is None:
            return
        work, beside, copy = scene.work, validation_path(path), free_copy(path)
        array, validation, classes = scene.labels.snapshot(), _validation(scene), scene.classes
        empties = self._validation.own(beside)

        def done(written: list[Path]) -> None:
            self._write_next()
            scene.mark_saved(path, work)
            self.last.keep(scene, path)
            self._desk.told(say("Labels saved to {first_written}.", first_written=written[0]), written[0])
            if scene is self._session.shown:
                then()

        def compare(changed: Path) -> Comparison:
            checks = changed in files_written(beside)
            here = array if not checks else np.zeros_like(array) if validation is None else validation
            return compare_counts(beside if checks else path, here, classes, scene.cube)

        job = partial(
            save_both, path=path, array=array, validation=validation, classes=classes, cube=scene.cube,
            empties=empties, draw=None if scene.sample is None else scene.sample.record,
        )  # fmt: skip
        if validation is not None:
            self._validation.take_over(beside)
        saving = Saving(
            say("Save labels"), files_of_both(path) if validation is not None or empties else files_written(path),
            job, done, self._write_next, (copy, partial(self._write, copy, then, scene)), compare,
        )  # fmt: skip
        self._writes.append(partial(careful_saving.save, self._desk, saving))
        if len(self._writes) == 1:
            self._writes[0]()

    def _write_next(self) -> None:
        """One after the other: two at once would write the same file, and the older labels might be the last there."""
        self._writes.popleft()
        if self._writes:
            self._writes[0]()


def _validation(scene: Scene) -> NDArray[np.uint16] | None:
    """A copy of the validation labels; None without any."""
    return scene.labels.snapshot(VALIDATION) if scene.labels.labelled(VALIDATION) else None


def _real(path: Path) -> Path:
    """A path by which two names of one file are seen to be the same; letter case tells nothing on some systems."""
    return Path(os.path.normcase(path.expanduser().resolve()))


def _unlabelled(raster: ClassRaster) -> str:
    """Which number of a raster was read as no label."""
    return "" if raster.background is None else raster.background.words


def _classes_in(array: np.ndarray) -> int:
    return len(np.unique(array[array > 0]))
