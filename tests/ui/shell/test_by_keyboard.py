"""The keyboard alone is enough: from pane to pane, through each panel in order, every control with a name."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QLabel,
    QListView,
    QMenu,
    QSlider,
    QTabBar,
    QWidget,
)

from hsigui.ui.desk.tips import MOST
from hsigui.ui.shell.panels import PANELS
from tests.ui.windows import idle

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
TAB = Qt.FocusPolicy.TabFocus


@pytest.fixture
def active(mapped):
    mapped.activateWindow()
    QTest.qWaitForWindowActive(mapped)
    mapped.messages.clear()
    mapped.image.setFocus()
    return mapped


def key(window, which, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, which, modifier)


def where(window) -> str:
    pane = window.panes._pane_of(QApplication.focusWidget())
    return pane.windowTitle() if isinstance(pane, QDockWidget) else type(pane).__name__


def mnemonics(window) -> list[tuple[str, str]]:
    """Every key with Alt that menus and controls of the window take, hidden ones too, and the text that says so."""
    texts = [action.text() for action in window.menuBar().actions()]
    for widget in window.findChildren(QWidget):
        named = isinstance(widget, QAbstractButton) or (isinstance(widget, QLabel) and widget.buddy() is not None)
        if named and widget.window() is window:
            texts.append(widget.text())
    return [(key, text) for text in texts if (key := QKeySequence.mnemonic(text).toString())]


def test_f6_goes_through_all_panes_and_shift_f6_back_and_alt_is_the_menus(active):
    found = mnemonics(active)
    taken = Counter(key for key, _ in found)
    assert taken["Alt+V"] == 1
    assert not [pair for pair in found if taken[pair[0]] > 1], "no control takes the key of a menu, or of another one"
    count = len(active.panes.panes())
    there = []
    for _ in range(count):
        key(active, Qt.Key.Key_F6)
        there.append(where(active))
    assert there.count("QToolBar") == 2, "the bar below the menus, and the strip of tools"
    assert len(set(there)) == count - 1, there
    assert {"ImageView", "Display", "Classes", "Training", "Map", "Spectra", "NotesBar"} <= set(there)
    back = []
    for _ in range(count):
        key(active, Qt.Key.Key_F6, SHIFT)
        back.append(where(active))
    assert back == [*reversed(there[:-1]), there[-1]]


def test_a_pane_gives_the_focus_back_to_what_had_it(active):
    active.method.seed.setFocus()
    key(active, Qt.Key.Key_F6)
    assert QApplication.focusWidget() is not active.method.seed
    key(active, Qt.Key.Key_F6, SHIFT)
    assert active.method.seed.hasFocus()


def test_esc_gives_the_focus_back_to_the_image(active):
    for widget in (active.method.seed, active.display.findChild(QSlider), active.docks["Layers"].widget()):
        widget.setFocus()
        assert not active.image.hasFocus()
        key(active, Qt.Key.Key_Escape)
        assert active.image.hasFocus(), widget


def test_tab_leaves_every_control_of_a_panel(active):
    for row in PANELS:
        active.docks[row.name].raise_()
        QApplication.processEvents()
        for widget in in_tab_order(active.docks[row.name].widget(), active):
            widget.setFocus()
            key(active, Qt.Key.Key_Tab)
            assert QApplication.focusWidget() is not widget, (row.name, widget)


def test_a_message_is_among_the_panes_while_it_is_there(active, qtbot):
    active.messages.warning("Odd.")
    qtbot.waitUntil(active.messages.isVisible)
    for _ in range(20):
        key(active, Qt.Key.Key_F6)
        if where(active) == "MessageBar":
            break
    key(active, Qt.Key.Key_Escape)
    assert active.messages.messages == []


def test_page_keys_turn_panels_that_stand_behind_one_another(active, qtbot):
    active.panes.show_panel(active.docks["Map"])
    seen = []
    behind = [row.name for row in PANELS if active.docks[row.name] in active.tabifiedDockWidgets(active.docks["Map"])]
    for _ in range(len(behind) + 1):
        key(active, Qt.Key.Key_PageDown, CTRL)
        seen.append(where(active))
    assert seen == [*behind, "Map"]
    key(active, Qt.Key.Key_PageUp, CTRL)
    assert where(active) == behind[-1]


def test_the_image_shows_that_the_keyboard_brought_the_focus(active, grabbed):
    at = QPoint(1, active.image.viewport().height() // 2)
    accent = active.palette().highlight().color().getRgb()[:3]
    assert grabbed(active.image.viewport(), at) != accent
    key(active, Qt.Key.Key_F6)
    key(active, Qt.Key.Key_F6, SHIFT)
    assert where(active) == "ImageView"
    assert grabbed(active.image.viewport(), at) == accent


def test_the_tab_key_goes_through_each_panel_from_top_to_bottom(active, qtbot):
    for row in PANELS:
        active.docks[row.name].raise_()
        QApplication.processEvents()
        ring = in_tab_order(active.docks[row.name].widget(), active)
        heights = [widget.mapTo(active, QPoint()).y() for widget in ring]
        back = [n for n, high in enumerate(heights) if heights[(n + 1) % len(ring)] < high - 12]
        assert len(back) <= 1, (row.name, [ring[n] for n in back])  # from the last to the first


def in_tab_order(panel: QWidget, window: QWidget) -> list[QWidget]:
    """What Tab reaches in a panel: a ring, which begins anywhere."""
    ring, widget = [], window.nextInFocusChain()
    while widget is not window:
        reached = widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & TAB
        if reached and widget.focusProxy() is None and (widget is panel or panel.isAncestorOf(widget)):
            ring.append(widget)
        widget = widget.nextInFocusChain()
    return ring


def test_every_control_of_the_window_has_a_name(active, qtbot):
    active.messages.warning("Odd.")
    nameless = [widget for widget in active.findChildren(QWidget) if wants_name(widget) and not named(widget)]
    assert nameless == []


DIALOGS = (
    "open_address", "bands", "properties", "preferences", "command_palette", "help_pages", "shortcuts", "about",
    "report_problem", "draw_sample", "export", "own_composites", "messages", "quality_masks", "merge_class",
    "class_means", "libraries",
)  # fmt: skip


def test_every_control_of_the_dialogs_has_a_name_and_a_short_tip(active, qtbot):
    seen = set()
    for name in DIALOGS:
        active.actions_[name].trigger()
        idle(qtbot, active)
        for dialog in active.findChildren(QDialog):
            if dialog.isVisible():
                seen.add(name)
                nameless = [w for w in dialog.findChildren(QWidget) if wants_name(w) and not named(w)]
                assert nameless == [], name
                own = [w for w in dialog.findChildren(QWidget) if not of_pyqtgraph(w)]
                tips = [line for w in own for line in w.toolTip().split("\n")]
                assert [tip for tip in tips if len(tip) > MOST] == [], name
                dialog.reject()
    assert len(seen) > 9


def wants_name(widget: QWidget) -> bool:
    """Whether the focus can come to it; the insides of Qt's own controls have none of their own."""
    if widget.focusPolicy() == Qt.FocusPolicy.NoFocus or (isinstance(widget, QMenu | QTabBar) and widget.isHidden()):
        return False
    above = widget.parentWidget()
    if isinstance(above, QAbstractScrollArea) and widget is above.viewport():
        return False
    if isinstance(widget, QListView) and isinstance(above.parentWidget() if above else None, QComboBox):
        return False
    return not of_pyqtgraph(widget)


def of_pyqtgraph(widget: QWidget | None) -> bool:
    """Whether it is of a menu of pyqtgraph, which is never shown."""
    while widget is not None:
        if isinstance(widget, QMenu) and not widget.accessibleName():
            return True
        widget = widget.parentWidget()
    return False


def named(widget: QWidget) -> bool:
    if widget.accessibleName() or widget.windowTitle():
        return True
    text = getattr(widget, "text", None)
    if callable(text) and text():
        return True
    return any(label.buddy() is widget for label in widget.window().findChildren(QLabel))
