"""What the window exports, and what it refuses to."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from hsigui.labels.formats.files import read_classes
from hsigui.report.filters import filtered
from hsigui.specs import SplitSpec
from hsigui.ui.results.export_dialog import ExportDialog
from tests.ui.windows import button, idle, texts, trained

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_export_writes_what_was_chosen_and_says_where(qtbot, demo, training, tmp_path):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    demo.actions_["export"].trigger()
    (dialog,) = demo.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path / "new" / "folder"))
    dialog.name.setText("result")
    dialog.boxes["envi"].setChecked(False)
    dialog.accept()
    idle(qtbot, demo)
    folder = tmp_path / "new" / "folder"
    assert {p.name for p in folder.iterdir()} >= {"result.tif", "result.png", "result-report"}
    assert not (folder / "result.hdr").exists()
    assert np.array_equal(read_classes(folder / "result.tif").array, demo.session.class_map.classes)
    assert "Exported" in texts(demo)
    assert str(folder) in texts(demo)
    assert button(demo, "Open folder")


def test_export_for_gis_filters_a_copy_and_leaves_the_map_of_the_window(qtbot, demo, training, tmp_path):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    trained(qtbot, demo, training)
    before = demo.session.class_map.classes.copy()
    demo.actions_["export"].trigger()
    (dialog,) = demo.findChildren(ExportDialog)
    dialog.folder.setText(str(tmp_path))
    dialog.name.setText("gis")
    for kind, box in dialog.boxes.items():
        box.setChecked(kind in ("geotiff", "bare", "kmz", "polygons", "measures", "legend"))
    dialog.cloud.setChecked(True)
    dialog.majority.setCurrentIndex(1)
    dialog.sieve.setValue(12)
    dialog.simplify.setValue(1.0)
    dialog.smallest.setValue(20)
    dialog.accept()
    idle(qtbot, demo)
    assert {p.name for p in tmp_path.iterdir()} >= {
        "gis.tif", "gis-bare.png", "gis-bare.pgw", "gis-globe.kmz", "gis.gpkg", "gis-probabilities.tif",
        "gis-entropy.tif", "gis-classes.csv",
    }  # fmt: skip
    assert np.array_equal(demo.session.class_map.classes, before)
    written = read_classes(tmp_path / "gis.tif").array
    assert not np.array_equal(written, before)
    assert np.array_equal(written, filtered(before, majority=3, sieve=12))
    assert np.array_equal(read_classes(tmp_path / "gis-bare.png").array, written)


def test_a_scene_without_a_place_cannot_be_put_on_a_globe(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=True, has_place=False)
    qtbot.addWidget(dialog)
    assert not dialog.boxes["kmz"].isEnabled()
    assert dialog.choice.kinds == ("geotiff", "envi", "png", "labels", "report")


def test_without_truth_the_report_cannot_be_chosen_and_a_bad_name_not_exported(qtbot, tmp_path):
    dialog = ExportDialog(tmp_path, "map", has_accuracy=False)
    qtbot.addWidget(dialog)
    save = dialog.buttons.button(dialog.buttons.StandardButton.Save)
    assert not dialog.boxes["report"].isEnabled()
    assert save.isEnabled()
    dialog.name.setText("a/b")
    assert not save.isEnabled()
    dialog.name.setText("map")
    (tmp_path / "map.png").touch()
    dialog.name.setText("map")
    dialog._check()
    assert "map.png" in dialog.note.text()
    for box in dialog.boxes.values():
        box.setChecked(False)
    assert not save.isEnabled()
