"""The panel of the feature space: what its axes are, what colours the points, and what is done with a selection."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QPoint, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAction, QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from hsigui.analysis.feature_points import Points
from hsigui.analysis.outlines import Outline
from hsigui.cube.color_maps import colors_of
from hsigui.texts import say
from hsigui.ui.desk.action_rows import tool_button
from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.later import Later
from hsigui.ui.desk.mnemonics import set_text
from hsigui.ui.desk.roles import give_role
from hsigui.ui.desk.tips import explain
from hsigui.ui.feature_space.busy_row import BusyRow
from hsigui.ui.feature_space.choices import Choice
from hsigui.ui.feature_space.plot import COLORS, LASSO, LEAST, PAN, RECTANGLE, CloudPlot, Seen

SCENE, VIEW = "scene", "view"
NO_CLASSES = Choice("", say("None"))
PLOT_NAME = say("Plot of the feature space")
CONTROLS = 204  # logical pixels
_MODES = (
    (PAN, "hand", say("Move"), say("drag the plot; the wheel magnifies, a double click shows all of it")),
    (LASSO, "lasso", say("Lasso"),
     say("draw round pixels to select them; with Shift beside those that are selected, Esc clears")),
    (RECTANGLE, "rectangle", say("Rectangle"),
     say("drag one to select pixels; with Shift beside those that are selected, Esc clears")),
)  # fmt: skip


class FeatureSpacePanel(QWidget):
    """Plot and controls.

    Signals:
        axes_chosen(x, y), classes_chosen(id), extent_chosen(SCENE or VIEW): by the user.
        outlined(outline, added), escaped(), whole_asked(), moved(), menu_asked(QPoint): those of the plot.
    """

    axes_chosen = Signal(str, str)
    classes_chosen = Signal(str)
    extent_chosen = Signal(str)
    outlined = Signal(object, bool)
    escaped = Signal()
    whole_asked = Signal()
    moved = Signal()
    menu_asked = Signal(QPoint)

    def __init__(self, label: QAction, new_class: QAction, clear: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.over = QAction(self)
        set_text(self.over, say("Also over &existing labels"))
        self.over.setCheckable(True)
        self.across, self.up = (self._combo() for _ in range(2))
        self.classes, self.extent = self._combo(), self._combo()
        self._mode = PAN
        self._place = Later(self._made_plot, LEAST, PLOT_NAME, self)
        self.told, self.key, self.busy = ElidedLabel(self), DensityKey(self), BusyRow(self)
        self.modes = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 4, 4)
        row.setSpacing(6)
        row.addWidget(self._build_controls(label, new_class, clear))
        row.addLayout(self._build_plot(), 1)
        for value, title in ((SCENE, say("The whole scene")), (VIEW, say("What the image shows"))):
            self.extent.addItem(title, value)
        self.across.activated.connect(self._axes_activated)
        self.up.activated.connect(self._axes_activated)
        self.classes.activated.connect(lambda: self.classes_chosen.emit(self.classes.currentData()))
        self.extent.activated.connect(lambda: self.extent_chosen.emit(self.extent.currentData()))
        from_top: list[QWidget] = [
            self.across, self.up, self.classes, self.extent, *self.modes.buttons(), self.clear, self.label,
            self.busy.stop, self._place,
        ]  # fmt: skip
        for above, below in pairwise(from_top):
            QWidget.setTabOrder(above, below)
        self.setEnabled(False)

    # What is shown

    @property
    def plot(self) -> CloudPlot:
        """The plot; not there until it is seen, or there is something to show in it."""
        return self._place.widget

    @property
    def seen(self) -> Seen | None:
        """What the plot shows."""
        return None if self._place.made is None else self._place.made.seen

    def show_nothing(self) -> None:
        """Shows no densities and no points."""
        if self._place.made is not None:
            self._place.made.show_seen(None)

    def show_outlines(self, outlines: Sequence[Outline]) -> None:
        """Shows closed outlines in the plot."""
        if outlines or self._place.made is not None:
            self.plot.show_outlines(outlines)

    def point_at(self, place: tuple[float, float] | None) -> None:
        """Marks where the pixel under the mouse of the image lies."""
        if place is not None or self._place.made is not None:
            self.plot.point_at(place)

    def point_out(self, points: Points | None) -> None:
        """Marks where pixels lie that are marked in the image."""
        if points is not None or self._place.made is not None:
            self.plot.point_out(points)

    def offer_axes(self, choices: Sequence[Choice], x: str, y: str) -> None:
        """Lists what can be an axis, and shows which ones are."""
        for combo, chosen in ((self.across, x), (self.up, y)):
            fill(combo, choices, chosen)

    def offer_classes(self, choices: Sequence[Choice], chosen: str) -> None:
        """Lists what can colour points, and shows what does."""
        fill(self.classes, [NO_CLASSES, *choices], chosen)

    def show_extent(self, extent: str) -> None:
        """Shows what the plot is of: SCENE or VIEW."""
        self.extent.setCurrentIndex(max(self.extent.findData(extent), 0))

    def set_mode(self, mode: str) -> None:
        """Chooses what the left button does in the plot."""
        self.modes.buttons()[[row[0] for row in _MODES].index(mode)].setChecked(True)
        self._mode = mode
        if self._place.made is not None:
            self._place.made.set_mode(mode)

    # Inner doings

    def _build_controls(self, label: QAction, new_class: QAction, clear: QAction) -> QWidget:
        side = QWidget(self)
        side.setFixedWidth(CONTROLS)
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(6)
        form.setVerticalSpacing(4)
        rows = (
            (say("Across"), self.across, say("What is measured along the lower axis")),
            (say("Up"), self.up, say("What is measured along the left axis")),
            (say("Colours"), self.classes, say("Classes whose pixels are drawn as points in their colours")),
            (say("Of"), self.extent, say("Whose pixels the plot shows")),
        )
        for title, combo, tip in rows:
            combo.setAccessibleName(title)
            explain(combo, tip)
            form.addRow(title, combo)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        column.addLayout(form)
        column.addLayout(self._build_tools(label, new_class, clear))
        column.addWidget(self.busy)
        column.addStretch(1)
        return side

    def _build_tools(self, label: QAction, new_class: QAction, clear: QAction) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(1)
        for place, (name, picture, title, tip) in enumerate(_MODES):
            button = QToolButton(self)
            button.setIcon(icon(picture))
            button.setIconSize(QSize(18, 18))
            button.setAutoRaise(True)
            button.setCheckable(True)
            button.setAccessibleName(title)
            explain(button, f"{title}: {tip}")
            button.clicked.connect(partial(self.set_mode, name))
            self.modes.addButton(button, place)
            row.addWidget(button)
        self.set_mode(LASSO)
        self.clear = tool_button(clear, self)
        row.addWidget(self.clear)
        menu = QMenu(self)
        menu.addActions([new_class, self.over])
        self.label = QToolButton(self)
        self.label.setDefaultAction(label)
        self.label.setMenu(menu)
        self.label.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.label.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        row.addSpacing(4)
        row.addWidget(self.label, 1)
        return row

    def _build_plot(self) -> QVBoxLayout:
        below = QHBoxLayout()
        below.setContentsMargins(4, 0, 4, 0)
        below.setSpacing(10)
        below.addWidget(self.told, 1)
        below.addWidget(self.key)
        column = QVBoxLayout()
        column.setSpacing(0)
        column.addWidget(self._place, 1)
        column.addLayout(below)
        return column

    def _made_plot(self, parent: QWidget) -> CloudPlot:
        plot = CloudPlot(parent)
        plot.setAccessibleName(PLOT_NAME)
        plot.set_mode(self._mode)
        plot.outlined.connect(self.outlined)
        plot.escaped.connect(self.escaped)
        plot.whole_asked.connect(self.whole_asked)
        plot.moved.connect(self.moved)
        plot.right_clicked.connect(self.menu_asked)
        return plot

    def _combo(self) -> QComboBox:
        combo = QComboBox(self)
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.setMinimumContentsLength(8)
        combo.setMaxVisibleItems(24)
        return combo

    def _axes_activated(self) -> None:
        self.axes_chosen.emit(self.across.currentData(), self.up.currentData())


class DensityKey(QWidget):
    """What the colours of the density mean: one pixel, and as many as lie together at most."""

    BAR = QSize(72, 8)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        give_role(self, QAccessible.Role.Graphic, say("Key of the density"))

    def show_most(self, most: int) -> None:
        """How many pixels lie together at most; 0 for no key."""
        self._most = most
        self.setAccessibleDescription(self._words[0] + " – " + self._words[1])
        self.updateGeometry()
        self.update()

    @property
    def _words(self) -> tuple[str, str]:
        return "1", say("{count:,} px", count=self._most)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = sum(metrics.horizontalAdvance(word) + 5 for word in self._words) if self._most else 0
        return QSize(words + self.BAR.width() if self._most else 0, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._most:
            return
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # places are counted from the left
        painter.setPen(self.palette().color(QPalette.ColorRole.Text))
        low, high = self._words
        left = self.fontMetrics().horizontalAdvance(low) + 5
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, high)
        top, colors = (self.height() - self.BAR.height()) // 2, colors_of(COLORS)
        for step in range(self.BAR.width()):
            red, green, blue = colors[step * 255 // (self.BAR.width() - 1)].tolist()
            painter.fillRect(left + step, top, 1, self.BAR.height(), QColor(red, green, blue))
        painter.end()


def fill(combo: QComboBox, choices: Sequence[Choice], chosen: str) -> None:
    """Lists choices with a line between kinds; nothing is told."""
    with QSignalBlocker(combo):
        combo.clear()
        for choice in choices:
            if choice.begins and combo.count():
                combo.insertSeparator(combo.count())
            combo.addItem(choice.title, choice.id)
            combo.setItemData(combo.count() - 1, choice.title, Qt.ItemDataRole.ToolTipRole)
        combo.setCurrentIndex(max(combo.findData(chosen), 0))
