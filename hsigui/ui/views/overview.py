"""A small picture of the whole scene in a corner of the image, with a frame around what is in view; a drag moves it."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from hsigui.document.events import SceneShown
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.desk.roles import give_role
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subject_drawing import draw_part
from hsigui.ui.image.subject_layer import Drawn
from hsigui.ui.image.view import ImageView

LONGEST, EDGE, AWAY = 180, 1, 10  # logical pixels: its longer side, its rim, and from the corner of the image
SHARE = 0.3  # of the image that it takes at most
SUBJECT = "composite"
WAIT_MS, LONGEST_WAIT_MS = 60, 250
_HALO, _FRAME = QColor(0, 0, 0, 170), QColor(255, 226, 74)


class OverviewMap(QWidget):
    """The picture with the frame.

    Signals:
        asked(row, col): that place shall be in the middle of the view.
    """

    asked = Signal(float, float)

    def __init__(self, image: ImageView) -> None:
        super().__init__(image)
        self._image = image
        self._picture: QImage | None = None
        self._size = (0, 0)  # rows and columns of the scene
        give_role(self, QAccessible.Role.Graphic, say("Overview of the scene"))
        self.setToolTip(say("The whole scene; click or drag to look elsewhere"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()

    def show_picture(self, drawn: Drawn, size: tuple[int, int]) -> None:
        """Takes a picture of a scene of so many rows and columns."""
        rows, cols = drawn.pixels.shape
        kind = QImage.Format.Format_ARGB32_Premultiplied
        self._picture = QImage(drawn.pixels.data, cols, rows, 4 * cols, kind).copy()
        self._size = size
        self.place()
        self.update()

    def forget(self) -> None:
        """Has no picture."""
        self._picture, self._size = None, (0, 0)
        self.hide()

    def place(self) -> None:
        """Stands in the upper right corner of the image, or hides where there is no room."""
        port, wanted = self._image.viewport().size(), self.sizeHint()
        fits = self._picture is not None and wanted.width() > 0 and port.height() > wanted.height() + 4 * AWAY
        self.resize(wanted)
        self.move(port.width() - wanted.width() - AWAY, AWAY)
        self.setVisible(fits)
        self.raise_()

    def sizeHint(self) -> QSize:
        rows, cols = self._size
        if not rows * cols:
            return QSize(0, 0)
        port = self._image.viewport().size()
        scale = min(LONGEST / max(rows, cols), SHARE * port.width() / cols, SHARE * port.height() / rows)
        return QSize(max(round(cols * scale), 12) + 2 * EDGE, max(round(rows * scale), 12) + 2 * EDGE)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Mid))
        inside = self.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        painter.fillRect(inside, self.palette().color(QPalette.ColorRole.Window))
        if self._picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(inside, self._picture)
            painter.setClipRect(inside)
            for color, width in ((_HALO, 3), (_FRAME, 1.5)):
                painter.setPen(QPen(color, width))
                painter.drawPolygon(self.frame)
        painter.end()

    @property
    def frame(self) -> QPolygonF:
        """The corners of what is in view, in the coordinates of this widget."""
        rows, cols = self._size
        seen = QRectF(self._image.viewport().rect())
        across, down = (self.width() - 2 * EDGE) / cols, (self.height() - 2 * EDGE) / rows
        corners: list[QPointF] = []
        if not self._image.turn.upright:  # what a corner shows beside the scene would pull the frame askew
            whole = QPolygonF(QRectF(EDGE, EDGE, cols * across, rows * down))
            for corner in (seen.topLeft(), seen.topRight(), seen.bottomRight(), seen.bottomLeft()):
                row, col = self._image.scene_at(corner)
                corners.append(QPointF(EDGE + col * across, EDGE + row * down))
            return QPolygonF(corners).intersected(whole)
        for corner in (seen.topLeft(), seen.topRight(), seen.bottomRight(), seen.bottomLeft()):
            row, col = self._image.scene_at(corner)
            row, col = min(max(row, 0.0), rows), min(max(col, 0.0), cols)
            corners.append(QPointF(EDGE + col * across, EDGE + row * down))
        return QPolygonF(corners)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._ask(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._ask(event)

    def _ask(self, event: QMouseEvent) -> None:
        rows, cols = self._size
        if rows * cols:
            at = event.position()
            row = (at.y() - EDGE) * rows / max(self.height() - 2 * EDGE, 1)
            col = (at.x() - EDGE) * cols / max(self.width() - 2 * EDGE, 1)
            self.asked.emit(min(max(row, 0.0), rows), min(max(col, 0.0), cols))


class Overview(QObject):
    """Keeps the picture of the scene that is shown, as long as it is switched on."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._bench, self._session, self._image = bench, bench.desk.session, bench.image
        self.map = OverviewMap(bench.image)
        self._on = False
        self._drawing = Latest(bench.desk.bridge, say("Draw the overview"), self._take)
        self._soon = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._draw, self)
        self.map.asked.connect(self._look)
        bench.image.moved.connect(self._moved)
        bench.image.viewport().installEventFilter(self)
        bench.subjects.changed.connect(self._changed)
        self._session.events.subscribe(SceneShown, self._show_scene)

    def show(self, on: bool) -> None:
        """Shows it, or no more."""
        self._on = on
        if on:
            self._soon.start()
        else:
            self._forget()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stays in its corner."""
        if event.type() == QEvent.Type.Resize and self._on:
            self.map.place()
        return False

    def _moved(self) -> None:
        if self._on:
            self.map.update()

    def _look(self, row: float, col: float) -> None:
        self._image.look_at((row, col, self._image.scale))

    def _show_scene(self, _event: SceneShown) -> None:
        self._forget()
        self._changed(SUBJECT)

    def _changed(self, name: str) -> None:
        if self._on and name in (SUBJECT, ""):
            self._soon.start()

    def _forget(self) -> None:
        self._soon.stop()
        self._drawing.forget()
        self.map.forget()

    def _draw(self) -> None:
        scene = self._session.shown
        subject = None if scene is None else self._bench.subjects.named(scene, SUBJECT)
        if scene is None or subject is None or not self._on:
            return
        rows, cols = scene.cube.rows, scene.cube.cols
        ratio = self._image.viewport().devicePixelRatioF()
        step = max(1, math.floor(max(rows, cols) / (LONGEST * ratio)))
        self._drawing.request(partial(draw_part, draw=subject.draw, box=(0, 0, rows, cols), step=step))

    def _take(self, drawn: Drawn) -> None:
        scene = self._session.shown
        if self._on and scene is not None:
            self.map.show_picture(drawn, (scene.cube.rows, scene.cube.cols))
