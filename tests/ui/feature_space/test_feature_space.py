"""The feature space in the window: axes, selections on the image, labels of them, and what points back."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.analysis.layer import LayerRecipe
from hsigui.analysis.making import make
from hsigui.jobs import quiet
from hsigui.ui.feature_space import learned
from hsigui.ui.feature_space.plot import LASSO, RECTANGLE
from hsigui.ui.feature_space.selecting import ID
from hsigui.ui.feature_space.statistics_panel import StatisticsPanel
from tests.ui.feature_space.asked import choose, draw, panel, selecting, settle, shown, space
from tests.ui.windows import Answers, idle, labels, make_window, texts  # noqa: F401

SHIFT = Qt.KeyboardModifier.ShiftModifier


def values(window, name: str) -> np.ndarray:
    """The values of a band, rows x cols."""
    return window.session.cube.band(int(name.removeprefix("band ")))


def rectangle(plot, left: float, low: float, right: float, high: float, **how) -> None:
    plot.set_mode(RECTANGLE)
    draw(plot, (left, low), ((left + right) / 2, (low + high) / 2), (right, high), **how)


def drawn_box(window, number: int = 0) -> np.ndarray:
    """Where the pixels lie inside the newest outline but one of a number, rows x cols, as numpy finds them."""
    part = selecting(window).selection.parts[number]
    (west, south), (east, north) = part.outlines[0].min(axis=0), part.outlines[0].max(axis=0)
    x, y = values(window, part.cloud.x.id), values(window, part.cloud.y.id)
    return (x > west) & (x < east) & (y > south) & (y < north)


def test_what_is_drawn_round_is_shown_on_the_image_counted_and_labelled(qtbot, demo):
    found = shown(qtbot, demo)
    assert space(demo).axes == ("band 16", "band 27")  # red and near infrared
    assert found.across.currentText().startswith("Band 17, 67")
    assert found.plot.seen.density.sum() > 0.99 * demo.session.cube.rows * demo.session.cube.cols
    rectangle(found.plot, 0.01, -0.02, 0.05, 0.06)  # water
    settle(qtbot, demo)
    water = drawn_box(demo)
    selection = selecting(demo).selection
    assert selection.pixels == water.sum() > 100
    counted, area = found.told.text().split(", ")
    assert counted == f"{water.sum():,} pixels selected"
    assert float(area.removesuffix(" ha")) == pytest.approx(water.sum() * 25 / 10_000, rel=2e-3)  # on the ellipsoid
    (subject,) = [s for s in demo.subjects.of(demo.session.scene) if s.id == ID]
    picture = subject.draw((0, 0, *water.shape), 1)
    np.testing.assert_array_equal(picture[..., 3] > 0, water)
    np.testing.assert_array_equal(demo.image.stack.find(ID).layer.whole.pixels > 0, water)

    # With Shift another joins, by other measurements, too.
    space(demo).choose_axes("band 4", "band 27")
    settle(qtbot, demo)
    assert found.plot.seen.selected.sum() == water.sum()
    rectangle(found.plot, 0.1, 0.3, 0.2, 0.4, modifier=SHIFT)
    settle(qtbot, demo)
    both = water | drawn_box(demo)
    assert selecting(demo).selection.pixels == both.sum()
    np.testing.assert_array_equal(selecting(demo).selection.window(slice(0, 150), slice(0, 150)), both)

    # Labels: of a new class, as one step; pixels that have labels keep them.
    demo.session.set_classes(demo.session.classes.added("first")[0], "Class")
    demo.session.choose_class(demo.session.classes.numbers[-1])
    steps = demo.session.history.place
    demo.actions_["label_cloud_new"].trigger()
    settle(qtbot, demo)
    number = demo.session.current_class
    np.testing.assert_array_equal(labels(demo) == number, both)
    assert demo.session.history.place == steps + 1
    found.plot.look_at((-0.2, 0.6), (-0.2, 0.6))
    rectangle(found.plot, 0.0, -0.1, 0.2, 0.2)
    settle(qtbot, demo)
    wider = drawn_box(demo)
    demo.session.choose_class(demo.session.classes.numbers[-2])
    assert found.label.toolTip() == "Label the selected pixels as “first”"
    QTest.mouseClick(found.label, Qt.MouseButton.LeftButton)
    settle(qtbot, demo)
    np.testing.assert_array_equal(labels(demo) == number, both)
    np.testing.assert_array_equal(labels(demo) == demo.session.current_class, wider & ~both)
    found.over.trigger()
    demo.actions_["label_cloud"].trigger()
    settle(qtbot, demo)
    np.testing.assert_array_equal(labels(demo) == demo.session.current_class, wider)
    for _ in range(3):
        demo.actions_["undo"].trigger()
    assert not labels(demo).any()
    assert number not in demo.session.classes

    # Esc selects nothing, and the image shows nothing of it.
    found.plot.setFocus()
    QTest.keyClick(found.plot, Qt.Key.Key_Escape)
    settle(qtbot, demo)
    assert demo.image.stack.find(ID) is None
    assert not [s for s in demo.subjects.of(demo.session.scene) if s.id == ID]
    demo.actions_["label_cloud"].trigger()
    assert "Nothing is selected" in texts(demo)


def test_a_project_keeps_its_axes_and_a_hidden_panel_reads_nothing_but_points_once_it_is_seen(qtbot, demo):
    kept = {"x": "band 3", "y": "band 9", "classes": "", "of": "view"}
    space(demo).restore(kept)
    settle(qtbot, demo)
    assert space(demo).cloud is None
    found, image = shown(qtbot, demo), demo.image
    assert space(demo).state() == kept
    assert space(demo).cloud.x.id == "band 3"
    assert found.extent.currentIndex() == 1
    for broken in (None, [], {"x": 3, "of": "moon"}, {"x": "band x", "y": "layer 1"}, {"x": "tsne 0", "y": "learned"}):
        space(demo).restore(broken)
        settle(qtbot, demo)
        assert space(demo).cloud is not None
    assert panel(demo).plot.mode == LASSO
    found.extent.setCurrentIndex(0)
    found.extent.activated.emit(0)
    settle(qtbot, demo)

    QTest.mouseMove(image.viewport(), image.position_of(40, 50))
    settle(qtbot, demo)
    x, y = found.plot._pixel.getData()
    assert (x[0], y[0]) == (values(demo, "band 16")[40, 50], values(demo, "band 27")[40, 50])
    mask = np.ones((3, 4), dtype=bool)
    image.show_selection((10, 20, mask))
    settle(qtbot, demo)
    assert found.plot.pointed == 12
    image.show_selection(None)
    settle(qtbot, demo)
    assert found.plot.pointed == 0

    found.extent.setCurrentIndex(1)
    found.extent.activated.emit(1)
    image.look_at((75.0, 75.0, 20.0))
    settle(qtbot, demo)
    top, left, bottom, right = image.visible_box()
    assert space(demo).cloud.box == (top, left, bottom, right)
    found.plot.look_at((-2.0, 3.0), (-2.0, 3.0))
    rectangle(found.plot, -1, -1, 2, 2)
    settle(qtbot, demo)
    assert selecting(demo).selection.pixels == (bottom - top) * (right - left)


def test_layers_map_and_what_was_learned_can_be_axes(qtbot, mapped, monkeypatch):
    found = shown(qtbot, mapped)
    scene = mapped.session.scene
    layer = make(scene.cube, LayerRecipe("index", {"name": "ndvi"}), quiet())
    number = scene.derived.add(layer, 0).number
    settle(qtbot, mapped)
    space(mapped).choose_axes(f"layer {number} 0", "confidence")
    settle(qtbot, mapped)
    cloud = space(mapped).cloud
    np.testing.assert_array_equal(cloud.lines, mapped.session.class_map.confidence)
    np.testing.assert_array_equal(cloud.columns, layer.array)
    space(mapped).choose_classes("map")
    settle(qtbot, mapped)
    seen = found.plot.seen
    assert len(seen.points.x) < seen.points.of == cloud.known
    assert "pixels of classes drawn" in found.told.text()
    space(mapped).choose_axes("learned 0", "learned 1")
    settle(qtbot, mapped)
    cloud = space(mapped).cloud
    assert (cloud.x.id, cloud.y.id) == ("learned 0", "learned 1")
    assert cloud.known == cloud.columns.size
    cloud_of_all = cloud.known
    made = np.full((*scene.features.shape, 2), np.nan, dtype=np.float32)
    made[::9, ::9] = np.random.default_rng(0).normal(size=made[::9, ::9].shape)
    monkeypatch.setattr(learned, "neighbours_plane", lambda *_: made)  # which takes its time
    found.up.setCurrentIndex(found.up.findData("tsne 1"))
    found.up.activated.emit(found.up.currentIndex())
    settle(qtbot, mapped)
    assert space(mapped).axes == ("tsne 0", "tsne 1"), "a plane has both axes"
    assert space(mapped).cloud.known == made[::9, ::9].size // 2
    assert "Only a sample" in found.told.text()
    found.across.setCurrentIndex(found.across.findData("learned 2"))
    found.across.activated.emit(found.across.currentIndex())
    settle(qtbot, mapped)
    assert space(mapped).axes == ("learned 2", "learned 0")
    statistics = mapped._part(StatisticsPanel)
    mapped.docks["Statistics"].raise_()
    qtbot.waitUntil(statistics.isVisible)
    idle(qtbot, mapped)
    assert statistics.pair_model.rowCount() == 36, "labels of a small scene are looked at without being asked"
    for name, places in ((f"layer {number}", 1), ("learned", 3)):
        choose(statistics.measures, name)
        idle(qtbot, mapped)
        assert statistics.result.axes == tuple(f"{name} {place}" for place in range(places))
    choose(statistics.pixels, "map")
    idle(qtbot, mapped)
    assert sum(each.pixels for each in statistics.result.statistics.classes) == cloud_of_all
    shown(qtbot, mapped)
    scene.derived.remove(number)
    space(mapped).choose_axes("layer 1 0", "learned 1")
    settle(qtbot, mapped)
    assert set(space(mapped).axes) == {"band 16", "band 27"}, "what is gone is chosen no more"
