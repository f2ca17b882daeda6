"""Large scenes are shown at a coarser step; where one looks closely, the part in view is drawn again at a finer one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.cube.picture import Picture, display_step, readable_step
from hsigui.cube.render import ViewState, render_window, resolve
from hsigui.cube.stretch import Tones
from hsigui.document.events import BandsChanged, SceneShown
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.camera import fine_step
from hsigui.ui.image.overlay import Box
from hsigui.ui.image.view import ImageView

WAIT_MS = 120  # after the last move
LONGEST_WAIT_MS = 500  # after the first: who moves on and on sees details on the way
DETAIL_PIXELS = 2_000_000  # of a finer picture at most


@dataclass(frozen=True)
class Detail:
    """A finer picture of a part of the scene: rgb, its first pixel, its step, and what it was drawn of."""

    rgb: NDArray[np.uint8]
    top: int
    left: int
    step: int
    tones: Tones
    view: ViewState


class DetailController(QObject):
    """Watches where one looks. Small scenes, which are shown whole, cost nothing here."""

    def __init__(self, desk: Desk, image: ImageView) -> None:
        super().__init__(desk.window)
        self._session, self._image = desk.session, image
        self._picture: Picture | None = None  # its tones serve as long as scene and view stay
        self._drawing = Latest(desk.bridge, say("Draw detail"), self._show)
        self._timer = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._draw, self)
        image.moved.connect(self._moved)
        desk.session.events.subscribe(SceneShown, self._forget)
        desk.session.events.subscribe(BandsChanged, self._forget)

    def refresh(self, picture: Picture) -> None:
        """The composite was drawn anew: so is the detail, when one is wanted."""
        self._picture = picture
        self._timer.start()

    def _forget(self, _event: SceneShown | BandsChanged) -> None:
        self._drawing.forget()
        self._picture = None

    def _moved(self) -> None:
        if self._session.cube is not None and display_step(self._session.cube) > 1:
            self._timer.start()

    def _draw(self) -> None:
        cube, view, box = self._session.cube, self._session.view, self._image.visible_box()
        if cube is None or view is None or box is None or not self._image.isVisible():
            return
        coarse = display_step(cube)
        pixels = (box[2] - box[0]) * (box[3] - box[1])
        step = readable_step(cube, pixels, fine_step(box, DETAIL_PIXELS))
        if step >= coarse:
            self._drawing.forget()
            return
        whole = self._picture
        tones = whole.tones if whole is not None and whole.view == view else None
        self._drawing.request(partial(draw_detail, cube=cube, view=view, box=box, step=step, tones=tones))

    def _show(self, detail: Detail) -> None:
        if self._session.view != detail.view:
            return
        self._image.set_detail(detail.rgb, detail.top, detail.left, detail.step)


def draw_detail(ctx: Context, cube: Cube, view: ViewState, box: Box, step: int, tones: Tones | None = None) -> Detail:
    """Draws a box of the scene (top, left, bottom, right) with the stretch of the whole."""
    if tones is None:
        tones = resolve(cube, view, display_step(cube))
        ctx.check()
    top, left, bottom, right = box
    rgb = render_window(cube, view, tones, slice(top, bottom, step), slice(left, right, step))
    return Detail(rgb, top, left, step, tones, view)
