"""What is asked for before a mask is made: a comparison, limits of a layer, classes, quality masks, a distance."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis import formula
from hsigui.analysis.band_math import bands_for
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.masks import comparison
from hsigui.masks.comparison import Comparison
from hsigui.masks.sources import formula_of
from hsigui.texts import say
from hsigui.ui.desk.problem_label import ProblemLabel

TOLERANCE = 50.0  # nm, of a band that stands for a wavelength, as formulas of layers have it
FIRST = "ndvi > 0.3"


class _Asking(QDialog):
    """A dialog of a few fields, with OK and Cancel; OK can be pressed when there is no problem."""

    def __init__(self, title: str, told: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        text = QLabel(told, self)
        text.setWordWrap(True)
        self.form = QFormLayout()
        self.problem = ProblemLabel(self)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self.column = QVBoxLayout(self)
        self.column.addWidget(text)
        self.column.addLayout(self.form)
        self.column.addWidget(self.problem)
        self.column.addWidget(self.buttons)
        self.resize(420, 160)

    def say_problem(self, text: str) -> None:
        """Says what is wrong; empty for nothing."""
        self.problem.setText(text)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not text)


class ComparisonDialog(_Asking):
    """A formula or an index, compared with a number."""

    def __init__(self, cube: Cube, parent: QWidget | None = None) -> None:
        told = say("Pixels where this holds are masked out. Bands are b850 (by nm) or band(12), indices go by name.")
        super().__init__(say("Mask by a formula"), told, parent)
        self._cube = cube
        self.text = QLineEdit(FIRST, self)
        self.text.setAccessibleName(say("Comparison"))
        self.text.setToolTip(say("Such as ndvi > 0.3, or 0.1 < b850 / b670 < 0.4"))
        self.text.textChanged.connect(self._check)
        self.form.addRow(say("Comparison"), self.text)
        self.text.selectAll()
        self._check()

    @property
    def comparison(self) -> Comparison:
        """What was typed."""
        return comparison.read(self.text.text())

    def _check(self) -> None:
        try:
            bands_for(self._cube, formula.read(formula_of(self.comparison.measured)), TOLERANCE)
        except HsiError as error:
            self.say_problem(f"{error.message} {error.hint}")
        else:
            self.say_problem("")


class LimitsDialog(_Asking):
    """Measurements of layers, one of which is to lie between two values.

    Args:
        measures: title of each.
        first: which one is chosen at first.
    """

    def __init__(self, measures: Sequence[str], first: int = 0, parent: QWidget | None = None) -> None:
        told = say("Pixels whose value lies between the limits, both included, are masked out.")
        super().__init__(say("Mask by a layer"), told, parent)
        self.measure = QComboBox(self)
        self.measure.addItems(list(measures))
        self.measure.setCurrentIndex(first)
        self.measure.setAccessibleName(say("Layer"))
        self.low, self.high = QLineEdit(self), QLineEdit(self)
        for field, name in ((self.low, say("From")), (self.high, say("To"))):
            field.setAccessibleName(name)
            field.setPlaceholderText(say("no limit"))
            field.textChanged.connect(self._check)
        self.form.addRow(say("Layer"), self.measure)
        self.form.addRow(say("From"), self.low)
        self.form.addRow(say("To"), self.high)
        self._check()

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """Lower and upper; None for no limit.

        Raises:
            ValueError: one is no number.
        """
        low, high = (
            float(text.replace(",", ".")) if (text := field.text().strip()) else None for field in (self.low, self.high)
        )
        return low, high

    def _check(self) -> None:
        try:
            low, high = self.limits
        except ValueError:
            self.say_problem(say("A limit is a number, such as 0.3."))
            return
        if low is None and high is None:
            self.say_problem(say("Give the lower limit, the upper one, or both."))
        elif low is not None and high is not None and not low <= high:
            self.say_problem(say("The lower limit comes first."))
        else:
            self.say_problem("")


class NamesDialog(_Asking):
    """Names, of which some are ticked.

    Args:
        names: each with what it is called.
    """

    def __init__(
        self, title: str, told: str, names: Sequence[tuple[str, str]], parent: QWidget | None = None
    ) -> None:  # fmt: skip
        super().__init__(title, told, parent)
        self.list = QListWidget(self)
        self.list.setAccessibleName(title)
        for name, text in names:
            item = QListWidgetItem(text)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.itemChanged.connect(self._check)
        self.column.insertWidget(1, self.list, 1)
        self.resize(420, 320)
        self._check()

    @property
    def ticked(self) -> tuple[str, ...]:
        """The names that are ticked."""
        items = (self.list.item(place) for place in range(self.list.count()))
        return tuple(i.data(Qt.ItemDataRole.UserRole) for i in items if i.checkState() == Qt.CheckState.Checked)

    def _check(self) -> None:
        self.say_problem("" if self.ticked else say("Tick one at least."))


class DistanceDialog(_Asking):
    """A number of pixels."""

    def __init__(self, title: str, told: str, parent: QWidget | None = None) -> None:
        super().__init__(title, told, parent)
        self.pixels = QSpinBox(self)
        self.pixels.setRange(1, 1000)
        self.pixels.setSuffix(say(" px"))
        self.pixels.setAccessibleName(say("Pixels"))
        self.form.addRow(say("Pixels"), self.pixels)
        self.pixels.selectAll()
        self.say_problem("")
