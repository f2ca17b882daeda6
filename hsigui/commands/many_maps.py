"""Maps of many cubes by a kept classifier: by this process, by several, or by an engine."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from hsigui import api
from hsigui.commands.console import run_with_progress
from hsigui.commands.one_map import LAYERS, asked_of, command_of, filters, mapped, write
from hsigui.commands.outputs import check_folder, check_outputs, kept_from_others
from hsigui.commands.reading import reading
from hsigui.commands.workers import without_what_is_of_this_process, workers_of
from hsigui.cube import outside
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.pipeline import batch, fitting, kept_probe
from hsigui.pipeline.executors.processes import Processes
from hsigui.pipeline.executors.seam import Executor
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.one_cube import Order
from hsigui.pipeline.outcomes import FAILED, MADE, CubeOutcome
from hsigui.pipeline.values import KeptClassifier
from hsigui.report.map_options import MapOptions
from hsigui.report.table import map_suffixes
from hsigui.texts import say

TABLE = "outcomes.csv"


@dataclass(frozen=True)
class MapMaker:
    """Makes the map of an order as the options say; can be sent to other processes.

    Attributes:
        options: of `hsigui classify`, without what belongs to the process that read them.
        run: the identity of the run with its classifier.
    """

    options: argparse.Namespace
    run: str

    def __call__(self, order: Order, ctx: Context) -> CubeOutcome:
        """What became of the cube.

        Raises:
            HsiError: the cube or the run cannot be read, or the map not be written.
        """
        outside.allow_as_needed(getattr(self.options, "outside_files", False))
        with kept_from_others(self.options.overwrite, order.map):
            result = mapped(order.cube, _kept(self.options.run_folder, self.run), self.options, order.map, ctx)
            write(result, self.options, order.map, order.command)
        count, classes = int(np.count_nonzero(result.array)), len(np.unique(result.array[result.array > 0]))
        told = result.notes if result.brought is None else (*result.notes, *result.brought.words)
        said, size = " ".join(told), result.cube.shape
        return CubeOutcome(str(order.cube), MADE, str(order.map), *size, count, classes, message=said)


@dataclass(frozen=True)
class ClassifierReader:
    """Reads the classifier where the maps will be made; can be sent to other processes.

    Attributes:
        run: the identity of the run with its classifier.
    """

    run: str

    def __call__(self, folder: Path, ctx: Context) -> bool:
        """True: it is read, and kept for the maps.

        Raises:
            HsiError: it cannot be.
        """
        ctx.progress(0, 1)
        _kept(folder, self.run)
        return True


@lru_cache(maxsize=1)
def _kept(folder: Path, run: str) -> KeptClassifier:
    """The classifier of a run, read once by each process: it serves many cubes."""
    del run
    return api.load_classifier(folder)


def map_many(arguments: argparse.Namespace, cubes: tuple[Path, ...]) -> None:
    """Maps of many cubes, a table of what became of each, and what failed as one error at the end.

    Raises:
        HsiError: options do not go together, a file cannot be written, or a cube failed.
    """
    if given := [name for name in ("out", *LAYERS) if getattr(arguments, name) is not None]:
        raise HsiError(
            say("--{first_given} is for one cube.", first_given=given[0]), say("Maps of several go to --out-dir.")
        )
    maps = map_suffixes()
    if arguments.format not in maps:
        raise HsiError(
            say("Maps cannot be written as {format}.", format=arguments.format),
            say("Choose one of {maps}.", maps=", ".join(maps)),
        )
    settings = _settings(arguments)
    check_folder(arguments.out_dir)
    wanted = batch.orders(cubes, arguments.out_dir, arguments.format)  # of all, so that every shard names them alike
    if arguments.shard is not None:
        number, count = arguments.shard
        wanted = wanted[number - 1 :: count]
    wanted = tuple(replace(order, command=command_of(arguments, order.cube, order.map)) for order in wanted)
    table = arguments.table or arguments.out_dir / TABLE
    check_outputs(list(cubes), [(table, (".csv",)), *((order.map, maps) for order in wanted)], replaces=False)
    run = kept_probe.identity(arguments.run_folder)
    maker = MapMaker(without_what_is_of_this_process(arguments), run)
    executor = workers_of(arguments, len(wanted), lambda: _needs(wanted, arguments))

    def work(ctx: Context) -> tuple[CubeOutcome, ...]:
        with executor:
            _refuse_unreadable(executor, arguments.run_folder, run, len(wanted), ctx)
            return batch.run(wanted, maker, settings, table, ctx, executor=executor)

    outcomes = run_with_progress(work, say("Loading PyTorch"))
    _print_table(outcomes, table)
    if failed := [line for line in outcomes if line.outcome == FAILED]:
        raise HsiError(
            say(
                "{count} of {outcomes_count} cubes failed: {failed}.",
                count=len(failed),
                outcomes_count=len(outcomes),
                failed=", ".join(Path(line.cube).name for line in failed),
            ),
            say("The reasons are in {table}; the same command makes only these again.", table=table),
        )


def _refuse_unreadable(executor: Executor, folder: Path, run: str, pieces: int, ctx: Context) -> None:
    """Refuses a classifier that cannot be read now rather than for each cube.

    Raises:
        HsiError: it cannot be read.
    """
    if isinstance(executor, Serial):
        _kept(folder, run)
    elif isinstance(executor, Processes):
        # They begin all at once, and this process, which makes no map, loads nothing of what they need.
        for _ in executor.map(ClassifierReader(run), [folder] * min(executor.count, pieces), lambda _: ctx):
            pass
    else:
        kept_probe.load(folder)


def _needs(wanted: Sequence[Order], arguments: argparse.Namespace) -> list[int]:
    """Bytes that each map takes; of those that cannot be opened none, which is told when they are made."""
    needs = []
    for order in wanted:
        with suppress(HsiError, OSError):
            needs.append(fitting.of_map(*api.open(order.cube, **reading(arguments)).shape))
    return needs


def _settings(arguments: argparse.Namespace) -> str:
    """All that the maps depend on besides the cubes; the classifier that the run keeps included.

    Raises:
        HsiError: the run keeps none, or a value is out of range.
    """
    asked = asked_of(arguments)
    run, read = kept_probe.identity(arguments.run_folder), {k: str(v) for k, v in reading(arguments).items()}
    chosen, options = dict(filters(arguments).words), dataclasses.asdict(MapOptions(cloud=arguments.cog))
    masks = [each for each in (arguments.masks, arguments.masks_of_scenes) if each]
    return json.dumps([run, asked, chosen, options, read, *masks])


def _print_table(outcomes: tuple[CubeOutcome, ...], table: Path) -> None:
    width = max(len(Path(line.cube).name) for line in outcomes)
    print(
        say(
            "{cube:{width}}  {outcome:9}  {pixels:>10}  {seconds:>7}  map, or why not",
            cube=say("cube"),
            width=width,
            outcome=say("outcome"),
            pixels=say("pixels"),
            seconds=say("seconds"),
        )
    )
    for line in outcomes:
        pixels, seconds = (str(line.pixels), f"{line.seconds:.1f}") if line.outcome != FAILED else ("", "")
        what = line.message if line.outcome == FAILED else line.map
        print(f"{Path(line.cube).name:{width}}  {line.outcome:9}  {pixels:>10}  {seconds:>7}  {what}")
    print(say("Table: {table}", table=table))
