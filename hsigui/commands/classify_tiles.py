"""What `hsigui classify --tile` does: the map of one scene of any size by the kept classifier, a tile at a time, by as
many workers as are asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hsigui import api
from hsigui.commands.canonical import canonical
from hsigui.commands.console import run_with_progress, tell
from hsigui.commands.mask import given_masks
from hsigui.commands.one_map import LAYERS, asked_of, filters
from hsigui.commands.outputs import check_outputs
from hsigui.commands.reading import reading
from hsigui.commands.without_effect import Need
from hsigui.commands.workers import workers_of
from hsigui.errors import HsiError
from hsigui.jobs import Cancelled, Context
from hsigui.masks.using import MAP
from hsigui.pipeline.executors.seam import Executor
from hsigui.pipeline.tiling.mapping import TiledMap
from hsigui.pipeline.tiling.order import SceneFile
from hsigui.pipeline.tiling.run import folder_of, tiles_in
from hsigui.report.strips import SUFFIXES
from hsigui.texts import say, say_number


def is_asked_for(arguments: argparse.Namespace) -> bool:
    """Whether the options ask for a map by tiles."""
    return any(getattr(arguments, name) is not None for name in ("tile", "jobs", "scheduler"))


def needs(arguments: argparse.Namespace) -> list[Need]:
    """What the options of workers and tiles need: many maps, or one by the kept classifier."""
    many, fits = arguments.out_dir is not None, arguments.labels is not None
    reason = say(
        "With --labels a map is made in one piece: classify a part of the scene with labels first, then all of it by "
        "the classifier that this keeps."
    )
    return [
        Need("tile", not many and not fits, reason if fits else say("--tile is of the one map of --out.")),
        Need("jobs", many or not fits, reason),
        Need("scheduler", many or not fits, reason),
    ]


def map_tiles(arguments: argparse.Namespace, path: Path) -> None:
    """The map of a scene by tiles. What is finished when it is interrupted is there for the next call.

    Raises:
        HsiError: options do not go together, a file cannot be read or written, or the workers are lost.
    """
    out: Path = arguments.out
    if filters(arguments).words:
        raise HsiError(
            say("Filters go over a whole map, and this one is made by tiles."),
            say("Leave them out, and filter the map with hsigui export."),
        )
    layers = {name: given for name in LAYERS if (given := getattr(arguments, name)) is not None}
    check_outputs([path], [(each, SUFFIXES) for each in (out, *layers.values())])
    asked: dict[str, Any] = asked_of(arguments)

    def command(side: int) -> str:
        """The command line that makes the same map."""
        # The side of the tiles, which the limit of memory has chosen, is all that is left of it in the map.
        return canonical(arguments, cubes=[path], tile=side, memory_limit=None)

    def engine(tiles: int, each: int) -> Executor:
        return workers_of(arguments, tiles, lambda: [each] * tiles)

    def work(ctx: Context) -> TiledMap:
        scene = SceneFile(path, **reading(arguments), outside_files=arguments.outside_files)
        masks = given_masks(arguments, scene.open(), MAP) if arguments.masks else None
        return api.classify_by_tiles(
            scene, arguments.run_folder, out, tile=arguments.tile, **asked, **layers, mask=masks,
            device=arguments.device, cloud=arguments.cog, workers=engine, command=command, ctx=ctx,
        )  # fmt: skip

    try:
        made = run_with_progress(work, say("Loading PyTorch"))
    except (KeyboardInterrupt, Cancelled):
        _tell_of_tiles(out)
        raise
    pixels = sum(count for number, count in made.counts.items() if number)
    of_classes = say_number("{count} class", "{count} classes", len([n for n in made.counts if n]))
    things = say_number("{count} pixel", "{count} pixels", pixels)
    tiles = say_number(
        "{count} tile of {side} pixels", "{count} tiles of {side} pixels", made.made.tiles, side=made.side
    )
    print(say("{pixels} of {classes}, {tiles} -> {out}", pixels=things, classes=of_classes, tiles=tiles, out=out))


def _tell_of_tiles(out: Path) -> None:
    folder = folder_of(out)
    count = len(tiles_in(folder))
    if count:
        tell(say_number("{count} finished tile stays in {folder}; the same command goes on from there",
                        "{count} finished tiles stay in {folder}; the same command goes on from there", count,
                        folder=folder))  # fmt: skip
