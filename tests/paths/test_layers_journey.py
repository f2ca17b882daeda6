"""From an index to labels and a file, in the real window: NDVI, a threshold of it, labels, a mask as GeoTIFF."""

from __future__ import annotations

import json

import numpy as np
import rasterio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.demo import write_demo
from hsigui.ui.layers.new_layer_dialog import NewLayerDialog
from tests.ui.layers.asked import choose, dialog, layers, panel, settle, threshold
from tests.ui.windows import labels, opened, press, texts

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


def test_from_an_index_to_labels_and_files(qtbot, window, answers, tmp_path):
    opened(qtbot, window, write_demo(tmp_path)[0])
    press(window, Qt.Key.Key_N, CTRL_SHIFT)
    asked = dialog(window, NewLayerDialog)
    QTest.keyClicks(asked.page.indices.search, "ndvi")
    QTest.mouseClick(asked.make, LEFT)
    settle(qtbot, window)
    (ndvi,) = layers(window)
    assert window.image.color_key.title == "NDVI"

    window.session.set_classes(window.session.classes.added("Green")[0], "Class")
    window.session.choose_class(window.session.classes.numbers[-1])
    mask = threshold(qtbot, window)
    mask.low.setFocus()
    mask.low.selectAll()
    QTest.keyClicks(mask.low, "0.5")
    QTest.keyClick(mask.low, Qt.Key.Key_Return)
    settle(qtbot, window)
    green = ndvi.layer.array >= 0.5
    assert f"{green.sum():,} of" in mask.told.text()
    QTest.mouseClick(mask.label, LEFT)
    settle(qtbot, window)
    QTest.mouseClick(mask.keep, LEFT)
    settle(qtbot, window)
    mask.reject()
    np.testing.assert_array_equal(labels(window) > 0, green)

    answers.save = tmp_path / "green.tif"
    choose(window, 2)
    window.actions_["export_layer"].trigger()
    settle(qtbot, window)
    assert "was written to" in texts(window)
    with rasterio.open(answers.save) as file:
        np.testing.assert_array_equal(file.read(1) == 1, green)
    record = json.loads((tmp_path / "green.tif.hsigui.json").read_text())
    assert record["recipe"]["between"] == {"low": 0.5, "high": None, "measure": 0}
    assert "--above 0.5" in record["commands"][0]

    window.actions_["undo"].trigger()
    assert not labels(window).any()
    window.actions_["show_bands"].trigger()
    settle(qtbot, window)
    assert not window.image.covered
    assert panel(window).list.count() == 2
