"""Shows what was done to the labels, and goes to a place of it."""

from __future__ import annotations

from PySide6.QtCore import QObject

from hsigui.document.events import ClassesChanged, HistoryChanged, LabelsChanged, SceneShown, ValidationChanged
from hsigui.document.hub import Changed
from hsigui.ui.desk.desk import Desk
from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.labels.history_panel import HistoryPanel


class HistoryController(QObject):
    """Keeps the panel in step with the history of the labels."""

    def __init__(self, desk: Desk, panel: HistoryPanel) -> None:
        super().__init__(desk.window)
        self._session, self._panel = desk.session, panel
        panel.place_asked.connect(self._session.go_to)
        for kind in (SceneShown, ClassesChanged, LabelsChanged, ValidationChanged, HistoryChanged):
            self._session.events.subscribe(kind, self._show)

    def _show(self, _event: Changed) -> None:
        if not self._session.scene.stroking:
            history = self._session.history
            self._panel.set_steps(history.texts, history.place, history.forgotten)


def history(bench: Bench) -> PanelParts:
    """Makes the panel of the history."""
    panel = HistoryPanel(bench.desk.window)
    return PanelParts(panel, (panel, HistoryController(bench.desk, panel)))
