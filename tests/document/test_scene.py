"""A scene: its two identities, its lists, how its maps are drawn, and what stays and goes with other bands."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.masked import MaskedCube
from hsigui.document.course import TrainingCurves
from hsigui.document.events import EncoderChanged, SceneClosed, SceneLeft, ScenesChanged, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.identity import file_identity, input_identity, same_input
from hsigui.document.scene import PLAIN_MAP
from hsigui.document.session import Session
from hsigui.document.shelf import Shelf
from hsigui.document.values import Run
from hsigui.labels.label_map import VALIDATION
from hsigui.specs import MapSpec
from tests.document.scenes import VIEW, class_map, encoder, features, make_cube, make_scene, square

BAD = (True, False, False, False)


# Two identities


@pytest.mark.parametrize("change", [{"bad_bands": BAD}, {"scale": 100.0}, {"nodata": 3.0}])
def test_bands_scale_and_no_data_are_of_the_input_and_not_of_the_file(change):
    cube = make_cube()
    other = cube.with_info(replace(cube.info, **change))
    assert file_identity(other) == file_identity(cube)
    assert input_identity(other) != input_identity(cube)
    assert not same_input(other, cube)


def test_a_mask_is_of_the_input_and_not_of_the_file():
    cube = make_cube()
    mask = np.zeros((5, 6), dtype=bool)
    mask[2, 3] = True
    masked = MaskedCube(cube, mask)
    assert file_identity(masked) == file_identity(cube)
    assert input_identity(masked) != input_identity(cube)


def test_wavelengths_are_of_neither():
    cube = make_cube()
    other = cube.with_info(replace(cube.info, wavelengths=(400.0, 500.0, 600.0, 700.0)))
    assert file_identity(other) == file_identity(cube)
    assert input_identity(other) == input_identity(cube)
    assert same_input(other, cube)


def test_other_samples_shapes_and_types_are_other_files():
    values = np.arange(120, dtype=np.int16).reshape(5, 6, 4)
    changed = values.copy()
    changed[0, 0, 0] += 1
    found = [values, changed, values.reshape(6, 5, 4), values.astype(np.int32)]
    assert len({file_identity(Cube(ArraySource(array))) for array in found}) == 4


def test_of_a_large_file_few_samples_are_read(monkeypatch):
    read = []

    class Counting(ArraySource):
        def read(self, rows, cols, bands):
            window = super().read(rows, cols, bands)
            read.append(window.size)
            return window

    file_identity(Cube(Counting(np.broadcast_to(np.int16(7), (3000, 2000, 200)))))
    assert sum(read) <= 16 * 80 * 16


def test_the_input_is_called_by_the_key_of_earlier_runs():
    assert input_identity(make_cube()) == fingerprint(make_cube())


# Bands


def test_other_bands_are_another_input_and_drop_run_and_map_but_no_labels():
    scene = make_scene()
    scene.edit(square(), "Square")
    scene.set_run(encoder(), features(), None)
    scene.set_map("probe", class_map(scene.labels.array), scene.labels.snapshot(), None)
    origin, key = scene.origin, scene.input_identity
    scene.replace_cube(scene.cube.with_info(replace(scene.cube.info, bad_bands=BAD)), new_input=True)
    assert scene.origin != origin
    assert scene.input_identity != key
    assert (scene.run, scene.map, scene.features) == (None, None, None)
    assert len(scene.results) == 1
    assert scene.labels.labelled() == 4


def test_other_wavelengths_leave_run_and_map():
    scene = make_scene()
    scene.set_run("encoder", features())
    origin = scene.origin
    scene.replace_cube(
        scene.cube.with_info(replace(scene.cube.info, wavelengths=(1.0, 2.0, 3.0, 4.0))), new_input=False
    )
    assert scene.origin == origin
    assert scene.run is not None


def test_no_edit_of_bands_changes_which_file_a_scene_is_and_reading_it_again_asks_anew():
    scene = make_scene()
    before = scene.file_identity
    scene.replace_cube(scene.cube.with_info(replace(scene.cube.info, bad_bands=BAD)), new_input=True)
    assert scene.file_identity == before
    other = Cube(ArraySource(np.ones((5, 6, 4), dtype=np.int16)))
    scene.replace_cube(other, plain=other, new_input=True)
    assert scene.file_identity != before


# Runs and maps


def test_a_run_of_an_earlier_input_is_kept_and_not_taken_into_use(tmp_path):
    scene, heard = make_scene(), []
    scene.set_run("encoder", features(), tmp_path / "first")
    scene.events.subscribe(Changed, heard.append)
    scene.keep_run(Run("other", features(), tmp_path / "second", {}, 0))
    assert scene.run.encoder == "encoder"
    assert [run.encoder for run in scene.runs] == ["encoder", "other"]
    assert [run.features is None for run in scene.runs] == [False, True]
    assert EncoderChanged() not in heard


def test_only_the_run_in_use_has_its_features_in_memory_and_a_folder_is_listed_once(tmp_path):
    scene = make_scene()
    for name, folder in (("a", tmp_path / "a"), ("b", tmp_path / "b"), ("again", tmp_path / "a")):
        scene.set_run(name, features(), folder)
    assert [run.encoder for run in scene.runs] == ["b", "again"]
    assert [run.features is None for run in scene.runs] == [True, False]


def test_maps_are_drawn_as_the_recipe_of_the_run_says_until_the_user_chooses_for_the_scene():
    scene, other = make_scene(), make_scene()
    assert scene.map_spec == PLAIN_MAP
    scene.set_run("encoder", features(smooth=1.5))
    other.set_run("encoder", features(smooth=4.0))
    assert (scene.map_spec, other.map_spec) == (MapSpec(1.5, 0.0), MapSpec(4.0, 0.0))
    scene.chosen_map_spec = MapSpec(3.0, 2.0)
    scene.set_run("encoder", features(smooth=1.5))
    assert (scene.map_spec, other.map_spec) == (MapSpec(3.0, 2.0), MapSpec(4.0, 0.0))


def test_figures_go_with_another_truth_and_the_map_stays():
    scene = make_scene()
    scene.set_run("encoder", features())
    scene.set_map("probe", "map", scene.labels.snapshot(), "accuracy", seconds={"probe and map": 1.0})
    scene.set_truth(np.ones((5, 6), dtype=np.uint16), scene.classes, "truth")
    assert scene.map.class_map == "map"
    assert scene.map.accuracy is None
    assert scene.seconds == {"probe and map": 1.0}


# Layers


def test_each_scene_knows_which_of_its_layers_is_painted():
    scene, other = make_scene(), make_scene()
    scene.set_layer(VALIDATION)
    assert [layer.title for layer in scene.layers] == ["Labels", "Validation labels"]
    assert (scene.layers.current.title, other.layers.current.title) == ("Validation labels", "Labels")


# Several scenes


@pytest.fixture
def session():
    made = Session()
    made.open(make_scene(5))
    made.open(make_scene(7))
    return made


def test_the_session_tells_what_happens_to_the_scene_that_is_shown_and_of_the_others_only_their_list(session):
    first, second = session.scenes
    heard = []
    session.events.subscribe(Changed, heard.append)
    first.set_run("encoder", features())
    assert heard == []
    first.edit(square(), "Square")
    assert heard == [ScenesChanged()]
    second.set_run("encoder", features())
    assert EncoderChanged() in heard


def test_showing_and_closing_scenes_is_told_in_order(session):
    first, second = session.scenes
    heard = []
    session.events.subscribe(Changed, heard.append)
    session.show(first)
    assert heard == [SceneLeft(second.id), SceneShown(first.id), ScenesChanged()]
    heard.clear()
    session.close(second)
    assert heard == [SceneClosed(second.id), ScenesChanged()]
    assert session.shown is first
    with pytest.raises(ValueError, match="last scene"):
        session.close(first)


def test_a_scene_that_is_replaced_gives_its_place(session):
    first, second = session.scenes
    new = make_scene(9)
    session.replace(first, new)
    assert session.scenes == (new, second)
    assert session.shown is new
    assert session.find(first.id) is None


def test_a_stroke_ends_when_another_scene_is_shown(session):
    first, second = session.scenes
    second.begin_stroke("Stroke")
    second.edit(square(), "Piece")
    session.show(first)
    assert not second.stroking
    assert second.history.undo_text == "Stroke"


def test_before_the_first_scene_everything_is_empty():
    session = Session()
    assert (session.cube, session.shown, session.view, session.features, session.class_map) == (None,) * 5
    assert session.labels.shape == (0, 0)
    assert not session.unsaved


# Lists with a current one


def test_a_shelf_puts_adds_chooses_and_keeps():
    shelf: Shelf[str] = Shelf()
    assert shelf.current is None
    shelf.put("a")
    shelf.put("b")
    shelf.add("c", current=False)
    assert (list(shelf), shelf.current, len(shelf)) == (["b", "c"], "b", 2)
    shelf.choose(1)
    assert shelf.current == "c"
    with pytest.raises(IndexError):
        shelf.choose(2)
    shelf.keep(["d"], None)
    assert (list(shelf), shelf.current) == (["d"], None)


def test_a_course_collects_its_curve_and_how_it_ended():
    course = TrainingCurves("LSCoSa")
    course.add("loss", [(1, 3.0)])
    course.add("loss", [(2, 2.0)])
    course.progress(2, 10, "Step 2", 4.0)
    assert course.points == {"loss": [(1, 3.0), (2, 2.0)]}
    course.finish("Done.", "Trained before.")
    assert (course.end, course.later, course.text, course.seconds_left) == ("Done.", "Trained before.", "", None)


def test_a_view_is_what_a_scene_was_opened_with():
    assert make_scene().view == VIEW
