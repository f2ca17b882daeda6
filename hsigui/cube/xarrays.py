"""Scenes as arrays of xarray: taken in as they lie in memory or as dask would compute them, and handed out with their
wavelengths, place and classes.

Sources: xarray, "Data Structures" (dimensions, coordinates, attributes, encoding); CF Metadata Conventions 1.11,
sections 3.5 (`flag_values`, `flag_meanings`) and 5.6 (grid mappings); rioxarray, "CRS Management" (`spatial_ref`,
`GeoTransform`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo, Source
from hsigui.cube.formats.array_file import BandLists, Beside
from hsigui.cube.formats.array_tree import TreeGroup
from hsigui.cube.formats.cf_place import axes_of, grid_mapping
from hsigui.cube.formats.choice import ImportChoice, Layout
from hsigui.cube.formats.containers import open_arrays
from hsigui.cube.formats.hdf5_attributes import Attributes, texts_of
from hsigui.cube.formats.hdf5_place import COLUMN_NAMES, ROW_NAMES
from hsigui.cube.formats.lists_beside import WIDTH_NAMES
from hsigui.cube.formats.tree_files import TreeFile, TreeSource
from hsigui.cube.limits import require_memory
from hsigui.cube.nodata import costs_told
from hsigui.cube.sensors import with_other_bands
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    import xarray

_ROWS = {"row", "rows", "line", "lines"}
_COLS = {"col", "cols", "column", "columns", "sample", "samples"}
_REACH_NM = (100.0, 100_000.0)  # of what can be a wavelength
ClassRow = tuple[int, str, tuple[int, int, int]]  # number, name, colour
_PLACE = "spatial_ref"  # what rioxarray calls the coordinate that says where an array lies


def is_xarray(given: object) -> bool:
    """Whether something is an array or a dataset of xarray. Does not load it."""
    kind = type(given)
    return kind.__module__.split(".")[0] == "xarray" and kind.__name__ in ("DataArray", "Dataset")


def cube_of(
    given: Any, *, variable: str | None = None, choice: ImportChoice | None = None, leave_out: Collection[int] = (),
    take_in: Collection[int] = (),
) -> Cube:  # fmt: skip
    """A cube over the samples of an array of xarray; nothing is copied, and what dask computes is computed by windows.

    Args:
        given: a DataArray of three axes in any order (others have one entry), or a Dataset with one.
        variable: which of several of a Dataset.
        choice: how the axes are to be read, where their names do not tell.
        leave_out, take_in: numbers of bands, from 0, as for `open_cube`.

    Raises:
        AmbiguousCube: several arrays of a Dataset fit.
        HsiError: there is no array of three axes, or the choice does not fit it.
    """
    file = XarrayFile(given)
    cube = open_arrays(file, variable, choice)
    info = cube.info if choice is None else replace(cube.info, choice=choice)
    cube = Cube(cube.source, info, name=file.path.stem)
    if leave_out or take_in:
        cube = with_other_bands(cube, leave_out, take_in)
    if file.in_memory(cube.info.variable):
        return cube.with_info(costs_told(cube))
    return cube


class XarrayFile(TreeFile):
    """An array or a dataset of xarray, as a file of arrays.

    Args:
        given: the DataArray or Dataset.

    Raises:
        HsiError: it has no array of three axes.
    """

    kind = say("array of xarray")

    def __init__(self, given: Any) -> None:
        arrays, of_root = _arrays_of(given)
        items: dict[str, Any] = {}
        other = []
        for name, array in arrays.items():
            if array.dtype.kind in "biufc":
                items[name] = _Held.of(name, array)
            else:
                other.append(f"{name} ({array.dtype})")
        self._texts_by_band = {name: array for name, array in arrays.items() if array.dtype.kind in "OUT"}
        called = str(getattr(given, "name", None) or next(iter(arrays), "array")).replace("/", "_")
        super().__init__(Path(called), called, TreeGroup(attrs=of_root, items=items), tuple(other))
        _require_three_axes(given, items)

    def in_memory(self, name: str) -> bool:
        """Whether the samples of an array are there already."""
        return bool(self._arrays[name].in_memory)

    def beside(self, name: str, bands: int) -> Beside:
        """What the array says of itself, and the names of its bands."""
        found = super().beside(name, bands)
        lists = found.lists or self._centres(name, bands)
        names = found.band_names or self._band_names(name, bands)
        return replace(found, lists=lists, band_names=names)

    def unit(self, name: str) -> str:
        """The attribute `units` of an array, or `wavelength_units` of those that have it as a coordinate."""
        own = super().unit(name)
        if own:
            return own
        of_scene = (Attributes(array.attrs).text("wavelength_units") for array in self._arrays.values())
        return next((word for word in of_scene if word), "")

    def reading(self, name: str) -> ImportChoice | None:
        """How an array is read, by the names of its axes."""
        array = self._arrays[name]
        words = ["rows" if d.casefold() in _ROWS else "cols" if d.casefold() in _COLS else "" for d in array.dimensions]
        if len(words) == 3 and sorted(words) == ["", "cols", "rows"]:
            words[words.index("")] = "bands"
            return ImportChoice(name, ",".join(words))
        return super().reading(name)

    def _stored(self, name: str, layout: Layout) -> Source:
        held = self._arrays[name]
        if held.in_memory and layout.axes[0] != layout.axes[1]:
            return ArraySource(held.whole().transpose(layout.axes))
        return LateSource(Path(self._name), self._tree, name, layout)

    def _centres(self, name: str, bands: int) -> BandLists | None:
        """Wavelengths that an axis of bands has for its coordinate, without a unit: numbers with a fraction, or far
        beyond how many there are, which no numbering is."""
        if bands < 2 or any(word in self._arrays for word in ("wavelength", "wavelengths")):
            return None
        for dim in self._band_axes(name, bands):
            item = self._arrays.get(dim)
            if item is None or item.dimensions != (dim,):
                continue
            values = np.asarray(item[...], dtype=float)
            rising = np.all(np.diff(values) > 0) and np.isfinite(values).all()
            in_nm = values * (1e3 if values[-1] < 100 else 1.0)
            reaches = _REACH_NM[0] <= in_nm[0] and in_nm[-1] <= _REACH_NM[1]
            numbered = np.array_equal(np.diff(values), np.ones(bands - 1)) and values[0] in (0, 1)
            if rising and reaches and not numbered:
                unit = Attributes(item.attrs).text("units", "unit") or Attributes(self._arrays[name].attrs).text(
                    "wavelength_units"
                )
                return BandLists(tuple(values.tolist()), unit, self._widths_along(dim, bands))
        return None

    def _band_axes(self, name: str, bands: int) -> list[str]:
        """The axis of the bands, where its name or those of the others tell it; else all that may be."""
        held, known = self._arrays[name], self.reading(name)
        if known is not None:
            return [held.dimensions[known.axes.split(",").index("bands")]]
        of_map = ROW_NAMES | COLUMN_NAMES
        fitting = zip(held.dimensions, held.shape, strict=True)
        return [dim for dim, length in fitting if length == bands and dim.casefold() not in of_map]

    def _widths_along(self, dim: str, bands: int) -> tuple[float, ...]:
        for key, other in self._arrays.items():
            if key.casefold() in WIDTH_NAMES and other.shape == (bands,) and other.dimensions == (dim,):
                return tuple(np.asarray(other[...], dtype=float).tolist())
        return ()

    def _band_names(self, name: str, bands: int) -> tuple[str, ...]:
        """Names that are a coordinate of texts along the bands, or that rioxarray keeps in `long_name`."""
        held = self._arrays[name]
        for array in self._texts_by_band.values():
            if len(array.dims) == 1 and array.dims[0] in held.dimensions and array.size == bands > 1:
                return tuple(map(str, array.to_numpy().tolist()))
        listed = texts_of(held.attrs.get("long_name"))
        return listed if len(listed) == bands else ()


@dataclass(frozen=True, eq=False)
class _Held:
    """A variable of xarray, see `array_tree.TreeArray`."""

    name: str
    variable: Any
    attrs: Mapping[str, Any]
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    chunks: tuple[int, ...] | None
    in_memory: bool
    is_virtual = False
    external = None

    @classmethod
    def of(cls, name: str, array: Any) -> _Held:
        """The variable of an array, and what its encoding says of its place: decoded files have that there."""
        spare = [dim for dim, size in array.sizes.items() if size == 1][: max(0, array.ndim - 3)]
        variable = array.variable.squeeze(spare) if spare else array.variable
        attrs = dict(variable.attrs)
        if "grid_mapping" not in attrs and isinstance(said := array.encoding.get("grid_mapping"), str):
            attrs["grid_mapping"] = said
        blocks = variable.chunks
        chunks = tuple(int(max(block)) for block in blocks) if blocks else None
        return cls(
            f"/{name}", variable, attrs, tuple(map(str, variable.dims)), tuple(map(int, variable.shape)),
            variable.dtype, chunks, isinstance(getattr(variable, "_data", None), np.ndarray),
        )  # fmt: skip

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def whole(self) -> NDArray[Any]:
        """The samples themselves, of the array's own shape: nobody may write to them."""
        found: NDArray[Any] = self.variable.to_numpy().view()
        found.setflags(write=False)
        return found

    def __getitem__(self, key: Any) -> NDArray[Any]:
        """The samples of a window, as many axes as slices."""
        return np.asarray(self.variable[key].to_numpy())


class LateSource(TreeSource):
    """Samples of an array that is read or computed when its windows are wanted.

    Attributes:
        costly: whoever only wants to look should not ask for samples all over it.
    """

    costly = True


def _arrays_of(given: Any) -> tuple[dict[str, Any], Mapping[str, Any]]:
    """The arrays of an array or a dataset by name, coordinates last, and the attributes around them."""
    coords = {str(name): array for name, array in given.coords.items()}
    if hasattr(given, "data_vars"):
        return {**{str(name): array for name, array in given.data_vars.items()}, **coords}, given.attrs
    name = str(given.name or "array").replace("/", "_")
    return {(name if name not in coords else "array"): given.reset_coords(drop=True), **coords}, {}


def _require_three_axes(given: Any, items: Mapping[str, _Held]) -> None:
    if any(item.ndim == 3 for item in items.values()):
        return
    if hasattr(given, "data_vars"):
        what = say("The dataset has no array of three axes: {names}.", names=", ".join(items) or say("it is empty"))
    else:
        axes = ", ".join(f"{dim} ({size})" for dim, size in given.sizes.items()) or say("none")
        what = say("A scene has three axes, y, x and band; this array has {axes}.", axes=axes)
    raise HsiError(what, say("Choose one entry of each further axis (.isel), or add that of one band (.expand_dims)."))


def with_xarray() -> Any:
    """The package xarray.

    Raises:
        HsiError: it is not installed.
    """
    try:
        import xarray
    except ImportError:
        raise HsiError(
            say("xarray is not installed, which this array is to be of."), say('pip install "hsigui[notebook]"')
        ) from None
    return xarray


def array_of(cube: Cube) -> xarray.DataArray:
    """The values of a cube in memory as an array of xarray: float32, band x row x column, NaN where there is no data.

    Coordinates: `band` from 1, `wavelength` and `fwhm` in nm and `good_bands` along the bands, `x` and `y` of the
    centres of pixels, `spatial_ref`.

    Raises:
        HsiError: xarray is missing, or memory does not suffice.
    """
    xr = with_xarray()
    require_memory(cube.name, cube.rows * cube.cols * cube.bands * 4)
    coords, attrs = place_of(cube.geo, cube.rows, cube.cols)
    if units := cube.info.metadata.get("units of values"):
        attrs["units"] = units
    band = {"band": np.arange(1, cube.bands + 1)}
    coords |= {name: ("band", values, about) for name, values, about in _along_bands(cube.info)}
    coords["good_bands"] = ("band", ~cube.is_bad)
    return xr.DataArray(
        cube.read().transpose(2, 0, 1), dims=("band", "y", "x"), coords={**band, **coords}, name=_plain_name(cube.name),
        attrs=attrs,
    )  # fmt: skip


def _along_bands(info: CubeInfo) -> list[tuple[str, Any, dict[str, str]]]:
    found: list[tuple[str, Any, dict[str, str]]] = []
    if info.wavelengths:
        found.append(("wavelength", list(info.wavelengths), {"units": "nm", "standard_name": "radiation_wavelength"}))
    if info.fwhm:
        found.append(("fwhm", list(info.fwhm), {"units": "nm"}))
    if info.band_names:
        found.append(("band_name", list(info.band_names), {}))
    return found


def place_of(geo: Geo, rows: int, cols: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The coordinates of a place, and what an array says that lies there; none for a scene without a place."""
    mapping = grid_mapping(geo)
    if not mapping:
        return {}, {}
    coords: dict[str, Any] = {name: (name, values, about) for name, values, about in axes_of(geo, rows, cols)}
    coords[_PLACE] = ((), 0, mapping)
    return coords, {"grid_mapping": _PLACE}


def layers_of(
    classes: NDArray[np.uint16], table: Collection[ClassRow], geo: Geo | None,
    layers: Mapping[str, tuple[NDArray[np.float32], str]],
) -> xarray.Dataset:  # fmt: skip
    """A map as a dataset of xarray: `classes` (row x column, 0: none), and layers.

    The classes are told as CF lists the meanings of numbers, and along an axis `class`: `class_name`, `class_color`.

    Args:
        classes: class numbers, rows x cols.
        table: number, name and colour of each class.
        geo: where the map lies.
        layers: by name, rows x cols, or rows x cols x classes in the order of the table; each with what it is in words.

    Raises:
        HsiError: xarray is missing.
    """
    xr = with_xarray()
    coords, place = place_of(geo or Geo(), *classes.shape)
    if table:
        coords["class"] = ("class", np.array([number for number, _, _ in table], dtype=np.uint16))
        coords["class_name"] = ("class", [name for _, name, _ in table])
        coords["class_color"] = ("class", [_hex(color) for _, _, color in table])
    found: dict[str, Any] = {"classes": (("y", "x"), classes, {**_flags(table), "_FillValue": np.uint16(0), **place})}
    for name, (values, said) in layers.items():
        dims = ("y", "x", "class")[: values.ndim]
        found[name] = (dims, values, {"long_name": said, **place})
    return xr.Dataset(found, coords=coords)


def _flags(table: Collection[ClassRow]) -> dict[str, Any]:
    """The classes as CF lists the meanings of numbers, in words without blanks."""
    if not table:
        return {"long_name": "class"}
    return {
        "long_name": "class",
        "flag_values": np.array([number for number, _, _ in table], dtype=np.uint16),
        "flag_meanings": " ".join(re.sub(r"\s+", "_", name.strip()) or f"class_{number}" for number, name, _ in table),
        "flag_colors": " ".join(_hex(color) for _, _, color in table),
    }


def _hex(color: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*color)


def _plain_name(name: str) -> str:
    return name.replace("/", "_") or "scene"
