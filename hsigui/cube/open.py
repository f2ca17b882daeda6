"""The only public way to a scene: `open_cube` finds the reader for a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hsigui import plugins, untrusted
from hsigui.cube.cube import Cube
from hsigui.cube.formats.arrays import AmbiguousArray, AmbiguousCube, ArrayInfo
from hsigui.cube.formats.choice import ImportChoice
from hsigui.cube.formats.rows import faults_told, without_driver
from hsigui.cube.formats.table import Reader, in_words, reader_of
from hsigui.cube.masked import MaskedCube
from hsigui.cube.remote.opening import ZARR_MARKS
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.containers import ArrayFile
    from hsigui.cube.formats.products.quality_layers import QualityLayer

__all__ = [
    "AmbiguousArray", "AmbiguousCube", "ArrayInfo", "ImportChoice", "list_arrays", "open_cube", "quality_layers",
    "suggestions",
]  # fmt: skip


def open_cube(
    path: str | Path, *, variable: str | None = None, choice: ImportChoice | None = None, quality: Sequence[str] = ()
) -> Cube:  # fmt: skip
    """Opens a hyperspectral scene without loading more than it must.

    Args:
        path: a file of one of the formats of `formats.table`: an ENVI header or its data file, a MATLAB file (version 4
            to 7.3), a GeoTIFF and so on.
        variable: name of the array in a file that holds several.
        choice: how an array becomes the scene (MATLAB, HDF5 and NumPy files); None guesses, with a note.
        quality: names of quality masks of a product (`quality_layers`): pixels that one of them marks have no data.

    Raises:
        AmbiguousCube: several arrays of the file fit; it lists them.
        HsiError: the file cannot be read or holds no scene; the message says why.
    """
    path = scene_path(Path(path).expanduser())
    _require_file(path)
    row = reader_of(path)
    if row is not None and row.arrays is not None:
        return _opened(row, path, variable, choice, quality)
    if choice is not None:
        raise HsiError(
            say("{name} says itself how it is to be read: an import choice is of no use.", name=path.name),
            say("Open it without one."),
        )
    if row is None:
        raise _no_reader(path)
    return _opened(row, path, quality=quality)


def scene_path(path: Path) -> Path:
    """The folder of a scene, where a file in it is named that says that the folder is one; else the path itself."""
    return path.parent if path.name in ZARR_MARKS and untrusted.is_file(path) else path


def quality_layers(path: str | Path) -> tuple[QualityLayer, ...]:
    """The quality masks that a product brings along, in its file or beside it; none for files of no known product.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = scene_path(Path(path).expanduser())
    _require_file(path)
    row = reader_of(path)
    if row is None or row.masks is None:
        return ()
    with faults_told(row, path, "read"):
        return plugins.resolved(row.masks)().layers(path)


def holds_arrays(path: Path) -> bool:
    """Whether a file is of a kind that holds named arrays, to which an import choice can be given."""
    row = reader_of(path)
    return row is not None and row.arrays is not None


def list_arrays(path: str | Path) -> tuple[ArrayInfo, ...]:
    """The numeric arrays of a MATLAB, HDF5, NetCDF 4 or NumPy file, also those in structs and groups, by name, shape
    and type, without loading them; none for files of other kinds.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = scene_path(Path(path).expanduser())
    _require_file(path)
    file = _array_file(path)
    return () if file is None else file.arrays


def suggestions(path: str | Path) -> tuple[ImportChoice, ...]:
    """Ways to read a file of arrays, the likeliest first; none for files that say themselves how they are to be read.

    Raises:
        HsiError: the file is missing or damaged.
    """
    path = scene_path(Path(path).expanduser())
    _require_file(path)
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


def _opened(
    row: Reader, path: Path, variable: str | None = None, choice: ImportChoice | None = None,
    quality: Sequence[str] = (),
) -> Cube:  # fmt: skip
    if not row.available:
        raise without_driver(path, row.title, in_words())
    with faults_told(row, path, "read"):
        if row.arrays is None:
            assert row.opens is not None  # the row has checked it
            return _trusted(row, path, _require_cube(plugins.resolved(row.opens)(path)), quality)
        from hsigui.cube.formats.containers import open_arrays

        return _trusted(row, path, open_arrays(plugins.resolved(row.arrays)(path), variable, choice), quality)


def _trusted(row: Reader, path: Path, cube: Cube, quality: Sequence[str]) -> Cube:
    """A scene without the pixels that quality masks of its product mark; with a note on the masks there are."""
    if row.masks is None:
        if quality:
            raise HsiError(
                say("{name} is of no product that has quality masks.", name=path.name),
                say("Open it without them; --mask-out takes a file of labels."),
            )
        return cube
    masks = plugins.resolved(row.masks)()
    if not quality:
        there = masks.layers(path) if cube.info.product else ()
        names = ", ".join(layer.name for layer in there)
        said = (say("Quality masks of the product: {names} (--quality NAME leaves their pixels out).", names=names),)
        return _noted(cube, said if there else ())
    mask = masks.marked(path, cube, tuple(quality))
    count, names = int(np.count_nonzero(mask)), ", ".join(quality)
    note = say("Without data by quality masks ({names}): {count:,} pixels.", names=names, count=count)
    kept = cube.with_info(replace(cube.info, quality=tuple(quality), notes=(*cube.info.notes, note)))
    return MaskedCube(kept, mask)


def _noted(cube: Cube, notes: tuple[str, ...]) -> Cube:
    return cube.with_info(replace(cube.info, notes=(*cube.info.notes, *notes))) if notes else cube


def _require_cube(cube: Cube) -> Cube:
    if not isinstance(cube, Cube):
        raise TypeError(f"it gave {type(cube).__name__} and no Cube")
    return cube


def _no_reader(path: Path) -> HsiError:
    suffix = path.suffix.lower()
    kind = f"“{suffix}”" if suffix else say("files without extension")
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


def _require_file(path: Path) -> None:
    if (row := reader_of(path)) is not None and row.folders:
        return
    if untrusted.there(path) and path.is_dir():
        raise HsiError(say("{path} is a folder.", path=path), say("Choose a file in it."))
    if not untrusted.is_file(path):
        raise HsiError(
            say("The file {path} does not exist.", path=path), say("Check the name, or whether the drive is connected.")
        )
