"""Masks from files and to files."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.document.scene import Scene
from hsigui.document.scene_masks import SceneMask
from hsigui.jobs import Context
from hsigui.masks.files import read_mask, save_mask
from hsigui.masks.mask import Mask
from hsigui.masks.sources import ByPolygons
from hsigui.preparing.area import Polygons
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Watcher
from hsigui.ui.masks.controller import MasksPanelController

KINDS = say("GeoTIFF (*.tif);;ENVI (*.hdr);;NumPy (*.npy)")


class MaskFiles(QObject):
    """Asks for files, reads and writes them."""

    def __init__(self, desk: Desk, masks: MasksPanelController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._masks = desk, desk.session, masks

    def ask_polygons(self) -> None:
        """Asks for a file of shapes, and masks out the pixels under them."""
        path = self._desk.prompts.open_path(say("Mask by polygons"), str(self._desk.folder()), scene=False)
        if path is not None:
            self._masks.make((ByPolygons(Polygons(path.resolve())),), path.stem)

    def ask_and_open(self) -> None:
        """Asks for the file of a mask, and takes it."""
        path = self._desk.prompts.open_path(say("Open mask"), str(self._desk.folder()), scene=False)
        if path is not None:
            self.open(path)

    def open(self, path: Path) -> None:
        """Takes the mask of a file."""
        scene = self._session.scene
        watcher = Watcher(done=partial(self._masks.add, scene))
        self._desk.bridge.start(partial(_read, path=path, cube=scene.cube), say("Open mask"), watcher)

    def ask_and_export(self) -> None:
        """Asks for a file, and writes the chosen mask to it."""
        if not self._masks.chosen:
            return
        found, scene = self._masks.chosen[0], self._session.scene
        name = "".join(c if c.isalnum() or c in "-_" else "-" for c in found.name).strip("-") or "mask"
        proposal = self._desk.folder() / f"{scene.cube.name}-{name}.tif"
        path = self._desk.prompts.save_path(say("Export mask"), str(proposal), kinds=KINDS)
        if path is not None:
            self.write(path, scene, found)

    def write(self, path: Path, scene: Scene, found: SceneMask) -> None:
        """Writes a mask of a scene; commands find it there from then on."""

        def done(written: list[Path]) -> None:
            known = scene.masks.get(found.number)
            if known is not None and known.mask.sha256 == found.mask.sha256:
                scene.masks.put(found.number, known.mask.in_file(written[0].resolve()))
            self._desk.told(say("{name} was written to {path}.", name=found.name, path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Export mask"), (path,), partial(_write, mask=found.mask, path=path), done, lambda: None,
            (copy, partial(self.write, copy, scene, found)),
        ))  # fmt: skip


def _read(ctx: Context, path: Path, cube: Cube) -> Mask:
    ctx.progress(0, 0, say("Reading {name}…", name=path.name))
    found = read_mask(path, cube)
    _ = found.pixels, found.area
    return found


def _write(_ctx: Context, mask: Mask, path: Path) -> list[Path]:
    return save_mask(mask, path, mask.commands)
