"""The open scenes of one window, which of them is shown, and what is true of all of them. Knows no widget.

`events` tells what happens to the scene that is shown; of scenes behind it only what concerns the list of them. The
properties that are named as those of a Scene are of the one that is shown: shorthand for controllers and tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.analysis.nearest import Nearest
from hsigui.cube.cube import ArraySource, Cube
from hsigui.cube.render import ViewState
from hsigui.document.events import (
    ClassesChanged,
    DeviceChanged,
    HistoryChanged,
    LabelsChanged,
    LiveChanged,
    SavedChanged,
    SceneClosed,
    SceneLeft,
    ScenesChanged,
    SceneShown,
    ValidationChanged,
)
from hsigui.document.hub import Events
from hsigui.document.identity import Origin
from hsigui.document.open_libraries import OpenLibraries
from hsigui.document.queue import HeavyQueue
from hsigui.document.samples import Sample
from hsigui.document.scene import Scene
from hsigui.document.unsaved import Work
from hsigui.document.values import (
    Accuracy,
    ClassMap,
    Encoder,
    Features,
    LabelFile,
    MapOfScene,
    Probe,
    Reference,
    Truth,
)
from hsigui.labels.classes import ClassTable
from hsigui.labels.history import History
from hsigui.labels.label_map import Edit, LabelMap
from hsigui.labels.matching import Matched
from hsigui.report.reliability import Reliability
from hsigui.specs import MapSpec


class Session:
    """State of one window.

    Attributes:
        events: of the scene that is shown, and of the session.
        queue: the heavy jobs of all scenes.
        libraries: the spectral libraries that are open.
        device: the words for the device in use; empty before it is known.
        live: whether a stroke renews the map.
        scene: the one that is shown; an empty one before the first. Others are shown by `show`.
    """

    def __init__(self) -> None:
        self.events = Events()
        self.queue = HeavyQueue(self.events)
        self.libraries = OpenLibraries(self.events)
        self.device = ""
        self.live = True
        self._scenes: list[Scene] = []
        self._unsaved: tuple[bool, ...] = ()
        # In place of one before the first is open: nobody has to ask whether there is a scene to read what is empty.
        self._nothing = Scene(Cube(ArraySource(np.zeros((0, 0, 0), dtype=np.float32))), ViewState(0, 0, 0))
        self.scene = self._nothing

    # The scenes

    @property
    def scenes(self) -> Sequence[Scene]:
        """The open scenes, in the order of their tabs."""
        return tuple(self._scenes)

    @property
    def shown(self) -> Scene | None:
        """The scene that is shown; None before the first."""
        return None if self.scene is self._nothing else self.scene

    @property
    def place(self) -> int:
        """Of the shown scene among all; -1 before the first."""
        return next((n for n, scene in enumerate(self._scenes) if scene is self.scene), -1)

    def find(self, scene: int) -> Scene | None:
        """An open scene by its id; None when it was closed."""
        return next((known for known in self._scenes if known.id == scene), None)

    def open(self, scene: Scene) -> None:
        """Adds a scene at the end and shows it."""
        self._add(len(self._scenes), scene)
        self.show(scene)

    def replace(self, old: Scene, new: Scene) -> None:
        """Puts a scene in the place of another, which is closed, and shows it."""
        self._add(self._scenes.index(old), new)
        self.show(new)
        self.close(old)

    def show(self, scene: Scene) -> None:
        """Shows one of the open scenes as it was left."""
        if scene is self.scene:
            return
        if self.scene is not self._nothing:
            self.scene.end_stroke()
            self.events.emit(SceneLeft(self.scene.id))
        self.scene.events.parent = None
        self.scene = scene
        scene.events.parent = self.events
        self.events.emit(SceneShown(scene.id))
        self.events.emit(ScenesChanged())

    def close(self, scene: Scene) -> None:
        """Closes a scene with all its jobs; another one is shown when it was the shown one.

        Raises:
            ValueError: it is the last one.
        """
        if len(self._scenes) < 2:
            raise ValueError("the last scene stays open")
        place = self._scenes.index(scene)
        if scene is self.scene:
            self.show(self._scenes[place + 1 if place + 1 < len(self._scenes) else place - 1])
        self._scenes.remove(scene)
        self.queue.take_out_of(scene.id)
        self.events.emit(SceneClosed(scene.id))
        self.events.emit(ScenesChanged())

    def _add(self, place: int, scene: Scene) -> None:
        self._scenes.insert(place, scene)
        for kind in (SavedChanged, LabelsChanged, ValidationChanged, ClassesChanged, HistoryChanged):
            scene.events.subscribe(kind, self._tell_unsaved)

    def _tell_unsaved(self, _event: object) -> None:
        unsaved = tuple(scene.unsaved for scene in self._scenes)
        if unsaved != self._unsaved:
            self._unsaved = unsaved
            self.events.emit(ScenesChanged())

    # What is true of all scenes

    def set_device(self, text: str) -> None:
        self.device = text
        self.events.emit(DeviceChanged(text))

    def set_live(self, live: bool) -> None:
        if live != self.live:
            self.live = live
            self.events.emit(LiveChanged(live))

    @property
    def open_scenes(self) -> int:
        """How many scenes are open."""
        return len(self._scenes)

    @property
    def training(self) -> bool:
        """Whether the scene that is shown is trained on, or waits for it."""
        return self.queue.training_of(self.scene.id) is not None

    # Of the scene that is shown

    @property
    def cube(self) -> Cube | None:
        """None before the first scene is open; so the next ones."""
        return None if self.scene is self._nothing else self.scene.cube

    @property
    def plain(self) -> Cube | None:
        return None if self.scene is self._nothing else self.scene.plain

    @property
    def view(self) -> ViewState | None:
        return None if self.scene is self._nothing else self.scene.view

    @property
    def origin(self) -> Origin:
        return self.scene.origin

    @property
    def labels(self) -> LabelMap:
        return self.scene.labels

    @property
    def history(self) -> History:
        return self.scene.history

    @property
    def classes(self) -> ClassTable:
        return self.scene.labels.classes

    @property
    def current_class(self) -> int:
        return self.scene.current_class

    @property
    def layer(self) -> int:
        return self.scene.layer

    @property
    def labels_path(self) -> Path | None:
        return self.scene.labels_path

    @property
    def labels_source(self) -> Path | None:
        return self.scene.labels_source

    @property
    def unsaved(self) -> bool:
        return self.scene.unsaved

    @property
    def revision(self) -> int:
        return self.scene.revision

    @property
    def labelled_classes(self) -> int:
        return self.scene.labelled_classes

    @property
    def truth(self) -> Truth | None:
        return self.scene.truth

    @property
    def sample(self) -> Sample | None:
        return self.scene.sample

    @property
    def reference(self) -> Reference | None:
        return self.scene.reference

    @property
    def encoder(self) -> Encoder | None:
        return None if self.scene.run is None else self.scene.run.encoder

    @property
    def features(self) -> Features | None:
        return self.scene.features

    @property
    def run_folder(self) -> Path | None:
        return None if self.scene.run is None else self.scene.run.folder

    @property
    def map(self) -> MapOfScene | None:
        return self.scene.map

    @property
    def probe(self) -> Probe | None:
        """That drew the map; None without one, and for a map by spectra."""
        return None if self.scene.map is None or self.scene.map.nearest is not None else self.scene.map.probe

    @property
    def class_map(self) -> ClassMap | None:
        return None if self.scene.map is None else self.scene.map.class_map

    @property
    def map_spec(self) -> MapSpec | None:
        """How the map that is shown was drawn."""
        return None if self.scene.map is None else self.scene.map.spec

    @property
    def map_sample(self) -> Sample | None:
        return None if self.scene.map is None else self.scene.map.sample

    @property
    def trained_on(self) -> NDArray[np.uint16] | None:
        """The labels that the map was made from, rows x cols; None without a map."""
        return None if self.scene.map is None else self.scene.map.trained_on

    @property
    def accuracy(self) -> Accuracy | None:
        return None if self.scene.map is None else self.scene.map.accuracy

    @property
    def seconds(self) -> Mapping[str, float]:
        return self.scene.seconds

    @property
    def masked_out(self) -> int:
        return self.scene.masked_out

    @property
    def next_map_spec(self) -> MapSpec:
        """How the next map is drawn."""
        return self.scene.map_spec

    def set_scene(self, cube: Cube, view: ViewState, plain: Cube | None = None) -> None:
        """Opens a scene around a cube and shows it."""
        self.open(Scene(cube, view, plain))

    def replace_cube(self, cube: Cube, *, plain: Cube | None = None, new_input: bool) -> None:
        self.scene.replace_cube(cube, plain=plain, new_input=new_input)

    def set_view(self, view: ViewState) -> None:
        self.scene.set_view(view)

    def edit(self, edit: Edit, text: str) -> None:
        self.scene.edit(edit, text)

    def edit_all(self, edits: Sequence[Edit], text: str) -> None:
        self.scene.edit_all(edits, text)

    def undo(self) -> None:
        self.scene.undo()

    def redo(self) -> None:
        self.scene.redo()

    def go_to(self, place: int) -> None:
        self.scene.go_to(place)

    def replace_labels(self, edit: Edit, text: str, sample: Sample | None = None) -> None:
        self.scene.replace_labels(edit, text, sample)

    def set_classes(self, classes: ClassTable, text: str) -> None:
        self.scene.set_classes(classes, text)

    def choose_class(self, number: int) -> None:
        self.scene.choose_class(number)

    def set_layer(self, layer: int) -> None:
        self.scene.set_layer(layer)

    def mark_saved(self, path: Path | None = None, work: Work | None = None) -> None:
        self.scene.mark_saved(path, work)

    def set_truth(
        self, array: NDArray[np.integer], classes: ClassTable, name: str, *, matched_by_user: bool = False,
        file: LabelFile | None = None,
    ) -> Matched:  # fmt: skip
        """Takes ground truth for the shown scene, rows x cols, 0 for unknown; see `Scene.set_truth`."""
        return self.scene.set_truth(array, classes, name, matched_by_user=matched_by_user, file=file)

    def set_trained(
        self,
        encoder: Encoder,
        features: Features,
        folder: Path | None = None,
        seconds: Mapping[str, float] | None = None,
    ) -> None:
        self.scene.set_run(encoder, features, folder, seconds)

    def set_map(
        self, probe: Probe, class_map: ClassMap, trained_on: NDArray[np.uint16], accuracy: Accuracy | None, *,
        map_spec: MapSpec | None = None, sample: Sample | None = None, seconds: Mapping[str, float] | None = None,
        measured_on: str = "", reliability: Reliability | None = None, nearest: Nearest | None = None,
    ) -> None:  # fmt: skip
        """Takes a map of the shown scene; `trained_on` is rows x cols. See `Scene.set_map`."""
        self.scene.set_map(
            probe,
            class_map,
            trained_on,
            accuracy,
            spec=map_spec,
            sample=sample,
            seconds=seconds,
            measured_on=measured_on,
            reliability=reliability,
            nearest=nearest,
        )

    def drop_accuracy(self) -> None:
        self.scene.drop_accuracy()
