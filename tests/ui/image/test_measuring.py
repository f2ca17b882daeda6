"""The tool that measures, with real mouse and keys."""

from __future__ import annotations

import pytest
from pyproj import CRS
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from hsigui.cube.cube import Geo
from hsigui.cube.ground import ground_of

NONE, LEFT, RIGHT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
GROUND = ground_of(Geo((10.0, 0.0, 5e5, 0.0, -10.0, 5.6e6), CRS.from_epsg(32632).to_wkt()))


@pytest.fixture
def measuring(view):
    view.set_ground(GROUND)
    view.set_tool("measure")
    view.told = []
    view.measured.connect(view.told.append)
    return view


def click(view, row: int, col: int, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(view.viewport(), button, NONE, view.position_of(row, col))


def test_length_and_area_are_told_while_places_are_clicked(measuring):
    click(measuring, 5, 5)
    assert measuring.told[-1] == ""
    click(measuring, 5, 25)
    assert measuring.told[-1].startswith("Length 200.")
    click(measuring, 15, 25)
    length, last, area, about, copies = measuring.told[-1].split(" · ")
    assert length.startswith("Length 30")
    assert last.startswith("Last part 100.")
    assert area.startswith("Area 1.0")
    assert area.endswith("ha")
    assert about == "geodesic on WGS 84 (WGS 84 / UTM zone 32N)"
    assert copies.startswith("Ctrl+C")


def test_the_line_is_drawn_with_its_words_at_the_mouse(measuring):
    before = measuring.viewport().grab().toImage()
    click(measuring, 5, 5)
    click(measuring, 5, 25)
    QTest.mouseMove(measuring.viewport(), measuring.position_of(15, 30))
    drawn = measuring.viewport().grab().toImage()
    assert drawn != before
    QTest.keyClick(measuring, Qt.Key.Key_Escape)
    QTest.mouseMove(measuring.viewport(), measuring.position_of(0, 0))
    assert measuring.viewport().grab().toImage() == before


@pytest.mark.parametrize("end", ["right", "enter", "double"])
def test_an_ended_line_stays_until_the_next_click(measuring, end):
    click(measuring, 5, 5)
    click(measuring, 5, 25)
    if end == "right":
        click(measuring, 30, 30, RIGHT)
    elif end == "enter":
        QTest.keyClick(measuring, Qt.Key.Key_Return)
    else:
        QTest.mouseDClick(measuring.viewport(), LEFT, NONE, measuring.position_of(5, 25))
    told = measuring.told[-1]
    assert told.startswith("Length 200.")
    assert "Area" not in told
    assert not measuring.drawing
    measuring.zoom_in()
    click(measuring, 20, 20)
    assert measuring.told[-1] == ""


def test_backspace_takes_the_last_place_back_and_another_tool_drops_the_line(measuring):
    for pixel in ((5, 5), (5, 25), (15, 25)):
        click(measuring, *pixel)
    QTest.keyClick(measuring, Qt.Key.Key_Backspace)
    assert "Area" not in measuring.told[-1]
    measuring.set_tool("navigate")
    assert measuring.told[-1] == ""


def test_what_is_measured_can_be_copied(measuring):
    QGuiApplication.clipboard().setText("before")
    QTest.keyClick(measuring, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "before"
    for pixel in ((5, 5), (5, 25), (15, 25)):
        click(measuring, *pixel)
    QTest.keyClick(measuring, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split()[0] for line in lines] == ["Length", "Last", "Area", "geodesic"]


def test_without_a_place_it_measures_pixels(measuring):
    measuring.set_ground(None)
    click(measuring, 5, 5)
    click(measuring, 5, 25)
    assert measuring.told[-1].startswith("Length 20")
    assert " px · pixels: " in measuring.told[-1]


@pytest.mark.parametrize("corner", [(0, 0), (0, 59), (39, 59), (39, 0)])
def test_the_words_stay_inside_the_view(measuring, corner):
    measuring.look_at((20.0, 30.0, 8.0))
    click(measuring, 20, 30)
    before = measuring.viewport().grab().toImage()
    place = measuring.position_of(*corner)
    port = measuring.viewport().rect().adjusted(2, 2, -2, -2)
    at = QPoint(min(max(place.x(), port.left()), port.right()), min(max(place.y(), port.top()), port.bottom()))
    QTest.mouseMove(measuring.viewport(), at)
    after = measuring.viewport().grab().toImage()
    changed = [(x, y) for x in range(0, after.width(), 3) for y in range(0, after.height(), 3)
               if after.pixel(x, y) != before.pixel(x, y)]  # fmt: skip
    words = [(x, y) for x, y in changed if abs(x - at.x()) > 16 and abs(y - at.y()) > 14]
    assert len(words) > 40
    assert all(3 <= x < after.width() - 3 and 3 <= y < after.height() - 3 for x, y in words)
