"""Lists of scenes in a file: which they are, how much each counts, and what is masked out of it. Loads no torch.

Three kinds, by the suffix:

- .txt: a path or pattern a line; blank lines and those that begin with # are passed over.
- .csv: a heading with `path` and, where they are wanted, `weight`, `mask` and `labels`; commas, semicolons or tabs.
- .json: a list of paths, or of objects with the same keys; or an object with it under `scenes`.

Paths are relative to the folder of the file. A pattern (*, ?, [], **) stands for all scenes that it fits; `{name}` in a
mask or labels for the name of each without its suffix.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.cube.cube import Cube
from hsigui.cube.open import open_cube
from hsigui.cube.remote.address import is_address
from hsigui.cube.reopened import opened_when_read
from hsigui.errors import HsiError, is_out_of_memory
from hsigui.pipeline.batch import found
from hsigui.texts import say, say_number

SUFFIXES = (".txt", ".csv", ".json")
COLUMNS = ("path", "weight", "mask", "labels")
NAME = "{name}"  # in a mask or labels: the scene's
_MOST_BYTES = 64 * 2**20
_MOST_TOLD = 10


@dataclass(frozen=True)
class Entry:
    """A scene of a list.

    Attributes:
        path: of the scene.
        weight: how often it is drawn from in a training, in relation to the others.
        mask: file of what is masked out of it; None for nothing.
        labels: file of its labels, for those who classify or test; None for none.
        line: where it stands in the file, from 1 on (of a list in JSON its place).
    """

    path: Path
    weight: float = 1.0
    mask: Path | None = None
    labels: Path | None = None
    line: int = 0


@dataclass(frozen=True)
class Unreadable:
    """A scene that could not be opened, and why."""

    entry: Entry
    reason: str

    def __str__(self) -> str:
        if not self.entry.line:  # of no list
            return say("{name}: {reason}", name=self.entry.path.name, reason=self.reason)
        return say("line {line}, {name}: {reason}", line=self.entry.line, name=self.entry.path.name, reason=self.reason)


@dataclass(frozen=True)
class Manifest:
    """The scenes of a list.

    Attributes:
        file: the list; None for one that was put together.
        entries: the scenes, in their order.
        notes: what was passed over in it, one sentence each.
    """

    file: Path | None
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The scenes' files."""
        return tuple(entry.path for entry in self.entries)

    @property
    def weights(self) -> tuple[float, ...]:
        """One a scene."""
        return tuple(entry.weight for entry in self.entries)

    def open(
        self, *, skip_unreadable: bool = False, told: Callable[[int, int, str], object] = lambda *_: None,
        reading: Mapping[str, Any] | None = None,
    ) -> list[Cube]:  # fmt: skip
        """The scenes, of each of which only the header is read: see `cube.reopened`.

        Args:
            skip_unreadable: leave out those that cannot be opened, which `openable` tells of; else they are refused.
            told: called with how many are opened, how many there are, and the name of the next.
            reading: further words for `hsigui.open`, for all scenes alike.

        Raises:
            HsiError: scenes cannot be opened: each is named with its line and the reason.
        """
        cubes, bad = opened(self.entries, told, reading)
        if bad and not skip_unreadable:
            raise refusal(bad, len(self.entries))
        if not cubes:
            raise refusal(bad, len(self.entries))
        return [cube for _, cube in cubes]


def opened(
    entries: Sequence[Entry], told: Callable[[int, int, str], object] = lambda *_: None,
    reading: Mapping[str, Any] | None = None, fits: Callable[[Cube], object] = lambda _: None,
) -> tuple[list[tuple[Entry, Cube]], list[Unreadable]]:  # fmt: skip
    """The scenes that can be opened, and those that cannot. Only headers are read.

    Args:
        entries: which.
        told, reading: as of `Manifest.open`.
        fits: raises `HsiError` for a scene that is of no use; it then counts among the others.
    """
    cubes: list[tuple[Entry, Cube]] = []
    bad: list[Unreadable] = []
    for number, entry in enumerate(entries):
        told(number, len(entries), entry.path.name)
        try:
            cube = opened_when_read(entry.path, partial(_open, entry.path, dict(reading or {})))
            fits(cube)
            cubes.append((entry, cube))
        except HsiError as error:
            bad.append(Unreadable(entry, error.message))
        except Exception as error:
            if is_out_of_memory(error):
                raise
            bad.append(Unreadable(entry, f"{type(error).__name__}: {error}"))
    return cubes, bad


def _open(path: Path, reading: Mapping[str, Any]) -> Cube:
    words = dict(reading)
    scale = words.pop("scale", None)
    cube = open_cube(path, gaps=False, **words)
    if scale is None:
        return cube
    origins = {**cube.info.origins, "scale": repr(scale)}
    return cube.with_info(replace(cube.info, origins=origins, scale=scale))


def refusal(bad: Sequence[Unreadable], count: int) -> HsiError:
    """Scenes that cannot be opened, each with its reason."""
    listed = "; ".join(map(str, bad[:_MOST_TOLD]))
    if len(bad) > _MOST_TOLD:
        listed += say("; and {count} more", count=len(bad) - _MOST_TOLD)
    return HsiError(
        say("{bad} of {count} scenes cannot be used: {listed}", bad=len(bad), count=count, listed=listed),
        say("Mend or leave out these scenes, or give --skip-unreadable to go on without them."),
    )  # fmt: skip


def read_manifest(path: str | Path) -> Manifest:
    """Reads a list of scenes; none of them is opened.

    Args:
        path: a .txt, .csv or .json file, see the head of this module.

    Raises:
        HsiError: it cannot be read, names no scene or one twice, or has lines that mean nothing: all are told.
    """
    path = Path(path).expanduser()
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise HsiError(
            say("{name} is no list of scenes.", name=path.name),
            say("Lists are {suffixes}: a path a line, or a table with the columns {columns}.",
                suffixes=", ".join(SUFFIXES), columns=", ".join(COLUMNS)),
        )  # fmt: skip
    untrusted.require_file(path)
    text = _text_of(path)
    notes: list[str] = []
    rows: Iterable[Row]
    if kind == ".json":
        rows = listed = _json_rows(path, text)
        _tell_of_others(path, sorted({key for _, row in listed for key in row} - {"too many"}), notes)
    elif kind == ".csv":
        rows = _csv_rows(path, text, notes)
    else:
        rows = _text_rows(text)
    entries, faults = _entries(rows, path.resolve().parent)
    if faults:
        raise _faulty(path, faults)
    if not entries:
        raise HsiError(say("{name} names no scene.", name=path.name), say("Write a path a line."))
    return Manifest(path.resolve(), tuple(entries), tuple(notes))


Row = tuple[int, Mapping[str, Any]]  # line, and what stands in it by column


def _text_of(path: Path) -> str:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise HsiError(say("{name} is too large for a list.", name=path.name), say("Is it the right file?"))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise HsiError(
            say("{name} is no text in UTF-8 (byte {place}).", name=path.name, place=error.start),
            say("Save it as UTF-8."),
        ) from error
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {reason}.", path=path, reason=error.strerror or error), say("Check its rights.")
        ) from error


def _text_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.splitlines(), 1):
        if (word := line.strip()) and not word.startswith("#"):
            yield number, {"path": word}


def _csv_rows(path: Path, text: str, notes: list[str]) -> list[Row]:
    head = next((line for line in text.splitlines() if line.strip()), "")
    mark = max((",", ";", "\t"), key=head.count)
    reader = csv.reader(io.StringIO(text), delimiter=mark)
    rows: list[Row] = []
    names: list[str] | None = None
    try:
        for cells in reader:
            words = [cell.strip() for cell in cells]
            if not any(words) or words[0].startswith("#"):
                continue
            if names is None:
                names = [word.casefold() for word in words]
                _require_columns(path, names, notes)
                continue
            if len(words) > len(names):
                rows.append((reader.line_num, {"too many": len(words)}))
            else:
                rows.append((reader.line_num, dict(zip(names, words, strict=False))))
    except csv.Error as error:
        raise HsiError(
            say("{name}, line {line}: {error}.", name=path.name, line=reader.line_num, error=error),
            say("Save it as CSV again."),
        ) from error
    return rows


def _require_columns(path: Path, names: Sequence[str], notes: list[str]) -> None:
    if "path" not in names or len(set(names)) < len(names):
        raise HsiError(
            say("The heading of {name} is {names}.", name=path.name, names=", ".join(names)),
            say("The first line names the columns, each once: {columns}. The first of these is needed.",
                columns=", ".join(COLUMNS)),
        )  # fmt: skip
    _tell_of_others(path, names, notes)


def _tell_of_others(path: Path, names: Sequence[str], notes: list[str]) -> None:
    if other := [name for name in names if name not in COLUMNS]:
        listed = ", ".join(say("“{name}”", name=name) for name in other)
        notes.append(
            say_number(
                "The column {names} of {file} is not read.", "The columns {names} of {file} are not read.", len(other),
                names=listed, file=path.name,
            )
        )  # fmt: skip


def _json_rows(path: Path, text: str) -> list[Row]:
    try:
        content = untrusted.json_of(text)
    except ValueError as error:
        raise HsiError(
            say("{name} is no JSON: {error}.", name=path.name, error=error), say("Mend the file.")
        ) from error
    listed = content.get("scenes") if isinstance(content, dict) else content
    if not isinstance(listed, list):
        raise HsiError(
            say("{name} holds no list of scenes.", name=path.name),
            say("Write [\"a.hdr\", …], or [{{\"path\": \"a.hdr\", \"weight\": 2}}, …]."),
        )  # fmt: skip
    rows: list[Row] = []
    for number, item in enumerate(listed, 1):
        if isinstance(item, str):
            rows.append((number, {"path": item}))
        elif isinstance(item, dict):
            rows.append((number, item))
        else:
            rows.append((number, {"too many": 0}))
    return rows


def _entries(rows: Iterable[Row], folder: Path) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    faults: list[str] = []
    seen: dict[Path, int] = {}
    for line, row in rows:
        try:
            for entry in _of_row(line, row, folder):
                key = entry.path.resolve()
                if (first := seen.setdefault(key, line)) != line:
                    raise HsiError(say("{name} stands in line {first} already", name=entry.path.name, first=first), "")
                entries.append(entry)
        except HsiError as error:
            faults.append(say("line {line}: {message}", line=line, message=error.message.rstrip(".")))
    return entries, faults


def _of_row(line: int, row: Mapping[str, Any], folder: Path) -> list[Entry]:
    if "too many" in row:
        raise HsiError(say("it has not the columns of the heading"), "")
    path = row.get("path")
    if not isinstance(path, str) or not path.strip():
        raise HsiError(say("it names no scene"), "")
    if is_address(path):
        raise HsiError(
            say("“{path}” is an address, which is only taken from where you type it: name it on the command line",
                path=path), "",
        )  # fmt: skip
    weight = _weight_of(row.get("weight"))
    return [
        Entry(scene, weight, _beside(row.get("mask"), scene, folder, say("mask")),
              _beside(row.get("labels"), scene, folder, say("labels")), line)
        for scene in found([folder / Path(path.strip()).expanduser()])
    ]  # fmt: skip


def _weight_of(said: object) -> float:
    if said is None or said == "":
        return 1.0
    try:
        weight = float(said) if isinstance(said, str | int | float) and not isinstance(said, bool) else math.nan
    except ValueError:
        weight = math.nan
    if not (math.isfinite(weight) and weight > 0):
        raise HsiError(say("the weight “{said}” is no number above 0", said=said), "")
    return weight


def _beside(said: object, scene: Path, folder: Path, what: str) -> Path | None:
    """The file of a mask or of labels; None for none."""
    if said is None or said == "":
        return None
    if not isinstance(said, str):
        raise HsiError(say("“{said}” is no file of {what}", said=said, what=what), "")
    path = folder / Path(said.strip().replace(NAME, scene.name.removesuffix(scene.suffix))).expanduser()
    if not untrusted.there(path):
        raise HsiError(say("there is no file of {what} {path}", what=what, path=path), "")
    return path


def _faulty(path: Path, faults: Sequence[str]) -> HsiError:
    listed = "; ".join(faults[:_MOST_TOLD])
    if len(faults) > _MOST_TOLD:
        listed += say("; and {count} more", count=len(faults) - _MOST_TOLD)
    return HsiError(
        say("{name}: {listed}.", name=path.name, listed=listed),
        say(
            "Paths are relative to the folder of the list; a line is a path, and weight, mask and labels where wanted."
        ),
    )
