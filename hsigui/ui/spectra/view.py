"""The spectra plot: the pixel under study, the spectra that were kept, bad bands and the bands of the composite."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QPalette, QPen
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from hsigui.analysis.processing import Processing
from hsigui.document.values import Spectrum
from hsigui.errors import HsiError
from hsigui.labels.classes import PALETTE, Color
from hsigui.report.spectra_csv import spectra_csv
from hsigui.texts import say
from hsigui.ui.desk.curve_key import CurveKey
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen, faded
from hsigui.ui.desk.tips import explain
from hsigui.ui.desk.wavelength_units import NANOMETRES, WavelengthUnit
from hsigui.ui.spectra.curves import CurveItems, Drawn, Processed
from hsigui.ui.spectra.kept_list import KeptList
from hsigui.ui.spectra.picture import INK, SpectraPlot
from hsigui.ui.spectra.processing_strip import ProcessingStrip

HINT = say("Click a pixel to see its spectrum; Shift+click keeps it")
CURRENT_WIDTH, KEPT_WIDTH, CHOSEN_WIDTH = 2.0, 1.4, 3.0  # logical pixels
SIDES = (1, 3, 5)  # pixels of the square around the one that is clicked
CURRENT_DEPTH, KEPT_DEPTH = 10.0, 2.0


class SpectrumView(QWidget):
    """Spectra over wavelength.

    Signals:
        kept_changed(): a spectrum was kept or removed, or all were cleared.
        band_picked(channel, band): the line of a channel (its place in `mark_bands`) is dragged over a band.
        export_asked(): the shown spectra are to be saved.
        menu_asked(QPoint): the menu of the plot is asked for at a place of the screen.
        refused(HsiError): what was chosen to be done to the spectra cannot be done to these.
        responses_asked(): the user wants to choose a file of a sensor's bands.
    """

    refused = Signal(object)
    responses_asked = Signal()
    kept_changed = Signal()
    band_picked = Signal(int, int)
    export_asked = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._x: NDArray[np.float64] = np.zeros(0)
        self._order: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._wavelengths: NDArray[np.float64] | None = None
        self._bad: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._current: Spectrum | None = None
        self._kept: list[Spectrum] = []
        self._chosen: frozenset[int] = frozenset()  # places of the kept curves that stand out
        self._processed = Processed(np.zeros(0), False, self._bad)
        self._current_curve: CurveItems | None = None
        self._kept_curves: list[CurveItems] = []
        self._regions: list[pg.LinearRegionItem] = []
        self._lines: list[pg.InfiniteLine] = []
        self._marked: list[tuple[int, object]] = []  # the band and the colour of each line
        self._unit, self._quantity = NANOMETRES, ""
        self._plot = Plot(self)
        self._build()
        self.set_quantity(say("Value"))
        self.set_wavelengths(None, self._bad)
        self._recolor()

    # What is shown

    def set_wavelengths(self, wavelengths: ArrayLike | None, bad: ArrayLike) -> None:
        """Takes the bands of another cube and forgets the curves.

        Args:
            wavelengths: of every band in nm, None when unknown (bands are numbered from 1 instead).
            bad: of every band, whether it is to be left out.
        """
        self._bad = np.asarray(bad, dtype=bool)
        self._wavelengths = None if wavelengths is None else np.asarray(wavelengths, dtype=np.float64)
        self._x = np.arange(1.0, len(self._bad) + 1) if self._wavelengths is None else self._wavelengths
        self._order = np.argsort(self._x, kind="stable")
        self.clear()
        self._processed = Processed(self._x, self._wavelengths is not None, self._bad)
        self._process(self.strip.processing)
        self.mark_bands([])
        self._shade_bad_bands()
        if len(self._x) > 1:
            self._plot.setXRange(float(self._x.min()), float(self._x.max()), padding=0.02)
        self._plot.setYRange(0, 1)  # not that of the scene before
        self._plot.enableAutoRange("y")

    def set_unit(self, unit: WavelengthUnit) -> None:
        """Writes the axis in a unit; what is copied and saved as CSV stays in nm."""
        self._unit = unit
        self._name_axis()

    def set_quantity(self, name: str) -> None:
        """What the values are: "Reflectance" or "Value"."""
        self._quantity = name
        self._name_axis()

    def show_current(self, values: ArrayLike | None, label: str = "", spread: ArrayLike | None = None) -> None:
        """Shows the spectrum of the pixel under study (one value a band) in place of the last; None shows none.

        Args:
            spread: standard deviation of what it is the mean of, one a band.
        """
        made = None if spread is None else self._checked(spread)
        self._current = None if values is None else Spectrum(label, self._ink(), self._checked(values), spread=made)
        self._draw()

    def keep(
        self, values: ArrayLike, label: str, color: Color | None = None, place: tuple[int, int] | None = None
    ) -> None:
        """Adds a curve that stays, in its class's colour or the next one of the plot's own. One value a band."""
        color = self._next_color() if color is None else color
        self.keep_all([Spectrum(label, color, self._checked(values), place)])

    def keep_all(self, spectra: Sequence[Spectrum], *, color: bool = False) -> None:
        """Adds curves that stay; in the next colours of the plot's own where `color` says so."""
        for spectrum in spectra:
            self._checked(spectrum.values)
            self._kept.append(replace(spectrum, color=self._next_color()) if color else spectrum)
        self._changed()

    def set_kept(self, spectra: Sequence[Spectrum]) -> None:
        """Puts other curves in the place of those that were kept: renamed, in another order, hidden."""
        self._kept = list(spectra)
        self._changed()

    def remove(self, number: int) -> None:
        """Takes one of the kept curves away, counted from the oldest."""
        del self._kept[number]
        self._changed()

    def choose(self, numbers: Sequence[int]) -> None:
        """Makes some of the kept curves stand out, by their numbers from the oldest."""
        self._chosen = frozenset(numbers)
        self._draw()

    def kept(self) -> list[Spectrum]:
        """The curves that were kept, oldest first."""
        return list(self._kept)

    def current(self) -> Spectrum | None:
        return self._current

    def clear(self) -> None:
        """Takes all curves away."""
        had = bool(self._kept)
        self._kept, self._current, self._chosen = [], None, frozenset()
        self._draw()
        if had:
            self.kept_changed.emit()

    @property
    def side(self) -> int:
        """Pixels of the square around the one that is clicked."""
        return int(self.side_choice.currentData())

    @property
    def processing(self) -> Processing:
        """What is done to the spectra that are drawn."""
        return self._processed.processing

    def mark_bands(self, bands: Sequence[tuple[int, object]]) -> None:
        """Marks bands (number, colour) by vertical lines that can be dragged; those of red, green and blue.

        No colour is that of text. As long as there are as many lines of the same colours, they move; one that is being
        dragged stays under the mouse.
        """
        if [color for _, color in bands] == [color for _, color in self._marked] and bands:
            self._marked = list(bands)
            for line, (band, _) in zip(self._lines, bands, strict=True):
                if not line.moving:
                    line.setValue(float(self._x[band]))
            return
        for line in self._lines:
            self._plot.removeItem(line)
        self._lines, self._marked = [], list(bands)
        for band, color in bands:
            line = pg.InfiniteLine(float(self._x[band]), movable=True, pen=self._line_pen(color, 1.2))
            line.setHoverPen(self._line_pen(color, 3))
            line.setZValue(5)  # above the view box, or a quick press would pan the plot instead
            line.setCursor(Qt.CursorShape.SizeHorCursor)
            line.setBounds((float(self._x.min()), float(self._x.max())))
            line.sigDragged.connect(self._drag)
            line.sigPositionChangeFinished.connect(self._pick)
            self._plot.addItem(line, ignoreBounds=True)
            self._lines.append(line)

    # Export

    def csv_text(self) -> str:
        """The shown curves as CSV: a line a band with its number from 1, wavelength in nm (if known) and each value,
        as they are drawn but not set apart; behind the values of a mean its standard deviation."""
        curves: list[tuple[str, NDArray[np.float32]]] = []
        if self.processing.is_raw or (self.processing.offset and replace(self.processing, offset=0.0).is_raw):
            for spectrum in self._shown():
                curves.append((spectrum.label, spectrum.values))
                if spectrum.spread is not None:
                    curves.append((say("{label} sd", label=spectrum.label), spectrum.spread))
            return spectra_csv(curves, len(self._x), self._wavelengths)
        done = self.processing.named(self._quantity, self._wavelengths is not None)
        for drawn in self._processed.drawn(self._shown()):
            label = say("{label} ({done})", label=drawn.spectrum.label, done=done)
            curves.append((label, (drawn.values - drawn.apart).astype(np.float32)))
            if drawn.spread is not None:
                curves.append((say("{label} sd", label=label), drawn.spread.astype(np.float32)))
        bands = self._processed.bands
        return spectra_csv(curves, len(bands.x), bands.x if bands.is_nm else None)

    def plot(self) -> SpectraPlot:
        """What is shown now, to be drawn as a picture: in the unit and the range of the axes."""
        factor = self._unit.per_nm if self._wavelengths is not None else 1.0
        (left, right), (low, high) = self._plot.getPlotItem().vb.viewRange()
        gaps = tuple((start * factor, end * factor)
                     for start, end in bad_ranges(self._x[self._order], self._bad[self._order]))  # fmt: skip
        curves = [
            replace(one, spectrum=replace(one.spectrum, color=INK)) if one.spectrum is self._current else one
            for one in self._processed.drawn(self._shown())
        ]
        return SpectraPlot(
            tuple(curves), self._processed.bands.x * factor, gaps, self._across(),
            self.processing.named(self._quantity, self._wavelengths is not None),
            (left * factor, right * factor, low, high),
        )  # fmt: skip

    def copy_csv(self) -> None:
        """Puts `csv_text()` on the clipboard."""
        QGuiApplication.clipboard().setText(self.csv_text())

    # Inner doings

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in RESTYLE:
            self._recolor()
        return handled

    def show_all(self) -> None:
        """Shows all of the curves, on all bands."""
        self._plot.enableAutoRange()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        self.menu_asked.emit(event.globalPos())

    def _build(self) -> None:
        self._plot.right_clicked.connect(self.menu_asked)
        self._plot.setAccessibleName(say("Plot of spectra"))
        self._key = CurveKey(HINT, self)
        self._key.remove_asked.connect(self._remove_shown)
        self._copy = self._button("copy", say("Copy the shown spectra as CSV"), self.copy_csv)
        self._export = self._button("export", say("Save the shown spectra as CSV…"), self.export_asked)
        self._clear = self._button("trash", say("Clear all spectra"), self.clear)
        self.strip = ProcessingStrip(self)
        self.strip.changed.connect(self._process)
        self.strip.responses_asked.connect(self.responses_asked)
        self.side_choice = QComboBox(self)
        for side in SIDES:
            self.side_choice.addItem(say("1 pixel") if side == 1 else say("{side} × {side}", side=side), side)
        self.side_choice.setToolTip(say("A click shows the mean of so many pixels around, with its spread"))
        self.side_choice.setAccessibleName(say("Pixels around a click"))
        self.list = KeptList(self)
        self.list.edited.connect(self.set_kept)
        self.list.chosen.connect(self.choose)
        self.kept_changed.connect(self._list_kept)
        self._listed = self._toggle("spectrum", say("List of kept spectra: names, colours, folders"), self.list)
        self._listed.toggled.connect(self._refresh_header)
        self._stripped = self._toggle("settings", say("What is done to the spectra before they are drawn"), self.strip)
        self._stripped.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        header = QHBoxLayout()
        header.setContentsMargins(10, 2, 4, 2)
        header.setSpacing(2)
        header.addWidget(self._key, 1)
        header.addWidget(self.side_choice, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self._stripped, self._listed):
            header.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        for button in (self._copy, self._export, self._clear):
            header.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(self.strip)
        self.body = QSplitter(Qt.Orientation.Horizontal, self)
        self.body.setChildrenCollapsible(False)
        self.body.addWidget(self._plot)
        self.body.addWidget(self.list)
        self.body.setStretchFactor(0, 1)
        self.body.setSizes([500, 240])
        for part in (self.strip, self.list):  # the curves have the room until one is asked for
            part.hide()
        order: tuple[QWidget, ...] = (
            self.side_choice, self._stripped, self._listed, self._copy, self._export, self._clear, *self.strip.controls,
            self._plot, self.list.tree,
        )  # fmt: skip
        for before, after in itertools.pairwise(order):
            self.setTabOrder(before, after)
        layout.addWidget(self.body, 1)

    def _toggle(self, name: str, tip: str, widget: QWidget) -> QToolButton:
        """A button that shows and hides a part of the panel."""
        button = self._button(name, tip, lambda: None)
        button.setCheckable(True)
        button.toggled.connect(widget.setVisible)
        return button

    def _button(self, name: str, tip: str, slot: object) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(name))
        button.setAutoRaise(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(slot)
        return button

    def _name_axis(self) -> None:
        """The curves lie over nm, or over numbers of bands; only what is written at the axis is of the unit."""
        self._plot.getAxis("bottom").setScale(self._unit.per_nm if self._wavelengths is not None else 1.0)
        self._plot.setLabel("bottom", self._across())
        self._plot.setLabel("left", self._up())
        told = "" if self.processing.is_raw else self.processing.named(self._quantity, self._wavelengths is not None)
        explain(self._plot, told)
        self._stripped.setText(say("Raw") if self.processing.is_raw else say("Processed"))

    def _across(self) -> str:
        return self._unit.axis() if self._wavelengths is not None else say("Band")

    def _up(self) -> str:
        return self.processing.short(self._quantity, self._wavelengths is not None)

    def _process(self, processing: Processing) -> None:
        """Draws the spectra after something else is done to them."""
        try:
            self._processed.choose(processing)
        except HsiError as error:
            self.strip.without_sensor()
            self.refused.emit(error)
            return
        self._name_axis()
        self._draw()
        self._plot.enableAutoRange("y")

    def show_list(self) -> None:
        """Shows the list of kept spectra, or hides it."""
        self._listed.toggle()

    def show_raw(self) -> None:
        """Shows the values as they are."""
        self.strip.reset()

    def _list_kept(self) -> None:
        self.list.show_spectra(self._kept)

    def _changed(self) -> None:
        self._chosen = frozenset(number for number in self._chosen if number < len(self._kept))
        self._draw()
        self.kept_changed.emit()

    def _refresh_header(self, _listed: bool = False) -> None:
        shown = self._shown()
        # Where the list says what was kept, the key needs not say it again.
        named = [curve for curve in shown if curve is self._current] if self._listed.isChecked() else shown
        self._key.set_entries([(curve.label, curve.color) for curve in named], removable=True)
        for button in (self._copy, self._export):
            button.setEnabled(bool(shown))
        self._clear.setEnabled(bool(shown or self._kept))

    def _remove_shown(self, number: int) -> None:
        """Takes away the curve at a place of the key, where the one under study comes first."""
        first = int(self._current is not None)
        if number < first:
            self.show_current(None)
        else:
            self.remove([place for place, curve in enumerate(self._kept) if curve.shown][number - first])

    def _next_color(self) -> Color:
        """The first colour of the palette that no kept curve has, while there is one."""
        used = {curve.color for curve in self._kept}
        return next((color for color in PALETTE if color not in used), PALETTE[len(self._kept) % len(PALETTE)])

    def _shown(self) -> list[Spectrum]:
        return [*([self._current] if self._current else []), *(curve for curve in self._kept if curve.shown)]

    def _checked(self, values: ArrayLike) -> NDArray[np.float32]:
        made = np.array(values, dtype=np.float32)
        if made.shape != self._x.shape:
            raise ValueError(f"{made.shape} values for {self._x.shape} bands")
        return made

    def _draw(self) -> None:
        """Draws what is shown anew; what was made of a spectrum is kept, so that only new ones cost anything."""
        for curve in (*self._kept_curves, *([self._current_curve] if self._current_curve else [])):
            curve.remove()
        self._kept_curves, self._current_curve = [], None
        places = {id(curve): place for place, curve in enumerate(self._kept)}
        own: Drawn | None = None
        for drawn in self._processed.drawn(self._shown()):
            if drawn.spectrum is self._current:
                own = drawn
                continue
            chosen = places[id(drawn.spectrum)] in self._chosen
            self._kept_curves.append(self._curve(drawn, CHOSEN_WIDTH if chosen else KEPT_WIDTH, KEPT_DEPTH))
        if own is not None:
            self._current_curve = self._curve(own, CURRENT_WIDTH, CURRENT_DEPTH)
        self._refresh_header()

    def _curve(self, drawn: Drawn, width: float, depth: float) -> CurveItems:
        made = CurveItems(self._plot, self)
        made.draw(self._processed.bands.x, drawn, QColor(*drawn.spectrum.color), width, depth)
        return made

    def _shade_bad_bands(self) -> None:
        for region in self._regions:
            self._plot.removeItem(region)
        self._regions = []
        for start, end in bad_ranges(self._x[self._order], self._bad[self._order]):
            region = pg.LinearRegionItem((start, end), movable=False, pen=pg.mkPen(None))
            region.setZValue(-20)
            self._plot.addItem(region, ignoreBounds=True)
            self._regions.append(region)
        self._recolor_regions()

    def _recolor(self) -> None:
        color_plot(self._plot, self.palette())
        self._recolor_regions()
        for line, (_, color) in zip(self._lines, self._marked, strict=True):
            line.setPen(self._line_pen(color, 1.2))
            line.setHoverPen(self._line_pen(color, 3))
        if self._current is not None:
            self._current = replace(self._current, color=self._ink())
        self._draw()

    def _recolor_regions(self) -> None:
        shade = faded(self.palette().color(QPalette.ColorRole.PlaceholderText), 40)
        for region in self._regions:
            region.setBrush(shade)

    def _ink(self) -> Color:
        color = self.palette().color(QPalette.ColorRole.Text)
        return color.red(), color.green(), color.blue()

    def _line_pen(self, color: object, width: float) -> QPen:
        return curve_pen(self, faded(pg.mkColor(self._ink() if color is None else color), 190), width)

    def _drag(self, line: pg.InfiniteLine) -> None:
        """The bands on the way are shown, too."""
        self._tell_band(line, self._band_at(line))

    def _pick(self, line: pg.InfiniteLine) -> None:
        band = self._band_at(line)
        line.setValue(float(self._x[band]))
        self._tell_band(line, band)

    def _tell_band(self, line: pg.InfiniteLine, band: int) -> None:
        channel = self._lines.index(line)
        before, color = self._marked[channel]
        if band != before:
            self._marked[channel] = band, color
            self.band_picked.emit(channel, band)

    def _band_at(self, line: pg.InfiniteLine) -> int:
        return int(np.abs(self._x - line.value()).argmin())


def bad_ranges(x: NDArray[np.float64], bad: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Start and end on the axis of every run of bad bands, up to half-way to their good neighbours; x ascends."""
    if not bad.any():
        return []
    middles = (x[1:] + x[:-1]) / 2
    edges = np.concatenate((x[:1], middles, x[-1:]))
    change = np.diff(np.concatenate(([False], bad, [False])).astype(np.int8))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    return [(float(edges[start]), float(edges[end])) for start, end in zip(starts, ends, strict=True)]
