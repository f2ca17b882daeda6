"""The list of what lies over the composite, the uppermost first: seen or not, how opaque, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction, QColor, QDropEvent, QIcon, QKeyEvent, QPalette, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.flat_buttons import picture_button
from hsigui.ui.desk.number_box import NumberBox

_ID = Qt.ItemDataRole.UserRole
SWATCH = 14  # logical pixels
WIDEST = 10.0  # logical pixels of a line


@dataclass(frozen=True)
class OverlayRow:
    """A layer as the list shows it.

    Attributes:
        empty: there is nothing of it in this scene now.
        own: it was laid over by the user, who can remove it.
        color, width: of its lines, where it is lines.
        tip: where it comes from.
    """

    id: str
    title: str
    visible: bool
    opacity: float
    empty: bool = False
    own: bool = False
    color: tuple[int, int, int] | None = None
    width: float = 0.0
    tip: str = ""


class _Rows(QListWidget):
    """A list whose rows can be dragged to another place; the drop is told, not done."""

    dropped = Signal(int, int)  # from, to

    def dropEvent(self, event: QDropEvent) -> None:
        start, at = self.currentRow(), event.position().toPoint()
        place = self.indexAt(at).row()
        if place < 0:
            place = self.count()
        elif at.y() > self.visualItemRect(self.item(place)).center().y():
            place += 1
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        self.dropped.emit(start, place - (place > start))


class OverlaysPanel(QWidget):
    """The list with what can be done to its current row.

    Args:
        add_file: lays the lines of a file over the scene.

    Signals:
        visible_changed(id, visible), opacity_changed(id, opacity 0 to 1), width_changed(id, logical pixels).
        moved(ids): another order is wanted, from the lowest to the highest.
        removed(id), color_asked(id).
        list_asked(): the menu of what can be added is about to be shown.
        added(id): a subject shall be laid over the others.
    """

    visible_changed = Signal(str, bool)
    opacity_changed = Signal(str, float)
    width_changed = Signal(str, float)
    moved = Signal(object)
    removed = Signal(str)
    color_asked = Signal(str)
    list_asked = Signal()
    added = Signal(str)

    def __init__(self, add_file: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[OverlayRow, ...] = ()
        self._add_file = add_file
        self.list = self._build_list()
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self.list_asked)
        self.add = _button("plus", say("Add a layer"), say("Lay a picture of the scene or a file of lines over it"))
        self.add.setMenu(self.menu)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.up = _button("up", say("Raise"), say("Lay it over the next one (Ctrl+Up in the list)"))
        self.down = _button("down", say("Lower"), say("Lay it under the next one (Ctrl+Down in the list)"))
        self.remove = _button("delete", say("Remove"), say("Take it off the image; nothing is lost but its place here"))
        self.up.clicked.connect(self._raise)
        self.down.clicked.connect(self._lower)
        self.remove.clicked.connect(self._remove)
        self._build_look()
        buttons = QHBoxLayout()
        for button in (self.add, self.up, self.down, self.remove):
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self.list, 1)
        column.addLayout(self._form)
        column.addLayout(buttons)
        self.set_rows(())

    def _build_list(self) -> _Rows:
        rows = _Rows(self)
        rows.setAccessibleName(say("Layers over the image"))
        rows.setToolTip(say("The uppermost first: drag a layer to another place; its box shows or hides it"))
        rows.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        rows.currentRowChanged.connect(self._show_current)
        rows.itemChanged.connect(self._item_changed)
        rows.dropped.connect(self._dropped)
        rows.installEventFilter(self)
        return rows

    def _build_look(self) -> None:
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(5)
        self.opacity.setToolTip(say("How much of what lies below shows through"))
        self.percent = QLabel(self)
        self.percent.setMinimumWidth(self.percent.fontMetrics().horizontalAdvance("100 %"))
        self.color = QToolButton(self)
        self.color.setToolTip(say("Colour of its lines"))
        self.color.setAccessibleName(say("Colour of its lines"))
        self.width_box = NumberBox(self)
        self.width_box.setRange(0.5, WIDEST)
        self.width_box.setSingleStep(0.5)
        self.width_box.setDecimals(1)
        self.width_box.setSuffix(" px")
        self.width_box.setToolTip(say("Width of its lines on the screen"))
        self.width_box.setAccessibleName(say("Width of its lines"))
        self.opacity.valueChanged.connect(self._opacity_moved)
        self.color.clicked.connect(self._color_clicked)
        self.width_box.valueChanged.connect(self._width_changed)
        fine, lines = QHBoxLayout(), QHBoxLayout()
        fine.addWidget(self.opacity, 1)
        fine.addWidget(self.percent)
        lines.addWidget(self.color)
        lines.addWidget(self.width_box, 1)
        self._lines = QWidget(self)
        lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setLayout(lines)
        self._form = QFormLayout()
        self._form.addRow(say("Op&acity"), fine)
        self._form.addRow(say("Lines"), self._lines)
        label = self._form.labelForField(fine)
        if isinstance(label, QLabel):
            label.setBuddy(self.opacity)

    # What is shown

    @property
    def current(self) -> OverlayRow | None:
        """The row that buttons and slider are of."""
        row = self.list.currentRow()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def set_rows(self, rows: Sequence[OverlayRow]) -> None:
        """Shows the layers, the uppermost first; the current one stays current as long as it is there."""
        before, current = [row.id for row in self._rows], self.current
        self._rows = tuple(rows)
        with QSignalBlocker(self.list):
            if [row.id for row in rows] != before:
                self.list.clear()
                for row in rows:
                    item = QListWidgetItem(row.title)
                    item.setData(_ID, row.id)
                    self.list.addItem(item)
            for number, row in enumerate(rows):
                self._show_row(self.list.item(number), row)
            names = [row.id for row in rows]
            if names:
                self.list.setCurrentRow(names.index(current.id) if current is not None and current.id in names else 0)
        self._show_current()

    def set_choice(self, subjects: Sequence[tuple[str, str]]) -> None:
        """What can be added: id and title of each."""
        self.menu.clear()
        for name, title in subjects:
            action = self.menu.addAction(title)
            action.setData(name)
            action.triggered.connect(self._added)
        if subjects:
            self.menu.addSeparator()
        self.menu.addAction(self._add_file)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:  # the rows have colours of their own
            self.set_rows(self._rows)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl+Up and Ctrl+Down move the current row."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and watched is self.list:
            key, held = event.key(), event.modifiers() & Qt.KeyboardModifier.ControlModifier
            if held and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                (self._raise if key == Qt.Key.Key_Up else self._lower)()
                return True
            if key == Qt.Key.Key_Delete:
                self._remove()
                return True
        return False

    def _show_row(self, item: QListWidgetItem, row: OverlayRow) -> None:
        item.setText(row.title)
        item.setToolTip(row.tip)
        item.setCheckState(Qt.CheckState.Checked if row.visible else Qt.CheckState.Unchecked)
        role = QPalette.ColorRole.PlaceholderText if row.empty else QPalette.ColorRole.Text
        item.setForeground(self.palette().brush(role))
        item.setIcon(QIcon() if row.color is None else _swatch(row.color))

    def _show_current(self, _row: int = 0) -> None:
        row, number = self.current, self.list.currentRow()
        for widget in (self.opacity, self.percent):
            widget.setEnabled(row is not None)
        self.up.setEnabled(row is not None and number > 0)
        self.down.setEnabled(row is not None and number < len(self._rows) - 1)
        self.remove.setEnabled(row is not None and row.own)
        self._form.setRowVisible(self._lines, row is not None and row.color is not None)
        if row is None:
            return
        with QSignalBlocker(self.opacity), QSignalBlocker(self.width_box):
            self.opacity.setValue(round(100 * row.opacity))
            self.width_box.setValue(row.width)
        self.opacity.setAccessibleName(say("Opacity of {title}", title=row.title))
        self.percent.setText(f"{round(100 * row.opacity)} %")
        if row.color is not None:
            self.color.setIcon(_swatch(row.color))

    # What is asked for

    def _item_changed(self, item: QListWidgetItem) -> None:
        self.visible_changed.emit(item.data(_ID), item.checkState() == Qt.CheckState.Checked)

    def _opacity_moved(self, percent: int) -> None:
        self.percent.setText(f"{percent} %")
        if self.current is not None:
            self.opacity_changed.emit(self.current.id, percent / 100)

    def _width_changed(self, width: float) -> None:
        if self.current is not None:
            self.width_changed.emit(self.current.id, width)

    def _color_clicked(self) -> None:
        if self.current is not None:
            self.color_asked.emit(self.current.id)

    def _remove(self) -> None:
        if self.current is not None and self.current.own:
            self.removed.emit(self.current.id)

    def _added(self) -> None:
        action = self.sender()
        if isinstance(action, QAction):
            self.added.emit(action.data())

    def _raise(self) -> None:
        self._dropped(self.list.currentRow(), self.list.currentRow() - 1)

    def _lower(self) -> None:
        self._dropped(self.list.currentRow(), self.list.currentRow() + 1)

    def _dropped(self, start: int, place: int) -> None:
        names = [row.id for row in self._rows]
        if start != place and 0 <= start < len(names) and 0 <= place < len(names):
            names.insert(place, names.pop(start))
            self.moved.emit(tuple(reversed(names)))


def _button(picture: str, name: str, tip: str) -> QToolButton:
    return picture_button(None, picture, f"{name}: {tip}", name)


def _swatch(color: tuple[int, int, int]) -> QIcon:
    pixmap = QPixmap(SWATCH, SWATCH)
    pixmap.fill(QColor(*color))
    return QIcon(pixmap)
