"""Wavelengths and bad bands of the open scene: set, pasted, taken from a sensor, marked by hand, range or noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np
from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGroupBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.atmosphere import WATER_NM
from hsigui.cube.cube import Cube
from hsigui.cube.sensors import fitting, parse_wavelengths
from hsigui.errors import HsiError
from hsigui.storage.band_edits import BandEdit
from hsigui.texts import say
from hsigui.ui.desk.job_bridge import JobBridge, Latest
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.scene.bad_band_plot import BadBandPlot, Proposal, look_for_bad_bands, look_for_noise

UNITS = ((say("Unit by text or size"), ""), ("nm", "nm"), ("µm", "um"), ("1/cm", "cm-1"), ("GHz", "GHz"))
NUMBER, CENTRE, BAD, REASON = range(4)
_WIDE = 900  # pixels, with reasons


class BandsDialog(QDialog):
    """Edits a copy; `edit` is what was chosen, against the file. Nothing happens to the scene here.

    Args:
        cube: the open scene.
        plain: the scene as its file has it.
        kept: what was chosen before.
        bridge: runs the look at the noise.
        unit: of the wavelengths that are shown and typed.
    """

    def __init__(
        self, cube: Cube, plain: Cube, kept: BandEdit, bridge: JobBridge, parent: QWidget | None = None, *,
        unit: WavelengthUnit = NANOMETRES,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(say("Bands of {name}", name=cube.name))
        self._cube, self._plain, self._bridge, self._unit = cube, plain, bridge, unit
        self._fwhm, self._note = cube.info.fwhm, kept.note
        self._noise = Latest(bridge, say("Look for noisy bands"), self._suggest, failed=self._no_suggestion)
        self._proposals = Latest(bridge, say("Look for bad bands"), self._propose, failed=self._no_suggestion)
        self.finished.connect(self._noise.forget)
        self.finished.connect(self._proposals.forget)
        self._build()
        self._show(cube)

    @property
    def edit(self) -> BandEdit:
        """What differs from the file."""
        info, waves, bad = self._plain.info, self.wavelengths(), self.bad_bands()
        in_file = tuple(n for n, is_bad in enumerate(info.bad_bands) if is_bad)
        same = waves == info.wavelengths
        return BandEdit(
            None if same else waves,
            () if same else self._fwhm,
            None if bad == in_file else bad,
            "" if same else self._note,
        )

    def wavelengths(self) -> tuple[float, ...]:
        """Band centres in nm as they stand in the table; empty when there are none."""
        return self._centres

    def bad_bands(self) -> tuple[int, ...]:
        """Numbers of the bands that are marked bad now."""
        return tuple(n for n, mark in enumerate(self._marks) if mark.checkState() == Qt.CheckState.Checked)

    # Building

    def _build(self) -> None:
        bands = self._cube.bands
        self.table = QTableWidget(bands, 4, self)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(say("Bands"))
        self.table.setHorizontalHeaderLabels([say("Band"), self._unit.axis(), say("Bad"), say("Why")])
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setAlternatingRowColors(True)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)
        heading = self.table.horizontalHeader()
        heading.setSectionResizeMode(CENTRE, QHeaderView.ResizeMode.Stretch)
        for col, width in ((NUMBER, 60), (BAD, 60)):
            heading.setSectionResizeMode(col, QHeaderView.ResizeMode.Fixed)
            heading.resizeSection(col, width)
        self.table.setColumnHidden(REASON, True)  # until bands are proposed
        self.table.setMinimumWidth(290)
        self._cells: list[QTableWidgetItem] = []
        self._marks: list[QTableWidgetItem] = []
        self._reasons: list[QTableWidgetItem] = []
        for row in range(bands):
            self._add_row(row)
        self.table.itemChanged.connect(self._typed)
        self.told, self.error = QLabel(self), ProblemLabel(self)
        for label in (self.told, self.error):
            label.setWordWrap(True)
        right = QVBoxLayout()
        right.addWidget(self._build_wavelengths())
        right.addWidget(self._build_bad())
        right.addStretch(1)
        right.addWidget(self.told)
        right.addWidget(self.error)
        middle = QHBoxLayout()
        middle.addWidget(self.table, 3)
        middle.addLayout(right, 2)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.reset = self.buttons.addButton(say("As in the &file"), QDialogButtonBox.ButtonRole.ResetRole)
        self.reset.clicked.connect(self._as_in_file)
        column = QVBoxLayout(self)
        column.addLayout(middle, 1)
        self.plot = BadBandPlot(self._unit, self)
        self.plot.setFixedHeight(170)
        self.plot.hide()
        column.addWidget(self.plot)
        column.addWidget(self.buttons)
        self.resize(760, 640)

    def _add_row(self, row: int) -> None:
        shown, keys = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable, Qt.ItemFlag
        number, centre, bad = QTableWidgetItem(str(row + 1)), QTableWidgetItem(), QTableWidgetItem()
        reason = QTableWidgetItem()
        number.setFlags(shown)
        reason.setFlags(shown)
        centre.setFlags(shown | keys.ItemIsEditable)
        bad.setFlags(shown | keys.ItemIsUserCheckable)
        bad.setCheckState(Qt.CheckState.Unchecked)
        bad.setData(Qt.ItemDataRole.AccessibleTextRole, say("Marked bad"))
        for col, item in enumerate((number, centre, bad, reason)):
            self.table.setItem(row, col, item)
        self._cells.append(centre)
        self._marks.append(bad)
        self._reasons.append(reason)

    def _build_wavelengths(self) -> QGroupBox:
        group = QGroupBox(say("Wavelengths"), self)
        column = QVBoxLayout(group)
        self.sensor = QComboBox(group)
        self.sensor.setAccessibleName(say("Known sensor"))
        sensors = fitting(self._cube.bands)
        self.sensor.addItem(
            say("From a known sensor…") if sensors else say("No known sensor has {bands} bands", bands=self._cube.bands)
        )
        for sensor in sensors:
            self.sensor.addItem(sensor.name, sensor)
        self.sensor.setEnabled(bool(sensors))
        self.sensor.activated.connect(self._take_sensor)
        self.pasted = QPlainTextEdit(group)
        self.pasted.setAccessibleName(say("Wavelengths to paste"))
        self.pasted.setPlaceholderText(say("Paste one number a band: a list, a column, or lines of an ENVI header"))
        self.pasted.setPlainText(self._plain.info.metadata.get("wavelength", ""))
        self.pasted.setMinimumHeight(90)
        self.units = QComboBox(group)
        self.units.setAccessibleName(say("Unit of the numbers"))
        for text, value in UNITS:
            self.units.addItem(text, value)
        row = QHBoxLayout()
        row.addWidget(self.units, 1)
        self.take, self.none = QPushButton(say("&Take these"), group), QPushButton(say("&None"), group)
        self.none.setToolTip(say("Take the wavelengths away: bands are then shown by number"))
        self.take.clicked.connect(self._take_pasted)
        self.none.clicked.connect(
            partial(self._set_centres, (), (), say("The wavelengths of the file were taken away."))
        )
        for button in (self.take, self.none):
            button.setAutoDefault(False)
            row.addWidget(button)
        column.addWidget(self.sensor)
        column.addWidget(self.pasted)
        column.addLayout(row)
        return group

    def _build_bad(self) -> QGroupBox:
        group = QGroupBox(say("Bad bands"), self)
        column = QVBoxLayout(group)
        self.mark, self.unmark = QPushButton(say("&Mark selected"), group), QPushButton(say("&Unmark selected"), group)
        self.mark.clicked.connect(self._mark_selected)
        self.unmark.clicked.connect(self._unmark_selected)
        self.first, self.last = NumberBox(group), NumberBox(group)
        unit = self._unit
        names = say("From, in {unit}", unit=unit.words), say("To, in {unit}", unit=unit.words)
        for spin, name, value in zip((self.first, self.last), names, WATER_NM[0], strict=True):
            spin.setDecimals(unit.decimals)
            spin.setRange(0, unit.of(1e6))
            spin.setSingleStep(unit.of(1.0))
            spin.setSuffix(" " + unit.symbol)
            spin.setValue(unit.of(value))
            spin.setAccessibleName(name)
        self.range = QPushButton(say("Mark &range"), group)
        self.range.clicked.connect(self._mark_typed_range)
        self.water = QPushButton(say("&Water vapour"), group)
        self.water.setToolTip(say("Mark ") + say(" and ").join(unit.span(*pair) for pair in WATER_NM))
        self.water.clicked.connect(partial(self._mark_range, WATER_NM))
        self.noisy = QPushButton(say("&Select noisy bands"), group)
        self.noisy.setToolTip(say("Looks at samples of the scene and selects bands of low signal-to-noise ratio"))
        self.noisy.clicked.connect(self._look_for_noise)
        self.propose = QPushButton(say("&Propose…"), group)
        self.propose.setToolTip(say("Marks the bands that look bad in samples of the scene, with reasons"))
        self.propose.clicked.connect(self._look_for_bad_bands)
        limits = QHBoxLayout()
        limits.addWidget(self.first, 1)
        limits.addWidget(QLabel(say("to"), group))
        limits.addWidget(self.last, 1)
        column.addLayout(_row(self.mark, self.unmark))
        column.addLayout(limits)
        column.addLayout(_row(self.range, self.water))
        column.addLayout(_row(self.noisy, self.propose))
        for button in group.findChildren(QPushButton):
            button.setAutoDefault(False)
        return group

    # Wavelengths

    def _show(self, cube: Cube) -> None:
        self._set_centres(cube.info.wavelengths, self._fwhm, self._note)
        bad = cube.info.bad_bands or (False,) * cube.bands
        with QSignalBlocker(self.table):
            for mark, is_bad in zip(self._marks, bad, strict=True):
                mark.setCheckState(_checked(is_bad))
        self._tell()

    def _as_in_file(self) -> None:
        self._fwhm, self._note = self._plain.info.fwhm, ""
        self._show(self._plain)

    def _set_centres(self, centres: Iterable[float], fwhm: Iterable[float], note: str, *_pressed: bool) -> None:
        self._centres, self._fwhm, self._note = tuple(centres), tuple(fwhm), note
        with QSignalBlocker(self.table):
            for row, cell in enumerate(self._cells):
                cell.setText(say("{centre:.10g}", centre=self._unit.of(self._centres[row])) if self._centres else "")
        for button in (self.range, self.water, self.first, self.last):
            button.setEnabled(bool(self._centres))
        self._tell()

    def _take_sensor(self, place: int) -> None:
        sensor = self.sensor.itemData(place)
        if sensor is not None:
            self._set_centres(sensor.centers, (), sensor.note)

    def _take_pasted(self) -> None:
        try:
            waves = parse_wavelengths(self.pasted.toPlainText(), str(self.units.currentData()))
            if len(waves.nm) != self._cube.bands:
                raise HsiError(
                    say(
                        "{count} wavelengths were pasted for {bands} bands.",
                        count=len(waves.nm),
                        bands=self._cube.bands,
                    ),
                    say("Give one number for each band."),
                )
        except HsiError as error:
            self._refuse(f"{error.message} {error.hint}")
            return
        self._set_centres(
            waves.nm, waves.fwhm, " ".join((say("The wavelengths were given by the user."), *waves.notes))
        )

    def _typed(self, item: QTableWidgetItem) -> None:
        if item.column() == BAD:
            self._tell()
            return
        try:
            value = self._unit.to_nm(float(item.text().replace(",", ".")))
            if not (np.isfinite(value) and value > 0):
                raise ValueError
        except ValueError:
            self._set_centres(self._centres, self._fwhm, self._note)
            self._refuse(say("A wavelength is a positive number in {unit}.", unit=self._unit.words))
            return
        if not self._centres:
            self._set_centres((), (), self._note)
            self._refuse(say("One wavelength alone is of no use: paste them all, or take them from a sensor."))
            return
        centres = list(self._centres)
        centres[item.row()] = value
        self._set_centres(centres, self._fwhm, self._note or say("Single wavelengths were set by the user."))

    # Bad bands

    def selected(self) -> list[int]:
        """Numbers of the selected bands."""
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    def mark_bands(self, bands: Iterable[int], bad: bool) -> None:
        """Marks bands as bad, or as good again."""
        with QSignalBlocker(self.table):
            for band in bands:
                self._marks[band].setCheckState(_checked(bad))
        self._tell()

    def _mark_selected(self) -> None:
        self.mark_bands(self.selected(), True)

    def _unmark_selected(self) -> None:
        self.mark_bands(self.selected(), False)

    def _mark_typed_range(self) -> None:
        self._mark_range(((self._unit.to_nm(self.first.value()), self._unit.to_nm(self.last.value())),))

    def _mark_range(self, ranges: Iterable[tuple[float, float]], *_pressed: bool) -> None:
        centres = np.array(self._centres)
        inside = np.zeros(len(centres), dtype=bool)
        for first, last in ranges:
            inside |= (centres >= min(first, last)) & (centres <= max(first, last))
        self.mark_bands(np.flatnonzero(inside).tolist(), True)
        if not inside.any():
            self._refuse(say("No band lies in this range."))

    def _look_for_noise(self) -> None:
        self.noisy.setEnabled(False)
        self.noisy.setText(say("Looking…"))
        self._noise.request(partial(look_for_noise, cube=self._cube))

    def _look_for_bad_bands(self) -> None:
        self.propose.setEnabled(False)
        self.propose.setText(say("Looking…"))
        info = replace(self._cube.info, wavelengths=self._centres, fwhm=())
        self._proposals.request(partial(look_for_bad_bands, cube=self._cube.with_info(info)))

    def _propose(self, found: Proposal) -> None:
        """Marks and selects what looks bad, so that it can be taken back at once."""
        self._noise_done()
        bands = [bad.band for bad in found.bad]
        new = len(set(bands) - set(self.bad_bands()))
        told = {bad.band: bad.told for bad in found.bad}
        with QSignalBlocker(self.table):
            for row, reason in enumerate(self._reasons):
                reason.setText(told.get(row, ""))
                reason.setToolTip(told.get(row, ""))
        self._show_reasons(bool(bands))
        self._select(bands)
        self.mark_bands(bands, True)
        self.plot.show_proposal(found, np.array(self._centres))
        self.plot.show()
        self._tell(
            say("{count} bands look bad and are marked, {new} of them new.", count=len(bands), new=new)
            if bands else say("No band looks bad.")
        )  # fmt: skip

    def _show_reasons(self, shown: bool) -> None:
        modes = QHeaderView.ResizeMode
        heading = self.table.horizontalHeader()
        heading.setSectionResizeMode(CENTRE, modes.ResizeToContents if shown else modes.Stretch)
        heading.setSectionResizeMode(REASON, modes.Stretch)
        self.table.setColumnHidden(REASON, not shown)
        if shown:
            self.resize(max(self.width(), _WIDE), self.height())

    def _select(self, bands: list[int]) -> None:
        model = self.table.model()
        chosen = QItemSelection()
        for band in bands:
            chosen.select(model.index(band, 0), model.index(band, REASON))
        self.table.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if bands:
            self.table.scrollToItem(self._cells[bands[0]])

    def _suggest(self, bands: list[int]) -> None:
        self._noise_done()
        self._select(bands)
        new = len(set(bands) - set(self.bad_bands()))
        self._tell(say("{count} noisy bands are selected, {new} of them not marked yet.", count=len(bands), new=new))

    def _no_suggestion(self, error: BaseException, trace: str) -> None:
        self._noise_done()
        if isinstance(error, HsiError):
            self._refuse(f"{error.message} {error.hint}")
        else:
            self._bridge.failed.emit(error, trace)

    def _noise_done(self) -> None:
        for button, text in ((self.noisy, say("&Select noisy bands")), (self.propose, say("&Propose…"))):
            button.setEnabled(True)
            button.setText(text)

    # What is told

    def _tell(self, more: str = "") -> None:
        bad = len(self.bad_bands())
        waves = self._unit.span(self._centres[0], self._centres[-1]) if self._centres else say("no wavelengths")
        self.told.setText(
            say(
                "{bands} bands, {bad} of them bad, {waves}. {more}",
                bands=self._cube.bands,
                bad=bad,
                waves=waves,
                more=more,
            ).strip()
        )
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok) if hasattr(self, "buttons") else None
        if ok is not None:
            ok.setEnabled(bad < self._cube.bands)
        self.error.setText("" if bad < self._cube.bands else say("Every band is marked bad: leave at least one."))

    def _refuse(self, text: str) -> None:
        self.error.setText(text)


def _checked(yes: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if yes else Qt.CheckState.Unchecked


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row
