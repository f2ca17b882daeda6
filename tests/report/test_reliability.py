"""Reliability: by hand, against a slow loop, and added up over draws."""

from __future__ import annotations

import csv
import io
import math
import re

import numpy as np
import pytest

from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report import reliability as relied
from hsigui.report import reliability_svg
from hsigui.report.reliability import BINS, added_up, counted, reliability

TABLE = ClassTable((ClassInfo(1, "Soil", (1, 2, 3)), ClassInfo(2, "Crop & co", (4, 5, 6))))
TEST = np.array([[1, 1, 1, 2, 2, 0]])
DRAWN = np.array([[1, 1, 2, 2, 0, 1]])
SURE = np.array([[0.95, 0.91, 0.55, 1.0, np.nan, 0.9]], dtype=np.float32)


def test_figures_by_hand():
    found = reliability(SURE, DRAWN, TEST, TABLE)
    total = found.bins.all
    assert (total.pixels, total.right) == (4, 3), "not tested or not mapped: left out"
    assert total.confidence == pytest.approx((0.95 + 0.91 + 0.55 + 1.0) / 4)
    assert found.bins.parts[9].pixels == 3
    assert "85.3 % sure of them on average, 75.0 % are right" in found.words
    assert found.bins.ece == pytest.approx(3 / 4 * abs(2.86 / 3 - 1) + 1 / 4 * 0.55)
    assert [(c.name, c.bins.all.pixels, c.bins.all.accuracy) for c in found.classes] == [
        ("Soil", 2, 1.0), ("Crop & co", 2, 0.5),
    ]  # fmt: skip


def test_the_error_is_that_of_a_loop_over_bins():
    rng = np.random.default_rng(0)
    sure = rng.random(500)
    right = rng.random(500) < sure**2
    expected = 0.0
    for number in range(BINS):
        here = [i for i in range(500) if number / BINS <= sure[i] < (number + 1) / BINS]
        if here:
            expected += abs(sum(sure[i] for i in here) - sum(right[i] for i in here)) / 500
    assert counted(sure, right).ece == pytest.approx(expected)


def test_a_map_that_is_as_right_as_it_says_has_no_error():
    sure = np.repeat([0.25, 0.75], 400)
    right = np.tile([True, False, False, False], 100).tolist() + np.tile([True, True, True, False], 100).tolist()
    assert counted(sure, np.array(right)).ece == pytest.approx(0)


def test_nothing_to_test_is_nothing():
    assert reliability(SURE, DRAWN, np.zeros_like(TEST), TABLE) is None
    assert reliability(np.full(TEST.shape, np.nan), DRAWN, TEST, TABLE) is None
    assert math.isnan(counted(np.array([]), np.array([], dtype=bool)).ece)


def test_draws_are_counted_together_and_one_without_confidence_tells_of_none():
    found = reliability(SURE, DRAWN, TEST, TABLE)
    both = added_up([found, found])
    assert both.bins.all.pixels == 8
    assert both.bins.ece == pytest.approx(found.bins.ece)
    assert [c.bins.all.pixels for c in both.classes] == [4, 4]
    assert added_up([found, None]) is None
    assert added_up([]) is None


def test_tables_and_json_hold_the_same():
    found = reliability(SURE, DRAWN, TEST, TABLE)
    told = relied.to_json(found)
    bins = list(csv.DictReader(io.StringIO(relied.bins_csv(found))))
    assert [int(line["pixels"]) for line in bins] == [entry["pixels"] for entry in told["bins"]]
    assert bins[0]["accuracy"] == ""
    assert told["bins"][0]["accuracy"] is None
    classes = list(csv.DictReader(io.StringIO(relied.classes_csv(found))))
    assert [line["name"] for line in classes] == ["Soil", "Crop & co", "all"]
    assert float(classes[-1]["ece"]) == pytest.approx(told["ece"], abs=1e-6)


def test_the_diagram_has_a_bar_for_each_bin_with_pixels_of_the_height_of_its_accuracy():
    drawn = reliability_svg.diagram(reliability(SURE, DRAWN, TEST, TABLE))
    bars = re.findall(r'height="([\d.]+)" class="bar"', drawn)
    assert [float(height) for height in bars] == [
        0.0,
        pytest.approx(reliability_svg._y(0) - reliability_svg._y(1), abs=0.1),
    ]
    assert drawn.count('class="over"') == 1
    assert drawn.count('class="short"') == 1
