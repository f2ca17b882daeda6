"""What the tools of a scene paint on: its labels, its finished map, or one of its masks; and in which order that is
taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from hsigui.document.events import HistoryChanged, PaintTargetChanged
from hsigui.document.hub import Events
from hsigui.document.values import Box
from hsigui.labels.history import History, Turns
from hsigui.labels.label_map import Edit, LabelMap
from hsigui.labels.strokes import Area

LABELS, MAP, MASK = "labels", "map", "mask"  # kinds of targets
Reasons = frozenset[str]
NO_REASONS: Reasons = frozenset()


class PaintTarget(Protocol):
    """One of the things that the tools can paint on.

    Attributes:
        kind: LABELS, MAP or MASK.
        history: how to take back what was painted on it.
        alone: whether nothing else is taken back while it is painted on.
    """

    kind: str
    history: History
    alone: bool

    @property
    def stroking(self) -> bool:
        """From the start of a stroke to its end."""

    def begin_stroke(self, text: str) -> None:
        """From here on to `end_stroke` all that is painted is one step, and only who draws it is told of each piece."""

    def end_stroke(self) -> None:
        """Closes a stroke and tells what it changed; does nothing when there is none."""

    def paint(self, area: Area, number: int, text: str) -> Reasons:
        """Gives pixels a class; 0 takes it away.

        Returns:
            why some of the pixels stay as they are, in words.
        """

    def undo(self) -> None:
        """Takes the last step on it back."""

    def redo(self) -> None:
        """Does the next step on it again."""


class PaintedRaster:
    """Class numbers that a hand paints over something else, 0 where it has not; and how to take that back.

    Args:
        rows, cols: of the scene.
        turns: of all that is painted in the scene.
        events: of the scene; told of every step.

    Attributes:
        painted: what a hand has painted.
        history: how to take that back.
    """

    def __init__(self, rows: int, cols: int, turns: Turns, events: Events) -> None:
        self.painted = LabelMap(rows, cols)
        self.history = History(self.painted, turns=turns)
        self._events = events
        self._stroke: list[Box] | None = None

    @property
    def stroking(self) -> bool:
        """From the start of a stroke to its end."""
        return self._stroke is not None

    def begin_stroke(self, text: str) -> None:
        """From here on to `end_stroke` all edits are one step, and only who draws them is told of each."""
        self.end_stroke()
        self.history.begin(text)
        self._stroke = []

    def end_stroke(self) -> None:
        """Closes a stroke; does nothing when there is none."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            self.history.end()
            if stroke:
                self._step_done()

    def edit(self, edit: Edit, text: str) -> None:
        """Changes what is painted; can be taken back."""
        self.history.do(edit, text)
        self._box_changed(edit.box)
        if self._stroke is not None:
            self._stroke.append(edit.box)
        else:
            self._step_done()

    def undo(self) -> None:
        """Takes the last step back."""
        self.end_stroke()
        self._go_to(self.history.place - 1)

    def redo(self) -> None:
        """Does the next step again."""
        self.end_stroke()
        self._go_to(self.history.place + 1)

    def _go_to(self, place: int) -> None:
        step = self.history.go_to(place)
        if step is not None:
            for edit in step.edits:
                self._box_changed(edit.box)
            self._step_done()

    # What each kind has to say

    def _box_changed(self, box: Box) -> None:
        """What is painted is another in a box."""

    def _step_done(self) -> None:
        """A step is complete, or was taken back."""
        self._events.emit(HistoryChanged())


class Painting:
    """Which of the targets of a scene is painted on, and which of them has the step that is taken back next.

    Args:
        events: of the scene; told of another target.
        labels: what is painted on where nothing else was chosen.
        others: the other targets that there are at a moment.
    """

    def __init__(
        self, events: Events, labels: PaintTarget, others: Callable[[], Iterable[PaintTarget]]
    ) -> None:  # fmt: skip
        self._events, self._labels, self._others = events, labels, others
        self._target = labels

    @property
    def target(self) -> PaintTarget:
        """What the tools paint on."""
        return self._target

    def on(self, kind: str) -> bool:
        """Whether they paint on a target of a kind."""
        return self._target.kind == kind

    def choose(self, target: PaintTarget | None) -> None:
        """Has the tools paint on something from now on; None for labels."""
        wanted = target or self._labels
        if wanted is not self._target:
            self.end_strokes()
            self._target = wanted
            self._events.emit(PaintTargetChanged(wanted.kind))

    @property
    def stroking(self) -> bool:
        """From the start of a stroke to its end, wherever it is drawn."""
        return any(target.stroking for target in self._reached())

    def end_strokes(self) -> None:
        """Closes what is being drawn, wherever that is."""
        for target in (self._target, *self._all()):
            target.end_stroke()

    @property
    def next_undo(self) -> PaintTarget | None:
        """The target with the step that was done last; None where nothing can be taken back."""
        turns = [(turn, t) for t in self._reached() if (turn := t.history.undo_turn) is not None]
        return max(turns, key=lambda pair: pair[0])[1] if turns else None

    @property
    def next_redo(self) -> PaintTarget | None:
        """The target with the step that is done again next; None where there is none."""
        turns = [(turn, t) for t in self._reached() if (turn := t.history.redo_turn) is not None]
        return min(turns, key=lambda pair: pair[0])[1] if turns else None

    def _all(self) -> tuple[PaintTarget, ...]:
        return (self._labels, *self._others())

    def _reached(self) -> tuple[PaintTarget, ...]:
        """The targets whose steps can be taken back now."""
        return (self._target,) if self._target.alone else self._all()
