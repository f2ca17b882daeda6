"""View > Coordinates > Other system: a coordinate system, found by its code or by parts of its name."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.cube.ground import Ground
from hsigui.cube.systems import KnownSystem, systems_named
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.job_bridge import JobBridge, Latest

MOST = 200
WAIT_MS, LONGEST_WAIT_MS = 150, 600
_CODE = Qt.ItemDataRole.UserRole


class SystemDialog(QDialog):
    """Asks for a system; `code` is what was chosen. Systems that are used where the scene lies come first.

    Args:
        ground: where the scene lies; None where it says of no place.
        shape: rows and columns of the scene.
        code: that was chosen before; empty for none.
    """

    def __init__(
        self, bridge: JobBridge, ground: Ground | None, shape: tuple[int, int], code: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Coordinates in another system"))
        self._ground, self._shape = ground, shape
        label = QLabel(say("&Code or parts of the name:"), self)
        self.line = QLineEdit(code, self)
        self.line.setAccessibleName(say("Code or parts of the name"))
        self.line.setPlaceholderText(say("EPSG:25832 · utm 32n · lambert europe"))
        self.line.setClearButtonEnabled(True)
        label.setBuddy(self.line)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Coordinate systems"))
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (label, self.line, self.list, self.note, self.buttons):
            column.addWidget(widget)
        self.resize(520, 420)
        self._looking = Latest(bridge, say("Find coordinate systems"), self._show)
        self._timer = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._look, self)
        self.line.textChanged.connect(self._typed)
        self.list.itemDoubleClicked.connect(self._clicked)
        self.list.currentRowChanged.connect(self._rest)
        self.finished.connect(self._stop)
        self._look()
        self._rest()

    @property
    def code(self) -> str:
        """Of the chosen system, "EPSG:25832"; empty for none."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(_CODE))

    def _typed(self, _text: str) -> None:
        self._timer.start()

    def _clicked(self, _item: QListWidgetItem) -> None:
        self.accept()

    def _stop(self, _result: int) -> None:
        self._timer.stop()
        self._looking.forget()

    def _look(self) -> None:
        text = self.line.text()
        self._looking.request(partial(find_systems, text=text, ground=self._ground, shape=self._shape))

    def _show(self, found: list[KnownSystem]) -> None:
        self.list.clear()
        for system in found:
            item = QListWidgetItem(say("{name}   {code}", name=system.name, code=system.code))
            item.setData(_CODE, system.code)
            self.list.addItem(item)
        if found:
            self.list.setCurrentRow(0)
        covering = sum(system.covers for system in found)
        self.note.setText(self._told(found, covering))
        self._rest()

    def _told(self, found: list[KnownSystem], covering: int) -> str:
        if not found:
            return say("No system has this code or name.")
        if len(found) == MOST:
            return say("The first {count}; type more of the name for fewer.", count=MOST)
        return say(
            "{count} systems, {covering} of them used where the scene lies.", count=len(found), covering=covering
        )

    def _rest(self, _row: int = -1) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(self.code))


def find_systems(_ctx: Context, text: str, ground: Ground | None, shape: tuple[int, int]) -> list[KnownSystem]:
    """The systems with all words of a text in their code or name."""
    return systems_named(text, ground, shape, MOST)
