"""What a project file knows of a scene, as values: which scene it is, its labels with their history, and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Geo
from hsigui.document.identity import file_identity
from hsigui.document.scene_state import SceneState
from hsigui.labels.classes import ClassTable
from hsigui.labels.history import Step
from hsigui.labels.label_map import Edit
from hsigui.storage.scene_import import SceneImport

TILE = 128  # rows and columns of a tile
TileKey = tuple[int, int, int]  # layer, and row and column of the tile, counted in tiles


@dataclass(frozen=True)
class SceneFacts:
    """Which scene it is.

    Attributes:
        identity: see `document.identity.file_identity`.
        path: where its file was, absolute, or its address; empty for a scene made in memory.
        relative: the same as seen from the project that it was read from; empty where there is no such path.
    """

    identity: str
    rows: int
    cols: int
    bands: int
    name: str = ""
    variable: str = ""
    path: str = ""
    geo: Geo = field(default_factory=Geo)
    relative: str = field(default="", compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.cols

    @classmethod
    def of(cls, plain: Cube) -> SceneFacts:
        """The facts of a scene as its file has it; reads some of its samples."""
        return cls(
            file_identity(plain),
            plain.rows,
            plain.cols,
            plain.bands,
            plain.name,
            plain.info.variable,
            plain.where,
            plain.geo,
        )


@dataclass(frozen=True)
class Condition:
    """How things stand with the labels of a scene.

    Attributes:
        unsaved: they are in no file of the user.
        saved_at: when they were written here, in seconds since the epoch.
        current_class: the number that the brush paints; 0 for none.
        layer: the layer that is painted.
        forgotten: how many steps of the history were dropped before those that are kept.
        labels_path: the file of the user that they were saved to last; empty for none.
        labels_source: the one that they were read from; likewise. labels_buffer: the distance within which points and
            lines of it label.
        given_up: the user did not want them.
    """

    unsaved: bool = False
    saved_at: float = 0.0
    current_class: int = 0
    layer: int = 0
    forgotten: int = 0
    labels_path: str = ""
    given_up: bool = False
    labels_source: str = ""
    labels_buffer: str = ""

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Condition:
        """What of it is known here: a later version may say more, and an earlier one less."""
        return cls(**{spec.name: values[spec.name] for spec in fields(cls) if spec.name in values})


@dataclass(frozen=True)
class Pieces:
    """Pieces of a step that is not over yet.

    Attributes:
        step: the number that the step will have.
        batch: how many batches of its pieces came before this one.
        inverses: what takes them back, in the order in which they were made.
    """

    step: int
    batch: int
    text: str
    inverses: tuple[Edit, ...]


@dataclass(frozen=True)
class Change:
    """What became different of a scene since the change before it. Nothing in it changes any more.

    Attributes:
        tiles: copies of the parts of layers that may look otherwise, at most TILE x TILE uint16 each.
        steps: by their numbers, which count those that were forgotten, too: each with whether it is done.
        first, end: of all steps that are kept; those before and after are dropped.
        pieces: of the step that is open.
        classes: None where they are as before.
        whole: this is all there is of the scene; what was written of it before goes.
    """

    condition: Condition
    tiles: Mapping[TileKey, NDArray[np.uint16]] = field(default_factory=dict)
    steps: Mapping[int, tuple[Step, bool]] = field(default_factory=dict)
    first: int = 0
    end: int = 0
    pieces: tuple[Pieces, ...] = ()
    classes: ClassTable | None = None
    whole: bool = False

    def followed_by(self, later: Change) -> Change:
        """This change and a later one as one."""
        if later.whole:
            return later
        closed = {*later.steps}
        return Change(
            later.condition,
            {**self.tiles, **later.tiles},
            {**self.steps, **later.steps},
            later.first,
            later.end,
            (*(p for p in self.pieces if p.step not in closed), *later.pieces),
            self.classes if later.classes is None else later.classes,
            self.whole,
        )


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What is written beside the labels of a scene, as far as it is other than before.

    Attributes:
        state: of the scene.
        window: of the window that shows it, as values of JSON.
        imported: how the file of the scene is read, which is found out when it is written.
    """

    state: SceneState
    window: Mapping[str, Any] = field(default_factory=dict)
    imported: SceneImport | None = None


@dataclass(frozen=True, eq=False)
class KeptScene:
    """A scene as a project file has it.

    Attributes:
        labels, validation: class numbers, rows x cols uint16.
        steps: of the history, in the order of `History.texts`.
        place: how many of them are done.
        state: what else of it is to come back.
        imported: how its file is read.
    """

    facts: SceneFacts
    labels: NDArray[np.uint16]
    validation: NDArray[np.uint16]
    classes: ClassTable
    condition: Condition
    steps: tuple[Step, ...] = ()
    place: int = 0
    state: SceneState = field(default_factory=SceneState)
    imported: SceneImport = field(default_factory=SceneImport)

    @property
    def labelled(self) -> int:
        """How many pixels have a label, validation labels among them."""
        return int(np.count_nonzero(self.labels)) + int(np.count_nonzero(self.validation))

    @property
    def at_stake(self) -> bool:
        """Whether it has labels that are nowhere else."""
        return self.condition.unsaved and self.labelled > 0
