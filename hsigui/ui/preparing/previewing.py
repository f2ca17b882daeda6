"""A part of a scene before and after steps, as pictures, and the spectra of one of its pixels. No Qt.

The steps are done in a worker over the part alone; what looks at the whole scene does so once, and tells how far it is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.ground import Ground
from hsigui.cube.open import open_cube
from hsigui.cube.render import ViewState, nearest_band, render_window, values_of
from hsigui.cube.stretch import tones_of
from hsigui.document.values import Box
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline.prepare_lines import with_reading
from hsigui.preparing.block_mean import BlockMean
from hsigui.preparing.chosen import ChosenStep, chosen_from
from hsigui.preparing.cut import Crop
from hsigui.preparing.passes import passes_of, remarks_of, settle
from hsigui.preparing.wish import Chain, Joined, Outcome
from hsigui.texts import say

PIXELS = 40_000  # of a picture at most
_SLACK = 1e-6  # pixels by which a side of a box may miss the side of a pixel
_OF_PIXELS = ("--rows", "--cols", "--block-mean")  # steps whose way is known without a place on a map


@dataclass(frozen=True)
class Looking:
    """How far a look at the whole scene is."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Part:
    """A picture of a part of a cube.

    Attributes:
        box: top, left, bottom, right; the last two exclusive.
        step: every how many pixels of it are shown.
        rgb: rows x cols x 3 uint8.
    """

    cube: Cube
    box: Box
    step: int
    rgb: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Preview:
    """What steps make of a part of a scene.

    Attributes:
        told: each step that was done, as the history has it.
        problem: why the next one could not be done; None where all were.
        remarks: what was found on the way.
        cubes: the scene, and what each step that was done has made of it.
    """

    before: Part
    after: Part
    told: tuple[str, ...]
    problem: HsiError | None
    remarks: tuple[str, ...] = ()
    cubes: tuple[Cube, ...] = ()


@dataclass(frozen=True, eq=False)
class Spectra:
    """Spectra of one pixel, each with wavelengths or numbers of bands; NaN where there is no value."""

    before: tuple[NDArray[np.float64], NDArray[np.float32]]
    after: tuple[NDArray[np.float64], NDArray[np.float32]]
    place: tuple[int, int]


class Preparer:
    """Does the steps of one scene, and keeps what they found. For one thread at a time."""

    def __init__(self, cube: Cube) -> None:
        self._cube = cube
        self._joined: Joined | None = None
        self._chain: Chain | None = None

    def outcome(self, ctx: Context, joined: Joined, steps: Sequence[ChosenStep]) -> Outcome:
        """The cubes of the steps, see `Chain.outcome`; the further files are opened when others are named.

        Raises:
            HsiError: a further file cannot be opened, or they do not fit together.
        """
        if self._chain is None or joined != self._joined:
            others = []
            for path in joined.files:
                ctx.check()
                others.append(open_cube(path, gaps=False))
            scene: Path | str | None = self._cube.info.address or self._cube.path
            self._chain, self._joined = Chain(joined.of(with_reading(self._cube), others), scene), joined
        return self._chain.outcome(steps, ctx.check)


def previewed(
    ctx: Context, preparer: Preparer, joined: Joined, steps: Sequence[ChosenStep], view: ViewState, box: Box
) -> Preview:
    """A box of the scene before and after the steps.

    Raises:
        HsiError: further files do not fit the scene, or it cannot be read.
        Cancelled: through the context.
    """
    outcome = preparer.outcome(ctx, joined, steps)
    done, problem = _settled(ctx, outcome)
    before = _part(outcome.cubes[0], view, box)
    while True:
        cube = outcome.cubes[done]
        try:
            after = _part(cube, _same_view(outcome.cubes[0], cube, view), _followed(outcome, done, box))
            break
        except HsiError as error:
            if not done:
                raise
            done, problem = done - 1, error
    made = outcome.cubes[done]
    known = set(outcome.cubes[0].notes)
    said = [*(note for note in made.notes if note not in known), *remarks_of(made)]
    remarks = tuple(dict.fromkeys(said))
    return Preview(before, after, outcome.told[:done], problem, remarks, tuple(outcome.cubes[: done + 1]))


def spectra_at(_ctx: Context, preview: Preview, share: tuple[float, float]) -> Spectra:
    """Spectra of the pixel that lies at two parts (down, across; 0 to 1) of a preview."""
    found = []
    for part in (preview.before, preview.after):
        row, col = pixel_at(part, share)
        cube = part.cube
        x = np.arange(1.0, cube.bands + 1) if cube.wavelengths is None else cube.wavelengths
        order = np.argsort(x, kind="stable")
        values = np.where(cube.is_bad, np.nan, cube.spectrum(row, col)).astype(np.float32)
        found.append((x[order], values[order]))
    return Spectra(found[0], found[1], pixel_at(preview.before, share))


def pixel_at(part: Part, share: tuple[float, float]) -> tuple[int, int]:
    """Row and column of the cube at two parts (down, across; 0 to 1) of a picture of it."""
    top, left, bottom, right = part.box
    row = top + min(bottom - top - 1, max(0, int(share[0] * (bottom - top))))
    return row, left + min(right - left - 1, max(0, int(share[1] * (right - left))))


def _settled(ctx: Context, outcome: Outcome) -> tuple[int, HsiError | None]:
    """Takes the looks at the whole scene; how many steps could be done, and why not the next one."""

    def told(done: int, total: int) -> None:
        ctx.check()
        ctx.partial(Looking(done, total))

    for number, cube in enumerate(outcome.cubes):
        try:
            if passes_of(cube):
                settle(cube, told)
        except HsiError as error:
            return number - 1, error
    return len(outcome.cubes) - 1, outcome.problem


def _part(cube: Cube, view: ViewState, box: Box) -> Part:
    """A picture of a box, stretched by what lies in it as the view says."""
    top, left, bottom, right = box
    step = max(1, math.ceil(math.sqrt((bottom - top) * (right - left) / PIXELS)))
    rows, cols = slice(top, bottom, step), slice(left, right, step)
    view = replace(view, stretch=replace(view.stretch, within=None, by_hand=()))  # of other values than these
    tones = tones_of(values_of(cube, view, rows, cols), view.stretch, view.shown, view.low, view.high)
    return Part(cube, box, step, render_window(cube, view, tones, rows, cols))


def _same_view(before: Cube, after: Cube, view: ViewState) -> ViewState:
    """The view of bands of the same wavelengths, or else of the same numbers as far as there are such."""
    known = before.wavelengths is not None and after.wavelengths is not None

    def band(number: int) -> int:
        if known and before.wavelengths is not None:
            return nearest_band(after, float(before.wavelengths[number]))
        return min(number, after.bands - 1)

    red, green, blue = map(band, view.bands)
    single = None if view.single is None else band(view.single)
    return replace(view, red=red, green=green, blue=blue, single=single)


def _followed(outcome: Outcome, done: int, box: Box) -> Box:
    """Where a box of the first cube lies after so many steps; all that is left of the scene where it lies outside, or
    that is not known."""
    found: Box | None = box
    for number in range(done):
        before, after = outcome.cubes[number], outcome.cubes[number + 1]
        found = None if found is None else _through(outcome.told[number], before, after, found)
    last = outcome.cubes[done]
    if found is None:
        return 0, 0, last.rows, last.cols
    top, left, bottom, right = found
    inside = max(0, top), max(0, left), min(last.rows, bottom), min(last.cols, right)
    return inside if inside[0] < inside[2] and inside[1] < inside[3] else (0, 0, last.rows, last.cols)


def _through(told: str, before: Cube, after: Cube, box: Box) -> Box | None:
    """A box after one step; None where it is not known where that is."""
    top, left, bottom, right = box
    if after.shape[:2] == before.shape[:2] and after.geo == before.geo:
        return box
    if before.geo.transform is not None and after.geo.transform is not None:
        corners = [before.geo.to_map(row, col) for row in (top, bottom) for col in (left, right)]
        if before.geo.crs_wkt != after.geo.crs_wkt or None in corners:
            return None
        x, y = np.array([corner for corner in corners if corner is not None]).T
        rows, cols = Ground(after.geo.transform, None, None).to_pixels(x, y)
        first = math.floor(rows.min() + _SLACK), math.floor(cols.min() + _SLACK)
        return *first, math.ceil(rows.max() - _SLACK), math.ceil(cols.max() - _SLACK)
    step = chosen_from(told).made() if told.startswith(_OF_PIXELS) else None
    if isinstance(step, Crop):
        down, across = (ends[0] or 0 for ends in (step.rows, step.cols))
        return top - down, left - across, bottom - down, right - across
    if isinstance(step, BlockMean):
        return top // step.factor, left // step.factor, -(-bottom // step.factor), -(-right // step.factor)
    return None


def told_of(preview: Preview) -> str:
    """Sizes before and after, in words."""
    before, after = preview.before.cube, preview.after.cube
    return say(
        "{rows} x {cols} pixels, {bands} bands → {new_rows} x {new_cols} pixels, {new_bands} bands",
        rows=before.rows, cols=before.cols, bands=before.bands, new_rows=after.rows, new_cols=after.cols,
        new_bands=after.bands,
    )  # fmt: skip
