"""Marks of keys in texts, before a letter and behind the text."""

import pytest
from PySide6.QtGui import QAccessible, QAction
from PySide6.QtWidgets import QCheckBox, QDialog, QFormLayout, QGroupBox, QLineEdit, QPushButton, QToolBar

from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.mnemonics import plain, set_text


def name_of(widget: object) -> str:
    """What a screen reader says of it."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("&Open…", "Open…"), ("打开(&O)…", "打开…"), ("打开 (&O)...", "打开..."), ("A && B", "A & B"),
        ("Hughes (1968)", "Hughes (1968)"), ("Save (&all) now", "Save (all) now"),
        ("甲 && 乙(&Z)", "甲 & 乙"), ("", ""),
    ],
)  # fmt: skip
def test_a_text_is_called_without_its_mark(text, called):
    assert plain(text) == called


@pytest.mark.parametrize(
    ("text", "shown"), [("&Open…", "Open"), ("打开(&O)…", "打开"), ("甲 && 乙(&Z)", "甲 & 乙"), ("A && B", "A & B")]
)
def test_a_tool_bar_shows_an_action_without_its_mark_and_its_menu_keeps_it(qtbot, text, shown):
    bar = QToolBar()
    qtbot.addWidget(bar)
    action = QAction(bar)
    set_text(action, "标签(&P)")
    set_text(action, text)
    bar.addAction(action)
    assert action.text() == text
    assert name_of(bar.widgetForAction(action)) == shown


def test_what_a_dialog_holds_is_named_without_marks_and_own_names_stay(qtbot):
    dialog = QDialog()
    qtbot.addWidget(dialog)
    form, edit, other = QFormLayout(dialog), QLineEdit(dialog), QLineEdit(dialog)
    other.setAccessibleName("own")
    box, button, group = QCheckBox("显示(&S)"), QPushButton("&Go"), QGroupBox("类别(&C)")
    form.addRow("名称(&N)", edit)
    form.addRow("其他(&Q)", other)
    for widget in (box, button, group):
        form.addRow(widget)
    open_dialog(dialog)
    assert [name_of(each) for each in (edit, other, box, button, group)] == ["名称", "own", "显示", "Go", "类别"]
    assert button.accessibleName() == ""  # what Qt says right is left to Qt
