"""The help pages: only those that are there, links that lead where they say, pictures that fit."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QTextDocument

from hsigui.assets import resource
from hsigui.methods.registry import methods
from hsigui.ui.desk import theme
from hsigui.ui.shell.help_contents import PAGES, REFERENCE, found_pages, slug, title_of
from hsigui.ui.shell.help_dialog import PAGE, HelpDialog
from hsigui.ui.shell.help_page import DARK
from hsigui.ui.training.method_panel import help_page

LSCOSA = """# LSCoSa, *briefly*

See [the paper](https://doi.org/10.1109/x), [the other](purified.md#its-loss) and [below](#the-end).

![wide](wide.png)

| a | b |
|---|---|
| 1 | 2 |

{filler}

## The end

Last words.
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "lscosa.md").write_text(LSCOSA.format(filler="\n\n".join(["Words."] * 80)), encoding="utf-8")
    (tmp_path / "purified.md").write_text("# Purified\n\n## Its loss\n\nText.\n", encoding="utf-8")
    (tmp_path / "unknown.md").write_text("# Not listed\n", encoding="utf-8")
    wide = QImage(3000, 300, QImage.Format.Format_RGB32)
    wide.fill(0x336699)
    wide.save(str(tmp_path / "wide.png"))
    return tmp_path


@pytest.fixture
def dialog(qtbot, folder) -> HelpDialog:
    dialog = HelpDialog(folder=folder)
    qtbot.addWidget(dialog)
    dialog.show_page()
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


def test_the_pages_that_are_there_are_listed_by_their_headings(dialog):
    assert [dialog.list.item(n).text() for n in range(dialog.list.count())] == [
        "Methods",
        "LSCoSa, briefly",
        "Purified",
    ]
    assert dialog.list.currentItem().data(PAGE) == "lscosa"
    assert dialog.list.item(0).flags() == Qt.ItemFlag.NoItemFlags
    assert not dialog.isModal()


def test_a_page_that_is_not_there_leaves_the_one_that_is_shown(dialog):
    dialog.show_page("purified")
    dialog.show_page("study")
    assert "Its loss" in dialog.page.toPlainText()


def test_a_link_to_another_page_shows_it_in_the_list_too(dialog):
    dialog.page.anchorClicked.emit(dialog.page.source().resolved(QUrl("purified.md#its-loss")))
    assert dialog.list.currentItem().data(PAGE) == "purified"
    assert "Text." in dialog.page.toPlainText()


def test_a_link_leads_to_a_page_that_is_not_listed(dialog, folder):
    (folder / "info-json.md").write_text("# Fields\n\nOf the scene.\n", encoding="utf-8")
    dialog = HelpDialog(dialog, folder)
    dialog.show_page("info-json")
    assert "Of the scene." in dialog.page.toPlainText()
    assert dialog.list.currentItem() is None


def test_a_link_within_the_page_scrolls_to_its_heading(dialog):
    assert dialog.page.verticalScrollBar().value() == 0
    dialog.page.anchorClicked.emit(QUrl("#the-end"))
    assert dialog.page.verticalScrollBar().value() > 0


def test_a_link_to_the_web_is_opened_outside_and_only_when_clicked(dialog, monkeypatch):
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    dialog.show_page("lscosa")
    assert opened == []
    dialog.page.anchorClicked.emit(QUrl("https://doi.org/10.1109/x"))
    assert [url.toString() for url in opened] == ["https://doi.org/10.1109/x"]
    assert dialog.list.currentItem().data(PAGE) == "lscosa"


def test_a_wide_picture_is_made_to_fit(qtbot, dialog):
    bar = dialog.page.horizontalScrollBar()
    assert bar.maximum() == 0
    dialog.resize(620, 500)
    qtbot.waitUntil(lambda: bar.maximum() == 0 and not dialog.page._refit.isActive())


def test_the_page_takes_the_colours_of_the_window(qtbot, dialog, qapp):
    try:
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: theme.DARK.accent in dialog.page.toHtml())
    finally:
        theme.apply(qapp, "light")
    qtbot.waitUntil(lambda: theme.DARK.accent not in dialog.page.toHtml())


def test_dark_colours_have_pictures_that_were_taken_so(qtbot, dialog, qapp, folder):
    dark = QImage(3000, 300, QImage.Format.Format_RGB32)
    dark.fill(0x112233)
    dark.save(str(folder / f"wide{DARK}.png"))

    def shown() -> int:
        picture = dialog.page.document().resource(QTextDocument.ResourceType.ImageResource, QUrl("wide.png"))
        return picture.pixelColor(5, 5).rgb() & 0xFFFFFF

    assert shown() == 0x336699
    try:
        theme.apply(qapp, "dark")
        qtbot.waitUntil(lambda: shown() == 0x112233)
    finally:
        theme.apply(qapp, "light")
    qtbot.waitUntil(lambda: shown() == 0x336699)


def test_headings_are_called_as_links_call_them():
    assert slug("What it does, briefly") == "what-it-does-briefly"
    assert slug("t* and `x_0`") == "t-and-x_0"


def test_a_page_without_a_heading_has_its_name(tmp_path):
    (tmp_path / "study.md").write_text("Only words.\n", encoding="utf-8")
    assert [title_of(path) for path in found_pages(tmp_path)] == ["study"]


def test_every_method_has_a_place_among_the_pages():
    assert {help_page(info) for info in methods()} <= set(PAGES)


def test_the_panel_and_the_menu_open_the_same_window(qtbot, window):
    window.actions_["help_pages"].trigger()
    (dialog,) = window.findChildren(HelpDialog)
    assert dialog.isVisible()
    dialog.reject()
    window.method.about.linkActivated.emit("help:method")
    assert window.findChildren(HelpDialog) == [dialog]
    assert dialog.isVisible()


def test_every_page_has_a_place_and_every_picture_and_link_leads_somewhere():
    folder = resource("help")
    pages = {path.stem for path in folder.glob("*.md")}
    assert len(set(PAGES)) == len(PAGES)
    assert pages == {*PAGES, *REFERENCE}, "tables of fields are reference only and not listed"
    for path in folder.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert "://" in target or (folder / target).is_file(), (path.name, target)
