"""Sheets as files: PNG, and SVG and PDF, in which words and lines stay words and lines."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.saving import written_beside
from hsigui.texts import say
from hsigui.ui.image.pictures.body import Body
from hsigui.ui.image.pictures.png import write_png
from hsigui.ui.image.pictures.sheet import Sheet, image_of, strips

PNG, SVG, PDF = ".png", ".svg", ".pdf"
KINDS = {PNG: say("PNG"), SVG: say("SVG"), PDF: say("PDF")}
MOST_PIXELS = {PNG: 400_000_000, SVG: 50_000_000, PDF: 50_000_000}  # of a sheet; what reads the others holds it at once
LONGEST = 32_000  # pixels of a side; more is refused by what reads pictures, Qt among them
CREATOR = "hsigui"
_PLACE = re.compile(r'<image [^>]*xlink:href="data:image/png;base64,[^"]*"[^>]*/>')
_BANDS = 500_000  # pixels of a body that PDF takes in at once, while other threads wait


def filter_of(kind: str) -> str:
    """What a dialog offers for a kind."""
    return f"{KINDS[kind]} (*{kind})"


def too_large(kind: str, width: float, height: float) -> bool:
    """Whether a sheet of a size in pixels cannot be written as a kind of file."""
    return width * height > MOST_PIXELS[kind] or max(width, height) > LONGEST


def write_picture(ctx: Context, sheet: Sheet, path: Path) -> list[Path]:
    """Writes a sheet in the format of the name's ending; PNG where it has another.

    Raises:
        HsiError: it cannot be written, or is too large.
    """
    kind = path.suffix.lower() if path.suffix.lower() in KINDS else PNG
    if too_large(kind, sheet.width, sheet.height):
        raise HsiError(
            say("A picture of {width} x {height} pixels is too large for {kind}.",
                width=sheet.width, height=sheet.height, kind=KINDS[kind]),
            say("Choose fewer pixels."),
        )  # fmt: skip
    ctx.progress(0, sheet.height, say("Drawing the picture…"))
    with written_beside(path) as (scratch,):
        {PNG: _write_png, SVG: _write_svg, PDF: _write_pdf}[kind](ctx, sheet, scratch)
    return [path]


def _write_png(ctx: Context, sheet: Sheet, path: Path) -> None:
    with path.open("wb") as file:
        write_png(file, sheet.width, sheet.height, _followed(ctx, sheet), alpha=sheet.clear, dpi=sheet.dpi,
                  title=sheet.title)  # fmt: skip


def _followed(ctx: Context, sheet: Sheet) -> Iterator[NDArray[np.uint8]]:
    for done, rows in strips(sheet):
        yield rows
        ctx.progress(done, sheet.height, say("Drawing the picture…"))


def _write_svg(ctx: Context, sheet: Sheet, path: Path) -> None:
    """Qt draws all but the body, for which it would hold up all other threads; that is written into its place."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    made = QSvgGenerator()
    made.setOutputDevice(buffer)
    made.setResolution(round(sheet.dpi))
    made.setSize(QSize(sheet.width, sheet.height))
    made.setViewBox(QRect(0, 0, sheet.width, sheet.height))
    made.setTitle(sheet.title)
    made.setDescription(CREATOR)
    painter = QPainter(made)
    _fill_ground(painter, sheet)
    if sheet.body is not None:
        painter.drawImage(sheet.body_rect, QImage(1, 1, QImage.Format.Format_RGB32))
    sheet.paint_over(painter)
    painter.end()
    text = bytes(buffer.data().data()).decode("utf-8")
    place = _PLACE.search(text) if sheet.body is not None else None
    with path.open("w", encoding="utf-8") as file:
        if place is None or sheet.body is None:
            file.write(text)
            return
        file.write(text[: place.start()])
        _write_image(ctx, file, sheet)
        file.write(text[place.end() :])


def _write_image(ctx: Context, file: TextIO, sheet: Sheet) -> None:
    assert sheet.body is not None
    content, rect = BytesIO(), sheet.body_rect
    write_png(content, rect.width(), rect.height(), _parts(ctx, sheet.body), alpha=sheet.clear, dpi=sheet.dpi, title="")
    file.write(
        f'<image x="{rect.x()}" y="{rect.y()}" width="{rect.width()}" height="{rect.height()}" '
        'preserveAspectRatio="none" image-rendering="optimizeSpeed" xlink:href="data:image/png;base64,'
    )
    file.write(base64.b64encode(content.getvalue()).decode("ascii"))
    file.write('"/>')


def _parts(ctx: Context, body: Body) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, body.height, body.rows_at_once):
        stop = min(start + body.rows_at_once, body.height)
        yield body.rows(start, stop)
        ctx.progress(stop, body.height, say("Drawing the picture…"))


def _write_pdf(ctx: Context, sheet: Sheet, path: Path) -> None:
    made = QPdfWriter(str(path))
    made.setResolution(round(sheet.dpi))
    size = QSizeF(sheet.width, sheet.height) * 72.0 / round(sheet.dpi)
    made.setPageSize(QPageSize(size, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    made.setPageMargins(QMarginsF(0, 0, 0, 0))
    made.setTitle(sheet.title)
    made.setCreator(CREATOR)
    painter = QPainter()
    if not painter.begin(made):
        raise HsiError(say("{path} cannot be written.", path=path), say("Choose another folder."))
    painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)  # else the colours of classes become others
    _fill_ground(painter, sheet)
    body, at_once = sheet.body, 1
    if body is not None:
        at_once = max(1, min(body.rows_at_once, _BANDS // body.width))
        for start in range(0, body.height, at_once):
            # One row more than its share: where pictures only touch, readers draw a thin line between them.
            stop = min(start + at_once + 1, body.height)
            painter.drawImage(sheet.at.x(), sheet.at.y() + start, image_of(body.rows(start, stop)))
            ctx.progress(stop, body.height, say("Drawing the picture…"))
    sheet.paint_over(painter)
    painter.end()


def _fill_ground(painter: QPainter, sheet: Sheet) -> None:
    """The ground of the sheet, but not behind holes."""
    whole, hole = QRect(0, 0, sheet.width, sheet.height), sheet.body_rect if sheet.clear else QRect()
    if hole.isEmpty():
        painter.fillRect(whole, sheet.ground)
        return
    for rect in (
        QRect(0, 0, whole.width(), hole.top()), QRect(0, hole.top(), hole.left(), hole.height()),
        QRect(hole.right() + 1, hole.top(), whole.right() - hole.right(), hole.height()),
        QRect(0, hole.bottom() + 1, whole.width(), whole.bottom() - hole.bottom()),
    ):  # fmt: skip
        painter.fillRect(rect, sheet.ground)
