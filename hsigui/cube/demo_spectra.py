"""Reflectance of land covers from formulas, for the simulated scene.

Shapes follow what the spectroscopy of surfaces knows: chlorophyll absorbs around 450 and 670 nm and leaves a green
peak at 550 nm and a red edge near 715 nm; liquid water absorbs at 970, 1190, 1450 and 1940 nm; iron oxide below 550 nm
and around 870 nm; hydroxyl of clay at 1400 and 2200 nm; hydrocarbons at 2310 nm. The numbers are set by hand to look
like library spectra; they are no measurements.

Every function takes wavelengths in nm (bands long) and parameters as columns (pixels x 1), and returns reflectance,
pixels x bands, mostly within 0..1. A parameter of 0 is the typical surface, 1 about one standard deviation from it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Surface = Callable[[Array, Array, Array], Array]


@dataclass(frozen=True)
class Plant:
    """What tells one kind of vegetation from another.

    Attributes:
        chlorophyll: depth of the absorption in blue and red.
        edge: position of the red edge, nm.
        infrared: reflectance of the plateau beyond the edge.
        water: depth of the absorption by leaf water.
        dry: share of dry matter, which absorbs around 2100 nm and lifts the red.
    """

    chlorophyll: float
    edge: float
    infrared: float
    water: float
    dry: float


def dip(nm: Array, center: float, width: float) -> Array:
    """A Gaussian of height 1."""
    return np.exp(-0.5 * ((nm - center) / width) ** 2)


def rise(nm: Array, center: float | Array, width: float) -> Array:
    """A smooth step from 0 to 1."""
    return 1.0 / (1.0 + np.exp(-(nm - center) / width))


def liquid_water(nm: Array) -> Array:
    """Absorption of liquid water in leaves and soils, relative to that at 1450 nm."""
    return (
        0.07 * dip(nm, 970, 28)
        + 0.17 * dip(nm, 1190, 45)
        + dip(nm, 1450, 60)
        + 1.7 * dip(nm, 1940, 75)
        + 0.35 * rise(nm, 1320, 30)
        + 1.6 * rise(nm, 2560, 90)
    )


def vegetation(plant: Plant) -> Surface:
    """A canopy; first parameter vigour (chlorophyll and red edge), second leaf water."""

    def surface(nm: Array, vigour: Array, moisture: Array) -> Array:
        chlorophyll = plant.chlorophyll * np.exp(0.12 * vigour)
        visible = 0.13 + 0.04 * plant.dry + 0.05 * dip(nm, 555, 32)
        visible = visible * np.exp(-chlorophyll * (dip(nm, 450, 55) + 0.9 * dip(nm, 670, 34) + 0.25))
        edge = rise(nm, plant.edge + 2.5 * vigour, 13.0)
        water = plant.water * np.exp(0.14 * moisture)
        leaf = plant.infrared * (1 + 0.06 * vigour) * np.exp(-water * liquid_water(nm))
        leaf = leaf * (1 - plant.dry * 0.25 * dip(nm, 2100, 70)) * (1 + 0.06 * dip(nm, 1080, 90))
        return visible * (1 - edge) + leaf * edge

    return surface


def open_water(nm: Array, turbidity: Array, depth: Array) -> Array:
    """Water; first parameter suspended matter, second depth (a little)."""
    blue = 0.045 * np.exp(-(((nm - 480) / 130) ** 2)) * (1 - 0.08 * depth)
    sediment = 0.030 * np.exp(0.35 * turbidity) * dip(nm, 590, 75) + 0.010 * np.exp(0.35 * turbidity) * dip(nm, 810, 30)
    return 0.006 + blue + sediment


def soil(bright: float, humus: float, iron: float, clay: float) -> Surface:
    """Bare soil; first parameter colour (iron and humus), second moisture, which darkens it."""

    def surface(nm: Array, tint: Array, moisture: Array) -> Array:
        curve = 1 - np.exp(-(nm - 330) / (420 + 500 * humus))
        shape = bright * (0.18 + 0.82 * curve) * (1 - iron * (1 + 0.2 * tint) * 0.9 * dip(nm, 480, 70))
        shape = shape * (1 - 0.4 * iron * dip(nm, 870, 75))
        shape = shape * (1 - clay * dip(nm, 2205, 26) - 0.4 * clay * dip(nm, 1410, 30))
        return shape * np.exp(-(0.16 + 0.07 * moisture) * (0.6 + liquid_water(nm))) * (1 + 0.05 * tint)

    return surface


def roof_tile(nm: Array, age: Array, lichen: Array) -> Array:
    """Fired clay; first parameter age (darker), second lichen (a trace of chlorophyll)."""
    tile = 0.06 + 0.30 * rise(nm, 585, 22) + 0.06 * rise(nm, 1000, 140)
    tile = tile * (1 - 0.16 * dip(nm, 870, 80)) * (1 - 0.05 * dip(nm, 2200, 40)) * (1 - 0.10 * rise(nm, 2250, 80))
    return tile * np.exp(-0.09 * age) * (1 - (0.05 + 0.03 * lichen) * dip(nm, 672, 22))


def asphalt(nm: Array, wear: Array, dust: Array) -> Array:
    """Road; first parameter wear (brighter), second mineral dust."""
    road = 0.085 + 0.075 * (1 - np.exp(-(nm - 380) / 900))
    road = road * np.exp(0.13 * wear) + 0.012 * dust * rise(nm, 560, 60)
    return road * (1 - 0.07 * dip(nm, 2310, 30)) * (1 - 0.04 * dip(nm, 1730, 25))


def clay_pit(nm: Array, iron: Array, moisture: Array) -> Array:
    """Kaolinite with the doublet near 2200 nm; first parameter iron stain, second moisture."""
    bright = 0.24 + 0.22 * rise(nm, 560, 55) + 0.07 * rise(nm, 1050, 170)
    bright = bright * (1 - (0.10 + 0.04 * iron) * dip(nm, 490, 70)) * (1 - 0.06 * dip(nm, 900, 80))
    hydroxyl = 0.20 * dip(nm, 1400, 24) + 0.17 * dip(nm, 2165, 18) + 0.30 * dip(nm, 2207, 20)
    return bright * (1 - hydroxyl) * np.exp(-(0.10 + 0.04 * moisture) * (0.5 + liquid_water(nm)))


MEADOW = Plant(chlorophyll=1.15, edge=711, infrared=0.43, water=0.65, dry=0.35)
MAIZE = Plant(chlorophyll=1.50, edge=717, infrared=0.49, water=0.85, dry=0.15)
WOOD = Plant(chlorophyll=2.00, edge=722, infrared=0.38, water=0.98, dry=0.25)

# In the order of the class numbers from 1: name, colour, surface.
COVERS: tuple[tuple[str, tuple[int, int, int], Surface], ...] = (
    ("Meadow", (136, 204, 68), vegetation(MEADOW)),
    ("Maize", (240, 208, 48), vegetation(MAIZE)),
    ("Woodland", (24, 112, 56), vegetation(WOOD)),
    ("Water", (64, 136, 216), open_water),
    ("Loam", (200, 150, 90), soil(bright=0.42, humus=0.25, iron=0.35, clay=0.10)),
    ("Humus soil", (104, 72, 48), soil(bright=0.30, humus=0.75, iron=0.15, clay=0.05)),
    ("Roof tile", (213, 70, 40), roof_tile),
    ("Asphalt", (120, 120, 128), asphalt),
    ("Kaolinite", (238, 214, 232), clay_pit),
)
NUMBERS: Mapping[str, int] = {name: number for number, (name, _, _) in enumerate(COVERS, start=1)}
