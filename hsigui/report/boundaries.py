"""Simpler borders between the polygons of a map, without gaps, overlaps or crossings.

Each stretch of border between two places where three areas meet (an arc) is simplified once, for both polygons that
share it. Corners go in the order of the area of the triangle with their neighbours (Visvalingam and Whyatt 1993, The
Cartographic Journal, doi 10.1179/000870493786962263), but never one whose triangle holds another corner of any border:
so no two borders come to cross.

Corners go in rounds, all at once whose triangle is smaller than those of their neighbours (of equal ones every other
goes), which is what makes large maps quick. That is as safe as one after the other. Where the new pieces of two
triangles crossed, neither triangle holding a corner of the other, the piece of the one would cut through the other
triangle and meet one of its old sides, that side would cut through the one and meet one of its old sides: two borders
would have crossed before.

Triangles alone bound nothing: long flat ones, and one after the other, move a border as far as they like, and where all
steps of a slope lose their outer corner the polygon behind it loses a seventh of its area. So two things are kept
count of: how far a border is from where it was (what is near the two pieces that a corner joins is farther from the one
that takes their place by at most the corner's own distance from it), and how much each polygon has won or lost.

GEOS simplifies coverages by the same rule (`shapely.coverage_simplify`), but took three to five times as long on maps
of 500 and 2000 pixels a side with 5,000 and 80,000 polygons (`tests/benchmarks/RESULTS.md`), and cannot be cancelled.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hsigui.labels.shapes import Shape
from hsigui.report.polygon_areas import Areas, doubled_areas

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
AT_ONCE = 200_000  # triangles looked into at a time: bounds memory


def simplified(
    shapes: Iterable[Shape], array: NDArray[np.integer], tolerance: float, check: Callable[[], None] = lambda: None
) -> Iterator[Shape]:
    """The polygons of a map with fewer corners.

    Args:
        shapes: outlines of the groups of pixels of `array` in pixels, as `labels.shapes.outlines` gives them.
        array: class numbers, rows x cols.
        tolerance: in pixels: no border is farther from where it was, and corners go whose triangle is at most its
            square large, as long as no polygon's area changes by more than a tenth (`MOST_OF_AREA`). 1 makes stairs
            straight.
        check: called now and then; may raise to stop.

    Returns:
        As many polygons with as many rings, in the same order, in pixels.
    """
    polygons = [(shape.number, shape.rings) for shape in shapes]
    if not polygons:
        return
    rings = _cut(_with_meeting_points([ring for _, parts in polygons for ring in parts], meeting := _meeting(array)))
    check()
    arcs, use, turned = _shared(rings, meeting.shape)
    polygon = np.repeat(np.repeat(np.arange(len(polygons)), [len(parts) for _, parts in polygons]), rings.rings)
    doubled = doubled_areas([parts for _, parts in polygons])
    areas = Areas.of(doubled, polygon, use, turned, len(arcs.sizes))
    arcs = _simpler(arcs, meeting.shape, tolerance, areas, check)
    drawn = iter(_joined(arcs, use, turned, rings.rings))
    for number, parts in polygons:
        yield Shape(number, "polygon", tuple(itertools.islice(drawn, len(parts))))


@dataclass(frozen=True)
class _Lines:
    """Lines one after the other.

    Attributes:
        x, y: of their corners.
        sizes: corners of each line.
        rings: of arcs, how many each ring consists of.
    """

    x: Ints
    y: Ints
    sizes: Ints
    rings: Ints

    @property
    def starts(self) -> Ints:
        return np.cumsum(self.sizes) - self.sizes


def _meeting(array: NDArray[np.integer]) -> Flags:
    """Corners of pixels, (rows + 1) x (cols + 1), at which three or four borders meet."""
    around = np.pad(array, 1)
    count = np.zeros((array.shape[0] + 1, array.shape[1] + 1), dtype=np.int8)
    differs_across = around[:, :-1] != around[:, 1:]  # a border runs down between these two
    differs_down = around[:-1] != around[1:]
    for part in (differs_across[:-1], differs_across[1:], differs_down[:, :-1], differs_down[:, 1:]):
        count += part
    return np.asarray(count >= 3)


def _counting(sizes: Ints) -> Ints:
    """0, 1, ... of each of several runs, one after the other."""
    return np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _with_meeting_points(rings: Sequence[NDArray[np.float64]], meeting: Flags) -> tuple[_Lines, Flags]:
    """Rings without their closing point and with a corner wherever other borders meet them; which corners those are."""
    sizes = np.array([len(ring) for ring in rings], dtype=np.int64)
    points = np.rint(np.concatenate(rings)).astype(np.int64)
    ends = np.cumsum(sizes) - 1
    here = np.ones(len(points), dtype=bool)
    here[ends] = False
    (x0, y0), (x1, y1) = points[here].T, points[np.flatnonzero(here) + 1].T
    height, width = meeting.shape
    by_row, by_col = np.flatnonzero(meeting), np.flatnonzero(meeting.T)
    first, last = np.zeros_like(x0), np.zeros_like(x0)  # those on the straight piece after each corner
    for flat, known, line, a, b, step in (
        (y0 == y1, by_row, y0, x0, x1, width), (y0 != y1, by_col, x0, y0, y1, height),
    ):  # fmt: skip
        base = line[flat] * step
        first[flat] = np.searchsorted(known, base + np.minimum(a, b)[flat] + 1)
        last[flat] = np.searchsorted(known, base + np.maximum(a, b)[flat])
    more = last - first
    place = np.arange(len(x0)) + np.cumsum(more) - more
    x, y = (np.empty(len(x0) + int(more.sum()), dtype=np.int64) for _ in range(2))
    x[place], y[place] = x0, y0
    count, of = _counting(more), np.repeat(np.arange(len(x0)), more)
    rising = (x1 + y1 > x0 + y0)[of]
    number = np.where(rising, first[of] + count, last[of] - 1 - count)
    flat = (y0 == y1)[of]
    met_x, met_y = np.empty_like(number), np.empty_like(number)
    met_y[flat], met_x[flat] = np.divmod(by_row[number[flat]], width)
    met_x[~flat], met_y[~flat] = np.divmod(by_col[number[~flat]], height)
    x[place[of] + 1 + count], y[place[of] + 1 + count] = met_x, met_y
    ring = np.repeat(np.arange(len(rings)), sizes - 1)
    sizes = sizes - 1 + np.bincount(ring, weights=more, minlength=len(rings)).astype(np.int64)
    return _Lines(x, y, sizes, np.ones_like(sizes)), meeting[y, x]


def _cut(found: tuple[_Lines, Flags]) -> _Lines:
    """Rings cut at the meeting points into arcs; into one, from and to its least corner, where there is none."""
    rings, cut = found
    ring = np.repeat(np.arange(len(rings.sizes)), rings.sizes)
    corner = rings.x * (int(rings.y.max()) + 1) + rings.y
    whole = np.bincount(ring, weights=cut, minlength=len(rings.sizes)) == 0
    least = np.minimum.reduceat(corner, rings.starts)
    cut = cut | (whole[ring] & (corner == least[ring]))
    # Each ring is turned, so that it begins at a cut.
    count = _counting(rings.sizes)
    begin = np.minimum.reduceat(np.where(cut, count, rings.sizes[ring]), rings.starts)
    source = rings.starts[ring] + (count + begin[ring]) % rings.sizes[ring]
    starts = np.flatnonzero(cut[source])
    of_ring = ring[starts]
    lengths = np.diff(starts, append=len(source))
    follows = np.append(starts[1:], 0)  # where the next arc starts, which is where this one ends
    last = np.append(of_ring[1:] != of_ring[:-1], True)
    follows[last] = rings.starts[of_ring[last]]
    sizes = lengths + 1
    count = _counting(sizes)
    index = np.repeat(starts, sizes) + count
    index[np.cumsum(sizes) - 1] = follows
    index = source[index]
    return _Lines(rings.x[index], rings.y[index], sizes, np.bincount(of_ring, minlength=len(rings.sizes)))


def _shared(arcs: _Lines, shape: tuple[int, ...]) -> tuple[_Lines, Ints, Flags]:
    """Each arc once, in one of its directions; which one every arc of a ring is, and whether it runs the other way."""
    ends = arcs.starts + arcs.sizes - 1

    def leaving(at: Ints, to: Ints) -> Ints:
        """A corner and the direction in which a border leaves it: no two arcs do so in the same."""
        across, down = np.sign(arcs.x[to] - arcs.x[at]), np.sign(arcs.y[to] - arcs.y[at])
        direction = np.where(across != 0, across + 1, down + 2)  # 0 and 2 are left and right, 1 and 3 up and down
        return np.asarray((arcs.y[at] * shape[1] + arcs.x[at]) * 4 + direction)

    one, other = leaving(arcs.starts, arcs.starts + 1), leaving(ends, ends - 1)
    turned = one > other
    _, chosen, use = np.unique(np.minimum(one, other), return_index=True, return_inverse=True)
    index = _walk(arcs.starts[chosen], arcs.sizes[chosen], arcs.sizes[chosen], turned[chosen])
    return _Lines(arcs.x[index], arcs.y[index], arcs.sizes[chosen], arcs.rings), use, turned


def _walk(starts: Ints, sizes: Ints, steps: Ints, turned: Flags) -> Ints:
    """The positions of the first `steps` corners of lines, from their end where they are turned."""
    count = _counting(steps)
    first = np.where(turned, starts + sizes - 1, starts)
    return np.asarray(np.repeat(first, steps) + np.where(np.repeat(turned, steps), -count, count))


def _joined(arcs: _Lines, use: Ints, turned: Flags, rings: Ints) -> list[NDArray[np.float64]]:
    """The rings of arcs, closed."""
    last = np.zeros(len(use), dtype=bool)
    last[np.cumsum(rings) - 1] = True
    steps = arcs.sizes[use] - 1 + last
    index = _walk(arcs.starts[use], arcs.sizes[use], steps, turned)
    points = np.stack([arcs.x[index], arcs.y[index]], axis=1).astype(np.float64)
    ends = np.cumsum(steps)[last]
    return [points[a:b] for a, b in itertools.pairwise([0, *ends.tolist()])]


def _simpler(arcs: _Lines, shape: tuple[int, ...], tolerance: float, areas: Areas, check: Callable[[], None]) -> _Lines:
    """Takes corners out of arcs as long as borders stay near and polygons large; the ends of an arc stay."""
    work = _Rounds(arcs, shape, tolerance, areas)
    while work.goes_on():
        check()
        work.take_out()
    return work.result()


class _Rounds:
    """Arcs while corners are taken out of them, as arrays over all corners of those that are not yet done."""

    def __init__(self, arcs: _Lines, shape: tuple[int, ...], tolerance: float, areas: Areas) -> None:
        self._given, self._tolerance, self._limit = arcs, tolerance, 2 * tolerance**2
        self._areas = areas
        self._corner = np.zeros(shape, dtype=bool)  # whether any border has one there
        self._corner[arcs.y, arcs.x] = True
        self._x, self._y = arcs.x, arcs.y
        self._arc = np.repeat(np.arange(len(arcs.sizes)), arcs.sizes)
        self._position = np.arange(len(arcs.x))
        self._floor = np.zeros(len(arcs.x), dtype=np.int64)
        self._stuck = np.zeros(len(arcs.x), dtype=bool)
        self._off = np.zeros(len(arcs.x))  # how far from the piece after each corner the border was at most
        self._kept = np.ones(len(arcs.x), dtype=bool)
        begin, end = arcs.starts, arcs.starts + arcs.sizes - 1
        one, other = (arcs.y[at] * shape[1] + arcs.x[at] for at in (begin, end))
        self._closed = one == other
        self._ends = np.minimum(one, other) * (shape[0] * shape[1]) + np.maximum(one, other)
        self._straight = np.sort(self._ends[arcs.sizes == 2])

    def goes_on(self) -> bool:
        """Finds the corners that may go, and leaves arcs without any alone from now on."""
        inner, doubled = self._triangles()
        may = inner & (doubled <= self._limit) & ~self._stuck
        busy = np.zeros(len(self._closed), dtype=bool)
        busy[self._arc[may]] = True
        there = busy[self._arc]
        if not there.all():
            self._keep(there)
            may, doubled = may[there], doubled[there]
        self._may, self._doubled = may, doubled
        return bool(may.any())

    def take_out(self) -> None:
        """One round."""
        none = np.iinfo(np.int64).max
        # Of equal ones those that give back what a polygon has won or lost; then every other.
        inner = np.arange(1, len(self._may) - 1)
        wrong = np.zeros(len(self._may), dtype=np.int64)
        wrong[inner] = ~self._areas.gives_back(self._arc[inner], self._doubled_to_left(inner))
        rank = np.where(self._may, 4 * self._doubled + 2 * wrong + (np.arange(len(wrong)) & 1), none)
        least = self._may.copy()  # never the first or last corner: those are ends of arcs
        least[1:-1] &= (rank[1:-1] < rank[:-2]) & (rank[1:-1] < rank[2:])
        chosen = np.flatnonzero(least)
        for allows in (self._stays_near, self._leaves_enough, self._free, self._can_be_spared):
            allowed = allows(chosen)
            self._stuck[chosen[~allowed]] = True
            chosen = chosen[allowed]
        gone = chosen
        self._off[gone - 1] = self._off_without(gone)
        self._areas.take(self._arc[gone], self._doubled_to_left(gone))
        for beside in (gone - 1, gone + 1):
            # Never less than what has gone already: the order of Visvalingam's "effective area".
            self._floor[beside] = np.maximum(self._floor[beside], self._doubled[gone])
            self._stuck[beside] = False
        self._corner[self._y[gone], self._x[gone]] = False
        self._kept[self._position[gone]] = False
        stay = np.ones(len(self._x), dtype=bool)
        stay[gone] = False
        self._keep(stay)

    def _keep(self, which: Flags) -> None:
        for name in ("_x", "_y", "_arc", "_position", "_floor", "_stuck", "_off"):
            setattr(self, name, getattr(self, name)[which])

    def _doubled_to_left(self, chosen: Ints) -> NDArray[np.float64]:
        """Twice the area by which a border without the corner moves to the left of its way."""
        x, y, before, after = self._x, self._y, chosen - 1, chosen + 1
        along = (x[after] - x[before]) * (y[chosen] - y[before]) - (y[after] - y[before]) * (x[chosen] - x[before])
        return np.asarray(along, dtype=np.float64)

    def _off_without(self, chosen: Ints) -> NDArray[np.float64]:
        """How far from the piece that takes the place of a corner the border was at most."""
        x, y, before, after = self._x, self._y, chosen - 1, chosen + 1
        dx, dy, px, py = x[after] - x[before], y[after] - y[before], x[chosen] - x[before], y[chosen] - y[before]
        way = np.clip((px * dx + py * dy) / np.maximum(1, dx * dx + dy * dy), 0.0, 1.0)
        own = np.hypot(px - way * dx, py - way * dy)
        return np.asarray(own + np.maximum(self._off[before], self._off[chosen]))

    def _stays_near(self, chosen: Ints) -> Flags:
        """Whether the border without the corner is within the tolerance of where it was."""
        return np.asarray(self._off_without(chosen) <= self._tolerance)

    def _can_be_spared(self, chosen: Ints) -> Flags:
        """Whether the polygons at both sides can spare the areas of corners."""
        return self._areas.can_spare(self._arc[chosen], self._doubled_to_left(chosen))

    def result(self) -> _Lines:
        given, kept = self._given, self._kept
        of = np.repeat(np.arange(len(given.sizes)), given.sizes)
        sizes = np.bincount(of[kept], minlength=len(given.sizes))
        return _Lines(given.x[kept], given.y[kept], sizes, given.rings)

    def _triangles(self) -> tuple[Flags, Ints]:
        """Which corners are not ends, and twice the area of their triangle, or what counts as it."""
        x, y, arc = self._x, self._y, self._arc
        inner = np.zeros(len(x), dtype=bool)
        doubled = self._floor.copy()
        if len(x) > 2:
            inner[1:-1] = (arc[1:-1] == arc[:-2]) & (arc[1:-1] == arc[2:])
            across, down = np.diff(x), np.diff(y)
            area = np.abs(across[:-1] * (down[:-1] + down[1:]) - (across[:-1] + across[1:]) * down[:-1])
            doubled[1:-1] = np.maximum(doubled[1:-1], area)
        return inner, doubled

    def _leaves_enough(self, chosen: Ints) -> Flags:
        """Whether an arc without the corner is still one: a closed one keeps three, and of the arcs between two meeting
        points one alone may become straight."""
        arc = self._arc[chosen]
        sizes = np.bincount(self._arc, minlength=len(self._closed))[arc]
        first = np.ones(len(chosen), dtype=bool)
        first[1:] = arc[1:] != arc[:-1]
        closed = self._closed[arc]
        allowed = ~closed | (sizes > 5) | ((sizes == 5) & first)
        becoming = np.flatnonzero(~closed & (sizes == 3))
        ends = self._ends[arc[becoming]]
        known, once = np.unique(ends, return_index=True)
        known_before = np.isin(known, self._straight)
        allowed[becoming] = False
        candidates = becoming[once[~known_before]]
        free = self._free(chosen[candidates])
        allowed[candidates[free]] = True
        self._straight = np.union1d(self._straight, known[~known_before][free])
        return allowed

    def _free(self, chosen: Ints) -> Flags:
        """Whether the triangles of corners hold no corner of any border but their own three, on their sides neither."""
        found = np.zeros(len(chosen), dtype=bool)
        for start in range(0, len(chosen), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            found[part] = self._held(chosen[part]) == 3
        return found

    def _held(self, chosen: Ints) -> Ints:
        """How many corners of borders lie in the triangles of corners or on their sides."""
        x, y = (np.stack([v[chosen - 1], v[chosen], v[chosen + 1]]) for v in (self._x, self._y))
        top = y.min(axis=0)
        heights = y.max(axis=0) - top + 1
        of = np.repeat(np.arange(len(chosen)), heights)
        row = top[of] + _counting(heights)
        low, high = np.full(len(of), np.iinfo(np.int64).max), np.full(len(of), -1)
        for p, q in ((0, 1), (1, 2), (2, 0)):
            swap = y[p] > y[q]
            (x0, x1), (y0, y1) = (np.where(swap, (v[q], v[p]), (v[p], v[q])) for v in (x, y))
            x0, x1, y0, dy = x0[of], x1[of], y0[of], (y1 - y0)[of]
            level = dy == 0
            steps = np.where(level, 1, dy)
            way = x0 * steps + (row - y0) * (x1 - x0)  # x of the side in this row, times `steps`
            on = (row >= y0) & (row <= y0 + dy)
            left = np.where(level, np.minimum(x0, x1), -(-way // steps))
            right = np.where(level, np.maximum(x0, x1), way // steps)
            low = np.where(on, np.minimum(low, left), low)
            high = np.where(on, np.maximum(high, right), high)
        widths = np.maximum(0, high - low + 1)
        of, row, low = (np.repeat(v, widths) for v in (of, row, low))
        there = self._corner[row, low + _counting(widths)]
        return np.bincount(of[there], minlength=len(chosen))
