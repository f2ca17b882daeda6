"""Masks by a threshold, as layers and as labels; clusters as labels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from hsigui.analysis import looks, table
from hsigui.analysis.false_alarms import tail_of, threshold_of_all
from hsigui.analysis.layer import Between, Layer, LayerRecipe, Target
from hsigui.analysis.making import recipe_of
from hsigui.cube.color_maps import GREY
from hsigui.ui.layers import thresholds
from hsigui.ui.layers.making import LayerMaker, Wish
from hsigui.ui.layers.threshold_dialog import ThresholdDialog
from tests.ui.layers.asked import choose, layers, make, settle, threshold
from tests.ui.layers.asked import part as made_part
from tests.ui.layers.test_layers_panel import cover
from tests.ui.windows import labels, paint, press, texts


def type_into(field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_what_passes_is_seen_and_counted_as_the_limits_are_typed(qtbot, demo):
    found = make(qtbot, demo, "index", "ndvi")
    asked = threshold(qtbot, demo)
    type_into(asked.low, "0.4")
    settle(qtbot, demo)
    inside = found.layer.array >= 0.4
    assert f"{inside.sum():,} of {inside.size:,} pixels" in asked.told.text()
    grey = looks.picture_of(found.layer, looks.Look(0, GREY), (0, 0, *inside.shape))[..., :3]
    seen = cover(demo)
    np.testing.assert_array_equal(seen[~inside], grey[~inside])
    assert (seen[inside] != grey[inside]).any(axis=1).all()
    asked.high_on.click()
    type_into(asked.high, "0.6")
    settle(qtbot, demo)
    assert f"{(inside & (found.layer.array <= 0.6)).sum():,} of" in asked.told.text()
    assert asked.isVisible(), "Enter ends the number, not the dialog"
    assert len(layers(demo)) == 1
    asked.over_composite.click()
    settle(qtbot, demo)
    outside = found.layer.array < 0.4
    np.testing.assert_array_equal(cover(demo)[outside], demo.scene._picture.rgb[outside])
    asked.reject()
    settle(qtbot, demo)
    np.testing.assert_array_equal(
        cover(demo), looks.picture_of(found.layer, found.look, (0, 0, *inside.shape))[..., :3]
    )


def test_a_handle_of_the_histogram_is_dragged(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    asked = threshold(qtbot, demo)
    asked.plot.viewport().repaint()
    box, port = asked.plot.getPlotItem().vb, asked.plot.viewport()
    low, high = asked.region.getRegion()
    middle = sum(box.viewRange()[1]) / 2

    def place(value: float) -> QPoint:
        return asked.plot.mapFromScene(box.mapViewToScene(QPointF(value, middle)))

    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=place(low))
    for part in (0.3, 0.6, 1.0):
        QTest.mouseMove(port, place(low + part * (0.2 - low)))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=place(0.2))
    settle(qtbot, demo)
    assert asked.low.value() == pytest.approx(0.2, abs=0.03)
    assert asked.low_on.isChecked()
    assert not asked.high_on.isChecked()
    assert asked.region.getRegion()[1] == pytest.approx(high)
    asked.reject()


@pytest.mark.parametrize(("kind", "sought"), [("sam", "low"), ("index", "high")])
def test_of_distances_the_low_values_pass_at_first(qtbot, kind, sought):
    array = np.linspace(0, 1.2, 2000, dtype=np.float32).reshape(40, 50)
    array[0, :5] = np.nan
    layer = Layer("made", LayerRecipe(kind), array, ("made",))
    asked = ThresholdDialog("made", layer, 0, distance=table.kind(kind).distance)
    qtbot.addWidget(asked)
    found = asked.threshold
    inside = (array >= found.low) & (array <= found.high)
    assert inside[-1, -1] == (sought == "high")
    assert inside[0, 6] == (sought == "low")
    assert inside.mean() == pytest.approx(0.1 if sought == "low" else 0.4, abs=0.03)
    assert (asked.low_on.isChecked(), asked.high_on.isChecked()) == (sought == "high", sought == "low")


def test_no_limit_at_all_or_none_in_order_is_no_threshold(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    asked = threshold(qtbot, demo)
    asked.low_on.click()
    assert asked.is_none
    assert not asked.keep.isEnabled()
    assert not asked.label.isEnabled()
    asked.high_on.click()
    type_into(asked.high, "0.1")
    settle(qtbot, demo)
    assert asked.keep.isEnabled()
    asked.low_on.click()
    type_into(asked.low, "0.5")
    assert asked.is_none
    type_into(asked.low, "-5")
    settle(qtbot, demo)
    assert not asked.is_none
    type_into(asked.high, "-4")
    settle(qtbot, demo)
    assert not asked.keep.isEnabled(), "nothing passes"
    asked.reject()


def test_a_mask_is_kept_as_a_layer_with_its_recipe(qtbot, demo):
    found = make(qtbot, demo, "index", "ndvi")
    asked = threshold(qtbot, demo)
    type_into(asked.low, "0.4")
    settle(qtbot, demo)
    QTest.mouseClick(asked.keep, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    asked.reject()
    mask = layers(demo)[1]
    assert mask.name == "NDVI ≥ 0.4"
    assert mask.kept.recipe.between == Between(0.4, None, 0)
    np.testing.assert_array_equal(mask.layer.array == 1, found.layer.array >= 0.4)
    choose(demo, 2)
    demo.actions_["make_layer_again"].trigger()
    settle(qtbot, demo)
    np.testing.assert_array_equal(layers(demo)[1].layer.array, mask.layer.array)


def test_a_threshold_becomes_labels_of_the_current_class_in_one_step(qtbot, demo):
    found = make(qtbot, demo, "index", "ndvi")
    press(demo, "B")
    paint(demo, (5, 5), (5, 9))
    demo.session.choose_class(3)
    before = labels(demo).copy()
    steps = demo.session.history.place
    asked = threshold(qtbot, demo)
    assert "Woodland" in asked.label.text()
    type_into(asked.low, "0.7")
    settle(qtbot, demo)
    QTest.mouseClick(asked.label, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    np.testing.assert_array_equal(labels(demo) == 3, found.layer.array >= 0.7)
    assert demo.session.history.place == steps + 1
    assert demo.actions_["undo"].text() == "&Undo: Threshold of NDVI: Woodland"
    demo.actions_["undo"].trigger()
    np.testing.assert_array_equal(labels(demo), before)
    asked.reject()


def test_a_mask_becomes_labels_of_the_current_class(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    asked = threshold(qtbot, demo)
    QTest.mouseClick(asked.keep, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    asked.reject()
    choose(demo, 2)
    demo.session.choose_class(2)
    demo.actions_["layer_labels"].trigger()
    settle(qtbot, demo)
    np.testing.assert_array_equal(labels(demo) == 2, layers(demo)[1].layer.array == 1)


def test_clusters_become_classes_with_labels_where_there_are_none_in_one_step(qtbot, demo, monkeypatch):
    monkeypatch.setattr(thresholds, "PIXELS_AT_ONCE", 3000)  # as with millions of pixels
    found = make(qtbot, demo, "kmeans")
    press(demo, "B")
    paint(demo, (60, 60), (60, 70))
    mine, before = labels(demo).copy(), demo.session.classes
    demo.actions_["layer_labels"].trigger()
    settle(qtbot, demo)
    qtbot.waitUntil(lambda: not demo.session.scene.stroking)
    free = (mine == 0) & (found.layer.array > 0)
    np.testing.assert_array_equal(labels(demo)[mine > 0], mine[mine > 0])
    names = {info.number: info.name for info in demo.session.classes}
    assert {names[n] for n in np.unique(labels(demo)[free])} == {f"Cluster {n}" for n in range(1, 9)}
    for info in found.layer.classes:
        given = labels(demo)[free & (found.layer.array == info.number)]
        assert {names[n] for n in given} == {info.name}
    demo.actions_["undo"].trigger()
    assert demo.session.classes == before
    np.testing.assert_array_equal(labels(demo), mine)
    demo.actions_["redo"].trigger()
    demo.actions_["layer_labels"].trigger()
    settle(qtbot, demo)
    assert "has a label already" in texts(demo)


def test_a_layer_of_classes_has_no_threshold(qtbot, demo):
    make(qtbot, demo, "kmeans")
    demo.actions_["layer_threshold"].trigger()
    settle(qtbot, demo)
    assert "has no threshold" in texts(demo)


def test_the_dialog_goes_with_its_layer(qtbot, demo):
    make(qtbot, demo, "index", "ndvi")
    threshold(qtbot, demo)
    demo.actions_["remove_layer"].trigger()
    settle(qtbot, demo)
    assert not [each for each in demo.findChildren(ThresholdDialog) if each.isVisible()]
    assert not demo.image.covered


def test_a_rate_of_false_alarms_sets_the_limit_and_tells_how_many_are_expected(qtbot, demo):
    scene = demo.session.scene
    wish = Wish(recipe_of("mf", {}, [Target("it", tuple(scene.cube.spectrum(40, 40).astype(float).tolist()))]), "make")
    made_part(demo, LayerMaker).make(wish)
    settle(qtbot, demo)
    layer = layers(demo)[-1].layer
    asked = threshold(qtbot, demo)
    tail = tail_of(layer, 0)
    assert asked.rate.isVisible()
    assert asked.low.value() == pytest.approx(tail.threshold(1e-3), rel=1e-4)
    assert not asked.high_on.isChecked()
    assert f"expected false alarms: {layer.array.size / 1000:,.0f} pixels" in asked.told.text()
    type_into(asked.rate, "0.02")
    settle(qtbot, demo)
    assert asked.low.value() == pytest.approx(tail.threshold(0.02), rel=1e-4)
    QTest.keyClick(asked.rate_of, Qt.Key.Key_Down)
    settle(qtbot, demo)
    assert asked.low.value() == pytest.approx(threshold_of_all(layer, 0, 0.02), rel=1e-4)
    assert f"{round(0.02 * layer.array.size):,} of" in asked.told.text()
    type_into(asked.low, str(tail.threshold(1e-9)))
    settle(qtbot, demo)
    assert "expected false alarms: fewer than 0.1 pixels" in asked.told.text()
    asked.reject()
    settle(qtbot, demo)
    make(qtbot, demo, "index", "ndvi")
    asked = threshold(qtbot, demo)
    assert not asked.rate.isVisible()
    assert "false alarms" not in asked.told.text()
    asked.reject()
    settle(qtbot, demo)
