"""Unmixing: which spectra a scene is mixed of, how the shares are found, and what is made of them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.settings import FCLS, LARGEST_SEED, MOST_ENDMEMBERS, NFINDR, NNLS, PPI, VCA
from hsigui.texts import say
from hsigui.ui.desk.number_box import NumberBox
from hsigui.ui.layers.unmix_table import MembersTable

FINDERS = (
    (NFINDR, say("N-FINDR"), say("The pixels that span the largest simplex (Winter 1999)")),
    (VCA, say("VCA"), say("Vertex component analysis (Nascimento & Bioucas Dias 2005); seeds differ")),
    (PPI, say("PPI"), say("The pixels that are outermost most often (Boardman, Kruse & Green 1995)")),
)
METHODS = (
    (FCLS, say("Sum is 1, none negative"), say("Shares of the whole pixel (fully constrained, FCLS)")),
    (NNLS, say("None negative"), say("The sum tells how bright a pixel is, as in shade (NNLS)")),
)


class UnmixDialog(QDialog):
    """Stays beside the window, which can be used meanwhile.

    Signals:
        kept_asked(), means_asked(), library_asked(): spectra are to be added: those that were kept, means of classes,
            those of a file.
        find_asked(), count_asked(): pure pixels are to be found, or how many there are.
        curves_asked(): the endmembers are to be kept in the plot of the spectra.
        changed(): something that the preview shows.
        make_asked(): the layers are to be made.
    """

    kept_asked, means_asked, library_asked = Signal(), Signal(), Signal()
    find_asked, count_asked, curves_asked = Signal(), Signal(), Signal()
    changed, make_asked = Signal(), Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Unmix {name}", name=name))
        self.table = MembersTable(self)
        self.hint = QLabel(
            say("Add the spectra of the pure surfaces of the scene, or have its purest pixels proposed."), self
        )
        self.hint.setWordWrap(True)
        self.told = QLabel(self)
        self.told.setWordWrap(True)
        self.told.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.addWidget(self.hint)
        column.addWidget(self.table, 1)
        column.addLayout(self._build_adding())
        column.addWidget(self._build_finding())
        column.addWidget(self._build_results())
        column.addWidget(self.told)
        column.addLayout(self._build_end())
        self.table.changed.connect(self._table_changed)
        self._table_changed()
        self.resize(620, 600)

    @property
    def finder(self) -> str:
        """How pure pixels are to be found."""
        return str(self.find_by.currentData())

    @property
    def method(self) -> str:
        """What shares may be."""
        return str(self.solve_by.currentData())

    def tell(self, text: str) -> None:
        """Says how things stand, below the rest."""
        self.told.setText(text)

    def set_busy(self, busy: bool) -> None:
        """Whether pure pixels are being looked for."""
        for button in (self.propose, self.how_many):
            button.setEnabled(not busy)

    # Building

    def _build_adding(self) -> QHBoxLayout:
        self.add_menu = QMenu(self)
        for text, signal in (
            (say("&Kept spectra"), self.kept_asked), (say("&Means of the classes"), self.means_asked),
            (say("From a &library…"), self.library_asked),
        ):  # fmt: skip
            self.add_menu.addAction(text).triggered.connect(signal)
        self.add = _button(self, say("&Add"), say("Add spectra to the table"))
        self.add.setMenu(self.add_menu)
        self.remove = _button(self, say("&Remove"), say("Take the chosen rows out of the table (Delete)"))
        self.remove.clicked.connect(self.table.remove_chosen)
        self.curves = _button(
            self, say("Keep in the p&lot"),
            say("Keep the spectra in the plot of the spectra; the image marks where those of pixels are"),
        )  # fmt: skip
        self.curves.clicked.connect(self.curves_asked)
        row = QHBoxLayout()
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addStretch(1)
        row.addWidget(self.curves)
        return row

    def _build_finding(self) -> QGroupBox:
        group = QGroupBox(say("Pure pixels of the scene"), self)
        self.find_by = _choice(group, FINDERS, say("How pure pixels are found"))
        self.count, self.seed = QSpinBox(group), QSpinBox(group)
        self.count.setRange(0, MOST_ENDMEMBERS)
        self.count.setSpecialValueText(say("as counted"))
        self.count.setAccessibleName(say("How many are found"))
        self.count.setToolTip(say("How many are found; 0 for as many as the lower of two counts of HySime"))
        self.count.setValue(4)
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setAccessibleName(say("Seed"))
        self.seed.setToolTip(say("Of the random directions; another seed can find others"))
        self.how_many = _button(group, say("&How many?"), say("Count the spectra that the noise lets one tell apart"))
        self.how_many.clicked.connect(self.count_asked)
        self.propose = _button(
            group, say("&Propose"), say("Find them, in the place of those that were proposed before and not changed")
        )
        self.propose.clicked.connect(self.find_asked)
        row = QHBoxLayout(group)
        row.addWidget(self.find_by)
        for text, field in ((say("N&umber"), self.count), (say("&Seed"), self.seed)):
            label = QLabel(text, group)
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field)
        row.addStretch(1)
        row.addWidget(self.how_many)
        row.addWidget(self.propose)
        return group

    def _build_results(self) -> QGroupBox:
        group = QGroupBox(say("Shares"), self)
        self.solve_by = _choice(group, METHODS, say("What shares may be"))
        self.solve_by.currentIndexChanged.connect(self.changed)
        self.shares = QCheckBox(say("Shares an&d residual"), group)
        self.shares.setToolTip(say("A layer with a measurement for each endmember, and what they leave unexplained"))
        self.shares.setChecked(True)
        self.classes = QCheckBox(say("Largest share, &from"), group)
        self.classes.setToolTip(say("A layer of classes: the endmember with the largest share of each pixel"))
        self.least = NumberBox(group)
        self.least.setRange(0.0, 1.0)
        self.least.setSingleStep(0.05)
        self.least.setValue(0.5)
        self.least.setAccessibleName(say("Least share of a class"))
        self.least.setToolTip(say("Below this share a pixel is unclassified"))
        self.least.setEnabled(False)
        self.classes.toggled.connect(self.least.setEnabled)
        for box in (self.shares, self.classes):
            box.toggled.connect(self._table_changed)
        row = QHBoxLayout(group)
        row.addWidget(self.solve_by)
        row.addStretch(1)
        for widget in (self.shares, self.classes, self.least):
            row.addWidget(widget)
        return group

    def _build_end(self) -> QHBoxLayout:
        self.preview = QCheckBox(say("Pre&view"), self)
        self.preview.setToolTip(say("Show the shares of what is seen of the scene, in the colours of the endmembers"))
        self.preview.toggled.connect(self.changed)
        self.make = _button(self, say("&Make"), say("Make the layers of the whole scene"))
        self.make.setDefault(True)
        self.make.clicked.connect(self.make_asked)
        close = _button(self, say("&Close"), say("Close; layers that are being made go on"))
        close.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.preview)
        row.addStretch(1)
        row.addWidget(self.make)
        row.addWidget(close)
        return row

    def _table_changed(self, _on: bool = False) -> None:
        used, members = self.table.used, self.table.members
        self.hint.setVisible(not members)
        self.remove.setEnabled(bool(members))
        self.curves.setEnabled(bool(used))
        self.preview.setEnabled(bool(used))
        self.make.setEnabled(bool(used) and (self.shares.isChecked() or self.classes.isChecked()))
        self.changed.emit()


def _button(parent: QWidget, text: str, tip: str) -> QPushButton:
    button = QPushButton(text, parent)
    button.setToolTip(tip)
    button.setAutoDefault(False)
    return button


def _choice(parent: QWidget, rows: tuple[tuple[str, str, str], ...], name: str) -> QComboBox:
    """A box of words with their names and tooltips."""
    box = QComboBox(parent)
    box.setAccessibleName(name)
    for place, (key, text, tip) in enumerate(rows):
        box.addItem(text, key)
        box.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
    box.setToolTip(name)
    return box
