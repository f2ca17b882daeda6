"""Where the shown scene lies: found on a worker, and told to the image; and what is switched on over that."""

from __future__ import annotations

import dataclasses
from functools import partial

from PySide6.QtCore import QObject, Signal

from hsigui.cube.cube import Geo
from hsigui.cube.ground import Ground, ground_of
from hsigui.document.events import BandsChanged, NotesChanged, SceneShown
from hsigui.document.hub import Changed
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.action_rows import ActionSet
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.furniture import ALL, GRID_LONLAT, GRID_MAP, NORTH_ARROW, SCALE_BAR
from hsigui.ui.image.turning import UPRIGHT, north_up
from hsigui.ui.image.view import ImageView

NORTH_UP = "north_up"
DEPENDS_ON: tuple[type[Changed], ...] = (SceneShown, BandsChanged, NotesChanged)
SWITCHES = (NORTH_UP, *ALL)


class Surroundings(QObject):
    """The place of the scene, its turn, and the things over the image.

    Signals:
        found(): where the shown scene lies is known, or that it lies nowhere.
    """

    found = Signal()

    def __init__(self, desk: Desk, image: ImageView, actions: ActionSet) -> None:
        super().__init__(desk.window)
        self._desk, self._image, self._actions = desk, image, actions
        self._geo = Geo()
        self._known: dict[Geo, Ground] = {}  # a tab that is shown again is known at once
        self._finding = Latest(desk.bridge, say("Find where the scene lies"), self._take)
        for kind in DEPENDS_ON:
            desk.session.events.subscribe(kind, self._look)

    def restore(self) -> None:
        """Switches on what was on when the window was closed last."""
        for name in self._desk.settings.over_image:
            if name in SWITCHES:
                self._actions[name].setChecked(True)

    @property
    def ground(self) -> Ground | None:
        """Where the shown scene lies; None where it says of no place, and until it is known."""
        return self._image.ground

    # Actions

    def set_north_up(self, on: bool) -> None:
        """Turns scenes so that the north of their map is up, or shows them as they lie in their files."""
        self._image.set_turn(north_up(self._geo) if on else UPRIGHT)
        self._remember(NORTH_UP, on)

    def show_scale_bar(self, on: bool) -> None:
        self._show(SCALE_BAR, on)

    def show_north_arrow(self, on: bool) -> None:
        self._show(NORTH_ARROW, on)

    def show_map_grid(self, on: bool) -> None:
        self._show_grid(GRID_MAP, GRID_LONLAT, on)

    def show_lonlat_grid(self, on: bool) -> None:
        self._show_grid(GRID_LONLAT, GRID_MAP, on)

    # Inner doings

    def _show_grid(self, name: str, other: str, on: bool) -> None:
        """One kind of lines at a time: two could not be told apart."""
        if on:
            self._actions[other].setChecked(False)
        self._show(name, on)

    def _show(self, name: str, on: bool) -> None:
        self._image.show_over(name, on)
        self._remember(name, on)

    def _remember(self, name: str, on: bool) -> None:
        wanted = {*self._desk.settings.over_image} - {name} | ({name} if on else set())
        kept = tuple(one for one in SWITCHES if one in wanted)
        self._desk.remember(dataclasses.replace(self._desk.settings, over_image=kept))

    def _look(self, _event: Changed) -> None:
        cube = self._desk.session.cube
        geo = Geo() if cube is None else cube.geo
        self._image.set_turn(north_up(geo) if self._actions[NORTH_UP].isChecked() else UPRIGHT)
        if geo == self._geo:
            return
        self._geo = geo
        self._finding.forget()
        self._take((geo, self._known.get(geo)))
        if geo.transform is not None and geo not in self._known:
            self._finding.request(partial(find_ground, geo=geo))

    def _take(self, found: tuple[Geo, Ground | None]) -> None:
        geo, ground = found
        if ground is not None:
            self._known[geo] = ground
        if geo == self._geo:
            self._image.set_ground(ground)
            self.found.emit()


def find_ground(_ctx: Context, geo: Geo) -> tuple[Geo, Ground | None]:
    """Where a scene lies. The first time this loads the library of coordinate systems, which takes a while."""
    ground = ground_of(geo)
    if ground is not None:
        ground.to_lonlat(0.0, 0.0)
        ground.length([0.0, 0.0], [0.0, 1.0])
    return geo, ground
