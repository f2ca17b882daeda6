import csv
import io

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton

from hsigui.ui.desk import theme
from hsigui.ui.desk.curve_key import CurveKey
from hsigui.ui.spectra.band_marks import bad_ranges
from hsigui.ui.spectra.view import SpectrumView

BANDS = 50
WAVELENGTHS = np.linspace(400, 2360, BANDS)
BAD = np.zeros(BANDS, dtype=bool)
BAD[20:25] = True
SHAPE = np.linspace(0.1, 0.6, BANDS).astype(np.float32)


@pytest.fixture
def plot(qtbot) -> SpectrumView:
    view = SpectrumView()
    qtbot.addWidget(view)
    view.resize(520, 320)
    view.set_wavelengths(WAVELENGTHS, BAD)
    view.set_quantity("Reflectance")
    view.show()
    qtbot.waitExposed(view)
    return view


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_the_current_spectrum_is_drawn_over_wavelength_with_gaps_at_bad_bands(plot):
    plot.show_current(SHAPE, "Row 3, col 4")
    [(x, y)] = plot._plot.curves()
    assert x == pytest.approx(WAVELENGTHS)
    assert np.isnan(y[BAD]).all()
    assert y[~BAD] == pytest.approx(SHAPE[~BAD])


def test_the_next_current_spectrum_replaces_the_last(plot):
    plot.show_current(SHAPE, "one")
    plot.show_current(SHAPE * 2, "two")
    [(_, y)] = plot._plot.curves()
    assert y[0] == pytest.approx(0.2)
    plot.show_current(None)
    assert plot._plot.curves() == []
    assert plot.current() is None


def test_kept_spectra_stay_in_their_colours(plot, qtbot):
    with qtbot.waitSignal(plot.kept_changed):
        plot.keep(SHAPE, "corn", (250, 10, 20))
    plot.keep(SHAPE * 0.5, "row 1")
    plot.keep(SHAPE * 0.7, "row 2")
    plot.show_current(SHAPE, "here")
    labels, colors = [s.label for s in plot.kept()], [s.color for s in plot.kept()]
    assert labels == ["corn", "row 1", "row 2"]
    assert colors[0] == (250, 10, 20)
    assert len(set(colors)) == 3
    assert len(plot._plot.curves()) == 4
    pens = [item.opts["pen"].color().getRgb()[:3] for item in plot._plot.getPlotItem().listDataItems()]
    assert pens[:3] == colors


def test_a_kept_spectrum_does_not_follow_the_array_it_came_from(plot):
    values = SHAPE.copy()
    plot.keep(values, "corn")
    values[:] = 0
    assert plot.kept()[0].values == pytest.approx(SHAPE)


def key_click(plot, number):
    """On the cross of an entry of the key."""
    at = plot._key.cross_of(number).center().toPoint()
    QTest.mouseClick(plot._key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)


def test_the_cross_of_a_name_takes_its_curve_away_and_no_other(plot, qtbot):
    bands = len(plot._x)
    plot.show_current(np.zeros(bands), "current")
    for number, name in enumerate(("one", "two", "three")):
        plot.keep(np.full(bands, number + 1.0), name, place=(number, number))
    with qtbot.waitSignal(plot.kept_changed):
        key_click(plot, 2)
    assert [s.label for s in plot.kept()] == ["one", "three"]
    assert [s.place for s in plot.kept()] == [(0, 0), (2, 2)]
    assert plot._key.text() == "current\none\nthree"
    key_click(plot, 0)
    assert plot.current() is None
    QTest.mouseClick(plot._key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(3, 10))
    assert len(plot.kept()) == 2


def test_a_colour_that_became_free_is_used_again(plot):
    bands = len(plot._x)
    for name in ("one", "two", "three"):
        plot.keep(np.ones(bands), name)
    gone = plot.kept()[1].color
    plot.remove(1)
    plot.keep(np.ones(bands), "four")
    assert plot.kept()[-1].color == gone
    assert len({s.color for s in plot.kept()}) == 3


def test_clear_takes_all_curves_away(plot, qtbot):
    plot.keep(SHAPE, "corn")
    plot.show_current(SHAPE, "here")
    button = next(b for b in plot.findChildren(QToolButton) if "Clear" in b.toolTip())
    with qtbot.waitSignal(plot.kept_changed):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (plot.kept(), plot.current(), plot._plot.curves()) == ([], None, [])
    assert not button.isEnabled()


def test_another_cube_forgets_the_curves_and_takes_other_bands(plot):
    plot.keep(SHAPE, "corn")
    plot.mark_bands([(30, "red")])
    plot.set_wavelengths(None, np.zeros(7, dtype=bool))
    assert plot.kept() == []
    plot.show_current(np.arange(7), "here")
    [(x, _)] = plot._plot.curves()
    assert x.tolist() == list(range(1, 8)), "bands count from 1"
    assert plot._plot.getAxis("bottom").labelText == "Band"


def test_the_axis_is_in_plain_nanometres(plot):
    axis = plot._plot.getAxis("bottom")
    assert axis.labelText == "Wavelength (nm)"
    assert axis.labelString().count("nm") == 1
    assert "knm" not in axis.labelString()
    assert axis.autoSIPrefixScale == 1


def test_a_spectrum_of_another_number_of_bands_is_a_bug(plot):
    with pytest.raises(ValueError, match="50"):
        plot.show_current(np.zeros(7), "wrong")


@pytest.mark.parametrize("values", [np.full(BANDS, np.nan), np.zeros(BANDS), np.full(BANDS, np.inf)])
def test_spectra_without_any_shape_are_drawn_without_a_word(plot, qtbot, values):
    plot.show_current(values, "no-data")
    plot.keep(values, "kept")
    plot.grab()


def test_an_all_bad_cube_is_drawn_without_a_word(plot):
    plot.set_wavelengths(WAVELENGTHS, np.ones(BANDS, dtype=bool))
    plot.show_current(SHAPE, "here")
    plot.grab()


def test_bad_bands_are_shaded_up_to_half_way_to_their_neighbours():
    x = np.array([0.0, 10, 20, 30, 40, 50])
    bad = np.array([True, False, True, True, False, True])
    assert bad_ranges(x, bad) == [(0, 5), (15, 35), (45, 50)]
    assert bad_ranges(x, ~bad & False) == []


def test_wavelengths_out_of_order_are_drawn_in_order(plot):
    plot.set_wavelengths([500, 700, 600], [False, False, True])
    plot.show_current([1, 3, 2], "here")
    [(x, y)] = plot._plot.curves()
    assert x.tolist() == [500, 600, 700]
    assert y[[0, 2]].tolist() == [1, 3]
    assert np.isnan(y[1])
    assert [row[2] for row in rows(plot.csv_text())[1:]] == ["1", "3", "2"]


def test_the_csv_has_a_line_for_each_band_and_a_column_for_each_curve(plot):
    values = SHAPE.copy()
    values[3] = np.nan
    plot.keep(values, 'Corn, "early"')
    plot.show_current(SHAPE, "Row 3, col 4")
    table = rows(plot.csv_text())
    assert table[0] == ["band", "wavelength_nm", "Row 3, col 4", 'Corn, "early"']
    assert len(table) == BANDS + 1
    assert table[1] == ["1", "400", "0.1", "0.1"]
    assert table[4][3] == ""
    plot.set_wavelengths(None, BAD)
    plot.keep(SHAPE, "corn")
    assert rows(plot.csv_text())[0] == ["band", "corn"]


def test_the_copy_button_fills_the_clipboard(plot):
    plot.show_current(SHAPE, "Row 3, col 4")
    button = next(b for b in plot.findChildren(QToolButton) if "Copy" in b.toolTip())
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == plot.csv_text()


def test_the_save_button_asks_for_the_csv(plot, qtbot):
    plot.show_current(SHAPE, "Row 3, col 4")
    button = next(b for b in plot.findChildren(QToolButton) if "Save" in b.toolTip())
    with qtbot.waitSignal(plot.export_asked):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_bands_of_the_composite_are_marked_and_can_be_dragged(plot, qtbot):
    plot.show_current(SHAPE, "here")
    plot.mark_bands([(30, (220, 50, 50)), (12, "#30a030"), (5, "blue")])
    QTest.qWait(50)  # so that the plot has its final ranges
    box = plot._plot.getPlotItem().vb

    def place(band: int) -> QPoint:
        return plot._plot.mapFromScene(box.mapViewToScene(QPointF(WAVELENGTHS[band], np.mean(box.viewRange()[1]))))

    port = plot._plot.viewport()
    start, end = place(12), place(40)
    told = []
    plot.band_picked.connect(lambda *picked: told.append(picked))
    with qtbot.waitSignal(plot.band_picked, timeout=2000):
        QTest.qWait(30)  # pyqtgraph drops moves that follow each other too closely
        QTest.mouseMove(port, start)
        QTest.qWait(30)
        QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
        for step in range(1, 6):
            QTest.mouseMove(port, start + (end - start) * step / 5)
            QTest.qWait(20)
        QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    assert told[-1] == (1, 40)
    assert {channel for channel, _ in told} == {1}
    assert len(told) > 2, "the bands on the way are told, too"
    assert len(told) == len(set(told))


def test_a_single_band_has_one_line_that_moves_with_it(plot):
    plot.mark_bands([(30, None)])
    (line,) = plot._bands.lines
    plot.mark_bands([(31, None)])
    assert plot._bands.lines == [line]
    assert line.value() == WAVELENGTHS[31]
    plot.mark_bands([(30, "red"), (12, "green"), (5, "blue")])
    assert [line.value() for line in plot._bands.lines] == WAVELENGTHS[[30, 12, 5]].tolist()


def test_marking_bands_again_leaves_no_old_lines(plot):
    plot.mark_bands([(30, "red"), (12, "green"), (5, "blue")])
    items = len(plot._plot.getPlotItem().items)
    plot.mark_bands([(31, "red"), (13, "green"), (6, "blue")])
    assert len(plot._plot.getPlotItem().items) == items


def test_the_plot_follows_a_dark_palette(plot, qapp, grabbed):
    plot.show_current(SHAPE, "here")
    corner = QPoint(4, plot.height() - 4)
    assert sum(grabbed(plot, corner)) > 600
    try:
        theme.apply(qapp, "dark")
        qapp.processEvents()
        assert sum(grabbed(plot, corner)) < 200
        assert sum(plot.current().color) > 600
    finally:
        theme.apply(qapp, "light")


def test_the_key_names_every_curve_or_says_how_to_get_one(plot):
    key = plot.findChild(CurveKey)
    assert "Click a pixel" in key.text()
    plot.show_current(SHAPE, "Row 3, col 4")
    plot.keep(SHAPE, "Corn")
    assert key.text().splitlines() == ["Row 3, col 4", "Corn"]


def test_a_key_with_many_curves_stays_low_and_says_how_many_are_left_out(qtbot):
    key = CurveKey("none")
    qtbot.addWidget(key)
    one = key.heightForWidth(300)
    key.set_entries([(f"Spectrum number {n}", (200, 0, 0)) for n in range(40)])
    assert key.heightForWidth(300) <= 3 * one
    places, left_out = key._place(300)
    assert left_out > 0
    assert len(places) + left_out == 40
    key.resize(300, key.heightForWidth(300))
    key.grab()
