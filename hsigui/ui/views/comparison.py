"""Two pictures of the scene in the image: one left and one right of a line that is dragged, or one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPainter, QPen

from hsigui.document.events import SceneShown
from hsigui.document.intentions import PicturesCompared
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.comparing import Painted
from hsigui.ui.image.subject_drawing import SubjectDrawing
from hsigui.ui.image.subject_layer import SubjectLayer
from hsigui.ui.views.compare_bar import QUICKEST, SLOWEST, CompareBar
from hsigui.ui.views.grid import ViewsGrid

AS_IT_IS = ""  # in place of a subject: the image with what lies over it
FIRST_RIGHT = ("map", "composite")
NEAR = 5.0  # logical pixels from the line, where the mouse takes hold of it
GRIP = 11.0  # logical pixels, its radius
HELD_KEY = Qt.Key.Key_Z
SECONDS = 0.6


class Comparison(QObject):
    """Swipe, blink, and the second picture as long as a key is held."""

    def __init__(self, bench: Bench, grid: ViewsGrid) -> None:
        super().__init__(bench.desk.window)
        self._bench, self._session, self._image = bench, bench.desk.session, bench.image
        self._layers = (SubjectLayer(), SubjectLayer())
        bridge = bench.desk.bridge
        self._drawings = tuple(SubjectDrawing(bridge, bench.image, layer, self) for layer in self._layers)
        self._names = [AS_IT_IS, FIRST_RIGHT[0]]
        self._titles = {AS_IT_IS: say("The image as it is")}
        self.mode = ""
        self.share, self.second = 0.5, False  # of the width left of the line; whether the second picture is seen
        self._held = self._dragged = False
        self._cursor: QCursor | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(round(1000 * SECONDS))
        self._timer.timeout.connect(self._turn)
        self.bar = CompareBar(bench.actions["swipe"], bench.actions["blink"])
        self.bar.set_seconds(SECONDS)
        self.bar.hide()
        grid.put_above(self.bar)
        self.bar.chosen.connect(self.choose)
        self.bar.divided.connect(self.divide)
        self.bar.timed.connect(self.set_seconds)
        self.bar.closed.connect(self.end)
        bench.image.installEventFilter(self)
        bench.image.viewport().installEventFilter(self)
        bench.subjects.changed.connect(self._changed)
        self._session.events.subscribe(SceneShown, self._show_scene)
        self._session.events.subscribe(PicturesCompared, self._compare)

    # What is asked for

    def swipe(self, on: bool) -> None:
        """Divides the image between two pictures, or no more."""
        self._set_mode("swipe" if on else "", was="swipe")

    def blink(self, on: bool) -> None:
        """Shows two pictures in turns, or no more."""
        self._set_mode("blink" if on else "", was="blink")

    def end(self) -> None:
        """Shows the image as it is."""
        for name in ("swipe", "blink"):
            self._bench.actions[name].setChecked(False)

    def choose(self, side: int, name: str) -> None:
        """Another picture on the left (0) or on the right (1), by the id of its subject; "" for the image as it is."""
        again = name == self._names[side]
        self._names[side] = name
        self._show_sides()
        if again:
            self._drawings[side].ask()
        self._image.setFocus()

    def _compare(self, asked: PicturesCompared) -> None:
        """Shows two pictures that somebody wants to see over each other."""
        if asked.how == "swipe" and len(asked.names) == 2:
            for side, name in enumerate(asked.names):
                self.choose(side, name)
            self._bench.actions["swipe"].setChecked(True)

    def divide(self, share: float) -> None:
        """Has the line stand at a share of the width."""
        self.share = min(max(share, 0.0), 1.0)
        self.bar.set_place(self.share)
        self._image.viewport().update()

    def set_seconds(self, seconds: float) -> None:
        """How long each picture is seen."""
        self._timer.setInterval(round(1000 * min(max(seconds, QUICKEST), SLOWEST)))

    @property
    def names(self) -> tuple[str, str]:
        """The ids of what is compared, left and right."""
        return self._names[0], self._names[1]

    def state(self) -> dict[str, Any]:
        """What is compared and how, as values of JSON; not whether it is."""
        return {"sides": list(self._names), "share": round(self.share, 3), "seconds": self._timer.interval() / 1000}

    def restore(self, state: Any) -> None:
        """What `state` said; what cannot be understood stays as it is now."""
        if not isinstance(state, Mapping):
            return
        sides, share, seconds = state.get("sides"), state.get("share"), state.get("seconds")
        if isinstance(sides, list) and len(sides) == 2:
            self._names = [str(name) for name in sides]
        if isinstance(share, int | float):
            self.divide(float(share))
        if isinstance(seconds, int | float):
            self.set_seconds(float(seconds))
            self.bar.set_seconds(self._timer.interval() / 1000)
        self._show_sides()

    # What is painted, as `Comparing` has it

    def parts(self, exposed: QRect, as_it_is: tuple[Painted, ...]) -> Sequence[tuple[QRect, tuple[Painted, ...]]]:
        """The pieces of an exposed part, left and right of the line; or all of it with the picture whose turn it is."""
        shown = [
            as_it_is if name == AS_IT_IS else (layer,) for name, layer in zip(self._names, self._layers, strict=True)
        ]
        if self._held or self.mode != "swipe":
            return [(exposed, shown[self._held or self.second])]
        line, height = round(self._line), self._image.viewport().height()
        left, right = QRect(0, 0, line, height), QRect(line, 0, self._image.viewport().width() - line, height)
        return [(exposed & half, layers) for half, layers in zip((left, right), shown, strict=True) if exposed & half]

    def paint_over(self, painter: QPainter) -> None:
        """The line with its grip."""
        if self._held or self.mode != "swipe":
            return
        x, middle = round(self._line), self._image.viewport().height() / 2
        for color, width in ((QColor(0, 0, 0, 150), 4), (QColor(255, 255, 255), 2)):
            painter.setPen(QPen(color, width))
            painter.drawLine(QPointF(x, 0), QPointF(x, 2 * middle))
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(0, 0, 0, 150), 1))
        painter.setBrush(QColor(255, 255, 255))
        painter.drawEllipse(QPointF(x, middle), GRIP, GRIP)
        painter.setPen(QPen(QColor(60, 60, 60), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        for way in (-1, 1):
            tip = QPointF(x + way * 7, middle)
            painter.drawLine(tip, tip + QPointF(-way * 4, -4))
            painter.drawLine(tip, tip + QPointF(-way * 4, 4))
        painter.restore()

    @property
    def _line(self) -> float:
        return self.share * self._image.viewport().width()

    # Mouse and keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes the line by the mouse, and shows the second picture while the key is held."""
        if watched is self._image:
            return self._key(event)
        if self.mode == "swipe" and isinstance(event, QMouseEvent):
            return self._mouse(event)
        return False

    def _mouse(self, event: QMouseEvent) -> bool:
        at, kind = event.position().x(), event.type()
        near = abs(at - self._line) <= NEAR
        if self._dragged:
            if kind == QEvent.Type.MouseMove:
                self.divide(at / max(self._image.viewport().width(), 1))
            elif kind == QEvent.Type.MouseButtonRelease:
                self._dragged = False
            return True
        if event.buttons() and kind != QEvent.Type.MouseButtonPress:
            return False  # something else is drawn
        self._show_cursor(near and not self._image.drawing)
        if kind == QEvent.Type.MouseButtonPress and near and event.button() == Qt.MouseButton.LeftButton:
            self._dragged = not self._image.drawing
            return self._dragged
        return near and kind == QEvent.Type.MouseButtonDblClick

    def _show_cursor(self, near: bool) -> None:
        port = self._image.viewport()
        if near and self._cursor is None:
            self._cursor = port.cursor()
            port.setCursor(Qt.CursorShape.SplitHCursor)
        elif not near and self._cursor is not None:
            port.setCursor(self._cursor)
            self._cursor = None

    def _key(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._hold(False)
        if not isinstance(event, QKeyEvent) or event.key() != HELD_KEY or event.modifiers():
            return False
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            return False
        if not event.isAutoRepeat():
            self._hold(event.type() == QEvent.Type.KeyPress and self._session.shown is not None)
        return True

    def _hold(self, held: bool) -> None:
        if held != self._held:
            self._held = held
            self._show()

    # Inner doings

    def _set_mode(self, mode: str, was: str) -> None:
        if not mode and self.mode != was:
            return  # the other one was switched on meanwhile
        self.mode, self.second = mode, False
        for name in ("swipe", "blink"):
            self._bench.actions[name].setChecked(name == mode)
        self._show_cursor(False)
        self._dragged = False
        if mode == "blink":
            self._timer.start()
        else:
            self._timer.stop()
        self.bar.set_place(self.share)
        self.bar.show_mode(mode)
        self.bar.setVisible(bool(mode))
        self._show()

    def _turn(self) -> None:
        self.second = not self.second
        self._image.viewport().update()

    @property
    def _at_work(self) -> bool:
        return bool(self.mode) or self._held

    def _show(self) -> None:
        """Begins to compare, or ends it."""
        self._image.set_comparing(self if self._at_work else None)
        if self._at_work:
            self._show_sides()
        else:
            for drawing in self._drawings:
                drawing.show(None, (0, 0))

    def _show_sides(self) -> None:
        scene = self._session.shown
        if scene is None or not self._at_work:
            return
        subjects = self._bench.subjects.of(scene)
        there = [subject.id for subject in subjects]
        self._titles |= {subject.id: subject.title for subject in subjects}
        if self._names[1] == FIRST_RIGHT[0] and FIRST_RIGHT[0] not in there:
            self._names[1] = FIRST_RIGHT[1]
        size = scene.cube.rows, scene.cube.cols
        for name, layer, drawing in zip(self._names, self._layers, self._drawings, strict=True):
            layer.gaps_seen = name == "composite"
            drawing.show(next((subject for subject in subjects if subject.id == name), None), size)
        listed = [(AS_IT_IS, self._titles[AS_IT_IS]), *((subject.id, subject.title) for subject in subjects)]
        self.bar.offer(listed, [(name, self._titles.get(name, say("Nothing yet"))) for name in self._names])

    def _show_scene(self, _event: SceneShown) -> None:
        for drawing in self._drawings:
            drawing.show(None, (0, 0))
        self._show_sides()

    def _changed(self, name: str) -> None:
        scene = self._session.shown
        if scene is None or not self._at_work:
            return
        if name in ("", "composite"):
            self._show_sides()
        elif name in self._names:
            size = scene.cube.rows, scene.cube.cols
            for side, drawing in zip(self._names, self._drawings, strict=True):
                if side == name:
                    drawing.show(self._bench.subjects.named(scene, name), size)
