"""A cube at the bands of another sensor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.responses import Responses
from hsigui.errors import HsiError
from hsigui.preparing.made import info_of_values
from hsigui.texts import say


@dataclass(frozen=True, eq=False)
class Like:
    """The cube as another sensor would see it, by responses or widths of its bands: see `cube.resampling`. Bands that
    are marked bad are not looked at; a band of the sensor has no value where the cube's reach it not.

    Attributes:
        sensor: its bands.
        named: how it was asked for; empty for its name.
    """

    sensor: Responses
    named: str = ""

    @property
    def told(self) -> str:
        return f'--like "{self.named or self.sensor.name}"'

    def on(self, cube: Cube) -> Cube:
        """The cube at the other bands; its samples are values, float32. Bands out of reach are marked bad.

        Raises:
            HsiError: the cube knows no wavelengths, or no band of the sensor is within its reach.
        """
        waves = cube.wavelengths
        if waves is None:
            raise HsiError(
                say("{name} knows no wavelengths.", name=cube.name), say("Add them to its header, or import them.")
            )
        good = cube.good_bands
        weights = _weights(self.sensor, waves[good], np.ones(len(good), dtype=bool))
        out_of_reach = np.asarray(np.isnan(weights).all(axis=0))
        if out_of_reach.all():
            raise HsiError(
                say("{sensor} has no band within the wavelengths of {name}.", sensor=self.sensor.name, name=cube.name),
                say("Are the units of the wavelengths right, and are the same parts of the spectrum seen?"),
            )
        info = replace(
            info_of_values(cube.info), wavelengths=tuple(self.sensor.centres.tolist()), fwhm=tuple(self.sensor.widths),
            wavelength_units="nm", units_guessed=False, band_names=(), left_out=(), taken_in=(), default_bands=(),
            bad_bands=tuple(out_of_reach.tolist()) if out_of_reach.any() else (), costly_band=None,
            empty_bands=tuple(np.flatnonzero(out_of_reach).tolist()),
        )  # fmt: skip
        return cube.over(lambda _: LikeSource(cube, self.sensor, weights), info)


@dataclass(frozen=True, eq=False)
class LikeSource:
    """Values of a cube at the bands of another sensor.

    Attributes:
        whole: what its good bands count for each band of the sensor where all have a value, as in most pixels;
            bands x bands of the sensor.
    """

    cube: Cube
    sensor: Responses
    whole: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.cube.rows, self.cube.cols, len(self.sensor.centres)

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(np.float32)

    def read(self, rows: slice, cols: slice, bands: slice | Sequence[int]) -> NDArray[Any]:
        """Values of a window, rows x cols x bands; NaN where the sensor's band has no value."""
        good, waves = self.cube.good_bands, self.cube.wavelengths
        assert waves is not None
        picked = bands if isinstance(bands, slice) else list(bands)
        window = self.cube.read(rows, cols, good.tolist())
        spectra = window.reshape(-1, len(good))
        made = np.full((len(spectra), len(np.arange(self.shape[2])[picked])), np.nan, dtype=np.float32)
        known = np.isfinite(spectra)
        # Spectra that lack the same bands are made by the same weights.
        marks, which = np.unique(np.packbits(known, axis=1), axis=0, return_inverse=True)
        for group in range(len(marks)):
            pixels = np.flatnonzero(which.ravel() == group)
            has = known[pixels[0]]
            if has.any():
                weights = self.whole if has.all() else _weights(self.sensor, waves[good], has)
                made[pixels] = spectra[np.ix_(pixels, np.flatnonzero(has))] @ weights[:, picked]
        return made.reshape(*window.shape[:2], -1)


def _weights(sensor: Responses, waves: NDArray[np.float64], has: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What each band that has a value counts for each band of a sensor, bands x bands of the sensor; a column of NaN
    where the sensor's band has no value. A sensor sees mixtures of spectra as the mixtures of what it sees of each: so
    it is asked for spectra that are 1 in one band."""
    unit = np.where(has[None, :], np.eye(len(has)), np.nan)[has]
    return sensor.of(unit, waves)
