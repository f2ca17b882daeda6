"""The panel of what lies over the image, with the other views of the scene."""

from __future__ import annotations

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.views.comparison import Comparison
from hsigui.ui.views.overlays import Overlays
from hsigui.ui.views.overlays_panel import OverlaysPanel
from hsigui.ui.views.overview import Overview
from hsigui.ui.views.views import Views


def overlays(bench: Bench) -> PanelParts:
    """Makes the panel of the layers over the image."""
    panel = OverlaysPanel(bench.actions["add_lines"], bench.desk.window)
    views = Views(bench)
    comparison, overview = Comparison(bench, views.grid), Overview(bench)
    return PanelParts(panel, (panel, Overlays(bench, panel), views, comparison, overview))
