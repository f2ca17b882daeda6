"""What stands beside a raster and says more of it than the raster does: the header of a program that wrote TIFFs with
ENVI's headers, and the item of a SpatioTemporal Asset Catalog. (GDAL itself reads the `.aux.xml`.)

What the raster says itself counts; these fill in what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui import untrusted
from hsigui.cube.cube import CubeInfo
from hsigui.cube.wavelengths import to_nm
from hsigui.errors import HsiError
from hsigui.texts import say

_LARGEST_ITEM = 8 * 2**20
# Names that an item has; {} is that of the raster, without and with its ending.
_ITEMS = ("{stem}.json", "{name}.json", "{stem}.stac.json", "{stem}_stac.json", "{stem}-item.json", "item.json")
_WAVELENGTH, _WIDTH = "center_wavelength", "full_width_half_max"  # of the extension "eo", in micrometres


def completed(info: CubeInfo, shape: tuple[int, int, int], path: Path) -> CubeInfo:
    """What is known of a raster, with what stands beside it.

    Args:
        shape: rows, columns, bands.
    """
    for more in (_of_header, _of_item):
        info = more(info, shape, path)
    return info


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


def _of_header(info: CubeInfo, shape: tuple[int, int, int], path: Path) -> CubeInfo:
    from hsigui.cube.formats.envi import info_of, read_header

    beside = _header_beside(path)
    if beside is None:
        return info
    try:
        header = read_header(beside)
    except HsiError as error:
        return _noted(info, say("{name} beside it cannot be read: {error}", name=beside.name, error=error.message))
    if (header.rows, header.cols, header.bands) != shape:
        size = " x ".join(map(str, (header.rows, header.cols, header.bands)))
        return _noted(
            info, say("{name} beside it is of {size} samples: not of this file.", name=beside.name, size=size)
        )
    said = info_of(replace(header, notes=()))
    found, taken = _filled(info, said)
    if said.scale != 1.0 and info.scale == 1.0:
        found, taken = replace(found, scale=said.scale), [*taken, say("scale")]
    return _told(replace(found, notes=(*found.notes, *said.notes)), taken, beside) if taken else info


def _header_beside(path: Path) -> Path | None:
    """The header of a TIFF: x.tif.hdr, or x.hdr where that is not of another data file."""
    from hsigui.cube.formats.envi import data_of_header

    names = {p.name.casefold(): p for p in path.parent.iterdir()} if path.parent.is_dir() else {}
    own = names.get(f"{path.name}.hdr".casefold())
    shared = names.get(f"{path.stem}.hdr".casefold())
    if own is None and shared is not None and path.suffix.lower() in _tiff_endings() and not data_of_header(shared):
        own = shared
    return own if own is not None and untrusted.is_file(own) else None


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
    if (said.gains or said.offsets) and not (info.gains or info.offsets):
        taken.append(say("gains"))
        info = replace(info, gains=said.gains, offsets=said.offsets)
    return replace(info, default_bands=info.default_bands or said.default_bands), taken


def _told(info: CubeInfo, taken: list[str], beside: Path) -> CubeInfo:
    return _noted(info, say("From {name} beside it: {taken}.", name=beside.name, taken=", ".join(taken)))


def _noted(info: CubeInfo, note: str) -> CubeInfo:
    return replace(info, notes=(*info.notes, note))
