"""Pure pixels of a scene: vertex component analysis, N-FINDR and the pixel purity index, on few components of all
pixels. The same seed finds the same pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.covariance import Covariance, principal
from hsigui.analysis.endmember_count import correlation, count_endmembers
from hsigui.analysis.layer import Target
from hsigui.analysis.settings import MOST_ENDMEMBERS, NFINDR, PPI, VCA
from hsigui.analysis.tiles import TileReader, require_pixels
from hsigui.cube.cube import Cube
from hsigui.cube.limits import require_room
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import color_for
from hsigui.texts import say

MOST_PIXELS = 4_000_000  # that are looked at; of larger scenes every second one, or third, and so on
SKEWERS, SKEWERS_AT_ONCE, PIXELS_AT_ONCE = 2_000, 50, 20_000
STARTS, SWEEPS = 5, 50  # of N-FINDR
PIXEL_BYTES = 24  # for each component: two of float32, and two of float64 while pixels are looked for
APART = 0.05  # rad between two spectra that the purity index takes for two

Find = Callable[["Reduced", int, np.random.Generator, Context], list[int]]


@dataclass(frozen=True, eq=False)
class Found:
    """Endmembers that were found.

    Attributes:
        targets: their spectra, with places and colours.
        notes: what was assumed, a sentence each.
    """

    targets: tuple[Target, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Reduced:
    """All pixels with data in few components.

    Attributes:
        pixels: number of each in the scene, row-major; one a pixel.
        values: principal components without the mean, pixels x components float32; as many as there are to be
            endmembers, the mean product's eigenvectors for the last step of vertex component analysis.
        products: projections onto the eigenvectors of the mean product, pixels x components float32.
        signal: dB, the signal to noise ratio by the part of the power that the components hold.
    """

    pixels: NDArray[np.intp]
    values: NDArray[np.float32]
    products: NDArray[np.float32]
    signal: float


def find_endmembers(cube: Cube, method: str, count: int, seed: int, ctx: Context) -> Found:
    """Finds pure pixels; reads the scene three times.

    Args:
        method: VCA, NFINDR or PPI.
        count: how many; 0 for as many as are counted.

    Raises:
        HsiError: fewer pixels have data than are needed, all are alike, or fewer pixels than asked for differ.
        Cancelled: through the context.
    """
    notes: list[str] = []
    if not count:
        counted = count_endmembers(cube, ctx)
        count = min(counted.lower, MOST_ENDMEMBERS)
        notes.append(str(counted))
    reader = TileReader(cube)
    if count > len(reader.bands):
        raise HsiError(
            say("{count} pure pixels cannot be told apart in {bands} bands.", count=count, bands=len(reader.bands)),
            say("Ask for at most as many as there are good bands."),
        )
    reduced = _reduced(reader, count, ctx)
    ctx.progress(0, 0, say("Looking for pure pixels"))
    rows = METHODS[method](reduced, count, np.random.default_rng(seed), ctx)
    places = [divmod(int(reduced.pixels[row]), cube.cols) for row in dict.fromkeys(rows)]
    if len(places) < count:
        notes.append(say("Only {count} pixels were found that differ.", count=len(places)))
    return Found(tuple(_target(cube, number, *place) for number, place in enumerate(places, 1)), tuple(notes))


def _target(cube: Cube, number: int, row: int, col: int) -> Target:
    name = say("pixel {row}, {col}", row=row, col=col)
    return Target(name, tuple(cube.spectrum(row, col).astype(float).tolist()), (), (row, col), color_for(number))


def _reduced(reader: TileReader, count: int, ctx: Context) -> Reduced:
    cube, bands = reader.cube, len(reader.bands)
    step = -(-cube.rows * cube.cols // MOST_PIXELS)
    require_room(say("The components of {name}", name=cube.name), cube.rows, cube.cols, -(-PIXEL_BYTES * count // step))
    sums = Covariance(bands)
    for tile in reader.tiles(ctx, say("Summing up the covariance"), 0, 2):
        sums.add(tile.known)
    require_pixels(sums.count, count, cube)
    spread, axes = principal(sums.matrix)
    if spread[0] <= 0:
        raise HsiError(say("All pixels of {name} are alike.", name=cube.name), say("Check the no-data value."))
    _powers, ways = principal(correlation(sums))
    axes, ways = axes[:count], ways[:count]
    numbers, values, products = [], [], []
    for tile in reader.tiles(ctx, say("Computing components"), 1, 2):
        first = tile.rows.start * cube.cols
        own = np.flatnonzero(tile.valid)
        own = own[(own + first) % step == 0]
        spectra = tile.spectra[own].astype(np.float64)
        numbers.append(own + first)
        values.append(((spectra - sums.mean) @ axes.T).astype(np.float32))
        products.append((spectra @ ways.T).astype(np.float32))
    signal = _signal(sums, float(spread[:count].sum()), float(spread.sum()), count)
    found = Reduced(np.concatenate(numbers), np.concatenate(values), np.concatenate(products), signal)
    require_pixels(len(found.pixels), count, cube)
    return found


def _signal(sums: Covariance, held: float, all_of_it: float, count: int) -> float:
    """The estimate of Nascimento & Bioucas Dias, by which vertex component analysis chooses how it projects; dB."""
    mean = float(sums.mean @ sums.mean)
    power, kept = all_of_it + mean, held + mean
    bands = len(sums.mean)
    if power - kept <= 1e-12 * power:
        return np.inf
    return float(10 * np.log10(max(kept - count / bands * power, 1e-300) / (power - kept)))


def vca(reduced: Reduced, count: int, rng: np.random.Generator, ctx: Context) -> list[int]:
    """Vertex component analysis: Nascimento & Bioucas Dias, IEEE Trans. Geosci. Remote Sens. 43, 2005, doi
    10.1109/TGRS.2005.844293. Each next pixel is the farthest along a direction at right angles to those before."""
    if count == 1:
        return [int(np.einsum("ij,ij->i", reduced.products, reduced.products).argmax())]
    if reduced.signal < 15 + 10 * np.log10(count):
        flat = reduced.values[:, : count - 1].astype(np.float64)
        far = np.sqrt(np.einsum("ij,ij->i", flat, flat).max())
        points = np.column_stack([flat, np.full(len(flat), far)])
    else:
        points = reduced.products.astype(np.float64)
        mean = points.mean(axis=0)
        heights = points @ mean
        there = heights > 1e-6 * float(mean @ mean)  # the plane is seen from the origin: not what lies behind it
        points /= np.where(there, heights, 1.0)[:, None]
        points[~there] = 0.0
    corners = np.zeros((count, count))
    corners[-1, 0] = 1.0
    chosen: list[int] = []
    for number in range(count):
        ctx.check()
        way = rng.standard_normal(count)
        way -= corners @ (np.linalg.pinv(corners) @ way)
        chosen.append(int(np.abs(points @ way).argmax()))
        corners[:, number] = points[chosen[-1]]
    return chosen


def nfindr(reduced: Reduced, count: int, rng: np.random.Generator, ctx: Context) -> list[int]:
    """N-FINDR: Winter, Proc. SPIE 3753, 1999, doi 10.1117/12.366289. The pixels that span the largest simplex: each
    corner in turn goes where the volume grows most, until none does; the best of some starts."""
    if count == 1:
        return [int(np.einsum("ij,ij->i", reduced.values, reduced.values).argmax())]
    spread = reduced.values[:, : count - 1].astype(np.float64)
    spread /= np.maximum(spread.std(axis=0), 1e-300)  # volumes scale alike, and rounding is even
    points = np.column_stack([np.ones(len(spread)), spread])
    best: tuple[float, list[int]] = (-np.inf, [])
    for _ in range(STARTS):
        chosen = _apart(points, count, int(rng.integers(len(points))))
        if len(chosen) < count:  # no more than these differ, and they span nothing of so many corners
            return chosen
        for _sweep in range(SWEEPS):
            moved = False
            for corner in range(count):
                ctx.check()
                growth = np.abs(points @ np.linalg.inv(points[chosen])[:, corner])  # of the volume, by each pixel there
                place = int(growth.argmax())
                if growth[place] > 1 + 1e-9:
                    chosen[corner], moved = place, True
            if not moved:
                break
        volume = float(np.linalg.slogdet(points[chosen])[1])
        if volume > best[0]:
            best = volume, chosen
    return best[1]


def _apart(points: NDArray[np.float64], count: int, first: int) -> list[int]:
    """Pixels (of pixels x coordinates) that span a volume: each next the farthest from the span of those before; fewer
    than asked for where no other is."""
    chosen, axes = [first], [points[first] / np.linalg.norm(points[first])]
    far = np.einsum("ij,ij->i", points, points)
    tiny = 1e-12 * float(far.max())
    far -= (points @ axes[0]) ** 2
    while len(chosen) < count and (place := int(far.argmax())) not in chosen and far[place] > tiny:
        way = points[place] - np.array(axes).T @ (np.array(axes) @ points[place])
        axes.append(way / np.linalg.norm(way))
        chosen.append(place)
        far -= (points @ axes[-1]) ** 2
    return chosen


def purest(reduced: Reduced, count: int, rng: np.random.Generator, ctx: Context) -> list[int]:
    """The pixel purity index: Boardman, Kruse & Green, Summaries of the 5th JPL Airborne Earth Science Workshop, 1995.
    How often a pixel is the outermost along a random direction; of the most frequent ones those that differ."""
    values = reduced.values[:, : max(1, count - 1)]
    counts = np.zeros(len(values), dtype=np.intp)
    for start in range(0, SKEWERS, SKEWERS_AT_ONCE):
        ctx.progress(start, SKEWERS, say("Looking for pure pixels"))
        ways = rng.standard_normal((values.shape[1], SKEWERS_AT_ONCE)).astype(np.float32)
        for ends in _outermost(values, ways, ctx):
            np.add.at(counts, ends, 1)
    order = np.argsort(-counts, kind="stable")[: int(np.count_nonzero(counts))]
    frequent = reduced.products[order]
    unit = frequent / np.sqrt(np.maximum(np.einsum("ij,ij->i", frequent, frequent), 1e-30))[:, None]
    chosen: list[int] = []
    apart = APART
    while len(chosen) < min(count, len(order)):
        for place in range(len(order)):
            if len(chosen) < count and (not chosen or (unit[chosen] @ unit[place]).max() < np.cos(apart)):
                chosen.append(place)
        apart /= 2
        if apart < 1e-6:
            break
    return [int(order[place]) for place in chosen]


def _outermost(
    values: NDArray[np.float32], ways: NDArray[np.float32], ctx: Context
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:  # fmt: skip
    """The pixels (of pixels x components) that lie first and last along directions (components x directions)."""
    ends = np.zeros((2, ways.shape[1]), dtype=np.intp)
    far = np.array([[np.inf], [-np.inf]]).repeat(ways.shape[1], axis=1)
    for start in range(0, len(values), PIXELS_AT_ONCE):
        ctx.check()
        along = ways.T @ values[start : start + PIXELS_AT_ONCE].T  # a direction a row, so that its ends are found fast
        for side, places in enumerate((along.argmin(axis=1), along.argmax(axis=1))):
            found = np.take_along_axis(along, places[:, None], axis=1)[:, 0]
            farther = found < far[side] if side == 0 else found > far[side]
            ends[side] = np.where(farther, places + start, ends[side])
            far[side] = np.where(farther, found, far[side])
    return ends[0], ends[1]


METHODS: dict[str, Find] = {VCA: vca, NFINDR: nfindr, PPI: purest}
