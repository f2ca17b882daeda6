"""Maps and layers of any size as files, written strip by strip: GeoTIFF, for the network (COG) too, ENVI and zarr.

What is in the files is what the writers of whole maps put there (`class_tiffs`, `rasters`, `zarr_maps`, ENVI of
`labels`). Those write through memory, since GDAL ends the process where a disk is full; here the room is looked at
first, and what was written is read again.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.windows import Window

from hsigui.cube.cube import Geo
from hsigui.cube.flips import Flip, to_north_up
from hsigui.cube.formats.envi import geo_fields, layout_fields
from hsigui.cube.formats.envi_header import header_text
from hsigui.cube.remote.faults import without_package
from hsigui.errors import HsiError
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.class_tables import qgis_style
from hsigui.labels.formats.envi_classes import header_fields
from hsigui.labels.formats.tiff_classes import aux_path, geo_beside
from hsigui.report.class_tiffs import describe_classes
from hsigui.report.pam import counted_pam, place_pam
from hsigui.report.rasters import COG_TILE, TILE, overview_factors, placed, tiled, told_plainly
from hsigui.report.strips import ENVI, SUFFIXES, TIFFS, ZARR, Strips, Tally
from hsigui.report.zarr_maps import PIECE, add_array, is_ours, lay_out, meanings, told_of
from hsigui.saving import folder_beside, require_disk, written_beside
from hsigui.texts import say

Check = Callable[[], None]
_CACHE_BYTES = 64 * 2**20  # GDAL would keep up to a twentieth of the machine's memory
_NO_STATISTICS = {"GDAL_PAM_ENABLED": "NO"}  # or GDAL leaves side files of scratch files behind


def write_map_strips(
    path: Path, strips: Strips, classes: ClassTable, geo: Geo, check: Check, *, title: str = "", cloud: bool = False
) -> tuple[list[Path], Tally]:  # fmt: skip
    """Writes a class map.

    Args:
        path: its suffix is one of `SUFFIXES`.
        strips: class numbers, 0 for none.
        classes: names and colours of all that occur.
        check: called now and then; may raise to stop.
        title: of a zarr store.
        cloud: GeoTIFF: cloud-optimised.

    Returns:
        All files written, the one asked for first, and the pixels of each class.

    Raises:
        HsiError: the suffix is another, the disk has no room, or the files cannot be written.
    """
    tally = Tally(strips.shape)
    kind = np.dtype(np.uint8 if max([0, *classes.numbers]) <= 255 else np.uint16)

    def hear(strip: NDArray[Any]) -> None:
        check()
        tally.take(strip)

    heard = Strips(strips.shape, kind, lambda: (strip.astype(kind) for strip in strips.heard(hear).each()))
    suffix = path.suffix.lower()
    if suffix in TIFFS:
        return _class_tiff(path, heard, classes, geo, tally, cloud=cloud), tally
    if suffix in ENVI:
        return _class_envi(path, heard, classes, geo), tally
    if suffix in ZARR:
        about = told_of(classes, title)
        return _zarr(path, [("class", heard, about, 0)], geo, title), tally
    raise _no_format(path)


def write_layer_strips(
    path: Path, layers: Sequence[Strips], names: Sequence[str], geo: Geo, check: Check, *, cloud: bool = False
) -> list[Path]:  # fmt: skip
    """Writes layers of float32 with their names; NaN is no data. Otherwise as `write_map_strips`.

    Raises:
        HsiError: the suffix is another, the disk has no room, or the files cannot be written.
    """
    heard = [strips.heard(lambda _: check()) for strips in layers]
    suffix = path.suffix.lower()
    if suffix in TIFFS:
        return _layer_tiff(path, heard, names, geo, cloud=cloud)
    if suffix in ENVI:
        return _layer_envi(path, heard, names, geo)
    if suffix in ZARR:
        arrays = zip(meanings(names), heard, ({"long_name": name} for name in names), strict=True)
        return _zarr(path, [(*array, float("nan")) for array in arrays], geo, "")
    raise _no_format(path)


def _no_format(path: Path) -> HsiError:
    return HsiError(
        say("“{name}” is of no format that is written piece by piece.", name=path.name),
        say("End it in one of {suffixes}; hsigui export makes others of it.", suffixes=", ".join(SUFFIXES)),
    )


# GeoTIFF


def _class_tiff(
    path: Path, strips: Strips, classes: ClassTable, geo: Geo, tally: Tally, *, cloud: bool
) -> list[Path]:  # fmt: skip
    profile = tiled(*strips.shape) | {"count": 1, "dtype": strips.dtype, "nodata": 0} | placed(geo)
    aux, style = aux_path(path), path.with_suffix(".qml")
    with written_beside(path, aux, style) as (scratch, aux_scratch, style_scratch), _tiffs(path, strips, 1):
        with _plain(scratch, cloud=cloud) as plain:
            with rasterio.open(plain, "w", **profile) as file:
                describe_classes(file, classes)
                _put(file, 1, strips)
            if cloud:
                _as_cog(plain, scratch, overview_resampling="MODE")
            elif factors := overview_factors(*strips.shape):
                with rasterio.open(plain, "r+") as file:
                    file.build_overviews(factors, Resampling.mode)
        _require_same(path, scratch, tally)
        aux_scratch.write_bytes(counted_pam(classes, tally.counts, geo_beside(geo)))
        style_scratch.write_bytes(qgis_style(classes))
    return [path, aux, style]


def _layer_tiff(
    path: Path, layers: Sequence[Strips], names: Sequence[str], geo: Geo, *, cloud: bool
) -> list[Path]:  # fmt: skip
    shape = layers[0].shape
    profile = tiled(*shape) | {"count": len(layers), "dtype": "float32", "nodata": np.nan, "predictor": 3} | placed(geo)
    profile["interleave"] = "band"
    with (
        written_beside(path) as (scratch,),
        _tiffs(path, layers[0], len(layers)),
        _plain(scratch, cloud=cloud) as plain,
    ):
        with rasterio.open(plain, "w", **profile) as file:
            for number, (name, strips) in enumerate(zip(names, layers, strict=True), start=1):
                file.set_band_description(number, name)
                _put(file, number, strips)
        if cloud:
            _as_cog(plain, scratch, predictor="YES", overview_resampling="AVERAGE", interleave="BAND")
    if (beside := geo_beside(geo)) is None:
        return [path]
    with written_beside(aux := aux_path(path)) as (scratch,):
        scratch.write_bytes(place_pam(beside))
    return [path, aux]


@contextmanager
def _tiffs(path: Path, strips: Strips, count: int) -> Iterator[None]:
    """Within it GDAL keeps little, and what it raises is told plainly.

    Raises:
        HsiError: the disk has no room for what may become of so many layers, or they cannot be written.
    """
    needed = 3 * count * strips.shape[0] * strips.shape[1] * strips.dtype.itemsize
    require_disk(
        path, needed, say("Make room on that disk, or choose a folder on another one. The finished tiles stay.")
    )
    with rasterio.Env(GDAL_CACHEMAX=_CACHE_BYTES, **_NO_STATISTICS), told_plainly(path):
        yield


@contextmanager
def _plain(scratch: Path, *, cloud: bool) -> Iterator[Path]:
    """The file that is filled first: the scratch file itself, or one beside it that goes again."""
    plain = scratch.with_suffix(".plain.tif") if cloud else scratch
    try:
        yield plain
    finally:
        if cloud:
            plain.unlink(missing_ok=True)


def _as_cog(plain: Path, to: Path, **how: str) -> None:
    rasterio.shutil.copy(
        plain, to, driver="COG", compress="DEFLATE", blocksize=COG_TILE, bigtiff="IF_SAFER", **how
    )  # fmt: skip


def _put(file: Any, band: int, strips: Strips) -> None:
    """Fills a band by strips of whole tiles, so that none is packed twice."""
    for top, strip in strips.of_height(TILE):
        file.write(strip, band, window=Window(0, top, strip.shape[1], strip.shape[0]))


def _require_same(path: Path, written: Path, tally: Tally) -> None:
    """Reads a map again: GDAL tells of some failures in its log alone.

    Raises:
        HsiError: it is not what was written.
    """
    again = None
    with rasterio.open(written) as file:
        again = Tally((file.height, file.width))
        for top in range(0, file.height, COG_TILE):
            height = min(COG_TILE, file.height - top)
            again.take(file.read(1, window=Window(0, top, file.width, height)))
    if again.sha256 != tally.sha256:
        raise HsiError(
            say("“{path}” is not on the disk as it was written.", path=path),
            say("Is the disk full or damaged? The finished tiles stay."),
        )


# ENVI


def _class_envi(path: Path, strips: Strips, classes: ClassTable, geo: Geo) -> list[Path]:
    flip = to_north_up(geo)
    like = np.broadcast_to(np.zeros((), strips.dtype), (*strips.shape, 1))
    fields = header_fields(like, classes, flip.geo(geo, strips.shape))
    return _envi(path, [strips], fields, flip)


def _layer_envi(path: Path, layers: Sequence[Strips], names: Sequence[str], geo: Geo) -> list[Path]:
    flip = to_north_up(geo)
    like = np.broadcast_to(np.zeros((), np.float32), (*layers[0].shape, len(layers)))
    fields: dict[str, object] = {"description": ", ".join(names), **layout_fields(like, "bsq")}
    fields |= geo_fields(flip.geo(geo, like.shape), like.shape)
    return _envi(path, layers, {**fields, "data ignore value": "nan", "band names": list(names)}, flip)


def _envi(path: Path, layers: Sequence[Strips], fields: dict[str, object], flip: Flip) -> list[Path]:
    """Header and data file: one layer after the other, from the northern row on."""
    header = path.with_suffix(".hdr")
    data = path if path.suffix.lower() not in ("", ".hdr") else path.with_suffix(".img")
    rows, cols = layers[0].shape
    with written_beside(data, header) as (data_scratch, header_scratch):
        with data_scratch.open("wb") as file:
            for number, strips in enumerate(layers):
                for top, strip in strips.of_height(TILE):
                    first = rows - top - len(strip) if flip.rows else top
                    file.seek((number * rows + first) * cols * strips.dtype.itemsize)
                    turned = flip.array(strip)
                    file.write(np.ascontiguousarray(turned, dtype=strips.dtype.newbyteorder("<")).tobytes())
        header_scratch.write_text(header_text(fields), encoding="utf-8")
    return [header, data]


# zarr


def _zarr(
    path: Path, arrays: Sequence[tuple[str, Strips, dict[str, Any], float]], geo: Geo, title: str
) -> list[Path]:  # fmt: skip
    """A store with an array (y, x) each, filled by strips of whole pieces."""
    try:
        import zarr
        from zarr.storage import LocalStore
    except ImportError:
        raise without_package("zarr") from None
    with folder_beside(path, is_ours) as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on parts of the format that are not settled
        root = zarr.create_group(LocalStore(folder), zarr_format=2)
        lay_out(root, geo, arrays[0][1].shape, title)
        for name, strips, about, fill in arrays:
            array = add_array(root, name, strips.shape, strips.dtype, about, fill, geo)
            for top, strip in strips.of_height(PIECE):
                array[top : top + len(strip)] = strip
        zarr.consolidate_metadata(root.store, zarr_format=2)
    return [path]
