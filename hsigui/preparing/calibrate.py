"""From counts to reflectance by a white and a dark reference, or by the scene itself.

Sources: white and dark reference: R = (raw - dark) / (white - dark); flat field: division by the mean spectrum of an
area that is spectrally flat; internal average relative reflectance (IAR): division by the mean spectrum of the scene
(Kruse 1988, Remote Sensing of Environment 24:31-51).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.preparing.made import info_of_values, made_of_values
from hsigui.texts import say

_CACHED_VALUES = 250_000  # that stay in the processor's cache while something is done to them

Reference = Cube | tuple[int | None, int | None]
"""A cube of lines over a panel, or such rows of the scene itself: first, and the one after the last."""


@dataclass(frozen=True, eq=False)
class Ratio:
    """The values of a cube, less an offset and divided by a gain, each given for every column or for all of them."""

    cube: Cube
    less: NDArray[np.float64]  # cols x bands, or 1 x bands
    by: NDArray[np.float64]  # cols x bands, or 1 x bands
    _kept: dict[str, tuple[NDArray[np.float32], ...]] = field(default_factory=dict)

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return made_of_values(self.cube.info)

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.cube.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Ratios of a window, rows x cols x bands; NaN where there is no data or nothing to divide by."""
        picked = bands if isinstance(bands, slice) else list(bands)
        found = self.cube.read(rows, cols, bands)  # a copy, and so it may be changed
        less, by = self._factors(cols, picked, found.strides[1] < found.strides[2])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = max(1, _CACHED_VALUES // max(1, found[0].size if len(found) else 1))
            for first in range(0, len(found), step):
                part = found[first : first + step]
                part -= less
                part /= by
                gone = np.isinf(part)
                if gone.any():
                    part[gone] = np.nan
        return found

    def _factors(self, cols: slice, bands: slice | list[int], by_columns: bool) -> tuple[NDArray[np.float32], ...]:
        """Offset and gain of a window, cols x bands, in memory as its values lie: that is several times quicker. Those
        of the last window are kept, for the next one most often has the same columns and bands."""
        key = repr((cols, bands, by_columns))
        if (kept := self._kept.get(key)) is not None:
            return kept
        made = tuple(
            np.array((one[cols] if len(one) > 1 else one)[:, bands], np.float32, order="F" if by_columns else "C")
            for one in (self.less, self.by)
        )
        self._kept.clear()
        self._kept[key] = made
        return made


@dataclass(frozen=True, eq=False)
class WhiteDark:
    """Reflectance by the mean line of a white reference, and of a dark one where there is one.

    Attributes:
        white, dark: see `Reference`; the columns and bands of the scene.
        panel: reflectance of the white reference.
    """

    white: Reference
    dark: Reference | None = None
    panel: float = 1.0

    @property
    def told(self) -> str:
        dark = "" if self.dark is None else f" --dark {_named(self.dark)}"
        return f"--white {_named(self.white)}{dark}" + (f" --panel {self.panel!r}" if self.panel != 1 else "")

    def on(self, cube: Cube) -> Cube:
        """The calibrated cube; its samples are float32, NaN where the references are alike.

        Raises:
            HsiError: a reference has other columns or bands, or there are no such rows.
        """
        if not 0 < self.panel < np.inf:
            raise HsiError(say("The panel's reflectance must be above 0."), say("Give it as a fraction, such as 0.99."))
        white = _mean_line(self.white, cube)
        dark = np.zeros_like(white) if self.dark is None else _mean_line(self.dark, cube)
        return _ratio(cube, dark, np.where(white > dark, white - dark, np.nan) / self.panel)


@dataclass(frozen=True)
class FlatField:
    """Values divided by the mean spectrum of an area.

    Attributes:
        rows, cols: of the area: first, and the one after the last.
    """

    rows: tuple[int, int]
    cols: tuple[int, int]

    @property
    def told(self) -> str:
        return "--flat-field {}:{},{}:{}".format(*self.rows, *self.cols)

    def on(self, cube: Cube) -> Cube:
        """The divided cube; its samples are float32.

        Raises:
            HsiError: the area leaves the scene.
        """
        _require_part(self.rows, cube.rows)
        _require_part(self.cols, cube.cols)
        return _by_mean(cube, [cube.read(slice(*self.rows), slice(*self.cols)).reshape(-1, cube.bands)])


@dataclass(frozen=True)
class InternalAverage:
    """Values divided by the mean spectrum of all pixels of the scene."""

    @property
    def told(self) -> str:
        return "--internal-average"

    def on(self, cube: Cube) -> Cube:
        """The divided cube; its samples are float32. Reads the whole scene, by blocks."""
        return _by_mean(cube, (cube.read(rows).reshape(-1, cube.bands) for rows in cube.blocks()))


def _by_mean(cube: Cube, parts: Iterable[NDArray[np.float32]]) -> Cube:
    """The cube divided by the mean over the spectra of some parts, each pixels x bands."""
    mean = _mean(parts)[None]
    return _ratio(cube, np.zeros_like(mean), np.where(mean > 0, mean, np.nan))


def _mean(parts: Iterable[NDArray[np.float32]]) -> NDArray[np.float64]:
    """The mean of what is known over the first axis of all parts together; NaN where nothing is."""
    total: Any = 0.0
    count: Any = 0
    for part in parts:
        known = np.isfinite(part)
        total = total + np.where(known, part, 0).sum(axis=0, dtype=np.float64)
        count = count + known.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _ratio(cube: Cube, less: NDArray[np.float64], by: NDArray[np.float64]) -> Cube:
    info = replace(info_of_values(cube.info), gaps_unknown=True)
    return cube.over(lambda _: Ratio(cube, less, by), info)


def _mean_line(reference: Reference, cube: Cube) -> NDArray[np.float64]:
    """The mean over the lines of a reference, cols x bands; NaN where no line has data."""
    if isinstance(reference, Cube):
        if (reference.cols, reference.bands) != (cube.cols, cube.bands):
            raise HsiError(
                say(
                    "{reference} has {cols} columns and {bands} bands, and {name} has {own_cols} and {own_bands}.",
                    reference=reference.name, cols=reference.cols, bands=reference.bands, name=cube.name,
                    own_cols=cube.cols, own_bands=cube.bands,
                ),
                say("Calibrate the scene before it is cut, by references of the same camera and setting."),
            )  # fmt: skip
        source, rows = reference, range(reference.rows)
    else:
        first = 0 if reference[0] is None else reference[0]
        last = cube.rows if reference[1] is None else reference[1]
        _require_part((first, last), cube.rows)
        source, rows = cube, range(first, last)
    return _mean(source.read(slice(row, row + 1)) for row in rows)


def _require_part(ends: tuple[int, int], count: int) -> None:
    if not 0 <= ends[0] < ends[1] <= count:
        raise HsiError(
            say("{first} to {last} leaves the scene of {count}.", first=ends[0], last=ends[1], count=count),
            say("Rows and columns count from 0, and the last one is not included."),
        )


def _named(reference: Reference) -> str:
    if isinstance(reference, Cube):
        return reference.name if reference.path is None else reference.path.name
    return "{}:{}".format(*("" if end is None else end for end in reference))
