"""Keeps the panel of the stretch in step with the shown scene, and counts its values beside the window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from hsigui.cube.cube import Cube
from hsigui.cube.histogram import Spread, spread_of
from hsigui.cube.picture import display_step
from hsigui.cube.render import ViewState
from hsigui.cube.stretch import Level, Stretch
from hsigui.document.events import BandsChanged, SceneShown, ViewChanged
from hsigui.jobs import Context
from hsigui.texts import say
from hsigui.ui.desk.debounce import Debounce
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.desk.wavelength_units import WavelengthUnit
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.image.view import ImageView
from hsigui.ui.scene.color_keys import band_briefly
from hsigui.ui.scene.stretch_panel import StretchPanel

WAIT_MS, LONGEST_WAIT_MS = 150, 600  # after the last move of the view, and after the first


class StretchController(QObject):
    """Histograms are counted only while the panel is seen."""

    def __init__(
        self, desk: Desk, image: ImageView, panel: StretchPanel, within: QAction, decorrelated: QAction,
        kinds: dict[str, QAction],
    ) -> None:  # fmt: skip
        super().__init__(desk.window)
        self._desk, self._session, self._image, self._panel = desk, desk.session, image, panel
        self._within, self._decorrelated, self._kinds = within, decorrelated, kinds
        self._seen = False
        self._unit = desk.wavelength_unit
        self._counting = Latest(desk.bridge, say("Count values"), self._show_spread, between=True)
        self._follow = Debounce(WAIT_MS, LONGEST_WAIT_MS, self._take_part, self)
        panel.view_changed.connect(self._session.set_view)
        panel.ends_changed.connect(self._set_ends)
        image.moved.connect(self._moved)
        events = self._session.events
        events.subscribe(SceneShown, self._renew)
        events.subscribe(BandsChanged, self._renew)
        events.subscribe(ViewChanged, self._renew)

    def set_seen(self, seen: bool) -> None:
        """Whether the panel is in front."""
        self._seen = seen
        if seen:
            self._renew()

    def set_unit(self, unit: WavelengthUnit) -> None:
        """Writes the wavelengths of the channels in a unit."""
        self._unit = unit
        self._renew()

    # What can be asked for

    def choose_kind(self, kind: str) -> None:
        """Stretches in one of KINDS; what was set by hand is given up."""
        self._change(kind=kind, by_hand=())

    def stretch_part(self, on: bool) -> None:
        """Finds the stretch from the part of the scene that is in view, and goes on doing so; or from all of it."""
        view = self._session.view
        if view is not None and on != (view.stretch.within is not None):
            self._change(within=self._image.visible_box() if on else None)
        self._show_state()

    def decorrelate(self, on: bool) -> None:
        """Makes the three channels independent of each other, or shows them as they are."""
        self._change(decorrelated=on)
        self._show_state()

    def set_back(self) -> None:
        """The stretch that scenes are opened with."""
        view, plain = self._session.view, ViewState(0, 0, 0)
        if view is not None:
            self._session.set_view(replace(view, low=plain.low, high=plain.high, stretch=Stretch()))

    # Inner doings

    def _change(self, **parts: object) -> None:
        view = self._session.view
        if view is not None:
            self._session.set_view(replace(view, stretch=replace(view.stretch, **parts)))  # type: ignore[arg-type]

    def _set_ends(self, channel: int, ends: Level | None) -> None:
        view = self._session.view
        if view is not None:
            self._change(by_hand=view.stretch.with_ends(view.shown, channel, ends))

    def _moved(self) -> None:
        view = self._session.view
        if view is not None and view.stretch.within is not None:
            self._follow.start()

    def _take_part(self) -> None:
        view, box = self._session.view, self._image.visible_box()
        if view is not None and view.stretch.within is not None and box is not None and self._image.isVisible():
            self._change(within=box)

    def _renew(self, event: SceneShown | BandsChanged | ViewChanged | None = None) -> None:
        cube, view = self._session.cube, self._session.view
        if cube is None or view is None:
            return
        if isinstance(event, SceneShown | BandsChanged):
            self._counting.forget()
        self._panel.set_view(view, tuple(band_briefly(cube, band, self._unit) for band in view.shown))
        self._show_state()
        if self._seen:
            self._counting.request(partial(count, cube=cube, view=view))

    def _show_state(self) -> None:
        view = self._session.view
        if view is None:
            self._within.setChecked(False)
            self._decorrelated.setChecked(False)
            return
        self._within.setChecked(view.stretch.within is not None)
        self._decorrelated.setChecked(view.stretch.decorrelated)
        self._kinds[view.stretch.kind].setChecked(True)

    def _show_spread(self, spread: Spread) -> None:
        view = self._session.view
        if view is not None and view.shown == spread.view.shown:
            self._panel.show_spread(spread)


def count(ctx: Context, cube: Cube, view: ViewState) -> Spread:
    """Histograms of the shown channels, on a worker thread."""
    return spread_of(cube, view, display_step(cube), ctx.check)


def stretch(bench: Bench) -> PanelParts:
    """Makes the panel of the stretch."""
    actions = bench.actions
    within, decorrelate, back = actions.of("stretch_part", "decorrelate", "stretch_back")
    panel = StretchPanel(within, decorrelate, back, bench.desk.window)
    kinds = {
        name.removeprefix("stretch_to_"): actions[name] for name in actions.names if name.startswith("stretch_to_")
    }
    controller = StretchController(
        bench.desk, bench.image, panel, actions["stretch_part"], actions["decorrelate"], kinds
    )
    return PanelParts(panel, (panel, controller), controller.set_seen)
