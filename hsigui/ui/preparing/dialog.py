"""Steps at the left, a part of the scene before and after them at the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QCloseEvent, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import more_button
from hsigui.ui.desk.plots import RESTYLE, Plot, color_plot
from hsigui.ui.desk.problem_label import ProblemLabel
from hsigui.ui.desk.roles import give_role
from hsigui.ui.preparing.editors import Sources
from hsigui.ui.preparing.eigen_plot import EigenPlot
from hsigui.ui.preparing.files_box import FilesBox
from hsigui.ui.preparing.part_picture import PartPicture, Share
from hsigui.ui.preparing.previewing import Looking, Preview, Spectra, pixel_at, told_of
from hsigui.ui.preparing.step_list import StepList

SIDES = ("before", "after")


class PrepareDialog(QDialog):
    """No modal dialog: it stays beside the window, which can be used meanwhile.

    Args:
        menu: what else can be done: of the button at the end of the row.

    Signals:
        changed(): other steps or files.
        pointed(share): at a pixel of the part.
        part_asked(), stop_asked(), save_asked(): a button was pressed.
        left(): it was closed.
    """

    changed = Signal()
    pointed = Signal(object)
    part_asked = Signal()
    stop_asked = Signal()
    save_asked = Signal()
    left = Signal()

    def __init__(self, sources: Sources, menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Prepare cube"))
        self._preview: Preview | None = None
        self.scene = QLabel(self)
        self.scene.setTextFormat(Qt.TextFormat.PlainText)
        self.steps = StepList(sources, self)
        self.files = FilesBox(sources.file, self)
        self.eigen = EigenPlot(self)
        self.steps.changed.connect(self.changed)
        self.files.changed.connect(self.changed)
        self.state = QLabel(self)
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setWordWrap(True)
        self.problem = ProblemLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(8)
        self.bar.setAccessibleName(say("How far the look at the whole scene is"))
        self.part = self._button(
            say("&Part as seen"), say("Show the part that is seen in the main view"), self.part_asked
        )
        self.stop = self._button(say("S&top"), say("Stop the look at the whole scene"), self.stop_asked)
        self.save = self._button(say("&Save cube…"), say("Do the steps over the whole scene, into a new file"),
                                 self.save_asked)  # fmt: skip
        self.more = more_button(self, say("Copy as command or Python, steps from and to files"), menu)
        self.more.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.pictures: dict[str, PartPicture] = {}
        self.plots: dict[str, Plot] = {}
        self._curves: dict[str, pg.PlotDataItem] = {}
        self._lay_out()
        self.show_busy(False)
        self.resize(1120, 660)

    # What is shown

    def show_preview(self, preview: Preview) -> None:
        """Shows the part before and after the steps."""
        self._preview = preview
        for side, part in zip(SIDES, (preview.before, preview.after), strict=True):
            self.pictures[side].show_picture(part.rgb)
        self.steps.show_outcome(preview.told, "" if preview.problem is None else str(preview.problem))
        self.state.setText("\n".join((told_of(preview), *preview.remarks)))
        self.show_problem("")
        self.show_busy(False)

    def show_problem(self, text: str) -> None:
        """Says why there is no preview at all."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def show_busy(self, busy: bool, looking: Looking | None = None) -> None:
        """Says that the preview is made, and how far a look at the whole scene is."""
        self.bar.setVisible(busy and looking is not None)
        self.stop.setVisible(busy and looking is not None)
        if looking is not None:
            self.bar.setRange(0, max(1, looking.total))
            self.bar.setValue(looking.done)
            self.state.setText(say("A step looks at the whole scene…"))

    def show_cross(self, share: Share | None) -> None:
        """Points at a place of both pictures."""
        for picture in self.pictures.values():
            picture.show_cross(share)

    def show_spectra(self, spectra: Spectra | None, axis: str = "", scale: Callable[[float], float] = float) -> None:
        """Draws the spectra of a pixel; none to draw none.

        Args:
            axis: what the lower axes are called where wavelengths are known.
            scale: nm as they are shown.
        """
        for side in SIDES:
            if spectra is None:
                self._curves[side].setData([], [])
                continue
            x, y = getattr(spectra, side)
            known = self._preview is not None and getattr(self._preview, side).cube.wavelengths is not None
            shown = np.array([scale(float(nm)) for nm in x]) if known else x
            self._curves[side].setData(shown, y, connect="finite")
            self.plots[side].setLabel("bottom", axis if known else say("Band"))

    def box_of(self, first: Share, last: Share) -> tuple[str, str] | None:
        """Rows and columns of the scene between two places of its picture, as a step takes them."""
        if self._preview is None:
            return None
        one, other = (pixel_at(self._preview.before, share) for share in (first, last))
        (top, bottom), (left, right) = (sorted(ends) for ends in zip(one, other, strict=True))
        return f"{top}:{bottom + 1}", f"{left}:{right + 1}"

    # Building

    def _lay_out(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        column.addWidget(self.scene)
        column.addWidget(self.files)
        column.addWidget(self.steps, 1)
        column.addWidget(self.eigen)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        give_role(area, QAccessible.Role.Pane, say("Steps"))
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(left)
        area.setMinimumWidth(330)
        splitter = QSplitter(self)
        splitter.addWidget(area)
        splitter.addWidget(self._right())
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([360, 760])
        row = QHBoxLayout()
        row.addWidget(self.part)
        row.addWidget(self.more)
        row.addStretch(1)
        row.addWidget(self.save)
        close = self._button(say("Close"), say("Close; the steps are here again when the dialog is opened again"), None)
        close.clicked.connect(self.close)
        row.addWidget(close)
        whole = QVBoxLayout(self)
        whole.addWidget(splitter, 1)
        whole.addLayout(row)

    def _right(self) -> QWidget:
        right = QWidget(self)
        grid = QGridLayout(right)
        grid.setContentsMargins(6, 0, 0, 0)
        titles = {"before": say("Before"), "after": say("After the steps")}
        names = {"before": say("Picture before the steps"), "after": say("Picture after the steps")}
        for number, side in enumerate(SIDES):
            title = QLabel(titles[side], right)
            title.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            picture = self.pictures[side] = PartPicture(names[side], right)
            picture.setToolTip(say("Point at a pixel for its spectra; drag a box for a step that takes an area"))
            picture.pointed.connect(self._point)
            plot = self.plots[side] = Plot(right)
            plot.setAccessibleName(say("Spectrum of the pixel: {side}", side=titles[side]))
            plot.setMinimumHeight(120)
            self._curves[side] = plot.plot([], [])
            grid.addWidget(title, 0, number)
            grid.addWidget(picture, 1, number)
            grid.addWidget(plot, 2, number)
        self.pictures["before"].drawn.connect(self._drawn)
        grid.setRowStretch(1, 3)
        grid.setRowStretch(2, 2)
        below = QHBoxLayout()
        below.addWidget(self.state, 1)
        below.addWidget(self.bar)
        below.addWidget(self.stop)
        grid.addLayout(below, 3, 0, 1, 2)
        grid.addWidget(self.problem, 4, 0, 1, 2)
        self._color()
        return right

    def _button(self, text: str, tip: str, asked: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        if asked is not None:
            button.clicked.connect(partial(_emit, asked))
        return button

    def _point(self, share: Share) -> None:
        self.show_cross(share)
        self.pointed.emit(share)

    def _drawn(self, first: Share, last: Share) -> None:
        box = self.box_of(first, last)
        if box is not None and not self.steps.draw(*box):
            self.steps.add("rows")
            self.steps.draw(*box)
            self.steps.add("cols")
            self.steps.draw(*box)

    def _color(self) -> None:
        for side, plot in self.plots.items():
            color_plot(plot, self.palette())
            self._curves[side].setPen(pg.mkPen(self.palette().color(QPalette.ColorRole.Highlight), width=1.5))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in RESTYLE and self.plots:
            self._color()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.left.emit()

    def reject(self) -> None:
        """By Escape."""
        super().reject()
        self.left.emit()


def _emit(signal: object, *_pressed: bool) -> None:
    signal.emit()  # type: ignore[attr-defined]
