"""The command palette finds every action, class, recent file and page of help, and does what is chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.ui.desk.mnemonics import plain
from hsigui.ui.shell.actions import ACTIONS
from hsigui.ui.shell.command_palette import MOST, PaletteDialog
from hsigui.ui.shell.help_dialog import HelpDialog
from hsigui.ui.shell.palette_entries import Entry, best
from tests.ui.windows import idle, press


def opened(window) -> PaletteDialog:
    press(window, "P", Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    (dialog,) = window.findChildren(PaletteDialog)
    return dialog


def entry(text: str, detail: str = "", more: str = "", enabled: bool = True) -> Entry:
    return Entry(text, detail, lambda: None, more, enabled)


def texts(dialog: PaletteDialog) -> list[str]:
    return [dialog.list.topLevelItem(row).text(0) for row in range(dialog.list.topLevelItemCount())]


def test_every_action_of_the_menus_is_in_it(demo):
    dialog = opened(demo)
    dialog.reject()
    found = {e.text for e in dialog._entries}
    missing = {plain(demo.actions_[row.id].text()) for row in ACTIONS} - found
    assert missing == set()


@pytest.mark.parametrize(
    ("query", "first"),
    [("open scene", "Open scene"), ("undo", "Undo"), ("superp", "Show superpixels"), ("EXPORT", "Export")],
)
def test_a_few_letters_find_an_action(demo, query, first):
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, query)
    names = texts(dialog)
    dialog.reject()
    assert any(name.startswith(first) for name in names[:3]), names[:5]


def test_enter_does_what_is_chosen_and_the_palette_is_gone(qtbot, demo):
    shown = demo.actions_["superpixels"].isChecked()
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, "superpixels")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    idle(qtbot, demo)
    assert demo.actions_["superpixels"].isChecked() is not shown
    qtbot.waitUntil(lambda: not demo.findChildren(PaletteDialog))


def test_the_arrows_move_in_the_list_while_the_line_is_typed_in(demo):
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, "class")
    assert dialog.list.currentIndex().row() == 0
    QTest.keyClick(dialog.line, Qt.Key.Key_Up)
    assert dialog.list.currentIndex().row() == 0
    QTest.keyClick(dialog.line, Qt.Key.Key_Down)
    QTest.keyClick(dialog.line, Qt.Key.Key_Down)
    assert dialog.list.currentIndex().row() == 2
    for _ in range(40):
        QTest.keyClick(dialog.line, Qt.Key.Key_PageDown)
    assert dialog.list.currentIndex().row() == len(texts(dialog)) - 1
    assert dialog.line.text() == "class"
    dialog.reject()


def test_a_click_does_what_it_meets(qtbot, demo):
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, "about")
    (row,) = [n for n, name in enumerate(texts(dialog)) if name.startswith("About")][:1]
    at = dialog.list.visualItemRect(dialog.list.topLevelItem(row)).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert dialog.chosen is not None
    from hsigui.ui.shell.about import AboutDialog

    (about,) = demo.findChildren(AboutDialog)
    about.reject()


def test_a_class_is_chosen_by_its_name(demo):
    demo.labels.classes.add()
    demo.labels.classes.add()
    infos = list(demo.session.classes)
    demo.session.choose_class(infos[0].number)
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, infos[1].name)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert demo.session.current_class == infos[1].number


def test_a_band_is_shown_alone_by_its_number_or_wavelength(qtbot, demo):
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, "band 17")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert demo.session.view.single == 16
    qtbot.waitUntil(lambda: not demo.findChildren(PaletteDialog))
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, f"band {int(demo.session.cube.wavelengths[30])}")
    found = texts(dialog)
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert demo.session.view.single == 30, found[:3]


def test_a_recent_scene_is_opened_again(qtbot, window, demo_files):
    window.open_path(demo_files[0])
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    window.actions_["open_demo"].trigger()
    qtbot.waitUntil(lambda: window.session.cube.path != demo_files[0], timeout=10_000)
    idle(qtbot, window)
    dialog = opened(window)
    QTest.keyClicks(dialog.line, f"recent {demo_files[0].name}")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.cube.path == demo_files[0], timeout=10_000)
    idle(qtbot, window)


def test_a_page_of_the_help_is_shown(demo):
    dialog = opened(demo)
    QTest.keyClicks(dialog.line, "help projects")
    assert any("roject" in name for name in texts(dialog))
    dialog.list.setCurrentItem(next(dialog.list.topLevelItem(n) for n, t in enumerate(texts(dialog)) if "roject" in t))
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    (helps,) = demo.findChildren(HelpDialog)
    helps.close()


def test_what_cannot_be_asked_for_is_told_and_not_done(window):
    dialog = opened(window)
    QTest.keyClicks(dialog.line, "save labels as")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.chosen is None
    assert "cannot be asked for now" in dialog.note.text()
    dialog.reject()


def test_words_that_nothing_is_called_by_say_so(window):
    dialog = opened(window)
    QTest.keyClicks(dialog.line, "xyzzy")
    assert texts(dialog) == []
    assert dialog.note.text() == "Nothing is called so"
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.chosen is None
    dialog.reject()


def test_a_second_palette_is_not_opened_over_the_first(window):
    dialog = opened(window)
    window.actions_["command_palette"].trigger()
    assert window.findChildren(PaletteDialog) == [dialog]
    dialog.reject()


def test_the_best_comes_first_and_every_word_must_occur():
    entries = [
        entry("Reload", more="export"), entry("Quit", "File › Export"), entry("Re-export"), entry("Run export"),
        entry("Export", enabled=False), entry("Export map"),
    ]  # fmt: skip
    assert [e.text for e in best(entries, "export")] == [
        "Export map", "Run export", "Re-export", "Quit", "Reload", "Export",
    ]  # fmt: skip
    assert [e.text for e in best(entries, "map export")] == ["Export map"]
    assert [e.text for e in best(entries, "")] == [*(e.text for e in entries if e.enabled), "Export"]


def test_of_very_many_the_first_are_listed_and_the_count_is_told(qtbot):
    dialog = PaletteDialog([entry(f"Band {n}") for n in range(MOST + 20)])
    qtbot.addWidget(dialog)
    assert len(texts(dialog)) == MOST
    assert dialog.note.text() == f"The first {MOST} of {MOST + 20}"


def test_marks_of_menus_are_no_part_of_a_name():
    assert plain("&Open…") == "Open…"
    assert plain("Soil && water") == "Soil & water"
