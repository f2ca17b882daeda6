"""What the XML file beside a product of GeoTIFFs says of its scene."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import numpy as np

from hsigui.cube.formats.products.raster_rows import RASTER_PRODUCTS
from hsigui.cube.formats.products.rows import RasterProduct
from hsigui.cube.formats.xml_files import tree_in
from hsigui.cube.wavelengths import Wavelengths, to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.cube import Cube

_LARGEST_METADATA = 32 * 2**20


@dataclass(frozen=True)
class RasterFacts:
    """What a product says of its raster. Lists have one entry a band, or are empty.

    Attributes:
        row: the product.
        waves: band centres and widths, with notes.
        gains, offsets: values are stored numbers times gain plus offset.
        notes: what is to be said.
    """

    row: RasterProduct
    waves: Wavelengths = field(default_factory=Wavelengths)
    gains: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def scale(self) -> float | None:
        """What stored numbers are to be divided by, where that is one number for all bands; else None."""
        one = len(set(self.gains)) == 1 and not any(self.offsets) and self.gains[0] > 0
        return float(1 / np.float64(self.gains[0])) if one else None


def product_of(path: Path) -> RasterProduct | None:
    """The product that a raster belongs to by its name; None for none that is known."""
    return next((row for row in RASTER_PRODUCTS if re.fullmatch(row.files, path.name, re.IGNORECASE)), None)


def facts_of(path: Path, bands: int) -> RasterFacts | None:
    """What the XML file beside a raster of so many bands says; None for a raster of no product."""
    row = product_of(path)
    if row is None:
        return None
    notes = _notes(row)
    beside = _metadata_of(path, row)
    if beside is None:
        missing = say("{name} is not beside it: wavelengths and scale are not known.", name=row.metadata)
        return RasterFacts(row, notes=(*notes, missing))
    try:
        elements = tree_in(beside).findall(row.bands)
    except (ElementTree.ParseError, OSError, ValueError, LookupError):
        broken = Wavelengths(notes=(say("{name} cannot be read: the scene has no wavelengths.", name=beside.name),))
        return RasterFacts(row, broken, notes=notes)
    return _facts(path, row, beside, _of_detector(path, row, elements, bands), bands, notes)


def _notes(row: RasterProduct) -> tuple[str, ...]:
    named = say("The file is {product}.", product=row.title)
    unplaced = say("The scene is in the geometry of its sensor, without a grid; a place in its file is a rough fit.")
    return (named,) if row.on_map else (named, unplaced)


def raster_of(metadata: Path) -> tuple[Path, ...]:
    """The rasters of the scene that an XML file of a product describes; none where it is no such file. What was made of
    one of them and lies beside it, its name with more behind it such as “-map”, is none."""
    for row in RASTER_PRODUCTS:
        if not metadata.name.casefold().endswith(row.metadata.casefold()):
            continue
        found = [p for p in sorted(metadata.parent.iterdir()) if _metadata_name(p, row) == metadata.name.casefold()]
        rasters = [p for p in found if p.suffix.casefold().startswith(".tif")]
        stems = {p.stem.casefold() for p in rasters}
        if rasters:
            return tuple(p for p in rasters if not any(_begins_with(p.stem.casefold(), stem) for stem in stems))
    return ()


def is_metadata(path: Path) -> bool:
    """Whether a file is the XML file of a product whose raster lies beside it."""
    return bool(raster_of(path))


def open_metadata(path: str | Path) -> Cube:
    """Opens the scene that the XML file of a product describes.

    Raises:
        HsiError: there are several, or the raster cannot be read.
    """
    from hsigui.cube.formats.geotiff import open_geotiff

    rasters = raster_of(Path(path))
    if len(rasters) != 1:
        names = ", ".join(raster.name for raster in rasters)
        raise HsiError(
            say("{name} describes several rasters: {names}.", name=Path(path).name, names=names),
            say("Open one of them: those of the two detectors do not lie on the same pixels."),
        )
    return open_geotiff(rasters[0])


def _begins_with(name: str, stem: str) -> bool:
    """Whether a name is that of a file with more behind it."""
    return len(name) > len(stem) and name.startswith(stem)


def _metadata_name(raster: Path, row: RasterProduct) -> str:
    """Name of the XML file of a raster, in small letters; empty for a raster of no such product."""
    found = re.fullmatch(row.files, raster.name, re.IGNORECASE)
    return (found["before"] + row.metadata).casefold() if found else ""


def _metadata_of(raster: Path, row: RasterProduct) -> Path | None:
    wanted = _metadata_name(raster, row)
    beside = next((p for p in raster.parent.iterdir() if p.name.casefold() == wanted), None)
    return None if beside is None or beside.stat().st_size > _LARGEST_METADATA else beside


def _of_detector(
    path: Path, row: RasterProduct, elements: Sequence[ElementTree.Element], bands: int
) -> Sequence[ElementTree.Element]:
    """The bands of the detector that a raster is named after: those of VNIR come first."""
    found = re.fullmatch(row.files, path.name, re.IGNORECASE)
    detector = (found.groupdict().get("detector") or "").upper() if found else ""
    if detector and len(elements) > bands:
        return elements[:bands] if detector == "VNIR" else elements[-bands:]
    return elements


def _facts(
    path: Path,
    row: RasterProduct,
    beside: Path,
    elements: Sequence[ElementTree.Element],
    bands: int,
    notes: tuple[str, ...],
) -> RasterFacts:
    centers = _texts(elements, row.center)
    if len(centers) != bands:
        said = say(
            "{name} lists {count} bands, the scene has {count2}: ignored.",
            name=beside.name,
            count=len(centers),
            count2=bands,
        )
        return RasterFacts(row, Wavelengths(notes=(said,)), notes=notes)
    widths, gains, offsets = (_texts(elements, name) for name in (row.width, row.gain, row.offset))
    known = len(gains) == len(offsets) == bands and bool(np.isfinite([*gains, *offsets]).all())
    return RasterFacts(
        row, to_nm(centers, "nm", widths if len(widths) == bands else []),
        tuple(gains) if known else (), tuple(offsets) if known else (), notes,
    )  # fmt: skip


def _texts(bands: Sequence[ElementTree.Element], name: str) -> list[float]:
    try:
        return [float(band.findtext(name, "")) for band in bands]
    except ValueError:
        return []
