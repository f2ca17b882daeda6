"""Choosing spectra to compare with: those that were kept, means of classes, and those of a library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from hsigui.analysis.layer import Target
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.labels.classes import Color
from hsigui.labels.label_map import TRAINING
from hsigui.texts import say
from hsigui.ui.layers.making import Mean

Chosen = Sequence[tuple[SpectralLibrary, int]]  # libraries, and places in them
MOST_AT_HAND = 40  # of the spectra that are chosen in the window of libraries
PATCH = 14  # logical pixels


@dataclass(frozen=True, eq=False)
class Offer:
    """A spectrum that can be chosen."""

    text: str
    color: Color | None
    spectrum: Target | Mean


class SpectraChooser(QWidget):
    """A list with boxes to be checked.

    Args:
        chosen: spectra of libraries that are at hand, each with its place in its library.

    Signals:
        changed(): others are chosen.
        library_asked(): the user wants to choose a file.
    """

    changed = Signal()
    library_asked = Signal()

    def __init__(self, scene: Scene, parent: QWidget | None = None, chosen: Chosen = ()) -> None:
        super().__init__(parent)
        self._offers: list[Offer] = []
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Spectra to compare with"))
        self.more = QPushButton(say("From a library…"), self)
        self.more.setToolTip(say("Spectra of a spectral library: a file, in any format that is read"))
        self.more.clicked.connect(self.library_asked)
        self.hint = QLabel(say("Keep spectra by Shift and a click in the scene, or label pixels of a class."), self)
        self.hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self.hint, self.list, self.more):
            column.addWidget(widget)
        for offer in [*offers_of(scene), *at_hand(chosen)]:
            self._add(offer, checked=False)
        if self._offers:
            self.list.item(0).setCheckState(Qt.CheckState.Checked)
        self.hint.setVisible(not self._offers)
        self.list.setVisible(bool(self._offers))
        self.list.itemChanged.connect(self._changed)

    @property
    def chosen(self) -> list[Target | Mean]:
        """Those that are checked, in the order of the list."""
        rows = range(self.list.count())
        return [self._offers[n].spectrum for n in rows if self.list.item(n).checkState() == Qt.CheckState.Checked]

    def add_library(self, library: SpectralLibrary) -> None:
        """Offers the spectra of a library; a single one is checked at once."""
        for target in targets_of(library):
            self._add(Offer(f"{target.name}  ({library.path.name})", None, target), checked=len(library) == 1)
        self.hint.hide()
        self.list.show()
        self.list.scrollToBottom()
        self.changed.emit()

    def _add(self, offer: Offer, *, checked: bool) -> None:
        item = QListWidgetItem(offer.text)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
        if offer.color is not None:
            patch = QPixmap(PATCH, PATCH)
            patch.fill(QColor(*offer.color))
            item.setIcon(QIcon(patch))
        self._offers.append(offer)
        self.list.addItem(item)

    def _changed(self, _item: QListWidgetItem) -> None:
        self.changed.emit()


def offers_of(scene: Scene) -> list[Offer]:
    """The kept spectra of a scene, and the means of its classes that have labels."""
    found = [
        Offer(kept.label, kept.color, _kept(kept)) for kept in scene.spectra if len(kept.values) == scene.cube.bands
    ]
    labels = scene.labels.layer(TRAINING)
    for info in scene.classes:
        if info.number in scene.labels.numbers(TRAINING):
            text = say("mean of {name}", name=info.name)
            found.append(Offer(text, info.color, Mean(text, np.asarray(labels == info.number), info.color)))
    return found


def at_hand(chosen: Chosen) -> list[Offer]:
    """The spectra that are chosen in the window of libraries."""
    return [
        Offer(f"{target.name}  ({library.path.name})", None, target)
        for library, place in chosen[:MOST_AT_HAND]
        for target in targets_of(library.taken([place]))
    ]


def _kept(spectrum: Spectrum) -> Target:
    values = tuple(spectrum.values.astype(float).tolist())
    return Target(spectrum.label, values, (), spectrum.pixel, spectrum.color)


def targets_of(library: SpectralLibrary) -> list[Target]:
    """The spectra of a library; bands that it marks as bad have no value."""
    values = library.good_values.astype(float)
    waves = () if library.wavelengths is None else tuple(map(float, library.wavelengths))
    return [Target(name, tuple(row.tolist()), waves) for name, row in zip(library.names, values, strict=True)]
