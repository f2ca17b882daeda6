"""Unmixing of the shown scene: the dialog, what is added to it and found for it, its preview, and the layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.analysis.endmember_count import Counted, count_endmembers
from hsigui.analysis.endmembers import Found, find_endmembers
from hsigui.analysis.layer import Target
from hsigui.analysis.making import recipe_of
from hsigui.analysis.on_scene import in_bands
from hsigui.analysis.settings import MOST_ENDMEMBERS
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.events import BandsChanged, SceneLeft
from hsigui.document.intentions import SpectrumWanted
from hsigui.document.scene import Scene
from hsigui.errors import HsiError
from hsigui.jobs import Context, Work
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.desk.library_asking import ask_library
from hsigui.ui.image.bench import Bench
from hsigui.ui.layers.controller import LayersController
from hsigui.ui.layers.cover import LONGEST_WAIT_MS, WAIT_MS, Cover
from hsigui.ui.layers.making import LayerMaker, Mean, Wish, target_of
from hsigui.ui.layers.spectra_chooser import offers_of, targets_of
from hsigui.ui.layers.thresholds import COMPOSITE
from hsigui.ui.layers.unmix_dialog import UnmixDialog
from hsigui.ui.layers.unmix_preview import Preview, unmixed, with_preview
from hsigui.ui.layers.unmix_table import Member

KINDS = ("unmix", "unmixed_map")


class Unmixing(QObject):
    """Opens the dialog for the shown scene."""

    def __init__(self, bench: Bench, layers: LayersController, maker: LayerMaker, cover: Cover) -> None:
        super().__init__(bench.desk.window)
        self._desk, self._session, self._image = bench.desk, bench.desk.session, bench.image
        self._subjects, self._layers, self._maker, self._cover = bench.subjects, layers, maker, cover
        self._dialog: UnmixDialog | None = None
        self._scene: Scene | None = None
        self._previewing = Latest(self._desk.bridge, say("Unmix what is seen"), self._show_preview, failed=self._unseen)
        self._timer = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._preview, self)
        self._shows = False
        self._marks: list[tuple[int, int, int]] = []  # those that are shown, where they are ours
        self._image.moved.connect(self._moved)
        self._session.events.subscribe(SceneLeft, self._close)
        self._session.events.subscribe(BandsChanged, self._bands_changed)

    def ask(self) -> None:
        """Asks what the shown scene is mixed of. Where the chosen layer was unmixed, it begins with its endmembers."""
        scene = self._session.shown
        if scene is None:
            return
        if self._dialog is not None and self._scene is scene:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        self._close()
        dialog = self._dialog = UnmixDialog(scene.cube.name, self._desk.window)
        self._scene = scene
        dialog.kept_asked.connect(self._add_kept)
        dialog.means_asked.connect(self._add_means)
        dialog.library_asked.connect(self._ask_library)
        dialog.find_asked.connect(self._find)
        dialog.count_asked.connect(self._count)
        dialog.curves_asked.connect(self._keep_curves)
        dialog.changed.connect(self._timer.start)
        dialog.make_asked.connect(self._make)
        dialog.table.color_asked.connect(self._ask_color)
        dialog.table.place_asked.connect(self._show_place)
        dialog.table.changed.connect(self._mark)
        dialog.finished.connect(partial(self._closed, dialog))
        chosen = self._layers.chosen
        if chosen is not None and chosen.kept.recipe.kind in KINDS:
            source = say("layer {name}", name=chosen.name)
            dialog.table.add([Member(target, source) for target in chosen.kept.recipe.targets])
        dialog.show()

    def _close(self, _event: object = None) -> None:
        if self._dialog is not None:
            self._dialog.reject()

    def _bands_changed(self, event: BandsChanged) -> None:
        """What was read before is of another scale or other values; which bands are good is asked anew each time."""
        if event.read_again:
            self._close()
        elif self._dialog is not None:
            self._timer.start()

    def _closed(self, dialog: UnmixDialog, _result: int) -> None:
        dialog.deleteLater()
        if dialog is self._dialog:
            self._dialog = self._scene = None
            self._timer.stop()
            self._end_preview()
            self._mark()

    # Spectra

    def _add(self, dialog: UnmixDialog, members: Sequence[Member], none: str = "") -> None:
        """Takes spectra into the table that is still open; says what is missing where there are none."""
        if dialog is not self._dialog:
            return
        room = MOST_ENDMEMBERS - len(dialog.table.members)
        dialog.table.add(members[: max(0, room)])
        if len(members) > room:
            none = say("At most {most} spectra can be unmixed: {count} were left out.",
                       most=MOST_ENDMEMBERS, count=len(members) - room)  # fmt: skip
        dialog.tell(none)

    def _add_kept(self) -> None:
        if self._dialog is not None and self._scene is not None:
            found = [offer.spectrum for offer in offers_of(self._scene)]
            kept = [Member(each, say("kept")) for each in found if isinstance(each, Target)]
            none = "" if kept else say("No spectrum is kept: Shift and a click in the scene keeps one.")
            self._add(self._dialog, kept, none)

    def _add_means(self) -> None:
        dialog, scene = self._dialog, self._scene
        if dialog is None or scene is None:
            return
        means = [offer.spectrum for offer in offers_of(scene) if isinstance(offer.spectrum, Mean)]
        if not means:
            dialog.tell(say("No class has labels yet."))
            return
        self._desk.bridge.start(
            partial(read_means, cube=scene.counted_cube, means=means), say("Read spectra"),
            Watcher(done=partial(self._add, dialog)),
        )  # fmt: skip

    def _ask_library(self) -> None:
        dialog = self._dialog
        if dialog is None:
            return

        def show(library: SpectralLibrary) -> None:
            self._add(dialog, [Member(target, library.path.name) for target in targets_of(library)])

        ask_library(self._desk, show)

    def _ask_color(self, row: int) -> None:
        if self._dialog is not None:
            target = self._dialog.table.members[row].target
            color = self._desk.prompts.color(target.color or (128, 128, 128), target.name)
            if color is not None:
                self._dialog.table.set_color(row, color)

    def _show_place(self, row: int) -> None:
        place = None if self._dialog is None else self._dialog.table.members[row].target.place
        if place is not None:
            self._image.show_place(place[0] + 0.5, place[1] + 0.5)

    def _mark(self) -> None:
        """Numbers the pixels in the image, unless others are: those of places that are asked about."""
        if list(self._image.marks) == self._marks:
            self._marks = [] if self._dialog is None else self._dialog.table.marks
            self._image.set_marks(self._marks)

    def _keep_curves(self) -> None:
        """The spectra room keeps them, in the bands of the scene; the image marks the places of pixels."""
        dialog, scene = self._dialog, self._scene
        if dialog is None or scene is None:
            return
        targets = dialog.table.used

        def done(values: NDArray[np.float64]) -> None:
            if scene is self._session.shown:
                for target, own in zip(targets, values, strict=True):
                    wanted = SpectrumWanted(target.name, own.astype(np.float32), target.color, target.place)
                    self._session.events.emit(wanted)

        self._desk.bridge.start(lambda _ctx: in_bands(scene.cube, targets), say("Read spectra"), Watcher(done=done))

    # Pure pixels

    def _find(self) -> None:
        dialog, scene = self._dialog, self._scene
        if dialog is None or scene is None:
            return
        work = partial(found_members, cube=scene.counted_cube, method=dialog.finder, count=dialog.count.value(),
                       seed=dialog.seed.value())  # fmt: skip

        def done(found: Found) -> None:
            source = dialog.find_by.currentText()
            dialog.table.propose([Member(_uncolored(target), source) for target in found.targets])
            dialog.tell(" ".join(found.notes))

        self._look_for(dialog, work, done)

    def _count(self) -> None:
        dialog, scene = self._dialog, self._scene
        if dialog is None or scene is None:
            return

        def done(counted: Counted) -> None:
            dialog.count.setValue(min(counted.lower, dialog.count.maximum()))
            dialog.tell(str(counted))

        self._look_for(dialog, partial(counted_members, cube=scene.counted_cube), done)

    def _look_for(self, dialog: UnmixDialog, work: Work, done: Callable[[Any], None]) -> None:
        """Looks through the scene in a worker; the buttons rest meanwhile."""

        def over(then: Callable[[], None]) -> None:
            if dialog is self._dialog:
                dialog.set_busy(False)
                dialog.tell("")
                then()

        def failed(error: BaseException, trace: str) -> None:
            if isinstance(error, HsiError):
                over(lambda: dialog.tell(f"{error.message} {error.hint}".strip()))
            else:
                over(lambda: self._desk.fail(error, trace))

        dialog.set_busy(True)
        dialog.tell(say("Looking through the scene…"))
        job = self._desk.bridge.start(work, say("Look for pure pixels"), Watcher(
            done=lambda found: over(lambda: done(found)), failed=failed, cancelled=lambda: over(lambda: None),
        ))  # fmt: skip
        dialog.finished.connect(lambda _result: job.cancel())

    # Preview

    def _moved(self) -> None:
        if self._dialog is not None and self._dialog.preview.isChecked():
            self._timer.start()

    def _preview(self) -> None:
        dialog, scene, box = self._dialog, self._scene, self._image.visible_box()
        if dialog is None or scene is None or box is None:
            return
        if not dialog.preview.isChecked() or not dialog.table.used:
            self._end_preview()
            return
        work = partial(unmixed, cube=scene.counted_cube, targets=dialog.table.used, method=dialog.method, box=box)
        self._previewing.request(work)

    def _show_preview(self, found: Preview) -> None:
        if self._dialog is None or self._scene is None or not self._dialog.preview.isChecked():
            return
        over = self._subjects.named(self._scene, COMPOSITE)
        self._shows = True
        self._cover.preview(with_preview(None if over is None else over.draw, found))
        if found.rest == found.rest:
            self._dialog.tell(say("Residual of what is seen: {rest:.4g}", rest=found.rest))

    def _unseen(self, error: BaseException, trace: str) -> None:
        if self._dialog is not None and isinstance(error, HsiError):
            self._end_preview()
            self._dialog.tell(f"{error.message} {error.hint}".strip())
        else:
            self._desk.fail(error, trace)

    def _end_preview(self) -> None:
        self._previewing.forget()
        if self._shows:
            self._shows = False
            self._cover.preview(None)

    # Layers

    def _make(self) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        wanted = {"unmix": dialog.shares.isChecked(), "unmixed_map": dialog.classes.isChecked()}
        for kind in (kind for kind, made in wanted.items() if made):
            more = {"least": dialog.least.value()} if kind == "unmixed_map" else {}
            recipe = recipe_of(kind, {"method": dialog.method, **more}, dialog.table.used)
            self._maker.make(Wish(recipe, say("Unmix"), shown=kind == "unmix" or not wanted["unmix"]))
        dialog.preview.setChecked(False)


def read_means(_ctx: Context, cube: Cube, means: Sequence[Mean]) -> list[Member]:
    """The mean spectra of some pixels, read from the scene."""
    return [Member(target_of(cube, mean), say("class")) for mean in means]


def found_members(ctx: Context, cube: Cube, method: str, count: int, seed: int) -> Found:
    """Pure pixels of a scene; see `find_endmembers`."""
    return find_endmembers(cube, method, count, seed, ctx)


def counted_members(ctx: Context, cube: Cube) -> Counted:
    """How many there are; see `count_endmembers`."""
    return count_endmembers(cube, ctx)


def _uncolored(target: Target) -> Target:
    """So that the table gives it the next colour that is free."""
    return replace(target, color=None)
