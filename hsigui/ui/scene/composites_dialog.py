"""The user's own composites: keep the bands that are shown under a name, and take kept ones away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.render import Triple
from hsigui.settings import PRESET_LIMIT, BandPreset
from hsigui.texts import say
from hsigui.ui.desk.wavelength_units import WavelengthUnit


class CompositesDialog(QDialog):
    """A list of what is kept, and a name for what is shown.

    Args:
        shown: wavelengths in nm of the bands that are shown as red, green and blue.
    """

    def __init__(
        self, kept: Sequence[BandPreset], shown: Triple, unit: WavelengthUnit, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Own composites"))
        self._kept, self._shown, self._unit = list(kept), shown, unit
        self.name = QLineEdit(self)
        self.name.setMaxLength(60)
        self.name.setPlaceholderText(say("A name"))
        self.name.setAccessibleName(say("Name of the composite"))
        self.keep = QPushButton(say("&Keep"), self)
        self.keep.setToolTip(say("Keep these wavelengths under the name; one of the same name is replaced"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Kept composites"))
        self.list.setMinimumHeight(120)
        self.remove = QPushButton(say("&Remove"), self)
        self.remove.setToolTip(say("Take the chosen composite out of the list"))
        self.remove.setAutoDefault(False)
        self.keep.setDefault(True)  # Enter behind a name keeps it, and does not close the dialog
        row = QHBoxLayout()
        row.addWidget(self.name, 1)
        row.addWidget(self.keep)
        form = QFormLayout()
        form.addRow(say("Shown now"), QLabel(self._words(shown), self))
        form.addRow(say("Keep as"), row)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        hint = QLabel(say("They are kept with your preferences, by wavelength, and stand in View > Composite."), self)
        hint.setWordWrap(True)
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.list, 1)
        column.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(hint)
        column.addWidget(buttons)
        self.name.textChanged.connect(self._refresh)
        self.keep.clicked.connect(self._keep)
        self.remove.clicked.connect(self._remove)
        self.list.currentRowChanged.connect(self._refresh)
        self._fill()
        self.resize(440, 360)

    @property
    def kept(self) -> tuple[BandPreset, ...]:
        """What is to be kept from now on."""
        return tuple(self._kept)

    def _keep(self) -> None:
        name = self.name.text().strip()
        if name:
            self._kept = [*(one for one in self._kept if one.name != name), BandPreset(name, *self._shown)]
            self._kept = self._kept[-PRESET_LIMIT:]
            self.name.clear()
            self._fill()
            self.list.setCurrentRow(len(self._kept) - 1)

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            del self._kept[row]
            self._fill()

    def _fill(self) -> None:
        self.list.clear()
        for one in self._kept:
            item = QListWidgetItem(say("{name}: {nm}", name=one.name, nm=self._words(one.nm)))
            item.setToolTip(item.text())
            self.list.addItem(item)
        self._refresh()

    def _refresh(self, *_changed: object) -> None:
        self.keep.setEnabled(bool(self.name.text().strip()))
        self.remove.setEnabled(self.list.currentRow() >= 0)

    def _words(self, nm: Triple) -> str:
        return say(" / ").join(self._unit.written(one) for one in nm)
