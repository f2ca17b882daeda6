"""Statistics in the window: pairs of classes, figures, correlation, tables, and from a pair to the plot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from hsigui.analysis.class_statistics import class_statistics
from hsigui.analysis.measured import BandValues
from hsigui.analysis.separability import separability
from hsigui.analysis.statistics_csv import separability_csv, statistics_csv
from hsigui.jobs import quiet
from hsigui.specs import SplitSpec
from hsigui.ui.feature_space.correlation import CorrelationPicture
from hsigui.ui.feature_space.plot import RECTANGLE
from hsigui.ui.feature_space.statistics_controller import StatisticsController
from hsigui.ui.feature_space.statistics_panel import CORRELATION, FIGURES, PAIRS, StatisticsPanel
from tests.ui.feature_space.asked import choose, draw, panel, settle, shown, space
from tests.ui.windows import idle, texts

LEFT = Qt.MouseButton.LeftButton


def cells(table, row: int) -> list[str]:
    model = table.model()
    return [model.data(model.index(row, column)) for column in range(model.columnCount())]


def test_from_labels_to_the_pair_that_is_hardest_to_tell_apart(qtbot, demo, answers, tmp_path):
    demo.docks["Statistics"].raise_()
    found = demo._part(StatisticsPanel)
    qtbot.waitUntil(found.isVisible)
    assert "press the round arrows" in found.told.text()
    demo.sampler.sample(SplitSpec(60, 0))
    idle(qtbot, demo)
    QTest.mouseClick(found.renew, LEFT)
    idle(qtbot, demo)
    scene = demo.session.scene
    wanted = class_statistics(BandValues(scene.cube), scene.labels.array, scene.classes, quiet())
    pairs = separability(wanted)
    assert found.pair_model.rowCount() == len(pairs.pairs) == 36
    first = pairs.pairs[0]
    assert cells(found.pairs, 0)[:4] == [f"{first.jeffries_matusita:.3f}", f"{first.divergence:.3f}", *first.names]
    assert "look larger than they are" in found.told.text()

    # The table that is shown is copied and saved.
    QTest.mouseClick(found.copy, LEFT)
    assert QGuiApplication.clipboard().text() == separability_csv(pairs)
    found.page.setCurrentIndex(FIGURES)
    choose(found.of, 4)
    water = wanted.get(4)
    third = f"Band 3, {scene.cube.wavelengths[2]:.1f} nm"
    figures = f"{water.mean[2]:.5g}", f"{water.deviation[2]:.5g}"
    assert cells(found.figures, 2)[:5] == [water.name, third, "60", *figures]
    assert found.figures_model.rowCount() == len(scene.cube.good_bands)
    answers.save = tmp_path / "ä b" / "classes.csv"
    QTest.mouseClick(found.save, LEFT)
    idle(qtbot, demo)
    assert answers.save.read_text(encoding="utf-8") == statistics_csv(replace(wanted, classes=(water,)))
    assert "The table was saved" in texts(demo)
    found.page.setCurrentIndex(CORRELATION)
    np.testing.assert_array_equal(found.picture._values, water.correlation)

    # A click on a pair leads to the plot, with these classes alone.
    found.page.setCurrentIndex(PAIRS)
    QTest.mouseClick(found.pairs.viewport(), LEFT, pos=QPoint(10, 5))
    qtbot.waitUntil(lambda: panel(demo).isVisible())
    settle(qtbot, demo)
    assert space(demo).axes == tuple(f"band {scene.cube.good_bands[place]}" for place in first.best)
    points = panel(demo).plot.seen.points
    assert set(points.numbers.tolist()) == {first.first, first.second}
    assert f"{first.names[0]} and {first.names[1]} alone" in panel(demo).told.text()
    choose(panel(demo).classes, "labels")
    settle(qtbot, demo)
    assert len(set(panel(demo).plot.seen.points.numbers.tolist())) == 9

    # Labels that change make the figures old.
    assert "changed since" not in found.told.text()
    demo.actions_["undo"].trigger()
    assert "changed since" in found.told.text()


def test_of_selected_marked_seen_and_all_pixels_in_other_measurements(qtbot, demo):
    found, statistics = demo._part(StatisticsPanel), demo._part(StatisticsController)
    plot = shown(qtbot, demo).plot
    plot.set_mode(RECTANGLE)
    draw(plot, (0.01, 0.0), (0.03, 0.03), (0.05, 0.06))
    settle(qtbot, demo)
    demo.image.show_selection((10, 20, np.ones((3, 4), dtype=bool)))
    demo.docks["Statistics"].raise_()
    qtbot.waitUntil(found.isVisible)
    choose(found.measures, "shown bands")
    idle(qtbot, demo)  # labels, of which there are none
    assert "No pixel has a class" in texts(demo)
    counts = {}
    for name in ("selected", "marked", "seen", "all"):
        choose(found.pixels, name)
        idle(qtbot, demo)
        counts[name] = found.result.statistics.classes[0].pixels
    size = demo.session.cube.rows * demo.session.cube.cols
    assert counts["marked"] == 12
    assert 12 < counts["selected"] < counts["seen"] == counts["all"] == size
    assert found.pages.currentIndex() == found.page.currentIndex() == FIGURES, "one class has no pairs"
    choose(found.measures, "axes")
    idle(qtbot, demo)
    assert [name.partition(",")[0] for name in found.result.statistics.names] == ["Band 17", "Band 28"]
    statistics.compute()
    statistics.stop()
    idle(qtbot, demo)
    assert not statistics.busy
    assert not found.busy.isVisible()


@pytest.mark.parametrize("names", [("a", "b"), ("a",)])
def test_the_picture_of_correlation_tells_its_numbers(qtbot, names):
    picture = CorrelationPicture()
    qtbot.addWidget(picture)
    picture.resize(300, 120)
    values = np.array([[1.0, -0.5], [-0.5, np.nan]])[: len(names), : len(names)]
    picture.put(values, names)
    picture.grab()
    square = picture._square()
    assert picture.text_at(square.topLeft().toPoint() + QPoint(3, 3)) == "a with a: 1.000"
    assert picture.text_at(QPoint(299, 60)) == ""
    if len(names) == 2:
        assert picture.text_at(square.topRight().toPoint() + QPoint(-3, 3)) == "a with b: -0.500"
        assert picture.text_at(square.bottomRight().toPoint() - QPoint(3, 3)) == "b with b: not defined"
