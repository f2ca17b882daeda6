"""Matching classes, comparing maps, spectra of classes."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.pipeline.evaluate import class_spectra, compare, match_map

REFERENCE = ClassTable(
    (ClassInfo(1, "Soil", (1, 1, 1)), ClassInfo(2, "Maize", (2, 2, 2)), ClassInfo(3, "Class 3", (3, 3, 3)))
)


def test_classes_are_matched_by_name_then_by_number_and_the_table_says_so():
    theirs = ClassTable(
        (ClassInfo(7, "maize", (0, 0, 0)), ClassInfo(3, "Water", (0, 0, 0)), ClassInfo(5, "Ice", (0, 0, 0)))
    )
    matched, told = match_map(np.array([[7, 3, 5, 0]]), theirs, REFERENCE)
    assert matched.array.tolist() == [[2, 3, 5, 0]]
    assert [(m.number, m.name, m.to_number, m.how) for m in told] == [
        (7, "maize", 2, "name"), (3, "Water", 3, "number"), (5, "Ice", 5, "new"),
    ]  # fmt: skip
    assert told[0].to_name == "Maize"


def test_what_is_asked_for_comes_first_by_name_or_number():
    theirs = ClassTable((ClassInfo(7, "corn", (0, 0, 0)), ClassInfo(4, "bare", (0, 0, 0))))
    matched, told = match_map(np.array([[7, 4]]), theirs, REFERENCE, {"Corn": "maize", "4": "1"})
    assert matched.array.tolist() == [[2, 1]]
    assert [m.how for m in told] == ["asked", "asked"]
    with pytest.raises(HsiError, match="The map has no class “oak”"):
        match_map(np.array([[7]]), theirs, REFERENCE, {"oak": "Soil"})
    with pytest.raises(HsiError, match="The reference has no class “9”"):
        match_map(np.array([[7]]), theirs, REFERENCE, {"corn": "9"})


def test_maps_are_compared_on_the_same_test_pixels():
    test = np.array([[1, 1, 1, 2, 2, 0]])
    one, other = np.array([[1, 1, 2, 2, 2, 1]]), np.array([[1, 2, 2, 2, 1, 2]])
    found = compare([one], [other], [test], REFERENCE, ("one", "other"))
    (test_of,) = found.draws
    assert (test_of.both, test_of.only_first, test_of.only_second, test_of.neither) == (2, 2, 0, 1)
    assert found.figures[0]["oa"] == pytest.approx((0.8, 0.4))
    assert not found.paired
    several = compare([one, test], [other, one], [test, test], REFERENCE, ("one", "other"))
    assert several.paired["oa"].difference.mean == pytest.approx((0.4 + 0.2) / 2)
    with pytest.raises(HsiError, match="2 maps cannot be compared with 1"):
        compare([one, one], [other], [test, test], REFERENCE, ("one", "other"))


def test_the_spectra_of_the_classes_are_those_of_their_valid_pixels_with_a_gap_at_bad_bands():
    values = np.zeros((2, 3, 4), dtype=np.float32)
    values[0], values[1] = [1, 2, 3, 4], [10, 20, 30, 40]
    values[0, 1] += 2
    values[0, 2] = np.nan
    cube = Cube(ArraySource(values), CubeInfo(wavelengths=(400, 500, 600, 700), bad_bands=(False, True, False, False)))
    found = class_spectra(cube, np.array([[1, 1, 1], [2, 2, 0]]), REFERENCE)
    assert found.wavelengths == (400, 500, 600, 700)
    soil, maize = found.classes
    assert (soil.name, soil.pixels, maize.pixels) == ("Soil", 2, 2)
    np.testing.assert_allclose(soil.mean, [2, np.nan, 4, 5])
    np.testing.assert_allclose(soil.sd, [1, np.nan, 1, 1])
    np.testing.assert_allclose(maize.mean, [10, np.nan, 30, 40])
    with pytest.raises(HsiError, match="The labels are 1 x 3 pixels, the scene 2 x 3"):
        class_spectra(cube, np.array([[1, 1, 1]]), REFERENCE)
