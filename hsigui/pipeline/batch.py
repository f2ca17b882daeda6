"""Many cubes one after the other: what failed does not stop the rest, and what is done already is not done again.

The table of outcomes is a CSV file, one line a cube: `cube`, `outcome` ("made", "unchanged" or "failed"), `map`,
`rows`, `cols`, `bands`, `pixels` (with a class), `classes` (on the map), `seconds`, `message` (why it failed, or what
was assumed) and `key`, which changes with the cube's files and everything that the map depends on. Loads no torch.
"""

from __future__ import annotations

import contextlib
import csv
import glob
import hashlib
import io
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from hsigui.cube.formats.table import reader_of
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.jobs import Context
from hsigui.labels.formats import cells
from hsigui.saving import written_beside
from hsigui.texts import say

MADE, UNCHANGED, FAILED = "made", "unchanged", "failed"


@dataclass(frozen=True)
class Order:
    """A cube and the map that is to be made of it."""

    cube: Path
    map: Path


@dataclass(frozen=True)
class CubeOutcome:
    """What became of an order; see the module's text."""

    cube: str
    outcome: str
    map: str
    rows: int = 0
    cols: int = 0
    bands: int = 0
    pixels: int = 0
    classes: int = 0
    seconds: float = 0.0
    message: str = ""
    key: str = ""


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


def run(wanted: Sequence[Order], make: Make, settings: str, table: Path, ctx: Context) -> tuple[CubeOutcome, ...]:
    """Makes the maps, and tells and notes the outcome of each as soon as it is known.

    Args:
        make: the map of an order; its outcome's `key` is filled in here.
        settings: all that the maps depend on besides the cubes.
        table: CSV file of the outcomes; what it says of an earlier run is not done again.

    Raises:
        HsiError: the table cannot be written.
        Cancelled: through the context; the table holds what was done.
    """
    earlier = {line.key: line for line in read_table(table) if line.outcome != FAILED}
    outcomes: list[CubeOutcome] = []
    for number, order in enumerate(wanted):
        ctx.progress(
            number,
            len(wanted),
            say(
                "Classifying, {name} ({number} of {count})", name=order.cube.name, number=number + 1, count=len(wanted)
            ),
        )
        key = _key(order, settings)
        if key in earlier and order.map.is_file():
            outcomes.append(replace(earlier[key], outcome=UNCHANGED))
        else:
            outcomes.append(replace(_made(order, make, _One(ctx, order, number, len(wanted))), key=key))
        ctx.partial(told(outcomes[-1], number + 1, len(wanted)))
        # Those still to come keep their lines: cancelled now, the next run knows of them.
        rest = [earlier[k] for k in (_key(o, settings) for o in wanted[number + 1 :]) if k in earlier]
        write_table(table, [*outcomes, *rest])
    return tuple(outcomes)


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


def read_table(path: Path) -> tuple[CubeOutcome, ...]:
    """The outcomes of an earlier run; none where there is no such table or it is not one of ours."""
    kinds = {f.name: {"int": int, "float": float}.get(str(f.type), str) for f in fields(CubeOutcome)}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(
                CubeOutcome(**{name: kind(cells.as_it_was(row[name])) for name, kind in kinds.items()})
                for row in csv.DictReader(file)
            )
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError, csv.Error):
        return ()  # then everything is made again, which is never wrong


def write_table(path: Path, outcomes: Iterable[CubeOutcome]) -> None:
    """Writes the outcomes as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(f.name for f in fields(CubeOutcome))
    writer.writerows(cells.row(astuple(line)) for line in outcomes)
    with written_beside(path) as (scratch,):
        scratch.write_text(text.getvalue(), encoding="utf-8")


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
