"""The map of the window as commands and as Python, in the clipboard: they make the same map."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from hsigui.__main__ import main
from hsigui.labels.formats.files import read_classes
from hsigui.specs import SplitSpec
from hsigui.ui.labels.background_dialog import BackgroundDialog
from hsigui.ui.labels.buffer_dialog import BufferDialog
from hsigui.ui.labels.class_mapping_dialog import ClassMappingDialog
from tests.ui.results.test_export import export, files, mapped  # noqa: F401 - fixtures
from tests.ui.windows import button, idle, texts


@pytest.fixture
def drawn(qtbot, mapped, tmp_path):  # noqa: F811
    """The window with a settled map of labels that were drawn from the truth and saved."""
    mapped.sampler.sample(SplitSpec(5, 1))
    idle(qtbot, mapped)
    qtbot.waitUntil(lambda: mapped.session.class_map is not None and not mapped.maps.busy, timeout=30_000)
    idle(qtbot, mapped)
    mapped.messages.clear()
    return mapped


def saved(qtbot, window, path):
    window.desk.prompts.save = path
    window.label_files.save_as()
    idle(qtbot, window)
    window.messages.clear()


def copied(qtbot, window, name: str) -> str:
    QGuiApplication.clipboard().setText("before")
    window.actions_[name].trigger()
    idle(qtbot, window)
    return QGuiApplication.clipboard().text()


def test_the_python_makes_the_same_map_in_a_fresh_interpreter(qtbot, drawn, tmp_path):
    saved(qtbot, drawn, tmp_path / "my labels.tif")
    wanted = drawn.session.class_map.classes.copy()
    script = copied(qtbot, drawn, "copy_python")
    assert "Python script" in texts(drawn), texts(drawn)
    (tmp_path / "empty").mkdir()
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    subprocess.run([sys.executable, str(tmp_path / "script.py")], cwd=tmp_path / "empty", check=True, timeout=240)
    assert np.array_equal(read_classes(tmp_path / "empty" / "repeated-map.tif").array, wanted)


def test_the_commands_make_the_same_map(qtbot, drawn, tmp_path, monkeypatch):
    saved(qtbot, drawn, tmp_path / "my labels.tif")
    wanted = drawn.session.class_map.classes.copy()
    lines = copied(qtbot, drawn, "copy_commands").splitlines()
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0
    assert np.array_equal(read_classes("repeated-map.tif").array, wanted)


def repeats(qtbot, window, folder, monkeypatch) -> list[str]:
    """The copied commands, which must make the map of the window in an empty folder."""
    qtbot.waitUntil(lambda: window.session.class_map is not None and not window.maps.busy, timeout=30_000)
    idle(qtbot, window)
    wanted = window.session.class_map.classes.copy()
    lines = copied(qtbot, window, "copy_commands").splitlines()
    assert lines != ["before"], texts(window)
    folder.mkdir()
    monkeypatch.chdir(folder)
    for line in lines:
        assert main(shlex.split(line)[1:]) == 0, (line, texts(window))
    assert np.array_equal(read_classes("repeated-map.tif").array, wanted)
    return lines


def test_labels_read_with_a_chosen_background_are_read_so_again(qtbot, mapped, tmp_path, monkeypatch):  # noqa: F811
    truth = mapped.session.truth.array
    array = np.where((np.indices(truth.shape).sum(0) % 7 == 0) & (truth > 0), truth, 0).astype(np.uint8)
    array[:20][array[:20] == 0] = 255
    np.save(tmp_path / "from a program.npy", array)
    mapped.label_files.open_labels(tmp_path / "from a program.npy")
    idle(qtbot, mapped)
    (dialog,) = [d for d in mapped.findChildren(BackgroundDialog) if d.isVisible()]
    assert dialog.choices[0] != "0,255", "the proposal is another, or nothing is shown"
    dialog.choose("0,255")
    dialog.accept()
    idle(qtbot, mapped)
    for mapping in [d for d in mapped.findChildren(ClassMappingDialog) if d.isVisible()]:
        mapping.accept()
    idle(qtbot, mapped)
    assert np.array_equal(mapped.session.labels.array, np.where(array == 255, 0, array))
    lines = repeats(qtbot, mapped, tmp_path / "empty", monkeypatch)
    assert "--labels-background=0,255" in lines[-1]


def test_points_read_with_a_chosen_distance_are_read_so_again(qtbot, mapped, tmp_path, monkeypatch):  # noqa: F811
    truth, names = mapped.session.truth.array, mapped.session.classes
    places = [np.argwhere(truth == number)[9].tolist() for number in np.unique(truth[truth > 0]).tolist()]
    shapes = [
        {"type": "Feature", "properties": {"class_id": int(truth[row, col]),
                                           "class_name": names.get(int(truth[row, col])).name},
         "geometry": {"type": "Point", "coordinates": [col + 0.5, row + 0.5]}} for row, col in places
    ]  # fmt: skip
    told = {"type": "FeatureCollection", "hsigui": {"coordinates": "pixels"}, "features": shapes}
    (tmp_path / "points.geojson").write_text(json.dumps(told), encoding="utf-8")
    mapped.label_files.open_labels(tmp_path / "points.geojson")
    idle(qtbot, mapped)
    button(mapped, "Label around them…").click()
    (dialog,) = [d for d in mapped.findChildren(BufferDialog) if d.isVisible()]
    dialog.size_box.setValue(2)
    dialog.accept()
    idle(qtbot, mapped)
    assert np.count_nonzero(mapped.session.labels.array) > 3 * len(places)
    lines = repeats(qtbot, mapped, tmp_path / "empty", monkeypatch)
    assert "--labels-buffer=2" in lines[-1]


@pytest.mark.parametrize("name", ["copy_commands", "copy_python"])
def test_labels_in_no_file_are_told_and_nothing_is_copied(qtbot, drawn, name):
    assert copied(qtbot, drawn, name) == "before"
    assert "in no file as they are now" in texts(drawn), texts(drawn)


def test_labels_that_were_exported_with_the_map_are_in_that_file_and_the_refusal_goes(qtbot, drawn, tmp_path):
    assert copied(qtbot, drawn, "copy_commands") == "before"
    export(qtbot, drawn, tmp_path / "out", "geotiff", "labels")
    lines = copied(qtbot, drawn, "copy_commands").splitlines()
    assert f"--labels {tmp_path / 'out' / 'out-labels.tif'}" in lines[-1]
    assert "in no file" not in texts(drawn), "it is out of date"


def test_without_a_map_nothing_is_copied(qtbot, demo):
    assert not demo.actions_["copy_commands"].isEnabled()
    demo.actions_["copy_commands"].setEnabled(True)
    assert copied(qtbot, demo, "copy_commands") == "before"
