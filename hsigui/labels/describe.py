"""What any file that can be opened holds, in plain values: a cube, a class raster or a spectral library.

Every answer has `kind` ("cube", "classes" or "library"), `path`, `name`, `dtype`, `notes` and `metadata` (the header as
it stands in the file); the other fields are those of its kind. All of them: resources/help/info-json.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hsigui import plugins, untrusted
from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.describe import bands_of, describe, layout_of, place_of
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.cube.formats.envi import Header, find_header, info_of, is_envi, read_header
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.formats.table import reader_of
from hsigui.cube.libraries.table import is_known_library, library_format_of, read_library
from hsigui.cube.open import list_arrays, open_cube
from hsigui.errors import HsiError
from hsigui.labels.background import number_text
from hsigui.labels.formats.files import find_truth_in_cube_file, may_hold_shapes, read_classes
from hsigui.labels.formats.table import format_of, is_there
from hsigui.labels.matching import is_default, pixel_counts
from hsigui.labels.raster import ClassRaster

# A raster without class names and with more different numbers is a picture or a measurement.
_MOST_UNNAMED_CLASSES = 64
_MOST_COUNTED = 50_000_000  # values of a cube among which those without data are counted
_MATLAB_CLASSES = {"float64": "double", "float32": "single", "bool": "logical"}


def describe_file(path: str | Path, *, variable: str | None = None, **reading: Any) -> dict[str, Any]:
    """What a file holds, ready to be written as JSON.

    Args:
        path: anything that `open_cube`, `read_classes` or `read_library` reads.
        variable: name of the array in a file of several.
        reading: further choices for `open_cube`.

    Raises:
        AmbiguousArray: several arrays of the file fit; it lists them.
        HsiError: the file cannot be read, or holds none of the three.
    """
    path = Path(path).expanduser()
    if untrusted.is_file(path) and is_known_library(path):
        return describe_library(read_library(path))
    if (raster := _classes_in(path)) is not None:
        return describe_classes(path, raster)
    try:
        cube = open_cube(path, variable=variable, **reading)
    except AmbiguousArray:
        raise
    except HsiError as refusal:
        if (library := _table_of_spectra(path)) is not None:
            return describe_library(library)
        return describe_classes(path, _classes_instead(path, variable, refusal))
    return describe(cube) | _format_details(path, cube.info.variable) | _truth_beside(path, cube) | _no_data_in(cube)


def describe_classes(path: Path, raster: ClassRaster) -> dict[str, Any]:
    """The fields of a class raster. The whole raster has been read."""
    header = _envi_header(path)
    info = CubeInfo() if header is None else info_of(header)
    rows, cols = raster.array.shape
    counts, pixels = _counts(raster), pixel_counts(raster.array)
    return {
        "kind": "classes",
        "path": str(path),
        "name": path.stem,
        "rows": rows,
        "cols": cols,
        "bands": 1,
        "dtype": raster.dtype,
        "variable": raster.variable or None,
        **layout_of(info),
        "axis_order": info.axis_order or "rows,cols",
        "nodata": raster.nodata,
        **bands_of(info),
        **place_of(raster.geo),
        **_format_details(path, raster.variable),
        "nodata_values": raster.nodata_pixels,
        "background": None if raster.background is None else raster.background.text,
        "classes": _class_count(raster, header),
        "class_names": None if header is None else list(header.items("class names")) or None,
        "class_counts": counts,
        "class_table": [
            {"number": c.number, "name": c.name, "color": list(c.color), "pixels": pixels.get(c.number, 0)}
            for c in raster.classes
        ],
        "notes": [*info.notes, *raster.notes],
        "metadata": dict(info.metadata),
    }


def describe_library(library: SpectralLibrary) -> dict[str, Any]:
    """The fields of a spectral library."""
    info = CubeInfo(
        wavelengths=() if library.wavelengths is None else tuple(library.wavelengths.tolist()),
        fwhm=library.fwhm,
        wavelength_units=library.wavelength_units,
        units_guessed=library.units_guessed,
        bad_bands=library.bad_bands,
        empty_bands=tuple(np.flatnonzero(np.isnan(library.values).all(axis=0)).tolist()),
        nodata=library.nodata,
        scale=library.scale,
        interleave=library.interleave,
        byte_order=library.byte_order,
        header_offset=library.header_offset,
        axis_order="spectra,bands",
    )
    return {
        "kind": "library",
        "path": str(library.path),
        "name": library.path.stem,
        "spectra": len(library),
        "spectra_names": list(library.names),
        "said_of_spectra": list(library.columns),
        "bands": library.bands,
        "dtype": library.dtype.name,
        **layout_of(info),
        **bands_of(info),
        "crs": None,
        "notes": list(library.notes),
        "metadata": dict(library.metadata),
    }


def _table_of_spectra(path: Path) -> SpectralLibrary | None:
    """The library in a text of columns, or in a folder of spectra; None where it holds none with wavelengths."""
    if not untrusted.there(path) or not (path.is_dir() or library_format_of(path)):
        return None
    try:
        library = read_library(path)
    except HsiError:
        return None  # what it is instead is told by whoever reads it as labels
    return library if library.wavelengths is not None else None


def _envi_header(path: Path) -> Header | None:
    return read_header(find_header(path)) if is_envi(path) else None


def _classes_in(path: Path) -> ClassRaster | None:
    """The class raster in a file that by its form holds one; None for everything else, damaged files included."""
    row = format_of(path) if is_there(path) else None
    if row is None or row.holds_classes is None:
        return None
    with untrusted.reading(path.name):
        said = plugins.resolved(row.holds_classes)(path)
    if said:
        return read_classes(path)
    return _if_classes(path) if said is None else None


def _if_classes(path: Path) -> ClassRaster | None:
    try:
        raster = read_classes(path)
    except HsiError:
        return None  # opening it as a scene tells what is wrong with it, if anything is
    return raster if _plausible(raster) else None


def _plausible(raster: ClassRaster) -> bool:
    """Whether whole numbers are classes: they have names, or there are few different ones."""
    if not all(is_default(c) for c in raster.classes):
        return True
    return len(np.unique(raster.array)) <= min(_MOST_UNNAMED_CLASSES, max(2, raster.array.size // 4))


def _classes_instead(path: Path, variable: str | None, refusal: HsiError) -> ClassRaster:
    """The class raster of a file that was refused as a scene; else the refusal says what is wrong with the file."""
    try:
        raster = read_classes(path, variable=variable)
    except AmbiguousArray:
        raise
    except HsiError as error:
        raise (error if may_hold_shapes(path) else refusal) from None
    if variable is None and ("." in raster.variable or not _plausible(raster)):
        raise refusal  # a setting in a struct, or a matrix of measurements such as the spectra of a flattened scene
    return raster


def _counts(raster: ClassRaster) -> dict[str, int]:
    """Pixels by stored number, as text because JSON has no other keys."""
    if raster.background is not None and raster.background.counts is not None:
        return {number_text(number): n for number, n in sorted(raster.background.counts.items())}
    numbers, pixels = np.unique(raster.array, return_counts=True)
    return {str(number): n for number, n in zip(numbers.tolist(), pixels.tolist(), strict=True)}


def _class_count(raster: ClassRaster, header: Header | None) -> int:
    """ENVI headers count the class 0 as well; elsewhere the classes that occur count."""
    if header is not None:
        said = header.fields.get("classes", "").strip()
        if said.isdecimal() and len(said) < 10:
            return int(said)
        if names := header.items("class names"):
            return len(names)
    return len(pixel_counts(raster.array))


def _format_details(path: Path, variable: str) -> dict[str, Any]:
    """What only some formats say: the byte order of a TIFF file, the variables of a file of several."""
    row = reader_of(path)
    if row is not None and row.name == "geotiff":
        with path.open("rb") as file:
            return {"byte_order": {b"II": 0, b"MM": 1}.get(file.read(2))}
    if row is None or row.arrays is None:
        return {}
    matlab = row.name == "matlab"
    kinds = {a.name: _MATLAB_CLASSES.get(a.dtype, a.dtype) if matlab else a.dtype for a in list_arrays(path)}
    others = {a.name: f"{kinds[a.name]} {'x'.join(map(str, a.shape))}" for a in list_arrays(path)}
    structs = {name.split(".")[0]: "struct" for name in others if matlab and "." in name}
    return {
        "matlab_class": kinds.get(variable) if matlab else None,
        "other_variables": {name: text for name, text in (others | structs).items() if name != variable},
    }


def _truth_beside(path: Path, cube: Cube) -> dict[str, Any]:
    """The ground truth in the same file, when there is exactly one."""
    found = find_truth_in_cube_file(path, (cube.rows, cube.cols))
    if len(found) != 1:
        return {}
    truth = read_classes(path, variable=found[0].name)
    return {
        "ground_truth_variable": found[0].name, "class_counts": _counts(truth), "classes": _class_count(truth, None),
    }  # fmt: skip


def _no_data_in(cube: Cube) -> dict[str, Any]:
    """How many values are the no-data value; null where the file names none or is too large to be counted through."""
    if cube.info.nodata is None or cube.info.address or cube.rows * cube.cols * cube.bands > _MOST_COUNTED:
        return {"nodata_values": None}
    return {"nodata_values": cube.count_nodata()}
