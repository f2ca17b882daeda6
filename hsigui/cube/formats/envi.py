"""ENVI scenes: a text header beside a flat binary file, memory-mapped. Also their writer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube, CubeInfo, Geo
from hsigui.cube.empty_bands import checked_cube
from hsigui.cube.flips import to_north_up
from hsigui.cube.formats.envi_geo import esri_wkt, geo_of, map_info_of
from hsigui.cube.formats.envi_header import DATA_TYPES, Header, header_text, read_header, rewrite_header, write_header
from hsigui.cube.formats.envi_samples import map_data, source_of
from hsigui.cube.formats.products.cameras import camera_of, notes_of
from hsigui.cube.formats.products.references import references_beside
from hsigui.cube.formats.side_files import is_tiff, raster_of_header
from hsigui.cube.history import KEY, history_of
from hsigui.cube.wavelengths import to_nm
from hsigui.errors import HsiError
from hsigui.saving import written_beside
from hsigui.texts import say

__all__ = [
    "Header", "find_pair", "is_class_map", "map_data", "open_envi", "read_header", "rewrite_header", "write_cube",
    "write_header",
]  # fmt: skip

# GDAL does the same: stored values are what users compare with other programs.
GAINS_LISTED = say("The header's data gain and offset values are listed, not applied: stored values are shown.")
# In the order in which a header's data file is looked for; "" is a file without extension.
DATA_SUFFIXES = ("", ".img", ".dat", ".bsq", ".bil", ".bip", ".raw", ".bin", ".int", ".sli", ".rfl", ".cube")
_SMALLEST_SCALE = 1e-30  # float32, in which values are handed out, ends at 1e-38
_AXIS_ORDERS = {"bsq": "bands,rows,cols", "bil": "rows,bands,cols", "bip": "rows,cols,bands"}
# Files that lie beside scenes and are never their samples.
_NEVER_DATA = (
    ".hdr", ".xml", ".txt", ".csv", ".json", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".mat", ".npy", ".qml", ".html",
    ".md", ".py", ".zip", ".gz", ".pdf", ".enp", ".ovr", ".sta", ".evf", ".roi", ".shp",
    ".gpkg", ".geojson", ".fgb", ".kmz", ".kml", ".sqlite", ".dbf", ".shx", ".prj", ".cpg",
)  # fmt: skip


def find_pair(path: str | Path) -> tuple[Path, Path]:
    """The header and the data file of an ENVI scene of which either was picked.

    Accepts x.hdr with x, x.img, x.dat, ... and x.img.hdr with x.img; letter case of the extensions does not matter.

    Raises:
        HsiError: the picked file, its header or its data file is missing.
    """
    path = Path(path)
    if not path.is_file():
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    if path.suffix.lower() == ".hdr":
        return path, _data_of(path)
    header = header_of(path)
    if header is None:
        raise HsiError(
            say("{name} has no ENVI header beside it.", name=path.name),
            say("Put {stem}.hdr into the same folder.", stem=path.stem),
        )
    return header, path


def files_of(path: Path) -> tuple[Path, Path]:
    """As `find_pair`, of a scene: header and TIFF where the header describes one.

    Raises:
        HsiError: the picked file, its header or its data file is missing.
    """
    if path.suffix.lower() == ".hdr" and path.is_file() and (raster := _raster_of(read_header(path))) is not None:
        return path, raster
    return find_pair(path)


def find_header(path: Path) -> Path:
    """The header of an ENVI scene of which header or data file was picked.

    Raises:
        HsiError: there is none.
    """
    return path if path.suffix.lower() == ".hdr" else find_pair(path)[0]


def header_of(data: Path) -> Path | None:
    """The header beside a data file: x.img.hdr before x.hdr; None when there is neither."""
    if data.suffix.lower() in _NEVER_DATA:
        return None
    siblings = {p.name.casefold(): p for p in _siblings(data)}
    return siblings.get(f"{data.name}.hdr".casefold()) or siblings.get(f"{data.stem}.hdr".casefold())


def is_envi(path: Path) -> bool:
    """Whether a file is a header, or has one beside it."""
    return path.suffix.lower() == ".hdr" or header_of(path) is not None


def open_envi(path: str | Path) -> Cube:
    """Opens an ENVI scene without reading its samples.

    Raises:
        HsiError: a file of the pair is missing or too short, the header is none, or it describes something else than
            a scene (a class map, a spectral library).
    """
    path = Path(path)
    # The header first: a faulty header says more than a data file that is not found.
    header = read_header(find_header(path))
    _require_scene(header)
    if path == header.path and (raster := _raster_of(header)) is not None:
        from hsigui.cube.formats.geotiff import open_geotiff  # rasterio is slow to import

        return open_geotiff(raster)
    data = find_pair(path)[1]
    _require_no_library(header, data)
    (samples, odd), info = source_of(header, data), info_of(header)
    return checked_cube(samples, replace(info, notes=(*info.notes, *odd)), data.stem, path)


def is_class_map(header: Header) -> bool:
    """Whether a header describes class numbers: by file type, or one band of integers with class names."""
    named = "class names" in header.fields and header.bands == 1 and header.dtype.kind in "iu"
    return header.file_type == "envi classification" or named


def info_of(header: Header) -> CubeInfo:
    """What a header says beside the layout: wavelengths, bad bands, no-data, georeference; notes on what is wrong."""
    notes = list(header.notes)
    camera = camera_of(header.fields, header.path.stem)
    unit = header.fields.get("wavelength units", "").strip()
    notes += () if camera is None else notes_of(camera, header.fields, header.rows)
    notes += _references_told(header)
    counted = unit or ("" if camera is None else camera.unit)
    waves = to_nm(_per_band(header, "wavelength", notes), counted, _per_band(header, "fwhm", notes))
    geo, geo_notes = geo_of(header)
    notes += [*waves.notes, *geo_notes]
    names = header.items("band names")
    if names and len(names) != header.bands:
        notes.append(
            say(
                "The header has {count} band names for {bands} bands: they are ignored.",
                count=len(names),
                bands=header.bands,
            )
        )
        names = ()
    gains, offsets = (tuple(_per_band(header, f"data {word} values", notes)) for word in ("gain", "offset"))
    if gains or offsets:
        notes.append(GAINS_LISTED)
    return CubeInfo(
        wavelengths=waves.nm,
        fwhm=waves.fwhm,
        wavelength_units=unit,
        units_guessed=waves.guessed,
        band_names=names,
        bad_bands=_bad_bands(header, notes),
        default_bands=_default_bands(header, notes),
        nodata=_number(header, "data ignore value", notes),
        scale=_scale(header, notes),
        gains=gains,
        offsets=offsets,
        geo=geo,
        interleave=header.interleave,
        byte_order=header.byte_order,
        header_offset=header.offset,
        axis_order=_AXIS_ORDERS[header.interleave],
        product="" if camera is None else camera.name,
        notes=tuple(notes),
        history=history_of(header.fields.get(KEY)),
        metadata=dict(header.fields),
    )


def _references_told(header: Header) -> tuple[str, ...]:
    """A sentence on the references beside a raw scene; none where there are none, or values are no counts."""
    if header.dtype.kind not in "iu" or is_class_map(header) or "reflectance scale factor" in header.fields:
        return ()
    found = references_beside(header.path)
    if found is None:
        return ()
    return (
        say("References of {maker} lie beside the scene and make reflectance of its counts (hsigui prepare --white "
            "auto): {names}.", maker=found.maker, names=found.names),
    )  # fmt: skip


def write_cube(path: str | Path, array: NDArray[Any], info: CubeInfo, interleave: str = "bsq") -> tuple[Path, Path]:
    """Writes an ENVI scene: x.hdr and x.img (or the data suffix of `path`). Returns header and data path.

    Args:
        array: stored samples, rows x cols x bands; neither scaled nor masked here.

    Raises:
        HsiError: the type of the samples has no ENVI code, a header cannot say where the scene lies, or the files
            cannot be written. A scene whose rows run northwards is written from its northern row on.
    """
    flip = to_north_up(info.geo)
    array, info = flip.array(array), replace(info, geo=flip.geo(info.geo, array.shape))
    fields: dict[str, object] = {"description": "hyperspectral scene", **layout_fields(array, interleave)}
    fields |= scene_fields(info, array.shape)
    return write_pair(Path(path), array, fields, interleave)


def layout_fields(array: NDArray[Any], interleave: str, file_type: str = "ENVI Standard") -> dict[str, object]:
    """The header fields that describe how an array of rows x cols x bands is stored.

    Raises:
        HsiError: the type of the samples has no ENVI code.
    """
    kind = f"{array.dtype.kind}{array.dtype.itemsize}"
    code = next((c for c, t in DATA_TYPES.items() if t == kind), None)
    if code is None:
        raise HsiError(
            say("ENVI files cannot hold samples of type {dtype}.", dtype=array.dtype),
            say("Use another type or format."),
        )
    rows, cols, bands = array.shape
    return {
        "samples": cols, "lines": rows, "bands": bands, "header offset": 0, "file type": file_type,
        "data type": code, "interleave": interleave, "byte order": 0,
    }  # fmt: skip


def geo_fields(geo: Geo, shape: tuple[int, ...]) -> dict[str, object]:
    """Map info and coordinate system string, as far as they are known.

    Args:
        shape: rows and columns of the raster.

    Raises:
        HsiError: a header cannot say where the raster lies.
    """
    fields: dict[str, object] = {}
    if info := map_info_of(geo, shape):
        fields["map info"] = info
    if geo.crs_wkt:
        fields["coordinate system string"] = esri_wkt(geo.crs_wkt)
    return fields


def scene_fields(info: CubeInfo, shape: tuple[int, ...]) -> dict[str, object]:
    """The header fields of everything that a scene carries beside its samples.

    Args:
        shape: rows and columns of the scene.

    Raises:
        HsiError: a header cannot say where the scene lies.
    """
    fields = geo_fields(info.geo, shape)
    if info.default_bands:
        fields["default bands"] = [b + 1 for b in info.default_bands]
    if info.nodata is not None:
        fields["data ignore value"] = info.nodata
    if info.scale != 1.0:
        fields["reflectance scale factor"] = info.scale
    if info.gains:
        fields["data gain values"] = info.gains
    if info.offsets:
        fields["data offset values"] = info.offsets
    if info.band_names:
        fields["band names"] = info.band_names
    if info.wavelengths:
        fields["wavelength units"] = "Nanometers"
        fields["wavelength"] = info.wavelengths
    if info.fwhm:
        fields["fwhm"] = info.fwhm
    if info.bad_bands:
        fields["bbl"] = [0 if bad else 1 for bad in info.bad_bands]
    return fields


def write_pair(
    path: Path, array: NDArray[Any], fields: Mapping[str, object], interleave: str = "bsq"
) -> tuple[Path, Path]:
    """Writes samples (rows x cols x bands, little-endian) and header beside their place and renames both.

    Raises:
        HsiError: the files cannot be written.
    """
    header = path.with_suffix(".hdr")
    data = path if path.suffix.lower() not in ("", ".hdr") else path.with_suffix(".img")
    order = {"bsq": (2, 0, 1), "bil": (0, 2, 1), "bip": (0, 1, 2)}[interleave]
    little = array.dtype.newbyteorder("<")
    with written_beside(data, header) as (data_scratch, header_scratch):
        with data_scratch.open("wb") as file:
            for plane in array.transpose(order):
                file.write(np.ascontiguousarray(plane, dtype=little).tobytes())
        header_scratch.write_text(header_text(fields), encoding="utf-8")
    return header, data


def _siblings(path: Path) -> Iterator[Path]:
    """Files of the same folder whose name begins like that of `path`, without regard to letter case."""
    stem = path.stem.casefold()
    for other in sorted(path.parent.iterdir()):
        if other.name.casefold().startswith(stem) and other.is_file():
            yield other


def data_of_header(header: Path) -> list[Path]:
    """The files that may hold the samples of a header, the likeliest first. One that has a header of its own name is
    none of them: "x.img" with "x.img.hdr" beside is not of "x.hdr"."""
    base = header.stem.casefold()
    found, names = [], {other.name.casefold() for other in _siblings(header)}
    for other in _siblings(header):
        name, suffix = other.name.casefold(), other.suffix.lower()
        # "x.img.hdr" belongs to "x.img"; "x.hdr" to "x" or to "x" with any extension that can be samples.
        if name == base and not is_tiff(other):
            found.append((-1, other))
        elif suffix and suffix not in _NEVER_DATA and name.removesuffix(suffix) == base and f"{name}.hdr" not in names:
            found.append((DATA_SUFFIXES.index(suffix) if suffix in DATA_SUFFIXES else len(DATA_SUFFIXES), other))
    return [other for _, other in sorted(found, key=lambda pair: pair[0])]


def is_of_raster(header: Header) -> bool:
    """Whether a header describes a TIFF: where it says so, and where no other file can be meant."""
    return header.file_type.startswith("tiff") or not data_of_header(header.path)


def _raster_of(header: Header) -> Path | None:
    return raster_of_header(header.path) if is_of_raster(header) else None


def _data_of(header: Path) -> Path:
    found = data_of_header(header)
    if not found:
        raise HsiError(
            say(
                "The data file of {name} is missing: neither {stem} nor {stem}.img, .dat, .bsq, "
                ".bil, .bip, .raw or .bin lies in {parent}.",
                name=header.name,
                stem=header.stem,
                parent=header.parent,
            ),
            say("Put the data file into the same folder as its header."),
        )
    if len(found) > 1:
        needed = read_header(header).bytes_needed
        found.sort(key=lambda other: other.stat().st_size != needed)
    return found[0]


def _require_scene(header: Header) -> None:
    if header.is_library or header.path.with_suffix("").suffix.lower() == ".sli":
        _refuse_library(header)
    if is_class_map(header):
        raise HsiError(
            say(
                "{name} is a class map of {rows} x {cols} pixels, not a scene.",
                name=header.path.name,
                rows=header.rows,
                cols=header.cols,
            ),
            say("Open the scene first, then load this file as labels."),
        )


def _require_no_library(header: Header, data: Path) -> None:
    """A .sli file is a library even if its header forgets to say so."""
    if data.suffix.lower() == ".sli":
        _refuse_library(header)


def _refuse_library(header: Header) -> None:
    raise HsiError(
        say(
            "{name} is a spectral library, not a scene: {rows} spectra of {cols} bands.",
            name=header.path.name,
            rows=header.rows,
            cols=header.cols,
        ),
        say("Open it as a spectral library, or choose the header of a scene."),
    )


def _per_band(header: Header, key: str, notes: list[str]) -> Sequence[float]:
    """The numbers of a list with one entry a band; empty, with a note, when they do not fit or are none."""
    try:
        values = header.numbers(key)
    except ValueError:
        notes.append(say("The header's list “{key}” holds something that is no number: it is ignored.", key=key))
        return ()
    if values and len(values) != header.bands:
        notes.append(
            say(
                "The header has {count} entries of “{key}” for {bands} bands: they are ignored.",
                count=len(values),
                key=key,
                bands=header.bands,
            )
        )
        return ()
    return values


def _bad_bands(header: Header, notes: list[str]) -> tuple[bool, ...]:
    bad = tuple(value <= 0 for value in _per_band(header, "bbl", notes))
    if bad and all(bad):
        notes.append(say("The header marks every band as bad: the list is ignored."))
        return ()
    return bad


def _default_bands(header: Header, notes: list[str]) -> tuple[int, ...]:
    if "default bands" not in header.fields:
        return ()
    try:
        bands = tuple(int(value) - 1 for value in header.numbers("default bands"))
    except (ValueError, OverflowError):
        bands = ()
    if len(bands) in (1, 3) and all(0 <= b < header.bands for b in bands):
        return bands
    notes.append(
        say(
            "The default bands “{default_bands}” do not fit the scene: they are ignored.",
            default_bands=header.fields["default bands"][:40],
        )
    )
    return ()


def _number(header: Header, key: str, notes: list[str]) -> float | None:
    text = header.fields.get(key, "")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        notes.append(say("The header's “{key} = {text}” is no number: it is ignored.", key=key, text=text[:40]))
        return None


def _scale(header: Header, notes: list[str]) -> float:
    scale = _number(header, "reflectance scale factor", notes)
    if scale is None:
        return 1.0
    if not _SMALLEST_SCALE < scale < 1 / _SMALLEST_SCALE:
        notes.append(say("The reflectance scale factor {scale:g} makes no sense: it is ignored.", scale=scale))
        return 1.0
    return scale
