"""Large scenes: what is looked at closely is drawn at full resolution, with the stretch of the whole."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube import picture
from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.picture import display_step
from hsigui.cube.render import ViewState, render_window, resolve
from hsigui.jobs import SilentContext
from hsigui.ui.scene import detail
from tests.ui.windows import MainWindow


@pytest.fixture
def large(qtbot, window: MainWindow, tmp_path, monkeypatch) -> MainWindow:
    """A window with a scene that counts as large: shown with every fifth pixel."""
    values = np.random.default_rng(0).integers(0, 1000, (200, 240, 3)).astype(np.uint16)
    write_cube(tmp_path / "large.hdr", values, Cube(ArraySource(values)).info)
    monkeypatch.setattr(picture, "SHOWN_PIXELS", 200 * 240 // 25)
    window.scene.open_path(tmp_path / "large.hdr")
    qtbot.waitUntil(lambda: window.session.cube is not None and not window.bridge.running, timeout=10_000)
    assert display_step(window.session.cube) == 5
    return window


def _shown(window: MainWindow, row: int, col: int) -> tuple[int, ...]:
    grabbed = window.image.viewport().grab()
    ratio = grabbed.devicePixelRatio()
    at = window.image.position_of(row, col)
    return grabbed.toImage().pixelColor(int(at.x() * ratio), int(at.y() * ratio)).getRgb()[:3]


def test_zooming_in_shows_every_pixel_of_a_large_scene(qtbot, large):
    cube, view = large.session.cube, large.session.view
    full = render_window(cube, view, resolve(cube, view, 5), slice(None), slice(None))
    wanted = {(r, c): tuple(full[r, c].tolist()) for r, c in ((100, 120), (101, 121), (98, 119), (103, 117))}
    large.image.zoom_to_pixel(100, 120)
    qtbot.waitUntil(lambda: all(_shown(large, *place) == color for place, color in wanted.items()), timeout=5_000)


def test_other_bands_draw_the_detail_anew(qtbot, large):
    large.image.zoom_to_pixel(50, 60)
    view = ViewState(2, 1, 0)
    large.session.set_view(view)
    cube = large.session.cube
    full = render_window(cube, view, resolve(cube, view, 5), slice(None), slice(None))
    qtbot.waitUntil(lambda: _shown(large, 51, 61) == tuple(full[51, 61].tolist()), timeout=5_000)


def test_a_fitted_or_small_scene_needs_no_detail(qtbot, demo, monkeypatch):
    def fail(*_args, **_kwargs):
        raise AssertionError("drawn in detail")

    monkeypatch.setattr(detail, "draw_detail", fail)
    demo.image.zoom_to_pixel(10, 10)
    demo.image.fit()
    qtbot.wait(300)
    assert not demo.bridge.running


def test_a_detail_has_the_step_and_the_place_that_were_asked_for():
    values = np.arange(40 * 50 * 3).reshape(40, 50, 3).astype(np.float32)
    found = detail.draw_detail(SilentContext(), Cube(ArraySource(values)), ViewState(0, 1, 2), (10, 20, 30, 45), 3)
    assert found.rgb.shape == (7, 9, 3)
    assert (found.top, found.left, found.step) == (10, 20, 3)
