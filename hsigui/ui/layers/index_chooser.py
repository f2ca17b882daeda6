"""Choosing a spectral index: a search by name, and what each needs of the scene's bands."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from hsigui.analysis import formula as formulas
from hsigui.analysis.asked import taken
from hsigui.analysis.band_math import bands_for
from hsigui.analysis.indices import Index, indices
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.texts import say

MOST_BANDS = 5  # that are told one by one


class IndexChooser(QWidget):
    """Lists the indices, those that the scene has no bands for in grey.

    Signals:
        changed(): another one is chosen.
    """

    changed = Signal()

    def __init__(self, cube: Cube, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._cube, self._tolerance = cube, 0.0
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(say("Search names"))
        self.search.setAccessibleName(say("Search indices"))
        self.search.setClearButtonEnabled(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Spectral indices"))
        for each in indices():
            item = QListWidgetItem(_title(each))
            item.setData(Qt.ItemDataRole.UserRole, each.name)
            self.list.addItem(item)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.search, self.list, self.told):
            column.addWidget(widget)
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(self._tell)
        self.set_tolerance(15.0)
        self.list.setCurrentRow(0)

    @property
    def name(self) -> str:
        """Of the chosen index; empty for none."""
        item = self.list.currentItem()
        return "" if item is None or item.isHidden() else str(item.data(Qt.ItemDataRole.UserRole))

    @property
    def problem(self) -> HsiError | None:
        """Why the chosen one cannot be computed of the scene; None where it can."""
        if not self.name:
            return HsiError(say("No index is chosen."), say("Search for another name."))
        return self._problem(next(each for each in indices() if each.name == self.name))

    def set_tolerance(self, tolerance: float) -> None:
        """Takes how many nm a band may lie from a wavelength that is asked for."""
        if tolerance == self._tolerance:
            return
        self._tolerance = tolerance
        self._color()
        self._tell()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._color()

    def _color(self) -> None:
        """Writes those that the scene has no bands for in grey, and says why."""
        for row, each in enumerate(indices()[: self.list.count()]):
            problem = self._problem(each)
            item = self.list.item(row)
            colors = self.palette().placeholderText() if problem is not None else self.palette().text()
            item.setForeground(colors)
            item.setToolTip(each.source if problem is None else problem.message)

    def _problem(self, each: Index) -> HsiError | None:
        try:
            bands_for(self._cube, formulas.read(each.formula), self._tolerance)
        except HsiError as error:
            return error
        return None

    def _filter(self, text: str) -> None:
        first = None
        for row in range(self.list.count()):
            item, each = self.list.item(row), indices()[row]
            found = all(word in f"{_title(each)} {each.group}".casefold() for word in text.casefold().split())
            item.setHidden(not found)
            first = item if found and first is None else first
        current = self.list.currentItem()
        if first is not None and (current is None or current.isHidden()):
            self.list.setCurrentItem(first)
        self._tell()

    def _tell(self, *_items: object) -> None:
        each = next((each for each in indices() if each.name == self.name), None)
        if each is None:
            self.told.setText(say("No index has such a name."))
        else:
            formula, source = (
                say("Formula: {formula}", formula=each.formula), say("Source: {source}", source=each.source)
            )  # fmt: skip
            lines = [formula, self._bands(each), source]
            if each.reflectance:
                lines.insert(2, say("For reflectance from 0 to 1."))
            self.told.setText("\n".join(lines))
        self.changed.emit()

    def _bands(self, each: Index) -> str:
        """Which bands of the scene it takes, or why there are none."""
        try:
            wanted = bands_for(self._cube, formulas.read(each.formula), self._tolerance)
        except HsiError as error:
            return error.message
        bands = [str(taken(self._cube, found[0], name)) for name, found in wanted.items()]
        named = say("; ").join(bands[:MOST_BANDS]) + ("…" if len(bands) > MOST_BANDS else "")
        return say("Bands: {bands}", bands=named)


def _title(each: Index) -> str:
    short = each.name.upper() if len(each.name) < 6 else each.name
    return (
        each.title
        if short.casefold() in each.title.casefold()
        else say("{short}: {title}", short=short, title=each.title)
    )
