"""Pictures of the view and of what a scene can show, to the clipboard and to files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QGuiApplication, QImage

from hsigui.document.events import SceneShown
from hsigui.jobs import Context
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.pictures.dialog import PictureDialog
from hsigui.ui.image.pictures.dragging import Dragging
from hsigui.ui.image.pictures.files import filter_of, write_picture
from hsigui.ui.image.pictures.making import Material, preview, sheet_for
from hsigui.ui.image.pictures.port import Port, Taking
from hsigui.ui.image.pictures.sheet import drawn
from hsigui.ui.image.pictures.wish import SEEN, PictureWish

MOST_SEEN = 32_000_000  # pixels of a picture of the view; larger ones are drawn so, and enlarged
# What a view is explained by at first, where it is shown: the ids of subjects and of the switches that show them, from
# the topmost on. Errors stand in the place of the map, and a layer that is shown alone in that of bands.
_EXPLAIN = (("error", "show_errors"), ("map", "show_map"), ("layer {alone}", ""), ("labels", "show_labels"))


class Pictures(QObject):
    """View > Copy picture and File > Save picture.

    Attributes:
        wish: how the last picture was.
    """

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self.wish = PictureWish()
        self._bench, self._desk = bench, bench.desk
        folder = bench.journal.projects.folder.parent / "dragged"
        self.dragging = Dragging(self.port, bench.desk.bridge, folder, self._name, self.ask)
        bench.desk.session.events.subscribe(SceneShown, self._shown)

    @property
    def port(self) -> Port:
        """The inside of the image view."""
        port = self._bench.image.viewport()
        if not isinstance(port, Port):
            raise AssertionError("the image view has a port")
        return port

    def copy_view(self) -> None:
        """Puts what is seen on the clipboard, as fine as the screen."""
        if self._desk.session.shown is not None:
            QGuiApplication.clipboard().setImage(self.port.seen(self.port.devicePixelRatioF()))
            self._desk.messages.info(say("Copied the view as a picture."), stays=False)

    def ask(self) -> None:
        """Asks how a picture is to be, and saves or copies it."""
        material = self.material()
        if material is None:
            return
        dialog = PictureDialog(material, self.wish, self._desk.window)
        seen = self.port.seen(1.0)
        showing = Latest(self._desk.bridge, say("Preview"), dialog.show_preview, early=dialog.show_preview)
        renew = partial(self._renew, dialog, showing, seen)
        dialog.changed.connect(renew)
        dialog.copy_asked.connect(partial(self._copy, dialog))
        dialog.finished.connect(showing.forget)
        open_dialog(dialog, self._save_chosen)
        renew()

    def material(self) -> Material | None:
        """What there is to be drawn now; None without a scene."""
        scene, image = self._desk.session.shown, self._bench.image
        if scene is None:
            return None
        subjects = tuple(subject for subject in self._bench.subjects.of(scene) if subject.there)
        actions, ids = self._bench.actions, {subject.id for subject in subjects}
        alone = scene.derived.view.alone
        seen = (name.format(alone=alone) for name, switch in _EXPLAIN if not switch or actions[switch].isChecked())
        explained = next((name for name in seen if name in ids), "")
        size = (scene.cube.rows, scene.cube.cols)
        return Material(
            scene.cube.name,
            size,
            scene.cube.geo,
            subjects,
            image.visible_box(),
            self.port.size(),
            explained,
            self._bench.subjects.lines_of(scene),
        )

    def save(self, wish: PictureWish, material: Material, title: str, path: Path) -> None:
        """Writes a picture to a file."""
        self._take(wish, material, partial(self._write, wish, material, title, path))

    # Inner doings

    def _name(self) -> str:
        scene = self._desk.session.shown
        return "" if scene is None else scene.cube.name

    def _shown(self, _event: SceneShown) -> None:
        self.dragging.handle.show()

    def _renew(self, dialog: PictureDialog, showing: Latest, seen: QImage) -> None:
        room = dialog.preview.room.expandedTo(QSize(16, 16))
        showing.request(
            partial(preview, wish=dialog.wish, material=dialog.explained, title=dialog.title, seen=seen, room=room)
        )

    def _save_chosen(self, dialog: PictureDialog) -> None:
        self.wish, material, title = dialog.wish, dialog.explained, dialog.title
        kind = self.wish.kind
        proposal = self._desk.folder() / f"{material.name}-{self.wish.subject}{kind}"
        path = self._desk.prompts.save_path(say("Save picture"), str(proposal), kinds=filter_of(kind))
        if path is not None:
            self.save(self.wish, material, title, path)

    def _write(self, wish: PictureWish, material: Material, title: str, path: Path, seen: QImage | None) -> None:
        def write(ctx: Context) -> list[Path]:
            return write_picture(ctx, sheet_for(ctx, wish, material, title, seen), path)

        def done(written: list[Path]) -> None:
            self._desk.told(say("The picture was saved to {path}.", path=path), written[0])

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save picture"), (path,), write, done, lambda: None,
            (copy, partial(self._write, wish, material, title, copy, seen)),
        ))  # fmt: skip

    def _copy(self, dialog: PictureDialog) -> None:
        wish, material, title = dialog.wish, dialog.explained, dialog.title

        def make(seen: QImage | None) -> None:
            def work(ctx: Context) -> QImage:
                return drawn(sheet_for(ctx, wish, material, title, seen))

            self._desk.bridge.start(work, say("Copy picture"), Watcher(done=self._copied))

        self._take(wish, material, make)

    def _copied(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        self._desk.messages.info(say("Copied the picture."), stays=False)

    def _take(self, wish: PictureWish, material: Material, then: Callable[[QImage | None], None]) -> None:
        """Does something with what is seen, as fine as it is wanted; with None where a subject is drawn."""
        if wish.subject != SEEN:
            then(None)
            return
        port = material.port
        finest = (MOST_SEEN / (port.width() * port.height())) ** 0.5
        Taking(self.port, min(wish.width(port.width()) / port.width(), finest), then)
