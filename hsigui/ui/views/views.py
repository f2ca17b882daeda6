"""Linked views: up to three beside the image, at the same place, as large, with the same pixel under the mouse."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject

from hsigui.document.events import SceneShown
from hsigui.document.intentions import PicturesCompared
from hsigui.ui.image.bench import Bench
from hsigui.ui.image.canvas import SceneCanvas
from hsigui.ui.image.subjects import Subject
from hsigui.ui.views.grid import ViewsGrid
from hsigui.ui.views.linked_view import LinkedView

ONE = "one"
LAYOUTS = {ONE: (0, 0), "beside": (1, 0), "above": (0, 1), "four": (1, 2)}  # beside the image, and in the row below it
FIRST = ("map", "labels", "confidence")  # what they show where nothing was chosen, as far as there is such a thing


class Views(QObject):
    """Shows the other views, and keeps them in step with the image and with what there is to be seen."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.desk.window)
        self._bench, self._session, self._image = bench, bench.desk.session, bench.image
        self.grid = ViewsGrid(bench.image)
        self.layout = ONE
        self._views: list[LinkedView] = []
        self._names: list[str] = list(FIRST)
        self._hoped: dict[int, str] = {}  # what a view showed on an earlier day, as long as there is no such thing yet
        self._by_hand: set[int] = set()  # numbers of the views whose subject the user chose
        self._under: LinkedView | None = None
        self._titles: dict[str, str] = {}
        bench.image.moved.connect(self._follow)
        bench.image.hovered.connect(self._hovered)
        bench.image.left_scene.connect(self._left_scene)
        bench.subjects.changed.connect(self._changed)
        bench.desk.session.events.subscribe(SceneShown, self._show_scene)
        bench.desk.session.events.subscribe(PicturesCompared, self._compare)

    @property
    def shown(self) -> tuple[LinkedView, ...]:
        """The views beside the image, in the order of reading."""
        return tuple(self._views[: sum(LAYOUTS[self.layout])])

    @property
    def names(self) -> tuple[str, ...]:
        """The ids of what the three views show, or would show."""
        return tuple(self._names)

    def show(self, layout: str) -> None:
        """One view, two or four: a key of LAYOUTS."""
        beside, below = LAYOUTS[layout]
        self.layout = layout
        self._bench.actions[f"views_{layout}"].setChecked(True)
        while len(self._views) < beside + below:
            self._add()
        for view in self._views[beside + below :]:
            view.hide()
            view.drawing.show(None, view.scene_size)
        shown = self.shown
        self.grid.place(shown[:beside], shown[beside:])
        self._choose_what_there_is()
        for view in shown:
            self._show_in(view)

    def _compare(self, asked: PicturesCompared) -> None:
        """Shows pictures that somebody wants to see together, one in each view."""
        if asked.how == "views" and asked.names:
            self._names[: len(asked.names)] = asked.names[: len(self._names)]
            self.show("beside" if len(asked.names) == 1 else "four")

    def show_next(self) -> None:
        """The next of one, two and four views."""
        names = list(LAYOUTS)
        self.show(names[(names.index(self.layout) + 1) % len(names)])

    # What stands where, to be kept

    def state(self) -> dict[str, Any]:
        """Layout and subjects, as values of JSON."""
        subjects = [self._hoped.get(number, name) for number, name in enumerate(self._names)]
        return {"layout": self.layout, "subjects": subjects}

    def restore(self, state: Any) -> None:
        """What `state` said; what cannot be understood stays as it is now."""
        if not isinstance(state, Mapping):
            return
        names = state.get("subjects")
        if isinstance(names, list) and len(names) == len(FIRST):
            self._names = [str(name) for name in names]
            self._hoped = dict(enumerate(self._names))
            self._by_hand = {number for number, name in enumerate(self._names) if name != FIRST[number]}
        if state.get("layout") in LAYOUTS:
            self.show(state["layout"])

    # Inner doings

    def _add(self) -> None:
        number = len(self._views)
        view = LinkedView(self._image, self._bench.desk.bridge, number + 2, self.grid)
        view.chosen.connect(partial(self._chosen, number))
        view.entered.connect(partial(self._entered, view))
        view.left.connect(partial(self._entered, None))
        self._views.append(view)

    def _subjects(self) -> tuple[Subject, ...]:
        scene = self._session.shown
        found = () if scene is None else self._bench.subjects.of(scene)
        self._titles |= {subject.id: subject.title for subject in found}
        return found

    def _choose_what_there_is(self) -> None:
        """A view that would show nothing shows something else, and no two the same, nor what the image shows, as long
        as there is a choice. Labels that are yet to come are shown only where the user chose them."""
        found = self._subjects()
        offered = [subject.id for subject in found]
        seen = [subject.id for subject in found if not subject.empty]
        for number, name in tuple(self._hoped.items()):
            if name in offered:
                self._names[number] = self._hoped.pop(number)
        there = [subject.id for subject in found if subject.there]
        # What was made last comes first.
        full = [subject.id for subject in reversed(found) if subject.there and not subject.empty]
        for number in range(len(self.shown)):
            name = self._names[number]
            if not there or name in (offered if number in self._by_hand else seen):
                continue
            others, image = self._names[:number], self._in_the_image()
            order = sorted(full, key=lambda name: (name == image, name != "composite"))
            free = [name for name in (*order, *there) if name not in others]
            self._names[number] = free[0] if free else there[0]

    def _in_the_image(self) -> str:
        """The id of what the image shows: the composite, or a layer."""
        scene = self._session.shown
        alone = 0 if scene is None else scene.derived.view.alone
        return f"layer {alone}" if alone else "composite"

    def _take_hoped(self) -> None:
        """Views that were to show what was not there show it, now that it is."""
        before = list(self._names)
        self._choose_what_there_is()
        for view, old, new in zip(self.shown, before, self._names, strict=False):
            if old != new:
                self._show_in(view)

    def _show_in(self, view: LinkedView) -> None:
        """A view shows the scene, from its beginning."""
        scene, subjects = self._session.shown, self._subjects()
        if scene is None:
            return
        size = scene.cube.rows, scene.cube.cols
        if view.scene_size != size:
            view.show_scene(size)
        view.look_like(self._image)
        name = self._names[self._views.index(view)]
        view.offer(subjects, name, self._titles.get(name, ""))
        view.show_subject(next((subject for subject in subjects if subject.id == name), None))

    def _chosen(self, number: int, name: str) -> None:
        again = name == self._names[number]
        self._hoped.pop(number, None)
        self._names[number] = name
        self._by_hand.add(number)
        self._show_in(self._views[number])
        if again:
            self._views[number].drawing.ask()

    def _show_scene(self, _event: SceneShown) -> None:
        for view in self.shown:
            view.show_scene((0, 0))
        self._choose_what_there_is()
        for view in self.shown:
            self._show_in(view)

    def _changed(self, name: str) -> None:
        scene = self._session.shown
        if scene is None:
            return
        if name == "" and self._hoped:
            self._take_hoped()
        for number, view in enumerate(self.shown):
            if view.scene_size != (scene.cube.rows, scene.cube.cols):
                continue  # another scene is about to be shown
            shown = self._names[number]
            if name in ("", "composite"):  # whose title tells the band
                subjects = self._subjects()
                view.offer(subjects, shown, self._titles.get(shown, ""))
            if name == shown or (name == "" and view.drawing.empty):
                view.show_subject(self._bench.subjects.named(scene, shown))

    # Where one looks

    def _follow(self) -> None:
        for view in self.shown:
            if view.scene_size == self._image.scene_size:
                view.look_like(self._image)

    def _entered(self, view: LinkedView | None) -> None:
        self._under = view
        if view is not None:
            view.set_pointer(None)

    def _hovered(self, row: int, col: int) -> None:
        if self.shown:
            self._point_at((row, col))

    def _left_scene(self) -> None:
        if self.shown:
            self._point_at(None)

    def _point_at(self, pixel: tuple[int, int] | None) -> None:
        canvases: tuple[SceneCanvas, ...] = (self._image, *self.shown)
        under = self._under or self._image
        for canvas in canvases:
            canvas.set_pointer(None if canvas is under else pixel)
