"""A cube as a run reads it: its bands and its values, and what is to be said of them. Whoever maps a cube by a run asks
here, with new labels or with the kept classifier.

Bands are matched by wavelength, else by number: of a run of one scene the nearest stand in, of a run of several they
are resampled as those of its scenes were. A band that the run reads and that is missing or marked bad is refused by
name. What the run does not read is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hsigui.cube.band_matching import matched
from hsigui.cube.common_bands import SAME, Bands, together
from hsigui.cube.cube import Cube
from hsigui.cube.transform import BandTransform
from hsigui.pipeline.other_values import told_of_values

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


@dataclass(frozen=True)
class Brought:
    """A cube in the bands of a run.

    Attributes:
        cube: as the run reads it; the cube itself where it has those bands and no others.
        bands: what was done with its bands, in words; empty where nothing was.
        values: by how much its values lie outside of what the run saw; empty where they do not, or were not looked at.
    """

    cube: Cube
    bands: str = ""
    values: str = ""

    @property
    def told(self) -> Mapping[str, str]:
        """The same for the record of a map; without what is empty."""
        return {name: said for name, said in (("bands", self.bands), ("values", self.values)) if said}

    @property
    def words(self) -> tuple[str, ...]:
        """All that is to be said, one entry each."""
        return tuple(self.told.values())


def brought(
    cube: Cube,
    encoder: Encoder,
    identity: str,
    transforms: Sequence[BandTransform] = (),
    check: Callable[[], None] = lambda: None,
) -> Brought | None:
    """The cube as the run reads it, with what is to be said of it; None for a scene of the run with which nothing is
    done.

    Args:
        identity: fingerprint of the cube; the values of scenes that the run has seen are not looked at.
        transforms: of a kept classifier, beside the encoder's.

    Raises:
        HsiError: it lacks bands that the run reads.
    """
    found = in_bands(cube, encoder)
    if identity in encoder.fingerprints:
        return found if found.bands else None
    return Brought(found.cube, found.bands, told_of_values(found.cube, (encoder.transform, *transforms), check))


def in_bands(cube: Cube, encoder: Encoder) -> Brought:
    """As `brought`, without looking at its values."""
    wanted = bands_of(encoder)
    if encoder.bands:
        found = together([cube], wanted)
        return Brought(found.cubes[0], "" if found.how == SAME else found.words)
    one = matched(
        cube, wanted.centres, wanted.count or cube.bands, wanted.used, encoder.scene.get("fwhm_nm", ())
    )  # fmt: skip
    return Brought(one.cube, one.words)


def bands_of(encoder: Encoder) -> Bands:
    """The bands that an encoder reads."""
    centres, shape = encoder.scene.get("wavelengths_nm", ()), encoder.scene.get("shape", (0, 0, 0))
    count = int(encoder.bands.get("count", shape[2]))
    return Bands(count, tuple(encoder.bands.get("wavelengths_nm", centres)), encoder.transform.good)
