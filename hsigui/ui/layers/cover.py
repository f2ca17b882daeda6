"""Layers in the image: what is shown of them is drawn in place of the composite, in a worker; large scenes as a whole
at a coarser step, and finer where one looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.cube.picture import display_step
from hsigui.document.events import BandsChanged, DerivedChanged, DerivedViewChanged, SceneLeft, SceneShown, ViewChanged
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.camera import fine_step
from hsigui.ui.image.color_key import ColorKey
from hsigui.ui.image.overlay import packed
from hsigui.ui.image.subjects import Draw
from hsigui.ui.image.view import ImageView
from hsigui.ui.layers.ground import Ground, ground_of, missing

WAIT_MS, LONGEST_WAIT_MS = 120, 500  # as details of the composite
DETAIL_PIXELS = 2_000_000
BLACK = np.uint32(0xFF000000)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture of all of the scene, or of a part that begins at a pixel; pixels are rows x cols, packed."""

    ground: Ground
    pixels: NDArray[np.uint32]
    step: int
    top: int = 0
    left: int = 0


class Cover(QObject):
    """Keeps the image in step with what is shown of layers.

    Args:
        make: makes layers of the shown scene, by their numbers: they are to be shown, and are not there yet.
    """

    def __init__(self, desk: Desk, image: ImageView, make: Callable[[list[int]], None]) -> None:
        super().__init__(desk.window)
        self._session, self._image, self._make = desk.session, image, make
        self._ground: Ground | None = None
        self._preview: Ground | None = None
        self._drawing = Latest(desk.bridge, say("Draw layer"), self._show, between=True)
        self._finer = Latest(desk.bridge, say("Draw detail"), self._show_detail)
        self._timer = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._draw_detail, self)
        image.moved.connect(self._moved)
        events = self._session.events
        events.subscribe(SceneLeft, self._left)
        events.subscribe(SceneShown, self._renew)
        events.subscribe(BandsChanged, self._renew)
        events.subscribe(DerivedViewChanged, self._renew)
        events.subscribe(DerivedChanged, self._layer_changed)
        events.subscribe(ViewChanged, self._view_changed)

    @property
    def drawing(self) -> bool:
        """Whether something is being drawn that is not shown yet."""
        return self._drawing.busy or self._finer.busy

    def preview(self, draw: Draw | None, key: ColorKey | None = None) -> None:
        """Shows something else for a while; None ends that."""
        self._preview = None if draw is None else Ground(draw, key)
        self._draw()

    def _left(self, _event: SceneLeft) -> None:
        self._preview = None
        for latest in (self._drawing, self._finer):  # their pictures are not of the scene that comes
            latest.forget()

    def _layer_changed(self, event: DerivedChanged) -> None:
        if event.number in self._session.scene.derived.view.layers:
            self._renew()

    def _view_changed(self, _event: ViewChanged) -> None:
        if any(self._session.scene.derived.view.channels):
            self._renew()

    def _renew(self, _event: object = None) -> None:
        """Draws what is to be shown now, once it is there."""
        scene = self._session.scene
        self._ground = ground_of(scene)
        self._draw()
        wanted = missing(scene)
        if wanted:
            self._make(wanted)

    @property
    def _shown(self) -> Ground | None:
        return self._preview or self._ground

    def _draw(self) -> None:
        shown, cube = self._shown, self._session.cube
        if shown is None or cube is None:
            self._drawing.forget()
            self._finer.forget()
            self._image.set_cover(None)
            return
        self._drawing.request(partial(draw_whole, ground=shown, shape=(cube.rows, cube.cols), step=display_step(cube)))

    def _show(self, drawn: Drawn) -> None:
        self._image.set_cover(drawn.pixels, drawn.step, drawn.ground.key)
        if drawn.step > 1:
            self._timer.start()

    # Details

    def _moved(self) -> None:
        if self._shown is not None and self._session.cube is not None and display_step(self._session.cube) > 1:
            self._timer.start()

    def _draw_detail(self) -> None:
        shown, cube, box = self._shown, self._session.cube, self._image.visible_box()
        if shown is None or cube is None or box is None or not self._image.isVisible():
            return
        step = fine_step(box, DETAIL_PIXELS)
        if step >= display_step(cube):
            self._finer.forget()
            return
        self._finer.request(partial(draw_part, ground=shown, box=box, step=step))

    def _show_detail(self, drawn: Drawn) -> None:
        if drawn.ground is self._shown and self._image.covered:
            self._image.set_cover_detail(drawn.pixels, drawn.top, drawn.left, drawn.step)


def draw_whole(_ctx: Context, ground: Ground, shape: tuple[int, int], step: int) -> Drawn:
    """Every `step`-th pixel of a scene of so many rows and columns."""
    return Drawn(ground, _packed(ground.draw((0, 0, *shape), step)), step)


def draw_part(_ctx: Context, ground: Ground, box: Box, step: int) -> Drawn:
    """Every `step`-th pixel of a box (top, left, bottom, right; the last two exclusive)."""
    return Drawn(ground, _packed(ground.draw(box, step)), step, box[0], box[1])


def _packed(rgba: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """The colours as Qt's numbers, rows x cols; black where there is no data."""
    pixels = packed(rgba[..., :3])
    pixels[rgba[..., 3] == 0] = BLACK
    return pixels
