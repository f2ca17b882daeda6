"""Samples as people label: a few brush strokes a class, each inside one field; all other pixels are for testing.

Pixels drawn at random over a scene show every field of a class, with its shades and borders. A stroke shows one place
in one field, its pixels alike, so the same number of them says far less; accuracies after strokes are those to expect
of labels that are painted. Test pixels lie beside the strokes, as they do after painting: no guard is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from hsigui.labels.regions import Region, find_regions
from hsigui.labels.sampling import Split, reference
from hsigui.labels.strokes import disc

BRUSH = 2  # pixels across
PIXELS = 25  # of one stroke at most: a few seconds of painting, and less than most fields hold
STEPS = 100  # of the walk for each pixel it is to paint, after which it ends where it is

_UNDER_BRUSH = [(row, col) for row, col in np.argwhere(disc(BRUSH)).tolist()]
_AROUND = [step for step in product((-1, 0, 1), repeat=2) if any(step)]


def draw_strokes(
    truth: NDArray[np.integer], strokes: int, seed: int = 0, valid: NDArray[np.bool_] | None = None, *,
    pixels: int = PIXELS,
) -> Split:  # fmt: skip
    """Draws strokes of each class for training; all other labelled pixels are for testing.

    A stroke is a random walk of a round brush of 2 pixels: each step goes to one of the eight neighbours that lie in
    the region, and paints what of the region is under the brush, until `pixels` are painted. Regions are pixels of a
    class that hang together (`regions.find_regions`). The strokes of a class lie in different regions, chosen at random
    with odds by size, as people paint what they see; where there are more strokes than regions, the further ones lie
    in the same regions, at least one pixel from each other where there is room, else beside each other.

    A class of c pixels gives at most half of them (rounded down, one at least), so that something is left to test; the
    single pixel of a class goes to training. Where that is less than all strokes would take, it is shared out evenly
    between them: each ends earlier, and there are fewer than asked for of a class that has no pixel for each.

    What one class gives depends on the seed and its own pixels alone. Where half of a class holds so many strokes, they
    hold every smaller number of strokes of the same seed and size.

    Args:
        truth: class numbers, rows x cols, 0 for unlabelled.
        strokes: strokes a class, 1 or more.
        seed: 0 or more; the same seed draws the same strokes.
        valid: pixels with data, rows x cols; others are in neither part, and no stroke crosses them.
        pixels: of one stroke at most, 1 or more.

    Raises:
        HsiError: the ground truth holds no class (on valid pixels), `valid` has another size, or there are more than
            five million labelled pixels.
        ValueError: `strokes` or `pixels` is below 1, or a class number does not fit into 16 bits.
    """
    if strokes < 1 or pixels < 1:
        raise ValueError(f"{strokes} strokes of {pixels} pixels")
    test = reference(truth, valid)
    by_class: dict[int, list[Region]] = {}
    for region in find_regions(test):
        by_class.setdefault(region.number, []).append(region)
    train = np.zeros_like(test)
    for number, regions in by_class.items():
        left = max(1, sum(region.size for region in regions) // 2)
        most = max(1, min(pixels, left // strokes))
        for painted in _strokes(regions, min(strokes, left), most, [seed, number]):
            train.flat[painted], test.flat[painted] = number, 0
    return Split(train, test)


def _strokes(regions: list[Region], strokes: int, most: int, seed: list[int]) -> Iterator[NDArray[np.int64]]:
    """The flat positions of each stroke of one class, of at most so many pixels."""
    grounds = [_Ground(region) for region in _by_chance(regions, np.random.default_rng(seed))[:strokes]]
    for position in range(strokes):
        rng = np.random.default_rng([*seed, 1 + position])  # a last 0 would repeat the generator without it
        ground = grounds[position] if position < len(grounds) else _with_room(grounds, rng)
        yield ground.stroke(most, rng)


def _by_chance(regions: list[Region], rng: np.random.Generator) -> list[Region]:
    """Regions in random order, as if drawn one after the other with odds by size.

    Source: P. S. Efraimidis and P. G. Spirakis, Weighted random sampling with a reservoir, Information Processing
    Letters 97, 2006.
    """
    keys = rng.exponential(size=len(regions)) / [region.size for region in regions]
    return [regions[position] for position in np.argsort(keys, kind="stable").tolist()]


def _with_room(grounds: list[_Ground], rng: np.random.Generator) -> _Ground:
    """One of several for a further stroke, with odds by the room apart from earlier strokes, else by any room."""
    rooms = np.array([ground.apart.sum() for ground in grounds], dtype=float)
    if not rooms.any():
        rooms = np.array([ground.free.sum() for ground in grounds], dtype=float)
    return grounds[int(rng.choice(len(grounds), p=rooms / rooms.sum()))]


class _Ground:
    """A region to paint in.

    Attributes:
        free: rows x cols of its box and a rim of one pixel, those that no stroke has painted.
        apart: the same, those that touch no stroke.
    """

    def __init__(self, region: Region) -> None:
        top, left, mask = region.area()
        self._top, self._left, self._cols = top - 1, left - 1, region.cols
        self.free = np.pad(mask, 1)
        self.apart = self.free

    def stroke(self, most: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Paints so many free pixels at most, apart from earlier strokes where there is room for all: their flat
        positions in the scene, one at least."""
        room = self.apart if np.count_nonzero(self.apart) >= most else self.free
        rows, cols = np.array(_walk(room, most, rng)).T
        painted = np.zeros_like(self.free)
        painted[rows, cols] = True
        self.free = self.free & ~painted
        self.apart = self.apart & ~binary_dilation(painted, np.ones((3, 3), dtype=bool))
        return np.asarray((rows + self._top) * self._cols + cols + self._left, dtype=np.int64)


def _walk(room: NDArray[np.bool_], most: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """The pixels (row, column) that a brush paints on its way through a mask (rows x cols) with an empty rim."""
    row, col = divmod(int(rng.choice(np.flatnonzero(room))), room.shape[1])
    painted: dict[tuple[int, int], None] = {}
    for _ in range(STEPS * most):
        for down, right in _UNDER_BRUSH:
            if room[row + down, col + right]:
                painted[row + down, col + right] = None
            if len(painted) == most:
                return list(painted)
        ways = [(row + down, col + right) for down, right in _AROUND if room[row + down, col + right]]
        if not ways:
            break
        row, col = ways[int(rng.integers(len(ways)))]
    return list(painted)
