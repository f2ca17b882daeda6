"""ENVI headers beside TIFFs: ENVI and DESIS write them for what a TIFF cannot say (`file type = TIFF`)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hsigui.cube.cube import CubeInfo
from hsigui.cube.formats.envi import flat_data_of, info_of, read_header
from hsigui.cube.formats.envi_header import Header
from hsigui.errors import HsiError
from hsigui.texts import say


def with_header(info: CubeInfo, dataset: Any, path: Path) -> CubeInfo:
    """What a TIFF says of itself, and where it says nothing what the ENVI header beside it says.

    Args:
        dataset: the open TIFF.
    """
    header = header_beside(path, (dataset.height, dataset.width, dataset.count))
    if header is None:
        return info
    said = info_of(header)
    note = say("Read with the ENVI header {name} beside it.", name=header.path.name)
    if not info.wavelengths:
        info = replace(
            info, wavelengths=said.wavelengths, fwhm=said.fwhm, wavelength_units=said.wavelength_units,
            units_guessed=said.units_guessed,
        )  # fmt: skip
    if info.scale == 1.0 and not info.gains:
        info = replace(info, scale=said.scale, gains=said.gains, offsets=said.offsets)
        if len(set(said.gains)) == 1 and said.gains[0] > 0 and not any(said.offsets) and said.scale == 1.0:
            info = replace(info, scale=1 / said.gains[0], gains=(), offsets=())
    return replace(
        info,
        bad_bands=info.bad_bands or said.bad_bands,
        band_names=info.band_names or said.band_names,
        default_bands=info.default_bands or said.default_bands,
        nodata=said.nodata if info.nodata is None else info.nodata,
        notes=(*info.notes, note),
    )


def header_beside(path: Path, size: tuple[int, int, int]) -> Header | None:
    """The ENVI header of a TIFF of so many rows, columns and bands; None where there is none, or where it describes
    another file or another size."""
    names = (f"{path.name}.hdr".casefold(), f"{path.stem}.hdr".casefold())
    beside = {p.name.casefold(): p for p in path.parent.iterdir() if p.suffix.casefold() == ".hdr"}
    for found in (beside[name] for name in names if name in beside):
        try:
            header = read_header(found)
        except HsiError:  # it is no header, or of another program
            continue
        ours = header.file_type == "tiff" or flat_data_of(found) is None
        if ours and (header.rows, header.cols, header.bands) == size:
            return header
    return None
