"""The Scene: all that is known of one open scene, and the only thing that changes. Knows no widget and no thread.

Whoever changes it calls its methods; everybody else subscribes to its events by their type.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.nearest import Nearest
from hsigui.cube.cube import Cube, CubeInfo
from hsigui.cube.masked import left_out
from hsigui.cube.render import ViewState
from hsigui.document import identity
from hsigui.document.course import TrainingCurves
from hsigui.document.derived import DerivedLayers
from hsigui.document.events import (
    AccuracyChanged,
    BandsChanged,
    CourseChanged,
    EncoderChanged,
    ErrorsChosen,
    MapChanged,
    MapSpecChanged,
    NotesChanged,
    OverlaysChanged,
    ResultsChanged,
    ViewChanged,
)
from hsigui.document.identity import Origin
from hsigui.document.open_libraries import LibraryPlace
from hsigui.document.overlays import Overlay
from hsigui.document.paint_target import MAP as MAP_TARGET
from hsigui.document.results import KeptResults, result_of
from hsigui.document.samples import Sample
from hsigui.document.scene_painting import ScenePainting
from hsigui.document.scene_state import MapMaking, RunPlace
from hsigui.document.shelf import Shelf
from hsigui.document.values import Accuracy, ClassMap, Encoder, Features, MapOfScene, Probe, Run, Spectrum
from hsigui.finishing.finished_map import FinishedMap
from hsigui.masks.using import MAP, PRETRAIN, STATISTICS
from hsigui.report.error_map import ALL, Confused
from hsigui.report.reliability import Reliability
from hsigui.specs import MapSpec
from hsigui.texts import say

PLAIN_MAP = MapSpec(edges=0.0)  # how maps are drawn before there is a run whose recipe says so
_ids = itertools.count(1)


class Scene(ScenePainting):
    """One open scene.

    Args:
        view: which bands are shown and how they are stretched.
        plain: the same scene with wavelengths and bad bands as its file has them; the cube itself when not given.

    Attributes:
        id: no other scene of this program has it.
        cube, plain: the scene as it is used, and as its file has it.
        input_revision: grows with each change of the bands in use, scale, no-data or mask.
        views: which bands are shown and how they are stretched.
        runs: encoders of this scene; only that of the run in use has its features in memory.
        maps: the map that is shown is the current one.
        chosen_map_spec: how the user wants its maps drawn; None for as the recipe of the run says.
        spectra: those that were kept.
        derived: layers that were computed of it.
        run_places: where runs of an earlier day are kept, whether they are open or not.
        map_to_make: a map of an earlier day that is made again with the next one, and is shown then in its place.
        course: how its last training goes or went; None before the first.
        overlays: what lies over its composite, from the lowest to the highest; empty for as at first.
        libraries: the spectral libraries that it is worked on with.
        results: maps that are kept beside the one that is shown, and notes of trainings.
        errors_meant: which errors of its map are looked at; classes that no map of it has mean none.
    """

    def __init__(self, cube: Cube, view: ViewState, plain: Cube | None = None) -> None:
        super().__init__(cube.rows, cube.cols)
        self.id = next(_ids)
        self.cube, self.plain = cube, plain or cube
        self.input_revision = 0
        self.views = Shelf(view)
        self.runs: Shelf[Run] = Shelf()
        self.maps: Shelf[MapOfScene] = Shelf()
        self.chosen_map_spec: MapSpec | None = None
        self.spectra: tuple[Spectrum, ...] = ()
        self.derived = DerivedLayers(self.events)
        self.run_places: tuple[RunPlace, ...] = ()
        self.map_to_make: MapMaking | None = None
        self.course: TrainingCurves | None = None
        self.overlays: tuple[Overlay, ...] = ()
        self.libraries: tuple[LibraryPlace, ...] = ()
        self.results = KeptResults(self.events)
        self.errors_meant: Confused = ALL
        self._input_identity: tuple[Cube, str] | None = None

    # Which scene this is

    @property
    def origin(self) -> Origin:
        """What a job that starts now is made from."""
        return Origin(self.id, self.input_revision)

    @cached_property
    def file_identity(self) -> str:
        """Which file this is; reads some samples at the first call. See `identity.file_identity`."""
        return identity.file_identity(self.plain)

    @property
    def input_identity(self) -> str:
        """Which input of learning this is; reads the scene when its bands have changed. See `identity`."""
        cube = self.cube
        if self._input_identity is None or self._input_identity[0] is not cube:
            self._input_identity = cube, identity.input_identity(cube)
        return self._input_identity[1]

    # Without the pixels that are masked out

    @property
    def learned_cube(self) -> Cube:
        """The scene as pretraining sees it."""
        return self.masks.seen(self.cube, PRETRAIN)

    @property
    def mapped_cube(self) -> Cube:
        """The scene as its map sees it."""
        return self.masks.seen(self.cube, MAP)

    @property
    def counted_cube(self) -> Cube:
        """The scene as statistics and layers see it."""
        return self.masks.seen(self.cube, STATISTICS)

    # Its bands and its view

    @property
    def view(self) -> ViewState:
        """Which bands are shown and how they are stretched."""
        view = self.views.current
        if view is None:
            raise AssertionError("a scene has a view from its first day")
        return view

    def set_view(self, view: ViewState) -> None:
        before = self.view
        self.derived.bands_chosen(before, view)
        if view != before:
            self.views.put(view)
            self.events.emit(ViewChanged(before, view))

    def set_overlays(self, overlays: tuple[Overlay, ...]) -> None:
        """Takes what lies over the composite, from the lowest to the highest."""
        if overlays != self.overlays:
            self.overlays = overlays
            self.events.emit(OverlaysChanged())

    def choose_errors(self, meant: Confused) -> None:
        """Takes which errors of its map are looked at."""
        if meant != self.errors_meant:
            self.errors_meant = meant
            self.events.emit(ErrorsChosen())

    def replace_cube(self, cube: Cube, *, plain: Cube | None = None, new_input: bool) -> None:
        """Takes the same scene with other bands, or read again; labels and ground truth stay.

        Args:
            new_input: whether bands in use, scale, no-data, mask or samples are others: features and map are of the
                scene before then, and so of no use any more.
        """
        if plain is not None:
            self.plain = plain
            self.__dict__.pop("file_identity", None)
        self.cube = cube
        self.input_revision += new_input
        self.events.emit(BandsChanged(new_input, read_again=plain is not None))
        if new_input:
            self.map_to_make = None
        if new_input and self.run is not None:
            self.keep_map()
            self.runs.keep([run.out_of_use() for run in self.runs], None)
            self._forget_map()
            self._tell_results()

    def note_gaps(self, found: CubeInfo) -> None:
        """Takes what no-data costs with the bands in use, which is found out after opening: no sample and no identity
        is another for that.

        Args:
            found: what is known of the scene then, as `cube.nodata.costs_told` has it.
        """
        self.cube.info = found
        self.events.emit(NotesChanged())

    # Runs and maps

    @property
    def run(self) -> Run | None:
        """The run in use."""
        return self.runs.current

    @property
    def map(self) -> MapOfScene | None:
        """The map that is shown."""
        return self.maps.current

    @property
    def map_valid(self) -> NDArray[np.bool_] | None:
        """Where the scene of the map that is shown has data, rows x cols; None where that is not known."""
        if self.map is not None and self.map.nearest is not None:
            return self.map.nearest.valid
        return None if self.features is None else self.features.valid

    @property
    def finished(self) -> FinishedMap | None:
        """The map after the steps over it, with what a hand has painted; None without any. Kept apart from `map`, the
        model's answer, and a while behind it: the steps are done in a worker."""
        return self.finishing.finished

    @property
    def shows_finished(self) -> bool:
        """Whether the finished map is shown in place of the model's answer."""
        return self.finishing.shown and self.finishing.computed is not None

    @property
    def features_fit(self) -> bool:
        """Whether the features in use, where there are any, are those of the pixels that the map sees now."""
        return self.run is None or self.run.features is None or self.run.without == left_out(self.mapped_cube)

    @property
    def features(self) -> Features | None:
        """Of the run in use."""
        return None if self.run is None else self.run.features

    @property
    def map_spec(self) -> MapSpec:
        """How its next map is drawn: as the user chose for this scene, else as the recipe of the run in use says."""
        if self.chosen_map_spec is not None:
            return self.chosen_map_spec
        return PLAIN_MAP if self.features is None else self.features.recipe.map

    def choose_map_spec(self, spec: MapSpec | None) -> None:
        """Takes how the user wants the maps of this scene drawn; None for as the recipe of the run says."""
        if spec != self.chosen_map_spec:
            self.chosen_map_spec = spec
            self.events.emit(MapSpecChanged())

    @property
    def chosen_by(self) -> str:
        """Name of the labels that chose which weights of the encoder are kept; empty where none did."""
        watched = {} if self.run is None else self.run.encoder.watched_by
        if not watched.get("chose"):
            return ""
        return Path(str(watched.get("file", ""))).name or say("no file")

    @property
    def masked_out(self) -> int:
        """How many pixels of its scene the encoder was not shown."""
        masked = {} if self.run is None else self.run.encoder.scene.get("masked_out", {})
        pixels = masked.get("pixels", 0) if isinstance(masked, Mapping) else 0
        return int(pixels)

    @property
    def seconds(self) -> dict[str, float]:
        """How long the steps after pretraining took."""
        return {**({} if self.run is None else self.run.seconds), **({} if self.map is None else self.map.seconds)}

    def set_run(
        self,
        encoder: Encoder,
        features: Features | None,
        folder: Path | None = None,
        seconds: Mapping[str, float] | None = None,
        *,
        mapped: Cube | None = None,
    ) -> None:
        """Takes the encoder and the features of a completed pretraining into use; the map of the one before goes into
        the table of results.

        Args:
            features: None where they fit nowhere: there is no live map then.
            folder: where the run is kept.
            seconds: that the features took.
            mapped: the scene that the features are of; None for as the map sees it now.
        """
        self.keep_map()
        without = left_out(mapped or self.mapped_cube)
        run = Run(encoder, features, folder, dict(seconds or {}), self.input_revision, without)
        others = [other.out_of_use() for other in self.runs if other.folder not in (None, folder)]
        self.runs.keep([*others, run], run)
        self._forget_map()
        if not any(place.in_use and place.folder == folder for place in self.run_places):
            self.map_to_make = None  # it was of another
        self._tell_results()

    def keep_run(self, run: Run) -> None:
        """Notes a run of an earlier input: it is not taken into use and draws no map."""
        others = [other for other in self.runs if other is self.run or other.folder not in (None, run.folder)]
        self.runs.keep([*others, run.out_of_use()], self.run)

    def forget_run(self, folder: Path) -> None:
        """Takes a run off the lists; the one in use stays."""
        self.run_places = tuple(place for place in self.run_places if place.folder != folder or place.in_use)
        self.runs.keep([run for run in self.runs if run is self.run or run.folder != folder], self.run)
        self.events.emit(ResultsChanged())

    def set_map(
        self,
        probe: Probe,
        class_map: ClassMap,
        trained_on: NDArray[np.uint16],
        accuracy: Accuracy | None,
        *,
        spec: MapSpec | None = None,
        sample: Sample | None = None,
        seconds: Mapping[str, float] | None = None,
        measured_on: str = "",
        reliability: Reliability | None = None,
        nearest: Nearest | None = None,
    ) -> None:
        """Takes a map.

        Args:
            trained_on: the labels that it was made from, rows x cols.
            spec: how it was drawn; None for how maps are drawn now.
            sample: what its labels began with, where they were drawn from the ground truth.
            seconds: that probe and map took; those of the map before when None.
            measured_on: what its accuracy is measured on, in words.
            reliability: whether it is as often right as it says, on the same pixels.
            nearest: of a map by spectra, what is nearest to each pixel.
        """
        if seconds is None:
            seconds = {} if self.map is None else self.map.seconds
        if self.map is not None and (self.map.nearest is None) != (nearest is None):
            self.keep_map()  # of another kind: no stroke would bring it back
        self.maps.put(
            MapOfScene(
                probe,
                class_map,
                trained_on,
                spec or self.map_spec,
                sample,
                accuracy,
                dict(seconds),
                measured_on,
                reliability,
                nearest,
            ),
        )
        self.events.emit(MapChanged())
        self.events.emit(AccuracyChanged())

    def keep_map(self) -> bool:
        """Puts the map that is shown into the table of results, where it is not there yet; returns whether it was."""
        found = None if self.map is None or self.results.keeps(self.map, self.run) else result_of(self)
        if found is not None:
            self.results.add(found)
        return found is not None

    def drop_accuracy(self) -> None:
        """There is nothing any more that the map could be measured on."""
        if self.map is not None and self.map.accuracy is not None:
            self._forget_accuracy()
            self.events.emit(AccuracyChanged())

    def set_course(self, course: TrainingCurves) -> None:
        """Another training is told of."""
        self.course = course
        self.events.emit(CourseChanged())

    def _forget_map(self) -> None:
        """The steps stay, and what was painted: they are done over the next one."""
        self.maps.clear()
        if self.painting.on(MAP_TARGET):
            self.paint_on_labels()
        self.finishing.put(None)

    def _forget_accuracy(self) -> None:
        if self.map is not None:
            self.maps.put(replace(self.map, accuracy=None, reliability=None))

    def _tell_results(self) -> None:
        for event in (EncoderChanged(), MapChanged(), AccuracyChanged()):
            self.events.emit(event)
