"""Small scenes on which layers are computed, and calls that make them short."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from hsigui.analysis.layer import Layer, Target
from hsigui.analysis.making import make, recipe_of
from hsigui.cube.cube import ArraySource, Cube, CubeInfo
from hsigui.cube.formats.envi import write_cube
from hsigui.cube.open import open_cube
from hsigui.jobs import Context, quiet

WAVES = tuple(np.linspace(400, 2450, 42).tolist())


def spectra(rows: int = 30, cols: int = 25, bands: int = 42, seed: int = 0) -> np.ndarray:
    """Mixtures of four smooth spectra with noise of a different size in every band; rows x cols x bands float32."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, bands)
    pure = np.stack([0.3 + 0.2 * np.sin(k * np.pi * x + k) for k in range(1, 5)])
    smooth = rng.random((rows // 5 + 1, cols // 5 + 1, 4)).repeat(5, axis=0).repeat(5, axis=1)[:rows, :cols]
    shares = smooth / smooth.sum(axis=2, keepdims=True)
    noise = rng.normal(size=(rows, cols, bands)) * (0.002 + 0.004 * rng.random(bands))
    return (shares @ pure + noise).astype(np.float32)


def cube_of(values: np.ndarray, **info: object) -> Cube:
    known = {"wavelengths": tuple(np.linspace(400, 2450, values.shape[2]).tolist()), **info}
    return Cube(ArraySource(values), CubeInfo(**known), name="scene")


def derived(cube: Cube, kind: str, *targets: Target, ctx: Context | None = None, **parameters: object) -> Layer:
    return make(cube, recipe_of(kind, parameters, targets), ctx or quiet())


def same_scene(values: np.ndarray, folder: Path) -> dict[str, Cube]:
    """One scene in every way in which it can be stored: bad bands, no-data, scale and offset are to be undone."""
    found = {"memory": cube_of(values)}
    waves = found["memory"].info.wavelengths
    for interleave in ("bsq", "bil", "bip"):
        info = replace(found["memory"].info, scale=1.0)
        header, _ = write_cube(folder / f"{interleave}.img", values, info, interleave)
        found[interleave] = open_cube(header)
    more = np.insert(values * 4, 3, 7e6, axis=2)
    waves = (*waves[:3], 555.5, *waves[3:])
    bad = tuple(n == 3 for n in range(more.shape[2]))
    found["scaled, a bad band"] = cube_of(more, wavelengths=waves, bad_bands=bad, scale=4.0)
    found["offset"] = cube_of(values - np.float32(0.25), offset=0.25)
    return found


def same_up_to_sign(found: np.ndarray, wanted: np.ndarray) -> float:
    """How far arrays (... x measures) differ at most, in deviations of each measure, when each may be turned."""
    found, wanted = (np.asarray(a, dtype=float).reshape(-1, a.shape[-1]) for a in (found, wanted))
    turn = np.sign((found * wanted).sum(axis=0))
    return float((np.abs(found * turn - wanted).max(axis=0) / wanted.std(axis=0)).max())
