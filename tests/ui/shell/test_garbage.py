"""Python looks through all objects where a scene was closed, and not while somebody works."""

from __future__ import annotations

import argparse
import ast
import gc
import linecache
import time
import weakref

from hsigui import memory
from hsigui.cube.demo import write_demo
from hsigui.document.events import QueueChanged
from hsigui.ui.shell import garbage
from hsigui.ui.shell.app import answering_promptly
from tests.ui.windows import open_scene


class Knot:
    """Holds itself."""

    def __init__(self) -> None:
        self.itself = self


def test_nothing_is_looked_through_by_itself_as_many_objects_are_made(qtbot, window):
    before = gc.get_threshold()
    full: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            full.append(1)

    with answering_promptly(window):
        gc.callbacks.append(note)
        try:
            made = [[number] for number in range(400_000)]
        finally:
            gc.callbacks.remove(note)
        assert len(made) == 400_000
        assert gc.get_freeze_count() > 10_000, "what lives as long as the program"
    assert full == []
    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_sources_that_were_read_as_modules_were_imported_are_let_go_of(qtbot, window):
    with answering_promptly(window):
        for module in (weakref, argparse, ast):
            linecache.getlines(module.__file__)
        assert linecache.cache
        window.session.events.emit(QueueChanged())
        qtbot.waitUntil(lambda: not linecache.cache)
    assert linecache.getlines(argparse.__file__), "they are read again where they are needed"


def test_what_a_closed_scene_leaves_is_collected(qtbot, window, demo_files, tmp_path):
    with answering_promptly(window):
        for path in (demo_files[0], write_demo(tmp_path)[0]):
            open_scene(qtbot, window, path)
        kept: list[object] = [Knot()]
        knot = weakref.ref(kept[0])
        gc.collect()  # old by now: a collection of young ones would not find it
        gc.disable()
        try:
            kept.clear()
            assert knot() is not None
            window.scenes.close()
            qtbot.waitUntil(lambda: knot() is None)
        finally:
            gc.enable()


def test_memory_is_handed_back_once_nothing_was_at_work_for_a_moment(qtbot, window, monkeypatch):
    given: list[float] = []
    monkeypatch.setattr(garbage, "QUIET_MS", 200)
    monkeypatch.setattr(memory, "give_back", lambda: given.append(time.monotonic()))
    with answering_promptly(window):
        for _ in range(5):
            window.bridge.start(lambda _ctx: None, "A short work")
            qtbot.wait(40)
        ended = time.monotonic()
        assert given == [], "not while works begin and end"
        qtbot.waitUntil(lambda: bool(given))
        assert given[0] - ended >= 0.05
        qtbot.wait(300)
    assert len(given) == 1


def test_memory_is_handed_back_however_much_is_going_on(qtbot, window, monkeypatch):
    given: list[int] = []
    monkeypatch.setattr(garbage, "QUIET_MS", 200)
    monkeypatch.setattr(garbage, "LONGEST", 0.3)
    monkeypatch.setattr(memory, "give_back", lambda: given.append(1))
    with answering_promptly(window):
        for _ in range(25):
            window.bridge.start(lambda _ctx: None, "A short work")
            qtbot.wait(40)
        assert given
