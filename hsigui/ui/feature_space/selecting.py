"""Pixels that are selected in the feature space: shown on the image, and made labels of."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from hsigui.analysis.feature_selection import Selection, select
from hsigui.analysis.feature_space import Cloud
from hsigui.analysis.outlines import Outline
from hsigui.cube.areas import PixelAreas
from hsigui.cube.cube import Geo
from hsigui.document.events import BandsChanged, ClassesChanged, CurrentClassChanged, SceneLeft, SceneShown
from hsigui.document.hub import Changed
from hsigui.document.intentions import AreaAnswered
from hsigui.document.scene import Scene
from hsigui.document.values import Box
from hsigui.jobs import Context
from hsigui.labels.label_map import TRAINING, UNLABELLED, VALIDATION, Edit
from hsigui.labels.strokes import Area, trimmed
from hsigui.texts import say, say_number
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest, Watcher
from hsigui.ui.feature_space.plot import SELECTED
from hsigui.ui.feature_space.reading import find_areas, tinted
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.subject_drawing import SubjectDrawing
from hsigui.ui.image.subject_layer import SubjectLayer
from hsigui.ui.image.subjects import Subject

ID = "feature space"  # of the subject, and of the layer over the image
OPACITY = 0.85
FEW_HECTARES = 0.1  # below, areas are told in square metres


class Selecting(QObject):
    """The selection of the scene that is shown. One of an earlier input is of no use: its values may be others.

    Signals:
        changed(): other pixels are selected, or none.
    """

    changed = Signal()

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._desk: Desk = bench.desk
        self._session, self._bench, self._stack = bench.desk.session, bench, bench.image.stack
        self.selection: Selection | None = None
        self.over = False  # whether pixels that have labels get others
        self._areas: dict[Geo, PixelAreas | None] = {}
        self._layer = SubjectLayer(OPACITY)
        self._drawing = SubjectDrawing(bench.desk.bridge, bench.image, self._layer, self)
        self._finding = Latest(bench.desk.bridge, say("Select pixels"), self._take)
        self._waiting: list[Outline] = []  # drawn with Shift while others are being found
        bench.subjects.offer(self.subjects)
        events = self._session.events
        events.subscribe(SceneLeft, self._forget)
        events.subscribe(SceneShown, self._forget)
        events.subscribe(BandsChanged, self._bands_changed)
        events.subscribe(CurrentClassChanged, self._name_action)
        events.subscribe(ClassesChanged, self._name_action)
        self._name_action()

    # What is selected

    def outline(self, cloud: Cloud, outline: Outline, added: bool) -> None:
        """Selects the pixels inside an outline, beside those that are selected where it is added."""
        scene = self._session.scene
        outlines = [*self._waiting, outline] if added and self._finding.busy else [outline]
        before = self.selection if added else None
        self._waiting = outlines
        known = self._areas.get(scene.cube.geo, False)
        self._finding.request(
            partial(found, cloud=cloud, outlines=outlines, before=before, geo=scene.cube.geo, areas=known)
        )

    def clear(self) -> None:
        """Selects nothing."""
        self._finding.forget()
        self._waiting = []
        if self.selection is not None:
            self._put(None)

    @property
    def words(self) -> str:
        """How much is selected; "" for nothing."""
        selection = self.selection
        if selection is None:
            return ""
        counted = say_number("{count:,} pixel selected", "{count:,} pixels selected", selection.pixels)
        text = counted if selection.exact else say("about {counted}", counted=counted)
        metres = selection.square_metres
        if metres is None:
            return text
        if metres < FEW_HECTARES * 10_000:
            return say("{text}, {metres:,.4g} m²", text=text, metres=metres)
        return say("{text}, {hectares:,.4g} ha", text=text, hectares=metres / 10_000)

    def subjects(self, scene: Scene) -> tuple[Subject, ...]:
        """What is selected, as other views can show it."""
        selection = self.selection
        if selection is None or scene is not self._session.shown:
            return ()
        title = say("Selected in the feature space")
        return (Subject(ID, title, partial(_draw, selection=selection), legend=((title, SELECTED),)),)

    # What is made of it

    def label(self) -> None:
        """Gives the selected pixels the current class; those that have labels keep them unless the user chose
        otherwise."""
        self._label(new_class=False)

    def label_as_new_class(self) -> None:
        """Adds a class and gives it to the selected pixels, as one step; likewise."""
        self._label(new_class=True)

    def _label(self, new_class: bool) -> None:
        selection, scene = self.selection, self._session.shown
        if scene is None:
            return
        if selection is None:
            self._desk.messages.info(
                say("Nothing is selected in the feature space."), say("Draw round pixels in its plot first.")
            )
            return
        done = partial(self._take_area, scene, selection, new_class)
        self._desk.bridge.start(partial(_area, selection=selection), say("Label selected pixels"), Watcher(done=done))

    def _take_area(self, scene: Scene, selection: Selection, new_class: bool, area: Area | None) -> None:
        if scene is not self._session.shown or selection is not self.selection:
            return
        free = None if area is None else self._free(scene, area)
        if free is None:
            self._desk.messages.info(
                say("All selected pixels have labels already."),
                say("Choose “Also over existing labels” beside the button to give them others."),
            )
        elif new_class:
            self._add_class(scene, free)
        else:
            self._session.events.emit(AreaAnswered(free, say("Feature space")))

    def _free(self, scene: Scene, area: Area) -> Area | None:
        """The part of an area that may be labelled."""
        if self.over:
            return area
        top, left, mask = area
        window = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        free = mask & (scene.labels.layer(TRAINING)[window] == UNLABELLED)
        free &= scene.labels.layer(VALIDATION)[window] == UNLABELLED
        return trimmed(top, left, free)

    def _add_class(self, scene: Scene, area: Area) -> None:
        truth = scene.truth
        numbers = set() if truth is None else set(np.unique(truth.array).tolist())
        table, info = scene.classes.added(kept=lambda number: number in numbers)
        top, left, mask = area
        if self.over:
            area_ = self._not_kept(scene, area)
            if area_ is None:
                return
            top, left, mask = area_
        text = say("Feature space: {name}", name=info.name)
        scene.edit(Edit(top, left, mask, info.number, table, scene.layer), text)
        scene.choose_class(info.number)

    def _not_kept(self, scene: Scene, area: Area) -> Area | None:
        """Without labels of locked classes, and those of the other layer: a pixel is trained on or measured on."""
        top, left, mask = area
        window = slice(top, top + mask.shape[0]), slice(left, left + mask.shape[1])
        other = VALIDATION if scene.layer == TRAINING else TRAINING
        free = mask & ~np.isin(scene.labels.layer(scene.layer)[window], scene.classes.locked)
        return trimmed(top, left, free & (scene.labels.layer(other)[window] == UNLABELLED))

    # Inner doings

    def _take(self, answer: tuple[Selection, Geo, PixelAreas | None]) -> None:
        selection, geo, areas = answer
        self._areas = {geo: areas}
        self._waiting = []
        self._put(selection if selection.pixels else None)
        if not selection.pixels:
            self._desk.messages.info(say("No pixel lies inside the outline."), stays=False)

    def _put(self, selection: Selection | None) -> None:
        self.selection = selection
        scene = self._session.shown
        if selection is None or scene is None:
            self._drawing.show(None, (0, 0))
            self._stack.remove(ID)
        else:
            (subject,) = self.subjects(scene)
            if self._stack.find(ID) is None:
                self._stack.add(ID, subject.title, self._layer)
            self._drawing.show(subject, (scene.cube.rows, scene.cube.cols))
        self._bench.subjects.tell(ID, "")
        self.changed.emit()

    def _forget(self, _event: Changed) -> None:
        self.clear()

    def _bands_changed(self, event: BandsChanged) -> None:
        if event.new_input or event.read_again:
            self.clear()

    def _name_action(self, _event: Changed | None = None) -> None:
        number = self._session.current_class
        name = self._session.classes.get(number).name if number else ""
        tip = say("Label the selected pixels as “{name}”", name=name) if name else say("Label the selected pixels")
        action = self._bench.actions["label_cloud"]
        action.setIconText(say("Label"))
        action.setToolTip(tip)


def found(
    _ctx: Context, cloud: Cloud, outlines: list[Outline], before: Selection | None, geo: Geo,
    areas: PixelAreas | bool | None,
) -> tuple[Selection, Geo, PixelAreas | None]:  # fmt: skip
    """What lies inside outlines; the sizes of the pixels (False for not known yet) are found once."""
    known = find_areas(_ctx, geo, cloud.shape) if isinstance(areas, bool) else areas
    return select(cloud, outlines, known, before), geo, known


def _draw(box: Box, step: int, selection: Selection) -> NDArray[np.uint8]:
    top, left, bottom, right = box
    return tinted(selection.window(slice(top, bottom, step), slice(left, right, step)), SELECTED)


def _area(ctx: Context, selection: Selection) -> Area | None:
    return selection.area(ctx)
