"""The labels of a scene with their classes, history and samples, and what is told when they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.document.events import (
    AccuracyChanged,
    ClassesChanged,
    CurrentClassChanged,
    HistoryChanged,
    LabelsChanged,
    LabelsPainted,
    LayerChanged,
    SavedChanged,
    StrokeStarted,
    TruthChanged,
    ValidationChanged,
)
from hsigui.document.hub import Events
from hsigui.document.samples import Sample, Samples
from hsigui.document.shelf import Shelf
from hsigui.document.unsaved import Ledger, Work, would_be_lost
from hsigui.document.values import LABEL_LAYERS, VALIDATION_LABELS, Box, LabelFile, LabelLayer, Reference, Truth
from hsigui.labels.classes import ClassTable
from hsigui.labels.history import History, Step, Turns
from hsigui.labels.label_map import TRAINING, VALIDATION, Edit, LabelMap, PackedEdit, require_same_size
from hsigui.labels.matching import Matched, match_classes
from hsigui.labels.strokes import trimmed
from hsigui.texts import say


class SceneLabels:
    """What the user drew, and the ground truth.

    Args:
        rows, cols: of the scene.

    Attributes:
        events: tells of every change.
        labels, history: what the user drew, and how to take it back.
        turns: the order of all steps of the scene, those on other things than labels included.
        layers: the layers of the label map; the current one is painted.
        layer: its number, TRAINING or VALIDATION.
        labels_path: the file of the user that the labels are saved to; labels_source: the one that they were read from.
        labels_buffer: the distance within which points and lines of that one label; empty where none was chosen.
        labels_exported: where they were written to last with a map that was made from them.
        current_class: the number that the brush paints; 0 when there is none yet.
        truth: ground truth, None when none is loaded.
        samples: which labels were drawn from it.
    """

    def __init__(self, rows: int, cols: int) -> None:
        self.events = Events()
        self.labels = LabelMap(rows, cols)
        self.turns = Turns()
        self.history = History(self.labels, turns=self.turns)
        self.layers: Shelf[LabelLayer] = Shelf(*LABEL_LAYERS)
        self.layer = TRAINING
        self.labels_path: Path | None = None
        self.labels_source: Path | None = None
        self.labels_buffer = ""
        self.labels_exported: Path | None = None
        self.current_class = 0
        self.truth: Truth | None = None
        self.samples = Samples()
        self._stroke: dict[int, Box | None] | None = None  # what a stroke changed so far, by layer
        self._revision = 0
        self._ledger = Ledger(self.labels, self.history)

    # What is known

    @property
    def classes(self) -> ClassTable:
        return self.labels.classes

    @property
    def unsaved(self) -> bool:
        """Whether there is something in the labels or their classes that is in no file of the user."""
        return self._ledger.unsaved

    @property
    def work(self) -> Work:
        """The labels of this moment, to be told that they were saved once they are."""
        return self._ledger.now

    @property
    def would_be_lost(self) -> str:
        """What is in no file, in words ("160 labels, names of classes"); empty when nothing is unsaved."""
        if not self.unsaved:
            return ""
        in_file = self.labels_path is not None or self.labels_source is not None
        return would_be_lost(self._ledger.now, self._ledger.saved, in_file)

    @property
    def revision(self) -> int:
        """A number that changes with every change of labels."""
        return self._revision

    @property
    def labelled_classes(self) -> int:
        """How many classes have at least one label."""
        return sum(count > 0 for count in self.labels.counts().values())

    @property
    def labelling(self) -> bool:
        """From the start of a stroke on the labels to its end. An open polygon is no stroke."""
        return self._stroke is not None

    @property
    def sample(self) -> Sample | None:
        """How the labels were drawn from the ground truth, whatever was painted since; None when they were not."""
        return self.samples.at(self._step)

    @property
    def reference(self) -> Reference | None:
        """What maps are measured on: the validation labels when there are any, else the ground truth.

        Of a truth that labels were drawn from in blocks, without the guard band between those and the test.
        """
        if self.labels.labelled(VALIDATION):
            aside = "" if self.truth is None else say(" (and not of {name}, while there are any)", name=self.truth.name)
            return Reference(
                self.labels.validation,
                say("the validation labels{aside}", aside=aside),
                VALIDATION_LABELS,
            )
        if self.truth is None or self.sample is None:
            return None if self.truth is None else Reference(self.truth.array, self.truth.name)
        return Reference(self.samples.rest(self.sample, self.truth.array), self.truth.name + self.sample.place)

    # Changing labels

    def edit(self, edit: Edit, text: str) -> None:
        """Changes labels or classes; can be taken back.

        Validation labels under new training labels go: a pixel is trained on or measured on, never both.
        """
        apart = self._apart(edit)
        if apart is not None:
            self.edit_all((edit, apart), text)
            return
        before = self.labels.classes
        if self._stroke is None or not any(self._stroke.values()):  # later pieces of a stroke have nothing to cut
            self.samples.cut(self._step)
        self.history.do(edit, text)
        if self._stroke is not None and edit.mask is not None and edit.classes is None:
            self._piece(edit.layer, edit.box)
        else:
            self._edited((edit,), before)

    def edit_all(self, edits: Sequence[Edit], text: str) -> None:
        """Several changes as one step; within a stroke they are part of it."""
        before = self.classes
        self.samples.cut(self._step)
        if self._stroke is None:
            self.history.begin(text)
        for edit in edits:
            self.history.do(edit, text)
        if self._stroke is None:
            self.history.end()
        self._edited(edits, before)

    def begin_stroke(self, text: str) -> None:
        """From here on to `end_stroke` all edits are one step, and only who draws labels is told of each."""
        if self._stroke is not None:
            self.end_stroke()
        self.history.begin(text)
        self._stroke = {TRAINING: None, VALIDATION: None}
        self.events.emit(StrokeStarted())

    def end_stroke(self) -> None:
        """Closes a stroke and tells what it changed as a whole; does nothing when there is none."""
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return
        self.history.end()
        self._ledger.stepped()
        self.events.emit(HistoryChanged())
        self._tell_boxes(stroke)

    def undo(self) -> None:
        self._close_step()  # what is being drawn is the last step
        self.go_to(self.history.place - 1)

    def redo(self) -> None:
        self._close_step()
        self.go_to(self.history.place + 1)

    def go_to(self, place: int) -> None:
        """Takes steps back, or does them again, until so many of the history are done."""
        self._close_step()
        before, sample = self.classes, self.sample
        step = self.history.go_to(place)
        if step is not None:
            self._edited(step.edits, before, moved=True)
            if self.sample is not sample:
                self.events.emit(TruthChanged())

    def replace_labels(self, edit: Edit, text: str, sample: Sample | None = None) -> None:
        """Puts other labels in place of all; can be taken back.

        Args:
            sample: what is known of them, where they were drawn from the ground truth.
        """
        before = self.sample
        self.edit(edit, text)
        self.samples.put(self._step, sample)
        if sample is not before:
            self.events.emit(TruthChanged())

    def take_back_up(
        self,
        layers: Mapping[int, NDArray[np.uint16]],
        classes: ClassTable,
        steps: Sequence[Step],
        place: int,
        forgotten: int,
        text: str,
    ) -> None:
        """Goes on with labels that were kept, unsaved as they are.

        Where nothing was drawn yet their history comes along; else they are a step that can be taken back.

        Args:
            layers: each rows x cols, by its number.
            steps: of the history, in the order of `History.texts`, and how many of them are done.
            forgotten: how many steps were dropped before them.
            text: what the step is called.
        """
        edits = [self.labels.replacing(array, classes, layer) for layer, array in layers.items()]
        if self.unsaved or any(self.labels.labelled(layer.number) for layer in self.layers):
            self.edit_all(edits, text)
            return
        self._close_step()
        before = self.classes
        for edit in edits:
            self.labels.apply(edit)
        self.history.put(steps, place, forgotten)
        self.samples = Samples()
        self._revision += 1
        self._edited(edits, before)
        self.events.emit(HistoryChanged())

    def set_classes(self, classes: ClassTable, text: str) -> None:
        """Puts another class table in place; can be taken back."""
        self.edit(Edit(classes=classes), text)

    def choose_class(self, number: int) -> None:
        """Makes a class the one that is painted; numbers that are not in the table are ignored."""
        if number != self.current_class and number in self.classes:
            self.current_class = number
            self.events.emit(CurrentClassChanged(number))

    def set_layer(self, layer: int) -> None:
        """Chooses which labels are painted, TRAINING or VALIDATION."""
        if layer != self.layer:
            self.layer = layer
            self.layers.choose([known.number for known in self.layers].index(layer))
            self.events.emit(LayerChanged(layer))

    def mark_saved(self, path: Path | None = None, work: Work | None = None) -> None:
        """Notes that the labels (of an earlier moment, where `work` is given) were written to a file of the user."""
        self._ledger.save(work or self._ledger.now)
        if path is not None:
            self.labels_path = path
        self.events.emit(SavedChanged())

    def mark_opened(self) -> None:
        """Notes that the labels are those of a file of the user, as they were opened."""
        self._ledger.found()
        self.events.emit(SavedChanged())

    # Ground truth

    def set_truth(
        self, array: NDArray[np.integer], classes: ClassTable, name: str, *, matched_by_user: bool = False,
        file: LabelFile | None = None,
    ) -> Matched:  # fmt: skip
        """Takes ground truth (rows x cols); its classes join the label map's by name.

        Args:
            file: where it was read from, if it was.

        Raises:
            HsiError: the truth has another size than the scene; nothing is changed.
        """
        require_same_size(array.shape, self.labels.shape, say("ground truth"))
        matched = match_classes(array.astype(np.uint16), classes, self.classes)
        self.truth = Truth(matched.array, name, matched_by_user, file)
        self.samples = Samples()
        self._forget_accuracy()
        if matched.classes != self.classes:
            work = self._ledger.now
            self.set_classes(matched.classes, say("Classes of the ground truth"))
            self._ledger.no_work(work)  # classes that came with a file can be had again
            self.events.emit(SavedChanged())
        if not self.current_class and len(self.classes):
            self.choose_class(self.classes.numbers[0])
        self.events.emit(TruthChanged())
        self.events.emit(AccuracyChanged())
        return matched

    def take_truth(self, truth: Truth, samples: Iterable[tuple[int, Sample | None]]) -> None:
        """Goes on with ground truth that was kept, in the numbers of the classes that were kept with it.

        Args:
            samples: drawn from it, each with the step of the history from which on it is in force.
        """
        self.truth = truth
        self.samples = Samples(samples)
        self._forget_accuracy()
        self.events.emit(TruthChanged())
        self.events.emit(AccuracyChanged())

    def _forget_accuracy(self) -> None:
        """How a map was measured is known no more."""

    # Inner doings

    @property
    def _step(self) -> int:
        """How many steps were done, those that were forgotten included."""
        return self.history.forgotten + self.history.place

    def _close_step(self) -> None:
        if self._stroke is not None:
            self.end_stroke()
        else:
            self.history.end()

    def _apart(self, edit: Edit) -> Edit | None:
        """What takes away the validation labels under the training labels that an edit sets; None without any."""
        if edit.mask is None or edit.layer == VALIDATION or self.labels.extent(VALIDATION) is None:
            return None
        top, left, bottom, right = edit.box
        both = edit.mask & (self.labels.validation[top:bottom, left:right] > 0)
        if isinstance(edit.new, np.ndarray):
            both[edit.mask] &= edit.new > 0
        elif not edit.new:
            return None
        area = trimmed(top, left, both)
        return None if area is None else Edit(*area, 0, None, VALIDATION)

    def _piece(self, layer: int, box: Box) -> None:
        """A stroke changed labels in a box."""
        self._revision += 1
        self._ledger.changed(layer)
        if self._stroke is not None:
            self._stroke[layer] = _around(self._stroke[layer], box)
        self.events.emit(LabelsPainted(layer, box))

    def _edited(self, edits: Sequence[Edit | PackedEdit], before: ClassTable, *, moved: bool = False) -> None:
        boxes: dict[int, Box | None] = {TRAINING: None, VALIDATION: None}
        for edit in edits:
            if edit.changes_labels:
                boxes[edit.layer] = _around(boxes[edit.layer], edit.box)
        if any(boxes.values()) or not self.classes.same_content(before):
            self._revision += 1  # what is locked or hidden is no work that could be lost
        if moved:
            self._ledger.moved()
        else:
            self._ledger.changed(*(layer for layer, box in boxes.items() if box is not None))
            if self._stroke is None:
                self._ledger.stepped()
        if self.classes != before:
            if self.current_class not in self.classes:
                self.current_class = self.classes.numbers[0] if len(self.classes) else 0
                self.events.emit(CurrentClassChanged(self.current_class))
            self.events.emit(ClassesChanged(before, self.classes))
        for layer, box in boxes.items():
            if box is not None:
                self.events.emit(LabelsPainted(layer, box))
                if self._stroke is not None:
                    self._stroke[layer] = _around(self._stroke[layer], box)
        if self._stroke is None:
            self._tell_boxes(boxes)
            if not any(boxes.values()) and self.classes == before:
                self.events.emit(HistoryChanged())

    def _tell_boxes(self, boxes: dict[int, Box | None]) -> None:
        training, validation = boxes[TRAINING], boxes[VALIDATION]
        if training is not None:
            self.events.emit(LabelsChanged(training))
        if validation is not None:
            self.events.emit(ValidationChanged(validation))


def _around(one: Box | None, other: Box) -> Box:
    """The box around two boxes."""
    if one is None:
        return other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
