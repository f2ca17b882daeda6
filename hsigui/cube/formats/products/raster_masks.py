"""The quality layers of products of GeoTIFFs as masks: rasters of their own beside that of the scene."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.formats.geotiff import open_dataset
from hsigui.cube.formats.products.quality_layers import (
    QualityLayer,
    marked_in,
    no_layer,
    other_size,
    sibling,
)
from hsigui.cube.formats.products.rasters import product_of, raster_of
from hsigui.cube.formats.products.rows import Quality

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube


class RasterMasks:
    """The quality masks of products of GeoTIFFs."""

    def layers(self, path: Path) -> tuple[QualityLayer, ...]:
        """Those beside a raster, or beside the raster that an XML file describes."""
        path = next(iter(raster_of(path)), path)
        row = product_of(path)
        rows = () if row is None else row.quality
        return tuple(
            QualityLayer(q.name, q.title, found) for q in rows if (found := sibling(path, q.beside)) is not None
        )

    def marked(self, path: Path, cube: Cube, names: Sequence[str]) -> NDArray[np.bool_]:
        """The pixels of a scene that one of them marks, rows x cols.

        Raises:
            HsiError: one is not there, or has another size than the scene.
        """
        path = next(iter(raster_of(path)), path)
        row = product_of(path)
        known = {q.name: q for q in (() if row is None else row.quality)}
        total = np.zeros((cube.rows, cube.cols), dtype=bool)
        for name in names:
            layer = known.get(name)
            found = None if layer is None else sibling(path, layer.beside)
            if layer is None or found is None:
                raise no_layer(path, name, self.layers(path))
            mask = _mask(found, layer)
            if mask.shape != total.shape:
                raise other_size(path, name, mask.shape, total.shape)
            total |= mask
        return total


def _mask(path: Path, row: Quality) -> NDArray[np.bool_]:
    with open_dataset(path) as dataset:
        if row.plane >= dataset.count:
            raise no_layer(path, row.name, ())
        return marked_in(dataset.read(row.plane + 1), row)
