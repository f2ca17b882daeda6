"""Shows how right the map is, or why that is not known."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hsigui.document.events import AccuracyChanged, Changed, SceneShown, TruthChanged, ValidationChanged
from hsigui.texts import say
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.results.accuracy_controller import AccuracyController
from hsigui.ui.results.copying import CopyController
from hsigui.ui.results.errors import ErrorController
from hsigui.ui.results.errors_strip import ErrorsStrip
from hsigui.ui.results.export import ExportController
from hsigui.ui.results.panel import NO_REFERENCE, ResultsPanel
from hsigui.ui.results.zones_controller import ZonesController


class ResultsController(QObject):
    """Keeps the panel of results in step with the map and what it is measured on."""

    def __init__(self, desk: Desk, panel: ResultsPanel) -> None:
        super().__init__(desk.window)
        self._session, self._panel = desk.session, panel
        for kind in (SceneShown, TruthChanged, ValidationChanged, AccuracyChanged):
            self._session.events.subscribe(kind, self._show)

    def _show(self, _event: Changed) -> None:
        scene = self._session.scene
        shown = scene.map
        self._panel.show_refinement(None if shown is None else shown.probe.refinement)
        if scene.reference is None:
            self._panel.explain(NO_REFERENCE)
        elif shown is None:
            self._panel.explain(say("The map will be measured here as soon as there is one."))
        elif shown.accuracy is None:
            self._panel.explain(say("All of the ground truth is among the labels: nothing is left to measure on."))
        else:
            self._panel.show_accuracy(shown.accuracy, shown.measured_on, scene.masked_out, scene.chosen_by)
            self._panel.show_reliability(shown.reliability)


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
