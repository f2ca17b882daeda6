"""Starting the window."""

from __future__ import annotations

import faulthandler
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from hsigui import log
from hsigui.cube import working_memory
from hsigui.cube.demo_spec import DemoSpec
from hsigui.errors import is_out_of_memory
from hsigui.pipeline.torch_library import load_before_import
from hsigui.settings import SettingsStore
from hsigui.storage.problem_report import CRASHES
from hsigui.texts import language
from hsigui.ui.desk import theme
from hsigui.ui.desk.icons import program_icon
from hsigui.ui.desk.language import speak, unseen_in_words
from hsigui.ui.shell.garbage import Garbage, rare_full_collections
from hsigui.ui.shell.main_window import MainWindow

Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]


def run(
    path: str | Path | None = None, *, address: str = "", demo: DemoSpec | None = None, argv: Sequence[str] = ()
) -> int:  # fmt: skip
    """Opens the window, and a scene in it; returns when it is closed.

    Args:
        path: scene or project to open; errors are shown in the window.
        address: of a scene to open instead.
        demo: the demo scene to open instead.
        argv: options for Qt itself.

    Returns:
        the exit code, 0.
    """
    app = _application(argv)
    store = SettingsStore()
    theme.apply(app, store.load().theme)
    speak(app, language())
    no_log = log.start()
    working_memory.heed_setting()
    window = MainWindow(store)
    for wrong in filter(None, (no_log, unseen_in_words(language()))):
        window.messages.warning(wrong)
    before = sys.excepthook
    sys.excepthook = last_resort(window, before)
    try:
        window.show()
        if address:
            QTimer.singleShot(0, window, lambda: window.open_path(address))
        elif path is not None:
            QTimer.singleShot(0, window, lambda: window.open_path(path))
        elif demo is not None:
            QTimer.singleShot(0, window, lambda: window.scene.open_simulated(demo))
        with crashes_told(), answering_promptly(window):
            return app.exec()
    finally:
        sys.excepthook = before
        log.Log("window").note("Ended")
        log.stop()


@contextmanager
def answering_promptly(window: MainWindow) -> Iterator[None]:
    """Within the block the window is not held up by what Python does of itself: no look through all objects while
    something trains, and PyTorch's library, if ever it is needed, is loaded beside it. Costs nothing at the start."""
    load_before_import()
    garbage = Garbage(window, window.session, window.bridge)
    with rare_full_collections():
        yield
    garbage.deleteLater()


@contextmanager
def crashes_told() -> Iterator[None]:
    """Within the block a process that ends by force (a fault in a library) leaves its trace beside the log."""
    try:
        file = (log.log_folder() / CRASHES).open("a", encoding="utf-8")
    except OSError:  # as it was said of the log
        yield
        return
    with file:
        faulthandler.enable(file)
        try:
            yield
        finally:
            faulthandler.disable()


def last_resort(window: MainWindow, before: Hook) -> Hook:
    """An exception hook that shows what no one caught, and lets the program live on."""
    showing = False

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal showing
        before(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if showing:  # a fault in showing a fault must not open windows without end
            return
        showing = True
        try:
            # Where memory has run out it does not suffice for the trace either.
            told = "" if is_out_of_memory(error) else "".join(traceback.format_exception(kind, error, trace))
            window.desk.fail(error, told)
        finally:
            showing = False

    return hook


def _application(argv: Sequence[str]) -> QApplication:
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(["hsigui", *argv])
    app.setApplicationName("hsigui")
    app.setDesktopFileName("hsigui")
    app.setWindowIcon(program_icon())
    return app
