"""Where a raster lies, as files say it, and rasters of measurements: class probabilities, confidence, entropy."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.errors import NotGeoreferencedWarning, RasterioError

from hsigui import plugins
from hsigui.cube.crs import system_of
from hsigui.cube.cube import Geo
from hsigui.cube.flips import to_north_up
from hsigui.cube.formats.envi import geo_fields, layout_fields, write_pair
from hsigui.cube.formats.memory_rasters import copied_through_memory
from hsigui.errors import HsiError
from hsigui.labels.formats.tiff_classes import aux_path, geo_beside
from hsigui.report.pam import place_pam
from hsigui.report.table import LAYERS, layer_suffixes
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say

TILE = 256
COG_TILE = 512


def placed(geo: Geo | None) -> dict[str, Any]:
    """The place of a scene in rasterio's words; empty when it has none."""
    found: dict[str, Any] = {}
    if geo is not None and geo.transform is not None:
        found["transform"] = rasterio.Affine(*geo.transform)
    if (crs := system_of(geo)) is not None:
        found["crs"] = crs
    return found


def tiled(rows: int, cols: int) -> dict[str, Any]:
    """How GeoTIFFs are stored: in compressed tiles, so that a viewer reads only what it shows."""
    profile: dict[str, Any] = {"driver": "GTiff", "height": rows, "width": cols, "compress": "deflate"}
    return profile | {"tiled": True, "blockxsize": TILE, "blockysize": TILE, "bigtiff": "IF_SAFER"}


@contextmanager
def told_plainly(path: Path) -> Iterator[None]:
    """Turns what rasterio raises while writing into an HsiError; a scene without a place is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        try:
            yield
        except RasterioError as error:
            raise HsiError(
                say("“{path}” cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error


def overview_factors(rows: int, cols: int) -> list[int]:
    """By how much the smaller copies of a raster are thinned, until one fits into a tile: 2, 4, 8, ..."""
    factors, factor = [], 2
    while max(rows, cols) > TILE * factor // 2:
        factors.append(factor)
        factor *= 2
    return factors


def write_layers(
    path: str | Path, layers: NDArray[np.floating], names: Sequence[str], geo: Geo | None = None,
    about: Mapping[str, str] | None = None, *, cloud: bool = False,
) -> list[Path]:  # fmt: skip
    """Writes float32 layers with their names as band names; NaN is no data.

    Args:
        path: its suffix is one of `report.table.layer_suffixes`.
        layers: rows x cols x layers.
        names: of the layers; band descriptions there.
        geo: where the scene lies.
        about: what else the file is to say, such as "hsigui recipe"; tags there (HSIGUI_RECIPE), or header fields.

    Raises:
        HsiError: the suffix is another, or the file cannot be written.
    """
    path = Path(path)
    row = next((row for row in LAYERS if path.suffix.lower() in row.suffixes), None)
    if row is None:
        raise HsiError(
            say("Measurements cannot be written as “{name}”.", name=path.name),
            say("End it in {layer_suffixes}.", layer_suffixes=", ".join(layer_suffixes())),
        )
    return plugins.resolved(row.write)(path, layers, names, geo, about or {}, cloud=cloud)


def write_envi_layers(
    path: Path,
    layers: NDArray[np.floating],
    names: Sequence[str],
    geo: Geo | None,
    about: Mapping[str, str],
    *,
    cloud: bool = False,
) -> list[Path]:
    """Layers (rows x cols x layers) as ENVI, band sequential, from the northern row on; HsiError when it cannot be
    written, or a header cannot say where they lie."""
    geo = geo or Geo()
    flip = to_north_up(geo)
    values, geo = flip.array(layers.astype(np.float32, copy=False)), flip.geo(geo, layers.shape)
    # A brace would end a header's field.
    told = {key: text.translate(str.maketrans("{}", "()")) for key, text in about.items()}
    fields = {"description": ", ".join(names), **layout_fields(values, "bsq"), **geo_fields(geo, values.shape)}
    return list(write_pair(path, values, {**fields, "data ignore value": "nan", "band names": list(names), **told}))


def _fill(file: Any, layers: NDArray[np.floating], names: Sequence[str], about: Mapping[str, str]) -> None:
    for number, name in enumerate(names, start=1):
        file.write(layers[:, :, number - 1].astype(np.float32, copy=False), number)
        file.set_band_description(number, name)
    file.update_tags(**{key.upper().replace(" ", "_"): text for key, text in about.items()})


def write_tiff_layers(
    path: Path,
    layers: NDArray[np.floating],
    names: Sequence[str],
    geo: Geo | None,
    about: Mapping[str, str],
    *,
    cloud: bool = False,
) -> list[Path]:
    """Layers (rows x cols x layers) as GeoTIFF: tiled, deflate; HsiError when it cannot be written. A coordinate system
    that a GeoTIFF cannot name stands in the `.aux.xml` beside it."""
    rows, cols, count = layers.shape
    profile = tiled(rows, cols) | {"count": count, "dtype": "float32", "nodata": np.nan, "predictor": 3} | placed(geo)
    profile["interleave"] = "band"
    with written_beside(path) as (beside,), told_plainly(path):
        if cloud:
            with rasterio.MemoryFile() as memory:
                with memory.open(**profile) as file:
                    _fill(file, layers, names, about)
                with memory.open() as file:
                    copied_through_memory(
                        file, beside, driver="COG", compress="DEFLATE", predictor="YES", blocksize=COG_TILE,
                        bigtiff="IF_SAFER", overview_resampling="AVERAGE", interleave="BAND",
                    )  # fmt: skip
        else:
            with rasterio.open(beside, "w", **profile) as file:
                _fill(file, layers, names, about)
    if (beside_it := geo_beside(geo)) is None:
        return [path]
    with written_beside(aux := aux_path(path)) as (scratch,):
        scratch.write_bytes(place_pam(beside_it))
    return [path, aux]
