"""A scene whose pixels are spectra of a library with noise, that library as a file, and which pixel is which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hsigui.cube.cube import CubeInfo, Geo
from hsigui.cube.formats.envi import write_cube
from hsigui.labels.classes import ClassInfo, ClassTable
from hsigui.labels.formats.files import write_classes

WAVES = np.linspace(400, 2450, 42)
FINE = np.arange(390.0, 2470.0, 10.0)
NAMES = ("Wet soil", "Dry soil", "Wiese, gemäht", "Water")
TABLE = ClassTable(tuple(ClassInfo(n, name, (20 * n, 90, 200)) for n, name in enumerate(NAMES, 1)))


@dataclass(frozen=True)
class Made:
    """The files; `numbers` are the places of the spectra from 1, rows x cols, 0 where there is no data."""

    scene: Path
    library: Path
    truth: Path
    numbers: np.ndarray


def curves(x: np.ndarray) -> np.ndarray:
    """Four spectra, each with an absorption of its own; spectra x bands."""
    dips = ((1400, 0.20), (1900, 0.30), (680, 0.35), (980, 0.25))
    base = np.stack([0.2 + 0.1 * k * x / 2500 for k in range(1, 5)])
    return base * np.stack([1 - depth * np.exp(-(((x - at) / 90) ** 2)) for at, depth in dips])


def library_file(
    path: Path, names: tuple[str, ...] = NAMES, about: Mapping[str, tuple[str, ...]] | None = None
) -> Path:
    """A table with a line a wavelength; with what is said of the spectra, a line a spectrum."""
    found = curves(FINE)
    if about is None:
        rows = [["Wavelength (nm)", *(f'"{name}"' for name in names)]]
        rows += [[f"{w:g}", *(f"{v:.6f}" for v in found[:, n])] for n, w in enumerate(FINE)]
    else:
        rows = [["name", *about, *(f"{w:g}" for w in FINE)]]
        for n, name in enumerate(names):
            rows.append([f'"{name}"', *(about[title][n] for title in about), *(f"{v:.6f}" for v in found[n])])
    path.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")
    return path


def made(folder: Path, rows: int = 24, cols: int = 20) -> Made:
    """All files, in a folder whose name has a blank and an umlaut."""
    where = folder / "mit Größe"
    where.mkdir()
    rng = np.random.default_rng(0)
    numbers = rng.integers(1, 5, (rows // 4, cols // 4)).repeat(4, axis=0).repeat(4, axis=1).astype(np.uint16)
    values = curves(WAVES)[numbers - 1] * rng.uniform(0.5, 2, (rows, cols, 1)) + rng.normal(0, 0.002, (rows, cols, 42))
    values[0, :3] = -1
    values[5, 5] = 0.05 + 0.9 * rng.random(42)  # like nothing
    numbers[0, :3] = 0
    geo = Geo((30.0, 0.0, 400000.0, 0.0, -30.0, 5000000.0))
    info = CubeInfo(wavelengths=tuple(WAVES.tolist()), nodata=-1.0, geo=geo)
    header, _ = write_cube(where / "scene.img", values.astype(np.float32), info)
    truth = where / "truth.tif"
    write_classes(truth, numbers, TABLE, geo)
    return Made(header, library_file(where / "Böden neu.csv"), truth, numbers)
