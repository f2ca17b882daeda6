"""How a layer was made, in words, and the curves that belong to it, such as eigenvalues."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hsigui.document.derived import DerivedLayer
from hsigui.texts import number_text, say
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen
from hsigui.ui.layers.words import recipe_in_words

EIGENVALUES, SHARE = "eigenvalues", "share"
TOLD_SHARE = 3  # components whose part of the variance is told


class AboutLayer(QDialog):
    """Recipe, notes and eigenvalues of a layer."""

    def __init__(self, found: DerivedLayer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("About {name}", name=found.name))
        notes = () if found.layer is None else found.layer.notes
        self.words = QLabel("\n".join([recipe_in_words(found.kept.recipe), *notes]), self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.words.setAccessibleName(say("How the layer is made"))
        column = QVBoxLayout(self)
        column.addWidget(self.words)
        figures = {} if found.layer is None else found.layer.figures
        self.plot: Plot | None = None
        if EIGENVALUES in figures:
            self._show_eigenvalues(column, figures[EIGENVALUES], figures.get(SHARE, ()))
        column.addStretch(0 if self.plot is not None else 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
        self.resize(520, 480 if self.plot is not None else 260)

    def _show_eigenvalues(self, column: QVBoxLayout, values: tuple[float, ...], share: tuple[float, ...]) -> None:
        self.plot = Plot(self)
        self.plot.setMinimumHeight(200)
        self.plot.setLabel("bottom", say("Component"))
        self.plot.setLabel("left", say("Eigenvalue"))
        known = np.asarray(values, dtype=float)
        self.plot.setLogMode(y=bool((known > 0).any()))
        self.plot.setAccessibleName(say("Eigenvalues of the components"))
        numbers = np.arange(1, len(known) + 1)
        self._curve = self.plot.plot(numbers[known > 0], known[known > 0], symbol="o", symbolSize=5)
        self._style()
        column.addWidget(self.plot, 1)
        if share:
            parts = [f"{number_text(100 * part, '.1f')} %" for part in share[:TOLD_SHARE]]
            told = QLabel(
                say("Share of the variance of the first components: {parts}", parts=say(", ").join(parts)), self
            )
            told.setWordWrap(True)
            column.addWidget(told)

    def _style(self) -> None:
        if self.plot is None:
            return
        palette = self.palette()
        color_plot(self.plot, palette)
        color = palette.color(QPalette.ColorRole.Highlight)
        self._curve.setPen(curve_pen(self.plot, color, 1.6))
        self._curve.setSymbolBrush(color)
        self._curve.setSymbolPen(pg.mkPen(None))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE and getattr(self, "plot", None) is not None:
            self._style()
