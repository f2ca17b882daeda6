"""The plot of spectra as a picture: its axes, its key and its curves, in every format."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from hsigui.document.values import Spectrum
from hsigui.jobs import quiet
from hsigui.ui.image.pictures.files import write_picture
from hsigui.ui.image.pictures.sheet import drawn
from hsigui.ui.spectra.curves import Processed
from hsigui.ui.spectra.picture import HEIGHT, WIDTH, SpectraPlot, sheet_of
from tests.ui.windows import click, idle, texts


@pytest.fixture
def plot() -> SpectraPlot:
    x = np.linspace(400, 900, 51)
    bad = (x > 590) & (x < 660)
    flat, rising = np.full(51, 0.5, np.float32), np.linspace(0, 1, 51).astype(np.float32)
    curves = (Spectrum("Flat", (200, 0, 0), flat), Spectrum("row 3 & more", (0, 0, 220), rising))
    drawn = tuple(Processed(x, True, bad).drawn(curves))
    return SpectraPlot(drawn, x, ((595.0, 655.0),), "Wavelength (nm)", "Reflectance", (400, 900, 0, 1))


def test_an_svg_of_the_plot_has_axes_key_and_curves(qapp, plot, tmp_path: Path) -> None:
    write_picture(quiet(), sheet_of(plot, "Spectra of x"), tmp_path / "s.svg")
    text = (tmp_path / "s.svg").read_text(encoding="utf-8")
    words = re.findall(r">([^<>]+)</text>", text)
    assert words[:6] == ["400", "500", "600", "700", "800", "900"]
    assert {"0.0", "0.2", "1.0", "Wavelength (nm)", "Reflectance", "Flat", "row 3 &amp; more"} <= set(words)
    # Each curve is two lines, for it is broken where bands are left out.
    lines = [places.split() for places in re.findall(r'<polyline [^>]*points="([^"]*)"', text)]
    assert len([line for line in lines if len(line) > 4]) == 4
    assert "<title>Spectra of x</title>" in text


def test_curves_lie_where_their_values_are_and_not_where_bands_are_bad(qapp, plot) -> None:
    sheet = sheet_of(plot, "", 96.0)
    image = drawn(sheet)
    assert image.width() == WIDTH
    assert image.height() > HEIGHT
    pixels = np.array([[image.pixelColor(col, row).getRgb()[:3] for row in range(14, 314)] for col in (200, 345)])
    red = (pixels[:, :, 0] > 180) & (pixels[:, :, 1] < 120)
    assert red[0].any()
    assert abs(int(np.flatnonzero(red[0]).mean()) - 150) <= 3  # half-way up
    assert not red[1].any()


def test_a_plot_without_curves_is_a_picture_of_its_axes(qapp, plot) -> None:
    empty = SpectraPlot((), np.zeros(0), (), "Band", "Value", (0, 1, 0, 1))
    assert drawn(sheet_of(empty, "", 96.0)).height() == HEIGHT


def test_the_plot_of_the_window_is_saved_and_copied(qtbot, demo, answers, tmp_path: Path) -> None:
    click(demo, 30, 40)
    click(demo, 90, 20, Qt.KeyboardModifier.ShiftModifier)
    idle(qtbot, demo)
    answers.save = tmp_path / "plot.png"
    demo.actions_["save_spectra_picture"].trigger()
    qtbot.waitUntil(answers.save.exists, timeout=10_000)
    idle(qtbot, demo)
    assert answers.proposed[-1].endswith("demo-mixed-spectra.png")
    assert "The picture was saved" in texts(demo)
    with Image.open(answers.save) as image:
        assert image.width == 2000
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
    demo.actions_["copy_spectra_picture"].trigger()
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().image().width() == 1280, timeout=10_000)
    idle(qtbot, demo)
