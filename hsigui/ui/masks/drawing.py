"""Has the label tools draw on a mask, and says so."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject

from hsigui.document.events import MasksChanged, PaintTargetChanged, SceneShown
from hsigui.document.intentions import OverlayAsked
from hsigui.document.scene_masks import SceneMask
from hsigui.masks.drawn import DrawnOn
from hsigui.masks.mask import Mask
from hsigui.masks.recipe import MaskRecipe
from hsigui.texts import say
from hsigui.ui.image.bench import Bench
from hsigui.ui.masks.controller import MasksPanelController
from hsigui.ui.masks.panel import USE_TITLES, MasksPanel
from hsigui.ui.masks.subject import subject_id


class MaskDrawings(QObject):
    """Begins and ends drawing on a mask, and keeps the switch and the panel in step with it."""

    def __init__(self, bench: Bench, panel: MasksPanel, masks: MasksPanelController) -> None:
        super().__init__(bench.desk.window)
        self._session, self._panel, self._masks = bench.desk.session, panel, masks
        self._action = bench.actions["draw_on_mask"]
        for kind in (SceneShown, PaintTargetChanged, MasksChanged):
            self._session.events.subscribe(kind, self._show)

    def draw(self, on: bool) -> None:
        """Has the tools draw on the chosen mask, or paint labels again."""
        scene, chosen = self._session.scene, self._masks.chosen
        if not on and scene.mask_drawn_on:
            scene.paint_on_labels()
        elif on and chosen and not scene.mask_drawn_on:
            self._draw_on(chosen[0])
        self._show()

    def draw_new(self) -> None:
        """Makes a mask of no pixels, and has the tools draw on it."""
        scene = self._session.shown
        if scene is not None:
            shape = scene.cube.rows, scene.cube.cols
            nothing = np.zeros(shape, dtype=bool)
            made = Mask.of(say("Drawn"), nothing, MaskRecipe((DrawnOn(shape),)), scene.cube.geo)
            self._draw_on(self._masks.list_new(scene, made))

    def _draw_on(self, mask: SceneMask) -> None:
        scene = self._session.scene
        self._panel.bring_to_front()
        scene.paint_on_mask(mask.number)
        scene.events.emit(OverlayAsked(subject_id(mask.number)))  # nobody draws on what is not seen

    def _show(self, _event: object = None) -> None:
        scene = self._session.scene
        found = scene.masks.get(scene.mask_drawn_on)
        self._action.setChecked(found is not None)
        self._panel.show_drawing("" if found is None else _told(found))


def _told(mask: SceneMask) -> str:
    told = say("Drawing on mask ‘{name}’: labels are not touched. Esc in the image, or the button: labels again.",
               name=mask.name)  # fmt: skip
    uses = say(", ").join(USE_TITLES[use] for use in USE_TITLES if use in mask.uses)
    if not uses:
        return told
    return say("{told} What it is used for ({uses}) follows when drawing ends.", told=told, uses=uses)
