"""Making a tile: the window is read, embedded and classified as a scene of its own, and the tile is cut out of it.

What a pixel's class depends on lies within the window (`reach`), or is known of the whole scene: the transforms and
standard scores of the kept classifier, and the guide to the edges. Every tile is made on one thread, so its numbers
are the same whoever makes it, and however many are made beside it.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import torch

from hsigui import memory
from hsigui.cube.cube import Cube
from hsigui.jobs import Context
from hsigui.methods import checkpoint
from hsigui.methods.checkpoint import Encoder
from hsigui.methods.levelled_probe import LevelledProbe, Part
from hsigui.one_thread import one_blas_thread
from hsigui.pipeline import kept_probe, levels
from hsigui.pipeline.classify import ClassMap, decided
from hsigui.pipeline.embed import embed_part
from hsigui.pipeline.features import Features
from hsigui.pipeline.kept_probe import KeptProbe
from hsigui.pipeline.map_parts import MapPart, Mixed, blended, drawn_as, each_probabilities, parts_heard
from hsigui.pipeline.run_bands import in_bands
from hsigui.pipeline.tiling.order import CLASSES, LAYERS, Drawing, TileOrder, TileOutcome, arrays_of
from hsigui.pipeline.tiling.store import TileStore
from hsigui.specs import Level
from hsigui.texts import say


def make(order: TileOrder, ctx: Context) -> TileOutcome:
    """Makes a tile and puts it into the store, unless it is there.

    Raises:
        HsiError: the scene, the run or the folder of tiles cannot be read or written.
        Cancelled: through the context.
    """
    started, store = time.perf_counter(), TileStore(order.drawing.folder)
    if store.has(order.tile):  # another made it, while this order waited for a worker
        return TileOutcome(order.tile.number, store.path_of(order.tile.number).stat().st_size, 0.0)
    ctx.progress(0, 1, say("Reading the scene"))
    with _one_thread():
        found = _drawn(order, ctx)
    kept = {name: getattr(found, name)[order.tile.inside] for name in LAYERS if getattr(found, name) is not None}
    arrays = {CLASSES: np.ascontiguousarray(found.classes[order.tile.inside])}
    size = store.put(order.tile, {**arrays, **arrays_of(kept, order.drawing.layers)})
    del found, kept, arrays
    memory.give_back()
    return TileOutcome(order.tile.number, size, time.perf_counter() - started, memory.peak() or 0)


def _drawn(order: TileOrder, ctx: Context) -> ClassMap:
    """The map of the window of a tile; only that of the tile itself is right."""
    opened = _open(order.drawing)
    encoder, kept, window = opened.encoder, opened.kept, order.window_of(opened.scene)
    keep = "probabilities" in order.drawing.layers
    rows, cols = order.tile.inside
    if not _has_data(window, encoder, rows, cols, ctx):
        return _no_data(window, len(kept.probe.numbers) if keep else 0)
    first = kept.fitted_to(
        embed_part(window, encoder, kept.transforms, order.drawing.guide, ctx, device=order.drawing.device)
    )
    with one_blas_thread():
        mixed = _mixed(first, encoder, kept, order.drawing, ctx)
    return decided(mixed, kept.probe, first.valid, keep=keep)


def _no_data(window: Cube, kept: int) -> ClassMap:
    """The map of a window without data, with so many probabilities a pixel."""
    found = ClassMap.empty(window.rows, window.cols, kept)
    if found.probabilities is not None:
        found.probabilities.fill(np.nan)
    return found


def _mixed(first: Features, encoder: Encoder, kept: KeptProbe, drawing: Drawing, ctx: Context) -> Mixed:
    """Smoothed class probabilities of a window by all parts of the classifier, rows x cols x classes: as
    `map_parts.mixed`, but for one level of context at a time in memory."""
    probe, spec, box = kept.probe, drawing.spec, (0, 0, *first.shape)
    if not isinstance(probe, LevelledProbe):
        return MapPart(first, probe, 1.0, drawn_as(spec, encoder.recipe.edges)).probabilities(box, ctx)
    heard, rows = parts_heard(probe, spec.context), {level.name: level for level in encoder.recipe.levels}

    def parts(level: Level, these: list[Part]) -> list[MapPart]:
        features = _level(first, level, encoder, kept, ctx)
        return [MapPart(features, part.probe, part.weight, drawn_as(spec, level.edges)) for part in these]

    if len(heard) == 1:
        return parts(rows[heard[0].level], list(heard))[0].probabilities(box, ctx)

    def maps() -> Iterator[Mixed]:
        for name, these in itertools.groupby(heard, key=lambda part: part.level):
            yield from each_probabilities(parts(rows[name], list(these)), box, ctx)

    return blended(maps(), [part.weight for part in heard])


def _level(first: Features, level: Level, encoder: Encoder, kept: KeptProbe, ctx: Context) -> Features:
    """The features of a level of context in the standard scores of the training scene."""
    mean, sd = kept.levels[level.name]
    if level.features == encoder.recipe.base:
        return replace(first, mean=mean, sd=sd)
    array = np.empty((*first.shape, levels.width(level.features, first)), dtype=np.float16)
    columns = levels.fill(array, first, level.features, ctx)
    return replace(first, array=array, mean=mean, sd=sd, columns=columns)


def _has_data(window: Cube, encoder: Encoder, rows: slice, cols: slice, ctx: Context) -> bool:
    """Whether a pixel of the tile has data; looks at its rows only until one has."""
    good, step = encoder.transform.good, max(1, 2**22 // ((cols.stop - cols.start) * window.bands))
    for start in range(rows.start, rows.stop, step):
        ctx.check()
        read = window.read(slice(start, min(rows.stop, start + step)), cols)
        if np.isfinite(read[..., good]).all(axis=2).any():
            return True
    return False


@contextmanager
def _one_thread() -> Iterator[None]:
    """Sums on one thread, PyTorch's too: on several they may be taken in another order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True)
class _Opened:
    """What all tiles of a map are made from, read once by a process that makes several of them."""

    key: str
    scene: Cube  # in the bands of the run
    encoder: Encoder
    kept: KeptProbe


_opened: _Opened | None = None
_opening = threading.Lock()


def _open(drawing: Drawing) -> _Opened:
    global _opened
    with _opening:
        if _opened is None or _opened.key != drawing.key:
            _opened = None
            encoder, kept = checkpoint.load(drawing.run), kept_probe.load(drawing.run)
            _opened = _Opened(drawing.key, in_bands(drawing.scene.open(), encoder).cube, encoder, kept)
        return _opened


def let_go() -> None:
    """Closes what this process holds open for the tiles of a map."""
    global _opened
    with _opening:
        _opened = None
