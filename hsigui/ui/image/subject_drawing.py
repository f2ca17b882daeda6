"""Draws a subject of a scene for a canvas, on worker threads: all of it coarsely, and finely what is looked at.

What moves is painted at once from the pictures that are there; finer ones follow. Small scenes are drawn as a whole at
full resolution, and cost nothing when one looks elsewhere.
"""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QObject

from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.job_bridge import JobBridge, Latest
from hsigui.ui.image.camera import fine_step
from hsigui.ui.image.canvas import SceneCanvas
from hsigui.ui.image.subject_layer import Drawn, SubjectLayer, premultiplied
from hsigui.ui.image.subjects import Draw, Subject

WHOLE_PIXELS = 1_000_000  # of the picture of all of the scene at most
DETAIL_PIXELS = 3_000_000  # of the finer one
AROUND = 0.1  # of what is seen that is drawn beside it, on each side: so far one can move and see details
MOVED_MS, LONGEST_MOVED_MS = 60, 250  # after the last move, and after the first
TOLD_MS, LONGEST_TOLD_MS = 25, 80  # the same after a change of the subject: strokes come in pieces


class SubjectDrawing(QObject):
    """Keeps a layer of a canvas the picture of a subject."""

    def __init__(self, bridge: JobBridge, canvas: SceneCanvas, layer: SubjectLayer, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._layer = canvas, layer
        self._subject: Subject | None = None
        self._size = (0, 0)
        self._asked = False  # for a subject that is not there yet
        self._whole = Latest(bridge, say("Draw a view"), self._take_whole, between=True)
        self._fine = Latest(bridge, say("Draw a part of a view"), self._take_detail, between=True)
        self._moves = Debounce(MOVED_MS, LONGEST_MOVED_MS, self._draw_detail, self)
        self._tellings = Debounce(TOLD_MS, LONGEST_TOLD_MS, self._draw, self)
        canvas.moved.connect(self._moved)

    @property
    def subject(self) -> Subject | None:
        """What is drawn."""
        return self._subject

    @property
    def empty(self) -> bool:
        """Whether there is no subject, or it is not there yet."""
        return self._subject is None or not self._subject.there

    @property
    def busy(self) -> bool:
        """Whether a picture is being drawn or waited for that is not shown yet."""
        return self._whole.busy or self._fine.busy or self._moves.isActive() or self._tellings.isActive()

    def show(self, subject: Subject | None, size: tuple[int, int], *, seen: bool = True) -> None:
        """Draws a subject, or nothing. What is there stays until the first picture of another is done. What is only
        kept as a recipe is asked for once.

        Args:
            size: rows and columns of the scene.
            seen: whether it is looked at: only then is it asked for.
        """
        other = subject is None or self._subject is None or subject.id != self._subject.id or size != self._size
        self._subject, self._size = subject, size
        if other:
            self.forget()
            self._asked = False
        if subject is None or subject.there:
            self._asked = False
            self._tellings.start()
            return
        self._layer.clear()
        self._canvas.viewport().update()
        if seen and not self._asked:
            self.ask()

    def ask(self) -> None:
        """Has the subject made if it is not there, also where that was given up before."""
        if self._subject is not None and self._subject.make is not None:
            self._asked = True  # before it is told of
            self._asked = self._subject.make()

    def forget(self) -> None:
        """Shows nothing and waits for nothing."""
        for latest in (self._whole, self._fine):
            latest.forget()
        for waiting in (self._moves, self._tellings):
            waiting.stop()
        self._layer.clear()
        self._canvas.viewport().update()

    def let_go(self) -> None:
        """No longer listens to the canvas; before this one goes."""
        self._canvas.moved.disconnect(self._moved)
        self._subject = None
        self.forget()

    @property
    def _coarse(self) -> int:
        return fine_step((0, 0, *self._size), WHOLE_PIXELS)

    def _moved(self) -> None:
        if self._subject is not None and self._subject.there and self._coarse > 1:
            self._moves.start()

    def _draw(self) -> None:
        subject, (rows, cols) = self._subject, self._size
        if subject is None or not rows * cols:
            return
        self._draw_detail()
        self._whole.request(partial(draw_part, draw=subject.draw, box=(0, 0, rows, cols), step=self._coarse))

    def _draw_detail(self) -> None:
        subject, box = self._subject, self._canvas.visible_box()
        if subject is None or box is None or self._canvas.scene_size != self._size:
            return
        box = _wider(box, self._size)
        ratio = self._canvas.viewport().devicePixelRatioF()
        seen = max(1, math.floor(1 / (self._canvas.scale * ratio)))
        step = max(seen, fine_step(box, DETAIL_PIXELS))
        if step >= self._coarse:
            self._fine.forget()
            self._layer.detail = None
            return
        self._fine.request(partial(draw_part, draw=subject.draw, box=box, step=step))

    def _take_whole(self, drawn: Drawn) -> None:
        self._layer.whole = drawn
        self._canvas.viewport().update()

    def _take_detail(self, drawn: Drawn) -> None:
        self._layer.detail = drawn
        self._canvas.viewport().update()


def draw_part(ctx: Context, draw: Draw, box: Box, step: int) -> Drawn:
    """Draws a box of a scene (top, left, bottom, right) every so many pixels."""
    rgba = draw(box, step)
    ctx.check()
    return Drawn(premultiplied(rgba), box[0], box[1], step)


def _wider(box: Box, size: tuple[int, int]) -> Box:
    """A box with some of its surroundings, inside the scene."""
    top, left, bottom, right = box
    down, across = math.ceil(AROUND * (bottom - top)), math.ceil(AROUND * (right - left))
    return max(top - down, 0), max(left - across, 0), min(bottom + down, size[0]), min(right + across, size[1])
