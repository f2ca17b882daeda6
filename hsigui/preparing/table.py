"""The formats that cubes are written in: one row each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hsigui import plugins
from hsigui.cube.cube import Cube
from hsigui.cube.formats.envi import find_pair
from hsigui.errors import HsiError
from hsigui.preparing.made import plain
from hsigui.preparing.stack import files_of
from hsigui.preparing.stored import in_type
from hsigui.preparing.words import INTERLEAVES
from hsigui.texts import say

Told = Callable[[int, int], None]
"""Is told how many samples of how many are written; may raise to stop."""


@dataclass(frozen=True)
class Writer:
    """A format of cubes.

    Attributes:
        title: in dialogs and lists.
        suffixes: of its files, the first one usual.
        write: "module:function", called with path, cube, interleave, whether for the network, and `Told`; gives the
            files written.
        interleaves: that it has.
        offset: whether it says that one number is added to all values.
        bare: whether it can say neither scale nor no-data, so that values are written.
        lacks: what of a cube it cannot carry, one sentence each.
        cloud: whether it can be laid out for reading over a network (COG).
    """

    title: str
    suffixes: tuple[str, ...]
    write: str
    interleaves: tuple[str, ...]
    offset: bool = False
    bare: bool = False
    lacks: Callable[[Cube], Sequence[str]] = lambda cube: ()
    cloud: bool = False


def _lacks_envi(cube: Cube) -> list[str]:
    found = []
    if any(set(name) & set(",{}\n") for name in cube.info.band_names):
        found.append(say("Commas and braces in names of bands become blanks in an ENVI header."))
    return found


def _lacks_matlab(cube: Cube) -> list[str]:
    info = cube.info
    found = []
    if info.geo.transform is not None or info.geo.crs_wkt:
        found.append(say("A MATLAB file does not say where the scene lies."))
    return found


def _lacks_tiff(cube: Cube) -> list[str]:
    found = []
    if cube.info.default_bands:
        found.append(say("A GeoTIFF does not name the bands that are shown at first."))
    return found


WRITERS = (
    Writer(
        "ENVI", (".hdr", ".img", ".dat", ".bsq", ".bil", ".bip", ".raw"),
        "hsigui.preparing.envi_writer:write_envi_cube", INTERLEAVES, lacks=_lacks_envi,
    ),
    Writer(
        "GeoTIFF", (".tif", ".tiff"), "hsigui.preparing.tiff_writer:write_tiff_cube", ("bsq", "bip"), offset=True,
        lacks=_lacks_tiff, cloud=True,
    ),
    Writer(
        "MATLAB", (".mat",), "hsigui.preparing.matlab_writer:write_matlab_cube", ("bsq",), bare=True,
        lacks=_lacks_matlab,
    ),
    Writer("zarr", (".zarr",), "hsigui.preparing.zarr_writer:write_zarr_cube", ("bsq",), offset=True),
)  # fmt: skip


def cube_suffixes() -> list[str]:
    """The endings of all formats that cubes are written in."""
    return [suffix for row in WRITERS for suffix in row.suffixes]


def writer_of(path: Path) -> Writer:
    """The row of a file name.

    Raises:
        HsiError: its suffix is of none.
    """
    row = next((row for row in WRITERS if path.suffix.lower() in row.suffixes), None)
    if row is None:
        raise HsiError(
            say("A cube cannot be written as “{name}”.", name=path.name),
            say("End it in one of {endings}.", endings=", ".join(cube_suffixes())),
        )
    return row


def not_carried(cube: Cube, path: str | Path, dtype: str = "", scale: float | None = None) -> list[str]:
    """What a file of this name will not say of the cube, or says in another way; one sentence each.

    Raises:
        HsiError: its suffix is of no format.
    """
    row = writer_of(Path(path))
    found = list(row.lacks(cube))
    info, made = cube.info, in_type(cube, dtype, scale, offset=row.offset, bare=row.bare)
    if not dtype and scale is None and made.source.dtype != cube.source.dtype.newbyteorder("="):
        found.append(
            say("Samples are written as {type}: the format has no {own}, or cannot say what its numbers mean.",
                type=made.source.dtype.name, own=cube.source.dtype.name)
        )  # fmt: skip
    if info.valid_range is not None:
        found.append(say("Values outside the valid range are written as no data."))
    return found


def save_cube(
    cube: Cube, path: str | Path, *, interleave: str = "", dtype: str = "", scale: float | None = None,
    cloud: bool = False, told: Told = lambda done, total: None,
) -> list[Path]:  # fmt: skip
    """Writes a cube by tiles, whatever its size, with its wavelengths, widths, bad bands, names, no-data, place and
    history; either the whole file is there or none.

    Args:
        path: its suffix is one of `cube_suffixes`.
        interleave: "bsq", "bil" or "bip", as far as the format has it; empty for the cube's own, or bsq.
        dtype, scale: see `stored.in_type`.
        cloud: a GeoTIFF for the network (COG).

    Returns:
        The files written, the one to open first.

    Raises:
        HsiError: the suffix, type or interleave is none of the format, a value does not fit, the file is one that the
            cube is read from, or it cannot be written.
    """
    path = Path(path).expanduser()
    row = writer_of(path)
    own = path.suffix.lower().lstrip(".")
    asked = interleave or (own if own in row.interleaves else "")
    order = asked or (cube.info.interleave if cube.info.interleave in row.interleaves else "bsq")
    if order not in row.interleaves:
        raise HsiError(
            say("{title} has no interleave {order}.", title=row.title, order=order),
            say("Choose from: {all}.", all=", ".join(row.interleaves)),
        )
    if cloud and not row.cloud:
        raise HsiError(say("{title} is not laid out for the network.", title=row.title), say("Leave out --cog."))
    _require_other_file(cube, path)
    stored = in_type(plain(cube), dtype, scale, offset=row.offset, bare=row.bare)
    asked_for = (("interleave", interleave), ("type", dtype), ("to-scale", "" if scale is None else repr(float(scale))))
    words = " ".join([*(f"--{name} {said}" for name, said in asked_for if said), *["--cog"] * cloud])
    if words:  # without which the same steps would make another file
        stored = stored.with_info(replace(stored.info, history=(*stored.info.history, words)))
    files: list[Path] = plugins.resolved(row.write)(path, stored, order, cloud, told)
    return files


def _require_other_file(cube: Cube, path: Path) -> None:
    """Refuses to write over what the cube is read from; the header and the data of ENVI are one."""
    envi = writer_of(path) is WRITERS[0]
    targets = {path.resolve(), *((path.with_suffix(".hdr").resolve(),) if envi else ())}
    for file in files_of(cube):
        read = {file.resolve(), *_pair(file)}
        same = read & targets or (envi and any(one.with_suffix("") == path.resolve().with_suffix("") for one in read))
        inside = path.resolve() in file.resolve().parents or file.resolve() in path.resolve().parents
        if same or inside:  # a zarr store is a folder, and replaced as a whole
            raise HsiError(
                say("{name} is a file that the cube is read from.", name=path.name),
                say("Choose another name: files that are read are never written to."),
            )


def _pair(file: Path) -> set[Path]:
    try:
        return {one.resolve() for one in find_pair(file)} if file.suffix.lower() == ".hdr" else set()
    except HsiError:  # no longer there, and so not written over
        return set()
