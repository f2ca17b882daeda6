"""Noise taken away by components: what the first ones do not hold of a spectrum is left out.

Sources: see `components`; the way there and back with minimum noise fractions: Green et al. 1988, and Amato, Cavalli,
Palombo, Pignatti & Santini 2009, IEEE Transactions on Geoscience and Remote Sensing 47:153-160.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.errors import HsiError
from hsigui.preparing.by_spectrum import BySpectrum, require_good, steadily
from hsigui.preparing.components import KINDS, Components, components_of, kept_of, require_kept, sampled_components
from hsigui.preparing.made import info_of_values
from hsigui.preparing.passes import Pass
from hsigui.texts import say, say_number


@dataclass(frozen=True)
class Denoise:
    """Spectra of the first components only. Bands that are marked bad stay as they are; a pixel without data in one of
    the others has none in any of them afterwards.

    Attributes:
        kind: "mnf" (minimum noise fraction) or "pca" (principal components).
        kept: how many components; None for as many as hold signal, see `Components.advised`, in a sample of the scene.
    """

    kind: str = "mnf"
    kept: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise HsiError(
                say("There are no components “{kind}”.", kind=self.kind),
                say("Take one of {kinds}.", kinds=", ".join(KINDS)),
            )

    @property
    def told(self) -> str:
        return f"--denoise {self.kind},{'auto' if self.kept is None else self.kept}"

    def settled(self, cube: Cube) -> Denoise:
        """The step with the number of components that a sample of the scene shows.

        Raises:
            HsiError: too few pixels have data, or neighbouring pixels do not differ.
        """
        return self if self.kept is not None else replace(self, kept=sampled_components(cube, self.kind).advised)

    def on(self, cube: Cube) -> Cube:
        """The cube without noise, float32. The scene is read once for its components, when a sample is first asked for.

        Raises:
            HsiError: there are not so many components, or all bands are marked bad.
        """
        kept = self.settled(cube).kept or 0
        good = require_good(cube)
        require_kept(kept, len(good))
        found = Pass(partial(components_of, cube, self.kind))
        change = _Change(found, kept, good)
        info = replace(info_of_values(cube.info), gaps_unknown=True)
        return cube.over(lambda _: BySpectrum(cube, change.of, (found,), partial(_told, found)), info)


def _told(found: Pass[Components]) -> tuple[str, ...]:
    """That pixels are lost for lack of a single band, as where a dead one is not marked bad."""
    components = found.found()
    if not components.incomplete:
        return ()
    return (
        say_number("1 pixel has no data in a band, most often band {band}, and so has none in any after --denoise. "
                   "Mark such bands bad first (--mark-bad proposed).",
                   "{count:,} pixels have no data in a band, most often band {band}, and so have none in any after "
                   "--denoise. Mark such bands bad first (--mark-bad proposed).",
                   components.incomplete, band=components.lacking + 1),
    )  # fmt: skip


class _Change:
    """Takes away what lies in the components that are not kept."""

    def __init__(self, found: Pass[Components], kept: int, bands: NDArray[np.intp]) -> None:
        self._found, self._kept, self._bands = found, kept, bands
        self._matrix: NDArray[np.float64] | None = None

    def of(self, spectra: NDArray[np.float32]) -> NDArray[np.float64]:
        """Pixels x bands."""
        components = self._found.found()
        if self._matrix is None:
            self._matrix = components.beyond(self._kept).T
        out = spectra.astype(np.float64)
        values = out[:, self._bands]
        noise = steadily(np.where(np.isfinite(values), values - components.mean, 0.0), self._matrix)
        known = np.isfinite(values).all(axis=1, keepdims=True)
        out[:, self._bands] = np.where(known, values - noise, np.nan)
        return out


def denoising_of(text: str) -> Denoise:
    """The step of a text such as "mnf,12" or "pca,auto".

    Raises:
        HsiError: it is none.
    """
    kind, _, count = text.partition(",")
    return Denoise(kind.strip(), kept_of(count or "auto"))
