"""Five steps to the first map, ticked once they were done."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import picture_button

OPEN, PAINT, PRETRAIN, ACCURACY, EXPORT = "open", "paint", "pretrain", "accuracy", "export"
_ROUND = 20


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        page: of the help that tells how.
    """

    id: str
    title: str
    hint: str
    page: str


STEPS = (
    Step(OPEN, say("Open a scene"), say("or a demo scene"), "scenes"),
    Step(PAINT, say("Label two classes"), say("three pixels of each will do"), "labelling"),
    Step(PRETRAIN, say("Press Pretrain"), say("the map follows your labels"), "lscosa"),
    Step(ACCURACY, say("Look at the accuracy"), say("on pixels kept for it"), "evaluate"),
    Step(EXPORT, say("Export the map"), say("for a GIS, with a report"), "maps"),
)


class StepRow(QAbstractButton):
    """A step with its number, or a tick once it is done; pressed, it leads to the help."""

    def __init__(self, number: int, step: Step, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self.step, self._done = number, step, False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(say("{step}: {hint}. Press for the page of the help.", step=step.title, hint=step.hint))
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._name()

    @property
    def done(self) -> bool:
        return self._done

    def set_done(self) -> None:
        """Ticks it."""
        self._done = True
        self._name()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self.font())
        return QSize(_ROUND + 12 + metrics.horizontalAdvance(self.step.title), 2 * metrics.height() + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(140, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, palette = QPainter(self), self.palette()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent, text = palette.color(QPalette.ColorRole.Highlight), palette.color(QPalette.ColorRole.WindowText)
        faint = palette.color(QPalette.ColorRole.PlaceholderText)
        if self.hasFocus():
            painter.setPen(accent)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        circle = QRectF(4, (self.height() - _ROUND) / 2, _ROUND, _ROUND)
        painter.setPen(QPen(accent if self._done or self.underMouse() else faint, 1.4))
        painter.setBrush(accent if self._done else Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        if self._done:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.HighlightedText), 2.0))
            middle = circle.center()
            painter.drawPolyline([middle + QPointF(-4.5, 0), middle + QPointF(-1.2, 3.6), middle + QPointF(4.8, -3.8)])
        else:
            painter.setPen(text)
            painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, str(self._number))
        left, metrics = _ROUND + 14, QFontMetrics(self.font())
        room, line = self.width() - left - 4, metrics.height()
        bold = QFont(self.font())
        bold.setBold(True)
        for top, words, font, ink in ((4, self.step.title, bold, text), (4 + line, self.step.hint, self.font(), faint)):
            painter.setFont(font)
            painter.setPen(ink)
            words = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRectF(left, top, room, line), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _name(self) -> None:
        state = say("done") if self._done else say("to do")
        self.setAccessibleName(say("Step {number}: {step}, {state}",
                                   number=self._number, step=self.step.title, state=state))  # fmt: skip


class FirstSteps(QFrame):
    """The list of steps.

    Signals:
        help_asked(page): how a step is done.
        close_asked(): the list is not wanted any more.
    """

    help_asked = Signal(str)
    close_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        title = QLabel(say("First map"), self)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        self.close_button = picture_button(self, "close", say("Close this list"), side=12)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.close_button.clicked.connect(self.close_asked)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self.close_button)
        column.addLayout(head)
        self.rows = {step.id: StepRow(number, step, self) for number, step in enumerate(STEPS, start=1)}
        for row in self.rows.values():
            row.clicked.connect(self._clicked)
            column.addWidget(row)

    def tick(self, *steps: str) -> None:
        """Steps are done; names of other versions of this list are left alone."""
        for step in steps:
            if step in self.rows:
                self.rows[step].set_done()

    def _clicked(self) -> None:
        row = self.sender()
        if isinstance(row, StepRow):
            self.help_asked.emit(row.step.page)
