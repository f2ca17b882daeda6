"""Texts of steps in parts and back: one truth with the command line."""

from __future__ import annotations

import pytest

from hsigui.preparing.asked import STEPS
from hsigui.preparing.fields import COMMA, Field, Form, Number, Values, Way
from hsigui.preparing.forms import FORMS

TEXTS = {
    "rows": ("10:60", "10:", ":60"), "cols": ("5:80",), "box": ("1,2,3.5,4",), "inside": ("f.gpkg,crop=wheat",),
    "grid": ("a b.hdr --resampling cubic", "EPSG:32633,20"), "bands": ("500-900,1500-1700",), "block-mean": ("4",),
    "like": ("Sentinel-2A",), "flat-field": ("10:20,30:50",), "empirical-line": ("1:2,3:4=0.5;a=b.csv",),
    "white": ("auto", "auto --panel 0.95", "0:20 --dark 20:30", "w.hdr --dark d.hdr --white-dark e.hdr --panel 0.9"),
    "mark-bad": ("proposed", "1-2,500 nm"), "despike": ("8", "7.5"),
    "destripe": ("columns", "rows,31", "mnf,auto", "mnf,8"), "denoise": ("mnf,12", "pca,auto", "mnf"),
    "smooth": ("savgol,7", "savgol,7,3", "gaussian,20.5"), "normalise": ("l2", "mean"),
}  # fmt: skip


@pytest.mark.parametrize("option", FORMS)
def test_a_text_is_what_its_parts_say(option):
    form = FORMS[option]
    for text in TEXTS[option]:
        values = form.values_of(text)
        assert values is not None, text
        assert form.text_of(values) == text


@pytest.mark.parametrize(("option", "text"), [
    ("rows", "10"), ("block-mean", "x"), ("block-mean", "1"), ("smooth", "median,3"), ("smooth", "savgol,6"),
    ("denoise", "mnf,1.5"), ("destripe", "columnsX"), ("normalise", "l2,3"), ("denoise", "mnf,3,4"),
])  # fmt: skip
def test_what_does_not_fit_the_fields_has_no_parts(option, text):
    assert FORMS[option].values_of(text) is None


def test_options_that_belong_to_a_step_are_words_of_their_own():
    assert FORMS["white"].words_of("my white.hdr --dark d.hdr --panel 0.9") == [
        "my white.hdr", "--dark", "d.hdr", "--panel", "0.9"
    ]  # fmt: skip
    assert FORMS["bands"].words_of("1,2") == ["1,2"]


def test_what_is_empty_is_left_out_but_before_something():
    form = Form((Way("", "", (Field("a"), Field("b"), Field("c", mark=" --c "))),))
    assert form.text_of(Values(0, ("", "2", ""))) == ",2"
    assert form.text_of(Values(0, ("1", "", "3"))) == "1 --c 3"
    assert form.values_of(",2") == Values(0, ("", "2", ""))


def test_every_step_that_starts_from_its_fields_can_be_made_or_says_what_it_lacks():
    for row in STEPS:
        assert row.fields is None or row.form, row.option
        if row.fields is None:
            continue
        for number, way in enumerate(row.fields.ways):
            start = row.fields.start(number)
            text = row.fields.text_of(start)
            if all(start.texts):
                assert row.step(text) is not None
                assert row.fields.values_of(text) == start
            assert all(field.mark == COMMA or field.mark.startswith(" --") for field in way.fields)
            for field in way.fields:
                assert not isinstance(field, Number) or not field.start or field.holds(field.start)
