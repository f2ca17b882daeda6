"""Asking for a map by spectra: which stand for which classes, how pixels are compared with them, and a look ahead."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.measures import MEASURES, Measure
from hsigui.analysis.references import MOST_REFERENCES, Matching
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.scene import Scene
from hsigui.texts import say
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.setting_editors import Decimal
from hsigui.ui.map.panel import FARTHEST
from hsigui.ui.map.spectra_table import OWN, Row, SpectraTable, rows_of_library, rows_of_scene

LONGEST = 1e6  # nm


@dataclass(frozen=True, eq=False)
class Choice:
    """What was chosen: as `Matching`, but for means of labels, which are not computed yet.

    Attributes:
        rows: spectra with their classes.
    """

    rows: tuple[Row, ...]
    by: str
    threshold: float | None = None
    thresholds: dict[str, float] = field(default_factory=dict)
    first: float = 0.0
    last: float = 0.0


class SpectraDialog(QDialog):
    """Stays beside the window, which can be used meanwhile.

    Signals:
        changed(): something else is chosen, or the look ahead is switched.
        library_asked(): the user wants to choose a file.
    """

    changed = Signal()
    library_asked = Signal()

    def __init__(self, scene: Scene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Classify by spectra"))
        self._scene, self._ready = scene, False
        self.table = SpectraTable(self)
        self._build_top()
        self._build_measure()
        self.preview = QCheckBox(say("Preview in the image, on the part in view"), self)
        self.preview.setChecked(True)
        self.preview.toggled.connect(self._check)
        self.told, self.problem = QLabel(self), ProblemLabel(self)
        self.told.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.make = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.make.setText(say("Classify"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._top)
        column.addWidget(self.table, 1)
        column.addLayout(self._form)
        for widget in (self.preview, self.told, self.problem, buttons):
            column.addWidget(widget)
        rows = rows_of_scene(scene)
        self.table.add(rows, checked=True)
        self.table.changed.connect(self._check)
        self._show_measure()
        self.resize(720, 600)

    @property
    def measure(self) -> Measure:
        return MEASURES[self.by.currentIndex()]

    @property
    def choice(self) -> Choice:
        """What is chosen now."""
        limit = self.threshold.value() if self.limited.isChecked() else None
        rows = tuple(self.table.used)
        groups = {row.reference.group for row in rows}
        reaches = {name: value for name, value in self.table.reaches.items() if name in groups}
        return Choice(rows, self.measure.name, limit, reaches, self.first.value(), self.last.value())

    def add_library(self, library: SpectralLibrary) -> None:
        """Offers the spectra of a library; all of one that is small are used at once."""
        self.table.add(rows_of_library(library), checked=len(library) <= 30)
        present = self.group.currentData()
        self.group.clear()
        self.group.addItem(say("each spectrum for itself"), OWN)
        for title in self.table.columns:
            self.group.addItem(say("“{title}” of the library", title=title), title)
        self.group.setCurrentIndex(max(0, self.group.findData(present)))
        self._form.setRowVisible(self.group, self.group.count() > 1)
        self._check()

    def take(self, matching: Matching) -> None:
        """Begins with how a map was made before."""
        self.by.setCurrentIndex([row.name for row in MEASURES].index(matching.by))
        self.limited.setChecked(matching.threshold is not None)
        if matching.threshold is not None:
            self.threshold.setValue(matching.threshold)
        self.first.setValue(matching.first)
        self.last.setValue(matching.last)
        self.table.take(matching)

    @property
    def ready(self) -> bool:
        """Whether nothing is missing in what is chosen."""
        return self._ready

    def show_result(self, text: str) -> None:
        """What the look ahead found, in words."""
        self.told.setText(text)

    def show_problem(self, text: str) -> None:
        """Why nothing can be compared; empty where it can."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.make.setEnabled(not text)

    # Building

    def _build_top(self) -> None:
        library = QPushButton(say("Add a &library…"), self)
        library.setToolTip(say("Spectra of a file: ENVI, CSV, USGS, ECOSTRESS or a GeoPackage of EnMAP-Box"))
        library.clicked.connect(self.library_asked)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(say("Search spectra"))
        self.search.setAccessibleName(say("Search spectra"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.table.show_only)
        every, none = QPushButton(say("&All"), self), QPushButton(say("&None"), self)
        every.setToolTip(say("Use all spectra that are listed"))
        none.setToolTip(say("Use none of those that are listed"))
        every.clicked.connect(lambda: self.table.check_all(on=True))
        none.clicked.connect(lambda: self.table.check_all(on=False))
        self._top = QHBoxLayout()
        self._top.addWidget(library)
        self._top.addWidget(self.search, 1)
        for button in (every, none):
            self._top.addWidget(button)
        for button in (library, every, none):
            button.setAutoDefault(False)

    def _build_measure(self) -> None:
        self.group, self.by = QComboBox(self), QComboBox(self)
        self.group.addItem(say("each spectrum for itself"), OWN)
        self.group.setToolTip(say("What names the classes of the libraries' spectra"))
        self.group.activated.connect(lambda: self.table.group_by(str(self.group.currentData())))
        for row in MEASURES:
            self.by.addItem(row.title)
            self.by.setItemData(self.by.count() - 1, f"{row.about}\n{row.paper}", 3)  # its tool tip
        self.by.currentIndexChanged.connect(self._show_measure)
        self.limited, self.threshold = QCheckBox(say("up to"), self), Decimal(self)
        self.limited.setChecked(True)
        self.limited.setToolTip(say("What is farther from its nearest class stays unclassified"))
        self.limited.toggled.connect(self.threshold.setEnabled)
        self.limited.toggled.connect(self._check)
        self.threshold.setDecimals(6)
        self.threshold.setRange(0.0, FARTHEST)
        self.threshold.setAccessibleName(say("Threshold"))
        self.threshold.valueChanged.connect(self._check)
        self.first, self.last = self._wavelength(say("from the first band")), self._wavelength(say("to the last band"))
        self.first.setAccessibleName(say("Shortest wavelength"))
        self.last.setAccessibleName(say("Longest wavelength"))
        self._form = QFormLayout()
        self._form.addRow(say("Classes by"), self.group)
        self._form.setRowVisible(self.group, False)
        self._form.addRow(say("Measure"), self._side_by_side(self.by, self.limited, self.threshold))
        self._form.addRow(say("Wavelengths"), self._side_by_side(self.first, self.last))
        self._form.setRowVisible(2, self._scene.cube.wavelengths is not None)

    def _side_by_side(self, *widgets: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        for widget in widgets:
            row.addWidget(widget, 0 if isinstance(widget, QCheckBox) else 1)
        return row

    def _wavelength(self, none: str) -> NumberBox:
        box = NumberBox(self)
        box.setRange(0.0, LONGEST)
        box.setDecimals(0)
        box.setSingleStep(50)
        box.setSuffix(" nm")
        box.setSpecialValueText(none)
        box.setKeyboardTracking(False)
        box.valueChanged.connect(self._check)
        return box

    # What is chosen

    def _show_measure(self, _place: int = 0) -> None:
        row = self.measure
        self.by.setToolTip(f"{row.about}\n{row.paper}")
        self.threshold.setSuffix(say(" rad") if row.unit == "rad" else "")
        self.threshold.setSingleStep(row.step)
        self.limited.setChecked(row.usual is not None)
        if row.usual is not None:
            self.threshold.setValue(row.usual)
        self._check()

    def _check(self, *_values: object) -> None:
        """Says what is missing, and that something else is chosen."""
        used = self.table.used
        if not used and not self.table.topLevelItemCount():
            problem = say("Add a library, keep spectra by Shift and a click in the scene, or label pixels of a class.")
        elif not used:
            problem = say("Check the spectra that stand for classes.")
        elif len(used) > MOST_REFERENCES:
            problem = say("{count:,} spectra are too many: choose at most {most:,}.", count=len(used),
                          most=MOST_REFERENCES)  # fmt: skip
        elif self.first.value() and self.last.value() and self.first.value() >= self.last.value():
            problem = say("The shorter wavelength comes first.")
        elif self.measure.needs_wavelengths and self._scene.cube.wavelengths is None:
            problem = say("Feature fitting needs the wavelengths of the scene. Choose its sensor under Edit > Bands.")
        else:
            problem = ""
        self._ready = not problem
        self.show_problem(problem)
        if problem:
            self.told.clear()
        self.changed.emit()
