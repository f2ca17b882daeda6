"""The spectra that stand for classes, as a table: which are used, of which class each is, and how far it reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QTreeWidget, QTreeWidgetItem, QWidget

from hsigui.analysis.layer import Target
from hsigui.analysis.references import Matching, Reference
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.scene import Scene
from hsigui.labels.classes import Color
from hsigui.labels.label_map import TRAINING
from hsigui.texts import say

NAME, CLASS, REACH, SOURCE = range(4)  # columns
PATCH = 12  # logical pixels
OWN = ""  # the grouping in which each spectrum is a class by itself
Checked = Qt.CheckState


@dataclass(frozen=True, eq=False)
class Row:
    """A spectrum that can be used.

    Attributes:
        reference: the spectrum and its class; of the mean of a class's labels it has no values yet.
        labels: number of the class whose labels it is the mean of; 0 for others.
        about: what its library says of it, by titles.
    """

    reference: Reference
    color: Color | None = None
    labels: int = 0
    about: Mapping[str, str] | None = None


def rows_of_scene(scene: Scene) -> list[Row]:
    """The kept spectra of a scene, and the means of its classes that have labels."""
    found = []
    for kept in scene.spectra:
        if len(kept.values) == scene.cube.bands:
            target = Target(kept.label, tuple(kept.values.astype(float).tolist()))
            found.append(Row(Reference(target, kept.label, place=kept.pixel), kept.color))
    for info in scene.classes:
        if info.number in scene.labels.numbers(TRAINING):
            target = Target(say("mean of {name}", name=info.name), ())
            found.append(Row(Reference(target, info.name, of_labels=True), info.color, info.number))
    return found


def rows_of_library(library: SpectralLibrary) -> list[Row]:
    """The spectra of a library, each a class by itself."""
    waves = () if library.wavelengths is None else tuple(map(float, library.wavelengths))
    source = str(library.path.expanduser().resolve())
    return [
        Row(Reference(Target(name, tuple(values.tolist()), waves), name, source), about=library.about(place))
        for place, (name, values) in enumerate(zip(library.names, library.good_values.astype(float), strict=True))
    ]


def rows_of_matching(matching: Matching) -> list[Row]:
    """The spectra of a map that was made before."""
    return [Row(each) for each in matching.references if not each.of_labels]


class _NotTyped(QStyledItemDelegate):
    """Of a column whose texts are not typed."""

    def createEditor(self, *_arguments: object) -> QWidget | None:  # type: ignore[override]
        return None


class SpectraTable(QTreeWidget):
    """Boxes to be checked; class and reach can be typed.

    Signals:
        changed(): other spectra are used, or otherwise.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Row] = []
        self.setAccessibleName(say("Spectra that stand for classes"))
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setHeaderLabels([say("Spectrum"), say("Class"), say("Own threshold"), say("From")])
        head = self.headerItem()
        head.setToolTip(CLASS, say("Spectra of one class stand for it together: the nearest counts"))
        head.setToolTip(REACH, say("Of this class, in place of the one below; empty for that"))
        for column in (NAME, CLASS):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.header().setStretchLastSection(False)
        self.itemChanged.connect(self._edited)
        fixed = _NotTyped(self)
        for column in (NAME, SOURCE):
            self.setItemDelegateForColumn(column, fixed)
        self.setEditTriggers(QTreeWidget.EditTrigger.DoubleClicked | QTreeWidget.EditTrigger.EditKeyPressed)

    def add(self, rows: Iterable[Row], *, checked: bool) -> None:
        """Offers more spectra; those that are there already stay as they are."""
        known = {(row.reference.target.name, row.reference.source, row.labels, row.reference.place)
                 for row in self._rows}  # fmt: skip
        with QSignalBlocker(self):
            for row in rows:
                at = (row.reference.target.name, row.reference.source, row.labels, row.reference.place)
                if at not in known:
                    self._add(row, checked=checked)
        self.changed.emit()

    @property
    def columns(self) -> list[str]:
        """Titles under which libraries say something of their spectra."""
        return list(dict.fromkeys(title for row in self._rows for title in row.about or ()))

    @property
    def used(self) -> list[Row]:
        """The spectra that are checked, each with its class."""
        return [
            replace(row, reference=replace(row.reference, group=item.text(CLASS).strip() or row.reference.target.name))
            for row, item in zip(self._rows, self._items(), strict=True)
            if item.checkState(NAME) == Checked.Checked
        ]

    @property
    def reaches(self) -> dict[str, float]:
        """The thresholds of single classes, by their names."""
        found = {}
        for item in self._items():
            value = number_of(item.text(REACH))
            if value is not None and item.checkState(NAME) == Checked.Checked:
                found[item.text(CLASS).strip()] = value
        return found

    def group_by(self, title: str) -> None:
        """Names the classes of the libraries' spectra by what stands under a title; by their own names for OWN."""
        with QSignalBlocker(self):
            for row, item in zip(self._rows, self._items(), strict=True):
                if row.about is not None:
                    item.setText(CLASS, (row.about.get(title) or row.reference.target.name).strip())
        self.changed.emit()

    def take(self, matching: Matching) -> None:
        """Checks the spectra of a map that was made before, and no others."""
        self.add(rows_of_matching(matching), checked=True)
        wanted = {(each.target.name, each.source, each.place): each for each in matching.references}
        means = {each.group for each in matching.references if each.of_labels}
        with QSignalBlocker(self):
            for row, item in zip(self._rows, self._items(), strict=True):
                own = row.reference
                found = wanted.get((own.target.name, own.source, own.place))
                used = own.group in means if row.labels else found is not None
                item.setCheckState(NAME, Checked.Checked if used else Checked.Unchecked)
                if found is not None:
                    item.setText(CLASS, found.group)
                if item.text(CLASS) in matching.thresholds and used:
                    item.setText(REACH, f"{matching.thresholds[item.text(CLASS)]:g}")
        self.changed.emit()

    def check_all(self, *, on: bool) -> None:
        """Checks all that are seen, or none of them."""
        with QSignalBlocker(self):
            for item in self._items():
                if not item.isHidden():
                    item.setCheckState(NAME, Checked.Checked if on else Checked.Unchecked)
        self.viewport().update()
        self.changed.emit()

    def show_only(self, text: str) -> None:
        """Hides those in whose name, class, source or description the words do not occur; what is checked stays so."""
        words = text.casefold().split()
        for row, item in zip(self._rows, self._items(), strict=True):
            told = " ".join([*(item.text(c) for c in (NAME, CLASS, SOURCE)), *(row.about or {}).values()]).casefold()
            item.setHidden(not all(word in told for word in words))

    def _items(self) -> Iterator[QTreeWidgetItem]:
        for number in range(self.topLevelItemCount()):
            item = self.topLevelItem(number)
            assert item is not None
            yield item

    def _add(self, row: Row, *, checked: bool) -> None:
        own = row.reference
        source = Path(own.source).name if own.source else say("labels") if row.labels else say("scene")
        item = QTreeWidgetItem([own.target.name, own.group, "", source])
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable)
        item.setCheckState(NAME, Checked.Checked if checked else Checked.Unchecked)
        about = "\n".join(f"{title}: {text}" for title, text in (row.about or {}).items())
        item.setToolTip(NAME, about or own.target.name)
        item.setToolTip(SOURCE, own.source or source)
        if row.color is not None:
            patch = QPixmap(PATCH, PATCH)
            patch.fill(QColor(*row.color))
            item.setIcon(NAME, QIcon(patch))
        self._rows.append(row)
        self.addTopLevelItem(item)

    def _edited(self, item: QTreeWidgetItem, column: int) -> None:
        """A reach is that of the class: its other spectra show the same."""
        if column == REACH:
            value = number_of(item.text(REACH))
            with QSignalBlocker(self):
                for other in self._items():
                    if other.text(CLASS) == item.text(CLASS):
                        other.setText(REACH, "" if value is None else f"{value:g}")
        self.changed.emit()


def number_of(text: str) -> float | None:
    """A threshold as it is typed; None for none, or where it is no number of 0 or more."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 <= value < float("inf") else None
