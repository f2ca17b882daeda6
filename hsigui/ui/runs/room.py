"""The panel of maps and trainings."""

from __future__ import annotations

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.runs.actions import BAR
from hsigui.ui.runs.controller import ResultsOfScene
from hsigui.ui.runs.panel import ResultsTable
from hsigui.ui.runs.saving import ResultFiles


def maps_and_trainings(bench: Bench) -> PanelParts:
    """Makes the panel."""
    actions = [None if name is None else bench.actions[name] for name in BAR]
    panel = ResultsTable(actions, bench.desk.window)
    rows = ResultsOfScene(bench, panel)
    return PanelParts(panel, (panel, rows, ResultFiles(bench.desk, panel)), rows.set_seen)
