"""The help is searched by titles, headings and text, by keyboard, and quickly."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.assets import resource
from hsigui.ui.shell.help_contents import found_pages
from hsigui.ui.shell.help_dialog import PAGE, HelpDialog
from hsigui.ui.shell.help_search import MOST, SHOWN, HelpIndex, around, sections_of

MAPS = """# Maps

Written as *GeoTIFF*. <!-- kappa, hidden -->

## The kappa of Cohen

Agreement beyond chance; see [accuracy](evaluate.md).

```
hsigui classify scene.hdr --out map.tif
# no heading, but a remark
```

{filler}

## Colours

| Class | Colour |
|---|---|
| Résumé | `#00ff00` |
"""
EVALUATE = "# Accuracy\n\nOverall accuracy and kappa, with intervals.\n\n## Kappas\n\nOf several draws.\n"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "maps.md").write_text(MAPS.format(filler="\n\n".join(["Words."] * 80)), encoding="utf-8")
    (tmp_path / "evaluate.md").write_text(EVALUATE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def index(folder) -> HelpIndex:
    return HelpIndex(found_pages(folder))


@pytest.fixture
def dialog(qtbot, folder) -> HelpDialog:
    dialog = HelpDialog(folder=folder)
    qtbot.addWidget(dialog)
    dialog.show_page()
    dialog.show()
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    QTest.qWaitForWindowActive(dialog)
    dialog.finder.begin()
    return dialog


def headings(index: HelpIndex, query: str) -> list[str]:
    return [place.section.heading or place.section.title for place in index.find(query)]


def test_a_page_falls_into_sections_without_the_signs_of_markdown(folder):
    first, kappa, colours = sections_of(folder / "maps.md")
    assert (first.title, first.heading, first.text) == ("Maps", "", "Written as GeoTIFF.")
    assert (kappa.heading, kappa.anchor) == ("The kappa of Cohen", "the-kappa-of-cohen")
    assert "see accuracy." in kappa.text
    assert "# no heading, but a remark" in kappa.text
    assert "#00ff00" in colours.text
    assert "---" not in colours.text


def test_a_heading_counts_more_than_a_text_and_a_whole_word_more_than_a_part(index):
    assert headings(index, "kappa") == ["The kappa of Cohen", "Kappas", "Accuracy"]


def test_all_words_must_be_there_in_any_order_and_in_any_letters(index):
    assert headings(index, "INTERVALS kappa") == ["Accuracy"]
    assert headings(index, "resume") == ["Colours"]
    assert headings(index, "kappa nowhere") == []
    assert headings(index, "   ") == []


def test_what_is_no_text_is_not_found(index):
    assert headings(index, "hidden") == []
    assert headings(index, "evaluate.md") == []


def test_a_page_that_cannot_be_read_is_left_out(folder):
    (folder / "tables.md").write_bytes(b"\xff\xfe\x00")
    assert headings(HelpIndex(found_pages(folder)), "intervals") == ["Accuracy"]


def test_a_piece_of_the_text_shows_the_words():
    text = f"{'before ' * 40}kappa {'after ' * 60}"
    piece = around(text, ["kappa"])
    assert "kappa" in piece
    assert piece.startswith("… before")
    assert piece.endswith("after …")
    assert len(piece) <= SHOWN + 4
    assert around("Short.", ["elsewhere"]) == "Short."


def test_the_words_of_analysts_are_found_in_the_pages_that_there_are():
    index = HelpIndex(found_pages())
    for query, page in (
        ("kappa", "howto-accuracy"), ("bad bands", "seeing"), ("sieve", "finishing"), ("slurm", "clusters"),
        ("crash", "labelling"), ("cloud-optimised", "maps"), ("empirical line", "prepare"), ("ndvi", "layers"),
        ("nothing in the map", "troubleshooting"),
    ):  # fmt: skip
        assert page in [place.section.page for place in index.find(query)[:8]], query


def test_all_pages_are_read_and_searched_quickly():
    began = time.process_time()
    index = HelpIndex(found_pages())
    read = time.process_time()
    found = index.find("a")
    assert len(found) == MOST
    assert time.process_time() - read < 0.3
    assert read - began < 1.0
    assert {place.section.page for place in found} <= {path.stem for path in resource("help").glob("*.md")}


def test_enter_goes_to_the_best_place_and_f3_to_the_next(dialog):
    QTest.keyClicks(dialog.finder.line, "kappa")
    assert dialog.finder.results.count() == 3
    assert dialog.finder.note.text() == "3 places"
    assert dialog.list.isHidden()
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Return)
    assert dialog.list.currentItem().data(PAGE) == "maps"
    marked = [mark.cursor.selectedText() for mark in dialog.page.extraSelections()]
    assert marked == ["kappa"]
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_F3)
    assert dialog.list.currentItem().data(PAGE) == "evaluate"
    assert dialog.finder.results.currentRow() == 1
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_F3)
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_F3)
    assert dialog.finder.results.currentRow() == 0, "after the last comes the first"
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_F3, Qt.KeyboardModifier.ShiftModifier)
    assert dialog.finder.results.currentRow() == 2
    assert dialog.finder.line.hasFocus()


def test_the_place_itself_is_brought_into_view(dialog):
    QTest.keyClicks(dialog.finder.line, "resume")
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Return)
    assert dialog.page.verticalScrollBar().value() > 500
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Escape)
    QTest.keyClicks(dialog.finder.line, "cohen")
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Return)
    assert dialog.page.verticalScrollBar().value() < 500


def test_the_arrows_choose_and_a_click_goes_there(dialog):
    QTest.keyClicks(dialog.finder.line, "kappa")
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Down)
    assert dialog.finder.results.currentRow() == 1
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Return)
    assert dialog.list.currentItem().data(PAGE) == "evaluate"
    results = dialog.finder.results
    QTest.mouseClick(
        results.viewport(), Qt.MouseButton.LeftButton, pos=results.visualItemRect(results.item(0)).center()
    )
    assert dialog.list.currentItem().data(PAGE) == "maps"


def test_what_is_nowhere_is_said_and_escape_gives_the_pages_back_before_it_closes(dialog):
    QTest.keyClicks(dialog.finder.line, "zebra")
    assert dialog.finder.note.text() == "No section of the help has all of: zebra"
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Return)
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_F3)
    assert dialog.list.currentItem().data(PAGE) == "maps"
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert not dialog.list.isHidden()
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_marks_outlive_another_width_and_end_with_the_page(qtbot, dialog):
    QTest.keyClicks(dialog.finder.line, "kappa")
    QTest.keyClick(dialog.finder.line, Qt.Key.Key_Return)
    dialog.resize(700, 500)
    qtbot.waitUntil(lambda: not dialog.page._refit.isActive())
    assert len(dialog.page.extraSelections()) == 1
    dialog.show_page("maps")
    assert dialog.page.extraSelections() == []


def test_a_short_word_begins_others_and_is_not_sought_within_them(tmp_path):
    (tmp_path / "maps.md").write_text("# A\n\n## Training\n\nx\n\n## Inside\n\nx\n\n## What is in it\n\nx\n")
    assert headings(HelpIndex(found_pages(tmp_path)), "in") == ["What is in it", "Inside"]


def test_the_menu_opens_the_help_ready_to_be_searched(qtbot, window):
    window.actions_["help_pages"].trigger()
    (dialog,) = window.findChildren(HelpDialog)
    qtbot.waitUntil(dialog.finder.line.hasFocus)
    dialog.reject()
