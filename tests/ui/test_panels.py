"""The panels: what they show of what they are given, and what they ask for."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate

from hsigui.cube.render import ViewState
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.methods.probe import Refinement
from hsigui.methods.registry import methods
from hsigui.report.metrics import accuracy
from hsigui.ui.desk import theme
from hsigui.ui.labels.classes_panel import ClassesPanel
from hsigui.ui.results.panel import ResultsPanel
from hsigui.ui.scene.display_panel import DisplayPanel
from hsigui.ui.training.method_panel import FAMILY_TITLES, MethodPanel, cited

TABLE = ClassTable((ClassInfo(1, "Water", (0, 0, 200)), ClassInfo(4, "Corn", (200, 200, 0))))


@pytest.fixture
def display(qtbot):
    panel = DisplayPanel()
    qtbot.addWidget(panel)
    bad = np.zeros(5, dtype=bool)
    bad[3] = True
    panel.set_bands(5, np.array([400.0, 500.0, 600.0, 700.0, 800.0]), bad)
    return panel


def test_sliders_tell_wavelengths_and_bad_bands(display):
    display.set_view(ViewState(2, 1, 3, 1.0, 99.0))
    texts = [display.rows[c].entry.text() for c in ("red", "green", "blue")]
    assert texts == ["600.0 nm · 3", "500.0 nm · 2", "700.0 nm · 4 bad"]


def test_bands_without_wavelengths_are_numbered_from_1(display):
    display.set_bands(5, None, np.zeros(5, dtype=bool))
    display.set_view(ViewState(0, 1, 4))
    assert display.rows["blue"].entry.text() == "band 5"


def test_a_moved_slider_asks_for_the_whole_view_and_a_shown_view_for_nothing(qtbot, display):
    asked = []
    display.view_changed.connect(asked.append)
    display.set_view(ViewState(2, 1, 0, 1.0, 97.0))
    assert asked == []
    display.sliders["green"].setValue(4)
    assert asked == [ViewState(2, 4, 0, 1.0, 97.0)]


@pytest.fixture
def classes(qtbot):
    panel = ClassesPanel()
    qtbot.addWidget(panel)
    panel.setEnabled(True)
    panel.set_classes(TABLE, {1: 12_345, 4: 0}, 4)
    panel.show()
    return panel


def test_the_table_shows_number_name_and_count(classes):
    table = classes.table
    assert [[table.item(r, c).text() for c in (0, 2, 3)] for r in range(2)] == [
        ["1", "Water", "12,345"],
        ["4", "Corn", "0"],
    ]
    assert table.currentRow() == 1
    assert not classes.hint.isVisible()


def test_rows_choose_swatches_recolour_and_cells_rename(qtbot, classes):
    told = []
    classes.chosen.connect(lambda n: told.append(("chosen", n)))
    classes.recolor_asked.connect(lambda n: told.append(("colour", n)))
    classes.renamed.connect(lambda n, name: told.append((n, name)))
    at = classes.table.visualItemRect(classes.table.item(0, 1)).center()
    QTest.mouseClick(classes.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    classes.table.item(1, 2).setText("Maize")
    assert ("chosen", 1) in told
    assert told.count(("colour", 1)) == 1
    assert told[-1] == (4, "Maize")


def test_showing_classes_anew_tells_nobody(qtbot, classes):
    told = []
    for signal in (classes.chosen, classes.renamed):
        signal.connect(lambda *values: told.append(values))
    classes.set_classes(TABLE, {}, 1)
    classes.set_current(4)
    assert told == []


def test_the_method_panel_offers_what_the_table_of_methods_has(qtbot):
    actions = tuple(QAction(name) for name in ("Pretrain", "Pause", "Cancel"))
    panel = MethodPanel(actions)
    qtbot.addWidget(panel)
    offered = [panel.method.itemData(n) for n in range(panel.method.count())]
    assert [name for name in offered if name] == [info.name for info in methods()]
    spec = panel.spec()
    assert (spec.method, spec.preset, spec.seed, spec.device) == ("lscosa", "quick", 0, "auto")
    assert panel.text.text() == methods()[0].preset("quick").text
    panel.preset.setCurrentIndex(panel.preset.findData("paper"))
    panel.seed.setValue(7)
    panel.set_device("cpu")
    assert panel.text.text() == methods()[0].preset("paper").text
    assert (panel.spec().preset, panel.spec().seed, panel.spec().device) == ("paper", 7, "cpu")
    panel.set_running(True)
    assert not panel.preset.isEnabled()


def item_flags(panel, title):
    (place,) = [n for n in range(panel.method.count()) if panel.method.itemText(n) == title]
    return panel.method.model().item(place).flags()


def test_methods_and_baselines_stand_apart_under_headings_that_cannot_be_chosen(qtbot):
    panel = MethodPanel(())
    qtbot.addWidget(panel)
    for title in FAMILY_TITLES.values():
        assert item_flags(panel, title) == Qt.ItemFlag.NoItemFlags
    titles = [panel.method.itemText(n) for n in range(panel.method.count())]
    for info in methods():
        heads = [t for t in titles[: titles.index(info.title)] if t in FAMILY_TITLES.values()]
        assert heads[-1] == FAMILY_TITLES[info.family]


@pytest.mark.parametrize("info", methods(), ids=[info.name for info in methods()])
def test_every_method_tells_its_paper_its_preset_and_where_to_read_more(qtbot, info):
    panel = MethodPanel(())
    qtbot.addWidget(panel)
    panel.show()
    asked = []
    panel.help_asked.connect(asked.append)
    panel.method.setCurrentIndex(panel.method.findData(info.name))
    assert panel.info is info
    assert panel.spec().method == info.name
    assert panel.text.text() == info.preset("quick").text
    assert panel.about.toolTip() == info.paper
    assert ("https://doi.org/" in panel.about.text()) == ("doi" in info.paper)
    assert panel.preset.isVisible() == (len(info.presets) > 1)
    panel.about.linkActivated.emit("help:method")
    assert asked == ["baselines" if info.family == "baseline" else info.name]


def test_a_reference_becomes_a_link_to_its_doi_and_nothing_else(qtbot):
    assert cited("A & B, Journal 2004, doi 10.1109/T.1.2", "#123456") == (
        '<a style="color: #123456" href="https://doi.org/10.1109/T.1.2">A &amp; B, Journal 2004</a>'
    )
    assert cited("Nobody, <1999>", "#123456") == "Nobody, &lt;1999&gt;"


def test_a_refinement_is_told_only_where_there_is_one(qtbot):
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert not panel.refined.isVisible()
    panel.show_refinement(Refinement(200, 1.25, 0.8, 1450))
    assert panel.refined.isVisible()
    for words in ("t* = 200", "1.25 → 0.8", "1,450 synthetic rows"):
        assert words in panel.refined.text()
    panel.show_refinement(Refinement(0, float("nan"), float("nan")))
    assert panel.refined.text() == "Not refined (t* = 0)\nNo synthetic rows"
    panel.show_refinement(None)
    assert not panel.refined.isVisible()


def test_results_show_figures_and_what_they_were_measured_on(qtbot):
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    truth = np.array([[1, 1, 4, 4], [1, 0, 4, 4]])
    predicted = np.array([[1, 4, 4, 4], [1, 1, 4, 4]])
    train = np.array([[1, 0, 0, 0], [0, 0, 0, 0]])
    panel.show_accuracy(accuracy(predicted, truth, TABLE, train), "gt.mat")
    assert panel.figures[0].text() == f"{100 * 5 / 6:.1f} %"
    assert "6 pixels of gt.mat that are not training labels" in panel.sentence.text()
    assert "made from 1 label." in panel.sentence.text()
    assert "have seen every pixel, without labels" in panel.sentence.text()
    panel.show_accuracy(accuracy(predicted, truth, TABLE, train), "gt.mat", masked=1234)
    assert "encoder has seen every pixel but 1,234, without labels" in panel.sentence.text()
    assert [panel.table.item(0, c).text() for c in range(4)] == ["Water", "2", "50.0", "100.0"]
    assert "lies between 43.6 and 97.0 % (95 %)" in panel.sentence.text()
    assert "4 of these pixels are of 1 class without training labels" in panel.sentence.text()
    panel.explain("None.")
    assert panel.figures[0].text() == "–"
    assert panel.table.rowCount() == 0


def test_what_does_not_count_and_labels_that_chose_are_said_with_the_figures(qtbot):
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    truth = np.array([[1, 1, 2, 2], [1, 2, 2, 0]])
    train = np.array([[1, 0, 2, 0], [0, 0, 0, 0]])
    valid = np.array([[False, True, True, True], [False, True, True, True]])
    panel.show_accuracy(accuracy(truth, truth, TABLE, train, valid), "gt.mat", chosen_by="watched.tif")
    text = panel.sentence.text()
    assert "Measured on 4 pixels" in text
    assert (
        "1 labelled pixel of the reference has no data in the scene or is masked out, and is left out of the test."
        in text
    )
    assert "1 training pixel has no data in the scene, or is masked out" in text
    assert "Labels of watched.tif chose which epoch" in text


def test_a_class_without_test_pixels_is_not_applicable_and_not_zero(qtbot):
    panel = ResultsPanel()
    qtbot.addWidget(panel)
    panel.show_accuracy(accuracy(np.ones((2, 2), int), np.ones((2, 2), int), TABLE), "gt")
    assert panel.table.item(1, 2).text() == "n/a"
    assert panel.figures[2].text() == "n/a"


class CountingDelegate(QStyledItemDelegate):
    """Counts how often a table asks how large a cell would be."""

    asked = 0

    def sizeHint(self, option, index):
        self.asked += 1
        return super().sizeHint(option, index)


def test_of_a_thousand_classes_only_the_one_that_changed_is_made_anew(qtbot):
    panel = ClassesPanel()
    qtbot.addWidget(panel)
    panel.show()
    many = ClassTable.for_numbers(range(1, 1001))
    panel.set_classes(many, {}, 1)
    panel.table.setItemDelegate(counting := CountingDelegate(panel))
    panel.set_classes(many.renamed(3, "Moss").with_hidden(4, True), {8: 12}, 1)
    panel.set_classes(panel._table.in_colors_of("Okabe-Ito"), {8: 12}, 1)
    assert counting.asked < 60 * 1000, "columns are measured again for single cells"
    assert panel.table.item(2, 2).text() == "Moss"
    panel.set_classes(panel._table.renamed(3, "Fern"), {8: 12}, 1)
    assert panel.table.item(2, 2).text() == "Fern"
    assert panel.table.item(7, 3).text() == "12"
    kept = panel.table.item(7, 2)
    panel.set_classes(panel._table.renamed(3, "Bog"), {}, 1)
    assert panel.table.item(7, 2) is kept
    header = panel.table.horizontalHeader()
    assert header.sectionResizeMode(3) == QHeaderView.ResizeMode.ResizeToContents


def test_a_name_that_was_refused_is_the_old_one_again(classes):
    classes.table.item(0, 2).setText("Corn")
    classes.set_classes(TABLE, {}, 1)
    assert classes.table.item(0, 2).text() == "Water"


def test_hidden_classes_are_faint_in_the_colours_of_the_theme(qtbot, qapp, classes):
    classes.set_classes(TABLE.with_hidden(1, True), {}, 4)
    try:
        for name in ("dark", "light"):
            theme.apply(qapp, name)
            qapp.processEvents()
            faint = classes.palette().placeholderText().color()
            assert classes.table.item(0, 2).foreground().color() == faint, name
    finally:
        theme.apply(qapp, "light")


def test_the_tab_key_goes_through_the_map_panel_from_top_to_bottom(window):
    panel, found = window.map_panel, []
    wanted = [panel.show_box, panel.ask, panel.live_box, panel.renew, panel.layer, panel.opacity, panel.smooth]
    at = panel.show_box
    while len(found) < 400 and at is not None:
        if at in wanted:
            found.append(at)
            if len(found) == len(wanted):
                break
        at = at.nextInFocusChain()
    assert found == wanted
