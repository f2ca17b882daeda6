"""The last hand at the maps of one scene: steps done over each, and classes that a hand paints over what they make.

The model's answer stays as it is, in `Scene.map`; what comes of it here is `Scene.finished`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hsigui.document.events import FinishedChanged, FinishedPainted, FinishedShown, FinishingChanged
from hsigui.document.finished import ChosenStep, Computed, KeptFinishing, LastHand, painted_over
from hsigui.document.hub import Events
from hsigui.document.paint_target import MAP, NO_REASONS, PaintedRaster, Reasons
from hsigui.document.values import Box, ClassMap
from hsigui.finishing.finished_map import FinishedMap
from hsigui.labels.classes import MAX_CLASS, ClassTable
from hsigui.labels.history import Turns
from hsigui.labels.label_map import Edit, LabelMap
from hsigui.labels.matching import match_classes
from hsigui.labels.strokes import Area, trimmed

PAINTED = "painted.tif"  # what the painted layer is called before it is in a file


class Finishing(PaintedRaster):
    """Steps, painted classes, and what both make of the map.

    Args:
        events: of the scene; told of every change.
        labels: of the scene: painted numbers are those of its classes.
        turns: of all that is painted in the scene: what was painted on the map is taken back in its turn.

    Attributes:
        computed: what the steps have made of a map; None before that, and without a map.
    """

    kind, alone = MAP, False

    def __init__(self, events: Events, labels: LabelMap, turns: Turns) -> None:
        super().__init__(*labels.shape, turns, events)
        self._labels = labels
        self.computed: Computed | None = None
        self._steps: tuple[ChosenStep, ...] = ()
        self._shown = False
        self._whole: NDArray[np.uint16] | None = None  # what the steps made with what is painted; None where nothing is
        self._table = ClassTable()
        self._numbers: NDArray[np.uint16] | None = None  # in the finished map, of each painted number; 0 for gone ones
        self._finished: tuple[Computed, int, ClassTable, FinishedMap] | None = None
        self._saved: tuple[Path | None, int] = (None, -1)
        self._kept: tuple[object, KeptFinishing] | None = None

    # What is known

    @property
    def steps(self) -> tuple[ChosenStep, ...]:
        """What is to be done over every map, in this order."""
        return self._steps

    @property
    def pixels(self) -> int:
        """How many pixels a hand has painted."""
        return self.painted.labelled()

    @property
    def in_use(self) -> bool:
        """Whether the finished map can be another than the model's answer."""
        return any(step.on for step in self._steps) or self.pixels > 0

    def follows(self, answer: ClassMap | None) -> bool:
        """Whether the finished map is of this answer, and of the steps as they are now."""
        computed = self.computed
        return computed is not None and computed.of is answer and computed.steps == self._steps

    @property
    def shown(self) -> bool:
        """Whether the finished map is asked to be shown in place of the model's answer."""
        return self._shown

    @property
    def finished(self) -> FinishedMap | None:
        """The finished map as it is now; None without any. Nothing changes its arrays any more."""
        computed = self.computed
        if computed is None:
            return None
        if self._whole is None:
            return computed.found
        classes, now = self._painted_classes, self.history.revision
        known = self._finished
        if known is None or known[0] is not computed or known[1] != now or known[2] != classes:
            known = computed, now, classes, painted_over(computed.found, self._seen(), classes, PAINTED)
            self._finished = known
        return known[3]

    @property
    def hand(self) -> LastHand:
        """Steps and painted classes, for workers."""
        path, revision = self._saved
        now = self.history.revision
        return LastHand(self._steps, self.layer, path if revision == now else None, now)

    def mark_saved(self, path: Path, revision: int) -> None:
        """Notes that what was painted at a revision of the history is in a file."""
        self._saved = path, revision

    @property
    def layer(self) -> tuple[NDArray[np.uint16], ClassTable] | None:
        """What is painted on the map, as a file of labels has it: class numbers (rows x cols, 0 for none) and what they
        mean; None where nothing is."""
        return (self._seen(), self._painted_classes) if self.pixels else None

    @property
    def classes(self) -> NDArray[np.uint16] | None:
        """Class numbers of the finished map, rows x cols, a view that may change; None without any."""
        return None if self.computed is None else self.computed.found.classes if self._whole is None else self._whole

    @property
    def table(self) -> ClassTable:
        """Names and colours of the finished map."""
        return self._table if self._whole is not None or self.computed is None else self.computed.found.table

    @property
    def kept(self) -> KeptFinishing:
        """What is to be kept; the same object while nothing changes."""
        now = (self._steps, self._shown, self.history.revision)
        if self._kept is None or self._kept[0] != now:
            box = self.painted.extent() if self.pixels else None
            part = None if box is None else self.painted.array[box[0] : box[2], box[1] : box[3]].copy()
            self._kept = now, KeptFinishing(self._steps, self._shown, box or (0, 0, 0, 0), part)
        return self._kept[1]

    def class_at(self, row: int, col: int) -> int:
        """The number of the scene's class that a pixel of the finished map has; 0 for none."""
        if self.classes is None or not self.classes[row, col]:
            return 0
        name = self.table.get(int(self.classes[row, col])).name.casefold()
        return next((info.number for info in self._labels.classes if info.name.casefold() == name), 0)

    # Steps

    def set_steps(self, steps: tuple[ChosenStep, ...]) -> None:
        """Takes what is to be done over every map."""
        if steps != self._steps:
            self._steps = steps
            self._events.emit(FinishingChanged())

    def put(self, computed: Computed | None) -> None:
        """Takes what steps have made of the map; None where there is no map any more."""
        if computed is None and self.computed is None:
            return
        self.computed, self._finished = computed, None
        self._cover()
        self._events.emit(FinishedChanged())

    def show(self, shown: bool) -> None:
        """Shows the finished map in place of the model's answer, or that again."""
        if shown != self._shown:
            self._shown = shown
            self._events.emit(FinishedShown())

    # Painting

    def paint(self, area: Area, number: int, text: str) -> Reasons:
        """Gives pixels of the finished map a class; 0 gives them back what the steps make of them."""
        top, left, mask = area
        window = self.painted.array[top : top + mask.shape[0], left : left + mask.shape[1]]
        wanted = mask & (window != number)
        valid = None if self.computed is None else self.computed.found.valid
        if number and valid is not None:  # where the scene has no data there is nothing to be right about
            wanted &= valid[top : top + mask.shape[0], left : left + mask.shape[1]]
        found = trimmed(top, left, wanted)
        if found is not None:
            self.edit(Edit(*found, number), text)
        return NO_REASONS

    def erase_all(self, text: str) -> None:
        """Takes all away that was painted; can be taken back."""
        box = self.painted.extent()
        if box is not None:
            mask = np.ones((box[2] - box[0], box[3] - box[1]), dtype=bool)
            self.paint((box[0], box[1], mask), 0, text)

    # Coming back

    def take_up(self, kept: KeptFinishing) -> None:
        """Goes on with what was kept; what does not fit the scene as it is now is left out."""
        top, left, bottom, right = kept.box
        rows, cols = self.painted.shape
        if kept.painted is not None and bottom <= rows and right <= cols:
            self.painted.apply(Edit(top, left, kept.painted > 0, kept.painted[kept.painted > 0]))
        self.set_steps(kept.steps)
        self._cover()
        self.show(kept.shown)

    # Inner doings

    def _step_done(self) -> None:
        if not self.pixels:
            self._whole = self._numbers = None
        super()._step_done()
        self._events.emit(FinishedChanged(painted=True))

    def _box_changed(self, box: Box) -> None:
        if self.computed is not None:
            numbers = self._numbers
            known = self._labels.classes
            if numbers is None or any(n in known and not numbers[n] for n in self.painted.numbers()):
                self._cover()  # of a class that was not painted before
            else:
                self._cover_box(box)
        self._events.emit(FinishedPainted(box))

    def _cover(self) -> None:
        """Lays what is painted over what the steps have made."""
        self._whole = self._numbers = None
        box = self.painted.extent()
        if self.computed is None or box is None or not self.pixels:
            return
        self._table, self._numbers = matched(self.computed.found.table, self._painted_classes)
        self._whole = np.array(self.computed.found.classes, dtype=np.uint16)
        self._cover_box(box)

    def _cover_box(self, box: Box) -> None:
        assert self.computed is not None
        assert self._whole is not None
        assert self._numbers is not None
        part = slice(box[0], box[2]), slice(box[1], box[3])
        numbers, found = self._numbers[self.painted.array[part]], self.computed.found
        here = numbers > 0 if found.valid is None else (numbers > 0) & found.valid[part]
        self._whole[part] = np.where(here, numbers, found.classes[part])

    @property
    def _painted_classes(self) -> ClassTable:
        """Of the scene, those that are painted. One that was deleted is none: what was painted of it is not seen."""
        known = self._labels.classes
        return ClassTable(tuple(known.get(number) for number in self.painted.numbers() if number in known))

    def _seen(self) -> NDArray[np.uint16]:
        """What is painted and seen, a copy, rows x cols."""
        known = self._labels.classes
        gone = [number for number in self.painted.numbers() if number not in known]
        found = np.where(np.isin(self.painted.array, gone), np.uint16(0), self.painted.array) if gone else None
        return self.painted.array.copy() if found is None else found


def matched(table: ClassTable, painted: ClassTable) -> tuple[ClassTable, NDArray[np.uint16]]:
    """The table of a map that is painted on, and the number in it of every class that is painted (0 for those that are
    not), as `match_classes` has them.

    Args:
        table: of the map.
        painted: classes that are painted.

    Returns:
        The table, and one number for each of 0 to 65,535.
    """
    numbers = np.zeros(MAX_CLASS + 1, dtype=np.uint16)
    there = np.asarray([painted.numbers], dtype=np.uint16)
    found = match_classes(there, painted, table)
    numbers[there[0]] = found.array[0]
    return found.classes, numbers
