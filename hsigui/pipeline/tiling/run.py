"""Making the tiles of a map by the workers of an engine, as far as they are not there. Loads no torch."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui import saving
from hsigui.claims import Claim, Claims
from hsigui.errors import HsiError
from hsigui.jobs import Context, Relay
from hsigui.pipeline.executors.seam import Executor, each_tried_again, require_value
from hsigui.pipeline.tiling.grid import Grid, Tile
from hsigui.pipeline.tiling.order import Drawing, TileOrder, TileOutcome, pack
from hsigui.pipeline.tiling.store import TileStore
from hsigui.texts import say, say_number

PLAN, CLAIM, ASKED = "plan.json", "claim", "asked.json"  # the last: how to go on with it, see `pending`

Hear = Callable[[Tile], None]  # of each tile that is finished


@dataclass(frozen=True)
class Made:
    """What was done for the tiles of a map.

    Attributes:
        tiles: how many there are.
        found: how many of them an earlier call had finished.
        resident: the most memory that a worker had in use, in bytes; 0 where that is not known.
        workers: who did it, in words; empty for this process alone.
    """

    tiles: int
    found: int
    resident: int = 0
    workers: str = ""


def make_tiles(
    drawing: Drawing, grid: Grid, executor: Executor, ctx: Context, masked_out: NDArray[np.bool_] | None = None,
    hear: Hear | None = None,
) -> Made:  # fmt: skip
    """Makes the tiles that are missing. Those that are finished stay, whatever happens to the others.

    Args:
        masked_out: pixels that masks take out of the map, rows x cols of the scene; None for none.
        hear: is told of each finished tile, those of an earlier call first; what it raises ends the work.

    Raises:
        HsiError: a tile cannot be made, or the workers are lost.
        Cancelled: through the context.
    """
    store = TileStore(drawing.folder)
    if hear is not None:
        _tell_of_earlier(grid, store, hear, ctx)
    orders = [
        TileOrder(drawing, tile, b"" if masked_out is None else _packed(masked_out, tile.window))
        for tile in grid
        if not store.has(tile)
    ]
    found = len(grid) - len(orders)
    if found:
        ctx.warn(say_number("{count} tile is there from an earlier call and is kept.",
                            "{count} tiles are there from an earlier call and are kept.", found))  # fmt: skip
    if not orders:
        return Made(len(grid), found)
    told, resident = _Told(ctx, found, len(grid)), 0
    for ended in each_tried_again(executor, _make, orders, told.of):
        outcome = require_value(ended)
        resident = max(resident, outcome.resident)
        told.ended(ended.number)
        if hear is not None:
            hear(orders[ended.number].tile)
    return Made(len(grid), found, resident, executor.title)


def _tell_of_earlier(grid: Grid, store: TileStore, hear: Hear, ctx: Context) -> None:
    for tile in grid:
        ctx.check()
        if store.has(tile):
            try:
                hear(tile)
            except HsiError as error:  # it was damaged, and the store has taken it away: it is made again
                ctx.warn(error.message)


def _make(order: TileOrder, ctx: Context) -> TileOutcome:
    from hsigui.pipeline.tiling import tile  # loads torch, in the worker

    return tile.make(order, ctx)


def _packed(masked_out: NDArray[np.bool_], window: tuple[int, int, int, int]) -> bytes:
    top, left, bottom, right = window
    return pack(masked_out[top:bottom, left:right])


class _Told:
    """Progress of all tiles in one: those that are done and the parts of those in work."""

    def __init__(self, ctx: Context, done: int, total: int) -> None:
        self._ctx, self._done, self._total = ctx, done, total
        self._parts: dict[int, float] = {}

    def of(self, number: int) -> _OfTile:
        return _OfTile(self._ctx, lambda part: self._tell(number, part))

    def ended(self, number: int) -> None:
        self._parts.pop(number, None)
        self._done += 1
        self._say()

    def _tell(self, number: int, part: float) -> None:
        self._parts[number] = max(part, self._parts.get(number, 0.0))
        self._say()

    def _say(self) -> None:
        done = self._done + sum(self._parts.values())
        self._ctx.progress(done, self._total, say("{done} of {total} tiles", done=self._done, total=self._total))


class _OfTile(Relay):
    """The context of one tile: its progress is a part of the whole's."""

    def __init__(self, ctx: Context, tell: Callable[[float], None]) -> None:
        super().__init__(ctx)
        self._tell = tell

    def progress(self, done: float, total: float, text: str = "") -> None:
        del text  # of one tile among hundreds
        self.check()
        self._tell(min(0.99, done / total) if total else 0.0)


@contextmanager
def work_folder(out: Path, key: str, claims: Claims | None = None) -> Iterator[Path]:
    """The folder beside a map in which its tiles lie until the map is written; then whoever has it takes it away.

    Tiles of another map of that name, or of the same scene before it was changed, are taken away: they are of no use.

    Args:
        key: of the map.

    Raises:
        HsiError: another call is at this map, or the folder cannot be written.
    """
    folder = folder_of(out)
    with _claimed(out, claims):
        with _told_of(folder):
            if _key_of(folder) != key:
                _clear(folder)
                saving.write_bytes(folder / PLAN, json.dumps({"format": "hsigui-tiles", "key": key}).encode())
        try:
            yield folder
        finally:
            if not tiles_in(folder):  # nothing to go on from
                take_away(folder)


def require_free(out: Path) -> None:
    """Does nothing where nobody is at work on a map.

    Raises:
        HsiError: another call is, or its folder cannot be written.
    """
    if folder_of(out).is_dir():
        _claimed(out, None).release()


def _claimed(out: Path, claims: Claims | None) -> Claim:
    folder = folder_of(out)
    with _told_of(folder):
        folder.mkdir(parents=True, exist_ok=True)
        claim = (claims or Claims()).take(folder / CLAIM)
    if not isinstance(claim, Claim):
        raise HsiError(
            say("{path} is in work by {owner}.", path=out, owner=claim),
            say("Wait for it, or choose another name. Of a process that is no more, try again in a minute."),
        )
    return claim


@contextmanager
def _told_of(folder: Path) -> Iterator[None]:
    """Turns what the system says of a folder that cannot be written into an HsiError."""
    try:
        yield
    except OSError as error:
        raise HsiError(
            say("{folder} cannot be written: {reason}.", folder=folder, reason=error.strerror or error),
            saving.what_to_do(folder, error),
        ) from error


def tiles_in(folder: Path) -> list[Path]:
    """The files of the finished tiles there."""
    return sorted(folder.glob("tile-*.npz"))


def folder_of(out: Path) -> Path:
    """Where the tiles of a map lie until it is written."""
    return out.with_name(f"{out.name}.tiles")


def take_away(folder: Path) -> None:
    """Removes the tiles of a map that is written; nothing that is not theirs. What cannot be removed stays."""
    try:
        _clear(folder)
        for name in (PLAN, ASKED):
            (folder / name).unlink(missing_ok=True)
        (folder / CLAIM).unlink(missing_ok=True)
        folder.rmdir()
    except OSError:  # a file of somebody else lies there, or is held open: it does no harm
        return


def _clear(folder: Path) -> None:
    for path in tiles_in(folder):
        path.unlink(missing_ok=True)
    for path in folder.glob(".tile-*-part*"):  # of workers that were killed while they wrote
        path.unlink(missing_ok=True)


def _key_of(folder: Path) -> str:
    try:
        return str(json.loads((folder / PLAN).read_bytes())["key"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
