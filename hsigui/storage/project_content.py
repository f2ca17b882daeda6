"""What a project file holds, read as values; another process may be writing to it meanwhile."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hsigui.cube.cube import Geo
from hsigui.cube.remote.address import is_address
from hsigui.errors import HsiError
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.storage.database import Damaged, Journal, snapshot
from hsigui.storage.kept_scene import Condition, KeptScene, SceneFacts
from hsigui.storage.label_rows import edit_from_row, filled_layer, read_steps, table_from_json
from hsigui.storage.scene_import import SceneImport
from hsigui.storage.schema import Rows
from hsigui.storage.state_json import Name, state_from
from hsigui.storage.whole import behind, check, migrate

WINDOW = 0  # in place of a scene's number, for what is of the window


@dataclass(frozen=True)
class ProjectContent:
    """What a project file has.

    Attributes:
        scenes: in their order.
        window: how the window stood, as values of JSON; empty where nothing is known.
        shown: the identity of the scene that was shown; likewise.
    """

    scenes: list[KeptScene]
    window: dict[str, Any]
    shown: str = ""

    @property
    def written_at(self) -> float:
        """When something was last written into it, in seconds since the epoch; 0 for never."""
        return max((scene.condition.saved_at for scene in self.scenes), default=0.0)

    def same_labels_as(self, other: ProjectContent) -> bool:
        """Whether both have the same scenes with the same labels, written at the same time."""
        return len(self.scenes) == len(other.scenes) and all(
            one.facts.identity == two.facts.identity
            and one.condition == two.condition
            and np.array_equal(one.labels, two.labels)
            and np.array_equal(one.validation, two.validation)
            for one, two in zip(self.scenes, other.scenes, strict=True)
        )


def read_project(path: Path, journal: Journal = Journal.IN_PLACE) -> list[KeptScene]:
    """All scenes of a project file, in their order; see `read_content`."""
    return read_content(path, journal).scenes


def read_content(path: Path, journal: Journal = Journal.IN_PLACE, folder: Path | None = None) -> ProjectContent:
    """All of a project file; another process may be writing to it meanwhile.

    Args:
        folder: of the project, where the file is a copy of it that lies elsewhere.

    Raises:
        Damaged: it is not whole, or no project file.
        HsiError: a later version of the program wrote it.
        sqlite3.Error, OSError: it cannot be read just now.
    """
    with closing(snapshot(path, journal)) as memory:
        rows = Rows(memory)
        check(rows)
        if behind(rows):
            with rows.transaction():
                migrate(rows)
        try:
            facts = facts_in(memory)
            window = _read_window(memory)
            shown = facts.get(window.pop("shown", WINDOW))
            scenes = [_read_scene(memory, number, each, folder or path.parent) for number, each in facts.items()]
            return ProjectContent(scenes, window, "" if shown is None else shown.identity)
        except sqlite3.Error:
            raise
        except Exception as error:
            raise Damaged(f"{type(error).__name__}: {error}") from error


def facts_in(connection: sqlite3.Connection) -> dict[int, SceneFacts]:
    """Which scenes a project has, by their numbers; ValueError, KeyError or TypeError where that is not understood."""
    rows = connection.execute("SELECT scene, identity, about FROM scenes ORDER BY scene")
    return {number: _facts_from_json(identity, about) for number, identity, about in rows}


def facts_to_json(facts: SceneFacts, folder: Path) -> str:
    """Which scene it is as text, with the path from the project's folder, too: both may be moved together."""
    try:
        relative = os.path.relpath(facts.path, folder) if facts.path and not is_address(facts.path) else ""
    except ValueError:  # on another drive
        relative = ""
    about = {name: value for name, value in asdict(facts).items() if name != "identity"}
    return json.dumps({**about, "relative": Path(relative).as_posix() if relative else ""})


def _facts_from_json(identity: str, text: str) -> SceneFacts:
    about: dict[str, Any] = json.loads(text)
    geo = about["geo"]
    transform = geo["transform"]
    a, b, c, d, e, f = transform or (0.0,) * 6
    place = Geo(None if transform is None else (a, b, c, d, e, f), geo["crs_wkt"], tuple(geo["map_info"]))
    rows, cols, bands = (int(about[name]) for name in ("rows", "cols", "bands"))
    if min(rows, cols, bands) < 0:
        raise ValueError(f"a scene of {rows} x {cols} x {bands}")
    return SceneFacts(
        identity, rows, cols, bands, about["name"], about["variable"], about["path"], place, about.get("relative", "")
    )


def _read_window(connection: sqlite3.Connection) -> dict[str, Any]:
    row = connection.execute(
        "SELECT value FROM entries WHERE scene = ? AND part = 'window' AND name = 'state'", (WINDOW,)
    ).fetchone()
    found = {} if row is None else json.loads(row[0])
    return found if isinstance(found, dict) else {}


def _import(entries: Mapping[Name, Any]) -> SceneImport:
    text = entries.get(("import", "file"))
    try:
        return SceneImport() if text is None else SceneImport.from_json(text)
    except (HsiError, ValueError, TypeError, KeyError):  # by another version: the user is asked how to read the file
        return SceneImport()


def _read_scene(connection: sqlite3.Connection, number: int, facts: SceneFacts, folder: Path) -> KeptScene:
    execute = connection.execute
    entries = {
        (part, name): value
        for part, name, value in execute("SELECT part, name, value FROM entries WHERE scene = ?", (number,))
    }
    labels, validation = (
        filled_layer(
            facts.shape,
            execute("SELECT row, col, content FROM tiles WHERE scene = ? AND layer = ?", (number, layer)),
        )
        for layer in (TRAINING, VALIDATION)
    )
    edits = execute(
        'SELECT step, layer, "top", "left", "bottom", "right", mask, value, classes FROM edits '
        "WHERE scene = ? ORDER BY step, place",
        (number,),
    )
    steps, place, forgotten = read_steps(
        execute("SELECT step, text, done FROM steps WHERE scene = ? ORDER BY step", (number,)),
        ((step, edit_from_row(values)) for step, *values in edits),
    )
    condition = Condition.from_json(json.loads(entries["state", "condition"]))
    classes = table_from_json(entries.get(("classes", "table"), "[]"))
    return KeptScene(
        facts, labels, validation, classes, replace(condition, forgotten=forgotten), steps, place,
        state_from(entries, facts.shape, folder), _import(entries),
    )  # fmt: skip
