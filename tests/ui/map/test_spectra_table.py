"""The table of spectra that stand for classes, and what is chosen beside it: the dialog alone, without a window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.analysis.layer import Target
from hsigui.analysis.references import Matching, Reference
from hsigui.cube.libraries.table import read_library
from hsigui.cube.render import ViewState
from hsigui.document.scene import Scene
from hsigui.document.values import Spectrum
from hsigui.labels.label_map import Edit
from hsigui.ui.map.spectra_dialog import SpectraDialog
from hsigui.ui.map.spectra_table import CLASS, NAME, REACH, number_of
from tests.analysis.libraries import NAMES, library_file
from tests.analysis.scenes import cube_of, spectra

CHECKED, NOT = Qt.CheckState.Checked, Qt.CheckState.Unchecked


@pytest.fixture
def scene() -> Scene:
    found = Scene(cube_of(spectra()), ViewState(0, 1, 2))
    found.set_classes(found.classes.added("Field")[0], "class")
    found.edit(Edit(5, 6, np.ones((2, 3), dtype=bool), 1), "stroke")
    found.spectra = (Spectrum("row 3, col 4", (1, 2, 3), np.ones(42, dtype=np.float32), (3, 4)),)
    return found


@pytest.fixture
def dialog(qtbot, scene) -> SpectraDialog:
    made = SpectraDialog(scene)
    qtbot.addWidget(made)
    return made


def test_kept_spectra_and_means_of_classes_are_offered_and_used_at_once(dialog):
    assert [row.reference.target.name for row in dialog.choice.rows] == ["row 3, col 4", "mean of Field"]
    assert [(row.reference.group, row.labels) for row in dialog.choice.rows] == [("row 3, col 4", 0), ("Field", 1)]
    assert dialog.make.isEnabled()
    assert (dialog.choice.by, dialog.choice.threshold) == ("sam", 0.1)


def test_a_library_is_grouped_by_a_column_and_searched(dialog, tmp_path):
    path = library_file(tmp_path / "lib.csv", about={"cover": ("Soil", "Soil", "Plants", "")})
    dialog.add_library(read_library(path))
    dialog.add_library(read_library(path))  # once more: nothing new
    assert dialog.table.topLevelItemCount() == 6
    dialog.group.setCurrentIndex(dialog.group.findData("cover"))
    dialog.group.activated.emit(dialog.group.currentIndex())
    assert [row.reference.group for row in dialog.choice.rows[2:]] == ["Soil", "Soil", "Plants", "Water"]
    dialog.search.setText("soil")
    dialog.table.check_all(on=False)
    assert [row.reference.target.name for row in dialog.choice.rows[2:]] == list(NAMES[2:])


def test_a_threshold_of_a_class_is_that_of_all_of_its_spectra(dialog, tmp_path):
    dialog.add_library(read_library(library_file(tmp_path / "lib.csv")))
    items = [dialog.table.topLevelItem(n) for n in range(dialog.table.topLevelItemCount())]
    items[2].setText(CLASS, "Soil")
    items[3].setText(CLASS, "Soil")
    items[2].setText(REACH, "0,05")
    assert items[3].text(REACH) == "0.05"
    assert dialog.choice.thresholds == {"Soil": 0.05}
    items[2].setText(REACH, "much")
    assert (items[3].text(REACH), dialog.choice.thresholds) == ("", {})


def test_what_is_missing_is_said_and_nothing_is_classified_then(dialog, scene):
    dialog.table.check_all(on=False)
    assert (dialog.problem.text(), dialog.make.isEnabled()) == ("Check the spectra that stand for classes.", False)
    dialog.table.topLevelItem(0).setCheckState(NAME, CHECKED)
    assert dialog.make.isEnabled()
    dialog.first.setValue(900)
    dialog.last.setValue(500)
    assert dialog.problem.text() == "The shorter wavelength comes first."
    empty = Scene(cube_of(spectra(), wavelengths=()), ViewState(0, 1, 2))
    other = SpectraDialog(empty)
    assert other.problem.text().startswith("Add a library, keep spectra by Shift")
    other.deleteLater()


def test_a_measure_without_a_usual_threshold_begins_without_one(dialog):
    dialog.by.setCurrentIndex(3)
    assert (dialog.choice.by, dialog.choice.threshold, dialog.threshold.isEnabled()) == ("euclid", None, False)
    QTest.mouseClick(dialog.limited, Qt.MouseButton.LeftButton)
    dialog.threshold.setValue(0.02)
    assert dialog.choice.threshold == 0.02


def test_it_begins_with_how_a_map_was_made(dialog, tmp_path):
    path = library_file(tmp_path / "lib.csv")
    dialog.add_library(read_library(path))
    library = [row.reference for row in dialog.choice.rows if row.reference.source]
    mean = Reference(Target("mean", ()), "Field", of_labels=True)
    before = Matching(
        (Reference(library[1].target, "Soil", library[1].source), mean),
        "sid", 0.3, {"Soil": 0.2}, 500.0, 2000.0,
    )  # fmt: skip
    dialog.take(before)
    found = dialog.choice
    assert [(row.reference.group, row.labels) for row in found.rows] == [("Field", 1), ("Soil", 0)]
    assert (found.by, found.threshold, found.thresholds, found.first, found.last) == (
        "sid", 0.3, {"Soil": 0.2}, 500.0, 2000.0
    )  # fmt: skip


def test_thresholds_are_numbers_of_0_or_more():
    assert [number_of(text) for text in ("0.5", " 1,5 ", "", "-1", "nan", "inf", "x")] == [0.5, 1.5, None, None, None,
                                                                                        None, None]  # fmt: skip
