"""Every action can be triggered, has one handler, keys that clash with no other, and rests when it cannot be asked."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QMainWindow, QMenu, QWhatsThis

from hsigui.document import conditions
from hsigui.ui.desk.action_rows import ActionSet, keys_in_words
from hsigui.ui.shell.actions import ACTIONS, MENUS, TOOLBAR, in_order_of_menus
from hsigui.ui.shell.shortcuts import key_rows
from tests.ui.windows import Answers, idle, labels, paint, press


def close_dialogs(window):
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    QWhatsThis.leaveWhatsThisMode()
    QWhatsThis.hideText()


def by_menu() -> dict[str, list[str]]:
    """The actions of each menu, as they stand there; quit, which ends the window, by itself."""
    ids = {a.id for a in ACTIONS} - {"quit"}

    def names(entries):
        for entry in entries:
            if isinstance(entry, tuple):
                yield from names(entry[1])
            elif entry in ids:
                yield entry

    return {title.replace("&", ""): list(names(entries)) for title, entries in MENUS} | {"quit": ["quit"]}


@pytest.mark.parametrize("menu", by_menu())
def test_every_action_can_be_triggered_with_a_scene(qtbot, demo, training, menu):
    """Those of one menu in one window: each finds a scene with labels and every earlier one done."""
    training.go.set()
    for name in by_menu()[menu]:
        with_labels(qtbot, demo)
        with qtbot.captureExceptions() as raised:
            demo.actions_[name].setEnabled(True)
            demo.actions_[name].trigger()
            close_dialogs(demo)
            idle(qtbot, demo)
        assert not raised, f"{name}: {raised}"
        assert demo.isVisible() or name == "quit", name


def with_labels(qtbot, window):
    """What an action before took away comes back: the scene, labels in it."""
    if window.session.cube is None:
        window.actions_["open_demo"].trigger()
        qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
        idle(qtbot, window)
    if not labels(window).any():
        press(window, "B")
        paint(window, (60, 60), (60, 70))
        assert labels(window).any()


def test_no_action_fails_without_a_scene(qtbot, window):
    for name in [a.id for a in ACTIONS if a.id not in ("quit", "open_demo")]:
        window.actions_[name].setEnabled(True)
        window.actions_[name].trigger()
        close_dialogs(window)
        idle(qtbot, window)
        assert window.session.cube is None, name


def test_every_action_has_a_place_a_text_and_a_tooltip():
    placed = set()

    def walk(entries):
        for entry in entries:
            if isinstance(entry, tuple):
                walk(entry[1])
            elif entry is not None:
                placed.add(entry)

    for _, entries in MENUS:
        walk(entries)
    ids = [a.id for a in ACTIONS]
    assert len(ids) == len(set(ids))
    assert {p for p in placed if not p.startswith("@")} == set(ids)
    assert {t for t in TOOLBAR if t and not t.startswith("@")} <= set(ids)
    assert all(a.text and a.tip and getattr(conditions, a.when.__name__) is a.when for a in ACTIONS)


def test_no_key_means_two_things():
    keys = Counter(QKeySequence(k).toString() for a in ACTIONS for k in a.keys)
    assert [k for k, n in keys.items() if n > 1] == []


def test_the_menus_have_no_mnemonic_twice(window):
    for menu in window.menuBar().findChildren(QMenu):
        letters = Counter(
            a.text()[a.text().index("&") + 1].casefold()
            for a in menu.actions()
            if "&" in a.text() and not a.isSeparator()
        )
        assert [x for x, n in letters.items() if n > 1] == [], menu.title()


PANES = {"next_pane", "previous_pane", "next_panel", "previous_panel"}


def test_what_cannot_be_asked_is_disabled(qtbot, window):
    enabled = {a.id for a in ACTIONS if window.actions_[a.id].isEnabled()}
    themes = {"theme_system", "theme_light", "theme_dark"}
    opening = {"open", "open_as", "open_address", "open_demo", "samples", "open_project", "new_project"}
    always = {
        "quit", "libraries", "preferences", "command_palette", "help_pages", "shortcuts", "report_problem", "about",
    }  # fmt: skip
    assert enabled == opening | always | themes | {"messages", "start_page", "tour", "help_here", "whats_this"} | PANES


def test_a_scene_enables_what_it_allows(demo):
    on = demo.actions_
    assert on["pretrain"].isEnabled()
    assert on["draw_sample"].isEnabled()
    assert not on["cancel"].isEnabled()
    assert not on["export"].isEnabled()
    assert not on["save_labels"].isEnabled()
    paint_one(demo)
    assert on["save_labels"].isEnabled()
    assert on["undo"].text() == "&Undo: Brush stroke: Meadow"


def paint_one(window):
    press(window, "B")
    paint(window, (60, 60))
    assert labels(window).any()


def test_a_handler_that_is_missing_or_too_many_is_found_at_once(qtbot, window):
    other = QMainWindow()
    qtbot.addWidget(other)
    opens = [row for row in ACTIONS if row.id == "open"]
    with pytest.raises(ValueError, match="0 objects for the action open"):
        ActionSet(other, opens).bind([window.session])
    with pytest.raises(ValueError, match="2 objects for the action open"):
        ActionSet(other, opens).bind([window.scene, window.scene])


def test_the_sheet_of_keys_names_every_key():
    rows = dict(key_rows(in_order_of_menus()))
    for action in ACTIONS:
        if action.keys and not action.id.startswith("class_"):
            assert keys_in_words(action.keys) in rows


def test_the_answers_of_tests_fit_the_real_questions():
    from hsigui.ui.desk.prompts import Prompts

    asked = {n for n in vars(Prompts) if not n.startswith("_")}
    assert asked == {n for n in vars(Answers) if not n.startswith("_") and callable(getattr(Answers, n))}
