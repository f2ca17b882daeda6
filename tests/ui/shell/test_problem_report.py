"""The log of a window, and the report that can be made of it."""

from __future__ import annotations

import zipfile

import pytest

from hsigui import log
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.ui.desk.error_dialog import ErrorDialog
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.shell.app import crashes_told
from hsigui.ui.shell.problem_report import ProblemDialog
from tests.ui.windows import idle, open_scene, paint, press, texts


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HSIGUI_STATE_DIR", str(tmp_path / "state"))
    assert log.start() == ""
    yield tmp_path / "state" / "log"
    log.stop()


def written(folder):
    return (folder / log.FILE).read_text(encoding="utf-8")


def test_scenes_jobs_and_errors_are_in_the_log_and_labels_and_paths_are_not(qtbot, folder, window, demo_files):
    open_scene(qtbot, window, demo_files[0])
    rows, cols, bands = window.session.cube.shape
    press(window, "B")
    paint(window, (60, 60), (60, 70))

    def fails(_ctx: Context) -> None:
        raise ZeroDivisionError("a fault")

    def refuses(_ctx: Context) -> None:
        raise HsiError(f"{demo_files[0]} is damaged.", "Choose another.")

    window.bridge.start(fails, "Try")
    window.bridge.start(refuses, "Read")
    idle(qtbot, window)
    text = written(folder)
    assert f"opened: {rows} x {cols} x {bands}, " in text
    for words in ("began: Try", "Job ", "ZeroDivisionError: a fault", "Traceback", "was refused", "Unexpected error"):
        assert words in text
    assert f"{demo_files[0].name} is damaged" in text
    assert str(demo_files[0].parent) not in text
    assert "Brush stroke" not in text
    for dialog in window.findChildren(ErrorDialog):
        dialog.reject()


def test_what_follows_every_move_of_the_mouse_is_in_the_log_only_when_it_is_slow_or_fails(qtbot, folder, window):
    answers = []
    latest = Latest(window.bridge, "Read pixel", answers.append, failed=lambda *_: None)
    for number in range(5):
        latest.request(lambda _ctx, number=number: number)
        idle(qtbot, window)
    assert answers
    assert "Read pixel" not in written(folder)

    def fails(_ctx: Context) -> None:
        raise ZeroDivisionError("a fault")

    latest.request(fails)
    idle(qtbot, window)
    assert "failed after" in written(folder)
    assert "Read pixel" in written(folder)


def test_a_report_is_shown_before_it_is_saved_and_says_that_nothing_is_sent(qtbot, folder, window, answers, tmp_path):
    answers.save = tmp_path / "report.zip"
    window.actions_["report_problem"].trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(ProblemDialog)), timeout=10_000)
    (dialog,) = window.findChildren(ProblemDialog)
    assert not answers.save.exists()
    assert log.FILE in dialog.parts
    for row in range(dialog.names.count()):
        dialog.names.setCurrentRow(row)
        assert dialog.shown.toPlainText() == dialog.parts[dialog.names.item(row).text()]
    parts = dialog.parts
    dialog.accept()
    idle(qtbot, window)
    assert answers.asked == ["Save report"]
    with zipfile.ZipFile(answers.save) as file:
        assert file.namelist() == list(parts)
    assert "Nothing was sent" in texts(window)


def test_a_report_that_is_not_saved_leaves_nothing(qtbot, folder, window, answers, tmp_path):
    window.actions_["report_problem"].trigger()
    qtbot.waitUntil(lambda: bool(window.findChildren(ProblemDialog)), timeout=10_000)
    window.findChildren(ProblemDialog)[0].reject()
    idle(qtbot, window)
    assert answers.asked == []


def test_where_no_log_can_be_written_the_window_goes_on(folder):
    with crashes_told():
        assert (folder / "crash.txt").exists()
    (folder / "crash.txt").unlink()
    (folder / "crash.txt").mkdir()
    with crashes_told():
        pass
