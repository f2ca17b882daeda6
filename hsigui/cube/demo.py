"""Simulated scenes with ground truth: what comes with the program, made from a seed, without a download.

An airborne spectrometer over land of a kind that can be chosen: 400-2450 nm, 5 m pixels, UTM. What makes it hard is
what makes real scenes hard: kinds of vegetation that differ little, fields that differ among themselves,
pixels that hold some soil, shadow or weed, mixed pixels along borders, uneven light, noise that grows with wavelength.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import ArraySource, Cube, CubeInfo, Geo
from hsigui.cube.demo_canvas import shares, smooth
from hsigui.cube.demo_land import KINDS
from hsigui.cube.demo_spec import DemoSpec
from hsigui.cube.demo_spectra import COVERS, NUMBERS, dip, rise
from hsigui.cube.formats.envi import geo_fields, layout_fields, scene_fields, write_pair
from hsigui.cube.formats.envi_geo import utm_wkt
from hsigui.texts import say

PIXEL_M = 5.0
SCALE = 10_000
_ORIGIN = (468_200.0, 5_541_300.0)  # UTM 33N, upper left corner
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


def demo_scene(
    seed: int = 0,
    rows: int = 128,
    cols: int = 128,
    bands: int = 120,
    *,
    fields: str = "mixed",
    noise: float = 1.0,
    white: float = 0.0,
) -> DemoScene:
    """Simulates a scene; the same arguments give the same scene. `DemoSpec` tells what they mean.

    Raises:
        HsiError: there is no such land, a noise is below 0, or the scene is too small.
    """
    return simulate(DemoSpec(fields, noise, white, seed, rows, cols), bands)


def simulate(spec: DemoSpec, bands: int = 120) -> DemoScene:
    """Simulates a scene; the same scene each time."""
    stored, truth, info = _simulate(spec, bands)
    return DemoScene(Cube(ArraySource(stored), info, name=spec.name), truth, _classes())


def _classes() -> list[tuple[int, str, tuple[int, int, int]]]:
    return [(number, name, color) for number, (name, color, _) in enumerate(COVERS, start=1)]


def _simulate(spec: DemoSpec, bands: int) -> tuple[NDArray[np.int16], NDArray[np.uint16], CubeInfo]:
    rng = np.random.default_rng(spec.seed)
    nm = np.linspace(400.0, 2450.0, bands)
    land = KINDS[spec.fields](rng, spec.rows, spec.cols)
    share = shares(land.fine)
    reflectance = _mixed(rng, nm, share, land.fields)
    reflectance *= _light(rng, spec.rows, spec.cols)[:, :, None]
    reflectance *= 1 - 0.97 * _vapour(nm)
    reflectance += rng.standard_normal(reflectance.shape) * np.hypot(spec.noise * _noise(nm), spec.white)
    stored = np.clip(np.rint(reflectance * SCALE), -32_000, 32_000).astype(np.int16)
    truth = np.where(share.max(axis=2) >= _PURE, share.argmax(axis=2) + 1, 0).astype(np.uint16)
    return stored, truth, _info(nm, _notes(spec))


def _notes(spec: DemoSpec) -> tuple[str, ...]:
    land = {
        "mixed": say("its land is mixed: large fields, trial plots, a village with trees, a river, clay pits"),
        "wide": say("its land is a few large fields, a river, lakes, halls and clay pits"),
        "plots": say("its land is trial plots 4 to 8 pixels wide, with ponds, drying beds, sheds and farm roads"),
        "trees": say("its land is single trees, houses, gardens, ponds, hedges and narrow roads on meadows"),
        "farmland": say("its land is fields of all covers, a river, a village and a clay pit"),
    }
    notes = [say("This scene is simulated; {land}.", land=land[spec.fields])]
    if spec.noise != 1:
        notes.append(say("The noise of its sensor is {noise:g} times the usual.", noise=spec.noise))
    if spec.white:
        notes.append(say("Noise of {white:g} in reflectance is added to all bands.", white=spec.white))
    return tuple(notes)


def write_demo(
    folder: str | Path,
    seed: int = 0,
    rows: int = 128,
    cols: int = 128,
    *,
    fields: str = "mixed",
    noise: float = 1.0,
    white: float = 0.0,
) -> tuple[Path, Path]:
    """Writes a scene as ENVI (`demo-scene.hdr`, `.img`) and its ground truth as ENVI Classification
    (`demo-truth.hdr`, `.img`), under the same names whatever the scene. Returns both headers.

    Args:
        folder: made where it is missing.
        seed, rows, cols, fields, noise, white: as `DemoSpec` tells.

    Raises:
        HsiError: the folder cannot be written to, or there is no such scene.
    """
    folder, spec = Path(folder), DemoSpec(fields, noise, white, seed, rows, cols)
    stored, labels, info = _simulate(spec, 120)
    about = {
        "description": f"simulated scene {spec.name}",
        **layout_fields(stored, "bsq"),
        **scene_fields(info, stored.shape),
    }
    header, _ = write_pair(folder / "demo-scene.hdr", stored, about, "bsq")
    truth = labels.astype(np.uint8)[:, :, None]
    names = ["Unclassified", *(name for _, name, _ in _classes())]
    entries = {
        "description": f"ground truth of the simulated scene {spec.name}",
        **layout_fields(truth, "bsq", "ENVI Classification"),
        **geo_fields(info.geo, truth.shape),
        "classes": len(names),
        "class names": names,
        "class lookup": [0, 0, 0, *(value for _, _, color in _classes() for value in color)],
    }
    return header, write_pair(folder / "demo-truth.hdr", truth, entries)[0]


def _info(nm: Array, notes: tuple[str, ...]) -> CubeInfo:
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
        notes=notes,
    )


def _mixed(rng: np.random.Generator, nm: Array, share: Array, fields: NDArray[np.intp]) -> Array:
    """Linear mixture of the covers, each pixel with parameters of its own."""
    rows, cols, _ = share.shape
    reflectance = np.zeros((rows, cols, nm.size))
    draw = _parameter(rng, fields)
    for cover, (_, _, surface) in enumerate(COVERS):
        first, second = draw(), draw()
        here = share[:, :, cover] > 0
        spectra = surface(nm, first[here][:, None], second[here][:, None])
        reflectance[here] += share[here, cover][:, None] * spectra
    return _with_impurities(rng, nm, reflectance, share, draw)


def _parameter(rng: np.random.Generator, fields: NDArray[np.intp]) -> Callable[[], Array]:
    """A maker of maps of one parameter: part by field, part by patches inside it, part by pixel."""

    def draw() -> Array:
        by_field = rng.standard_normal(int(fields.max()) + 1)[fields]
        by_patch = smooth(rng, fields.shape, 2.5)
        by_pixel = rng.standard_normal(fields.shape)
        return 0.45 * by_field + 0.4 * by_patch + 0.8 * by_pixel

    return draw


def _with_impurities(
    rng: np.random.Generator, nm: Array, reflectance: Array, share: Array, draw: Callable[[], Array]
) -> Array:
    """Adds to every pixel some of what does not belong there: soil between plants, weed on soil and roads, shadow."""
    green = share[:, :, [NUMBERS[n] - 1 for n in ("Meadow", "Maize", "Woodland")]].sum(axis=2)
    wet = share[:, :, NUMBERS["Water"] - 1]
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
    return 1 + 0.10 * x - 0.06 * y + 0.05 * smooth(rng, (rows, cols), 9)


def _vapour(nm: Array) -> Array:
    """Opacity of the air by water vapour, 0..1."""
    return np.sum([rise(nm, low, 4.0) * (1 - rise(nm, high, 4.0)) for low, high in _WATER_VAPOUR], axis=0)


def _noise(nm: Array) -> Array:
    """Standard deviation of the sensor's noise in reflectance: more in the blue and towards 2450 nm, most where the
    air is opaque."""
    quiet = 0.0045 + 0.009 * np.exp(-(nm - 400) / 70) + 0.010 * rise(nm, 2380, 60)
    return quiet + 0.002 * dip(nm, 940, 20) + 0.03 * _vapour(nm)
