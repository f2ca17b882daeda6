"""Bands that look bad: looked for in a worker, and shown as a curve of the signal to noise of all bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QWidget

from hsigui.cube.cube import Cube
from hsigui.cube.sensors import noisy_bands
from hsigui.jobs import Context
from hsigui.preparing.bad_bands import BadBand, BandFigures, figures_of_bands, proposed_bad_bands
from hsigui.texts import say
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot, curve_pen
from hsigui.ui.desk.theme import is_dark
from hsigui.ui.desk.wavelength_units import WavelengthUnit

_MARK = {False: QColor("#c0392b"), True: QColor("#ff8a7a")}  # by whether the palette is dark


@dataclass(frozen=True, eq=False)
class Proposal:
    """What was found of the bands of a scene.

    Attributes:
        bad: the bands that look bad.
        figures: of all bands.
    """

    bad: tuple[BadBand, ...]
    figures: BandFigures


def look_for_bad_bands(ctx: Context, cube: Cube) -> Proposal:
    """The bands of a scene that look bad, from samples of it."""
    ctx.progress(0, 0, say("Looking for bad bands…"))
    figures = figures_of_bands(cube, ctx.check)
    return Proposal(proposed_bad_bands(cube, figures=figures), figures)


def look_for_noise(ctx: Context, cube: Cube) -> list[int]:
    """Numbers of the bands of low signal-to-noise ratio, from samples of the scene."""
    ctx.progress(0, 0, say("Looking for noisy bands…"))
    return noisy_bands(cube)


class BadBandPlot(Plot):
    """Signal to noise over wavelength, or over numbers of bands, with those that look bad marked.

    Args:
        unit: of the wavelengths.
    """

    def __init__(self, unit: WavelengthUnit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._unit = unit
        self.setLogMode(y=True)
        values = [step * 10.0**power for power in range(-3, 7) for step in (1, 3)]
        self.getAxis("left").setTicks([[(float(np.log10(value)), say("{value:g}", value=value)) for value in values]])
        self.setLabel("left", say("Signal to noise"))
        self.setAccessibleName(say("Signal to noise of the bands"))
        self.setMouseEnabled(x=True, y=False)
        self._curve = self.plot([], [])
        self._marks = self.plot([], [], pen=None, symbol="o", symbolSize=6)
        self._style()

    def show_proposal(self, found: Proposal, centres: NDArray[np.float64]) -> None:
        """Shows the ratio of all bands where it is known.

        Args:
            centres: wavelengths in nm, one a band; none for numbers.
        """
        ratio = np.where(found.figures.ratio > 0, found.figures.ratio, np.nan)
        x = np.array([self._unit.of(nm) for nm in centres.tolist()]) if len(centres) else np.arange(1.0, len(ratio) + 1)
        self.setLabel("bottom", self._unit.axis() if len(centres) else say("Band"))
        order = np.argsort(x, kind="stable")
        self._curve.setData(x[order], ratio[order], connect="finite")
        bad = [bad.band for bad in found.bad if np.isfinite(ratio[bad.band])]
        self._marks.setData(x[bad], ratio[bad])
        self.enableAutoRange()

    def marked(self) -> NDArray[np.float64]:
        """Where bands are marked, in the unit of the plot or numbers from 1; one each."""
        x, _ = self._marks.getOriginalDataset()
        return np.empty(0) if x is None else np.asarray(x, dtype=float)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE and hasattr(self, "_marks"):
            self._style()

    def _style(self) -> None:
        palette = self.palette()
        color_plot(self, palette)
        self._curve.setPen(curve_pen(self, palette.color(QPalette.ColorRole.Highlight), 1.2))
        mark = _MARK[is_dark(palette)]
        self._marks.setSymbolBrush(pg.mkBrush(mark))
        self._marks.setSymbolPen(pg.mkPen(None))
