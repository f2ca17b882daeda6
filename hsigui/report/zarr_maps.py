"""Class maps and measurements as zarr: folders that xarray, GDAL and web viewers read piece by piece.

Written as version 2, which all of them read, with one list of all arrays. What the numbers are is told as CF says it:
`flag_values` and `flag_meanings` of classes, a grid mapping with the coordinate system, coordinates of the pixels.

Sources: CF Metadata Conventions 1.11, sections 3.5 (flags) and 5.6 (grid mappings); xarray, "Zarr Encoding
Specification"; GDAL, "Zarr" and "NetCDF: Network Common Data Form" (`spatial_ref`, `GeoTransform`).
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.cube.cube import Geo
from hsigui.cube.formats.cf_place import axes_of, grid_mapping
from hsigui.cube.remote.faults import without_package
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.attributes import color_text
from hsigui.labels.raster import smallest_type
from hsigui.report.map_options import MapOptions
from hsigui.saving import written_beside
from hsigui.texts import say

PIECE = 512  # rows and columns
SOURCE = "hsigui"


def write_zarr_map(
    path: Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None, options: MapOptions,
    check: Callable[[], None],
) -> list[Path]:  # fmt: skip
    """Writes a class map as a zarr store with one array `class` (y, x); 0 is no data.

    Args:
        array: class numbers, rows x cols.
        classes: names and colours of all numbers.

    Raises:
        HsiError: zarr is not installed, or the store cannot be written.
    """
    check()
    numbers = smallest_type(array, classes)
    return _write(path, {"class": (numbers, told_of(classes, options.title), 0)}, geo, options.title)


def told_of(classes: ClassTable, title: str) -> dict[str, Any]:
    """The attributes of an array of class numbers."""
    rows = [(c.number, c.name, c.color) for c in classes]
    return {
        "long_name": title or "class",
        "flag_values": [number for number, _, _ in rows],
        "flag_meanings": " ".join(meanings([name for _, name, _ in rows])),
        "flag_colors": " ".join(color_text(color) for _, _, color in rows),
        "class_names": [name for _, name, _ in rows],
    }


def write_zarr_layers(
    path: Path, layers: NDArray[np.floating], names: Sequence[str], geo: Geo | None, about: Mapping[str, str], *,
    cloud: bool = False,
) -> list[Path]:  # fmt: skip
    """Writes layers (rows x cols x layers) as a zarr store with an array (y, x) for each, float32; NaN is no data.

    Args:
        names: of the layers.
        about: further attributes of each.

    Raises:
        HsiError: zarr is not installed, or the store cannot be written.
    """
    del cloud  # it is made for the network anyway
    arrays = {
        key: (layers[:, :, number].astype(np.float32), {"long_name": name, **about}, float("nan"))
        for number, (key, name) in enumerate(zip(meanings(names), names, strict=True))
    }
    return _write(path, arrays, geo, "")


def meanings(names: Sequence[str]) -> list[str]:
    """Names as CF takes them: without blanks, none of them twice, none of them empty."""
    found: list[str] = []
    for number, name in enumerate(names, 1):
        word = re.sub(r"[^\w.+@-]+", "_", name.strip()).strip("_.") or f"class_{number}"
        while word in found:
            word = f"{word}_{number}"
        found.append(word)
    return found


def _write(
    path: Path, arrays: Mapping[str, tuple[NDArray[Any], dict[str, Any], float]], geo: Geo | None, title: str
) -> list[Path]:
    if path.exists() and not is_ours(path):
        raise HsiError(
            say("{path} is there already, and no zarr store of this program.", path=path),
            say("Choose another name, or remove it."),
        )
    content = _content(arrays, geo or Geo(), title)
    first = next(key for key in (".zmetadata", *content) if key in content)
    keys = [first, *sorted(key for key in content if key != first)]
    files = [path / key for key in keys]
    earlier = {file for file in path.rglob("*") if file.is_file()} if path.is_dir() else set()
    with written_beside(*files) as scratch:
        for key, file in zip(keys, scratch, strict=True):
            file.write_bytes(content[key])
    for file in earlier - set(files):  # pieces of the store that was there before
        file.unlink(missing_ok=True)
    return files


def _content(
    arrays: Mapping[str, tuple[NDArray[Any], dict[str, Any], float]], geo: Geo, title: str
) -> dict[str, bytes]:  # fmt: skip
    """The files of a store by their keys."""
    try:
        import zarr
        from zarr.storage import MemoryStore
    except ImportError:
        raise without_package("zarr") from None
    held: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        store = MemoryStore(held)
        root = zarr.create_group(store, zarr_format=2)
        rows, cols = next(iter(arrays.values()))[0].shape
        lay_out(root, geo, (rows, cols), title)
        for name, (values, about, fill) in arrays.items():
            add_array(root, name, values.shape, values.dtype, about, fill, geo)[...] = values
        zarr.consolidate_metadata(store, zarr_format=2)
    return {key: value.to_bytes() for key, value in held.items()}


def lay_out(root: Any, geo: Geo, shape: tuple[int, int], title: str) -> None:
    """Gives a group of zarr its attributes, the coordinates of pixels (rows, columns), and the coordinate system."""
    root.attrs.update({"Conventions": "CF-1.11", "source": SOURCE, **({"title": title} if title else {})})
    for name, values, about in axes_of(geo, *shape):
        axis = root.create_array(name, shape=values.shape, dtype=values.dtype, chunks=values.shape, fill_value=None)
        axis[...] = values
        axis.attrs.update({"_ARRAY_DIMENSIONS": [name], **about})
    if mapping := grid_mapping(geo):
        reference = root.create_array("spatial_ref", shape=(), dtype="int32", chunks=(), fill_value=None)
        reference[...] = 0
        reference.attrs.update({"_ARRAY_DIMENSIONS": [], **mapping})


def add_array(
    root: Any, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], about: Mapping[str, Any], fill: float, geo: Geo
) -> Any:  # fmt: skip
    """An empty array (y, x) in a group that was laid out, to be filled in.

    Args:
        shape: rows and columns.
        about: its attributes.
        fill: what stands for no data.
    """
    chunks = tuple(min(PIECE, length) for length in shape)
    array = root.create_array(name, shape=shape, dtype=dtype, fill_value=fill, chunks=chunks)
    grid = {"grid_mapping": "spatial_ref"} if grid_mapping(geo) else {}
    array.attrs.update({"_ARRAY_DIMENSIONS": ["y", "x"], **about, **grid})
    return array


def is_ours(path: Path) -> bool:
    """Whether a folder is a store that was written here: what is in it may be replaced. A scene never is."""
    try:
        about = untrusted.json_of((path / ".zattrs").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and about.get("source") == SOURCE
