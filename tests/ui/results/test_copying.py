"""The map of the window as commands and as Python, in the clipboard: they make the same map."""

from __future__ import annotations

import shlex
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from hsigui.__main__ import main
from hsigui.labels.formats.files import read_classes
from hsigui.specs import SplitSpec
from tests.ui.results.test_export import files, mapped  # noqa: F401 - fixtures
from tests.ui.windows import idle, texts


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


@pytest.mark.parametrize("name", ["copy_commands", "copy_python"])
def test_labels_in_no_file_are_told_and_nothing_is_copied(qtbot, drawn, name):
    assert copied(qtbot, drawn, name) == "before"
    assert "in no file as they are now" in texts(drawn), texts(drawn)


def test_without_a_map_nothing_is_copied(qtbot, demo):
    assert not demo.actions_["copy_commands"].isEnabled()
    demo.actions_["copy_commands"].setEnabled(True)
    assert copied(qtbot, demo, "copy_commands") == "before"
