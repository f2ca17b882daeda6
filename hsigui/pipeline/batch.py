"""Many cubes, one after the other or several at once, by any number of processes: what failed does not stop the rest,
and what is done already is not done again. Loads no torch."""

from __future__ import annotations

import glob
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from hsigui.claims import Claim, Claims, Owner
from hsigui.cube.formats.table import reader_of
from hsigui.errors import HsiError
from hsigui.jobs import Context, Relay
from hsigui.pipeline.executors.seam import Executor, each_tried_again
from hsigui.pipeline.executors.serial import Serial
from hsigui.pipeline.one_cube import Attempt, Make, Order, Piece, key_of, known_of
from hsigui.pipeline.outcomes import FAILED, MADE, UNCHANGED, CubeOutcome, Outcomes
from hsigui.texts import say

LOOK_AGAIN = 0.5  # seconds between two looks at what others have in work
TABLE_SHARE = 20  # writing the table takes no more than this part of the time: it grows with the number of cubes
NAMES_TOLD = 3  # of the cubes that are in work at once


def found(patterns: Iterable[str | Path]) -> tuple[Path, ...]:
    """The files that names and patterns (*, ?, [], **) stand for, each once and a scene of several by its first.

    Raises:
        HsiError: a pattern stands for no file.
    """
    paths: dict[Path, None] = {}
    for pattern in patterns:
        text = str(Path(pattern).expanduser())
        if Path(text).exists() or not glob.has_magic(text):
            paths[Path(text)] = None  # what is missing fails by itself, later
            continue
        matching = [Path(name) for name in sorted(glob.glob(text, recursive=True))]  # noqa: PTH207 - absolute patterns too
        files = [path for path in matching if path.is_file() and not path.name.endswith((".aux.xml", ".json"))]
        if not files:
            raise HsiError(
                say("No file is named like {pattern}.", pattern=pattern), say("Check the folder and the pattern.")
            )
        paths |= dict.fromkeys(files)
    given = {path.resolve() for path in paths}
    return tuple(path for path in paths if _first_file(path) not in given - {path.resolve()})


def _first_file(path: Path) -> Path:
    """The file to name of the scene that a file belongs to: of an ENVI pair the header."""
    row = reader_of(path) if path.is_file() else None
    try:
        return path.resolve() if row is None else row.files_of(path)[0].resolve()
    except HsiError:  # a file of the scene is missing, which opening it tells
        return path.resolve()


def orders(cubes: Sequence[Path], folder: Path, suffix: str) -> tuple[Order, ...]:
    """A map for each cube in a folder: NAME-map.SUFFIX; names that occur twice are told apart by their folder's name.

    Raises:
        HsiError: two cubes would still have the same map.
    """
    stems = [cube.name.removesuffix(cube.suffix) for cube in cubes]
    names = [
        f"{cube.resolve().parent.name}-{s}" if stems.count(s) > 1 else s for cube, s in zip(cubes, stems, strict=True)
    ]
    for name in names:
        if names.count(name) > 1:
            raise HsiError(
                say("Two cubes would have the map {name}-map{suffix}.", name=name, suffix=suffix),
                say("Classify them into two folders."),
            )
    return tuple(Order(cube, folder / f"{name}-map{suffix}") for cube, name in zip(cubes, names, strict=True))


def run(
    wanted: Sequence[Order], make: Make, settings: str, table: Path, ctx: Context, *, claims: Claims | None = None,
    executor: Executor | None = None,
) -> tuple[CubeOutcome, ...]:  # fmt: skip
    """Makes the maps, and tells and notes the outcome of each as soon as it is known.

    Any number of processes and machines may do so in one folder at once: each map is claimed before it is made, what
    another makes is waited for in the end, and taken over where that one died.

    Args:
        make: the map of an order; its outcome's `key` is filled in here.
        settings: all that the maps depend on besides the cubes.
        table: CSV file of the outcomes, see `outcomes`; what is known of an earlier run is not done again.
        executor: who makes them, entered already; None for this process, one after the other. A cube whose worker is
            lost is given to another once more, and has failed where that is lost too.

    Returns:
        The outcomes of these orders, in their order.

    Raises:
        HsiError: the outcomes cannot be written, or the executor is lost.
        Cancelled: through the context; what was done is noted.
    """
    batch = _Batch(wanted, make, settings, Outcomes(table, claims), ctx)
    batch.outcomes.write_table()
    whole = False
    try:
        while waiting := batch.waiting():
            for number in batch.tried(waiting, executor or Serial()):
                batch.tell(number)
            if batch.waiting():
                ctx.check()
                time.sleep(LOOK_AGAIN)
        whole = True
    finally:
        if whole:
            batch.outcomes.write_table()
        else:
            with suppress(HsiError):  # what ended the whole is told
                batch.outcomes.write_table()
    return tuple(batch.done[number] for number in range(len(wanted)))


class _Batch:
    """Orders and what is known of them.

    Attributes:
        done: outcomes by the number of their order.
        at: those in work: how much of each is done, from 0 to 1.
        ctx: of the whole.
    """

    def __init__(self, wanted: Sequence[Order], make: Make, settings: str, outcomes: Outcomes, ctx: Context) -> None:
        self.outcomes, self.done, self.at = outcomes, dict[int, CubeOutcome](), dict[int, float]()
        self._pieces = [Piece(order, key_of(order, settings), outcomes.of(order.map)) for order in wanted]
        self._attempt, self.ctx = Attempt(outcomes, make), ctx
        self._elsewhere: dict[int, Owner] = {}
        self._table_at, self._table_took = time.monotonic(), 0.0

    def waiting(self) -> list[int]:
        """The orders whose outcome is not known."""
        return [number for number in range(len(self._pieces)) if number not in self.done]

    def tried(self, waiting: Sequence[int], executor: Executor) -> Iterator[int]:
        """Has all maps made that are not in work elsewhere; yields the orders whose outcome is known now."""
        free = []
        for number in waiting:
            if self._is_known(number):
                yield number
            elif self._is_free(number):
                free.append(number)
        pieces = [self._pieces[number] for number in free]
        for ended in each_tried_again(executor, self._attempt, pieces, lambda n: _One(self, free[n])):
            number, found = free[ended.number], ended.value
            self.at.pop(number, None)
            if ended.lost:
                found = self._lost(number, ended.lost)
            if isinstance(found, CubeOutcome):
                self.done[number] = found
                self._write_table_now_and_then()
                yield number
            elif found is not None:
                self._elsewhere[number] = found
                self._tell_elsewhere(number)

    def tell(self, number: int) -> None:
        """Tells an outcome that is known now."""
        self.ctx.partial(told(self.done[number], len(self.done), len(self._pieces)))

    def _is_known(self, number: int) -> bool:
        piece = self._pieces[number]
        known = known_of(piece, self.outcomes)
        if known is None:
            return False
        if known.outcome == UNCHANGED and known != piece.before:
            self.outcomes.note(known, piece.order.map)
        self.done[number] = known
        return True

    def _is_free(self, number: int) -> bool:
        """Whether the order may be given to a worker; what another had in work is looked at here, since who looks must
        remember how long nothing has stirred."""
        if number not in self._elsewhere:
            return True
        claim = self.outcomes.claim(self._pieces[number].order.map)
        if isinstance(claim, Claim):
            claim.release()
            del self._elsewhere[number]
            return True
        self._elsewhere[number] = claim
        self._tell_elsewhere(number)
        return False

    def _tell_elsewhere(self, number: int) -> None:
        name, owner = self._pieces[number].order.cube.name, self._elsewhere[number]
        self.ctx.progress(
            len(self.done), len(self._pieces), say("{name} is in work by {owner}", name=name, owner=owner)
        )

    def _lost(self, number: int, why: str) -> CubeOutcome | Owner:
        """Notes that a cube took all workers that were at it away; or who is at it meanwhile."""
        piece = self._pieces[number]
        claim = self.outcomes.claim(piece.order.map)
        if not isinstance(claim, Claim):
            return claim
        with claim:
            line = CubeOutcome(str(piece.order.cube), FAILED, "", message=why, key=piece.key)
            self.outcomes.note(line, piece.order.map)
        return line

    def _write_table_now_and_then(self) -> None:
        started = time.monotonic()
        if started - self._table_at >= TABLE_SHARE * self._table_took:
            self.outcomes.write_table()
            self._table_at = time.monotonic()
            self._table_took = self._table_at - started

    def hear(self, number: int, share: float, text: str) -> None:
        """Tells of the whole what a worker tells of its cube."""
        self.at[number] = share
        self.ctx.progress(len(self.done) + sum(self.at.values()), len(self._pieces), self._in_work(number, text))

    def _in_work(self, number: int, text: str) -> str:
        count = len(self._pieces)
        if len(self.at) > 1:
            names = [self._pieces[at].order.cube.name for at in sorted(self.at)]
            more = ["…"] if len(names) > NAMES_TOLD else []
            return say(
                "Classifying, {done} of {count} done, {working} in work: {names}",
                done=len(self.done),
                count=count,
                working=len(self.at),
                names=", ".join(names[:NAMES_TOLD] + more),
            )
        name = self._pieces[number].order.cube.name
        if text:
            return say("Classifying, {name}, {text}", name=name, text=text)
        return say("Classifying, {name} ({number} of {count})", name=name, number=number + 1, count=count)

    def warn(self, number: int, message: str) -> None:
        """Tells a warning with the name of its cube."""
        self.ctx.warn(f"{self._pieces[number].order.cube.name}: {message}")


def told(line: CubeOutcome, number: int, total: int) -> str:
    """An outcome in one line for people."""
    what = {
        MADE: say(
            "{pixels} pixels of {classes} classes, {seconds:.1f} s -> {map}",
            pixels=line.pixels,
            classes=line.classes,
            seconds=line.seconds,
            map=line.map,
        ),
        UNCHANGED: say("unchanged, kept {map}", map=line.map),
        FAILED: say("FAILED: {message}", message=line.message),
    }[line.outcome]
    return f"{number:>{len(str(total))}}/{total}  {Path(line.cube).name}: {what}"


class _One(Relay):
    """The context of one cube: its progress is told as that of the whole, its warnings with its name."""

    def __init__(self, batch: _Batch, number: int) -> None:
        super().__init__(batch.ctx)
        self._batch, self._number = batch, number

    def progress(self, done: float, total: float, text: str = "") -> None:
        self._batch.hear(self._number, min(0.99, done / total) if total else 0.0, text)

    def warn(self, message: str) -> None:
        self._batch.warn(self._number, message)
