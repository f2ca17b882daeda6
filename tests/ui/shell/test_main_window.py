"""The window itself: how it starts, what it remembers, and what it outlives."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.render import ViewState
from hsigui.ui.desk.error_dialog import ErrorDialog
from hsigui.ui.shell.app import last_resort
from tests.ui.windows import idle, labels, paint, press, texts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_an_exception_that_nobody_caught_is_shown_and_the_program_lives_on(qtbot, window):
    printed = []
    hook = last_resort(window, lambda *args: printed.append(args))
    try:
        raise KeyError("forgotten")
    except KeyError as error:
        hook(type(error), error, error.__traceback__)
    (dialog,) = window.findChildren(ErrorDialog)
    assert "forgotten" in dialog.trace.toPlainText()
    assert len(printed) == 1
    QTest.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    from PySide6.QtGui import QGuiApplication

    assert "forgotten" in QGuiApplication.clipboard().text()
    dialog.reject()
    assert window.isVisible()


def test_theme_place_and_device_are_remembered(qtbot, make_window):
    first = make_window()
    first.resize(1100, 700)
    first.actions_["theme_dark"].trigger()
    first.method.set_device("cpu")
    first.close()
    second = make_window()
    assert second.actions_["theme_dark"].isChecked()
    assert second.method.spec().device == "cpu"
    assert second.height() == 700  # the width is cut to the screen
    second.actions_["theme_light"].trigger()


def test_settings_that_cannot_be_understood_do_not_stop_the_window(qtbot, make_window, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "settings.json").write_text("{broken")
    assert "kept as" in texts(make_window())
    (tmp_path / "config" / "settings.json").write_text('{"geometry": "!!", "layout": "AAAA"}')
    make_window()


@pytest.mark.parametrize("size", [(1280, 800), (1366, 768)])
def test_at_a_usual_size_nothing_is_cut_off(qtbot, demo, size):
    demo.resize(*size)
    qtbot.wait(50)
    assert (demo.width(), demo.height()) == size
    assert demo.image.width() >= 500
    assert demo.image.height() >= 350
    bar = demo.toolbar
    assert bar.sizeHint().width() <= bar.width()
    for widget in (demo.display, demo.method, demo.map_panel):
        port = widget.parentWidget().parentWidget() if widget is demo.method else widget.parentWidget()
        assert widget.width() <= port.width()


def test_painting_does_not_depend_on_the_shown_picture(qtbot, demo):
    view = ViewState(0, 1, 2)
    demo.session.set_view(view)
    press(demo, "B")
    paint(demo, (60, 60))
    idle(qtbot, demo)
    assert demo.session.view == view
    assert labels(demo)[60, 60] == demo.session.current_class


STARTING = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from hsigui.ui.shell.app import run
from hsigui.ui.shell.main_window import MainWindow

app, before = QApplication([]), sys.excepthook

def look():
    window = next(w for w in app.topLevelWidgets() if isinstance(w, MainWindow))
    if window.session.cube is None or window.bridge.running:
        QTimer.singleShot(20, look)
        return
    print(window.session.cube.name, sys.excepthook is not before)
    window.close()

QTimer.singleShot(50, look)
code = run(sys.argv[1])
print(sys.excepthook is before, "torch" in sys.modules)
sys.exit(code)
"""


def test_the_program_starts_opens_its_argument_and_ends(demo_files, tmp_path):
    # In a process of its own: once an application has quit, Qt runs no other event loop in the same one.
    env = os.environ | {"HSIGUI_STATE_DIR": str(tmp_path), "HSIGUI_CONFIG_DIR": str(tmp_path)}
    command = [sys.executable, "-c", STARTING, str(demo_files[0])]
    ended = subprocess.run(command, env=env, timeout=60, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["demo-scene", "True", "True", "False"]
