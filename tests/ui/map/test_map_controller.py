"""The map and the recipe of the run that it is made from."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np

from hsigui.labels.label_map import Edit
from hsigui.pipeline import classify as classify_module
from hsigui.pipeline.classify import ClassMap
from hsigui.specs import MapSpec, Recipe, SplitSpec
from hsigui.ui.desk.tips import shortened
from hsigui.ui.map.layers import LEVELS, layer_raster, scale
from tests.ui.windows import idle, press


def _take_run(qtbot, window, smooth: float) -> None:
    """Gives the window its run anew, with a recipe that smooths the map."""
    session = window.session
    features = replace(session.features, recipe=Recipe(map=MapSpec(smooth, 0.0)))
    session.set_trained(session.encoder, features)
    idle(qtbot, window)


def test_maps_are_smoothed_as_the_recipe_says_until_the_user_chooses(qtbot, demo, training):
    demo.sampler.sample(SplitSpec(5, 0))
    idle(qtbot, demo)
    demo.actions_["pretrain"].trigger()
    training.go.set()
    qtbot.waitUntil(lambda: demo.session.class_map is not None, timeout=10_000)
    idle(qtbot, demo)
    sharp = demo.session.class_map.classes

    _take_run(qtbot, demo, 3.0)
    assert demo.map_panel.smooth.value() == demo.session.next_map_spec.smooth == 3.0
    assert (demo.session.class_map.classes != sharp).any()

    demo.map_panel.smooth.setValue(1.0)
    idle(qtbot, demo)
    _take_run(qtbot, demo, 3.0)
    assert demo.map_panel.smooth.value() == demo.session.next_map_spec.smooth == 1.0


def drawn_color(window, row: int, col: int) -> tuple[int, int, int]:
    return window.image._map.color_at(row, col)[:3]


def test_the_layers_of_the_map_are_drawn_on_a_scale_and_the_key_goes_through_them(qtbot, mapped):
    class_map, panel = mapped.session.class_map, mapped.map_panel
    doubtful = np.unravel_index(np.nanargmin(class_map.margin), class_map.margin.shape)
    colors = list(scale())
    seen = []
    for name in ("confidence", "entropy", "margin"):
        press(mapped, "M")
        assert mapped.maps.layer == panel.layer.currentData() == name
        assert not panel.bar.isHidden()
        level = layer_raster(class_map, name)[doubtful]
        assert drawn_color(mapped, *doubtful) == colors[level - 1].color
        seen.append(drawn_color(mapped, *doubtful))
    assert seen[2] == colors[round((1 - np.nanmin(class_map.margin)) * (len(colors) - 1))].color  # the bright end
    mapped.maps.show_pixel(*map(int, doubtful))
    assert "margin" in panel.pixel.text()
    assert not panel.calibration.isHidden()
    calibration = mapped.session.map.probe.calibration
    assert panel.calibration.text() == calibration.brief
    assert panel.calibration.toolTip() == panel.bar.toolTip() == shortened(calibration.words)
    assert panel.pixel.toolTip().endswith(shortened(calibration.words)), "after its own text where that is cut"
    assert panel.calibration.whatsThis() == calibration.words
    assert "alibrated" in calibration.brief
    press(mapped, "M")
    assert panel.calibration.isHidden()
    assert panel.bar.isHidden()
    number = int(class_map.classes[doubtful])
    assert drawn_color(mapped, *doubtful) == mapped.session.classes.get(number).color


def test_a_layer_is_chosen_in_the_panel_and_stays_when_the_map_is_renewed(qtbot, mapped):
    mapped.map_panel.layer.setCurrentIndex(3)
    assert mapped.maps.layer == "margin"
    mapped.actions_["renew_map"].trigger()
    idle(qtbot, mapped)
    level = int(layer_raster(mapped.session.class_map, "margin")[40, 40])
    assert drawn_color(mapped, 40, 40) == list(scale())[level - 1].color


def test_levels_go_from_the_lowest_to_the_highest_and_leave_out_what_has_no_data():
    values = np.array([[0.0, 0.5, 1.0, np.nan]], dtype=np.float32)
    found = ClassMap(np.ones((1, 4), dtype=np.uint16), values, values, 1 - values)
    for name in ("confidence", "entropy", "margin"):
        assert layer_raster(found, name).tolist() == [[1, 128, LEVELS, 0]]
    lightness = [0.3 * r + 0.59 * g + 0.11 * b for r, g, b in (info.color for info in scale())]
    assert (np.diff(lightness) > -0.5).all()


def test_what_is_in_view_is_drawn_first_and_a_map_that_is_given_up_leaves_nothing(qtbot, mapped, monkeypatch):
    before = mapped.session.class_map
    mapped.image.look_at((60.0, 60.0, 30.0))
    box = mapped.image.visible_box()
    seen = np.unique(before.classes[box[0] : box[2], box[1] : box[3]])
    new = next(info.number for info in mapped.session.classes if info.number not in seen)
    go, real = threading.Event(), classify_module.classify
    glimpsed = []

    def waiting(features, probe, spec, ctx, **more):
        if "box" not in more:
            while not go.wait(0.005):
                ctx.check()
        else:
            glimpsed.append(more["box"])
        found = real(features, probe, spec, ctx, **more)
        found.classes[...] = new
        return found

    monkeypatch.setattr(classify_module, "classify", waiting)
    color = mapped.session.classes.get(new).color
    inside = (box[0] + 1, box[1] + 1)
    outside = next((r, c) for r, c in np.argwhere(before.classes != new).tolist() if r < box[0] - 1)
    mapped.actions_["renew_map"].trigger()
    qtbot.waitUntil(lambda: drawn_color(mapped, *inside) == color, timeout=10_000)
    assert glimpsed == [box]
    assert mapped.session.class_map is before
    assert drawn_color(mapped, *outside) != color
    mapped.session.edit(Edit(0, 0, mapped.session.labels.array > 0, 0), "Clear")  # no map can come of this
    idle(qtbot, mapped)
    number = int(before.classes[inside])
    assert drawn_color(mapped, *inside) == mapped.session.classes.get(number).color
    mapped.session.undo()
    go.set()
    idle(qtbot, mapped)
    assert (mapped.session.class_map.classes == new).all()
