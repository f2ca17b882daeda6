"""Notes what changes of a scene's labels and hands it to the journal. On the thread that draws, so it does little."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsigui.document.events import ClassesChanged, HistoryChanged, LabelsChanged, SavedChanged, ValidationChanged
from hsigui.document.scene import Scene
from hsigui.labels.classes import ClassTable
from hsigui.labels.history import Step
from hsigui.storage.journal import Journal
from hsigui.storage.kept_scene import TILE, Change, Condition, Pieces, TileKey
from hsigui.storage.label_rows import tiles_in


class Tracker:
    """Hands over every step of a scene when it is done.

    What changed is found by comparing the history with that of the last time: labels change by it only, and its edits
    name the boxes that they changed. So a piece of a stroke costs nothing here.

    Args:
        told: called whenever something was handed over.

    Attributes:
        changed: whether anything was ever handed over.
    """

    def __init__(self, scene: Scene, journal: Journal, told: Callable[[], None] = lambda: None) -> None:
        self._scene, self._journal, self._told = scene, journal, told
        self._steps: tuple[Step, ...] = ()
        self._place = self._forgotten = 0
        self._revision = scene.history.revision
        self._classes: ClassTable = scene.classes
        self._unsaved = scene.unsaved
        self._pieces = self._batches = 0  # of the step that is open: how many were handed over, and in how many parts
        self.changed = False
        for kind in (HistoryChanged, LabelsChanged, ValidationChanged, ClassesChanged, SavedChanged):
            scene.events.subscribe(kind, self._something_changed)

    def _something_changed(self, _event: object) -> None:
        if not self._scene.stroking:  # pieces of one are handed over by who watches the clock
            self.hand_over()

    def hand_over(self) -> None:
        """Hands over what changed since the last time, pieces of a stroke included; does nothing when that is nothing,
        or when there never was a label."""
        scene, history = self._scene, self._scene.history
        same = history.revision == self._revision and scene.classes is self._classes
        if same and scene.unsaved == self._unsaved:
            return
        if not self.changed and not any(scene.labels.extent(layer.number) for layer in scene.layers):
            return  # classes without a label, as they come with ground truth, are no work that could be lost
        self._put(self._change())

    def give_up(self) -> None:
        """The labels are not wanted, or safe elsewhere: what is kept of them is offered to nobody."""
        if self.changed:
            change = self._change()
            condition = dataclasses.replace(change.condition, unsaved=False, given_up=True)
            self._put(dataclasses.replace(change, condition=condition))

    def hand_over_all(self) -> None:
        """Hands over everything anew, as after the labels came from elsewhere as a whole."""
        self._steps, self._place, self._forgotten = (), 0, 0
        self._pieces = self._batches = 0
        change = self._change()
        tiles = {
            key: self._tile(key)
            for layer in self._scene.layers
            if (box := self._scene.labels.extent(layer.number)) is not None
            for key in tiles_in(box, layer.number)
        }
        self._put(dataclasses.replace(change, tiles={**change.tiles, **tiles}, classes=self._scene.classes, whole=True))

    def _put(self, change: Change) -> None:
        self.changed = True
        self._journal.put(self._scene.id, self._scene.plain, change)
        self._told()

    def _change(self) -> Change:
        scene, history = self._scene, self._scene.history
        keys: set[TileKey] = set()
        steps, place, forgotten = history.steps, history.place, history.forgotten
        changed = self._compared(steps, place, forgotten, keys)
        pieces = self._new_pieces(forgotten + place, keys)
        first = not self.changed
        classes = scene.classes if first or scene.classes is not self._classes else None
        self._steps, self._place, self._forgotten = steps, place, forgotten
        self._revision, self._classes, self._unsaved = history.revision, scene.classes, scene.unsaved
        end = forgotten + len(steps) + (1 if history.open_pieces else 0)
        if history.open_pieces:
            end = forgotten + place + 1  # what was taken back before goes when the stroke is over
        return Change(
            Condition(
                scene.unsaved,
                time.time(),
                scene.current_class,
                scene.layer,
                forgotten,
                "" if scene.labels_path is None else str(scene.labels_path),
                labels_source="" if scene.labels_source is None else str(scene.labels_source),
                labels_buffer=scene.labels_buffer,
            ),
            {key: self._tile(key) for key in keys},
            changed,
            forgotten,
            end,
            pieces,
            classes,
            first,
        )

    def _compared(
        self, steps: tuple[Step, ...], place: int, forgotten: int, keys: set[TileKey]
    ) -> dict[int, tuple[Step, bool]]:
        """The steps that are others than the last time, or stand otherwise; notes the tiles that they reach."""
        before = {self._forgotten + n: step for n, step in enumerate(self._steps)}
        changed: dict[int, tuple[Step, bool]] = {}
        for n, step in enumerate(steps):
            number = forgotten + n
            known = before.pop(number, None)
            if known is step:
                continue
            changed[number] = step, n < place
            _note(step, keys)
            if known is not None:
                _note(known, keys)
        for number, step in before.items():
            if number >= forgotten:
                _note(step, keys)
        return changed

    def _new_pieces(self, number: int, keys: set[TileKey]) -> tuple[Pieces, ...]:
        history = self._scene.history
        pieces = history.open_pieces
        if not pieces:
            self._pieces = self._batches = 0
            return ()
        if len(pieces) < self._pieces:  # those of another stroke: the one before is over
            self._pieces = self._batches = 0
        new = pieces[self._pieces :]
        if not new:
            return ()
        for edit in new:
            if edit.changes_labels:
                keys.update(tiles_in(edit.box, edit.layer))
        found = Pieces(number, self._batches, history.open_text, new)
        self._pieces, self._batches = len(pieces), self._batches + 1
        return (found,)

    def _tile(self, key: TileKey) -> NDArray[np.uint16]:
        layer, row, col = key
        part = slice(row * TILE, (row + 1) * TILE), slice(col * TILE, (col + 1) * TILE)
        return self._scene.labels.layer(layer)[part].copy()


def _note(step: Step, keys: set[TileKey]) -> None:
    for edit in step.edits:
        if edit.changes_labels:
            keys.update(tiles_in(edit.box, edit.layer))
