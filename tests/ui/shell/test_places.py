"""Coordinates, Go to, north up and what lies over the image, in the whole window."""

from __future__ import annotations

import math

import numpy as np
import pytest
import rasterio
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from rasterio.transform import Affine

from hsigui.cube import systems
from hsigui.cube.ground import ground_of
from hsigui.ui.image.furniture import ALL, GRID_LONLAT, GRID_MAP
from hsigui.ui.image.turning import UPRIGHT
from hsigui.ui.shell.go_to_dialog import GoToDialog
from hsigui.ui.shell.system_dialog import SystemDialog
from hsigui.ui.views.overview import OverviewMap
from tests.ui.windows import click, idle, labels, open_scene, paint, press, texts

CTRL, SHIFT, LEFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
C, S = 20 * math.cos(math.radians(25)), 20 * math.sin(math.radians(25))
ROTATED = Affine(C, S, 450_000, S, -C, 5_600_000)


def write(path, transform: Affine | None, crs: str | None):
    values = np.random.default_rng(0).random((3, 60, 80), dtype=np.float32)
    profile = {} if transform is None else {"transform": transform, "crs": crs}
    with rasterio.open(path, "w", driver="GTiff", height=60, width=80, count=3, dtype="float32", **profile) as file:
        file.write(values)
    return path


@pytest.fixture
def rotated(qtbot, window, tmp_path):
    open_scene(qtbot, window, write(tmp_path / "rotated.tif", ROTATED, "EPSG:32632"))
    window.messages.clear()
    return window


@pytest.fixture
def nowhere(qtbot, window, tmp_path):
    path = tmp_path / "nowhere.npy"
    np.save(path, np.random.default_rng(0).random((60, 80, 4), dtype=np.float32))
    open_scene(qtbot, window, path)
    window.messages.clear()
    return window


def hover(window, row: int, col: int) -> str:
    QTest.mouseMove(window.image.viewport(), QPoint(2, 2))  # the mouse may rest there from the test before
    QTest.mouseMove(window.image.viewport(), window.image.position_of(row, col))
    return window.status.place.text()


def dialog_of(window, kind):
    (found,) = (dialog for dialog in window.findChildren(kind) if dialog.isVisible())
    return found


def test_the_status_bar_tells_places_in_the_chosen_coordinates(rotated):
    ground = ground_of(rotated.session.cube.geo)
    for name in ("pixel", "lonlat", "map"):
        rotated.actions_[f"coordinates_{name}"].trigger()
        assert hover(rotated, 20, 30) == systems.written(ground, 20, 30, name)
        assert rotated.desk.settings.coordinates == name
        hover(rotated, 21, 31)
    assert "WGS 84 / UTM zone 32N" in rotated.status.place.toolTip()


def test_another_system_is_found_by_its_name_and_remembered(qtbot, rotated, make_window):
    hover(rotated, 20, 30)
    rotated.actions_["coordinates_other"].trigger()
    dialog = dialog_of(rotated, SystemDialog)
    QTest.keyClicks(dialog.line, "etrs89 lcc europe")
    qtbot.waitUntil(lambda: dialog.code == "EPSG:3034", timeout=10_000)
    assert dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()
    dialog.accept()
    assert "   EPSG:3034: x " in rotated.status.place.text()
    assert "ETRS89-extended / LCC Europe" in rotated.status.place.toolTip()
    idle(qtbot, rotated)
    second = make_window()
    assert second.coordinates.system == "EPSG:3034"
    assert second.actions_["coordinates_other"].isChecked()
    assert "EPSG:3034" in second.actions_["coordinates_other"].text()


def test_a_choice_that_is_given_up_stays_as_it_was(qtbot, rotated):
    rotated.actions_["coordinates_other"].trigger()
    dialog = dialog_of(rotated, SystemDialog)
    dialog.line.setText("no such system")
    qtbot.waitUntil(lambda: "No system" in dialog.note.text(), timeout=10_000)
    assert not dialog.buttons.button(dialog.buttons.StandardButton.Ok).isEnabled()
    dialog.reject()
    assert rotated.actions_["coordinates_map"].isChecked()


def test_a_scene_without_a_place_is_told_in_pixels(nowhere):
    assert hover(nowhere, 20, 30) == "row 20, col 30 (from 0)"
    choices = ("coordinates_map", "coordinates_lonlat", "coordinates_other", "go_to")
    enabled = {name for name in ("north_up", *ALL, *choices) if nowhere.actions_[name].isEnabled()}
    assert enabled == {"scale_bar", "go_to"}


def test_a_click_on_the_coordinates_copies_what_go_to_takes(rotated):
    rotated.actions_["coordinates_lonlat"].trigger()
    hover(rotated, 20, 30)
    QTest.mouseMove(rotated.image.viewport(), QPoint(2, 2))
    assert "row 20, col 30" in rotated.status.place.text(), "where it was last stays"
    QTest.mouseClick(rotated.status.place, LEFT)
    copied = QGuiApplication.clipboard().text()
    assert f"Copied: {copied}" in texts(rotated)
    press(rotated, Qt.Key.Key_G, CTRL)
    dialog = dialog_of(rotated, GoToDialog)
    dialog.line.setText(copied)
    assert dialog.note.text().startswith("Latitude")
    QTest.keyClick(dialog.line, Qt.Key.Key_Return)
    assert rotated.image.pixel_at(rotated.image.viewport().rect().center()) == (20, 30)


def test_coordinates_are_copied_by_a_key_once_the_mouse_was_somewhere(rotated):
    press(rotated, Qt.Key.Key_C, CTRL | SHIFT)
    assert "Point at a pixel" in texts(rotated)
    hover(rotated, 20, 30)
    press(rotated, Qt.Key.Key_C, CTRL | SHIFT)
    x, y = ground_of(rotated.session.cube.geo).to_map(20.5, 30.5)
    assert QGuiApplication.clipboard().text() == f"{x:.1f}, {y:.1f}"


def test_go_to_says_how_it_understands_and_marks_the_place_for_a_moment(qtbot, rotated):
    press(rotated, Qt.Key.Key_G, CTRL)
    dialog = dialog_of(rotated, GoToDialog)
    assert not dialog.go.isEnabled()
    for text, said in (
        ("50 N 8 E", "outside of the scene"),
        ("x", "no place that is understood"),
        ("12, 40", "Row 12"),
    ):
        dialog.line.setText(text)
        assert said in dialog.note.text()
    assert dialog.go.isEnabled()
    rotated.image._pointing.setInterval(200)
    QTest.mouseClick(dialog.go, LEFT)
    assert rotated.image.scale >= 12
    assert rotated.image._beacon == (12, 40)
    qtbot.waitUntil(lambda: rotated.image._beacon is None, timeout=5000)


def test_north_up_turns_the_scene_and_every_tool_works_on_the_pixels_under_the_mouse(rotated):
    assert rotated.actions_["north_up"].isEnabled()
    rotated.actions_["north_up"].trigger()
    assert not rotated.image.turn.upright
    ground = ground_of(rotated.session.cube.geo)
    east, north = (tuple(map(float, ground.to_map(10, col))) for col in (10, 30))
    here, there = rotated.image._camera.to_view(10, 10), rotated.image._camera.to_view(10, 30)
    way = there - here
    assert way.x() * (north[1] - east[1]) == pytest.approx(-way.y() * (north[0] - east[0]), rel=1e-6)
    press(rotated, Qt.Key.Key_N, CTRL)
    press(rotated, "X")
    click(rotated, 20, 30)
    click(rotated, 41, 17)
    assert np.argwhere(labels(rotated)).tolist() == [[20, 30], [41, 17]]
    press(rotated, "R")
    paint(rotated, (5, 50), (9, 60))
    assert (labels(rotated)[5:10, 50:61] > 0).all()
    assert (labels(rotated) > 0).sum() == 2 + 5 * 11
    rotated.actions_["north_up"].trigger()
    assert rotated.image.turn == UPRIGHT


def test_linked_views_are_turned_with_the_image_and_paint_the_pixel_under_the_mouse(qtbot, rotated):
    rotated.actions_["views_beside"].trigger()
    rotated.actions_["north_up"].trigger()
    (view,) = rotated.views.shown
    idle(qtbot, rotated)
    assert view.turn == rotated.image.turn
    press(rotated, Qt.Key.Key_N, CTRL)
    press(rotated, "X")
    rotated.image.zoom_to_pixel(20, 30)
    QTest.mouseClick(view.viewport(), LEFT, NONE, view.position_of(21, 29))
    assert np.argwhere(labels(rotated)).tolist() == [[21, 29]]
    rotated.actions_["north_up"].trigger()
    assert view.turn == UPRIGHT


def test_the_frame_of_the_overview_lies_askew_where_the_image_is_turned(qtbot, rotated):
    rotated.actions_["overview"].setChecked(True)
    rotated.actions_["north_up"].trigger()
    rotated.image.look_at((30.0, 40.0, 30.0))
    (overview,) = rotated.image.findChildren(OverviewMap)
    qtbot.waitUntil(overview.isVisible)
    middle = overview.frame.boundingRect().center()
    rect = overview.rect()
    assert middle.x() / rect.width() == pytest.approx(40 / 80, abs=0.03)
    assert middle.y() / rect.height() == pytest.approx(30 / 60, abs=0.03)
    assert len({round(point.x()) for point in overview.frame.toList()}) >= 4
    rotated.image.fit()
    assert overview.rect().toRectF().contains(overview.frame.boundingRect())


def test_each_scene_is_turned_as_it_lies(qtbot, rotated, tmp_path):
    rotated.actions_["north_up"].trigger()
    turn = rotated.image.turn
    open_scene(qtbot, rotated, write(tmp_path / "plain.tif", Affine(10, 0, 5e5, 0, -10, 5.6e6), "EPSG:32632"))
    assert rotated.image.turn == UPRIGHT
    assert not rotated.actions_["north_up"].isEnabled()
    open_scene(qtbot, rotated, write(tmp_path / "south.tif", Affine(10, 0, 5e5, 0, 10, 5.6e6), "EPSG:32632"))
    assert rotated.image.turn.along_axes
    rotated.session.show(rotated.session.scenes[0])
    assert rotated.image.turn == turn
    assert rotated.image.ground.named == "WGS 84 / UTM zone 32N"


def test_what_is_over_the_image_is_remembered_and_there_is_one_kind_of_lines(qtbot, rotated, make_window):
    for name in ("scale_bar", "grid_map", "grid_lonlat", "north_up"):
        rotated.actions_[name].trigger()
    assert rotated.image._over.shown == {"scale_bar", GRID_LONLAT}
    assert not rotated.actions_[GRID_MAP].isChecked()
    assert rotated.desk.settings.over_image == ("north_up", "scale_bar", GRID_LONLAT)
    second = make_window()
    assert {name for name in ALL if second.actions_[name].isChecked()} == {"scale_bar", GRID_LONLAT}
    assert second.actions_["north_up"].isChecked()
    assert second.image._over.shown == {"scale_bar", GRID_LONLAT}


def test_measuring_labels_nothing_and_is_told_beside_the_tools(rotated):
    press(rotated, "T")
    for pixel in ((10, 10), (10, 40), (30, 40)):
        click(rotated, *pixel)
    assert rotated.labels.options.hint.text().startswith(("Length 99", "Length 1.0"))  # 1 km, clicked to half a pixel
    assert not rotated.session.history.undo_text
    assert not labels(rotated).any()
    press(rotated, Qt.Key.Key_Escape)
    assert rotated.labels.options.hint.text().startswith("Click places")


def test_settings_of_another_kind_are_taken_as_map_coordinates(window):
    from dataclasses import replace

    for name in ("EPSG:nothing", "", "other", "x" * 1000):
        window.desk.settings = replace(window.desk.settings, coordinates=name)
        assert window.coordinates.system == "map"
