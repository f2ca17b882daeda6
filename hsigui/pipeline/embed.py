"""Embedding: the features of every pixel of a cube, from a trained encoder and what its recipe puts beside it."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
import tempfile
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube import working_memory
from hsigui.cube.cube import Cube
from hsigui.cube.edge_filter import Edges
from hsigui.cube.fingerprint import HASHED_WHOLE, fingerprint, scene_fingerprint
from hsigui.cube.masked import scene_of
from hsigui.cube.superpixels import segment_cube
from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.methods import devices
from hsigui.methods.checkpoint import Encoder
from hsigui.pipeline import disk, levels
from hsigui.pipeline.context_features import EdgeAwareComponents, FeatureBlock, context_blocks
from hsigui.pipeline.edge_pooling import (
    COMPONENT_REACH,
    ENCODER_REACH,
    Guide,
    Pooling,
    pool,
    scene_edges,
)
from hsigui.pipeline.embed_tiles import encoder_width, fill_tiles
from hsigui.pipeline.features import ENCODER, Features, Store, Superpixels, finished
from hsigui.pipeline.run_bands import bands_of, in_bands
from hsigui.pipeline.what_is_seen import require_learnable
from hsigui.sizes import size_text
from hsigui.specs import FeatureSpec, Level, as_first_written, context_in_words
from hsigui.texts import as_sentence, say

FORMAT = 6  # of the features: kept ones of an earlier format are computed again


def embed(
    cube: Cube, encoder: Encoder, ctx: Context, folder: Path | None = None, *, device: str = "auto",
    known: Sequence[BandTransform] | None = None,
) -> Features:  # fmt: skip
    """The features of every pixel by the encoder's recipe: those of the encoder, then the blocks beside them.

    Args:
        folder: where features are kept as a float16 .npy; found there again for the same cube, encoder and recipe. None
            keeps them in memory, or in a folder that goes with them where a limit of memory is too small for that.
        device: "auto", "cpu", "cuda" or "mps".
        known: transforms of another scene (`context_features.context_transforms`), for features that are to be
            comparable with that scene's; None for the cube's own.

    Raises:
        HsiError: the cube's bands are not those that the encoder was trained on.
        Cancelled: through the context.
    """
    require_learnable(cube)
    identity = fingerprint(cube)  # reads the cube: once
    of_scene = identity if scene_of(cube) is cube else scene_fingerprint(cube)
    seen = in_bands(cube, encoder, of_scene, ctx.check).cube
    if known is None and of_scene not in encoder.fingerprints:
        ctx.warn(say("The encoder was trained on another scene ({name}).", name=encoder.scene_names or say("unknown")))
    spec = encoder.recipe.base
    key = _key(cube, identity, encoder, spec, known or (), matched=seen is not cube)
    cube = seen
    aside = _aside(cube, encoder) if folder is None else None
    folder = folder if aside is None else aside.path
    store = None if folder is None else Store(folder, key)
    first = None if store is None else store.load((cube.rows, cube.cols), ctx)
    if first is None:
        first = _computed(cube, encoder, spec, known or (), key, store, device, ctx)
    first = _described(first, encoder)
    if not encoder.recipe.levels:
        return first
    made = _levels(first, cube, encoder, folder, aside)
    # For a classifier that is fitted already only the levels that it heeds are needed, and no superpixels.
    if known is None and levels.made_at_once(first.valid.size):
        made.make_all(ctx)
    return replace(first, levels=made)


def _computed(
    cube: Cube, encoder: Encoder, spec: FeatureSpec, known: Sequence[BandTransform], key: str, store: Store | None,
    device: str, ctx: Context, guide: Guide | None = None,
) -> Features:  # fmt: skip
    """The features that a spec asks for, kept in the store where there is one; `guide` to the edges of a scene of which
    the cube is a part."""
    ctx.progress(0, 1, say("Preparing the cube"))
    blocks, columns = _blocks(cube, encoder, spec, known, ctx)

    def fill(array: NDArray[np.float16]) -> tuple[NDArray[np.bool_], dict[str, slice], Edges]:
        valid = fill_tiles(array, cube, encoder, spec, blocks, devices.choose(device), ctx)
        edges = scene_edges(cube, valid, encoder.spec.seed, ctx) if guide is None else guide.edges(cube, valid, ctx)
        pool(array, edges, _poolings(spec, blocks, columns), ctx)
        return valid, columns, edges

    shape = (cube.rows, cube.cols, _width_of(columns))
    disk.require_held(cube.name, None if store is None else store.folder, math.prod(shape) * disk.FEATURE_BYTES)
    return _made(store, shape, key, fill, ctx)


def embed_part(
    part: Cube, encoder: Encoder, known: Sequence[BandTransform], guide: Guide | None, ctx: Context, *,
    device: str = "auto",
) -> Features:  # fmt: skip
    """The features, in memory, of every pixel of a part of a scene, or those of its first level of context. Right but
    for a border as wide as the recipe looks.

    Args:
        part: in the bands of the run.
        known: the transforms of `context_features.context_transforms`: nothing is fitted to the part.
        guide: to the edges of the scene; None where the features need none.

    Returns:
        Of mean 0 and deviation 1, whatever they are: their scene knows those.
    """
    spec = encoder.recipe.base
    blocks, columns = _blocks(part, encoder, spec, known, ctx)
    array = np.empty((part.rows, part.cols, _width_of(columns)), dtype=np.float16)
    valid = fill_tiles(array, part, encoder, spec, blocks, devices.choose(device), ctx)
    edges = None if guide is None else guide.edges(part, valid, ctx)
    if edges is not None:
        pool(array, edges, _poolings(spec, blocks, columns), ctx)
    width = array.shape[2]
    plain = np.zeros(width, dtype=np.float32), np.ones(width, dtype=np.float32)
    return _described(Features(array, valid, *plain, columns=columns, edges=edges), encoder)


def embed_windows(
    part: Cube, encoder: Encoder, known: Sequence[BandTransform], guide: Guide | None, ctx: Context, folder: Path, *,
    device: str = "auto",
) -> Features:  # fmt: skip
    """The features of windows of a scene that were put together, with all levels of context, in their own mean and
    deviation. Right but for a border of each as wide as the recipe looks.

    Args:
        part: in the bands of the run.
        known: the transforms of `context_features.context_transforms`, of the whole scene.
        guide: to the edges of the scene; None for those of the windows.
        folder: where they lie; they are of use only as long as it is there.

    Raises:
        HsiError: the windows have no data, or neither disk nor memory can hold the features.
    """
    spec, key = encoder.recipe.base, "windows"
    first = _computed(part, encoder, spec, known, key, Store(folder, key), device, ctx, guide)
    first = _described(first, encoder)
    return first if not encoder.recipe.levels else replace(first, levels=_levels(first, part, encoder, folder, None))


def _blocks(
    cube: Cube, encoder: Encoder, spec: FeatureSpec, known: Sequence[BandTransform], ctx: Context
) -> tuple[tuple[FeatureBlock, ...], dict[str, slice]]:  # fmt: skip
    """The blocks beside the encoder's, and where all of them stand."""
    blocks = context_blocks(cube, spec, (*known, encoder.transform), encoder.spec.seed, ctx)
    return blocks, _places({ENCODER: encoder_width(encoder, spec), **{block.name: block.width for block in blocks}})


def _width_of(columns: Mapping[str, slice]) -> int:
    return max((int(place.stop) for place in columns.values()), default=0)


def _made(
    store: Store | None, shape: tuple[int, int, int], key: str,
    fill: Callable[[NDArray[np.float16]], tuple[NDArray[np.bool_], dict[str, slice], Edges]], ctx: Context,
) -> Features:  # fmt: skip
    """Features (of the shape rows x cols x features) that `fill` computes into an array, kept in the store where there
    is one; it gives back where there is data, where the blocks stand, and the edges. Nothing is left of what fails."""
    array, store = _new_array(store, shape, ctx)
    try:
        valid, columns, edges = fill(array)
        if store is not None:
            try:
                return store.keep(array, valid, columns, edges, ctx)
            except (HsiError, OSError) as error:  # what was computed is worth more than its file
                ctx.warn(_in_memory(array.nbytes, error))
                array = np.array(array)
                store.discard()
    except BaseException:
        del array
        if store is not None:
            store.discard()
        raise
    return finished(array, valid, key, columns, edges)


def _in_memory(size: int, error: HsiError | OSError) -> str:
    why = error.message if isinstance(error, HsiError) else as_sentence(f"{error.strerror or error}")
    return say("The features ({size}) stay in memory: {why}", size=size_text(size), why=why)


class _Aside:
    """A folder for features that nobody asked to keep; it goes with the last who holds this."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="hsigui-features-"))
        self._removed = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def _aside(cube: Cube, encoder: Encoder) -> _Aside | None:
    """A folder for the features of a scene that a limit of memory leaves no room for; None where they fit.

    Raises:
        HsiError: it cannot be made.
    """
    size = disk.of_features(
        [cube.rows * cube.cols], encoder.width, len(encoder.transform.good), encoder.recipe
    )  # fmt: skip
    if size.first + size.later <= working_memory.within(size.first + size.later, 0.2, 1):
        return None
    try:
        return _Aside()
    except OSError as error:
        raise HsiError(
            say("There is no room for the features: {strerror}.", strerror=error.strerror or error),
            say("Is the disk full? The variable TMPDIR names another folder."),
        ) from error


def _levels(
    first: Features, cube: Cube, encoder: Encoder, folder: Path | None, aside: _Aside | None
) -> levels.LevelSet:
    """What makes the levels of context from the features of the first one, and finds them where they are kept."""

    def make(level: Level, asked: Context, held: _Aside | None = aside) -> Features:
        del held  # as long as levels can be asked for, their folder is there
        if level.features == encoder.recipe.base:
            return first
        store = None if folder is None else Store(folder, first.key, level.name)
        found = None if store is None else store.load(first.shape, asked)
        if found is None:
            asked.progress(0, 1, say("Preparing the context “{name}”", name=context_in_words(level.name)))
            shape = (*first.shape, levels.width(level.features, first))
            found = _made(store, shape, first.key, lambda array: fill(array, level, asked), asked)
        return _described(found, encoder)

    def fill(
        array: NDArray[np.float16], level: Level, asked: Context
    ) -> tuple[NDArray[np.bool_], dict[str, slice], Edges]:
        assert first.edges is not None
        return first.valid, levels.fill(array, first, level.features, asked), first.edges

    def find(asked: Context) -> NDArray[np.int32]:
        kept = None if folder is None else Superpixels(folder, first.key)
        found = None if kept is None else kept.load(first.shape, asked)
        if found is None:
            asked.progress(0, 1, say("Finding superpixels"))
            found = segment_cube(cube, check=asked.check).labels
            if kept is not None:
                kept.keep(found, asked.warn)
        return found

    return levels.LevelSet(encoder.recipe.levels, make, find)


def _places(widths: Mapping[str, int]) -> dict[str, slice]:
    """Where blocks of these widths stand when put one after the other; those of no width are left out."""
    places, start = {}, 0
    for name, width in widths.items():
        if width:
            places[name] = slice(start, start + width)
        start += width
    return places


def _poolings(spec: FeatureSpec, blocks: Sequence[FeatureBlock], columns: Mapping[str, slice]) -> list[Pooling]:
    """Which columns the recipe wants smoothed up to the borders of fields."""
    found = [
        Pooling(columns[block.name], COMPONENT_REACH, block.tolerance)
        for block in blocks
        if isinstance(block, EdgeAwareComponents)
    ]
    if spec.pooled and ENCODER in columns:
        found.append(Pooling(columns[ENCODER], ENCODER_REACH, spec.pooled))
    return found


def _described(features: Features, encoder: Encoder) -> Features:
    """The features with what the encoder knows of them."""
    there = encoder.recipe.features.encoder
    return replace(
        features,
        variants=encoder.network.variants if there else (),
        branches=encoder.network.branches if there else (),
        synthesise=getattr(encoder.network, "synthesise", None) if there else None,
        recipe=encoder.recipe,
    )


def _key(
    cube: Cube, identity: str, encoder: Encoder, spec: FeatureSpec, known: Sequence[BandTransform], *, matched: bool
) -> str:
    """Changes with the cube, the encoder's weights and all transforms, and the recipe of its features."""
    digest = hashlib.sha256(identity.encode())
    if cube.path is not None and cube.rows * cube.cols * cube.bands > HASHED_WHOLE and cube.path.exists():
        # The fingerprint of a large cube does not read all of it.
        digest.update(repr((cube.path.stat().st_size, cube.path.stat().st_mtime_ns)).encode())
    for name, tensor in sorted(encoder.network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().numpy().tobytes())
    if encoder.balance is not None:
        digest.update(encoder.balance.matrix.tobytes())
    for transform in (encoder.transform, *known):
        for name, numbers in sorted(transform.to_arrays().items()):
            digest.update(name.encode())
            digest.update(np.ascontiguousarray(numbers).tobytes())
    if encoder.bands:  # they decide how the cube is resampled, and the fingerprint is of its values alone
        digest.update(json.dumps([encoder.bands["wavelengths_nm"], cube.info.wavelengths]).encode())
    elif matched:
        digest.update(json.dumps(["nearest", bands_of(encoder).centres, cube.info.wavelengths]).encode())
    wanted = as_first_written(spec.to_json())
    if encoder.recipe.levels:
        wanted = {"levels": encoder.recipe.to_json()["levels"]}
    digest.update(json.dumps([FORMAT, encoder.spec.seed, wanted]).encode())
    return digest.hexdigest()[:32]


def _new_array(
    store: Store | None, shape: tuple[int, int, int], ctx: Context
) -> tuple[NDArray[np.float16], Store | None]:
    """An empty array, on disk where that is possible, else in memory; and the store if it is on disk."""
    if store is not None:
        try:
            return store.create(shape), store
        except OSError as error:
            size = math.prod(shape) * disk.FEATURE_BYTES
            if not disk.holds(None, size):
                raise disk.HeldNowhere(
                    say("There is no room for the features: {strerror}.", strerror=error.strerror or error),
                    say("Make room on the disk: they take {size}.", size=size_text(size)),
                ) from error
            ctx.warn(_in_memory(size, error))
    return np.empty(shape, dtype=np.float16), None
