"""Class maps as polygons in files of features: GeoJSON in degrees, FlatGeobuf and GeoParquet as the scene lies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.crs import Unplaceable
from hsigui.cube.cube import Geo
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats import wkb
from hsigui.labels.formats.attributes import color_text
from hsigui.labels.shapes import Shape
from hsigui.report.lonlat import LONLAT, box_of, digits_for, in_lonlat
from hsigui.report.map_options import MapOptions
from hsigui.report.vector_maps import bent_polygons, in_units, polygons
from hsigui.saving import what_to_do, written_beside
from hsigui.texts import say

Check = Callable[[], None]
_FIELDS = ("class_id", "class_name", "color")


def write_geojson_map(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """Polygons in longitude and latitude (RFC 7946). `array` holds class numbers, rows x cols.

    Raises:
        Unplaceable: the map has no place on the earth, or crosses the 180th meridian.
        HsiError: an option is negative, or the file cannot be written.
    """
    box = box_of(geo, array.shape, "GeoJSON")
    assert geo is not None
    shapes = bent_polygons(in_units(array, options.simplify, options.smallest), geo, LONLAT, path.name, options, check)
    how = {"RFC7946": "YES", "COORDINATE_PRECISION": str(digits_for(box, array.shape))}
    return _write(path, in_lonlat(shapes, geo, path.name), classes, LONLAT, "GeoJSON", how)


def write_flatgeobuf(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """Polygons in the coordinate system of the scene. `array` holds class numbers, rows x cols.

    Raises:
        Unplaceable: the map has no place.
        HsiError: an option is negative, or the file cannot be written.
    """
    return _write_as_it_lies(path, array, classes, geo, options, check, "FlatGeobuf")


def write_parquet(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check
) -> list[Path]:
    """Polygons in the coordinate system of the scene. `array` holds class numbers, rows x cols.

    Raises:
        Unplaceable: the map has no place.
        HsiError: an option is negative, or the file cannot be written.
    """
    return _write_as_it_lies(path, array, classes, geo, options, check, "Parquet")


def _write_as_it_lies(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions, check: Check,
    driver: str,
) -> list[Path]:  # fmt: skip
    if geo is None or geo.transform is None:
        raise Unplaceable(
            say("The map has no place, and {driver} cannot say that its coordinates are pixels.", driver=driver),
            say("Choose GeoPackage, or georeference the scene first."),
        )
    numbers = in_units(array, options.simplify, options.smallest)
    return _write(path, polygons(numbers, geo, options.simplify, check), classes, geo.crs_wkt, driver, {})


def _write(
    path: Path, shapes: Iterable[Shape], classes: ClassTable, crs: str | None, driver: str, options: dict[str, str]
) -> list[Path]:
    from pyogrio.raw import write

    known = {info.number: info for info in classes}
    numbers, geometries = [], []
    for shape in shapes:
        numbers.append(shape.number)
        geometries.append(wkb.encoded(shape.rings))
    columns: list[NDArray[Any]] = [
        np.array(numbers, dtype=np.int32),
        np.array([known[n].name for n in numbers], dtype=object),
        np.array([color_text(known[n].color) for n in numbers], dtype=object),
    ]
    # Into memory first: of a full disk GDAL tells in words of its own, and a FlatGeobuf with its index takes it twice.
    content = BytesIO()
    with written_beside(path) as (scratch,):
        try:
            write(
                content, np.array(geometries, dtype=object), columns, list(_FIELDS), driver=driver, layer=path.stem,
                geometry_type="Polygon", crs=crs, layer_options=options,
            )  # fmt: skip
        except (RuntimeError, ValueError) as error:
            raise HsiError(
                say("{path} cannot be written: {error}.", path=path, error=error), what_to_do(path, error)
            ) from error
        scratch.write_bytes(content.getbuffer())
    return [path]
