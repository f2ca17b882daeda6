"""What the next strokes would likely bring, as a bar and a sentence."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout, QWidget

from hsigui.pipeline.gains import Gains, Outlook, Step
from hsigui.texts import say
from hsigui.ui.desk.tips import explain

FULL = 1000
NOTHING = 0.1  # points


class GainsBar(QWidget):
    """The bar; hidden while there is nothing to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, FULL)
        self.bar.setAccessibleName(say("What strokes bring"))
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.bar)
        column.addWidget(self.words)
        self.hide()

    def show_gains(self, gains: Gains, more: int, measured_on: str) -> None:
        """Tells what so many more strokes would likely bring; where that cannot be told, what the last ones changed."""
        outlook, last = gains.outlook(more), gains.steps[-1] if gains.steps else None
        if outlook is not None:
            self._show_outlook(outlook, measured_on)
        elif last is not None and last.changed is not None and last.since:
            self._show_change(last, last.changed)
        else:
            self.hide()

    def _show_outlook(self, outlook: Outlook, measured_on: str) -> None:
        now, then = 100 * outlook.now, 100 * outlook.then
        self.bar.setValue(round(FULL * outlook.then))
        self.bar.setFormat(say("{now:.1f} % now, {then:.1f} % expected", now=now, then=then))
        if then - now < NOTHING:
            words = say("By the curve so far, {count} more strokes bring next to nothing.", count=outlook.strokes)
        else:
            words = say(
                "By the curve so far, {count} more strokes bring about {gain:.1f} points.",
                count=outlook.strokes, gain=then - now,
            )  # fmt: skip
        self.words.setText(words)
        self._explain(
            say(
                "The error of the maps so far, measured on {name}, goes down as a power of the number of strokes; this "
                "is that course gone on with. It is no promise. Spots are chosen without these labels.",
                name=measured_on,
            )
        )

    def _show_change(self, last: Step, changed: float) -> None:
        self.bar.setValue(round(FULL * changed))
        self.bar.setFormat(say("{changed:.1f} % of the map changed", changed=100 * changed))
        count = abs(last.since)
        self.words.setText(
            say("The last stroke changed {changed:.1f} % of the map.", changed=100 * changed)
            if count == 1
            else say("The last {count} strokes changed {changed:.1f} % of the map.", count=count, changed=100 * changed)
        )
        self._explain(
            say(
                "Without ground truth or validation labels nobody can say how right the map is, only how much of it "
                "still moves: when strokes in new places change next to nothing, more of them will bring little."
            )
        )

    def _explain(self, text: str) -> None:
        for told in (self.bar, self.words):
            explain(told, text)
        self.show()
