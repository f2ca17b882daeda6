"""A subject of a scene as a layer of a canvas: a picture of the whole, and a finer one of what is looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from hsigui.ui.image.no_data import NOTHING, SIDE, checkered
from hsigui.ui.image.overlay import Window


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture of a part of the scene.

    Attributes:
        pixels: rows x cols uint32, premultiplied as Qt has them.
        top, left: the pixel of the scene where it begins.
        step: each of its pixels stands for step x step pixels of the scene.
    """

    pixels: NDArray[np.uint32]
    top: int = 0
    left: int = 0
    step: int = 1

    def part(self, window: Window) -> Window | None:
        """What of a window it covers, with indices that count from its corner."""
        rows, cols = self.pixels.shape
        return window.part(self.top, self.left, self.top + rows * self.step, self.left + cols * self.step)


def premultiplied(rgba: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Red, green, blue and alpha of 0-255 (rows x cols x 4) as Qt's 32-bit numbers, rows x cols."""
    alpha = rgba[..., 3]
    buffer = alpha.astype(np.uint32) << np.uint32(24)
    partly = bool(((alpha > 0) & (alpha < 255)).any())
    for channel, shift in enumerate((16, 8, 0)):
        values = rgba[..., channel].astype(np.uint32)
        if partly:
            values = values * alpha // np.uint32(255)
        buffer |= values << np.uint32(shift)
    buffer[alpha == 0] = 0
    return buffer


class SubjectLayer:
    """The picture of a subject.

    Attributes:
        whole: of all of the scene; None for nothing.
        detail: of a part, in place of the whole there.
        gaps_seen: whether what is transparent is drawn as a checkerboard: it has no data.
    """

    def __init__(self, opacity: float = 1.0, gaps_seen: bool = False) -> None:
        self.opacity, self.visible, self.gaps_seen = opacity, True, gaps_seen
        self.whole: Drawn | None = None
        self.detail: Drawn | None = None

    @property
    def empty(self) -> bool:
        return self.whole is None and self.detail is None

    def clear(self) -> None:
        self.whole = self.detail = None

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""
        pixels: NDArray[np.uint32] | None = None
        for drawn in (self.whole, self.detail):
            part = None if drawn is None else drawn.part(window)
            if drawn is None or part is None:
                continue
            found = part.sample(drawn.pixels, drawn.step)
            if found.shape == (len(window.rows), len(window.cols)):
                pixels = found
                continue
            if pixels is None:
                pixels = np.zeros((len(window.rows), len(window.cols)), dtype=np.uint32)
            top, left = part.top - window.top, part.left - window.left
            pixels[top : top + found.shape[0], left : left + found.shape[1]] = found
        if pixels is None:
            return
        if self.gaps_seen:
            pixels = checkered(
                np.where(pixels == 0, np.uint32(NOTHING), pixels), window.left, window.top, round(SIDE * window.ratio)
            )
        painter.setOpacity(self.opacity)
        window.draw(painter, pixels, QImage.Format.Format_ARGB32_Premultiplied)
        painter.setOpacity(1.0)
