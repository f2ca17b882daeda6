"""From counts to reflectance by a white and a dark reference, or by the scene itself.

Sources: white and dark reference: R = (raw - dark) / (white - dark); flat field: division by the mean spectrum of an
area that is spectrally flat; internal average relative reflectance (IAR): division by the mean spectrum of the scene
(Kruse 1988, Remote Sensing of Environment 24:31-51).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.cube.cube import Cube
from hsigui.cube.formats.products.references import exposures, names_known, references_beside
from hsigui.cube.of_cube import OfCube
from hsigui.cube.open import open_cube
from hsigui.errors import HsiError
from hsigui.preparing.area import require_part
from hsigui.preparing.made import info_of_values, made_of_values
from hsigui.preparing.passes import Pass, blocks_of
from hsigui.preparing.step import worded
from hsigui.texts import say, say_number

_UNLIT = 1e-3  # of the light of the brightest band: there is nothing to divide by
_NAMED = 8  # bands in a sentence
_ALIKE = 1e-3  # of an exposure time: clocks of cameras are no better
_CACHED_VALUES = 250_000  # that stay in the processor's cache while something is done to them

Reference = Cube | tuple[int | None, int | None]
"""A cube of lines over a panel, or such rows of the scene itself: first, and the one after the last."""


@dataclass(frozen=True, eq=False)
class Ratio(OfCube):
    """The values of a cube, less an offset and divided by a gain, each given for every column or for all of them."""

    cube: Cube
    less: NDArray[np.float64]  # cols x bands, or 1 x bands
    by: NDArray[np.float64]  # cols x bands, or 1 x bands
    _kept: dict[str, tuple[NDArray[np.float32], ...]] = field(default_factory=dict)

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return made_of_values(self.cube.info)

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

    Where the headers of scene and white reference say how long light was gathered, the white reference less its own
    dark is scaled by the ratio of the times. A dark reference is never scaled: of one time nobody knows how much of it
    grows with the time.

    Attributes:
        white, dark: see `Reference`; the columns and bands of the scene.
        panel: reflectance of the white reference.
        white_dark: the dark reference that goes with the white one; None for `dark`.
        said: a note for the cube, such as how they were found.
    """

    white: Reference
    dark: Reference | None = None
    panel: float = 1.0
    white_dark: Reference | None = None
    said: str = ""

    @classmethod
    def beside(cls, path: str | Path, panel: float = 1.0) -> WhiteDark:
        """By the references that the maker's program has put beside a scene's file (`formats.products.references`).

        Raises:
            HsiError: there are none, or one cannot be read.
        """
        found = references_beside(Path(path).expanduser())
        if found is None:
            raise HsiError(
                say("No white reference lies beside {name}.", name=Path(path).name),
                say("Names that are looked for: {names}. Name another with --white.", names=", ".join(names_known())),
            )
        white, dark, white_dark = (
            None if path is None else open_cube(path, gaps=False)
            for path in (found.white, found.dark, found.white_dark)
        )
        assert white is not None
        return cls(white, dark, panel, white_dark, found.told)

    @property
    def told(self) -> str:
        others = (("dark", self.dark), ("white-dark", self.white_dark))
        told = "".join(f" --{name} {_named(other)}" for name, other in others if other is not None)
        return f"--white {_named(self.white)}{told}" + (f" --panel {self.panel!r}" if self.panel != 1 else "")

    def on(self, cube: Cube) -> Cube:
        """The calibrated cube; its samples are float32, NaN where the references are alike.

        Raises:
            HsiError: a reference has other columns or bands, or there are no such rows.
        """
        if not 0 < self.panel < np.inf:
            raise HsiError(say("The panel's reflectance must be above 0."), say("Give it as a fraction, such as 0.99."))
        white = _mean_line(self.white, cube)
        dark = np.zeros_like(white) if self.dark is None else _mean_line(self.dark, cube)
        below = dark if self.white_dark is None else _mean_line(self.white_dark, cube)
        ratio, notes = self._exposed(cube)
        lit = np.where(white > below, white - below, np.nan) * (ratio / self.panel)
        notes = (*cube.info.notes, *notes, *_told_of_unlit(lit))
        info = replace(info_of_values(cube.info), gaps_unknown=True, notes=notes)
        return cube.over(lambda _: Ratio(cube, dark, lit), info)

    def _exposed(self, cube: Cube) -> tuple[float, tuple[str, ...]]:
        """By what light of the white reference is multiplied to be that of the scene's exposure, and what is to be
        said."""
        ratio, notes = 1.0, [self.said] if self.said else []
        times = _times(cube, self.white)
        if times is not None:
            ratio = times[0] / times[1]
            notes.append(
                say("The white reference was exposed for {white:g}, the scene for {own:g}: scaled by {ratio:.4g}.",
                    white=times[1], own=times[0], ratio=ratio)
            )  # fmt: skip
        of_dark = _times(cube, self.dark)
        if of_dark is not None:
            notes.append(
                say("The dark reference was exposed for {dark:g} and the scene for {own:g}: it is taken as it is.",
                    dark=of_dark[1], own=of_dark[0])
            )  # fmt: skip
        return ratio, tuple(notes)


def _told_of_unlit(lit: NDArray[np.float64]) -> tuple[str, ...]:
    """That in some bands the white reference tells no more than noise, and so does what is divided by it.

    Args:
        lit: light of the white reference, cols x bands; NaN where there is none.
    """
    light = np.median(np.nan_to_num(lit, nan=0.0), axis=0)
    if not (light > 0).any():
        return (
            say("The white reference is hardly anywhere brighter than the dark one: they may be swapped, or the "
                "shutter was closed for both."),
        )  # fmt: skip
    unlit = np.flatnonzero(light < _UNLIT * light.max(initial=0.0))
    if not len(unlit):
        return ()
    named = ", ".join(str(band + 1) for band in unlit[:_NAMED].tolist())
    more = say(" and {count} more", count=len(unlit) - _NAMED) if len(unlit) > _NAMED else ""
    return (
        say_number("In 1 band the white reference is no brighter than the dark one, but for noise: {named}{more}. Mark "
                   "it bad (--mark-bad).",
                   "In {count} bands the white reference is no brighter than the dark one, but for noise: "
                   "{named}{more}. Mark them bad (--mark-bad).", len(unlit), named=named, more=more),
    )  # fmt: skip


def _times(cube: Cube, other: Reference | None) -> tuple[float, float] | None:
    """How long a scene and a reference were exposed; None where that is not known, or the same."""
    found = exposures(cube.info.metadata, other.info.metadata) if isinstance(other, Cube) else None
    return None if found is None or abs(found[0] - found[1]) <= _ALIKE * found[0] else found


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
        require_part(self.rows, cube.rows)
        require_part(self.cols, cube.cols)
        part = (cube.read(slice(row, row + 1), slice(*self.cols))[0] for row in range(*self.rows))
        info = replace(info_of_values(cube.info), gaps_unknown=True)
        return cube.over(lambda _: _over(cube, _mean(part)), info)


@dataclass(frozen=True)
class InternalAverage:
    """Values divided by the mean spectrum of all pixels of the scene."""

    @property
    def told(self) -> str:
        return "--internal-average"

    def on(self, cube: Cube) -> Cube:
        """The divided cube; its samples are float32. The scene is read once for the mean, when a sample is first asked
        for."""
        mean = Pass(lambda told: _mean(block.reshape(-1, cube.bands) for _, block in blocks_of(cube, told)))
        info = replace(info_of_values(cube.info), gaps_unknown=True)
        return cube.over(lambda _: OverMean(cube, mean), info)


@dataclass(frozen=True, eq=False)
class OverMean(OfCube):
    """The values of a cube divided by a mean spectrum that is found when it is needed."""

    cube: Cube
    mean: Pass[NDArray[np.float64]]

    @property
    def made_of(self) -> str:
        """See `windows`."""
        return made_of_values(self.cube.info)

    @cached_property
    def _ratio(self) -> Ratio:
        return _over(self.cube, self.mean.found())

    @property
    def passes(self) -> tuple[Pass[NDArray[np.float64]], ...]:
        """What has to be looked at before: for the mean, one number a band."""
        return (self.mean,)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Ratios of a window, rows x cols x bands; NaN where there is no data or nothing to divide by."""
        return self._ratio.read(rows, cols, bands)


def _over(cube: Cube, mean: NDArray[np.float64]) -> Ratio:
    """The values of a cube divided by a mean spectrum, one number a band."""
    return Ratio(cube, np.zeros_like(mean)[None], np.where(mean > 0, mean, np.nan)[None])


def _mean(parts: Iterable[NDArray[np.float32]]) -> NDArray[np.float64]:
    """The mean of what is known over the first axis of all parts together; NaN where nothing is."""
    total: Any = 0.0
    count: Any = 0
    for part in parts:
        stopping.check()
        known = np.isfinite(part)
        total = total + np.where(known, part, 0).sum(axis=0, dtype=np.float64)
        count = count + known.sum(axis=0)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


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
        require_part((first, last), cube.rows)
        source, rows = cube, range(first, last)
    return _mean(source.read(slice(row, row + 1)) for row in rows)


def _named(reference: Reference) -> str:
    if isinstance(reference, Cube):
        return worded(reference.name if reference.path is None else reference.path.name)
    return "{}:{}".format(*("" if end is None else end for end in reference))
