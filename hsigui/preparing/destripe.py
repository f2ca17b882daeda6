"""Stripes along the track taken away: what differs from column to column of a scanner that sees a whole line at once.

Sources: moment matching: Gadallah, Csillag & Smith 2000, International Journal of Remote Sensing 21:2505-2511; minimum
noise fractions: see `components`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.of_cube import OfCube
from hsigui.errors import HsiError
from hsigui.preparing.by_spectrum import require_good
from hsigui.preparing.components import Sums, kept_of, require_kept, sampled_components, tiles_of
from hsigui.preparing.lines import LEAST, level, moments_of
from hsigui.preparing.made import info_of_values, made_of_values
from hsigui.preparing.passes import Pass, Told
from hsigui.texts import say, say_number

WINDOW = 31  # lines: wide enough to know the level beside a stripe, narrow enough for the light across the track
AXES = {"columns": 1, "rows": 0}


@dataclass(frozen=True, eq=False)
class Found:
    """What is done to each line of each band: values times `gains`, plus `offsets`; lines x bands.

    Attributes:
        dead: how many lines of single bands are one number all along, and stay as they are.
    """

    gains: NDArray[np.float64]
    offsets: NDArray[np.float64]
    dead: int = 0


@dataclass(frozen=True, eq=False)
class ByLine(OfCube):
    """Values of a cube, each column (or row) of each band with a gain and an offset of its own.

    Attributes:
        found: these.
        axis: 1 where they are those of columns, 0 of rows.
    """

    cube: Cube
    found: Pass[Found]
    axis: int

    @property
    def passes(self) -> tuple[Pass[Found], ...]:
        """What has to be looked at before."""
        return (self.found,)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was seen: see `passes.remarks_of`."""
        dead = self.found.found().dead if self.found.done else 0
        if not dead:
            return ()
        return (
            say_number("1 line of a band is one number all along: it stays as it is (--fill-columns fills columns).",
                       "{count:,} lines of bands are one number all along: they stay as they are (--fill-columns fills "
                       "columns).", dead),
        )  # fmt: skip

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return made_of_values(self.cube.info)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Values of a window, rows x cols x bands; NaN where there is no data."""
        found = self.found.found()
        picked = bands if isinstance(bands, slice) else list(bands)
        lines = cols if self.axis == 1 else rows
        gains, offsets = (each[lines][:, picked] for each in (found.gains, found.offsets))
        if self.axis == 0:
            gains, offsets = gains[:, None], offsets[:, None]
        values = self.cube.read(rows, cols, bands)
        for place, line in enumerate(values):
            at = (place,) if self.axis == 0 else ...
            line[:] = line * gains[at] + offsets[at]
        return values


@dataclass(frozen=True)
class Destripe:
    """Mean and spread of each column, band by band, brought to those of the columns beside it.

    Attributes:
        lines: "columns", or "rows" for a scanner that sees one pixel at once and sweeps along the rows.
        window: columns, an odd number, over which the level is laid: a straight line of least squares through their
            means, and through their standard deviations.
    """

    lines: str = "columns"
    window: int = WINDOW

    def __post_init__(self) -> None:
        if self.lines not in AXES:
            raise HsiError(
                say("“{lines}” have no stripes.", lines=self.lines), say("Take one of {all}.", all=", ".join(AXES))
            )
        if self.window < 3 or self.window % 2 == 0:
            raise HsiError(
                say("A window of {window} lines is none.", window=self.window), say("Take an odd number, 3 or more.")
            )

    @property
    def told(self) -> str:
        return f"--destripe {self.lines},{self.window}"

    def on(self, cube: Cube) -> Cube:
        """The cube without stripes, float32; bands that are marked bad as they are. The scene is read once for the
        moments, when a sample is first asked for.

        Raises:
            HsiError: lines are too short to have a spread, or all bands are marked bad.
        """
        require_good(cube)
        axis = AXES[self.lines]
        _require_long(cube, axis)
        found = Pass(lambda told: self._found(cube, axis, told))
        return cube.over(lambda _: ByLine(cube, found, axis), info_of_values(cube.info))

    def _found(self, cube: Cube, axis: int, told: Told) -> Found:
        seen = moments_of(cube, axis, told)
        usable = (seen.count >= LEAST) & (seen.spread > 0) & ~cube.is_bad
        means, spreads = (np.where(usable, each, np.nan) for each in (seen.mean, seen.spread))
        wanted, wide = level(means, self.window), level(spreads, self.window)
        with np.errstate(divide="ignore", invalid="ignore"):
            gains = np.where(wide > 0, wide, spreads) / spreads
            offsets = wanted - gains * means
        return Found(
            np.where(usable, gains, 1.0), np.where(usable, offsets, 0.0), int((seen.dead & ~cube.is_bad).sum())
        )


@dataclass(frozen=True)
class DestripeMnf:
    """Column means of the components that hold noise taken away (minimum noise fraction): stripes that are far below
    what the scene shows, without its light across the track, which is in the components that are kept.

    Attributes:
        kept: how many components stay as they are; None for as many as hold signal in a sample of the scene.
    """

    kept: int | None = None

    @property
    def told(self) -> str:
        return f"--destripe mnf,{'auto' if self.kept is None else self.kept}"

    def settled(self, cube: Cube) -> DestripeMnf:
        """The step with the number of components that a sample of the scene shows.

        Raises:
            HsiError: too few pixels have data, or neighbouring pixels do not differ.
        """
        return self if self.kept is not None else DestripeMnf(sampled_components(cube, "mnf").advised)

    def on(self, cube: Cube) -> Cube:
        """The cube without these stripes, float32; bands that are marked bad as they are. The scene is read once, when
        a sample is first asked for.

        Raises:
            HsiError: columns are too short to have a mean, there are not so many components, or all bands are bad.
        """
        kept = self.settled(cube).kept or 0
        require_kept(kept, len(require_good(cube)))
        _require_long(cube, 1)
        found = Pass(lambda told: _found_by_mnf(cube, kept, told))
        return cube.over(lambda _: ByLine(cube, found, 1), info_of_values(cube.info))


def _found_by_mnf(cube: Cube, kept: int, told: Told) -> Found:
    sums = Sums(cube)
    total, count = np.zeros((cube.cols, len(sums.bands))), np.zeros(cube.cols, np.int64)
    for tile in tiles_of(cube, sums.bands, [slice(0, cube.rows)], told):
        sums.add(tile)
        for first in range(0, len(tile.valid), cube.cols):
            valid = tile.valid[first : first + cube.cols]
            total[valid] += tile.spectra[first : first + cube.cols][valid]
            count += valid
    found = sums.components("mnf")
    usable = count >= LEAST
    means = np.where(usable[:, None], total / np.maximum(count, 1)[:, None], found.mean)
    offsets = np.zeros((cube.cols, cube.bands))
    offsets[:, found.bands] = -(means - found.mean) @ found.beyond(kept).T
    return Found(np.ones(offsets.shape), offsets)


def destriping_of(text: str) -> Destripe | DestripeMnf:
    """The step of a text: "columns", "rows", either with a window, or "mnf" with a number of components or "auto".

    Raises:
        HsiError: it is none.
    """
    kind, _, number = (part.strip() for part in text.partition(","))
    if kind == "mnf":
        return DestripeMnf(kept_of(number or "auto"))
    try:
        return Destripe(kind, int(number) if number else WINDOW)
    except ValueError:
        raise HsiError(
            say("“{text}” is no window.", text=number), say("Write a whole number of lines, such as columns,31.")
        ) from None


def _require_long(cube: Cube, axis: int) -> None:
    long = cube.shape[1 - axis]
    if long < LEAST:
        raise HsiError(
            say("Lines of {long} pixels say nothing of stripes.", long=long),
            say("Destripe the whole scene before it is cut; it needs {least} pixels along the stripes.", least=LEAST),
        )
