"""Import notes and properties: everything that is known of a file can be seen, searched and copied."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.describe import describe
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.nodata import costs_told
from hsigui.cube.open import open_cube
from hsigui.storage import band_edits
from hsigui.ui.scene import about_scene
from hsigui.ui.scene.properties_dialog import PropertiesDialog, files_of
from tests.ui.windows import idle, open_scene, texts


@pytest.fixture
def noted(tmp_path):
    """An ENVI scene whose header leaves things to be guessed."""
    values = np.random.default_rng(0).integers(1, 4000, (40, 50, 12)).astype(np.uint16)
    header, _ = write_cube(tmp_path / "noted.img", values, CubeInfo(), "bil")
    lines = [x for x in header.read_text().splitlines() if not x.startswith(("byte order", "wavelength"))]
    lines += [f"wavelength = {{ {', '.join(f'{0.4 + 0.05 * n:.2f}' for n in range(12))} }}", "sensor type = Tin can"]
    header.write_text("\n".join(lines) + "\n")
    return header


def test_notes_are_counted_in_a_strip_and_unfold_into_a_list(qtbot, window, noted):
    open_scene(qtbot, window, noted)
    bar, notes = window.notes_bar, window.session.cube.notes
    assert len(notes) >= 2
    assert bar.isVisible()
    assert not bar.leave_out.isVisible()
    assert bar.header.text() == f"{len(notes)} import notes"
    assert not bar.list.isVisible()
    assert texts(window) == ""
    folded = bar.height()
    QTest.mouseClick(bar.header, Qt.MouseButton.LeftButton)
    assert all(note in bar.list.text() for note in notes)
    assert bar.list.isVisible()
    qtbot.waitUntil(lambda: bar.height() > folded)


def test_a_band_that_costs_pixels_is_left_out_on_request(qtbot, window, tmp_path):
    values = np.random.default_rng(0).integers(1, 4000, (40, 50, 12)).astype(np.int16)
    values[:10, :, 4] = -1
    info = CubeInfo(nodata=-1, wavelengths=tuple(400 + 50.0 * n for n in range(12)))
    open_scene(qtbot, window, write_cube(tmp_path / "gaps.hdr", values, info)[0])
    button = window.notes_bar.leave_out
    assert button.isVisible()
    assert button.text() == "Leave out band 5 (600 nm)"
    assert int(window.session.cube.valid_mask().sum()) == 1500
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert 4 not in window.session.cube.good_bands
    assert window.session.cube.valid_mask().all()
    assert not button.isVisible()


def test_dismissed_notes_come_back_through_the_menu(qtbot, window, noted):
    open_scene(qtbot, window, noted)
    assert window.actions_["import_notes"].isChecked()
    QTest.mouseClick(window.notes_bar.cross, Qt.MouseButton.LeftButton)
    assert not window.notes_bar.isVisible()
    window.actions_["import_notes"].trigger()
    assert window.notes_bar.isVisible()
    assert window.notes_bar.list.isVisible()


def test_a_scene_without_notes_has_no_strip(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((40, 42, 30)))
    open_scene(qtbot, window, tmp_path / "plain.npy")
    assert window.session.cube.notes == ()
    assert not window.notes_bar.isVisible()
    assert not window.actions_["import_notes"].isEnabled()


def test_messages_do_not_cover_the_notes(qtbot, window, noted):
    open_scene(qtbot, window, noted)
    window.messages.info("Hello")
    qtbot.waitUntil(window.messages.isVisible)
    below = window.messages.mapTo(window, window.messages.rect().topLeft()).y()
    bar = window.notes_bar
    assert below >= bar.mapTo(window, bar.rect().bottomLeft()).y()


def test_the_properties_of_a_scene_are_all_there(qtbot, noted):
    cube = open_cube(noted)
    dialog = PropertiesDialog(cube)
    qtbot.addWidget(dialog)
    facts = dict(dialog.facts)
    assert facts["File"] == str(noted)
    assert facts["Scene"] == "40 rows x 50 columns x 12 bands"
    assert facts["Size on disk"] == f"noted.hdr {noted.stat().st_size} bytes, noted.img 48 kB"
    assert facts["Interleave"] == "bil"
    assert facts["Type of the numbers"] == "uint16"
    assert facts["Wavelengths"].startswith("400 to 950 nm (unit guessed")
    assert [facts[f"Import note {n}"] for n in range(1, len(cube.notes) + 1)] == list(cube.notes)
    assert dialog.header.rowCount() == len(cube.info.metadata)
    assert dialog.tabs.tabText(1) == f"Header ({len(cube.info.metadata)})"


def test_properties_can_be_searched_and_copied(qtbot, noted):
    dialog = PropertiesDialog(open_cube(noted))
    qtbot.addWidget(dialog)
    dialog.search.setText("TIN CAN")
    shown = [r for r in range(dialog.header.rowCount()) if not dialog.header.isRowHidden(r)]
    assert [dialog.header.item(r, 0).text() for r in shown] == ["sensor type"]
    assert dialog.found.text() == "0 found in the scene, 1 in the header."
    dialog.header.setCurrentCell(shown[0], 0)
    assert dialog.whole.toPlainText() == "Tin can"
    buttons = {b.text().replace("&", ""): b for b in dialog.findChildren(QPushButton)}
    buttons["Copy as JSON"].click()
    assert json.loads(QGuiApplication.clipboard().text()) == describe(open_cube(noted))
    buttons["Copy as text"].click()
    assert "sensor type = Tin can" in QGuiApplication.clipboard().text()
    assert "Scene: 40 rows x 50 columns x 12 bands" in QGuiApplication.clipboard().text()


def test_place_bad_bands_and_scale_are_said(qtbot):
    geo = Geo((20.0, 0.0, 500000.0, 0.0, -20.0, 6000000.0))
    info = CubeInfo(bad_bands=(True, False, True), nodata=-9999.0, scale=10000.0, geo=geo, gains=(1.0, 2.0, 3.0))
    dialog = PropertiesDialog(Cube(ArraySource(np.ones((2, 3, 3), np.int16)), info))
    qtbot.addWidget(dialog)
    facts = dict(dialog.facts)
    assert facts["File"] == "made in memory"
    assert facts["Bad bands"] == "2: 1, 3"
    assert facts["No-data value"] == "-9999"
    assert facts["Scale factor"] == "10000 (divided by)"
    assert facts["Pixel size"] == "20 x 20"
    assert facts["Origin (upper left corner)"] == "500000 x 6000000"
    assert facts["Gains and offsets"] == "in the file, not applied"
    assert facts["Import notes"] == "none"
    assert dialog.found.text() == "This file has no header of text."


def test_the_window_opens_properties_and_says_when_the_file_is_gone(qtbot, window, noted):
    open_scene(qtbot, window, noted)
    window.actions_["properties"].trigger()
    (dialog,) = window.findChildren(PropertiesDialog)
    assert dialog.isVisible()
    dialog.reject()
    noted.with_suffix(".img").unlink()
    window.actions_["properties"].trigger()
    assert "noted" in texts(window)


def test_the_files_of_a_scene_are_header_and_data(noted):
    assert files_of(open_cube(noted.with_suffix(".img"))) == [noted, noted.with_suffix(".img")]


def test_what_no_data_costs_comes_after_the_picture_and_with_the_scene_it_is_of(qtbot, window, tmp_path, monkeypatch):
    """Opening does not wait for it; the newest scene wins."""
    go, begun = threading.Event(), []

    def slowly(cube, check):
        begun.append(cube.name)
        while not go.wait(0.005):
            check()
        return costs_told(cube, check)

    monkeypatch.setattr(about_scene, "costs_told", slowly)
    values = np.random.default_rng(0).integers(1, 4000, (40, 50, 12)).astype(np.int16)
    values[:10, :, 4] = -1
    gaps = write_cube(tmp_path / "gaps.hdr", values, CubeInfo(nodata=-1))[0]
    other = write_cube(tmp_path / "other.hdr", np.abs(values), CubeInfo(nodata=-1))[0]
    window.scene.open_path(gaps)
    qtbot.waitUntil(lambda: window.session.cube is not None and "gaps" in begun)
    assert not any("lack data" in note for note in window.session.cube.notes)
    assert not window.notes_bar.leave_out.isVisible()
    first = window.session.scene
    window.scene.open_path(other)
    qtbot.waitUntil(lambda: "other" in begun)
    assert window.session.cube.name == "other"
    go.set()
    idle(qtbot, window)
    assert first.cube.info.gaps_unknown, "that look was stopped"
    assert not window.session.cube.info.gaps_unknown
    assert not window.notes_bar.leave_out.isVisible()
    identity, input_identity = first.file_identity, first.input_identity
    window.session.show(first)
    idle(qtbot, window)
    assert window.notes_bar.leave_out.text() == "Leave out band 5"
    assert any("500 of 2,000 pixels lack data" in note for note in window.notes_bar.notes)
    assert (first.file_identity, first.input_identity) == (identity, input_identity)
    assert begun == ["gaps", "other", "gaps"]
    window.session.show(window.session.scenes[1])
    window.session.show(first)
    idle(qtbot, window)
    assert len(begun) == 3, "it is looked at once"


def test_after_a_band_is_left_out_the_notes_count_without_it_and_offer_the_next(qtbot, window, tmp_path):
    values = np.random.default_rng(0).integers(1, 4000, (40, 50, 12)).astype(np.int16)
    values[:10, :, 4] = -1
    values[20:22, :, 7] = -1
    open_scene(qtbot, window, write_cube(tmp_path / "gaps.hdr", values, CubeInfo(nodata=-1))[0])
    bar = window.notes_bar
    assert bar.leave_out.text() == "Leave out band 5"
    assert any("600 of 2,000 pixels lack data" in note for note in bar.notes)
    QTest.mouseClick(bar.leave_out, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert bar.leave_out.text() == "Leave out band 8"
    assert [note for note in bar.notes if "lack data" in note] == [
        "100 of 2,000 pixels lack data in some bands only, and are left out: band 8 lacks 100."
    ]
    QTest.mouseClick(bar.leave_out, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    assert not bar.leave_out.isVisible()
    assert not any("lack data" in note for note in bar.notes)
    cube = window.session.cube
    window.bands.apply(window_edit := band_edits.recall(window.session.plain))
    assert window_edit.bad_bands == (4, 7)
    assert window.session.cube is cube, "nothing was changed"
