"""TIFF files of many pages, as microscopes and ImageJ write them: each page is a band.

GDAL reads the first page, unless another is asked for by its number. The pages of one size are put together in a
virtual raster that is made here and names nothing but the file itself, so that GDAL keeps few of them open at a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from rasterio.errors import RasterioError

from hsigui.cube.formats.raster_files import open_quietly
from hsigui.errors import HsiError
from hsigui.texts import say

_MOST_PAGES = 5000
_GDAL_TYPES = {
    "uint8": "Byte", "int8": "Int8", "uint16": "UInt16", "int16": "Int16", "uint32": "UInt32", "int32": "Int32",
    "uint64": "UInt64", "int64": "Int64", "float32": "Float32", "float64": "Float64",
}  # fmt: skip


def pages_of(dataset: Any) -> tuple[int, ...]:
    """The numbers of the pages of an open TIFF, from 1 on; empty where it has but one. Overviews and masks are none."""
    if dataset.driver != "GTiff":
        return ()
    found = (re.match(r"GTIFF_DIR:(\d+):", name) for name in dataset.subdatasets)
    return tuple(sorted(int(match[1]) for match in found if match))


def bands_of_pages(dataset: Any, path: Path) -> tuple[int, ...]:
    """The pages that are the bands of a scene; empty where the file has one page, or bands on its first.

    Raises:
        HsiError: the pages are of different sizes or types, so that it is not known which are meant, or too many.
    """
    pages = pages_of(dataset)
    if len(pages) < 2 or dataset.count != 1:
        return ()
    if len(pages) > _MOST_PAGES:
        raise HsiError(
            say("{name} has {count:,} pages.", name=path.name, count=len(pages)),
            say("Save those that you need as a TIFF of up to {most:,} bands.", most=_MOST_PAGES),
        )
    wanted = dataset.height, dataset.width, dataset.dtypes
    for page in pages:
        with _page(path, page) as one:
            if (one.height, one.width, one.dtypes) != wanted or one.dtypes[0] not in _GDAL_TYPES:
                raise HsiError(
                    say(
                        "{name} has {count} pages of different kinds: the first is {rows} x {cols} pixels of "
                        "{first_type}, page {page} is {page_rows} x {page_cols} of {page_type}.",
                        name=path.name,
                        count=len(pages),
                        rows=dataset.height,
                        cols=dataset.width,
                        first_type=dataset.dtypes[0],
                        page=page,
                        page_rows=one.height,
                        page_cols=one.width,
                        page_type=one.dtypes[0],
                    ),
                    say("Save the pages that are bands of one scene as a TIFF of their own."),
                )
    return pages


def open_pages(dataset: Any, path: Path, pages: Sequence[int]) -> Any:
    """A dataset whose bands are pages of a TIFF.

    Args:
        dataset: the open file, for its place, size and no-data value.
    """
    return open_quietly(_virtual(dataset, path.absolute(), pages), ["VRT"])


def _page(path: Path, page: int) -> Any:
    try:
        return open_quietly(f"GTIFF_DIR:{page}:{path.absolute()}", ["GTiff"])
    except RasterioError as error:
        raise HsiError(
            say("Page {page} of {name} cannot be read: {error}.", page=page, name=path.name, error=error),
            say("Is the file complete?"),
        ) from error


def _virtual(dataset: Any, path: Path, pages: Sequence[int]) -> str:
    kind, nodata = _GDAL_TYPES[dataset.dtypes[0]], dataset.nodata
    gap = "" if nodata is None else f"<NoDataValue>{nodata!r}</NoDataValue>"
    place = ""
    if not dataset.transform.is_identity:
        place = f"<GeoTransform>{', '.join(map(repr, dataset.transform.to_gdal()))}</GeoTransform>"
        if dataset.crs:
            place += f"<SRS>{escape(dataset.crs.to_wkt())}</SRS>"
    bands = "".join(
        f'<VRTRasterBand dataType="{kind}" band="{number}">{gap}<SimpleSource><SourceFilename relativeToVRT="0" '
        f'shared="0">{escape(f"GTIFF_DIR:{page}:{path}")}</SourceFilename><SourceBand>1</SourceBand></SimpleSource>'
        "</VRTRasterBand>"
        for number, page in enumerate(pages, 1)
    )
    size = f'rasterXSize="{dataset.width}" rasterYSize="{dataset.height}"'
    return f"<VRTDataset {size}>{place}{bands}</VRTDataset>"
