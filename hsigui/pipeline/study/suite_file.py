"""A suite file: several scenes and one study of all of them, written in TOML. Loads no torch.

[study]                        # defaults for the options of the command
methods = "methods"            # or a list of names
labels = [5, 10]
splits = ["random", "block", "strokes:1"]

[[scene]]
name = "Indian Pines"          # also that of its folder of results
cube = "indian_pines.mat"      # paths are relative to this file
truth = "indian_pines_gt.mat"

[[scene]]
name = "Simulated"
demo = { seed = 1, size = "96x96" }
labels = [5]                   # instead of those of [study]; so with splits
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hsigui.cube.demo import demo_scene
from hsigui.cube.open import ImportChoice
from hsigui.errors import HsiError
from hsigui.labels.background import choice_of
from hsigui.labels.widening import buffer_of
from hsigui.pipeline.influence import FULL
from hsigui.pipeline.study.plan import StudySpec, chosen_methods, study_from
from hsigui.texts import say

Table = Mapping[str, object]


@dataclass(frozen=True)
class SuiteScene:
    """One scene of a suite: files, or the simulated scene.

    Attributes:
        name: in tables, and of its folder of results.
        cube, truth: None for the simulated scene.
        variable, truth_variable: arrays of the files where several fit.
        truth_background: numbers of the truth that mean no label; None for what it says itself.
        truth_buffer: distance within which points and lines of the truth label; None for the pixels that they touch.
        choice: how an array becomes the scene; None where only the variable is said.
        demo: arguments of `demo_scene`; None for files.
        own: fields of `StudySpec` that are other than the suite's.
    """

    name: str
    cube: Path | None = None
    truth: Path | None = None
    variable: str | None = None
    truth_variable: str | None = None
    truth_background: str | None = None
    truth_buffer: str | None = None
    choice: ImportChoice | None = None
    demo: Mapping[str, Any] | None = None
    own: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class SuitePlan:
    """What a suite file says.

    Attributes:
        study: fields of `StudySpec`.
    """

    path: Path
    scenes: tuple[SuiteScene, ...]
    study: Mapping[str, Any]

    def specs(self, options: Mapping[str, Any]) -> tuple[StudySpec, ...]:
        """The study of each scene.

        Args:
            options: fields of `StudySpec` that go before what the file says.

        Raises:
            HsiError: a scene's study is not possible; the scene is named.
        """
        found = []
        for scene in self.scenes:
            fields = {"methods": chosen_methods("all"), **self.study, **(scene.own or {}), **options}
            try:
                found.append(study_from(fields))
            except HsiError as error:
                message = say("{path}, scene {name}: {message}", path=self.path, name=scene.name, message=error.message)
                raise HsiError(message, error.hint) from error
        return tuple(found)


def read_suite(path: Path) -> SuitePlan:
    """Reads a suite file.

    Raises:
        HsiError: it cannot be read or is no TOML, a key is unknown or missing, or a value is of the wrong type; the key
            is named.
    """
    try:
        said = tomllib.loads(path.expanduser().read_text(encoding="utf-8"))
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror or error),
            say("Name a suite file; the help on studies shows one."),
        ) from error
    except ValueError as error:  # of TOML or of its encoding
        raise HsiError(
            say("{path} is no suite file: {error}.", path=path, error=error), say("It must be TOML in UTF-8.")
        ) from error
    whole = _Reader(str(path), said, {"study", "scene"})
    study = whole.table("study")
    scenes = said.get("scene")
    if not isinstance(scenes, list) or not scenes or not all(isinstance(entry, dict) for entry in scenes):
        raise HsiError(say("{path} names no scene.", path=path), say("Add one or more tables [[scene]]."))
    fields = {} if study is None else _read_study(_Reader(say("{path}, [study]", path=path), study, set(_STUDY)))
    found = tuple(_read_scene(path, number, entry) for number, entry in enumerate(scenes, 1))
    _require_names_apart(path, found)
    return SuitePlan(path, found, fields)


class _Reader:
    """The values of a table by key, each of the type that is wanted."""

    def __init__(self, where: str, said: Table, known: set[str]) -> None:
        self._where, self._said = where, said
        unknown = [key for key in said if key not in known]
        if unknown:
            raise HsiError(
                say("{where}: there is no key {unknown}.", where=where, unknown=", ".join(unknown)),
                say("Choose from: {known}.", known=", ".join(sorted(known))),
            )

    def get(self, key: str, kind: _Kind) -> Any:
        """The value; None where the key is missing.

        Raises:
            HsiError: it is of another type.
        """
        if key not in self._said:
            return None
        value = kind.read(self._said[key])
        if value is None:
            raise self.wrong(key, kind.wanted)
        return value

    def table(self, key: str) -> Table | None:
        found: Table | None = self.get(key, _Kind(lambda value: value if isinstance(value, dict) else None,
                                                  say("a table")))  # fmt: skip
        return found

    def wrong(self, key: str, wanted: str) -> HsiError:
        return HsiError(
            say("{where}: {key} cannot be {value!r}.", where=self._where, key=key, value=self._said[key]),
            say("It must be {wanted}.", wanted=wanted),
        )

    def missing(self, key: str) -> HsiError:
        return HsiError(
            say("{where}: the key {key} is missing.", where=self._where, key=key),
            say("A scene has a name, and a cube and its truth or demo."),
        )


@dataclass(frozen=True)
class _Kind:
    """A type of values: `read` gives None for what is not of it."""

    read: Callable[[object], Any]
    wanted: str


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def _read_counts(value: object) -> tuple[int, ...] | None:
    given: list[Any] = value if isinstance(value, list) else [value]
    return tuple(given) if given and all(_is_whole(entry, 1) for entry in given) else None


def _read_words(value: object) -> tuple[str, ...] | None:
    given = [word.strip() for word in value.split(",")] if isinstance(value, str) else value
    fits = isinstance(given, list) and given and all(isinstance(entry, str) and entry for entry in given)
    return tuple(given) if fits and isinstance(given, list) else None


def _read_background(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    try:
        choice_of(value)
    except HsiError:
        return None
    return str(value)


def _read_buffer(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or value == "":
        return None
    try:
        buffer_of(value)
    except HsiError:
        return None
    return str(value)


def _read_size(value: object) -> tuple[int, int] | None:
    given = value.lower().split("x") if isinstance(value, str) else value
    if not isinstance(given, list) or len(given) != 2:
        return None
    sides = [int(side) if isinstance(side, str) and side.isdecimal() else side for side in given]
    return (sides[0], sides[1]) if all(_is_whole(side, 1) for side in sides) else None


_WORD = _Kind(lambda value: value if isinstance(value, str) and value else None, say("a text"))
_WORDS = _Kind(_read_words, say("a list of texts"))
_COUNTS = _Kind(_read_counts, say("a list of whole numbers of 1 or more"))
_COUNT = _Kind(lambda value: value if _is_whole(value, 1) else None, say("a whole number of 1 or more"))
_NATURAL = _Kind(lambda value: value if _is_whole(value, 0) else None, say("a whole number of 0 or more"))
_GUARD = _Kind(
    lambda value: value if value == FULL or _is_whole(value, 0) else None, say('a whole number of 0 or more, or "full"')
)
_SWITCH = _Kind(lambda value: value if isinstance(value, bool) else None, say("true or false"))
_BACKGROUND = _Kind(_read_background, say('numbers that mean no label, such as "255" or "-1,0"'))
_BUFFER = _Kind(_read_buffer, say('a distance in pixels, such as 3, or in metres, such as "10m"'))
_SIZE = _Kind(_read_size, say('rows and columns, such as "145x145"'))

_CELLS = {"labels": _COUNTS, "splits": _WORDS}
_STUDY = {
    "methods": _WORDS, "presets": _WORDS, **_CELLS, "draws": _COUNT, "seed": _NATURAL, "device": _WORD,
    "epochs": _COUNT, "block": _COUNT, "guard": _GUARD, "monitor": _SWITCH, "patience": _NATURAL,
    "precision": _WORD, "settings": _WORDS, "untrained": _SWITCH,
    "contexts": _WORDS,
}  # fmt: skip
_IMPORT = {"axes": _WORD, "order": _WORD, "wavelengths": _WORD, "units": _WORD, "bad_bands": _WORD}
_FILES = {
    "cube": _WORD,
    "truth": _WORD,
    "variable": _WORD,
    "truth_variable": _WORD,
    "truth_background": _BACKGROUND,
    "truth_buffer": _BUFFER,
    "size": _SIZE,
    **_IMPORT,
}


def _read_study(reader: _Reader) -> dict[str, Any]:
    found = {name: reader.get(name, kind) for name, kind in _STUDY.items()}
    if found["methods"] is not None:
        try:
            found["methods"] = chosen_methods(",".join(found["methods"]))
        except HsiError as error:
            raise HsiError(
                say("{wrong} {message}", wrong=reader.wrong("methods", "").message, message=error.message), error.hint
            ) from error
    return {name: value for name, value in found.items() if value is not None}


def _read_scene(path: Path, number: int, said: Table) -> SuiteScene:
    name = said.get("name")
    called = f" ({name})" if isinstance(name, str) else ""
    where = say("{path}, [[scene]] {number}{called}", path=path, number=number, called=called)
    reader = _Reader(where, said, {"name", "demo", *_FILES, *_CELLS})
    name = reader.get("name", _WORD)
    if name is None:
        raise reader.missing("name")
    if set(name) & set('/\\:*?"<>|') or name != name.strip() or name.startswith("."):
        raise reader.wrong("name", say("a text that can be the name of a folder"))
    own = {key: value for key, kind in _CELLS.items() if (value := reader.get(key, kind)) is not None}
    demo = reader.table("demo")
    if demo is not None:
        for key in _FILES:
            if key in said:
                raise reader.wrong(key, say("left out where demo is given"))
        return SuiteScene(name, demo=_read_demo(say("{where}, demo", where=where), demo), own=own)
    for key in ("cube", "truth"):
        if key not in said:
            raise reader.missing(key)
    files = {key: reader.get(key, kind) for key, kind in _FILES.items()}
    cube, truth = (path.parent / Path(files[key]).expanduser() for key in ("cube", "truth"))
    choice = _choice(where, files)
    variable = None if choice else files["variable"]
    return SuiteScene(
        name, cube, truth, variable, files["truth_variable"], files["truth_background"], files["truth_buffer"],
        choice, own=own,
    )  # fmt: skip


def _choice(where: str, files: Mapping[str, Any]) -> ImportChoice | None:
    """How an array becomes the scene, as the options of the command say it; None where nothing is said."""
    rows, cols = files["size"] or (None, None)
    given = {**{key: files[key] for key in _IMPORT}, "rows": rows, "cols": cols}
    said: dict[str, Any] = {key: "" if value == "none" else value for key, value in given.items() if value is not None}
    if not said:
        return None
    try:
        return ImportChoice(variable=files["variable"] or "", **said)
    except HsiError as error:
        raise HsiError(say("{where}: {message}", where=where, message=error.message), error.hint) from error


def _read_demo(where: str, said: Table) -> dict[str, Any]:
    """The arguments of the simulated scene: `size` for its rows and columns, others by their own names."""
    usual = {name: parameter.default for name, parameter in inspect.signature(demo_scene).parameters.items()}
    reader = _Reader(where, said, {"size", *usual})
    found = {name: reader.get(name, _like(value)) for name, value in usual.items()}
    size = reader.get("size", _SIZE)
    if size is not None:
        found |= {"rows": size[0], "cols": size[1]}
    return {name: value for name, value in found.items() if value is not None}


def _like(usual: object) -> _Kind:
    """The kind of values that an argument takes, by its default."""
    if isinstance(usual, str):
        return _WORD
    if isinstance(usual, int):
        return _NATURAL
    return _Kind(
        lambda value: float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None,
        say("a number"),
    )


def _require_names_apart(path: Path, scenes: tuple[SuiteScene, ...]) -> None:
    """Refuses two scenes whose results would go into one folder, on file systems too that tell no capitals."""
    names = [scene.name.casefold() for scene in scenes]
    twice = [scene.name for scene in scenes if names.count(scene.name.casefold()) > 1]
    if twice:
        raise HsiError(
            say("{path}: the name {name} is that of several scenes.", path=path, name=twice[0]),
            say("Give each scene a name of its own."),
        )
