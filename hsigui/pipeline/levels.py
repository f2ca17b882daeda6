"""The levels of context of a scene: its features as they are, smoothed a little, and averaged within fields.

All levels are made from the first one, which holds the encoder's features and the components of every pixel alone, by
smoothing them: each is computed when it is first needed and kept. Beside them stand the superpixels of the scene, over
which vectors are averaged where whole fields are compared. Loads no torch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from hsigui.cube import working_memory
from hsigui.jobs import Context
from hsigui.pipeline import cores, mapped
from hsigui.pipeline.context_features import smoothed
from hsigui.pipeline.edge_pooling import COMPONENT_REACH, ENCODER_REACH, FLOAT16_RANGE, HELD_VALUES, Pooling, pool
from hsigui.pipeline.features import ENCODER, Features
from hsigui.pipeline.level_weights import twin_whitening
from hsigui.specs import FeatureSpec, Level
from hsigui.texts import say

NARROW = "narrow"
TWINNED = 6_000  # superpixels beyond which no twins are made: their distances would not fit
BLURRED_EACH = 16  # bytes that a value takes while it is blurred: as it is read, in 32 bits, and twice on the way
SMALL = 400_000  # pixels of a scene whose levels are all made at once, right after the first

Maker = Callable[[Level, Context], Features]
Finder = Callable[[Context], NDArray[np.int32]]


def made_at_once(pixels: int) -> bool:
    """Whether all levels of a scene of so many pixels are made right after the first; those of a larger one wait until
    labels ask for them."""
    return pixels <= SMALL


class LevelSet:
    """The levels of context of a scene.

    Args:
        rows: of the recipe, from none to the widest.
        make: computes the features of a level, or finds them where they are kept.
        find: finds the superpixels of the scene, rows x cols, -1 for pixels in none.

    Attributes:
        names: of the levels, in their order.
    """

    def __init__(self, rows: Sequence[Level], make: Maker, find: Finder) -> None:
        self._rows = {level.name: level for level in rows}
        self._make, self._find = make, find
        self._made: dict[str, Features] = {}
        self._means: dict[str, NDArray[np.float32]] = {}
        self._whitenings: dict[tuple[str, bytes], NDArray[np.float32] | None] = {}
        self._superpixels: NDArray[np.int32] | None = None
        self._lock = threading.RLock()
        self.names = tuple(self._rows)

    def row(self, name: str) -> Level:
        """What the recipe says of a level."""
        return self._rows[name]

    def of(self, name: str, ctx: Context) -> Features:
        """The features of a level; made now where that has not been done.

        Raises:
            KeyError: there is no such level.
        """
        with self._lock:
            if name not in self._made:
                self._made[name] = self._make(self._rows[name], ctx)
            return self._made[name]

    def superpixels(self, ctx: Context) -> NDArray[np.int32]:
        """The superpixel of every pixel, rows x cols, counted from 0; -1 for pixels in none."""
        with self._lock:
            if self._superpixels is None:
                self._superpixels = self._find(ctx)
            return self._superpixels

    def means(self, name: str, ctx: Context) -> NDArray[np.float32]:
        """The mean of the standardised features of a level over every superpixel, superpixels x features."""
        with self._lock:
            if name not in self._means:
                self._means[name] = superpixel_means(self.of(name, ctx), self.superpixels(ctx), ctx)
            return self._means[name]

    def whitening(self, name: str, ctx: Context, columns: NDArray[np.intp] | None = None) -> NDArray[np.float32] | None:
        """What whitens a level for its twin, features x features; None where it has none.

        Args:
            columns: numbers of the features that are looked at, one a feature; None for all.
        """
        key = name, b"" if columns is None else columns.tobytes()
        with self._lock:
            if key not in self._whitenings:
                found = None
                if int(self.superpixels(ctx).max()) < TWINNED:
                    means = self.means(name, ctx)
                    found = twin_whitening(means if columns is None else means[:, columns])
                self._whitenings[key] = found
            return self._whitenings[key]

    def make_all(self, ctx: Context) -> None:
        """Makes every level, the superpixels and their means, so that nobody has to wait for them later."""
        for name in self.names:
            self.whitening(name, ctx, self.of(name, ctx).unrefined)

    def seen_as(self, other: Mapping[str, tuple[NDArray[np.float32], NDArray[np.float32]]]) -> LevelSet:
        """The same levels in the standard scores of another scene.

        Args:
            other: name of a level -> mean and standard deviation of its features there, one a feature.
        """

        def make(level: Level, ctx: Context) -> Features:
            mean, sd = other[level.name]
            return replace(self.of(level.name, ctx), mean=mean, sd=sd)

        return LevelSet(tuple(self._rows.values()), make, self.superpixels)


def in_context(features: Features, probe: object, ctx: Context) -> Features:
    """The features of the level that weighs most in a classifier; of several levels without one, the narrow one. Those
    of a single level as they are.

    Args:
        probe: the classifier of the present map; None before there is one.
    """
    if features.levels is None:
        return features
    main = getattr(probe, "main", "") or NARROW
    return features.levels.of(main if main in features.levels.names else features.levels.names[-1], ctx)


def superpixel_means(features: Features, superpixels: NDArray[np.int32], ctx: Context) -> NDArray[np.float32]:
    """Means of standardised features over superpixels (rows x cols, -1 for none): superpixels x features."""
    count, width = int(superpixels.max()) + 1, features.array.shape[2]
    step = max(1, working_memory.within(HELD_VALUES // 8, 0.1, 16) // (superpixels.shape[1] * width))

    def summed(top: int) -> NDArray[np.float64]:
        ctx.check()
        numbers = superpixels[top : top + step].ravel()
        (inside,) = np.nonzero(numbers >= 0)
        # One row a superpixel, with a 1 for each of its pixels: its product with the pixels are the sums.
        members = csr_array((np.ones(len(inside)), (numbers[inside], inside)), shape=(count, len(numbers)))
        rows = np.asarray(features.array[top : top + step], dtype=np.float64).reshape(-1, width)
        return np.asarray(members @ rows)

    sums = np.zeros((count, width))
    starts = range(0, len(superpixels), step)
    for first in range(0, len(starts), cores.count()):  # as many sums of all superpixels at once as there are cores
        for part in cores.each(summed, starts[first : first + cores.count()]):
            sums += part
    sizes = np.bincount(superpixels[superpixels >= 0], minlength=count)
    found = sums / np.maximum(sizes, 1)[:, None]
    return np.asarray((found - features.mean) / features.sd, dtype=np.float32)


def places(spec: FeatureSpec, encoder: int, components: int) -> dict[str, slice]:
    """Where the blocks of a level stand: those of `context_features.context_blocks`, by name.

    Args:
        encoder, components: how many columns of each the first level holds.
    """
    names = [say("components, smoothed {sigma:g}", sigma=sigma) for sigma in spec.smoothed]
    names += [say("components, edge-aware {tolerance:g}", tolerance=tolerance) for tolerance in spec.edge_aware]
    found = {ENCODER: slice(0, encoder)} if encoder else {}
    for number, name in enumerate(names):
        found[name] = slice(encoder + number * components, encoder + (number + 1) * components)
    return found


def fill(array: NDArray[np.float16], first: Features, spec: FeatureSpec, ctx: Context) -> dict[str, slice]:
    """Computes a level from the first one.

    Args:
        array: rows x cols x features, to be filled in.
        first: features of the first level: the encoder's columns, then the components.
        spec: of the level.

    Returns:
        Where its blocks stand, by name.
    """
    encoder = first.columns[ENCODER].stop if ENCODER in first.columns else 0
    components = first.array.shape[2] - encoder
    columns = places(spec, encoder, components)
    poolings = []
    if encoder:
        _blurred(array, 0, first, 0, encoder, spec.softened, ctx)
        if spec.pooled:
            poolings.append(Pooling(columns[ENCODER], ENCODER_REACH, spec.pooled))
    start = encoder
    for sigma in spec.smoothed:
        _blurred(array, start, first, encoder, components, sigma, ctx)
        start += components
    for tolerance in spec.edge_aware:
        _blurred(array, start, first, encoder, components, 0.0, ctx)
        poolings.append(Pooling(slice(start, start + components), COMPONENT_REACH, tolerance))
        start += components
    if poolings:
        assert first.edges is not None
        pool(array, first.edges, poolings, ctx)
    return columns


def width(spec: FeatureSpec, first: Features) -> int:
    """How many columns a level has."""
    encoder = first.columns[ENCODER].stop if ENCODER in first.columns else 0
    components = int(first.array.shape[2]) - encoder
    return encoder + (len(spec.smoothed) + len(spec.edge_aware)) * components


def _blurred(
    out: NDArray[np.float16], at: int, first: Features, begin: int, width: int, sigma: float, ctx: Context
) -> None:
    """Gaussian means of some columns of the first level, a few at a time, into columns of another (rows x cols x
    features); without a width of the Gaussian the columns as they are.

    Args:
        at, begin: the first of the columns there, and in the first level.
        width: how many.
    """
    step = max(1, working_memory.within(HELD_VALUES // 4, 0.4, BLURRED_EACH) // first.valid.size)
    for start in range(0, width, step):
        ctx.check()
        stop = min(start + step, width)
        values = first.array[..., begin + start : begin + stop]
        if sigma:
            part = smoothed(values.astype(np.float32), first.valid, sigma)
            values = np.clip(part, -FLOAT16_RANGE, FLOAT16_RANGE)
        mapped.put_columns(out, slice(at + start, at + stop), values, ctx.check)
