"""The list of what was said in the window, the newest on top, with the whole of the chosen message below it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QStyle,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from hsigui.texts import say
from hsigui.ui.desk.message_log import KIND_WORDS, MessageLog, Said

PIXMAPS = {
    "info": QStyle.StandardPixmap.SP_MessageBoxInformation,
    "warning": QStyle.StandardPixmap.SP_MessageBoxWarning,
    "error": QStyle.StandardPixmap.SP_MessageBoxCritical,
}


class MessagesDialog(QDialog):
    """Time, kind and text of the last messages. No modal dialog: it may stay open while one works.

    Messages that were missed are in bold letters until the list is shown again.
    """

    def __init__(self, log: MessageLog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Messages"))
        self._log = log
        self._rows: tuple[Said, ...] = ()  # newest first
        self.list = QTreeWidget(self)
        self.list.setAccessibleName(say("Messages"))
        self.list.setHeaderLabels([say("Time"), say("Kind"), say("Message")])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAllColumnsShowFocus(True)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.currentItemChanged.connect(self._show_whole)
        self.whole = QPlainTextEdit(self)
        self.whole.setAccessibleName(say("The whole message"))
        self.whole.setReadOnly(True)
        self.whole.setTabChangesFocus(True)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(self.list)
        split.addWidget(self.whole)
        split.setChildrenCollapsible(False)
        split.setSizes([280, 110])
        column = QVBoxLayout(self)
        column.addWidget(split, 1)
        column.addWidget(self._buttons())
        log.changed.connect(self._renew)
        self._renew()
        self.resize(720, 440)

    def show_said(self, said: Said | None = None) -> None:
        """Shows the list, and one of its messages: the newest when none is given. All count as looked at then."""
        self._renew()
        place = next((n for n, other in enumerate(self._rows) if other is said), 0)
        self._choose(place)
        self._log.changed.disconnect(self._renew)  # what was missed stays bold while it is read
        self._log.look()
        self._log.changed.connect(self._renew)
        self.show()
        self.activateWindow()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = QPushButton(say("&Copy"), self)
        self.copy.setToolTip(say("Copy the chosen messages; all, where none is chosen"))
        self.copy.clicked.connect(self._copy)
        self.clear = QPushButton(say("C&lear"), self)
        self.clear.setToolTip(say("Forget these messages"))
        self.clear.clicked.connect(self._log.clear)
        for button in (self.copy, self.clear):
            button.setAutoDefault(False)
            buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        return buttons

    @property
    def _chosen(self) -> Said | None:
        place = self.list.currentIndex().row()
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def _choose(self, place: int) -> None:
        self.list.setCurrentIndex(self.list.model().index(place, 0))

    def _renew(self) -> None:
        kept = self._chosen
        self.list.clear()
        self._rows = tuple(reversed(self._log.said))
        for said in self._rows:
            self.list.addTopLevelItem(_row_of(said))
        for column in (0, 1):
            self.list.resizeColumnToContents(column)
        if kept is not None and kept in self._rows:
            self._choose(self._rows.index(kept))
        for widget in (self.copy, self.clear):
            widget.setEnabled(bool(self._rows))
        self._show_whole()

    def _show_whole(self, *_items: object) -> None:
        said = self._chosen
        self.whole.setPlainText("" if said is None else "\n\n".join(filter(None, (said.text, said.hint))))

    def _copy(self) -> None:
        chosen = sorted(self.list.indexOfTopLevelItem(item) for item in self.list.selectedItems())
        rows = [self._rows[place] for place in chosen] or self._rows
        QGuiApplication.clipboard().setText("\n".join(said.whole for said in reversed(rows)))


def _row_of(said: Said) -> QTreeWidgetItem:
    item = QTreeWidgetItem([f"{said.when:%H:%M:%S}", KIND_WORDS[said.kind], f"{said.text} {said.hint}".strip()])
    item.setIcon(1, QApplication.style().standardIcon(PIXMAPS[said.kind]))
    item.setToolTip(2, item.text(2))
    font = item.font(2)
    font.setBold(said.missed)
    item.setFont(2, font)
    return item
