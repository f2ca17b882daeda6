"""A scene in the bands of a run that was trained on several scenes, or went on from another run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hsigui.cube.common_bands import SAME, Bands, together
from hsigui.cube.cube import Cube

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder


def in_run_bands(cube: Cube, encoder: Encoder) -> Cube:
    """The cube as the run's encoder reads it: bands matched by wavelength, and resampled where their centres differ.

    The cube itself for a run whose bands are simply those of its one scene, and for one that it fits already.

    Raises:
        HsiError: it lacks bands that the encoder reads.
    """
    wanted = bands_of(encoder)
    return cube if not encoder.bands else together([cube], wanted).cubes[0]


def told_of_bands(cube: Cube, encoder: Encoder) -> str:
    """What is done to bring the cube to the run's bands, in a sentence; empty where nothing is.

    Raises:
        HsiError: it lacks bands that the encoder reads.
    """
    if not encoder.bands:
        return ""
    found = together([cube], bands_of(encoder))
    return "" if found.how == SAME else found.words


def bands_of(encoder: Encoder) -> Bands:
    """The bands that an encoder reads."""
    centres, shape = encoder.scene.get("wavelengths_nm", ()), encoder.scene.get("shape", (0, 0, 0))
    count = int(encoder.bands.get("count", shape[2]))
    return Bands(count, tuple(encoder.bands.get("wavelengths_nm", centres)), encoder.transform.good)
