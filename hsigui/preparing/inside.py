"""The part of a cube that lies in polygons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, Source
from hsigui.preparing.area import Polygons
from hsigui.preparing.cut import Crop
from hsigui.preparing.made import as_values, has_mark
from hsigui.texts import say


@dataclass(frozen=True, eq=False)
class InsideSource:
    """A source whose samples outside of an area are one number.

    Attributes:
        inside: rows x cols.
        other: the number.
    """

    source: Source
    inside: NDArray[np.bool_]
    other: float

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.source.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        return self.source.dtype

    @property
    def any_window_is_cheap(self) -> bool:
        """Whether samples lie in no pieces that are unpacked as a whole."""
        return bool(getattr(self.source, "any_window_is_cheap", False))

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Rows x cols x bands, as they are stored."""
        found = self.source.read(rows, cols, bands)
        return np.where(self.inside[rows, cols, None], found, np.asarray(self.other, dtype=self.dtype))


@dataclass(frozen=True)
class Inside:
    """The smallest window that holds all pixels whose centre lies in polygons; the others in it have no data.

    Attributes:
        polygons: of a file, brought to the scene's own map.
    """

    polygons: Polygons

    @property
    def told(self) -> str:
        return f'--inside "{self.polygons.told}"'

    def on(self, cube: Cube) -> Cube:
        """The window of the cube. Samples are kept as they are stored where one of them stands for no data, other than
        0, which is a common measurement, too; else they are values, float32, with NaN for no data.

        Raises:
            HsiError: the file cannot be read, or its shapes miss the scene.
        """
        pixels = self.polygons.on(cube)
        part = Crop((pixels.rows.start, pixels.rows.stop), (pixels.cols.start, pixels.cols.stop)).on(cube)
        if not has_mark(part):
            part = as_values(part)
        nodata = part.info.nodata
        assert nodata is not None  # see `has_mark`
        note = say("{name}: {count:,} of {all:,} pixels lie inside.", name=self.polygons.told,
                   count=int(np.count_nonzero(pixels.inside)), all=pixels.inside.size)  # fmt: skip
        info = replace(part.info, notes=(*part.info.notes, *pixels.notes, note), gaps_unknown=True)
        return part.over(lambda source: InsideSource(source, pixels.inside, nodata), info)
