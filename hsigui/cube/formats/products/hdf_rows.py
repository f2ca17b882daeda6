"""The products in HDF5 and NetCDF 4 that are known by name, a row each.

To add one: a row here, a miniature in the tests, a line in the help page on products.
"""

from __future__ import annotations

from hsigui.cube.cube import Geo
from hsigui.cube.formats.cf_crs import wkt_or_none
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.hdf5_place import transform_of_gdal
from hsigui.cube.formats.products.prisma_rows import PRISMA
from hsigui.cube.formats.products.rows import (
    REAL_LISTING,
    HdfProduct,
    Part,
    Quality,
    Scene,
    Source,
)
from hsigui.texts import say

_BANDS_FIRST = "bands,rows,cols"


def _named_place(said: Attributes, rows: int, cols: int) -> Geo:
    """Of the map that a lookup table of JPL leads to: the file names its corner and its step."""
    return Geo(transform_of_gdal(said.numbers("geotransform")), wkt_or_none(said.text("spatial_ref")))


def _emit(name: str, title: str, array: str, product: str) -> HdfProduct:
    beside = (product + r"\d+_", "EMIT_L2A_MASK_*_")
    part = Part(array)
    return HdfProduct(
        name, title, (array, "sensor_band_parameters/wavelengths", "location/glt_x"),
        (
            Scene("", (part,)),
            Scene(array + " on the map", (part,), lookup=("location/glt_x", "location/glt_y"),
                  place=_named_place, nodata=-9999.0),
        ),
        quality=tuple(
            Quality(word, text, "mask", beside, plane, label, "sensor_band_parameters/mask_bands", value=1.0)
            for word, text, plane, label in (
                ("cloud", say("cloud"), 0, "Cloud flag"),
                ("cirrus", say("cirrus"), 1, "Cirrus flag"),
                ("water", say("water"), 2, "Water flag"),
                ("spacecraft", say("parts of the space station"), 3, "Spacecraft Flag"),
                ("dilated-cloud", say("cloud and what is near it"), 4, "Dilated Cloud Flag"),
                ("aggregate", say("any of them"), 7, "Aggregate Flag"),
                ("spectf-cloud", say("cloud by SpecTf, a neural network"), 5, "SpecTf-Cloud Flag"),
            )
        ),
        rests_on=REAL_LISTING,
        sources=(
            Source("arrays, groups, lookup table, corner", "listing of EMIT_L2A_RFL_001_20241006T165200_2428011_004.nc "
                   "(STARS-Data-Fusion/EMIT-L2A-RFL); NASA LP DAAC, doi:10.5067/EMIT/EMITL2ARFL.001"),
            Source("L1B, names of versions 001 and 002", "georeader-spaceml 2.4, readers/emit.py and "
                   "tests/data/build_emit_fixture.py, which cuts EMIT_L1B_RAD_001_20220827T060753_2223904_013.nc"),
            Source("masks", "NASA LP DAAC, EMIT L2A Mask 001 and 003, variable mask and the labels in "
                   "sensor_band_parameters/mask_bands, which differ between them"),
        ),
    )  # fmt: skip


def _tanager(name: str, title: str, array: str) -> HdfProduct:
    return HdfProduct(
        name, title, (f"hdfeos/*/hyp/data fields/{array}",),
        (Scene("", (Part(f"hdfeos/*/hyp/data fields/{array}", _BANDS_FIRST),), nodata=-9999.0),),
        quality=(
            Quality("cloud", say("cloud"), "hdfeos/*/hyp/data fields/beta_cloud_mask"),
            Quality("cirrus", say("cirrus"), "hdfeos/*/hyp/data fields/beta_cirrus_mask"),
            Quality("no-data", say("outside of the strip"), "hdfeos/*/hyp/data fields/nodata_pixels"),
        ),
        rests_on=REAL_LISTING,
        sources=(
            Source("arrays, attributes, structure", "Planet, Tanager Product Specification, November 2025, section "
                   "3.6, table 3-E, and StructMetadata.0 there"),
            Source("the same, ortho", "hyperproc 0.1.2, readers/tanager.py, whose tests record "
                   "20250503_064345_16_4001_ortho_sr_hdf5.h5 and …_ortho_radiance_hdf5.h5"),
        ),
    )  # fmt: skip


def _aviris(name: str, title: str, array: str) -> HdfProduct:
    group = f"{array}/{array}"
    return HdfProduct(
        name, title, (group, f"{array}/wavelength", f"{array}/fwhm"),
        (
            Scene("", (Part(group, _BANDS_FIRST),)),
            Scene(array + " on the map", (Part(group, _BANDS_FIRST),),
                  lookup=("geolocation_lookup_table/sample", "geolocation_lookup_table/line"),
                  place=_named_place, mapping="transverse_mercator", nodata=-9999.0),
        ),
        rests_on=REAL_LISTING,
        sources=(
            Source("arrays, lookup table, grid", "hyperproc 0.1.2, readers/aviris.py, whose tests record AVIRIS-5's "
                   "AV520250508t173511_000_L1B_RDN_1032338f_RDN.nc and …_L2A_OE_f9b3b7e7_RFL_ORT.nc"),
            Source("the same for AVIRIS-3", "NASA ORNL DAAC, AVIRIS-3 L2A Orthocorrected Surface Reflectance, "
                   "doi:10.3334/ORNLDAAC/2357, user guide; no listing"),
        ),
    )  # fmt: skip


def _pace(name: str, title: str, scene: tuple[Scene, ...], quality: tuple[Quality, ...] = ()) -> HdfProduct:
    return HdfProduct(
        name, title, (scene[0].parts[0].array,), scene, {"title": r"OCI"}, quality, rests_on=REAL_LISTING,
        sources=(Source("all", "NASA OB.DAAC, oceandata-notebooks: File Structure at Three Processing Levels for the "
                        "Ocean Color Instrument; Science Data Reprocessing and Product Versions"),),
    )  # fmt: skip


def _oci_part(colour: str, quantity: str) -> Part:
    return Part(
        f"observation_data/{quantity}_{colour}", _BANDS_FIRST, f"sensor_band_parameters/{colour}_wavelength",
    )  # fmt: skip


_OCI = tuple(_oci_part(colour, "rhot") for colour in ("blue", "red", "swir"))
_NEON_LAYERS = "*/reflectance/metadata/ancillary_imagery"

HDF_PRODUCTS = (
    _emit("EMIT L2A", say("EMIT L2A, surface reflectance"), "reflectance", r"EMIT_L2A_RFL_"),
    _emit("EMIT L1B", say("EMIT L1B, radiance at the sensor"), "radiance", r"EMIT_L1B_RAD_"),
    *PRISMA,
    HdfProduct(
        "NEON DP3.30006", say("NEON AOP, surface reflectance (DP1 and DP3.30006)"),
        ("*/reflectance/reflectance_data", "*/reflectance/metadata/spectral_data/wavelength"),
        (Scene("", (Part("*/reflectance/reflectance_data"),), nodata=-9999.0),),
        quality=(
            Quality("cloud", say("more than half of the sky in clouds"), f"{_NEON_LAYERS}/weather_quality_indicator",
                    value=3.0),
            Quality("some-cloud", say("a tenth to half of the sky in clouds"),
                    f"{_NEON_LAYERS}/weather_quality_indicator", value=2.0),
        ),
        bad_windows=("Band_Window_1_Nanometers", "Band_Window_2_Nanometers"),
        rests_on=REAL_LISTING,
        sources=(
            Source("arrays, no-data, scale, place", "NEON tutorials, listing of NEON_D02_SERC_DP3_368000_4306000_"
                   "reflectance.h5: Data_Ignore_Value, Scale_Factor, Map_Info, EPSG Code"),
            Source("masks", "NEON, DP3.30006.002 Bidirectional Reflectance, changes: Weather_Quality_Indicator is 1 "
                   "for less than 10 %, 2 for 10 to 50 %, 3 for more than 50 %"),
        ),
    ),
    _aviris("AVIRIS L2A", say("AVIRIS-3, -5 or -NG L2A in NetCDF, surface reflectance"), "reflectance"),
    _aviris("AVIRIS L1B", say("AVIRIS-3, -5 or -NG L1B in NetCDF, radiance at the sensor"), "radiance"),
    _pace("PACE OCI L2 SFREFL", say("PACE OCI L2, surface reflectance"),
          (Scene("", (Part("geophysical_data/rhos"),)),)),
    _pace("PACE OCI L2 AOP", say("PACE OCI L2, remote sensing reflectance"),
          (Scene("", (Part("geophysical_data/rrs"),)),)),
    _pace(
        "PACE OCI L1B", say("PACE OCI L1B, reflectance at the top of the atmosphere"),
        (Scene("blue+red+SWIR", _OCI, cut=True), Scene("blue+red+SWIR with overlap", _OCI)),
    ),
    _tanager("Tanager surface reflectance", say("Planet Tanager, surface reflectance"), "surface_reflectance"),
    _tanager("Tanager radiance", say("Planet Tanager, radiance at the top of the atmosphere"), "toa_radiance"),
)  # fmt: skip
