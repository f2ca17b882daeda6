"""What is looked for in every part of the window: controls without name, cut texts, faint ones, focus that is not seen.

Each check takes a widget that is shown and gives back a line for everything that is wrong in it.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QApplication,
    QCheckBox,
    QComboBox,
    QDialogButtonBox,
    QGroupBox,
    QHeaderView,
    QLabel,
    QListView,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QTabBar,
    QTextEdit,
    QToolButton,
    QWidget,
)

from hsigui.ui.desk.elided import ElidedLabel

ROWS = 12  # of a table that are read
RATIO = 2  # device pixels a logical one, where colours are measured
FINE = 5  # the same where thin letters are not full of their ink at that
READABLE = 4.5  # the ratio of the Web Content Accessibility Guidelines 2.1 for text
NO_ROLES = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Border}
SEEN_CHANGE, LEAST_CHANGED = 40, 12  # of a channel (0 to 255), and logical pixels that change so with the focus


# Names


def nameless(root: QWidget) -> list[str]:
    """Controls that the keyboard reaches, and pictures, without a name or a role; cells that say nothing."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if not widget.isVisible() or inside_of_another(widget) or (isinstance(widget, QLabel) and not widget.text()):
            continue
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus or paints_itself(widget):
            told = QAccessible.queryAccessibleInterface(widget)
            if told is None or not told.text(QAccessible.Text.Name).strip():
                found.append(f"no name: {at(widget)}")
            elif told.role() in NO_ROLES and not isinstance(widget, QLabel):
                found.append(f"no role: {at(widget)}")
        if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
            found += silent_cells(widget)
    return found


def silent_cells(view: QAbstractItemView) -> list[str]:
    """Cells that show a picture, a colour or a box but say nothing to who does not see them."""
    model, found = view.model(), []
    if model is None:
        return []
    for row in range(min(model.rowCount(), ROWS)):
        for col in columns_of(view):
            index = model.index(row, col)
            said = [index.data(role) for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)]
            shown = [
                index.data(role)
                for role in (
                    Qt.ItemDataRole.DecorationRole,
                    Qt.ItemDataRole.CheckStateRole,
                    Qt.ItemDataRole.BackgroundRole,
                )
            ]
            if any(one is not None for one in shown) and not any(str(one or "").strip() for one in said):
                found.append(f"silent cell {row}, {col}: {at(view)}")
    return found


def columns_of(view: QAbstractItemView) -> range:
    """Its columns; a list has one, and Qt keeps the count of its model to itself."""
    return range(1 if isinstance(view, QListView) else view.model().columnCount())


def inside_of_another(widget: QWidget) -> bool:
    """Whether it is a part of one of Qt's own controls, which speaks for it, or of a menu of pyqtgraph."""
    above = widget.parentWidget()
    if isinstance(above, QAbstractScrollArea) and widget is above.viewport():
        return True
    if isinstance(widget, QListView) and above is not None and isinstance(above.parentWidget(), QComboBox):
        return True
    if widget.focusProxy() is not None or widget.objectName().startswith("qt_"):
        return True
    while above is not None:
        if isinstance(above, QMenu | QComboBox) or "SpinBox" in type(above).__name__:
            return True
        above = above.parentWidget()
    return isinstance(widget, QMenu)


def paints_itself(widget: QWidget) -> bool:
    """Whether the program paints what is seen of it, and it is no label or button, whose text says it."""
    if widget.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents):  # it lies over another one
        return False
    own = any("paintEvent" in vars(kind) for kind in type(widget).__mro__ if kind.__module__.startswith("hsigui"))
    return own and not isinstance(widget, QLabel | QAbstractButton) and not silent_ground(widget)


def silent_ground(widget: QWidget) -> bool:
    """Whether it only paints the ground of what stands on it."""
    return widget.layout() is not None and widget.focusPolicy() == Qt.FocusPolicy.NoFocus


# Cut texts


def clipped(root: QWidget) -> list[str]:
    """Texts that do not fit where they stand; those that are shortened with their whole in the tooltip are none."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and not inside_of_another(widget) and (short := lacking(widget)):
            found.append(f"{short} px short: {at(widget)}")
    return found


def lacking(widget: QWidget) -> int:
    """How many logical pixels a text lacks, across or down; 0 where it fits."""
    if isinstance(widget, ElidedLabel):
        return 0 if fits_or_told(widget) else 1
    if isinstance(widget, QLabel):
        return of_label(widget)
    if shows_a_picture_alone(widget):
        return 0
    if isinstance(widget, QPushButton | QCheckBox | QRadioButton | QToolButton) and widget.text():
        return max(0, widget.minimumSizeHint().width() - widget.width() - 1)
    if isinstance(widget, QGroupBox):
        return max(0, widget.minimumSizeHint().width() - widget.width() - 1)
    if isinstance(widget, QTabBar):
        return of_tabs(widget)
    if isinstance(widget, QMenuBar):
        return max(0, widget.sizeHint().width() - widget.width())
    return 0


def shows_a_picture_alone(widget: QWidget) -> bool:
    alone = isinstance(widget, QToolButton) and widget.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonIconOnly
    return alone and not widget.icon().isNull()


def fits_or_told(label: QLabel) -> bool:
    wide = label.fontMetrics().horizontalAdvance(label.text())
    return wide <= label.contentsRect().width() or label.text() in label.toolTip()


def of_label(label: QLabel) -> int:
    if not label.text() or not label.pixmap().isNull():
        return 0
    if label.text() in label.toolTip() or label.width() <= 1:
        return 0
    if label.wordWrap():
        return max(0, label.heightForWidth(label.width()) - label.height() - 1)
    need = label.minimumSizeHint() if label.minimumWidth() == 0 else label.sizeHint()
    return max(0, need.width() - label.width() - 1)


def of_tabs(bar: QTabBar) -> int:
    for tab in range(bar.count()):
        shown = bar.tabRect(tab).width()
        wide = bar.fontMetrics().horizontalAdvance(bar.tabText(tab).replace("&", ""))
        if bar.isTabVisible(tab) and wide > shown and bar.tabText(tab).replace("&", "") not in bar.tabToolTip(tab):
            return wide - shown
    return 0


def too_large(window: QWidget, screen: QSize) -> list[str]:
    """Whether a window cannot be made as small as a screen."""
    least = window.minimumSizeHint().expandedTo(window.minimumSize())
    if least.width() > screen.width() or least.height() > screen.height():
        return [f"{least.width()} x {least.height()} at least: {at(window)}"]
    return []


# Contrast


def faint(root: QWidget) -> list[str]:
    """Texts that stand out too little from their ground; what is disabled may."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.isVisible() and widget.isEnabled() and not inside_of_another(widget):
            if has_text(widget) and measured(widget) < READABLE and (ratio := measured(widget, FINE)) < READABLE:
                found.append(f"{ratio:.2f}: {at(widget)}")
            if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
                found += faint_cells(widget)
    return found


def has_text(widget: QWidget) -> bool:
    if widget.visibleRegion().boundingRect() != widget.rect():  # it is scrolled away, or partly
        return False
    if isinstance(widget, QLabel):
        return bool(re.search(r"\w", widget.text())) and min(widget.width(), widget.height()) > 6
    if shows_a_picture_alone(widget):
        return False
    return isinstance(widget, QPushButton | QCheckBox | QRadioButton | QToolButton) and bool(widget.text())


def measured(widget: QWidget, ratio: int = RATIO) -> float:
    """The largest contrast to the ground, which is the colour of most of it, in what is painted."""
    pixels = picture(widget, ratio=ratio)
    if pixels.size == 0:
        return 21.0
    packed, counts = np.unique(pixels.astype(np.int32) @ np.array([65536, 256, 1], np.int32), return_counts=True)
    light = luminance(np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=-1))
    ground = light[counts.argmax()]
    high, low = np.maximum(light, ground), np.minimum(light, ground)
    return float(((high + 0.05) / (low + 0.05)).max())


def faint_cells(view: QAbstractItemView) -> list[str]:
    model, found = view.model(), []
    base = view.palette().base().color()
    for row in range(min(model.rowCount(), ROWS) if model is not None else 0):
        for col in columns_of(view):
            index = model.index(row, col)
            ink, ground = index.data(Qt.ItemDataRole.ForegroundRole), index.data(Qt.ItemDataRole.BackgroundRole)
            if ink is None and ground is None:
                continue
            if not index.flags() & Qt.ItemFlag.ItemIsEnabled or not str(index.data() or ""):
                continue
            pair = colour_of(ink, view.palette().text().color()), colour_of(ground, base)
            if (ratio := contrast(*pair)) < READABLE:
                found.append(f"{ratio:.2f}: cell {row}, {col} of {at(view)}")
    return found


def colour_of(brush: object, otherwise: QColor) -> QColor:
    found = brush.color() if hasattr(brush, "color") else brush
    return QColor(found) if found is not None else otherwise


def contrast(one: QColor, other: QColor) -> float:
    """The ratio of the Web Content Accessibility Guidelines 2.1."""
    low, high = sorted(luminance(np.array([one.getRgb()[:3], other.getRgb()[:3]])))
    return float((high + 0.05) / (low + 0.05))


def luminance(colors: NDArray[np.integer]) -> NDArray[np.float64]:
    share = np.asarray(colors, dtype=float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def picture(widget: QWidget, around: int = 0, ratio: int = RATIO) -> NDArray[np.uint8]:
    """What is seen of a widget, with some pixels around it. Rows x columns x 3."""
    window = widget.window()
    box = QRect(widget.mapTo(window, QPoint()), widget.size()).adjusted(-around, -around, around, around)
    box &= window.rect()
    image = QImage(box.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    if image.isNull():
        return np.zeros((0, 0, 3), np.uint8)
    image.fill(window.palette().window().color())
    painter = QPainter(image)
    window.render(painter, QPoint(), box)
    painter.end()
    rows, cols = image.height(), image.width()
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(rows, image.bytesPerLine() // 4, 4)
    return flat[:, :cols, 2::-1].copy()


# Focus


def traps(root: QWidget) -> list[str]:
    """Controls that take the Tab key for themselves, so that it does not lead on."""
    found = []
    for widget in root.findChildren(QWidget):
        held = isinstance(widget, QAbstractItemView) and widget.tabKeyNavigation()
        typed = isinstance(widget, QPlainTextEdit | QTextEdit) and not (widget.isReadOnly() or widget.tabChangesFocus())
        if (held or typed) and widget.isVisible() and not inside_of_another(widget):
            found.append(at(widget))
    return found


def unseen_focus(root: QWidget) -> list[str]:
    """Controls that look the same with the focus and without."""
    found = []
    for widget in [root, *root.findChildren(QWidget)]:
        reached = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if not reached or not widget.isVisible() or not widget.isEnabled() or inside_of_another(widget):
            continue
        if widget.visibleRegion().isEmpty() or isinstance(widget.parentWidget(), QDialogButtonBox):
            continue
        if not shows_focus(widget):
            found.append(at(widget))
    return found


def shows_focus(widget: QWidget) -> bool:
    if QApplication.focusWidget() is widget:
        widget.clearFocus()
    before = picture(widget, 3)
    widget.setFocus(Qt.FocusReason.ShortcutFocusReason)
    if not widget.hasFocus():
        return True  # it hands it on at once
    after = picture(widget, 3)
    widget.clearFocus()
    if before.shape != after.shape:
        return True
    changed = np.abs(before.astype(int) - after.astype(int)).max(axis=2) >= SEEN_CHANGE
    return int(changed.sum()) >= LEAST_CHANGED * RATIO**2


def at(widget: QWidget) -> str:
    """A widget in words: what it is, what it says, and in what it stands."""
    said = next(
        (
            str(text)
            for name in ("text", "title", "windowTitle", "accessibleName")
            if callable(getattr(widget, name, None)) and (text := _called(widget, name))
        ),
        "",
    )
    above = widget.parentWidget()
    inside = [] if above is None else [type(above).__name__]
    if above is not None and above.parentWidget() is not None:
        inside.append(type(above.parentWidget()).__name__)
    return " in ".join([f"{type(widget).__name__} “{said[:50]}”", *inside])


def _called(widget: QWidget, name: str) -> str:
    try:
        return getattr(widget, name)()
    except TypeError:  # a method of the same name that wants more
        return ""
