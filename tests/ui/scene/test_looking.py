"""What the window shows of a scene: bands, presets, the pixel under the cursor, spectra."""

from __future__ import annotations

import threading

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from hsigui.ui.scene import drawing
from hsigui.ui.scene.bands_dialog import BandsDialog
from tests.ui.windows import click, idle, opened, texts

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_band_sliders_draw_in_a_worker_and_the_last_place_wins(qtbot, demo, monkeypatch):
    threads, moved, waited = [], threading.Event(), []
    draw = drawing.draw_picture

    def slow(ctx, cube, view):
        threads.append(threading.current_thread())
        waited.append(not moved.wait(10))
        return draw(ctx, cube, view)

    monkeypatch.setattr(drawing, "draw_picture", slow)
    shown = []
    monkeypatch.setattr(demo.image, "set_image", lambda rgb, step, size: shown.append(rgb))
    for band in range(10, 40):
        demo.display.sliders["red"].setValue(band)
    moved.set()
    idle(qtbot, demo)
    assert not any(waited), "moving the slider waited for the drawing"
    assert demo.session.view.red == 39
    assert len(threads) <= 3
    assert threading.main_thread() not in threads
    expected = draw(NoContext(), demo.session.cube, demo.session.view).rgb
    assert np.array_equal(shown[-1], expected)


class NoContext:
    def check(self):
        return


def test_presets_and_the_stretch_change_the_view(qtbot, demo):
    button = demo.display.findChild(QPushButton, "preset colour infrared")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    wavelengths = demo.session.cube.wavelengths
    assert 780 < wavelengths[demo.session.view.red] < 950
    demo.stretch.low.setValue(5.0)
    assert demo.session.view.low == 5.0
    demo.actions_["true_colour"].trigger()
    assert wavelengths[demo.session.view.red] < 700
    assert demo.session.view.low == 5.0
    assert demo.display.sliders["red"].value() == demo.session.view.red
    idle(qtbot, demo)


def test_a_preset_that_the_scene_cannot_show_is_said(qtbot, window, tmp_path):
    np.save(tmp_path / "plain.npy", np.random.default_rng(0).random((20, 22, 30)))
    opened(qtbot, window, tmp_path / "plain.npy")
    window.messages.clear()
    assert not window.actions_["infrared"].isEnabled()
    assert not window.actions_["true_colour"].isEnabled()
    button = window.display.presets["true colour"]
    assert not button.isEnabled()
    assert "Edit > Bands" in button.toolTip()
    view = window.session.view
    window.composites.show("colour infrared")
    assert "no wavelengths" in texts(window)
    assert window.session.view == view
    QTest.mouseClick(window.display.give, Qt.MouseButton.LeftButton)
    dialog = next(d for d in window.findChildren(BandsDialog) if d.isVisible())
    dialog.pasted.setPlainText(" ".join(str(400 + 10 * n) for n in range(30)))
    QTest.mouseClick(dialog.take, Qt.MouseButton.LeftButton)
    dialog.accept()
    idle(qtbot, window)
    assert window.actions_["true_colour"].isEnabled()
    assert button.isEnabled()
    assert not window.display.give.isVisible()
    infrared = window.display.presets["colour infrared"]
    assert not infrared.isEnabled()
    assert "860.0 nm" in infrared.toolTip()
    window.messages.clear()
    window.actions_["infrared"].trigger()
    assert "no bands for “Infrared”" in texts(window)
    assert "860.0 nm" in texts(window)
    idle(qtbot, window)


def test_the_status_bar_tells_the_pixel_under_the_cursor(qtbot, demo):
    # From elsewhere: a mouse that another test left at the very place would not be moved at all.
    for row, col in ((40, 50), (70, 80)):
        QTest.mouseMove(demo.image.viewport(), demo.image.position_of(row, col))
    qtbot.waitUntil(lambda: "row 70" in demo.status.place.text() and demo.status.values.text() != "", timeout=3000)
    idle(qtbot, demo)
    assert "row 70, col 80 (from 0)" in demo.status.place.text()
    x, y = demo.session.cube.geo.to_map(70.5, 80.5)
    assert f"x {x:.1f}, y {y:.1f}" in demo.status.place.text()
    view = demo.session.view
    red = demo.session.cube.spectrum(70, 80)[view.red]
    assert f"{red:.4g}" in demo.status.values.text()
    true = demo.session.truth.array[70, 80]
    if true:
        assert demo.session.classes.get(int(true)).name in demo.status.label.text()


def test_a_line_in_the_plot_is_dragged_and_the_image_follows(qtbot, demo):
    plot, waves = demo.spectra._plot, demo.session.cube.wavelengths
    box, port = plot.getPlotItem().vb, demo.spectra._plot.viewport()
    before = demo.session.view

    def place(band):
        return plot.mapFromScene(box.mapViewToScene(QPointF(waves[band], np.mean(box.viewRange()[1]))))

    start, end = place(before.red), place(60)
    QTest.qWait(30)  # pyqtgraph drops moves that follow each other too closely
    QTest.mouseMove(port, start)
    QTest.qWait(30)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    on_the_way = set()
    for step in range(1, 7):
        QTest.mouseMove(port, start + (end - start) * step / 6)
        QTest.qWait(25)
        on_the_way.add(demo.session.view.red)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, end)
    idle(qtbot, demo)
    assert abs(demo.session.view.red - 60) <= 1
    assert len(on_the_way) > 2
    assert (demo.session.view.green, demo.session.view.blue) == (before.green, before.blue)
    assert demo.display.sliders["red"].value() == demo.session.view.red


def test_a_click_shows_the_spectrum_and_shift_keeps_it_with_a_mark(qtbot, demo):
    click(demo, 70, 80)
    qtbot.waitUntil(lambda: demo.spectra.current() is not None, timeout=3000)
    expected = demo.session.cube.spectrum(70, 80)
    assert np.array_equal(demo.spectra.current().values, expected, equal_nan=True)
    for row, col in ((70, 80), (90, 20), (100, 100)):
        click(demo, row, col, SHIFT)
    qtbot.waitUntil(lambda: len(demo.spectra.kept()) == 3, timeout=3000)
    assert [m[:2] for m in demo.image._markers] == [(70, 80), (90, 20), (100, 100)]
    demo.spectra.remove(1)
    assert [m[:2] for m in demo.image._markers] == [(70, 80), (100, 100)]
    demo.actions_["clear_spectra"].trigger()
    assert demo.image._markers == []
