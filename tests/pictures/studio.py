"""A window that is made to show something, and pictures of it.

What the window does by itself is waited for; a caret does not blink, no mouse is over anything, and nothing that tells
of this machine or this minute is written.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QImage, QMouseEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QDialog, QLineEdit, QWidget

from hsigui.document.derived import BANDS
from hsigui.document.intentions import PixelPicked
from hsigui.report.error_map import ALL
from hsigui.ui.desk import theme
from hsigui.ui.image.surroundings import SWITCHES as OVER_IMAGE
from hsigui.ui.image.turning import UPRIGHT
from hsigui.ui.layers.cover import Cover
from hsigui.ui.map.layers import LAYERS
from hsigui.ui.shell.main_window import MainWindow

FONT = Path(__file__).parent / "font" / "picture-test.ttf"
POINTS = 9
SOME_PIXEL = (60, 60)
# How the switches stand that stages change.
AT_FIRST = {
    "show_labels": True, "show_map": True, "show_truth": False, "show_errors": False, "superpixels": False,
    "swipe": False, "blink": False, "overview": False, **dict.fromkeys(OVER_IMAGE, False), "one_band": False,
    "validation": False,
}  # fmt: skip


class Studio:
    """Has a window show what a stage wants.

    Args:
        window: with a scene.
        bare: whether there are no panels but those that a stage wants: a new panel, or another size of one, changes
            no picture but its own then.
    """

    def __init__(self, window: MainWindow, *, bare: bool = False) -> None:
        self.window, self._bare = window, bare
        self._front = {name: self._stands_in_front(name) for name in window.docks}

    def settle(self, seconds: float = 120.0) -> None:
        """Waits until nothing is made or drawn.

        Raises:
            TimeoutError: it took too long.
        """
        end, calm = time.monotonic() + seconds, 0
        while calm < 4:
            if time.monotonic() > end:
                raise TimeoutError(f"at work: {[job.title for job in self.window.bridge.running]}")
            QApplication.processEvents()
            calm = 0 if self._busy else calm + 1
            time.sleep(0.02)

    @property
    def _busy(self) -> bool:
        window = self.window
        drawings = [view.drawing for view in window.views.shown]
        covers = window._part(Cover)
        return bool(window.bridge.running) or covers.drawing or any(drawing.busy for drawing in drawings)

    def wait_for(self, done: Callable[[], object], seconds: float = 60.0) -> None:
        """Waits until something is so, and nothing is at work.

        Raises:
            TimeoutError: it took too long.
        """
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("waited in vain")
            QApplication.processEvents()
            time.sleep(0.02)
        self.settle()

    def trigger(self, name: str) -> None:
        """Does what an action does, and waits for the end of it."""
        self.window.actions_[name].trigger()
        self.settle()

    def switch(self, **on: bool) -> None:
        """Switches actions on and off."""
        for name, wanted in on.items():
            self.window.actions_[name].setChecked(wanted)
        self.settle()

    def front(self, name: str) -> QWidget:
        """Brings a panel to the front of its tabs; where the window is bare, it is the only one."""
        dock = self.window.docks[name]
        if self._bare:
            self.only(name)
        dock.show()
        dock.raise_()
        self.settle()
        return dock.widget()

    def only(self, *names: str) -> None:
        """Shows these panels and no others."""
        for name, dock in self.window.docks.items():
            dock.setVisible(name in names)
        self.settle()

    def dialog(self, action: str, kind: type[QDialog]) -> QDialog:
        """The dialog that an action opens."""
        self.trigger(action)
        found = [each for each in self.window.findChildren(kind) if each.isVisible()]
        if not found:
            raise LookupError(f"{action} opens no {kind.__name__}")
        return found[-1]

    def move_mouse(self, widget: QWidget, at: QPoint) -> None:
        """The mouse is over a place of a widget."""
        none = Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(at), QPointF(widget.mapToGlobal(at)), none, none,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        self.settle()

    def reset(self) -> None:
        """As it was before the first stage; what was computed or labelled stays."""
        window = self.window
        for dialog in window.findChildren(QDialog):
            dialog.reject()
        for name, wanted in AT_FIRST.items():
            window.actions_[name].setChecked(wanted)
        window.actions_["views_one"].trigger()
        window.actions_["tool_navigate"].trigger()
        window.session.scene.derived.show(BANDS)
        window.session.scene.set_overlays(())
        window.session.scene.choose_errors(ALL)
        window.maps.show_layer(LAYERS[0].id)
        window.image.set_turn(UPRIGHT)
        window.spectra.clear()
        window.pages.setCurrentWidget(window.views.grid)
        window.messages.clear()
        window.image.fit()
        if self._bare:
            self.only()
        for name, front in self._front.items():
            if front and not self._bare:
                window.docks[name].raise_()
        QApplication.sendEvent(window.image.viewport(), QEvent(QEvent.Type.Leave))
        window.session.events.emit(PixelPicked(*SOME_PIXEL))  # a plot without curves has the range of the last ones
        self.settle()
        self.trigger("fit_spectra")

    def _stands_in_front(self, name: str) -> bool:
        dock = self.window.docks[name]
        return dock.isVisible() and not dock.visibleRegion().isEmpty()


def picture_of(widget: QWidget) -> QImage:
    """What is seen of a widget, as fine as the screen."""
    focused = QApplication.focusWidget()
    if isinstance(focused, QLineEdit | QAbstractSpinBox):
        focused.clearFocus()  # a caret that blinks
    QApplication.processEvents()
    return widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@contextmanager
def one_font(app: QApplication) -> Iterator[None]:
    """Within the block all is written in the font that lies beside, which is the same on every machine.

    Raises:
        OSError: it cannot be read.
    """
    number = QFontDatabase.addApplicationFont(str(FONT))
    families = QFontDatabase.applicationFontFamilies(number)
    if not families:
        raise OSError(f"{FONT} is no font")
    before, flash = app.font(), app.cursorFlashTime()
    app.setFont(QFont(families[0], POINTS))
    app.setCursorFlashTime(0)
    try:
        yield
    finally:
        app.setFont(before)
        app.setCursorFlashTime(flash)
        QFontDatabase.removeApplicationFont(number)


def themed(app: QApplication, scheme: str) -> None:
    """Gives the program a scheme, and waits until all have taken it."""
    theme.apply(app, scheme)
    for _ in range(3):
        QApplication.processEvents()


Show = Callable[[Studio], QWidget]
