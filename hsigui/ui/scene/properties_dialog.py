"""All that is known of the open scene, with the whole header, to be read, searched and copied."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.cube import Cube
from hsigui.cube.describe import describe
from hsigui.cube.formats.choice import axes_in_words
from hsigui.cube.formats.table import reader_of
from hsigui.cube.remote.opening import ZARR_MARKS
from hsigui.sizes import size_text
from hsigui.texts import number_text, say
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit

_BYTE_ORDERS = {0: say("little-endian (0)"), 1: say("big-endian (1)")}
_SHOWN_BANDS = 24  # numbers of a band list that are spelled out


class PropertiesDialog(QDialog):
    """The properties of a cube: a page of facts, a page with the header as it stands in the file."""

    def __init__(self, cube: Cube, parent: QWidget | None = None, *, unit: WavelengthUnit = NANOMETRES) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Properties of {name}", name=cube.name))
        self._values = describe(cube)
        self.facts = facts(self._values, files_of(cube), unit)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(say("Search names and values"))
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName(say("Search"))
        self.search.textChanged.connect(self._filter)
        self.page = _table(self.facts, say("What is known of the scene"), wraps=True)
        self._lines = [(name, " ".join(value.split())) for name, value in self._values["metadata"].items()]
        self.header = _table(self._lines, say("Header of the file"), wraps=False)
        self.whole = QPlainTextEdit(self)
        self.whole.setReadOnly(True)
        self.whole.setAccessibleName(say("The chosen value in full"))
        self.whole.setPlaceholderText(say("Choose a line to read its value in full"))
        self.whole.setMaximumHeight(120)
        self.header.itemSelectionChanged.connect(self._show_whole)
        self.tabs = QTabWidget(self)
        for part in (self.tabs, self.tabs.tabBar()):
            part.setAccessibleName(say("Parts of the properties"))
        self.tabs.addTab(self.page, say("Scene"))
        lower = QWidget(self)
        inner = QVBoxLayout(lower)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.header, 1)
        inner.addWidget(self.whole)
        self.tabs.addTab(lower, say("Header ({rowcount})", rowcount=self.header.rowCount()))
        self.found = QLabel(self)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.found)
        column.addWidget(self._build_buttons())
        self.resize(660, 640)
        self._filter("")

    def text(self) -> str:
        """Everything as lines of “name: value”."""
        lines = [f"{name}: {value}" for name, value in self.facts]
        if self._values["metadata"]:
            lines += ["", say("Header"), *(f"{name} = {value}" for name, value in self._values["metadata"].items())]
        return "\n".join(lines) + "\n"

    def json(self) -> str:
        """The same fields as `hsigui info --json`."""
        return json.dumps(self._values, indent=2, ensure_ascii=False)

    def _build_buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        for title, give in ((say("Copy as &text"), self.text), (say("Copy as &JSON"), self.json)):
            button = QPushButton(title, self)
            button.setAutoDefault(False)
            button.clicked.connect(partial(_copy, give))
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        return buttons

    def _show_whole(self) -> None:
        row = self.header.currentRow()
        self.whole.setPlainText(self._values["metadata"][self._lines[row][0]] if row >= 0 else "")

    def _filter(self, text: str) -> None:
        wanted = text.casefold()
        counts = []
        for table, rows in ((self.page, self.facts), (self.header, self._lines)):
            shown = 0
            for row, texts in enumerate(rows):
                fits = any(wanted in text.casefold() for text in texts)
                table.setRowHidden(row, not fits)
                shown += fits
            counts.append(shown)
        if not self.header.rowCount():
            self.found.setText(say("This file has no header of text."))
        elif wanted:
            self.found.setText(
                say(
                    "{first_counts} found in the scene, {second_counts} in the header.",
                    first_counts=counts[0],
                    second_counts=counts[1],
                )
            )
        else:
            self.found.setText(say("Bands count from 1, rows and columns from 0; the header stands as in the file."))


def _copy(give: Callable[[], str], *_pressed: bool) -> None:
    QGuiApplication.clipboard().setText(give())


def files_of(cube: Cube) -> list[Path]:
    """The files that a scene consists of; none for one made in memory."""
    path = cube.path
    if path is None or cube.info.address or not path.exists():
        return []
    if path.is_dir():  # of a store the files that tell of the rest
        return [path / mark for mark in ZARR_MARKS if (path / mark).is_file()]
    row = reader_of(path)
    return [path] if row is None else list(row.files_of(path))


def facts(values: Mapping[str, Any], files: list[Path], unit: WavelengthUnit) -> list[tuple[str, str]]:
    """Names and values in words, for the output of `describe`, with wavelengths in a unit."""
    rows = [
        (say("File"), values["path"] or say("made in memory")),
        (say("Size on disk"), _sizes(files)),
        (
            say("Scene"),
            say(
                "{rows} rows x {cols} columns x {bands} bands",
                rows=values["rows"],
                cols=values["cols"],
                bands=values["bands"],
            ),
        ),
        (say("Type of the numbers"), values["dtype"]),
        (say("Variable"), values["variable"]),
        (say("Order of the axes"), values["axis_order"] and axes_in_words(values["axis_order"])),
        (say("Interleave"), values["interleave"]),
        (say("Byte order"), _BYTE_ORDERS.get(values["byte_order"])),
        (say("Header offset"), _optional(values["header_offset"], say("bytes"))),
        (say("Wavelengths"), _wavelengths(values, unit)),
        (say("Bad bands"), _bands(values["bad_band_list"])),
        (say("Bands without values"), _bands(values["nan_band_list"])),
        (say("Default bands"), ", ".join(str(band + 1) for band in values["default_bands"] or ()) or None),
        (say("No-data value"), say("none") if values["nodata"] is None else number_text(values["nodata"], "g")),
        (
            say("Scale factor"),
            number_text(values["scale_factor"], "g") + (say(" (divided by)") if values["scale_factor"] != 1 else ""),
        ),
        (say("Gains and offsets"), _gains(values)),
        (say("Coordinate system"), values["crs"] or say("none")),
        (say("Origin (upper left corner)"), _pair(values["map_origin"])),
        (say("Pixel size"), _pair(values["pixel_size"])),
        (say("Rotation"), _optional(values["map_rotation_deg"] or None, say("degrees"))),
    ]
    rows += [(say("Prepared by"), step) for step in values["history"] or ()]
    notes = values["notes"] or [say("none")]
    named = say("Import notes")
    rows += [(named if len(notes) == 1 else say("Import note {n}", n=n), note) for n, note in enumerate(notes, 1)]
    return [(name, str(value)) for name, value in rows if value is not None]


def _sizes(files: list[Path]) -> str | None:
    try:
        return ", ".join(f"{path.name} {size_text(path.stat().st_size)}" for path in files) or None
    except OSError as error:  # gone since it was opened
        return say("unknown ({strerror})", strerror=error.strerror or error)


def _wavelengths(values: Mapping[str, Any], shown: WavelengthUnit) -> str:
    if values["wavelengths"] is None:
        return say("none: bands are shown by number")
    text = shown.span(values["wavelength_first_nm"], values["wavelength_last_nm"])
    unit = values["wavelength_units_in_file"]
    if values["units_guessed"]:
        return say("{text} (unit guessed from the size of the numbers", text=text) + (
            say("; the file says “{unit}”)", unit=unit) if unit else ")"
        )
    source = values["wavelength_variable"]
    from_where = say(", from {source}", source=source) if source else ""
    return (
        say("{text} (in the file: {unit}{from_where})", text=text, unit=unit, from_where=from_where)
        if unit
        else text + from_where
    )


def _bands(numbers: list[int]) -> str:
    if not numbers:
        return say("none")
    shown = ", ".join(str(number + 1) for number in numbers[:_SHOWN_BANDS])
    return f"{len(numbers)}: {shown}" + (" …" if len(numbers) > _SHOWN_BANDS else "")


def _gains(values: Mapping[str, Any]) -> str | None:
    if not values["data_gain_values"] and not values["data_offset_values"]:
        return None
    return say("in the file, not applied")


def _pair(values: list[float] | None) -> str | None:
    return None if values is None else " x ".join(number_text(value, ".10g") for value in values)


def _optional(value: object, unit: str = "") -> str | None:
    if value is None:
        return None
    words = ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}" if _number(value) else str(value)
    return f"{words} {unit}".strip()


def _number(value: object) -> bool:
    return isinstance(value, int | float)


def _table(rows: list[tuple[str, str]], name: str, wraps: bool) -> QTableWidget:
    table = QTableWidget(len(rows), 2)
    table.setTabKeyNavigation(False)
    table.setAccessibleName(name)
    table.setHorizontalHeaderLabels([say("Name"), say("Value")])
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setWordWrap(wraps)
    table.setShowGrid(False)
    table.verticalHeader().hide()
    for row, (key, value) in enumerate(rows):
        for col, text in enumerate((key, value)):
            item = QTableWidgetItem(text)
            item.setToolTip(text if len(text) < 500 else text[:500] + " …")
            item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            table.setItem(row, col, item)
    heading = table.horizontalHeader()
    heading.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
    heading.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    heading.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    if wraps:  # lists of the header are hundreds of numbers long: one line each
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    else:
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
    return table
