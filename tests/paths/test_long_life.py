"""A window that opens and closes one scene after the other holds at the end what it held at the beginning."""

from __future__ import annotations

import dataclasses
import gc
import threading
import weakref
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtWidgets import QApplication, QDialog

from hsigui.cube.demo import demo_scene
from hsigui.cube.formats.envi import write_cube
from tests.faults.random_walk import open_files
from tests.ui.windows import click, idle, labels, open_scene, paint, press

SCENES = 20
SETTLED = 2  # scenes after which everything that is made only once is there
DIALOGS = ("preferences", "about", "bands", "properties", "help_pages", "shortcuts")


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """One small scene more than are closed, each a file of its own."""
    cube = demo_scene(seed=1, rows=24, cols=20, bands=12).cube
    values = cube.read().astype(np.float32)
    made = []
    for number in range(SCENES + 1):
        made.append(tmp_path / f"scene{number}.hdr")
        write_cube(made[-1], values + number, cube.info)
    return made


def settled(qtbot, window) -> None:
    """Waits until nothing is at work and all that is to be deleted is gone."""
    idle(qtbot, window)
    qtbot.waitUntil(lambda: not window.keeping.journal.busy, timeout=20_000)
    for _ in range(3):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def held(window) -> dict[str, Counter[str]]:
    """Widgets, other objects of the window, threads and open files, each by its name."""
    gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return {
        "widgets": Counter(type(widget).__name__ for widget in QApplication.allWidgets()),
        "objects": Counter(child.metaObject().className() for child in window.findChildren(QObject)),
        "threads": Counter(thread.name for thread in threading.enumerate()),
        "files": Counter(open_files()),
    }


def work_on(qtbot, window, dialogs: Sequence[str]) -> None:
    """Labels, a kept spectrum, other bands, and a look at some dialogs, with the scene that is shown."""
    press(window, "B")
    paint(window, (5, 5), (9, 9))
    assert labels(window).any()
    press(window, "N")
    click(window, 12, 12, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: len(window.session.scene.spectra) == 1, timeout=10_000)
    window.actions_["infrared"].trigger()
    idle(qtbot, window)
    for name in dialogs:
        window.actions_[name].trigger()
        QApplication.processEvents()
        for dialog in window.findChildren(QDialog):
            dialog.reject()
        idle(qtbot, window)


def test_twenty_scenes_that_are_worked_on_and_closed_leave_no_widget_thread_file_or_scene(
    qtbot, window, answers, files
):
    answers.unsaved = "discard"
    recent = tuple(str(path) for path in files)  # as many as are listed, so that the list grows no more
    window.desk.remember(dataclasses.replace(window.desk.settings, recent=recent))
    open_scene(qtbot, window, files[0])
    window.session.set_live(False)
    gone, before = [], None
    for number, path in enumerate(files[1:], start=1):
        open_scene(qtbot, window, path)
        work_on(qtbot, window, DIALOGS if number == 1 else (DIALOGS[number % len(DIALOGS)],))
        gone.append(weakref.ref(window.session.scene))
        window.scenes.close()
        assert window.session.open_scenes == 1
        window.messages.clear()
        settled(qtbot, window)
        if number == SETTLED:
            before = held(window)
    after = held(window)
    for kind, counts in after.items():
        assert counts == before[kind], f"{kind}: more {counts - before[kind]}, fewer {before[kind] - counts}"
    assert [number for number, scene in enumerate(gone) if scene() is not None] == []
