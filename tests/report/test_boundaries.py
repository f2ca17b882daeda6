"""Simpler borders: fewer corners, the same neighbours, and no two borders that cross."""

import itertools
import time

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hsigui.labels.grid import Grid
from hsigui.labels.shapes import outlines
from hsigui.report.boundaries import simplified
from hsigui.report.polygon_areas import MOST_OF_AREA


def blobs(seed: int, rows: int = 40, cols: int = 50, smooth: float = 2.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    layers = np.stack([gaussian_filter(rng.random((rows, cols)), smooth) for _ in range(4)])
    return layers.argmax(axis=0).astype(np.uint16)  # 0 to 3: some pixels without a class


def polygons(array: np.ndarray, tolerance: float):
    plain = list(outlines(array, Grid(*array.shape)))
    return plain, list(simplified(plain, array, tolerance))


def area(ring: np.ndarray) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def pieces(shapes) -> dict[frozenset, int]:
    """How many polygons each straight piece of border belongs to."""
    found: dict[frozenset, int] = {}
    for ring in (ring for shape in shapes for ring in shape.rings):
        for a, b in itertools.pairwise(map(tuple, ring.tolist())):
            found[frozenset((a, b))] = found.get(frozenset((a, b)), 0) + 1
    return found


def turn(a, b, c) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])


def crosses(p, q) -> bool:
    """Whether two straight pieces meet anywhere but at a common end."""
    (a, b), (c, d) = p, q
    common = {a, b} & {c, d}
    if common:
        if len(common) == 2:
            return True
        (m,) = common
        one, two = (b if a == m else a), (d if c == m else c)
        along = (one[0] - m[0]) * (two[0] - m[0]) + (one[1] - m[1]) * (two[1] - m[1])
        return turn(m, one, two) == 0 and along > 0
    sides = turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)
    if any(s == 0 for s in sides):
        return _touches(a, b, c) or _touches(a, b, d) or _touches(c, d, a) or _touches(c, d, b)
    return (sides[0] > 0) != (sides[1] > 0) and (sides[2] > 0) != (sides[3] > 0)


def _touches(a, b, c) -> bool:
    inside = min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
    return inside and turn(a, b, c) == 0


@pytest.mark.parametrize(("seed", "smooth", "tolerance"), [(0, 2.0, 1.0), (1, 1.0, 3.0), (2, 0.0, 2.0), (3, 3.0, 10.0)])
def test_borders_never_cross_and_every_inner_one_belongs_to_two_polygons(seed, smooth, tolerance):
    array = blobs(seed, 16, 18, smooth)
    plain, found = polygons(array, tolerance)
    assert [(s.number, len(s.rings)) for s in found] == [(s.number, len(s.rings)) for s in plain]
    known = pieces(found)
    assert sum(known.values()) < sum(pieces(polygons(array, 0.0)[1]).values())
    for p, q in itertools.combinations([tuple(piece) for piece in known], 2):
        assert not crosses(p, q), (p, q)
    for before, after in zip(plain, found, strict=True):
        for old, new in zip(before.rings, after.rings, strict=True):
            assert (new[0] == new[-1]).all()
            assert area(new) * area(old) > 0, "a ring goes round the same way and does not vanish"


def test_without_holes_in_the_map_the_polygons_still_fill_its_rectangle():
    array = blobs(5) + 1
    plain, found = polygons(array, 2.0)
    total = sum(area(ring) for shape in found for ring in shape.rings)
    assert abs(total) == pytest.approx(array.size, rel=0.02)  # only the rectangle's own corners may be cut
    assert set(pieces(found).values()) <= {1, 2}
    edge = [piece for piece, count in pieces(found).items() if count == 1]
    for piece in edge:
        xs, ys = {p[0] for p in piece}, {p[1] for p in piece}
        on_side = xs in ({0.0}, {50.0}) or ys in ({0.0}, {40.0})
        cuts_corner = bool(xs & {0.0, 50.0}) and bool(ys & {0.0, 40.0})
        assert on_side or cuts_corner, "a gap between two polygons"
    assert len(plain) == len(found)


def test_stairs_become_straight_and_a_lonely_pixel_stays_a_polygon():
    array = (np.add.outer(np.arange(30), np.arange(30)) < 30).astype(np.uint16)
    _, (shape,) = polygons(array, 1.0)
    assert len(shape.rings[0]) <= 6
    lonely = np.zeros((5, 5), dtype=np.uint16)
    lonely[2, 2] = 7
    _, (shape,) = polygons(lonely, 50.0)
    assert len({tuple(p) for p in shape.rings[0].tolist()}) >= 3


def away(point: np.ndarray, ring: np.ndarray) -> float:
    """How far a point is from a ring."""
    start, step = ring[:-1], np.diff(ring, axis=0)
    way = np.clip(((point - start) * step).sum(axis=1) / np.maximum((step**2).sum(axis=1), 1), 0, 1)
    return float(np.hypot(*(point - start - way[:, None] * step).T).min())


@pytest.mark.parametrize(("seed", "smooth", "tolerance"), [(0, 2.0, 1.0), (1, 1.0, 3.0), (3, 3.0, 10.0), (4, 4.0, 2.5)])
def test_no_border_goes_farther_than_the_tolerance_and_no_polygon_loses_more_than_a_tenth(seed, smooth, tolerance):
    array = blobs(seed, 60, 70, smooth)
    plain, found = polygons(array, tolerance)
    sizes: dict[int, list[float]] = {}
    for before, after in zip(plain, found, strict=True):
        old, new = (abs(sum(area(ring) for ring in shape.rings)) for shape in (before, after))
        assert abs(new - old) <= MOST_OF_AREA * old + 1e-9
        sizes.setdefault(before.number, []).append(new - old)
        for ring, simpler in zip(before.rings, after.rings, strict=True):
            assert max(away(point, simpler) for point in ring) <= tolerance
            assert max(away(point, ring) for point in simpler) == 0
    for number, changes in sizes.items():
        assert abs(sum(changes)) < 0.05 * np.count_nonzero(array == number)


def test_a_tolerance_of_nothing_keeps_every_corner():
    array = blobs(4)
    plain, found = polygons(array, 0.0)
    for before, after in zip(plain, found, strict=True):
        for old, new in zip(before.rings, after.rings, strict=True):
            # Where other borders end on a straight piece it has a corner too, so that neighbours share corners.
            assert {tuple(p) for p in old.tolist()} <= {tuple(p) for p in new.tolist()}
            assert area(old) == area(new)


def test_borders_of_many_small_maps_never_cross_and_none_is_lost():
    """Where a few pixels make all there is, meeting points, holes and closed borders come in every combination."""
    for seed in range(60):
        rng = np.random.default_rng(seed)
        rows, cols = rng.integers(3, 11, 2)
        smooth, tolerance = rng.choice([0.0, 0.6, 1.5]), float(rng.choice([0.8, 1.0, 2.0, 10.0]))
        layers = np.stack([gaussian_filter(rng.random((rows, cols)), smooth) for _ in range(rng.integers(2, 5))])
        plain, found = polygons(layers.argmax(axis=0).astype(np.uint16), tolerance)
        known = pieces(found)
        assert max(known.values(), default=1) <= 2
        for p, q in itertools.combinations([tuple(piece) for piece in known], 2):
            assert not crosses(p, q), (seed, p, q)
        for before, after in zip(plain, found, strict=True):
            for old, new in zip(before.rings, after.rings, strict=True):
                assert area(new) * area(old) > 0, seed


def test_a_map_of_a_million_pixels_takes_a_second():
    array = blobs(0, 1000, 1000, 3.0)
    plain = list(outlines(array, Grid(*array.shape)))
    started = time.thread_time()
    found = list(simplified(plain, array, 1.0))
    assert time.thread_time() - started < 3, "0.4 s on an idle machine"
    assert len(found) == len(plain) > 5_000
    assert sum(len(r) for s in found for r in s.rings) < 0.7 * sum(len(r) for s in plain for r in s.rings)


def test_it_can_be_stopped_between_two_rounds():
    array = blobs(0)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(simplified(outlines(array, Grid(*array.shape)), array, 1.0, stop))
    assert list(simplified([], array, 1.0)) == []
