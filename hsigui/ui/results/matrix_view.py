"""The confusion matrix as a table that is read at a glance: a tint by share, class names at both edges that stay."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QColor, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from hsigui.report.error_map import Confused
from hsigui.report.metrics import Accuracy
from hsigui.texts import say
from hsigui.ui.desk.contrast import ink_on
from hsigui.ui.desk.roles import give_role
from hsigui.ui.results.matrix import COUNTS, cell_of, pair_of, shares, text_of, tint, words_of

Index = QModelIndex | QPersistentModelIndex
SWATCH, PAD = 10, 5
TALLEST, WIDEST = 130, 170  # of the names above and at the left, in logical pixels
NARROWEST = 30
_DIGITS = {COUNTS: "0", "other": "100.0"}


class MatrixModel(QAbstractTableModel):
    """Rows are classes of the reference, columns those of the map."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accuracy: Accuracy | None = None
        self.kind = COUNTS
        self._shares: list[list[float]] = []

    def show(self, accuracy: Accuracy | None, kind: str) -> None:
        """Takes other figures, or shows them otherwise."""
        self.beginResetModel()
        self.accuracy, self.kind = accuracy, kind
        self._shares = [] if accuracy is None else shares(accuracy, kind).tolist()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if self.accuracy is None or parent.isValid() else self.accuracy.matrix.shape[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if self.accuracy is None or parent.isValid() else self.accuracy.matrix.shape[1]

    def share(self, row: int, column: int) -> float:
        """By which a cell is tinted."""
        return self._shares[row][column]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.accuracy is None or not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return text_of(self.accuracy, self.kind, index.row(), index.column())
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return words_of(self.accuracy, index.row(), index.column())
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.accuracy is None:
            return None
        across = orientation == Qt.Orientation.Horizontal
        name = (self.accuracy.columns if across else self.accuracy.names)[section]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return name
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                say("Mapped as {name}. Click: all errors among these", name=name) if across
                else say("{name} in the reference. Click: all of its errors", name=name)
            )  # fmt: skip
        if role == Qt.ItemDataRole.DecorationRole:
            colors = self.accuracy.colors
            return QColor(*colors[section]) if section < len(colors) else None
        return None


class _Cells(QStyledItemDelegate):
    """Paints the tint, the number on it, and a frame around the chosen cell."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, palette = index.model(), option.palette
        if not isinstance(model, MatrixModel):
            return
        row, column, rect = index.row(), index.column(), option.rect
        ground = tint(model.share(row, column), row == column, palette.color(QPalette.ColorRole.Base))
        painter.fillRect(rect, ground)
        painter.setPen(ink_on(ground))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(model.data(index) or ""))
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(palette.color(QPalette.ColorRole.Text), 2))
            painter.drawRect(rect.adjusted(1, 1, -1, -1))


class _Names(QHeaderView):
    """Swatch and name of each class; above the columns the names are turned, and cut where they are too long."""

    def __init__(self, orientation: Qt.Orientation, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.setSectionsClickable(True)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(8)
        across = orientation == Qt.Orientation.Horizontal
        role = QAccessible.Role.ColumnHeader if across else QAccessible.Role.RowHeader
        give_role(self, role, say("Classes of the map") if across else say("Classes of the reference"))

    def sizeHint(self) -> QSize:
        model = self.model()
        names = [str(model.headerData(n, self.orientation())) for n in range(self.count())] if model else []
        wide = max((self.fontMetrics().horizontalAdvance(name) for name in names), default=0) + SWATCH + 4 * PAD
        if self.orientation() == Qt.Orientation.Horizontal:
            return QSize(0, min(wide, TALLEST))
        return QSize(min(wide, WIDEST), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground is that of the cells, beyond the last class, too."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().color(QPalette.ColorRole.Base))
        across = self.orientation() == Qt.Orientation.Horizontal
        for section in range(self.count()):
            start, size = self.sectionViewportPosition(section), self.sectionSize(section)
            whole = self.viewport().size()
            rect = QRect(start, 0, size, whole.height()) if across else QRect(0, start, whole.width(), size)
            if rect.intersects(event.rect()):
                self.paintSection(painter, rect, section)
        painter.end()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.orientation() == Qt.Orientation.Horizontal:
            painter.translate(QPointF(rect.left(), rect.bottom() + 1))
            painter.rotate(-90)
            rect = QRect(0, 0, rect.height(), rect.width())
        self._paint(painter, rect, section)
        painter.restore()

    def _paint(self, painter: QPainter, rect: QRect, section: int) -> None:
        across = self.orientation() == Qt.Orientation.Horizontal
        color = self.model().headerData(section, self.orientation(), Qt.ItemDataRole.DecorationRole)
        middle = rect.center().y()
        at = rect.left() + PAD if across else rect.right() - PAD - SWATCH
        if isinstance(color, QColor):
            edge = QColor(self.palette().color(QPalette.ColorRole.WindowText))
            edge.setAlpha(90)
            painter.setPen(QPen(edge, 1))
            painter.setBrush(color)
            painter.drawRoundedRect(at, middle - SWATCH // 2, SWATCH, SWATCH, 2, 2)
        room = rect.width() - SWATCH - 3 * PAD
        name = str(self.model().headerData(section, self.orientation()))
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        place = QRect(at + SWATCH + PAD if across else rect.left() + PAD, rect.top(), room, rect.height())
        side = Qt.AlignmentFlag.AlignLeft if across else Qt.AlignmentFlag.AlignRight
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | side, shown)


class MatrixView(QTableView):
    """The matrix; a cell is chosen by a click, or by the arrows and Enter.

    Signals:
        pair_chosen(Confused): the errors of a cell, a row or a column are to be shown.
        told(sentence): what the current cell says.
    """

    pair_chosen = Signal(object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.figures = MatrixModel(self)
        self.setModel(self.figures)
        self.setItemDelegate(_Cells(self))
        self.setHorizontalHeader(_Names(Qt.Orientation.Horizontal, self))
        self.setVerticalHeader(_Names(Qt.Orientation.Vertical, self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        for corner in self.findChildren(QAbstractButton):  # Qt paints it in another colour than the names beside it
            corner.installEventFilter(self)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(say("Confusion matrix"))
        self.setAccessibleDescription(say("Rows: classes of the reference. Columns: classes of the map."))
        self.clicked.connect(self._choose)
        self.selectionModel().currentChanged.connect(self._tell)
        self.horizontalHeader().sectionClicked.connect(self._choose_column)
        self.verticalHeader().sectionClicked.connect(self._choose_row)

    def show_accuracy(self, accuracy: Accuracy | None, kind: str) -> None:
        """Shows figures as counts or shares; the current cell stays."""
        kept = self.currentIndex().row(), self.currentIndex().column()
        self.figures.show(accuracy, kind)
        if accuracy is None:
            return
        metrics = self.fontMetrics()
        most = say("{count:,}", count=int(accuracy.matrix.max())) if kind == COUNTS else _DIGITS["other"]
        self.horizontalHeader().setDefaultSectionSize(max(metrics.horizontalAdvance(most) + 2 * PAD, NARROWEST))
        self.verticalHeader().setDefaultSectionSize(metrics.height() + 8)
        row, column = kept
        if 0 <= row < self.figures.rowCount() and 0 <= column < self.figures.columnCount():
            self.setCurrentIndex(self.figures.index(row, column))

    def show_pair(self, meant: Confused) -> None:
        """Makes the cell of a pair of classes the current one, where there is one."""
        accuracy = self.figures.accuracy
        cell = None if accuracy is None else cell_of(accuracy, meant)
        if cell is not None and cell != (self.currentIndex().row(), self.currentIndex().column()):
            self.setCurrentIndex(self.figures.index(*cell))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paints the corner between both edges."""
        if event.type() == QEvent.Type.Paint and isinstance(watched, QAbstractButton):
            painter = QPainter(watched)
            painter.fillRect(watched.rect(), self.palette().color(QPalette.ColorRole.Base))
            painter.end()
            return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self.currentIndex().isValid():
            self._choose(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _choose(self, index: Index) -> None:
        if self.figures.accuracy is not None:
            self.pair_chosen.emit(pair_of(self.figures.accuracy, index.row(), index.column()))

    def _choose_row(self, row: int) -> None:
        if self.figures.accuracy is not None:
            self.pair_chosen.emit(Confused(self.figures.accuracy.classes[row]))

    def _choose_column(self, column: int) -> None:
        if self.figures.accuracy is not None:
            self.pair_chosen.emit(Confused(taken_for=(*self.figures.accuracy.classes, 0)[column]))

    def _tell(self, index: Index, _before: Index) -> None:
        accuracy = self.figures.accuracy
        known = accuracy is not None and index.isValid()
        self.told.emit(words_of(accuracy, index.row(), index.column()) if known and accuracy is not None else "")
