"""Writing libraries: as ENVI (.sli and its .hdr), as a table (CSV), and as a GeoPackage of profiles."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from hsigui.cube.formats.envi import layout_fields, write_pair
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.cube.libraries.table import WRITTEN
from hsigui.errors import HsiError
from hsigui.saving import written_beside
from hsigui.texts import say

_TABLE = "spectral library"


def write_library(library: SpectralLibrary, path: Path) -> list[Path]:
    """Writes the spectra with their names, wavelengths and all that is said of them; the ending chooses the form.

    What is said of each spectrum has no place in ENVI's form: a table of it is written beside.

    Raises:
        HsiError: the ending is none of a library, there is no spectrum, or a file cannot be written.
    """
    if not len(library):
        raise HsiError(say("There is no spectrum to be written."), say("Keep one first: Shift+click in the image."))
    writers = dict(zip(WRITTEN, (_write_envi, _write_csv, _write_gpkg), strict=True))
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise HsiError(
            say("{name} is no name of a library.", name=path.name),
            say("Let it end in {endings}.", endings=", ".join(WRITTEN)),
        )
    return writer(_rising(library), path)


def _rising(library: SpectralLibrary) -> SpectralLibrary:
    """Values divided by their scale, over wavelengths that rise."""
    values, waves = library.good_values, library.wavelengths
    order = np.arange(library.bands) if waves is None else np.argsort(waves, kind="stable")
    return replace(
        library, stored=values[:, order], wavelengths=None if waves is None else waves[order], scale=1.0, nodata=None,
        fwhm=tuple(library.fwhm[n] for n in order) if library.fwhm else (), bad_bands=(),
    )  # fmt: skip


def _write_envi(library: SpectralLibrary, path: Path) -> list[Path]:
    samples = library.stored[:, :, None]
    fields: dict[str, object] = {
        "description": say("Spectral library"),
        **layout_fields(samples, "bsq", "ENVI Spectral Library"),
        "spectra names": list(library.names),
    }
    if library.wavelengths is not None:
        fields |= {"wavelength units": "Nanometers", "wavelength": [f"{nm:.10g}" for nm in library.wavelengths]}
    if library.fwhm:
        fields["fwhm"] = library.fwhm
    written = list(write_pair(path, samples, fields))
    if library.columns:
        about = path.with_name(f"{path.stem}-about.csv")
        titles = list(library.columns)
        rows = [[name, *(library.columns[t][n] for t in titles)] for n, name in enumerate(library.names)]
        _write_rows(about, ["name", *titles], rows)
        written.append(about)
    return written


def _write_csv(library: SpectralLibrary, path: Path) -> list[Path]:
    titles = list(library.columns)
    waves = library.wavelengths
    bands = [f"band_{n + 1}" for n in range(library.bands)] if waves is None else [f"{nm:.10g}" for nm in waves]
    rows: list[list[str]] = []
    for n, name in enumerate(library.names):
        values = ["" if np.isnan(v) else f"{v:.8g}" for v in library.stored[n]]
        rows.append([name, *(library.columns[t][n] for t in titles), *values])
    _write_rows(path, ["name", *titles, *bands], rows)
    return [path]


def _write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([_plain(cell) for cell in header])
    writer.writerows([[_plain(cell) for cell in row] for row in rows])
    with written_beside(path) as (scratch,):
        scratch.write_text(out.getvalue(), encoding="utf-8")


def _plain(cell: str) -> str:
    """A cell of one line that no spreadsheet takes for a formula; numbers stay numbers."""
    cell = " ".join(cell.split())
    if cell[:1] not in ("=", "+", "-", "@", "\t", "\r"):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _write_gpkg(library: SpectralLibrary, path: Path) -> list[Path]:
    from pyogrio.raw import write

    titles = [title for title in library.columns if title.casefold() not in ("fid", "name", "profiles")]
    texts = [library.names, [_profile(library, n) for n in range(len(library))], *(library.columns[t] for t in titles)]
    with written_beside(path) as (scratch,):
        try:
            write(
                str(scratch), None, [np.array(column, dtype=object) for column in texts],
                np.array(["name", "profiles", *titles], dtype=object), driver="GPKG", layer=_TABLE,
            )  # fmt: skip
        except (RuntimeError, ValueError) as error:
            raise HsiError(
                say("{name} cannot be written: {error}.", name=path.name, error=error), say("Choose another folder.")
            ) from error
    return [path]


def _profile(library: SpectralLibrary, number: int) -> str:
    """A spectrum as the EnMAP-Box writes it."""
    profile: dict[str, object] = {"y": [None if np.isnan(v) else float(f"{v:.8g}") for v in library.stored[number]]}
    if library.wavelengths is not None:
        profile |= {"x": library.wavelengths.tolist(), "xUnit": "nm"}
    return json.dumps(profile)
