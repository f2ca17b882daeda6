"""A sheet with a picture on it, as it is drawn into an image, strip by strip, or onto paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QColor, QImage, QPainter

from hsigui.ui.image.pictures.body import Body, pixels_of

AT_ONCE = 500_000  # pixels of a sheet that are drawn at once, while other threads wait


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is drawn.

    Attributes:
        width, height: in pixels of the picture.
        scale: pixels of the picture for each unit of what `paint` draws.
        paint: draws words and lines over ground and body. Called on worker threads, and once for every strip.
        ground: the colour of the sheet.
        dpi: pixels an inch, on paper.
        title: what files are called inside.
        body: the picture on it; None for words and lines alone.
        at: where its upper left corner is, in pixels.
        clear: whether its pixels without data are holes in the sheet.
    """

    width: int
    height: int
    scale: float
    paint: Callable[[QPainter], None]
    ground: QColor = field(default_factory=lambda: QColor(255, 255, 255))
    dpi: float = 96.0
    title: str = ""
    body: Body | None = None
    at: QPoint = field(default_factory=QPoint)
    clear: bool = False

    @property
    def body_rect(self) -> QRect:
        """Where the body is, in pixels; empty without one."""
        return QRect() if self.body is None else QRect(self.at.x(), self.at.y(), self.body.width, self.body.height)

    def paint_over(self, painter: QPainter) -> None:
        """Draws words and lines; the painter counts pixels of the picture."""
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        painter.scale(self.scale, self.scale)
        self.paint(painter)
        painter.restore()


def drawn(sheet: Sheet, start: int = 0, stop: int | None = None) -> QImage:
    """Some rows of a sheet, or all of it."""
    stop = sheet.height if stop is None else stop
    image = QImage(sheet.width, stop - start, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(sheet.ground)
    painter = QPainter(image)
    painter.translate(0, -start)
    part = sheet.body_rect & QRect(0, start, sheet.width, stop - start)
    if sheet.body is not None and not part.isEmpty():
        if sheet.clear:
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
        end = part.bottom() + 1
        for top in range(part.top(), end, sheet.body.rows_at_once):
            rows = sheet.body.rows(top - sheet.at.y(), min(top + sheet.body.rows_at_once, end) - sheet.at.y())
            painter.drawImage(sheet.at.x(), top, image_of(rows))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
    sheet.paint_over(painter)
    painter.end()
    return image


def strips(sheet: Sheet) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """A sheet from above, a few rows at a time: how many rows are done then, and their rows x width x 4 uint8."""
    at_once = max(1, AT_ONCE // sheet.width)
    if sheet.body is not None:
        at_once = min(at_once, sheet.body.rows_at_once)
    for start in range(0, sheet.height, at_once):
        stop = min(start + at_once, sheet.height)
        yield stop, pixels_of(drawn(sheet, start, stop))


def image_of(pixels: NDArray[np.uint8]) -> QImage:
    """Rows x cols x 4 uint8 (red, green, blue, alpha) as an image of its own memory."""
    pixels = np.ascontiguousarray(pixels)
    rows, cols = pixels.shape[:2]
    return QImage(pixels.data, cols, rows, 4 * cols, QImage.Format.Format_RGBA8888).copy()
