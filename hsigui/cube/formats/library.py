"""Spectral libraries: spectra without places. In ENVI files the samples are the bands and the lines the spectra.

The value stands here, with ENVI's reader; the other formats, and `read_library` for all of them, are in
`cube.libraries`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui import untrusted
from hsigui.cube.cube import Cube
from hsigui.cube.formats.envi import find_header, find_pair, info_of, is_envi, map_data, read_header
from hsigui.cube.formats.envi_header import Header
from hsigui.cube.libraries.table import no_library
from hsigui.cube.resampling import resampled
from hsigui.errors import HsiError
from hsigui.texts import say

_DELETED = -1e30  # what is smaller stands for no value: -1.23e34 of the USGS, in its libraries of this form, too
_LARGEST = 500_000_000  # values; libraries are held in memory, and no real one is near this


@dataclass(frozen=True, eq=False)
class SpectralLibrary:
    """Named spectra over common bands.

    Attributes:
        path: the file that the user picked.
        names: of the spectra; “Spectrum 3” where the file names none (numbers count from 1 there, as people do).
        stored: the numbers in the file, spectra x bands, float32; neither scaled nor masked.
        wavelengths: band centres in nm, in the order of the file, which need not be rising; None when it has none.
        bad_bands: True where the file marks a band as bad; empty when it marks none.
        scale: reflectance scale factor by which stored numbers are divided.
        nodata: the stored number that means no value.
        notes: what was assumed, guessed or ignored, one sentence each.
        dtype, interleave, byte_order, header_offset: how the numbers are stored.
        metadata: the header as it stood, or what else the file says of all of its spectra.
        columns: what is said of each spectrum: of every title the texts of all of them, in their order.
    """

    path: Path
    names: tuple[str, ...]
    stored: NDArray[np.float32]
    wavelengths: NDArray[np.float64] | None = None
    fwhm: tuple[float, ...] = ()
    bad_bands: tuple[bool, ...] = ()
    scale: float = 1.0
    nodata: float | None = None
    wavelength_units: str = ""
    units_guessed: bool = False
    notes: tuple[str, ...] = ()
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))
    interleave: str = ""
    byte_order: int = 0
    header_offset: int = 0
    metadata: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        spectra, bands = self.stored.shape
        for label, count, due in (
            ("names", len(self.names), spectra),
            ("wavelengths", bands if self.wavelengths is None else len(self.wavelengths), bands),
            ("bad bands", len(self.bad_bands) or bands, bands),
            *((title, len(texts), spectra) for title, texts in self.columns.items()),
        ):
            if count != due:
                raise ValueError(f"{count} {label} for {due} spectra or bands")

    def __len__(self) -> int:
        return len(self.names)

    @property
    def bands(self) -> int:
        return int(self.stored.shape[1])

    @property
    def values(self) -> NDArray[np.float32]:
        """Spectra x bands, float32, divided by the scale factor; NaN where there is no value, as in cubes."""
        with np.errstate(over="ignore", invalid="ignore"):
            values = self.stored / np.float32(self.scale)
            if self.nodata is not None and self.nodata != 0:
                values[self.stored == np.float32(self.nodata)] = np.nan
        values[~np.isfinite(values) | (self.stored < _DELETED)] = np.nan
        return values

    @property
    def good_values(self) -> NDArray[np.float32]:
        """The same, and NaN in the bands that the file marks as bad. Spectra x bands."""
        values = self.values
        if self.bad_bands:
            values[:, np.array(self.bad_bands)] = np.nan
        return values

    def about(self, place: int) -> dict[str, str]:
        """What is said of the spectrum at a place: the texts that are not empty, by their titles."""
        return {title: texts[place] for title, texts in self.columns.items() if texts[place]}

    def taken(self, places: Sequence[int]) -> SpectralLibrary:
        """Some of the spectra, by their places, in the order that is given."""
        picked = list(places)
        return replace(
            self, names=tuple(self.names[n] for n in picked), stored=self.stored[picked],
            columns={title: tuple(texts[n] for n in picked) for title, texts in self.columns.items()},
        )  # fmt: skip

    def spectrum(self, place: int) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """The bands in which the spectrum at a place has a value, in rising order, and its values there. One a band.

        Bands are told by wavelengths in nm, or by their numbers from 1 where the file names no wavelengths.
        """
        values = self.taken([place]).good_values[0]
        x = np.arange(1.0, self.bands + 1) if self.wavelengths is None else self.wavelengths
        known = np.flatnonzero(np.isfinite(values))
        order = known[np.argsort(x[known], kind="stable")]
        return np.asarray(x[order], dtype=np.float64), values[order]

    def resampled_to(self, cube: Cube) -> SpectralLibrary:
        """The spectra at the bands of a scene (`cube.resampling`); they have no value in bands that they do not reach.

        Raises:
            HsiError: wavelengths are missing on one side and the numbers of bands differ, or no band is reached.
        """
        centres = cube.wavelengths
        if self.wavelengths is None or centres is None:
            if self.bands == cube.bands:
                return replace(self, wavelengths=centres)
            raise without_wavelengths(self, cube)
        values = resampled(self.good_values, self.wavelengths, centres, cube.info.fwhm, self.fwhm)
        if not np.isfinite(values).any():
            low, high = float(self.wavelengths.min()), float(self.wavelengths.max())
            raise HsiError(
                say("{name} covers {low:.0f} to {high:.0f} nm, {scene} {start:.0f} to {end:.0f} nm.",
                    name=self.path.name, low=low, high=high, scene=cube.name, start=centres.min(), end=centres.max()),
                say("They have no wavelength in common. Are the units right?"),
            )  # fmt: skip
        return replace(
            self, stored=values, wavelengths=centres, fwhm=cube.info.fwhm, bad_bands=(), scale=1.0, nodata=None
        )


def without_wavelengths(library: SpectralLibrary, cube: Cube) -> HsiError:
    """The refusal where wavelengths are missing on one side, and the numbers of bands differ."""
    return HsiError(
        say(
            "{which} has no wavelengths, and {bands} bands of the library do not fit the {cube_bands} of the scene.",
            which=library.path.name if library.wavelengths is None else cube.name,
            bands=library.bands,
            cube_bands=cube.bands,
        ),
        say("Give the scene its wavelengths in Edit > Bands…."),
    )


def open_library(path: str | Path) -> SpectralLibrary:
    """Opens an ENVI spectral library; header or data file (.sli) may be picked. `read_library` opens all formats.

    Raises:
        HsiError: the file is missing, damaged or too short, or is no spectral library; the message says what it is.
    """
    path = Path(path).expanduser()
    if not untrusted.is_file(path):
        raise HsiError(say("The file {path} does not exist.", path=path), say("Choose another file."))
    with untrusted.reading(path.name):
        return _opened(path)


def _opened(path: Path) -> SpectralLibrary:
    if not is_envi(path):
        raise no_library(path)
    header = _header(path)
    if not header.is_library and not _named_like_one(header, path):
        _refuse(header)
    data = find_pair(path)[1]
    _require_rows_of_spectra(header)
    return _library_of(header, data, path)


def is_library(path: Path) -> bool:
    """Whether a file is (part of) an ENVI spectral library, by its header or the name of its data file.

    Raises:
        HsiError: its header cannot be read.
    """
    with untrusted.reading(path.name):
        if not is_envi(path):
            return False
        header = _header(path)
        return header.is_library or _named_like_one(header, path)


def _header(path: Path) -> Header:
    return read_header(find_header(path))


def _named_like_one(header: Header, path: Path) -> bool:
    """Whether the data file ends in .sli, which counts where the header forgets to name the file type."""
    if "file type" in header.fields and header.file_type != "envi standard":
        return False
    try:
        return find_pair(path)[1].suffix.lower() == ".sli"
    except HsiError:
        return False


def _refuse(header: Header) -> None:
    size = say("{rows} x {cols} pixels", rows=header.rows, cols=header.cols)
    if header.file_type == "envi classification" or (header.bands == 1 and "class names" in header.fields):
        raise HsiError(
            say("{name} is a class map of {size}, not a spectral library.", name=header.path.name, size=size),
            say("Load it as labels."),
        )
    raise HsiError(
        say(
            "{name} is a scene of {size} and {bands} bands, not a spectral library.",
            name=header.path.name,
            size=size,
            bands=header.bands,
        ),
        say("Open it as a scene."),
    )


def _require_rows_of_spectra(header: Header) -> None:
    if header.bands != 1:
        raise HsiError(
            say(
                "{name} is no spectral library that can be read: it has {bands} planes, not one.",
                name=header.path.name,
                bands=header.bands,
            ),
            say("Samples must be the bands and lines the spectra."),
        )
    if header.rows * header.cols > _LARGEST:
        raise HsiError(
            say(
                "{name} is too large for a spectral library: {rows} spectra of {cols} bands.",
                name=header.path.name,
                rows=header.rows,
                cols=header.cols,
            ),
            say("Is it a scene? Then its file type must be ENVI Standard."),
        )


def _names(header: Header) -> tuple[str, ...]:
    """Of the spectra; commas inside quotes part none, where there are as many names then as spectra."""
    names = header.items("spectra names")
    if len(names) == header.rows or '"' not in header.fields.get("spectra names", ""):
        return names
    quoted = next(csv.reader([" ".join(header.fields["spectra names"].split())], skipinitialspace=True), [])
    return tuple(name.strip() for name in quoted) if len(quoted) == header.rows else names


def _library_of(header: Header, data: Path, path: Path) -> SpectralLibrary:
    # Seen as a scene of one column, the lists of the header belong to its bands as they do in scenes; but band names
    # and default bands are about the one plane that the file consists of.
    fields = {key: text for key, text in header.fields.items() if key not in ("band names", "default bands")}
    info = info_of(replace(header, fields=fields, cols=1, bands=header.cols))
    stored = map_data(header, data)[:, :, 0]
    notes = list(info.notes)
    names = _names(header)
    if names and len(names) != header.rows:
        notes.append(
            say(
                "The header has {count} names for {rows} spectra: those that lack are numbered.",
                count=len(names),
                rows=header.rows,
            )
        )
    # float32 cannot hold every float64: what is too large becomes infinite, and NaN in the values.
    with np.errstate(over="ignore", invalid="ignore"):
        values = (np.abs(stored) if np.iscomplexobj(stored) else stored).astype(np.float32)
    return SpectralLibrary(
        path=path,
        names=tuple(names[n] if n < len(names) and names[n] else f"Spectrum {n + 1}" for n in range(header.rows)),
        stored=values,
        wavelengths=np.array(info.wavelengths) if info.wavelengths else None,
        fwhm=info.fwhm,
        bad_bands=info.bad_bands,
        scale=info.scale,
        nodata=info.nodata,
        wavelength_units=info.wavelength_units,
        units_guessed=info.units_guessed,
        notes=tuple(notes),
        dtype=header.dtype.newbyteorder("="),
        interleave=header.interleave,
        byte_order=header.byte_order,
        header_offset=header.offset,
        metadata=dict(header.fields),
    )
