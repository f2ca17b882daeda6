"""Kept spectra in the plot and its list: hidden, renamed, grouped, scaled; gaps, spread, and what is done to them."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from scipy.signal import savgol_filter

from hsigui.document.values import Spectrum
from hsigui.errors import HsiError
from hsigui.ui.spectra.view import SpectrumView

WAVES = np.linspace(400, 900, 51)
SHAPE = (0.3 + 0.1 * np.sin(WAVES / 50)).astype(np.float32)


@pytest.fixture
def plot(qtbot) -> SpectrumView:
    view = SpectrumView()
    qtbot.addWidget(view)
    view.resize(760, 320)
    view.set_wavelengths(WAVES, np.zeros(51, dtype=bool))
    view.set_quantity("Reflectance")
    view.show()
    qtbot.waitExposed(view)
    return view


def spectra(*names: str, group: str = "") -> list[Spectrum]:
    return [Spectrum(name, (10 * n, 0, 0), SHAPE * (n + 1), (n, n), group=group) for n, name in enumerate(names)]


def test_the_list_hides_renames_and_removes(plot, qtbot) -> None:
    plot.keep_all([*spectra("one", "two"), *spectra("three", "four", group="Soil")])
    plot.show_list()
    tree = plot.list.tree
    folder = tree.topLevelItem(2)
    assert [tree.topLevelItem(n).text(0) for n in range(3)] == ["one", "two", "Soil"]
    with qtbot.waitSignal(plot.kept_changed):
        tree.setCurrentItem(tree.topLevelItem(1))
        QTest.keyClick(tree, Qt.Key.Key_Space)
    assert [s.shown for s in plot.kept()] == [True, False, True, True]
    assert len(plot._plot.curves()) == 3
    with qtbot.waitSignal(plot.kept_changed):
        tree.topLevelItem(2).setCheckState(0, Qt.CheckState.Unchecked)  # the folder: all in it
    assert [s.shown for s in plot.kept()] == [True, False, False, False]
    tree.setCurrentItem(tree.topLevelItem(0))
    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_F2)
    editor = tree.viewport().focusWidget() or tree.focusWidget()
    QTest.keyClicks(editor, "Erde, trocken")
    with qtbot.waitSignal(plot.kept_changed):
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert plot.kept()[0].label == "Erde, trocken"
    with qtbot.waitSignal(plot.kept_changed):
        tree.topLevelItem(2).setText(0, "Ground")
    assert [s.group for s in plot.kept()] == ["", "", "Ground", "Ground"]
    tree.clearSelection()
    tree.topLevelItem(2).setSelected(True)
    QTest.keyClick(tree, Qt.Key.Key_Delete)
    assert [s.label for s in plot.kept()] == ["Erde, trocken", "two"]
    assert folder is not tree.topLevelItem(1)


def test_the_list_scales_colours_groups_and_makes_a_curve_stand_out(plot) -> None:
    plot.keep_all(spectra("one", "two"))
    plot.show_list()
    plot.list.scale(100.0, [1])
    plot.list.put_into("Library", [1])
    two = plot.kept()[1]
    assert (two.factor, two.group) == (100.0, "Library")
    assert two.values == pytest.approx(SHAPE * 200)
    plot.list.scale(1.0, [1])
    assert plot.kept()[1].values == pytest.approx(SHAPE * 2)
    plot.list.tree.topLevelItem(0).setSelected(True)
    widths = [item.opts["pen"].widthF() for item in plot._plot.getPlotItem().listDataItems()]
    assert widths[0] > 1.5 * widths[1]
    asked = []
    plot.list.ask_color = lambda color, name: (asked.append((color, name)), (9, 8, 7))[1]
    plot.list.recolor()
    assert asked == [((0, 0, 0), "one")]
    assert plot.kept()[0].color == (9, 8, 7)


def test_a_line_is_broken_at_gaps_and_a_lonely_band_is_a_dot(plot) -> None:
    waves = np.concatenate([np.arange(400.0, 600, 5), [700.0], np.arange(800.0, 900, 5)])
    plot.set_wavelengths(waves, np.zeros(len(waves), dtype=bool))
    plot.show_current(np.ones(len(waves)), "here")
    (line,) = plot._plot.getPlotItem().listDataItems()
    assert np.flatnonzero(line.opts["connect"] == 0).tolist() == [39, 40, len(waves) - 1]
    assert plot._current_curve._dots.getData()[0].tolist() == [700.0]


def test_what_is_done_is_drawn_said_and_copied_and_raw_is_one_click_back(plot, qtbot) -> None:
    spread = np.full(51, 0.01, np.float32)
    plot.keep_all([Spectrum("mean", (0, 0, 200), SHAPE, spread=spread)])
    assert plot._kept_curves[0]._spread.path().boundingRect().height() == pytest.approx(np.ptp(SHAPE) + 0.02, abs=1e-3)
    assert next(iter(csv.reader(io.StringIO(plot.csv_text())))) == ["band", "wavelength_nm", "mean", "mean sd"]
    assert plot.strip.isHidden(), "the curves have the room of a small window"
    plot._stripped.click()
    plot.strip.window_choice.setCurrentIndex(3)
    plot.strip.derivative.setCurrentIndex(1)
    [(_, y)] = plot._plot.curves()
    assert y == pytest.approx(savgol_filter(SHAPE.astype(float), 9, 2, deriv=1, delta=10.0), abs=1e-9)
    assert plot._plot.getAxis("left").labelText == "1st derivative (1/nm)"
    assert plot._kept_curves[0]._spread is None
    head = plot.csv_text().splitlines()[0]
    assert "First derivative" in head
    assert "smoothed over 9 bands" in head
    QTest.mouseClick(plot.strip.raw, Qt.MouseButton.LeftButton)
    assert plot.processing.is_raw
    assert plot._plot.curves()[0][1] == pytest.approx(SHAPE)
    assert plot._plot.getAxis("left").labelText == "Reflectance"
    assert not plot.strip.raw.isEnabled()


def test_spectra_are_set_apart_and_copied_as_they_are(plot) -> None:
    plot.keep_all(spectra("one", "two"))
    plot.strip.apart.setCurrentIndex(4)
    first, second = (y for _, y in plot._plot.curves())
    assert second - SHAPE * 2 == pytest.approx(np.full(51, np.ptp(SHAPE * 2)), abs=1e-6)
    assert first == pytest.approx(SHAPE)
    row = list(csv.reader(io.StringIO(plot.csv_text())))[1]
    assert [float(v) for v in row[2:]] == pytest.approx([SHAPE[0], SHAPE[0] * 2], rel=1e-5)


def test_the_bands_of_another_sensor_need_wavelengths(plot, qtbot) -> None:
    plot.keep_all(spectra("one"))
    plot.strip.sensor.setCurrentIndex(1)
    assert len(plot._plot.curves()[0][0]) != 51
    with qtbot.waitSignal(plot.refused) as told:
        plot.set_wavelengths(None, np.zeros(51, dtype=bool))
    assert isinstance(told.args[0], HsiError)
    assert plot.processing.is_raw
    assert plot.strip.sensor.currentIndex() == 0
    with qtbot.waitSignal(plot.responses_asked):
        plot.strip.sensor.activated.emit(plot.strip.sensor.count() - 1)
