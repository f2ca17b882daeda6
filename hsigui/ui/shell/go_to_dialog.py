"""View > Go to: a place is typed as one likes, and how it was understood is said while it is typed."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from hsigui.cube.ground import Ground
from hsigui.cube.typed_place import TypedPlace, place_typed
from hsigui.errors import HsiError
from hsigui.texts import say
from hsigui.ui.desk.dialogs import keep_wide

WIDTH = 470


class GoToDialog(QDialog):
    """Asks for a place.

    Args:
        ground: where the scene lies; None where it says of no place.
        shape: rows and columns of the scene.
        system: in which places are told, as in `cube.systems`.

    Signals:
        gone_to(row, col): the user wants to go there; fractional, pixel centres at .5.
    """

    gone_to = Signal(float, float)

    def __init__(
        self, ground: Ground | None, shape: tuple[int, int], system: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Go to"))
        self._ground, self._shape, self._system = ground, shape, system
        self._place: TypedPlace | None = None
        label = QLabel(say("&Place:"), self)
        self.line = QLineEdit(self)
        self.line.setAccessibleName(say("Place"))
        self.line.setPlaceholderText(
            say("row, col") if ground is None else say("row, col · x, y · 51.2 N 8.4 E · 51°12'30\" N 8°24' E")
        )
        label.setBuddy(self.line)
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setMinimumHeight(3 * self.fontMetrics().lineSpacing())
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Close)
        self.go = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.go.setText(say("&Go"))
        self.buttons.accepted.connect(self._go)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (label, self.line, self.note, self.buttons):
            column.addWidget(widget)
        keep_wide(column, WIDTH)
        self.line.textChanged.connect(self._understand)
        self._understand("")

    def _understand(self, text: str) -> None:
        """Says how the text is understood, or why it is not."""
        self._place, said = None, ""
        if text.strip():
            try:
                self._place = place_typed(text, self._ground, self._shape, self._system)
                said = self._place.how
            except HsiError as error:
                said = str(error)
        self.note.setText(said)
        self.go.setEnabled(self._place is not None)

    def _go(self) -> None:
        if self._place is not None:
            self.gone_to.emit(self._place.row, self._place.col)
            self.accept()
