"""Label files in the window: every format, other places, other classes, tables of classes."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from rasterio.crs import CRS
from rasterio.transform import Affine
from rasterio.warp import reproject, transform_bounds

from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.class_tables import read_table, write_table
from hsigui.labels.formats.files import Grid, read_classes, write_classes
from hsigui.labels.formats.table import usual_suffixes
from hsigui.labels.label_map import VALIDATION
from hsigui.storage.kept_scene import Condition, KeptScene, SceneFacts
from hsigui.storage.projects import Left
from hsigui.ui.desk.prompts import label_kinds, saved_kinds
from hsigui.ui.labels import class_files
from hsigui.ui.labels.background_dialog import BackgroundDialog
from hsigui.ui.labels.buffer_dialog import BufferDialog
from hsigui.ui.labels.class_mapping_dialog import ClassMappingDialog
from tests.ui.windows import idle, labels, open_scene, paint, press, texts

OTHERS = ClassTable(
    (ClassInfo(1, "Moss", (9, 8, 7)), ClassInfo(2, "Lichen", (6, 5, 4)), ClassInfo(9, "Rust", (3, 2, 1)))
)


def drawn(window) -> np.ndarray:
    press(window, "B")
    press(window, "2")
    paint(window, (60, 60), (60, 70))
    return labels(window).copy()


def foreign(shape: tuple[int, int] = (128, 128)) -> np.ndarray:
    array = np.zeros(shape, np.uint16)
    array[0, :5], array[1, :4], array[2, :3] = 1, 2, 9
    return array


def asked(window) -> list[ClassMappingDialog]:
    return [d for d in window.findChildren(ClassMappingDialog) if d.isVisible()]


def opened(qtbot, window, answers, path: Path, action: str = "open_labels") -> None:
    answers.path = path
    window.actions_[action].trigger()
    idle(qtbot, window)


def push(window, text: str) -> None:
    (button,) = [b for m in window.messages.messages for b in m.findChildren(QPushButton) if b.text() == text]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("suffix", usual_suffixes())
def test_labels_are_saved_and_opened_again_in_every_format(qtbot, demo, answers, tmp_path, suffix):
    painted = drawn(demo)
    before = {c.number: c for c in demo.session.classes}
    answers.save = tmp_path / f"mine{suffix}"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    demo.session.undo()
    opened(qtbot, demo, answers, answers.save)
    assert asked(demo) == []
    assert np.array_equal(labels(demo), painted)
    assert {c.number: c for c in demo.session.classes} == before


def test_every_format_is_offered_to_open_and_to_save():
    for suffix in usual_suffixes():
        assert f"*{suffix}" in label_kinds()
        assert f"(*{suffix})" in saved_kinds()


def test_classes_that_the_scene_lacks_are_a_question_with_counts_and_proposals(qtbot, demo, answers, tmp_path):
    before = labels(demo).copy()
    write_classes(tmp_path / "file.tif", foreign(), OTHERS)
    opened(qtbot, demo, answers, tmp_path / "file.tif")
    (dialog,) = asked(demo)
    assert np.array_equal(labels(demo), before), "nothing is taken before the answer"
    assert [dialog.table.item(row, 1).text() for row in range(3)] == ["5", "4", "3"]
    assert "Moss" in dialog.table.item(0, 0).text()
    assert not dialog.table.item(0, 0).icon().isNull()
    assert dialog.choice(1).currentText() == "New class “Moss”"

    water = demo.session.classes.numbers[0]
    dialog.choice(1).setCurrentIndex(dialog.choice(1).findData(water))
    dialog.choice(2).setCurrentText("Leave out")
    dialog.accept()
    idle(qtbot, demo)
    found = labels(demo)
    assert (found[0, :5] == water).all()
    assert not found[1].any()
    (rust,) = [c for c in demo.session.classes if c.name == "Rust"]
    assert (found[2, :3] == rust.number).all()
    assert rust.color == (3, 2, 1)
    assert demo.session.classes.get(water).name != "Moss"
    demo.session.undo()
    assert np.array_equal(labels(demo), before)


def unlabelled_asked(window) -> list[BackgroundDialog]:
    return [d for d in window.findChildren(BackgroundDialog) if d.isVisible()]


def test_what_is_unlabelled_is_a_question_with_counts_where_the_file_leaves_it_open(qtbot, demo, answers, tmp_path):
    array = np.full((128, 128), 255, np.uint8)
    array[0, :5], array[1, :4], array[2, :3] = 0, 1, 2
    np.save(tmp_path / "file.npy", array)
    before = labels(demo).copy()
    opened(qtbot, demo, answers, tmp_path / "file.npy", "open_truth")
    (dialog,) = unlabelled_asked(demo)
    assert np.array_equal(labels(demo), before)
    assert dialog.choices[0] == "255"
    assert "0,255" in dialog.choices
    dialog.choose("0,255")
    dialog.accept()
    idle(qtbot, demo)
    assert unlabelled_asked(demo) == []
    asked(demo)[0].accept()
    assert np.count_nonzero(demo.session.truth.array) == 7
    assert "Read as unlabelled: 0 (5), 255 (16,372)." in texts(demo)


def test_the_proposed_background_is_taken_as_it_was_read(qtbot, demo, answers, tmp_path):
    array = np.full((128, 128), -1, np.int16)
    array[0, :5], array[1, :4] = 0, 1
    np.save(tmp_path / "file.npy", array)
    opened(qtbot, demo, answers, tmp_path / "file.npy", "open_truth")
    (dialog,) = unlabelled_asked(demo)
    dialog.accept()
    idle(qtbot, demo)
    (mapping,) = asked(demo)
    assert [mapping.table.item(row, 0).text() for row in range(2)] == ["1  Class 0", "2  Class 1"]
    mapping.accept()
    assert np.count_nonzero(demo.session.truth.array) == 9


def test_points_of_a_file_are_offered_to_label_around_them(qtbot, demo, answers, tmp_path):
    grid = Grid(128, 128, demo.session.cube.geo)
    ((x, y),) = grid.to_map(np.array([(40.5, 30.5)]))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    point = {"type": "Feature", "properties": {"class_name": demo.session.classes.get(1).name},
             "geometry": {"type": "Point", "coordinates": [x, y]}}  # fmt: skip
    assert CRS.from_wkt(demo.session.cube.geo.crs_wkt).to_epsg() == 32633
    path = tmp_path / "p.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [point]}))
    opened(qtbot, demo, answers, path)
    assert np.argwhere(labels(demo)).tolist() == [[30, 40]]
    push(demo, "Label around them…")
    (dialog,) = [d for d in demo.findChildren(BufferDialog) if d.isVisible()]
    assert dialog.unit.count() == 2
    dialog.size_box.setValue(2)
    dialog.accept()
    idle(qtbot, demo)
    assert np.count_nonzero(labels(demo)) == 13


def test_the_question_says_why_a_class_is_proposed(qtbot):
    scene = ClassTable((ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(4, "Veg", (2, 2, 2))))
    file = ClassTable(
        (ClassInfo(2, "soil", (3, 3, 3)), ClassInfo(4, "Class 4", (4, 4, 4)), ClassInfo(7, "Ice", (5, 5, 5)))
    )
    dialog = ClassMappingDialog("truth.mat", file, {2: 5, 4: 6, 7: 7}, scene)
    qtbot.addWidget(dialog)
    reasons = [dialog.table.item(row, 3).text() for row in range(3)]
    assert reasons == ["same name", "same number only", "not in the scene"]
    assert dialog.targets == {2: 1, 4: 4, 7: 7}
    dialog.choice(4).setCurrentText("Leave out")
    dialog.choice(4).activated.emit(dialog.choice(4).currentIndex())
    assert dialog.table.item(1, 3).text() == "your choice"


def test_a_question_that_is_cancelled_changes_nothing(qtbot, demo, answers, tmp_path):
    before, classes = drawn(demo), demo.session.classes
    write_classes(tmp_path / "file.gpkg", foreign(), OTHERS)
    opened(qtbot, demo, answers, tmp_path / "file.gpkg")
    asked(demo)[0].reject()
    idle(qtbot, demo)
    assert np.array_equal(labels(demo), before)
    assert demo.session.classes == classes


def test_truth_with_other_classes_is_a_question_too(qtbot, demo, answers, tmp_path):
    write_classes(tmp_path / "truth.tif", foreign(), OTHERS)
    opened(qtbot, demo, answers, tmp_path / "truth.tif", "open_truth")
    (dialog,) = asked(demo)
    first = demo.session.classes.numbers[0]
    for number in (1, 2, 9):
        dialog.choice(number).setCurrentIndex(dialog.choice(number).findData(first))
    dialog.accept()
    idle(qtbot, demo)
    assert np.array_equal(demo.session.truth.array, np.where(foreign() > 0, first, 0))
    assert demo.session.truth.name == "truth.tif"


def test_added_labels_leave_the_present_ones(qtbot, demo, answers, tmp_path):
    before = drawn(demo)
    added = np.zeros_like(before)
    added[10, 10:20] = 1
    write_classes(tmp_path / "more.csv", added, demo.session.classes)
    opened(qtbot, demo, answers, tmp_path / "more.csv", "add_labels")
    assert np.array_equal(labels(demo), before + added)
    demo.session.undo()
    assert np.array_equal(labels(demo), before)


@pytest.mark.parametrize("choice", ["Resample to the scene", "Take pixel by pixel"])
def test_labels_of_another_place_are_explained_and_the_user_decides(qtbot, demo, answers, tmp_path, choice):
    before, geo = labels(demo).copy(), demo.session.cube.geo
    a, b, c, d, e, f = geo.transform
    array = np.zeros((128, 128), np.uint16)
    array[20:30, 40:50] = 1
    moved = Geo((a, b, c + 3 * a, d, e, f), geo.crs_wkt)
    write_classes(tmp_path / "moved.tif", array, demo.session.classes, moved)
    opened(qtbot, demo, answers, tmp_path / "moved.tif")
    assert "lie elsewhere" in texts(demo)
    assert np.array_equal(labels(demo), before)
    push(demo, choice)
    idle(qtbot, demo)
    expected = np.roll(array, 3, axis=1) if choice.startswith("Resample") else array
    assert np.array_equal(labels(demo), expected)


def test_a_damaged_file_is_told_in_words(qtbot, demo, answers, tmp_path):
    (tmp_path / "broken.gpkg").write_bytes(b"SQLite format 3\0 and no more")
    opened(qtbot, demo, answers, tmp_path / "broken.gpkg")
    assert "broken.gpkg cannot be read" in texts(demo)


@pytest.mark.parametrize("suffix", [".csv", ".clr", ".qml", ".json"])
def test_classes_are_written_and_taken_from_tables(qtbot, demo, answers, tmp_path, suffix):
    answers.save = tmp_path / f"classes{suffix}"
    demo.actions_["export_classes"].trigger()
    idle(qtbot, demo)
    classes = demo.session.classes
    assert read_table(answers.save) == classes
    first = classes.classes[0]
    write_table(answers.save, ClassTable((ClassInfo(40, first.name, (9, 9, 9)), ClassInfo(41, "Moss", (8, 8, 8)))))
    opened(qtbot, demo, answers, answers.save, "import_classes")
    assert demo.session.classes.get(first.number) == ClassInfo(first.number, first.name, (9, 9, 9))
    assert demo.session.classes.get(41).name == "Moss"
    demo.session.undo()
    assert demo.session.classes == classes


def test_a_table_that_is_none_is_told_in_words(qtbot, demo, answers, tmp_path):
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    opened(qtbot, demo, answers, tmp_path / "a.json", "import_classes")
    assert "no table of classes" in texts(demo)


def test_what_was_assumed_at_reading_is_told(qtbot, demo, answers, tmp_path):
    path = write_classes(tmp_path / "plain.xml", foreign(), ClassTable())[0]
    text = path.read_text(encoding="utf-8").replace("</GeometryDef>", "</GeometryDef><ThresholdDef/>", 1)
    path.write_text(text, encoding="utf-8")
    opened(qtbot, demo, answers, path)
    assert "Only drawn shapes are read" in texts(demo)


# Both layers


def both_layers(window) -> tuple[np.ndarray, np.ndarray]:
    painted = drawn(window)
    press(window, "V")
    press(window, "3")
    paint(window, (80, 60), (80, 70))
    press(window, "V")
    return painted, window.session.labels.validation.copy()


@pytest.mark.parametrize("suffix", usual_suffixes())
def test_validation_labels_are_saved_beside_and_opened_again_in_every_format(qtbot, demo, answers, tmp_path, suffix):
    painted, checked = both_layers(demo)
    before = {c.number: c for c in demo.session.classes}
    answers.save = tmp_path / f"mine{suffix}"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    demo.session.go_to(0)
    opened(qtbot, demo, answers, answers.save)
    qtbot.waitUntil(lambda: demo.session.labels.labelled(VALIDATION) > 0)
    assert asked(demo) == []
    assert np.array_equal(labels(demo), painted)
    assert np.array_equal(demo.session.labels.validation, checked)
    if suffix == ".csv":  # a table of pixels holds no class without any
        before = {number: before[number] for number in (2, 3)}
    assert {c.number: c for c in demo.session.classes} == before
    # Without validation labels the file beside is emptied, and opens without a word.
    demo.session.edit(demo.session.labels.replacing(np.zeros_like(checked), layer=VALIDATION), "None")
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    demo.messages.clear()
    opened(qtbot, demo, answers, answers.save)
    idle(qtbot, demo)
    assert not demo.session.labels.labelled(VALIDATION)
    assert "error" not in texts(demo)


def test_a_file_of_others_that_has_the_name_of_validation_labels_is_left_alone(qtbot, demo, answers, tmp_path):
    beside = tmp_path / "mine-validation.tif"
    write_classes(beside, foreign(), OTHERS)
    held = beside.read_bytes()
    drawn(demo)
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    assert (tmp_path / "mine.tif").exists()
    assert beside.read_bytes() == held, "no validation labels, nothing to write there"
    (tmp_path / "mine.tif").unlink()
    both_layers(demo)
    demo.actions_["save_labels_as"].trigger()
    idle(qtbot, demo)
    assert beside.read_bytes() == held
    assert not (tmp_path / "mine.tif").exists(), "the user said no"
    answers.sure = True
    demo.actions_["save_labels_as"].trigger()
    idle(qtbot, demo)
    assert np.array_equal(read_classes(beside).array, demo.session.labels.validation)


@pytest.mark.parametrize("name", ["scene.hdr", "scene.img", "scene.dat"])
def test_the_files_of_an_open_scene_are_not_overwritten_by_labels(qtbot, window, answers, tmp_path, name):
    cube = tmp_path / "scene.hdr"
    write_cube(cube, np.random.default_rng(0).random((12, 14, 6), dtype=np.float32), CubeInfo())
    open_scene(qtbot, window, cube)
    held = {path: path.read_bytes() for path in tmp_path.glob("scene.*")}
    press(window, "X")
    paint(window, (5, 5), (5, 8))
    answers.save = tmp_path / name
    window.actions_["save_labels"].trigger()
    idle(qtbot, window)
    assert "is a file of the open scene" in texts(window)
    assert {path: path.read_bytes() for path in tmp_path.glob("scene.*")} == held
    assert window.session.unsaved


def test_the_file_of_another_open_scene_is_not_overwritten_either(qtbot, window, answers, tmp_path):
    values = np.random.default_rng(0).random((12, 14, 6), dtype=np.float32)
    np.save(tmp_path / "one.npy", values)
    open_scene(qtbot, window, tmp_path / "one.npy")
    profile = {"driver": "GTiff", "height": 12, "width": 14, "count": 6, "dtype": "float32"}
    with rasterio.open(tmp_path / "two.tif", "w", transform=Affine(5, 0, 4e5, 0, -5, 5e6), **profile) as dataset:
        dataset.write(values.transpose(2, 0, 1))
    open_scene(qtbot, window, tmp_path / "two.tif")
    window.scenes.show(0)
    idle(qtbot, window)
    assert window.session.cube.path.name == "one.npy"
    held = (tmp_path / "two.tif").read_bytes()
    press(window, "X")
    paint(window, (5, 5), (5, 8))
    answers.save = tmp_path / "two.tif"
    window.actions_["save_labels"].trigger()
    idle(qtbot, window)
    assert (tmp_path / "two.tif").read_bytes() == held
    assert "is a file of the open scene" in texts(window)


# What the scene knows already


def test_validation_labels_keep_their_classes_when_a_file_numbers_them_otherwise(qtbot, demo, answers, tmp_path):
    _, checked = both_layers(demo)
    demo.session.scene.truth = None
    here = demo.session.classes
    swapped = ClassTable(tuple(replace(c, number={2: 3, 3: 2}.get(c.number, c.number)) for c in here))
    array = np.zeros_like(checked)
    array[10, 10:20] = 2
    write_classes(tmp_path / "swapped.tif", array, swapped)
    opened(qtbot, demo, answers, tmp_path / "swapped.tif")
    assert demo.session.classes.get(3).name == here.get(3).name
    assert np.array_equal(demo.session.labels.validation, checked)
    assert (labels(demo)[10, 10:20] == 3).all(), "the same name is the same class"


def test_locked_and_hidden_classes_stay_so_through_files_and_tables(qtbot, demo, answers, tmp_path):
    drawn(demo)
    write_classes(tmp_path / "mine.tif", labels(demo), demo.session.classes)
    write_table(tmp_path / "classes.csv", demo.session.classes.in_colors_of("Okabe-Ito"))
    press(demo, "K")
    press(demo, "H")
    for action, name in (("import_classes", "classes.csv"), ("open_labels", "mine.tif"), ("open_truth", "mine.tif")):
        opened(qtbot, demo, answers, tmp_path / name, action)
        assert demo.session.classes.get(2).locked, action
        assert demo.session.classes.get(2).hidden, action


def test_added_labels_go_round_locked_classes(qtbot, demo, answers, tmp_path):
    before = drawn(demo)
    press(demo, "K")
    added = np.zeros_like(before)
    added[58:63, 60:80] = 3
    write_classes(tmp_path / "more.tif", added, demo.session.classes)
    opened(qtbot, demo, answers, tmp_path / "more.tif", "add_labels")
    assert (labels(demo)[before == 2] == 2).all()
    assert (labels(demo)[(added == 3) & (before == 0)] == 3).all()
    assert "locked classes stay" in texts(demo)


def test_labels_of_another_coordinate_system_land_on_their_pixels(qtbot, demo, answers, tmp_path):
    before, geo = np.zeros_like(labels(demo)), demo.session.cube.geo
    before[20:30, 40:60] = 1
    rows, cols = before.shape
    a, _, left, _, e, top = geo.transform
    west, south, east, north = transform_bounds(geo.crs_wkt, "EPSG:4326", left, top + e * rows, left + a * cols, top)
    degrees = Affine((east - west) / 150, 0, west, 0, (south - north) / 130, north)
    there = np.zeros((130, 150), np.uint8)
    reproject(before.astype(np.uint8), there, src_transform=Affine(*geo.transform), src_crs=geo.crs_wkt,
              dst_transform=degrees, dst_crs="EPSG:4326")  # fmt: skip
    wkt = rasterio.crs.CRS.from_epsg(4326).to_wkt()
    write_classes(tmp_path / "degrees.tif", there, demo.session.classes, Geo(tuple(degrees)[:6], wkt))
    opened(qtbot, demo, answers, tmp_path / "degrees.tif")
    assert "resampled" in texts(demo).casefold()
    push(demo, "Resample to the scene")
    idle(qtbot, demo)
    wrong = np.count_nonzero(labels(demo) != before)
    assert wrong < 0.2 * np.count_nonzero(before), "pixels at the border may fall to either side"
    assert (labels(demo)[22:28, 43:57] == 1).all()


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".csv"])
def test_with_the_validation_layer_chosen_files_are_added_to_it(qtbot, demo, answers, tmp_path, suffix):
    before = drawn(demo)
    checks = np.zeros_like(before)
    checks[58:63, 60:80] = 3
    path = write_classes(tmp_path / f"field{suffix}", checks, demo.session.classes, demo.session.cube.geo)[0]
    press(demo, "V")
    opened(qtbot, demo, answers, path, "add_labels")
    assert np.array_equal(labels(demo), before)
    assert np.array_equal(demo.session.labels.validation, np.where(before > 0, 0, checks))
    assert "are training labels already" in texts(demo)
    demo.session.undo()
    assert not demo.session.labels.labelled(VALIDATION)


def test_two_saves_at_once_leave_the_newer_labels_in_the_file(qtbot, demo, answers, tmp_path, monkeypatch):
    running, at_once, go = [], [], threading.Event()
    write = class_files.save_classes

    def slow(ctx, path, *rest):
        running.append(path)
        at_once.append(len(running))
        go.wait(5)
        try:
            return write(ctx, path, *rest)
        finally:
            running.pop()

    monkeypatch.setattr(class_files, "save_classes", slow)
    drawn(demo)
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels_as"].trigger()
    paint(demo, (30, 30), (30, 40))
    demo.actions_["save_labels_as"].trigger()
    go.set()
    idle(qtbot, demo)
    qtbot.waitUntil(lambda: not demo.session.unsaved)
    assert max(at_once) == 1
    assert len(at_once) == 2
    assert np.array_equal(read_classes(answers.save).array, labels(demo))


def test_a_save_that_fails_does_not_hold_the_next_one_up(qtbot, demo, answers, tmp_path):
    drawn(demo)
    answers.save = tmp_path / "nowhere" / "mine.tif"
    demo.actions_["save_labels_as"].trigger()
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels_as"].trigger()
    qtbot.waitUntil(lambda: not demo.session.unsaved, timeout=10_000)
    idle(qtbot, demo)
    assert "nowhere" in texts(demo)
    assert np.array_equal(read_classes(answers.save).array, labels(demo))


def test_labels_can_be_saved_after_the_last_one_was_erased(qtbot, demo, answers, tmp_path):
    drawn(demo)
    answers.save = tmp_path / "mine.tif"
    demo.actions_["save_labels"].trigger()
    idle(qtbot, demo)
    press(demo, "Z", Qt.KeyboardModifier.ControlModifier)
    assert not labels(demo).any()
    assert demo.actions_["save_labels"].isEnabled()
    press(demo, "S", Qt.KeyboardModifier.ControlModifier)
    idle(qtbot, demo)
    assert not read_classes(answers.save).array.any()
    assert not demo.session.unsaved


def test_restored_labels_and_validation_labels_never_share_a_pixel(qtbot, demo, tmp_path):
    found = foreign()
    press(demo, "V")
    press(demo, "B")
    press(demo, "2")
    paint(demo, (1, 1), (1, 10))
    assert demo.session.labels.labelled(VALIDATION)
    facts = SceneFacts("0" * 32, *found.shape, 1)
    kept = KeptScene(facts, found, np.zeros_like(found), OTHERS, Condition(True))
    demo.left._restore(Left(kept, tmp_path / "gone.npz"))
    idle(qtbot, demo)
    assert np.array_equal(labels(demo), found)
    assert not (demo.session.labels.validation[found > 0]).any()
