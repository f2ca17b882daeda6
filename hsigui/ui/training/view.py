"""How pretraining goes: what runs, how far it is, how long it will take, and its curves."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStackedLayout, QVBoxLayout, QWidget

from hsigui.labels.classes import PALETTE, Color
from hsigui.texts import say
from hsigui.ui.desk.curve_key import CurveKey
from hsigui.ui.desk.plots import RESTYLE, Plot, SecondAxis, color_plot, curve_pen

REDRAW_MS = 40
STEPS = 1000
WIDTH = 1.8
FURTHER = (2, 0, 6, 5)  # of the palette: green, orange, purple, vermilion
BAR_STYLE = """
QProgressBar {{ border: none; border-radius: 3px; background: {0}; }}
QProgressBar::chunk {{ border-radius: 3px; background: {1}; }}
"""


@dataclass
class _Series:
    is_loss: bool
    curve: pg.PlotDataItem
    color: Color | None  # None: the accent of the palette
    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)


class TrainingView(QWidget):
    """Title, progress bar, what is being done, time left, and a curve for every metric.

    Losses share the left axis. Anything else, such as the accuracy of nearest neighbours, has an axis on the right,
    which is there only while there is such a curve.

    Signals:
        menu_asked(QPoint): the menu of the run is asked for at a place of the screen.
    """

    menu_asked = Signal(QPoint)

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
        self.show_plot(True)
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

    def set_empty_text(self, text: str) -> None:
        """What is written before the first run."""
        self._empty.setText(text)

    def show_plot(self, shown: bool, words: str = "") -> None:
        """Shows the plots, or words in their place where a run has no curve."""
        self._plots.setVisible(shown)
        self._nothing.setText(words)
        self._nothing.setVisible(not shown)

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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.menu_asked.emit(event.globalPos())

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE:
            self._recolor()
        return handled

    def _build(self) -> None:
        self._empty = QLabel(say("No pretraining yet.\nPress Pretrain to learn features from the scene."), self)
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
        self._nothing = QLabel(run)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._nothing.setWordWrap(True)
        self._nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._plots = self._build_plots(run)
        words = QHBoxLayout()
        words.addWidget(self._text, 1)
        words.addWidget(self._left)
        column = QVBoxLayout(run)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._bar)
        column.addLayout(words)
        column.addWidget(self._plots, 1)
        column.addWidget(self._nothing, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(run)

    def _build_plots(self, parent: QWidget) -> QWidget:
        room = QWidget(parent)
        self._plot, self._key = Plot(room), CurveKey("", room)
        self._plot.setMinimumHeight(110)
        self._plot.right_clicked.connect(self.menu_asked)
        self._plot.setAccessibleName(say("Curves of the training"))
        self._plot.setLabel("bottom", say("Step"))
        self._watched = SecondAxis(self._plot)
        column = QVBoxLayout(room)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self._key)
        column.addWidget(self._plot, 1)
        return room

    def _new_series(self, name: str) -> _Series:
        is_loss = "loss" in name.casefold()
        others = [series for series in self._series.values() if series.is_loss == is_loss]
        first = is_loss and not others
        series = _Series(is_loss, pg.PlotDataItem(name=name), None if first else _color(len(self._series)))
        if is_loss:
            self._plot.addItem(series.curve)
        else:
            self._watched.add(series.curve)
        if first:
            self._plot.setLabel("left", name[:1].upper() + name[1:])
        self._series[name] = series
        self._recolor()
        self._show_which()
        return series

    def _show_which(self) -> None:
        """One curve needs no key: the axis says what it is. The right axis has the colour of its curve."""
        several = len(self._series) > 1
        self._key.setVisible(several)
        self._key.set_entries([(name, _rgb(self._ink(s))) for name, s in self._series.items()] if several else [])
        self._watched.show(any(not series.is_loss for series in self._series.values()))

    def _draw(self) -> None:
        self._redraw.stop()
        for series in self._series.values():
            series.curve.setData(series.steps, series.values, connect="finite")

    def _forget_curves(self) -> None:
        for series in self._series.values():
            if series.is_loss:
                self._plot.removeItem(series.curve)
            else:
                self._watched.remove(series.curve)
        self._series = {}
        self._show_which()

    def _ink(self, series: _Series) -> QColor:
        accent = self.palette().color(QPalette.ColorRole.Accent)
        return accent if series.color is None else QColor(*series.color)

    def _recolor(self) -> None:
        palette = self.palette()
        color_plot(self._plot, palette)
        self._watched.recolor(palette)
        colors = (palette.color(role).name() for role in (QPalette.ColorRole.Mid, QPalette.ColorRole.Highlight))
        self._bar.setStyleSheet(BAR_STYLE.format(*colors))
        for series in self._series.values():
            series.curve.setPen(curve_pen(self, self._ink(series), WIDTH))
            if not series.is_loss:
                self._plot.getAxis("right").setTextPen(pg.mkPen(self._ink(series)))


def _color(number: int) -> Color:
    """The colour of the second, third, ... curve: those of the palette that differ most from the accent."""
    return PALETTE[FURTHER[(number - 1) % len(FURTHER)]]


def _rgb(color: QColor) -> Color:
    return color.red(), color.green(), color.blue()


def time_left(seconds: float) -> str:
    """A duration in words: "about 40 s left", "about 3 min left", "about 1 h 10 min left"."""
    if seconds < 1.5:
        return say("a moment left")
    if seconds < 10:
        return say("about {seconds} s left", seconds=round(seconds))
    if seconds < 57.5:
        return say("about {seconds} s left", seconds=round(seconds / 5) * 5)
    minutes = max(round(seconds / 60), 1)
    if minutes < 60:
        return say("about {minutes} min left", minutes=minutes)
    hours, rest = divmod(round(minutes / 5) * 5, 60)
    return (
        say("about {hours} h left", hours=hours)
        if rest == 0
        else say("about {hours} h {rest} min left", hours=hours, rest=rest)
    )
