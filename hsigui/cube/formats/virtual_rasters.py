"""What a raster may be made of: files of its own folder, never a server, an archive or code.

GDAL opens whatever a virtual raster (.vrt), the header of ER Mapper (.ers) or a side file names: files anywhere on the
machine, addresses of servers, even programs. So these are read here first. GDAL's XML takes attributes for elements
and does not mind letter case; neither does this.

Source: GDAL, "VRT -- GDAL Virtual Format", "GDAL Virtual File Systems", "ERS -- ERMapper .ERS".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from rasterio.errors import RasterioError

from hsigui import stopping, untrusted
from hsigui.cube.formats.raster_files import open_quietly
from hsigui.cube.formats.xml_files import tree_of
from hsigui.cube.outside import require_inside
from hsigui.errors import HsiError
from hsigui.texts import say

_LARGEST_TEXT = 16 * 2**20
_MOST_FILES, _MOST_BANDS = 10_000, 65_535
_DEEPEST = 4  # a virtual raster of virtual rasters of ...
_HEAD = 4096
_KINDS = {"", "vrtsourcedrasterband", "vrtderivedrasterband", "vrtwarpedrasterband", "vrtpansharpenedrasterband"}
_KINDS |= {"vrtdataset", "vrtwarpeddataset", "vrtpansharpeneddataset"}
_NAMING = {
    "sourcefilename", "sourcedataset", "filename", "overviewfile", "overview_file", "dempath", "rpc_dem", "x_dataset",
    "y_dataset", "cutline_dataset",
}  # fmt: skip
_CODE = {"pixelfunctioncode"}
_PART = re.compile(r'(?:NETCDF|HDF5|GTIFF_DIR:(?:off:)?\d+|GTIFF_RAW):"?(?P<file>[^":]+)"?(?::[^:]*)?', re.I)
_HINT = "Put the files that it is made of into its folder or below, or save it as a GeoTIFF (gdal_translate)."
# What the files begin with that a virtual raster may be made of. None of these kinds leads elsewhere.
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_OVERVIEWS = (*_TIFF, b"EHFA_HEADER_TAG")
_PLAIN = (
    *_OVERVIEWS, b"\x89HDF", b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x0e\x03\x13\x01", b"\0\0\0\x0cjP  ",
    b"\xff\x4f\xff\x51", b"\x89PNG", b"\xff\xd8\xff",
)  # fmt: skip


@dataclass
class _Walk:
    """The way through what a raster is made of.

    Attributes:
        first: the file that the user opened; its name is told.
    """

    first: Path
    seen: set[Path] = field(default_factory=set)

    def refused(self, what: str, hint: str = _HINT) -> HsiError:
        return HsiError(say("{name} {what}.", name=self.first.name, what=what), hint)


def require_own_files(path: Path) -> None:
    """Refuses a raster that leads out of its own folder or runs code, before GDAL opens it.

    Raises:
        HsiError: it does, or its text cannot be read.
    """
    real = path.resolve()
    walk = _Walk(path, {real})
    head = _head_of(real, walk)
    suffix = path.suffix.lower()
    if suffix == ".vrt":
        _look_into_vrt(real, walk, 0)
    elif suffix == ".ers":
        _look_into_ers(real, walk)
    elif head.startswith(b"PCIDSK"):
        _look_into_pcidsk(real, walk)
    _look_beside(path, walk)


def require_own_parts(dataset: Any, path: Path) -> None:
    """Refuses overviews that a raster keeps elsewhere (GDAL's metadata OVERVIEW_FILE), before GDAL opens them, and
    other parts of it that lie elsewhere, before they are read.

    Args:
        dataset: the open rasterio dataset of the file.

    Raises:
        HsiError: the overviews are no TIFF, or something lies outside the folder of the raster.
    """
    named = dataset.tags(ns="OVERVIEWS").get("OVERVIEW_FILE")
    if named is not None:
        _require_overview(named, path.resolve(), _Walk(path))
    # Drivers name the other files that they read (an Imagine file its overviews and its large samples).
    for name in dataset.files:
        found = Path(name).resolve()
        if "/vsi" in name.casefold() or "://" in name:
            raise _Walk(path).refused(
                say("names {short}: nothing is read from servers, archives or memory", short=_short(name))
            )
        require_inside(found, path, _short(name))


def is_virtual(path: Path) -> bool:
    """Whether a file is a virtual raster, whatever its name says."""
    try:
        with path.open("rb") as file:
            return b"<VRTDataset" in file.read(_HEAD)
    except OSError:
        return False


def _look_beside(path: Path, walk: _Walk) -> None:
    """Overviews and masks are opened with the raster that they lie beside, whatever they are."""
    for ending in (".ovr", ".OVR", ".msk", ".MSK"):
        beside = path.with_name(path.name + ending)
        if untrusted.is_file(beside):
            if not _head_of(beside, walk).startswith(_OVERVIEWS):
                raise walk.refused(
                    say("has {name} beside it, which is no TIFF", name=beside.name), say("Take that file away.")
                )
            _look_beside(beside, walk)


def _require_overview(named: str, path: Path, walk: _Walk) -> None:
    inner = named.removeprefix(":::BASE:::")
    target = _inside(inner, Path.cwd() if inner == named else path.parent, walk)
    if not _head_of(target, walk).startswith(_OVERVIEWS):
        raise walk.refused(say("keeps its overviews in {name}, which is no TIFF", name=target.name))


def _look_into_tiff(path: Path, walk: _Walk) -> None:
    try:
        with open_quietly(path, ("GTiff",)) as dataset:
            named = dataset.tags(ns="OVERVIEWS").get("OVERVIEW_FILE")
    except RasterioError as error:
        raise walk.refused(
            say("names {name}, which cannot be read: {error}", name=path.name, error=error),
            say("Is that file complete?"),
        ) from error
    if named is not None:
        _require_overview(named, path, walk)


def _look_into_vrt(path: Path, walk: _Walk, depth: int) -> None:
    if depth > _DEEPEST:
        raise walk.refused(say("is a virtual raster of virtual rasters without end"), say("Save it as a GeoTIFF."))
    root = _xml_of(path, walk)
    if _name(root.tag) != "vrtdataset":
        raise walk.refused(say("is no virtual raster"), say("Is the file complete?"))
    if sum(_name(element.tag) == "vrtrasterband" for element in root) > _MOST_BANDS:
        raise walk.refused(say("has more than {most:,} bands", most=_MOST_BANDS), say("Is it what it should be?"))
    for element in root.iter():
        _require_no_code(element, walk)
    for relative, named in set(_names_in(root, walk)):
        folder = path.parent if relative == "1" else Path.cwd()
        if relative not in ("0", "1"):
            raise walk.refused(say("names {named} neither by its folder nor in full", named=named))
        _look_into_source(_inside(named, folder, walk), walk, depth)


def _look_into_source(source: Path, walk: _Walk, depth: int) -> None:
    if source in walk.seen:
        return
    stopping.check()
    walk.seen.add(source)
    if len(walk.seen) > _MOST_FILES:
        raise walk.refused(say("is made of more than {most:,} files", most=_MOST_FILES), say("Save it as a GeoTIFF."))
    head = _head_of(source, walk)
    if b"<VRTDataset" in head:
        _look_into_vrt(source, walk, depth + 1)
    elif head.lstrip().startswith(b"DatasetHeader"):
        _look_into_ers(source, walk)
    elif head.startswith(b"PCIDSK"):
        _look_into_pcidsk(source, walk)
    elif head.startswith(_TIFF):
        _look_into_tiff(source, walk)
    elif not head.startswith(_PLAIN) and not _is_raw(source, head):
        raise walk.refused(say("names {name}, of a kind that virtual rasters are not read from here", name=source.name))
    _look_beside(source, walk)


def _is_raw(path: Path, head: bytes) -> bool:
    """Whether a file is the data of an ENVI header, and not a text that another driver would take for its own."""
    from hsigui.cube.formats.envi import header_of

    text = all(byte >= 32 or byte in b"\t\n\r\f" for byte in head)
    return header_of(path) is not None and not text and not head.startswith((b"PK\x03\x04", b"SQLite format 3"))


def _require_no_code(element: ElementTree.Element, walk: _Walk) -> None:
    said = {_name(key): value for key, value in element.attrib.items()}
    if len(said) != len(element.attrib):
        raise walk.refused(say("says the same thing twice"))
    said[_name(element.tag)] = element.text or ""
    kind = said.get("subclass", "").strip().casefold()
    if kind == "vrtrawrasterband":
        raise walk.refused(say("reads the bytes of another file as they are, which is not done here"))
    if kind not in _KINDS:
        raise walk.refused(
            say("is a virtual raster of a kind that is not read here ({subclass})", subclass=said["subclass"])
        )
    language = said.get("pixelfunctionlanguage", "").strip().casefold()
    if language not in ("", "c") or _CODE & set(said):
        raise walk.refused(
            say("holds a program that would run when it is read"),
            say("Save it as a GeoTIFF with the program that made it."),
        )
    for value in said.values():
        if "/vsi" in value.casefold():
            raise walk.refused(
                say("names {short}: nothing is read from servers, archives or memory", short=_short(value))
            )


def _names_in(root: ElementTree.Element, walk: _Walk) -> Iterator[tuple[str, str]]:
    """Everything in an XML tree that names a file: whether it is relative to the folder ("1" or "0"), and the name."""
    for element in root.iter():
        said = {_name(key): value for key, value in element.attrib.items()}
        relative = said.get("relativetovrt", "0").strip()
        if {_name(element.tag), said.get("key", "").casefold(), said.get("name", "").casefold()} & _NAMING:
            if len(element):  # also a comment, at which GDAL ends the name
                raise walk.refused(say("names a file in several pieces"))
            yield relative, (element.text or "").strip()
        for attribute in _NAMING & set(said):
            yield relative, said[attribute].strip()


def _inside(named: str, folder: Path, walk: _Walk) -> Path:
    """The file of a name, which must be there and lie in the folder of the raster or below."""
    if "/vsi" in named.casefold() or "://" in named:
        raise walk.refused(say("names {short}: nothing is read from servers, archives or memory", short=_short(named)))
    part = _PART.fullmatch(named)
    name = part["file"] if part else named
    if not name or "\0" in name:
        raise walk.refused(say("names a file without a name"))
    try:
        found = (folder / name).resolve()
        there = found.is_file()
    except (OSError, ValueError, RuntimeError):  # too long, or a circle of links
        raise walk.refused(say("names {short}, which is no file", short=_short(named))) from None
    require_inside(found, walk.first, _short(named))
    if not there:
        raise walk.refused(say("names {short}, which is not there", short=_short(named)))
    return found


def _look_into_ers(path: Path, walk: _Walk) -> None:
    """The header of ER Mapper: a text that names the file of samples, which GDAL opens whatever it is."""
    text = _text_of(path, walk).decode("latin-1")
    if "/vsi" in text.casefold():
        raise walk.refused(say("names a place that is no file: nothing is read from servers, archives or memory"))
    named = [
        _inside(name.strip(), path.parent, walk) for name in re.findall(r'DataFile\s*=\s*"?([^"\r\n]*)', text, re.I)
    ]
    for samples in (*named, path.with_suffix("")):
        _require_samples(samples, walk)


def _look_into_pcidsk(path: Path, walk: _Walk) -> None:
    """A PCIDSK file can keep the samples of a band in another file, which GDAL opens whatever it is.

    Source: PCI Geomatics, "PCIDSK Database File Format", file header (IHP, CHANNELS) and image headers (IHi.2).
    """
    with path.open("rb") as file:
        head = file.read(512)
        try:
            start, count = (int(head[at : at + length].strip() or b"0") for at, length in ((336, 16), (376, 8)))
        except ValueError:
            raise walk.refused(say("is damaged: its header holds no numbers"), say("Is the file complete?")) from None
        file.seek(max(0, start - 1) * 512)
        headers = file.read(min(max(0, count), 65536) * 1024)
    for begin in range(0, len(headers), 1024):
        named = headers[begin + 64 : begin + 128].decode("latin-1").strip(" \0")
        if named and not named.startswith(("<", "/SIS=")):  # not set, or tiles in the file itself
            _require_samples(_inside(named, path.parent, walk), walk)


def _require_samples(path: Path, walk: _Walk) -> None:
    """Refuses files of kinds that name others: XML, JSON, a header as text, a data base."""
    starts = (b"<", b"{", b"DatasetHeader", b"PCIDSK", b"SQLite", b"PK\x03\x04")
    if path.is_file() and _head_of(path, walk).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(starts):
        raise walk.refused(say("names {name}, which is no file of samples", name=path.name))


def _xml_of(path: Path, walk: _Walk) -> ElementTree.Element:
    content = _text_of(path, walk)
    if b"<!doctype" in content.lower() or b"<!entity" in content.lower():
        raise walk.refused(say("declares entities, which no virtual raster needs"))
    # As a text, so that the encoding that it declares for itself cannot make another text of it than GDAL reads.
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    try:
        return tree_of(text, comments=True)  # GDAL ends a name where a comment begins
    except (ElementTree.ParseError, ValueError) as error:
        raise walk.refused(
            say("cannot be read: {name} is no well-formed XML ({error})", name=path.name, error=error),
            say("Is it complete?"),
        ) from error


def _text_of(path: Path, walk: _Walk) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_TEXT + 1)
    except OSError as error:
        raise walk.refused(
            say("cannot be read: {name}: {strerror}", name=path.name, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error
    if len(content) > _LARGEST_TEXT:
        raise walk.refused(say("is too large a text ({name})", name=path.name))
    return content


def _head_of(path: Path, walk: _Walk) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise walk.refused(
            say("cannot be read: {name}: {strerror}", name=path.name, strerror=error.strerror),
            say("Check the rights of the file."),
        ) from error


@lru_cache(maxsize=4096)  # a mosaic says the same few names a hundred thousand times
def _name(tag: object) -> str:
    """The name of an element or attribute without its name space, in small letters; comments have none."""
    return tag.rpartition("}")[2].rpartition(":")[2].casefold() if isinstance(tag, str) else ""


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 80 else f"{text[:77]}..."
