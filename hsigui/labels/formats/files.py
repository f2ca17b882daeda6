"""Labels from and to files: rasters, shapes and tables of pixels; the suffix decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Geo
from hsigui.cube.formats.arrays import ArrayInfo
from hsigui.cube.formats.envi import find_pair, header_of
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.envi_classes import read_envi, write_envi
from hsigui.labels.grid import Grid
from hsigui.labels.raster import AmbiguousLabels, ClassRaster, whole_numbers
from hsigui.labels.shapes import LabelledShapes, burn

__all__ = [
    "AmbiguousLabels", "ClassRaster", "Grid", "files_of_scene", "files_written", "find_truth_in_cube_file",
    "read_classes", "write_classes",
]  # fmt: skip

_ENVI_DATA = (".img", ".dat", ".bsq", ".bil", ".bip")
SHAPES = (".gpkg", ".geojson", ".json", ".xml", ".shp", ".kml", ".fgb")
# What is offered first to write; the data files of ENVI can be named too.
FORMATS: tuple[tuple[str, str], ...] = (
    ("GeoTIFF", ".tif"), ("ENVI Classification", ".hdr"), ("MATLAB", ".mat"), ("GeoPackage polygons", ".gpkg"),
    ("GeoJSON polygons", ".geojson"), ("ENVI regions of interest", ".xml"), ("ENVI Classic ROI text", ".txt"),
    ("PNG with legend", ".png"), ("Table of pixels", ".csv"),
)  # fmt: skip
WRITTEN = (*(suffix for _, suffix in FORMATS), ".tiff", *_ENVI_DATA)
READABLE = (".tif", ".tiff", ".hdr", ".img", ".dat", ".mat", ".npy", ".png", *SHAPES, ".txt", ".roi", ".csv")


def read_classes(path: str | Path, *, variable: str | None = None, grid: Grid | None = None) -> ClassRaster:
    """Reads class numbers of pixels; numbers are kept as they are, gaps included.

    Args:
        path: a GeoTIFF, an ENVI header or its data file, a MATLAB or .npy file, a PNG; an ENVI ROI file (.xml, or .txt
            of ENVI Classic), shapes (GeoPackage, GeoJSON, Shapefile, KML), or a table of pixels (.csv).
        variable: name of the array in a MATLAB file, of the layer or field in a file of shapes, where several fit.
        grid: the scene, onto whose pixels shapes and tables are brought; rasters are read as they are.

    Raises:
        AmbiguousLabels: several arrays (layers, fields) of a file fit; it lists them.
        HsiError: the file cannot be read, or holds something else than classes; or it holds shapes, and their scene is
            not given and not named in the file.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise HsiError(f"The file {path} does not exist.", "Choose another file.")
    suffix = path.suffix.lower()
    if suffix in SHAPES or is_roi_text(path):
        return burn(_read_shapes(path, suffix, variable, grid), grid, path.name)
    if suffix == ".csv":
        from hsigui.labels.formats.csv_pixels import read_csv

        return read_csv(path, grid, variable)
    if suffix in (".tif", ".tiff"):
        from hsigui.labels.formats.tiff_classes import read_tiff  # rasterio is slow to import

        return read_tiff(path)
    if suffix == ".png":
        from hsigui.labels.formats.png_classes import read_png

        return read_png(path)
    if suffix == ".mat":
        from hsigui.labels.formats.mat_classes import read_mat  # and so is scipy.io

        return read_mat(path, variable)
    if suffix == ".npy":
        return _read_npy(path)
    if suffix == ".hdr" or header_of(path) is not None:
        return read_envi(path)
    raise HsiError(
        f"{path.name} is no label file that can be opened.",
        "Readable are GeoTIFF, ENVI, MATLAB, NumPy (.npy), PNG, ENVI ROIs, GeoPackage, GeoJSON, Shapefile and CSV.",
    )


def write_classes(
    path: str | Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None
) -> list[Path]:
    """Writes class numbers (rows x cols, 0 for unlabelled) with names and colours, so that they are read as they were.

    The suffix chooses the format:

    - .tif and .tiff (palette, names in `.aux.xml`), .hdr, .img, .dat (ENVI Classification), .mat (variable `labels`;
      it holds no georeference), .png (with `.aux.xml` and a legend): rasters; uint8 as long as every number fits.
    - .gpkg, .geojson, .xml (ENVI ROIs): polygons along the edges of the pixels.
    - .txt (ROIs of ENVI Classic), .csv: a line for each labelled pixel.

    Files are written beside and renamed.

    Returns:
        every file written, the one to open first.

    Raises:
        HsiError: the suffix is unknown, a number is no class number, or the files cannot be written.
    """
    path, geo = Path(path).expanduser(), geo or Geo()
    suffix = path.suffix.lower()
    if suffix not in WRITTEN:
        raise HsiError(
            f"Labels cannot be written as “{path.suffix or path.name}”.",
            f"End the name in one of {', '.join(WRITTEN)}.",
        )
    numbers = whole_numbers(np.asarray(array), "The class map")
    classes = classes.merged_with(np.flatnonzero(np.bincount(numbers.ravel(), minlength=1)).tolist())
    if suffix in SHAPES or suffix in (".txt", ".csv"):
        return _write_shapes(path, suffix, numbers, classes, geo)
    if suffix in (".tif", ".tiff"):
        from hsigui.labels.formats.tiff_classes import write_tiff

        return write_tiff(path, numbers, classes, geo)
    if suffix == ".mat":
        from hsigui.labels.formats.mat_classes import write_mat

        return write_mat(path, numbers, classes)
    if suffix == ".png":
        from hsigui.labels.formats.png_classes import write_png

        return write_png(path, numbers, classes, geo)
    return write_envi(path, numbers, classes, geo)


def files_written(path: str | Path) -> tuple[Path, ...]:
    """Every file that `write_classes` makes of a name, so that one can see what would be overwritten."""
    path = Path(path).expanduser()
    suffix = path.suffix.lower()
    if suffix in (".tif", ".tiff"):
        return path, path.with_name(path.name + ".aux.xml")
    if suffix == ".png":
        return path, path.with_name(path.name + ".aux.xml"), path.with_name(path.stem + ".legend.csv")
    if suffix == ".hdr":
        return path, path.with_suffix(".img")
    return (path.with_suffix(".hdr"), path) if suffix in _ENVI_DATA else (path,)


def files_of_scene(path: str | Path) -> tuple[Path, ...]:
    """The files that a scene is read from: the one that was opened, and the other one of an ENVI pair."""
    path = Path(path).expanduser()
    try:
        return (path, *find_pair(path))
    except HsiError:  # no ENVI scene, or gone meanwhile
        return (path,)


def _write_shapes(path: Path, suffix: str, numbers: NDArray[np.uint16], classes: ClassTable, geo: Geo) -> list[Path]:
    if suffix == ".gpkg":
        from hsigui.labels.formats.vectors import write_gpkg

        return write_gpkg(path, numbers, classes, geo)
    if suffix == ".geojson":
        from hsigui.labels.formats.geojson import write_geojson

        return write_geojson(path, numbers, classes, geo)
    if suffix == ".csv":
        from hsigui.labels.formats.csv_pixels import write_csv

        return write_csv(path, numbers, classes, geo)
    from hsigui.labels.formats.rois import write_roi_text, write_roi_xml

    return (write_roi_xml if suffix == ".xml" else write_roi_text)(path, numbers, classes, geo)


def _read_shapes(path: Path, suffix: str, variable: str | None, grid: Grid | None) -> LabelledShapes:
    if suffix in (".geojson", ".json"):
        from hsigui.labels.formats.geojson import read_geojson

        return read_geojson(path, variable)
    if suffix in (".gpkg", ".shp", ".kml", ".fgb"):
        from hsigui.labels.formats.vectors import read_vectors

        return read_vectors(path, variable)
    from hsigui.labels.formats.rois import read_roi_text, read_roi_xml

    return read_roi_xml(path) if suffix == ".xml" else read_roi_text(path, grid)


def may_hold_shapes(path: Path) -> bool:
    """Whether a file by its name can hold shapes or a list of pixels, which are read for a scene only."""
    suffix = path.suffix.lower()
    return suffix == ".csv" or (suffix in SHAPES and suffix != ".json") or is_roi_text(path)


def is_roi_text(path: Path) -> bool:
    """Whether a file is the text that ENVI Classic exports regions of interest as."""
    if path.suffix.lower() not in (".txt", ".roi", ".asc"):
        return False
    with path.open("rb") as file:
        start = file.read(2000)
    return start.startswith(b";") and b"ROI" in start


def find_truth_in_cube_file(path: str | Path, shape: tuple[int, int]) -> tuple[ArrayInfo, ...]:
    """The arrays of a MATLAB file that fit a scene of `shape` (rows, cols) as labels; none for other formats.

    Raises:
        HsiError: the file is damaged.
    """
    path = Path(path)
    if path.suffix.lower() != ".mat":
        return ()
    from hsigui.labels.formats.mat_classes import truth_candidates

    return truth_candidates(path, shape)


def _read_npy(path: Path) -> ClassRaster:
    try:
        stored = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise HsiError(f"{path.name} cannot be read as a NumPy array: {error}.", "Is the file complete?") from error
    array = whole_numbers(stored, path.name)
    return ClassRaster(array, ClassTable.for_numbers(np.unique(array).tolist()), dtype=stored.dtype.name)
