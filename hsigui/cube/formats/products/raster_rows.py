"""The products of GeoTIFFs with an XML file beside them that are known by name, a row each."""

from __future__ import annotations

from hsigui.cube.formats.products.rows import REAL_LISTING, Quality, RasterProduct, Source
from hsigui.texts import say

_ENMAP_SOURCES = (
    Source("files, elements of the XML, units", "DLR, EnMAP HSI Level 1B/1C/2A Product Specification, "
           "bandCharacterisation: GainOfBand, OffsetOfBand, wavelengthCenterOfBand, FWHMOfBand"),
    Source("L1B's place, no-data", "hyperproc 0.1.2, readers/enmap.py: both detectors carry one fit to the corners"),
    Source("masks", "the same specification, QL_QUALITY layers; that 3 of QL_QUALITY_CLASSES is outside of the swath: "
           "readers held against real scenes"),
)  # fmt: skip
_DESIS_SOURCES = (
    Source("files, elements of the XML, units", "DLR, DESIS L1B, L1C and L2A product specifications (PAV-DLR-TN-004), "
           "bandCharacterisation: gainOfBand, offsetOfBand, wavelengthCenterOfBand, wavelengthWidthOfBand"),
    Source("the same, masks", "hyperproc 0.1.2, readers/desis.py, whose tests record "
           "DESIS-HSI-L1B, -L1C and -L2A-DT0117241957_024-20240117T195540-V0220"),
)  # fmt: skip


def _enmap_layer(name: str, title: str, layer: str, value: float | None = None) -> Quality:
    return Quality(name, title, beside=(r"SPECTRAL_IMAGE(?:_VNIR|_SWIR)?", f"QL_QUALITY_{layer}"), plane=0, value=value)


_ENMAP_LAYERS = (
    _enmap_layer("cloud", say("cloud"), "CLOUD"),
    _enmap_layer("cloud-shadow", say("shadow of clouds"), "CLOUDSHADOW"),
    _enmap_layer("cirrus", say("cirrus"), "CIRRUS"),
    _enmap_layer("haze", say("haze"), "HAZE"),
    _enmap_layer("snow", say("snow"), "SNOW"),
    _enmap_layer("water", say("water"), "CLASSES", 2.0),
    _enmap_layer("outside", say("outside of the swath"), "CLASSES", 3.0),
)


def _enmap(level: str, title: str, nodata: float | None) -> RasterProduct:
    return RasterProduct(
        f"EnMAP {level}".strip(), title,
        "(?P<before>.*ENMAP.*" + level + ".*)SPECTRAL_IMAGE(?:_(?P<detector>VNIR|SWIR))?.*", "METADATA.XML",
        ".//bandCharacterisation/bandID", "wavelengthCenterOfBand", "FWHMOfBand", "GainOfBand", "OffsetOfBand",
        nodata=nodata, on_map=level != "L1B", quality=_ENMAP_LAYERS, rests_on=REAL_LISTING, sources=_ENMAP_SOURCES,
    )  # fmt: skip


def _desis(level: str, title: str) -> RasterProduct:
    layers = (
        ("shadow", say("shadow")), ("", ""), ("snow", say("snow")), ("haze-land", say("haze over land")),
        ("haze-water", say("haze over water")), ("cloud-land", say("cloud over land")),
        ("cloud-water", say("cloud over water")), ("water", say("water")),
    )  # fmt: skip
    return RasterProduct(
        f"DESIS {level}", title, "(?P<before>.*DESIS.*" + level + ".*)SPECTRAL_IMAGE.*", "METADATA.xml",
        ".//bandCharacterisation/band", "wavelengthCenterOfBand", "wavelengthWidthOfBand", "gainOfBand", "offsetOfBand",
        nodata=-32768.0, on_map=level != "L1B",
        quality=tuple(
            Quality(name, text, beside=("SPECTRAL_IMAGE", "QL_QUALITY-2"), plane=plane)
            for plane, (name, text) in enumerate(layers) if name
        ),
        rests_on=REAL_LISTING, sources=_DESIS_SOURCES,
    )  # fmt: skip


RASTER_PRODUCTS = (
    _enmap("L2A", say("EnMAP L2A, surface reflectance"), -32768.0),
    _enmap("L1C", say("EnMAP L1C, radiance at the sensor on a map"), 0.0),
    _enmap("L1B", say("EnMAP L1B, radiance at the sensor in the sensor's geometry"), 0.0),
    _enmap("", say("EnMAP"), None),
    _desis("L2A", say("DESIS L2A, surface reflectance")),
    _desis("L1C", say("DESIS L1C, radiance at the sensor on a map")),
    _desis("L1B", say("DESIS L1B, radiance at the sensor in the sensor's geometry")),
)
