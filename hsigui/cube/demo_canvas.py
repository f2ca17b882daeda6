"""What simulated land is drawn on: a map of covers finer than the pixels, and the shapes that are painted on it.

Places and lengths are in pixels of the scene; angles in radians, against the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from hsigui.cube.demo_spectra import COVERS, NUMBERS

FINE = 4  # the map of covers is drawn this many times finer than the pixels, for mixing along borders

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Spot = tuple[float, float]


@dataclass(frozen=True)
class Land:
    """What is where.

    Attributes:
        fine: number of the cover (from 1) at every point of the fine grid, (rows x FINE) x (cols x FINE).
        fields: number of the field of every pixel, rows x cols; a field varies as a whole.
    """

    fine: NDArray[np.intp]
    fields: NDArray[np.intp]


def smooth(rng: np.random.Generator, shape: tuple[int, ...], radius: float) -> Array:
    """Gaussian noise of this shape and of this correlation length in its points, mean 0, standard deviation 1."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), radius, mode="wrap")
    return (noise - noise.mean()) / noise.std()


class Canvas:
    """Land in the making; what is painted later covers what was there.

    Attributes:
        y, x: place of every point of the fine grid in pixels, (rows x FINE) x (cols x FINE).
        taken: pixels that hold an object or are kept free, rows x cols; `spot` and `is_free` keep away from them.
    """

    def __init__(self, rng: np.random.Generator, rows: int, cols: int) -> None:
        self.rng, self.rows, self.cols = rng, rows, cols
        shape = (rows * FINE, cols * FINE)
        self.y, self.x = np.meshgrid(*((np.arange(n) + 0.5) / FINE for n in shape), indexing="ij")
        self.taken: Mask = np.zeros((rows, cols), dtype=bool)
        self._cover = np.zeros(shape, dtype=np.intp)
        self._parcel = np.zeros(shape, dtype=np.intp)
        self._parcels = 0

    @property
    def side(self) -> float:
        """Side of the square that is as large as the scene."""
        return float(np.sqrt(self.rows * self.cols))

    def land(self) -> Land:
        middle = slice(FINE // 2, None, FINE)
        return Land(self._cover, self._parcel[middle, middle])

    def wavering(self, height: float, length: float) -> tuple[Array, Array]:
        """The places of the fine grid, moved by so many pixels over such a length: straight lines become natural."""
        shape = self.y.shape
        moved = (height * smooth(self.rng, shape, min(length, self.side / 4) * FINE) for _ in range(2))
        return self.y + next(moved), self.x + next(moved)

    def paint(self, where: Mask, name: str) -> None:
        """One field of one cover. `where` is a mask of the fine grid."""
        self._parcels += 1
        self._cover[where] = NUMBERS[name]
        self._parcel[where] = self._parcels

    def paint_cells(self, cells: NDArray[np.intp], names: Sequence[str], where: Mask | None = None) -> None:
        """Many fields at once: `cells`, (rows x FINE) x (cols x FINE), holds which of `names` every point is."""
        where = np.ones(cells.shape, dtype=bool) if where is None else where
        self._cover[where] = np.array([NUMBERS[name] for name in names])[cells[where]]
        self._parcel[where] = self._parcels + 1 + cells[where]
        self._parcels += len(names)

    def rectangle(self, at: Spot, size: Spot, angle: float, name: str) -> None:
        """A rectangle of this height and width, turned by `angle`."""
        here, dy, dx = self._around(at, sum(size) / 2)
        along, across = dy * np.cos(angle) + dx * np.sin(angle), dx * np.cos(angle) - dy * np.sin(angle)
        self._paint_part(here, (np.abs(along) < size[0] / 2) & (np.abs(across) < size[1] / 2), name)

    def blob(self, at: Spot, radius: Spot, name: str) -> None:
        """An ellipse with these radii along rows and columns and an uneven border."""
        here, dy, dx = self._around(at, 1.3 * max(radius))
        turn = np.arctan2(dy, dx)
        uneven = 1 + 0.12 * np.sin(2 * turn + self.rng.uniform(0, 6)) + 0.08 * np.sin(3 * turn + self.rng.uniform(0, 6))
        self._paint_part(here, np.hypot(dy / radius[0], dx / radius[1]) < uneven, name)

    def _around(self, at: Spot, reach: float) -> tuple[tuple[slice, slice], Array, Array]:
        rows, cols = (slice(max(int((v - reach) * FINE), 0), max(int((v + reach) * FINE) + 2, 0)) for v in at)
        return (rows, cols), self.y[rows, cols] - at[0], self.x[rows, cols] - at[1]

    def _paint_part(self, here: tuple[slice, slice], inside: Mask, name: str) -> None:
        self._parcels += 1
        self._cover[here][inside] = NUMBERS[name]
        self._parcel[here][inside] = self._parcels

    def take(self, where: Mask) -> None:
        """Keeps later objects away from a mask of the fine grid."""
        self.taken |= where.reshape(self.rows, FINE, self.cols, FINE).any(axis=(1, 3))

    def spot(self, radius: float, zone: Mask | None = None) -> Spot:
        """A place with so much room around it, then taken; where there is none, the roomiest. `zone` is a mask of
        pixels, rows x cols; the scene's rim counts as taken."""
        free = ~self.taken if zone is None else zone & ~self.taken
        room = ndimage.distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
        fitting = np.flatnonzero(room > radius)
        chosen = int(self.rng.choice(fitting)) if fitting.size else int(room.argmax())
        row, col = divmod(chosen, self.cols)
        self._take_disc((row + 0.5, col + 0.5), radius)
        return row + 0.5, col + 0.5

    def is_free(self, at: Spot, radius: float, zone: Mask) -> bool:
        """Whether a disc lies in `zone` (pixels, rows x cols) with its middle and touches nothing that is taken."""
        row, col = (int(np.floor(v)) for v in at)
        if not (0 <= row < self.rows and 0 <= col < self.cols and zone[row, col]):
            return False
        here, near = self._disc(at, radius)
        return not self.taken[here][near].any()

    def crown(self, at: Spot, radius: float) -> None:
        """A tree, whose place is then taken."""
        self._take_disc(at, radius)
        self.blob(at, (radius, radius * self.rng.uniform(0.9, 1.1)), "Woodland")

    def _take_disc(self, at: Spot, radius: float) -> None:
        here, near = self._disc(at, radius)
        self.taken[here] |= near

    def _disc(self, at: Spot, radius: float) -> tuple[tuple[slice, slice], Mask]:
        """The pixels around a place of which some part may lie within the radius."""
        rows, cols = (
            slice(max(int(v - radius), 0), min(int(v + radius) + 1, n))
            for v, n in zip(at, self.taken.shape, strict=True)
        )
        y, x = np.ogrid[rows, cols]
        return (rows, cols), np.hypot(y + 0.5 - at[0], x + 0.5 - at[1]) < radius + 0.5

    def patchwork(self, size: float, places: tuple[Array, Array]) -> tuple[NDArray[np.intp], Array, int]:
        """Divides the land into cells about `size` pixels across with straight borders in `places`.

        Returns:
            The cell of every point of the fine grid, its distance from the next cell's border in pixels (both of the
            grid's shape), and the number of cells.
        """
        down, right = (max(round(n / size), 2) for n in (self.rows, self.cols))
        row, col = np.meshgrid(np.arange(down), np.arange(right), indexing="ij")
        jitter = self.rng.uniform(-0.33, 0.33, (2, down, right))
        centers = np.stack(
            [
                (row + 0.5 + jitter[0]) * self.rows / down,
                (col + 0.25 + 0.5 * (row % 2) + jitter[1]) * self.cols / right,
            ],
            axis=-1,
        ).reshape(-1, 2)
        distance, cell = cKDTree(centers).query(np.stack(places, axis=-1).reshape(-1, 2), k=2)
        apart = np.linalg.norm(centers[cell[:, 0]] - centers[cell[:, 1]], axis=1)
        border = (distance[:, 1] ** 2 - distance[:, 0] ** 2) / (2 * apart)
        return cell[:, 0].reshape(self.y.shape).astype(np.intp), border.reshape(self.y.shape), down * right

    def unlike_neighbours(self, cells: NDArray[np.intp], count: int, names: Sequence[str]) -> list[str]:
        """A cover for each of `count` cells, all about equally often, others than the neighbours' where that is
        possible. `cells` is of the fine grid's shape."""
        touching = np.zeros((count, count), dtype=bool)
        for one, other in ((cells[1:], cells[:-1]), (cells[:, 1:], cells[:, :-1])):
            touching[one, other] = touching[other, one] = True
        np.fill_diagonal(touching, val=False)
        tried = [self._covers_of(touching, len(names)) for _ in range(20)]
        best = min(tried, key=lambda chosen: int(touching[chosen[:, None] == chosen].sum() - np.bincount(chosen).min()))
        return [names[number] for number in best]

    def _covers_of(self, touching: Mask, names: int) -> NDArray[np.intp]:
        """A number below `names` for each cell, given one after the other; `touching` is cells x cells."""
        chosen, used = np.full(len(touching), -1), np.zeros(names)
        for cell in self.rng.permutation(len(touching)):
            near = np.bincount(chosen[touching[cell] & (chosen >= 0)], minlength=names)
            chosen[cell] = np.argmin(3 * near + used + 0.5 * self.rng.random(names))
            used[chosen[cell]] += 1
        return chosen


def shares(fine: NDArray[np.intp]) -> Array:
    """Share of every cover in every pixel, rows x cols x covers: the sensor's blur, then the mean over the pixel.

    Args:
        fine: covers on the fine grid, (rows x FINE) x (cols x FINE).
    """
    rows, cols = (n // FINE for n in fine.shape)
    found = np.empty((rows, cols, len(COVERS)))
    for cover in range(len(COVERS)):
        blurred = ndimage.gaussian_filter((fine == cover + 1).astype(float), 0.45 * FINE)
        found[:, :, cover] = blurred.reshape(rows, FINE, cols, FINE).mean(axis=(1, 3))
    found[found < 0.01] = 0
    return found / found.sum(axis=2, keepdims=True)
