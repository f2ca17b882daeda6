"""What the tools of a scene paint on: labels, the finished map or a mask; and taking that back in the order in which it
was done."""

from __future__ import annotations

from hsigui.document.events import MasksChanged
from hsigui.document.finishing import Finishing
from hsigui.document.label_target import LabelTarget
from hsigui.document.mask_drawing import MaskDrawing
from hsigui.document.paint_target import Painting, PaintTarget
from hsigui.document.scene_labels import SceneLabels
from hsigui.document.scene_masks import SceneMasks


class ScenePainting(SceneLabels):
    """Labels, the finished map and masks, one of which is painted.

    Args:
        rows, cols: of the scene.

    Attributes:
        masks: pixels of it that are masked out for some use.
        finishing: steps that are done over its maps, and what a hand paints over them.
        painting: what its tools paint on.
    """

    def __init__(self, rows: int, cols: int) -> None:
        super().__init__(rows, cols)
        self.masks = SceneMasks(self.events, self.turns)
        self.finishing = Finishing(self.events, self.labels, self.turns)
        self.painting = Painting(self.events, LabelTarget(self), lambda: (self.finishing, *self.masks.drawings))
        self.events.subscribe(MasksChanged, self._masks_changed)

    def paint_on_labels(self) -> None:
        """Has the tools paint labels from now on."""
        self._paint_on(None)

    def paint_on_map(self) -> None:
        """Has the tools paint on the finished map from now on, which is shown: nobody paints on what is not seen."""
        self.finishing.show(True)
        self._paint_on(self.finishing)

    def paint_on_mask(self, number: int) -> None:
        """Has the tools draw on a mask from now on; on labels where there is none of that number."""
        self._paint_on(self.masks.drawing_on(number))

    @property
    def mask_drawn_on(self) -> int:
        """The number of the mask that the tools draw on; 0 for none."""
        target = self.painting.target
        return target.number if isinstance(target, MaskDrawing) else 0

    def _paint_on(self, target: PaintTarget | None) -> None:
        self.painting.choose(target)
        self._rest()

    def _masks_changed(self, _event: MasksChanged) -> None:
        """A mask that is drawn on may be another, or gone."""
        target = self.painting.target
        if isinstance(target, MaskDrawing) and target not in self.masks.drawings:
            self.paint_on_mask(target.number)

    def _rest(self) -> None:
        for drawing in self.masks.drawings:
            if drawing is not self.painting.target:
                drawing.rest()

    @property
    def undo_text(self) -> str:
        """What the next undo takes back; empty when there is nothing."""
        target = self.painting.next_undo
        return "" if target is None else target.history.undo_text

    @property
    def redo_text(self) -> str:
        """What the next redo does again; empty when there is nothing."""
        target = self.painting.next_redo
        return "" if target is None else target.history.redo_text

    def undo(self) -> None:
        self._close_step()  # what is being drawn is the last step
        self.painting.end_strokes()
        if (target := self.painting.next_undo) is not None:
            target.undo()
            self._rest()

    def redo(self) -> None:
        self._close_step()
        self.painting.end_strokes()
        if (target := self.painting.next_redo) is not None:
            target.redo()
            self._rest()

    @property
    def stroking(self) -> bool:
        """From the start of a stroke to its end, on labels, map or mask. An open polygon is no stroke."""
        return self.painting.stroking

    def set_layer(self, layer: int) -> None:
        """Chooses which labels are painted, TRAINING or VALIDATION, and nothing else than labels."""
        self.paint_on_labels()
        super().set_layer(layer)
