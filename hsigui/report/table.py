"""What a map is exported as, a row each: maps for GIS and for globes, polygons, pictures, and what goes with them.

The export dialog, `hsigui export` and `hsigui classify`, refusals, README and help take their lists from here. To add a
format: write a module with a function that writes a map, and a row here; other packages name their rows in the entry
points `hsigui.exporters`. Functions are named by text and imported when something is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from hsigui import plugins
from hsigui.cube.formats.rows import (
    listed,
    one_of,
    require_well_formed,
    suffix_of,
    suffixes_of,
    vector_drivers,
    with_plugins,
)
from hsigui.cube.formats.table import readers
from hsigui.texts import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hsigui.cube.cube import Geo
    from hsigui.labels.classes import ClassTable
    from hsigui.report.map_options import MapOptions

    WriteMap = Callable[[Path, NDArray[np.integer], ClassTable, Geo | None, MapOptions, Callable[[], None]], list[Path]]
    WriteLayers = Callable[..., list[Path]]

MAPS, FURTHER = say("Maps"), say("With the map")
PLACE, ACCURACY = "place", "accuracy"
RASTERS: Mapping[str, tuple[str, ...]] = {"geotiff": (".tif",), "envi": (".hdr", ".img"), "png": (".png",)}
NEEDS = {
    PLACE: say("The scene has no place on the earth"),
    ACCURACY: say("Needs ground truth (File menu) or validation labels (V)"),
}  # fmt: skip


@dataclass(frozen=True)
class Exporter:
    """Something that is written of a map. Functions may be given as “module:name”.

    Attributes:
        name: short, of its own; what an export choice lists.
        title: for lists.
        suffixes: by which a command's output chooses it, the usual one first; empty where only the dialog offers it.
        write: all files written, the one asked for first, of a path, class numbers (rows x cols, 0 = unclassified),
            classes (all that occur), place, options, and a check that may raise to stop. None for what is made of more
            than the map: measurements, labels, report.
        endings: of the files that the dialog writes, after the name, the one to open first; empty where it is not
            offered there.
        label: what the dialog says; the title when not given.
        section: of the dialog: `MAPS` or `FURTHER`.
        checked: in the dialog, at first.
        needs: `PLACE` or `ACCURACY`, without which it cannot be written.
        places: for the help page: which places of a map it can say.
        vector_drivers: of GDAL, one of which must be there.
        as_maps: written once in each of the formats of `RASTERS` that is chosen for the map, as GeoTIFF where none is.
        read_back: whether the file can be read as a map again, to be measured; it gets a record of how it came to be.
        about: for the help page: what is written.
    """

    name: str
    title: str
    suffixes: tuple[str, ...] = ()
    write: str | WriteMap | None = None
    endings: tuple[str, ...] = ()
    label: str = ""
    section: str = MAPS
    checked: bool = False
    needs: str = ""
    read_back: bool = False
    about: str = ""
    places: str = ""
    vector_drivers: tuple[str, ...] = ()
    as_maps: bool = False

    def __post_init__(self) -> None:
        require_well_formed(self)
        if self.suffixes and self.write is None:
            raise ValueError(f"{self.name} has suffixes, and no function that writes")
        if self.needs and self.needs not in NEEDS:
            raise ValueError(f"{self.name} needs “{self.needs}”, which is none of {', '.join(NEEDS)}")

    @property
    def available(self) -> bool:
        """Whether the program can write it here: a driver that it needs is there."""
        return not self.vector_drivers or not vector_drivers().isdisjoint(self.vector_drivers)

    @property
    def text(self) -> str:
        """What the dialog says of it, with its endings."""
        endings = (self.endings[0], "…") if self.as_maps else self.endings
        return f"{self.label or self.title} ({', '.join(endings)})"

    def endings_with(self, kinds: Iterable[str]) -> tuple[str, ...]:
        """The endings of the files that are written where kinds, by their names, are chosen beside it."""
        if not self.as_maps:
            return self.endings
        wanted = {suffix for kind in kinds for suffix in RASTERS.get(kind, ())} or {*RASTERS["geotiff"]}
        return tuple(ending for ending in self.endings if PurePath(ending).suffix in wanted)

    def target(self, folder: Path, name: str) -> Path:
        """The file, or folder, that the dialog writes first."""
        return folder / f"{name}{self.endings[0]}"


_WRITERS, _FEATURES = "hsigui.report.maps", "hsigui.report.feature_files"
_ANY = say("any: mirrored, turned or sheared pixels, any coordinate system; pixels where there is none")
_PLACED = say("any that a GeoPackage can say, but pixels")
_DEGREES = say(
    "any in degrees of WGS 84: borders get further corners, so that they stay within a hundredth of a "
    "pixel; refused across the 180th meridian"
)
_ENVI = say(
    "north-up, and turned by any angle if the pixels are square; mirrored rasters are turned about, the rest "
    "is refused or resampled (`--north-up`). Coordinate systems that ESRI's WKT has no words for are refused"
)
OWN = (
    Exporter(
        "geotiff", "GeoTIFF", (".tif", ".tiff"), f"{_WRITERS}:write_geotiff",
        (".tif",), label=say("GeoTIFF with palette, names and place"), checked=True, read_back=True,
        about=say("GeoTIFF: tiles of 256, deflate, palette, no-data 0, coordinate system, overviews by the most "
                  "frequent class. `.tif.aux.xml` holds names, colours and counts for GDAL and ArcGIS, `.qml` the "
                  "style for QGIS. `--cog`: Cloud-Optimised"),
        places=_ANY,
    ),
    Exporter(
        "envi", say("ENVI Classification"), (".hdr", ".img", ".dat"), f"{_WRITERS}:write_labels",
        (".hdr", ".img"), checked=True, read_back=True,
        about=say("ENVI Classification: classes, class names, class lookup, map info, coordinate system string, data "
                  "ignore value"),
        places=_ENVI,
    ),
    Exporter(
        "zarr", "zarr", (".zarr",), "hsigui.report.zarr_maps:write_zarr_map", (".zarr",),
        label=say("zarr, for xarray and the web"),
        about=say("zarr: a folder with the array `class` (y, x), no-data 0, in pieces of 512, with the attributes of "
                  "CF: `flag_values`, `flag_meanings`, coordinates, coordinate system; needs `hsigui[cloud]`"),
        places=_ANY,
    ),
    Exporter(
        "matlab", "MATLAB", (".mat",), f"{_WRITERS}:write_labels", read_back=True,
        about=say("MATLAB 5, variable `labels`"), places=say("none"),
    ),
    Exporter(
        "png", say("PNG or JPEG with legend"), (".png", ".jpg", ".jpeg"), f"{_WRITERS}:write_picture", (".png",),
        label=say("Picture with legend"), checked=True,
        about=say("picture with legend; with `--bare` the map alone, a pixel each, with world file (`.pgw`, `.jgw`), "
                  "`.prj` and `.aux.xml`. The bare PNG holds the class numbers with their palette and a `.qml`"),
        places=say("none with a legend; any with `--bare`"),
    ),
    Exporter(
        "bare", say("PNG or JPEG with world file"), write=f"{_WRITERS}:write_bare", endings=("-bare.png",),
        label=say("Picture for GIS, the map alone with its world file"),
    ),
    Exporter(
        # Not the map's own name: QGIS would draw its colours by the style of the GeoTIFF.
        "kmz", say("KMZ for globes"), (".kmz",), f"{_WRITERS}:write_globe", ("-globe.kmz",),
        label=say("For globes: polygons and picture"), needs=PLACE,
        about=say("for globes, WGS 84: one feature a class (class_id, class_name, pixels) with all its polygons in the "
                  "class's colour, the map as a picture, and a legend. The polygons are visible at first, the picture "
                  "where they have more than 200,000 corners; with more than 2,000,000 they are left out, so simplify "
                  "large maps. Give it another name than a GeoTIFF beside it: QGIS would draw it by that one's `.qml`"),
        places=_DEGREES,
    ),
    Exporter(
        "polygons", say("GeoPackage polygons"), (".gpkg",), f"{_WRITERS}:write_geopackage", (".gpkg",),
        about=say("polygons (class_id, class_name, color) with the style for QGIS inside"), places=_ANY,
    ),
    Exporter(
        "geojson", say("GeoJSON polygons"), (".geojson",), f"{_FEATURES}:write_geojson_map", (".geojson",), needs=PLACE,
        about=say("polygons (class_id, class_name, color) in longitude and latitude (RFC 7946)"), places=_DEGREES,
    ),
    Exporter(
        "flatgeobuf", say("FlatGeobuf polygons"), (".fgb",), f"{_FEATURES}:write_flatgeobuf", (".fgb",),
        needs=PLACE,
        about=say("polygons (class_id, class_name, color) with an index of places"), places=_PLACED,
    ),
    Exporter(
        "parquet", say("GeoParquet polygons"), (".parquet",), f"{_FEATURES}:write_parquet", (".parquet",),
        needs=PLACE, vector_drivers=("Parquet",),
        about=say("polygons (class_id, class_name, color); where GDAL has the driver Parquet"), places=_PLACED,
    ),
    Exporter(
        "measures", say("Class probabilities and entropy"), endings=("-probabilities.tif", "-entropy.tif"),
        section=FURTHER,
    ),
    Exporter("legend", say("Table of the classes"), endings=("-classes.csv",), section=FURTHER),
    Exporter(
        "labels", say("Labels behind the map, and what it was measured on"), endings=("-labels.tif", "-reference.tif"),
        section=FURTHER, checked=True,
    ),
    Exporter(
        "errors", say("Where the map is right and wrong, in the formats above"),
        endings=("-errors.tif", "-errors.hdr", "-errors.img", "-errors.png"), section=FURTHER, needs=ACCURACY,
        as_maps=True,
    ),
    Exporter(
        "confused", say("Which class is taken for which, in the formats above"),
        endings=("-confused.tif", "-confused.hdr", "-confused.img", "-confused.png"), section=FURTHER, needs=ACCURACY,
        as_maps=True,
    ),
    Exporter(
        "report", say("Report of the accuracy: HTML, CSV and JSON in a folder"), endings=("-report",), section=FURTHER,
        checked=True, needs=ACCURACY,
    ),
)  # fmt: skip


def exporters() -> tuple[Exporter, ...]:
    """All rows; those of plug-ins come after the maps."""
    rows = with_plugins(OWN, plugins.EXPORTERS, Exporter, lambda row: (*row.suffixes, *row.endings))
    return tuple(sorted(rows, key=lambda row: row.section != MAPS))


def offered() -> tuple[Exporter, ...]:
    """The rows of the export dialog that can be written here."""
    return tuple(row for row in exporters() if row.endings and row.available)


def exporter(name: str) -> Exporter:
    """The row of a name.

    Raises:
        KeyError: there is none.
    """
    return {row.name: row for row in exporters()}[name]


def exporter_of(path: Path) -> Exporter | None:
    """The row that the suffix of a file chooses; None when there is none, or none that can be written here."""
    return next((row for row in exporters() if suffix_of(path) in row.suffixes and row.available), None)


def map_suffixes() -> tuple[str, ...]:
    """All suffixes of names under which a map is written here. Asks GDAL for its drivers."""
    return suffixes_of(row for row in exporters() if row.available)


def read_back_suffixes() -> tuple[str, ...]:
    """Suffixes of maps that can be read again."""
    return suffixes_of(row for row in exporters() if row.read_back)


def in_words(suffixes: Iterable[str] | None = None) -> str:
    """Suffixes as a help text lists them, those of maps by default."""
    return one_of(tuple(map_suffixes() if suffixes is None else suffixes))


def titles_in_words(rows: Iterable[Exporter] = OWN) -> str:
    """What a map is written as, for README."""
    return listed([row.title for row in rows if row.section == MAPS])


def help_table(rows: Iterable[Exporter] = OWN) -> Iterator[str]:
    """The lines of the help page's table of formats of maps, in Markdown."""
    yield say("| ending | what is written | places that it can say |")
    yield "|---|---|---|"
    for row in rows:
        if row.suffixes:
            endings = ", ".join(f"`{suffix}`" for suffix in row.suffixes)
            yield f"| {endings} | {row.about or row.title} | {row.places} |"


def problems() -> list[str]:
    """What plug-ins could not be used: of formats all that are installed, of others those asked for so far."""
    readers()
    exporters()
    return plugins.problems()


@dataclass(frozen=True)
class LayerFormat:
    """A format of measurements: layers of float32 such as probabilities, confidence and entropy; NaN is no data.

    Attributes:
        name, title: as of an `Exporter`.
        suffixes: by which it is chosen, the usual one first.
        write: all files written of a path, values (rows x cols x layers), names of the layers, place, and what else the
            file is to say, by name.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    write: str | WriteLayers

    def __post_init__(self) -> None:
        require_well_formed(self)


LAYERS = (
    LayerFormat("geotiff", "GeoTIFF", (".tif", ".tiff"), "hsigui.report.rasters:write_tiff_layers"),
    LayerFormat("zarr", "zarr", (".zarr",), "hsigui.report.zarr_maps:write_zarr_layers"),
    LayerFormat("envi", "ENVI", (".hdr", ".img", ".dat"), "hsigui.report.rasters:write_envi_layers"),
)


def layer_suffixes() -> tuple[str, ...]:
    """All suffixes of names under which measurements are written."""
    return suffixes_of(LAYERS)
