"""How much of a pixel's surroundings counts: chosen by the labels, or by the user; what each level would give."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from hsigui.document.values import LevelFigures
from hsigui.specs import CONTEXTS, context_in_words
from hsigui.texts import say
from hsigui.ui.desk.tips import explain

_TIPS = {
    "pixel": say("Each pixel by its own spectrum alone: for scenes whose things are a pixel or two wide."),
    "narrow": say("A pixel with its closest neighbours: for small things such as trees and roofs."),
    "mid": say("Averages that stop early at edges: for narrow fields and trial plots."),
    "wide": say("Averages over whole fields: for farmland and large, even areas."),
}
_TIP = say(
    "How much of its surroundings counts for a pixel. At the left end your labels choose: levels of context are "
    "mixed by how well they foretell labels that were held back, and by how much they blur."
)


class ContextBox(QWidget):
    """A slider over the levels of context, left of them the choice by the labels, and a line on each level.

    Signals:
        chosen(context): one of CONTEXTS, or empty for what the labels say.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = ("", *CONTEXTS)
        self._main = ""
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, len(CONTEXTS))
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.setAccessibleName(say("Context"))
        explain(self.slider, _TIP)
        self.slider.valueChanged.connect(self._moved)
        self.each: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(0)
        columns = 2 * (len(self._names) - 1)  # two between two ticks
        grid.addWidget(self.slider, 0, 0, 1, columns)
        for number, name in enumerate(self._names):
            label = QLabel(context_in_words(name) if name else say("by labels"), self)
            label.setAlignment(_alignment(number, len(self._names)))
            explain(label, _TIPS.get(name, _TIP))
            first, last = max(0, 2 * number - 1), min(columns, 2 * number + 1)
            grid.addWidget(label, 1, first, 1, last - first)
            self.each[name] = label
        for column in range(columns):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, 1)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(2)
        box.addWidget(self.words)
        box.addLayout(grid)
        self.show_figures({}, "")
        self.set_context("")

    @property
    def context(self) -> str:
        """The level that is chosen, empty for what the labels say."""
        return self._names[self.slider.value()]

    def set_context(self, context: str) -> None:
        """Shows which level is chosen."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(self._names.index(context))
        self._tell()

    def show_figures(self, figures: Mapping[str, LevelFigures], main: str) -> None:
        """Shows what the labels said of each level: name -> figures, and the level that weighs most."""
        self._main = main
        for name in CONTEXTS:
            found = figures.get(name)
            self.each[name].setText(_short(name, found))
            explain(self.each[name], "\n".join(filter(None, (_TIPS[name], _long(found)))))
        self._tell()

    def _tell(self) -> None:
        if self.context:
            words = say("Context: {name}, your choice", name=context_in_words(self.context))
        elif self._main:
            words = say("Context: chosen by your labels ({name})", name=context_in_words(self._main))
        else:
            words = say("Context: chosen by your labels")
        self.words.setText(words)

    def _moved(self, _value: int) -> None:
        self._tell()
        self.chosen.emit(self.context)


def _short(name: str, figures: LevelFigures | None) -> str:
    """Name of a level and its share of the mixture."""
    if figures is None:
        return context_in_words(name)
    return say("{name}\n{share:.0f} %", name=context_in_words(name), share=100 * figures.weight)


def _long(figures: LevelFigures | None) -> str:
    """What the labels said of a level, a sentence each."""
    if figures is None:
        return ""
    lines = [say("It is {share:.0f} % of the present map.", share=100 * figures.weight)]
    if not math.isnan(figures.estimate):
        lines.append(
            say(
                "Alone it finds {estimate:.1f} % of the labels that are held back. Of labels in strokes that is far "
                "too good; only the order of the levels says something.",
                estimate=100 * figures.estimate,
            )
        )
    if not math.isnan(figures.agreement):
        lines.append(
            say(
                "It agrees with {agreement:.0f} % of the neighbourhoods in the map of single pixels: what it blurs "
                "lowers this.",
                agreement=100 * figures.agreement,
            )
        )
    return "\n".join(lines)


def _alignment(number: int, count: int) -> Qt.AlignmentFlag:
    """Of the words below a tick: at the ends they stay inside."""
    if number == 0:
        return Qt.AlignmentFlag.AlignLeft
    return Qt.AlignmentFlag.AlignRight if number == count - 1 else Qt.AlignmentFlag.AlignHCenter
