"""How to begin: what was open last, the demo scenes, the first steps and the guides."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.demo_spec import FIELDS
from hsigui.cube.formats.table import readers, titles_in_words
from hsigui.texts import say
from hsigui.ui.shell.first_steps import FirstSteps
from hsigui.ui.shell.recent_cards import Recent, RecentGrid

GUIDES = {
    "first-steps": say("First steps"), "gallery": say("Gallery"),
    "labelling": say("Labelling"), "seeing": say("Bands and stretch"), "scenes": say("Files of scenes"),
    "label-files": say("Files of labels"), "asking": say("Where to label next"), "evaluate": say("Honest accuracy"),
    "maps": say("Maps for a GIS"), "projects": say("Projects"),
}  # fmt: skip
DEMOS = {
    "mixed": say("&Mixed: fields, houses, a river"), "wide": say("&Wide: a few large fields"),
    "plots": say("&Plots: trial plots a few pixels wide"), "trees": say("&Trees: single trees, houses, narrow roads"),
    "farmland": say("&Farmland: fields that grow with the scene"),
}  # fmt: skip
SIDE_WIDTH = 240
BESIDE_FROM = 600  # logical pixels from which the steps have room beside the recent scenes
MARGIN, GAP = 24, 28
WIDEST = 1240
_across, _down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class StartPage(QScrollArea):
    """What a window without a scene shows; it can be called back at any time.

    Signals:
        open_asked(), address_asked(), back_asked(): of the buttons.
        demo_asked(fields): a demo scene of a kind of land, one of `FIELDS`.
        recent_asked(path), forget_asked(path): a recent scene is to be opened, or taken off the list.
        help_asked(page): a page of the help.
        samples_asked(): public scenes are to be fetched.
        tour_asked(), tour_refused(): the answers to the offer of a tour.
        steps_closed(), steps_asked(): the list of first steps is not wanted any more, or wanted again.
    """

    open_asked = Signal()
    address_asked = Signal()
    back_asked = Signal()
    demo_asked = Signal(str)
    recent_asked = Signal(str)
    forget_asked = Signal(str)
    help_asked = Signal(str)
    samples_asked = Signal()
    tour_asked = Signal()
    tour_refused = Signal()
    steps_closed = Signal()
    steps_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(say("Start page"))
        self._make_buttons()
        self.recent = RecentGrid(self)
        self.recent.open_asked.connect(self.recent_asked)
        self.recent.remove_asked.connect(self.forget_asked)
        self.steps = FirstSteps(self)
        self.steps.help_asked.connect(self.help_asked)
        self.steps.close_asked.connect(self.steps_closed)
        self.more_steps = QPushButton(say("Show the first steps"), self)
        self.more_steps.setFlat(True)
        self.more_steps.clicked.connect(self.steps_asked)
        self.more_steps.hide()
        self._recent_title = _head(say("Recent"), self)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(GAP)
        self._columns.addLayout(self._main_column(), 1)
        self._side = QWidget(self)
        self._side.setLayout(self._side_column())
        self._columns.addWidget(self._side)
        inner = QWidget(self)
        inner.setMaximumWidth(WIDEST)
        column = QVBoxLayout(inner)
        column.setContentsMargins(MARGIN, 18, MARGIN, 18)
        column.setSpacing(14)
        column.addLayout(self._top())
        column.addWidget(self._offer())
        column.addLayout(self._columns)
        column.addStretch(1)
        outer = QWidget(self)
        row = QHBoxLayout(outer)
        row.setContentsMargins(0, 0, 0, 0)
        row.addStretch(1)
        row.addWidget(inner, 1000)
        row.addStretch(1)
        self.setWidget(outer)
        self.set_recent(())
        self.set_scene_open(False)

    def set_recent(self, recent: Sequence[Recent]) -> None:
        """Shows what was open last, newest first."""
        self._recent_title.setVisible(bool(recent))
        self.recent.setVisible(bool(recent))
        self.recent.show_recent(recent)
        # As they stand: else cards, which are made anew, would come last.
        buttons = (self.take_tour, self.no_tour, self.open, self.address, self.demo, self.other_demos, self.samples)
        order = [*buttons, *(part for card in self.recent.cards for part in (card, card.remove))]
        side = [self.steps.close_button, *self.steps.rows.values(), self.more_steps, self.guides]
        for before, after in pairwise([*order, *side]):
            self.setTabOrder(before, after)

    def offer_tour(self, offered: bool) -> None:
        """Whether the tour is offered above all else."""
        self.offer.setVisible(offered)

    def show_steps(self, shown: bool) -> None:
        """Whether the list of first steps is shown, or a button that brings it back."""
        self.steps.setVisible(shown)
        self.more_steps.setVisible(not shown)

    def set_scene_open(self, is_open: bool) -> None:
        """Whether there is a scene to go back to."""
        self.back.setVisible(is_open)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        beside = width >= BESIDE_FROM
        self._columns.setDirection(_across if beside else _down)
        self._side.setMaximumWidth(SIDE_WIDTH if beside else WIDEST)
        self._side.setMinimumWidth(SIDE_WIDTH if beside else 0)
        left = width - 2 * MARGIN - (SIDE_WIDTH + GAP if beside else 0)
        self._buttons.setDirection(_across if left >= self._row_width() else _down)

    def _row_width(self) -> int:
        """From how many logical pixels all buttons have room side by side; their words depend on the language."""
        buttons = (self.open, self.address, self.demo, self.other_demos, self.samples)
        gaps = (len(buttons) - 1) * max(self._buttons.spacing(), 0)
        return sum(max(button.sizeHint().width(), button.minimumSizeHint().width()) for button in buttons) + gaps

    # Its parts

    def _make_buttons(self) -> None:
        self.open, self.address = QPushButton(say("Open scene…"), self), QPushButton(say("Open address…"), self)
        self.demo, self.other_demos = QPushButton(say("Open demo scene"), self), QPushButton(say("Other demos"), self)
        self.back = QPushButton(say("Back to the scene"), self)
        self.samples = QPushButton(say("Get sample scenes…"), self)
        self.samples.setToolTip(say("Public scenes of the literature; no server is asked before you say so"))
        self.samples.clicked.connect(self.samples_asked)
        self.open.setDefault(True)
        self.open.clicked.connect(self.open_asked)
        self.address.clicked.connect(self.address_asked)
        self.back.clicked.connect(self.back_asked)
        self.demo.clicked.connect(partial(self._ask_demo, FIELDS[0]))
        menu = QMenu(self.other_demos)
        menu.aboutToShow.connect(partial(self._fill_demos, menu))
        self.other_demos.setMenu(menu)
        for button in (self.open, self.address, self.demo, self.other_demos, self.samples, self.back):
            button.setMinimumHeight(32)
            button.setMaximumWidth(240)

    def _top(self) -> QHBoxLayout:
        title = QLabel(say("Hyperspectral scenes, few labels, a live map"), self)
        title.setWordWrap(True)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.5)
        title.setFont(font)
        row = QHBoxLayout()
        row.addWidget(title, 1)
        row.addWidget(self.back)
        return row

    def _offer(self) -> QFrame:
        """The offer of a tour, a line above all else."""
        self.offer = QFrame(self)
        self.offer.setFrameShape(QFrame.Shape.StyledPanel)
        words = QLabel(say("New here? Six steps over this window show how a map is made."), self.offer)
        words.setWordWrap(True)
        self.take_tour = QPushButton(say("Take the tour"), self.offer)
        self.no_tour = QPushButton(say("Not now"), self.offer)
        self.take_tour.clicked.connect(self.tour_asked)
        self.no_tour.clicked.connect(self.tour_refused)
        row = QHBoxLayout(self.offer)
        row.addWidget(words, 1)
        row.addWidget(self.take_tour)
        row.addWidget(self.no_tour)
        self.offer.hide()
        return self.offer

    def _main_column(self) -> QVBoxLayout:
        self._buttons = QBoxLayout(_across)
        for pair in ((self.open, self.address), (self.demo, self.other_demos), (self.samples,)):
            row = QHBoxLayout()
            for button in pair:
                row.addWidget(button, 1)
            if len(pair) == 1:  # as wide as those of the pairs above it
                row.addStretch(1)
            self._buttons.addLayout(row)
        hint = _faint(
            say(
                "or drop files here: {titles_in_words}; labels and libraries, too",
                titles_in_words=titles_in_words(readers()),
            ),
            self,
        )
        column = QVBoxLayout()
        column.setSpacing(10)
        column.addLayout(self._buttons)
        column.addWidget(hint)
        column.addSpacing(4)
        column.addWidget(self._recent_title)
        column.addWidget(self.recent)
        column.addStretch(1)
        return column

    def _side_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self.steps)
        column.addWidget(self.more_steps, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._guides())
        column.addStretch(1)
        return column

    def _guides(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(_head(say("Guides"), self))
        self.guides = QLabel(self)
        self.guides.setTextFormat(Qt.TextFormat.RichText)
        self.guides.setWordWrap(True)
        self._show_guides()
        self.guides.setTextInteractionFlags(Qt.TextInteractionFlag.LinksAccessibleByMouse
                                            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard)  # fmt: skip
        self.guides.setAccessibleName(say("Guides"))
        self.guides.linkActivated.connect(self.help_asked)
        column.addWidget(self.guides)
        return column

    def _show_guides(self) -> None:
        """In the colour of links of now: a text keeps the one that it was made with."""
        color = self.palette().color(QPalette.ColorRole.Link).name()
        start = '<p style="margin: 0 0 3px 0"><a style="text-decoration: none; color: ' + color + '" href="'
        links = ("".join((start, name, '">', title, "</a></p>")) for name, title in GUIDES.items())
        self.guides.setText("".join(links))

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "guides"):
            self._show_guides()
        return handled

    def _fill_demos(self, menu: QMenu) -> None:
        menu.clear()
        for name in FIELDS[1:]:
            menu.addAction(DEMOS[name], partial(self._ask_demo, name))

    def _ask_demo(self, fields: str, _checked: bool = False) -> None:
        self.demo_asked.emit(fields)


def _head(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label


def _faint(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setWordWrap(True)
    return label
