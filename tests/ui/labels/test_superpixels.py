"""Superpixels in the window: asked for by a box and a slider, found in a worker, the newest wish wins."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np
import pytest
from PySide6.QtGui import QAction

from hsigui.cube import superpixels
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.superpixels import Segments, default_count
from hsigui.errors import HsiError
from hsigui.jobs import SilentContext
from hsigui.ui.labels import superpixel_controller as controller
from hsigui.ui.labels.superpixel_strip import LEAST, MOST, STEPS, SuperpixelStrip, count_at, place_of
from tests.ui.windows import idle


@dataclass
class FakeCut:
    """Stands in for SLIC: as many strips as asked for; waits for the test when told to."""

    asked: list[tuple[tuple[int, int], int]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    go: threading.Event = field(default_factory=threading.Event)
    error: Exception | None = None

    def __call__(self, cube, count, *, check) -> Segments:
        self.asked.append(((cube.rows, cube.cols), count))
        self.threads.add(threading.current_thread().name)
        while not self.go.wait(0.005):
            check()
        if self.error is not None:
            raise self.error
        labels = np.repeat(np.arange(cube.cols, dtype=np.int32)[None] * count // cube.cols, cube.rows, axis=0)
        return Segments(labels, len(np.unique(labels)))


@pytest.fixture
def cut(monkeypatch) -> FakeCut:
    fake = FakeCut()
    fake.go.set()
    monkeypatch.setattr(superpixels, "segment_cube", fake)
    return fake


def settled(qtbot, window):
    """Waits until the pause after the last move is over, and what it started."""
    qtbot.waitUntil(lambda: not window.superpixels._timer.isActive(), timeout=5000)
    idle(qtbot, window)


@pytest.fixture
def strip(qtbot) -> SuperpixelStrip:
    action = QAction("show")
    action.setCheckable(True)
    strip = SuperpixelStrip(action)
    strip.action = action
    qtbot.addWidget(strip)
    strip.show()
    return strip


def test_the_slider_goes_from_50_to_5000_by_factors():
    assert (count_at(0), count_at(STEPS // 2), count_at(STEPS)) == (LEAST, 500, MOST)
    assert all(abs(place_of(count_at(place)) - place) <= 3 for place in range(STEPS + 1))


def test_slider_and_number_say_the_same_and_ask_once(strip):
    asked = []
    strip.count_changed.connect(asked.append)
    strip.slider.setValue(STEPS // 2)
    assert asked == [500]
    strip.number.setValue(1234)
    assert asked == [500, 1234]
    assert strip.slider.value() == place_of(1234)
    strip.set_count(80)
    assert strip.count == 80
    assert asked == [500, 1234]


def test_the_choices_are_there_only_while_superpixels_are_shown(strip):
    assert not strip.slider.isVisible()
    strip.box.setChecked(True)
    assert strip.action.isChecked()
    assert strip.slider.isVisible()
    strip.action.setChecked(False)
    assert not strip.box.isChecked()
    assert not strip.number.isVisible()


def test_superpixels_are_found_in_a_worker_and_the_count_is_told(qtbot, demo, cut):
    demo.actions_["superpixels"].trigger()
    assert "Looking" in demo.superpixel_strip.text.text()
    settled(qtbot, demo)
    cube = demo.session.cube
    assert cut.asked == [((cube.rows, cube.cols), default_count(cube.rows * cube.cols))]
    assert all(name.startswith("job-") for name in cut.threads)
    assert not demo.image._outlines.empty
    asked, got = demo.superpixel_strip.count, demo.superpixels._cut.found.count
    assert demo.superpixel_strip.text.text() == f"{asked:,} asked, {got:,} got"
    demo.actions_["superpixels"].trigger()
    assert demo.image._outlines.empty
    assert not demo.superpixel_strip.text.isVisible()


def test_a_moved_slider_asks_once_for_its_last_place(qtbot, demo, cut):
    demo.actions_["superpixels"].trigger()
    settled(qtbot, demo)
    cut.asked.clear()
    for count in (300, 400, 512):
        demo.superpixel_strip.number.setValue(count)
    settled(qtbot, demo)
    assert [count for _, count in cut.asked] == [512]
    assert demo.superpixels._cut.asked == 512


def test_an_answer_that_was_overtaken_is_never_shown(qtbot, demo, cut):
    cut.go.clear()
    demo.superpixel_strip.set_count(60)
    demo.actions_["superpixels"].trigger()
    qtbot.waitUntil(lambda: len(cut.asked) == 1, timeout=5000)
    demo.superpixel_strip.number.setValue(70)
    demo.actions_["superpixels"].trigger()
    cut.go.set()
    settled(qtbot, demo)
    assert demo.image._outlines.empty
    demo.actions_["superpixels"].trigger()
    settled(qtbot, demo)
    assert demo.superpixels._cut.asked == 70


def test_another_scene_gets_superpixels_of_its_own_and_each_keeps_its_count(qtbot, demo, cut, tmp_path):
    demo.actions_["superpixels"].trigger()
    demo.superpixel_strip.number.setValue(333)
    settled(qtbot, demo)
    np.save(tmp_path / "other.npy", np.random.default_rng(0).random((30, 200, 6)).astype(np.float32))
    demo.scene.open_path(tmp_path / "other.npy")
    qtbot.waitUntil(lambda: demo.session.cube.shape == (30, 200, 6), timeout=10_000)
    settled(qtbot, demo)
    assert cut.asked[-1] == ((30, 200), 60)
    assert demo.superpixels._cut.cube is demo.session.cube
    demo.actions_["next_scene"].trigger()
    settled(qtbot, demo)
    assert demo.superpixel_strip.count == 333
    assert demo.superpixels._cut.cube is demo.session.cube


def test_a_scene_that_cannot_be_cut_says_why_and_the_window_goes_on(qtbot, demo, cut):
    cut.error = HsiError("No pixel is valid.", "Check the no-data value.")
    demo.actions_["superpixels"].trigger()
    settled(qtbot, demo)
    assert "No pixel is valid. Check the no-data value." in demo.superpixel_strip.text.text()
    assert demo.image._outlines.empty
    cut.error = None
    demo.superpixel_strip.number.setValue(99)
    settled(qtbot, demo)
    assert not demo.image._outlines.empty


def test_of_a_very_large_scene_only_the_part_in_view_is_cut_and_it_is_said(qtbot, demo, cut, monkeypatch):
    monkeypatch.setattr(controller, "MOST_PIXELS", 3000)
    demo.actions_["superpixels"].trigger()
    settled(qtbot, demo)
    assert cut.asked == []
    assert "Zoom in" in demo.superpixel_strip.text.text()
    demo.image.zoom_to_pixel(60, 60)
    settled(qtbot, demo)
    (shape, _), top_left = cut.asked[0], demo.superpixels._cut.box[:2]
    assert shape[0] * shape[1] <= 3000
    assert top_left == demo.image.visible_box()[:2]
    assert "in the part in view" in demo.superpixel_strip.text.text()
    demo.image._pan(30, 0)
    settled(qtbot, demo)
    assert len(cut.asked) == 2
    demo.image.zoom_in()  # what is in view now was cut already
    settled(qtbot, demo)
    assert len(cut.asked) == 2


def test_superpixels_too_small_to_be_drawn_are_told(qtbot, demo, cut):
    demo.actions_["superpixels"].trigger()
    settled(qtbot, demo)
    for _ in range(12):
        demo.image.zoom_out()
    assert ("zoom in" in demo.superpixel_strip.text.text()) == demo.image.outlines_too_small
    cube = demo.session.cube
    every = np.arange(cube.rows * cube.cols, dtype=np.int32).reshape(cube.rows, cube.cols)
    demo.image.set_outlines(every, every.size)
    demo.image.zoom_out()
    assert demo.image.outlines_too_small
    assert "zoom in" in demo.superpixel_strip.text.text()


def test_a_part_of_a_cube_reads_as_the_cube_does():
    values = np.random.default_rng(1).integers(1, 900, (9, 11, 4)).astype(np.int16)
    values[4, 5] = -99
    info = CubeInfo(nodata=-99.0, scale=100.0, bad_bands=(False, True, False, False))
    cube = Cube(ArraySource(values), info)
    part = controller.part_of(cube, (2, 3, 8, 10))
    assert part.shape == (6, 7, 4)
    assert np.array_equal(part.read(), cube.read(slice(2, 8), slice(3, 10)), equal_nan=True)
    again = cube.read(slice(3, 8, 2), slice(3, 8), [0, 2])
    assert np.array_equal(part.read(slice(1, None, 2), slice(0, 5), [0, 2]), again, equal_nan=True)
    assert part.valid_mask().sum() == 6 * 7 - 1
    assert part.good_bands.tolist() == [0, 2, 3]


def test_real_superpixels_of_a_part_cover_it(demo):
    found = controller.find(SilentContext(), demo.session.cube, (10, 20, 60, 80), 50)
    assert found.found.labels.shape == (50, 60)
    assert 20 <= found.found.count <= 100
