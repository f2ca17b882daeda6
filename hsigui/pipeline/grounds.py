"""The superpixels of a scene, on which it is decided where to stroke next, with their vectors; found once and kept.
Loads no torch."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from hsigui.cube.superpixels import segment_image
from hsigui.document.values import context_of
from hsigui.jobs import Context
from hsigui.labels.strokes import Area, disc
from hsigui.methods.levelled_probe import LEAST
from hsigui.pipeline import coverage
from hsigui.pipeline.active import Spot
from hsigui.pipeline.coverage import Pieces
from hsigui.pipeline.features import Features
from hsigui.pipeline.levels import superpixel_means
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.probe import Probe
    from hsigui.pipeline.classify import ClassMap

PIXELS = 42  # a superpixel: large enough to stroke, small enough to lie in one field
FEWEST, MOST = 250, 4_000  # superpixels
DAB = 5  # pixels across: a brush that paints about as much as a short stroke
ALONE = ""  # name of the features of a scene without levels


class Grounds:
    """The superpixels of the features that were asked about last; may be used from several threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kept: tuple[Features, Pieces] | None = None
        self._means: dict[str, NDArray[np.float32]] = {}

    def pieces(self, features: Features, ctx: Context) -> Pieces:
        """The superpixels of a scene."""
        with self._lock:
            if self._kept is None or self._kept[0] is not features:
                ctx.progress(0, 0, say("Finding fields to ask about…"))
                found = Pieces.of(_segmented(features, ctx))
                self._means.clear()
                self._kept = features, found
            return self._kept[1]

    def vectors(self, features: Features, probe: Probe | None, ctx: Context) -> NDArray[np.float32]:
        """The vectors of the superpixels, superpixels x features: of several levels of context as the probe mixes
        them."""
        with self._lock:
            pieces, levels = self.pieces(features, ctx), features.levels
            weights = _weights(probe) if levels is not None else {}
            for name in weights or {ALONE: 1.0}:
                if name not in self._means:
                    level = features if levels is None or name == ALONE else levels.of(name, ctx)
                    self._means[name] = superpixel_means(level, pieces.numbers, ctx)
            return coverage.joined([(self._means[name], weight) for name, weight in (weights or {ALONE: 1.0}).items()])

    def dab(self, features: Features, spot: tuple[int, int]) -> Area:
        """What a dab at a spot (row, column) covers: what of the spot's superpixel lies under a brush of five pixels;
        the pixel alone where the superpixels of these features are not known."""
        row, col = spot
        kept = self._kept
        if kept is None or kept[0] is not features:
            return row, col, np.ones((1, 1), dtype=bool)
        half, numbers = DAB // 2, kept[1].numbers
        top, left = max(row - half, 0), max(col - half, 0)
        window = numbers[top : row + half + 1, left : col + half + 1] == numbers[row, col]
        under = disc(DAB)[top - row + half :, left - col + half :][: window.shape[0], : window.shape[1]]
        pieces, _ = label(window & under)
        return top, left, pieces == pieces[row - top, col - left]


def spots_by_coverage(
    grounds: Grounds, features: Features, class_map: ClassMap, probe: Probe | None, labels: NDArray[np.integer],
    count: int, ctx: Context, *, asked: Iterable[tuple[int, int]] = (), allowed: NDArray[np.bool_] | None = None,
) -> list[Spot]:  # fmt: skip
    """Places to stroke next, best first; see `coverage`.

    Args:
        grounds: keeps the superpixels for the next question.
        class_map: of the present labels; probe: that drew it.
        labels: rows x cols class numbers, 0 for unlabelled; at least one pixel has one.
        count: how many are wanted; fewer come when nothing else is left.
        asked: pixels (row, column) that were asked for before, stroked since or not.
        allowed: rows x cols, False where no spot may lie.
    """
    pieces = grounds.pieces(features, ctx)
    known = labels > 0
    for row, col in asked:
        known[row, col] = True
    free = features.valid & ~known if allowed is None else features.valid & ~known & allowed
    numbers = pieces.majority(class_map.classes)
    counted = coverage.importance(pieces.sizes, numbers, 1.0 - pieces.means(class_map.margin))
    found = coverage.next_pieces(
        grounds.vectors(features, probe, ctx), counted, pieces.within(known), pieces.within(free), count,
        check=ctx.check,
    )  # fmt: skip
    return [Spot(*pieces.place(number, free), share) for number, share in found]


def _weights(probe: Probe | None) -> dict[str, float]:
    """Name of a level of context -> how much it counts in the probe; empty for a probe of one level."""
    figures = {} if probe is None else context_of(probe)
    return {name: level.weight for name, level in figures.items() if level.weight >= LEAST}


def _segmented(features: Features, ctx: Context) -> NDArray[np.int32]:
    """Superpixels by the features themselves, rows x cols."""
    count = int(np.clip(np.count_nonzero(features.valid) // PIXELS, FEWEST, MOST))
    return segment_image(
        cast("NDArray[np.float32]", np.asarray(features.array)), features.valid, count, check=ctx.check
    ).labels
