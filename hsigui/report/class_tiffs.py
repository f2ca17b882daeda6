"""Class maps as GeoTIFF for GIS: tiles, palette, overviews, names for GDAL and a style for QGIS beside; or COG."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.enums import Resampling

from hsigui.cube.cube import Geo
from hsigui.cube.formats.memory_rasters import copied_through_memory, written_through_memory
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.class_tables import qgis_style
from hsigui.labels.formats.tiff_classes import aux_path, geo_beside
from hsigui.labels.raster import smallest_type
from hsigui.report.pam import pam
from hsigui.report.rasters import COG_TILE, overview_factors, placed, tiled, told_plainly
from hsigui.saving import written_beside


def write_class_tiff(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None, *, cloud: bool = False
) -> list[Path]:
    """Writes a class map as GeoTIFF with its `.aux.xml` (names, attribute table) and `.qml`.

    uint8 as long as every number fits; 0 is no-data; overviews take the most frequent class, so that no number appears
    that is no class.

    Args:
        array: class numbers, rows x cols.
        classes: names and colours of all numbers.
        cloud: as Cloud-Optimised GeoTIFF.

    Raises:
        HsiError: the files cannot be written.
    """
    numbers = smallest_type(array, classes)
    rows, cols = numbers.shape
    profile: dict[str, Any] = tiled(rows, cols) | {"count": 1, "dtype": numbers.dtype, "nodata": 0} | placed(geo)
    aux, style = aux_path(path), path.with_suffix(".qml")
    with written_beside(path, aux, style) as (scratch, aux_scratch, style_scratch), told_plainly(path):
        if cloud:
            with rasterio.MemoryFile() as memory:
                with memory.open(**profile) as file:
                    _fill(file, numbers, classes)
                with memory.open() as file:
                    copied_through_memory(
                        file, scratch, driver="COG", compress="DEFLATE", blocksize=COG_TILE, bigtiff="IF_SAFER",
                        overview_resampling="MODE",
                    )  # fmt: skip
        else:
            with written_through_memory(scratch, **profile) as file:
                _fill(file, numbers, classes)
                if factors := overview_factors(rows, cols):
                    file.build_overviews(factors, Resampling.mode)
        aux_scratch.write_bytes(pam(classes, array, geo_beside(geo)))
        style_scratch.write_bytes(qgis_style(classes))
    return [path, aux, style]


def _fill(file: Any, numbers: NDArray[Any], classes: ClassTable) -> None:
    file.write(numbers, 1)
    describe_classes(file, classes)


def describe_classes(file: Any, classes: ClassTable) -> None:
    """Gives an open dataset of class numbers its palette and the name of its band."""
    file.write_colormap(1, {0: (0, 0, 0, 0)} | {c.number: (*c.color, 255) for c in classes})
    file.set_band_description(1, "class")
