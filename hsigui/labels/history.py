"""Undo and redo of label edits. One step is what the user did in one go: a stroke, a polygon, a loaded file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hsigui.labels.label_map import Edit, LabelMap, PackedEdit

STEPS, MOST_BYTES = 500, 256_000_000
SPREAD = 4  # the pieces of a stroke become one edit while its box is at most so many times their own boxes
ROOM = 1_000_000  # pixels of a box that are never too many, and of boxes that are many enough for an edit


@dataclass(frozen=True)
class Step:
    """Edits that take something back, in the order in which they are to be applied, and what it was.

    Attributes:
        turn: when it was done, as `Turns` counts; 0 and less for those that were done on an earlier day.
    """

    text: str
    edits: tuple[PackedEdit, ...]
    turn: int = field(default=0, compare=False)

    @property
    def nbytes(self) -> int:
        return sum(edit.nbytes for edit in self.edits)


class Turns:
    """The order of the steps of several histories, such as those of labels and of what is painted on a map: what was
    done last is taken back first, wherever it was done, and what was taken back is done again in the order in which it
    was done at first. Nothing is done again that was taken back before something new was done.
    """

    def __init__(self) -> None:
        self._last = 0
        self._taken_back: set[int] = set()  # since the last new step

    def next(self) -> int:
        """The turn of a step that is done now."""
        self._last += 1
        self._taken_back.clear()
        return self._last

    def take_back(self, turn: int) -> None:
        """Notes that the step of a turn was taken back."""
        self._taken_back.add(turn)

    def may_redo(self, turn: int) -> bool:
        """Whether nothing new was done since the step of a turn was taken back."""
        return turn in self._taken_back


class History:
    """Applies edits to a label map and remembers how to take them back.

    Edits between `begin` and `end` (a stroke in several mouse moves) are one step. Steps are kept deflated; the oldest
    are forgotten beyond `limit` steps or `most_bytes`, but never the last one.

    Args:
        turns: shared with other histories whose steps are taken back in one order with these.

    Attributes:
        revision: grows with every change of steps, pieces of one that is open included.
    """

    def __init__(
        self, labels: LabelMap, limit: int = STEPS, most_bytes: int = MOST_BYTES, turns: Turns | None = None
    ) -> None:  # fmt: skip
        self._labels = labels
        self._turns = turns or Turns()
        self._limit, self._most_bytes = limit, most_bytes
        self._undo: list[Step] = []
        self._redo: list[Step] = []
        self._open: list[Edit] | None = None
        self._open_text = ""
        self._forgotten = 0
        self.revision = 0

    @property
    def undo_text(self) -> str:
        """What the next undo takes back; empty when there is nothing."""
        return self._undo[-1].text if self._undo else ""

    @property
    def redo_text(self) -> str:
        return self._redo[-1].text if self._redo else ""

    @property
    def undo_turn(self) -> int | None:
        """When the last step that is done was done; None where there is none."""
        return self._undo[-1].turn if self._undo else None

    @property
    def redo_turn(self) -> int | None:
        """When the next step that can be done again was first done; None where there is none, or where something new
        was done since it was taken back, here or in another history of the same turns."""
        turn = self._redo[-1].turn if self._redo else None
        return turn if turn is not None and self._turns.may_redo(turn) else None

    @property
    def texts(self) -> list[str]:
        """Every step that is kept, oldest first, those that were taken back at the end."""
        return [step.text for step in (*self._undo, *reversed(self._redo))]

    @property
    def place(self) -> int:
        """How many of the steps of `texts` are done."""
        return len(self._undo)

    @property
    def forgotten(self) -> int:
        """How many steps were dropped because there were too many."""
        return self._forgotten

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every step that is kept, in the order of `texts`: what takes it back, or does it again where it was taken
        back."""
        return (*self._undo, *reversed(self._redo))

    @property
    def open_text(self) -> str:
        """What the step that is open is called."""
        return self._open_text

    @property
    def open_pieces(self) -> tuple[Edit, ...]:
        """What takes the pieces of the step that is open back, in the order in which they were made."""
        return tuple(self._open or ())

    @property
    def nbytes(self) -> int:
        """About so many bytes the steps take up."""
        return sum(step.nbytes for step in (*self._undo, *self._redo))

    def begin(self, text: str) -> None:
        """Starts a step of several edits."""
        self.end()
        self._open, self._open_text = [], text

    def end(self) -> None:
        """Closes the step begun last; does nothing when none is open, and keeps no empty step."""
        edits, self._open = self._open, None
        if edits:
            self._push(step_of(self._open_text, edits, self._turns.next()))

    def do(self, edit: Edit, text: str) -> None:
        """Applies an edit, as a step of its own or as part of the one that is open."""
        inverse = self._labels.apply(edit)
        if self._open is not None:
            self._open.append(inverse)
            self.revision += 1
        else:
            self._push(step_of(text, [inverse], self._turns.next()))

    def put(self, steps: Sequence[Step], place: int, forgotten: int = 0) -> None:
        """Takes steps that were kept elsewhere in place of all; the label map must be as it is after them.

        Args:
            steps: in the order of `texts`.
            place: how many of them are done.
            forgotten: how many were dropped before them.

        Raises:
            ValueError: there are not so many steps.
        """
        if not 0 <= place <= len(steps):
            raise ValueError(f"place {place} of {len(steps)} steps")
        self._open = None
        steps = [replace(step, turn=n - len(steps)) for n, step in enumerate(steps)]  # before all that is done from now
        self._undo, self._redo = list(steps[:place]), list(reversed(steps[place:]))
        for step in self._redo:
            self._turns.take_back(step.turn)
        self._forgotten = forgotten
        self.revision += 1

    def undo(self) -> Step | None:
        """Takes the last step back; returns it (its edits tell what to redraw), None when there is none."""
        self.end()
        step = self._move(self._undo, self._redo)
        if step is not None:
            self._turns.take_back(step.turn)
        return step

    def redo(self) -> Step | None:
        self.end()
        superseded = self.redo_turn is None  # then it is something new
        step = self._move(self._redo, self._undo)
        if step is not None and superseded:
            self._undo[-1] = replace(self._undo[-1], turn=self._turns.next())
        return step

    def go_to(self, place: int) -> Step | None:
        """Undoes or redoes until so many steps are done; returns all edits as one step, None when nothing moves."""
        self.end()
        moved: list[Step] = []
        while self.place != min(max(place, 0), len(self.texts)):
            step = self.undo() if self.place > place else self.redo()
            assert step is not None
            moved.append(step)
        return Step(moved[-1].text, tuple(edit for step in moved for edit in step.edits)) if moved else None

    def _move(self, source: list[Step], target: list[Step]) -> Step | None:
        if not source:
            return None
        step = source.pop()
        inverses = [self._labels.apply(edit.unpacked()) for edit in step.edits]
        target.append(step_of(step.text, inverses, step.turn))
        self.revision += 1
        return step

    def _push(self, step: Step) -> None:
        self._undo.append(step)
        self._redo.clear()
        self.revision += 1
        kept, size = 0, 0
        for old in reversed(self._undo):
            size += old.nbytes
            if kept == self._limit or (kept and size > self._most_bytes):
                break
            kept += 1
        self._forgotten += len(self._undo) - kept
        del self._undo[: len(self._undo) - kept]


def step_of(text: str, inverses: Sequence[Edit], turn: int = 0) -> Step:
    """The step that takes edits back, from the inverses in the order in which the edits were made."""
    return Step(text, tuple(edit.packed() for edit in reversed(_joined(inverses))), turn)


def _joined(inverses: Sequence[Edit]) -> list[Edit]:
    """Neighbouring inverses of one layer as one edit, while their common box is not much larger than they are."""
    groups: list[list[Edit]] = []
    for edit in inverses:
        if groups and edit.layer == groups[-1][0].layer and _close([*groups[-1], edit]):
            groups[-1].append(edit)
        else:
            groups.append([edit])
    return [group[0] if len(group) == 1 else _merged(group) for group in groups]


def _close(edits: Sequence[Edit]) -> bool:
    if any(edit.mask is None for edit in edits):
        return False
    top, left, bottom, right = _around(edits)
    own = sum(edit.mask.size for edit in edits if edit.mask is not None)
    if own > ROOM:
        return False  # to put them together would take longer than the pieces did
    return (bottom - top) * (right - left) <= max(SPREAD * own, ROOM)


def _merged(inverses: Sequence[Edit]) -> Edit:
    """One inverse for several: where they overlap, what the first of them found is what was there."""
    top, left, bottom, right = _around(inverses)
    mask = np.zeros((bottom - top, right - left), dtype=bool)
    values = np.zeros(mask.shape, dtype=np.uint16)
    classes = None
    for edit in reversed(inverses):
        a, b, c, d = edit.box
        assert edit.mask is not None
        mask[a - top : c - top, b - left : d - left] |= edit.mask
        values[a - top : c - top, b - left : d - left][edit.mask] = edit.new
        classes = classes if edit.classes is None else edit.classes
    return Edit(top, left, mask, values[mask], classes, inverses[0].layer)


def _around(edits: Sequence[Edit]) -> tuple[int, int, int, int]:
    tops, lefts, bottoms, rights = zip(*(edit.box for edit in edits), strict=True)
    return min(tops), min(lefts), max(bottoms), max(rights)
