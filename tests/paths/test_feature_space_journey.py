"""From a cloud of pixels to a map, by the mouse: two groups drawn round in the feature space become labels, the labels
a map; the pair of its classes is looked at, and a project has the axes again."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from hsigui.cube.demo import write_demo
from hsigui.ui.feature_space.statistics_panel import StatisticsPanel
from tests.ui.feature_space.asked import draw, selecting, settle, shown, space
from tests.ui.windows import FakeEncoder, features_of, idle, labels, opened, press

LEFT, SHIFT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier


def lasso(plot, *corners: tuple[float, float], modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """Round some values, with a few places between two corners, as a hand moves."""
    ring = np.array([*corners, corners[0]], dtype=float)
    steps = [tuple(a + (b - a) * t) for a, b in pairwise(ring) for t in (0.0, 0.25, 0.5, 0.75)]
    draw(plot, *steps, modifier=modifier)


def test_from_groups_in_the_feature_space_to_a_map(qtbot, window, tmp_path):
    opened(qtbot, window, write_demo(tmp_path / "Szenen für alle")[0])
    found = shown(qtbot, window)
    plot = found.plot
    plot.look_at((-0.05, 0.45), (-0.05, 0.65))
    QTest.mouseClick(found.modes.buttons()[1], LEFT)  # the lasso
    lasso(plot, (0.005, -0.01), (0.05, -0.01), (0.05, 0.05), (0.005, 0.05))
    settle(qtbot, window)
    water = selecting(window).selection.pixels
    assert water > 100
    press(window, "1")  # adds the first class
    QTest.mouseClick(found.label, LEFT)
    settle(qtbot, window)
    assert (labels(window) == 1).sum() == water

    lasso(plot, (0.3, 0.3), (0.44, 0.3), (0.44, 0.6), (0.3, 0.6))
    settle(qtbot, window)
    bright = selecting(window).selection.pixels
    lasso(plot, (0.25, 0.3), (0.3, 0.3), (0.3, 0.6), (0.25, 0.6), modifier=SHIFT)
    settle(qtbot, window)
    assert selecting(window).selection.pixels > bright
    bright = selecting(window).selection.pixels
    window.actions_["label_cloud_new"].trigger()
    settle(qtbot, window)
    assert (labels(window) == 2).sum() == bright
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert selecting(window).selection is None

    window.session.set_trained(FakeEncoder(), features_of(window.session.cube))
    qtbot.waitUntil(lambda: window.session.class_map is not None, timeout=10_000)
    settle(qtbot, window)
    classes = window.session.class_map.classes
    assert (classes[labels(window) == 1] == 1).mean() > 0.9
    assert (classes[labels(window) == 2] == 2).mean() > 0.9

    # Where the map is not sure: its confidence is an axis as soon as there is one.
    place = found.up.findData("confidence")
    found.up.setCurrentIndex(place)
    found.up.activated.emit(place)
    settle(qtbot, window)
    np.testing.assert_array_equal(space(window).cloud.lines, window.session.class_map.confidence)

    # The pair of classes, and back to the plot by what parts them.
    window.docks["Statistics"].raise_()
    statistics = window._part(StatisticsPanel)
    qtbot.waitUntil(statistics.isVisible)
    QTest.mouseClick(statistics.renew, LEFT)
    idle(qtbot, window)
    assert statistics.pair_model.rowCount() == 1
    assert statistics.pair_model.pair(0).jeffries_matusita > 1.9
    QTest.mouseClick(statistics.pairs.viewport(), LEFT, pos=QPoint(10, 5))
    qtbot.waitUntil(found.isVisible)
    settle(qtbot, window)
    shown_axes = space(window).axes
    assert all(axis.startswith("band ") for axis in shown_axes)

    # A project keeps which axes were shown.
    window.projects.save_as(tmp_path / "fields.hsigui")
    idle(qtbot, window)
    window.states.look()
    assert window.states._window_known[1]["feature space"] == {
        "x": shown_axes[0], "y": shown_axes[1], "classes": "labels", "of": "scene",
    }  # fmt: skip
    assert QPointF(plot.mapToScene(QPoint(0, 0))) == QPointF(0, 0)
