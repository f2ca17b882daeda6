"""Flood fill by spectral likeness: a selection that follows the tolerance, labelled when the user says so."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from hsigui.cube.cube import Cube
from hsigui.document.events import BandsChanged, CurrentClassChanged, PaintTargetChanged, SceneShown
from hsigui.jobs import Context
from hsigui.labels.selection import Likeness, flood, likeness, touches_edge, usual_distance
from hsigui.labels.strokes import Area
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.tools_options import ToolOptionsBar
from hsigui.ui.image.view import ImageView
from hsigui.ui.labels.painting import LabelController


class FillController(QObject):
    """Compares spectra in a worker; where the selection ends at a tolerance is found at once."""

    def __init__(self, desk: Desk, image: ImageView, labels: LabelController, bar: ToolOptionsBar) -> None:
        super().__init__(desk.window)
        self._session, self._image, self._labels, self._bar = desk.session, image, labels, bar
        self._like: Likeness | None = None
        self._area: Area | None = None
        self._comparing = Latest(desk.bridge, say("Compare spectra"), self._take, failed=self._failed)
        self._desk = desk
        image.touched.connect(self._touched)
        image.selection_taken.connect(self.label)
        image.selection_dropped.connect(self.drop)
        bar.fill_changed.connect(self._select)
        bar.measure_changed.connect(self._measure_again)
        events = self._session.events
        events.subscribe(SceneShown, self._scene_changed)
        events.subscribe(BandsChanged, self._scene_changed)
        events.subscribe(CurrentClassChanged, self._color_changed)
        events.subscribe(PaintTargetChanged, self._color_changed)

    @property
    def area(self) -> Area | None:
        """What is selected."""
        return self._area

    def label(self) -> None:
        """Labels what is selected."""
        area = self._area
        self.drop()
        self._labels.draw_area(area, say("Flood fill"))

    def drop(self) -> None:
        """Gives the selection up."""
        self._comparing.forget()
        self._like = self._area = None
        self._image.show_selection(None)
        self._bar.set_text("")

    def _touched(self, kind: str, row: int, col: int) -> None:
        if kind == "fill":
            self._compare(row, col)

    def _compare(self, row: int, col: int) -> None:
        cube = self._session.cube
        if cube is not None:
            self._bar.set_text(say("Comparing spectra…"))
            self._comparing.request(partial(compare, cube=cube, row=row, col=col, measure=self._bar.measure_name))

    def _measure_again(self) -> None:
        if self._like is not None:
            self._compare(*self._like.seed)

    def _take(self, like: Likeness) -> None:
        if self._image.tool == "fill":
            self._like = like
            self._bar.propose_tolerance(usual_distance(like))
            self._select()

    def _select(self) -> None:
        if self._like is None:
            return
        self._area = flood(self._like, self._bar.tolerance.value(), connected=self._bar.connected.isChecked())
        self._image.show_selection(self._area, self._labels.color)
        text = say("{count:,} px", count=self._area[2].sum())
        if touches_edge(self._like, self._area):
            rows, cols = self._like.distances.shape
            text += say(", cut at the {rows} × {cols} searched", rows=rows, cols=cols)
        self._bar.set_text(say("{text} · Enter or click inside: paint · Esc: drop", text=text))

    def _failed(self, error: BaseException, trace: str) -> None:
        self.drop()
        self._desk.fail(error, trace)

    def _scene_changed(self, _event: SceneShown | BandsChanged) -> None:
        self.drop()

    def _color_changed(self, _event: CurrentClassChanged | PaintTargetChanged) -> None:
        self._select()


def compare(ctx: Context, cube: Cube, row: int, col: int, measure: str) -> Likeness:
    """Reads the spectra round a pixel and compares them with its own."""
    ctx.progress(0, 0, say("Comparing spectra…"))
    return likeness(cube, row, col, measure, check=ctx.check)
