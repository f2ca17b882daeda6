from __future__ import annotations

import pytest

from hsigui.cube.formats.envi_keys import CARRIED, UNDERSTOOD, Fields, HeaderField, sorted_out


def fields(*pairs: tuple[str, str]) -> Fields:
    return sorted_out(HeaderField(key, text, braced=False) for key, text in pairs)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("wavelength_unts", "wavelength units"),
        ("wavelenght units", "wavelength units"),
        ("wavelenght", "wavelength"),
        ("wavelengths", "wavelength"),
        ("band name", "band names"),
        ("fwmh", "fwhm"),
        ("byteorder", "byte order"),
        ("interleav", "interleave"),
        ("data ingore value", "data ignore value"),
        ("sample", "samples"),
    ],
)
def test_a_misspelt_key_is_read_as_the_one_that_it_stands_for_with_a_note(written: str, meant: str) -> None:
    read = fields((written, "x"))
    assert read.texts == {meant: "x"}
    assert read.notes == (f"The header's key “{written}” is read as “{meant}”.",)


@pytest.mark.parametrize("key", ["Header_Offset", "BAND  NAMES", "samples :", "bbl"])
def test_case_blanks_and_underscores_in_a_key_need_no_note(key: str) -> None:
    assert fields((key, "x")).notes == ()
    assert next(iter(fields((key, "x")).texts)) in UNDERSTOOD


@pytest.mark.parametrize("key", [*CARRIED, "wavelength 2", "bb", "other info", "gain", "bands of old", "w" * 60])
def test_a_key_that_is_no_slip_stays_as_it_is(key: str) -> None:
    assert fields((key, "x")) == Fields({key: "x"}, frozenset(), ())


def test_a_misspelt_key_never_displaces_the_right_one() -> None:
    read = fields(("wavelength", "right"), ("wavelenght", "wrong"))
    assert read.texts == {"wavelength": "right", "wavelenght": "wrong"}


def test_a_key_that_stands_twice_is_noted_and_the_last_text_counts() -> None:
    read = fields(("samples", "3"), ("bands", "2"), ("samples", "4"), ("bands", "2"))
    assert read.texts == {"samples": "4", "bands": "2"}
    assert read.notes == (
        "The header gives “samples” more than once: the last one is taken.",
        "The header gives “bands” more than once: with the same value.",
    )


def test_thousands_of_unknown_keys_are_not_compared() -> None:
    read = fields(*((f"my key {n}", "") for n in range(2000)), ("wavelenght", "x"))
    assert "wavelength" not in read.texts
    assert read.notes == ()
