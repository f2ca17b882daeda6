"""The pictures that the image view stacks: the composite, and class rasters drawn in their classes' colours.

Each layer keeps a numpy buffer that a QImage looks at, so that a brush stroke rewrites only the pixels it touched and
nothing is copied. Class pixels are opaque in the buffer; the layer's opacity is applied when it is painted.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from hsigui.labels.classes import MAX_CLASS, ClassTable, Color

Box = tuple[int, int, int, int]


def argb(color: Color) -> int:
    """An opaque colour as Qt's 32-bit number."""
    red, green, blue = color
    return 0xFF000000 | red << 16 | green << 8 | blue


class Composite:
    """The RGB picture of the scene, possibly at a coarser step than one pixel."""

    def __init__(self) -> None:
        self._image = QImage()
        self._buffer: NDArray[np.uint32] = np.zeros((0, 0), dtype=np.uint32)
        self._step = 1

    def set(self, rgb: NDArray[np.uint8], step: int = 1) -> None:
        """Takes rows x cols x 3 of 0-255, of which each pixel stands for step x step pixels of the scene."""
        self._buffer = np.full(rgb.shape[:2], 0xFF000000, dtype=np.uint32)
        for channel, shift in enumerate((16, 8, 0)):
            self._buffer |= rgb[..., channel].astype(np.uint32) << np.uint32(shift)
        self._image = _image_over(self._buffer, QImage.Format.Format_RGB32)
        self._step = step

    def clear(self) -> None:
        self._image, self._buffer = QImage(), np.zeros((0, 0), dtype=np.uint32)

    def paint(self, painter: QPainter, rows: int, cols: int) -> None:
        """Draws into scene coordinates (x = col, y = row)."""
        if self._image.isNull():
            return
        source = QRectF(0, 0, cols / self._step, rows / self._step)
        painter.drawImage(QRectF(0, 0, cols, rows), self._image, source)


class ClassLayer:
    """A raster of class numbers shown in colours; class 0 is transparent.

    Args:
        opacity: 0 for transparent to 1 for opaque.
        keep_small: whether a single pixel stays visible when the scene is shown smaller than it is; nearest neighbour
            alone would skip most of the few labels of a large scene.
    """

    def __init__(self, opacity: float, keep_small: bool = False) -> None:
        self.opacity = opacity
        self.visible = True
        self._keep_small = keep_small
        self._small = _Reduced(1, np.zeros((0, 0), dtype=np.uint32))
        self._image = QImage()
        self._buffer: NDArray[np.uint32] = np.zeros((0, 0), dtype=np.uint32)
        self._colors: NDArray[np.uint32] = np.zeros(MAX_CLASS + 1, dtype=np.uint32)
        self._table = ClassTable()

    @property
    def empty(self) -> bool:
        return self._buffer.size == 0

    @property
    def shape(self) -> tuple[int, int]:
        return self._buffer.shape[0], self._buffer.shape[1]

    def set(self, array: NDArray[np.integer], table: ClassTable) -> None:
        """Takes a whole raster (rows x cols) and its classes."""
        self._colors = np.zeros(MAX_CLASS + 1, dtype=np.uint32)
        self._table = table
        for info in table:
            self._colors[info.number] = argb(info.color)
        if self._buffer.shape != array.shape:
            self._buffer = np.zeros(array.shape, dtype=np.uint32)
            self._image = _image_over(self._buffer, QImage.Format.Format_ARGB32_Premultiplied)
        self.update((0, 0, *array.shape[:2]), array)

    def update(self, box: Box, array: NDArray[np.integer]) -> None:
        """Rewrites the colours inside a box (top, left, bottom, right; the last two exclusive) of the whole raster.

        Raises:
            ValueError: the raster has another size than the one that was set.
        """
        if array.shape != self._buffer.shape:
            raise ValueError(f"raster of {array.shape} for a layer of {self._buffer.shape}")
        top, left, bottom, right = box
        numbers = array[top:bottom, left:right]
        colors = self._colors[numbers]
        unknown = (colors == 0) & (numbers != 0)
        if unknown.any():
            for number in np.unique(numbers[unknown]).tolist():
                self._colors[number] = argb(self._table.get(number).color)
            colors = self._colors[numbers]
        self._buffer[top:bottom, left:right] = colors
        if self._small.factor > 1:
            self._small.update(box, self._buffer)

    def clear(self) -> None:
        self._small = _Reduced(1, np.zeros((0, 0), dtype=np.uint32))
        self._image, self._buffer = QImage(), np.zeros((0, 0), dtype=np.uint32)

    def color_at(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Red, green, blue and alpha of a pixel of the buffer."""
        value = int(self._buffer[row, col])
        return value >> 16 & 255, value >> 8 & 255, value & 255, value >> 24

    def paint(self, painter: QPainter, scale: float = 1.0) -> None:
        """Draws into scene coordinates (x = col, y = row), `scale` device pixels a scene pixel."""
        if self.empty or not self.visible or self.opacity <= 0:
            return
        painter.setOpacity(self.opacity)
        if self._keep_small and scale < 1:
            self._paint_small(painter, math.ceil(1 / scale))
        else:
            painter.drawImage(0, 0, self._image)
        painter.setOpacity(1.0)

    def _paint_small(self, painter: QPainter, factor: int) -> None:
        if self._small.factor != factor or self._small.of != self.shape:
            self._small = _Reduced(factor, self._buffer)
        painter.save()
        painter.setClipRect(QRectF(0, 0, self.shape[1], self.shape[0]), Qt.ClipOperation.IntersectClip)
        painter.scale(factor, factor)
        painter.drawImage(0, 0, self._small.image)
        painter.restore()


class _Reduced:
    """A layer at a fraction of its size, in which a block shows a class as soon as one of its pixels has it."""

    def __init__(self, factor: int, full: NDArray[np.uint32]) -> None:
        self.factor = factor
        self.of = full.shape
        rows, cols = (math.ceil(side / factor) for side in full.shape)
        self._buffer: NDArray[np.uint32] = np.zeros((rows, cols), dtype=np.uint32)
        self.image = _image_over(self._buffer, QImage.Format.Format_ARGB32_Premultiplied)
        self.update((0, 0, *full.shape[:2]), full)

    def update(self, box: Box, full: NDArray[np.uint32]) -> None:
        """Takes over a box of the full layer."""
        f = self.factor
        top, left = box[0] // f, box[1] // f
        bottom, right = math.ceil(box[2] / f), math.ceil(box[3] / f)
        part = full[top * f : bottom * f, left * f : right * f]
        missing = ((0, (bottom - top) * f - part.shape[0]), (0, (right - left) * f - part.shape[1]))
        if any(after for _, after in missing):
            part = np.pad(part, missing)
        # Opaque colours are larger numbers than the transparent 0, so the largest is never the gap between labels.
        blocks = part.reshape(bottom - top, f, right - left, f)
        self._buffer[top:bottom, left:right] = blocks.max(axis=(1, 3))


def _image_over(buffer: NDArray[np.uint32], kind: QImage.Format) -> QImage:
    rows, cols = buffer.shape
    return QImage() if buffer.size == 0 else QImage(buffer.data, cols, rows, 4 * cols, kind)
