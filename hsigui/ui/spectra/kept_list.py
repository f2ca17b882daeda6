"""The kept spectra as a list with folders: shown or hidden, renamed, recoloured, grouped, scaled, taken away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QInputDialog,
    QLabel,
    QMenu,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.document.values import Spectrum
from hsigui.labels.classes import Color
from hsigui.texts import say

PATCH = 12  # logical pixels
_NUMBER = Qt.ItemDataRole.UserRole
_MOST, _LEAST = 1e9, -1e9  # of a factor
AskColor = Callable[[Color, str], Color | None]


class KeptList(QWidget):
    """The list.

    Signals:
        edited(list of Spectrum): they are to be in the place of those that were kept.
        chosen(list of int): the places of those that are selected, from the oldest.
        ask_color: asks for a colour (set by the window).
    """

    edited = Signal(object)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._spectra: list[Spectrum] = []
        self._filling = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._read)
        self.ask_color: AskColor = lambda _present, _name: None
        self.tree = QTreeWidget(self)
        self.tree.setAccessibleName(say("Kept spectra"))
        self.tree.setHeaderLabels([say("Kept spectra"), say("×")])
        self.tree.headerItem().setToolTip(1, say("What the values were multiplied by"))
        self.tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.tree.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.tree.header().setStretchLastSection(False)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.tree.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.tree.customContextMenuRequested.connect(self._open_menu)
        self.tree.itemChanged.connect(self._item_changed)
        self.tree.itemSelectionChanged.connect(self._tell_chosen)
        self.hint = QLabel(say("Shift+click in the image keeps a spectrum."), self)
        self.hint.setWordWrap(True)
        self.tree.setIndentation(14)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.tree, 1)
        column.addWidget(self.hint)
        gone = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.tree, self.remove)
        gone.setContext(Qt.ShortcutContext.WidgetShortcut)

    def show_spectra(self, spectra: Sequence[Spectrum]) -> None:
        """Lists the spectra, those of a group below its name."""
        selected = {id(self._spectra[n]) for n in self.numbers() if n < len(self._spectra)}
        self._spectra = list(spectra)
        self._filling = True
        self.tree.clear()
        folders: dict[str, QTreeWidgetItem] = {}
        for number, spectrum in enumerate(self._spectra):
            parent = self.tree.invisibleRootItem()
            if spectrum.group:
                parent = folders.get(spectrum.group) or self._folder(spectrum.group, folders)
            item = self._item(number, spectrum)
            parent.addChild(item)
            item.setSelected(id(spectrum) in selected)
        self.tree.expandAll()
        self.tree.setColumnHidden(1, all(spectrum.factor == 1.0 for spectrum in self._spectra))
        self.hint.setVisible(not self._spectra)
        self._filling = False

    def numbers(self) -> list[int]:
        """The places of those that are selected; a folder stands for all in it."""
        found: set[int] = set()
        for item in self.tree.selectedItems():
            found |= {int(leaf.data(0, _NUMBER)) for leaf in _inside(item)}
        return sorted(found)

    # What is done to them

    def remove(self) -> None:
        """Takes the selected ones away."""
        gone = set(self.numbers())
        if gone:
            self.edited.emit([one for n, one in enumerate(self._spectra) if n not in gone])

    def rename(self) -> None:
        """Opens the name of the current one, or of its folder, to be written anew."""
        item = self.tree.currentItem()
        if item is not None:
            self.tree.editItem(item, 0)

    def recolor(self) -> None:
        """Asks for one colour for the selected ones."""
        numbers = self.numbers()
        if numbers:
            first = self._spectra[numbers[0]]
            color = self.ask_color(first.color, first.label)
            if color is not None:
                self._change(numbers, lambda one: replace(one, color=color))

    def group(self) -> None:
        """Asks into which folder the selected ones go; none takes them out of theirs."""
        numbers = self.numbers()
        if not numbers:
            return
        names = ["", *dict.fromkeys(one.group for one in self._spectra if one.group)]
        now = self._spectra[numbers[0]].group
        name, agreed = QInputDialog.getItem(
            self, say("Group"), say("Folder (empty for none):"), names, names.index(now), True
        )
        if agreed:
            self.put_into(" ".join(name.split()), numbers)

    def put_into(self, group: str, numbers: Sequence[int]) -> None:
        """Puts some into a folder; an empty name is none."""
        self._change(numbers, lambda one: replace(one, group=group))

    def ask_factor(self) -> None:
        """Asks by what the values of the selected ones are multiplied, as they came."""
        numbers = self.numbers()
        if not numbers:
            return
        now = self._spectra[numbers[0]].factor
        factor, agreed = QInputDialog.getDouble(
            self, say("Factor"), say("Multiply the values as they came by:"), now, _LEAST, _MOST, 8
        )
        if agreed:
            self.scale(factor, numbers)

    def scale(self, factor: float, numbers: Sequence[int]) -> None:
        """Multiplies the values of some, as they came, by a factor; 0 is none."""
        if factor:
            self._change(numbers, lambda one: one.with_factor(factor))

    def ask_note(self) -> None:
        """Asks for another note for the selected ones."""
        numbers = self.numbers()
        if not numbers:
            return
        text, agreed = QInputDialog.getText(self, say("Note"), say("Note:"), text=self._spectra[numbers[0]].note)
        if agreed:
            self._change(numbers, lambda one: replace(one, note=text.strip()))

    def _change(self, numbers: Sequence[int], change: Callable[[Spectrum], Spectrum]) -> None:
        wanted = set(numbers)
        self.edited.emit([change(one) if n in wanted else one for n, one in enumerate(self._spectra)])

    # Inner doings

    def _folder(self, name: str, folders: dict[str, QTreeWidgetItem]) -> QTreeWidgetItem:
        item = QTreeWidgetItem(self.tree, [name])
        item.setFlags(
            item.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsAutoTristate | Qt.ItemFlag.ItemIsEditable
        )
        folders[name] = item
        return item

    def _item(self, number: int, spectrum: Spectrum) -> QTreeWidgetItem:
        factor = "" if spectrum.factor == 1.0 else say("{factor:.4g}", factor=spectrum.factor)
        item = QTreeWidgetItem([spectrum.label, factor])
        item.setData(0, _NUMBER, number)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable)
        item.setCheckState(0, Qt.CheckState.Checked if spectrum.shown else Qt.CheckState.Unchecked)
        patch = QPixmap(PATCH, PATCH)
        patch.fill(QColor(*spectrum.color))
        item.setIcon(0, QIcon(patch))
        said = [say("{number}: {label}", number=number + 1, label=spectrum.label), spectrum.note]
        item.setToolTip(0, "\n".join(text for text in said if text))
        return item

    def _item_changed(self, _item: QTreeWidgetItem, column: int) -> None:
        """A box was checked or a name written. All of them are read soon: a folder's box changes those in it, one by
        one, and the list must not be made anew while one of its items tells of a change."""
        if not self._filling and column == 0:
            self._soon.start()

    def _read(self) -> None:
        """Tells what the list says of the spectra, where that is something else than they say themselves."""
        made = list(self._spectra)
        for item in self._leaves():
            number = int(item.data(0, _NUMBER))
            parent = item.parent()
            made[number] = replace(
                made[number], label=item.text(0).strip() or made[number].label,
                shown=item.checkState(0) == Qt.CheckState.Checked,
                group=made[number].group if parent is None else parent.text(0).strip(),
            )  # fmt: skip
        said = [[(one.label, one.shown, one.group) for one in spectra] for spectra in (made, self._spectra)]
        if said[0] != said[1]:
            self.edited.emit(made)

    def _leaves(self) -> list[QTreeWidgetItem]:
        root = self.tree.invisibleRootItem()
        return [leaf for n in range(root.childCount()) for leaf in _inside(root.child(n))]

    def _tell_chosen(self) -> None:
        if not self._filling:
            self.chosen.emit(self.numbers())

    def _open_menu(self, at: QPoint) -> None:
        if not self.numbers():
            return
        menu = QMenu(self)
        for text, slot in (
            (say("Rename"), self.rename), (say("Colour…"), self.recolor), (say("Group…"), self.group),
            (say("Factor…"), self.ask_factor), (say("Note…"), self.ask_note), (say("Remove"), self.remove),
        ):  # fmt: skip
            menu.addAction(text, slot)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.tree.viewport().mapToGlobal(at))


def _inside(item: QTreeWidgetItem | None) -> list[QTreeWidgetItem]:
    """The spectra of a folder; of a spectrum, itself."""
    if item is None:
        return []
    if item.data(0, _NUMBER) is not None:
        return [item]
    return [leaf for n in range(item.childCount()) for leaf in _inside(item.child(n))]
