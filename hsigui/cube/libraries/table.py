"""The table of formats of spectral libraries: to add one, write a module that reads it and add a row here.

A folder of files of one spectrum each is one library, too (`libraries.folder`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui import plugins, untrusted
from hsigui.cube.formats.rows import listed, require_well_formed
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.library import SpectralLibrary

ENVI_SUFFIX = ".sli"
WRITTEN = (ENVI_SUFFIX, ".csv", ".gpkg")  # endings of libraries that are written (`libraries.writing`)
Told = Callable[[int, int], None]  # how many files of how many were read


@dataclass(frozen=True)
class LibraryFormat:
    """A format that spectra are read from.

    Attributes:
        name: what the program calls it.
        title: for people, in dialogs and refusals.
        suffixes: endings, with their dot, in small letters.
        read: "module:function" that makes a `SpectralLibrary` of a path.
        sniff: "module:function" that says of a path whether it is one of these; without, the ending decides.
        note: what the list of formats says of its files; its endings unless given.
        single: whether a file holds one spectrum, so that a folder of them is a library.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: str
    sniff: str = ""
    note: str = ""
    single: bool = False

    def __post_init__(self) -> None:
        require_well_formed(self)

    def fits(self, path: Path) -> bool:
        """Whether a file is one of these, as far as can be told before it is read."""
        if self.sniff:
            sniff: Callable[[Path], bool] = plugins.resolved(self.sniff)
            return sniff(path)
        return path.suffix.lower() in self.suffixes


FORMATS: tuple[LibraryFormat, ...] = (
    LibraryFormat(
        "envi", say("ENVI spectral library"), (ENVI_SUFFIX, ".hdr"), read="hsigui.cube.formats.library:open_library",
        sniff="hsigui.cube.formats.library:is_library", note=say(".sli and its .hdr"),
    ),
    LibraryFormat(
        "usgs", say("USGS spectral library"), (".txt",), read="hsigui.cube.libraries.usgs:read_usgs",
        sniff="hsigui.cube.libraries.usgs:is_usgs", note=say("splib07 as text, .txt"), single=True,
    ),
    LibraryFormat(
        "ecostress", say("ECOSTRESS or ASTER spectrum"), (".txt",),
        read="hsigui.cube.libraries.ecostress:read_ecostress", sniff="hsigui.cube.libraries.ecostress:is_ecostress",
        note=".spectrum.txt", single=True,
    ),
    LibraryFormat(
        "geopackage", say("EnMAP-Box library"), (".gpkg",), read="hsigui.cube.libraries.geopackage:read_geopackage",
        sniff="hsigui.cube.libraries.geopackage:is_profiles", note=say("GeoPackage, .gpkg"),
    ),
    LibraryFormat(
        "table", say("Table of spectra"), (".csv", ".txt", ".tsv", ".asc"),
        read="hsigui.cube.libraries.tables:read_table", single=True,
    ),
)  # fmt: skip


def library_format_of(path: Path) -> LibraryFormat | None:
    """The row that a file belongs to; None when it belongs to none.

    Raises:
        HsiError: it cannot be looked into.
    """
    with untrusted.reading(path.name):
        return next((row for row in FORMATS if row.fits(path)), None)


def is_known_library(path: Path) -> bool:
    """Whether a file says of itself that it holds spectra: a table of numbers does not, whatever its numbers are.

    Raises:
        HsiError: it cannot be looked into.
    """
    row = library_format_of(path)
    return row is not None and bool(row.sniff)


def read_library(path: str | Path, told: Told = lambda _done, _total: None) -> SpectralLibrary:
    """Opens a spectral library of any format, or a folder of files of one spectrum each.

    Args:
        path: an ENVI library (.sli or its .hdr), a file of the USGS, ECOSTRESS or ASTER libraries, an EnMAP-Box
            GeoPackage, a table (CSV) with wavelengths, or a folder.
        told: called while a folder is read, with the number of files read and of all.

    Raises:
        HsiError: the file is missing or damaged, or holds no spectra.
    """
    path = Path(path).expanduser()
    if untrusted.there(path) and path.is_dir():
        from hsigui.cube.libraries.folder import read_folder

        return read_folder(path, told)
    if not untrusted.is_file(path):
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    row = library_format_of(path) or FORMATS[0]  # ENVI's reader says what a file is that is of none of them
    with untrusted.reading(path.name):
        read: Callable[[Path], SpectralLibrary] = plugins.resolved(row.read)
        return read(path)


def no_library(path: Path) -> HsiError:
    """The refusal of a file that is of none of the formats."""
    what = (
        say("a spectral library without its header")
        if path.suffix.lower() == ENVI_SUFFIX
        else say("no spectral library")
    )
    return HsiError(
        say("{name} is {what}.", name=path.name, what=what),
        say("Readable are {formats}, and folders of files of one spectrum each.", formats=in_words()),
    )


def in_words(rows: Iterable[LibraryFormat] = FORMATS) -> str:
    """Formats with their endings, for a refusal."""
    return listed([f"{row.title} ({row.note or ', '.join(row.suffixes)})" for row in rows])


def help_table(rows: Iterable[LibraryFormat] = FORMATS) -> Iterator[str]:
    """The lines of the help page's table of formats, in Markdown."""
    yield say("| Format | Endings |")
    yield "|---|---|"
    for row in rows:
        yield f"| {row.title} | {', '.join(row.suffixes)} |"
