"""The formats that scenes are read from, a row each.

`open_cube`, the dialogs, the start page, refusals, README and help take their lists from here. To add a format: write a
module with a function that opens a file as a `Cube` (or with a class that lists its arrays), and a row here; other
packages name their rows in the entry points `hsigui.readers`. Readers are named by text and imported when a file of
theirs is opened, because h5py, rasterio and scipy.io are slow to import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hsigui import plugins, untrusted
from hsigui.cube.formats.rows import listed, one_of, raster_drivers, require_well_formed, suffix_of, with_plugins
from hsigui.cube.remote import stand_ins
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube
    from hsigui.cube.formats.array_file import ArrayFile
    from hsigui.cube.formats.products.quality_layers import QualityMasks


@dataclass(frozen=True)
class Reader:
    """A format that scenes are read from. Functions may be given as “module:name”.

    Attributes:
        name: short, of its own.
        title: for dialogs and lists.
        suffixes: of its files, with the dot, in small letters.
        opens: makes a scene of a file; raises HsiError where it cannot.
        arrays: for files of named arrays, instead of `opens`: lists them; an import choice says which is the scene.
        sniff: looks into a file with one of the suffixes, whether it is of this format.
        any_suffix: whether files of all names are looked into.
        drivers: of GDAL, one of which must be there.
        files: all files of the scene that one of them belongs to, the one to name first; the file alone when not given.
        masks: makes an object with `layers(path)` and `marked(path, cube, names)`: the quality masks of products in
            this format, and the pixels that some of them mark.
        carries: what a file can say beside the samples.
        folders: its files are folders; `sniff` looks into those with other suffixes, too.
        package: what has to be installed for it besides, as a shell takes it.
        note: for lists, instead of the suffixes.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    opens: str | Callable[[Path], Cube] | None = None
    arrays: str | Callable[[Path], ArrayFile] | None = None
    sniff: str | Callable[[Path], bool] | None = None
    any_suffix: bool = False
    drivers: tuple[str, ...] = ()
    files: str | Callable[[Path], tuple[Path, ...]] | None = None
    masks: str | Callable[[], QualityMasks] | None = None
    carries: tuple[str, ...] = ()
    folders: bool = False
    package: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        require_well_formed(self)
        if (self.opens is None) == (self.arrays is None):
            raise ValueError(f"{self.name} needs a function that opens its files or one that lists their arrays")

    @property
    def available(self) -> bool:
        """Whether the program can read it here: a driver that it needs is there."""
        return not self.drivers or not raster_drivers().isdisjoint(self.drivers)

    def fits(self, path: Path) -> bool:
        """Whether a file is of this format, by its suffix and by its content where the row can tell."""
        named = suffix_of(path) in self.suffixes
        if self.folders:
            return untrusted.there(path) and path.is_dir() and bool(self.sniff and plugins.resolved(self.sniff)(path))
        if self.sniff is None or not untrusted.is_file(path) or not (named or self.any_suffix):
            return named
        origin = plugins.origin(self)
        if not origin:
            with untrusted.reading(path.name):
                return bool(plugins.resolved(self.sniff)(path))
        try:
            return bool(plugins.resolved(self.sniff)(path))
        except Exception as error:  # noqa: BLE001 - code of others; the file may be of another format
            plugins.left_out(
                say("The format “{name}” of {origin}", name=self.name, origin=origin),
                f"{type(error).__name__}: {error}",
            )
            return False

    def files_of(self, path: Path) -> tuple[Path, ...]:
        """All files of a scene, the one to name first.

        Raises:
            HsiError: one of them is missing.
        """
        return (path,) if self.files is None else plugins.resolved(self.files)(path)


PLACE, WAVELENGTHS, BAD, NAMES, NO_DATA, SCALE = (
    "place", "wavelengths", "bad bands", "band names", "no-data value", "scale",
)  # fmt: skip
_RASTER, _SAYS = "hsigui.cube.formats.geotiff:open_geotiff", (PLACE, WAVELENGTHS, BAD, NAMES, NO_DATA, SCALE)
_LISTS = (WAVELENGTHS, BAD)
_RASTER_MASKS = "hsigui.cube.formats.products.raster_masks:RasterMasks"
OWN = (
    Reader(
        "envi", "ENVI", (".hdr", ".img", ".dat", ".bsq", ".bil", ".bip", ".raw", ".bin", ".int", ".rfl", ".cube"),
        opens="hsigui.cube.formats.envi:open_envi", sniff="hsigui.cube.formats.envi:is_envi", any_suffix=True,
        files="hsigui.cube.formats.envi:files_of", masks="hsigui.cube.formats.products.cameras:CameraMasks",
        carries=_SAYS, note=say(".hdr with its data file"),
    ),
    Reader("matlab", "MATLAB", (".mat",), arrays="hsigui.cube.formats.matlab:open_mat", carries=_LISTS),
    Reader(
        "hdf5", say("HDF5 and NetCDF"), (".h5", ".hdf5", ".he5", ".hdf", ".nc", ".nc4"),
        arrays="hsigui.cube.formats.products.hdf_file:open_product_file",
        masks="hsigui.cube.formats.products.quality:HdfMasks", carries=(PLACE, *_LISTS, NO_DATA, SCALE),
    ),
    Reader(
        "zarr", "zarr", (".zarr",), arrays="hsigui.cube.formats.zarr_files:open_folder",
        sniff="hsigui.cube.formats.zarr_files:is_store", folders=True, package='"hsigui[cloud]"',
        carries=(PLACE, *_LISTS, NO_DATA, SCALE), note=say("folders of zarr, versions 2 and 3"),
    ),
    Reader("numpy", "NumPy", (".npy", ".npz"), arrays="hsigui.cube.formats.numpy_files:NumpyFile", carries=_LISTS),
    Reader(
        "hyperion", say("EO-1 Hyperion"), (".tif", ".tiff"),
        opens="hsigui.cube.formats.products.hyperion:open_hyperion",
        sniff="hsigui.cube.formats.products.hyperion:is_hyperion",
        files="hsigui.cube.formats.products.hyperion:files_of_scene", carries=(PLACE, WAVELENGTHS, BAD, NO_DATA, SCALE),
        note=say("a GeoTIFF for each band"),
    ),
    Reader("geotiff", "GeoTIFF", (".tif", ".tiff"), opens=_RASTER, masks=_RASTER_MASKS, carries=_SAYS),
    Reader(
        "product metadata", say("EnMAP and DESIS metadata"), (".xml",),
        opens="hsigui.cube.formats.products.rasters:open_metadata",
        sniff="hsigui.cube.formats.products.rasters:is_metadata", masks=_RASTER_MASKS, carries=_SAYS,
    ),
    Reader("vrt", say("GDAL virtual raster"), (".vrt",), opens=_RASTER, drivers=("VRT",), carries=_SAYS),
    Reader(
        "jpeg2000", "JPEG 2000", (".jp2",), opens=_RASTER,
        drivers=("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID", "JP2Lura"),
        carries=(PLACE,),
    ),
    Reader(
        "imagine", say("ERDAS Imagine"), (".img",), opens="hsigui.cube.formats.imagine:open_imagine", drivers=("HFA",),
        carries=(PLACE, NAMES, NO_DATA),
    ),
    Reader("pcidsk", say("PCI Geomatics"), (".pix",), opens=_RASTER, drivers=("PCIDSK",),
           carries=(PLACE, NAMES, NO_DATA)),
    Reader("ermapper", say("ER Mapper"), (".ers",), opens=_RASTER, drivers=("ERS",), carries=(PLACE, NAMES, NO_DATA)),
    Reader("bsb", say("BSB chart"), (".bsb",), opens=_RASTER, drivers=("BSB",), carries=(PLACE,)),
    Reader("kea", "KEA", (".kea",), opens=_RASTER, drivers=("KEA",), carries=(PLACE, NAMES, NO_DATA)),
)  # fmt: skip
# Of scenes at addresses that the user opened (`cube.remote.stand_ins`); in no list, for they are no files of his.
REMOTE = {
    "raster": Reader("address of a GeoTIFF", say("GeoTIFF at an address"), (".address",),
                     opens="hsigui.cube.remote.raster:open_remote", carries=_SAYS),
    "zarr": Reader("address of zarr", say("zarr at an address"), (".address",),
                   arrays="hsigui.cube.formats.zarr_files:open_remote", carries=_SAYS),
}  # fmt: skip
LIBRARIES = (say("ENVI spectral library"), (".sli",))  # read by `library`, offered where scenes are


def readers() -> tuple[Reader, ...]:
    """All rows, those of plug-ins last, in the order in which they are listed."""
    return with_plugins(OWN, plugins.READERS, Reader, _claims)


def reader_of(path: Path) -> Reader | None:
    """The row that a file belongs to; None when it belongs to none.

    Plug-ins that look into the file are asked first. Of the others, suffixes of files of named arrays come before
    ENVI's data files, which may have any.
    """
    if path.suffix == stand_ins.SUFFIX and stand_ins.is_stand_in(path):
        return REMOTE[stand_ins.kind_of(path)]
    return next((row for row in sorted(readers(), key=_turn) if row.fits(path)), None)


def available() -> tuple[Reader, ...]:
    """The rows that can be read here. Asks GDAL for its drivers."""
    return tuple(row for row in readers() if row.available)


def in_words(rows: Iterable[Reader] | None = None) -> str:
    """Formats with their suffixes, for a refusal, as “MATLAB (.mat) and NumPy (.npy, .npz)”; those of here by default.

    Args:
        rows: the formats to be listed.
    """
    return listed([f"{row.title} ({row.note or ', '.join(row.suffixes)})" for row in rows or available()])


def titles_in_words(rows: Iterable[Reader] = OWN) -> str:
    """The formats that need no driver by their titles, for the start page and README: asks GDAL for nothing."""
    titles = [row.title for row in rows if not row.drivers]
    return say("{titles} and other rasters", titles=say(", ").join(titles))


def help_table(rows: Iterable[Reader] = OWN) -> Iterator[str]:
    """The lines of the help page's table of formats, in Markdown."""
    yield say("| Format | Endings | Says beside the samples | Needs |")
    yield "|---|---|---|---|"
    for row in rows:
        needs = say("GDAL's driver {listed}", listed=one_of(row.drivers)) if row.drivers else ""
        needs = f"`pip install {row.package}`" if row.package else needs
        yield f"| {row.title} | {', '.join(row.suffixes)} | {', '.join(row.carries)} | {needs} |"


def _claims(row: Reader) -> tuple[str, ...]:
    """A row that looks into the file may share its suffixes."""
    return row.suffixes if row.sniff is None else ()


def _turn(row: Reader) -> int:
    if row.sniff is not None and row not in OWN:
        return 0
    return 1 if row.arrays is not None else 2
