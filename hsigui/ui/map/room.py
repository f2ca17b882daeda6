"""The panel of the map, with what makes maps and what asks for labels."""

from __future__ import annotations

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.map.asking import AskController
from hsigui.ui.map.by_spectra import MapsBySpectra
from hsigui.ui.map.controller import MapController
from hsigui.ui.map.gains import GainsController
from hsigui.ui.map.legend import LegendView
from hsigui.ui.map.panel import MapPanel
from hsigui.ui.map.subject import offer_map
from hsigui.ui.map.tiled_maps import TiledMaps


def class_map(bench: Bench) -> PanelParts:
    """Makes the panel of the map."""
    legend = LegendView(bench.desk.window)
    actions = bench.actions
    panel = MapPanel(
        actions["show_map"], actions["live"], actions["renew_map"], actions["ask_me"], actions["classify_by"], legend
    )  # fmt: skip
    maps = MapController(bench.desk, bench.image, panel, legend)
    asking = AskController(bench.desk, bench.image, panel, maps)
    gains = GainsController(bench.desk, panel.gains)
    by_spectra = MapsBySpectra(bench.desk, bench.image, panel, maps)
    offer_map(bench)
    tiled = TiledMaps(bench)
    return PanelParts(panel, (panel, legend, maps, asking, gains, by_spectra, tiled))
