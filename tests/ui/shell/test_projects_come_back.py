"""What is beside the labels comes back with a project, and without one as a scene was looked at last."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt

from hsigui.cube.demo import write_demo
from hsigui.document.values import Spectrum
from hsigui.specs import MapSpec, PretrainSpec
from hsigui.storage.project_content import read_content, read_project
from tests.ui.shell.projects import killed, open_project, save_as, settled, work_on
from tests.ui.windows import button, idle, labels, open_scene, paint, press, texts


def look_otherwise(window) -> None:
    """Bands, stretch, a spectrum and a context that no scene opens with."""
    window.display.sliders["red"].setValue(2)
    window.stretch.low.setValue(5.0)
    window.actions_["stretch_to_gamma"].trigger()
    window.actions_["colors_viridis"].trigger()
    window.display.single.slider.setValue(1)
    scene = window.session.scene
    values = np.linspace(0, 1, scene.cube.bands, dtype=np.float32)
    window.spectra.keep(values, "a field", (10, 20, 30), (4, 5))
    scene.choose_map_spec(MapSpec(context="narrow"))


def assert_looks_otherwise(scene) -> None:
    assert scene.view.red == 2
    assert scene.view.low == 5.0
    assert (scene.view.single, scene.view.colors, scene.view.stretch.kind) == (1, "viridis", "gamma")
    (spectrum,) = scene.spectra
    assert (spectrum.label, spectrum.color, spectrum.place) == ("a field", (10, 20, 30), (4, 5))
    assert spectrum.values[-1] == 1.0
    assert scene.chosen_map_spec == MapSpec(context="narrow")


def test_a_scene_without_a_project_looks_as_it_was_left(qtbot, make_window, scenes):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    look_otherwise(first)
    first.close()
    second = make_window()
    open_scene(qtbot, second, scenes[0])
    assert_looks_otherwise(second.session.scene)
    assert len(second.spectra.kept()) == 1, "the curve is drawn"
    assert second.display.sliders["red"].value() == 2
    assert not second.session.unsaved
    assert "labels" not in texts(second)
    second.close()
    third = make_window()
    open_scene(qtbot, third, scenes[0])
    assert_looks_otherwise(third.session.scene)
    third.actions_["true_colour"].trigger()
    assert third.session.view.red != 2


def test_a_scene_that_was_only_looked_at_leaves_no_file(qtbot, make_window, scenes, tmp_path):
    window = make_window()
    open_scene(qtbot, window, scenes[0])
    window.states.look()
    window.close()
    assert not list((tmp_path / "projects").glob("*.hsigui"))


def test_what_is_chosen_before_the_last_time_is_known_stays(qtbot, make_window, scenes, monkeypatch):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    look_otherwise(first)
    first.close()
    second = make_window()
    found, looked = [], second.keeping.journal.projects.look
    answered = threading.Event()

    def look_late(facts):
        answered.wait(20)
        found.append(looked(facts))
        return found[0]

    monkeypatch.setattr(second.keeping.journal.projects, "look", look_late)
    second.scene.open_path(scenes[0])
    qtbot.waitUntil(lambda: second.session.cube is not None)
    second.display.sliders["blue"].setValue(7)
    answered.set()
    idle(qtbot, second)
    assert found[0].state.view.red == 2
    assert second.session.view.blue == 7
    assert second.session.view.red != 2


def test_the_window_stands_as_it_did(qtbot, make_window, answers, scenes, project):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    points = project.with_name("Punkte.gpkg")
    first.session.scene.labels_source, first.session.scene.labels_buffer = points, "2.5px"
    paint(first, (90, 20), (90, 30))
    look_otherwise(first)
    first.method.show_spec(PretrainSpec("contrastdm", "quick", seed=7))
    first.map_panel.opacity.setValue(35)
    first.maps.show_layer("entropy")
    first.actions_["show_labels"].setChecked(False)
    first.actions_["tool_polygon"].trigger()
    first.exporter.options = {"kinds": ["envi"], "majority": 5, "sieve": 4, "simplify": 1.5}
    first.docks["Results"].hide()
    first.tabs.setCurrentIndex(0)
    settled(qtbot, first)
    killed(first)
    second = make_window()
    open_project(qtbot, second, answers, project, 2)
    assert second.session.place == 0
    assert_looks_otherwise(second.session.scenes[1])
    assert (second.session.scenes[1].labels_source, second.session.scenes[1].labels_buffer) == (points, "2.5px")
    spec = second.method.spec()
    assert (spec.method, spec.preset, spec.seed) == ("contrastdm", "quick", 7)
    assert second.maps.opacity == 0.35
    assert second.maps.layer == "entropy"
    assert not second.actions_["show_labels"].isChecked()
    assert second.actions_["tool_polygon"].isChecked()
    assert second.exporter.options["majority"] == 5
    assert second.docks["Results"].isHidden()


def test_a_project_takes_the_place_of_what_is_open(qtbot, make_window, answers, scenes, project, tmp_path):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    killed(first)
    second = make_window()
    other = write_demo(tmp_path / "other", seed=5)[0]
    open_scene(qtbot, second, other)
    press(second, "B")
    paint(second, (20, 20), (20, 50))
    answers.path, answers.unsaved = project, "cancel"
    second.actions_["open_project"].trigger()
    settled(qtbot, second)
    assert second.session.scene.cube.path == other, "the user did not let it go"
    answers.unsaved = "discard"
    open_project(qtbot, second, answers, project, 2)
    assert {scene.cube.path for scene in second.session.scenes} == set(scenes)
    assert len(read_project(project)) == 2, "what was open before is not in it"


def test_going_from_project_to_project_mixes_nothing(qtbot, make_window, answers, scenes, project, tmp_path):
    window = make_window()
    open_scene(qtbot, window, scenes[0])
    press(window, "B")
    paint(window, (20, 20), (20, 50))
    save_as(qtbot, window, answers, project)
    other = tmp_path / "other.hsigui"
    answers.save, answers.path = other, scenes[1]
    window.actions_["new_project"].trigger()
    qtbot.waitUntil(lambda: window.session.cube.path == scenes[1], timeout=20_000)
    settled(qtbot, window)
    assert window.session.open_scenes == 1
    press(window, "B")
    paint(window, (90, 20), (90, 50))
    window.states.look()
    settled(qtbot, window)
    (one,), (two,) = read_project(project), read_project(other)
    assert Path(one.facts.path) == scenes[0]
    assert Path(two.facts.path) == scenes[1]
    assert two.labels[90, 30]
    open_project(qtbot, window, answers, project, 1)
    assert labels(window)[20, 30]
    assert not labels(window)[90, 30]
    assert len(read_project(project)) == len(read_project(other)) == 1


def test_a_new_project_whose_scene_cannot_be_opened_leaves_all_as_it_was(
    qtbot, make_window, answers, scenes, project, tmp_path
):
    window = make_window()
    open_scene(qtbot, window, scenes[0])
    answers.save, answers.path = project, tmp_path / "none.hdr"
    window.actions_["new_project"].trigger()
    qtbot.waitUntil(lambda: "does not exist" in texts(window) or "none.hdr" in texts(window), timeout=20_000)
    settled(qtbot, window)
    assert window.session.scene.cube.path == scenes[0]
    assert window.keeping.project is None
    press(window, "B")
    paint(window, (20, 20), (20, 50))
    settled(qtbot, window)
    assert window.keeping.journal.own_file(window.session.scene.id).parent.name == "projects"
    assert read_project(project) == []


def test_a_scene_that_has_moved_is_asked_for_and_what_is_another_is_not_taken(
    qtbot, make_window, answers, scenes, project, tmp_path
):
    first = make_window()
    work_on(qtbot, first, scenes)
    save_as(qtbot, first, answers, project)
    wanted = first.session.scenes[0].labels.array.copy()
    killed(first)
    away = tmp_path / "away"
    shutil.move(scenes[0].parent, away)
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    answers.path = scenes[1]
    button(second, "Find it…").click()
    settled(qtbot, second)
    assert "is not the scene demo-scene that was labelled" in texts(second)
    assert second.session.open_scenes == 1
    answers.path = away / scenes[0].name
    button(second, "Find it…").click()
    qtbot.waitUntil(lambda: second.session.open_scenes == 2, timeout=20_000)
    settled(qtbot, second)
    np.testing.assert_array_equal(labels(second), wanted)
    assert {Path(scene.facts.path) for scene in read_project(project)} == {away / scenes[0].name, scenes[1]}


def test_a_project_all_of_whose_scenes_are_gone_opens_once_one_is_found(
    qtbot, make_window, answers, scenes, project, tmp_path
):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    press(first, "B")
    paint(first, (20, 20), (20, 50))
    save_as(qtbot, first, answers, project)
    wanted = labels(first).copy()
    killed(first)
    away = tmp_path / "away"
    shutil.move(scenes[0].parent, away)
    second = make_window()
    open_scene(qtbot, second, scenes[1])
    answers.path = project
    second.actions_["open_project"].trigger()
    settled(qtbot, second)
    assert second.session.scene.cube.path == scenes[1]
    assert second.keeping.project is None
    answers.path = away / scenes[0].name
    button(second, "Find it…").click()
    qtbot.waitUntil(lambda: second.session.cube.path == away / scenes[0].name, timeout=20_000)
    settled(qtbot, second)
    assert second.session.open_scenes == 1
    np.testing.assert_array_equal(labels(second), wanted)
    assert second.keeping.project.path == project


def test_two_scenes_of_one_file_come_back_as_two(qtbot, make_window, answers, project, tmp_path):
    from hsigui.cube.formats.choice import ImportChoice

    path = tmp_path / "both.npz"
    rng = np.random.default_rng(0)
    np.savez(path, a=rng.random((30, 20, 8), dtype=np.float32), b=rng.random((30, 20, 6), dtype=np.float32))
    first = make_window()
    for name in ("a", "b"):
        first.scene.open_path(path, ImportChoice(variable=name))
        qtbot.waitUntil(lambda name=name: first.session.scene.cube.info.variable == name, timeout=10_000)
        idle(qtbot, first)
    save_as(qtbot, first, answers, project)
    settled(qtbot, first)
    killed(first)
    (tmp_path / "config" / "imports.json").unlink()  # as on another machine
    second = make_window()
    open_project(qtbot, second, answers, project, 2)
    assert [scene.cube.info.variable for scene in second.session.scenes] == ["a", "b"]


def test_ground_truth_comes_back_and_an_import_of_it_is_not_offered_as_lost(
    qtbot, make_window, answers, scenes, project
):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    first.label_files.open_truth(scenes[0].with_name("demo-truth.hdr"))
    idle(qtbot, first)
    truth = first.session.scene.truth
    save_as(qtbot, first, answers, project)
    killed(first)
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    found = second.session.scene.truth
    np.testing.assert_array_equal(found.array, truth.array)
    assert found.name == truth.name
    assert second.session.classes == first.session.classes
    assert not second.session.unsaved


def test_a_run_that_is_gone_is_told_and_stays_named_in_the_project(qtbot, make_window, answers, scenes, project):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    save_as(qtbot, first, answers, project)
    settled(qtbot, first)
    killed(first)
    content = read_content(project)
    add_run(project, content, project.parent / "gone")
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    assert f"The run {project.parent / 'gone'} of demo-scene is not there" in texts(second)
    second.display.sliders["red"].setValue(2)
    second.states.look()
    settled(qtbot, second)
    (run,) = read_project(project)[0].state.runs
    assert run.folder.name == "gone"
    assert run.in_use


def test_a_run_that_is_another_now_is_not_used_unasked(qtbot, make_window, answers, scenes, project):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    save_as(qtbot, first, answers, project)
    settled(qtbot, first)
    killed(first)
    run = project.parent / "run"
    run.mkdir()
    (run / "run.json").write_text(json.dumps({"spec": {}}))
    add_run(project, read_content(project), run)
    (run / "run.json").write_text(json.dumps({"spec": {"seed": 1}}))
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    assert f"The run {run} of demo-scene is another now" in texts(second)
    assert second.session.scene.run is None


def add_run(project: Path, content, folder: Path) -> None:
    """Has a project name a run that is in use."""
    from dataclasses import replace

    from hsigui.document.scene_state import RunPlace
    from hsigui.storage.kept_scene import Surroundings
    from hsigui.storage.project_file import ProjectFile

    file = ProjectFile(project)
    (kept,) = content.scenes
    file.write(kept.facts, None, Surroundings(replace(kept.state, runs=(RunPlace(folder, True),)), content.window))
    file.close()


def test_what_another_version_wrote_is_told_and_stays(qtbot, make_window, answers, scenes, project):
    from hsigui.storage.project_file import ProjectFile
    from hsigui.storage.schema import ENTRIES

    first = make_window()
    open_scene(qtbot, first, scenes[0])
    look_otherwise(first)
    save_as(qtbot, first, answers, project)
    settled(qtbot, first)
    killed(first)
    file = ProjectFile(project)
    with file._rows.transaction():
        file._rows.put(ENTRIES, (1, "spectra", "kept"), ('{"of": "later"}',))
    file.close()
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    assert "Another version of hsigui wrote the spectra of demo-scene" in texts(second)
    assert second.session.scene.view.red == 2
    second.display.sliders["red"].setValue(3)
    second.states.look()
    settled(qtbot, second)
    assert read_project(project)[0].state.lost == ("spectra",), "still there"
    values = np.zeros(second.session.cube.bands, np.float32)
    second.spectra.keep(values, "new", (1, 1, 1))
    second.states.look()
    settled(qtbot, second)
    assert read_project(project)[0].state.spectra[0].label == "new"
    assert isinstance(read_project(project)[0].state.spectra[0], Spectrum)


def test_undo_after_opening_goes_back_into_the_work_before(qtbot, make_window, answers, scenes, project):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    save_as(qtbot, first, answers, project)
    press(first, "B")
    paint(first, (20, 20), (20, 50))
    paint(first, (60, 20), (60, 50))
    settled(qtbot, first)
    killed(first)
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    press(second, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not labels(second)[60, 30]
    assert labels(second)[20, 30]


def test_a_stroke_before_the_labels_of_the_project_are_there_loses_none_of_them(
    qtbot, make_window, answers, scenes, project, monkeypatch
):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    save_as(qtbot, first, answers, project)
    press(first, "B")
    paint(first, (20, 20), (20, 50))
    settled(qtbot, first)
    wanted = labels(first).copy()
    killed(first)
    second = make_window()
    drawn, looked = threading.Event(), second.keeping.journal.projects.look

    def look_late(facts):
        drawn.wait(20)
        return looked(facts)

    monkeypatch.setattr(second.keeping.journal.projects, "look", look_late)
    answers.path = project
    second.actions_["open_project"].trigger()
    qtbot.waitUntil(lambda: second.session.cube is not None, timeout=20_000)
    press(second, "B")
    paint(second, (60, 20), (60, 50))
    early = labels(second).copy()
    assert early.any()
    drawn.set()
    settled(qtbot, second)
    np.testing.assert_array_equal(labels(second), wanted)
    assert second.session.unsaved
    press(second, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(labels(second), early)


def test_what_a_kill_left_without_a_project_comes_back_with_its_ground_truth(qtbot, make_window, scenes):
    first = make_window()
    open_scene(qtbot, first, scenes[0])
    first.label_files.open_truth(scenes[0].with_name("demo-truth.hdr"))
    idle(qtbot, first)
    press(first, "B")
    paint(first, (20, 20), (20, 50))
    settled(qtbot, first)
    killed(first)
    second = make_window()
    open_scene(qtbot, second, scenes[0])
    assert second.session.scene.truth is None, "nothing of the work comes back unasked"
    button(second, "Restore").click()
    settled(qtbot, second)
    np.testing.assert_array_equal(labels(second), labels(first))
    np.testing.assert_array_equal(second.session.scene.truth.array, first.session.scene.truth.array)


def test_the_title_names_the_project_and_nothing_in_it_is_marked_as_unsaved(
    qtbot, make_window, answers, scenes, project
):
    window = make_window()
    work_on(qtbot, window, scenes)
    assert window.isWindowModified()
    assert window.tabs.tabText(1).endswith("*")
    save_as(qtbot, window, answers, project)
    assert window.windowTitle() == "demo-scene[*] – fields – hsigui"
    assert not window.isWindowModified()
    assert [window.tabs.tabText(place) for place in range(2)] == ["demo-scene", "demo-scene"]
    paint(window, (100, 20), (100, 60))
    assert not window.isWindowModified()
