"""Help where one is: F1 on each panel, Shift+F1 on a control, short tips everywhere."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QUrl
from PySide6.QtGui import QCursor, QWhatsThisClickedEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWhatsThis, QWidget

from hsigui.ui.desk.elided import ElidedLabel
from hsigui.ui.desk.message_bar import Message
from hsigui.ui.desk.tips import MOST
from hsigui.ui.shell.actions import ACTIONS
from hsigui.ui.shell.help_dialog import HelpDialog
from hsigui.ui.shell.panel_help import IMAGE, PANEL_HELP, keys_of, page_of, section_of
from hsigui.ui.shell.panels import PANELS
from hsigui.ui.shell.shortcuts import ShortcutSheet
from tests.ui.windows import press

SHIFT = Qt.KeyboardModifier.ShiftModifier
FOCUS = Qt.FocusPolicy.TabFocus


def shown_help(window) -> HelpDialog:
    (dialog,) = window.findChildren(HelpDialog)
    assert dialog.isVisible()
    return dialog


def back_in(window, widget) -> None:
    window.activateWindow()
    QTest.qWaitForWindowActive(window)
    widget.setFocus()


def test_every_panel_has_a_page_and_knows_its_keys():
    assert set(PANEL_HELP) == {IMAGE, *(row.name for row in PANELS)}
    ids = {row.id for row in ACTIONS}
    for name, told in PANEL_HELP.items():
        assert section_of(told.section).startswith(f"## {told.section}\n"), name
        assert set(told.actions) <= ids, name
        assert keys_of(told, ACTIONS), name
        assert page_of(name, ACTIONS).startswith(f"# {told.section}\n\n| key |"), name


def test_f1_explains_the_panel_that_has_the_focus_with_its_keys_first(demo):
    for name, dock in demo.docks.items():
        dock.raise_()
        controls = (w for w in dock.widget().findChildren(QWidget) if w.focusPolicy() & FOCUS and w.isEnabled())
        control = next((w for w in controls if w.isVisibleTo(dock)), dock.widget())
        back_in(demo, control)
        assert control.hasFocus(), name
        QTest.keyClick(control, Qt.Key.Key_F1)
        dialog = shown_help(demo)
        text = dialog.page.toPlainText()
        assert text.startswith(PANEL_HELP[name].section)
        first = keys_of(PANEL_HELP[name], ACTIONS)[0][0]
        assert text.index(first) < text.index("More:")
        assert dialog.list.currentItem().text() == "The window, panel by panel"
        dialog.reject()


def test_f1_in_the_image_explains_the_image_and_its_links_lead_to_pages(demo):
    press(demo, Qt.Key.Key_F1)
    dialog = shown_help(demo)
    assert dialog.page.toPlainText().startswith("Image")
    dialog.page.anchorClicked.emit(QUrl("seeing.md"))
    assert dialog.page.toPlainText().startswith("Bands, stretch and views")
    assert dialog.list.currentItem().text() == "Bands, stretch and views"
    dialog.reject()


def test_a_click_in_the_list_shows_the_whole_page_and_the_focus_alone_does_not(demo):
    press(demo, Qt.Key.Key_F1)
    dialog = shown_help(demo)
    dialog.list.setFocus()
    assert dialog.page.toPlainText().startswith("Image")
    at = dialog.list.visualItemRect(dialog.list.currentItem()).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert dialog.page.toPlainText().startswith("The window, panel by panel")
    dialog.reject()


def test_the_question_mark_lists_all_keys(demo):
    press(demo, "?")
    (sheet,) = demo.findChildren(ShortcutSheet)
    assert "F1" in sheet.text.toPlainText()
    sheet.reject()


def test_shift_f1_tells_more_of_the_control_with_the_focus(qtbot, demo, monkeypatch):
    shown = []
    monkeypatch.setattr(QWhatsThis, "showText", lambda at, text, widget: shown.append((text, widget)))
    QCursor.setPos(QPoint(-500, -500))
    demo.docks["Bands"].raise_()
    back_in(demo, demo.band_list.search)
    QTest.keyClick(demo.band_list.search, Qt.Key.Key_F1, SHIFT)
    ((text, widget),) = shown
    assert widget is demo.band_list.search
    assert "red edge, swir" in text
    assert 'href="panel:Bands"' in text


def test_shift_f1_tells_of_what_the_mouse_is_on_first_and_of_nothing_lets_one_choose(qtbot, demo, monkeypatch):
    shown, chosen = [], []
    monkeypatch.setattr(QWhatsThis, "showText", lambda at, text, widget: shown.append(text))
    monkeypatch.setattr(QWhatsThis, "enterWhatsThisMode", lambda: chosen.append(True))
    button = demo.toolbar.widgetForAction(demo.actions_["pretrain"])
    monkeypatch.setattr(QApplication, "widgetAt", lambda at: button)
    demo.actions_["whats_this"].trigger()
    assert "0.7 points over an untrained network" in shown[0]
    monkeypatch.setattr(QApplication, "widgetAt", lambda at: None)
    demo.image.setFocus()
    demo.actions_["whats_this"].trigger()
    assert len(shown) == len(chosen) == 1


def test_a_link_in_what_is_told_opens_the_page_of_the_panel(demo):
    QApplication.sendEvent(demo, QWhatsThisClickedEvent("panel:Map"))
    dialog = shown_help(demo)
    assert dialog.page.toPlainText().startswith("Map")
    dialog.reject()


def test_every_tip_is_short(mapped):
    mapped.messages.warning("word " * 100)
    found = 0
    for widget in mapped.findChildren(QWidget):
        if _of_others(widget) or isinstance(widget, ElidedLabel) or _whole_of_a_message(widget):
            continue
        for line in widget.toolTip().split("\n"):
            assert len(line) <= MOST, (widget, line)
            found += bool(line)
    for name in mapped.actions_.names:
        assert len(mapped.actions_[name].toolTip()) <= MOST + 20, name
    assert found > 80


def test_what_a_tip_leaves_out_is_told_by_what_is_this(mapped):
    for row in ACTIONS:
        if row.more:
            action = mapped.actions_[row.id]
            assert row.more in action.whatsThis(), row.id


def _whole_of_a_message(widget: QWidget) -> bool:
    return isinstance(widget, QLabel) and isinstance(widget.parent(), Message)


def _of_others(widget: QWidget | None) -> bool:
    """Whether it belongs to a menu of pyqtgraph."""
    while widget is not None:
        if "pyqtgraph" in type(widget).__module__ or widget.objectName() in PYQTGRAPH:
            return True
        widget = widget.parentWidget()
    return False


PYQTGRAPH = {"averageGroup", "decimateGroup", "transformGroup", "alphaGroup", "gridGroup", "pointsGroup"}
