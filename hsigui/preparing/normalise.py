"""Spectra without their brightness, and without their continuum: what shade and the lie of the land do to them.

Sources: length 1: Kruse et al. 1993, Remote Sensing of Environment 44:145-163, whose angle is between such spectra;
continuum removal: Clark & Roush 1984, Journal of Geophysical Research 89:6329-6340.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.continua import removed, rising
from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.preparing.by_spectrum import BySpectrum, require_good
from hsigui.preparing.made import info_of_values
from hsigui.texts import say

NORMS = {"l2": say("length 1"), "mean": say("mean 1")}


@dataclass(frozen=True)
class Normalise:
    """Each spectrum divided by its length, or by its mean, over the bands that are not marked bad and have data.

    Attributes:
        norm: "l2" or "mean".
    """

    norm: str = "l2"

    @property
    def told(self) -> str:
        return f"--normalise {self.norm}"

    def on(self, cube: Cube) -> Cube:
        """The cube of such spectra, float32; NaN where the length is 0, or the mean not above 0.

        Raises:
            HsiError: there is no such norm, or all bands are marked bad.
        """
        if self.norm not in NORMS:
            raise HsiError(
                say("“{norm}” is no way to normalise.", norm=self.norm),
                say("Take one of {norms}.", norms=", ".join(NORMS)),
            )
        good = require_good(cube)
        info = replace(info_of_values(cube.info), gaps_unknown=True)
        return cube.over(lambda _: BySpectrum(cube, lambda spectra: self._divided(spectra, good)), info)

    def _divided(self, spectra: NDArray[np.float32], good: NDArray[np.intp]) -> NDArray[np.float64]:
        """Pixels x bands."""
        values = np.ascontiguousarray(spectra[:, good], dtype=np.float64)
        known = np.isfinite(values)
        values[~known] = 0
        if self.norm == "l2":
            size = np.sqrt((values**2).sum(axis=1))
        else:
            size = values.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return np.asarray(spectra / np.where(size > 0, size, np.nan)[:, None])


@dataclass(frozen=True)
class Continuum:
    """Each spectrum divided by its upper hull over wavelength, of the bands that are not marked bad: 1 where it touches
    it. Bad bands have no value afterwards, and so has a pixel without data in one of the others."""

    @property
    def told(self) -> str:
        return "--continuum"

    def on(self, cube: Cube) -> Cube:
        """The cube without continua, float32; NaN where a hull is not positive.

        Raises:
            HsiError: wavelengths are not known, or fewer than three bands are good.
        """
        if cube.wavelengths is None:
            raise HsiError(
                say("{name} knows no wavelengths.", name=cube.name),
                say("A continuum lies over them: name the variable that holds them (--wavelengths)."),
            )
        waves = cube.wavelengths
        bands = np.array(rising(cube, float(waves.min()), float(waves.max())), dtype=np.intp)

        def change(spectra: NDArray[np.float32]) -> NDArray[np.float32]:
            out = np.full(spectra.shape, np.float32(np.nan))
            values = np.ascontiguousarray(spectra[:, bands])
            known = np.isfinite(values).all(axis=1)
            if known.any():
                out[np.ix_(known, bands)] = removed(waves[bands], values[known])
            return out

        info = replace(info_of_values(cube.info), gaps_unknown=True)
        return cube.over(lambda _: BySpectrum(cube, change), info)
