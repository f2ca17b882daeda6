"""How an array of a file becomes a scene: which array, which axis is what, and what else belongs to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.formats.arrays import ArrayInfo, squeezed
from hsigui.cube.formats.choice import CUBE_AXES, FLAT_AXES, ImportChoice, axis_words, layout_of
from hsigui.errors import HsiError
from hsigui.texts import say
from hsigui.ui.desk.job_bridge import JobBridge, Latest
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.image.no_data import checkered
from hsigui.ui.image.overlay import packed
from hsigui.ui.scene import opening

PREVIEW_SIZE = 240
_FIELDS = 24  # of the checkerboard, along the longer side
UNITS = (
    (say("As the file says, or by size"), ""),
    (say("Nanometres"), "nm"),
    (say("Micrometres"), "um"),
    (say("Wavenumbers (1/cm)"), "cm-1"),
)
_ORDERS = ((say("Down the columns (MATLAB)"), "columns"), (say("Along the rows"), "rows"))
_LOOK, _NONE = say("Look for them"), say("None")


class ImportDialog(QDialog):
    """Asks for an `ImportChoice`, with a preview that is made by a worker.

    Args:
        path: of the file.
        arrays: its numeric arrays.
        proposals: likely ways to read it, the best first.
        bridge: runs the preview.
        reason: why the user is asked.

    Signals:
        previewed(): the preview, or why there is none, is shown.
    """

    previewed = Signal()

    def __init__(
        self,
        path: Path,
        arrays: Sequence[ArrayInfo],
        proposals: Sequence[ImportChoice],
        bridge: JobBridge,
        reason: str = "",
        parent: QWidget | None = None,
        *,
        unit: WavelengthUnit = NANOMETRES,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Open {name} as…", name=path.name))
        self._path = path
        self._arrays = [
            a
            for a in arrays
            if len(squeezed(a.shape)) == 3 or (len(squeezed(a.shape)) == 2 and min(squeezed(a.shape)) > 1)
        ]
        self._lists = [a for a in arrays if math.prod(a.shape) > 1 and sum(n != 1 for n in a.shape) == 1]
        self._proposals, self._bridge, self._unit = proposals, bridge, unit
        self._previewing = Latest(bridge, say("Preview"), self._show_preview, failed=self._no_preview)
        self.finished.connect(self._previewing.forget)
        self._build(reason)
        self._fill()
        if proposals:
            self.take(proposals[0])
        elif self._arrays:
            self.table.selectRow(0)
        else:
            self._refuse(say("{name} holds no numeric array of two or three dimensions.", name=path.name))

    @property
    def choice(self) -> ImportChoice:
        """What is chosen now.

        Raises:
            HsiError: it makes no sense; the message says why.
        """
        array = self._array()
        if array is None:
            raise HsiError(say("No array is chosen."), say("Choose one in the list."))
        axes = str(self.axes.currentData())
        flat = axes in FLAT_AXES
        choice = ImportChoice(
            array.name,
            axes,
            self.rows.value() if flat else 0,
            self.cols.value() if flat else 0,
            str(self.order.currentData()) if flat else "columns",
            self.wavelengths.currentData(),
            str(self.units.currentData()),
            self.bad_bands.currentData(),
        )
        layout_of(array.shape, choice)
        return choice

    def take(self, choice: ImportChoice) -> None:
        """Shows a choice in the fields."""
        row = next((n for n, a in enumerate(self._arrays) if a.name == choice.variable), 0)
        with QSignalBlocker(self.table):
            self.table.selectRow(row)
        self._fill_axes()
        for box, value in (
            (self.axes, choice.axes), (self.order, choice.order), (self.units, choice.units),
        ):  # fmt: skip
            _choose(box, value)
        for spin, number in ((self.rows, choice.rows), (self.cols, choice.cols)):
            with QSignalBlocker(spin):
                spin.setValue(max(1, number))
        self._fill_lists()
        _choose(self.wavelengths, choice.wavelengths)
        _choose(self.bad_bands, choice.bad_bands)
        self._renew()

    def _take_proposal(self, place: int) -> None:
        self.take(self._proposals[place])

    # Building

    def _build(self, reason: str) -> None:
        self.table = QTableWidget(len(self._arrays), 3, self)
        self.table.setAccessibleName(say("Arrays of the file"))
        self.table.setHorizontalHeaderLabels([say("Array"), say("Shape"), say("Type")])
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 8)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.itemSelectionChanged.connect(self._array_chosen)
        self.proposal, self.axes, self.order = QComboBox(self), QComboBox(self), QComboBox(self)
        self.wavelengths, self.units, self.bad_bands = QComboBox(self), QComboBox(self), QComboBox(self)
        self.rows, self.cols = QSpinBox(self), QSpinBox(self)
        self.error = ProblemLabel(self)
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        middle = QHBoxLayout()
        middle.addLayout(self._build_left(), 3)
        middle.addLayout(self._build_right(), 2)
        column = QVBoxLayout(self)
        if reason:
            text = QLabel(reason, self)
            text.setWordWrap(True)
            column.addWidget(text)
        column.addLayout(middle, 1)
        column.addWidget(self.error)
        column.addWidget(self.buttons)
        self.resize(760, 560)

    def _build_left(self) -> QVBoxLayout:
        for spin in (self.rows, self.cols):
            spin.setRange(1, 100_000_000)
            spin.setMinimumWidth(90)
        self.rows.valueChanged.connect(partial(self._size_changed, self.rows, self.cols))
        self.cols.valueChanged.connect(partial(self._size_changed, self.cols, self.rows))
        for box, entries in ((self.order, _ORDERS), (self.units, UNITS)):
            for text, value in entries:
                box.addItem(text, value)
        for box in (self.order, self.units, self.wavelengths, self.bad_bands):
            box.currentIndexChanged.connect(self._renew)
        self.axes.currentIndexChanged.connect(self._axes_chosen)
        self.proposal.activated.connect(self._take_proposal)
        size = QHBoxLayout()
        size.addWidget(self.rows, 1)
        size.addWidget(QLabel("x", self))
        size.addWidget(self.cols, 1)
        self.size_row = QWidget(self)
        self.size_row.setLayout(size)
        size.setContentsMargins(0, 0, 0, 0)
        self.form = QFormLayout()
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for title, field in (
            (say("&Proposals"), self.proposal), (say("&Axes are"), self.axes), (say("&Rows x columns"), self.size_row),
            (say("&Pixels run"), self.order), (say("&Wavelengths"), self.wavelengths), (say("&Unit"), self.units),
            (say("&Bad bands"), self.bad_bands),
        ):  # fmt: skip
            self.form.addRow(title, field)
        self.wavelengths.setToolTip(say("The list with the band centres"))
        self.bad_bands.setToolTip(say("The list with 1 for good and 0 for bad bands"))
        column = QVBoxLayout()
        column.addWidget(self.table, 1)
        column.addLayout(self.form)
        return column

    def _build_right(self) -> QVBoxLayout:
        self.picture = QLabel(self)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(PREVIEW_SIZE + 12, PREVIEW_SIZE + 12)
        self.picture.setFrameShape(QFrame.Shape.StyledPanel)
        self.picture.setAccessibleName(say("Preview of the scene"))
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.told, 1)
        return column

    def _fill(self) -> None:
        for row, array in enumerate(self._arrays):
            for col, text in enumerate(
                (array.name or say("the array"), " x ".join(map(str, array.shape)), array.dtype)
            ):
                self.table.setItem(row, col, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()
        self.proposal.setPlaceholderText(say("None of the proposals"))
        for proposal in self._proposals:
            self.proposal.addItem(str(proposal))
        self.form.setRowVisible(self.proposal, bool(self._proposals))

    # What is chosen

    def _array(self) -> ArrayInfo | None:
        rows = self.table.selectionModel().selectedRows()
        return self._arrays[rows[0].row()] if rows else None

    def _array_chosen(self) -> None:
        array = self._array()
        known = next((c for c in self._proposals if array is not None and c.variable == array.name), None)
        if known is not None:
            self.take(known)
            return
        self._fill_axes()
        self._fill_lists()
        self._renew()

    def _fill_axes(self) -> None:
        array = self._array()
        shape = squeezed(array.shape) if array is not None else ()
        with QSignalBlocker(self.axes):
            self.axes.clear()
            for axes in CUBE_AXES if len(shape) == 3 else FLAT_AXES:
                words = axis_words(axes)
                sizes = ", ".join(f"{n} {word}" for n, word in zip(shape, words, strict=True))
                self.axes.addItem(f"{' x '.join(words)}   ({sizes})", axes)
        flat = len(shape) == 2
        for field in (self.size_row, self.order):
            self.form.setRowVisible(field, flat)

    def _axes_chosen(self) -> None:
        self._fill_lists()
        self._renew()

    def _fill_lists(self) -> None:
        """The lists that have as many entries as there are bands now."""
        array = self._array()
        if array is None:
            return
        bands = squeezed(array.shape)[str(self.axes.currentData()).split(",").index("bands")]
        for box in (self.wavelengths, self.bad_bands):
            before = box.currentData() if box.count() else None
            with QSignalBlocker(box):
                box.clear()
                box.addItem(_LOOK, None)
                box.addItem(_NONE, "")
                for found in self._lists:
                    if math.prod(found.shape) == bands:
                        box.addItem(f"{found.name}   ({bands})", found.name)
            _choose(box, before)

    def _size_changed(self, changed: QSpinBox, other: QSpinBox, _value: int) -> None:
        """The other side follows where the pixels allow only one."""
        array = self._array()
        if array is not None and self.axes.currentData() in FLAT_AXES:
            pixels = squeezed(array.shape)[str(self.axes.currentData()).split(",").index("pixels")]
            if pixels % changed.value() == 0:
                with QSignalBlocker(other):
                    other.setValue(pixels // changed.value())
        self._renew()

    # The preview

    def _renew(self) -> None:
        try:
            choice = self.choice
        except HsiError as error:
            self._previewing.forget()
            self._refuse(f"{error.message} {error.hint}")
            return
        with QSignalBlocker(self.proposal):
            self.proposal.setCurrentIndex(self._proposals.index(choice) if choice in self._proposals else -1)
        self.told.setText(say("Reading…"))
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(False)
        self._previewing.request(
            partial(opening.preview_import, path=self._path, choice=choice, size=PREVIEW_SIZE, unit=self._unit)
        )

    def _show_preview(self, preview: opening.ImportPreview) -> None:
        rows, cols, _ = preview.rgb.shape
        pixels = checkered(packed(preview.rgb), 0, 0, max(1, max(rows, cols) // _FIELDS))
        image = QImage(pixels.tobytes(), cols, rows, 4 * cols, QImage.Format.Format_RGB32)
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.FastTransformation
        pixmap = QPixmap.fromImage(image).scaled(PREVIEW_SIZE, PREVIEW_SIZE, keep, smooth)
        self.picture.setPixmap(pixmap)
        self.told.setText(preview.text)
        self.error.clear()
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(True)
        self.previewed.emit()

    def _no_preview(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError):
            self._refuse(f"{error.message} {error.hint}")
        else:
            self._refuse(say("There is no preview of this."))
            self._bridge.failed.emit(error, trace)

    def _refuse(self, text: str) -> None:
        self.picture.clear()
        self.told.clear()
        self.error.setText(text)
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(False)
        self.previewed.emit()


def _choose(box: QComboBox, value: object) -> None:
    """Selects the entry of a value without telling; the first one where there is none."""
    found = next((n for n in range(box.count()) if box.itemData(n) == value), 0)
    with QSignalBlocker(box):
        box.setCurrentIndex(found)
