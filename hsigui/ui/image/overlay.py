"""The pictures that the image view stacks: the composite, and class rasters drawn in their classes' colours.

Each layer keeps a numpy buffer of ready colours, of which a brush stroke rewrites only what it touched, and only the
part that is repainted is ever sampled. Class pixels are opaque in the buffer; the layer's opacity is applied when it
is painted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from hsigui.labels.classes import MAX_CLASS, ClassTable, Color
from hsigui.ui.image.no_data import SIDE, checkered, has_gaps
from hsigui.ui.image.occupied import Occupied
from hsigui.ui.image.reduced import Reduced

Box = tuple[int, int, int, int]
REACH = 8  # device pixels around a repainted part that tell which lines reach into it
ROWS_TAKEN = 256  # of a raster that is set as a whole
STRIPES = 8.0  # logical pixels from stripe to stripe
RISING, FALLING = "/", "\\"  # which way stripes slant
OUTLINE_FROM = 3.0  # device pixels a scene pixel; below, a border would cover the label


def argb(color: Color) -> int:
    """An opaque colour as Qt's 32-bit number."""
    red, green, blue = color
    return 0xFF000000 | red << 16 | green << 8 | blue


@dataclass(frozen=True)
class Window:
    """A part of the screen in which the scene is painted: which scene pixel each device pixel shows.

    The layers are sampled with these indices rather than scaled by Qt: however a repaint is cut into parts, every
    device pixel then shows the pixel that lies under its centre, so a part painted alone fits its surroundings.

    Attributes:
        left, top: first device pixel.
        rows, cols: scene row of every device row, scene column of every device column; never empty.
        factor: scene pixels a device pixel stands for, rounded up; 1 when the scene is magnified.
        row_ends, col_ends: 2 x device rows (columns): whether a device row is the first, the last of its scene row.
        magnified: device pixels a scene pixel takes up in each axis.
        ratio: device pixels a logical pixel.
        around_rows, around_cols: as rows and cols, with REACH device pixels more at each end; these may lie outside
            the scene.
    """

    left: int
    top: int
    rows: NDArray[np.intp]
    cols: NDArray[np.intp]
    factor: int = 1
    row_ends: NDArray[np.bool_] | None = None
    col_ends: NDArray[np.bool_] | None = None
    magnified: float = 1.0
    ratio: float = 1.0
    around_rows: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))
    around_cols: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @property
    def box(self) -> Box:
        """The scene pixels that it shows: top, left, bottom, right (the last two exclusive)."""
        return int(self.rows[0]), int(self.cols[0]), int(self.rows[-1]) + 1, int(self.cols[-1]) + 1

    def sample(self, buffer: NDArray[np.uint32], step: int = 1) -> NDArray[np.uint32]:
        """The buffer's values for every device pixel; each of its pixels stands for step x step of the scene."""
        rows, cols = self.rows // step, self.cols // step
        part: NDArray[np.uint32] = buffer[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
        rows = np.minimum(rows - rows[0], part.shape[0] - 1)
        cols = np.minimum(cols - cols[0], part.shape[1] - 1)
        if len(rows) < part.shape[0]:  # the axis that makes it smaller comes first
            return np.asarray(part.take(rows, axis=0).take(cols, axis=1))
        return np.asarray(part.take(cols, axis=1).take(rows, axis=0))

    def part(self, top: int, left: int, bottom: int, right: int) -> Window | None:
        """What shows a box of the scene (the last two exclusive), with indices that count from its corner."""
        rows = np.flatnonzero((self.rows >= top) & (self.rows < bottom))
        cols = np.flatnonzero((self.cols >= left) & (self.cols < right))
        if not (len(rows) and len(cols)):
            return None
        return Window(self.left + int(cols[0]), self.top + int(rows[0]), self.rows[rows] - top, self.cols[cols] - left)

    def draw(self, painter: QPainter, pixels: NDArray[np.uint32], kind: QImage.Format) -> None:
        """Draws sampled values, device pixel by device pixel."""
        rows, cols = pixels.shape
        painter.drawImage(self.left, self.top, QImage(pixels.data, cols, rows, 4 * cols, kind))


def packed(rgb: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Red, green and blue of 0-255 as Qt's 32-bit numbers."""
    buffer = np.full(rgb.shape[:2], 0xFF000000, dtype=np.uint32)
    for channel, shift in enumerate((16, 8, 0)):
        buffer |= rgb[..., channel].astype(np.uint32) << np.uint32(shift)
    return buffer


class Composite:
    """The RGB picture of the scene, possibly at a coarser step than one pixel."""

    def __init__(self) -> None:
        self._buffer: NDArray[np.uint32] = np.zeros((0, 0), dtype=np.uint32)
        self._step = 1
        self._gaps = False  # whether the picture, or the finer one over it, has pixels without data
        self._detail: tuple[NDArray[np.uint32], int, int, int] | None = None

    @property
    def empty(self) -> bool:
        return self._buffer.size == 0

    def set(self, rgb: NDArray[np.uint8], step: int = 1) -> None:
        """Takes rows x cols x 3 of 0-255, of which each pixel stands for step x step pixels of the scene; those that
        are black have no data and are drawn as a checkerboard."""
        self.set_packed(packed(rgb), step)

    def set_packed(self, buffer: NDArray[np.uint32], step: int = 1) -> None:
        """Takes a picture, rows x cols, that was packed on a worker thread."""
        self._buffer, self._step = buffer, step
        self._detail, self._gaps = None, has_gaps(buffer)

    def set_detail(self, rgb: NDArray[np.uint8], top: int, left: int, step: int) -> None:
        """Takes a finer picture of a part that begins at a pixel of the scene; it lies over the whole one."""
        self.set_packed_detail(packed(rgb), top, left, step)

    def set_packed_detail(self, buffer: NDArray[np.uint32], top: int, left: int, step: int) -> None:
        """The same for a picture, rows x cols, that was packed on a worker thread."""
        self._detail = buffer, top, left, step
        self._gaps = has_gaps(self._buffer) or has_gaps(self._detail[0])

    def clear(self) -> None:
        self._buffer = np.zeros((0, 0), dtype=np.uint32)
        self._detail = None

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""
        if self._buffer.size:
            self._draw(painter, window, window.sample(self._buffer, self._step))
        if self._detail is not None:
            buffer, top, left, step = self._detail
            part = window.part(top, left, top + buffer.shape[0] * step, left + buffer.shape[1] * step)
            if part is not None:
                self._draw(painter, part, part.sample(buffer, step), window.ratio)

    def _draw(self, painter: QPainter, window: Window, pixels: NDArray[np.uint32], ratio: float | None = None) -> None:
        if self._gaps:
            side = max(1, round(SIDE * (window.ratio if ratio is None else ratio)))
            pixels = checkered(pixels, window.left, window.top, side)
        window.draw(painter, pixels, QImage.Format.Format_RGB32)


class ClassLayer:
    """A raster of class numbers shown in colours; class 0 is transparent.

    Args:
        opacity: 0 for transparent to 1 for opaque.
        keep_small: whether a single pixel stays visible when the scene is shown smaller than it is; nearest neighbour
            alone would skip most of the few labels of a large scene.
        outlined: whether an area of a class has a thin border when the scene is magnified, so that labels stand out
            from a map in the same colours.
        hatched: the slant of the stripes that areas are drawn in, RISING or FALLING; empty for areas painted full.

    Attributes:
        faint: a veil is left of the areas, with their border, because what lies beneath has colours of its own that
            mean something else.
    """

    def __init__(self, opacity: float, keep_small: bool = False, outlined: bool = False, hatched: str = "") -> None:
        self._outlined, self._hatched = outlined, hatched
        self.opacity = opacity
        self.visible = True
        self.faint = False
        self._keep_small = keep_small
        self._buffer: NDArray[np.uint32] = np.zeros((0, 0), dtype=np.uint32)
        self._colors: NDArray[np.uint32] = np.zeros(MAX_CLASS + 1, dtype=np.uint32)
        self._known: NDArray[np.bool_] = np.zeros(MAX_CLASS + 1, dtype=bool)  # has its colour in _colors
        self._known_below = 0
        self._table = ClassTable()
        self._used = Occupied()  # outside of it the buffer was never written to
        self._small = Reduced(self._buffer, self._used)

    @property
    def empty(self) -> bool:
        return self._buffer.size == 0

    @property
    def shape(self) -> tuple[int, int]:
        return self._buffer.shape[0], self._buffer.shape[1]

    def set(self, array: NDArray[np.integer], table: ClassTable) -> None:
        """Takes a whole raster (rows x cols) and its classes; hidden ones are transparent."""
        self.set_table(table)
        fresh = self._buffer.shape != array.shape
        if fresh:
            self._buffer = np.zeros(array.shape, dtype=np.uint32)
            self._used = Occupied(*array.shape)
        for start in range(0, array.shape[0], ROWS_TAKEN):
            rows = array[start : start + ROWS_TAKEN]
            # Memory of a large scene that holds no labels is never touched.
            if rows.any():
                self._take(start, start + len(rows), 0, array.shape[1], rows)
            elif not fresh:
                self._buffer[start : start + ROWS_TAKEN] = 0
        self._small = Reduced(self._buffer, self._used)

    def set_table(self, table: ClassTable) -> None:
        """Takes other classes for what is drawn from now on; what was drawn before stays as it is."""
        self._colors = np.zeros(MAX_CLASS + 1, dtype=np.uint32)
        self._known = np.zeros(MAX_CLASS + 1, dtype=bool)
        self._known[0] = True
        self._table = table
        for info in table:
            self._known[info.number] = True
            if not info.hidden:
                self._colors[info.number] = argb(info.color)
        self._count_known()

    def update(self, box: Box, array: NDArray[np.integer]) -> None:
        """Rewrites the colours inside a box (top, left, bottom, right; the last two exclusive) of the whole raster.

        Raises:
            ValueError: the raster has another size than the one that was set.
        """
        if array.shape != self._buffer.shape:
            raise ValueError(f"raster of {array.shape} for a layer of {self._buffer.shape}")
        top, left, bottom, right = box
        self.put(top, left, array[top:bottom, left:right])

    def put(self, top: int, left: int, numbers: NDArray[np.integer]) -> None:
        """Takes a part of the raster that begins at a pixel."""
        bottom, right = top + numbers.shape[0], left + numbers.shape[1]
        for start in range(0, len(numbers), ROWS_TAKEN):
            rows = numbers[start : start + ROWS_TAKEN]
            self._take(top + start, top + start + len(rows), left, right, rows)
        self._small.update((top, left, bottom, right))

    def _take(self, top: int, bottom: int, left: int, right: int, numbers: NDArray[np.integer]) -> None:
        if numbers.size and int(numbers.max()) >= self._known_below:
            self._learn(numbers)
        self._buffer[top:bottom, left:right] = self._colors.take(numbers, mode="clip")  # much faster than indexing
        self._used.add(top, left, numbers)

    def _learn(self, numbers: NDArray[np.integer]) -> None:
        """Finds the colours of classes that the table does not have."""
        for number in np.unique(numbers[~self._known[numbers]]).tolist():
            self._known[number] = True
            self._colors[number] = argb(self._table.get(number).color)
        self._count_known()

    def _count_known(self) -> None:
        """Notes below which number there is none whose colour is not known: most rasters are looked at no closer."""
        self._known_below = int(np.argmin(self._known)) or MAX_CLASS + 1

    def clear(self) -> None:
        self._buffer = np.zeros((0, 0), dtype=np.uint32)
        self._used = Occupied()
        self._small = Reduced(self._buffer, self._used)

    def color_at(self, row: int, col: int) -> tuple[int, int, int, int]:
        """Red, green, blue and alpha of a pixel of the buffer."""
        value = int(self._buffer[row, col])
        return value >> 16 & 255, value >> 8 & 255, value & 255, value >> 24

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""
        if self.empty or not self.visible or self.opacity <= 0:
            return
        buffer, factor = self._buffer, window.factor if self._keep_small else 1
        if factor > 1:
            buffer, factor = self._small.at(factor, window.box)
        pixels = window.sample(buffer, factor)
        if self._hatched:
            _hatch(pixels, window, self._hatched)
        if self.faint:
            pixels = pixels >> np.uint32(2) & np.uint32(0x3F3F3F3F)
        if self._outlined and window.magnified >= OUTLINE_FROM:
            _outline(pixels, buffer, window)
        painter.setOpacity(self.opacity)
        window.draw(painter, pixels, QImage.Format.Format_ARGB32_Premultiplied)
        painter.setOpacity(1.0)


class SelectionLayer:
    """Pixels that would be labelled: a veil of one colour with a firmer rim."""

    def __init__(self) -> None:
        self._buffer: NDArray[np.uint32] = np.zeros((0, 0), dtype=np.uint32)
        self._top = self._left = 0

    @property
    def box(self) -> Box:
        """What is covered: top, left, bottom, right (the last two exclusive)."""
        rows, cols = self._buffer.shape
        return self._top, self._left, self._top + rows, self._left + cols

    def set(self, top: int, left: int, mask: NDArray[np.bool_], color: Color) -> None:
        """Takes a mask whose upper left pixel lies at a pixel of the scene."""
        wide = np.pad(mask, 1)
        inner = wide[:-2, 1:-1] & wide[2:, 1:-1] & wide[1:-1, :-2] & wide[1:-1, 2:]
        self._buffer = np.zeros(mask.shape, dtype=np.uint32)
        self._buffer[mask] = _veiled(color, 225)
        self._buffer[mask & inner] = _veiled(color, 115)
        self._top, self._left = top, left

    def clear(self) -> None:
        self._buffer = np.zeros((0, 0), dtype=np.uint32)

    def paint(self, painter: QPainter, window: Window) -> None:
        """Draws into device pixels."""
        part = window.part(*self.box) if self._buffer.size else None
        if part is not None:
            part.draw(painter, part.sample(self._buffer), QImage.Format.Format_ARGB32_Premultiplied)


def _veiled(color: Color, alpha: int) -> int:
    """A premultiplied colour of an alpha of 0-255."""
    red, green, blue = (channel * alpha // 255 for channel in color)
    return alpha << 24 | red << 16 | green << 8 | blue


def _hatch(pixels: NDArray[np.uint32], window: Window, slant: str) -> None:
    """Thins sampled pixels to stripes that go from part to part of a repaint without a break."""
    period = max(round(STRIPES * window.ratio), 2)
    rows = (window.top + np.arange(pixels.shape[0])) % period
    cols = (window.left + np.arange(pixels.shape[1])) % period
    across = rows[:, None] + cols[None, :] if slant == RISING else rows[:, None] - cols[None, :]
    gaps = across % period >= period // 2
    if window.magnified >= OUTLINE_FROM:
        pixels[gaps] = 0
    else:  # single pixels of a scene shown small must not fall into a gap
        pixels[gaps] = pixels[gaps] >> np.uint32(1) & np.uint32(0x7F7F7F7F)


def _outline(pixels: NDArray[np.uint32], buffer: NDArray[np.uint32], window: Window) -> None:
    """Draws, into sampled pixels, a border of one device pixel inside each area of one colour: dark on bright colours
    and white on dark ones."""
    if window.row_ends is None or window.col_ends is None or not pixels.any():
        return
    rows, cols = window.rows - window.rows[0], window.cols - window.cols[0]
    # One scene pixel more on each side tells whether an area goes on outside the repainted part.
    top, left = window.rows[0] - 1, window.cols[0] - 1
    bottom, right = window.rows[-1] + 2, window.cols[-1] + 2
    part = buffer[max(top, 0) : bottom, max(left, 0) : right]
    missing = ((max(-top, 0), max(bottom - buffer.shape[0], 0)), (max(-left, 0), max(right - buffer.shape[1], 0)))
    part = np.pad(part, missing)
    inner = part[1:-1, 1:-1]
    edge = np.zeros(pixels.shape, dtype=bool)
    for vertical, (first, last) in ((True, window.row_ends), (False, window.col_ends)):
        before, after = (part[:-2, 1:-1], part[2:, 1:-1]) if vertical else (part[1:-1, :-2], part[1:-1, 2:])
        for end, beside in ((first, before), (last, after)):
            differs = (inner != beside).take(rows, axis=0).take(cols, axis=1)
            edge |= differs & (end[:, None] if vertical else end[None, :])
    sampled = inner.take(rows, axis=0).take(cols, axis=1)  # the pixels may be thinned to stripes
    edge &= sampled != 0
    colors = sampled[edge]
    bright = 2 * (colors >> 16 & 255) + 5 * (colors >> 8 & 255) + (colors & 255) > 8 * 110
    pixels[edge] = np.where(bright, np.uint32(0xFF101010), np.uint32(0xFFFFFFFF))
