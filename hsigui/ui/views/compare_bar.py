"""The bar above the image while two pictures are compared: which two, how, and where the line between them is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QSlider, QToolButton, QWidget

from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.number_box import NumberBox

STEPS = 1000  # of the slider
QUICKEST, SLOWEST = 0.1, 5.0  # seconds
LEAST_CHOOSER = 12  # letters


class CompareBar(QWidget):
    """Two choosers, and between them the place of the line or the time of a picture.

    Signals:
        chosen(side, id): another subject on the left (0) or the right (1).
        divided(share): the line shall stand at a share of the width.
        timed(seconds): each picture shall be seen so long.
        closed(): no more comparing.
    """

    chosen = Signal(int, str)
    divided = Signal(float)
    timed = Signal(float)
    closed = Signal()

    def __init__(self, swipe: QAction, blink: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choosers = (self._chooser(0, say("Left, or first")), self._chooser(1, say("Right, or second")))
        self.place = QSlider(Qt.Orientation.Horizontal, self)
        self.place.setRange(0, STEPS)
        self.place.setPageStep(STEPS // 10)
        self.place.setAccessibleName(say("Where the line between the two pictures is"))
        self.place.setToolTip(say("Where the line is; it can be dragged in the image, too"))
        self.seconds = NumberBox(self)
        self.seconds.setRange(QUICKEST, SLOWEST)
        self.seconds.setSingleStep(0.1)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.seconds.setAccessibleName(say("How long each picture is seen"))
        self.seconds.setToolTip(self.seconds.accessibleName())
        self.place.valueChanged.connect(self._slid)
        self.seconds.valueChanged.connect(self.timed)
        close = picture_button(self, "close", say("Show the image as it is"), say("End comparing"))
        close.clicked.connect(self.closed)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 3, 4, 3)
        for action in (swipe, blink):
            row.addWidget(_button(action, self))
        row.addWidget(self.choosers[0], 3)
        row.addWidget(self.place, 2)
        row.addWidget(self.seconds)
        row.addWidget(self.choosers[1], 3)
        row.addWidget(close)

    def offer(self, subjects: Sequence[tuple[str, str]], sides: Sequence[tuple[str, str]]) -> None:
        """Lists what can be compared.

        Args:
            subjects: id and title of each.
            sides: id and title of what is chosen on the left and on the right, whether it is there now or not.
        """
        for chooser, side in zip(self.choosers, sides, strict=True):
            listed = [*subjects] if side[0] in dict(subjects) else [*subjects, side]
            with QSignalBlocker(chooser):
                chooser.clear()
                for name, title in listed:
                    chooser.addItem(title, name)
                chooser.setCurrentIndex(chooser.findData(side[0]))

    def show_mode(self, mode: str) -> None:
        """The line of "swipe", or the time of "blink"."""
        self.place.setVisible(mode != "blink")
        self.seconds.setVisible(mode == "blink")

    def set_place(self, share: float) -> None:
        """Shows where the line is, as a share of the width."""
        with QSignalBlocker(self.place):
            self.place.setValue(round(STEPS * share))

    def set_seconds(self, seconds: float) -> None:
        """Shows how long each picture is seen."""
        with QSignalBlocker(self.seconds):
            self.seconds.setValue(seconds)

    def _slid(self, place: int) -> None:
        self.divided.emit(place / STEPS)

    def _chooser(self, side: int, name: str) -> QComboBox:
        chooser = QComboBox(self)
        chooser.setAccessibleName(name)
        chooser.setToolTip(name)
        chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        chooser.setMinimumContentsLength(LEAST_CHOOSER)
        chooser.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        chooser.activated.connect(lambda index: self.chosen.emit(side, chooser.itemData(index)))
        return chooser


def _button(action: QAction, parent: QWidget) -> QToolButton:
    button = tool_button(action, parent)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
    return button
