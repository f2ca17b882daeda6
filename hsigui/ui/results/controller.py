"""Shows how right the map is, or why that is not known."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from hsigui.document.events import (
    AccuracyChanged,
    FinishedChanged,
    FinishingChanged,
    SceneClosed,
    SceneShown,
    TruthChanged,
    ValidationChanged,
)
from hsigui.document.hub import Changed
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.desk.job_bridge import Latest
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.results.accuracy_controller import AccuracyController
from hsigui.ui.results.copying import CopyController
from hsigui.ui.results.errors import ErrorController
from hsigui.ui.results.errors_strip import ErrorsStrip
from hsigui.ui.results.export import ExportController
from hsigui.ui.results.exported import result_of
from hsigui.ui.results.finished_accuracy import MeasuredFinished, Of, measure
from hsigui.ui.results.panel import NO_REFERENCE, ResultsPanel
from hsigui.ui.results.zones_controller import ZonesController


class ResultsController(QObject):
    """Keeps the panel of results in step with the map and what it is measured on."""

    def __init__(self, desk: Desk, panel: ResultsPanel) -> None:
        super().__init__(desk.window)
        self._session, self._panel = desk.session, panel
        self._finished = False  # whose figures are wanted
        self._measured: MeasuredFinished | None = None
        self._measuring = Latest(desk.bridge, say("Accuracy of the finished map"), self._take)
        panel.which_chosen.connect(self._choose)
        for kind in (SceneShown, TruthChanged, ValidationChanged, AccuracyChanged, FinishedChanged, FinishingChanged):
            self._session.events.subscribe(kind, self._show)
        self._session.events.subscribe(SceneClosed, self._closed)

    def _show(self, _event: Changed | None = None) -> None:
        scene = self._session.scene
        shown = scene.map
        self._panel.show_refinement(None if shown is None else shown.probe.refinement)
        both = shown is not None and shown.accuracy is not None and scene.finishing.in_use
        self._panel.offer_finished(both)
        if both and self._finished:
            self._show_finished()
        elif scene.reference is None:
            self._panel.explain(NO_REFERENCE)
        elif shown is None:
            self._panel.explain(say("The map will be measured here as soon as there is one."))
        elif shown.accuracy is None:
            self._panel.explain(say("All of the ground truth is among the labels: nothing is left to measure on."))
        else:
            self._panel.show_accuracy(shown.accuracy, shown.measured_on, scene.masked_out, scene.chosen_by)
            self._panel.show_reliability(shown.reliability)

    # The finished map

    def _choose(self, finished: bool) -> None:
        self._finished = finished
        self._show()

    def _show_finished(self) -> None:
        """Until a new finished map is measured, the figures of the one before stay, with what was done to that."""
        scene = self._session.scene
        finishing, found = scene.finishing, self._measured
        computed = finishing.computed
        assert scene.map is not None
        assert scene.map.accuracy is not None
        if computed is not None and finishing.follows(scene.map.class_map):
            of = Of(scene.id, computed, finishing.history.revision, scene.map.accuracy)
            result = None if found is not None and found.of.same_as(of) else result_of(self._session)
            if result is not None:
                self._measuring.request(partial(measure, result=result, hand=finishing.hand, of=of))
        if found is None or found.of.scene != scene.id:
            self._panel.explain(say("The finished map is being measured…"))
            return
        self._panel.offer_finished(True, found.after)
        if found.accuracy is None:
            self._panel.explain(say("All of the reference is painted by hand or among the labels."))
            return
        self._panel.show_accuracy(found.accuracy, scene.map.measured_on, scene.masked_out, scene.chosen_by)
        self._panel.show_reliability(None)  # the confidence is that of the model's classes

    def _closed(self, event: SceneClosed) -> None:
        if self._measured is not None and self._measured.of.scene == event.scene:
            self._measured = None  # it would keep maps in memory

    def _take(self, found: MeasuredFinished) -> None:
        self._measured = found
        self._show()


def results(bench: Bench) -> PanelParts:
    """Makes the panel of results, with what writes them to files."""
    show, *ways = bench.actions.of("show_errors", "previous_error", "next_error")
    strip = ErrorsStrip(show, ways, bench.desk.window)
    panel = ResultsPanel(bench.desk.window, strip, bench.actions["show_accuracy"])
    errors = ErrorController(bench, strip)
    shown = ResultsController(bench.desk, panel), errors, AccuracyController(bench, errors)
    return PanelParts(
        panel, (panel, *shown, ExportController(bench.desk), CopyController(bench.desk), ZonesController(bench))
    )
