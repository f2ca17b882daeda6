"""What else of a scene is to come back when it is opened again: view, spectra, ground truth, run and map, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.references import Matching
from hsigui.cube.render import ViewState
from hsigui.document.derived import BANDS, DerivedView, KeptLayer
from hsigui.document.finished import NOTHING, KeptFinishing
from hsigui.document.open_libraries import LibraryPlace
from hsigui.document.overlays import Overlay
from hsigui.document.results import KeptResult
from hsigui.document.samples import Sample
from hsigui.document.scene_masks import SceneMask
from hsigui.document.values import MapOfScene, Spectrum, Truth
from hsigui.report.error_map import ALL, Confused
from hsigui.specs import MapSpec
from hsigui.texts import say

PARTS = {
    "view": say("the view"), "spectra": say("the spectra"), "truth": say("the ground truth"), "runs": say("the runs"),
    "map": say("the map"), "layers": say("the derived layers"), "results": say("the table of results"),
    "masks": say("the masks"),
    "finishing": say("the last hand at the map"),
}  # fmt: skip
LookedAt = tuple[float, float, float]  # row and column in the middle of the view, and logical pixels a scene pixel


@dataclass(frozen=True)
class RunPlace:
    """Where a run is kept.

    Attributes:
        in_use: its features and map are shown.
        seconds: that its features took.
        sha256: of its run.json as it was; empty where that is not known.
    """

    folder: Path
    in_use: bool = False
    seconds: Mapping[str, float] = field(default_factory=dict, hash=False)
    sha256: str = ""


@dataclass(frozen=True, eq=False)
class MapMaking:
    """How a map was made, so that it can be made again.

    Attributes:
        trained_on: the labels that it was made from, rows x cols uint16.
        seconds: that probe and map took.
        classes: the map itself, rows x cols uint16; None where only its sum is known.
        sha256: of its class numbers as little-endian uint16; empty where `classes` tells it.
        matching: how it was made by spectra, without a run; None for others.
        numbers: of the classes of the matching, in the order of its names; they may be called otherwise meanwhile.
    """

    trained_on: NDArray[np.uint16]
    spec: MapSpec
    sample: Sample | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    measured_on: str = ""
    classes: NDArray[np.uint16] | None = None
    sha256: str = ""
    matching: Matching | None = None
    numbers: tuple[int, ...] = ()

    @classmethod
    def of(cls, made: MapOfScene) -> MapMaking:
        """How a map of a scene was made."""
        classes = made.class_map.classes
        found = cls(made.trained_on, made.spec, made.sample, made.seconds, made.measured_on, classes)
        if made.nearest is None:
            return found
        return replace(found, matching=made.nearest.matching, numbers=tuple(made.probe.numbers.tolist()))


@dataclass(frozen=True, eq=False)
class SceneState:
    """What else of a scene is to come back. None, or nothing, where there is none.

    Attributes:
        looked_at: where one looks; None for the whole scene.
        samples: drawn from the ground truth, each with the step of the history from which on it is in force.
        map_spec: how the user wants maps drawn; None for as the recipe of the run says.
        derived: derived layers by their recipes, and which of them are shown in place of bands.
        lost: parts that could not be understood, by name: another version of the program wrote them.
        overlays: what lies over the composite, from the lowest to the highest.
        libraries: spectral libraries in use, by their paths.
        results: maps that are kept beside the one that is shown, and notes of trainings.
        errors_meant: which errors of the map are looked at.
        masks: pixels that are masked out for some use.
        finishing: steps that are done over its maps, and what a hand has painted over them.
    """

    view: ViewState | None = None
    looked_at: LookedAt | None = None
    spectra: tuple[Spectrum, ...] = ()
    truth: Truth | None = None
    samples: tuple[tuple[int, Sample | None], ...] = ()
    runs: tuple[RunPlace, ...] = ()
    map_spec: MapSpec | None = None
    map: MapMaking | None = None
    derived: tuple[KeptLayer, ...] = ()
    derived_view: DerivedView = BANDS
    lost: tuple[str, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    libraries: tuple[LibraryPlace, ...] = ()
    results: tuple[KeptResult, ...] = ()
    errors_meant: Confused = ALL
    masks: tuple[SceneMask, ...] = ()
    finishing: KeptFinishing = NOTHING

    @property
    def lost_in_words(self) -> str:
        """The parts that could not be understood, such as "the view, the map"; empty for none."""
        return say(", ").join(PARTS[part] for part in self.lost)

    def same_as(self, other: SceneState) -> bool:
        """Whether nothing has changed; arrays are compared by what they are, not by what they hold."""
        return all(_same(getattr(self, spec.name), getattr(other, spec.name)) for spec in fields(self))


def _same(one: object, other: object) -> bool:
    if isinstance(one, MapMaking) and isinstance(other, MapMaking):
        how = one.spec == other.spec and one.matching is other.matching
        return one.trained_on is other.trained_on and one.classes is other.classes and how
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, Spectrum | Truth | Sample):  # they hold arrays
        return one is other
    return one == other
