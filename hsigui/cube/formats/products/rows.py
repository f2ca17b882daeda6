"""What a row of a table of products says: how a product is recognised, where its scene is and all that belongs to it.

A field that a row leaves empty is found by the general layer: wavelengths by their name and length, place by CF's
conventions, no-data and scale by the attributes of the array.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hsigui.cube.cube import Geo
from hsigui.cube.formats.choice import CUBE_AXES
from hsigui.cube.formats.hdf5_attributes import Attributes

REAL_LISTING, DOCUMENT = "real listing", "document"


@dataclass(frozen=True)
class Source:
    """Where it is published what a row says.

    Attributes:
        fields: of the row, in words.
        document: name and section.
    """

    fields: str
    document: str


@dataclass(frozen=True)
class Part:
    """An array whose bands are bands of a scene. Names are patterns in small letters: "*/data fields/vnir_cube".

    Attributes:
        array: its name.
        axes: one of CUBE_AXES.
        centers, widths, used: attributes of the file, or (with a "/") arrays, with one entry a band: centre and width
            in nm, and 1 for a band that is in use. Empty: the general layer looks for them.
        packing: of the attributes of the file: factor and summand that make values of stored numbers. None: by the
            attributes of the array.
    """

    array: str
    axes: str = CUBE_AXES[0]
    centers: str = ""
    widths: str = ""
    used: str = ""
    packing: Callable[[Attributes], tuple[float, float]] | None = None


@dataclass(frozen=True)
class Scene:
    """A scene that a product holds, the usual one first.

    Attributes:
        name: under which it is listed and chosen, the same in every language; empty for an array that is read as it
            stands.
        parts: the arrays that its bands come from; several are joined in order of wavelength.
        cut: whether of bands that two parts both cover those of the first alone are kept.
        lookup: arrays that say for each pixel of a map which column and which row of the part it shows, from 1; 0 for
            none.
        place: of the attributes of the file and the numbers of rows and columns; None: the general layer looks.
        mapping: an array whose attributes `place` is given instead.
        nodata: the stored number that means no-data, where no attribute says it.
    """

    name: str
    parts: tuple[Part, ...]
    cut: bool = False
    lookup: tuple[str, str] | None = None
    place: Callable[[Attributes, int, int], Geo] | None = None
    mapping: str = ""
    nodata: float | None = None


@dataclass(frozen=True)
class Quality:
    """A layer of a product that says which pixels are not to be trusted.

    Attributes:
        name: for commands, such as "cloud".
        title: for people.
        array: name of the array, as a pattern; empty for a raster of its own.
        beside: what is replaced in the file's name, and by what, where the layer is in a file beside the scene's; as in
            `re.sub`, with wildcards in what goes in.
        plane: number of the plane (of the last axis, of a raster's bands); -1 where there is one.
        label: the plane's name in the list `labels` of that file, which goes before its number.
        labels: name of an array with the names of the planes.
        value: a pixel is marked where the layer has it; None: where it is above 0.
        by_band: the layer has a plane for each band along its middle axis; one marked band marks the pixel.
    """

    name: str
    title: str
    array: str = ""
    beside: tuple[str, str] = ("", "")
    plane: int = -1
    label: str = ""
    labels: str = ""
    value: float | None = None
    by_band: bool = False


@dataclass(frozen=True)
class HdfProduct:
    """A product in HDF5 or NetCDF 4.

    Attributes:
        name: what it is called, such as "EMIT L2A".
        title: the same with what it holds, for notes and help.
        has: arrays that make a file this product, as patterns.
        says: root attributes that do so, by name: a regular expression that their text must hold.
        scenes: the usual one first.
        quality: layers that can serve as masks.
        bad_windows: attributes of groups around the array with two wavelengths in nm, between which bands are bad.
        rests_on: what stood behind the row: REAL_LISTING or DOCUMENT.
        sources: where each of its fields is published.
    """

    name: str
    title: str
    has: tuple[str, ...]
    scenes: tuple[Scene, ...]
    says: Mapping[str, str] = field(default_factory=dict)
    quality: tuple[Quality, ...] = ()
    bad_windows: tuple[str, ...] = ()
    rests_on: str = DOCUMENT
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class RasterProduct:
    """A product of GeoTIFFs with an XML file beside them, recognised by the names of its files.

    Attributes:
        name, title, quality, rests_on, sources: as in `HdfProduct`.
        files: a regular expression for the name of the raster of the scene, with the group `before` for what other
            files of the product have in common with it, and `detector` where each detector has a raster.
        metadata: what comes after that in the name of the XML file, suffix included.
        bands: elements of the XML that describe a band each, as a path of ElementTree.
        center, width, gain, offset: names of their elements: wavelengths in nm; values are stored numbers times gain
            plus offset.
        nodata: the stored number that means no-data, where the raster does not say it.
        on_map: whether the place that the raster names is one. Of a scene in the geometry of its sensor it is at best
            a fit to the corners.
    """

    name: str
    title: str
    files: str
    metadata: str
    bands: str
    center: str
    width: str
    gain: str
    offset: str
    nodata: float | None = None
    on_map: bool = True
    quality: tuple[Quality, ...] = ()
    rests_on: str = DOCUMENT
    sources: tuple[Source, ...] = ()
