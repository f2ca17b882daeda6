"""How right the map is, in a window of its own: the confusion matrix, the classes, and what is tested."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPalette, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from hsigui.report.intervals import kappa_interval, wilson
from hsigui.report.metrics import Accuracy
from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.results.class_bars import IN_ORDER, LOWEST_FIRST, ClassBars, figure_in_words, rows_of
from hsigui.ui.results.class_bars import KINDS as BARS
from hsigui.ui.results.matrix import KINDS
from hsigui.ui.results.matrix_view import MatrixView
from hsigui.ui.results.tested import STATES, Drawn

MOST_PLACES = 500  # in the list; the keys go on


class AccuracyPage(QDialog):
    """Three pages. No modal dialog: it stays open while one works, and follows the map.

    Signals:
        pair_chosen(Confused): the errors of a cell are to be shown.
        place_chosen(place): an area of the list is to be gone to.
        copy_asked(), copy_picture_asked(), save_asked(): of the matrix.
        shown_page(number): another page is in front.
    """

    pair_chosen = Signal(object)
    place_chosen = Signal(int)
    copy_asked = Signal()
    copy_picture_asked = Signal()
    save_asked = Signal()
    shown_page = Signal(int)

    def __init__(self, ways: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Accuracy of the map"))
        self.accuracy: Accuracy | None = None
        self.why = QLabel(self)
        self.why.setWordWrap(True)
        self.why.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.why.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)  # names of files and classes are the user's own
        self.tabs = QTabWidget(self)
        self.tabs.addTab(self._matrix_page(ways), say("Confusion &matrix"))
        self.tabs.addTab(self._classes_page(), say("&Classes"))
        self.tabs.addTab(self._tested_page(), say("What is &tested"))
        self.tabs.currentChanged.connect(self.shown_page)
        found = QWidget(self)
        column = QVBoxLayout(found)
        column.addWidget(self.summary)
        column.addWidget(self.tabs, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.why)
        self._pages.addWidget(found)
        self.resize(880, 640)

    @property
    def kind(self) -> str:
        """What the cells of the matrix show, one of `matrix.KINDS`."""
        return str(self.numbers.currentData())

    def explain(self, text: str) -> None:
        """Says why there are no figures."""
        self.accuracy = None
        self.why.setText(text)
        self.matrix.show_accuracy(None, self.kind)
        self.bars.set_rows(())
        self.show_places("", (), -1)
        self._pages.setCurrentIndex(0)

    def show_accuracy(self, accuracy: Accuracy, measured_on: str, sentences: Sequence[str]) -> None:
        """Shows figures.

        Args:
            measured_on: what they were measured on, in words.
            sentences: what is tested and what is not.
        """
        self.accuracy = accuracy
        self.summary.setText(summary_of(accuracy, measured_on))
        self.matrix.show_accuracy(accuracy, self.kind)
        self._sort()
        self.sentences.setText("\n".join(sentences))
        self._pages.setCurrentIndex(1)

    def show_split(self, drawn: Drawn | None) -> None:
        """Shows where training and test pixels lie; None while that is not known."""
        picture = QPixmap()
        if drawn is not None:
            picture.loadFromData(drawn.png)
        self.split.show_picture(picture)

    def show_places(self, title: str, places: Sequence[str], current: int) -> None:
        """Lists the areas of the errors that are shown.

        Args:
            title: which errors, in words; empty for none.
            current: the place of the one that was gone to, -1 for none.
        """
        self.places_title.setText(title or say("Click a cell to see its pixels over the image."))
        with QSignalBlocker(self.places):
            if [self.places.item(n).text() for n in range(self.places.count())] != list(places):
                self.places.clear()
                self.places.addItems(list(places))
            self.places.setCurrentRow(current if current < len(places) else -1)

    # The pages

    def _matrix_page(self, ways: Sequence[QAction]) -> QWidget:
        page = QWidget(self)
        self.numbers = QComboBox(page)
        for name, (title, tip) in KINDS.items():
            self.numbers.addItem(title, name)
            self.numbers.setItemData(self.numbers.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.numbers.setAccessibleName(say("What the cells show"))
        self.numbers.currentIndexChanged.connect(self._show_numbers)
        shown = QLabel(say("&Show"), page)
        shown.setBuddy(self.numbers)
        top = QHBoxLayout()
        top.addWidget(shown)
        top.addWidget(self.numbers)
        top.addStretch(1)
        for text, tip, asked in (
            (say("Copy ta&ble"), say("The numbers that are shown, as spreadsheets take them"), self.copy_asked),
            (say("Copy &picture"), say("The matrix as a picture, to the clipboard"), self.copy_picture_asked),
            (say("&Save…"), say("The matrix as a picture (PNG, SVG, PDF) or as CSV"), self.save_asked),
        ):
            button = QPushButton(text, page)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(asked)
            top.addWidget(button)
        self.matrix = MatrixView(page)
        self.matrix.pair_chosen.connect(self.pair_chosen)
        self.cell = QLabel(page)
        self.cell.setWordWrap(True)
        self.cell.setTextFormat(Qt.TextFormat.PlainText)
        self.cell.setMinimumHeight(2 * self.fontMetrics().height() + 4)
        self.cell.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.matrix.told.connect(self.cell.setText)
        sides = QLabel(say("Rows: the reference. Columns: the map."), page)
        sides.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        left = QWidget(page)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(sides)
        column.addWidget(self.matrix, 1)
        column.addWidget(self.cell)
        split = QSplitter(Qt.Orientation.Horizontal, page)
        split.addWidget(left)
        split.addWidget(self._places_part(ways, page))
        split.setStretchFactor(0, 1)
        split.setChildrenCollapsible(False)
        split.setSizes([620, 220])
        whole = QVBoxLayout(page)
        whole.addLayout(top)
        whole.addWidget(split, 1)
        return page

    def _places_part(self, ways: Sequence[QAction], page: QWidget) -> QWidget:
        part = QWidget(page)
        self.places_title = QLabel(part)
        self.places_title.setWordWrap(True)
        self.places_title.setTextFormat(Qt.TextFormat.PlainText)
        self.places = QListWidget(part)
        self.places.setAccessibleName(say("Areas of these errors, the largest first"))
        self.places.setUniformItemSizes(True)
        self.places.currentRowChanged.connect(self._go_to)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for action in ways:
            buttons.addWidget(tool_button(action, part))
        column = QVBoxLayout(part)
        column.setContentsMargins(6, 0, 0, 0)
        column.addWidget(self.places_title)
        column.addWidget(self.places, 1)
        column.addLayout(buttons)
        return part

    def _classes_page(self) -> QWidget:
        page = QWidget(self)
        self.order = QComboBox(page)
        self.order.addItem(say("As in the list of classes"), IN_ORDER)
        self.order.addItem(say("Lowest F1 first"), LOWEST_FIRST)
        self.order.setAccessibleName(say("Order of the classes"))
        self.order.currentIndexChanged.connect(self._sort)
        label = QLabel(say("&Order"), page)
        label.setBuddy(self.order)
        top = QGridLayout()
        top.addWidget(label, 0, 0)
        top.addWidget(self.order, 0, 1)
        top.setColumnStretch(2, 1)
        for place, (title, tip, color) in enumerate(BARS):
            key = QLabel(page)
            key.setTextFormat(Qt.TextFormat.RichText)
            key.setText('<span style="color: rgb({}, {}, {})">■</span> {}'.format(*color, title))
            key.setToolTip(tip)
            top.addWidget(key, 0, 3 + place)
        self.bars = ClassBars(page)
        area = QScrollArea(page)
        area.setWidget(self.bars)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName(say("Accuracy by class"))
        note = QLabel(
            say("Lines: 95 % intervals by the number of pixels. Neighbours are alike, so the truth is less sure."),
            page,
        )
        note.setWordWrap(True)
        note.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        column = QVBoxLayout(page)
        column.addLayout(top)
        column.addWidget(area, 1)
        column.addWidget(note)
        return page

    def _tested_page(self) -> QWidget:
        page = QWidget(self)
        self.sentences = QLabel(page)
        self.sentences.setWordWrap(True)
        self.sentences.setTextFormat(Qt.TextFormat.PlainText)
        key = QHBoxLayout()
        for info in STATES:
            label = QLabel(page)
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setText('<span style="color: rgb({}, {}, {})">■</span> {}'.format(*info.color, info.name))
            key.addWidget(label)
        key.addStretch(1)
        self.split = _Picture(page)
        column = QVBoxLayout(page)
        column.addWidget(self.sentences)
        column.addLayout(key)
        column.addWidget(self.split, 1)
        return page

    # What the user does

    def _show_numbers(self) -> None:
        self.matrix.show_accuracy(self.accuracy, self.kind)

    def _sort(self) -> None:
        self.bars.set_rows(() if self.accuracy is None else rows_of(self.accuracy, str(self.order.currentData())))

    def _go_to(self, place: int) -> None:
        if place >= 0:
            self.place_chosen.emit(place)


class _Picture(QLabel):
    """A picture as large as there is room, in whole steps where it is magnified."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture = QPixmap()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setAccessibleName(say("Where training and test pixels lie"))

    def show_picture(self, picture: QPixmap) -> None:
        self._picture = picture
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._picture.isNull():
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        room = self.size() * ratio
        larger = room.width() >= self._picture.width() and room.height() >= self._picture.height()
        how = Qt.TransformationMode.FastTransformation if larger else Qt.TransformationMode.SmoothTransformation
        fitted = self._picture.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, how)
        fitted.setDevicePixelRatio(ratio)
        self.setPixmap(fitted)


def summary_of(accuracy: Accuracy, measured_on: str) -> str:
    """The figures of the whole map with their intervals, and what they are measured on."""
    whole = wilson(sum(accuracy.right), accuracy.n_test)
    bounds = kappa_interval(accuracy.matrix, accuracy.kappa)
    kappa = say("n/a")
    if not math.isnan(accuracy.kappa):
        kappa = say("{kappa:.3f}", kappa=accuracy.kappa)
        if bounds.known:
            kappa = say("{kappa} ({low:.3f}–{high:.3f})", kappa=kappa, low=bounds.low, high=bounds.high)
    return say(
        "Overall accuracy {oa} %, average accuracy {aa} %, kappa {kappa}: {count:,} test pixels of {name}.",
        oa=figure_in_words(accuracy.oa, whole),
        aa=say("n/a") if math.isnan(accuracy.aa) else say("{aa:.1f}", aa=100 * accuracy.aa),
        kappa=kappa, count=accuracy.n_test, name=measured_on,
    )  # fmt: skip
