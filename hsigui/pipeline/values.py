"""What the verbs hand to each other: each value knows the scene, the encoder and the labels that it comes from.

Loads neither torch nor scikit-learn.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.labels.classes import ClassTable
from hsigui.labels.raster import ClassRaster, whole_numbers
from hsigui.texts import say

if TYPE_CHECKING:
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.probe import Probe
    from hsigui.pipeline.features import Features
    from hsigui.pipeline.kept_probe import KeptProbe
    from hsigui.pipeline.run_bands import Brought
    from hsigui.pipeline.split import SplitRecord
    from hsigui.specs import MapSpec, ProbeSpec


@dataclass(frozen=True, repr=False)
class Labels(ClassRaster):
    """Class numbers of the pixels of a scene (rows x cols uint16, 0 for unlabelled), with names, colours and origin.

    Attributes:
        path: the file that holds them; None where they are in none.
        drawn: how they were drawn from a ground truth, where they were and that is known.
    """

    path: Path | None = None
    drawn: SplitRecord | None = None

    def __repr__(self) -> str:
        rows, cols = self.array.shape
        return f"Labels({np.count_nonzero(self.array)} of {rows} x {cols} pixels, {len(self.classes)} classes)"

    @classmethod
    def of(cls, raster: ClassRaster | NDArray[np.integer], what: str = say("The array of labels")) -> Labels:
        """Labels of a raster, or of an array of class numbers (rows x cols, 0 for unlabelled) under default names.

        Raises:
            HsiError: the array has not two dimensions, or holds what is no class number.
        """
        if isinstance(raster, Labels):
            return raster
        if isinstance(raster, ClassRaster):
            return cls(**{f.name: getattr(raster, f.name) for f in dataclasses.fields(ClassRaster)})
        numbers = whole_numbers(np.asarray(raster), what)
        return cls(numbers, ClassTable.for_numbers(np.unique(numbers).tolist()))


@dataclass(frozen=True)
class LabelSplit:
    """Labels drawn from a ground truth: some pixels of each class to train on, the rest to test on; never one in both.

    Attributes:
        train, test: rows x cols each, in the classes of the ground truth.
        record: how they were drawn, with the hashes of the parts.
        gap: pixels in neither part between the closest training and test pixel; None where a part is empty.
    """

    train: Labels
    test: Labels
    record: SplitRecord
    gap: int | None = None


@dataclass(frozen=True, eq=False, repr=False)
class SceneFeatures:
    """The features of every pixel of a scene, with the scene and the encoder that they come from.

    Attributes:
        features: the vectors, their mean and deviation, and where each block of them stands.
        folder: the run folder that keeps them; None where they are in memory only.
        seconds: how long they took.
        brought: how the scene was brought to the run; None where it is one of the run's own.
    """

    cube: Cube
    encoder: Encoder
    features: Features
    folder: Path | None = None
    seconds: float = 0.0
    brought: Brought | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of maps made from them should know, one sentence each."""
        return () if self.brought is None else self.brought.words

    def __repr__(self) -> str:
        return f"SceneFeatures({self.cube.name}: {' x '.join(map(str, self.features.array.shape))})"

    @property
    def array(self) -> NDArray[np.float16]:
        """Rows x cols x features, float16; read into memory now where a folder keeps them (`features.array` reads only
        what it is indexed with)."""
        return np.asarray(self.features.array)

    @property
    def valid(self) -> NDArray[np.bool_]:
        """Rows x cols; False where the scene has no data."""
        return self.features.valid


@dataclass(frozen=True, eq=False, repr=False)
class Classifier:
    """A probe fitted to labels of a scene.

    Attributes:
        probe: gives class probabilities of standardised features.
        labels: that it was fitted to, with the names of the classes.
        spec: which classifier it is, and its settings.
        seconds: how long the fit took.
        map_spec: how the map is drawn that it was fitted and calibrated for; None where that is not known.
    """

    probe: Probe
    labels: Labels
    spec: ProbeSpec
    seconds: float = 0.0
    map_spec: MapSpec | None = None

    def __repr__(self) -> str:
        return f"Classifier({self.spec.classifier}, {len(self.probe.numbers)} classes)"


@dataclass(frozen=True, eq=False, repr=False)
class KeptClassifier:
    """The classifier that a run folder keeps, for other scenes: with the run's encoder and all that a scene needs to be
    seen as the training scene was."""

    encoder: Encoder
    kept: KeptProbe
    folder: Path

    def __repr__(self) -> str:
        return f"KeptClassifier({self.folder}, {len(self.kept.probe.numbers)} classes)"

    @property
    def classes(self) -> ClassTable:
        """Names and colours."""
        return self.kept.classes


@dataclass(frozen=True)
class DeviceKnown:
    """A partial result: the words for the device that a job runs on."""

    text: str


@dataclass(frozen=True)
class LabelPaths:
    """Files of the labels behind a map; None for what is in no file.

    Attributes:
        labels: what the map was made from.
        reference: what it was measured on.
        truth: what the labels were drawn from.
        variable: the array, layer or field of the labels, where their file holds several; else empty.
        background: the numbers of the labels' file that mean no label, as the user chose; else empty.
        buffer: the distance within which points and lines of that file label, as the user chose; else empty.
    """

    labels: Path | None = None
    reference: Path | None = None
    truth: Path | None = None
    variable: str = ""
    background: str = ""
    buffer: str = ""


@dataclass(frozen=True)
class Filters:
    """What is done with a copy of a map before it is written; 0 for nothing. See `report.filters.filtered`.

    Attributes:
        majority: side in pixels of the window of the majority filter, odd.
        sieve: groups of fewer pixels join their neighbours.
        connectivity: of those groups, 4 or 8.
    """

    majority: int = 0
    sieve: int = 0
    connectivity: int = 4

    @property
    def words(self) -> Mapping[str, int | str]:
        """For the record of a map; empty without a filter."""
        found: dict[str, int | str] = {}
        if self.majority:
            found["majority filter (pixels)"] = self.majority
        if self.sieve:
            found["sieve (pixels, connectivity)"] = f"{self.sieve}, {self.connectivity}"
        return found


@dataclass(frozen=True, eq=False)
class Tested:
    """What a map is measured on, in the numbers of its own classes.

    Attributes:
        array: class numbers, rows x cols, 0 for unknown; training pixels may be among them, they are left out.
        words: what it is ("ground truth gt.tif").
        is_truth: whether it is ground truth; else labels that somebody set aside.
        is_rest: whether it is what the draw of the training labels left for testing.
        matched_by_user: whether the user said which of its classes is which.
    """

    array: NDArray[np.uint16] = field(repr=False)
    words: str = ""
    is_truth: bool = True
    is_rest: bool = False
    matched_by_user: bool = False
