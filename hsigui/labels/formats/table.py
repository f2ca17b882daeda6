"""The formats of labels, and of tables of classes, a row each.

`read_classes`, `write_classes`, the dialogs, commands, refusals, README and help take their lists from here. To add a
format: write a module with a function that reads and one that writes, and a row here. They are named by text and
imported when they are needed, because rasterio, pyogrio and scipy.io are slow to import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hsigui import plugins, untrusted
from hsigui.cube.formats.rows import (
    listed,
    raster_drivers,
    require_well_formed,
    suffix_of,
    suffixes_of,
    vector_drivers,
)  # fmt: skip
from hsigui.texts import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hsigui.cube.cube import Geo
    from hsigui.cube.formats.arrays import ArrayInfo
    from hsigui.labels.classes import ClassTable
    from hsigui.labels.grid import Grid
    from hsigui.labels.raster import ClassRaster, StoredRaster
    from hsigui.labels.shapes import LabelledShapes

    Read = Callable[[Path, str | None, Grid | None], StoredRaster | ClassRaster | LabelledShapes]
    Write = Callable[[Path, NDArray[np.uint16], ClassTable, Geo], list[Path]]
    TableRow = tuple[Any, Any, Any]  # number, name, colour, as they stand in a file


@dataclass(frozen=True)
class Carries:
    """What a file of labels keeps of them, in the words of the help page.

    Attributes:
        what: how the labels stand in it.
        place: of the scene: "yes", "no" or "written, not read".
        empty: classes without pixels: "kept" or "left out".
        large: class numbers above 255.
    """

    what: str
    place: str = "yes"
    empty: str = "kept"
    large: str = "yes"


@dataclass(frozen=True)
class LabelFormat:
    """A format of labels. Functions may be given as “module:name”.

    Attributes:
        name: short, of its own.
        title: for dialogs and lists.
        suffixes: by which it is read, with the dot, in small letters.
        read: a stored raster, classes, or shapes that are burnt onto a scene, of a path, a variable and a grid.
        written: suffixes by which it is written, the usual one first; empty for a format that is only read.
        write: all files written of a path, class numbers (rows x cols, uint16), classes and place.
        files: all files that `write` makes of a name; the one named when not given.
        sniff: looks into a file with one of the suffixes, whether it is of this format.
        any_suffix: whether files of all names are looked into.
        begins: the first bytes of its files, where they are always the same.
        holds_classes: whether a file holds classes rather than measurements: None where that shows when it is read.
        in_scene: the arrays in a scene's own file that fit its size as labels.
        onto_scene: shapes or lists of pixels, which are read for a scene only.
        several: whether a file can hold several arrays, layers, fields or images, of which one is chosen by its name.
        doubtful: suffixes that more often mean something else.
        raster_drivers, vector_drivers: of GDAL, one of which must be there.
        carries: what a written file keeps; None for a format that is only read.
        note: for the help page: the files where they are several.
        folder: whether a file of it is a folder to the system.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: str | Read
    written: tuple[str, ...] = ()
    write: str | Write | None = None
    files: str | Callable[[Path], tuple[Path, ...]] | None = None
    sniff: str | Callable[[Path], bool] | None = None
    any_suffix: bool = False
    begins: bytes = b""
    holds_classes: str | Callable[[Path], bool | None] | None = None
    in_scene: str | Callable[[Path, tuple[int, int]], tuple[ArrayInfo, ...]] | None = None
    onto_scene: bool = False
    several: bool = True
    doubtful: tuple[str, ...] = ()
    raster_drivers: tuple[str, ...] = ()
    vector_drivers: tuple[str, ...] = ()
    carries: Carries | None = None
    note: str = ""
    folder: bool = False

    def __post_init__(self) -> None:
        require_well_formed(self)
        if bool(self.written) != (self.write is not None):
            raise ValueError(f"{self.name} needs both suffixes to write and a function that writes, or neither")

    @property
    def available(self) -> bool:
        """Whether the program can read it here: a driver that it needs is there."""
        rasters = not self.raster_drivers or not raster_drivers().isdisjoint(self.raster_drivers)
        return rasters and (not self.vector_drivers or not vector_drivers().isdisjoint(self.vector_drivers))

    def fits(self, path: Path) -> bool:
        """Whether a file is of this format, by its suffix and by its content where the row can tell."""
        named = suffix_of(path) in self.suffixes
        if self.sniff is None or not untrusted.is_file(path) or not (named or self.any_suffix):
            return named
        with untrusted.reading(path.name):
            return plugins.resolved(self.sniff)(path)


def _with_names(path: Path) -> tuple[Path, ...]:
    return path, path.with_name(path.name + ".aux.xml")


def _with_names_and_legend(path: Path) -> tuple[Path, ...]:
    return (*_with_names(path), path.with_name(path.stem + ".legend.csv"))


_ROOM = "hsigui.labels.formats"
FORMATS = (
    LabelFormat(
        "geotiff", "GeoTIFF", (".tif", ".tiff"), f"{_ROOM}.tiff_classes:read_tiff",
        (".tif", ".tiff"), f"{_ROOM}.tiff_classes:write_tiff", _with_names,
        holds_classes=f"{_ROOM}.tiff_classes:holds_classes", several=False,
        carries=Carries(
            say("class numbers and palette; names in the .aux.xml beside it"), large=say("16 bits, with palette")
        ),
    ),
    LabelFormat(
        "envi", say("ENVI Classification"), (".hdr", ".img", ".dat", ".bsq", ".bil", ".bip"),
        f"{_ROOM}.envi_classes:read_envi",
        (".hdr", ".img", ".dat", ".bsq", ".bil", ".bip"), f"{_ROOM}.envi_classes:write_envi",
        f"{_ROOM}.envi_classes:files_written", sniff="hsigui.cube.formats.envi:is_envi", any_suffix=True,
        holds_classes=f"{_ROOM}.envi_classes:holds_classes", several=False,
        carries=Carries(say("ENVI Classification"), large="16 bits"), note=say(".hdr + .img"),
    ),
    LabelFormat(
        "matlab", "MATLAB", (".mat",), f"{_ROOM}.mat_classes:read_mat",
        (".mat",), f"{_ROOM}.mat_classes:write_mat", holds_classes=f"{_ROOM}.mat_classes:holds_classes",
        in_scene=f"{_ROOM}.mat_classes:truth_candidates",
        carries=Carries("`labels`, `class_numbers`, `class_names`, `class_colors`", place="no", large="16 bits"),
    ),
    LabelFormat(
        "geopackage", say("GeoPackage polygons"), (".gpkg",), f"{_ROOM}.vectors:read_vectors",
        (".gpkg",), f"{_ROOM}.vectors:write_gpkg", onto_scene=True, vector_drivers=("GPKG",),
        begins=b"SQLite format 3\0",
        carries=Carries("polygons: `class_id`, `class_name`, `color`; the table `classes`"),
    ),
    LabelFormat(
        "labelme", say("labelme"), (".json",), f"{_ROOM}.labelme:read_labelme", sniff=f"{_ROOM}.labelme:is_labelme",
        onto_scene=True, several=False,
    ),
    LabelFormat(
        "coco", say("COCO (CVAT, Roboflow)"), (".json",), f"{_ROOM}.coco:read_coco", sniff=f"{_ROOM}.coco:is_coco",
        onto_scene=True,
    ),
    LabelFormat(
        "cvat", say("CVAT for images"), (".xml",), f"{_ROOM}.cvat:read_cvat", sniff=f"{_ROOM}.cvat:is_cvat",
        onto_scene=True,
    ),
    LabelFormat(
        "geojson", say("GeoJSON polygons"), (".geojson", ".json"), f"{_ROOM}.geojson:read_geojson",
        (".geojson",), f"{_ROOM}.geojson:write_geojson", onto_scene=True, doubtful=(".json",),
        carries=Carries(say("polygons with the same properties")),
    ),
    LabelFormat(
        "roi", say("ENVI regions of interest"), (".xml",), f"{_ROOM}.rois:read_roi_xml",
        (".xml",), f"{_ROOM}.rois:write_roi_xml", onto_scene=True, several=False,
        carries=Carries(say("ENVI regions of interest, one a class; numbers in a comment")),
    ),
    LabelFormat(
        "roi text", say("ENVI Classic ROI text"), (".txt", ".roi", ".asc"), f"{_ROOM}.rois:read_roi_text",
        (".txt",), f"{_ROOM}.rois:write_roi_text", sniff=f"{_ROOM}.rois:is_roi_text", onto_scene=True,
        several=False,
        carries=Carries(
            say("ENVI Classic's list of region pixels (X and Y from 1); numbers in its first line"),
            place="written, not read",
        ),
    ),
    LabelFormat(
        "png", say("PNG with legend"), (".png",), f"{_ROOM}.png_classes:read_png",
        (".png",), f"{_ROOM}.png_classes:write_png", _with_names_and_legend,
        several=False,
        carries=Carries(
            say("class numbers and palette; a legend (.legend.csv) and the place (.aux.xml) beside it"),
            large=say("16 bits, colours in the legend"),
        ),
    ),
    LabelFormat(
        "csv", say("CSV table of pixels"), (".csv",), f"{_ROOM}.csv_pixels:read_csv",
        (".csv",), f"{_ROOM}.csv_pixels:write_csv", onto_scene=True,
        carries=Carries(
            "`row,col,class_id,class_name,color` and `x,y`; rows and columns count from 0",
            place="written, not read", empty="left out",
        ),
    ),
    LabelFormat(
        "numpy", "NumPy", (".npy",), f"{_ROOM}.npy_classes:read_npy",
        holds_classes=f"{_ROOM}.npy_classes:holds_classes",
    ),
    LabelFormat(
        "hdf5", say("HDF5 (ilastik's exports)"), (".h5", ".hdf5"), f"{_ROOM}.ilastik:read_h5",
        holds_classes=f"{_ROOM}.ilastik:holds_classes",
    ),
    LabelFormat(
        "zarr", "zarr", (".zarr",), f"{_ROOM}.zarr_classes:read_zarr",
        holds_classes=f"{_ROOM}.zarr_classes:holds_classes", folder=True,
    ),
    LabelFormat("ilastik", say("ilastik projects"), (".ilp",), f"{_ROOM}.ilastik:read_ilp"),
    LabelFormat(
        "scpx", say("training input of QGIS's Semi-Automatic Classification Plugin"), (".scpx",),
        f"{_ROOM}.scp:read_scpx", onto_scene=True, vector_drivers=("GPKG",), begins=b"PK",
    ),
    LabelFormat(
        "shapefile", "Shapefile", (".shp",), f"{_ROOM}.vectors:read_vectors", onto_scene=True,
        vector_drivers=(say("ESRI Shapefile"),), begins=b"\0\0\x27\x0a",
    ),
    LabelFormat(
        "kml", "KML", (".kml",), f"{_ROOM}.vectors:read_vectors", onto_scene=True, vector_drivers=("LIBKML", "KML"),
    ),
    LabelFormat(
        "flatgeobuf", "FlatGeobuf", (".fgb",), f"{_ROOM}.vectors:read_vectors", onto_scene=True,
        vector_drivers=("FlatGeobuf",), begins=b"fgb",
    ),
)  # fmt: skip


def format_of(path: Path) -> LabelFormat | None:
    """The row that a file of labels is read by; None when there is none. Suffixes come before ENVI's data files, which
    may have any."""
    return next((row for row in sorted(FORMATS, key=lambda row: row.name == "envi") if row.fits(path)), None)


def is_there(path: Path) -> bool:
    """Whether a path leads to a file, or to a folder that a format takes for one."""
    if untrusted.is_file(path):
        return True
    row = format_of(path) if untrusted.there(path) else None
    return row is not None and row.folder


def writer_of(path: Path) -> LabelFormat | None:
    """The row that labels are written by under this name; None when there is none."""
    return next((row for row in FORMATS if suffix_of(path) in row.written), None)


def available() -> tuple[LabelFormat, ...]:
    """The rows that can be read here. Asks GDAL for its drivers."""
    return tuple(row for row in FORMATS if row.available)


def written() -> tuple[LabelFormat, ...]:
    """The rows that can be written, in the order in which they are offered."""
    return tuple(row for row in FORMATS if row.written)


def usual_suffixes() -> tuple[str, ...]:
    """The suffix that each format is usually written with."""
    return tuple(row.written[0] for row in written())


def written_suffixes() -> tuple[str, ...]:
    """All suffixes of names under which labels are written: first the usual one of each format, then the others."""
    return tuple(dict.fromkeys([*usual_suffixes(), *(suffix for row in written() for suffix in row.written)]))


def in_words(rows: Iterable[LabelFormat] | None = None) -> str:
    """Formats with their suffixes, for a refusal; those that can be read here by default."""
    return listed([f"{row.title} ({', '.join(row.suffixes)})" for row in rows or available()])


def titles_in_words() -> str:
    """All formats by their titles, for README: asks GDAL for nothing."""
    read = [row.title for row in FORMATS if not row.written]
    return say(
        "{listed}, and from {listed_read}", listed=listed([row.title for row in written()]), listed_read=listed(read)
    )


def help_table() -> Iterator[str]:
    """The lines of the help page's table of formats that are written, in Markdown."""
    yield say("| File | Holds | Place | Classes without pixels | Numbers above 255 |")
    yield "|---|---|---|---|---|"
    for row in written():
        if (kept := row.carries) is not None:
            name = row.note or row.written[0]
            yield f"| {name} | {kept.what} | {kept.place} | {kept.empty} | {kept.large} |"


def only_read() -> tuple[str, ...]:
    """Suffixes under which labels are read and not written."""
    read = suffixes_of(row for row in FORMATS if not row.written)
    return tuple(suffix for suffix in read if suffix not in written_suffixes())


@dataclass(frozen=True)
class ClassTableFormat:
    """A format of tables of classes (number, name, colour). Functions may be given as “module:name”.

    Attributes:
        name: short, of its own.
        title: for dialogs.
        suffixes: the first is the one written, all are read.
        read: number, name and colour of each class, as they stand in a text.
        write: the file of a table.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: str | Callable[[str], Iterator[TableRow]]
    write: str | Callable[[ClassTable], bytes]

    def __post_init__(self) -> None:
        require_well_formed(self)


_TABLES = f"{_ROOM}.class_tables"
CLASS_TABLES = (
    ClassTableFormat("csv", "CSV", (".csv", ".txt"), f"{_TABLES}:rows_of_csv", f"{_TABLES}:as_csv"),
    ClassTableFormat("clr", say("ArcGIS colours"), (".clr",), f"{_TABLES}:rows_of_clr", f"{_TABLES}:as_clr"),
    ClassTableFormat("qml", say("QGIS style"), (".qml",), f"{_TABLES}:rows_of_qml", f"{_TABLES}:qgis_style"),
    ClassTableFormat("json", "JSON", (".json",), f"{_TABLES}:rows_of_json", f"{_TABLES}:as_json"),
)


def class_table_suffixes() -> tuple[str, ...]:
    """Suffixes of names under which tables of classes are written."""
    return tuple(row.suffixes[0] for row in CLASS_TABLES)
