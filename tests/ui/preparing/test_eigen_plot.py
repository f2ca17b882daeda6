"""Eigenvalues beside the step that keeps the first components."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from hsigui.cube.cube import ArraySource, Cube
from hsigui.preparing.chosen import ChosenStep
from hsigui.preparing.components import components_of
from hsigui.ui.preparing.controller import PrepareController
from hsigui.ui.preparing.eigen_plot import EigenPlot, kept_by, kind_of, ticks
from tests.preparing.raw_lab_scene import write_raw_lab_scene
from tests.ui.windows import idle


@pytest.mark.parametrize(
    ("option", "text", "kind", "kept"),
    [
        ("denoise", "mnf,12", "mnf", 12), ("denoise", "pca,auto", "pca", None), ("denoise", "mnf", "mnf", None),
        ("destripe", "mnf,8", "mnf", 8), ("destripe", "columns,31", "", 31), ("smooth", "savgol,7", "", 7),
        ("denoise", "other,3", "", 3),
    ],
)  # fmt: skip
def test_a_step_tells_which_components_it_keeps(option, text, kind, kept):
    step = ChosenStep(option, text)
    assert kind_of(step) == kind
    assert kept_by(step) == kept


@pytest.mark.parametrize(
    ("values", "names"),
    [([0.7, 8.0], ["0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50"]), ([1e-6, 1e6, np.nan], ["1e-06", "0.001",
     "1", "1000", "1e+06"]), ([0.0, np.nan], [])],
)  # fmt: skip
def test_the_axis_is_named_at_few_round_numbers(values, names):
    assert [name for _, name in ticks(np.array(values))] == names


def test_the_line_stands_behind_what_is_kept_and_snaps_to_whole_components(qtbot):
    rng = np.random.default_rng(0)
    down, across = np.mgrid[0:40, 0:30] / 10.0
    values = np.stack([down, across], axis=2) @ rng.normal(size=(2, 6)) * 5 + rng.normal(size=(40, 30, 6))
    found = components_of(Cube(ArraySource(values.astype(np.float32))), "pca")
    plot = EigenPlot()
    qtbot.addWidget(plot)
    plot.show_components(found, None)
    assert plot.line.value() == found.advised == 2
    assert "2 of 6 components" in plot.told.text()
    (x, y), (_, noise), (ring, _) = plot.plot.curves()
    np.testing.assert_array_equal(ring, [2])
    np.testing.assert_array_equal(x, np.arange(1, 7))
    np.testing.assert_allclose(y, np.log10(found.values))
    np.testing.assert_allclose(noise, np.log10(found.noise))
    plot.show_components(found, 5)
    assert plot.line.value() == 5
    for to, count in ((3.4, 3), (99, 6), (-4, 1)):
        with qtbot.waitSignal(plot.dragged) as dragged:
            plot.line.setValue(to)
            plot.line.sigPositionChangeFinished.emit(plot.line)
        assert dragged.args == [count]
        assert plot.line.value() == count
    for odd in (values[:, :, :1], np.repeat(values[:, :, :1], 3, axis=2), np.zeros((5, 4, 2))):
        plot.show_components(components_of(Cube(ArraySource(odd.astype(np.float32))), "pca"), 9)
        (low, high) = plot.plot.getPlotItem().vb.viewRange()[1]
        assert 0 < high - low < 20
        assert plot.line.value() == odd.shape[2]
    plot.show_state("Looking…")
    assert not plot.plot.isVisibleTo(plot)


def drag(eigen, to):
    """Drags the line with the mouse to where so many components are kept."""
    plot, box = eigen.plot, eigen.plot.getPlotItem().vb
    QApplication.processEvents()  # it has just come, and is laid out
    plot.grab()
    y = box.viewRange()[1][0] * 0.3 + box.viewRange()[1][1] * 0.7

    def point(x):
        return plot.mapFromScene(box.mapViewToScene(QPointF(x, y)))

    start, end = point(eigen.line.value()), point(to + 0.3)
    port = plot.viewport()
    QTest.mouseMove(port, start)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    for part in (0.2, 0.6, 1.0):
        at = start + (end - start) * part
        move = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(port.mapToGlobal(at)), Qt.MouseButton.NoButton,
                           Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(port, move)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_a_line_that_is_dragged_sets_how_many_the_step_keeps(qtbot, window, tmp_path, monkeypatch):
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", -1)  # moves of a test are fast, and none may be left out
    raw = write_raw_lab_scene(tmp_path / "capture", rows=24, cols=20, bands=12).raw
    window.open_path(raw)
    qtbot.waitUntil(lambda: window.session.cube is not None, timeout=10_000)
    idle(qtbot, window)
    window.actions_["prepare_cube"].trigger()
    controller = window._part(PrepareController)

    def settled():
        qtbot.waitUntil(lambda: not controller.busy, timeout=10_000)
        return controller.dialog

    dialog = settled()
    assert not dialog.eigen.isVisibleTo(dialog)
    dialog.steps.add("denoise")
    dialog = settled()
    assert dialog.eigen.plot.isVisibleTo(dialog)
    assert dialog.steps.steps[0].text == "mnf,auto"
    drag(dialog.eigen, 4)
    dialog = settled()
    assert dialog.steps.steps[0].text == "mnf,4"
    assert dialog.eigen.line.value() == 4
    dialog.steps.add("normalise")
    assert not settled().eigen.isVisibleTo(dialog)
    dialog.close()
