"""What stands beside a raster and says more of it than the raster does: the header of a program that wrote TIFFs with
ENVI's headers, and the item of a SpatioTemporal Asset Catalog. (GDAL itself reads the `.aux.xml`.)

What the raster says itself counts; these fill in what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hsigui import untrusted
from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.wavelengths import to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.cube.formats.envi_header import Header

_LARGEST_ITEM = 8 * 2**20
# Names that an item has; {} is that of the raster, without and with its ending.
_ITEMS = ("{stem}.json", "{name}.json", "{stem}.stac.json", "{stem}_stac.json", "{stem}-item.json", "item.json")
_WAVELENGTH, _WIDTH = "center_wavelength", "full_width_half_max"  # of the extension "eo", in micrometres


def completed(info: CubeInfo, shape: tuple[int, int, int], path: Path, *, on_map: bool = True) -> CubeInfo:
    """What is known of a raster, with what stands beside it.

    Args:
        shape: rows, columns, bands.
        on_map: whether its pixels lie on a grid; without one a place that is named is no more than a rough fit.
    """
    return _of_item(_of_header(info, shape, path, on_map), shape, path)


def raster_of_header(header: Path) -> Path | None:
    """The TIFF that an ENVI header describes, by its name: x.tif of x.hdr and of x.tif.hdr; None without one."""
    base = header.stem.casefold()
    for other in sorted(header.parent.iterdir()):
        name = other.name.casefold()
        if other.suffix.lower() in _tiff_endings() and base in (name, other.stem.casefold()) and other.is_file():
            return other
    return None


def _tiff_endings() -> tuple[str, ...]:
    from hsigui.cube.formats.table import OWN  # which names the readers that come here

    return next(row.suffixes for row in OWN if row.name == "geotiff")


def is_tiff(path: Path) -> bool:
    """Whether a file begins as TIFFs do."""
    with path.open("rb") as file:
        return file.read(4) in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _of_header(info: CubeInfo, shape: tuple[int, int, int], path: Path, on_map: bool) -> CubeInfo:
    from hsigui.cube.formats.envi import read_header

    for beside in _headers_beside(path):
        try:
            header = read_header(beside)
        except HsiError as error:
            info = _noted(info, say("{name} beside it cannot be read: {error}", name=beside.name, error=error.message))
            continue
        if (header.rows, header.cols, header.bands) == shape:
            return _with_header(info, header, on_map)
        size = " x ".join(map(str, (header.rows, header.cols, header.bands)))
        wrong = say("{name} beside it is of {size} samples: not of this file.", name=beside.name, size=size)
        info = _noted(info, wrong)
    return info


def _with_header(info: CubeInfo, header: Header, on_map: bool) -> CubeInfo:
    from hsigui.cube.formats.envi import GAINS_LISTED, info_of

    said = info_of(replace(header, notes=()))
    found, taken = _filled(info, said if on_map else replace(said, geo=Geo()))
    notes = tuple(note for note in said.notes if note != GAINS_LISTED or found.gains or found.offsets)
    return _told(replace(found, notes=(*found.notes, *notes)), taken, header.path) if taken else info


def _headers_beside(path: Path) -> Iterator[Path]:
    """The headers that may be of a TIFF: x.tif.hdr, and x.hdr where that is not of another data file."""
    names = {p.name.casefold(): p for p in path.parent.iterdir()} if path.parent.is_dir() else {}
    own = names.get(f"{path.name}.hdr".casefold())
    if own is not None and untrusted.is_file(own):
        yield own
    shared = names.get(f"{path.stem}.hdr".casefold())
    if shared is None or path.suffix.lower() not in _tiff_endings():
        return
    if untrusted.is_file(shared) and _is_of_raster(shared):
        yield shared


def _is_of_raster(header: Path) -> bool:
    from hsigui.cube.formats.envi import data_of_header, is_of_raster, read_header

    try:
        return is_of_raster(read_header(header))
    except HsiError:  # told where it is read, unless it is of another file
        return not data_of_header(header)


def _of_item(info: CubeInfo, shape: tuple[int, int, int], path: Path) -> CubeInfo:
    if info.wavelengths:
        return info
    for name in _ITEMS:
        beside = path.with_name(name.format(stem=path.stem, name=path.name))
        if not untrusted.is_file(beside) or beside.stat().st_size > _LARGEST_ITEM:
            continue
        try:
            with untrusted.reading(beside.name):
                bands = _bands_of(untrusted.json_of(beside.read_text(encoding="utf-8")), path.name, shape[2])
                said = _said_by(bands)
        except HsiError as error:
            return _noted(info, say("{name} beside it cannot be read: {error}", name=beside.name, error=error.message))
        if said is not None:
            found, taken = _filled(info, said)
            return _told(found, taken, beside) if taken else info
    return info


def _bands_of(item: Any, name: str, count: int) -> list[Mapping[str, Any]]:
    """The bands of the asset that a raster is, or of the whole item where it has no other; empty for other files."""
    if not isinstance(item, Mapping) or item.get("type") != "Feature" or "stac_version" not in item:
        return []
    assets = item.get("assets")
    listed = [a for a in assets.values() if isinstance(a, Mapping)] if isinstance(assets, Mapping) else []
    own = [a for a in listed if str(a.get("href", "")).replace("\\", "/").rpartition("/")[2] == name]
    if listed and not own:
        return []
    for said in (*own, item.get("properties")):
        for bands in _lists_of(said):
            if len(bands) == count:
                return bands
    return []


def _lists_of(said: Any) -> Iterator[list[Mapping[str, Any]]]:
    for key in ("eo:bands", "bands"):
        bands = said.get(key) if isinstance(said, Mapping) else None
        if isinstance(bands, list) and all(isinstance(band, Mapping) for band in bands):
            yield bands


def _said_by(bands: list[Mapping[str, Any]]) -> CubeInfo | None:
    """Wavelengths and names; since version 1.1 the keys of the extension have its prefix."""
    if not bands:
        return None
    centres, widths = (
        [band.get(key, band.get(f"eo:{key}")) for band in bands] for key in (_WAVELENGTH, _WIDTH)
    )  # fmt: skip
    names = tuple(str(band.get("name") or "") for band in bands)
    if not all(isinstance(value, int | float) for value in centres):
        return CubeInfo(band_names=names if all(names) else ())
    known = [float(w) for w in widths if isinstance(w, int | float)]
    waves = to_nm([float(c) for c in centres], "um", known if len(known) == len(bands) else [])
    return CubeInfo(
        wavelengths=waves.nm, fwhm=waves.fwhm, wavelength_units="um", band_names=names if all(names) else (),
        notes=waves.notes,
    )  # fmt: skip


def _filled(info: CubeInfo, said: CubeInfo) -> tuple[CubeInfo, list[str]]:
    """What is known, with what else is said; and what of it is new, in words."""
    taken = []
    if said.wavelengths and not info.wavelengths:
        taken.append(say("wavelengths"))
        info = replace(info, wavelengths=said.wavelengths, fwhm=said.fwhm, wavelength_units=said.wavelength_units,
                       units_guessed=said.units_guessed)  # fmt: skip
    if any(said.bad_bands) and not info.bad_bands:
        taken.append(say("bad bands"))
        info = replace(info, bad_bands=said.bad_bands)
    if said.band_names and not info.band_names:
        taken.append(say("band names"))
        info = replace(info, band_names=said.band_names)
    if said.nodata is not None and info.nodata is None:
        taken.append(say("no-data value"))
        info = replace(info, nodata=said.nodata)
    if said.geo.transform is not None and info.geo.transform is None:
        taken.append(say("place"))
        info = replace(info, geo=said.geo)
    info, packing = _packed(info, said)
    return replace(info, default_bands=info.default_bands or said.default_bands), [*taken, *packing]


def _packed(info: CubeInfo, said: CubeInfo) -> tuple[CubeInfo, list[str]]:
    """As `_filled`, of scale, gains and offsets. They belong together: those of two places are not mixed."""
    if info.scale != 1.0 or info.offset or info.gains or info.offsets:
        return info, []
    if len(set(said.gains)) == 1 and said.gains[0] > 0 and not any(said.offsets) and said.scale == 1.0:
        # One gain for all bands is a scale, which leaves the form of spectra as it is.
        said = replace(said, scale=float(1 / np.float64(said.gains[0])), gains=(), offsets=())
    taken = [say("scale")] if said.scale != 1.0 else []
    if said.gains or said.offsets:
        taken.append(say("gains"))
    return replace(info, scale=said.scale, gains=said.gains, offsets=said.offsets), taken


def _told(info: CubeInfo, taken: list[str], beside: Path) -> CubeInfo:
    return _noted(info, say("From {name} beside it: {taken}.", name=beside.name, taken=", ".join(taken)))


def _noted(info: CubeInfo, note: str) -> CubeInfo:
    return replace(info, notes=(*info.notes, note))
