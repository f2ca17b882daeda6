import numpy as np
import pytest
from PIL import Image, ImageFont

from hsigui.report import legend
from hsigui.report.legend import font_for, with_legend, writable


@pytest.fixture(autouse=True)
def fresh_fonts():
    font_for.cache_clear()
    yield
    font_for.cache_clear()


def test_plain_names_use_the_font_that_ships_with_pillow():
    assert font_for("Corn-notill, 42", 20).getname() == ImageFont.load_default(20).getname()


def test_accents_are_written_or_replaced_by_their_letter(monkeypatch):
    monkeypatch.setattr(legend, "SYSTEM_FONTS", ())
    font = font_for("Forêt", 20)
    assert writable("Forêt dense", font) == "Foret dense"


def test_letters_that_cannot_be_written_become_question_marks_and_never_boxes(monkeypatch):
    monkeypatch.setattr(legend, "SYSTEM_FONTS", ("no such font.ttf",))
    assert writable("雪 snow\n", font_for("雪 snow", 20)) == "? snow "


def test_a_system_font_that_knows_the_letters_is_preferred(monkeypatch):
    own, other = ImageFont.load_default(20), ImageFont.load_default(20)
    installed = {"second.ttf": other}

    def truetype(name: str, size: int) -> ImageFont.FreeTypeFont:
        if name not in installed:
            raise OSError("cannot open resource")
        return installed[name]

    monkeypatch.setattr(legend, "SYSTEM_FONTS", ("first.ttf", "second.ttf"))
    monkeypatch.setattr(legend, "_has", lambda font, character: font is other or character.isascii())
    monkeypatch.setattr(ImageFont, "load_default", lambda size: own)
    monkeypatch.setattr(ImageFont, "truetype", truetype)
    assert font_for("Forêt", 20) is other
    assert font_for("Wood", 20) is own


def test_one_letter_that_no_font_knows_does_not_spoil_the_others(monkeypatch):
    own, other = ImageFont.load_default(20), ImageFont.load_default(20)
    monkeypatch.setattr(legend, "SYSTEM_FONTS", ("only.ttf",))
    monkeypatch.setattr(legend, "_has", lambda font, character: character < ("Z" if font is own else "z"))
    monkeypatch.setattr(ImageFont, "load_default", lambda size: own)
    monkeypatch.setattr(ImageFont, "truetype", lambda name, size: other)
    assert font_for("Ab雪", 20) is other


def test_a_long_title_and_long_names_are_not_cut():
    image = Image.new("RGB", (100, 600), (9, 9, 9))
    long = "A very long name of a class of land cover " * 3
    for sheet in (with_legend(image, [(long, (1, 2, 3), "7")]), with_legend(image, [], title=long)):
        pixels = np.asarray(sheet)
        assert (pixels[:, -10:] == 255).all(), "white margin at the right"
        assert sheet.width > 600


def test_no_rows_give_the_picture_alone():
    sheet = with_legend(Image.new("RGB", (300, 300), (9, 9, 9)), [])
    assert sheet.width == sheet.height
