"""Band centres of rasters that GDAL reads: every program writes them somewhere else.

Looked at in this order: GDAL's IMAGERY domain; tags of the bands; tags of the file and its ENVI domain; the metadata
file of a product; the names of the bands ("Band 3 (482.1 nm)").
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from hsigui.cube.formats.products.rasters import RasterFacts
from hsigui.cube.wavelengths import Wavelengths, to_nm

_CENTER_KEYS = (
    "wavelength", "wavelengths", "central_wavelength", "center_wavelength", "centre_wavelength", "wavelength_center",
    "centerwavelength", "wavelength_nm", "wavelength_um",
)  # fmt: skip
_UNIT_KEYS = (
    "wavelength_units",
    "wavelength_unit",
    "wavelengthunits",
    "wavelengthunit",
    "wavelength units",
    "unit",
    "units",
)
_FWHM_KEYS = ("fwhm", "fwhm_nm", "fwhm_um", "bandwidth", "band_width")
_GOOD_KEYS = ("bbl", "bad_band_multiplier", "good_band")
_NAMED_UNIT = re.compile(
    r"(\d+(?:\.\d+)?)\s*[-_ ]?\s*(nanomet(?:er|re)s?|micromet(?:er|re)s?|microns?|nm|um|µm|μm)\b", re.I
)
_LONGEST_NAME = 200


def wavelengths_of(dataset: Any, product: RasterFacts | None = None) -> tuple[Wavelengths, str]:
    """Band centres of an open rasterio dataset, empty where it has none, and the file's word for their unit.

    Args:
        product: what the metadata of a product says of the raster.
    """
    bands = [_lower(dataset.tags(n)) for n in dataset.indexes]
    imagery = [_lower(dataset.tags(n, ns="IMAGERY")) for n in dataset.indexes]
    for tags, key, width, unit in (
        (imagery, "central_wavelength_um", "fwhm_um", "um"),
        *((bands, key, "", key[-2:] if key.endswith(("_nm", "_um")) else "") for key in _CENTER_KEYS),
    ):
        centers = _numbers(tags, key)
        if centers:
            widths = next((w for k in (width, *_FWHM_KEYS) if (w := _numbers(tags, k))), [])
            unit = unit or _first(tags[0], _UNIT_KEYS)
            return to_nm(centers, unit, widths), unit
    return _of_whole_file(dataset) or _of_product(product) or _of_names(dataset.descriptions)


def bad_bands_of(dataset: Any) -> tuple[bool, ...]:
    """The bad bands that the tags name; empty where they name none, or all."""
    bands = [_lower(dataset.tags(n)) for n in dataset.indexes]
    good = next((g for key in _GOOD_KEYS if (g := _numbers(bands, key))), None)
    if good is None:
        good = _list(_lower(dataset.tags(ns="ENVI")).get("bbl", ""), dataset.count)
    return tuple(value == 0 for value in good) if any(good) and not all(good) else ()


def _of_whole_file(dataset: Any) -> tuple[Wavelengths, str] | None:
    for tags in (_lower(dataset.tags()), _lower(dataset.tags(ns="ENVI"))):
        for key in _CENTER_KEYS:
            centers = _list(tags.get(key, ""), dataset.count)
            if centers:
                unit = key[-2:] if key.endswith(("_nm", "_um")) else _first(tags, _UNIT_KEYS)
                return to_nm(centers, unit, _list(tags.get("fwhm", ""), dataset.count)), unit
    return None


def _of_product(product: RasterFacts | None) -> tuple[Wavelengths, str] | None:
    known = product is not None and (product.waves.nm or product.waves.notes)
    return (product.waves, "nm") if product is not None and known else None


def _of_names(names: Sequence[str | None]) -> tuple[Wavelengths, str]:
    # Names may be of any length, in which the search would take for ever.
    found = [_NAMED_UNIT.search((name or "")[:_LONGEST_NAME]) for name in names]
    if all(found):
        return to_nm([float(m[1]) * (1 if m[2][0] in "nN" else 1000) for m in found if m], "nm"), "nm"
    bare = _list(",".join(name or "" for name in names), len(names))
    # Bare numbers can be anything; growing ones of this size are wavelengths.
    if len(bare) > 1 and bare[0] >= 200 and all(a < b for a, b in pairwise(bare)):
        return to_nm(bare), ""
    return Wavelengths(), ""


def _lower(tags: Mapping[str, str]) -> dict[str, str]:
    return {key.casefold(): value for key, value in tags.items()}


def _first(tags: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((tags[key] for key in keys if key in tags), "")


def _numbers(tags: Sequence[Mapping[str, str]], key: str) -> list[float]:
    """The number of this key of every band; empty where one has none."""
    try:
        return [float(entry[key]) for entry in tags] if all(key in entry for entry in tags) else []
    except ValueError:
        return []


def _list(text: str, count: int) -> list[float]:
    """The numbers of a list with one entry a band; empty when they do not fit or are none."""
    try:
        values = [float(part) for part in re.split(r"[,;\s]+", text.strip(" {}[]()")) if part]
    except ValueError:
        return []
    return values if len(values) == count else []
