"""The masks of a scene: which there are, what each is used for, and the scene as each use sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from hsigui.cube.cube import Cube
from hsigui.document.events import Events, MasksChanged
from hsigui.labels.classes import Color
from hsigui.masks.mask import Mask
from hsigui.masks.using import without

COLORS: tuple[Color, ...] = ((214, 39, 40), (31, 119, 180), (255, 127, 14), (148, 103, 189), (23, 190, 207),
                             (227, 119, 194), (188, 189, 34), (44, 160, 44))  # fmt: skip


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
    """

    def __init__(self, events: Events) -> None:
        self._events = events
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

    def of_use(self, use: str) -> tuple[Mask, ...]:
        """The masks that are used for something."""
        return tuple(each.mask for each in self._all if use in each.uses)

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
        """Has these masks and no others, such as those of before a change."""
        self._last = max([self._last, *(each.number for each in masks)])
        self._take(masks)

    def free_name(self, name: str, own: int = 0) -> str:
        """The name itself, or with the first number behind it that no mask has but the one of number `own`."""
        taken = {each.name for each in self._all if each.number != own}
        if name not in taken:
            return name
        return next(other for n in range(2, len(taken) + 3) if (other := f"{name} {n}") not in taken)

    def _take(self, masks: tuple[SceneMask, ...]) -> None:
        self._all = masks
        self._events.emit(MasksChanged())
