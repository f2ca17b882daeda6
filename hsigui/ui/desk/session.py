"""The one mutable object of the window: what is open, drawn and computed. Knows no widget and no thread.

Controllers change it; everything else listens to `changed`, whose word says what to look at again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.cube.cube import Cube
from hsigui.cube.render import ViewState
from hsigui.document.samples import Sample, Samples
from hsigui.labels.classes import ClassTable
from hsigui.labels.history import History
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit, LabelMap, PackedEdit, require_same_size
from hsigui.labels.matching import Matched, match_classes
from hsigui.labels.strokes import trimmed
from hsigui.specs import MapSpec

if TYPE_CHECKING:
    from hsigui.report.metrics import Accuracy

CHANGES = (
    "scene", "bands", "view", "labels", "classes", "current class", "truth", "training", "encoder", "map", "report",
    "device", "live", "scenes", "saved", "history", "validation", "layer",
)  # fmt: skip
Box = tuple[int, int, int, int]


GROUND_TRUTH, VALIDATION_LABELS = "ground truth", "validation labels"  # kinds of reference


@dataclass(frozen=True)
class Truth:
    """Ground truth in the numbers of the label map's classes.

    Attributes:
        matched_by_user: the user said which of its classes is which.
    """

    array: NDArray[np.uint16]
    name: str
    matched_by_user: bool = False


@dataclass(frozen=True)
class Reference:
    """Class numbers that a map is measured on (0 for unknown), and where they come from. A view that may change.

    Attributes:
        kind: GROUND_TRUTH or VALIDATION_LABELS.
    """

    array: NDArray[np.uint16]
    name: str
    kind: str = GROUND_TRUTH


_OF_A_SCENE = (
    "cube", "plain", "view", "labels", "history", "labels_path", "labels_source", "current_class", "truth", "samples",
    "encoder", "features", "run_folder", "seconds", "probe", "class_map", "map_spec", "map_sample", "trained_on",
    "accuracy", "_revision", "_saved_revision",
)  # fmt: skip


@dataclass(frozen=True)
class SceneState:
    """All that a session holds of one scene, to be put back later."""

    values: Mapping[str, Any]


class Session(QObject):
    """State of one window.

    Attributes:
        cube: the open scene, None before the first.
        plain: the same scene with wavelengths and bad bands as its file has them.
        view: which bands are shown and how they are stretched.
        labels, history: what the user drew, and how to take it back.
        label_box: what the last change of "labels" touched (top, left, bottom, right); None for everything.
        validation_box: the same of "validation".
        layer: which labels are painted, TRAINING or VALIDATION.
        labels_path: the file of the user that the labels are saved to; labels_source: the one that they were read from.
        current_class: the number that the brush paints; 0 when there is none yet.
        truth: ground truth, None when none is loaded.
        samples: which labels were drawn from it.
        encoder, features: of the last pretraining that was completed; run_folder: where it is kept, None if nowhere.
        probe, class_map, accuracy: of the last map; `trained_on` are the labels that it was made from, `map_sample` the
            sample that they began with, `map_spec` is how the map was drawn.
        seconds: how long the steps after pretraining took.
        device: the words for the device in use; empty before it is known.
        live: whether a stroke renews the map.
        training: whether a pretraining job is running.
        open_scenes: how many scenes are open, the one that is shown among them.
    """

    changed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.cube: Cube | None = None
        self.plain: Cube | None = None
        self.view: ViewState | None = None
        self.labels = LabelMap(0, 0)
        self.history = History(self.labels)
        self.label_box: Box | None = None
        self.validation_box: Box | None = None
        self.layer = TRAINING
        self.labels_path: Path | None = None
        self.labels_source: Path | None = None
        self.current_class = 0
        self.truth: Truth | None = None
        self.samples = Samples()
        self.encoder: Any = None
        self.features: Any = None
        self.run_folder: Path | None = None
        self.seconds: Mapping[str, float] = {}
        self.probe: Any = None
        self.class_map: Any = None
        self.map_spec: MapSpec | None = None
        self.map_sample: Sample | None = None
        self.trained_on: NDArray[np.uint16] | None = None
        self.accuracy: Accuracy | None = None
        self.device = ""
        self.live = True
        self.training = False
        self.drawn = MapSpec(edges=0.0)
        self.open_scenes = 0
        self._revision = 0
        self._saved_revision = 0

    # The scene

    def set_scene(self, cube: Cube, view: ViewState, plain: Cube | None = None) -> None:
        """Puts a scene in place of the one before; labels, truth and results start empty."""
        self.cube, self.view, self.plain = cube, view, plain or cube
        self.labels = LabelMap(cube.rows, cube.cols)
        self.history = History(self.labels)
        self.label_box = self.validation_box = self.labels_path = self.labels_source = None
        self.current_class = 0
        self.truth = self.encoder = self.features = self.run_folder = None
        self.samples = Samples()
        self._revision = self._saved_revision = 0
        self._drop_map()
        for what in (
            "scene", "view", "classes", "labels", "validation", "current class", "truth", "encoder", "map", "report",
        ):  # fmt: skip
            self.changed.emit(what)

    def state(self) -> SceneState:
        """What is known of the scene, for `restore`. The objects are shared, not copied."""
        return SceneState({name: getattr(self, name) for name in _OF_A_SCENE})

    def restore(self, state: SceneState) -> None:
        """Puts a scene back as it was. Nothing is new in it, so neither labels nor encoder are told as changed."""
        for name, value in state.values.items():
            setattr(self, name, value)
        self.label_box = self.validation_box = None
        for what in ("scene", "view", "classes", "current class", "truth", "map", "report", "saved", "history"):
            self.changed.emit(what)

    def set_open_scenes(self, count: int) -> None:
        if count != self.open_scenes:
            self.open_scenes = count
            self.changed.emit("scenes")

    def replace_cube(self, cube: Cube, *, plain: Cube | None = None, drop_results: bool) -> None:
        """Takes the same scene with other bands, or read again; labels and ground truth stay.

        Args:
            drop_results: whether features and map are of the scene before, and so of no use any more.
        """
        self.cube, self.plain = cube, plain or self.plain
        self.changed.emit("bands")
        if drop_results:
            self.encoder = self.features = self.run_folder = None
            self._drop_map()
            for what in ("encoder", "map", "report"):
                self.changed.emit(what)

    def set_view(self, view: ViewState) -> None:
        if view != self.view:
            self.view = view
            self.changed.emit("view")

    # Labels

    @property
    def classes(self) -> ClassTable:
        return self.labels.classes

    @property
    def unsaved(self) -> bool:
        """Whether labels were changed since they were loaded or saved."""
        return self._revision != self._saved_revision

    @property
    def labelled_classes(self) -> int:
        """How many classes have at least one label."""
        return sum(count > 0 for count in self.labels.counts().values())

    def edit(self, edit: Edit, text: str) -> None:
        """Changes labels or classes; can be taken back.

        Validation labels under new training labels go: a pixel is trained on or measured on, never both.
        """
        apart = self._apart(edit)
        if apart is not None:
            self.edit_all((edit, apart), text)
            return
        before = self.classes
        self.samples.cut(self._step)
        self.history.do(edit, text)
        self._edited((edit,), before)

    def edit_all(self, edits: Sequence[Edit], text: str) -> None:
        """Several changes as one step."""
        before = self.classes
        self.samples.cut(self._step)
        self.history.begin(text)
        for edit in edits:
            self.history.do(edit, text)
        self.history.end()
        self._edited(edits, before)

    def undo(self) -> None:
        self.history.end()  # what is being drawn is the last step
        self.go_to(self.history.place - 1)

    def redo(self) -> None:
        self.go_to(self.history.place + 1)

    def go_to(self, place: int) -> None:
        """Takes steps back, or does them again, until so many of the history are done."""
        before, sample = self.classes, self.sample
        step = self.history.go_to(place)
        if step is not None:
            self._edited(step.edits, before)
            if self.sample is not sample:
                self.changed.emit("truth")

    def replace_labels(self, edit: Edit, text: str, sample: Sample | None = None) -> None:
        """Puts other labels in place of all; can be taken back.

        Args:
            sample: what is known of them, where they were drawn from the ground truth.
        """
        before = self.sample
        self.edit(edit, text)
        self.samples.put(self._step, sample)
        if sample is not before:
            self.changed.emit("truth")

    @property
    def sample(self) -> Sample | None:
        """How the labels were drawn from the ground truth, whatever was painted since; None when they were not."""
        return self.samples.at(self._step)

    @property
    def _step(self) -> int:
        """How many steps were done, those that were forgotten included."""
        return self.history.forgotten + self.history.place

    def set_classes(self, classes: ClassTable, text: str) -> None:
        """Puts another class table in place; can be taken back."""
        self.edit(Edit(classes=classes), text)

    def choose_class(self, number: int) -> None:
        """Makes a class the one that is painted; numbers that are not in the table are ignored."""
        if number != self.current_class and number in self.classes:
            self.current_class = number
            self.changed.emit("current class")

    def mark_saved(self, path: Path | None = None, revision: int | None = None) -> None:
        """Notes that the labels (of a revision, the present one when not given) are safe in a file of the user."""
        self._saved_revision = self._revision if revision is None else revision
        if path is not None:
            self.labels_path = path
        self.changed.emit("saved")

    @property
    def revision(self) -> int:
        """A number that changes with every change of labels."""
        return self._revision

    def _apart(self, edit: Edit) -> Edit | None:
        """What takes away the validation labels under the training labels that an edit sets; None without any."""
        if edit.mask is None or edit.layer == VALIDATION or not self.labels.labelled(VALIDATION):
            return None
        top, left, bottom, right = edit.box
        both = edit.mask & (self.labels.validation[top:bottom, left:right] > 0)
        if isinstance(edit.new, np.ndarray):
            both[edit.mask] &= edit.new > 0
        elif not edit.new:
            return None
        area = trimmed(top, left, both)
        return None if area is None else Edit(*area, 0, None, VALIDATION)

    def set_layer(self, layer: int) -> None:
        """Chooses which labels are painted, TRAINING or VALIDATION."""
        if layer != self.layer:
            self.layer = layer
            self.changed.emit("layer")

    def _edited(self, edits: Sequence[Edit | PackedEdit], before: ClassTable) -> None:
        boxes = {n: [e.box for e in edits if e.changes_labels and e.layer == n] for n in (TRAINING, VALIDATION)}
        if any(boxes.values()) or not self.classes.same_content(before):
            self._revision += 1  # what is locked or hidden is no work that could be lost
        if self.classes != before:
            if self.current_class not in self.classes:
                self.current_class = self.classes.numbers[0] if len(self.classes) else 0
                self.changed.emit("current class")
            self.changed.emit("classes")
        if boxes[TRAINING]:
            self.label_box = _around(boxes[TRAINING])
            self.changed.emit("labels")
        if boxes[VALIDATION]:
            self.validation_box = _around(boxes[VALIDATION])
            self.changed.emit("validation")
        if not any(boxes.values()) and self.classes == before:
            self.changed.emit("history")

    # Ground truth

    def set_truth(
        self, array: NDArray[np.integer], classes: ClassTable, name: str, *, matched_by_user: bool = False
    ) -> Matched:
        """Takes ground truth; its classes join the label map's by name.

        Raises:
            HsiError: the truth has another size than the scene; nothing is changed.
        """
        require_same_size(array.shape, self.labels.shape, "ground truth")
        matched = match_classes(array.astype(np.uint16), classes, self.classes)
        self.truth = Truth(matched.array, name, matched_by_user)
        self.samples = Samples()
        self.accuracy = None
        if matched.classes != self.classes:
            self.set_classes(matched.classes, "Classes of the ground truth")
            if not self.labels.labelled() and self._revision == self._saved_revision + 1:
                # Classes that came with a file are not work of the user that could be lost.
                self._saved_revision = self._revision
        if not self.current_class and len(self.classes):
            self.choose_class(self.classes.numbers[0])
        self.changed.emit("truth")
        self.changed.emit("report")
        return matched

    @property
    def reference(self) -> Reference | None:
        """What maps are measured on: the validation labels when there are any, else the ground truth.

        Of a truth that labels were drawn from in blocks, without the guard band between those and the test.
        """
        if self.labels.labelled(VALIDATION):
            aside = "" if self.truth is None else f" (and not of {self.truth.name}, while there are any)"
            return Reference(self.labels.validation, f"the {VALIDATION_LABELS}{aside}", VALIDATION_LABELS)
        if self.truth is None or self.sample is None:
            return None if self.truth is None else Reference(self.truth.array, self.truth.name)
        return Reference(self.samples.rest(self.sample, self.truth.array), self.truth.name + self.sample.place)

    # Results

    @property
    def masked_out(self) -> int:
        """How many pixels of its scene the encoder was not shown."""
        scene: Mapping[str, Any] = getattr(self.encoder, "scene", {})
        return int(scene.get("masked_out", {}).get("pixels", 0))

    def set_training(self, running: bool) -> None:
        self.training = running
        self.changed.emit("training")

    def set_trained(
        self, encoder: Any, features: Any, folder: Path | None = None, seconds: Mapping[str, float] | None = None
    ) -> None:
        """Takes the encoder and the features of a completed pretraining; the map of the one before is dropped.

        Args:
            folder: where the run is kept.
            seconds: that the features took.
        """
        self.encoder, self.features, self.run_folder, self.seconds = encoder, features, folder, dict(seconds or {})
        self._drop_map()
        for what in ("encoder", "map", "report"):
            self.changed.emit(what)

    def set_map(
        self, probe: Any, class_map: Any, trained_on: NDArray[np.uint16], accuracy: Accuracy | None, *,
        drawn: MapSpec | None = None, sample: Sample | None = None, seconds: Mapping[str, float] | None = None,
    ) -> None:  # fmt: skip
        """Takes a map.

        Args:
            drawn: how it was drawn; None for how maps are drawn now.
            sample: what its labels began with, where they were drawn from the ground truth.
            seconds: that probe and map took.
        """
        self.probe, self.class_map, self.trained_on, self.accuracy = probe, class_map, trained_on, accuracy
        self.map_spec, self.map_sample = drawn or self.drawn, sample
        self.seconds = {**self.seconds, **(seconds or {})}
        self.changed.emit("map")
        self.changed.emit("report")

    def drop_accuracy(self) -> None:
        """There is nothing any more that the map could be measured on."""
        if self.accuracy is not None:
            self.accuracy = None
            self.changed.emit("report")

    def set_device(self, text: str) -> None:
        self.device = text
        self.changed.emit("device")

    def set_live(self, live: bool) -> None:
        if live != self.live:
            self.live = live
            self.changed.emit("live")

    def _drop_map(self) -> None:
        self.probe = self.class_map = self.map_spec = self.map_sample = self.trained_on = self.accuracy = None


def _around(boxes: list[Box]) -> Box:
    return (
        min(b[0] for b in boxes),
        min(b[1] for b in boxes),
        max(b[2] for b in boxes),
        max(b[3] for b in boxes),
    )
