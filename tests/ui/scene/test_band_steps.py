"""One band alone, number entry, stepping and playing."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from hsigui.cube.color_maps import colors_of
from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.render import render
from hsigui.ui.scene import drawing
from tests.ui.windows import idle, open_scene, press

ALT = Qt.KeyboardModifier.AltModifier


def type_into(entry, text):
    entry.setFocus()
    entry.selectAll()
    QTest.keyClicks(entry, text)
    QTest.keyClick(entry, Qt.Key.Key_Return)


def test_a_band_is_typed_by_number_or_wavelength(qtbot, demo):
    row, another = demo.display.rows["red"], "30"
    for text in ("21", "744.5", "744.5 nm", "0.7445 µm", "0,7445um", "744,5"):
        type_into(row.entry, another)
        assert demo.session.view.red == 29
        type_into(row.entry, text)
        assert demo.session.view.red == 20, text
        assert row.slider.value() == 20, text
        assert row.entry.text() == f"{demo.session.cube.wavelengths[20]:.1f} nm · 21", text
        idle(qtbot, demo)


def test_what_is_no_band_leaves_the_one_that_was(qtbot, demo):
    row, before = demo.display.rows["red"], demo.session.view
    for text in ("green", "", "-4"):
        type_into(row.entry, text)
        assert demo.session.view == before
        assert row.entry.text().endswith(f"· {before.red + 1}")


def test_half_of_what_an_entry_shows_can_be_typed_over(qtbot, demo):
    entry = demo.display.rows["green"].entry
    shown = entry.text()
    number = shown.split("· ")[1]
    assert entry.valueFromText(shown) == int(number)
    assert entry.valueFromText(shown.replace(f"· {number}", "· 77")) == 77
    assert entry.valueFromText(f"1000.0 nm · {number}") == 1 + abs(demo.session.cube.wavelengths - 1000).argmin()


def test_in_micrometres_the_entry_shows_and_takes_them(qtbot, demo):
    entry = demo.display.rows["blue"].entry
    entry.set_unit(demo.display.rows["blue"].entry._unit.__class__("um", "µm", "micrometres", 1e-3, 4))
    type_into(entry, "0.65")
    nm = demo.session.cube.wavelengths[demo.session.view.blue]
    assert abs(nm - 650) < 10
    assert entry.text().startswith(f"{nm / 1000:.4f} µm")
    idle(qtbot, demo)


def test_sliders_are_as_wide_as_their_panel(qtbot, demo):
    for slider in demo.display.sliders.values():
        assert slider.width() >= 0.9 * demo.display.width()


def test_one_band_is_shown_alone_in_colours_with_a_key(qtbot, demo):
    before = demo.session.view
    press(demo, "I")
    idle(qtbot, demo)
    assert demo.session.view.single == before.red
    assert demo.actions_["one_band"].isChecked()
    assert demo.display.single.isVisible()
    assert not demo.display.rows["red"].isVisible()
    demo.display.colors.setCurrentIndex(demo.display.colors.findData("viridis"))
    idle(qtbot, demo)
    cube, view = demo.session.cube, demo.session.view
    wanted = render(cube, view)
    found = {tuple(c) for c in wanted.reshape(-1, 3).tolist()}
    assert found <= {tuple(c) for c in colors_of("viridis").tolist()}
    key = demo.image.color_key
    assert key.title == f"Band {view.single + 1}, {cube.wavelengths[view.single]:.1f} nm"
    low, high = np.nanpercentile(cube.band(view.single), (2, 98))
    assert [float(v) for v in key.values] == pytest.approx([low, (low + high) / 2, high], rel=0.01)
    assert demo.actions_["colors_viridis"].isChecked()
    demo.display.kind.setCurrentIndex(0)
    idle(qtbot, demo)
    assert demo.session.view.shown == before.bands
    assert demo.image.color_key is None


def test_the_key_is_painted_over_the_corner_of_the_image(qtbot, demo, grabbed):
    demo.actions_["colors_magma"].trigger()
    idle(qtbot, demo)
    port = demo.image.viewport()
    picture = port.grab().toImage()
    ratio = picture.devicePixelRatio()
    seen = set()
    for x in range(12, 210):
        for y in range(port.height() - 60, port.height() - 10):
            seen.add(picture.pixelColor(int(x * ratio), int(y * ratio)).getRgb()[:3])
    assert len(seen & {tuple(c) for c in colors_of("magma").tolist()}) > 100


@pytest.mark.parametrize("action", ["one_band", "colors_inverted", "decorrelate", "stretch_to_equalised"])
def test_pixels_without_data_are_a_checkerboard_however_the_scene_is_shown(qtbot, window, tmp_path, action):
    values = np.random.default_rng(0).random((40, 60, 3)).astype(np.float32)
    values[10:20, 10:30] = np.nan
    values[30:, 30:] = 0  # dark, and measured
    header, _ = write_cube(tmp_path / "gap.hdr", values, CubeInfo())
    open_scene(qtbot, window, header)
    window.actions_[action].trigger()
    idle(qtbot, window)
    picture = window.image.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()

    def seen(row, col):
        at = window.image.position_of(row, col)
        return picture.pixelColor(int(at.x() * ratio), int(at.y() * ratio)).getRgb()[:3]

    assert {seen(row, col) for row in range(11, 19) for col in range(11, 29)} == {(0x66,) * 3, (0x99,) * 3}
    assert (0x66,) * 3 not in {seen(row, col) for row in range(31, 39) for col in range(31, 59)}


def test_the_status_bar_tells_the_value_of_the_single_band(qtbot, demo):
    demo.actions_["one_band"].setChecked(True)
    for row, col in ((40, 50), (70, 80)):
        QTest.mouseMove(demo.image.viewport(), demo.image.position_of(row, col))
    value = demo.session.cube.spectrum(70, 80)[demo.session.view.single]
    qtbot.waitUntil(lambda: demo.status.values.text() == f"Band: {value:.4g}", timeout=3000)
    idle(qtbot, demo)


def test_keys_step_through_the_bands(qtbot, demo):
    view = demo.session.view
    press(demo, Qt.Key.Key_Right, ALT)
    assert demo.session.view.bands == tuple(band + 1 for band in view.bands)
    press(demo, Qt.Key.Key_Left, ALT)
    assert demo.session.view == view
    demo.actions_["one_band"].setChecked(True)
    press(demo, Qt.Key.Key_Right, ALT)
    assert demo.session.view.single == view.red + 1
    idle(qtbot, demo)


def test_playing_goes_through_the_bands_and_stops_where_it_is(qtbot, demo):
    demo.display.speed.setValue(40)
    seen = []
    press(demo, "W")
    assert demo.actions_["play_bands"].isChecked()
    first = demo.session.view.single

    def went_on():
        seen.append(demo.session.view.single)
        return demo.session.view.single >= first + 5

    qtbot.waitUntil(went_on, timeout=5000)
    press(demo, "W")
    idle(qtbot, demo)
    stopped = demo.session.view.single
    qtbot.wait(120)
    assert demo.session.view.single == stopped
    assert not demo.band_steps.playing
    assert len(set(seen)) > 2


def test_frames_that_cannot_be_drawn_in_time_are_left_out_and_none_pile_up(qtbot, demo, monkeypatch):
    draw, drawn, at_once, most = drawing.draw_picture, [], [], []
    hold = threading.Event()

    def slow(ctx, cube, view):
        at_once.append(1)
        most.append(len(at_once))
        hold.wait(0.15)
        drawn.append(view.single)
        at_once.pop()
        return draw(ctx, cube, view)

    monkeypatch.setattr(drawing, "draw_picture", slow)
    demo.display.speed.setValue(60)
    demo.actions_["play_bands"].setChecked(True)
    first = demo.session.view.single
    qtbot.waitUntil(lambda: len(drawn) >= 5, timeout=5000)
    demo.actions_["play_bands"].setChecked(False)
    idle(qtbot, demo)
    assert max(most) == 1
    steps = np.diff([band for band in drawn if band >= first][1:])
    assert steps.max() > 3, "at 60 bands a second and 150 ms a frame most bands are left out"


def test_playing_ends_with_the_scene_and_with_the_composite(qtbot, demo, demo_files):
    demo.actions_["play_bands"].setChecked(True)
    demo.display.kind.setCurrentIndex(0)
    assert not demo.band_steps.playing
    assert not demo.actions_["play_bands"].isChecked()
    demo.actions_["play_bands"].setChecked(True)
    open_scene(qtbot, demo, demo_files[0])
    assert not demo.band_steps.playing
    assert demo.session.view.single is None
    idle(qtbot, demo)
