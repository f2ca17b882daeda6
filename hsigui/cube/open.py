"""The only public way to a scene: `open_cube` finds the reader for a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hsigui.cube.cube import Cube
from hsigui.cube.formats.arrays import AmbiguousArray, AmbiguousCube, ArrayInfo
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.envi import header_of, open_envi
from hsigui.errors import HsiError

if TYPE_CHECKING:
    from hsigui.cube.formats.containers import ArrayFile

__all__ = [
    "AmbiguousArray", "AmbiguousCube", "ArrayInfo", "ImportChoice", "list_arrays", "open_cube", "suggestions",
]  # fmt: skip

READABLE = (
    "ENVI (.hdr with its data file), MATLAB (.mat), GeoTIFF (.tif) and other rasters (.vrt, .img, .jp2), "
    "HDF5 and NetCDF 4 (.h5, .he5, .nc) and NumPy (.npy, .npz)"
)
RASTER_SUFFIXES = (".tif", ".tiff", ".vrt", ".jp2", ".img", ".pix", ".ers", ".bsb", ".kea")
HDF_SUFFIXES = (".h5", ".hdf5", ".he5", ".hdf", ".nc", ".nc4")
NUMPY_SUFFIXES = (".npy", ".npz")


def open_cube(path: str | Path, *, variable: str | None = None, choice: ImportChoice | None = None) -> Cube:
    """Opens a hyperspectral scene without loading more than it must.

    Args:
        path: an ENVI header or its data file, a MATLAB file (version 4 to 7.3), an HDF5 or NetCDF 4 file, a GeoTIFF or
            another raster, a .npy or .npz file.
        variable: name of the array in a file that holds several.
        choice: how an array becomes the scene (MATLAB, HDF5 and NumPy files); None guesses, with a note.

    Raises:
        AmbiguousCube: several arrays of the file fit; it lists them.
        HsiError: the file cannot be read or holds no scene; the message says why.
    """
    path = Path(path).expanduser()
    _require_file(path)
    if holds_arrays(path):
        return _open_arrays(path, variable, choice)
    if choice is not None:
        raise HsiError(
            f"{path.name} says itself how it is to be read: an import choice is of no use.",
            "Open it without one.",
        )
    suffix = path.suffix.lower()
    if suffix == ".hdr" or header_of(path) is not None:
        return open_envi(path)
    if suffix in RASTER_SUFFIXES:
        from hsigui.cube.formats.geotiff import open_geotiff

        try:
            return open_geotiff(path)
        except HsiError as error:
            if suffix != ".img":
                raise
            # Most files of this name are ENVI's, and then it is the header that is missing.
            raise HsiError(
                f"{path.name} has no ENVI header beside it, and as it stands: {error.message}",
                f"Put {path.stem}.hdr into the same folder.",
            ) from error
    kind = f"“{suffix}”" if suffix else "files without extension"
    what = "a text file, not a scene" if _is_text(path) else "not a scene that can be opened"
    raise HsiError(
        f"{path.name} is {what}: there is no reader for {kind} and no ENVI header beside it.",
        f"Readable are {READABLE}.",
    )


def holds_arrays(path: Path) -> bool:
    """Whether a file is of a kind that holds named arrays, to which an import choice can be given."""
    return path.suffix.lower() in (".mat", *HDF_SUFFIXES, *NUMPY_SUFFIXES)


def list_arrays(path: str | Path) -> tuple[ArrayInfo, ...]:
    """The numeric arrays of a MATLAB, HDF5, NetCDF 4 or NumPy file, also those in structs and groups, by name, shape
    and type, without loading them; none for files of other kinds.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = Path(path).expanduser()
    _require_file(path)
    return _array_file(path).arrays if holds_arrays(path) else ()


def suggestions(path: str | Path) -> tuple[ImportChoice, ...]:
    """Ways to read a file of arrays, the likeliest first; none for files that say themselves how they are to be read.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = Path(path).expanduser()
    _require_file(path)
    if not holds_arrays(path):
        return ()
    from hsigui.cube.formats.containers import suggest

    return suggest(_array_file(path))


def _array_file(path: Path) -> ArrayFile:
    # scipy.io and h5py cost a third of a second, so each reader is imported when it is needed.
    suffix = path.suffix.lower()
    if suffix == ".mat":
        from hsigui.cube.formats.matlab import MatFile

        return MatFile(path)
    if suffix in HDF_SUFFIXES:
        from hsigui.cube.formats.hdf5 import HdfFile

        return HdfFile(path)
    from hsigui.cube.formats.numpy_files import NumpyFile

    return NumpyFile(path)


def _open_arrays(path: Path, variable: str | None, choice: ImportChoice | None) -> Cube:
    from hsigui.cube.formats.containers import open_arrays

    return open_arrays(_array_file(path), variable, choice)


def _is_text(path: Path) -> bool:
    """Whether a file begins like a text: without the control characters that samples are full of."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise HsiError(f"{path} cannot be read: {error.strerror}.", "Check the rights of the file.") from error
    return bool(head) and not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise HsiError(f"{path} is a folder.", "Choose a file in it.")
    if not path.is_file():
        raise HsiError(f"The file {path} does not exist.", "Check the name, or whether the drive is connected.")
