"""Layers come back with a scene and with a project: by their recipes, with names, looks, and what was shown of them."""

from __future__ import annotations

import numpy as np

from hsigui.analysis.looks import Look
from hsigui.document.derived import DerivedView
from tests.ui.layers.asked import choose, layers, make, panel, settle
from tests.ui.shell.projects import open_project, save_as
from tests.ui.windows import idle, open_scene, texts


def test_a_scene_without_a_project_shows_its_layer_as_it_was_left(qtbot, make_window, demo_files):
    first = make_window()
    open_scene(qtbot, first, demo_files[0])
    made = make(qtbot, first, "index", "ndvi")
    make(qtbot, first, "pca")
    derived = first.session.scene.derived
    derived.rename(1, "how green")
    derived.set_look(1, Look(0, "magma", -0.5, 0.5))
    derived.show(DerivedView(1))
    first.close()
    second = make_window()
    open_scene(qtbot, second, demo_files[0])
    settle(qtbot, second)
    one, two = layers(second)
    assert (one.name, one.look) == ("how green", Look(0, "magma", -0.5, 0.5))
    np.testing.assert_array_equal(one.layer.array, made.layer.array)
    assert second.image.color_key.title == "how green"
    assert two.layer is None, "it is made when it is asked for"
    choose(second, 2)
    assert "Kept as a recipe" in panel(second).state.text()
    second.actions_["show_layer"].trigger()
    settle(qtbot, second)
    assert layers(second)[1].layer is not None
    assert second.session.scene.derived.view == DerivedView(2)


def test_a_project_keeps_layers_and_what_is_shown_of_them(qtbot, make_window, demo_files, tmp_path, answers):
    first = make_window()
    open_scene(qtbot, first, demo_files[0])
    make(qtbot, first, "pca")
    first.actions_["layer_rgb"].trigger()
    make(qtbot, first, "index", "ndvi")
    first.session.scene.derived.show(DerivedView(1))
    first.views.restore({"layout": "beside", "subjects": ["layer 2", "labels", "confidence"]})
    settle(qtbot, first)
    project = tmp_path / "mine.hsigui"
    save_as(qtbot, first, answers, project)
    view = first.session.scene.derived.view
    first.close()
    second = make_window()
    open_project(qtbot, second, answers, project, 1)
    idle(qtbot, second)
    settle(qtbot, second)
    assert second.session.scene.derived.view == view
    assert second.image.covered
    assert layers(second)[0].layer is not None
    (beside,) = second.views.shown
    assert layers(second)[1].layer is not None, "a view beside the image shows it"
    assert beside.drawing.subject.id == "layer 2"


def test_a_kind_that_is_not_installed_any_more_is_said_and_bands_are_shown(qtbot, demo):
    from hsigui.analysis.layer import LayerRecipe
    from hsigui.document.derived import KeptLayer

    kept = KeptLayer(3, "of a plug-in", LayerRecipe("elsewhere"))
    demo.session.scene.derived.take_up((kept,), DerivedView(3))
    settle(qtbot, demo)
    assert "no kind of layer “elsewhere”" in texts(demo)
    assert not demo.image.covered
    assert not demo.session.scene.derived.view.layers
    assert [each.name for each in layers(demo)] == ["of a plug-in"], "it stays, for when it is there again"
