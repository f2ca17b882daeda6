"""What is known of a scene, as values: runs, maps, truth, references, spectra. Made elsewhere, kept in the Scene.

What only torch or `pipeline` can make is a Protocol here, with no more than what the rooms above read of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from hsigui.document.samples import Sample
from hsigui.labels.classes import Color
from hsigui.labels.label_map import TRAINING, VALIDATION
from hsigui.labels.sampling import Split
from hsigui.methods.calibration import Calibration
from hsigui.methods.level_figures import LevelFigures
from hsigui.report.metrics import Accuracy
from hsigui.report.reliability import Reliability
from hsigui.specs import MapSpec, PretrainSpec, Recipe
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.analysis.nearest import Nearest
    from hsigui.methods.probe import Refinement

__all__ = [
    "GROUND_TRUTH", "VALIDATION_LABELS", "Accuracy", "Box", "ClassMap", "Encoder", "Features", "LabelFile",
    "LabelLayer", "LevelFigures", "MapOfScene", "Probe", "Reference", "Run", "Sample", "Spectrum", "Split", "Truth",
]  # fmt: skip

Box = tuple[int, int, int, int]  # top, left, bottom, right; the last two exclusive
GROUND_TRUTH, VALIDATION_LABELS = "ground truth", "validation labels"  # kinds of reference


class Encoder(Protocol):
    """A trained network, as far as it is told of; see `methods.checkpoint.Encoder`."""

    @property
    def spec(self) -> PretrainSpec:
        """How it was asked for."""

    @property
    def scene(self) -> Mapping[str, object]:
        """What is kept of the scene that it was trained on."""

    @property
    def device_name(self) -> str:
        """Where it was trained, in words."""

    @property
    def seconds(self) -> float:
        """How long that took."""

    @property
    def losses(self) -> tuple[float, ...]:
        """The loss of every step."""

    @property
    def watched_by(self) -> Mapping[str, object]:
        """The labels that its training was watched by, and whether they "chose" which weights are kept."""


class Features(Protocol):
    """Feature vectors of every pixel; see `pipeline.features.Features`."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows x cols; False where the cube has no data."""

    @property
    def recipe(self) -> Recipe:
        """How they become a map unless the user says otherwise."""

    @property
    def key(self) -> str:
        """Of the scene and the encoder that they belong to."""


class Probe(Protocol):
    """A classifier on features; see `methods.probe.Probe`."""

    @property
    def numbers(self) -> NDArray[np.uint16]:
        """The class numbers that it tells apart. One a class."""

    @property
    def refinement(self) -> Refinement | None:
        """How its features were refined, where they come in several versions."""

    @property
    def calibration(self) -> Calibration | None:
        """How its probabilities were calibrated; None where nobody asked."""


class ClassMap(Protocol):
    """A classification map; see `pipeline.classify.ClassMap`. Each is rows x cols."""

    @property
    def classes(self) -> NDArray[np.uint16]:
        """Class numbers, 0 where the cube has no data. Rows x cols."""

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the class; NaN where the cube has no data. Rows x cols."""

    @property
    def entropy(self) -> NDArray[np.float32]:
        """Of the class probabilities, 0 to 1; NaN likewise. Rows x cols."""

    @property
    def margin(self) -> NDArray[np.float32]:
        """Probability of the class less that of the next best; NaN likewise. Rows x cols."""


def context_of(probe: Probe) -> Mapping[str, LevelFigures]:
    """What a classifier of several levels of context found of each, by name; empty for one of a single level."""
    return getattr(probe, "figures", {})


@dataclass(frozen=True)
class LabelFile:
    """A file that class numbers were read from, and how.

    Attributes:
        variable: the array, layer or field; empty where it holds one only.
        background: its numbers that mean no label, as they were chosen; empty for what the file itself says.
        buffer: distance within which points and lines label; empty for the pixels that they touch.
        remedy: how it was brought to the pixels of the scene, see `labels.place`; empty where it lay on them.
    """

    path: Path
    variable: str = ""
    background: str = ""
    buffer: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Truth:
    """Ground truth in the numbers of the label map's classes.

    Attributes:
        array: rows x cols, 0 for unknown.
        matched_by_user: the user said which of its classes is which.
        file: where it was read from; None where it is in none, or that is not known.
    """

    array: NDArray[np.uint16]
    name: str
    matched_by_user: bool = False
    file: LabelFile | None = None


@dataclass(frozen=True)
class Reference:
    """Class numbers that a map is measured on (0 for unknown), and where they come from. A view that may change.

    Attributes:
        array: rows x cols.
        kind: GROUND_TRUTH or VALIDATION_LABELS.
    """

    array: NDArray[np.uint16]
    name: str
    kind: str = GROUND_TRUTH


@dataclass(frozen=True)
class LabelLayer:
    """A layer of the label map: its number there, and what it is called."""

    number: int
    title: str


LABEL_LAYERS = (LabelLayer(TRAINING, "Labels"), LabelLayer(VALIDATION, say("Validation labels")))


@dataclass(frozen=True, eq=False)
class Run:
    """An encoder and what it made of the scene.

    Attributes:
        features: None for a run that is not in use: they are large, and a run folder has them.
        folder: where the run is kept, None if nowhere.
        seconds: that the features took.
        input_revision: of the scene, which the run was made from.
        without: sums of the masks that took pixels out of the scene that the features are of.
    """

    encoder: Encoder
    features: Features | None
    folder: Path | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    input_revision: int = 0
    without: frozenset[str] = frozenset()

    def out_of_use(self) -> Run:
        """The same without what takes up memory."""
        return replace(self, features=None)


@dataclass(frozen=True, eq=False)
class MapOfScene:
    """A map with all that it was made from.

    Attributes:
        trained_on: the labels that it was made from, rows x cols.
        spec: how it was drawn.
        sample: what those labels began with, where they were drawn from the ground truth.
        accuracy: None where there was nothing to measure it on.
        seconds: that probe and map took.
        measured_on: what its accuracy is measured on, in words.
        reliability: whether it is as often right as it says, on the same pixels; None where that is not known.
        nearest: of a map by spectra, what is nearest to each pixel; None for others.
    """

    probe: Probe
    class_map: ClassMap
    trained_on: NDArray[np.uint16]
    spec: MapSpec
    sample: Sample | None = None
    accuracy: Accuracy | None = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    measured_on: str = ""
    reliability: Reliability | None = None
    nearest: Nearest | None = None


@dataclass(frozen=True)
class Spectrum:
    """One curve over the bands of its scene.

    Attributes:
        values: one in every band; NaN where there is none.
        place: the pixel (row, col) that it is of, where it is of one.
        spread: standard deviation of what it is the mean of, one in every band; None for a single spectrum.
        group: the folder that it lies in; empty for none.
        shown: whether it is drawn, and its place marked.
        factor: what its values were multiplied by as they came, to be of the size of the scene's.
        note: where it is from, and what was done to it on the way; empty for a pixel.
    """

    label: str
    color: Color
    values: NDArray[np.float32]
    place: tuple[int, int] | None = None
    spread: NDArray[np.float32] | None = None
    group: str = ""
    shown: bool = True
    factor: float = 1.0
    note: str = ""

    @property
    def pixel(self) -> tuple[int, int] | None:
        """The pixel (row, col) whose own values these are, so that its place says all of it; None for a mean around a
        place, and where the values were multiplied."""
        return self.place if self.spread is None and self.factor == 1.0 else None

    def with_factor(self, factor: float) -> Spectrum:
        """The same with its values as they came multiplied by another factor."""
        by = np.float32(factor / self.factor)
        spread = None if self.spread is None else self.spread * by
        return replace(self, values=self.values * by, spread=spread, factor=factor)
