"""A picture with a legend at its right, drawn with Pillow so that it needs neither a window nor a plot library."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont

from hsigui.labels.classes import Color

Row = tuple[str, Color, str]  # name, colour, count
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

PAPER, INK, FAINT, EDGE = (255, 255, 255), (28, 32, 38), (105, 112, 122), (203, 208, 214)
# For names that Pillow's own font, which knows ASCII only, cannot write; looked for in the system's font folders.
SYSTEM_FONTS = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "LiberationSans-Regular.ttf", "arial.ttf", "Arial.ttf", "segoeui.ttf",
    "NotoSansCJK-Regular.ttc", "msyh.ttc", "Hiragino Sans GB.ttc", "Arial Unicode.ttf",
)  # fmt: skip


def with_legend(image: Image.Image, rows: Sequence[Row], title: str = "") -> Image.Image:
    """A white sheet with the picture at the left and the legend at the right, in as many columns as it needs.

    Args:
        image: the map, in RGB.
        rows: name, colour and count of each class, from top to bottom.
        title: written above; empty for none.
    """
    size = max(14, min(64, image.height // 38))
    font = font_for("".join(sorted({*title, *(c for name, _, _ in rows for c in name)})), size)
    large = font_for(title, round(size * 1.35))
    title = writable(title, large)
    rows = [(writable(name, font), color, count) for name, color, count in rows]
    margin, line = round(size * 1.4), round(size * 1.75)
    top = margin + (round(size * 2.6) if title else 0)
    per_column = max(8, image.height // line)
    columns = [rows[i : i + per_column] for i in range(0, len(rows), per_column)]
    widths = [_column_width(column, font, size) for column in columns]
    gap = round(size * 1.6)
    legend = sum(width + gap for width in widths)
    width = 2 * margin + max(image.width + legend, round(large.getlength(title)))
    tallest = max((len(column) for column in columns), default=0)
    sheet = Image.new("RGB", (width, top + max(image.height, tallest * line) + margin), PAPER)
    draw = ImageDraw.Draw(sheet)
    draw.text((margin, margin), title, fill=INK, font=large)
    sheet.paste(image, (margin, top))
    draw.rectangle((margin - 1, top - 1, margin + image.width, top + image.height), outline=EDGE)
    left = margin + image.width + gap
    for column, column_width in zip(columns, widths, strict=True):
        _draw_column(draw, column, (left, top), column_width, font, size)
        left += column_width + gap
    return sheet


def legend_sheet(rows: Sequence[Row], size: int = 16) -> Image.Image:
    """The legend alone on white, one class a line."""
    font = font_for("".join(sorted({c for name, _, _ in rows for c in name})), size)
    rows = [(writable(name, font), color, count) for name, color, count in rows]
    line, margin = round(size * 1.75), round(size * 0.8)
    width = _column_width(rows, font, size) if rows else 0
    sheet = Image.new("RGB", (width + 2 * margin, len(rows) * line + 2 * margin), PAPER)
    _draw_column(ImageDraw.Draw(sheet), rows, (margin, margin), width, font, size)
    return sheet


def _column_width(rows: Sequence[Row], font: Font, size: int) -> int:
    names = max(font.getlength(name) for name, _, _ in rows)
    counts = max(font.getlength(count) for _, _, count in rows)
    return round(size * 1.9 + names + size * 1.5 + counts)


def _draw_column(
    draw: ImageDraw.ImageDraw, rows: Sequence[Row], corner: tuple[int, int], width: int, font: Font, size: int
) -> None:
    left, top = corner
    line, square = round(size * 1.75), round(size * 1.15)
    for i, (name, color, count) in enumerate(rows):
        middle = top + i * line + square // 2
        draw.rectangle((left, middle - square // 2, left + square, middle + square // 2), fill=color, outline=EDGE)
        draw.text((left + round(size * 1.9), middle), name, fill=INK, font=font, anchor="lm")
        draw.text((left + width, middle), count, fill=FAINT, font=font, anchor="rm")


@lru_cache(maxsize=64)
def font_for(text: str, size: int) -> Font:
    """The font that can write most of the text: Pillow's own if it can write all, else the system's are tried too."""
    best: Font = ImageFont.load_default(size)
    most = _written(best, text)
    for name in SYSTEM_FONTS:
        if most == len(text):
            break
        try:
            font = ImageFont.truetype(name, size)
        except OSError:
            continue  # not on this system
        if _written(font, text) > most:
            best, most = font, _written(font, text)
    return best


def _written(font: Font, text: str) -> int:
    return sum(_has(font, character) for character in text)


def writable(text: str, font: Font) -> str:
    """The text with characters that the font lacks replaced: by their base letter, else by a question mark."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return "".join(c if _has(font, c) else _plain(c) for c in text)


def _plain(character: str) -> str:
    bare = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    return bare or "?"


def _has(font: Font, character: str) -> bool:
    """Whether the font draws the character as itself and not as its box for missing ones."""
    if character.isspace():
        return True
    drawn, missing = font.getmask(character), font.getmask("\uffff")
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)
