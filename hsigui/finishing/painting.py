"""Classes that a hand has painted over a map."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.finishing.finished_map import FinishedMap
from hsigui.finishing.step import Check
from hsigui.finishing.unclassified import require_size
from hsigui.labels.classes import ClassTable
from hsigui.labels.matching import match_classes


@dataclass(frozen=True, eq=False)
class Paint:
    """Painted pixels take their class, but where the scene has no data. They are no answer of the model, so they are
    marked, and left out of the test of the map.

    Attributes:
        classes: class numbers, rows x cols uint16; 0 where nothing is painted.
        table: what they mean; classes of the map's names are those of the map, others are added.
        source: the file, as the option names it.
        sha256: of the class numbers: two steps with the same, and the same table, are equal.
    """

    classes: NDArray[np.uint16] = field(repr=False)
    table: ClassTable
    source: str
    sha256: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Paint) and self._known == other._known

    def __hash__(self) -> int:
        return hash(self._known)

    @property
    def _known(self) -> tuple[str, str, ClassTable]:
        return self.sha256, self.source, self.table

    @property
    def told(self) -> str:
        return f"--paint {shlex.quote(self.source)}"

    def on(self, found: FinishedMap, check: Check) -> FinishedMap:
        require_size(self.classes.shape, found.classes.shape, self.source)
        check()
        matched = match_classes(self.classes, self.table, found.table)
        here = matched.array > 0
        if found.valid is not None:
            here &= found.valid
        painted = here if found.painted is None else here | found.painted
        used = set(np.unique(matched.array[here]).tolist()) | {info.number for info in found.table}
        table = ClassTable(tuple(info for info in matched.classes if info.number in used))
        return replace(found, classes=np.where(here, matched.array, found.classes), table=table, painted=painted)
