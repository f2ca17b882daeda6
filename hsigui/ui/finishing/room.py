"""The panel of the finished map, with what does the steps over each map."""

from __future__ import annotations

from pathlib import Path

from hsigui.ui.finishing.controller import FinishingController
from hsigui.ui.finishing.panel import FinishPanel
from hsigui.ui.finishing.subject import offer_finished
from hsigui.ui.image.bench import Bench, PanelParts


def finish_map(bench: Bench) -> PanelParts:
    """Makes the panel."""
    show, paint, erase, swipe = bench.actions.of("show_finished", "paint_map", "erase_painted", "swipe_finished")
    desk = bench.desk

    def ask(title: str) -> Path | None:
        return desk.prompts.open_path(title, str(desk.folder()), scene=False)

    panel = FinishPanel(show, paint, erase, swipe, ask, desk.window)
    controller = FinishingController(bench, panel)
    offer_finished(bench)
    return PanelParts(panel, (panel, controller))
