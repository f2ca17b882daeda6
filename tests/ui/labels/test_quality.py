"""The quality panel follows the labels while it is seen, and leads to those that look wrong."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.labels.classes import ClassTable
from hsigui.labels.label_map import Edit
from hsigui.labels.regions import find_regions
from hsigui.pipeline import live
from hsigui.pipeline.label_quality import Alike, ClassQuality, Contradicted, LabelQuality
from hsigui.specs import SplitSpec
from hsigui.ui.labels.quality_panel import QualityPanel, warnings
from tests.ui.windows import FakeEncoder, features_of, idle

TABLE = ClassTable.for_numbers([1, 2, 3])


def cell(table, row: int, column: int) -> str:
    return table.item(row, column).text()


@pytest.fixture
def quality() -> LabelQuality:
    array = np.zeros((20, 20), dtype=np.uint16)
    array[4, 5:8] = 2
    region = find_regions(array)[0]
    classes = (ClassQuality(1, 2, 1, float("nan")), ClassQuality(2, 1200, 40, 3.14))
    return LabelQuality(classes, (Contradicted(region, 3, 0.93),), (Alike(1, 2, 0.41),), True)


def test_the_panel_shows_counts_spreads_doubts_and_warnings(qtbot, quality):
    panel = QualityPanel()
    qtbot.addWidget(panel)
    panel.show_quality(quality, TABLE)
    panel.show()
    assert [cell(panel.classes, 1, n) for n in range(4)] == ["Class 2", "1,200", "40", "3.1°"]
    assert cell(panel.classes, 0, 3) == "–"
    assert [cell(panel.doubts, 0, n) for n in range(4)] == ["Class 2", "Class 3", "93 %", "4, 5"]
    assert "Fewer than 3 labels: Class 1" in panel.warnings.text()
    assert "Class 1 and Class 2 look the same" in panel.warnings.text()
    assert "41 %" in panel.warnings.text()
    jumped = []
    panel.jump_asked.connect(jumped.append)
    place = panel.doubts.visualItemRect(panel.doubts.item(0, 0)).center()
    QTest.mouseClick(panel.doubts.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert jumped == [quality.contradicted[0].region]


def test_good_labels_are_called_good():
    fine = LabelQuality((ClassQuality(1, 9, 3, 1.0), ClassQuality(2, 9, 3, 1.0)), checked=True)
    assert "none looks like another" in warnings(fine, TABLE)


@pytest.fixture
def watched(qtbot, demo):
    """A window with features, labels and the panel in sight."""
    demo.sampler.sample(SplitSpec(6, 0))
    idle(qtbot, demo)
    demo.session.set_trained(FakeEncoder(), features_of(demo.session.cube))
    idle(qtbot, demo)
    demo.docks["Quality"].raise_()
    qtbot.waitUntil(lambda: demo.quality_panel.classes.rowCount() > 0, timeout=10_000)
    return demo


def test_a_wrong_label_is_listed_and_a_click_leads_to_it(qtbot, watched):
    truth = watched.session.truth.array
    row, col = map(int, np.argwhere((truth == 2) & (watched.session.labels.array == 0))[50])
    watched.session.edit(Edit(row, col, np.ones((1, 1), dtype=bool), 4), "Wrong")
    doubts = watched.quality_panel.doubts
    place = f"{row}, {col}"
    listed = lambda: [n for n in range(doubts.rowCount()) if cell(doubts, n, 3) == place]  # noqa: E731
    qtbot.waitUntil(lambda: bool(listed()), timeout=10_000)
    doubts.cellClicked.emit(listed()[0], 0)
    top, left, bottom, right = watched.image.visible_box()
    assert abs((top + bottom) / 2 - row) < 3 or top == 0 or bottom == watched.session.cube.rows
    assert top <= row < bottom
    assert left <= col < right
    watched.session.undo()
    qtbot.waitUntil(lambda: not listed(), timeout=10_000)


def test_the_counts_follow_the_labels_and_nothing_is_done_out_of_sight(qtbot, watched, monkeypatch):
    asked = []
    real = live.look_at_labels
    monkeypatch.setattr(live, "look_at_labels", lambda *a, **k: asked.append(1) or real(*a, **k))
    watched.docks["Map"].raise_()
    QTest.qWait(50)
    watched.session.edit(Edit(60, 60, np.ones((1, 2), dtype=bool), 1), "Stroke")
    QTest.qWait(600)
    assert asked == []
    watched.docks["Quality"].raise_()
    qtbot.waitUntil(lambda: cell(watched.quality_panel.classes, 0, 1) == "8", timeout=10_000)
    assert asked == [1]


def test_without_labels_the_panel_says_so(qtbot, watched):
    mask = watched.session.labels.array > 0
    watched.session.edit(Edit(0, 0, mask, 0), "Clear")
    qtbot.waitUntil(lambda: "No labels yet" in watched.quality_panel.warnings.text(), timeout=10_000)
    assert not watched.quality_panel.classes.isVisible()


def test_until_the_first_answer_the_panel_says_that_labels_are_checked(qtbot, demo, monkeypatch):
    asked, real, go = [], live.look_at_labels, threading.Event()
    monkeypatch.setattr(live, "look_at_labels", lambda *a, **k: asked.append(go.wait(10)) or real(*a, **k))
    demo.sampler.sample(SplitSpec(6, 0))
    demo.docks["Quality"].raise_()
    qtbot.waitUntil(lambda: "Checking" in demo.quality_panel.warnings.text(), timeout=5_000)
    go.set()
    qtbot.waitUntil(lambda: demo.quality_panel.classes.rowCount() > 0, timeout=10_000)
    assert "Checking" not in demo.quality_panel.warnings.text()
