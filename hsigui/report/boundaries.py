"""Simpler borders between the polygons of a map, without gaps, overlaps or crossings.

Each stretch of border between two places where three areas meet (an arc) is simplified once, for both polygons that
share it. Corners go in the order of the area of the triangle with their neighbours (Visvalingam and Whyatt 1993, The
Cartographic Journal, doi 10.1179/000870493786962263), but never one whose triangle holds another corner of any border:
so no two borders come to cross.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.shapes import Shape

Point = tuple[int, int]  # x = column, y = row of a corner of pixels
Arc = tuple[Point, ...]
Segment = frozenset[Point]


def simplified(
    shapes: Iterable[Shape], array: NDArray[np.integer], tolerance: float, check: Callable[[], None] = lambda: None
) -> Iterator[Shape]:
    """The polygons of a map with fewer corners.

    Args:
        shapes: outlines of the groups of pixels of `array` in pixels, as `labels.shapes.outlines` gives them.
        array: class numbers, rows x cols.
        tolerance: in pixels; corners go whose triangle is at most its square large; 1 makes stairs straight.
        check: called now and then; may raise to stop.

    Returns:
        As many polygons with as many rings, in the same order, in pixels.
    """
    meeting = _meeting_points(array)
    polygons = [(shape.number, [_arcs(_whole(ring), meeting) for ring in shape.rings]) for shape in shapes]
    every = dict.fromkeys(_named(arc)[0] for _, rings in polygons for arcs in rings for arc in arcs)
    borders = _Borders(every)
    for count, arc in enumerate(every):
        if count % 256 == 0:
            check()
        borders.simplify(arc, tolerance**2)
    for number, rings in polygons:
        yield Shape(number, "polygon", tuple(_joined(arcs, borders.found) for arcs in rings))


def _meeting_points(array: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Corners of pixels, (rows + 1) x (cols + 1), at which three or four borders meet."""
    around = np.pad(array, 1)
    count = np.zeros((array.shape[0] + 1, array.shape[1] + 1), dtype=np.int8)
    differs_across = around[:, :-1] != around[:, 1:]  # a border runs down between these two
    differs_down = around[:-1] != around[1:]
    for part in (differs_across[:-1], differs_across[1:], differs_down[:, :-1], differs_down[:, 1:]):
        count += part
    return np.asarray(count >= 3)


def _whole(ring: NDArray[np.float64]) -> list[Point]:
    return [(int(x), int(y)) for x, y in np.rint(ring).astype(int).tolist()]


def _arcs(ring: Sequence[Point], meeting: NDArray[np.bool_]) -> list[Arc]:
    """A closed ring cut at the meeting points; one arc from and to its least corner when it has none."""
    corners: list[Point] = []
    for start, end in itertools.pairwise(ring):
        corners.append(start)
        corners += _between(start, end, meeting)
    cuts = [n for n, (x, y) in enumerate(corners) if meeting[y, x]] or [corners.index(min(corners))]
    turned = corners[cuts[0] :] + corners[: cuts[0] + 1]
    ends = [n - cuts[0] for n in cuts] + [len(corners)]
    return [tuple(turned[a : b + 1]) for a, b in itertools.pairwise(ends)]


def _between(start: Point, end: Point, meeting: NDArray[np.bool_]) -> list[Point]:
    """Meeting points on a straight piece of border, its ends not among them."""
    (x0, y0), (x1, y1) = start, end
    if y0 == y1:
        low, high = min(x0, x1), max(x0, x1)
        found = [(int(x) + low + 1, y0) for x in np.flatnonzero(meeting[y0, low + 1 : high])]
    else:
        low, high = min(y0, y1), max(y0, y1)
        found = [(x0, int(y) + low + 1) for y in np.flatnonzero(meeting[low + 1 : high, x0])]
    return found if (x1, y1) > (x0, y0) else found[::-1]


def _named(arc: Arc) -> tuple[Arc, bool]:
    """The arc in the direction that both its polygons agree on, and whether that is the other one."""
    backwards = arc[::-1]
    return (arc, False) if arc <= backwards else (backwards, True)


def _joined(arcs: Sequence[Arc], found: dict[Arc, list[Point]]) -> NDArray[np.float64]:
    ring: list[Point] = []
    for arc in arcs:
        name, turned = _named(arc)
        ring += (found[name][::-1] if turned else found[name])[:-1]
    return np.array([*ring, ring[0]], dtype=np.float64)


@dataclass
class _Borders:
    """All borders while they are simplified: their corners, their straight pieces, and the arcs that are done."""

    arcs: Iterable[Arc]
    corners: set[Point] = field(default_factory=set)
    pieces: set[Segment] = field(default_factory=set)
    found: dict[Arc, list[Point]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for arc in self.arcs:
            self.corners.update(arc)
            self.pieces.update(frozenset(pair) for pair in itertools.pairwise(arc))

    def simplify(self, arc: Arc, limit: float) -> None:
        """Takes corners out of an arc as long as their triangle is at most `limit` large; its ends stay."""
        last = len(arc) - 1
        before, after = list(range(-1, last)), list(range(1, last + 2))
        here, left = [True] * (last + 1), last + 1
        fewest = 4 if arc[0] == arc[-1] else 2
        heap = [(_area(arc[n - 1], arc[n], arc[n + 1]), n, n - 1, n + 1) for n in range(1, last)]
        heapq.heapify(heap)
        while heap and left > fewest:
            area, n, one, two = heapq.heappop(heap)
            if area > limit:
                break
            if not here[n] or (before[n], after[n]) != (one, two) or not self._free(arc[one], arc[n], arc[two]):
                continue
            self._take_out(arc[one], arc[n], arc[two])
            here[n], left = False, left - 1
            after[one], before[two] = two, one
            for m in (one, two):
                if 0 < m < last:
                    # Never less than what has gone already: the order of Visvalingam's "effective area".
                    renewed = max(area, _area(arc[before[m]], arc[m], arc[after[m]]))
                    heapq.heappush(heap, (renewed, m, before[m], after[m]))
        self.found[arc] = [arc[n] for n in range(last + 1) if here[n]]

    def _free(self, a: Point, b: Point, c: Point) -> bool:
        """Whether the straight way from a to c is not taken, and no corner but b lies between it and the old way."""
        if a == c or frozenset((a, c)) in self.pieces:
            return False
        for y in range(min(a[1], b[1], c[1]), max(a[1], b[1], c[1]) + 1):
            ends = [x for p, q in ((a, b), (b, c), (a, c)) for x in _crossing(p, q, y)]
            for x in range(math.ceil(min(ends) - 1e-9), math.floor(max(ends) + 1e-9) + 1):
                if (x, y) in self.corners and (x, y) not in (a, b, c):
                    return False
        return True

    def _take_out(self, a: Point, b: Point, c: Point) -> None:
        self.corners.discard(b)
        self.pieces -= {frozenset((a, b)), frozenset((b, c))}
        self.pieces.add(frozenset((a, c)))


def _crossing(p: Point, q: Point, y: int) -> tuple[float, ...]:
    """Where the way from p to q meets a row."""
    if not min(p[1], q[1]) <= y <= max(p[1], q[1]):
        return ()
    if p[1] == q[1]:
        return p[0], q[0]
    return (p[0] + (y - p[1]) * (q[0] - p[0]) / (q[1] - p[1]),)


def _area(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2
