"""How many labels of each class to draw from the ground truth."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from hsigui.specs import SplitSpec


class SampleDialog(QDialog):
    """Labels a class and seed; `spec` is what was chosen."""

    def __init__(self, replaces: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Draw few-shot sample")
        text = QLabel(
            "Draws labels at random from the ground truth, the same number for each class, at most half of a small "
            "class. All other ground truth pixels are for testing."
            + (" The present labels are replaced; undo brings them back." if replaces else ""),
            self,
        )
        text.setWordWrap(True)
        self.per_class, self.seed = QSpinBox(self), QSpinBox(self)
        self.per_class.setRange(1, 100_000)
        self.per_class.setValue(SplitSpec().per_class)
        self.seed.setRange(0, 2_147_483_647)
        self.seed.setToolTip("The same seed draws the same pixels")
        form = QFormLayout()
        form.addRow("&Labels a class", self.per_class)
        form.addRow("&Seed", self.seed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Draw")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(text)
        column.addLayout(form)
        column.addWidget(buttons)
        self.setMinimumWidth(380)

    @property
    def spec(self) -> SplitSpec:
        return SplitSpec(self.per_class.value(), self.seed.value())
