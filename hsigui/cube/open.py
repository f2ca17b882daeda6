"""The only public way to a scene: `open_cube` finds the reader for a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui import plugins, untrusted
from hsigui.cube.cube import Cube
from hsigui.cube.formats.arrays import AmbiguousArray, AmbiguousCube, ArrayInfo
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.hdf4 import is_hdf4, refusal
from hsigui.cube.formats.rows import faults_told, without_driver
from hsigui.cube.formats.table import Reader, in_words, reader_of
from hsigui.cube.nodata import costs_told
from hsigui.cube.quality import quality_layers, with_masks_told, with_quality
from hsigui.cube.remote.opening import ZARR_MARKS
from hsigui.cube.sensors import with_other_bands
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.array_file import ArrayFile

__all__ = [
    "AmbiguousArray", "AmbiguousCube", "ArrayInfo", "ImportChoice", "list_arrays", "open_cube", "quality_layers",
    "suggestions",
]  # fmt: skip


def open_cube(
    path: str | Path, *, variable: str | None = None, choice: ImportChoice | None = None, quality: Sequence[str] = (),
    leave_out: Collection[int] = (), take_in: Collection[int] = (), gaps: bool = True,
) -> Cube:  # fmt: skip
    """Opens a hyperspectral scene without loading more than it must.

    Args:
        path: a file of one of the formats of `formats.table`: an ENVI header or its data file, a MATLAB file (version 4
            to 7.3), a GeoTIFF and so on.
        variable: name of the array in a file that holds several.
        choice: how an array becomes the scene (MATLAB, HDF5 and NumPy files); None guesses, with a note.
        quality: names of quality masks of a product (`quality_layers`): pixels that one of them marks have no data.
        leave_out, take_in: numbers of bands that are not used, and that are used though the file marks them bad.
        gaps: look what no-data costs, for the notes, which takes seconds on large scenes; else `nodata.costs_told`
            can be asked later.

    Raises:
        AmbiguousCube: several arrays of the file fit; it lists them.
        HsiError: the file cannot be read or holds no scene; the message says why.
    """
    path = scene_path(Path(path).expanduser())
    require_scene(path)
    row = reader_of(path)
    if choice is not None and (row is None or row.arrays is None):
        raise HsiError(
            say("{name} says itself how it is to be read: an import choice is of no use.", name=path.name),
            say("Open it without one."),
        )
    if row is None:
        raise _no_reader(path)
    cube = _opened(row, path, variable, choice)
    with faults_told(row, path, "read"):
        if leave_out or take_in:
            cube = with_other_bands(cube, leave_out, take_in)
        if gaps and cube.info.gaps_unknown:
            cube = cube.with_info(costs_told(cube))
        return with_quality(with_masks_told(row, path, cube), quality, path)


def scene_path(path: Path) -> Path:
    """The folder of a scene, where a file in it is named that says that the folder is one; else the path itself."""
    return path.parent if path.name in ZARR_MARKS and untrusted.is_file(path) else path


def require_scene(path: Path) -> None:
    """Refuses a path that leads to no file, and to no folder that is a scene.

    Raises:
        HsiError: that is so.
    """
    row = reader_of(path)
    if row is None or not row.folders:
        untrusted.require_file(path)


def holds_arrays(path: Path) -> bool:
    """Whether a file is of a kind that holds named arrays, to which an import choice can be given."""
    row = reader_of(path)
    return row is not None and row.arrays is not None


def list_arrays(path: str | Path) -> tuple[ArrayInfo, ...]:
    """The numeric arrays of a MATLAB, HDF5, NetCDF or NumPy file, also those in structs and groups, by name, shape
    and type, without loading them; none for files of other kinds.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = scene_path(Path(path).expanduser())
    require_scene(path)
    file = _array_file(path)
    return () if file is None else file.arrays


def suggestions(path: str | Path) -> tuple[ImportChoice, ...]:
    """Ways to read a file of arrays, the likeliest first; none for files that say themselves how they are to be read.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = scene_path(Path(path).expanduser())
    require_scene(path)
    file = _array_file(path)
    if file is None:
        return ()
    from hsigui.cube.formats.containers import suggest

    with untrusted.reading(path.name):
        return suggest(file)


def _array_file(path: Path) -> ArrayFile | None:
    row = reader_of(path)
    if row is None or row.arrays is None:
        return None
    with faults_told(row, path, "read"):
        return plugins.resolved(row.arrays)(path)


def _opened(row: Reader, path: Path, variable: str | None, choice: ImportChoice | None) -> Cube:
    if not row.available:
        raise without_driver(path, row.title, in_words())
    with faults_told(row, path, "read"):
        if row.arrays is None:
            assert row.opens is not None  # the row has checked it
            return _require_cube(plugins.resolved(row.opens)(path))
        from hsigui.cube.formats.containers import open_arrays

        cube = open_arrays(plugins.resolved(row.arrays)(path), variable, choice)
        return cube if choice is None else cube.with_info(replace(cube.info, choice=choice))


def _require_cube(cube: Cube) -> Cube:
    if not isinstance(cube, Cube):
        raise TypeError(f"it gave {type(cube).__name__} and no Cube")
    return cube


def _no_reader(path: Path) -> HsiError:
    with untrusted.reading(path.name):
        if is_hdf4(path):
            return refusal(path)
    suffix = path.suffix.lower()
    kind = say("“{suffix}”", suffix=suffix) if suffix else say("files without extension")
    what = say("a text file, not a scene") if _is_text(path) else say("not a scene that can be opened")
    return HsiError(
        say(
            "{name} is {what}: there is no reader for {kind} and no ENVI header beside it.",
            name=path.name,
            what=what,
            kind=kind,
        ),
        say("Readable are {in_words}.", in_words=in_words()),
    )


def _is_text(path: Path) -> bool:
    """Whether a file begins like a text: without the control characters that samples are full of."""
    try:
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise HsiError(
            say("{path} cannot be read: {strerror}.", path=path, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error
    return bool(head) and not any(byte < 32 and byte not in b"\t\n\r\f" for byte in head)
