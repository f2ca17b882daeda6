"""How to draw few-shot labels from the ground truth: how many, where, and how far from the test."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.pipeline.influence import FULL, covered, guard_of, in_words
from hsigui.specs import MOST_STROKE_PIXELS, MOST_STROKES, SplitSpec
from hsigui.texts import as_sentence, say
from hsigui.ui.desk.dialogs import keep_wide
from hsigui.ui.desk.number_box import NumberBox

KINDS = {
    "random": say("Anywhere, at random"),
    "block": say("In blocks apart from the test"),
    "region": say("In regions of their own"),
    "strokes": say("As strokes of a brush"),
}
_TEXTS = {
    "random": (
        say(
            "All other pixels of the ground truth are for testing; a small class keeps half of its pixels for that. "
            "Test pixels lie next to labels then, so the accuracy says little about places far from any."
        )
    ),
    "block": (
        say(
            "Labels are drawn from some squares of the scene. What lies outside these and their guard band is for "
            "testing; the rest is in neither part."
        )
    ),
    "region": (
        say(
            "Labels are drawn from some of the fields (pixels of a class that hang together). What lies outside these "
            "and their guard band is for testing; the rest is in neither part."
        )
    ),
    "strokes": (
        say(
            "Labels as people paint them: each stroke wanders with a brush of 2 pixels inside one field. All other "
            "pixels are for testing; a small class keeps half of its own for that. As many pixels drawn at random say "
            "far more: this is the accuracy to expect of painting."
        )
    ),
}
_DEFAULTS = SplitSpec()
FIRST_PERCENT = 5.0


class SampleDialog(QDialog):
    """Amount, place and seed; `spec` is what was chosen.

    Args:
        replaces: whether there are labels that the sample will replace.
        reach: half of what the encoder sees of a pixel, in pixels; None without an encoder.
        seen: level of context -> how many pixels far a map looks; empty where it is not known.
    """

    def __init__(
        self, replaces: bool, parent: QWidget | None = None, reach: int | None = None,
        seen: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.setWindowTitle(say("Draw few-shot sample"))
        self._reach, self._seen = reach, seen or {}
        self.kind = QComboBox(self)
        for kind, text in KINDS.items():
            self.kind.addItem(text, kind)
        self.by_number, self.by_percent = QRadioButton(self), QRadioButton(self)
        self.by_number.setAccessibleName(say("A number of labels a class"))
        self.by_percent.setAccessibleName(say("A share of the pixels"))
        self.by_number.setChecked(True)
        self.per_class, self.seed = self._spin(1, 100_000, _DEFAULTS.per_class), self._spin(0, 2_147_483_647, 0)
        self.per_class.setSuffix(say(" a class"))
        self.per_class.setAccessibleName(say("Labels a class"))
        self.percent = self._build_percent()
        self.strokes = self._spin(1, MOST_STROKES, _DEFAULTS.strokes)
        self.strokes.setSuffix(say(" a class"))
        self.pixels = self._spin(1, MOST_STROKE_PIXELS, _DEFAULTS.pixels)
        self.pixels.setSuffix(say(" px a stroke, at most"))
        self.block = self._spin(1, 10_000, _DEFAULTS.block)
        self.guard = self._spin(0, 1_000, _DEFAULTS.guard if reach is None else reach)
        self.seed.setToolTip(say("The same seed draws the same pixels, here and in `hsigui sample`"))
        self.block.setToolTip(say("Side of the squares"))
        self.guard.setToolTip(say("Pixels between training area and test that are in neither part"))
        for spin in (self.block, self.guard):
            spin.setSuffix(say(" px"))
        self.full = self._build_full()
        self.about, self.warning = self._text(), self._text()
        self._lay_out(replaces)
        self.kind.currentIndexChanged.connect(self._show)
        self.by_percent.toggled.connect(self._show)
        self.guard.valueChanged.connect(self._show)
        self._show()

    @property
    def spec(self) -> SplitSpec:
        is_share = self.by_percent.isChecked() and self._kind != "strokes"
        return SplitSpec(
            self.per_class.value(),
            self.seed.value(),
            self._kind,
            self.percent.value() if is_share else None,
            self.block.value(),
            self.guard.value(),
            self.strokes.value(),
            self.pixels.value(),
        )

    @property
    def _kind(self) -> str:
        return str(self.kind.currentData())

    def _show(self) -> None:
        """What can be set of this kind of draw, and what it means."""
        kind = self._kind
        self.per_class.setEnabled(self.by_number.isChecked())
        self.percent.setEnabled(self.by_percent.isChecked())
        self.percent.setSuffix(
            say(" % of the pixels, in whole regions") if kind == "region" else say(" % of each class")
        )
        stroked, guarded = kind == "strokes", kind in ("block", "region")
        for row in self._amounts:
            self._form.setRowVisible(row, not stroked)
        for spin, shown in ((self.strokes, stroked), (self.pixels, stroked), (self.block, kind == "block")):
            self._form.setRowVisible(spin, shown)
        self._form.setRowVisible(self._guard_row, guarded)
        told = covered(self.guard.value(), self._seen) if guarded and self._seen else ""
        self.about.setText(_TEXTS[kind] + (f" {as_sentence(told[:1].upper() + told[1:])}" if told else ""))
        close = guarded and self._reach is not None and self.guard.value() < self._reach
        self.warning.setText(
            say(
                "The encoder sees {reach} pixels around each: with a smaller guard it sees labels from test pixels.",
                reach=self._reach,
            )
            if close
            else ""
        )
        self.warning.setVisible(close)
        self.adjustSize()

    def _lay_out(self, replaces: bool) -> None:
        self._form = QFormLayout()
        self._amounts: list[QHBoxLayout] = []
        for text, button, spin in (
            (say("Labels"), self.by_number, self.per_class),
            ("", self.by_percent, self.percent),
        ):
            row = QHBoxLayout()
            row.addWidget(button)
            row.addWidget(spin, 1)
            self._form.addRow(text, row)
            self._amounts.append(row)
        self._form.addRow(say("S&trokes"), self.strokes)
        self._form.addRow(say("&Pixels"), self.pixels)
        self._form.addRow(say("&Where"), self.kind)
        self._form.addRow(say("&Block"), self.block)
        self._guard_row = QHBoxLayout()
        self._guard_row.addWidget(self.guard, 1)
        self._guard_row.addWidget(self.full)
        label = QLabel(say("&Guard band"), self)
        label.setBuddy(self.guard)
        self._form.addRow(label, self._guard_row)
        self._form.addRow(say("&Seed"), self.seed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        buttons.button(QDialogButtonBox.StandardButton.Ok).setText(say("Draw"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._form)
        column.addWidget(self.about)
        column.addWidget(self.warning)
        if replaces:
            replaced = self._text()
            replaced.setText(say("The present labels are replaced; undo brings them back."))
            column.addWidget(replaced)
        column.addStretch(1)
        column.addWidget(buttons)
        keep_wide(column, 420)

    def _build_full(self) -> QPushButton:
        button = QPushButton(say("&Full"), self)
        button.setAutoDefault(False)
        button.setEnabled(bool(self._seen))
        button.setToolTip(say("As wide as a map looks far: {seen}", seen=in_words(self._seen)))
        button.clicked.connect(lambda: self.guard.setValue(guard_of(FULL, self._seen)))
        return button

    def _build_percent(self) -> NumberBox:
        spin = NumberBox(self)
        spin.setRange(0.01, 99.99)
        spin.setDecimals(2)
        spin.setValue(FIRST_PERCENT)
        spin.setAccessibleName(say("Per cent of the pixels"))
        return spin

    def _spin(self, least: int, most: int, value: int) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setRange(least, most)
        spin.setValue(value)
        return spin

    def _text(self) -> QLabel:
        text = QLabel(self)
        text.setWordWrap(True)
        text.setTextFormat(Qt.TextFormat.PlainText)
        return text
