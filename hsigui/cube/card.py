"""What a notebook shows of a thing: a small picture, what is known of it in rows, and a legend. One piece of HTML
without scripts, styles of its own or files beside it; in the colours of the page, light or dark. Loads no Qt."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Sequence
from html import escape
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.describe import place_of
from hsigui.cube.render import first_view, render
from hsigui.errors import HsiError
from hsigui.texts import say, say_number

SIDE = 240  # pixels of the longer side of a picture
MOST_ROWS = 24  # of a legend or a table: more are counted
LONGEST_TEXT = 120  # of one entry
_CELL = "padding:1px 8px 1px 0;text-align:left;vertical-align:top;background:none;border:none"
_RIGHT = _CELL + ";text-align:right"
_SWATCH = "display:inline-block;width:12px;height:12px;margin-right:6px;border:1px solid #888;background"

Color = tuple[int, int, int]


def card(
    title: str, rows: Iterable[tuple[str, str]], *, rgb: NDArray[np.uint8] | None = None, without: str = "",
    legend: Sequence[tuple[Color, str, str]] = (), below: str = "",
) -> str:  # fmt: skip
    """The HTML of a card; whatever is in the texts, they are shown as they are.

    Args:
        title: of the thing.
        rows: what is known of it, as name and value; rows without a value are left out.
        rgb: a small picture, rows x cols x 3; None for none.
        without: why there is none.
        legend: colour, name and figure of each class.
        below: HTML that follows, made by `table`.
    """
    parts = [f'<div style="margin:0 0 4px"><b>{_text(title)}</b></div>']
    pieces = []
    if rgb is not None:
        width = rgb.shape[1] * max(1, SIDE // max(rgb.shape[:2]))
        pieces.append(
            f'<img src="{png_uri(rgb)}" alt="{_text(title)}" width="{width}" style="image-rendering:pixelated"/>'
        )
    elif without:
        pieces.append(f'<div style="max-width:{SIDE}px;font-style:italic">{_text(without)}</div>')
    known = [f'<tr><th style="{_CELL}">{_text(n)}</th><td style="{_CELL}">{_text(v)}</td></tr>' for n, v in rows if v]
    if known:
        pieces.append(f"<table>{''.join(known)}</table>")
    if legend:
        pieces.append(_legend(legend))
    parts.append(f'<div style="display:flex;flex-wrap:wrap;gap:12px;align-items:flex-start">{"".join(pieces)}</div>')
    return f'<div class="hsigui-card">{"".join(parts)}{below}</div>'


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table as HTML, its first columns of words and the others of figures; of many rows the first."""
    shown = [f"<tr>{''.join(f'<td style={_quoted(_CELL)}>{_text(value)}</td>' for value in row)}</tr>"
             for row in rows[:MOST_ROWS]]  # fmt: skip
    top = "".join(f"<th style={_quoted(_CELL)}>{_text(name)}</th>" for name in head)
    return f"<table><tr>{top}</tr>{''.join(shown)}</table>{_more(len(rows))}"


def card_of_cube(cube: Cube) -> str:
    """A scene: its first view, size, bands, place and what stands behind a value. Little is read; where that fails the
    card says why."""
    rgb, without = _picture_of(cube)
    info, geo = cube.info, place_of(cube.geo)
    waves = info.wavelengths
    bad = int(np.count_nonzero(cube.is_bad))
    size = geo["pixel_size"]
    rows = (
        (say("size"), say("{rows} rows x {cols} columns x {bands} bands", rows=cube.rows, cols=cube.cols,
                          bands=cube.bands)),
        (say("samples"), cube.dtype.name + ("" if info.scale == 1.0 else say(", divided by {scale:g}",
                                                                              scale=info.scale))),
        (say("wavelengths"), say("{first:.4g} to {last:.4g} nm", first=min(waves), last=max(waves)) if waves else ""),
        (say("bad bands"), say("{bad} of {bands}", bad=bad, bands=cube.bands) if bad else ""),
        (say("no-data"), "" if info.nodata is None else f"{info.nodata:g}"),
        (say("place"), str(geo["crs"] or "")),
        (say("pixel"), say("{width:g} x {height:g}", width=size[0], height=size[1]) if size else ""),
        (say("product"), info.product),
        (say("file"), cube.where),
        (say("steps"), say_number("1 step", "{count} steps", len(info.history)) if info.history else ""),
        (say("notes"), " ".join(info.notes[:2]) + ("" if len(info.notes) <= 2 else " …")),
    )  # fmt: skip
    return card(cube.name, rows, rgb=rgb, without=without)


def _picture_of(cube: Cube) -> tuple[NDArray[np.uint8] | None, str]:
    """The first view, thinned, rows x cols x 3; or why there is none."""
    if cube.info.address:
        return None, say("No picture is read from a server.")
    if getattr(cube.source, "costly", False):
        return None, say("No picture: the values are computed when they are wanted.")
    step = max(1, math.ceil(max(cube.rows, cube.cols) / SIDE))
    try:
        return render(cube, first_view(cube), step=step), ""
    except HsiError as error:
        return None, error.message
    except (MemoryError, OSError) as error:
        return None, say("The picture could not be made: {reason}", reason=str(error) or type(error).__name__)


def thinned(array: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Every so many pixels of a map (rows x cols), so that neither side is longer than that of a picture."""
    step = max(1, math.ceil(max(array.shape) / SIDE))
    return array[::step, ::step]


def png_uri(rgb: NDArray[np.uint8]) -> str:
    """A picture, rows x cols x 3, as an address that holds it."""
    from PIL import Image

    buffer = BytesIO()
    Image.fromarray(np.ascontiguousarray(rgb)).save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _legend(entries: Sequence[tuple[Color, str, str]]) -> str:
    rows = []
    for color, name, figure in entries[:MOST_ROWS]:
        swatch = f"{_SWATCH}:#{color[0]:02x}{color[1]:02x}{color[2]:02x}"
        known = f"<span style={_quoted(swatch)}></span>{_text(name)}"
        rows.append(f"<tr><td style={_quoted(_CELL)}>{known}</td><td style={_quoted(_RIGHT)}>{_text(figure)}</td></tr>")
    return f"<div><table>{''.join(rows)}</table>{_more(len(entries))}</div>"


def _more(count: int) -> str:
    left = count - MOST_ROWS
    return "" if left <= 0 else f"<div>{_text(say_number('and 1 more', 'and {count} more', left))}</div>"


def _text(value: str) -> str:
    """A text that means nothing to a page but itself, and is not long."""
    plain = "".join(c if c.isprintable() else " " for c in value)
    return escape(plain if len(plain) <= LONGEST_TEXT else plain[: LONGEST_TEXT - 1] + "…")


def _quoted(value: str) -> str:
    return f'"{value}"'
