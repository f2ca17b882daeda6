"""Superpixels over the scene: found in a worker, drawn as outlines. Of a very large scene only the part in view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer

from hsigui.cube import superpixels
from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.superpixels import WHOLE, Segments, default_count
from hsigui.document.events import BandsChanged, SceneClosed, SceneShown
from hsigui.document.values import Box
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.superpixel_strip import SuperpixelStrip

WAIT_MS = 200  # after the last move of the slider or of the scene
MOST_PIXELS = WHOLE  # that are cut at once: what is in view should have no borders of tiles


@dataclass(frozen=True, eq=False)
class Cut:
    """Superpixels of a part of a scene: `found` has `labels` and `count`, `box` is top, left, bottom, right."""

    cube: Cube
    found: Segments
    box: Box
    asked: int


class SuperpixelController(QObject):
    """Keeps the outlines in step with the scene, the count, and for a large scene with what is in view."""

    def __init__(self, desk: Desk, image: ImageView, strip: SuperpixelStrip) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._strip = desk, desk.session, image, strip
        self._shown = False
        self._cut: Cut | None = None
        self._last: tuple[Cut, int, Area | None] | None = None  # the superpixel that was asked for last
        self._counts: dict[int, int] = {}  # that were asked for, by the ids of the scenes
        self._finding = Latest(desk.bridge, say("Find superpixels"), self._take, failed=self._failed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WAIT_MS)
        self._timer.timeout.connect(self._find)
        strip.count_changed.connect(self._count_changed)
        image.moved.connect(self._moved)
        events = self._session.events
        events.subscribe(SceneShown, self._scene_changed)
        events.subscribe(BandsChanged, self._scene_changed)
        events.subscribe(SceneClosed, self._closed)

    def show(self, on: bool) -> None:
        """Shows the outlines, or takes them away."""
        self._shown = on
        if on:
            self._find()
        else:
            self._forget()
            self._strip.set_text("")

    def area_at(self, row: int, col: int) -> Area | None:
        """The superpixel that a pixel lies in, as top, left and mask; None where there is none (yet)."""
        cut = self._cut
        if cut is None:
            return None
        top, left, bottom, right = cut.box
        if not (top <= row < bottom and left <= col < right):
            return None
        number = int(cut.found.labels[row - top, col - left])
        if number < 0:
            return None
        if self._last is None or self._last[:2] != (cut, number):  # a drag asks for each pixel that it crosses
            self._last = cut, number, trimmed(top, left, cut.found.labels == number)
        return self._last[2]

    @property
    def state(self) -> str:
        """What came of the search, in words."""
        return self._strip.text.text()

    def _count_changed(self, count: int) -> None:
        self._counts[self._session.scene.id] = count
        if self._shown:
            self._timer.start()

    def _closed(self, event: SceneClosed) -> None:
        self._counts.pop(event.scene, None)

    def _scene_changed(self, _event: SceneShown | BandsChanged) -> None:
        scene = self._session.scene
        self._forget()
        self._strip.set_count(self._counts.get(scene.id) or default_count(scene.cube.rows * scene.cube.cols))
        if self._shown:
            self._timer.start()

    def _moved(self) -> None:
        if not self._shown:
            return
        cube, cut = self._session.cube, self._cut
        if cube is not None and _large(cube):
            self._timer.start()
        elif cut is not None:
            self._tell(cut)

    def _forget(self) -> None:
        self._timer.stop()
        self._finding.forget()
        self._cut = self._last = None
        self._image.set_outlines(None)

    def _find(self) -> None:
        cube, box, count = self._session.cube, self._image.visible_box(), self._strip.count
        if cube is None or not self._shown:
            return
        if not _large(cube):
            box = (0, 0, cube.rows, cube.cols)
        elif box is None or _pixels(box) > MOST_PIXELS:
            self._forget()
            self._strip.set_text(
                say(
                    "Zoom in to see superpixels: of this large scene at most {most_pixels:g} million pixels are cut "
                    "at once.",
                    most_pixels=MOST_PIXELS / 1000000.0,
                )
            )
            return
        elif self._serves(box, count):
            return
        self._strip.set_text(say("Looking for superpixels…"))
        self._finding.request(partial(find, cube=cube, box=box, count=count))

    def _serves(self, box: Box, count: int) -> bool:
        """Whether what is shown already covers the part in view, and is not much larger."""
        cut = self._cut
        if cut is None or cut.asked != count or self._finding.busy:
            return False
        inside = all(a <= b for a, b in zip(cut.box[:2], box[:2], strict=True))
        inside = inside and all(a >= b for a, b in zip(cut.box[2:], box[2:], strict=True))
        return inside and _pixels(cut.box) <= 4 * _pixels(box)

    def _take(self, cut: Cut) -> None:
        if not self._shown:
            return
        self._cut = cut
        self._image.set_outlines(cut.found.labels, cut.found.count, cut.box[0], cut.box[1])
        self._tell(cut)

    def _tell(self, cut: Cut) -> None:
        text = say("{asked:,} asked, {count:,} got", asked=cut.asked, count=cut.found.count)
        if _large(cut.cube):
            text += say(", in the part in view")
        if self._image.outlines_too_small:
            text += say(". Too small to be drawn: zoom in.")
        self._strip.set_text(text)

    def _failed(self, error: BaseException, trace: str) -> None:
        self._cut = None
        self._image.set_outlines(None)
        if isinstance(error, HsiError):
            self._strip.set_text(say("None: {message} {hint}", message=error.message, hint=error.hint))
        else:
            self._strip.set_text(say("None: an error stopped the search."))
            self._desk.fail(error, trace)


def find(ctx: Context, cube: Cube, box: Box, count: int) -> Cut:
    """Cuts a part of a scene (top, left, bottom, right) into about so many superpixels."""
    ctx.progress(0, 0, say("Looking for superpixels…"))
    whole = box == (0, 0, cube.rows, cube.cols)
    return Cut(
        cube, superpixels.segment_cube(cube if whole else part_of(cube, box), count, check=ctx.check), box, count
    )


def part_of(cube: Cube, box: Box) -> Cube:
    """A box of a cube (top, left, bottom, right; the last two exclusive) as a cube of its own, with its bands."""
    info = CubeInfo(wavelengths=cube.info.wavelengths, bad_bands=cube.info.bad_bands)
    return Cube(_Part(cube, box), info, name=cube.name)


@dataclass(frozen=True)
class _Part:
    """The values of a box of a cube, as a source: scaled already, NaN where there are none."""

    cube: Cube
    box: Box

    @property
    def shape(self) -> tuple[int, int, int]:
        top, left, bottom, right = self.box
        return bottom - top, right - left, self.cube.bands

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        top, left, _, _ = self.box
        height, width, _ = self.shape
        return self.cube.read(_moved(rows, top, height), _moved(cols, left, width), bands)


def _moved(part: slice, by: int, length: int) -> slice:
    start, stop, step = part.indices(length)
    return slice(start + by, stop + by, step)


def _large(cube: Cube) -> bool:
    return cube.rows * cube.cols > MOST_PIXELS


def _pixels(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])
