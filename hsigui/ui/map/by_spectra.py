"""Maps by spectra in the window: asked for, looked at ahead, made, made again, and their threshold moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from hsigui.analysis.nearest import Nearest, nearest
from hsigui.analysis.references import Matching
from hsigui.cube.cube import Cube
from hsigui.cube.formats.library import SpectralLibrary
from hsigui.document.events import EncoderChanged, LabelsChanged, MapWanted, SceneShown, StepDone
from hsigui.document.values import Box
from hsigui.errors import HsiError
from hsigui.jobs import Context
from hsigui.labels.classes import ClassTable, Color
from hsigui.pipeline import live
from hsigui.storage.state_json import sum_of_map
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.dialogs import open_dialog
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.desk.library_asking import ask_library
from hsigui.ui.image.view import ImageView
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.panel import MapPanel
from hsigui.ui.map.spectra_dialog import Choice, SpectraDialog

PREVIEWED = 200_000  # pixels that a look ahead compares at most


@dataclass(frozen=True, eq=False)
class Ahead:
    """What would be nearest in a part of the scene, of each so many-th row and column."""

    found: Nearest
    box: Box
    step: int


@dataclass(frozen=True, eq=False)
class Made:
    """A map by spectra.

    Attributes:
        truth: what it was measured on, rows x cols.
        classes: those of the scene with the new ones; None where its classes had their numbers before.
    """

    mapped: live.Mapped
    cube: Cube
    truth: NDArray[np.uint16] | None
    classes: ClassTable | None = None


class MapsBySpectra(QObject):
    """Makes maps of the shown scene by spectra that stand for classes."""

    def __init__(self, desk: Desk, image: ImageView, panel: MapPanel, maps: MapController) -> None:
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._maps = desk, desk.session, image, maps
        self._dialog: SpectraDialog | None = None
        self._ahead: Ahead | None = None  # the last look ahead, whose distances are used again
        self._asked_on = ""  # what the map that is being made is measured on
        self._making = Latest(desk.bridge, say("Classify by spectra"), self._take)
        self._looking = Latest(desk.bridge, say("Preview"), self._show_ahead, failed=self._cannot)
        panel.threshold_changed.connect(self._move_threshold)
        maps.renewed.connect(self._making.forget)
        image.moved.connect(self._look_ahead)
        events = self._session.events
        events.subscribe(SceneShown, self._shown)
        events.subscribe(MapWanted, self._make_again)
        events.subscribe(EncoderChanged, self._make_again)
        events.subscribe(LabelsChanged, self._labels_changed)

    @property
    def busy(self) -> bool:
        """Whether a map is being made."""
        return self._making.busy

    def ask(self) -> None:
        """Asks by which spectra to classify."""
        scene = self._session.shown
        if scene is None:
            return
        if self._dialog is not None:
            self._dialog.raise_()
            self._dialog.activateWindow()
            return
        dialog = self._dialog = SpectraDialog(scene, self._desk.window)
        if scene.map is not None and scene.map.nearest is not None:
            dialog.take(scene.map.nearest.matching)
        dialog.library_asked.connect(self._ask_library)
        dialog.changed.connect(self._look_ahead)
        dialog.finished.connect(self._closed)
        open_dialog(dialog, self._chosen)
        self._look_ahead()

    # The dialog

    def _ask_library(self) -> None:
        dialog = self._dialog

        def show(library: SpectralLibrary) -> None:
            if dialog is not None and dialog is self._dialog:
                dialog.add_library(library)

        ask_library(self._desk, show)

    def _look_ahead(self, *_values: object) -> None:
        """Shows the map of the part in view, as it would be."""
        dialog, scene, box = self._dialog, self._session.shown, self._image.visible_box()
        if dialog is None or scene is None:
            return
        if not dialog.preview.isChecked() or not dialog.ready or box is None:
            self._drop_ahead()
            return
        self._looking.request(partial(
            look_ahead, cube=scene.mapped_cube, choice=dialog.choice, box=box, classes=scene.classes,
            labels=scene.labels.snapshot(), before=self._ahead,
        ))  # fmt: skip

    def _drop_ahead(self) -> None:
        """The map that is, or none, in place of the one that would be."""
        self._looking.forget()
        if self._ahead is not None:
            self._ahead = None
            self._maps.draw_again()

    def _show_ahead(self, seen: Ahead) -> None:
        found, step, (top, left, bottom, right) = seen.found, seen.step, seen.box
        matching = found.matching
        dialog, scene = self._dialog, self._session.shown
        if dialog is None or scene is None:
            return
        self._ahead = seen
        dialog.show_problem("")
        table, numbers = matching.classes(scene.classes, _colors(dialog.choice))
        part = np.concatenate([[0], numbers]).astype(np.uint16)[found.decided]
        part = part.repeat(step, axis=0).repeat(step, axis=1)[: bottom - top, : right - left]
        whole = np.zeros((scene.cube.rows, scene.cube.cols), dtype=np.uint16)
        whole[top : top + part.shape[0], left : left + part.shape[1]] = part
        self._image.set_map(whole, table)
        known = int(found.valid.sum())
        share = 100 * float(((found.decided == 0) & found.valid).sum()) / known if known else 0.0
        said = say("{share:.1f} % of the part in view would be unclassified.", share=share)
        dialog.show_result(" ".join([said, *found.notes]))

    def _cannot(self, error: BaseException, trace: str) -> None:
        if self._dialog is not None and isinstance(error, HsiError):
            self._dialog.show_problem(f"{error.message} {error.hint}".strip())
            self._drop_ahead()
        else:
            self._desk.fail(error, trace)

    def _closed(self, _result: int) -> None:
        self._dialog = None
        self._drop_ahead()

    def _chosen(self, dialog: SpectraDialog) -> None:
        scene = self._session.shown
        if scene is not None:
            self.classify(dialog.choice)

    # Making

    def classify(self, choice: Choice) -> None:
        """Makes the map of the shown scene."""
        session = self._session
        session.scene.map_to_make = None
        self._maps.give_way()
        self._making.request(partial(
            make_map, cube=session.scene.mapped_cube, choice=choice, classes=session.classes,
            labels=session.labels.snapshot(), truth=self._truth(), found=self._near(),
        ))  # fmt: skip

    def _near(self) -> Nearest | None:
        """What is nearest in the map that is shown, where that is one by spectra."""
        shown = self._session.map
        return None if shown is None else shown.nearest

    def _truth(self) -> NDArray[np.uint16] | None:
        reference = self._session.reference
        self._asked_on = "" if reference is None else reference.name
        return None if reference is None else reference.array.copy()

    def _move_threshold(self, value: float) -> None:
        """The map that is shown up to another distance; nothing is compared again. 0 for no end."""
        session, near = self._session, self._near()
        present = session.map
        if near is None or present is None:
            return
        matching = near.matching.within(value or None, near.matching.thresholds)
        if matching.threshold == near.matching.threshold:
            return
        self._request(matching, present.probe.numbers.tolist(), present.trained_on, near)

    def _request(
        self, matching: Matching, numbers: Sequence[int], trained_on: NDArray[np.uint16], found: Nearest | None
    ) -> None:
        """Asks for a map by spectra whose classes have their numbers."""
        session = self._session
        self._making.request(partial(
            made_by, cube=session.scene.mapped_cube, matching=matching, numbers=np.array(numbers, dtype=np.uint16),
            classes=session.classes, truth=self._truth(), trained_on=trained_on, found=found,
        ))  # fmt: skip

    def _shown(self, _event: SceneShown) -> None:
        self._making.forget()
        self._looking.forget()
        if self._dialog is not None:  # its spectra are those of the scene before
            self._dialog.reject()
        self._make_again(_event)

    def _make_again(self, _event: object) -> None:
        """A map of an earlier day, once the run that was in use then is there, too."""
        scene = self._session.scene
        again = scene.map_to_make
        waits = any(place.in_use for place in scene.run_places) and scene.run is None
        if again is None or again.matching is None or waits:
            return
        self._maps.give_way()
        self._request(again.matching, again.numbers, again.trained_on, None)

    def _labels_changed(self, _event: LabelsChanged) -> None:
        """A stroke makes a map by the run, where there is one."""
        if self._session.live and self._session.features is not None:
            self._making.forget()

    def _take(self, made: Made) -> None:
        mapped, session, scene = made.mapped, self._session, self._session.scene
        assert mapped.nearest is not None
        if made.classes is not None:
            colors = {info.name: info.color for info in made.classes}
            whole, numbers = mapped.nearest.matching.classes(session.classes, colors)
            if numbers != mapped.probe.numbers.tolist():  # classes came meanwhile under its numbers
                self._making.request(partial(named_again, made=made, classes=session.classes))
                return
            if not whole.same_content(session.classes):
                session.set_classes(whole, say("classes of the spectra"))
        again, scene.map_to_make = scene.map_to_make, None
        session.set_map(
            mapped.probe, mapped.class_map, mapped.trained_on, mapped.accuracy, map_spec=mapped.map_spec,
            seconds=mapped.seconds or None, measured_on=self._asked_on, nearest=mapped.nearest,
        )  # fmt: skip
        if again is None:
            session.events.emit(StepDone(say("the map was drawn by spectra"), None))
            if mapped.nearest.notes and mapped.seconds:
                self._desk.messages.info(" ".join(mapped.nearest.notes), stays=False)
        elif again.sha256 and again.sha256 != sum_of_map(mapped.class_map.classes):
            self._desk.messages.info(
                say("The map of {name} was made again by its spectra.", name=scene.cube.name),
                say("It is not pixel for pixel what it was: another machine or version of a library made that one."),
            )


def _colors(choice: Choice) -> dict[str, Color]:
    """Colours of the classes, where their spectra have one."""
    return {row.reference.group: row.color for row in reversed(choice.rows) if row.color is not None}


def matching_of(
    ctx: Context, cube: Cube, choice: Choice, labels: NDArray[np.uint16], classes: ClassTable
) -> tuple[Matching, NDArray[np.uint16]]:
    """The spectra that were chosen, with the means of labels, and the labels that these are of. `labels` are rows x
    cols, in and out."""
    from hsigui.pipeline.matched import means_of

    numbers = [row.labels for row in choice.rows if row.labels]
    used = np.where(np.isin(labels, numbers), labels, 0).astype(np.uint16)
    means = means_of(cube, used, classes, ctx) if numbers else ()
    named = {each.group: each for each in means}
    references = []
    for row in choice.rows:
        if not row.labels:
            references.append(row.reference)
        elif (mean := named.get(classes.get(row.labels).name)) is not None:
            references.append(mean)
    matching = Matching(
        tuple(references), choice.by, choice.threshold, dict(choice.thresholds), choice.first, choice.last
    )
    return matching, used


def look_ahead(
    ctx: Context, cube: Cube, choice: Choice, box: Box, classes: ClassTable, labels: NDArray[np.uint16],
    before: Ahead | None,
) -> Ahead:  # fmt: skip
    """What would be nearest in a part of a scene, of some of its pixels where it is large. `labels` are rows x cols.

    Args:
        before: what was found of the last choice, which is used again where nothing but thresholds changed.
    """
    matching, _ = matching_of(ctx, cube, choice, labels, classes)
    pixels = (box[2] - box[0]) * (box[3] - box[1])
    step = max(1, int(np.ceil(np.sqrt(pixels / PREVIEWED))))
    if before is not None and before.box == box and before.found.matching.same_distances(matching):
        return Ahead(before.found.within(matching), box, step)
    return Ahead(nearest(cube, matching, ctx, box, step), box, step)


def make_map(
    ctx: Context, cube: Cube, choice: Choice, classes: ClassTable, labels: NDArray[np.uint16],
    truth: NDArray[np.uint16] | None, found: Nearest | None,
) -> Made:  # fmt: skip
    """The map by what was chosen, and the classes with those that are new. `labels` and `truth` are rows x cols.

    Args:
        found: of the map before, which is used again where nothing but thresholds changed.
    """
    matching, used = matching_of(ctx, cube, choice, labels, classes)
    table, numbers = matching.classes(classes, _colors(choice))
    again = found if found is not None and found.matching.same_distances(matching) else None
    whole = np.array(numbers, dtype=np.uint16)
    return Made(live.make_map_by(ctx, cube, matching, whole, table, truth, used, again), cube, truth, table)


def named_again(ctx: Context, made: Made, classes: ClassTable) -> Made:
    """The same map in the numbers of other classes, and those with the ones that are new."""
    found = made.mapped.nearest
    assert found is not None
    assert made.classes is not None
    table, numbers = found.matching.classes(classes, {info.name: info.color for info in made.classes})
    whole = np.array(numbers, dtype=np.uint16)
    mapped = live.make_map_by(
        ctx, made.cube, found.matching, whole, table, made.truth, made.mapped.trained_on, found
    )  # fmt: skip
    return Made(mapped, made.cube, made.truth, table)


def made_by(
    ctx: Context, cube: Cube, matching: Matching, numbers: NDArray[np.uint16], classes: ClassTable,
    truth: NDArray[np.uint16] | None, trained_on: NDArray[np.uint16], found: Nearest | None,
) -> Made:  # fmt: skip
    """The map by spectra whose classes have their numbers (one a class). `truth` and `trained_on` are rows x cols."""
    return Made(live.make_map_by(ctx, cube, matching, numbers, classes, truth, trained_on, found), cube, truth)
