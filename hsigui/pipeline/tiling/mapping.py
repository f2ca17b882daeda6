"""The map of one scene tile by tile, from its file to the file of the map: planned, made by workers, put together.

Tiles lie in a folder beside the map until it is written. Whatever ends the work before that, they stay there, and the
next call for the same map makes those that are missing. Put together by this process alone, in strips.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import __version__
from hsigui.cube.cube import Cube
from hsigui.cube.formats.table import reader_of
from hsigui.cube.masked import set_aside
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable
from hsigui.pipeline import provenance, verbs
from hsigui.pipeline.classify import ClassMap
from hsigui.pipeline.executors.seam import Executor
from hsigui.pipeline.influence import levels_of
from hsigui.pipeline.provenance import Provenance
from hsigui.pipeline.repeating import command_lines, lines_with
from hsigui.pipeline.result import Result
from hsigui.pipeline.tiling import reach
from hsigui.pipeline.tiling.grid import Grid
from hsigui.pipeline.tiling.guide import guide_of
from hsigui.pipeline.tiling.order import CLASSES, LAYERS, Drawing, SceneFile, probability_of
from hsigui.pipeline.tiling.run import Hear, Made, make_tiles, take_away, work_folder
from hsigui.pipeline.tiling.store import TileStore
from hsigui.pipeline.values import KeptClassifier
from hsigui.report.strips import SUFFIXES, ZARR, LayerSum, Strips
from hsigui.specs import FeatureSpec, MapSpec
from hsigui.texts import say

FORMAT = 1  # of tiles: those of another are made anew

Engine = Callable[[int, int], AbstractContextManager[Executor]]  # of how many tiles, and the bytes that each takes
Watch = Callable[[Grid, TileStore], Hear]


@dataclass(frozen=True)
class TilesWish:
    """What map is asked for.

    Attributes:
        out: its file; the suffix is one of `report.strip_writers.SUFFIXES`.
        layers: name of a layer -> its file.
        spec: how it is drawn; None as the classifier was fitted for.
        side: of a tile in pixels; None for one that suits `memory`.
        memory: bytes that a worker may take; None for no limit.
        cloud: GeoTIFF: cloud-optimised.
        command: the command line that asked for it, given the side of a tile; None where no command did.
    """

    out: Path
    layers: Mapping[str, Path] = field(default_factory=dict)
    spec: MapSpec | None = None
    side: int | None = None
    memory: int | None = None
    device: str = "auto"
    cloud: bool = False
    command: Callable[[int], str] | None = None


@dataclass(frozen=True)
class TiledMap:
    """A map that was made tile by tile.

    Attributes:
        files: all that were written, the map first.
        shape: rows and columns.
        classes: names and colours.
        counts: number of a class -> its pixels; 0 for those without a class.
        side, border: of a tile, and of what is read around it, in pixels.
        made: what was done for it.
        record: how it came to be.
    """

    files: tuple[Path, ...]
    shape: tuple[int, int]
    classes: ClassTable
    counts: Mapping[int, int]
    side: int
    border: int
    made: Made
    record: Provenance


def map_by_tiles(
    scene: SceneFile, cube: Cube, classifier: KeptClassifier, wish: TilesWish, engine: Engine, ctx: Context,
    watch: Watch | None = None,
) -> TiledMap:  # fmt: skip
    """Makes the map of a scene by a kept classifier and writes it.

    Args:
        scene: the file, which every worker reads.
        cube: the same as it was opened, without the pixels that masks take out.
        engine: gives who works, in a `with`.
        watch: is told how the scene is cut and where its tiles lie before the first is made, and gives back what is
            told of each finished tile.

    Raises:
        HsiError: scene and classifier do not go together, the recipe is of the whole scene, a tile does not fit into
            the memory, the workers are lost, a file cannot be read or written, or the scene was changed meanwhile.
        Cancelled: through the context; finished tiles stay.
    """
    started = time.perf_counter()
    _require_writable(wish)
    _require_local(classifier.encoder.recipe.base)
    task = _Task.of(scene, cube, classifier, wish, ctx)
    with work_folder(wish.out, task.key) as folder:
        drawing = task.drawing(folder, ctx)
        hear = None if watch is None else watch(task.grid, TileStore(folder))
        with engine(len(task.grid), task.bytes_each) as executor:
            made = make_tiles(drawing, task.grid, executor, ctx, set_aside(cube), hear)
        task.require_unchanged()
        seconds = {"tiles": time.perf_counter() - started}
        written = _Written(task, TileStore(folder), made, seconds, ctx)
        found = written.all()
        take_away(folder)
    return found


@dataclass(frozen=True)
class _Task:
    """A map that is to be made: what is known before its first tile."""

    scene: SceneFile
    cube: Cube
    classifier: KeptClassifier
    wish: TilesWish
    spec: MapSpec
    grid: Grid
    key: str
    bytes_each: int
    brought: Any

    @classmethod
    def of(
        cls, scene: SceneFile, cube: Cube, classifier: KeptClassifier, wish: TilesWish, ctx: Context
    ) -> _Task:  # fmt: skip
        encoder, kept = classifier.encoder, classifier.kept
        spec = wish.spec or kept.map_spec
        brought = verbs.bring(cube, encoder, kept.transforms, ctx)
        halo = max(encoder.network.halo, encoder.network.patch // 2)
        border = reach.border_of(encoder.recipe, halo, spec, kept.probe)
        features, classes = 2 * len(kept.mean), len(kept.probe.numbers)
        side = wish.side or reach.side_for(wish.memory, border, features, classes)
        grid = Grid(cube.rows, cube.cols, side, border)
        key = _key(scene, cube, classifier, spec, grid, wish)
        each = reach.bytes_for(side, border, features, classes)
        return cls(scene, cube, classifier, wish, spec, grid, key, each, brought)

    def drawing(self, folder: Path, ctx: Context) -> Drawing:
        """How each tile is made."""
        encoder, kept = self.classifier.encoder, self.classifier.kept
        levels = levels_of(encoder.recipe, self.spec, kept.probe)
        guide = None
        if any(reach.needs_edges(level, self.spec) for level in levels) or _pools(encoder.recipe.base):
            guide = guide_of(self.seen, encoder.spec.seed, ctx)
        layers = tuple(name for name in LAYERS if name in self.wish.layers)
        return Drawing(
            self.scene, self.classifier.folder.resolve(), folder.resolve(), self.spec, self.wish.device, layers, guide,
            self.key,
        )  # fmt: skip

    @property
    def seen(self) -> Cube:
        """The scene in the bands of the run."""
        return self.cube if self.brought is None else self.brought.cube

    def require_unchanged(self) -> None:
        """Refuses a scene whose file is not what it was when the first tile was made.

        Raises:
            HsiError: it is not.
        """
        if _key(self.scene, self.cube, self.classifier, self.spec, self.grid, self.wish) != self.key:
            raise HsiError(
                say("{name} or the run was changed while its map was made.", name=self.cube.name),
                say("Give the same command again: the map is made anew."),
            )

    def result(self, seconds: Mapping[str, float]) -> Result:
        """The map for whoever describes it; its pixels, which are on the disk, are not looked at for that."""
        shape = (self.cube.rows, self.cube.cols)
        none = np.broadcast_to(np.float32(np.nan), shape)
        pixels = ClassMap(np.broadcast_to(np.uint16(0), shape), none, none, none)
        kept = self.classifier.kept
        return Result(
            self.cube, pixels, kept.classes, None, self.spec, self.classifier.encoder, kept.probe,
            np.broadcast_to(np.True_, shape), kept=kept, seconds=seconds, run_folder=self.classifier.folder,
            brought=self.brought, notes=self.cube.info.notes,
        )  # fmt: skip


@dataclass(frozen=True)
class _Written:
    """Puts the tiles of a map together."""

    task: _Task
    store: TileStore
    made: Made
    seconds: Mapping[str, float]
    ctx: Context

    def all(self) -> TiledMap:
        """Writes the map, its layers and its record."""
        from hsigui.report.strip_writers import write_layer_strips, write_map_strips  # rasterio is slow to load

        task, wish = self.task, self.task.wish
        geo, kept = task.cube.geo, task.classifier.kept
        classes = kept.classes.merged_with(kept.probe.numbers.tolist())
        strips = self._strips(CLASSES, np.dtype(np.uint16), say("Writing {name}…", name=wish.out.name))
        files, tally = write_map_strips(
            wish.out, strips, classes, geo, self.ctx.check, title=task.cube.name, cloud=wish.cloud
        )
        record = self._record()
        for name, path in wish.layers.items():
            layers, names, total = self._layers(name, path)
            files += write_layer_strips(path, layers, names, geo, self.ctx.check, cloud=wish.cloud)
            if total is not None and name == "confidence":
                record = dataclasses.replace(record, confidence=str(path.resolve()), confidence_sha256=total.sha256)
        files.append(provenance.save_of(record, wish.out, tally.sha256))
        counts = {int(n): int(tally.counts[n]) for n in np.flatnonzero(tally.counts)}
        grid = task.grid
        return TiledMap(tuple(files), strips.shape, classes, counts, grid.side, grid.border, self.made, record)

    def _layers(self, name: str, path: Path) -> tuple[list[Strips], list[str], LayerSum | None]:
        """The strips of a layer, their names, and of a single one what sums it up as it passes."""
        kind, doing = np.dtype(np.float32), say("Writing {name}…", name=path.name)
        if name != "probabilities":
            strips = self._strips(name, kind, doing)
            total = LayerSum(strips.shape)
            return [strips.heard(total.take)], [name], total
        kept = self.task.classifier.kept
        names = [kept.classes.get(int(number)).name for number in kept.probe.numbers]
        return [self._strips(probability_of(n), kind, doing) for n in range(len(names))], names, None

    def _strips(self, name: str, dtype: np.dtype[Any], doing: str) -> Strips:
        """An array of the tiles, a row of tiles at a time."""
        grid = self.task.grid

        def each() -> Iterator[NDArray[Any]]:
            for row in range(grid.down):
                self.ctx.progress(row, grid.down, doing)
                yield np.concatenate([self.store.get(tile, name) for tile in grid.row(row)], axis=1)

        return Strips((grid.rows, grid.cols), dtype, each)

    def _record(self) -> Provenance:
        task, wish = self.task, self.task.wish
        result = task.result(self.seconds)
        files = result.label_files()
        record = result.record(files)
        lines = lines_with(result, wish.command(task.grid.side)) if wish.command else None
        if lines is None:
            lines = command_lines(result, record, files)
        tiles = {"side (pixels)": task.grid.side, "read around each (pixels)": task.grid.border}
        settings = {**record.settings, "Tiles": tiles}
        return dataclasses.replace(record, settings=settings, commands=lines)


def _require_writable(wish: TilesWish) -> None:
    """Refuses files, before any work is done, that cannot be written in the end.

    Raises:
        HsiError: one is of a format that is not written piece by piece, or something else stands in its place.
    """
    from hsigui.report.zarr_maps import is_ours

    for path in (wish.out, *wish.layers.values()):
        if path.suffix.lower() not in SUFFIXES:
            raise HsiError(
                say("A map that is made by tiles cannot be written as {suffix}.", suffix=path.suffix or path.name),
                say(
                    "End its name in one of {suffixes}; hsigui export makes others of it.", suffixes=", ".join(SUFFIXES)
                ),
            )
        if path.suffix.lower() in ZARR and path.exists() and not is_ours(path):
            raise HsiError(
                say("{path} is there already, and no zarr store of this program.", path=path),
                say("Choose another name, or remove it."),
            )
    if wish.side is not None and not reach.SMALLEST <= wish.side <= reach.LARGEST:
        raise HsiError(
            say("A tile cannot have a side of {side} pixels.", side=wish.side),
            say("Choose {least} to {most}.", least=reach.SMALLEST, most=reach.LARGEST),
        )


def _require_local(spec: FeatureSpec) -> None:
    """Refuses features that come of the whole scene.

    Raises:
        HsiError: the recipe has such.
    """
    if spec.superpixels:
        raise HsiError(
            say("The features of this run are of superpixels of the whole scene, which tiles do not know."),
            say("Leave out --tile, --jobs and --scheduler, or take a run of another recipe."),
        )


def _pools(spec: FeatureSpec) -> bool:
    """Whether what is computed from a scene first is averaged up to its edges already."""
    return bool(spec.edge_aware or (spec.encoder and spec.pooled))


def _key(
    scene: SceneFile, cube: Cube, classifier: KeptClassifier, spec: MapSpec, grid: Grid, wish: TilesWish
) -> str:  # fmt: skip
    """Changes with all that the pixels of the tiles depend on: the files of the scene by size and time."""
    from hsigui.pipeline import kept_probe  # loads scikit-learn

    digest = hashlib.sha256(
        repr((FORMAT, __version__, kept_probe.identity(classifier.folder), spec, grid, wish.device, scene.told(),
              sorted(wish.layers))).encode()
    )  # fmt: skip
    digest.update(repr((cube.info.address, cube.info.address_version)).encode())
    for path in [] if cube.info.address else _files_of(scene.path):
        about = path.stat()
        digest.update(repr((str(path.resolve()), about.st_size, about.st_mtime_ns)).encode())
    masked = set_aside(cube)
    if masked is not None:
        digest.update(np.packbits(masked).tobytes())
    return digest.hexdigest()


def _files_of(path: Path) -> list[Path]:
    """The files of a scene.

    Raises:
        HsiError: one is missing.
    """
    row = reader_of(path)
    files = [path] if row is None else list(row.files_of(path))
    if missing := next((each for each in files if not each.exists()), None):
        raise HsiError(say("{path} is not there any more.", path=missing), say("Is the drive still connected?"))
    return files
