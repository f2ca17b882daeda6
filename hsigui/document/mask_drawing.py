"""A mask that is drawn on with the tools of labels: each pixel that a hand has turned over, and the mask that comes of
it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hsigui.cube.areas import PixelAreas, pixel_areas
from hsigui.document.events import MaskPainted
from hsigui.document.hub import Events
from hsigui.document.paint_target import MASK, NO_REASONS, PaintedRaster, Reasons
from hsigui.document.values import Box
from hsigui.labels.history import Turns
from hsigui.labels.label_map import Edit
from hsigui.labels.strokes import Area, trimmed
from hsigui.masks.drawn import DrawnOn, drawn_on
from hsigui.masks.mask import Mask

TURNED = 1  # in `painted`: a pixel that is otherwise than in the mask that was found


class MaskDrawing(PaintedRaster):
    """What a hand draws on one mask.

    Args:
        number: of the mask in its scene.
        mask: as it is before the first stroke.
        put: takes the mask as it was before each step and as it is after it.

    Attributes:
        number: of the mask in its scene.
        mask: as it is after the last step.
    """

    kind, alone = MASK, True

    def __init__(
        self, number: int, mask: Mask, turns: Turns, events: Events, put: Callable[[int, Mask, Mask], None]
    ) -> None:  # fmt: skip
        super().__init__(*mask.shape, turns, events)
        self.number, self.mask = number, mask
        self._base, self._put = mask, put
        self._pixels: NDArray[np.bool_] | None = None
        self._areas: tuple[PixelAreas | None] | None = None
        self._live: tuple[int, Mask] | None = None  # the mask in the middle of a stroke, and the revision that it is of

    @property
    def pixels(self) -> NDArray[np.bool_]:
        """What is masked out now, rows x cols, a view that may change; in memory until `rest`."""
        if self._pixels is None:
            self._pixels = self._base.masked
            box = self.painted.extent()
            if box is not None:
                self._renew(box)
        view = self._pixels.view()
        view.setflags(write=False)
        return view

    def rest(self) -> None:
        """Lets go of what is in memory only to be drawn on."""
        self._pixels = None

    @property
    def now(self) -> Mask:
        """The mask as it is in the middle of a stroke, too; the same object while nothing changes."""
        if not self.stroking:
            return self.mask
        if self._live is None or self._live[0] != self.history.revision:
            self._live = self.history.revision, self._made()
        return self._live[1]

    def paint(self, area: Area, number: int, text: str) -> Reasons:
        """Masks pixels out; 0 takes them out of the mask."""
        top, left, mask = area
        window = self.pixels[top : top + mask.shape[0], left : left + mask.shape[1]]
        self._turn_over(trimmed(top, left, mask & (window != (number > 0))), text)
        return NO_REASONS

    def become(self, mask: Mask, text: str) -> None:
        """Masks out the same pixels as another mask, as one step."""
        self._turn_over(trimmed(0, 0, self.pixels != mask.masked), text)

    def called(self, name: str) -> None:
        """The mask is called otherwise."""
        self.mask, self._base, self._live = self.mask.named(name), self._base.named(name), None

    def _turn_over(self, found: Area | None, text: str) -> None:
        if found is not None:
            top, left, mask = found
            window = self.painted.array[top : top + mask.shape[0], left : left + mask.shape[1]]
            self.edit(Edit(top, left, mask, TURNED - window[mask]), text)

    def _box_changed(self, box: Box) -> None:
        if self._pixels is not None:
            self._renew(box)
        self._events.emit(MaskPainted(self.number))

    def _step_done(self) -> None:
        before, self.mask = self.mask, self._made()
        self._put(self.number, before, self.mask)
        super()._step_done()

    def _renew(self, box: Box) -> None:
        assert self._pixels is not None
        top, left, bottom, right = box
        turned = self.painted.array[top:bottom, left:right] == TURNED
        self._pixels[top:bottom, left:right] = self._base.rows(top, bottom)[:, left:right] ^ turned

    def _made(self) -> Mask:
        """The mask as it is now. Only in the box of what was drawn are pixels counted."""
        base, box = self._base, self.painted.extent()
        if box is None or not self.painted.labelled():
            return base
        top, left, bottom, right = box
        turned = self.painted.array[top:bottom, left:right] == TURNED
        before = base.rows(top, bottom)[:, left:right]
        more, fewer = turned & ~before, turned & before
        recipe = drawn_on(base.recipe, DrawnOn.of(base.shape, (top, left), more, fewer))
        made = Mask.of(base.name, self.pixels, recipe, base.geo, base.notes)
        pixels = base.pixels + int(np.count_nonzero(more)) - int(np.count_nonzero(fewer))
        return made.sized(pixels, self._area(box, more, fewer) if pixels else self._base.area and 0.0)

    def _area(self, box: Box, more: NDArray[np.bool_], fewer: NDArray[np.bool_]) -> float | None:
        if self._base.area is None:
            return None
        if self._areas is None:
            self._areas = (pixel_areas(self._base.geo, self._base.shape),)
        areas = self._areas[0]
        assert areas is not None
        top, left, bottom, right = box
        each = areas.rows(slice(top, bottom))[:, left:right]
        return max(0.0, self._base.area + float(each[more].sum()) - float(each[fewer].sum()))
