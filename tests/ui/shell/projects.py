"""What tests of projects do with a window."""

from __future__ import annotations

from pathlib import Path

from tests.ui.windows import idle, open_scene, paint, press


def settled(qtbot, window) -> None:
    idle(qtbot, window)
    assert window.keeping.journal.settle()


def killed(window) -> None:
    """The files are as a kill leaves them."""
    window.states.stop()
    window.keeping.close(5)


def save_as(qtbot, window, answers, path: Path) -> None:
    answers.save = path
    window.actions_["save_project_as"].trigger()
    settled(qtbot, window)


def open_project(qtbot, window, answers, path: Path, count: int) -> None:
    answers.path = path
    window.actions_["open_project"].trigger()
    qtbot.waitUntil(lambda: window.session.open_scenes == count and window.projects._opening is None, timeout=20_000)
    settled(qtbot, window)


def work_on(qtbot, window, scenes) -> None:
    """Labels in two scenes, the second one shown."""
    for number, path in enumerate(scenes):
        open_scene(qtbot, window, path)
        press(window, "B")
        paint(window, (20 + 30 * number, 20), (20 + 30 * number, 50))
        paint(window, (80, 20), (80, 50 + number))
