"""Undo and redo of label edits. One step is what the user did in one go: a stroke, a polygon, a loaded file."""

from __future__ import annotations

from dataclasses import dataclass

from hsigui.labels.label_map import Edit, LabelMap


@dataclass(frozen=True)
class Step:
    """Edits that take something back, in the order in which they are to be applied, and what it was."""

    text: str
    edits: tuple[Edit, ...]


class History:
    """Applies edits to a label map and remembers how to take them back.

    Edits between `begin` and `end` (a stroke in several mouse moves) are one step.
    """

    def __init__(self, labels: LabelMap, limit: int = 500) -> None:
        self._labels = labels
        self._limit = limit
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._open: list[Edit] | None = None
        self._open_text = ""

    @property
    def undo_text(self) -> str:
        """What the next undo takes back; empty when there is nothing."""
        return self._undo[-1].text if self._undo else ""

    @property
    def redo_text(self) -> str:
        return self._redo[-1].text if self._redo else ""

    def begin(self, text: str) -> None:
        """Starts a step of several edits."""
        self.end()
        self._open, self._open_text = [], text

    def end(self) -> None:
        """Closes the step begun last; does nothing when none is open, and keeps no empty step."""
        edits, self._open = self._open, None
        if edits:
            self._push(Step(self._open_text, tuple(reversed(edits))))

    def do(self, edit: Edit, text: str) -> None:
        """Applies an edit, as a step of its own or as part of the one that is open."""
        inverse = self._labels.apply(edit)
        if self._open is not None:
            self._open.append(inverse)
        else:
            self._push(Step(text, (inverse,)))

    def undo(self) -> Step | None:
        """Takes the last step back; returns it (its edits tell what to redraw), None when there is none."""
        self.end()
        return self._move(self._undo, self._redo)

    def redo(self) -> Step | None:
        self.end()
        return self._move(self._redo, self._undo)

    def _move(self, source: list[Step], target: list[Step]) -> Step | None:
        if not source:
            return None
        step = source.pop()
        inverses = [self._labels.apply(edit) for edit in step.edits]
        target.append(Step(step.text, tuple(reversed(inverses))))
        return step

    def _push(self, step: Step) -> None:
        self._undo.append(step)
        del self._undo[: -self._limit]
        self._redo.clear()
