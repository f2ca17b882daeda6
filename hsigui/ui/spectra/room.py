"""The panel of spectra, with what makes means and profiles, and the spectral libraries."""

from __future__ import annotations

from hsigui.ui.image.bench import Bench, PanelParts
from hsigui.ui.spectra.controller import SpectraController
from hsigui.ui.spectra.libraries import Libraries
from hsigui.ui.spectra.means import Means
from hsigui.ui.spectra.profile import Profiles
from hsigui.ui.spectra.view import SpectrumView


def spectra(bench: Bench) -> PanelParts:
    """Makes the plot of spectra."""
    desk, view = bench.desk, SpectrumView(bench.desk.window)
    controller = SpectraController(desk, bench.image, view, bench.pixel)
    means = Means(desk, bench.image, bench.pixel, controller)
    profiles = Profiles(desk, bench.image, controller)
    return PanelParts(view, (view, controller, means, profiles, Libraries(desk, controller)))
