"""Maps of scenes of any size, a tile at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hsigui.api.given import PathLike
from hsigui.api.masking import MasksLike, seen_by
from hsigui.cube import working_memory
from hsigui.jobs import Context, quiet
from hsigui.masks.using import MAP
from hsigui.pipeline import verbs
from hsigui.pipeline.executors import table
from hsigui.pipeline.executors.seam import Executor, Workers
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.tiling.mapping import TiledMap, TilesWish, map_by_tiles
from hsigui.pipeline.tiling.order import SceneFile
from hsigui.specs import MapSpec


def classify_by_tiles(
    scene: PathLike | SceneFile, run: PathLike, out: PathLike, *, tile: int | None = None, jobs: int = 1,
    scheduler: str = "", confidence: PathLike | None = None, entropy: PathLike | None = None,
    probabilities: PathLike | None = None, smooth: float | None = None, edges: float | None = None,
    context: str | None = None, mask: MasksLike = None, device: str = "auto", cloud: bool = False,
    workers: Callable[[int, int], Executor] | None = None, command: Callable[[int], str] | None = None,
    ctx: Context | None = None,
) -> TiledMap:  # fmt: skip
    """Classifies a scene of any size by the classifier that a run keeps, and writes the map: tiles with a border around
    them are the pieces of work, and no process holds more than one. `memory_limit` bounds each process.

    The map is the same bit for bit whoever makes its tiles, and however many at once. That of `classify` it equals but
    for what lies further away than the border, which the record tells: pixels of a level of context that is averaged up
    to edges may differ. Tiles lie in a folder `OUT.tiles` until the map is written. After an interruption the same call
    makes those that are missing.

    Args:
        scene: its file; a `SceneFile` says how it is read, such as `SceneFile(path, variable="reflectance")`.
        run: folder with a kept classifier.
        out: .tif, .hdr (ENVI) or .zarr.
        tile: side of a tile in pixels; None for one that suits the limit of memory, or 512.
        jobs: how many processes of this machine make tiles; 1 for this one.
        scheduler: an engine and its address instead, such as "dask" or "dask:tcp://host:8786". Its workers reach scene,
            run and output by the same paths.
        confidence, entropy, probabilities: also write these layers, in the same formats.
        smooth, edges, context, mask, device: as of `classify`.
        cloud: GeoTIFF: cloud-optimised.
        workers: gives who works instead, of the number of tiles and of the bytes that each takes.
        command: for the record: the command line that makes the map, of the side of the tiles.

    Returns:
        `TiledMap`: `files`, `counts` (pixels of each class), `classes`, `shape`, `side` and `border` of the tiles,
        `made` and `record`.

    Raises:
        HsiError: a number is out of range, scene and classifier do not go together, the run's features are of
            superpixels, a tile does not fit into the memory, the workers are lost, or a file cannot be read or written.
    """
    file = scene if isinstance(scene, SceneFile) else SceneFile(Path(scene).expanduser())
    classifier = verbs.load_classifier(Path(run))
    own = classifier.kept.map_spec
    spec = MapSpec(
        own.smooth if smooth is None else smooth,
        own.edges if edges is None else edges,
        own.context if context is None else context,
    )
    layers = {"confidence": confidence, "entropy": entropy, "probabilities": probabilities}
    given = {name: Path(path) for name, path in layers.items() if path is not None}
    memory = working_memory.limit()
    wish = TilesWish(Path(out), given, spec, tile, memory, device, cloud, command)

    def chosen(tiles: int, each: int) -> Executor:
        del tiles, each
        if not scheduler and jobs == 1:
            return Serial()
        return table.started(scheduler or "processes", Workers(None if scheduler and jobs == 1 else jobs, 1, memory))

    cube = seen_by(file.open(), mask, MAP)
    return map_by_tiles(file, cube, classifier, wish, workers or chosen, ctx or quiet())
