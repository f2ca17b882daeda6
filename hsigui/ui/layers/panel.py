"""The list of derived layers, and below it how the chosen one is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.looks import Ends, Look
from hsigui.cube.color_maps import COLOR_MAPS
from hsigui.labels.classes import Color
from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.busy_row import BusyRow
from hsigui.ui.desk.channels import CHANNEL_TITLES, COLOR_MAP_TITLES
from hsigui.ui.desk.flat_buttons import more_button, picture_button
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.desk.setting_editors import Decimal
from hsigui.ui.desk.to_front import bring_to_front
from hsigui.ui.layers.legend import LegendLines

SIDE = 36  # logical pixels of a small picture
FAR = 1e12  # larger numbers are no values that anybody types


@dataclass(frozen=True, eq=False)
class Entry:
    """A line of the list.

    Attributes:
        picture: small, rows x cols x 4 uint8; None where the layer is not made.
        faded: it is not what the scene would give now, or is not there yet.
        shown: it is seen in the image.
    """

    number: int
    name: str
    tip: str
    picture: NDArray[np.uint8] | None = None
    faded: bool = False
    shown: bool = False


@dataclass(frozen=True, eq=False)
class Chosen:
    """What is shown of the chosen layer.

    Attributes:
        state: how things stand with it, in words.
        names: of its measurements; empty for classes, and before it is made.
        ends: of its colours.
        legend: of classes.
    """

    state: str
    names: tuple[str, ...] = ()
    look: Look = field(default_factory=Look)
    ends: Ends = (0.0, 1.0)
    legend: tuple[tuple[str, Color], ...] = ()


class LayersPanel(QWidget):
    """Lists layers; the buttons are those of actions.

    Signals:
        chosen(number): of a layer; 0 for none.
        show_asked(number): a double click, or Enter.
        renamed(number, name).
        look_changed(look): of the chosen layer, a Look.
        cancel_asked(): what is being made is not wanted any more.
    """

    chosen = Signal(int)
    show_asked = Signal(int)
    renamed = Signal(int, str)
    look_changed = Signal(object)
    cancel_asked = Signal()

    def __init__(
        self, buttons: Sequence[QAction], channels: Sequence[QAction], below: Sequence[QAction], menu: QMenu,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._look, self._menu, self._quiet = Look(), menu, False
        self.busy = BusyRow(say("Progress of the layer"), say("Do not make the layer"), self)
        self.busy.cancel_asked.connect(self.cancel_asked)
        column = QVBoxLayout(self)
        margins = column.contentsMargins()
        column.setContentsMargins(margins.left(), 4, margins.right(), 4)
        column.setSpacing(4)
        column.addLayout(self._build_buttons(buttons))
        column.addWidget(self._build_list(), 1)
        column.addWidget(self.busy)
        column.addWidget(self._build_details(channels, below))
        self.hint = QLabel(
            say(
                "No layers yet. A new one is computed from the bands: an index such as NDVI, components, clusters, the "
                "likeness to a spectrum."
            ),
            self,
        )
        self.hint.setWordWrap(True)
        column.insertWidget(1, self.hint)
        self.show_entries((), 0)
        self.setEnabled(False)

    # What is shown

    def show_entries(self, entries: Sequence[Entry], current: int) -> None:
        """Lists layers; `current` is the number of the chosen one, 0 for none."""
        with QSignalBlocker(self.list):
            self.list.clear()
            for entry in entries:
                item = QListWidgetItem(entry.name)
                item.setData(Qt.ItemDataRole.UserRole, entry.number)
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                item.setIcon(icon("renew") if entry.picture is None else _icon(entry.picture, self.devicePixelRatioF()))
                item.setToolTip(entry.tip)
                font = item.font()
                font.setItalic(entry.faded)
                font.setBold(entry.shown)
                item.setFont(font)
                self.list.addItem(item)
                if entry.number == current:
                    self.list.setCurrentItem(item)
        self.hint.setVisible(not entries)
        self.list.setVisible(bool(entries))

    def show_chosen(self, chosen: Chosen | None) -> None:
        """Shows how the chosen layer is looked at; None for none."""
        self.details.setVisible(chosen is not None)
        if chosen is None:
            return
        self._look = chosen.look
        self.state.setText(chosen.state)
        measured = bool(chosen.names)
        self._quiet = True
        try:
            self.measure.clear()
            self.measure.addItems(list(chosen.names))
            self.measure.setCurrentIndex(chosen.look.measure)
            self.colors.setCurrentIndex(COLOR_MAPS.index(chosen.look.colors))
            for box, end in zip((self.low, self.high), chosen.ends, strict=True):
                box.setValue(float(f"{end:.5g}"))
        finally:
            self._quiet = False
        self._form.setRowVisible(self.measure, len(chosen.names) > 1)
        self._form.setRowVisible(self.colors, measured)
        self._form.setRowVisible(self._ends, measured)
        self._form.setRowVisible(self._channels, measured)
        self.rgb.setEnabled(len(chosen.names) > 1)
        self.threshold.setVisible(measured)
        self.labels.setVisible(bool(chosen.legend))
        self.usual.setEnabled(chosen.look.low is not None or chosen.look.high is not None)
        self.legend.show_lines(chosen.legend)

    def set_pixel(self, text: str) -> None:
        """The value of the pixel under the cursor."""
        self.pixel.setText(text)

    def bring_to_front(self) -> None:
        """Shows the panel, also where it is closed or stands behind another."""
        bring_to_front(self)

    def edit_name(self) -> None:
        """Lets the user write another name of the chosen layer."""
        item = self.list.currentItem()
        if item is not None:
            self.bring_to_front()
            self.list.setFocus()
            self.list.editItem(item)

    # Building

    def _build_buttons(self, actions: Sequence[QAction]) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        first, *others = actions
        self.new = QPushButton(icon("add"), say("New layer…"), self)
        self.new.setToolTip(first.toolTip())
        self.new.clicked.connect(first.trigger)
        row.addWidget(self.new)
        row.addStretch(1)
        for action in others:
            button = tool_button(action, self)
            button.setAccessibleName(action.toolTip())
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            row.addWidget(button)
        row.addWidget(more_button(self, say("More that can be done with the chosen layer"), self._menu))
        return row

    def _build_list(self) -> QWidget:
        self.list = QListWidget(self)
        self.list.setIconSize(QSize(SIDE, SIDE))
        self.list.setMinimumHeight(SIDE + 24)
        self.list.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)  # what is left, not more
        self.list.setAccessibleName(say("Derived layers"))
        self.list.setToolTip(say("Double click or Enter shows a layer in the image; F2 renames it"))
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.list.currentItemChanged.connect(self._picked)
        self.list.itemActivated.connect(self._activated)
        self.list.itemChanged.connect(self._edited)
        return self.list

    def _build_details(self, channels: Sequence[QAction], below: Sequence[QAction]) -> QWidget:
        self.details = QWidget(self)
        self.state, self.pixel = QLabel(self.details), QLabel("–", self.details)
        self.state.setWordWrap(True)
        self.pixel.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.pixel.setToolTip(say("Value of the pixel under the cursor"))
        self.pixel.setAccessibleName(say("Value under the cursor"))
        self.measure, self.colors = QComboBox(self.details), QComboBox(self.details)
        self.measure.setMinimumContentsLength(8)
        self.measure.setAccessibleName(say("Measurement of the layer"))
        self.measure.setToolTip(say("Which of the layer's measurements is shown"))
        self.measure.currentIndexChanged.connect(self._measure_chosen)
        for name in COLOR_MAPS:
            self.colors.addItem(COLOR_MAP_TITLES[name], name)
        self.colors.setAccessibleName(say("Colours of the layer"))
        self.colors.setToolTip(say("Colours from the lower value to the upper one"))
        self.colors.currentIndexChanged.connect(self._colors_chosen)
        form = self._form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(4)
        form.addRow(say("Measurement"), self.measure)
        form.addRow(say("Colours"), self.colors)
        form.addRow(say("From – to"), self._build_ends())
        form.addRow(say("Use as"), self._build_channels(channels))
        self.legend = LegendLines(self.details)
        column = QVBoxLayout(self.details)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        told = QHBoxLayout()
        told.addWidget(self.state, 1)
        told.addWidget(self.pixel)
        column.addLayout(told)
        column.addLayout(form)
        column.addWidget(self.legend)
        row = QHBoxLayout()
        self.threshold, self.labels = (_text_button(action, self.details) for action in below)
        row.addWidget(self.threshold, 1)
        row.addWidget(self.labels, 1)
        column.addLayout(row)
        return self.details

    def _build_ends(self) -> QWidget:
        self._ends = QWidget(self.details)
        row = QHBoxLayout(self._ends)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.low, self.high = Decimal(self._ends), Decimal(self._ends)
        for box, name in ((self.low, say("Value of the first colour")), (self.high, say("Value of the last colour"))):
            box.setDecimals(12)
            box.setRange(-FAR, FAR)
            box.setButtonSymbols(Decimal.ButtonSymbols.NoButtons)
            box.setKeyboardTracking(False)
            box.setMinimumWidth(48)
            box.setAccessibleName(name)
            box.setToolTip(name)
            box.valueChanged.connect(self._ends_changed)
            row.addWidget(box, 1)
        tip = say("The values that most pixels lie between (2 to 98 %)")
        self.usual = picture_button(self._ends, "undo", tip, say("Usual values"))
        self.usual.clicked.connect(self._usual_asked)
        row.addWidget(self.usual)
        return self._ends

    def _build_channels(self, actions: Sequence[QAction]) -> QWidget:
        self._channels = QWidget(self.details)
        row = QHBoxLayout(self._channels)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for action, text in zip(actions, (*CHANNEL_TITLES.values(), say("RGB")), strict=True):
            self.rgb = _text_button(action, self._channels, text)
            row.addWidget(self.rgb, 1)
        return self._channels

    # By hand

    def _show_menu(self, at: QPoint) -> None:
        self._menu.popup(self.list.viewport().mapToGlobal(at))

    def _picked(self, item: QListWidgetItem | None) -> None:
        self.chosen.emit(0 if item is None else item.data(Qt.ItemDataRole.UserRole))

    def _activated(self, item: QListWidgetItem) -> None:
        self.show_asked.emit(item.data(Qt.ItemDataRole.UserRole))

    def _edited(self, item: QListWidgetItem) -> None:
        # Later: the list is filled anew then, and the field that was typed into is not closed yet.
        tell = partial(self.renamed.emit, item.data(Qt.ItemDataRole.UserRole), item.text().strip())
        QTimer.singleShot(0, self, tell)

    def _measure_chosen(self, place: int) -> None:
        if not self._quiet:
            self.look_changed.emit(replace(self._look, measure=place, low=None, high=None))

    def _colors_chosen(self, place: int) -> None:
        if not self._quiet:
            self.look_changed.emit(replace(self._look, colors=self.colors.itemData(place)))

    def _ends_changed(self, _value: float) -> None:
        if not self._quiet:
            self.look_changed.emit(replace(self._look, low=self.low.value(), high=self.high.value()))

    def _usual_asked(self) -> None:
        self.look_changed.emit(replace(self._look, low=None, high=None))


def _text_button(action: QAction, parent: QWidget, text: str = "") -> QPushButton:
    """A button that does what an action does."""
    button = QPushButton(text or plain(action.text()), parent)
    button.setToolTip(action.toolTip())
    button.setMinimumWidth(1)
    button.clicked.connect(action.trigger)
    return button


def _icon(picture: NDArray[np.uint8], ratio: float) -> QIcon:
    """A small picture, rows x cols x 4, in the middle of a square."""
    rows, cols = picture.shape[:2]
    data = np.ascontiguousarray(picture)
    image = QImage(data.data, cols, rows, 4 * cols, QImage.Format.Format_RGBA8888).copy()
    side = round(SIDE * ratio)
    pixmap = QPixmap.fromImage(image.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatio))
    pixmap.setDevicePixelRatio(ratio)
    return QIcon(pixmap)
