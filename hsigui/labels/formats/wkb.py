"""Well-known binary (OGC 06-103r4, section 8): the form in which GeoPackage and its readers hold geometries."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
_COLLECTIONS = (4, 5, 6, 7)  # multi-point, multi-line, multi-polygon, collection
_FLAG_Z, _FLAG_M, _FLAG_SRID = 0x80000000, 0x40000000, 0x20000000  # of PostGIS's extended form


def encoded(rings: Sequence[Points]) -> bytes:
    """A polygon: its outline, then its holes, each closed, n x 2."""
    parts = [struct.pack("<BII", 1, 3, len(rings))]
    for ring in rings:
        parts += (struct.pack("<I", len(ring)), np.ascontiguousarray(ring, dtype="<f8").tobytes())
    return b"".join(parts)


def decoded(data: bytes) -> Iterator[tuple[str, tuple[Points, ...]]]:
    """The polygons, lines and points of a geometry, as kind and rings; x and y only. Empty ones are left out.

    Raises:
        ValueError: the bytes are no geometry, or one of another type (a curve).
    """
    try:
        shapes, end = _geometry(data, 0, 0)
    except (struct.error, IndexError) as error:
        raise ValueError("the geometry ends early") from error
    if end > len(data):
        raise ValueError("the geometry ends early")
    yield from shapes


def _geometry(data: bytes, at: int, depth: int) -> tuple[list[tuple[str, tuple[Points, ...]]], int]:
    if depth > 8:
        raise ValueError("geometries inside geometries without end")
    order = {0: ">", 1: "<"}.get(data[at])
    if order is None:
        raise ValueError("the byte order is neither 0 nor 1")
    (code,) = struct.unpack_from(order + "I", data, at + 1)
    at += 9 if code & _FLAG_SRID else 5
    width = 2 + bool(code & _FLAG_Z) + bool(code & _FLAG_M)
    code &= 0x0FFFFFFF
    width += {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000, 0)
    code %= 1000
    if code == 1:
        points = _points(data, at, 1, width, order)
        return ([] if np.isnan(points).all() else [("point", (points,))]), at + 8 * width
    (count,) = struct.unpack_from(order + "I", data, at)
    at += 4
    if code == 2:
        points = _points(data, at, count, width, order)
        return ([("line", (points,))] if count else []), at + 8 * width * count
    if code == 3:
        rings = []
        for _ in range(count):
            (length,) = struct.unpack_from(order + "I", data, at)
            rings.append(_points(data, at + 4, length, width, order))
            at += 4 + 8 * width * length
        return ([("polygon", tuple(rings))] if rings and len(rings[0]) >= 4 else []), at
    if code not in _COLLECTIONS:
        raise ValueError(f"geometries of type {code} (curves and surfaces) are not read")
    found = []
    for _ in range(count):
        inner, at = _geometry(data, at, depth + 1)
        found += inner
    return found, at


def _points(data: bytes, at: int, count: int, width: int, order: str) -> Points:
    if at + 8 * width * count > len(data):
        raise ValueError("the geometry ends early")
    numbers = np.frombuffer(data, dtype=order + "f8", count=count * width, offset=at)
    return numbers.reshape(count, width)[:, :2].astype(np.float64)
