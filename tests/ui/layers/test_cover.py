"""Layers of large scenes in the image: as a whole at a coarser step, and every pixel where one looks."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.analysis import looks
from hsigui.cube import picture
from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.picture import display_step
from hsigui.document.derived import DerivedView, Measure
from hsigui.ui.image.color_key import ColorKey
from hsigui.ui.image.overlay import packed
from hsigui.ui.shell.main_window import MainWindow
from tests.ui.layers.asked import make, settle
from tests.ui.scene.test_detail import _shown as shown


@pytest.fixture
def large(qtbot, window: MainWindow, tmp_path, monkeypatch) -> MainWindow:
    """A window with a scene that counts as large: shown with every fifth pixel."""
    values = np.random.default_rng(0).integers(1, 1000, (200, 240, 3)).astype(np.uint16)
    write_cube(tmp_path / "large.hdr", values, Cube(ArraySource(values)).info)
    monkeypatch.setattr(picture, "SHOWN_PIXELS", 200 * 240 // 25)
    window.scene.open_path(tmp_path / "large.hdr")
    qtbot.waitUntil(lambda: window.session.cube is not None and not window.bridge.running, timeout=10_000)
    assert display_step(window.session.cube) == 5
    return window


def test_every_pixel_of_a_layer_is_seen_where_one_looks_closely(qtbot, large):
    found = make(qtbot, large, "pca")
    wanted = looks.picture_of(found.layer, found.look, (0, 0, 200, 240))[..., :3]
    assert np.array_equal(large.image._cover._buffer.shape, (40, 48))
    places = ((100, 120), (101, 121), (98, 119), (103, 117))
    large.image.zoom_to_pixel(100, 120)
    qtbot.waitUntil(lambda: all(shown(large, *at) == tuple(wanted[at].tolist()) for at in places), timeout=5_000)
    large.session.scene.derived.set_look(1, looks.Look(0, "magma"))
    wanted = looks.picture_of(found.layer, looks.Look(0, "magma"), (0, 0, 200, 240))[..., :3]
    qtbot.waitUntil(lambda: all(shown(large, *at) == tuple(wanted[at].tolist()) for at in places), timeout=5_000)
    large.session.scene.derived.show(DerivedView())
    settle(qtbot, large)
    assert not large.image.covered


def test_a_composite_with_a_layer_has_the_stretch_of_the_whole_in_its_details(qtbot, large):
    make(qtbot, large, "pca")
    large.session.scene.derived.show(DerivedView(0, Measure(1)))
    settle(qtbot, large)
    large.image.fit()
    settle(qtbot, large)
    coarse = shown(large, 100, 120)
    large.image.zoom_to_pixel(100, 120)
    settle(qtbot, large)
    qtbot.waitUntil(lambda: large.image._cover._detail is not None, timeout=5_000)
    assert shown(large, 100, 120) == coarse


def test_a_cover_is_painted_in_place_of_the_composite_with_its_key(view, rgb):
    before = view.viewport().grab().toImage()
    key = ColorKey("a layer", np.zeros((2, 3), dtype=np.uint8), ("0", "1", "2"))
    view.set_cover(packed(np.full_like(rgb, 200)), 1, key)
    assert view.color_key is key
    assert view.accessibleDescription() == "a layer: 0, 1, 2"
    at = view.position_of(20, 30)
    assert view.viewport().grab().toImage().pixelColor(at).getRgb()[:3] == (200, 200, 200)
    view.set_cover(None)
    assert view.color_key is None
    assert view.viewport().grab().toImage() == before
    view.set_cover(packed(rgb))
    view.clear()
    assert not view.covered
