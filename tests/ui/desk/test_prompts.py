"""What the system's dialogs offer: all that the program reads, and each format that it writes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QLabel, QMessageBox, QPushButton

from hsigui.cube.formats import table as scenes
from hsigui.labels.formats import table as labels
from hsigui.report import table as maps
from hsigui.ui.desk.changed_dialog import Changed
from hsigui.ui.desk.prompts import Prompts, class_table_kinds, label_kinds, saved_kinds, scene_kinds
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog, targets
from hsigui.ui.shell.help_contents import found_pages
from hsigui.ui.shell.start_page import StartPage


def together(kinds: str) -> set[str]:
    """The endings of the first filter, which is chosen at first."""
    return {word.strip("*") for word in kinds.split(";;")[0].partition("(")[2].rstrip(")").split()}


def test_the_open_dialog_shows_every_file_that_the_program_reads():
    shown = together(scene_kinds())
    assert {".hdr", ".mat", ".tif", ".vrt", ".jp2", ".hdf", ".nc4", ".ers", ".pix", ".sli"} <= shown
    for row in scenes.readers():
        assert set(row.suffixes) <= shown or not row.available, row.name
        assert (f";;{row.title} (" in scene_kinds()) == row.available
    assert scene_kinds().endswith(";;All files (*)")


def test_an_ending_whose_driver_is_missing_is_not_offered(monkeypatch):
    monkeypatch.setattr(scenes, "raster_drivers", lambda: frozenset({"VRT", "KEA"}))
    assert {".vrt", ".kea"} <= together(scene_kinds())
    assert ".jp2" not in together(scene_kinds())
    monkeypatch.setattr(labels, "vector_drivers", lambda: frozenset({"GPKG"}))
    assert ".gpkg" in together(label_kinds())
    assert not {".kml", ".fgb"} & together(label_kinds())


def test_labels_are_shown_under_every_ending_that_they_are_written_with():
    assert set(labels.written_suffixes()) <= together(label_kinds())
    assert [kind.partition("*")[2].rstrip(")") for kind in saved_kinds().split(";;")] == list(labels.usual_suffixes())
    assert all(f"(*{suffix})" in class_table_kinds() for suffix in labels.class_table_suffixes())


@pytest.mark.parametrize(("scene", "kinds"), [(True, scene_kinds), (False, label_kinds)])
def test_the_filters_are_made_when_the_dialog_opens(qtbot, monkeypatch, tmp_path, scene, kinds):
    page = StartPage()
    qtbot.addWidget(page)
    given = []
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda _parent, _title, _folder, kinds: (given.append(kinds), ("", ""))[1]
    )
    assert Prompts(page).open_path("Open", str(tmp_path), scene=scene) is None
    assert given == [kinds()]


def test_a_name_without_an_ending_gets_that_of_the_chosen_format(qtbot, monkeypatch, tmp_path):
    page = StartPage()
    qtbot.addWidget(page)
    chosen = saved_kinds().split(";;")[2]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: (str(tmp_path / "mine"), chosen))
    assert Prompts(page).save_path("Save", str(tmp_path)) == tmp_path / "mine.mat"


def answered(qtbot, ask, press):
    """What a question gives back when it is answered by a button, or by a key where none is named."""
    page, shown = StartPage(), []
    qtbot.addWidget(page)
    page.show()

    def answer():
        box = QApplication.activeModalWidget()
        shown.append((box.text(), box.informativeText()) if isinstance(box, QMessageBox) else box)
        if isinstance(press, Qt.Key):
            QTest.keyClick(box.focusWidget() or box, press)
        else:
            next(b for b in box.findChildren(QPushButton) if b.text().replace("&", "").startswith(press)).click()

    QTimer.singleShot(100, page, answer)
    return ask(Prompts(page)), shown[0]


@pytest.mark.parametrize(
    ("press", "answer"),
    [("Save", "save"), ("Discard", "discard"), ("Cancel", "cancel"), (Qt.Key.Key_Return, "save"),
     (Qt.Key.Key_Escape, "cancel")],
)  # fmt: skip
def test_the_question_about_unsaved_labels_says_what_would_be_lost(qtbot, press, answer):
    got, shown = answered(qtbot, lambda prompts: prompts.unsaved_labels("<b>IP</b> is not saved.", "4 labels"), press)
    assert got == answer
    assert shown == ("<b>IP</b> is not saved.", "4 labels")


@pytest.mark.parametrize(
    ("press", "answer"),
    [("Save all", "save"), ("Decide", "each"), ("Discard all", "discard"), (Qt.Key.Key_Escape, "cancel")],
)
def test_several_scenes_are_saved_given_up_or_decided_about_one_by_one(qtbot, press, answer):
    assert answered(qtbot, lambda prompts: prompts.unsaved_scenes("two scenes", "a\nb"), press)[0] == answer


@pytest.mark.parametrize(
    ("press", "answer"),
    [("Overwrite", "overwrite"), ("Save as", "copy"), (Qt.Key.Key_Return, "cancel"), (Qt.Key.Key_Escape, "cancel")],
)
def test_a_file_of_another_is_written_over_only_by_its_button(qtbot, press, answer):
    changed = Changed("labels.tif was changed.", "by another", "labels-2.tif")
    got, shown = answered(qtbot, lambda prompts: prompts.changed_meanwhile(changed), press)
    assert got == answer
    assert isinstance(shown, QDialog)


def test_the_start_page_names_the_formats(qtbot):
    page = StartPage()
    qtbot.addWidget(page)
    said = " ".join(label.text() for label in page.findChildren(QLabel))
    assert all(row.title in said for row in scenes.OWN if not row.drivers)


def test_the_export_dialog_offers_every_row_and_names_a_file_for_each(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=True)
    qtbot.addWidget(dialog)
    rows = maps.offered()
    assert list(dialog.boxes) == [row.name for row in rows]
    for row in rows:
        assert dialog.boxes[row.name].text() == row.text
        assert dialog.boxes[row.name].isChecked() == row.checked
    named = targets(ExportChoice(tuple(dialog.boxes), tmp_path, "map"))
    assert len(set(named.values())) == len(rows)
    assert {path.name for path in named.values()} >= {"map.tif", "map-globe.kmz", "map-classes.csv", "map-report"}


def test_the_export_dialog_says_which_of_all_files_will_be_replaced(qtbot, tmp_path):
    for name in ("map.img", "map-entropy.tif", "map.kmz"):
        (tmp_path / name).touch()
    dialog = ExportDialog(tmp_path, "map", has_accuracy=True)
    qtbot.addWidget(dialog)
    dialog.boxes["measures"].setChecked(True)
    assert dialog.note.text() == "Will be replaced: map.img, map-entropy.tif"


def test_the_marks_around_lists_are_not_seen_in_the_help(qapp):
    for page in found_pages():
        document = QTextDocument()
        document.setMarkdown(page.read_text(encoding="utf-8"))
        assert "<!--" not in document.toPlainText()
        if page.name == "scenes.md":
            assert all(suffix in document.toPlainText() for row in scenes.OWN for suffix in row.suffixes)
        if page.name == "label-files.md":
            assert f"Also read: {', '.join(labels.only_read())}, and PNG" in document.toPlainText()
    assert {"scenes.md", "label-files.md"} <= {page.name for page in found_pages()}
