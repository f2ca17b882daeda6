"""A cube as a run reads it: its bands and its values, and what is to be said of them. Whoever maps a cube by a run asks
here, with new labels or with the kept classifier.

Bands are matched by wavelength, else by number: of a run of one scene the nearest stand in, of a run of several they
are resampled as those of its scenes were. A band that the run reads and that is missing or marked bad is refused by
name. What the run does not read is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.band_matching import matched
from hsigui.cube.common_bands import SAME, Bands, together
from hsigui.cube.cube import Cube
from hsigui.cube.fingerprint import scene_fingerprint
from hsigui.cube.normalised import NORMALISED, Moments, moments_of, normalised
from hsigui.cube.transform import BandTransform
from hsigui.errors import HsiError
from hsigui.pipeline.other_values import told_of_values
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder

MEASURED = say(
    "Each band is brought to the mean and deviation of the run's scenes, by those that this scene has itself."
)


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
    found = in_bands(cube, encoder, identity, check)
    if identity in encoder.fingerprints:
        return found if found.bands else None
    return Brought(found.cube, found.bands, told_of_values(found.cube, (encoder.transform, *transforms), check))


def in_bands(
    cube: Cube, encoder: Encoder, identity: str = "", check: Callable[[], None] = lambda: None
) -> Brought:  # fmt: skip
    """As `brought`, without looking at its values, but for those by which it is normalised.

    Args:
        identity: fingerprint of the cube where it is known.
    """
    wanted = bands_of(encoder)
    if encoder.bands:
        found = together([cube], wanted)
        words = "" if found.how == SAME else found.words
        kept = normalisation_of(encoder)
        if kept is None:
            return Brought(found.cubes[0], words)
        seen, known = kept.of(found.cubes[0], wanted.used, identity or scene_fingerprint(cube), check)
        told = () if known else (MEASURED,)
        return Brought(seen, " ".join([*([words] if words else []), *told]))
    one = matched(
        cube, wanted.centres, wanted.count or cube.bands, wanted.used, encoder.scene.get("fwhm_nm", ())
    )  # fmt: skip
    return Brought(one.cube, one.words)


@dataclass(frozen=True)
class Normalisation:
    """How the scenes of a run are brought to one mean and deviation of every band.

    Attributes:
        wanted: what they are brought to.
        scenes: what those that it was trained on have themselves, by their fingerprints.
        seed: of the sample by which another scene is measured.
    """

    wanted: Moments
    scenes: Mapping[str, Moments]
    seed: int = 0

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        scenes = {identity: each.to_json() for identity, each in self.scenes.items()}
        return {"to": self.wanted.to_json(), "scenes": scenes, "seed": self.seed}

    def of(self, cube: Cube, used: NDArray[np.intp], identity: str, check: Callable[[], None]) -> tuple[Cube, bool]:
        """A scene in the run's bands as the run reads it, and whether its own moments were known. `used` is one number
        a band that matters.

        Raises:
            HsiError: it has hardly any valid pixel.
        """
        known = self.scenes.get(identity)
        own = moments_of(cube, used, self.seed, check) if known is None else known
        return normalised(cube, own, self.wanted, used), known is not None


def normalisation_of(encoder: Encoder) -> Normalisation | None:
    """How an encoder's scenes are brought to one mean and deviation; None where they are not.

    Raises:
        HsiError: what the run keeps of it is damaged.
    """
    kept = encoder.bands.get(NORMALISED)
    if kept is None:
        return None
    try:
        scenes = {str(identity): Moments.from_json(each) for identity, each in kept["scenes"].items()}
        found = Normalisation(Moments.from_json(kept["to"]), scenes, int(kept.get("seed", 0)))
        if any(len(each.mean) != len(encoder.transform.good) for each in (found.wanted, *scenes.values())):
            raise ValueError("of other bands")
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise HsiError(
            say("What the run keeps of the means of its scenes is damaged: {error}.", error=error),
            say("Write the run again."),
        ) from error
    return found


def bands_of(encoder: Encoder) -> Bands:
    """The bands that an encoder reads."""
    centres, shape = encoder.scene.get("wavelengths_nm", ()), encoder.scene.get("shape", (0, 0, 0))
    count = int(encoder.bands.get("count", shape[2]))
    return Bands(count, tuple(encoder.bands.get("wavelengths_nm", centres)), encoder.transform.good)
