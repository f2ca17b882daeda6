"""The masks of a scene: which there are, what each is used for, and the scene as each use sees it.

What is drawn on a mask is in it, and kept, at once; the scene as a use sees it follows when `take` puts the masks in
force: else every stroke would make features and maps anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hsigui.cube.cube import Cube
from hsigui.document.events import MasksChanged
from hsigui.document.hub import Events
from hsigui.document.mask_drawing import MaskDrawing
from hsigui.labels.classes import Color
from hsigui.labels.history import Turns
from hsigui.masks.mask import Mask
from hsigui.masks.using import without

# Told apart by the colour-blind, too: those of the first classes (`labels.palettes`), the reddest first.
COLORS: tuple[Color, ...] = ((213, 94, 0), (0, 114, 178), (230, 159, 0), (204, 121, 167), (86, 180, 233),
                             (119, 17, 68), (240, 228, 66), (0, 158, 115))  # fmt: skip


@dataclass(frozen=True, eq=False)
class SceneMask:
    """A mask of a scene.

    Attributes:
        number: no other mask of the scene has it; from 1.
        uses: what it is used for, of `masks.words.USES`.
        color: that it is shown in.
    """

    number: int
    mask: Mask
    uses: frozenset[str] = frozenset()
    color: Color = COLORS[0]

    @property
    def name(self) -> str:
        return self.mask.name


class SceneMasks:
    """All masks of a scene, in the order in which they came.

    Args:
        events: of the scene; told of every change.
        turns: of all that is painted in the scene: what is drawn on a mask is taken back in its turn.
    """

    def __init__(self, events: Events, turns: Turns) -> None:
        self._events, self._turns = events, turns
        self._drawings: dict[int, MaskDrawing] = {}  # by the numbers of their masks
        self._in_force: dict[int, Mask] = {}  # those that were drawn on since: as uses still see them
        self._all: tuple[SceneMask, ...] = ()
        self._last = 0  # number that was given; one that went is not given again
        self._seen: dict[str, tuple[Cube, tuple[Mask, ...], Cube]] = {}  # use -> scene, masks, and what they leave

    def __iter__(self) -> Iterator[SceneMask]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @property
    def all(self) -> tuple[SceneMask, ...]:
        """All of them; another tuple after every change."""
        return self._all

    def get(self, number: int) -> SceneMask | None:
        """The mask of a number; None where there is none."""
        return next((each for each in self._all if each.number == number), None)

    @property
    def kept(self) -> tuple[SceneMask, ...]:
        """All of them as they are in the middle of a stroke, too; the same masks while nothing changes."""
        live = {drawing.number: drawing for drawing in self.drawings if drawing.stroking}
        if not live:
            return self._all
        return tuple(
            replace(each, mask=live[each.number].now) if each.number in live else each for each in self._all
        )  # fmt: skip

    @property
    def in_force(self) -> tuple[SceneMask, ...]:
        """All of them as what they are used for sees them."""
        if not self._in_force:
            return self._all
        return tuple(replace(each, mask=self._in_force.get(each.number, each.mask)) for each in self._all)

    @property
    def drawn_since(self) -> bool:
        """Whether what was drawn on a mask is not in force yet."""
        return bool(self._in_force)

    def of_use(self, use: str) -> tuple[Mask, ...]:
        """The masks that are used for something."""
        return tuple(each.mask for each in self.in_force if use in each.uses)

    def seen(self, cube: Cube, use: str) -> Cube:
        """A scene as a use sees it; the same object for as long as nothing changes."""
        masks = self.of_use(use)
        if not masks:
            return cube
        known = self._seen.get(use)
        if known is None or known[0] is not cube or known[1] != masks:
            known = self._seen[use] = cube, masks, without(cube, masks, use)
        return known[2]

    def add(self, mask: Mask) -> SceneMask:
        """Takes a mask that was made, under a name that no other has; it is used for nothing yet."""
        number = self._last = self._last + 1
        made = SceneMask(number, mask.named(self.free_name(mask.name)), color=COLORS[(number - 1) % len(COLORS)])
        self._take((*self._all, made))
        return made

    def put(self, number: int, mask: Mask) -> None:
        """Puts another mask in the place of one; where that is gone meanwhile, nothing."""
        self._take(tuple(replace(each, mask=mask) if each.number == number else each for each in self._all))

    def rename(self, number: int, name: str) -> None:
        """Calls a mask otherwise."""
        found = self.get(number)
        if found is not None and name and name != found.name:
            self.put(number, found.mask.named(self.free_name(name, number)))

    def use(self, number: int, uses: frozenset[str]) -> None:
        """Uses a mask for these and nothing else."""
        self._take(tuple(replace(each, uses=uses) if each.number == number else each for each in self._all))

    def recolor(self, number: int, color: Color) -> None:
        """Shows a mask in another colour."""
        self._take(tuple(replace(each, color=color) if each.number == number else each for each in self._all))

    def take(self, masks: tuple[SceneMask, ...]) -> None:
        """Has these masks and no others, such as those of before a change; all of them are in force."""
        self._in_force.clear()
        self._last = max([self._last, *(each.number for each in masks)])
        self._take(masks)

    # Drawn on

    @property
    def drawings(self) -> tuple[MaskDrawing, ...]:
        """What is drawn on masks, as far as it can be taken back: not where a mask is another since, or gone."""
        found = ((drawing, self.get(number)) for number, drawing in self._drawings.items())
        return tuple(d for d, each in found if each is not None and each.mask.same_pixels(d.mask))

    def drawing_on(self, number: int) -> MaskDrawing | None:
        """What is drawn on a mask, to be gone on with; None where there is no such mask."""
        found = self.get(number)
        if found is None:
            return None
        drawing = next((drawing for drawing in self.drawings if drawing.number == number), None)
        if drawing is None:
            drawing = MaskDrawing(number, found.mask, self._turns, self._events, self._put_drawn)
            self._drawings[number] = drawing
        return drawing

    def draw_back(self, text: str) -> None:
        """Draws on masks that were drawn on until they are as they are in force, each as one step.

        Args:
            text: what the step is called.
        """
        for number, mask in tuple(self._in_force.items()):
            drawing = self.drawing_on(number)
            if drawing is not None:
                drawing.become(mask, text)

    def _put_drawn(self, number: int, was: Mask, mask: Mask) -> None:
        before = self.get(number)
        if before is None or not before.mask.same_pixels(was):  # it is another meanwhile
            return
        in_force = self._in_force.setdefault(number, before.mask)
        if in_force.same_pixels(mask):
            del self._in_force[number]
        self._all = tuple(replace(each, mask=mask) if each is before else each for each in self._all)
        self._events.emit(MasksChanged())

    def free_name(self, name: str, own: int = 0) -> str:
        """The name itself, or with the first number behind it that no mask has but the one of number `own`."""
        taken = {each.name for each in self._all if each.number != own}
        if name not in taken:
            return name
        return next(other for n in range(2, len(taken) + 3) if (other := f"{name} {n}") not in taken)

    def _take(self, masks: tuple[SceneMask, ...]) -> None:
        self._all = masks
        for drawing in self.drawings:
            found = self.get(drawing.number)
            if found is not None and found.name != drawing.mask.name:
                drawing.called(found.name)
        self._events.emit(MasksChanged())
