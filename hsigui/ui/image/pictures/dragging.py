"""The view dragged out of the window: a picture for other programs, and a PNG file for the desktop."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import (
    QColor,
    QDrag,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPixmap,
)
from PySide6.QtWidgets import QToolButton

from hsigui.jobs import Context
from hsigui.saving import written_beside
from hsigui.texts import say
from hsigui.ui.desk.icons import icon
from hsigui.ui.desk.job_bridge import JobBridge, Watcher
from hsigui.ui.image.pictures.port import Port

KEPT_SECONDS = 24 * 3600.0  # after which a dragged file goes: whoever took it has read it by then
AWAY = 6  # logical pixels from the edge of the view
_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_SMALL = QSize(160, 120)
_NOT_IN_NAMES = re.compile(r"[^\w.-]+")


class Handle(QToolButton):
    """Stands at the edge of the view; dragged, it is the picture of the view."""

    def __init__(self, port: Port) -> None:
        super().__init__(port)
        self._port = port
        self.setIcon(icon("picture"))
        self.setIconSize(QSize(18, 18))
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # menus and keys reach all that it does
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip(say("Drag the view into another program or folder as a picture; click: save\n"
                            "Ctrl+Alt+drag on the image does the same"))  # fmt: skip
        self.setAccessibleName(say("Picture of the view"))
        self.hide()

    def place(self) -> None:
        """Stands in the middle of the left edge: the corners are those of keys, overview and scale bar."""
        size = self.sizeHint()
        self.setGeometry(AWAY, (self._port.height() - size.height()) // 2, size.width(), size.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        ground = QColor(self.palette().color(QPalette.ColorRole.Window))
        ground.setAlpha(200)  # it stands out from any scene
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(self.rect(), 4, 4)
        painter.end()
        super().paintEvent(event)


class Dragging(QObject):
    """Begins a drag from the handle, or from the image with Ctrl+Alt.

    Args:
        folder: where the files of drags lie for a day.
        name: what the file is called, without its ending; empty without a scene.
        clicked: called when the handle is pressed and not dragged.
    """

    def __init__(
        self, port: Port, bridge: JobBridge, folder: Path, name: Callable[[], str], clicked: Callable[[], None]
    ) -> None:
        super().__init__(port)
        self._port, self._bridge, self._folder, self._name, self._clicked = port, bridge, folder, name, clicked
        self._from: QPoint | None = None  # where the button was pressed, on the screen
        self._moved = False
        self._image = QImage()
        self._file: Path | None = None  # once it is written
        self._number = 0  # of the press; what is written for an earlier one is of no use
        self.handle = Handle(port)
        self.handle.place()
        port.installEventFilter(self)
        self.handle.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._port and event.type() == QEvent.Type.Resize:
            self.handle.place()
        elif isinstance(event, QMouseEvent):
            return self._mouse(watched is self.handle, event)
        return False

    def _mouse(self, on_handle: bool, event: QMouseEvent) -> bool:
        """Whether an event is one of a drag, and so none of the image."""
        at, kind = event.globalPosition().toPoint(), event.type()
        if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
            if on_handle or event.modifiers() & _MODIFIERS == _MODIFIERS:
                self._press(at)
        elif self._from is None:
            return False
        elif kind == QEvent.Type.MouseMove:
            self._moved |= (at - self._from).manhattanLength() >= QGuiApplication.styleHints().startDragDistance()
            self._start()
            return True
        elif kind == QEvent.Type.MouseButtonRelease:
            moved, self._from = self._moved, None
            if on_handle and not moved:
                self._clicked()
            return True
        return self._from is not None

    def _press(self, at: QPoint) -> None:
        name = self._name()
        if not name:
            return
        self._from, self._moved, self._file = at, False, None
        self._number += 1
        self._image = self._port.seen(self._port.devicePixelRatioF())
        path = self._folder / f"{_NOT_IN_NAMES.sub('_', name)[:80]}-{time.strftime('%Y%m%d-%H%M%S')}.png"
        self._bridge.start(
            partial(write, path=path, image=self._image), say("Copy picture"),
            Watcher(done=partial(self._written, self._number)), often=True,
        )  # fmt: skip

    def _written(self, number: int, path: Path) -> None:
        if number == self._number:
            self._file = path
            self._start()

    def _start(self) -> None:
        """Begins as soon as the file is there and the mouse was moved."""
        if self._from is None or not self._moved or self._file is None:
            return
        self._from = None
        drag_out(self._port, self._image, self._file)


def drag_out(port: Port, image: QImage, path: Path) -> None:
    """Drags a picture and its file, until the button is let go."""
    data = QMimeData()
    data.setImageData(image)
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drag = QDrag(port)
    drag.setMimeData(data)
    small = image.scaled(_SMALL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    drag.setPixmap(QPixmap.fromImage(small))
    drag.exec(Qt.DropAction.CopyAction)


def write(_ctx: Context, path: Path, image: QImage) -> Path:
    """Writes the picture of a drag, and removes those of earlier days.

    Raises:
        HsiError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob("*.png"):
        with suppress(OSError):  # gone meanwhile, or held by who reads it
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                old.unlink()
    with written_beside(path) as (scratch,):
        image.save(str(scratch), "PNG")  # type: ignore[call-overload]  # the stubs want bytes, which it refuses
    return path
