"""What the window exports, and what it refuses to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import read_classes, write_classes
from hsigui.report.filters import filtered
from hsigui.specs import SplitSpec
from hsigui.ui.results.export_dialog import ExportChoice, ExportDialog
from tests.document.scenes import square
from tests.ui.windows import FakeEncoder, button, features_of, idle, open_scene, texts, trained

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


def test_the_proposed_folder_is_that_of_the_scene_shown_and_not_of_the_last_one(qtbot, window, answers, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        np.save(tmp_path / name / f"{name}.npy", np.random.default_rng(0).random((40, 42, 12)))
        open_scene(qtbot, window, tmp_path / name / f"{name}.npy")
    window.scenes.show(0)
    idle(qtbot, window)
    session = window.session
    session.set_classes(ClassTable.for_numbers([1, 2]), "classes")
    session.edit(square(), "x")
    session.set_trained(FakeEncoder(), features_of(session.cube))
    session.edit(square(2, 5), "y")
    qtbot.waitUntil(lambda: session.class_map is not None, timeout=10_000)
    idle(qtbot, window)
    window.actions_["export"].trigger()
    (dialog,) = window.findChildren(ExportDialog)
    assert dialog.folder.text() == str(tmp_path / "one")
    dialog.reject()
    names = ("save_labels_as", "export_classes", "export_run", "open_labels", "add_labels", "open_truth",
             "import_classes", "open_run")  # fmt: skip
    for name in names:
        window.actions_[name].trigger()
    window.spectra.export_asked.emit()
    assert len(answers.proposed) == len(names) + 1
    assert {Path(proposed) if Path(proposed).is_dir() else Path(proposed).parent for proposed in answers.proposed} == {
        tmp_path / "one"
    }


def test_an_export_over_what_another_wrote_asks_and_offers_another_name(qtbot, mapped, answers, tmp_path):
    choice = ExportChoice(("geotiff", "labels", "report"), tmp_path, "map")
    mapped.exporter.export(choice)
    idle(qtbot, mapped)
    mapped.exporter.export(choice)
    idle(qtbot, mapped)
    assert answers.changed == [], "nobody else wrote there"
    there = np.ones(mapped.session.labels.shape, np.uint16)
    write_classes(tmp_path / "map.tif", there, ClassTable.for_numbers([1]))
    (tmp_path / "map-report" / "report.json").write_text("{}")
    answers.over = "copy"
    mapped.exporter.export(choice)
    qtbot.waitUntil(lambda: bool(answers.changed), timeout=10_000)
    qtbot.waitUntil(lambda: (tmp_path / "map-2.tif").exists(), timeout=10_000)
    idle(qtbot, mapped)
    assert answers.changed[0].text.startswith("map.tif and ")
    assert ("Class 1", f"{there.size:,}", "–") in answers.changed[0].comparison.rows
    assert (read_classes(tmp_path / "map.tif").array == 1).all()
    assert (tmp_path / "map-report" / "report.json").read_text() == "{}"
    assert np.array_equal(read_classes(tmp_path / "map-2.tif").array, mapped.session.class_map.classes)
    assert (tmp_path / "map-2-report" / "report.json").is_file()


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
