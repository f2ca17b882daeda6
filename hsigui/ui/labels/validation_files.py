"""Validation labels in a file beside that of the labels: `name-validation.tif` beside `name.tif`.

Labels that were drawn from a ground truth have the record of the draw beside them, too.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, files_written
from hsigui.labels.label_map import VALIDATION
from hsigui.labels.matching import match_classes
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.labels import class_files
from hsigui.ui.labels.importing import LabelImport

if TYPE_CHECKING:
    from hsigui.pipeline.split import SplitRecord


def validation_path(path: Path) -> Path:
    """Where the validation labels of a label file are."""
    return path.with_name(f"{path.stem}-validation{path.suffix}")


def save_both(
    ctx: Context,
    path: Path,
    array: NDArray[np.uint16],
    validation: NDArray[np.uint16] | None,
    classes: ClassTable,
    cube: Cube,
    empties: bool = False,
    draw: SplitRecord | None = None,
) -> list[Path]:
    """Writes labels, and the validation labels beside them.

    Args:
        empties: where there are no validation labels any more, whether a file of earlier ones is emptied; one that the
            window never read or wrote is nobody's to change.
        draw: the sample that the labels began with; its record is written where they still are that sample.

    Returns:
        every file written, that of the labels first.
    """
    written = class_files.save_classes(ctx, path, array, classes, cube)
    if draw is not None:
        from hsigui.pipeline import split

        written += split.save_beside(draw, path, array)
    beside = validation_path(path)
    if validation is None and empties and beside.is_file():
        validation = np.zeros_like(array)
    if validation is not None:
        written += class_files.save_classes(ctx, beside, validation, classes, cube)
    return written


def files_of_both(path: Path) -> tuple[Path, ...]:
    """Every file that labels and their validation labels are written to."""
    return (*files_written(path), *files_written(validation_path(path)))


def free_copy(path: Path) -> Path:
    """A name beside a label file under which there are neither labels nor validation labels."""
    return free_name(path, lambda other: any(file.exists() for file in files_of_both(other)))


class ValidationFiles(QObject):
    """Reads the validation labels that belong to a label file."""

    def __init__(self, desk: Desk, reader: LabelImport) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._reader = desk, desk.session, reader
        self._own: set[Path] = set()  # read or written by this window

    def own(self, path: Path) -> bool:
        """Whether a file of validation labels was read or written by this window."""
        return path.absolute() in self._own

    def take_over(self, path: Path) -> None:
        """Notes that a file is written."""
        self._own.add(path.absolute())

    def open_beside(self, path: Path) -> None:
        """Takes the validation labels beside a label file, when there are any."""
        beside = validation_path(path)
        if beside.is_file():
            # The window wrote both files, so the same name is the same class in both.
            self._reader.read(beside, say("validation labels"), partial(self._take, beside), by_name=True)

    def _take(self, path: Path, raster: ClassRaster, matched: bool) -> None:
        self.take_over(path)
        session, array, classes = self._session, raster.array, joined_classes(self._session.classes, raster, matched)
        if not matched:
            array = match_classes(raster.array, raster.classes, session.classes).array
        if not array.any():
            return
        was_saved = not session.unsaved
        apart = np.where(session.labels.array > 0, 0, array).astype(np.uint16)
        session.edit(session.labels.replacing(apart, classes, VALIDATION), say("Open {name}", name=path.name))
        if was_saved:
            session.scene.mark_opened()
        self._desk.messages.info(
            say("{count:,} validation labels from {name}.", count=np.count_nonzero(apart), name=path.name)
        )


def joined_classes(present: ClassTable, raster: ClassRaster, matched: bool) -> ClassTable:
    """The classes after taking a raster: those that are there, and those that only it has."""
    return raster.classes if matched else match_classes(raster.array, raster.classes, present).classes
