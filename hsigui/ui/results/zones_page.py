"""The window of areas and statistics by zone: what is counted of what, and the table of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hsigui.report.sheets import Book, Sheet
from hsigui.texts import say
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.desk.motion import show_part
from hsigui.ui.results.sheet_model import SheetModel
from hsigui.ui.results.zones_asked import AREAS, MAP, NO_CLASSES, Choices, Wanted, ZonesFile

_MOST_COLUMN = 260  # pixels that a column is wide at first
_ARROW = 14  # for the sign by which it is sorted
_LOOKED_AT = 100  # rows that its width is found from: there may be thousands
_CHOOSE = "choose"


class ZonesPage(QDialog):
    """No modal dialog: one looks at the image meanwhile.

    Signals:
        chosen(): what is wanted is something else.
        file_asked(): another file of zones is to be chosen.
        compute_asked(), stop_asked(), copy_asked(), save_asked(): buttons.
        zone_chosen(name): a row of a zone was chosen.
    """

    chosen = Signal()
    file_asked = Signal()
    compute_asked = Signal()
    stop_asked = Signal()
    copy_asked = Signal()
    save_asked = Signal()
    zone_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Areas and statistics by zone"))
        self._book: Book | None = None
        self._before: ZonesFile | None = None  # what is chosen, while another file is looked for
        self._polygons = False
        self._of_areas = True
        # Whose classes are chosen, of areas and of statistics: the one needs some, the other begins without.
        self._parted = {True: MAP, False: NO_CLASSES}
        column = QVBoxLayout(self)
        column.addLayout(self._choosing())
        column.addLayout(self._doing())
        column.addLayout(self._showing())
        self.model = SheetModel(self)
        self.view = self._table()
        column.addWidget(self.view, 1)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)  # names of files and zones are the user's own
        self.told.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.told)
        self.show_book(None)
        self.tell_busy("")
        self.resize(980, 640)

    # What is chosen

    @property
    def wanted(self) -> Wanted:
        """What is chosen now."""
        zones = self.zones.currentData()
        return Wanted(
            str(self.what.currentData() or AREAS), str(self.classes.currentData() or ""),
            zones if isinstance(zones, ZonesFile) else None,
            str(self.field.currentData() or ""), self.by_share.isChecked() and self.by_share.isEnabled(),
        )  # fmt: skip

    def offer(self, what: Choices, classes: Choices, zones: Sequence[ZonesFile], fields: Sequence[str] | None) -> None:
        """Offers what there is now; what was chosen stays chosen where it is still there.

        Args:
            fields: of the file of zones that is chosen; None where these are no polygons.
        """
        before, self._polygons = self.wanted, fields is not None
        of_areas = before.what == AREAS
        if of_areas != self._of_areas:
            before = replace(before, classes=self._parted[of_areas])
        self._of_areas = of_areas
        _fill(self.what, what, before.what)
        _fill(self.classes, classes, before.classes)
        self._parted[of_areas] = self.wanted.classes
        _fill(self.field, (("", say("Automatic")), *((name, name) for name in fields or ())), before.named_by)
        with QSignalBlocker(self.zones):
            self.zones.clear()
            self.zones.addItem(say("None: the whole scene"), None)
            for file in zones:
                self.zones.addItem(file.title, file)
                self.zones.setItemData(self.zones.count() - 1, str(file.path), Qt.ItemDataRole.ToolTipRole)
            self.zones.addItem(say("Choose a file…"), _CHOOSE)
            self.zones.setCurrentIndex(self._place_of(before.zones))
        self._enable()

    def choose_zones(self, file: ZonesFile | None) -> None:
        """Chooses zones that are offered, without a word; None for the whole scene."""
        with QSignalBlocker(self.zones):
            self.zones.setCurrentIndex(self._place_of(file))
        self._enable()

    def _place_of(self, file: ZonesFile | None) -> int:
        listed = (n for n in range(self.zones.count()) if file is not None and self.zones.itemData(n) == file)
        return next(listed, 0)

    def _choosing(self) -> QGridLayout:
        self.what, self.classes, self.zones, self.field = (QComboBox(self) for _ in range(4))
        grid = QGridLayout()
        for place, (text, box, tip) in enumerate((
            (say("&Show"), self.what, say("Areas by class, or what bands and layers are like")),
            (say("&Classes of"), self.classes, say("Whose classes are counted, or zones are parted by")),
            (say("&Zones"), self.zones, say("Polygons of a vector file in any coordinate system, or numbers of a "
                                            "raster")),
            (say("&Named by"), self.field, say("The field with the names of zones; polygons of one name are one "
                                               "zone")),
        )):  # fmt: skip
            label = QLabel(text, self)
            label.setBuddy(box)
            box.setToolTip(tip)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(16)
            box.setAccessibleName(plain(text))
            grid.addWidget(label, place // 2, 2 * (place % 2))
            grid.addWidget(box, place // 2, 2 * (place % 2) + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        for box in (self.what, self.classes, self.field):
            box.activated.connect(self._changed)
        self.zones.activated.connect(self._zones_changed)
        return grid

    def _doing(self) -> QHBoxLayout:
        self.by_share = QCheckBox(say("Count pixels by the &share that a zone covers"), self)
        self.by_share.setToolTip(
            say("Small and narrow zones have their true size so. Else a pixel belongs to a zone where its centre lies "
                "in it.")
        )  # fmt: skip
        self.by_share.toggled.connect(self._changed)
        self.busy = QProgressBar(self)
        self.busy.setTextVisible(False)
        self.busy.setFixedHeight(8)
        self.busy.setMaximumWidth(160)
        self.busy.setAccessibleName(say("How far it is"))
        self.stop = self._button(say("S&top"), say("Give up what is being computed"), self.stop_asked)
        self.compute = self._button(say("C&ompute"), say("Make the table of what is chosen"), self.compute_asked)
        row = QHBoxLayout()
        row.addWidget(self.by_share)
        row.addStretch(1)
        for part in (self.busy, self.stop, self.compute):
            row.addWidget(part)
        return row

    def _showing(self) -> QHBoxLayout:
        self.sheets = QComboBox(self)
        self.sheets.setMinimumContentsLength(26)
        self.sheets.setAccessibleName(say("Which table is shown"))
        self.sheets.currentIndexChanged.connect(self._show_sheet)
        label = QLabel(say("Ta&ble"), self)
        label.setBuddy(self.sheets)
        self.copy = self._button(say("Cop&y table"), say("The table that is shown, as spreadsheets take it"),
                                 self.copy_asked)  # fmt: skip
        self.save = self._button(say("Sa&ve…"), say("All tables as Excel, GeoPackage or JSON, or the shown one as CSV"),
                                 self.save_asked)  # fmt: skip
        row = QHBoxLayout()
        for part in (label, self.sheets):
            row.addWidget(part)
        row.addStretch(1)
        for button in (self.copy, self.save):
            row.addWidget(button)
        return row

    def _button(self, text: str, tip: str, asked: SignalInstance) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        button.clicked.connect(asked)
        return button

    def _table(self) -> QTableView:
        view = QTableView(self)
        view.setModel(self.model)
        view.setSortingEnabled(True)
        view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        view.setAlternatingRowColors(True)
        view.setTabKeyNavigation(False)
        view.setWordWrap(False)
        view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        view.horizontalHeader().setResizeContentsPrecision(_LOOKED_AT)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 6)
        view.setAccessibleName(say("Table of areas or statistics"))
        view.selectionModel().currentRowChanged.connect(self._row_chosen)
        return view

    # What is shown

    @property
    def sheet(self) -> Sheet | None:
        """The table that is shown, as it is sorted."""
        return self.model.sheet

    def show_book(self, book: Book | None) -> None:
        """Shows tables: the one of those that was shown before, where they are the same ones, else the first."""
        names = [] if book is None else [sheet.name for sheet in book.sheets]
        same = names == [self.sheets.itemData(n) for n in range(self.sheets.count())]
        before = self.sheets.currentData() if same else None
        self._book = book
        with QSignalBlocker(self.sheets):
            self.sheets.clear()
            for sheet in () if book is None else book.sheets:
                self.sheets.addItem(sheet.title, sheet.name)
            self.sheets.setCurrentIndex(max(0, self.sheets.findData(before)))
        for part in (self.sheets, self.copy, self.save):
            part.setEnabled(book is not None)
        self._show_sheet()

    def tell(self, sentences: Sequence[str]) -> None:
        """Says what is to be known of the table."""
        self.told.setText(" · ".join(sentences))

    def tell_busy(self, text: str, done: float = -1.0) -> None:
        """Tells what is being made, "" for nothing, and how far it is: 0 to 1, below 0 where that is not known."""
        for part in (self.busy, self.stop):
            part.setVisible(bool(text))
        show_part(self.busy, done)
        self.busy.setToolTip(text)

    def _show_sheet(self, _place: int = 0) -> None:
        name = self.sheets.currentData()
        self.model.put(None if self._book is None or name is None else self._book.get(name))
        self.view.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.view.resizeColumnsToContents()
        for column in range(self.model.columnCount()):
            self.view.setColumnWidth(column, min(self.view.columnWidth(column) + _ARROW, _MOST_COLUMN))

    # What the user does

    def _changed(self) -> None:
        self._enable()
        self.chosen.emit()

    def _zones_changed(self) -> None:
        if self.zones.currentData() == _CHOOSE:
            self.choose_zones(self._before)
            self.file_asked.emit()
        else:
            self._changed()

    def _enable(self) -> None:
        file = self.zones.currentData()
        self._before = file if isinstance(file, ZonesFile) else None
        polygons = self._before is not None and self._polygons
        self.field.setEnabled(polygons and self.field.count() > 1)
        self.by_share.setEnabled(polygons and self.what.currentData() == AREAS)

    def _row_chosen(self, now: QModelIndex, _before: QModelIndex) -> None:
        name = self.model.first_cell(now.row()) if now.isValid() else None
        if isinstance(name, str):
            self.zone_chosen.emit(name)


def _fill(box: QComboBox, choices: Choices, chosen: str) -> None:
    """Offers choices; what was chosen stays so where it is among them, else the first one is."""
    with QSignalBlocker(box):
        box.clear()
        for name, title in choices:
            box.addItem(title, name)
        box.setCurrentIndex(max(0, box.findData(chosen)))
