"""The map of one cube among many: what a worker does, from files alone. Loads no torch."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hsigui.claims import Claim, Owner
from hsigui.cube.formats.table import reader_of
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.jobs import Context
from hsigui.pipeline.outcomes import FAILED, UNCHANGED, CubeOutcome, Outcomes


@dataclass(frozen=True)
class Order:
    """A cube and the map that is to be made of it.

    Attributes:
        command: the command line that makes this map, kept with it.
    """

    cube: Path
    map: Path
    command: str = ""


Make = Callable[[Order, Context], CubeOutcome]


@dataclass(frozen=True)
class Piece:
    """An order as it is given to a worker.

    Attributes:
        key: changes with all that the map depends on, see `key_of`.
        before: what was known of the map when the whole began.
    """

    order: Order
    key: str
    before: CubeOutcome | None


@dataclass(frozen=True)
class Attempt:
    """Makes the map of a piece unless it is there or another is at it, and notes what became of it.

    Attributes:
        outcomes: where that is noted.
        make: the map of an order; its outcome's `key` is filled in here. To be called in other processes it must be
            picklable.
    """

    outcomes: Outcomes
    make: Make

    def __call__(self, piece: Piece, ctx: Context) -> CubeOutcome | Owner:
        """What became of the cube; or who is at it.

        Raises:
            HsiError: the outcome cannot be written.
            Cancelled: through the context.
        """
        ctx.progress(0, 1)
        if (known := known_of(piece, self.outcomes)) is not None:
            return known
        claim = self.outcomes.claim(piece.order.map)
        if not isinstance(claim, Claim):
            return claim
        with claim:
            known = known_of(piece, self.outcomes)  # it may have been made between the look and the claim
            if known is None:
                known = replace(_made(piece.order, self.make, ctx), key=piece.key)
                self.outcomes.note(known, piece.order.map)
        return known


def known_of(piece: Piece, outcomes: Outcomes) -> CubeOutcome | None:
    """The outcome of a map that need not be made: it is there, or another has tried since the whole began."""
    line = outcomes.of(piece.order.map)
    if line is None or line.key != piece.key:
        return None
    if line.outcome != FAILED and piece.order.map.is_file():
        return replace(line, outcome=UNCHANGED) if line == piece.before else line
    return line if line.outcome == FAILED and line != piece.before else None


def _made(order: Order, make: Make, ctx: Context) -> CubeOutcome:
    started = time.perf_counter()
    try:
        outcome = make(order, ctx)
    except HsiError as error:
        outcome = CubeOutcome(str(order.cube), FAILED, "", message=error.message)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one cube, the others are still classified
        said = out_of_memory().message if is_out_of_memory(error) else f"{type(error).__name__}: {error}"
        outcome = CubeOutcome(str(order.cube), FAILED, "", message=said)
    return replace(outcome, seconds=round(time.perf_counter() - started, 2))


def key_of(order: Order, settings: str) -> str:
    """Changes with the files of the cube (size and time), with where its map goes and with the settings."""
    files = [order.cube]
    with contextlib.suppress(HsiError, OSError):  # a file of the scene is missing
        row = reader_of(order.cube)
        files = files if row is None else list(row.files_of(order.cube))
    digest = hashlib.sha256(f"{settings}\n{order.map.resolve()}".encode())
    for path in files:
        about = path.stat() if path.exists() else None
        digest.update(repr((str(path.resolve()), about and (about.st_size, about.st_mtime_ns))).encode())
    return digest.hexdigest()[:24]
