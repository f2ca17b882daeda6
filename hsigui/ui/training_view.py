"""How pretraining goes: what runs, how far it is, how long it will take, and its curves."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from hsigui.labels.classes import PALETTE
from hsigui.ui.plots import RESTYLE, Plot, color_plot, curve_pen

REDRAW_MS = 40
STEPS = 1000
WIDTH = 1.8
BAR_STYLE = """
QProgressBar { border: none; border-radius: 3px; background: palette(mid); }
QProgressBar::chunk { border-radius: 3px; background: palette(highlight); }
"""


@dataclass
class _Series:
    curve: pg.PlotDataItem
    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


class TrainingView(QWidget):
    """Title, progress bar, what is being done, time left, and a curve for every metric."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: dict[str, _Series] = {}
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.setInterval(REDRAW_MS)
        self._redraw.timeout.connect(self._draw)
        self._build()
        self._recolor()
        self.clear()

    def start(self, title: str, total: float = 0) -> None:
        """Begins to show another run; a total of 0 means that nobody knows how long it is."""
        self._forget_curves()
        self._title.setText(title)
        self.set_progress(0, total, "", None)
        self._pages.setCurrentIndex(1)

    def add(self, name: str, step: float, value: float) -> None:
        """Adds one point of a curve."""
        series = self._series.get(name) or self._new_series(name)
        series.steps.append(step)
        series.values.append(value)
        if not self._redraw.isActive():
            self._redraw.start()

    def set_progress(self, done: float, total: float, text: str, seconds_left: float | None = None) -> None:
        """Shows how far the run is and how long it will still take, None when that is not known yet."""
        self._bar.setRange(0, STEPS if total > 0 else 0)
        if total > 0:
            self._bar.setValue(round(STEPS * min(max(done / total, 0.0), 1.0)))
        self._text.setText(text)
        self._left.setText("" if seconds_left is None else time_left(seconds_left))

    def finish(self, text: str) -> None:
        """Says how the run ended; its curve stays."""
        self._draw()
        if self._bar.maximum() == 0:
            self._bar.setRange(0, STEPS)
        self._text.setText(text)
        self._left.setText("")

    def clear(self) -> None:
        """Shows that there has been no run."""
        self._redraw.stop()
        self._forget_curves()
        self._pages.setCurrentIndex(0)

    @property
    def title(self) -> str:
        return self._title.text()

    @property
    def text(self) -> str:
        return self._text.text()

    @property
    def time_left(self) -> str:
        return self._left.text()

    @property
    def fraction(self) -> float:
        """How much of the run the bar shows, 0 to 1."""
        return self._bar.value() / STEPS

    def points(self, name: str) -> list[tuple[float, float]]:
        """Step and value of every point of a curve."""
        series = self._series.get(name)
        return [] if series is None else list(zip(series.steps, series.values, strict=True))

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE:
            self._recolor()
        return handled

    def _build(self) -> None:
        self._empty = QLabel("No pretraining yet.\nPress Pretrain to learn features from the scene.", self)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        run = QWidget(self)
        self._title, self._text, self._left = QLabel(run), QLabel(run), QLabel(run)
        bold = self._title.font()
        bold.setBold(True)
        self._title.setFont(bold)
        self._left.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._text.setWordWrap(True)
        self._bar = QProgressBar(run)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(6)
        self._bar.setStyleSheet(BAR_STYLE)
        self._plot = Plot(run)
        self._plot.setMinimumHeight(110)
        self._plot.setLabel("bottom", "Step")
        words = QHBoxLayout()
        words.addWidget(self._text, 1)
        words.addWidget(self._left)
        column = QVBoxLayout(run)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._bar)
        column.addLayout(words)
        column.addWidget(self._plot, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(run)

    def _new_series(self, name: str) -> _Series:
        if self._series:
            color = QColor(*PALETTE[len(self._series) % len(PALETTE)])
        else:
            color = self.palette().color(QPalette.ColorRole.Accent)
            self._plot.setLabel("left", name.capitalize())
        series = _Series(self._plot.plot([], [], pen=curve_pen(self, color, WIDTH), name=name))
        self._series[name] = series
        return series

    def _draw(self) -> None:
        self._redraw.stop()
        for series in self._series.values():
            series.curve.setData(series.steps, series.values, connect="finite")

    def _forget_curves(self) -> None:
        for series in self._series.values():
            self._plot.removeItem(series.curve)
        self._series = {}

    def _recolor(self) -> None:
        color_plot(self._plot, self.palette())
        for series in list(self._series.values())[:1]:
            series.curve.setPen(curve_pen(self, self.palette().color(QPalette.ColorRole.Accent), WIDTH))


def time_left(seconds: float) -> str:
    """A duration in words: "about 40 s left", "about 3 min left", "about 1 h 10 min left"."""
    if seconds < 1.5:
        return "a moment left"
    if seconds < 10:
        return f"about {round(seconds)} s left"
    if seconds < 57.5:
        return f"about {round(seconds / 5) * 5} s left"
    minutes = max(round(seconds / 60), 1)
    if minutes < 60:
        return f"about {minutes} min left"
    hours, rest = divmod(round(minutes / 5) * 5, 60)
    return f"about {hours} h left" if rest == 0 else f"about {hours} h {rest} min left"
