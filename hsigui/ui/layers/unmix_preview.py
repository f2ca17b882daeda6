"""The shares of what is seen of a scene, as a picture in the colours of the endmembers. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.abundances import Unmixer
from hsigui.analysis.layer import Target
from hsigui.analysis.settings import FCLS
from hsigui.analysis.tiles import flat
from hsigui.analysis.units import in_units
from hsigui.cube.cube import Cube
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.ui.image.subjects import Draw

PIXELS = 60_000  # that are unmixed for a preview at most
ROWS_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Preview:
    """A part of a scene, unmixed.

    Attributes:
        box: top, left, bottom, right; the last two exclusive.
        step: every how many pixels of it were unmixed.
        picture: rows x cols x 4 uint8, of every `step`-th pixel.
        rest: the root mean square of what is left over all of them; NaN where no pixel has data.
    """

    box: Box
    step: int
    picture: NDArray[np.uint8]
    rest: float


def unmixed(ctx: Context, cube: Cube, targets: Sequence[Target], method: str, box: Box) -> Preview:
    """Unmixes a box of a scene, at a step at which it has few pixels.

    Raises:
        HsiError: see `units.in_units`.
        Cancelled: through the context.
    """
    top, left, bottom, right = box
    step = max(1, int(np.ceil(np.sqrt((bottom - top) * (right - left) / PIXELS))))
    values, bands, _told = in_units(cube, targets)
    unmixer = Unmixer(values, method == FCLS)
    colors = np.array([target.color or (128, 128, 128) for target in targets], dtype=float)
    parts, squares, count = [], 0.0, 0
    for first in range(top, bottom, ROWS_AT_ONCE * step):
        ctx.check()
        rows = slice(first, min(bottom, first + ROWS_AT_ONCE * step), step)
        window = cube.read(rows, slice(left, right, step), bands.tolist())
        spectra = flat(window)
        valid = np.isfinite(spectra).all(axis=1)
        shares = unmixer.shares(spectra[valid])
        rest = unmixer.rest(spectra[valid], shares)
        squares, count = squares + float(rest @ rest), count + len(rest)
        picture = np.zeros((len(spectra), 4), dtype=np.uint8)
        picture[valid, :3] = np.clip(shares @ colors + 0.5, 0, 255)
        picture[valid, 2] = np.maximum(picture[valid, 2], 1)  # black is what has no data
        picture[valid, 3] = 255
        parts.append(picture.reshape(*window.shape[:2], 4))
    return Preview(box, step, np.concatenate(parts), float(np.sqrt(squares / count)) if count else np.nan)


def with_preview(over: Draw | None, found: Preview) -> Draw:
    """Draws a preview over another picture."""
    top, left, bottom, right = found.box

    def draw(box: Box, step: int) -> NDArray[np.uint8]:
        rows, cols = np.arange(box[0], box[2], step), np.arange(box[1], box[3], step)
        made = np.zeros((len(rows), len(cols), 4), dtype=np.uint8) if over is None else over(box, step).copy()
        inside = (rows >= top) & (rows < bottom)
        across = (cols >= left) & (cols < right)
        own = found.picture[np.ix_((rows[inside] - top) // found.step, (cols[across] - left) // found.step)]
        made[np.ix_(inside, across)] = own
        return made

    return draw
