"""The part of a cube that lies in polygons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hsigui.cube.cube import Cube
from hsigui.preparing.area import Polygons
from hsigui.preparing.cut import Crop
from hsigui.preparing.made import InsideSource, as_values, has_mark
from hsigui.texts import say


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
