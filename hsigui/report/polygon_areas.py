"""How much area polygons win and lose while their borders become simpler (`boundaries`), so that none loses much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
MOST_OF_AREA = 0.1  # of a polygon's area that it may lose or win


def doubled_areas(polygons: Sequence[Sequence[NDArray[np.float64]]]) -> NDArray[np.float64]:
    """Twice the area of each polygon: of its outline, less its holes, which run the other way. One a polygon; the rings
    are n x 2."""
    rings = [ring for parts in polygons for ring in parts]
    sizes = np.array([len(ring) for ring in rings])
    x, y = np.concatenate(rings).T
    cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    cross[np.cumsum(sizes) - 1] = 0.0  # from the end of one ring to the next
    of_ring = np.add.reduceat(cross, np.cumsum(sizes) - sizes)
    parts = np.array([len(parts) for parts in polygons])
    return np.abs(np.add.reduceat(of_ring, np.cumsum(parts) - parts))


@dataclass
class Areas:
    """How much of their area polygons have won and lost. Arrays of `arc` and `doubled` are one a corner that goes.

    Attributes:
        spare: twice the area that each polygon may win or lose.
        sides: the polygons of each arc: that of which it is a border as it stands, and that of which it is one turned;
            one more than there are polygons where there is none. 2 x arcs.
        won: twice the area that each has won (or, all signs the other way round, lost).
    """

    spare: NDArray[np.float64]
    sides: Ints
    won: NDArray[np.float64]

    @classmethod
    def of(cls, doubled: NDArray[np.float64], polygon: Ints, use: Ints, turned: Flags, arcs: int) -> Areas:
        """Before anything is won. `doubled` is one a polygon, and `polygon`, `use` and `turned` are of each arc of a
        ring: its polygon, which arc it is, and whether that runs the other way."""
        sides = np.full((2, arcs), len(doubled))
        sides[turned.astype(np.int64), use] = polygon
        spare = np.append(MOST_OF_AREA * doubled, np.inf)
        return cls(spare, sides, np.zeros(len(spare)))

    def gives_back(self, arc: Ints, doubled: NDArray[np.float64]) -> Flags:
        """Whether areas that arcs move to the left make what was won or lost less; one a corner, as both arrays."""
        one, other = self.sides[:, arc]
        return np.asarray(doubled * (self.won[one] - self.won[other]) < 0)

    def can_spare(self, arc: Ints, doubled: NDArray[np.float64]) -> Flags:
        """Whether the polygons at both sides can spare areas that arcs move to the left, one after the other; one a
        corner, as both arrays."""
        polygon, moved = self.sides[:, arc].ravel(), np.concatenate([doubled, -doubled])
        order = np.argsort(polygon, kind="stable")
        polygon, moved = polygon[order], moved[order]
        starts = np.flatnonzero(np.diff(polygon, prepend=-1))
        allowed = np.ones(len(order), dtype=bool)
        for sign in (1, -1):
            part = np.maximum(0.0, sign * moved)
            total = np.cumsum(part)
            before = np.repeat((total - part)[starts], np.diff(starts, append=len(order)))
            allowed[order] &= (part == 0) | (sign * self.won[polygon] + total - before <= self.spare[polygon])
        return np.asarray(allowed.reshape(2, -1).all(axis=0))

    def take(self, arc: Ints, doubled: NDArray[np.float64]) -> None:
        """Counts areas that arcs move to the left; both arrays are one a corner."""
        for polygons, moved in zip(self.sides, (doubled, -doubled), strict=True):
            self.won += np.bincount(polygons[arc], weights=moved, minlength=len(self.won))
