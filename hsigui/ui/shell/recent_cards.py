"""Recent scenes and projects as cards: a picture, a name, the folder, the size and when it was left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QSizePolicy, QToolButton, QWidget

from hsigui.dates import day_in_words
from hsigui.texts import say
from hsigui.ui.desk.icons import icon
from hsigui.ui.shell.scene_pictures import ScenePicture

PICTURE, PAD, GAP = QSize(96, 66), 8, 10
LEAST_WIDTH = 270


@dataclass(frozen=True, eq=False)
class Recent:
    """One recent scene or project.

    Attributes:
        shows: its path or address.
        name, place: what it is called, and where that is.
        project: whether it is one.
        missing: whether it is not there any more.
    """

    shows: str
    name: str
    place: str
    picture: ScenePicture | None = None
    project: bool = False
    missing: bool = False

    @property
    def facts(self) -> str:
        """What is known beside name and place, in words."""
        if self.missing:
            return say("not there any more")
        if self.picture is not None:
            return say("{size} · {when}", size=self.picture.size, when=when(self.picture.left))
        return say("project") if self.project else ""


def when(moment: datetime, today: date | None = None) -> str:
    """A day in words."""
    days = ((today or date.today()) - moment.date()).days
    if days <= 0:
        return say("today")
    if days == 1:
        return say("yesterday")
    return day_in_words(moment.date())


class RecentCard(QAbstractButton):
    """A card. One of a file that is gone is grey, and has a cross to take it off the list.

    Signals:
        remove_asked(): it is to go from the list.
    """

    remove_asked = Signal()

    def __init__(self, recent: Recent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recent = recent
        self.setText(recent.name)
        self.setToolTip(recent.shows)
        self.setAccessibleName(say("Open {name}", name=recent.name))
        self.setAccessibleDescription(", ".join(filter(None, (recent.place, recent.facts))))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(PICTURE.height() + 2 * PAD)
        self.remove = QToolButton(self)
        self.remove.setIcon(icon("close"))
        self.remove.setIconSize(QSize(12, 12))
        self.remove.setAutoRaise(True)
        self.remove.setToolTip(say("Take it off the list"))
        self.remove.setAccessibleName(say("Take {name} off the list", name=recent.name))
        self.remove.setVisible(recent.missing)
        self.remove.clicked.connect(self.remove_asked)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        return QSize(LEAST_WIDTH, PICTURE.height() + 2 * PAD)

    def resizeEvent(self, event: QResizeEvent) -> None:
        size = self.remove.sizeHint()
        self.remove.setGeometry(self.width() - size.width() - 4, 4, size.width(), size.height())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, palette = QPainter(self), self.palette()
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        line = palette.color(QPalette.ColorRole.Highlight if self.hasFocus() else QPalette.ColorRole.Mid)
        painter.setPen(line)
        lit = self.underMouse() or self.isDown()
        painter.setBrush(palette.color(QPalette.ColorRole.Base if lit else QPalette.ColorRole.Button))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        self._paint_picture(painter, QRectF(QPointF(PAD, PAD), PICTURE))
        self._paint_words(painter)
        painter.end()

    def _paint_picture(self, painter: QPainter, place: QRectF) -> None:
        painter.save()
        clip = QPainterPath()
        clip.addRoundedRect(place, 3, 3)
        painter.setClipPath(clip)
        painter.fillRect(place, self.palette().color(QPalette.ColorRole.Mid))
        if self.recent.missing:
            painter.setOpacity(0.35)
        if self.recent.picture is None:
            side = 28
            at = QRect(int(place.center().x()) - side // 2, int(place.center().y()) - side // 2, side, side)
            icon("open" if self.recent.project else "spectrum").paint(painter, at)
        else:
            image = self.recent.picture.image
            size = QSize(image.size()).scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            at = QRect(0, 0, size.width(), size.height())
            at.moveCenter(place.toRect().center())
            painter.drawImage(at, image)
        painter.restore()

    def _paint_words(self, painter: QPainter) -> None:
        palette = self.palette()
        left = 2 * PAD + PICTURE.width() + 2
        room = self.width() - left - PAD - (self.remove.width() if self.recent.missing else 0)
        bold = QFont(self.font())
        bold.setBold(True)
        faint = palette.color(QPalette.ColorRole.PlaceholderText)
        ink = faint if self.recent.missing else palette.color(QPalette.ColorRole.WindowText)
        lines: tuple[tuple[str, QFont, QColor, Qt.TextElideMode], ...] = (
            (self.recent.name, bold, ink, Qt.TextElideMode.ElideMiddle),
            (self.recent.place, self.font(), faint, Qt.TextElideMode.ElideLeft),
            (self.recent.facts, self.font(), faint, Qt.TextElideMode.ElideRight),
        )
        height = QFontMetrics(bold).height() + 3
        top = (self.height() - height * len(lines)) // 2
        for text, font, color, side in lines:
            painter.setFont(font)
            painter.setPen(color)
            words = QFontMetrics(font).elidedText(text, side, room)
            painter.drawText(QRect(left, top, room, height), Qt.AlignmentFlag.AlignVCenter, words)
            top += height


class RecentGrid(QWidget):
    """Cards in as many columns as there is room for.

    Signals:
        open_asked(path), remove_asked(path): of a card.
    """

    open_asked = Signal(str)
    remove_asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cards: list[RecentCard] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(GAP)
        self._columns = 0
        self.setMinimumWidth(1)  # else the columns of now would keep it from becoming narrower

    def show_recent(self, recent: Sequence[Recent]) -> None:
        """Shows other cards."""
        for old in self.cards:
            old.setParent(None)
            old.deleteLater()
        self.cards = []
        for entry in recent:
            card = RecentCard(entry, self)
            card.clicked.connect(self._clicked)
            card.remove_asked.connect(self._removed)
            self.cards.append(card)
        self._place(anew=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self, *, anew: bool = False) -> None:
        columns = max(1, (self.width() + GAP) // (LEAST_WIDTH + GAP))
        if columns == self._columns and not anew:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)

    def _clicked(self) -> None:
        card = self.sender()
        if isinstance(card, RecentCard):
            self.open_asked.emit(card.recent.shows)

    def _removed(self) -> None:
        card = self.sender()
        if isinstance(card, RecentCard):
            self.remove_asked.emit(card.recent.shows)
