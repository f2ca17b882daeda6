"""PRISMA: the rows of its levels, whose scenes are the bands of two detectors joined in order of wavelength."""

from __future__ import annotations

import math

from hsigui.cube.cube import Geo
from hsigui.cube.formats.cf_crs import wkt_of_code
from hsigui.cube.formats.hdf5_attributes import Attributes
from hsigui.cube.formats.products.rows import REAL_LISTING, HdfProduct, Part, Quality, Scene, Source
from hsigui.texts import say

_PIXEL = 30.0  # metres, of its hyperspectral cubes
_DN = 65535.0
_BEYOND = 1e9  # no reflectance or radiance, nor a factor of one: what is larger is damage
_BANDS_MIDDLE = "rows,bands,cols"


def _place(said: Attributes, rows: int, cols: int) -> Geo:
    """Of a level 2D cube. Its corners are named by the centres of their pixels, in some files by their outer corners:
    the size of a pixel tells which."""
    left, top = said.number("Product_ULcorner_easting"), said.number("Product_ULcorner_northing")
    right = said.number("Product_LRcorner_easting")
    code = said.number("Epsg_Code")
    if left is None or top is None or not math.isfinite(left + top):
        return Geo()
    half = 0.0 if right is not None and abs(right - left - cols * _PIXEL) < _PIXEL / 2 else 0.5
    corner = left - half * _PIXEL, top + half * _PIXEL
    transform = (_PIXEL, 0.0, corner[0], 0.0, -_PIXEL, corner[1])
    return Geo(transform, wkt_of_code(code))


def _stretched(said: Attributes, part: str) -> tuple[float, float]:
    """Of level 2: the whole range of 16 bits is spread between two reflectances (or radiances)."""
    low, high = said.number(f"L2Scale{part}Min"), said.number(f"L2Scale{part}Max")
    if low is None or high is None or not -_BEYOND < low < high < _BEYOND:
        return 1.0, 0.0
    return (high - low) / _DN, low


def _divided(said: Attributes, part: str) -> tuple[float, float]:
    """Of level 1: radiance is the stored number divided by a factor, less an offset."""
    factor, offset = said.number(f"ScaleFactor_{part}"), said.number(f"Offset_{part}")
    if factor is None or not 1 / _BEYOND < factor < _BEYOND or not -_BEYOND < (offset or 0.0) < _BEYOND:
        return 1.0, 0.0
    return 1 / factor, -(offset or 0.0)


def _level(level: str, says: str, quality: tuple[Quality, ...]) -> HdfProduct:
    unpack = _divided if level == "L1" else _stretched

    def part(name: str) -> Part:
        return Part(
            f"hdfeos/swaths/prs_{level.casefold()}_hco/data fields/{name.casefold()}_cube",
            _BANDS_MIDDLE, f"List_Cw_{name}", f"List_Fwhm_{name}", f"List_Cw_{name}_Flags",
            lambda said: unpack(said, name),
        )  # fmt: skip

    vnir, swir = part("Vnir"), part("Swir")
    place = _place if level == "L2D" else None
    return HdfProduct(
        f"PRISMA {level}",
        say("PRISMA {level}, {says}", level=level, says=says),
        (vnir.array, swir.array),
        (
            Scene("VNIR+SWIR", (vnir, swir), cut=True, place=place, nodata=0),
            Scene("VNIR+SWIR with overlap", (vnir, swir), place=place, nodata=0),
            Scene("VNIR", (vnir,), place=place, nodata=0),
            Scene("SWIR", (swir,), place=place, nodata=0),
        ),
        quality=quality, rests_on=REAL_LISTING, sources=_SOURCES,
    )  # fmt: skip


_SOURCES = (
    Source("axes, wavelengths, widths, bands in use", "ASI, PRISMA Products Specification Document 2.3, on the "
           "products' data fields and global attributes (List_Cw_*, List_Cw_*_Flags, List_Fwhm_*)"),
    Source("units", "the same, L2Scale*Min and L2Scale*Max: min + DN (max - min) / 65535; ScaleFactor_* and Offset_* "
           "of L1"),
    Source("place", "the same, Epsg_Code and Product_*corner_easting / _northing; that they are centres of pixels: "
           "FujiangJi/hyperproc, reader of PRISMA, held against real granules"),
)  # fmt: skip


def _error_matrix(level: str, title: str, value: float | None) -> tuple[Quality, ...]:
    kind = "pixel_sat_err_matrix" if level == "l1" else "pixel_l2_err_matrix"
    group = f"hdfeos/swaths/prs_{level}_hco/data fields"
    vnir, swir = say("{title}, in a VNIR band", title=title), say("{title}, in a SWIR band", title=title)
    return (
        Quality("vnir-errors", vnir, f"{group}/vnir_{kind}", value=value, by_band=True),
        Quality("swir-errors", swir, f"{group}/swir_{kind}", value=value, by_band=True),
    )


PRISMA = (
    _level("L2D", say("surface reflectance on a map"), _error_matrix("l2d", say("not valid at level 1"), 1.0)),
    _level("L2C", say("surface reflectance"), _error_matrix("l2c", say("not valid at level 1"), 1.0)),
    _level("L2B", say("surface radiance"), _error_matrix("l2b", say("not valid at level 1"), 1.0)),
    _level(
        "L1", say("radiance at the sensor"),
        (
            Quality("cloud", say("cloud"), "hdfeos/swaths/prs_l1_hco/data fields/cloud_mask", value=1.0),
            Quality("sun-glint", say("sun glint"), "hdfeos/swaths/prs_l1_hco/data fields/sunglint_mask", value=1.0),
            *_error_matrix("l1", say("saturated or in error"), None),
        ),
    ),
)  # fmt: skip
