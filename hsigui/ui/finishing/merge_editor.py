"""Editor of classes that become part of others: two choosers a pair, and an empty pair for the next."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QWidget

from hsigui.errors import HsiError
from hsigui.finishing.naming import pairs_of, pairs_told
from hsigui.texts import say
from hsigui.ui.finishing.step_editor import StepEditor

Pair = tuple[str, str]


class MergeEditor(StepEditor):
    """Pairs of classes. A pair goes when its first class is taken out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._pairs: tuple[Pair, ...] = ()
        self.boxes: list[tuple[QComboBox, QComboBox]] = []
        self._labels: list[QLabel] = []
        self._grid = QGridLayout()
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(2, 1)
        self._row.addLayout(self._grid)
        self._show()

    @property
    def text(self) -> str:
        return pairs_told(self._pairs)

    def set_text(self, text: str) -> None:
        try:
            self._pairs = pairs_of(text)
        except HsiError:
            self._pairs = ()
        self._show()

    def show_names(self, names: tuple[str, ...]) -> None:
        if names != self._names:
            self._names = names
            self._show()

    def _show(self) -> None:
        """As many choosers as pairs and one pair more; those that are there stay, one of them may have the focus."""
        wanted = len(self._pairs) + 1
        while len(self.boxes) < wanted:
            self._add()
        for number, (boxes, label) in enumerate(zip(self.boxes, self._labels, strict=True)):
            pair = self._pairs[number] if number < len(self._pairs) else ("", "")
            for box, chosen in zip(boxes, pair, strict=True):
                self._fill(box, chosen)
            for widget in (*boxes, label):
                widget.setVisible(number < wanted)

    def _fill(self, box: QComboBox, chosen: str) -> None:
        """A class that there is not stays readable."""
        names = ["", *self._names, *([chosen] if chosen and chosen not in self._names else [])]
        with QSignalBlocker(box):
            if [box.itemData(n) for n in range(box.count())] != names:
                box.clear()
                for name in names:
                    box.addItem(name or say("class…"), name)
            box.setCurrentIndex(names.index(chosen))

    def _add(self) -> None:
        number = len(self.boxes)
        old, new = self._combo(say("Class that becomes part of another")), self._combo(say("Class that it becomes"))
        label = QLabel("→", self)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for column, widget in enumerate((old, label, new)):
            self._grid.addWidget(widget, number, column)
        old.currentIndexChanged.connect(self._chosen)
        new.currentIndexChanged.connect(self._chosen)
        if self.boxes:
            self.setTabOrder(self.boxes[-1][1], old)
        self.setTabOrder(old, new)
        self.boxes.append((old, new))
        self._labels.append(label)

    def _chosen(self) -> None:
        there = [(str(old.currentData()), str(new.currentData())) for old, new in self.boxes]
        pairs = tuple((old, new) for old, new in there if old and new)
        if pairs != self._pairs:
            self._pairs = pairs
            self._tell()
            self._show()
