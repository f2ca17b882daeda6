"""What one map is, with all that is known of it: how it came to be, what it was made from, what it is measured on.

Window, commands and API make a `Result` and hand it to the same writers; none puts a record together by itself.
Loads neither torch nor scikit-learn.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.cube import Cube
from hsigui.cube.formats.arrays import AmbiguousArray
from hsigui.document.samples import Sample
from hsigui.errors import HsiError
from hsigui.finishing.finished_map import FinishedMap
from hsigui.labels.background import readings
from hsigui.labels.classes import ClassTable
from hsigui.labels.formats.files import ClassRaster, Grid, read_classes
from hsigui.pipeline.values import Filters, LabelPaths, Labels, Tested
from hsigui.specs import MapSpec, ProbeSpec
from hsigui.texts import say

if TYPE_CHECKING:
    import xarray

    from hsigui.analysis.nearest import Nearest
    from hsigui.finishing.step import Step
    from hsigui.methods.checkpoint import Encoder
    from hsigui.methods.probe import Probe
    from hsigui.pipeline.classify import ClassMap
    from hsigui.pipeline.features import Features
    from hsigui.pipeline.kept_probe import KeptProbe
    from hsigui.pipeline.matched import Matcher
    from hsigui.pipeline.provenance import Provenance
    from hsigui.pipeline.run_bands import Brought
    from hsigui.pipeline.split import SplitRecord
    from hsigui.report.metrics import Accuracy

CHANGED = say("then changed in the window")


@dataclass(frozen=True, eq=False)
class LabelOrigin:
    """Where the labels of a map come from, besides what they say of themselves.

    Attributes:
        files: that may hold the labels, or the record of their draw.
        sample: what the labels began with, where they were drawn from a truth.
        truth: that truth, rows x cols; None where there is none any more.
        buffer: the distance within which points and lines of the files label, where the user chose one.
    """

    files: tuple[Path, ...] = ()
    sample: Sample | None = None
    truth: NDArray[np.uint16] | None = None
    buffer: str = ""


@dataclass(frozen=True, eq=False, repr=False)
class Result:
    """A classification map with all that is known of it. All class numbers are those of `classes`.

    Attributes:
        cube: the scene, and `plain`, the same with the bands as its file has them.
        class_map: class, confidence and entropy of every pixel; the class probabilities where they were kept.
        classes: names and colours.
        labels: of this scene, that the map was made from; None for a map by the kept classifier of another, or by the
            spectra of a library.
        encoder, probe: that drew the map; of a map by spectra there is no encoder, and `probe` has the classes alone.
        nearest: what is nearest to each pixel, of a map by spectra; None for others.
        kept: that classifier, where one drew the map.
        spec: how it was drawn; `filters`, what was done with it since.
        valid: rows x cols, False where the scene has no data.
        features: of the scene; None where they were let go.
        probe_spec: which classifier; None for that of the encoder's recipe.
        test: what it is measured on, where that is known.
        seconds: of the steps after pretraining.
        run_folder: where the run is kept, None if nowhere.
        brought: how the scene was brought to the run; None where it is one of the run's own.
        notes: what else was assumed, one sentence each.
        finishing: the map after steps on the model's answer, whose classes `class_map` and `classes` then hold; None
            where there were none. `labels` and `test` stay in the classes of the model's answer.
    """

    cube: Cube
    class_map: ClassMap
    classes: ClassTable
    labels: Labels | None
    spec: MapSpec
    encoder: Encoder | None
    probe: Probe | Matcher
    valid: NDArray[np.bool_]
    features: Features | None = None
    probe_spec: ProbeSpec | None = None
    kept: KeptProbe | None = None
    filters: Filters = field(default_factory=Filters)
    test: Tested | None = None
    origin: LabelOrigin = field(default_factory=LabelOrigin)
    seconds: Mapping[str, float] = field(default_factory=dict)
    run_folder: Path | None = None
    plain: Cube | None = None
    brought: Brought | None = None
    notes: tuple[str, ...] = ()
    nearest: Nearest | None = None
    finishing: FinishedMap | None = None

    def __repr__(self) -> str:
        rows, cols = self.array.shape
        return f"Result({self.cube.name}: map of {rows} x {cols} pixels, {len(self.probe.numbers)} classes)"

    def _repr_html_(self) -> str:
        """How a notebook shows it: the map with its classes, and the figures that are known."""
        from hsigui.pipeline.cards import card_of_result

        return card_of_result(self)

    def to_xarray(self) -> xarray.Dataset:
        """The map as a dataset of xarray with names and colours of the classes and its place: `classes` (rows x cols,
        0: none), `confidence`, `entropy`, `margin`, and `probabilities` (rows x cols x class) where they were kept.

        Raises:
            HsiError: xarray is not installed.
        """
        from hsigui.pipeline.map_arrays import dataset_of_result

        return dataset_of_result(self)

    # The map

    @property
    def array(self) -> NDArray[np.uint16]:
        """Class numbers, rows x cols; 0 where the scene has no data."""
        return self.class_map.classes

    @property
    def confidence(self) -> NDArray[np.float32]:
        """Probability of the class of each pixel, rows x cols; NaN where the scene has no data."""
        return self.class_map.confidence

    @property
    def own_confidence(self) -> NDArray[np.float32] | None:
        """The confidence where it is that of the classes of `array`, rows x cols; None where filters or steps changed
        them, and of a map by spectra, whose likeness is no probability."""
        changed = self.filters.words or self.finishing is not None
        return None if changed or self.nearest is not None else self.confidence

    @property
    def entropy(self) -> NDArray[np.float32]:
        """How undecided each pixel is, rows x cols, 0 (sure) to 1; NaN likewise."""
        return self.class_map.entropy

    @property
    def probabilities(self) -> NDArray[np.float32] | None:
        """Rows x cols x classes, in the order of `names`; None unless they were asked for."""
        return self.class_map.probabilities

    @property
    def names(self) -> list[str]:
        """Of the classes that the map can hold, in the order of the probabilities."""
        table = self.before_steps.classes
        return [table.get(int(number)).name for number in self.probe.numbers]

    def finished(self, steps: Iterable[Step], check: Callable[[], None] = lambda: None) -> Result:
        """The same after steps on a copy of the map; itself without any. `check` may raise to stop.

        Raises:
            HsiError: a step does not fit the map.
        """
        from hsigui.finishing.step import finished

        before = self.finishing or FinishedMap(
            self.array, self.classes, self.own_confidence, self.cube.geo, self.valid
        )  # fmt: skip
        made = finished(before, steps, check)
        return self if made is before else self.with_finishing(made)

    @property
    def before_steps(self) -> Result:
        """The same with the model's answer; itself where no step was done."""
        made = self.finishing
        if made is None or made.answer is None or made.first is None:
            return self
        there = dataclasses.replace(self.class_map, classes=made.answer)
        return dataclasses.replace(self, class_map=there, classes=made.first, finishing=None)

    def with_finishing(self, made: FinishedMap) -> Result:
        """The same with the map after steps that were done on its answer."""
        there = dataclasses.replace(self.class_map, classes=made.classes)
        return dataclasses.replace(self, class_map=there, classes=made.table, finishing=made)

    def filtered(self, filters: Filters, check: Callable[[], None] = lambda: None) -> Result:
        """The same with filters gone over a copy of the map; itself without any. Of a finished map they are further
        steps. `check` may raise to stop."""
        if not filters.words:
            return self
        if self.finishing is not None:
            from hsigui.pipeline.finished_record import steps_of

            return self.finished(steps_of(filters), check)
        from hsigui.report.filters import filtered

        array = filtered(
            self.array, majority=filters.majority, sieve=filters.sieve, connectivity=filters.connectivity, check=check
        )
        return dataclasses.replace(self, class_map=dataclasses.replace(self.class_map, classes=array), filters=filters)

    # What it was made from

    @property
    def drawn_by(self) -> tuple[Encoder, Probe]:
        """The encoder and the classifier that drew the map.

        Raises:
            TypeError: it was made by spectra.
        """
        if self.encoder is None:
            raise TypeError("a map by spectra has no encoder")
        return self.encoder, cast("Probe", self.probe)

    @property
    def trained_on(self) -> NDArray[np.uint16]:
        """The labels of this scene that it was made from, rows x cols; none for a kept classifier of another."""
        return np.zeros_like(self.array) if self.labels is None else self.labels.array

    @cached_property
    def draw(self) -> SplitRecord | None:
        """How the labels were drawn; None where they were not, or where that is not known."""
        from hsigui.pipeline import split
        from hsigui.pipeline.provenance import raster_hash

        if self.origin.sample is not None:
            record, now = self.origin.sample.record, raster_hash(self.trained_on)
            if record.labels_sha256 == now:
                return record
            return dataclasses.replace(record, kind=f"{record.kind}; {CHANGED}", labels_sha256=now)
        if self.labels is not None and self.labels.drawn is not None:
            return self.labels.drawn
        found = (split.load(path, self.trained_on) for path in self.origin.files)
        return next((record for record in found if record is not None), None)

    @cached_property
    def drawn_truth(self) -> NDArray[np.uint16] | None:
        """The truth that the labels were drawn from, where they are still those drawn from it (rows x cols)."""
        from hsigui.pipeline.provenance import raster_hash

        sample, truth = self.origin.sample, self.origin.truth
        if sample is None or truth is None:
            return None
        unchanged = sample.record.labels_sha256 == raster_hash(self.trained_on)
        if not unchanged or sample.record.truth_sha256 != raster_hash(truth):
            return None
        return np.where(self.valid, truth, 0).astype(np.uint16)

    def label_files(self) -> LabelPaths:
        """The file that holds the labels of the map, where there is one. Reads the files that may."""
        from hsigui.pipeline.provenance import raster_hash

        if self.labels is not None and self.labels.path is not None:
            return _paths_of(self.labels.path, self.labels)
        grid = Grid(self.cube.rows, self.cube.cols, self.cube.geo)
        for path in self.origin.files:
            for held in _readings_of(path, grid, self.origin.buffer):
                if raster_hash(held.array) == raster_hash(self.trained_on):
                    return _paths_of(path, held)
        return LabelPaths()

    def record(self, files: LabelPaths | None = None, commands: tuple[str, ...] | None = None) -> Provenance:
        """How the map came to be.

        Args:
            files: the file that holds the labels of the map, where there is one, and how it is read.
            commands: command lines that repeat it; None for the one that trained the encoder alone.
        """
        from hsigui.pipeline.provenance import raster_hash

        record = with_filters(self._described, self.filters)
        if self.finishing is not None:
            from hsigui.pipeline.finished_record import with_finishing

            record = with_finishing(record, self.finishing)
        if files is not None and files.labels is not None:
            record = dataclasses.replace(
                record, labels=str(files.labels.resolve()), labels_variable=files.variable,
                labels_background=files.background, labels_buffer=files.buffer,
            )  # fmt: skip
        if self.labels is not None:
            record = dataclasses.replace(record, labels_sha256=raster_hash(self.labels.array))
        return record if commands is None else dataclasses.replace(record, commands=commands)

    @cached_property
    def _described(self) -> Provenance:
        """The record without the labels' file, filters and command lines. Reads the scene and hashes the weights."""
        from hsigui.pipeline import provenance

        if self.nearest is not None:
            from hsigui.pipeline.matched_record import describe_match

            return describe_match(self.cube, self.nearest, self.seconds)
        encoder, fitted = self.drawn_by
        probe = self.probe_spec or encoder.recipe.probe
        record = provenance.describe_run(self.cube, encoder, probe, self.spec, seconds=self.seconds, fitted=fitted)
        if told := self._told_of_bringing(record.hashes["cube"]):
            record = dataclasses.replace(record, settings={**record.settings, "Brought to the run": told})
        if self.kept is None:
            return record
        about = self.kept.about
        settings = {**record.settings, "Classifier": {"fitted on": str(about.get("scene", ""))}}
        if about.get("fingerprint") != record.hashes["cube"]:  # then no pixel of this scene was trained on
            return dataclasses.replace(record, settings=settings)
        return dataclasses.replace(
            record, settings=settings, labels=str(about["labels"]), labels_sha256=str(about["labels_sha256"]),
            labels_variable=str(about.get("labels_variable", "")),
            labels_background=str(about.get("labels_background", "")),
            labels_buffer=str(about.get("labels_buffer", "")),
        )  # fmt: skip

    def _told_of_bringing(self, identity: str) -> Mapping[str, str]:
        """How the scene, of this fingerprint, was brought to the run; empty for a scene of the run's own."""
        from hsigui.pipeline.run_bands import brought

        if self.brought is not None:
            return self.brought.told
        encoder = self.drawn_by[0]
        if identity in encoder.fingerprints:
            return {}
        try:
            how = brought(self.cube, encoder, identity)
        except HsiError as error:  # its wavelengths were edited since the map was made
            return {"bands": say("as they were before they were edited; now: {message}", message=error.message)}
        return {} if how is None else how.told

    # What it is measured on

    @cached_property
    def tested(self) -> NDArray[np.uint16]:
        """What the map is measured on, the pixels that it was made from included; 0 where the scene has no data. Rows x
        cols."""
        return np.where(self.valid, self._known, 0).astype(np.uint16)

    @cached_property
    def _known(self) -> NDArray[np.uint16]:
        """What it is measured on, in the classes of the map, without what a hand has painted. Rows x cols."""
        if self.test is None:
            return np.zeros_like(self.array)
        made, known = self.finishing, self.test.array.astype(np.uint16, copy=False)
        if made is None:
            return known
        known = made.in_these_classes(known)
        return known if made.painted is None else np.where(made.painted, np.uint16(0), known)

    @property
    def painted_tested(self) -> int:
        """How many pixels of what it is measured on are left out because a hand has painted them."""
        if self.test is None or self.finishing is None or self.finishing.painted is None:
            return 0
        return int(np.count_nonzero(self.test.array[self.finishing.painted & self.valid]))

    @property
    def train_pixels(self) -> NDArray[np.uint16]:
        """The labels that it was made from in the classes of the map, rows x cols; `trained_on` where no step made
        other classes."""
        made = self.finishing
        return self.trained_on if made is None else made.in_these_classes(self.trained_on)

    @property
    def test_pixels(self) -> NDArray[np.uint16]:
        """What the map is measured on without the pixels that it was made from. Rows x cols."""
        return np.where(self.trained_on > 0, 0, self.tested).astype(np.uint16)

    def measured(self) -> Accuracy | None:
        """How right the map is; None where there is nothing to measure it on."""
        from hsigui.pipeline.evaluate import evaluate

        if not self.test_pixels.any():
            return None
        return evaluate(self.array, self._known, self.classes, self.train_pixels, self.valid)

    @property
    def measured_on(self) -> str:
        """What it is measured on, in words."""
        return "nothing" if self.test is None else self.test.words


def with_filters(record: Provenance, filters: Filters) -> Provenance:
    """The record of a map that filters went over."""
    if not filters.words:
        return record
    settings = {**record.settings, "Map": {**record.settings.get("Map", {}), **filters.words}}
    return dataclasses.replace(record, settings=settings, confidence="", confidence_sha256="")


def _paths_of(path: Path, held: ClassRaster) -> LabelPaths:
    """A file of labels and how it is read."""
    return LabelPaths(
        labels=path, variable=held.variable, background=held.chosen_background, buffer=held.buffer
    )  # fmt: skip


def _readings_of(path: Path, grid: Grid, buffer: str = "", variable: str | None = None) -> Iterator[ClassRaster]:
    """The labels of a file as it most likely means them, then in the other ways that a user can choose, of one array,
    layer or field after the other where it holds several; none of a file that has moved."""
    try:
        first = read_classes(path, grid=grid, variable=variable)
        if buffer and first.thin:
            yield read_classes(path, grid=grid, variable=variable, buffer=buffer)
        yield first
        for background, _ in [] if first.background is None else list(readings(first.background))[1:]:
            yield read_classes(path, grid=grid, variable=variable, background=background)
    except AmbiguousArray as several:
        for one in several.candidates if variable is None else ():
            yield from _readings_of(path, grid, buffer, one.name)
    except HsiError:
        return
