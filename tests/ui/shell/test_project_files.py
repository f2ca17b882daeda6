"""Projects in the window: saved once, written ever after, and opened as they were left."""

from __future__ import annotations

import shutil
import sys

import numpy as np
import pytest
from PySide6.QtCore import Qt

from hsigui.cube.demo import write_demo
from hsigui.storage.project_content import read_project
from tests.ui.shell.projects import killed, open_project, save_as, settled, work_on
from tests.ui.windows import idle, labels, open_scene, paint, press, texts

CTRL = Qt.KeyboardModifier.ControlModifier


def states(window) -> list:
    return [(s.labels.array.copy(), s.history.texts, s.history.place) for s in window.session.scenes]


def assert_states(window, wanted) -> None:
    found = states(window)
    assert len(found) == len(wanted)
    for (array, steps, place), (array_wanted, steps_wanted, place_wanted) in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(array, array_wanted)
        assert (steps, place) == (steps_wanted, place_wanted)


def test_all_scenes_come_back_with_labels_and_undo_after_a_kill(qtbot, make_window, answers, scenes, project):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    paint(first, (100, 20), (100, 60))  # written as it is drawn: nobody saves again
    wanted = states(first)
    assert first.keeping.journal.settle()
    killed(first)
    second = make_window()
    open_project(qtbot, second, answers, project, 2)
    assert_states(second, wanted)
    assert "unsaved labels" not in texts(second), "they are in the project, and nowhere else"
    press(second, Qt.Key.Key_Z, CTRL)
    assert not labels(second)[100, 40]
    assert second.keeping.journal.settle()
    assert not read_project(project)[1].labels[100, 40]


def test_a_project_moves_with_its_scenes(qtbot, make_window, answers, scenes, project, tmp_path):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    wanted = states(first)
    killed(first)
    moved = tmp_path / "moved"
    shutil.move(project.parent, moved)
    second = make_window()
    open_project(qtbot, second, answers, moved / project.name, 2)
    assert_states(second, wanted)
    assert second.session.scene.cube.path.is_relative_to(moved)


def test_a_scene_that_is_gone_is_named_and_takes_its_labels_when_it_is_opened(
    qtbot, make_window, answers, scenes, project, tmp_path
):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    wanted = states(first)
    killed(first)
    away = tmp_path / "away"
    shutil.move(scenes[0].parent, away)
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    assert f"{scenes[0]} of the project is not there" in texts(second)
    open_scene(qtbot, second, away / scenes[0].name)
    assert np.array_equal(labels(second), wanted[0][0])


def test_a_scene_that_holds_something_else_is_told_and_its_labels_stay(
    qtbot, make_window, answers, scenes, project, tmp_path
):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    kept = read_project(project)
    killed(first)
    write_demo(scenes[0].parent, seed=9)
    second = make_window()
    open_project(qtbot, second, answers, project, 2)
    assert f"{scenes[0]} holds something else" in texts(second)
    assert not second.session.scenes[0].labels.labelled()
    killed(second)
    after = {scene.facts.identity: scene for scene in read_project(project)}
    for scene in kept:
        assert np.array_equal(after[scene.facts.identity].labels, scene.labels)


def test_nothing_is_asked_about_labels_that_are_in_a_project(qtbot, make_window, answers, scenes, project):
    window = make_window()
    work_on(qtbot, window, scenes)
    save_as(qtbot, window, answers, project)
    paint(window, (100, 20), (100, 60))
    wanted = labels(window).copy()
    answers.asked.clear()
    assert window.close()
    assert answers.asked == []
    assert np.array_equal(read_project(project)[1].labels, wanted)
    assert not project.with_name(project.name + ".lock").exists()


def test_a_scene_that_is_closed_and_opened_again_is_as_it_was(qtbot, make_window, answers, scenes, project):
    window = make_window()
    work_on(qtbot, window, scenes)
    save_as(qtbot, window, answers, project)
    wanted, steps = labels(window).copy(), window.session.history.texts
    window.scenes.close()
    assert window.session.open_scenes == 1
    open_scene(qtbot, window, scenes[1])
    settled(qtbot, window)
    assert np.array_equal(labels(window), wanted)
    assert window.session.history.texts == steps


def test_the_second_window_only_reads_and_is_told_by_whom(qtbot, make_window, answers, scenes, project):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    first.states.stop()  # what it writes by itself is on the disk
    settled(qtbot, first)
    before = project.read_bytes()
    second = make_window()
    open_project(qtbot, second, answers, project, 2)
    assert "is only read. It is being written to by process" in texts(second)
    assert_states(second, states(first))
    press(second, "B")
    paint(second, (110, 20), (110, 60))
    settled(qtbot, second)
    assert project.read_bytes() == before
    assert second.keeping.journal.own_file(second.session.scene.id).parent.name == "projects"


def test_a_project_that_is_none_is_refused_in_words(qtbot, window, answers, tmp_path):
    answers.path = tmp_path / "a.hsigui"
    answers.path.write_text("no project")
    window.actions_["open_project"].trigger()
    idle(qtbot, window)
    assert "damaged" in texts(window)
    assert window.session.shown is None


def test_recent_projects_open_as_projects(qtbot, make_window, answers, scenes, project):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    wanted = states(first)
    killed(first)
    second = make_window()
    assert str(project) in second.desk.settings.recent
    second.open_path(str(project))
    qtbot.waitUntil(lambda: second.session.open_scenes == 2, timeout=20_000)
    settled(qtbot, second)
    assert_states(second, wanted)


@pytest.mark.skipif(sys.platform == "win32", reason="there, what cannot lock cannot be made")
def test_a_folder_that_cannot_lock_is_told_once_and_the_project_is_in_it_at_the_end(
    qtbot, make_window, answers, scenes, project, tmp_path, monkeypatch
):
    from tests.storage.without_locks import forbid

    forbid(monkeypatch, project.parent, tmp_path / "local")
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    assert texts(first).count("cannot lock files") == 1
    assert "whether another writes to it cannot be known" in texts(first)
    paint(first, (100, 20), (100, 60))
    settled(qtbot, first)
    wanted = states(first)
    first.scenes.close()
    open_scene(qtbot, first, scenes[1])
    settled(qtbot, first)
    assert_states(first, wanted)
    assert first.close()
    assert [file.name for file in (tmp_path / "local").iterdir()] == []
    second = make_window()
    open_project(qtbot, second, answers, project, 2)
    assert_states(second, wanted)
    assert "cannot lock files" in texts(second)
