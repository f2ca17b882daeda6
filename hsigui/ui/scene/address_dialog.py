"""File > Open address: the address of a scene on a server, typed, pasted or chosen among those of before."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from hsigui.cube.remote.address import address_of, is_address
from hsigui.errors import HsiError
from hsigui.texts import say
from hsigui.ui.desk.dialogs import keep_wide

WIDTH = 560


class AddressDialog(QDialog):
    """Asks for an address; `address` is what was typed, with all that must not be shown again.

    Args:
        recent: addresses that were opened before, without secrets, newest first.
        forbidden: whether the preferences forbid the network.
    """

    def __init__(self, recent: Sequence[str], forbidden: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Open address"))
        self.line = QComboBox(self)
        self.line.setEditable(True)
        self.line.addItems(list(recent))
        self.line.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.line.setAccessibleName(say("Address"))
        edit = self.line.lineEdit()
        if edit is not None:
            edit.setAccessibleName(say("Address"))
            edit.setPlaceholderText(say("https://… or s3://…"))
        self.line.setCurrentText(_of_clipboard())
        label = QLabel(say("&Address of a GeoTIFF or of zarr:"), self)
        label.setBuddy(self.line)
        about = QLabel(
            say(
                "Only the parts that are looked at come over the network. A password or signature in the address is "
                "used, and kept nowhere. Keys of S3 are those of this machine (AWS_PROFILE and the like)."
            ),
            self,
        )
        self.note = QLabel(self)
        for text in (about, self.note):
            text.setWordWrap(True)
        self._forbidden = forbidden
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (label, self.line, self.note, about, self.buttons):
            column.addWidget(widget)
        keep_wide(column, WIDTH)
        self.line.editTextChanged.connect(self._check)
        self._check()

    @property
    def address(self) -> str:
        return self.line.currentText().strip()

    def _check(self, _text: str = "") -> None:
        """Says why what was typed is not opened; nothing while nothing is typed."""
        problem = ""
        if self._forbidden:
            problem = say("Your preferences forbid the network: Edit > Preferences… > Network allows it.")
        elif self.address:
            try:
                address_of(self.address)
            except HsiError as error:
                problem = f"{error.message} {error.hint}"
        self.note.setText(problem)
        self.note.setVisible(bool(problem))
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(bool(self.address) and not problem)


def _of_clipboard() -> str:
    """The address that was just copied, where one was."""
    text = QGuiApplication.clipboard().text().strip()
    return text if is_address(text) and len(text.split()) == 1 else ""
