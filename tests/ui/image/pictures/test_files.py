"""Sheets as files: read back, they have the size, the colours and the words that they were given."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage
from PySide6.QtSvg import QSvgRenderer

from hsigui.document.values import Box
from hsigui.errors import HsiError
from hsigui.jobs import Context, quiet
from hsigui.ui.image.pictures.body import CHECKERED, TRANSPARENT, Layer, SceneBody
from hsigui.ui.image.pictures.files import too_large, write_picture
from hsigui.ui.image.pictures.page import Around, LegendRow, Page, sheet_of
from hsigui.ui.image.pictures.sheet import Sheet, drawn

RED, BLUE = (210, 30, 40), (20, 60, 200)
LEGEND = (LegendRow("Wood & <bark>", RED, 0.75, 12.5), LegendRow("Wasser ü", BLUE, 0.25, 4.1666))


def _halves(box: Box, step: int) -> np.ndarray:
    """Red above, blue below, nothing in the rightmost ten columns."""
    made = np.zeros((100, 80, 4), dtype=np.uint8)
    made[:50, :70], made[50:, :70] = (*RED, 255), (*BLUE, 255)
    top, left, bottom, right = box
    return made[top:bottom:step, left:right:step]


@pytest.fixture
def sheet(qapp) -> Callable[..., Sheet]:
    def make(holes: str = CHECKERED, dpi: float = 192, **around) -> Sheet:
        body = SceneBody((Layer(_halves),), (0, 0, 100, 80), 160, 200, holes)
        told = Around("A title", LEGEND) if not around else Around(**around)
        return sheet_of(body, told, 2.0, dpi, clear=holes == TRANSPARENT)

    return make


def test_a_png_has_its_size_its_resolution_its_title_and_its_colours(sheet, tmp_path: Path) -> None:
    made = sheet()
    assert write_picture(quiet(), made, tmp_path / "a.png") == [tmp_path / "a.png"]
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (made.width, made.height)
        assert image.mode == "RGB"
        assert image.info["dpi"] == pytest.approx((192, 192), abs=0.05)
        assert image.info["Title"] == "A title"
        pixels = np.asarray(image)
    x, y = made.at.x(), made.at.y()
    assert tuple(pixels[y, x]) == RED
    assert tuple(pixels[y + 199, x]) == BLUE
    assert tuple(pixels[0, 0]) == (255, 255, 255)
    assert pixels[y, x + 150].tolist() in ([0x66] * 3, [0x99] * 3)
    assert QImage(str(tmp_path / "a.png")).size() == drawn(made).size()  # Qt's own reader takes it, too


def test_a_png_that_is_drawn_in_strips_is_the_one_that_is_drawn_at_once(sheet, tmp_path, monkeypatch) -> None:
    made = sheet()
    write_picture(quiet(), made, tmp_path / "whole.png")
    monkeypatch.setattr("hsigui.ui.image.pictures.sheet.AT_ONCE", 7 * made.width)
    write_picture(quiet(), made, tmp_path / "strips.png")
    with Image.open(tmp_path / "whole.png") as whole, Image.open(tmp_path / "strips.png") as parts:
        np.testing.assert_array_equal(np.asarray(whole), np.asarray(parts))


def test_holes_are_transparent_where_they_are_wanted_so(sheet, tmp_path: Path) -> None:
    made = sheet(TRANSPARENT)
    write_picture(quiet(), made, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        pixels = np.asarray(image)
    x, y = made.at.x(), made.at.y()
    assert pixels.shape[2] == 4
    assert pixels[y, x + 150, 3] == 0
    assert pixels[y, x].tolist() == [*RED, 255]
    assert pixels[0, 0].tolist() == [255, 255, 255, 255]


def test_an_svg_holds_words_as_words_and_the_picture_as_it_is(sheet, tmp_path: Path) -> None:
    made = sheet()
    write_picture(quiet(), made, tmp_path / "a.svg")
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert re.findall(r">([^<>]+)</text>", text) == [
        "A title", "Wood &amp; &lt;bark&gt;", "75.0 %", "12.50 ha", "Wasser ü", "25.0 %", "4.17 ha",
    ]  # fmt: skip
    assert f'viewBox="0 0 {made.width} {made.height}"' in text
    assert text.count("<image ") == 1
    renderer = QSvgRenderer(str(tmp_path / "a.svg"))
    assert renderer.isValid()
    shown = drawn(Sheet(made.width, made.height, 1.0, renderer.render))
    assert shown.pixelColor(made.at.x() + 5, made.at.y() + 5).getRgb()[:3] == RED
    assert shown.pixelColor(made.at.x() + 5, made.at.y() + 190).getRgb()[:3] == BLUE


def test_a_pdf_has_its_size_on_paper_its_fonts_and_its_colours_without_loss(sheet, tmp_path: Path) -> None:
    made = sheet()
    write_picture(quiet(), made, tmp_path / "a.pdf")
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert box is not None
    assert [float(side) for side in box.groups()] == pytest.approx(
        [made.width * 72 / 192, made.height * 72 / 192], abs=1
    )
    assert b"/Font" in content
    assert b"/DCTDecode" not in content  # a JPEG would change the colours of classes
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        try:
            streams.append(zlib.decompress(found.group(1)))
        except zlib.error:
            continue
    assert any(bytes(RED) * 20 in stream for stream in streams)


def test_a_title_that_is_too_long_is_cut_and_a_narrow_picture_gets_room_for_one(sheet) -> None:
    short = sheet(title="T", legend=())
    assert short.width / short.scale == pytest.approx(240 + 32)
    assert sheet(title="T " * 500, legend=()).width == short.width


def test_a_picture_with_nothing_around_it_is_just_the_picture(sheet, tmp_path: Path) -> None:
    made = sheet(title="")
    assert (made.width, made.height) == (160, 200)


def test_many_classes_stand_in_columns(qapp) -> None:
    rows = tuple(LegendRow(f"Class {n}", (n, n, n), 0.02) for n in range(50))
    page = Page(QSizeF(400, 300), Around("", rows))
    assert page.size.height() < 400
    assert page.size.width() > 700


def test_what_is_too_large_is_refused_with_a_sentence(sheet, tmp_path: Path) -> None:
    huge = Sheet(40_000, 10, 1.0, lambda _painter: None)
    assert too_large(".png", 40_000, 10)
    with pytest.raises(HsiError, match=r"40000 x 10 pixels is too large for PDF"):
        write_picture(quiet(), huge, tmp_path / "a.pdf")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_is_called_off_leaves_nothing(sheet, tmp_path: Path, monkeypatch) -> None:
    class OffError(RuntimeError):
        pass

    def check(*_args) -> None:
        raise OffError

    ctx: Context = quiet()
    monkeypatch.setattr(type(ctx), "progress", check)
    with pytest.raises(OffError):
        write_picture(ctx, sheet(), tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
