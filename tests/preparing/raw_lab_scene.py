"""Raw counts of a lab camera, made of a reflectance that is known, in files as Specim's cameras leave them.

    python -m tests.preparing.raw_lab_scene FOLDER [--rows 96] [--cols 80] [--bands 100]

`FOLDER/capture/NAME.raw` with its header, and beside it `WHITEREF_NAME` and `DARKREF_NAME`: lines over a white panel,
and lines behind the closed shutter. All are uint16, interleaved by lines.

The counts of column c and band b are `dark(c, b) + lamp(b) gain(c, b) R`, and noise that grows with the root of the
light. What makes such files hard: the gain differs from column to column (stripes) and falls off to both sides, the
dark current differs from pixel to pixel of the detector, one band gets no light, one column is stuck, and some
pixels are brighter than the detector can count.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.demo import SCALE, demo_scene
from hsigui.cube.formats.envi import layout_fields, write_pair

FULL = 65_535  # counts at which the detector is full
BRIGHTEST = 45_000  # counts of a reflectance of 1 in the lamp's best band, in a column of gain 1
LINES = 60  # of each reference
_READ_NOISE, _LIGHT_NOISE = 1.5, 0.02  # counts; counts by the root of counts


@dataclass(frozen=True)
class RawLabScene:
    """Files of a raw scene, and what they were made of.

    Attributes:
        raw, white, dark: the headers.
        reflectance: rows x cols x bands, float64; that of a mirror-like spot is above 1.
        known: rows x cols x bands; False where the detector is dead or full, and nothing can be known.
        panel: reflectance of the white panel.
        dead_band, dead_column: their numbers, from 0.
        wavelengths: nm, one a band.
    """

    raw: Path
    white: Path
    dark: Path
    reflectance: NDArray[np.float64]
    known: NDArray[np.bool_]
    panel: float
    dead_band: int
    dead_column: int
    wavelengths: tuple[float, ...]


def write_raw_lab_scene(
    folder: Path, name: str = "lab_01", rows: int = 48, cols: int = 40, bands: int = 60, *, seed: int = 0,
    noise: float = 1.0, panel: float = 0.95,
) -> RawLabScene:  # fmt: skip
    """Writes a raw scene of a piece of land with its references, and tells what it was made of.

    Args:
        rows, cols: 16 or more.
        bands: 3 or more, from 400 to 1000 nm.
        noise: factor of the camera's noise; 0 leaves nothing but the rounding to whole counts.
        panel: reflectance of the white panel.
    """
    rng = np.random.default_rng(seed)
    wavelengths = np.linspace(400.0, 1000.0, bands).round(2)
    dead_band, dead_column = bands // 3, cols // 4
    land = demo_scene(seed, rows, cols, 4 * bands, noise=0.0).cube.read()[:, :, :bands]  # its first 600 nm or so
    reflectance = np.clip(land.astype(np.float64), 1 / SCALE, None)
    reflectance[rows // 2 : rows // 2 + 2, cols // 2 : cols // 2 + 3] = 3.0  # a spot like a mirror
    light = BRIGHTEST * _lamp(wavelengths) * _gain(rng, cols, bands)
    light[:, dead_band] = 0
    current = 300 + 60 * rng.random((cols, bands)) + 40 * rng.random((cols, 1))

    def counts(shown: NDArray[np.float64]) -> NDArray[np.uint16]:
        signal = shown * light
        spread = noise * np.hypot(_READ_NOISE, _LIGHT_NOISE * np.sqrt(signal))
        found = current + signal + spread * rng.standard_normal(signal.shape)
        found[:, dead_column] = 17
        return np.clip(np.rint(found), 0, FULL).astype(np.uint16)

    raw = counts(reflectance)
    files = [
        _write(folder / "capture" / f"{kind}{name}.raw", array, wavelengths)
        for kind, array in (
            ("", raw),
            ("WHITEREF_", counts(np.full((LINES, cols, bands), panel))),
            ("DARKREF_", counts(np.zeros((LINES, cols, bands)))),
        )
    ]
    known = raw < FULL
    known[:, dead_column] = False
    known[:, :, dead_band] = False
    return RawLabScene(*files, reflectance, known, panel, dead_band, dead_column, tuple(map(float, wavelengths)))


def _lamp(nm: NDArray[np.float64]) -> NDArray[np.float64]:
    """Halogen light by the detector's sensitivity, of bands; 1 where there is most."""
    found = np.exp(-(((nm - 720) / 230) ** 2)) + 0.02
    return np.asarray(found / found.max())


def _gain(rng: np.random.Generator, cols: int, bands: int) -> NDArray[np.float64]:
    """What the optics and the detector make of light, cols x bands: less to both sides, and other in each column."""
    across = np.linspace(-1, 1, cols)
    stripes = 1 + 0.04 * rng.standard_normal((cols, 1)) + 0.005 * rng.standard_normal((cols, bands))
    return np.asarray((1 - 0.25 * across[:, None] ** 2) * np.clip(stripes, 0.8, 1.2))


def _write(path: Path, array: NDArray[np.uint16], wavelengths: NDArray[np.float64]) -> Path:
    """Writes an array of rows x cols x bands with a header of the keys that such a camera writes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fields = {
        **layout_fields(array, "bil"), "sensor type": "Specim FX10", "fps": "50.00", "tint": "8.000",
        "binning": [1, 1], "trigger mode": "Internal", "wavelength": wavelengths.tolist(),
        "fwhm": [5.5] * len(wavelengths),
    }  # fmt: skip
    return write_pair(path, array, fields, "bil")[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default="lab_01")
    parser.add_argument("--rows", type=int, default=96)
    parser.add_argument("--cols", type=int, default=80)
    parser.add_argument("--bands", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    made = write_raw_lab_scene(given.folder, given.name, given.rows, given.cols, given.bands, seed=given.seed)
    print(f'hsigui prepare "{made.raw}" OUT --white "{made.white}" --dark "{made.dark}" --panel {made.panel}')


if __name__ == "__main__":
    main()
