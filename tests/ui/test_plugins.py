"""A plug-in in the window: its formats are in the dialogs, its scene opens; a broken one is told."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from hsigui.ui.desk.prompts import scene_kinds
from tests.plugins import make_up
from tests.test_plugin_formats import plain_scene
from tests.ui.windows import open_scene, texts


@pytest.mark.usefixtures("installed")
def test_a_scene_of_a_plugin_is_offered_and_opened(qtbot, make_window, tmp_path):
    window = make_window()
    assert "*.plainscene" in scene_kinds().split(";;")[0]
    assert "Plain text scene (*.plainscene)" in scene_kinds()
    assert any("Plain text scene" in label.text() for label in window.start_page.findChildren(QLabel))
    open_scene(qtbot, window, plain_scene(tmp_path / "field.plainscene"))
    assert window.session.cube.shape == (2, 3, 3)
    assert texts(window) == ""


@pytest.mark.usefixtures("no_plugins")
def test_a_broken_plugin_is_told_when_the_window_opens(make_window, tmp_path, monkeypatch):
    make_up(tmp_path, monkeypatch, "broken_rows", "1 / 0", "[hsigui.readers]\nbad = broken_rows:row\n")
    window = make_window()
    assert "warning: The plug-in “bad” (hsigui.readers) of broken_rows is left out: ZeroDivisionError" in texts(window)
