"""The stretch: kinds, handles that are dragged, the part in view, and what comes back with the scene."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from hsigui.cube.render import render, resolve
from hsigui.cube.stretch import KINDS
from hsigui.ui.scene import stretch_controller
from tests.ui.windows import idle, open_scene

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def stretched(qtbot, demo):
    """A window with the demo scene whose panel of the stretch is in front, and the values are counted."""
    demo.docks["Stretch"].raise_()
    qtbot.waitUntil(lambda: demo.stretch.channels[0].strip._histogram is not None, timeout=5000)
    idle(qtbot, demo)
    return demo


def drag_handle(strip, value: float, to: float) -> None:
    start, end = (QPoint(round(strip.place_of(v)), 20) for v in (value, to))
    QTest.mouseMove(strip, start)
    QTest.mousePress(strip, LEFT, NONE, start)
    for step in range(1, 5):
        QTest.mouseMove(strip, start + (end - start) * step / 4)
    QTest.mouseRelease(strip, LEFT, NONE, end)


def shown(window):
    """The picture that is on the screen, rows x cols x 3."""
    packed = window.image._composite._buffer
    return np.stack([(packed >> shift & 255).astype(np.uint8) for shift in (16, 8, 0)], axis=2)


def test_each_kind_is_chosen_in_the_panel_and_drawn(qtbot, stretched):
    panel = stretched.stretch
    for kind in (*KINDS[1:], KINDS[0]):  # the one that it begins with comes back last
        panel.kind.setCurrentIndex(panel.kind.findData(kind))
        idle(qtbot, stretched)
        assert stretched.session.view.stretch.kind == kind
        assert stretched.actions_[f"stretch_to_{kind}"].isChecked()
        assert np.array_equal(shown(stretched), render(stretched.session.cube, stretched.session.view)), kind
        assert panel.low.isVisible() == (kind in ("percentiles", "root", "gamma"))
        assert panel.gamma.isVisible() == (kind == "gamma")
        assert panel.deviations.isVisible() == (kind == "deviations")


def test_the_menu_chooses_a_kind_and_sets_back(qtbot, stretched):
    stretched.actions_["stretch_to_equalised"].trigger()
    assert stretched.stretch.kind.currentData() == "equalised"
    stretched.actions_["stretch_back"].trigger()
    assert stretched.stretch.kind.currentData() == "percentiles"
    stretched.stretch.low.setValue(1.0)
    assert stretched.session.view.low == 1.0
    QTest.mouseClick(stretched.stretch.reset, LEFT)
    assert stretched.session.view.low == 2.0
    idle(qtbot, stretched)


def test_histograms_are_of_the_shown_channels_and_handles_where_the_stretch_ends(qtbot, stretched):
    cube, view = stretched.session.cube, stretched.session.view
    levels = resolve(cube, view).levels
    for number, channel in enumerate(stretched.stretch.channels):
        assert channel.strip._histogram.counts.sum() > 0.99 * cube.rows * cube.cols
        assert channel.strip._ends == levels[number]
        assert (channel.low.value(), channel.high.value()) == pytest.approx(levels[number], abs=1e-4)
    assert "555.0 nm" in stretched.stretch.channels[1].title.text()
    stretched.actions_["one_band"].setChecked(True)
    assert [channel.isVisible() for channel in stretched.stretch.channels] == [True, False, False]
    idle(qtbot, stretched)


def test_a_dragged_handle_sets_the_end_of_its_channel_alone(qtbot, stretched):
    panel, view = stretched.stretch, stretched.session.view
    green = panel.channels[1]
    low, high = green.strip._ends
    wanted = low + 0.6 * (high - low)
    drag_handle(green.strip, high, wanted)
    idle(qtbot, stretched)
    cube, after = stretched.session.cube, stretched.session.view
    levels = resolve(cube, after).levels
    assert levels[1] == pytest.approx((low, wanted), abs=0.02 * (high - low))
    assert levels[1][0] == low
    before = resolve(cube, view).levels
    assert (levels[0], levels[2]) == (before[0], before[2])
    assert green.high.value() == pytest.approx(levels[1][1], abs=1e-4)
    assert green.title.font().bold()
    assert np.array_equal(shown(stretched), render(cube, after))
    QTest.mouseDClick(green.strip, LEFT, NONE, QPoint(20, 20))
    idle(qtbot, stretched)
    assert stretched.session.view.stretch.by_hand == ()
    assert green.strip._ends == (low, high)


def test_handles_do_not_pass_each_other_and_typed_values_must_be_in_order(qtbot, stretched):
    red = stretched.stretch.channels[0]
    low, high = red.strip._ends
    drag_handle(red.strip, low, high * 3)
    idle(qtbot, stretched)
    ends = stretched.session.view.stretch.ends_by_hand(stretched.session.view.shown, 0)
    assert ends[0] < ends[1] == high
    red.high.setValue(ends[0] - 1)
    assert stretched.session.view.stretch.ends_by_hand(stretched.session.view.shown, 0) == ends
    assert red.high.value() == pytest.approx(high, abs=1e-4)
    red.low.setValue(0.01)
    assert stretched.session.view.stretch.ends_by_hand(stretched.session.view.shown, 0) == (0.01, high)
    idle(qtbot, stretched)


def test_the_stretch_of_the_part_in_view_follows_it(qtbot, stretched):
    stretched.image.zoom_to_pixel(30, 30)
    stretched.stretch.within.click()
    assert stretched.actions_["stretch_part"].isChecked()
    assert stretched.session.view.stretch.within == stretched.image.visible_box()
    stretched.image.zoom_to_pixel(90, 90)
    qtbot.waitUntil(lambda: stretched.session.view.stretch.within == stretched.image.visible_box(), timeout=3000)
    idle(qtbot, stretched)
    assert np.array_equal(shown(stretched), render(stretched.session.cube, stretched.session.view))
    stretched.stretch.within.click()
    assert stretched.session.view.stretch.within is None
    idle(qtbot, stretched)


def test_decorrelated_channels_are_drawn_and_counted(qtbot, stretched):
    before = shown(stretched)
    stretched.stretch.decorrelated.click()
    idle(qtbot, stretched)
    view = stretched.session.view
    assert view.stretch.decorrelated
    assert np.array_equal(shown(stretched), render(stretched.session.cube, view))
    pixels = [shot.reshape(-1, 3).astype(float) for shot in (before, shown(stretched))]
    between = [abs(np.corrcoef(p.T)[np.triu_indices(3, 1)]).mean() for p in pixels]
    assert between[1] < between[0] / 2
    assert stretched.stretch.channels[0].strip._ends == resolve(stretched.session.cube, view).levels[0]


def test_values_are_counted_in_a_worker_and_only_while_the_panel_is_seen(qtbot, demo, monkeypatch):
    threads = []
    count = stretch_controller.count

    def counted(ctx, cube, view):
        threads.append(threading.current_thread())
        return count(ctx, cube, view)

    monkeypatch.setattr(stretch_controller, "count", counted)
    demo.display.sliders["red"].setValue(30)
    idle(qtbot, demo)
    assert threads == []
    demo.docks["Stretch"].raise_()
    qtbot.waitUntil(lambda: threads != [], timeout=3000)
    for band in range(30, 60):
        demo.display.sliders["red"].setValue(band)
    idle(qtbot, demo)
    assert threading.main_thread() not in threads
    assert len(threads) < 10, "the newest wish wins"
    assert demo.stretch.channels[0].strip._ends == resolve(demo.session.cube, demo.session.view).levels[0]


def test_each_scene_keeps_its_own_stretch(qtbot, stretched, demo_files):
    stretched.actions_["stretch_to_gamma"].trigger()
    stretched.stretch.gamma.setValue(3.0)
    view = stretched.session.view
    open_scene(qtbot, stretched, demo_files[0])
    assert stretched.session.view.stretch.kind == "percentiles"
    stretched.actions_["next_scene"].trigger()
    idle(qtbot, stretched)
    assert stretched.session.view == view
    assert stretched.stretch.gamma.value() == 3.0
    assert np.array_equal(shown(stretched), render(stretched.session.cube, view))
