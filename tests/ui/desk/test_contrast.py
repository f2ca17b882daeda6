"""What is painted in colours of its own stands out from its ground in both schemes (WCAG 2.1: text 4.5, symbols 3)."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtGui import QColor

from hsigui.ui.desk import message_bar, problem_label, theme
from hsigui.ui.desk.channels import CHANNEL_COLORS
from hsigui.ui.desk.contrast import ink_of, ink_on
from hsigui.ui.scene import bad_band_plot
from hsigui.ui.spectra.matches_panel import MATCH_INK
from tests.access_checks import contrast

TEXT, SYMBOL = 4.5, 3.0
SCHEMES = {False: theme.LIGHT, True: theme.DARK}
GROUNDS = ("window", "base", "alternate", "button", "tip")


@pytest.mark.parametrize("dark", SCHEMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ink_is_read_on_every_ground(dark, ground):
    colors = SCHEMES[dark]
    under = QColor(getattr(colors, ground))
    for ink in ("text", "faint", "accent"):  # the accent is that of links and of the frame that shows the focus, too
        assert contrast(QColor(getattr(colors, ink)), under) >= TEXT, ink
    problem = problem_label.ON_DARK if dark else problem_label.ON_LIGHT
    assert contrast(problem, under) >= TEXT


@pytest.mark.parametrize("dark", SCHEMES)
def test_symbols_are_seen_on_their_ground(dark):
    base, window = QColor(SCHEMES[dark].base), QColor(SCHEMES[dark].window)
    for edge in message_bar._EDGES.values():
        assert contrast(QColor(edge), base) >= SYMBOL, edge
    for color in CHANNEL_COLORS:
        assert contrast(QColor(*color), window) >= SYMBOL, color
    assert contrast(MATCH_INK, base) >= SYMBOL
    assert contrast(bad_band_plot._MARK[dark], base) >= SYMBOL


@pytest.mark.parametrize("dark", SCHEMES)
def test_letters_of_channels_are_read_and_stay_near_to_their_colours(dark):
    base = QColor(SCHEMES[dark].base)
    for color in CHANNEL_COLORS:
        ink = ink_of(QColor(*color), base)
        assert contrast(ink, base) >= TEXT
        assert max(range(3), key=lambda part: ink.getRgb()[part]) == max(range(3), key=lambda part: color[part])
    assert ink_of(QColor(SCHEMES[dark].text), base) == QColor(SCHEMES[dark].text)


def test_numbers_are_read_on_every_colour_of_a_cell():
    for parts in itertools.product(range(0, 256, 17), repeat=3):
        ground = QColor(*parts)
        assert contrast(ink_on(ground), ground) >= TEXT, parts
