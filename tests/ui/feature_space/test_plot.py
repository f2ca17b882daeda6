"""The plot alone: outlines by the mouse, keys, and what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from hsigui.analysis.feature_points import Points
from hsigui.labels.classes import ClassTable
from hsigui.ui.feature_space.plot import LASSO, PAN, RECTANGLE, SELECTED, CloudPlot, Seen, density_picture
from tests.ui.feature_space.asked import draw, place

LEFT, SHIFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def plot(qtbot) -> CloudPlot:
    """A plot of 400 x 300 that shows 0 to 10 across and -1 to 1 up, with the heard outlines in `heard`."""
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(400, 300)
    plot = CloudPlot(host)
    plot.host = host  # qtbot does not keep it
    plot.resize(400, 300)
    host.show()
    qtbot.waitExposed(host)
    plot.look_at((0.0, 10.0), (-1.0, 1.0))
    plot.heard = []
    plot.outlined.connect(lambda outline, added: plot.heard.append((outline, added)))
    return plot


def test_a_lasso_is_told_in_values_of_the_axes(plot):
    plot.set_mode(LASSO)
    corners = [(2, -0.5), (4, -0.6), (6, -0.5), (6, 0.5), (2, 0.5)]
    draw(plot, *corners)
    draw(plot, *corners, modifier=SHIFT)
    (outline, added), (_, second) = plot.heard
    assert (added, second) == (False, True)
    np.testing.assert_allclose(outline.min(axis=0), (2, -0.6), atol=0.05)
    np.testing.assert_allclose(outline.max(axis=0), (6, 0.5), atol=0.05)


def test_a_rectangle_has_four_corners_and_a_click_none(plot):
    plot.set_mode(RECTANGLE)
    draw(plot, (1, -0.5), (3, 0), (8, 0.5))
    ((outline, _),) = plot.heard
    assert outline.shape == (4, 2)
    np.testing.assert_allclose(sorted(set(np.round(outline[:, 0], 1))), (1, 8), atol=0.1)
    QTest.mouseClick(plot.viewport(), LEFT, NONE, place(plot, 5, 0))
    draw(plot, (1, 0), (8, 0))
    plot.set_mode(LASSO)
    QTest.mouseClick(plot.viewport(), LEFT, NONE, place(plot, 5, 0))
    assert len(plot.heard) == 1


def test_esc_drops_an_open_outline_first_and_is_told_then(plot, qtbot):
    plot.set_mode(LASSO)
    port = plot.viewport()
    QTest.mousePress(port, LEFT, NONE, place(plot, 2, 0))
    for x, y in ((4, 0.2), (4, -0.4), (3, -0.5)):
        QTest.mouseMove(port, place(plot, x, y))
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    QTest.mouseRelease(port, LEFT, NONE, place(plot, 3, -0.5))
    assert plot.heard == []
    with qtbot.waitSignal(plot.escaped):
        QTest.keyClick(plot, Qt.Key.Key_Escape)


def test_the_hand_moves_the_plot_and_a_double_click_asks_for_all_of_it(plot, qtbot):
    plot.set_mode(PAN)
    with qtbot.waitSignal(plot.moved):
        draw(plot, (5, 0), (6, 0), (7, 0.2))
    assert plot.heard == []
    assert plot.ends[0][0] < -0.5
    with qtbot.waitSignal(plot.whole_asked):
        QTest.mouseDClick(plot.viewport(), LEFT, NONE, place(plot, 5, 0))


def test_classes_lie_over_a_plain_density_and_the_current_one_on_top(plot):
    counts = np.zeros((4, 4), dtype=np.int64)
    counts[0, 0], counts[3, 3] = 1, 1000
    table = ClassTable.for_numbers([1, 2, 3]).with_hidden(3, True)
    points = Points(np.float32([1, 2, 9]), np.float32([0, 0.5, 0.9]), np.uint16([1, 2, 3]), 3)
    plot.show_seen(Seen((0, 10), (-1, 1), counts, counts, points, table, current=1))
    drawn = [(item.opts["size"], item.getData()[0].tolist()) for item in plot._classes]
    assert drawn == [(4.0, [2.0]), (6.0, [1.0])]
    assert plot._chosen.image[3, 3, :3].tolist() == list(SELECTED)
    plot.show_seen(None)
    assert plot._classes == []
    plot.show_outlines([np.array([(0, 0), (1, 0), (1, 1)])])
    assert len(plot._shapes) == 1


def test_the_density_is_logarithmic_and_clear_where_nothing_lies():
    counts = np.array([[0, 1], [9, 999]])
    colored, shaded = density_picture(counts), density_picture(counts, (10, 20, 30), least=40)
    assert colored[..., 3].tolist() == [[0, 255], [255, 255]]
    assert shaded[..., 3].tolist() == [[0, 57], [98, 215]]
    assert not density_picture(np.zeros((2, 2), dtype=np.int64))[..., 3].any()


def test_a_low_plot_has_no_titles_and_coarser_bins(plot):
    plot.name_axes("Band 1", "Band 2")
    assert plot.getAxis("left").label.isVisible()
    wide, high = plot.bins
    assert 100 < high < wide < 200
    plot.resize(400, 120)
    assert not plot.getAxis("left").label.isVisible()
    assert plot.bins[1] < high
    assert plot.mapFromScene(QPointF(0, 0)).y() == 0
