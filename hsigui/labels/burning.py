"""Shapes onto pixels, and what of them is lost there: under later shapes, and outside of the scene."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui import stopping
from hsigui.labels.classes import ClassTable
from hsigui.labels.widening import widened
from hsigui.texts import number_text, say, say_number

if TYPE_CHECKING:
    from hsigui.labels.shapes import Shape

_AT_ONCE = 20_000
_PIXELS_AWAY = 2.0**30  # GDAL counts pixels in 32 bits
_MOST_SAID = 8  # classes, one sentence each


def drawn(shapes: Iterable[Shape], size: tuple[int, int]) -> NDArray[np.uint16]:
    """The class numbers of pixels whose centre lies in a polygon, that a line crosses or in which a point lies; of a
    later shape where several do. Rows x cols, 0 for none.

    Args:
        shapes: in pixels.
        size: rows and columns.
    """
    from rasterio.features import rasterize

    array = np.zeros(size, dtype=np.uint16)
    for by_itself, group in itertools.groupby(shapes, lambda s: s.kind == "point" or s.radius is not None):
        if by_itself:
            for shape in group:
                _set_one(array, shape)
        else:
            while some := list(itertools.islice(group, _AT_ONCE)):
                stopping.check()
                rasterize(((_geometry(s), s.number) for s in some), out=array)
    return array


def losses(shapes: Sequence[Shape], array: NDArray[np.uint16], classes: ClassTable) -> tuple[str, ...]:
    """Sentences on what the pixels of a scene lack of the shapes, by class.

    Args:
        shapes: in pixels.
        array: what was drawn of them, rows x cols.
    """
    by_class: dict[int, list[Shape]] = {}
    for shape in shapes:
        by_class.setdefault(shape.number, []).append(shape)
    names = {number: classes.get(number).name for number in by_class}
    overlapped = _said([_overlap(*row, array, names) for row in by_class.items() if len(by_class) > 1])
    if overlapped:
        overlapped = (say("Shapes overlap, and the later one in the file counts."), *overlapped)
    return overlapped + _said([_beyond(*row, array.shape, names) for row in by_class.items()])


def _overlap(number: int, shapes: Sequence[Shape], array: NDArray[np.uint16], names: dict[int, str]) -> str:
    """What a class loses to others; empty for nothing."""
    there = _Part.of(shapes, array.shape)
    if there is None:
        return ""
    claimed, kept = there.drawn(shapes) > 0, array[there.rows, there.cols]
    lost = np.bincount(kept[claimed & (kept != number)])
    if not lost.any():
        return ""
    takers = ", ".join(f"{names[n]} ({number_text(lost[n], ',')})" for n in np.flatnonzero(lost).tolist())
    return say(
        "{name} loses {lost:,} of its {count:,} pixels to {takers}.",
        name=names[number],
        lost=int(lost.sum()),
        count=int(claimed.sum()),
        takers=takers,
    )


def _beyond(number: int, shapes: Sequence[Shape], size: tuple[int, ...], names: dict[int, str]) -> str:
    """How much of a class lies outside of the scene; empty for nothing."""
    outer = [shape for shape in shapes if shape.kind == "polygon" and not _inside(shape, size)]
    whole = sum(_area(shape) for shape in outer)
    there = _Part.of(outer, size)
    inside = 0 if there is None else int(np.count_nonzero(there.drawn(outer)))
    if round(whole - inside) < 1:
        return ""
    return say_number(
        "{name} reaches beyond the scene with {count:,} shape: {inside:,} of its {whole:,} pixels lie on it.",
        "{name} reaches beyond the scene with {count:,} shapes: {inside:,} of their {whole:,} pixels lie on it.",
        len(outer),
        name=names[number],
        inside=inside,
        whole=round(whole),
    )


def _said(found: Iterable[str]) -> tuple[str, ...]:
    told = [text for text in found if text]
    if len(told) <= _MOST_SAID:
        return tuple(told)
    return (*told[:_MOST_SAID], say("So it is with {count:,} further classes.", count=len(told) - _MOST_SAID))


@dataclass(frozen=True)
class _Part:
    """The part of a scene that shapes lie in."""

    rows: slice
    cols: slice

    @classmethod
    def of(cls, shapes: Sequence[Shape], size: tuple[int, ...]) -> _Part | None:
        """None where they lie nowhere on it."""
        if not shapes:
            return None
        bounds = [shape.bounds() for shape in shapes]
        low, high = np.min([b[0] for b in bounds], axis=0), np.max([b[1] for b in bounds], axis=0)
        left, top = np.clip(np.floor(low), 0, size[::-1]).astype(int).tolist()
        right, bottom = np.clip(np.floor(high) + 1, 0, size[::-1]).astype(int).tolist()
        return None if left >= right or top >= bottom else cls(slice(top, bottom), slice(left, right))

    def drawn(self, shapes: Iterable[Shape]) -> NDArray[np.uint16]:
        """As `drawn`, of this part."""
        size = self.rows.stop - self.rows.start, self.cols.stop - self.cols.start
        return drawn(self._moved(shapes), size)

    def _moved(self, shapes: Iterable[Shape]) -> Iterator[Shape]:
        corner = np.array([self.cols.start, self.rows.start])
        for shape in shapes:
            yield replace(shape, rings=tuple(ring - corner for ring in shape.rings))


def _inside(shape: Shape, size: tuple[int, ...]) -> bool:
    ring = shape.rings[0]
    return bool((ring >= -1e-6).all() and (ring <= np.array(size[::-1]) + 1e-6).all())


def _area(shape: Shape) -> float:
    """In pixels, less the holes."""
    areas = []
    for ring in shape.rings:
        (x, y) = (ring - ring[0]).T
        areas.append(abs(float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())) / 2)
    return areas[0] - sum(areas[1:])


def _set_one(array: NDArray[np.uint16], shape: Shape) -> None:
    """Draws points, or a line that labels within a distance."""
    if shape.radius is not None:
        (ring,) = shape.rings
        for part in (ring,) if shape.kind == "line" else (ring[n : n + 1] for n in range(len(ring))):
            for rows, cols, within in widened(part, shape.radius, array.shape):
                array[rows, cols][within] = shape.number
    if shape.kind == "point":
        _set_points(array, shape)
    else:
        from rasterio.features import rasterize

        rasterize([(_geometry(shape), shape.number)], out=array)


def _set_points(array: NDArray[np.uint16], shape: Shape) -> None:
    cols, rows = np.floor(np.clip(shape.rings[0], -1, max(array.shape))).astype(np.int64).T
    inside = (rows >= 0) & (cols >= 0) & (rows < array.shape[0]) & (cols < array.shape[1])
    array[rows[inside], cols[inside]] = shape.number


def _geometry(shape: Shape) -> dict[str, Any]:
    rings = [np.clip(ring, -_PIXELS_AWAY, _PIXELS_AWAY).tolist() for ring in shape.rings]
    if shape.kind == "polygon":
        return {"type": "Polygon", "coordinates": rings}
    return {"type": "LineString", "coordinates": rings[0]}
