"""What was assumed, guessed or ignored when the scene was opened: a slim strip above it that unfolds into a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from hsigui.texts import say, say_number
from hsigui.ui.desk.icons import icon

MOST_HEIGHT = 160  # logical pixels of the unfolded list; more of it is scrolled


class NotesBar(QFrame):
    """The import notes of the open scene.

    Signals:
        dismissed(): the user closed the strip.
        details_asked(): the user wants to see all that is known of the file.
        leave_out_asked(): the user wants the band that is offered to be marked as bad.
    """

    dismissed = Signal()
    details_asked = Signal()
    leave_out_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notes: tuple[str, ...] = ()
        self.setObjectName("notes")
        self.header = QToolButton(self)
        self.header.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.header.setAutoRaise(True)
        self.header.setCheckable(True)
        self.header.setToolTip(say("What was assumed, guessed or ignored when this file was opened"))
        self.header.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.header.toggled.connect(self._unfold)
        self.leave_out = QToolButton(self)
        self.leave_out.setAutoRaise(True)
        self.leave_out.setToolTip(say("Its gaps cost pixels that all other bands have; Bands… takes it in again"))
        self.leave_out.clicked.connect(self.leave_out_asked)
        self.leave_out.hide()
        self.details = QToolButton(self)
        self.details.setText(say("Properties…"))
        self.details.setAutoRaise(True)
        self.details.clicked.connect(self.details_asked)
        self.cross = QToolButton(self)
        self.cross.setIcon(icon("close"))
        self.cross.setAutoRaise(True)
        self.cross.setToolTip(say("Hide the notes (View > Import notes shows them again)"))
        self.cross.setAccessibleName(say("Hide the import notes"))
        self.cross.clicked.connect(self.dismissed)
        row = QHBoxLayout()
        row.setContentsMargins(4, 1, 4, 1)
        row.setSpacing(2)
        for widget in (self.header, self.leave_out, self.details, self.cross):
            row.addWidget(widget)
        self._build_list()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.room)
        self._unfold(False)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        # Not by a style sheet, under which colours stay as they are when the program gets others.
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.AlternateBase))
        painter.setPen(self.palette().color(QPalette.ColorRole.Mid))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.cross.setIcon(icon("close"))

    def set_notes(self, notes: Sequence[str]) -> None:
        """Takes the notes of a scene, folded; without any the strip is not there."""
        self.notes = tuple(notes)
        count = len(self.notes)
        self.header.setText(say_number("{count} import note", "{count} import notes", count))
        self.header.setAccessibleName(f"{self.header.text()}: {' '.join(self.notes)}")
        self.list.setText("\n".join(f"•  {note}" for note in self.notes))
        self.header.setChecked(False)
        self.setVisible(bool(self.notes))

    def offer(self, band: str) -> None:
        """Offers to leave out a band, by its name; empty for none."""
        self.leave_out.setText(say("Leave out {band}", band=band))
        self.leave_out.setVisible(bool(band))

    def _build_list(self) -> None:
        self.list = QLabel(self)
        self.list.setTextFormat(Qt.TextFormat.PlainText)
        self.list.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.list.setWordWrap(True)
        self.list.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.list.setContentsMargins(26, 0, 10, 6)
        self.list.setAutoFillBackground(True)
        self.list.setBackgroundRole(QPalette.ColorRole.AlternateBase)
        self.room = _ListRoom(self.list, self)

    def _unfold(self, unfolded: bool) -> None:
        self.header.setArrowType(Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow)
        self.room.setVisible(unfolded)


class _ListRoom(QScrollArea):
    """As high as its text at the width that it has, up to a limit."""

    def __init__(self, text: QLabel, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = text
        self.setAccessibleName(say("Import notes"))
        self.setWidget(text)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return min(MOST_HEIGHT, self._text.heightForWidth(width))
