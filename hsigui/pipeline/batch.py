"""Many cubes one after the other, by any number of processes: what failed does not stop the rest, and what is done
already is not done again. Loads no torch."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hsigui.claims import Claim, Claims
from hsigui.cube.formats.table import reader_of
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.jobs import Context
from hsigui.pipeline.outcomes import FAILED, MADE, UNCHANGED, CubeOutcome, Outcomes
from hsigui.texts import say

LOOK_AGAIN = 0.5  # seconds between two looks at what others have in work


@dataclass(frozen=True)
class Order:
    """A cube and the map that is to be made of it."""

    cube: Path
    map: Path


Make = Callable[[Order, Context], CubeOutcome]


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
    wanted: Sequence[Order], make: Make, settings: str, table: Path, ctx: Context, *, claims: Claims | None = None
) -> tuple[CubeOutcome, ...]:
    """Makes the maps, and tells and notes the outcome of each as soon as it is known.

    Any number of processes and machines may do so in one folder at once: each map is claimed before it is made, what
    another makes is waited for in the end, and taken over where that one died.

    Args:
        make: the map of an order; its outcome's `key` is filled in here.
        settings: all that the maps depend on besides the cubes.
        table: CSV file of the outcomes, see `outcomes`; what is known of an earlier run is not done again.

    Returns:
        The outcomes of these orders, in their order.

    Raises:
        HsiError: the outcomes cannot be written.
        Cancelled: through the context; what was done is noted.
    """
    batch = _Batch(wanted, make, settings, Outcomes(table, claims), ctx)
    batch.outcomes.write_table()
    while waiting := [number for number in range(len(wanted)) if number not in batch.done]:
        tried = [batch.tried(number) for number in waiting]
        if not any(tried):
            ctx.check()
            time.sleep(LOOK_AGAIN)
    batch.outcomes.write_table()
    return tuple(batch.done[number] for number in range(len(wanted)))


class _Batch:
    """Orders and what is known of them.

    Attributes:
        done: outcomes by the number of their order.
    """

    def __init__(self, wanted: Sequence[Order], make: Make, settings: str, outcomes: Outcomes, ctx: Context) -> None:
        self.wanted, self.outcomes, self.done = wanted, outcomes, dict[int, CubeOutcome]()
        self._make, self._settings, self._ctx = make, settings, ctx
        self._before = {number: outcomes.of(order.map) for number, order in enumerate(wanted)}

    def tried(self, number: int) -> bool:
        """Makes a map unless it is there or another is at it; returns whether its outcome is known now."""
        order, total = self.wanted[number], len(self.wanted)
        name = order.cube.name
        self._ctx.progress(
            len(self.done), total, say("Classifying, {name} ({number} of {count})", name=name, number=number + 1,
                                       count=total)
        )  # fmt: skip
        key = _key(order, self._settings)
        if (known := self._known(number, order, key)) is not None:
            if known.outcome == UNCHANGED and known != self._before[number]:
                self.outcomes.note(known, order.map)
            self._take(number, known)
            return True
        claim = self.outcomes.claim(order.map)
        if not isinstance(claim, Claim):
            self._ctx.progress(len(self.done), total, say("{name} is in work by {owner}", name=name, owner=claim))
            return False
        with claim:
            known = self._known(number, order, key)  # it may have been made between the look and the claim
            if known is None:
                made = _made(order, self._make, _One(self._ctx, order, len(self.done), total))
                known = replace(made, key=key)
                self.outcomes.note(known, order.map)
                self.outcomes.write_table()
        self._take(number, known)
        return True

    def _known(self, number: int, order: Order, key: str) -> CubeOutcome | None:
        """The outcome of a map that need not be made: it is there, or another has tried since this call began."""
        line = self.outcomes.of(order.map)
        if line is None or line.key != key:
            return None
        if line.outcome != FAILED and order.map.is_file():
            return replace(line, outcome=UNCHANGED) if line == self._before[number] else line
        return line if line.outcome == FAILED and line != self._before[number] else None

    def _take(self, number: int, line: CubeOutcome) -> None:
        self.done[number] = line
        self._ctx.partial(told(line, len(self.done), len(self.wanted)))


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


def _key(order: Order, settings: str) -> str:
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


@dataclass(frozen=True)
class _One:
    """The context of one cube: its progress is told as that of the whole, its warnings with its name."""

    ctx: Context
    order: Order
    number: int
    total: int

    def progress(self, done: float, total: float, text: str = "") -> None:
        part = min(0.99, done / total) if total else 0.0
        self.ctx.progress(
            self.number + part, self.total, say("Classifying, {name}, {text}", name=self.order.cube.name, text=text)
        )

    def metric(self, name: str, value: float, step: int) -> None:
        self.ctx.metric(name, value, step)

    def partial(self, value: object) -> None:
        self.ctx.partial(value)

    def warn(self, message: str) -> None:
        self.ctx.warn(f"{self.order.cube.name}: {message}")

    def check(self) -> None:
        self.ctx.check()
