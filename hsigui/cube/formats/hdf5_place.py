"""Where an array of an HDF5 or NetCDF file lies: by CF's grid mapping and coordinates, by the `map info` that ENVI's
users carry into HDF5, or by the structure that HDF-EOS 5 writes down. Swaths are told from grids.

Sources: CF Metadata Conventions 1.11, sections 4 and 5.6; GDAL, "NetCDF network Common Data Form", Georeference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np

from hsigui.cube.cube import Geo
from hsigui.cube.formats.array_tree import TreeGroup
from hsigui.cube.formats.cf_crs import wkt_of_mapping, wkt_or_none
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.containers import Place
from hsigui.cube.formats.envi_geo import Transform, place_of_map_info
from hsigui.cube.formats.hdf5_attributes import Attributes, nearby, numbers_in, text_in, text_of
from hsigui.cube.formats.hdf5_links import is_array, item_of
from hsigui.cube.formats.hdfeos_grids import place_in_grid
from hsigui.texts import say

COLUMN_NAMES = {"x", "easting", "eastings", "xc", "lon", "longitude", "projection_x_coordinate", "x_coordinate"}
ROW_NAMES = {"y", "northing", "northings", "yc", "lat", "latitude", "projection_y_coordinate", "y_coordinate"}
_SWATH = ("lat", "latitude", "latitudes", "latitude_vnir", "latitude_swir")
_REGULAR = 1e-3  # of a step, by which coordinates may stray
_LONGEST = 10_000_000  # entries of a list of coordinates


def place_of_array(file: Any, name: str, layout: Layout) -> Place:
    """Where an array lies, as far as the file says.

    Args:
        layout: which of its axes are rows and columns.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    if layout.axes[0] == layout.axes[1]:
        return Place()
    found = []
    for look in (_by_mapping, _by_map_info, place_in_grid):
        found.append(look(file, name, layout))
        if found[-1].geo.transform is not None:
            return found[-1]
    if swath := _swath(file, name, layout):
        return Place(notes=swath)
    return next((place for place in found if place.geo.crs_wkt or place.notes), Place())


def axes_of_dimensions(file: Any, name: str) -> str:
    """What the axes of an array of three are, where its dimensions have coordinates of both directions of a map; empty
    where they have not.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    words = [""] * 3
    if len(item_of(file, name).shape) != 3:
        return ""
    for axis in range(3):
        for scale in scales_of(file, name, axis):
            words[axis] = "rows" if _means(scale, ROW_NAMES) else "cols" if _means(scale, COLUMN_NAMES) else ""
    if sorted(words) != ["", "cols", "rows"]:
        return ""
    return ",".join(word or "bands" for word in words)


def transform_of_gdal(values: Any) -> Transform | None:
    """Six numbers in GDAL's order (origin x, width, rotation, origin y, rotation, height) in affine order; None where
    they are not six that make a place."""
    numbers = numbers_in(values) if isinstance(values, str) else np.ravel(values)
    if numbers.size != 6 or numbers.dtype.kind not in "iuf" or not np.isfinite(numbers).all():
        return None
    c, a, b, f, d, e = map(float, numbers)
    return (a, b, c, d, e, f) if a * e != b * d else None


def _by_mapping(file: Any, name: str, layout: Layout) -> Place:
    around = Attributes.around(file, name)
    mapping = _mapping(file, name, around.own.text("grid_mapping"))
    wkt = wkt_of_mapping(mapping) if mapping is not None else None
    said = transform_of_gdal(mapping.get("GeoTransform")) if mapping is not None else None
    if said is None and mapping is not None:
        said = transform_of_gdal(mapping.text("GeoTransform"))
    transform = said or _by_coordinates(file, name, layout)
    if transform is None:
        return Place(Geo(None, wkt)) if wkt else Place()
    if wkt is None and _in_degrees(file, name):
        wkt = wkt_or_none("EPSG:4326")
    notes = (say("The rows run from south to north."),) if transform[4] > 0 else ()
    return Place(Geo(transform, wkt), notes)


def _mapping(file: Any, name: str, said: str) -> Attributes | None:
    """The attributes of the variable that `grid_mapping` names, also in its longer form "crs: x y"."""
    word = said.split(":")[0].split()[0] if said.split() else ""
    if not word:
        return None
    item = item_of(file, word) if "/" in word else next((i for _, i in nearby(file, name, (word,))), None)
    return None if item is None else Attributes(item.attrs)


def _by_coordinates(file: Any, name: str, layout: Layout) -> Transform | None:
    rows, cols, _ = layout.shape
    y = _coordinate(file, name, layout.axes[0], rows, ROW_NAMES)
    x = _coordinate(file, name, layout.axes[1], cols, COLUMN_NAMES)
    if x is None or y is None:
        return None
    (left, width), (top, height) = x, y
    return width, 0.0, left - width / 2, 0.0, height, top - height / 2


def _coordinate(file: Any, name: str, axis: int, length: int, names: set[str]) -> tuple[float, float] | None:
    """Centre of the first pixel and step of a regular list of coordinates along an axis."""
    for item in _lists(file, name, axis, names):
        if item.shape != (length,) or length < 2 or length > _LONGEST or item.dtype.kind not in "iuf":
            continue
        values = np.asarray(item[()], dtype=float)
        step = float(values[-1] - values[0]) / (length - 1)
        regular = values[0] + step * np.arange(length)
        if step and np.isfinite(values).all() and np.abs(values - regular).max() <= abs(step) * _REGULAR:
            return float(values[0]), step
    return None


def _lists(file: Any, name: str, axis: int, names: set[str]) -> Iterator[Any]:
    yield from (scale for scale in scales_of(file, name, axis) if _means(scale, names))
    for path, item in nearby(file, name, names):
        if is_array(item) and path != name:
            yield item


def scales_of(file: Any, name: str, axis: int) -> Iterator[Any]:
    """The coordinates of an axis: HDF5's dimension scales, or the arrays that are called as the axis is.

    Raises:
        OSError, KeyError, ValueError, TypeError: the file is damaged.
    """
    array = item_of(file, name)
    if isinstance(file, TreeGroup):
        if array.dimensions and (wanted := array.dimensions[axis]):
            yield from (item for path, item in nearby(file, name, (wanted,)) if path != name and is_array(item))
        return
    # h5py would open them in another way than `item_of`.
    listed = array.attrs.get("DIMENSION_LIST")
    if listed is None or axis >= len(listed):
        return
    for reference in listed[axis]:
        path = h5py.h5r.get_name(reference, file.id)
        scale = item_of(file, path.decode("utf-8", "replace")) if path else None
        if is_array(scale):
            yield scale


def _means(scale: Any, names: set[str]) -> bool:
    last = str(scale.name).rsplit("/", 1)[-1].casefold()
    return last in names or text_of(scale.attrs.get("standard_name", "")).casefold() in names


def _in_degrees(file: Any, name: str) -> bool:
    """Whether coordinates beside the array are degrees of longitude."""
    for _, item in nearby(file, name, COLUMN_NAMES):
        units = text_of(item.attrs.get("units", "")).casefold() if is_array(item) else ""
        if item.shape and len(item.shape) == 1 and units.startswith("degree"):
            return True
    return False


def _by_map_info(file: Any, name: str, layout: Layout) -> Place:
    info = _text_near(file, name, "map_info")
    if not info:
        return Place()
    fields = tuple(part.strip() for part in info.strip("{}").split(","))
    words = _text_near(file, name, "coordinate_system_string")
    code = _text_near(file, name, "epsg_code", "epsg").upper().removeprefix("EPSG:")
    wkt = (wkt_or_none(f"EPSG:{code}") if code.isdecimal() else None) or (wkt_or_none(words) if words else None)
    transform, own, notes = place_of_map_info(fields)
    return Place(Geo(transform, wkt or own, fields if transform else ()), () if wkt else notes)


def _text_near(file: Any, name: str, *names: str) -> str:
    """A text by its name: an attribute, or an array of one text beside the array or one or two groups below."""
    around = Attributes.around(file, name)
    if text := around.text(*names):
        return text
    for _, item in nearby(file, name, names, deep=2):
        if is_array(item) and item.shape in ((), (1,)) and (text := text_in(item)):
            return text
    return ""


def _swath(file: Any, name: str, layout: Layout) -> tuple[str, ...]:
    """A sentence where latitudes of every pixel lie beside an array that has no grid."""
    size = layout.shape[:2]
    for path, item in nearby(file, name, _SWATH, deep=1):
        if is_array(item) and item.shape in (size, size[::-1]):
            return (
                say(
                    "The scene is a swath: the file has the latitude of every pixel ({path}), and no grid. It has no "
                    "place on a map.",
                    path=path,
                ),
            )
    return ()
