"""Scenes and maps as plain text, as another package would add them to the program."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Geo
from hsigui.cube.formats.table import Reader
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.report.map_options import MapOptions
from hsigui.report.table import Exporter


class _Held:
    """Samples in memory, rows x cols x bands."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self._values = values
        self.shape, self.dtype = values.shape, values.dtype

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[np.float32]:
        return self._values[rows, cols][:, :, bands]


def open_plain(path: Path) -> Cube:
    """A first line of rows, columns and bands, one of wavelengths in nm, then a line of samples for each pixel."""
    try:
        head, waves, *pixels = path.read_text(encoding="utf-8").splitlines()
        shape = tuple(map(int, head.split()))
        values = np.array([line.split() for line in pixels], dtype=np.float32).reshape(shape)
    except ValueError as error:
        raise HsiError(f"{path.name} is no plain scene: {error}.", "Is the file complete?") from error
    info = CubeInfo(wavelengths=tuple(map(float, waves.split())))
    return Cube(_Held(values), info, name=path.stem, path=path)


def write_counts(
    path: Path,
    array: NDArray[np.integer],
    classes: ClassTable,
    geo: Geo | None,
    options: MapOptions,
    check: Callable[[], None],
) -> list[Path]:
    """A line for each class: its name and the number of its pixels."""
    check()
    counts = {info.name: int(np.count_nonzero(array == info.number)) for info in classes}
    path.write_text("".join(f"{name}: {pixels}\n" for name, pixels in counts.items()), encoding="utf-8")
    return [path]


READER = Reader(
    "plain", "Plain text scene", (".plainscene",), opens="hsigui_plain:open_plain", carries=("wavelengths",)
)
EXPORTER = Exporter(
    "plain", "Counts of pixels", (".plaincounts",), write_counts, endings=(".plaincounts",), about="a line a class"
)
