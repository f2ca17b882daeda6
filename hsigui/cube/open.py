"""The only public way to a scene: `open_cube` finds the reader for a file."""

from __future__ import annotations

from pathlib import Path

from hsigui.cube.arrays import AmbiguousArray, AmbiguousCube, ArrayInfo, open_npy
from hsigui.cube.cube import Cube
from hsigui.cube.envi import header_of, open_envi
from hsigui.errors import HsiError

__all__ = ["AmbiguousArray", "AmbiguousCube", "ArrayInfo", "list_arrays", "open_cube"]

READABLE = "ENVI (.hdr with its data file), MATLAB (.mat), GeoTIFF (.tif) and NumPy (.npy)"


def open_cube(path: str | Path, *, variable: str | None = None) -> Cube:
    """Opens a hyperspectral scene without loading more than it must.

    Args:
        path: an ENVI header or its data file, a MATLAB file (version 4 to 7.3), a GeoTIFF or a .npy file.
        variable: name of the array in a MATLAB file that holds several.

    Raises:
        AmbiguousCube: several arrays of a MATLAB file fit; it lists them.
        HsiError: the file cannot be read or holds no scene; the message says why.
    """
    return _open(Path(path).expanduser(), variable)


def list_arrays(path: str | Path) -> tuple[ArrayInfo, ...]:
    """The numeric arrays of a MATLAB file, by name, shape and type, without loading them.

    Raises:
        HsiError: the file is damaged or no MATLAB file.
    """
    from hsigui.cube.matlab import MatFile  # scipy.io and h5py cost a third of a second

    return MatFile(path).arrays


def _open(path: Path, variable: str | None) -> Cube:
    if path.is_dir():
        raise HsiError(f"{path} is a folder.", "Choose a file in it.")
    if not path.is_file():
        raise HsiError(f"The file {path} does not exist.", "Check the name, or whether the drive is connected.")
    suffix = path.suffix.lower()
    if suffix == ".hdr":
        return open_envi(path)
    if suffix == ".mat":
        from hsigui.cube.matlab import open_matlab

        return open_matlab(path, variable)
    if suffix in (".tif", ".tiff"):
        from hsigui.cube.geotiff import open_geotiff

        return open_geotiff(path)
    if suffix == ".npy":
        return open_npy(path)
    if header_of(path) is not None:
        return open_envi(path)
    kind = f"“{suffix}”" if suffix else "files without extension"
    raise HsiError(
        f"{path.name} is not a scene that can be opened: there is no reader for {kind} and no ENVI header beside it.",
        f"Readable are {READABLE}.",
    )
