"""Two files of one scene and a file of parcels become a finished map with hectares by parcel."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pyproj import Transformer
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

import hsigui
from hsigui.cli import run as main
from hsigui.cube.demo import write_demo
from hsigui.labels.formats.files import read_classes
from hsigui.specs import SplitSpec
from hsigui.ui.finishing.panel import FinishPanel
from hsigui.ui.preparing.controller import PrepareController
from hsigui.ui.preparing.save_dialog import SaveCubeDialog
from hsigui.ui.results.export_dialog import ExportChoice
from hsigui.ui.results.zones_controller import ZonesController
from tests.ui.windows import idle, opened

SIDE, PIXEL = 60, 5.0


@pytest.fixture
def files(tmp_path) -> dict[str, Path]:
    """VNIR as ENVI, SWIR as a GeoTIFF of pixels twice as large, truth, and parcels in degrees."""
    folder = tmp_path / "Projekt Süd"
    scene, truth = write_demo(folder / "demo", rows=SIDE, cols=SIDE)[:2]
    found = {
        "truth": truth,
        "vnir": folder / "vnir.hdr",
        "swir": folder / "swir.tif",
        "parcels": folder / "Schläge.geojson",
    }
    assert main(["prepare", str(scene), str(found["vnir"]), "--bands", "400-1000"]) == 0
    assert main(["prepare", str(scene), str(found["swir"]), "--bands", "1001-2500", "--block-mean", "2"]) == 0

    geo = hsigui.open(scene).info.geo
    west, north = geo.transform[2], geo.transform[5]
    to_degrees = Transformer.from_crs(geo.crs_wkt, 4326, always_xy=True)
    features = []
    for number, (left, top, right, bottom) in enumerate([(2, 3, 28, 25), (31, 2, 58, 40), (5, 30, 29, 57)]):
        corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
        ring = [to_degrees.transform(west + col * PIXEL, north - row * PIXEL) for col, row in corners]
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": {"Schlag": f"Müller {number}"}, "geometry": geometry})
    found["parcels"].write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return found


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.slow
def test_hectares_by_parcel_of_a_finished_map_are_the_same_in_the_window_and_by_commands(
    qtbot, window, answers, files, tmp_path
):
    # VNIR and SWIR become one scene.
    opened(qtbot, window, files["vnir"])
    window.actions_["prepare_cube"].trigger()
    controller = window._part(PrepareController)
    dialog = controller.dialog
    answers.path = files["swir"]
    QTest.mouseClick(dialog.files.add, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not controller.busy, timeout=10_000)
    assert "60 x 60 pixels" in dialog.problem.text()
    assert "30 x 30" in dialog.problem.text()
    dialog.files.ways.setCurrentIndex(dialog.files.ways.findData("sort"))
    dialog.files.onto.setChecked(True)
    qtbot.waitUntil(lambda: not controller.busy, timeout=10_000)
    assert not dialog.problem.isVisibleTo(dialog)
    dialog.save.click()
    (saving,) = window.findChildren(SaveCubeDialog)
    both = tmp_path / "beide.hdr"
    saving.file.setText(str(both))
    QTest.mouseClick(saving.buttons.button(QDialogButtonBox.StandardButton.Save), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.session.cube is not None and window.session.cube.path == both, timeout=20_000)
    idle(qtbot, window)
    dialog.close()
    assert (np.diff(window.session.cube.wavelengths) > 0).all()

    # Labels, a training, a map and its last hand.
    window.label_files.open_truth(files["truth"])
    idle(qtbot, window)
    window.sampler.sample(SplitSpec(8, 0))
    idle(qtbot, window)
    window.method.advanced.show_spec(replace(window.method.spec(), epochs=6, device="cpu"))
    window.actions_["pretrain"].trigger()
    qtbot.waitUntil(lambda: window.session.scene.map is not None, timeout=120_000)
    idle(qtbot, window, timeout=60_000)
    panel, scene = window._part(FinishPanel), window.session.scene
    panel.add("majority")
    panel.add("sieve")
    panel.editor.smallest.setValue(8)
    idle(qtbot, window)
    assert [step.told for step in scene.finishing.steps] == ["--majority 3", "--sieve 8"]

    # Hectares by parcel, of the finished map.
    window.actions_["show_zones"].trigger()
    idle(qtbot, window)
    page = window._part(ZonesController).page
    window._part(ZonesController).take_zones(files["parcels"])
    idle(qtbot, window)
    page.classes.setCurrentIndex(page.classes.findText("The finished map"))
    page.classes.activated.emit(page.classes.currentIndex())
    idle(qtbot, window)
    answers.save = ours = tmp_path / "Fenster.csv"
    QTest.mouseClick(page.save, Qt.MouseButton.LeftButton)
    idle(qtbot, window)
    rows = table(ours)
    assert [row["zone"] for row in rows] == ["Müller 0", "Müller 1", "Müller 2", "Outside the zones", "Whole map"]
    assert float(rows[0]["hectares"]) == pytest.approx(26 * 22 * PIXEL**2 / 1e4, rel=0.02)
    assert float(rows[-1]["hectares"]) == pytest.approx(SIDE**2 * PIXEL**2 / 1e4, rel=0.01)

    # The same by commands, of what was exported.
    out = tmp_path / "Karten"
    window.exporter.export(ExportChoice(("geotiff",), out, "Antwort"))
    idle(qtbot, window)
    made, theirs = out / "fertig.tif", out / "Befehl.csv"
    assert main(["edit", str(out / "Antwort.tif"), str(made), "--majority", "3", "--sieve", "8"]) == 0
    np.testing.assert_array_equal(read_classes(made).array, scene.finished.classes)
    assert main(["areas", str(made), str(theirs), "--zones", str(files["parcels"]), "--zone-field", "Schlag"]) == 0
    assert table(theirs) == rows
