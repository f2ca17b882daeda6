"""Where an array of an HDF5 or NetCDF file lies: by CF's grid mapping and coordinates, by the `map info` that ENVI's
users carry into HDF5, or by the structure that HDF-EOS 5 writes down. Swaths are told from grids.

Sources: CF Metadata Conventions 1.11, sections 4 and 5.6; GDAL, "NetCDF network Common Data Form", Georeference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.formats.array_file import Place
from hsigui.cube.formats.array_tree import TreeGroup
from hsigui.cube.formats.cf_crs import MAPPING_NAMES, metres_of, names_system, wkt_of_mapping, wkt_or_none
from hsigui.cube.formats.choice import Layout
from hsigui.cube.formats.envi_geo import Transform, place_of_map_info
from hsigui.cube.formats.hdf5_attributes import Attributes, beside, nearby, numbers_in, text_in, text_of
from hsigui.cube.formats.hdf5_links import is_array, item_of
from hsigui.cube.formats.hdfeos_grids import place_in_grid
from hsigui.texts import say

COLUMN_NAMES = {"x", "easting", "eastings", "xc", "lon", "longitude", "projection_x_coordinate", "x_coordinate"}
ROW_NAMES = {"y", "northing", "northings", "yc", "lat", "latitude", "projection_y_coordinate", "y_coordinate"}
_SWATH = ("lat", "latitude", "latitudes", "latitude_vnir", "latitude_swir")
# Attributes with the system and the transform, as rasterio's and GDAL's users carry them into files.
_SYSTEMS = ("crs_wkt", "spatial_ref", "crs", "srs", "proj4", "proj4_string", "epsg_code", "epsg")
_TRANSFORMS = ("GeoTransform", "geo_transform", "transform", "affine", "affine_transform")
# What variables with a grid mapping are called; arrays do not always name theirs.
_MAPPING_NAMES = {"crs", "spatial_ref", "grid_mapping", "projection", *MAPPING_NAMES}
_KILOMETRES = {"km", "kilometer", "kilometers", "kilometre", "kilometres"}
_RADIANS = {"rad", "radian", "radians"}
_REGULAR = 1e-3  # of a step, by which coordinates may stray
_MOST_ROUNDED = 0.25  # of a step, by which their type may round them
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
    # Last: a file of a swath may have the place of the map that it can be put on in its attributes.
    if (said := _by_attributes(file, name)).geo.transform is not None:
        return said
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
    mapping, notes = _mapping(file, name)
    wkt = wkt_of_mapping(mapping) if mapping is not None else None
    said = transform_of_gdal(mapping.get("GeoTransform")) if mapping is not None else None
    if said is None and mapping is not None:
        said = transform_of_gdal(mapping.text("GeoTransform"))
    transform = said or _by_coordinates(file, name, layout, mapping, wkt)
    if transform is None:
        return Place(Geo(None, wkt)) if wkt else Place()
    wkt = wkt or _system(Attributes.around(file, name))
    if wkt is None and _in_degrees(file, name):
        wkt = wkt_or_none("EPSG:4326")
    if wkt is None and mapping is not None and (called := mapping.text("grid_mapping_name")):
        notes = (say("The projection “{name}” that the file names is not known: the scene has no coordinate system.",
                     name=called),)  # fmt: skip
    south = (say("The rows run from south to north."),) if transform[4] > 0 else ()
    return Place(Geo(transform, wkt), (*notes, *south))


def _by_attributes(file: Any, name: str) -> Place:
    around = Attributes.around(file, name)
    transform = _in_any_order(around.numbers(*_TRANSFORMS))
    return Place(Geo(transform, _system(around))) if transform is not None else Place()


def _system(around: Attributes) -> str | None:
    """The system that an attribute names by its words or its code, as WKT; None for none."""
    text, number = around.text(*_SYSTEMS), around.number(*_SYSTEMS)
    if number is not None and number == int(number):
        text = f"EPSG:{int(number)}"
    return wkt_or_none(text) if text else None


def _in_any_order(values: NDArray[np.float64]) -> Transform | None:
    """Six numbers (or nine, of a matrix) in affine order, though they be in GDAL's, which without rotation has a 0 in
    the third and in the fifth place. None where they make no place."""
    if values.size == 9 and values[6:].tolist() == [0, 0, 1]:
        values = values[:6]
    if values.size == 6 and values[2] == 0 == values[4]:
        return transform_of_gdal(values)
    if values.size != 6 or not np.isfinite(values).all():
        return None
    a, b, c, d, e, f = map(float, values)
    return (a, b, c, d, e, f) if a * e != b * d else None


def _mapping(file: Any, name: str) -> tuple[Attributes | None, tuple[str, ...]]:
    """The attributes of the variable that `grid_mapping` names, also in its longer form "crs: x y"; where an array
    names none, those of one beside it, with a sentence that says so."""
    said = Attributes.around(file, name).text("grid_mapping")
    word = said.split(":")[0].split()[0] if said.strip(": ") else ""
    if word:
        item = item_of(file, word) if "/" in word else next((i for _, i in nearby(file, name, (word,))), None)
        if item is not None:
            return Attributes(item.attrs), ()
    for path, item in nearby(file, name, _MAPPING_NAMES):
        if is_array(item) and names_system(found := Attributes(item.attrs)):
            return found, (say("The place is that of “{path}”, which the array itself does not name.", path=path),)
    return None, ()


def _by_coordinates(
    file: Any, name: str, layout: Layout, mapping: Attributes | None, wkt: str | None
) -> Transform | None:
    rows, cols, _ = layout.shape
    y = _coordinate(file, name, layout.axes[0], rows, ROW_NAMES)
    x = _coordinate(file, name, layout.axes[1], cols, COLUMN_NAMES)
    if x is None or y is None:
        return None
    (left, width), (top, height) = (tuple(v * _unit(axis[2], mapping, wkt) for v in axis[:2]) for axis in (x, y))
    return width, 0.0, left - width / 2, 0.0, height, top - height / 2


def _unit(unit: str, mapping: Attributes | None, wkt: str | None) -> float:
    """How many units of the map are one of a list of coordinates."""
    word = unit.casefold()
    if word in _KILOMETRES and wkt is not None:
        return 1000 / metres_of(wkt)
    height = mapping.number("perspective_point_height") if mapping is not None and word in _RADIANS else None
    return height or 1.0


def _coordinate(file: Any, name: str, axis: int, length: int, names: set[str]) -> tuple[float, float, str] | None:
    """Centre of the first pixel, step and unit of a regular list of coordinates along an axis."""
    for item in _lists(file, name, axis, names):
        if item.shape != (length,) or length < 2 or length > _LONGEST or item.dtype.kind not in "iuf":
            continue
        stored = np.asarray(item[()])
        values = stored.astype(float)
        step = float(values[-1] - values[0]) / (length - 1)
        if not step or not np.isfinite(values).all():
            continue
        regular = values[0] + step * np.arange(length)
        if np.abs(values - regular).max() <= max(abs(step) * _REGULAR, _rounded(stored, abs(step))):
            return float(values[0]), step, text_of(item.attrs.get("units", ""))
    return None


def _rounded(values: NDArray[Any], step: float) -> float:
    """By how much the type of coordinates can have rounded them: a float32 has metres or 1e-5 degrees left."""
    if values.dtype.kind != "f":
        return 0.0
    return min(float(np.spacing(np.abs(values).max())), step * _MOST_ROUNDED)


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
    for path, item in _latitudes(file, name):
        if is_array(item) and item.shape in (size, size[::-1]):
            return (
                say(
                    "The scene is a swath: the file has the latitude of every pixel ({path}), and no grid. It has no "
                    "place on a map.",
                    path=path,
                ),
            )
    return ()


def _latitudes(file: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Arrays that may be latitudes: by their names, by what the array calls its coordinates, by what they say."""
    yield from nearby(file, name, _SWATH, deep=1)
    named = Attributes.around(file, name).own.text("coordinates").replace(",", " ").split()
    for word in named:
        found = [(word, item_of(file, word))] if "/" in word else list(nearby(file, name, (word,), deep=1))
        yield from ((path, item) for path, item in found if is_array(item) and _is_latitude(path, item))
    for path, item in beside(file, name):
        if is_array(item) and len(item.shape) == 2 and _is_latitude("", item):
            yield path, item


def _is_latitude(path: str, item: Any) -> bool:
    said = {text_of(item.attrs.get(key, "")).casefold() for key in ("standard_name", "units", "long_name")}
    return "lat" in path.casefold() or bool(said & {"latitude", "degrees_north", "degree_north", "degrees_n"})
