"""The labels of a scene as what its tools paint on."""

from __future__ import annotations

import numpy as np

from hsigui.document.paint_target import LABELS, Reasons
from hsigui.document.scene_labels import SceneLabels
from hsigui.labels.history import History
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION, Edit
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say

OTHER = {TRAINING: VALIDATION, VALIDATION: TRAINING}  # the layer that a pixel must have no label in


class LabelTarget:
    """Paints in the layer of the labels that is chosen.

    Args:
        scene: whose labels they are.
    """

    kind, alone = LABELS, False

    def __init__(self, scene: SceneLabels) -> None:
        self._scene = scene
        self.history: History = scene.history

    @property
    def stroking(self) -> bool:
        """From the start of a stroke to its end."""
        return self._scene.labelling

    def begin_stroke(self, text: str) -> None:
        """Begins a step of several pieces."""
        self._scene.begin_stroke(text + (" (validation)" if self._scene.layer == VALIDATION else ""))

    def end_stroke(self) -> None:
        """Closes it."""
        self._scene.end_stroke()

    def paint(self, area: Area, number: int, text: str) -> Reasons:
        """Gives pixels a class; 0 takes their labels away.

        Labels of locked classes stay, and so do those of the other layer: a pixel is trained on or measured on.
        """
        scene, (top, left, mask) = self._scene, area
        labels, layer = scene.labels, scene.layer
        kept: set[str] = set()
        rows, cols = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        window = labels.layer(layer)[rows, cols]
        changed = mask & (window != number)
        if labels.classes.locked:
            locked = changed & np.isin(window, labels.classes.locked)
            changed &= ~locked
            if locked.any():
                kept.add(say("Labels of locked classes stay as they are."))
        if number:
            taken = changed & (labels.layer(OTHER[layer])[rows, cols] != UNLABELLED)
            if taken.any():
                changed &= ~taken
                kept.add(
                    say("Pixels with training labels keep them: none is trained on and measured on.")
                    if layer == VALIDATION
                    else say("Pixels with validation labels keep them: none is trained on and measured on.")
                )
        found = trimmed(top, left, changed)
        if found is not None:
            shown = labels.classes.with_hidden(number, False) if labels.classes.get(number).hidden else None
            scene.edit(Edit(*found, number, shown, layer), text)
        return frozenset(kept)

    def undo(self) -> None:
        """Takes the last step on the labels back."""
        SceneLabels.undo(self._scene)

    def redo(self) -> None:
        """Does the next step on the labels again."""
        SceneLabels.redo(self._scene)
