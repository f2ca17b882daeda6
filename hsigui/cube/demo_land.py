"""Kinds of simulated land, which differ in the size of things against the pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.demo_canvas import FINE, Canvas, Land, Mask, Spot, smooth
from hsigui.cube.demo_spectra import COVERS, NUMBERS

FARMED = ("Meadow", "Maize", "Woodland", "Loam", "Humus soil")
FIELD = 31.0  # pixels across a wide field
PLOTS = (4.0, 8.0)  # least and greatest width of a trial plot, pixels
CROWNS = (1.2, 2.6)  # radii of tree crowns, pixels
_MIDDLE = slice(FINE // 2, None, FINE)  # the points of the fine grid in the middle of the pixels


def farmland(rng: np.random.Generator, rows: int, cols: int) -> Land:
    """Some fifty fields, a river, a village and a clay pit, all of a size that grows with the scene's."""
    height, width = rows * FINE, cols * FINE
    y, x = np.meshgrid(np.arange(height) / height, np.arange(width) / width, indexing="ij")
    wy, wx = y + 0.035 * smooth(rng, (height, width), 34), x + 0.035 * smooth(rng, (height, width), 34)
    count = 52
    centers = rng.random((count, 2))
    field = np.argmin([(wy - cy) ** 2 + (wx - cx) ** 2 for cy, cx in centers], axis=0)
    farmed = [NUMBERS[name] for name in FARMED]
    # Every cover gets its share of the fields, in a random order.
    cover = np.array(farmed)[rng.permutation(np.arange(count) % len(farmed))]
    fine = cover[field]
    river = 0.30 + 0.10 * np.sin(5.0 * y + 0.6) + 0.03 * np.sin(13.0 * y)
    fine[np.abs(wx - river) < 0.034 + 0.012 * np.sin(9.0 * y)] = NUMBERS["Water"]
    fine[((wy - 0.80) / 0.11) ** 2 + ((wx - 0.76) / 0.13) ** 2 < 1] = NUMBERS["Kaolinite"]
    village = ((wy - 0.22) / 0.20) ** 2 + ((wx - 0.72) / 0.21) ** 2 < 1
    fine[village] = NUMBERS["Meadow"]
    fine[village & _blocks(y, x, 0.105, 0.52)] = NUMBERS["Roof tile"]
    road = np.abs(y - 0.47 - 0.05 * np.sin(4.0 * x)) < 0.019
    street = village & ((np.abs(x - 0.735) < 0.019) | (np.abs(y - 0.235) < 0.019))
    yard = (np.abs(y - 0.60) < 0.055) & (np.abs(x - 0.12) < 0.075)
    fine[road | street | yard] = NUMBERS["Asphalt"]
    # Each cover inside a field varies as a field of its own.
    parcels = field * (len(COVERS) + 1) + fine
    return Land(fine, parcels[_MIDDLE, _MIDDLE])


def _blocks(y: NDArray[np.float64], x: NDArray[np.float64], pitch: float, filled: float) -> Mask:
    """Rectangles on a grid, every second row shifted. All arrays are of the fine grid's shape."""
    line = np.floor(y / pitch)
    return ((y / pitch) % 1 < filled) & (((x / pitch) + 0.5 * (line % 2)) % 1 < filled + 0.14)


def wide(rng: np.random.Generator, rows: int, cols: int) -> Land:
    """A few large fields, a broad river, lakes, clay pits, halls with yards, a wide road."""
    canvas = Canvas(rng, rows, cols)
    scale = min(canvas.side / 128, 1.0)
    _fields(canvas, min(FIELD, canvas.side / 3.9))
    _river(canvas, 4.5 * scale, 0.30)
    _road(canvas, 5.0 * scale, 0.5)
    for name, count, low, high in (("Kaolinite", 3, 5.0, 9.0), ("Water", 2, 5.0, 8.0)):
        for _ in range(count):
            radius = scale * rng.uniform(low, high, 2)
            canvas.blob(canvas.spot(float(radius.max())), (radius[0], radius[1]), name)
    for _ in range(4):
        _hall_and_yard(canvas, scale)
    return canvas.land()


def plots(rng: np.random.Generator, rows: int, cols: int) -> Land:
    """Agricultural trials: grids of small plots at angles of their own, fish ponds, drying beds, sheds, farm roads."""
    canvas = Canvas(rng, rows, cols)
    cells, border, count = canvas.patchwork(min(42.0, canvas.side / 3), canvas.wavering(1.0, 20))
    special = [(("Water",), "Meadow"), (("Kaolinite",), "Loam"), (("Roof tile", "Roof tile", "Asphalt"), "Meadow")]
    order = rng.permutation(count)
    for place, cell in enumerate(order):
        where = cells == cell
        if place < len(special) * max(count // 9, 1):
            filling, paths = special[place % len(special)]
            _plots(canvas, where, filling, paths)
        else:
            _plots(canvas, where, FARMED, str(rng.choice(["Meadow", "Loam"])))
    canvas.paint(border < 1.3, "Asphalt")
    return canvas.land()


def trees(rng: np.random.Generator, rows: int, cols: int) -> Land:
    """Villages, orchards and single trees on meadows between hedges and narrow roads, all a few pixels across."""
    canvas = Canvas(rng, rows, cols)
    cells, border, count = canvas.patchwork(min(30.0, canvas.side / 3), canvas.wavering(1.5, 16))
    canvas.paint_cells(cells, ["Meadow"] * count)
    _lanes(canvas, cells, border)
    orchard = (rng.permutation(count) % 3 == 0)[cells[_MIDDLE, _MIDDLE]]
    everywhere = np.ones((rows, cols), dtype=bool)
    _ponds_and_pits(canvas, everywhere)
    _homesteads(canvas, ~orchard)
    _orchards(canvas, orchard)
    _crowns(canvas, everywhere)
    return canvas.land()


def mixed(rng: np.random.Generator, rows: int, cols: int) -> Land:
    """All sizes in one scene: large fields and a river, a block of trial plots, a village with trees, clay pits."""
    canvas = Canvas(rng, rows, cols)
    scale = min(canvas.side / 128, 1.0)
    _fields(canvas, min(FIELD, canvas.side / 4.5))
    right, above = rng.random(2) < 0.5
    column = cols * (0.74 if right else 0.26)
    trial = _trial(canvas, (rows * (0.24 if above else 0.76), column))
    village = _village(canvas, (rows * (0.73 if above else 0.27), column))
    _river(canvas, 4.0 * scale, 0.26 if right else 0.74, outside=trial | village)
    _road(canvas, 3.0, 0.5, outside=trial)
    street = village & (np.abs(canvas.x - column - 3 * np.sin(canvas.y / 9)) < 1.2)
    canvas.paint(street, "Asphalt")
    canvas.take(street)
    zone = village[_MIDDLE, _MIDDLE]
    _ponds_and_pits(canvas, zone)
    _homesteads(canvas, zone)
    _crowns(canvas, zone)
    canvas.take(village)
    for name, usual in (("Kaolinite", 9.0), ("Kaolinite", 4.0), ("Water", 5.0), ("Water", 3.0)):
        radius = max(scale * usual, 2.2) * rng.uniform(0.85, 1.1, 2)
        canvas.blob(canvas.spot(float(radius.max())), (radius[0], radius[1]), name)
    _hall_and_yard(canvas, scale)
    return canvas.land()


def _trial(canvas: Canvas, at: Spot) -> Mask:
    """A block of plots, in a corner of the scene; its mask of the fine grid."""
    angle = canvas.rng.uniform(0.1, 0.4) * canvas.rng.choice([-1, 1])
    dy, dx = canvas.y - at[0], canvas.x - at[1]
    along, across = dy * np.cos(angle) + dx * np.sin(angle), dx * np.cos(angle) - dy * np.sin(angle)
    trial = (np.abs(along) < 0.18 * canvas.rows) & (np.abs(across) < 0.21 * canvas.cols)
    _plots(canvas, trial, FARMED, "Meadow", angle)
    canvas.take(trial)
    return trial


def _village(canvas: Canvas, at: Spot) -> Mask:
    """The meadow that a village will stand on; its mask of the fine grid."""
    y, x = canvas.wavering(2.0, 12)
    village = np.hypot((y - at[0]) / (0.26 * canvas.rows), (x - at[1]) / (0.26 * canvas.cols)) < 1
    canvas.paint(village, "Meadow")
    return village


def _fields(canvas: Canvas, size: float) -> None:
    cells, _, count = canvas.patchwork(size, canvas.wavering(2.5, 12))
    canvas.paint_cells(cells, canvas.unlike_neighbours(cells, count, FARMED))


def _river(canvas: Canvas, half_width: float, at: float, outside: Mask | None = None) -> None:
    """From the upper to the lower rim, about `at` of the width; `outside` is what it gives way to (fine grid)."""
    _, wx = canvas.wavering(0.7, 6)
    y = canvas.y / canvas.rows
    phase = canvas.rng.uniform(0, 2 * np.pi)
    course = canvas.cols * (at + 0.07 * np.sin(5.0 * y + phase) + 0.025 * np.sin(13.0 * y + 2 * phase))
    river = np.abs(wx - course) < half_width * (1 + 0.3 * np.sin(9.0 * y + phase))
    canvas.paint(river if outside is None else river & ~outside, "Water")
    canvas.take(river)


def _road(canvas: Canvas, width: float, at: float, outside: Mask | None = None) -> None:
    """From the left to the right rim, about `at` of the height; `outside` is what it does not cross (fine grid)."""
    phase = canvas.rng.uniform(0, 2 * np.pi)
    course = canvas.rows * (at + 0.03 * np.sin(4.0 * canvas.x / canvas.cols + phase))
    road = np.abs(canvas.y - course) < width / 2
    canvas.paint(road if outside is None else road & ~outside, "Asphalt")
    canvas.take(road)


def _hall_and_yard(canvas: Canvas, scale: float) -> None:
    """Two large roofs at a yard of asphalt."""
    size, angle = max(10.0 * scale, 6.0), canvas.rng.uniform(-0.5, 0.5)
    row, col = canvas.spot(0.95 * size)
    away = np.array([np.sin(angle), np.cos(angle)]) * -0.5 * size
    canvas.rectangle((row, col), (1.1 * size, 1.9 * size), angle, "Asphalt")
    canvas.rectangle((row - away[0], col + away[1]), (1.0 * size, 0.9 * size), angle, "Roof tile")


def _plots(canvas: Canvas, where: Mask, names: tuple[str, ...], paths: str, angle: float | None = None) -> None:
    """A grid of plots in a mask of the fine grid, with paths between them; in a row each of `names` in turn."""
    rng = canvas.rng
    angle = rng.uniform(-0.8, 0.8) if angle is None else angle
    path = rng.uniform(0.9, 1.3)
    height, width = rng.uniform(*PLOTS) + path, rng.uniform(*PLOTS) + path
    along = canvas.y * np.cos(angle) + canvas.x * np.sin(angle)
    across = canvas.x * np.cos(angle) - canvas.y * np.sin(angle)
    line, place = np.floor(along / height).astype(np.intp), np.floor(across / width).astype(np.intp)
    line, place = line - line.min(), place - place.min()
    lines, places = int(line.max()) + 1, int(place.max()) + 1
    drawn = [names[i] for _ in range(lines) for i in _in_turn(rng, len(names), places)]
    canvas.paint(where, paths)
    inside = (along % height > path) & (across % width > path)
    canvas.paint_cells(line * places + place, drawn, where & inside)


def _in_turn(rng: np.random.Generator, names: int, places: int) -> list[int]:
    rounds = [rng.permutation(names) for _ in range(places // names + 1)]
    return [int(i) for i in np.concatenate(rounds)[:places]]


def _lanes(canvas: Canvas, cells: NDArray[np.intp], border: NDArray[np.float64]) -> None:
    """Along the borders of cells a narrow road or a hedge. Arrays are of the fine grid's shape."""
    hedged = canvas.rng.random(int(cells.max()) + 1) < 0.5
    lane = border < 1.15
    canvas.paint(lane, "Asphalt")
    hedge = (border > 2.0) & (border < 4.0) & hedged[cells]
    canvas.paint(hedge, "Woodland")
    canvas.take(lane | hedge)


def _ponds_and_pits(canvas: Canvas, zone: Mask) -> None:
    """Small ones in a mask of pixels, rows x cols."""
    for name in ("Water", "Kaolinite"):
        for _ in range(max(int(zone.sum()) // 1200, 3)):
            radius = canvas.rng.uniform(2.2, 3.2, 2)
            canvas.blob(canvas.spot(float(radius.max()) + 0.5, zone), (radius[0], radius[1]), name)


def _homesteads(canvas: Canvas, zone: Mask) -> None:
    """Houses with sheds and gardens in a mask of pixels, rows x cols, about in line."""
    turn = canvas.rng.uniform(-0.5, 0.5)
    for _ in range(int(zone.sum()) // 240):
        _homestead(canvas, canvas.spot(5.5, zone), turn + canvas.rng.normal(0, 0.12))


def _orchards(canvas: Canvas, zone: Mask) -> None:
    """Crowns in rows in a mask of pixels, rows x cols."""
    angle, pitch = canvas.rng.uniform(-0.6, 0.6), canvas.rng.uniform(5.0, 6.0)
    reach = int(1.5 * max(zone.shape) / pitch)
    for along, across in np.argwhere(np.ones((2 * reach, 2 * reach), dtype=bool)) - reach:
        at = (
            pitch * (along * np.cos(angle) - across * np.sin(angle)),
            pitch * (along * np.sin(angle) + across * np.cos(angle)),
        )
        if canvas.is_free(at, 1.8, zone):
            canvas.crown(at, float(canvas.rng.uniform(1.4, 2.2)))


def _crowns(canvas: Canvas, zone: Mask) -> None:
    """Single trees in a mask of pixels, rows x cols."""
    for _ in range(int(zone.sum()) // 5):
        at, radius = canvas.rng.random(2) * zone.shape, float(canvas.rng.uniform(*CROWNS))
        if canvas.is_free((at[0], at[1]), radius + 0.8, zone):
            canvas.crown((at[0], at[1]), radius)


def _homestead(canvas: Canvas, at: Spot, angle: float) -> None:
    """A house and a shed on one side, two beds of a garden on the other, and a paved yard."""
    rng = canvas.rng
    forward = np.array([np.cos(angle), np.sin(angle)])
    aside = np.array([-np.sin(angle), np.cos(angle)])

    def put(along: float, across: float, size: Spot, name: str) -> None:
        row, col = np.array(at) + along * forward + across * aside
        canvas.rectangle((row, col), size, angle, name)

    put(-2.8, -1.6, (rng.uniform(3.2, 4.5), rng.uniform(4.0, 6.0)), "Roof tile")
    put(-2.8, 4.2, (rng.uniform(2.4, 3.4), rng.uniform(2.4, 3.4)), str(rng.choice(["Roof tile", "Asphalt"])))
    beds = rng.permutation(["Maize", "Loam", "Humus soil"])
    put(2.4, -2.6, (rng.uniform(3.4, 5.0), rng.uniform(3.4, 5.0)), str(beds[0]))
    put(2.4, 2.8, (rng.uniform(3.4, 5.0), rng.uniform(3.4, 5.0)), str(beds[1]))


KINDS: Mapping[str, Callable[[np.random.Generator, int, int], Land]] = MappingProxyType(
    {"mixed": mixed, "wide": wide, "plots": plots, "trees": trees, "farmland": farmland}
)
