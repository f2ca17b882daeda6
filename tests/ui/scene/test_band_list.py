"""The list of bands: search, small pictures on demand, and what a band is shown as."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.picture import thumbnail_of
from hsigui.ui.scene import band_list_controller
from hsigui.ui.scene.band_model import BAD, NAME, NUMBER, SHOWN, WAVELENGTH
from tests.ui.windows import idle, open_scene, press


@pytest.fixture
def listed(qtbot, demo):
    """A window with the demo scene whose list of bands is in front."""
    demo.docks["Bands"].raise_()
    qtbot.waitUntil(demo.band_list.table.isVisible)
    return demo


def texts(window, band):
    model = window.band_list.model
    row = model.bands.index(band)
    return [model.data(model.index(row, column)) for column in (NUMBER, WAVELENGTH, NAME, SHOWN)]


def test_the_list_tells_number_wavelength_and_where_a_band_is_shown(listed):
    cube, view = listed.session.cube, listed.session.view
    assert listed.band_list.model.rowCount() == cube.bands
    assert texts(listed, view.green) == [str(view.green + 1), f"{cube.wavelengths[view.green]:.1f}", "", "G"]
    listed.session.set_view(view.__class__(3, 3, 5))
    assert texts(listed, 3)[3] == "R G"
    listed.actions_["one_band"].setChecked(True)
    assert [texts(listed, band)[3] for band in (3, 5)] == ["●", ""]


def test_names_and_bad_marks_have_their_columns_where_there_are_any(qtbot, window, tmp_path):
    info = CubeInfo(band_names=("coast", "green one", "noise"), bad_bands=(False, False, True))
    header, _ = write_cube(tmp_path / "named.hdr", np.ones((5, 6, 3), np.int16), info)
    open_scene(qtbot, window, header)
    panel = window.band_list
    assert [panel.table.isColumnHidden(c) for c in (WAVELENGTH, NAME, BAD)] == [True, False, False]
    assert [panel.model.data(panel.model.index(row, BAD)) for row in range(3)] == ["", "", "bad"]
    assert "marked bad" in panel.model.data(panel.model.index(2, NAME), Qt.ItemDataRole.ToolTipRole)
    assert panel.told.text() == "3 bands, 1 of them bad"
    panel.search.setText("green")
    assert panel.model.bands == [1]
    assert panel.told.text() == "1 of 3 bands, 1 of them bad"
    panel.search.setText("bad")
    assert panel.model.bands == [2]


def test_what_is_searched_for_is_found_as_it_is_typed_and_enter_shows_it_alone(qtbot, listed):
    press(listed, "F", Qt.KeyboardModifier.ControlModifier)
    panel, waves = listed.band_list, listed.session.cube.wavelengths
    assert panel.search.hasFocus()
    QTest.keyClicks(panel.search, "670")
    assert all(abs(waves[band] - 670) <= 12 for band in panel.model.bands)
    assert panel.model.bands
    found = panel.model.bands[0]
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert panel.table.hasFocus()
    QTest.keyClick(panel.table, Qt.Key.Key_Return)
    assert listed.session.view.single == found
    panel.search.setText("swir")
    assert len(panel.model.bands) > 50
    panel.search.setText("")
    assert panel.model.rowCount() == listed.session.cube.bands
    idle(qtbot, listed)


def test_buttons_show_the_chosen_band_as_a_channel(qtbot, listed):
    panel, before = listed.band_list, listed.session.view
    assert not panel.buttons["red"].isEnabled()
    at = panel.table.visualRect(panel.model.index(2, WAVELENGTH)).center()
    QTest.mouseClick(panel.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseClick(panel.buttons["green"], Qt.MouseButton.LeftButton)
    assert listed.session.view.bands == (before.red, 2, before.blue)
    QTest.mouseClick(panel.buttons["single"], Qt.MouseButton.LeftButton)
    assert listed.session.view.single == 2
    QTest.mouseClick(panel.buttons["blue"], Qt.MouseButton.LeftButton)
    assert listed.session.view.shown == (before.red, 2, 2)
    idle(qtbot, listed)


def pictured(window):
    model = window.band_list.model
    return [b for b in model.bands if b not in model.missing([b])]


def test_small_pictures_are_made_in_a_worker_for_the_rows_in_view_alone(qtbot, listed, monkeypatch):
    threads = []

    def drawn(cube, band, side):
        threads.append(threading.current_thread())
        return thumbnail_of(cube, band, side)

    monkeypatch.setattr(band_list_controller, "thumbnail_of", drawn)
    qtbot.wait(100)
    assert not threads, "nothing is made before it is asked for"
    QTest.mouseClick(listed.band_list.pictures, Qt.MouseButton.LeftButton)
    assert listed.actions_["band_pictures"].isChecked()
    qtbot.waitUntil(lambda: pictured(listed) == listed.band_list.bands_in_view() != [], timeout=5000)
    idle(qtbot, listed)
    assert threading.main_thread() not in threads
    assert len(threads) == len(listed.band_list.bands_in_view()) < 20
    listed.band_list.table.scrollToBottom()
    last = listed.session.cube.bands - 1
    qtbot.waitUntil(lambda: last in pictured(listed), timeout=5000)
    idle(qtbot, listed)
    picture = listed.band_list.model._pictures[last].toImage()
    wanted = thumbnail_of(listed.session.cube, last, 44)
    assert (picture.height(), picture.width()) == (44, 44)
    seen = np.array([[picture.pixelColor(x, y).getRgb()[:3] for x in range(44)] for y in range(44)])
    assert seen[0, 0].tolist() == wanted[0, 0].tolist()
    assert seen[-1, -1].tolist() == wanted[-1, -1].tolist()
    assert set(seen.ravel().tolist()) == set(wanted.ravel().tolist())


def test_scrolling_on_gives_up_what_is_out_of_view_and_switching_off_gives_up_all(qtbot, listed, monkeypatch):
    go, begun = threading.Event(), []

    def slow(cube, band, side):
        begun.append(band)
        go.wait(5)
        return thumbnail_of(cube, band, side)

    monkeypatch.setattr(band_list_controller, "thumbnail_of", slow)
    listed.actions_["band_pictures"].setChecked(True)
    qtbot.waitUntil(lambda: begun == [0], timeout=5000)
    listed.band_list.table.scrollToBottom()
    qtbot.wait(150)
    go.set()
    last = listed.session.cube.bands - 1
    qtbot.waitUntil(lambda: last in begun, timeout=5000)
    idle(qtbot, listed)
    assert 1 not in begun, "the rows that were scrolled past"
    go.clear()
    begun.clear()
    listed.band_list.table.scrollToTop()
    qtbot.waitUntil(lambda: begun != [], timeout=5000)
    listed.actions_["band_pictures"].setChecked(False)
    go.set()
    idle(qtbot, listed)
    assert len(begun) == 1


def test_no_data_is_a_checkerboard_in_small_pictures_too(qtbot, listed, tmp_path):
    values = np.random.default_rng(0).random((44, 44, 2)).astype(np.float32)
    values[:22] = np.nan
    header, _ = write_cube(tmp_path / "half.hdr", values, CubeInfo())
    open_scene(qtbot, listed, header)
    listed.actions_["band_pictures"].setChecked(True)
    qtbot.waitUntil(lambda: pictured(listed) == [0, 1], timeout=5000)
    idle(qtbot, listed)
    picture = listed.band_list.model._pictures[0].toImage()
    empty = {picture.pixelColor(x, y).getRgb()[:3] for x in range(44) for y in range(22)}
    assert empty == {(0x66,) * 3, (0x99,) * 3}


def test_another_scene_has_its_own_bands_and_pictures(qtbot, listed, tmp_path):
    listed.actions_["band_pictures"].setChecked(True)
    qtbot.waitUntil(lambda: pictured(listed) != [], timeout=5000)
    header, _ = write_cube(tmp_path / "other.hdr", np.arange(120, dtype=np.int16).reshape(5, 6, 4), CubeInfo())
    open_scene(qtbot, listed, header)
    assert listed.band_list.model.bands == [0, 1, 2, 3]
    qtbot.waitUntil(lambda: pictured(listed) == [0, 1, 2, 3], timeout=5000)
    idle(qtbot, listed)
