"""The field of Ask me: floats over the image, says which place is asked about, and takes the class as a number or by
its name."""

from __future__ import annotations

from itertools import count

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from hsigui.labels.class_search import find_classes, is_class
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.texts import say
from hsigui.ui.desk.icons import icon
from hsigui.ui.image.marks import half_side_at
from hsigui.ui.image.view import ImageView

WIDTH, AWAY = 470, 12  # logical pixels
MOST_ROWS, FEWEST_ROWS = 7, 2
BESIDE = 18  # logical pixels that stay free around the frame of the pixel that is asked about
ROLE = Qt.ItemDataRole.UserRole
NAME = ROLE + 1
NONE, NEW = 0, -1  # what a row means besides the number of a class
Key = Qt.Key


class AskField(QFrame):
    """What is asked, a line to type into, the classes that what is typed may mean, and a way out.

    Signals:
        answered(number): with a class; 0 where Enter was pressed on the empty line: with the current one.
        named(name): with a class that is to be made; empty for the next number.
        passed(): the place is none of the classes.
        left(): nothing more is to be asked.
    """

    answered = Signal(int)
    named = Signal(str)
    passed = Signal()
    left = Signal()

    def __init__(self, image: ImageView) -> None:
        super().__init__(image)
        self._image = image
        self._classes = ClassTable()
        self._pixel: tuple[int, int] | None = None
        self._known = ""  # of the pixel
        self.setAccessibleName(say("Ask me"))
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self.place, self.text = QLabel(self), QLabel(self)
        font = self.place.font()
        font.setBold(True)
        self.place.setFont(font)
        self.text.setWordWrap(True)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.matches = QListWidget(self)
        self.matches.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys stay with the line
        self.matches.setAccessibleName(say("Classes that match"))
        self.matches.setIconSize(QSize(12, 12))
        self.matches.itemClicked.connect(self._row_clicked)
        self.edit = AskEdit(self)
        self.edit.textEdited.connect(self._typed)
        self.none = QPushButton(say("&None of these"), self)
        self.none.setToolTip(say("Pass the place over: it is not asked about again (0 and Enter, or Alt+N)"))
        self.none.setAutoDefault(False)
        self.none.clicked.connect(self._pass)
        self.cross = QToolButton(self)
        self.cross.setIcon(icon("close"))
        self.cross.setAutoRaise(True)
        self.cross.setToolTip(say("Ask no more (Esc)"))
        self.cross.setAccessibleName(say("Ask no more"))
        self.cross.clicked.connect(self.left)
        self._lay_out()
        image.moved.connect(self._stand)
        for watched in (image.viewport(), self.none, self.cross):
            watched.installEventFilter(self)
        self.hide()

    def ask(self, place: str, text: str, pixel: tuple[int, int] | None, classes: ClassTable, current: int) -> None:
        """Asks about a pixel (row, col), or says why there is none to ask about.

        Args:
            place: which one it is, in a few words.
            text: what is known of it.
            current: number of the class that Enter alone stands for; 0 for none.
        """
        fresh = pixel != self._pixel or not self.isVisible()
        self._pixel, self._classes = pixel, classes
        self.place.setText(place)
        self._known = text
        self.text.setText(text)
        self.show_current(classes, current)
        if fresh:
            self.edit.clear()
        self._match()
        if not self.isVisible():
            self.show()
            self.raise_()
            self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._stand()

    def show_current(self, classes: ClassTable, current: int) -> None:
        """Says for which class Enter alone stands."""
        self._classes = classes
        words = say("Number or name of the class")
        if current in classes:
            words = say("Number or name; Enter alone: {name}", name=classes.get(current).name)
        self.edit.setPlaceholderText(words)

    def close_up(self) -> None:
        """Goes away; the keys are the image's again if they were the field's."""
        if not self.isVisible():
            return
        had_keys = self.isAncestorOf(self.window().focusWidget() or self.window())
        self.edit.clear()
        self._pixel = None
        self.hide()
        if had_keys:
            self._image.setFocus()

    def enter(self) -> None:
        """Enter: what is typed answers, by the row that is chosen; a class that is not there yet is asked about by its
        row, which a second Enter takes."""
        text = self.edit.text().strip()
        if not text:
            self.answered.emit(0)
            return
        row = self.matches.currentItem()
        if row is not None:
            self._take(row)
        elif self.matches.count():
            self.matches.setCurrentRow(self.matches.count() - 1)
            self.text.setText(say("No class is called {name}. Enter makes it.", name=text))
        else:
            self.text.setText(say("There is no class number {number}.", number=text))

    def step(self, by: int) -> None:
        """Up and down: another row of the classes."""
        rows, row = self.matches.count(), self.matches.currentRow()
        if rows:
            self.matches.setCurrentRow((row + by) % rows if row >= 0 or by > 0 else rows - 1)

    # Inner doings

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.place, 1)
        top.addWidget(self.cross)
        line = QHBoxLayout()
        line.addWidget(self.edit, 1)
        line.addWidget(self.none)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 8, 10)
        column.setSpacing(4)
        column.addLayout(top)
        column.addWidget(self.text)
        column.addWidget(self.matches)
        column.addLayout(line)
        self.setTabOrder(self.edit, self.none)
        self.setTabOrder(self.none, self.cross)

    def _typed(self, _text: str) -> None:
        self.text.setText(self._known)
        self._match()
        self._stand()

    def _match(self) -> None:
        """Lists what is typed may mean, the likeliest chosen; a class of that name to be made stands last."""
        self.matches.clear()
        text = self.edit.text().strip()
        if not text:
            self.matches.hide()
            return
        if text == "0":
            self._row(say("0  None of these"), NONE)
        for info in find_classes(text, self._classes):
            self._row(f"{info.number}  {info.name}", info.number, info)
        likely = self.matches.count() > 0
        if text.isdigit():
            if int(text) == next(n for n in count(1) if n not in self._classes):
                self._row(say("New class {number}", number=text), NEW)
                likely = True
        elif not is_class(text, self._classes):
            self._row(say("New class: {name}", name=text), NEW, name=text)
        if likely:
            self.matches.setCurrentRow(0)
        self.matches.setVisible(self.matches.count() > 0)

    def _row(self, text: str, meaning: int, info: ClassInfo | None = None, name: str = "") -> None:
        row = QListWidgetItem(text, self.matches)
        row.setData(ROLE, meaning)
        row.setData(NAME, name)
        row.setSizeHint(QSize(0, self._row_height))
        if info is not None:
            picture = QPixmap(12, 12)
            picture.fill(QColor(*info.color))
            row.setIcon(picture)
        elif meaning == NEW:
            row.setIcon(icon("plus"))

    def _row_clicked(self, row: QListWidgetItem) -> None:
        self._take(row)
        self.edit.setFocus()

    def _take(self, row: QListWidgetItem) -> None:
        meaning, name = int(row.data(ROLE)), str(row.data(NAME))
        self.edit.clear()
        self._match()
        if meaning == NEW:
            self.named.emit(name)
        elif meaning == NONE:
            self.passed.emit()
        else:
            self.answered.emit(meaning)

    def _pass(self) -> None:
        self.edit.clear()
        self.edit.setFocus()
        self.passed.emit()

    @property
    def _row_height(self) -> int:
        return self.matches.fontMetrics().height() + 6

    # Where it stands

    def _stand(self) -> None:
        """In the middle of the lower edge; at the upper one where it would cover the pixel that is asked about."""
        if not self.isVisible():
            return
        port = self._image.viewport().rect()
        width = min(WIDTH, port.width() - 2 * AWAY)
        free = self._free(port)
        self._size_rows(port, width)
        height = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        below = QRect((port.width() - width) // 2, port.height() - AWAY - height, width, height)
        above = QRect(below.left(), AWAY, width, height)
        covered = free is not None and below.intersects(free)
        if covered and free is not None and not above.intersects(free):
            below = above
        self.setGeometry(below)

    def _free(self, port: QRect) -> QRect | None:
        """What must stay in sight: the pixel that is asked about with its frame; None where it is out of sight."""
        if self._pixel is None:
            return None
        at, half = self._image.position_of(*self._pixel), round(half_side_at(self._image.scale)) + BESIDE
        around = QRect(at.x() - half, at.y() - half, 2 * half, 2 * half)
        return around if around.intersects(port) else None

    def _size_rows(self, port: QRect, width: int) -> None:
        """The list is as high as its rows, up to what leaves the middle of the view free."""
        if self.matches.isHidden():
            return
        line = self._row_height
        self.matches.setFixedHeight(0)
        self._column.activate()
        plain = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        room = port.height() // 2 - AWAY - plain - BESIDE - round(half_side_at(self._image.scale))
        rows = min(self.matches.count(), MOST_ROWS, max(FEWEST_ROWS, room // line))
        self.matches.setFixedHeight(rows * line + 2 * self.matches.frameWidth())
        self._column.activate()

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click to look around leaves the keys with the field; one that draws takes them, for the tool's own. What is
        typed on a button goes to the line."""
        if isinstance(event, QKeyEvent) and watched is not self._image.viewport():
            return self._typed_on_button(event)
        if event.type() == QEvent.Type.Resize:
            QTimer.singleShot(0, self, self._stand)
        elif event.type() == QEvent.Type.MouseButtonRelease and self.isVisible() and self._image.tool == "navigate":
            QTimer.singleShot(0, self, self._take_keys)  # the tool is to see the button go up first
        return super().eventFilter(watched, event)

    def _typed_on_button(self, event: QKeyEvent) -> bool:
        if event.key() == Key.Key_Space or not is_typed(event):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
        elif event.type() == QEvent.Type.KeyPress:
            self.edit.setFocus()
            self.edit.keyPressEvent(event)
        return True

    def _take_keys(self) -> None:
        if self.isVisible() and self._image.hasFocus():
            self.edit.setFocus()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        # Not by a style sheet, under which colours stay as they are when the program gets others.
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 1.5))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Window))
        painter.drawRoundedRect(self.rect().toRectF().adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.cross.setIcon(icon("close"))  # in the ink of the new colours


class AskEdit(QLineEdit):
    """The line: its keys are its own, and fire nothing in the menus."""

    def __init__(self, field: AskField) -> None:
        super().__init__(field)
        self._field = field
        self.setAccessibleName(say("Number or name of the class"))
        self.setClearButtonEnabled(True)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            taking_back = event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)
            if taking_back and not self.text():  # nothing was typed: an answer is meant
                event.ignore()
                return False
            if self._number(event) or event.key() in (Key.Key_Return, Key.Key_Enter) or is_typed(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Key.Key_Return, Key.Key_Enter):
            self._field.enter()
        elif key == Key.Key_Escape:
            self._field.left.emit()
        elif key in (Key.Key_Up, Key.Key_Down):
            self._field.step(1 if key == Key.Key_Down else -1)
        elif self._number(event):
            self.clear()
            self._field.answered.emit(self._number(event))
        else:
            super().keyPressEvent(event)

    @staticmethod
    def _number(event: QKeyEvent) -> int:
        """The digit that was pressed with Alt; 0 for none."""
        held = event.modifiers() & Qt.KeyboardModifier.AltModifier
        digit = Key.Key_1 <= event.key() <= Key.Key_9
        return int(event.key()) - int(Key.Key_0) if held and digit else 0


def is_typed(event: QKeyEvent) -> bool:
    """Whether a key is a letter or a digit, or one of those that the line has a meaning for."""
    others = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
    own = (Key.Key_Escape, Key.Key_Up, Key.Key_Down)
    letters = event.text() != "" and event.text().isprintable()
    return not event.modifiers() & others and (event.key() in own or letters)
