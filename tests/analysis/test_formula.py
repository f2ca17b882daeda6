"""Formulas of bands: what they mean, and where a wrong one is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hsigui.analysis import formula as formulas
from hsigui.analysis.band_math import bands_for
from hsigui.analysis.formula import FormulaError
from hsigui.errors import HsiError
from tests.analysis.scenes import cube_of, derived

WAVES = (450.0, 550.0, 600.0, 640.0, 670.0, 700.0, 800.0, 850.0)
VALUES = np.random.default_rng(0).uniform(0.05, 0.9, (6, 5, 8)).astype(np.float32)


def value(text: str, **info: object) -> np.ndarray:
    return derived(cube_of(VALUES, wavelengths=WAVES, **info), "formula", formula=text).array


def band(nm: float) -> np.ndarray:
    return VALUES[:, :, WAVES.index(nm)].astype(float)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(b850 - b670) / (b850 + b670)", lambda: (band(850) - band(670)) / (band(850) + band(670))),
        ("band(1)", lambda: band(450)),
        ("BAND( 8 ) - B850", lambda: band(850) * 0),
        ("b848", lambda: band(850)),
        ("-b850^2", lambda: -(band(850) ** 2)),
        ("2 ** 3 ^ 2 * b850", lambda: 512 * band(850)),
        ("b850 ^ -1", lambda: 1 / band(850)),
        ("b850 - b670 - b550", lambda: band(850) - band(670) - band(550)),
        ("b850 / b670 / b550", lambda: band(850) / band(670) / band(550)),
        ("1 - 2 * b850 + - + -3", lambda: 4 - 2 * band(850)),
        ("1.5e-1 * b850 + .5", lambda: 0.15 * band(850) + 0.5),
        ("sqrt(b850) + log(b670) + log10(b550) + exp(b450)",
         lambda: np.sqrt(band(850)) + np.log(band(670)) + np.log10(band(550)) + np.exp(band(450))),
        ("abs(b670 - b850)", lambda: np.abs(band(670) - band(850))),
        ("min(b850, b670, 0.5)", lambda: np.minimum(np.minimum(band(850), band(670)), 0.5)),
        ("max(b850, b670)", lambda: np.maximum(band(850), band(670))),
        ("mean(600:700)", lambda: (band(600) + band(640) + band(670) + band(700)) / 4),
        ("sum(600:640) - min(600:640) - max(600:640)", lambda: band(600) * 0),
        ("mean(b600, b640)", lambda: (band(600) + band(640)) / 2),
        ("sqrt(2) * b850", lambda: np.sqrt(2) * band(850)),
    ],
)  # fmt: skip
def test_a_formula_is_what_it_says(text, wanted):
    found = value(text)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "ends too early"),
        ("(b850 - b670", 13, "not closed"),
        ("b850 b670", 6, "“b670” is not expected"),
        ("(b850 - ) / 2", 9, "“)” is not expected"),
        ("b850 * / b670", 8, "“/” is not expected"),
        ("b850 + x670", 8, "neither a band nor a function"),
        ("b850 + __import__(1)", 8, "neither a band nor a function"),
        ("b850 + $", 8, "“$” is no sign"),
        ("b850 − b670", 6, "“−” is no sign"),
        ("mean 600", 6, "needs brackets"),
        ("log(600:700)", 1, "no range"),
        ("b850 + sqrt(b850, b670)", 8, "takes one value"),
        ("mean(700:600)", 9, "a longer one"),
        ("mean(b600:700)", 10, "a longer one"),
        ("band(1.5)", 6, "by its number"),
        ("band(b850)", 6, "by its number"),
        ("1 + 2", 1, "names no band"),
        ("b850 +", 7, "ends too early"),
        ("(" * 100 + "b850" + ")" * 100, 61, "nested too deep"),
        ("-" * 100 + "b850", 61, "nested too deep"),
        ("2^" * 100 + "b850", 121, "nested too deep"),
        ("b850 + 1" * 400, 2000, "characters"),
        ("b850 + b1600", 8, "no band at 1600 nm"),
        ("b850 + b300", 8, "no band at 300 nm"),
        ("b850 + band(9)", 8, "no band 9"),
        ("b850 + band(0)", 8, "no band 0"),
        ("b850 + mean(900:1000)", 8, "no good band from 900"),
    ],
)
def test_a_wrong_formula_is_refused_at_its_place(text, column, words):
    with pytest.raises(FormulaError, match="Column") as refused:
        value(text)
    assert refused.value.column == column
    assert words in refused.value.message
    assert refused.value.hint


def test_what_is_no_number_is_no_data():
    assert np.isnan(value("b850 / (b670 - b670)")).all()
    assert np.isnan(value("log(-b850)")).all()
    assert np.isnan(value("exp(1000 * b850 / b850)")).all()


def test_pixels_without_data_in_a_band_that_is_read_have_no_value():
    holed = VALUES.copy()
    holed[1, 2, 4] = -1
    holed[3, 3, 0] = -1
    cube = cube_of(holed, wavelengths=WAVES, nodata=-1.0)
    found = derived(cube, "formula", formula="b850 / b670").array
    assert np.argwhere(np.isnan(found)).tolist() == [[1, 2]]


def test_a_wavelength_in_a_bad_band_is_refused_and_the_nearest_good_one_named():
    bad = tuple(nm == 670.0 for nm in WAVES)
    with pytest.raises(FormulaError, match=r"band 5 \(670 nm\) of scene is marked bad") as refused:
        value("b850 - b671", bad_bands=bad)
    assert (refused.value.column, refused.value.hint) == (8, "The nearest good band is band 4 (640 nm).")
    with pytest.raises(FormulaError, match="marked bad"):
        value("b850 - band(5)", bad_bands=bad)
    np.testing.assert_allclose(
        value("mean(600:700)", bad_bands=bad), (band(600) + band(640) + band(700)) / 3, rtol=1e-6
    )


def test_a_band_is_taken_within_the_tolerance_or_half_its_own_width():
    cube = cube_of(VALUES, wavelengths=WAVES)
    assert bands_for(cube, formulas.read("b820"), 25) == {"b820": [6]}
    with pytest.raises(HsiError, match=r"the nearest is band 7 \(800 nm\)"):
        bands_for(cube, formulas.read("b820"), 15)
    wide = cube_of(VALUES, wavelengths=WAVES, fwhm=(60.0,) * 8)
    assert bands_for(wide, formulas.read("b820"), 15) == {"b820": [6]}


def test_of_two_bands_at_one_wavelength_the_good_one_is_taken():
    waves = (*WAVES[:6], 850.0, 850.0)
    cube = cube_of(VALUES, wavelengths=waves, bad_bands=(False,) * 6 + (True, False))
    assert bands_for(cube, formulas.read("b850"), 15) == {"b850": [7]}


def test_which_band_was_taken_for_which_wavelength_is_told():
    layer = derived(cube_of(VALUES, wavelengths=WAVES), "formula", formula="b848 / mean(600:670) + band(2)")
    assert layer.notes == (
        "b848: band 8 (850.0 nm)",
        "mean(600:670): band 3 (600.0 nm) to band 5, 3 bands",
        "band(2): band 2 (550.0 nm)",
    )
    assert [(b.asked, b.number, b.wavelength) for b in layer.recipe.bands][:2] == [
        ("b848", 7, 850.0), ("mean(600:670)", 2, 600.0),
    ]  # fmt: skip


def test_bands_by_number_need_no_wavelengths():
    cube = cube_of(VALUES, wavelengths=())
    np.testing.assert_array_equal(derived(cube, "formula", formula="band(3)").array, VALUES[:, :, 2])
    with pytest.raises(FormulaError, match="wavelengths of scene are not known"):
        derived(cube, "formula", formula="b850")


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="b8570().,:+-*/^ esqrtmeanlog1_\t\n−é", max_size=40))
def test_any_text_is_a_formula_or_refused_in_words(text):
    try:
        found = formulas.read(text)
    except FormulaError as error:
        place = error.column
    else:
        place = 1 if found.bands() else 0
    assert 1 <= place <= len(text) + 1
