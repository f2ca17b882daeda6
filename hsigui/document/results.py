"""The table of results of a scene: maps that are kept beside the one that is shown, and what is noted of trainings.

A map is kept whole and packed, with what it was made from and the pixels that it was measured on: so it can be compared
with others when its run is long gone.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.measures import measure
from hsigui.document.events import ResultsChanged
from hsigui.document.hub import Events
from hsigui.document.raster import Raster
from hsigui.document.values import Accuracy, MapOfScene, Reference, Run, context_of
from hsigui.labels.classes import ClassTable
from hsigui.specs import MapSpec, PretrainSpec

if TYPE_CHECKING:
    from hsigui.document.scene import Scene

MAP, TRAINING = "map", "training"  # kinds of rows; others may come, from packages or later versions
NOW = 0  # in place of a number: the map that is shown


@dataclass(frozen=True, eq=False)
class KeptResult:
    """A row of the table.

    Attributes:
        number: no other row of the scene has it; from 1. NOW for the map that is shown.
        kind: MAP, TRAINING, or what a later version knows.
        name: that the user gave; empty for none.
        made_at: seconds since the epoch.
        made_by: in words, where no encoder was trained: the measure of a map by spectra.
        spec: how its encoder was trained; None where none was.
        folder: of its run; None where it is kept nowhere.
        map_spec: how the map was drawn; context: the level of context that weighs most, empty where there are none.
        device: where the encoder was trained, in words.
        train_seconds: that took; map_seconds: features, probe and map.
        labels: how many pixels it was made from.
        classes: names and colours of the numbers of its map.
        map, trained_on: class numbers, rows x cols; tested: the reference on the pixels that it was measured on, 0
            elsewhere. None where there are none.
        accuracy: as it was measured then.
        measured_on: on what, in words.
        other: what a later version wrote of it.
    """

    number: int
    kind: str = MAP
    name: str = ""
    note: str = ""
    made_at: float = 0.0
    spec: PretrainSpec | None = None
    folder: Path | None = None
    map_spec: MapSpec | None = None
    context: str = ""
    device: str = ""
    train_seconds: float | None = None
    map_seconds: float | None = None
    labels: int = 0
    classes: ClassTable = field(default_factory=ClassTable)
    map: Raster | None = None
    trained_on: Raster | None = None
    tested: Raster | None = None
    accuracy: Accuracy | None = None
    measured_on: str = ""
    other: Mapping[str, Any] = field(default_factory=dict)
    made_by: str = ""


class KeptResults:
    """Those of a scene, in the order in which they came."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._rows: tuple[KeptResult, ...] = ()

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[KeptResult]:
        return iter(self._rows)

    @property
    def all(self) -> tuple[KeptResult, ...]:
        """The same tuple as long as nothing changes."""
        return self._rows

    def get(self, number: int) -> KeptResult | None:
        """The row of a number; None where there is none."""
        return next((row for row in self._rows if row.number == number), None)

    def add(self, row: KeptResult) -> KeptResult:
        """Adds a row under a new number, and returns it; one that has a number that is free comes back in its place."""
        numbers = {other.number for other in self._rows}
        if row.number == NOW or row.number in numbers:
            row = replace(row, number=max(numbers, default=0) + 1)
        self._put(tuple(sorted((*self._rows, row), key=lambda other: other.number)))
        return row

    def rename(self, number: int, name: str) -> None:
        self._put(tuple(replace(row, name=name) if row.number == number else row for row in self._rows))

    def annotate(self, number: int, note: str) -> None:
        """Gives a row another note."""
        self._put(tuple(replace(row, note=note) if row.number == number else row for row in self._rows))

    def remove(self, number: int) -> None:
        self._put(tuple(row for row in self._rows if row.number != number))

    def take_up(self, rows: tuple[KeptResult, ...], shape: tuple[int, int]) -> None:
        """Takes those of an earlier day; maps of another size than the scene (rows and columns) are left out."""
        self._put(tuple(row for row in rows if row.map is None or row.map.shape == shape))

    def keeps(self, made: MapOfScene, run: Run | None) -> bool:
        """Whether a map is among them: by the same training, from the same labels, and the same pixel by pixel."""
        run = run_of(made, run)
        spec, folder = (None, None) if run is None else (run.encoder.spec, run.folder)
        return any(row.spec == spec and row.folder == folder and _is_same(row, made) for row in self._rows)

    def _put(self, rows: tuple[KeptResult, ...]) -> None:
        self._rows = rows
        self._events.emit(ResultsChanged())


def result_of(scene: Scene) -> KeptResult | None:
    """The map that a scene shows, as a row of the table; None without one. What may change later is copied."""
    made, reference = scene.map, scene.reference
    return None if made is None else result_from(made, run_of(made, scene.run), scene.classes, reference)


def run_of(made: MapOfScene, run: Run | None) -> Run | None:
    """The run that a map was made by; None for a map by spectra, whatever run is in use."""
    return None if made.nearest is not None else run


def result_from(made: MapOfScene, run: Run | None, classes: ClassTable, reference: Reference | None) -> KeptResult:
    """A map as a row of the table.

    Args:
        run: that it was made by; None for a map without an encoder.
        reference: what its accuracy was measured on.
    """
    figures = context_of(made.probe)
    main = made.spec.context or max(figures, key=lambda name: figures[name].weight, default="")
    encoder = None if run is None else run.encoder
    seconds = {**({} if run is None else run.seconds), **made.seconds}
    valid = None if run is None or run.features is None else run.features.valid
    near = made.nearest
    valid = valid if near is None else near.valid
    return KeptResult(
        NOW, MAP, made_at=time.time(), spec=None if encoder is None else encoder.spec,
        folder=None if run is None else run.folder, map_spec=made.spec, context=main,
        device="" if encoder is None else encoder.device_name,
        train_seconds=None if encoder is None else float(encoder.seconds),
        map_seconds=sum(map(float, seconds.values())) if seconds else None,
        labels=int(np.count_nonzero(made.trained_on)), classes=classes,
        map=Raster.of(made.class_map.classes), trained_on=Raster.of(made.trained_on),
        tested=_tested(made, reference, valid), accuracy=made.accuracy, measured_on=made.measured_on,
        made_by="" if near is None else measure(near.matching.by).title,
    )  # fmt: skip


def _tested(made: MapOfScene, reference: Reference | None, valid: NDArray[np.bool_] | None) -> Raster | None:
    """The test pixels of a map, as `pipeline.scoring.tested` has them; found out when they are asked for."""
    if made.accuracy is None or reference is None:
        return None
    array, train = reference.array.copy(), made.trained_on  # the reference may be painted on

    def find() -> NDArray[np.uint16]:
        left_out = train != 0 if valid is None else (train != 0) | ~valid
        return np.where(left_out, np.uint16(0), array).astype(np.uint16, copy=False)

    return Raster((array.shape[0], array.shape[1]), find)


def _is_same(row: KeptResult, made: MapOfScene) -> bool:
    """Whether a row has a map; what is quickly compared comes first."""
    if row.map is None or row.trained_on is None or row.map_spec != made.spec:
        return False
    if row.labels != int(np.count_nonzero(made.trained_on)) or (row.accuracy is None) != (made.accuracy is None):
        return False
    if row.accuracy is not None and made.accuracy is not None and row.accuracy.oa != made.accuracy.oa:
        return False
    return bool(
        np.array_equal(row.trained_on.array(), made.trained_on)
        and np.array_equal(row.map.array(), made.class_map.classes)
    )
