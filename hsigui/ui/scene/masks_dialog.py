"""The quality masks that come with a scene: what each means, how many pixels it marks, and a tick to leave them out."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.cube import Cube
from hsigui.cube.quality import MarkedPixels, counted, marked
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.job_bridge import JobBridge, Latest

MASK, MEANING, PIXELS = range(3)


class MasksDialog(QDialog):
    """Nothing happens to the scene here: `chosen` is what was ticked.

    Args:
        cube: the scene without any mask.
        applied: names of the masks that are applied now.
        bridge: runs what reads the masks.
    """

    def __init__(self, cube: Cube, applied: tuple[str, ...], bridge: JobBridge, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Quality masks of {name}", name=cube.name))
        self._cube, self._bridge, self._wanted = cube, bridge, {*applied}
        self._names: list[str] = []
        self._looking = Latest(bridge, say("Look at the quality masks"), self._fill, failed=self._refuse)
        self._adding = Latest(bridge, say("Count the pixels of quality masks"), self._show_total, failed=self._refuse)
        self._valid: NDArray[np.bool_] | None = None  # pixels with data, rows x cols; read once, and maybe long
        self._reading = Latest(bridge, say("Count the pixels that have data"), self._note_valid, failed=self._refuse)
        for latest in (self._looking, self._adding, self._reading):
            self.finished.connect(latest.forget)
        self._build()
        self._looking.request(partial(look_at_masks, cube=cube))

    @property
    def chosen(self) -> tuple[str, ...]:
        """Names of the masks that are ticked, in the order of the list."""
        return tuple(name for row, name in enumerate(self._names) if self._is_ticked(row))

    def _build(self) -> None:
        told = QLabel(
            say("Pixels that a ticked mask marks have no data: they are neither trained on nor mapped nor counted."),
            self,
        )
        self.table = QTableWidget(0, 3, self)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(say("Quality masks"))
        self.table.setHorizontalHeaderLabels([say("Mask"), say("Marks"), say("Pixels")])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        heading = self.table.horizontalHeader()
        heading.setSectionResizeMode(MASK, QHeaderView.ResizeMode.ResizeToContents)
        heading.setSectionResizeMode(MEANING, QHeaderView.ResizeMode.Stretch)
        heading.setSectionResizeMode(PIXELS, QHeaderView.ResizeMode.ResizeToContents)
        self.table.itemChanged.connect(self._ticked)
        self.total = QLabel(say("Reading the masks…"), self)
        for label in (told, self.total):
            label.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(False)
        column = QVBoxLayout(self)
        column.addWidget(told)
        column.addWidget(self.table, 1)
        column.addWidget(self.total)
        column.addWidget(self.buttons)
        self.resize(620, 380)

    def _fill(self, masks: tuple[MarkedPixels, ...]) -> None:
        self._names = [mask.layer.name for mask in masks]
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(masks))
            for row, mask in enumerate(masks):
                self._fill_row(row, mask)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(True)
        self._add_up()
        if any(mask.pixels for mask in masks):
            self._reading.request(partial(find_valid, cube=self._cube))

    def _note_valid(self, valid: NDArray[np.bool_]) -> None:
        self._valid = valid
        self._add_up()

    def _fill_row(self, row: int, mask: MarkedPixels) -> None:
        keys = Qt.ItemFlag
        name, usable = QTableWidgetItem(mask.layer.name), mask.pixels is not None
        name.setFlags(keys.ItemIsSelectable | keys.ItemIsUserCheckable | (keys.ItemIsEnabled if usable else keys(0)))
        ticked = usable and mask.layer.name in self._wanted
        name.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
        meaning = QTableWidgetItem(mask.layer.title if usable else mask.why)
        pixels = QTableWidgetItem("" if mask.pixels is None else self._of_all(mask.pixels))
        pixels.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for column, item in ((MASK, name), (MEANING, meaning), (PIXELS, pixels)):
            item.setToolTip(say("In {file}", file=mask.layer.file.name) if usable else mask.why)
            self.table.setItem(row, column, item)

    def _of_all(self, pixels: int) -> str:
        share = pixels / max(1, self._cube.rows * self._cube.cols)
        return say("{pixels:,} ({share:.2%})", pixels=pixels, share=share)

    def _is_ticked(self, row: int) -> bool:
        item = self.table.item(row, MASK)
        return item is not None and item.checkState() == Qt.CheckState.Checked

    def _ticked(self, item: QTableWidgetItem) -> None:
        if item.column() == MASK:
            self._add_up()

    def _add_up(self) -> None:
        """How many pixels the ticked masks mark together, which is less than their sum where they overlap."""
        if not self.chosen:
            self._adding.forget()
            self.total.setText(say("No mask is ticked: no pixel is left out."))
            return
        self._adding.request(partial(count_together, cube=self._cube, names=self.chosen, valid=self._valid))

    def _show_total(self, counts: tuple[int, int | None]) -> None:
        marks, more = counts
        text = say("Together they leave out {pixels} of the scene.", pixels=self._of_all(marks))
        if more is not None and more < marks:
            text += say(" Of these {pixels} have data; the others have none anyway.", pixels=self._of_all(more))
        self.total.setText(text)

    def _refuse(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError):
            self.total.setText(f"{error.message} {error.hint}")
        else:
            self.total.setText(say("The masks could not be read."))
            self._bridge.failed.emit(error, trace)


def look_at_masks(ctx: Context, cube: Cube) -> tuple[MarkedPixels, ...]:
    """What each quality mask of a scene marks."""
    ctx.progress(0, 0, say("Reading the quality masks of {name}…", name=cube.name))
    return counted(cube, ctx.check)


def find_valid(ctx: Context, cube: Cube) -> NDArray[np.bool_]:
    """The pixels that have data without any mask, rows x cols."""
    ctx.progress(0, 0, say("Looking for pixels without data in {name}…", name=cube.name))
    return cube.valid_mask(ctx.check)


def count_together(
    _ctx: Context, cube: Cube, names: tuple[str, ...], valid: NDArray[np.bool_] | None = None
) -> tuple[int, int | None]:
    """How many pixels one of these masks marks, and how many of them have data; None where that is not known.

    Args:
        valid: the pixels that have data, rows x cols.
    """
    found = marked(cube, names)
    return int(np.count_nonzero(found)), None if valid is None else int(np.count_nonzero(found & valid))
