"""What a picture on the disk is a picture of: some rows of it at a time, so that no size of a scene is too large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from hsigui.document.values import Box
from hsigui.ui.image.no_data import DARK, LIGHT
from hsigui.ui.image.subjects import Draw

Pixels = NDArray[np.uint8]
CHECKERED, TRANSPARENT = "checkered", "transparent"
AT_ONCE = 2_000_000  # pixels of the scene that are drawn at once


class Body(Protocol):
    """A picture that is drawn row by row. Its size is in pixels of the picture."""

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...

    @property
    def rows_at_once(self) -> int:
        """How many rows are best asked for together."""

    def rows(self, start: int, stop: int) -> Pixels:
        """Some of its rows: rows x width x 4 uint8, red, green, blue and alpha. Called on worker threads."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One subject of a picture.

    Attributes:
        sparse: whether single pixels are to be seen where the picture is smaller than the scene.
        opacity: 0 to 1; over what has no data it is opaque.
    """

    draw: Draw
    sparse: bool = False
    opacity: float = 1.0


@dataclass(frozen=True, eq=False)
class SceneBody:
    """A part of a scene, drawn from what its subjects say.

    Attributes:
        layers: the lowest first.
        box: of the scene.
        width, height: of the picture.
        holes: what stands where there is nothing: `CHECKERED` or `TRANSPARENT`.
        field: pixels of a side of the checkerboard's fields.
    """

    layers: tuple[Layer, ...]
    box: Box
    width: int
    height: int
    holes: str = CHECKERED
    field: int = 8

    @property
    def step(self) -> int:
        """Pixels of the scene that one of the picture stands for, rounded down; 1 where it is magnified."""
        top, left, bottom, right = self.box
        return max(1, min((bottom - top) // self.height, (right - left) // self.width))

    @property
    def rows_at_once(self) -> int:
        return max(1, min(AT_ONCE // (self.step * (self.box[3] - self.box[1])), AT_ONCE // self.width))

    def rows(self, start: int, stop: int) -> Pixels:
        made = np.zeros((stop - start, self.width, 4), dtype=np.uint8)
        for layer in self.layers:
            _lay(made, self._drawn(layer, start, stop), layer.opacity)
        if self.holes == CHECKERED:
            _fill(made, start, self.field)
        return made

    def _drawn(self, layer: Layer, start: int, stop: int) -> Pixels:
        """Some rows of one layer: the pixel under the centre of each of the picture's."""
        top, left, bottom, right = self.box
        step = self.step
        if layer.sparse and step > 1:
            return self._seen(layer, start, stop)
        rows, cols = _centres(start, stop, self.height, bottom - top), _centres(0, self.width, self.width, right - left)
        first = int(rows[0]) // step * step
        part = layer.draw((top + first, left, top + int(rows[-1]) + 1, right), step)
        down = np.minimum((rows - first) // step, part.shape[0] - 1)
        across = np.minimum(cols // step, part.shape[1] - 1)
        return np.asarray(part.take(down, axis=0).take(across, axis=1))

    def _seen(self, layer: Layer, start: int, stop: int) -> Pixels:
        """Some rows of a layer that is larger than the picture: where a pixel would be empty, any that there is."""
        found = self._drawn(Layer(layer.draw), start, stop)
        if found[:, :, 3].all():
            return found
        top, left, bottom, right = self.box
        downs = _edges(start, stop, self.height, bottom - top)
        acrosses = _edges(0, self.width, self.width, right - left)
        full = np.ascontiguousarray(layer.draw((top + int(downs[0]), left, top + int(downs[-1]), right), 1))
        numbers = full.view("<u4")[:, :, 0]  # the alpha is the highest byte: anything is more than nothing
        some = np.maximum.reduceat(np.maximum.reduceat(numbers, downs[:-1] - downs[0], axis=0), acrosses[:-1], axis=1)
        empty = found[:, :, 3] == 0
        found[empty] = some.view(np.uint8).reshape(found.shape)[empty]
        return found


@dataclass(frozen=True, eq=False)
class ImageBody:
    """A picture that was drawn already, such as what is seen in the window."""

    image: QImage

    @property
    def width(self) -> int:
        return self.image.width()

    @property
    def height(self) -> int:
        return self.image.height()

    @property
    def rows_at_once(self) -> int:
        return max(1, AT_ONCE // max(1, self.width))

    def rows(self, start: int, stop: int) -> Pixels:
        return pixels_of(self.image.copy(0, start, self.width, stop - start))


def pixels_of(image: QImage) -> Pixels:
    """Red, green, blue and alpha of an image: rows x cols x 4 uint8."""
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows, cols = image.height(), image.width()
    lines = np.frombuffer(image.constBits(), dtype=np.uint8).reshape(rows, image.bytesPerLine())
    return lines[:, : 4 * cols].reshape(rows, cols, 4).copy()


def _centres(start: int, stop: int, pixels: int, scene: int) -> NDArray[np.intp]:
    """Which row or column of the scene lies under the centre of each of the picture's."""
    return np.minimum(((np.arange(start, stop) + 0.5) * scene / pixels).astype(np.intp), scene - 1)


def _edges(start: int, stop: int, pixels: int, scene: int) -> NDArray[np.intp]:
    """The row or column of the scene where each of the picture's begins, and where the last one ends."""
    return (np.arange(start, stop + 1) * scene // pixels).astype(np.intp)


def _lay(made: Pixels, over: Pixels, opacity: float) -> None:
    """Lays a layer over what is there."""
    there = over[:, :, 3] > 0
    if opacity < 1:
        both = there & (made[:, :, 3] > 0)
        mixed = opacity * over[both, :3].astype(np.float32) + (1 - opacity) * made[both, :3]
        there &= ~both
        made[both, :3] = np.rint(mixed).astype(np.uint8)
    made[there] = over[there]


def _fill(made: Pixels, start: int, field: int) -> None:
    """A checkerboard where there is nothing, as the window shows it."""
    holes = made[:, :, 3] == 0
    if not holes.any():
        return
    down, across = (np.arange(start, start + len(made)) // field) & 1, (np.arange(made.shape[1]) // field) & 1
    dark = (down[:, None] ^ across).astype(bool)
    for which, color in ((dark, DARK), (~dark, LIGHT)):
        made[holes & which] = (color >> 16 & 255, color >> 8 & 255, color & 255, 255)
