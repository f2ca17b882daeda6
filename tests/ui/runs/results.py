"""Kept maps for tests, small enough to be counted by hand."""

from __future__ import annotations

import numpy as np

from hsigui.document.raster import Raster
from hsigui.document.results import KeptResult
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.report.metrics import accuracy
from hsigui.specs import MapSpec, PretrainSpec

TABLE = ClassTable((ClassInfo(1, "Water", (0, 0, 200)), ClassInfo(2, "Corn", (200, 200, 0))))
TURNED = ClassTable((ClassInfo(1, "corn", (9, 9, 9)), ClassInfo(2, "Water", (1, 1, 1))))
TRUTH = np.array([[1, 1, 1, 2, 2, 2], [0, 0, 0, 0, 0, 0]], dtype=np.uint16)


def kept(number: int, rows: list[list[int]], tested: np.ndarray | None = TRUTH, table: ClassTable = TABLE,
         **values) -> KeptResult:  # fmt: skip
    """A kept map of 2 x 6 pixels."""
    array = np.array(rows, dtype=np.uint16)
    return KeptResult(
        number, classes=table, map=Raster.of(array), tested=None if tested is None else Raster.of(tested),
        accuracy=None if tested is None else accuracy(array, tested, table),
        **{"spec": PretrainSpec(), "map_spec": MapSpec(), "labels": 4, "made_at": 1.7e9 + number, **values},
    )  # fmt: skip


GOOD = [[1, 1, 1, 2, 2, 1], [1, 1, 2, 2, 0, 1]]  # five of six right
POOR = [[1, 2, 1, 2, 1, 2], [1, 2, 2, 1, 1, 0]]  # four of six right
