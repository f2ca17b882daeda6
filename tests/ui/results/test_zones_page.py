"""The window of areas and statistics by zone: from a map and a file of parcels to a table, the image and files."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from pyproj import CRS
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from hsigui.document.finished import ChosenStep
from hsigui.document.overlays import Overlay
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes
from hsigui.labels.label_map import Edit
from hsigui.ui.image.view import ImageView
from hsigui.ui.results.zones_controller import ZonesController
from hsigui.ui.results.zones_page import ZonesPage
from tests.ui.windows import idle, paint, texts


@pytest.fixture
def parcels(mapped, tmp_path: Path) -> Path:
    """Two fields on the demo scene, in its own map coordinates, and one beside it."""
    a, b, c, d, e, f = mapped.session.cube.geo.transform
    features = []
    for name, owner, (x, y, width, height) in (
        ("=Äcker", "Ute", (10, 20, 30, 8)), ("Wiese", "Jan", (60, 60, 10, 10)), ("far", "Jan", (900, 900, 5, 5)),
    ):  # fmt: skip
        ring = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
        placed = [[a * px + b * py + c, d * px + e * py + f] for px, py in ring]
        geometry = {"type": "Polygon", "coordinates": [placed]}
        features.append({"type": "Feature", "properties": {"name": name, "owner": owner}, "geometry": geometry})
    number = CRS.from_wkt(mapped.session.cube.geo.crs_wkt).to_epsg()
    system = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{number}"}}
    content = {"type": "FeatureCollection", "crs": system, "features": features}
    path = tmp_path / "parcels ü.geojson"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def pick(qtbot, window, box: QComboBox, title: str) -> None:
    """Chooses a line of a combo box by the keyboard, as its first letters do, and waits."""
    box.setFocus()
    row = next(n for n in range(box.count()) if box.itemText(n).startswith(title))
    box.setCurrentIndex(row - 1 if row else 1)
    QTest.keyClick(box, Qt.Key.Key_Down if row else Qt.Key.Key_Up)
    idle(qtbot, window)


def lines(page: ZonesPage) -> dict[str, dict[str, object]]:
    sheet = page.sheet
    return {str(row[0]): dict(zip((c.key for c in sheet.columns), row, strict=True)) for row in sheet.rows}


def test_hectares_by_parcel_come_from_a_map_and_a_file_and_a_row_leads_to_its_place(
    qtbot, mapped, parcels, answers, monkeypatch, tmp_path
):  # fmt: skip
    gone: list = []
    monkeypatch.setattr(ImageView, "point_out", lambda _self, area: gone.append(area))
    mapped.actions_["show_zones"].trigger()
    idle(qtbot, mapped)
    control = mapped._part(ZonesController)
    page, numbers = control.page, mapped.session.class_map.classes
    assert [row[1] for row in page.sheet.rows][-3:] == ["Unclassified", "No data", "Whole map"]
    assert page.sheet.rows[-1][2] == numbers.size
    assert not page.field.isEnabled()
    answers.path = parcels
    pick(qtbot, mapped, page.zones, "Choose a file")
    idle(qtbot, mapped)
    found = lines(page)
    first = mapped.session.classes.get(1)
    assert list(found) == ["=Äcker", "Wiese", "far", "Outside the zones", "Whole map"]
    of_class = np.count_nonzero(numbers[20:28, 10:40] == 1)
    assert found["=Äcker"]["pixels"] == 240
    assert found["=Äcker"][f"{first.name} [ha]"] == pytest.approx(of_class * 0.0025, rel=1e-2)
    assert "far" in page.told.text()
    page.view.sortByColumn(2, Qt.SortOrder.AscendingOrder)
    assert list(lines(page)) == ["far", "Wiese", "=Äcker", "Outside the zones", "Whole map"]
    at = page.view.visualRect(page.model.index(1, 0)).center()
    QTest.mouseClick(page.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    top, left, mask = gone[-1]
    assert (top, left, mask.shape, mask.all()) == (60, 60, (10, 10), True)

    QTest.mouseClick(page.copy, Qt.MouseButton.LeftButton)
    rows = list(csv.reader(io.StringIO(QGuiApplication.clipboard().text()), delimiter="\t"))
    assert [row[0] for row in rows] == ["zone", "far", "Wiese", "'=Äcker", "Outside the zones", "Whole map"]
    answers.save = tmp_path / "hectares ü.xlsx"
    QTest.mouseClick(page.save, Qt.MouseButton.LeftButton)
    idle(qtbot, mapped)
    assert openpyxl.load_workbook(answers.save)["zones"]["A2"].value == "=Äcker"

    pick(qtbot, mapped, page.field, "owner")
    assert list(lines(page)) == ["Ute", "Jan", "Outside the zones", "Whole map"]
    assert lines(page)["Jan"]["polygons"] == 2
    QTest.keyClick(page.by_share, Qt.Key.Key_Space)
    idle(qtbot, mapped)
    assert lines(page)["Ute"]["pixels"] == pytest.approx(240, abs=1e-6)
    mapped.actions_["copy_step_commands"].trigger()
    idle(qtbot, mapped)
    assert "no folder" in texts(mapped) or "in no file" in texts(mapped)

    mapped.session.edit(Edit(0, 0, np.ones((1, 1), dtype=bool), 2), "Stroke")
    idle(qtbot, mapped)
    assert page.told.text().startswith("The scene has changed since")
    QTest.mouseClick(page.compute, Qt.MouseButton.LeftButton)
    idle(qtbot, mapped)
    assert "changed since" not in page.told.text()


def test_statistics_are_of_zones_as_a_whole_or_by_class_and_mistakes_are_told_in_the_page(
    qtbot, mapped, parcels, answers, tmp_path
):  # fmt: skip
    session = mapped.session
    session.scene.set_overlays((Overlay("lines", "parcels", path=parcels),))
    mapped.actions_["show_zones"].trigger()
    idle(qtbot, mapped)
    control = mapped._part(ZonesController)
    page = control.page
    pick(qtbot, mapped, page.zones, "parcels")
    idle(qtbot, mapped)
    assert list(lines(page))[:3] == ["=Äcker", "Wiese", "far"]
    pick(qtbot, mapped, page.what, "Statistics of all good bands")
    cube = session.cube
    band = int(cube.good_bands[0])
    mean = cube.read(slice(60, 70), slice(60, 70), [band]).mean()
    row = next(row for row in page.sheet.rows if row[0] == "Wiese")
    assert row[page.sheet.columns.index(next(c for c in page.sheet.columns if c.key == "mean"))] == pytest.approx(mean)
    assert not page.by_share.isEnabled()
    mapped.actions_["copy_step_commands"].trigger()
    idle(qtbot, mapped)
    assert "--zones" in QGuiApplication.clipboard().text()
    pick(qtbot, mapped, page.classes, "The map")
    assert page.sheet.columns[2].key == "class"
    pick(qtbot, mapped, page.what, "Areas")
    assert page.classes.currentText() == "The map"
    pick(qtbot, mapped, page.what, "Statistics of all good bands")
    assert page.classes.currentText() == "The map", "what was chosen for statistics last"

    session.scene.finishing.set_steps((ChosenStep("merge", "2=1"),))
    idle(qtbot, mapped)
    assert page.told.text().startswith("The scene has changed since")
    pick(qtbot, mapped, page.what, "Areas")
    pick(qtbot, mapped, page.classes, "The finished map")
    page.sheets.setCurrentIndex(page.sheets.findData("classes"))
    counted = {row[0]: row[2] for row in page.sheet.rows}
    assert counted[1] == np.count_nonzero(np.isin(session.class_map.classes, (1, 2)))

    mapped.actions_["paint_map"].setChecked(True)
    paint(mapped, (60, 60), (60, 64))
    QTest.mouseClick(page.compute, Qt.MouseButton.LeftButton)
    idle(qtbot, mapped)
    for saved in (False, True):
        if saved:
            answers.save = tmp_path / "painted ü.tif"
            mapped.actions_["save_painted"].trigger()
            idle(qtbot, mapped)
        mapped.actions_["copy_step_commands"].trigger()
        idle(qtbot, mapped)
        assert ("What is painted on the map is in no file" in texts(mapped)) is not saved

    other = tmp_path / "other.tif"
    write_classes(other, np.ones((3, 3), dtype=np.uint16), ClassTable((ClassInfo(1, "a", (0, 0, 0)),)))
    control.take_zones(other)
    idle(qtbot, mapped)
    idle(qtbot, mapped)
    assert page.sheet is None
    assert "pixels" in page.told.text()
    assert not page.save.isEnabled()
