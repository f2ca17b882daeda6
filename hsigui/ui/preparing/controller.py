"""The dialog that prepares cubes, its previews, and what saves the new file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from hsigui import stopping
from hsigui.cube.cube import Cube
from hsigui.document.events import BandsChanged, SceneClosed, SceneShown, ViewChanged
from hsigui.document.hub import Changed
from hsigui.document.intentions import SceneAsked
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.errors import HsiError, is_out_of_memory, out_of_memory
from hsigui.jobs import Context
from hsigui.pipeline.prepare_lines import prepare_lines
from hsigui.pipeline.python_lines import python_of
from hsigui.preparing.chosen import ChosenStep, read_steps, write_steps
from hsigui.preparing.components import Components, sampled_components
from hsigui.preparing.wish import Joined, Written
from hsigui.seen import free_name
from hsigui.texts import say
from hsigui.ui.desk import careful_saving
from hsigui.ui.desk.careful_saving import Saving
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.bench import Bench
from hsigui.ui.preparing import saving
from hsigui.ui.preparing.dialog import PrepareDialog
from hsigui.ui.preparing.editors import Sources
from hsigui.ui.preparing.eigen_plot import kept_by, kind_of
from hsigui.ui.preparing.part_picture import Share
from hsigui.ui.preparing.previewing import Looking, Preparer, Preview, Spectra, previewed, spectra_at
from hsigui.ui.preparing.save_dialog import SaveCubeDialog

STEP_KINDS = say("Steps (*.txt)")


@dataclass(frozen=True)
class Wish:
    """What was asked for of a scene.

    Attributes:
        out, written: the last file that was written, and how; None before.
    """

    joined: Joined = field(default_factory=Joined)
    steps: tuple[ChosenStep, ...] = ()
    out: Path | None = None
    written: Written = field(default_factory=Written)


class PrepareController(QObject):
    """Makes the dialog when it is first asked for; what was chosen for a scene comes back while it is open."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._image = bench.desk, bench.image
        self._session = bench.desk.session
        self._dialog: PrepareDialog | None = None
        self._wishes: dict[int, Wish] = {}
        self._preparer: Preparer | None = None
        self._of: Cube | None = None  # that the preparer is of
        self._box: Box | None = None
        self._preview: Preview | None = None
        bridge = bench.desk.bridge
        self._previewing = Latest(
            bridge, say("Preview of prepared cube"), self._show_preview, failed=self._no_preview, early=self._looking
        )
        self._reading = Latest(bridge, say("Read spectra"), self._show_spectra, failed=self._no_spectra)
        self._components = Latest(bridge, say("Eigenvalues"), self._show_components, failed=self._no_components)
        self._known: tuple[Cube, Components] | None = None  # the last components, and of which cube
        events = self._session.events
        events.subscribe(SceneShown, self._shown)
        events.subscribe(SceneClosed, self._closed)
        for kind in (BandsChanged, ViewChanged):
            events.subscribe(kind, self._renew)

    @property
    def dialog(self) -> PrepareDialog | None:
        """The dialog; None before it was asked for."""
        return self._dialog

    @property
    def busy(self) -> bool:
        """Whether a preview is made that is not shown yet."""
        return self._previewing.busy or self._reading.busy or self._components.busy

    # What is asked for

    def show_dialog(self) -> None:
        """Shows the dialog for the scene, and brings it to the front."""
        if self._session.shown is None:
            return
        if self._dialog is None:
            self._dialog = self._made()
        self._box = None
        self._show_wish()
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self._request()

    def save_scene(self) -> None:
        """Asks how the scene is saved as it is."""
        scene = self._session.shown
        if scene is not None:
            self._ask_saving(scene, Joined(), (), scene.cube)

    def _made(self) -> PrepareDialog:
        menu = QMenu(self._desk.window)
        menu.addAction(say("Copy as &command"), self.copy_command)
        menu.addAction(say("Copy as &Python"), self.copy_python)
        menu.addSeparator()
        menu.addAction(say("&Open steps…"), self.open_steps)
        menu.addAction(say("&Save steps…"), self.save_steps)
        dialog = PrepareDialog(Sources(self._ask_file, self._seen, self._seen_map), menu, self._desk.window)
        dialog.changed.connect(self._changed)
        dialog.pointed.connect(self._point)
        dialog.steps.chosen.connect(self._ask_components)
        dialog.eigen.dragged.connect(self._keep)
        dialog.part_asked.connect(self._part_as_seen)
        dialog.stop_asked.connect(self._stop)
        dialog.save_asked.connect(self._save_prepared)
        dialog.left.connect(self._stop)
        return dialog

    def copy_command(self) -> None:
        """The steps as a command line."""
        self._copy(script=False)

    def copy_python(self) -> None:
        """The steps as a Python script."""
        self._copy(script=True)

    def _copy(self, *, script: bool) -> None:
        scene, wish = self._session.shown, self._wish
        if scene is None:
            return
        out = wish.out or self._proposal(scene, bool(wish.steps))
        try:
            lines = prepare_lines(scene.cube, wish.joined, wish.steps, wish.written, out)
            QGuiApplication.clipboard().setText(python_of(lines) if script else "\n".join([*lines, ""]))
        except HsiError as error:
            self._desk.fail(error)
        else:
            name = out.name
            self._desk.messages.info(
                say("Copied a Python script that writes {name}.", name=name) if script
                else say("Copied the command that writes {name}.", name=name)
            )  # fmt: skip

    def open_steps(self) -> None:
        """Takes the steps of a file in place of those that are listed."""
        path = self._desk.prompts.open_path(say("Open steps"), str(self._desk.folder()), scene=False, kinds=STEP_KINDS)
        if path is None or self._dialog is None:
            return
        try:
            steps = read_steps(path)
        except HsiError as error:
            self._desk.fail(error)
            return
        self._dialog.steps.show_steps(steps)
        self._changed()

    def save_steps(self) -> None:
        """Writes the steps to a file, as `hsigui prepare --steps` reads it."""
        proposal = str(self._desk.folder() / "steps.txt")
        path = self._desk.prompts.save_path(say("Save steps"), proposal, kinds=STEP_KINDS)
        if path is None:
            return
        try:
            write_steps(path, self._wish.steps)
        except HsiError as error:
            self._desk.fail(error)
        else:
            self._desk.told(say("The steps were saved to {path}.", path=path), path)

    # What is chosen

    @property
    def _wish(self) -> Wish:
        scene = self._session.shown
        return Wish() if scene is None else self._wishes.get(scene.id, Wish())

    def _changed(self) -> None:
        scene, dialog = self._session.shown, self._dialog
        if scene is not None and dialog is not None:
            self._wishes[scene.id] = replace(self._wish, joined=dialog.files.joined, steps=dialog.steps.steps)
            self._request()

    def _show_wish(self) -> None:
        scene, dialog = self._session.shown, self._dialog
        if scene is None or dialog is None:
            return
        wish = self._wish
        dialog.scene.setText(say("Scene: {name}", name=scene.cube.name))
        dialog.files.show_joined(wish.joined)
        dialog.steps.show_steps(wish.steps)

    def _ask_file(self, title: str) -> Path | None:
        return self._desk.prompts.open_path(title, str(self._desk.folder()), scene=True)

    def _seen(self) -> tuple[str, str] | None:
        box = self._image.visible_box()
        return None if box is None else (f"{box[0]}:{box[2]}", f"{box[1]}:{box[3]}")

    def _seen_map(self) -> str | None:
        box, cube = self._image.visible_box(), self._session.cube
        if box is None or cube is None or cube.geo.transform is None:
            return None
        corners = [cube.geo.to_map(row, col) for row in (box[0], box[2]) for col in (box[1], box[3])]
        x, y = zip(*(corner for corner in corners if corner is not None), strict=True)
        return ",".join(f"{value:.12g}" for value in (min(x), min(y), max(x), max(y)))

    # The preview

    def _shown(self, _event: Changed) -> None:
        self._box = None
        self._forget()
        if self._dialog is not None and self._dialog.isVisible():
            if self._session.shown is None:
                self._dialog.close()
                return
            self._show_wish()
            self._request()

    def _closed(self, event: SceneClosed) -> None:
        self._wishes.pop(event.scene, None)
        self._forget()

    def _renew(self, _event: Changed) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._request()

    def _forget(self) -> None:
        self._previewing.forget()
        self._reading.forget()
        self._components.forget()
        self._preparer = self._of = self._preview = self._known = None
        if self._dialog is not None:
            self._dialog.eigen.hide()
            for picture in self._dialog.pictures.values():
                picture.show_picture(None)
            self._dialog.show_spectra(None)
            self._dialog.show_cross(None)

    def _part_as_seen(self) -> None:
        self._box = None
        self._request()

    def _request(self) -> None:
        scene, dialog = self._session.shown, self._dialog
        if scene is None or dialog is None:
            return
        if self._preparer is None or self._of is not scene.cube:
            self._preparer, self._of = Preparer(scene.cube), scene.cube
        if self._box is None:
            self._box = self._image.visible_box() or (0, 0, scene.cube.rows, scene.cube.cols)
        wish = self._wish
        dialog.show_busy(True)
        view = scene.view
        self._previewing.request(partial(
            previewed, preparer=self._preparer, joined=wish.joined, steps=wish.steps, view=view, box=self._box
        ))  # fmt: skip

    def _looking(self, value: object) -> None:
        if self._dialog is not None and isinstance(value, Looking):
            self._dialog.show_busy(True, value)

    def _show_preview(self, preview: Preview) -> None:
        self._preview = preview
        if self._dialog is not None:
            self._dialog.show_preview(preview)
            self._point(self._share)
            self._ask_components()

    def _no_preview(self, error: BaseException, trace: str) -> None:
        if is_out_of_memory(error):
            error = out_of_memory()
        if self._dialog is None or not isinstance(error, HsiError):
            self._desk.fail(error, trace)
            return
        self._preview = None
        self._dialog.show_busy(False)
        self._dialog.steps.show_outcome((), "")
        self._dialog.pictures["after"].show_picture(None)
        self._dialog.show_problem(str(error))

    def _stop(self) -> None:
        self._previewing.forget()
        self._reading.forget()
        if self._dialog is not None:
            self._dialog.show_busy(False)
            self._dialog.state.setText(say("The preview was stopped. It is made again when a step changes."))

    _share: Share = (0.5, 0.5)

    def _point(self, share: Share) -> None:
        self._share = share
        if self._preview is not None:
            self._reading.request(partial(spectra_at, preview=self._preview, share=share))

    def _show_spectra(self, spectra: Spectra) -> None:
        if self._dialog is not None and self._preview is not None:
            unit = self._desk.wavelength_unit
            self._dialog.show_cross(self._share)
            self._dialog.show_spectra(spectra, unit.axis(), unit.of)

    def _no_spectra(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError) and self._dialog is not None:
            self._dialog.show_spectra(None)
        else:
            self._desk.fail(error, trace)

    # Components

    def _ask_components(self, _place: int = -1) -> None:
        """Looks for the components of the cube as it is before the chosen step, where that keeps some of them."""
        dialog, preview = self._dialog, self._preview
        if dialog is None:
            return
        steps, place = dialog.steps.steps, dialog.steps.place
        kind = kind_of(steps[place]) if 0 <= place < len(steps) and steps[place].on else ""
        before = sum(step.on for step in steps[: max(0, place)])
        if not kind or preview is None or before >= len(preview.cubes):
            self._components.forget()
            dialog.eigen.hide()
            return
        cube = preview.cubes[before]
        if self._known is not None and self._known[0] is cube and self._known[1].kind == kind:
            dialog.eigen.show_components(self._known[1], kept_by(steps[place]))
            return
        dialog.eigen.show_state(say("Looking for the components…"))
        self._components.request(partial(_components, cube=cube, kind=kind))

    def _show_components(self, found: tuple[Cube, Components]) -> None:
        self._known = found
        self._ask_components()

    def _no_components(self, error: BaseException, trace: str) -> None:
        if isinstance(error, HsiError) and self._dialog is not None:
            self._dialog.eigen.show_state(str(error))
        else:
            self._desk.fail(out_of_memory() if is_out_of_memory(error) else error, trace)

    def _keep(self, count: int) -> None:
        dialog = self._dialog
        if dialog is not None and (kind := kind_of(dialog.steps.steps[dialog.steps.place])):
            dialog.steps.set_text(f"{kind},{count}")

    # Saving

    def _save_prepared(self) -> None:
        scene, wish, preview = self._session.shown, self._wish, self._preview
        if scene is None or preview is None:
            return
        if preview.problem is not None:
            self._desk.fail(preview.problem)
            return
        self._ask_saving(scene, wish.joined, wish.steps, preview.after.cube)

    def _ask_saving(self, scene: Scene, joined: Joined, steps: tuple[ChosenStep, ...], cube: Cube) -> None:
        def ask(title: str, proposal: str, kinds: str) -> Path | None:
            return self._desk.prompts.save_path(title, proposal, kinds=kinds)

        parent = self._dialog if self._dialog is not None and self._dialog.isVisible() else self._desk.window
        dialog = SaveCubeDialog(cube, self._proposal(scene, bool(steps or joined.files)), ask, parent)
        open_dialog(dialog, partial(self._agreed, scene, joined, steps))

    def _proposal(self, scene: Scene, prepared: bool) -> Path:
        name = scene.cube.path.stem if scene.cube.path is not None else scene.cube.name
        path = self._desk.folder() / f"{name}-{'prepared' if prepared else 'copy'}.hdr"
        return free_name(path) if path.exists() else path

    def _agreed(self, scene: Scene, joined: Joined, steps: tuple[ChosenStep, ...], dialog: SaveCubeDialog) -> None:
        path, written, opens = dialog.path.absolute(), dialog.written, dialog.opens.isChecked()
        there = next((file for file in saving.targets_of(path) if file.exists()), None)
        if there is not None and not dialog.confirmed:
            sure = self._desk.prompts.confirm(
                say("Save cube"), say("{name} is there already.", name=there.name), "", say("Replace")
            )
            if not sure:
                return
        if scene.id in self._wishes:
            self._wishes[scene.id] = replace(self._wishes[scene.id], out=path, written=written)
        self._save(scene.cube, joined, steps, path, written, opens)

    def _save(
        self, cube: Cube, joined: Joined, steps: tuple[ChosenStep, ...], path: Path, written: Written, opens: bool
    ) -> None:  # fmt: skip
        def done(files: list[Path]) -> None:
            self._desk.told(say("The cube was saved to {path}.", path=files[0]), files[0])
            if opens:
                self._session.events.emit(SceneAsked(files[0]))

        copy = free_name(path)
        careful_saving.save(self._desk, Saving(
            say("Save cube"), saving.targets_of(path),
            partial(saving.write, cube=cube, joined=joined, steps=steps, path=path, written=written), done,
            lambda: None, (copy, partial(self._save, cube, joined, steps, copy, written, opens)),
        ))  # fmt: skip


def _components(ctx: Context, cube: Cube, kind: str) -> tuple[Cube, Components]:
    with stopping.checked_by(ctx.check):
        return cube, sampled_components(cube, kind)
