"""What an editor of the settings of a step is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSpinBox, QWidget


class StepEditor(QWidget):
    """Edits what is given with a step, as the text that the command line takes.

    Signals:
        changed(text): by the user.
    """

    changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)

    @property
    def text(self) -> str:
        """What it shows."""
        raise NotImplementedError

    def set_text(self, text: str) -> None:
        """Shows what was chosen; tells nobody."""
        raise NotImplementedError

    def show_names(self, names: tuple[str, ...]) -> None:
        """Takes the names of the classes that there are; most steps need none."""

    def _tell(self) -> None:
        self.changed.emit(self.text)

    def _combo(self, name: str) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setMinimumContentsLength(6)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        return box

    def _spin(self, low: int, high: int, suffix: str, name: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(low, high)
        box.setSuffix(suffix)
        box.setKeyboardTracking(False)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.valueChanged.connect(self._tell)
        self._row.addWidget(box)
        return box
