"""How pretraining goes: what runs, how far it is, how long it will take, and its curves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.labels.classes import PALETTE, Color, color_for
from hsigui.methods.insight import Insight
from hsigui.texts import say
from hsigui.ui.desk.curve_key import CurveKey
from hsigui.ui.desk.later import Later
from hsigui.ui.desk.motion import STEPS, show_part
from hsigui.ui.desk.plots import RESTYLE, Plot, SecondAxis, color_plot, curve_pen
from hsigui.ui.training.insight_view import KINDS, InsightView

REDRAW_MS = 40
LEAST_PLOTS = QSize(0, 110)  # logical pixels
PLOT_NAME = say("Curves of the training")
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


@dataclass(frozen=True)
class OtherRun:
    """Another training, by its record: its title, the loss of every step, and step and value of the monitor's
    readings."""

    title: str
    losses: tuple[float, ...]
    readings: tuple[tuple[float, float], ...] = ()


class _Plots(QWidget):
    """The curves of a run on two axes, and their key.

    Args:
        menu_asked: what hears where the menu is asked for.
    """

    def __init__(self, menu_asked: Callable[[QPoint], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.plot, self.key = Plot(self), CurveKey("", self)
        self.key.hide()
        self.plot.setMinimumHeight(LEAST_PLOTS.height())
        self.plot.right_clicked.connect(menu_asked)
        self.plot.setAccessibleName(PLOT_NAME)
        self.plot.setLabel("bottom", say("Step"))
        self.watched = SecondAxis(self.plot)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.key)
        column.addWidget(self.plot, 1)


class TrainingView(QWidget):
    """Title, progress bar, what is being done, time left, and a curve for every metric.

    Losses share the left axis. Anything else, such as the accuracy of nearest neighbours, has an axis on the right,
    which is there only while there is such a curve.

    Signals:
        menu_asked(QPoint): the menu of the run is asked for at a place of the screen.
        others_chosen(keys): the curves of these runs are to be seen, too.
    """

    menu_asked = Signal(QPoint)
    others_chosen = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._series: dict[str, _Series] = {}
        self._insights: tuple[Insight, ...] = ()
        self._others: list[tuple[str, pg.PlotDataItem, Color]] = []
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
        show_part(self._bar, done / total if total > 0 else -1)
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

    def set_insights(self, insights: Sequence[Insight]) -> None:
        """What else is at work in the training, the earliest first."""
        self._insights = tuple(insights)
        if "insight" in vars(self):
            self.insight.set_insights(insights)

    def offer_runs(self, runs: Sequence[tuple[str, str]]) -> None:
        """Lists other runs whose curves can be seen, too: key and title. Those that were chosen stay chosen."""
        kept = {action.data() for action in self._run_menu.actions() if action.isChecked()}
        self._run_menu.clear()
        for key, title in runs:
            action = self._run_menu.addAction(title)
            action.setData(key)
            action.setCheckable(True)
            action.setChecked(key in kept)
            action.toggled.connect(self._choose_others)
        self.other_runs.setEnabled(bool(runs))
        self._choose_others()

    def show_others(self, runs: Sequence[OtherRun]) -> None:
        """Draws the losses of other runs, thin, beside those of the one that is shown."""
        for _, curve, _ in self._others:
            self._plot.removeItem(curve)
        if not runs and not self._others:
            return  # nothing need be made to show nothing
        self._others = []
        for number, run in enumerate(runs, start=1):
            curve = pg.PlotDataItem(list(range(1, len(run.losses) + 1)), list(run.losses), name=run.title)
            self._plot.addItem(curve)
            self._others.append((run.title, curve, color_for(number + 8)))
        self._recolor()
        self._show_which()

    def show_plot(self, shown: bool, words: str = "") -> None:
        """Shows the plots, or words in their place where a run has no curve."""
        self._has_plot = shown
        self._show_what()
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
        self._plots = Later(self._build_plots, LEAST_PLOTS, PLOT_NAME, run)
        words = QHBoxLayout()
        words.addWidget(self._text, 1)
        words.addWidget(self._left)
        column = QVBoxLayout(run)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._title)
        column.addWidget(self._bar)
        column.addLayout(words)
        column.addLayout(self._build_choice(run))
        column.addWidget(self._plots, 1)
        column.addWidget(self._nothing, 1)
        self._run = run, column
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(run)

    def _build_choice(self, parent: QWidget) -> QHBoxLayout:
        """What is drawn, and which other runs with it."""
        self.what = QComboBox(parent)
        self.what.addItem(say("Loss and monitor"), "")
        for kind, title in KINDS.items():
            self.what.addItem(title, kind)
        self.what.setAccessibleName(say("What is drawn of the training"))
        self.what.currentIndexChanged.connect(self._show_what)
        self.other_runs = QToolButton(parent)
        self.other_runs.setText(say("Other runs"))
        self.other_runs.setToolTip(say("The losses of other trainings of this scene, drawn beside this one's"))
        self.other_runs.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.other_runs.setEnabled(False)
        self._run_menu = QMenu(self.other_runs)
        self.other_runs.setMenu(self._run_menu)
        row = QHBoxLayout()
        row.addWidget(self.what, 1)
        row.addWidget(self.other_runs)
        self._has_plot = True
        return row

    def _show_what(self, _index: int = 0) -> None:
        """The plots, or what else is at work; neither where a run has no curve."""
        kind = str(self.what.currentData() or "")
        self._plots.setVisible(self._has_plot and not kind)
        if kind or "insight" in vars(self):
            self.insight.setVisible(self._has_plot and bool(kind))
        self.what.setVisible(self._has_plot)
        self.other_runs.setVisible(self._has_plot and not kind)
        if kind:
            self.insight.show_kind(kind)

    @cached_property
    def insight(self) -> InsightView:
        """What else is at work in a training; not there until it is looked at."""
        run, column = self._run
        made = InsightView(run)
        made.hide()
        made.set_insights(self._insights)
        column.insertWidget(column.indexOf(self._nothing), made, 1)
        return made

    def _choose_others(self, _on: bool = False) -> None:
        self.others_chosen.emit([action.data() for action in self._run_menu.actions() if action.isChecked()])

    def _build_plots(self, parent: QWidget) -> _Plots:
        plots = _Plots(self.menu_asked.emit, parent)
        self._color_plots(plots)
        return plots

    @property
    def _plot(self) -> Plot:
        return self._plots.widget.plot

    @property
    def _watched(self) -> SecondAxis:
        return self._plots.widget.watched

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
        if self._plots.made is None:
            return
        several = len(self._series) > 1 or bool(self._others)
        self._plots.made.key.setVisible(several)
        own = [(name, _rgb(self._ink(s))) for name, s in self._series.items()]
        others = [(title, color) for title, _, color in self._others]
        self._plots.made.key.set_entries([*own, *others] if several else [])
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
        colors = (palette.color(role).name() for role in (QPalette.ColorRole.Mid, QPalette.ColorRole.Highlight))
        self._bar.setStyleSheet(BAR_STYLE.format(*colors))
        if self._plots.made is not None:
            self._color_plots(self._plots.made)

    def _color_plots(self, plots: _Plots) -> None:
        color_plot(plots.plot, self.palette())
        plots.watched.recolor(self.palette())
        for _, curve, color in self._others:
            curve.setPen(curve_pen(self, QColor(*color), WIDTH / 1.8))
        for series in self._series.values():
            series.curve.setPen(curve_pen(self, self._ink(series), WIDTH))
            if not series.is_loss:
                plots.plot.getAxis("right").setTextPen(pg.mkPen(self._ink(series)))


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
