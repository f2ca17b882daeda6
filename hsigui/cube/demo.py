"""A simulated scene with ground truth: the default that comes with the program, made from a seed, without a download.

An airborne spectrometer over farmland with a river, a village and a clay pit: 400-2450 nm, 5 m pixels, UTM. What makes
it hard is what makes real scenes hard: kinds of vegetation that differ little, fields that differ among themselves,
pixels that hold some soil, shadow or weed, mixed pixels along borders, uneven light, noise that grows with wavelength.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.demo_spectra import COVERS, NUMBERS, dip, rise
from hsigui.cube.formats.envi import geo_fields, layout_fields, write_cube, write_pair
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.texts import say

PIXEL_M = 5.0
SCALE = 10_000
_ORIGIN = (468_200.0, 5_541_300.0)  # UTM 33N, upper left corner
_FINE = 4  # the map of covers is drawn this many times finer than the pixels, for mixing along borders
_PURE = 0.88  # share of one cover that a pixel needs to be labelled
_WATER_VAPOUR = ((1345.0, 1450.0), (1795.0, 1965.0))  # nm; what the air lets nothing through of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class DemoScene:
    """The simulated scene.

    Attributes:
        cube: int16 reflectance x 10000.
        truth: class number of every pixel, rows x cols uint16; 0 along borders, where covers mix.
        classes: number, name and colour of every class.
    """

    cube: Cube
    truth: NDArray[np.uint16]
    classes: list[tuple[int, str, tuple[int, int, int]]]


def demo_scene(seed: int = 0, rows: int = 128, cols: int = 128, bands: int = 120) -> DemoScene:
    """Simulates the scene; the same seed and size give the same scene."""
    stored, truth, info = _simulate(seed, rows, cols, bands)
    return DemoScene(Cube(ArraySource(stored), info, name="demo-scene"), truth, _classes())


def _classes() -> list[tuple[int, str, tuple[int, int, int]]]:
    return [(number, name, color) for number, (name, color, _) in enumerate(COVERS, start=1)]


def _simulate(seed: int, rows: int, cols: int, bands: int) -> tuple[NDArray[np.int16], NDArray[np.uint16], CubeInfo]:
    rng = np.random.default_rng(seed)
    nm = np.linspace(400.0, 2450.0, bands)
    fine, fields = _land(rng, rows, cols)
    shares = _shares(fine, rows, cols)
    reflectance = _mixed(rng, nm, shares, fields)
    reflectance *= _light(rng, rows, cols)[:, :, None]
    reflectance *= 1 - 0.97 * _vapour(nm)
    reflectance += rng.standard_normal(reflectance.shape) * _noise(nm)
    stored = np.clip(np.rint(reflectance * SCALE), -32_000, 32_000).astype(np.int16)
    truth = np.where(shares.max(axis=2) >= _PURE, shares.argmax(axis=2) + 1, 0).astype(np.uint16)
    return stored, truth, _info(nm)


def write_demo(folder: str | Path, seed: int = 0) -> tuple[Path, Path]:
    """Writes the scene as ENVI (`demo-scene.hdr`, `.img`) and its ground truth as ENVI Classification
    (`demo-truth.hdr`, `.img`). Returns both headers.

    Raises:
        HsiError: the folder cannot be written to.
    """
    folder = Path(folder)
    stored, labels, info = _simulate(seed, 128, 128, 120)
    header, _ = write_cube(folder / "demo-scene.hdr", stored, info, "bsq")
    truth = labels.astype(np.uint8)[:, :, None]
    names = ["Unclassified", *(name for _, name, _ in _classes())]
    fields = {
        "description": "ground truth of the simulated scene",
        **layout_fields(truth, "bsq", "ENVI Classification"),
        **geo_fields(info.geo),
        "classes": len(names),
        "class names": names,
        "class lookup": [0, 0, 0, *(value for _, _, color in _classes() for value in color)],
    }
    return header, write_pair(folder / "demo-truth.hdr", truth, fields)[0]


def _info(nm: Array) -> CubeInfo:
    spacing = float(nm[1] - nm[0])
    bad = _vapour(nm) > 0.5
    default = tuple(int(np.abs(nm - wanted).argmin()) for wanted in (640.0, 550.0, 460.0))
    x, y = _ORIGIN
    return CubeInfo(
        wavelengths=tuple(np.round(nm, 3).tolist()),
        fwhm=(round(spacing * 1.1, 3),) * len(nm),
        bad_bands=tuple(bad.tolist()),
        default_bands=default,
        scale=float(SCALE),
        geo=Geo((PIXEL_M, 0.0, x, 0.0, -PIXEL_M, y), utm_wkt(33)),
        interleave="bsq",
        notes=(say("This scene is simulated."),),
    )


def _land(rng: np.random.Generator, rows: int, cols: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cover numbers (from 1) on the fine grid, and the number of the field of every pixel."""
    height, width = rows * _FINE, cols * _FINE
    y, x = np.meshgrid(np.arange(height) / height, np.arange(width) / width, indexing="ij")
    wy, wx = y + 0.035 * _smooth(rng, (height, width), 34), x + 0.035 * _smooth(rng, (height, width), 34)
    count = 52
    centers = rng.random((count, 2))
    field = np.argmin([(wy - cy) ** 2 + (wx - cx) ** 2 for cy, cx in centers], axis=0)
    farmed = [NUMBERS[n] for n in ("Meadow", "Maize", "Woodland", "Loam", "Humus soil")]
    # Every cover gets its share of the fields, in a random order.
    cover = np.array(farmed)[rng.permutation(np.arange(count) % len(farmed))]
    fine = cover[field]
    river = 0.30 + 0.10 * np.sin(5.0 * y + 0.6) + 0.03 * np.sin(13.0 * y)
    fine[np.abs(wx - river) < 0.034 + 0.012 * np.sin(9.0 * y)] = NUMBERS["Water"]
    fine[((wy - 0.80) / 0.11) ** 2 + ((wx - 0.76) / 0.13) ** 2 < 1] = NUMBERS["Kaolinite"]
    village = ((wy - 0.22) / 0.20) ** 2 + ((wx - 0.72) / 0.21) ** 2 < 1
    fine[village] = NUMBERS["Meadow"]
    fine[village & _blocks(y, x, 0.105, 0.52)] = NUMBERS["Roof tile"]
    road = np.abs(y - 0.47 - 0.05 * np.sin(4.0 * x)) < 0.019
    street = village & ((np.abs(x - 0.735) < 0.019) | (np.abs(y - 0.235) < 0.019))
    yard = (np.abs(y - 0.60) < 0.055) & (np.abs(x - 0.12) < 0.075)
    fine[road | street | yard] = NUMBERS["Asphalt"]
    # Each cover inside a field varies as a field of its own.
    parcels = field * (len(COVERS) + 1) + fine
    return fine, parcels[_FINE // 2 :: _FINE, _FINE // 2 :: _FINE]


def _blocks(y: Array, x: Array, pitch: float, filled: float) -> NDArray[np.bool_]:
    """Rectangles on a grid, every second row shifted."""
    line = np.floor(y / pitch)
    return ((y / pitch) % 1 < filled) & (((x / pitch) + 0.5 * (line % 2)) % 1 < filled + 0.14)


def _shares(fine: NDArray[np.intp], rows: int, cols: int) -> Array:
    """Share of every cover in every pixel, rows x cols x covers: the sensor's blur, then the mean over the pixel."""
    shares = np.empty((rows, cols, len(COVERS)))
    for cover in range(len(COVERS)):
        blurred = ndimage.gaussian_filter((fine == cover + 1).astype(float), 0.45 * _FINE)
        shares[:, :, cover] = blurred.reshape(rows, _FINE, cols, _FINE).mean(axis=(1, 3))
    shares[shares < 0.01] = 0
    return shares / shares.sum(axis=2, keepdims=True)


def _mixed(rng: np.random.Generator, nm: Array, shares: Array, fields: NDArray[np.intp]) -> Array:
    """Linear mixture of the covers, each pixel with parameters of its own."""
    rows, cols, _ = shares.shape
    reflectance = np.zeros((rows, cols, nm.size))
    draw = _parameter(rng, fields)
    for cover, (_, _, surface) in enumerate(COVERS):
        first, second = draw(), draw()
        here = shares[:, :, cover] > 0
        spectra = surface(nm, first[here][:, None], second[here][:, None])
        reflectance[here] += shares[here, cover][:, None] * spectra
    return _with_impurities(rng, nm, reflectance, shares, draw)


def _parameter(rng: np.random.Generator, fields: NDArray[np.intp]) -> Callable[[], Array]:
    """A maker of maps of one parameter: part by field, part by patches inside it, part by pixel."""

    def draw() -> Array:
        by_field = rng.standard_normal(int(fields.max()) + 1)[fields]
        by_patch = _smooth(rng, fields.shape, 2.5)
        by_pixel = rng.standard_normal(fields.shape)
        return 0.45 * by_field + 0.4 * by_patch + 0.8 * by_pixel

    return draw


def _with_impurities(
    rng: np.random.Generator, nm: Array, reflectance: Array, shares: Array, draw: Callable[[], Array]
) -> Array:
    """Adds to every pixel some of what does not belong there: soil between plants, weed on soil and roads, shadow."""
    green = shares[:, :, [NUMBERS[n] - 1 for n in ("Meadow", "Maize", "Woodland")]].sum(axis=2)
    wet = shares[:, :, NUMBERS["Water"] - 1]
    zero = np.zeros((1, 1))
    ground = COVERS[NUMBERS["Loam"] - 1][2](nm, draw()[..., None], zero)
    plants = COVERS[NUMBERS["Meadow"] - 1][2](nm, draw()[..., None], zero)
    weed = rng.beta(1.1, 5.5, green.shape) * (1 - 0.85 * wet)
    gaps = rng.beta(1.1, 5.0, green.shape)
    foreign = np.where((green > 0.5)[..., None], ground, plants)
    amount = np.where(green > 0.5, gaps, weed)[..., None]
    shadow = 1 - 0.60 * rng.beta(1.2, 5.0, green.shape)[..., None]
    return ((1 - amount) * reflectance + amount * foreign) * shadow


def _light(rng: np.random.Generator, rows: int, cols: int) -> Array:
    """Relative illumination: brighter towards one corner, with gentle relief."""
    y, x = np.meshgrid(np.linspace(-1, 1, rows), np.linspace(-1, 1, cols), indexing="ij")
    return 1 + 0.10 * x - 0.06 * y + 0.05 * _smooth(rng, (rows, cols), 9)


def _vapour(nm: Array) -> Array:
    """Opacity of the air by water vapour, 0..1."""
    return np.sum([rise(nm, low, 4.0) * (1 - rise(nm, high, 4.0)) for low, high in _WATER_VAPOUR], axis=0)


def _noise(nm: Array) -> Array:
    """Standard deviation of the sensor's noise in reflectance: more in the blue and towards 2450 nm, most where the
    air is opaque."""
    quiet = 0.0045 + 0.009 * np.exp(-(nm - 400) / 70) + 0.010 * rise(nm, 2380, 60)
    return quiet + 0.002 * dip(nm, 940, 20) + 0.03 * _vapour(nm)


def _smooth(rng: np.random.Generator, shape: tuple[int, ...], radius: float) -> Array:
    """Gaussian noise of this correlation length in pixels, mean 0, standard deviation 1."""
    noise = ndimage.gaussian_filter(rng.standard_normal(shape), radius, mode="wrap")
    return (noise - noise.mean()) / noise.std()
