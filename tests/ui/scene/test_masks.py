"""Quality masks in the window: listed with meaning and size, applied and taken off, kept with scene and project."""

from __future__ import annotations

import shutil

import h5py
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

import hsigui
from hsigui.cli import build_parser
from hsigui.commands.reading import reading
from hsigui.cube.fingerprint import fingerprint
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.open import open_cube
from hsigui.cube.quality import marked
from hsigui.document.identity import same_input
from hsigui.document.scene import Scene
from hsigui.pipeline import provenance, repeating
from hsigui.storage import band_edits, chosen_masks
from hsigui.storage.band_edits import BandEdit
from hsigui.storage.project_content import read_content
from hsigui.ui.scene.masks_dialog import MEANING, PIXELS, MasksDialog
from tests.cube.formats.products.miniatures import emit
from tests.cube.formats.products.raster_miniatures import enmap
from tests.ui.shell.projects import killed, open_project, save_as, settled
from tests.ui.windows import FakeEncoder, button, features_of, idle, open_scene, paint, press, texts


@pytest.fixture
def scene(tmp_path):
    """EnMAP with six cloudy pixels, one of cirrus, three outside of the swath and one of water."""
    (tmp_path / "work").mkdir()
    return enmap(tmp_path / "work")


@pytest.fixture
def opened(qtbot, window, scene):
    open_scene(qtbot, window, scene)
    return window


def ask(qtbot, window) -> MasksDialog:
    window.actions_["quality_masks"].trigger()
    (dialog,) = [d for d in window.findChildren(MasksDialog) if d.isVisible()]
    qtbot.waitUntil(lambda: dialog.table.rowCount() > 0)
    return dialog


def tick(dialog: MasksDialog, *names: str) -> None:
    for row, name in enumerate(dialog._names):
        state = Qt.CheckState.Checked if name in names else Qt.CheckState.Unchecked
        dialog.table.item(row, 0).setCheckState(state)


def choose(qtbot, window, *names: str) -> None:
    dialog = ask(qtbot, window)
    tick(dialog, *names)
    dialog.accept()
    idle(qtbot, window)


def without_data(scene: Scene) -> int:
    return int((~scene.cube.valid_mask()).sum())


def is_checkered(window, row: int, col: int) -> bool:
    """Pixels without data are black in the picture, which the image shows as a checkerboard; no others are."""
    return not window.scene._picture.rgb[row, col].any()


def test_the_list_says_what_each_mask_means_and_how_many_pixels_it_marks(qtbot, opened):
    dialog = ask(qtbot, opened)
    rows = {
        dialog.table.item(row, 0).text(): [dialog.table.item(row, c).text() for c in (MEANING, PIXELS)]
        for row in range(dialog.table.rowCount())
    }
    assert rows["cloud"] == ["cloud", "6 (5.56%)"]
    assert rows["cirrus"][1] == "1 (0.93%)"
    assert rows["outside"] == ["outside of the swath", "3 (2.78%)"]
    assert dialog.chosen == ()
    assert "no pixel is left out" in dialog.total.text()
    tick(dialog, "cloud", "outside")
    qtbot.waitUntil(lambda: "9 (8.33%)" in dialog.total.text())
    dialog.reject()
    idle(qtbot, opened)
    assert opened.session.cube.info.quality == ()


def test_the_list_says_how_many_of_the_marked_pixels_have_data(qtbot, opened):
    cube = opened.session.scene.plain
    here = marked(cube, ("cloud", "outside"))
    with_data = int((here & cube.valid_mask()).sum())
    assert 0 < with_data < here.sum()  # outside of the swath there is nothing to lose
    dialog = ask(qtbot, opened)
    tick(dialog, "cloud", "outside")
    qtbot.waitUntil(lambda: f"Of these {with_data} (" in dialog.total.text())
    tick(dialog, "cloud")
    qtbot.waitUntil(lambda: dialog.total.text() == "Together they leave out 6 (5.56%) of the scene.")
    dialog.reject()
    idle(qtbot, opened)


def test_ticked_masks_take_their_pixels_out_of_scene_and_picture(qtbot, opened):
    before = without_data(opened.session.scene)
    assert not is_checkered(opened, 4, 3)
    choose(qtbot, opened, "cloud")
    assert without_data(opened.session.scene) == before + 6
    assert is_checkered(opened, 4, 3)
    assert not is_checkered(opened, 6, 3)
    assert "6 pixels of" in texts(opened)
    assert any("Without data by quality masks (cloud): 6 pixels." in note for note in opened.notes_bar.notes)
    assert ask(qtbot, opened).chosen == ("cloud",)


def test_masks_are_taken_off_again(qtbot, opened):
    plain = opened.session.cube
    choose(qtbot, opened, "cloud", "water")
    assert without_data(opened.session.scene) > int((~plain.valid_mask()).sum())
    button(opened, "Undo").click()
    idle(qtbot, opened)
    assert opened.session.cube.info == plain.info
    assert np.array_equal(opened.session.cube.valid_mask(), plain.valid_mask())
    assert not is_checkered(opened, 4, 3)
    assert chosen_masks.recall(plain) == ()
    button(opened, "Undo").click()
    idle(qtbot, opened)
    assert opened.session.cube.info.quality == ("cloud", "water")


def test_labels_under_a_mask_stay_and_are_told(qtbot, opened):
    opened.actions_["add_class"].trigger()
    press(opened, "B")
    paint(opened, (4, 3), (4, 3))
    labelled = opened.session.labels.array > 0
    cloudy = open_cube(opened.session.cube.path, quality=["cloud"]).withheld
    count = int((labelled & cloudy).sum())
    assert count
    choose(qtbot, opened, "cloud")
    assert np.array_equal(opened.session.labels.array > 0, labelled)
    said = "1 label lies on them" if count == 1 else f"{count} labels lie on them"
    assert said in texts(opened)


def test_a_scene_comes_back_without_the_pixels(qtbot, make_window, scene):
    first = make_window()
    open_scene(qtbot, first, scene)
    choose(qtbot, first, "cirrus", "cloud")
    first.close()
    second = make_window()
    open_scene(qtbot, second, scene)
    assert second.session.cube.info.quality == ("cloud", "cirrus")
    assert is_checkered(second, 4, 3)
    second.actions_["reload"].trigger()
    idle(qtbot, second)
    assert second.session.cube.info.quality == ("cloud", "cirrus")


def test_a_mask_that_is_not_there_any_more_is_told_and_the_scene_opens(qtbot, window, scene):
    chosen_masks.remember(open_cube(scene), ["cloud", "fog"])
    open_scene(qtbot, window, scene)
    assert window.session.cube.info.quality == ()
    assert "are not applied" in texts(window)
    assert "fog" in texts(window)


def test_a_project_keeps_masks_and_bands_and_brings_them_elsewhere(qtbot, make_window, scene, tmp_path, answers):
    first, project = make_window(), scene.parent / "fields.hsigui"
    open_scene(qtbot, first, scene)
    save_as(qtbot, first, answers, project)
    first.bands.apply(BandEdit(bad_bands=(2,)))  # nothing else is done: the project has it all the same
    idle(qtbot, first)
    choose(qtbot, first, "cloud")
    settled(qtbot, first)
    killed(first)
    (kept,) = read_content(project).scenes
    assert kept.imported.quality == ("cloud",)
    assert kept.imported.bands.bad_bands == (2,)
    moved = tmp_path / "elsewhere"
    shutil.copytree(scene.parent, moved)
    shutil.rmtree(tmp_path / "config")
    second = make_window()
    open_project(qtbot, second, answers, moved / project.name, 1)
    assert second.session.cube.path == moved / scene.name
    assert second.session.cube.info.quality == ("cloud",)
    assert 2 not in second.session.cube.good_bands
    assert is_checkered(second, 4, 3)


def test_bands_alone_reach_the_project(qtbot, make_window, scene, answers):
    window, project = make_window(), scene.parent / "fields.hsigui"
    open_scene(qtbot, window, scene)
    save_as(qtbot, window, answers, project)
    window.bands.apply(BandEdit(bad_bands=(2, 3)))
    settled(qtbot, window)
    (kept,) = read_content(project).scenes
    assert kept.imported.bands.bad_bands == (2, 3)


def test_bands_and_masks_leave_each_other_alone(qtbot, opened):
    choose(qtbot, opened, "cloud")
    opened.bands.apply(BandEdit(bad_bands=(0, 1)))
    idle(qtbot, opened)
    cube = opened.session.cube
    assert cube.info.quality == ("cloud",)
    assert cube.info.left_out == (0, 1)
    assert cube.withheld.sum() == 6
    choose(qtbot, opened)
    cube = opened.session.cube
    assert cube.info.quality == ()
    assert cube.good_bands[0] == 2
    assert not any("quality masks (" in note for note in cube.notes)
    assert band_edits.recall(opened.session.plain).bad_bands == (0, 1)


def test_features_of_other_pixels_are_asked_about(qtbot, opened, answers):
    session = opened.session
    session.set_trained(FakeEncoder(), features_of(session.cube))
    choose(qtbot, opened, "cloud")
    assert "Other quality masks" in answers.asked
    assert session.cube.info.quality == ()
    assert session.features is not None
    answers.sure = True
    choose(qtbot, opened, "cloud")
    assert session.cube.info.quality == ("cloud",)
    assert session.features is None


def test_a_layer_of_another_size_cannot_be_ticked(qtbot, window, tmp_path):
    path = emit(tmp_path)
    with h5py.File(next(tmp_path.glob("EMIT_L2A_MASK_*")), "r+") as file:
        values = file["mask"][:-1]
        del file["mask"]
        file["mask"] = values
    open_scene(qtbot, window, path)
    dialog = ask(qtbot, window)
    assert not dialog.table.item(0, 0).flags() & Qt.ItemFlag.ItemIsEnabled
    assert "the scene is" in dialog.table.item(0, MEANING).text()
    assert dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled()
    dialog.reject()


def test_scenes_without_masks_offer_none(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((20, 22, 30)))
    open_scene(qtbot, window, tmp_path / "plain.npy")
    assert not window.actions_["quality_masks"].isEnabled()


def test_the_commands_of_a_record_open_the_very_scene_of_the_window(qtbot, opened):
    choose(qtbot, opened, "cloud", "cirrus")
    opened.bands.apply(BandEdit(bad_bands=(0, 1, 5)))
    idle(qtbot, opened)
    cube = opened.session.cube
    words = repeating.scene_argument(cube).reading
    assert words == ["--quality", "cloud,cirrus", "--leave-out-bands", "1-2,6"]
    arguments = build_parser().parse_args(["info", str(cube.path), *words])
    again = hsigui.open(cube.path, **reading(arguments))
    assert fingerprint(again) == fingerprint(cube) != fingerprint(opened.session.plain)
    assert same_input(again, cube)
    assert provenance.chosen_of(cube) == {"quality masks": "cloud, cirrus", "bands left out": "1, 2, 6"}


def test_bits_of_a_file_of_no_product_are_masks_too(qtbot, window, tmp_path):
    with h5py.File(tmp_path / "cube.h5", "w") as file:
        file["cube"] = np.random.default_rng(0).random((30, 12, 16)).astype(np.float32)  # bands x cols x rows
        flags = np.zeros((12, 16), np.uint8)
        flags[2, 5:9] = 1
        flags[3, 7] = 3
        file["flags"] = flags
        file["flags"].attrs.update({"flag_masks": np.array([1, 2], np.uint8), "flag_meanings": "cloud shadow"})
    window.scene.open_path(tmp_path / "cube.h5", ImportChoice("cube", "bands,cols,rows"))
    qtbot.waitUntil(lambda: window.session.cube is not None)
    idle(qtbot, window)
    assert window.session.cube.shape == (16, 12, 30)
    choose(qtbot, window, "cloud")
    assert np.array_equal(window.session.cube.withheld, (flags & 1 > 0).T)
    assert not window.session.cube.valid_mask()[5, 2]
