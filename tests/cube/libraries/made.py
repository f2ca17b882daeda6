"""Small files of each format of libraries, after their published forms."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

MICROMETRES = np.round(np.linspace(0.4, 2.4, 41), 3)
RISING = np.round(np.linspace(0.1, 0.5, 41), 4)
ECOSTRESS_HEAD = """Name: {name}
Type: Vegetation
Class: Tree
Subclass: Needle
Particle Size: None
Sample No.: VEG.7
Owner: A laboratory
Wavelength Range: VSWIR
Origin: 34.5; -119.7; WGS84.
Collection Date: N/A
Description: A branch, cut at noon,
 measured within the hour.
Measurement: Bidirectional reflectance
First Column: X
Second Column: Y
X Units: Wavelength ({unit})
Y Units: Reflectance (percentage)
First X Value: 2.4
Last X Value: 0.4
Number of X Values: 41
Additional Information: none

"""


def ecostress(path: Path, name: str = "Abies concolor", unit: str = "micrometers") -> Path:
    x = MICROMETRES if unit == "micrometers" else 1e4 / MICROMETRES
    body = "\n".join(f"{a:.6f}\t{b * 100:.4f}" for a, b in zip(x[::-1], RISING[::-1], strict=True))
    path.write_text(ECOSTRESS_HEAD.format(name=name, unit=unit) + body + "\n", encoding="cp1252")
    return path


def splib(folder: Path, name: str = "Kaolinite CM9", values: Sequence[float] = tuple(RISING)) -> Path:
    """A spectrum in a folder of its chapter, and the wavelengths of two spectrometers above it."""
    chapter = folder / "ChapterM_Minerals"
    chapter.mkdir(exist_ok=True)
    numbers(folder / "splib07a_Wavelengths_BECK_Beckman_0.2-3.0_microns.txt", "Wavelengths BECK", MICROMETRES)
    numbers(folder / "splib07a_Wavelengths_ASD_0.35-2.5_microns_2151_ch.txt", "Wavelengths ASD", MICROMETRES[:5])
    numbers(folder / "splib07a_Bandpass_(FWHM)_BECK_Beckman.txt", "Bandpass BECK", np.full(41, 0.05))
    return numbers(chapter / f"splib07a_{name.replace(' ', '_')}_BECKb_AREF.txt", f"{name}   BECKb AREF", values)


def numbers(path: Path, title: str, values: Sequence[float] | np.ndarray) -> Path:
    path.write_text(f" splib07a Record=12: {title}\n" + "\n".join(f" {value:.7e}" for value in values) + "\n")
    return path


def geopackage(path: Path, profiles: Mapping[str, object], column: str = "profiles") -> Path:
    """Profiles by their names: each is what JSON writes, or bytes."""
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        base.execute("INSERT INTO gpkg_contents VALUES ('a \"library\"', 'features')")
        base.execute(
            f'CREATE TABLE "a ""library""" (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT, source TEXT, {column})'
        )
        for name, profile in profiles.items():
            cell = profile if isinstance(profile, bytes | str) else json.dumps(profile)
            base.execute('INSERT INTO "a ""library""" VALUES (NULL, NULL, ?, \'field\', ?)', (name, cell))
    base.close()
    return path
