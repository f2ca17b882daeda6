"""Quality masks of the open scene: chosen, applied, taken off, and kept for the next time. No file is changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.cube.masked import MaskedCube
from hsigui.cube.quality import whole, with_quality
from hsigui.document.events import ImportKept
from hsigui.document.scene import Scene
from hsigui.jobs import Context
from hsigui.labels.label_map import UNLABELLED
from hsigui.storage import chosen_masks
from hsigui.texts import say, say_number
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.input_change import take_input
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.scene.masks_dialog import MasksDialog


@dataclass(frozen=True, eq=False)
class Masked:
    """A scene with other masks.

    Attributes:
        scene: its id.
        of: the cube that it was made from.
    """

    scene: int
    of: Cube
    cube: Cube


class MasksController(QObject):
    """Opens the list of masks and takes what was chosen in it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk.window)
        self._desk, self._session = desk, desk.session
        self._masking = Latest(desk.bridge, say("Apply quality masks"), self._take)

    def ask(self) -> None:
        """Opens the list for the scene."""
        cube = self._session.cube
        if cube is not None:
            dialog = MasksDialog(whole(cube), cube.info.quality, self._desk.bridge, self._desk.window)
            open_dialog(dialog, partial(self._apply_chosen, self._session.scene.id))

    def _apply_chosen(self, scene: int, dialog: MasksDialog) -> None:
        self.apply(scene, dialog.chosen)

    def apply(self, number: int, names: tuple[str, ...]) -> None:
        """Leaves out the pixels that these masks mark, and no others; the masks are read on a worker thread.

        Args:
            number: id of the scene.
            names: of the masks; none for all pixels as the file has them.
        """
        scene = self._session.find(number)
        if scene is not None and names != scene.cube.info.quality:
            self._masking.request(partial(_masked, number=number, cube=scene.cube, names=names))

    def _take(self, made: Masked) -> None:
        scene = self._session.find(made.scene)
        if scene is None:
            return
        if scene is not self._session.shown:
            self._desk.messages.info(
                say("The quality masks of {name} are as they were: another scene came to the front.",
                    name=scene.cube.name)
            )  # fmt: skip
            return
        names, before = made.cube.info.quality, scene.cube.info.quality
        if scene.cube is not made.of:  # its bands were changed meanwhile
            self.apply(scene.id, names)
            return
        if not take_input(
            self._desk, scene, made.cube, say("Other quality masks"),
            say("The encoder and the map were made of other pixels."), say("Change the masks"),
        ):  # fmt: skip
            return
        plain = scene.plain
        kept = Watcher(done=lambda _kept: self._session.events.emit(ImportKept(scene.id)))
        self._desk.bridge.start(lambda _ctx: chosen_masks.remember(plain, names), say("Keep the masks"), kept)
        self._tell(scene, before)

    def _tell(self, scene: Scene, before: tuple[str, ...]) -> None:
        cube = scene.cube
        back = [(say("Undo"), partial(self.apply, scene.id, before))]
        if not isinstance(cube, MaskedCube):
            self._desk.messages.info(
                say("No quality mask leaves out pixels of {name} any more.", name=cube.name), "", back, stays=False
            )
            return
        layers = (scene.labels.array, scene.labels.validation)
        labels = sum(int(np.count_nonzero(cube.withheld & (layer != UNLABELLED))) for layer in layers)
        lying = say_number(
            "1 label lies on them: it is kept, and neither trained nor measured on.",
            "{count:,} labels lie on them: they are kept, and neither trained nor measured on.",
            labels,
        )
        self._desk.messages.info(
            say("{pixels:,} pixels of {name} have no data now, by quality masks ({names}).",
                pixels=int(np.count_nonzero(cube.withheld)), name=cube.name, names=", ".join(cube.info.quality)),
            lying if labels else "", back, stays=bool(labels),
        )  # fmt: skip


def _masked(ctx: Context, number: int, cube: Cube, names: tuple[str, ...]) -> Masked:
    ctx.progress(0, 0, say("Reading the quality masks of {name}…", name=cube.name))
    return Masked(number, cube, with_quality(whole(cube), names))
