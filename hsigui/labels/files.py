"""Label rasters from and to files: GeoTIFF, ENVI Classification, MATLAB; the suffix decides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.arrays import ArrayInfo
from hsigui.cube.cube import Geo
from hsigui.cube.envi import header_of
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.envi_classes import read_envi, write_envi
from hsigui.labels.raster import AmbiguousLabels, ClassRaster, whole_numbers

__all__ = ["AmbiguousLabels", "ClassRaster", "find_truth_in_cube_file", "read_classes", "write_classes"]

_ENVI_DATA = (".img", ".dat", ".bsq", ".bil", ".bip")


def read_classes(path: str | Path, *, variable: str | None = None) -> ClassRaster:
    """Reads a raster of class numbers; numbers are kept as they are, gaps included.

    Args:
        path: a GeoTIFF, an ENVI header or its data file, a MATLAB file or a .npy file.
        variable: name of the array in a MATLAB file that holds several.

    Raises:
        AmbiguousLabels: several arrays of a MATLAB file fit; it lists them.
        HsiError: the file cannot be read, or holds something else than class numbers.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise HsiError(f"The file {path} does not exist.", "Choose another file.")
    suffix = path.suffix.lower()
    if suffix in (".tif", ".tiff"):
        from hsigui.labels.tiff_classes import read_tiff  # rasterio is slow to import

        return read_tiff(path)
    if suffix == ".mat":
        from hsigui.labels.mat_classes import read_mat  # and so is scipy.io

        return read_mat(path, variable)
    if suffix == ".npy":
        return _read_npy(path)
    if suffix == ".hdr" or header_of(path) is not None:
        return read_envi(path)
    raise HsiError(
        f"{path.name} is no label raster that can be opened.", "Readable are GeoTIFF, ENVI, MATLAB and NumPy (.npy)."
    )


def write_classes(
    path: str | Path, array: NDArray[np.integer], classes: ClassTable, geo: Geo | None = None
) -> list[Path]:
    """Writes a raster of class numbers (rows x cols, 0 for unlabelled) with names and colours.

    The suffix chooses the format: .tif and .tiff (palette, names in `.aux.xml`), .hdr, .img, .dat (ENVI
    Classification), .mat (variable `labels`; it holds no georeference). Samples are uint8 as long as every number fits.
    Files are written beside and renamed.

    Returns:
        every file written, the one to open first.

    Raises:
        HsiError: the suffix is unknown, a number is no class number, or the files cannot be written.
    """
    path, geo = Path(path).expanduser(), geo or Geo()
    suffix = path.suffix.lower()
    if suffix in (".tif", ".tiff"):
        from hsigui.labels.tiff_classes import write_tiff

        return write_tiff(path, array, classes, geo)
    if suffix == ".mat":
        from hsigui.labels.mat_classes import write_mat

        return write_mat(path, array, classes)
    if suffix == ".hdr" or suffix in _ENVI_DATA:
        return write_envi(path, array, classes, geo)
    raise HsiError(
        f"Class maps cannot be written as “{suffix or path.name}”.", "Take .tif, .hdr (ENVI Classification) or .mat."
    )


def find_truth_in_cube_file(path: str | Path, shape: tuple[int, int]) -> tuple[ArrayInfo, ...]:
    """The arrays of a MATLAB file that fit a scene of `shape` (rows, cols) as labels; none for other formats.

    Raises:
        HsiError: the file is damaged.
    """
    path = Path(path)
    if path.suffix.lower() != ".mat":
        return ()
    from hsigui.labels.mat_classes import truth_candidates

    return truth_candidates(path, shape)


def _read_npy(path: Path) -> ClassRaster:
    try:
        stored = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise HsiError(f"{path.name} cannot be read as a NumPy array: {error}.", "Is the file complete?") from error
    array = whole_numbers(stored, path.name)
    return ClassRaster(array, ClassTable.for_numbers(np.unique(array).tolist()), dtype=stored.dtype.name)
