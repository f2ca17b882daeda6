"""Wavelengths in the unit that the user likes: one place writes them, and nothing is lost on the way back to nm."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import numpy as np
import pytest

import hsigui.ui
from hsigui.settings import WAVELENGTH_UNITS, Settings
from hsigui.ui.desk import wavelength_units
from hsigui.ui.desk.wavelength_units import MICROMETRES, NANOMETRES, UNITS
from tests.sources import nodes

ROOMS = Path(hsigui.ui.__file__).parent


def test_each_unit_of_the_settings_is_there_and_nanometres_are_the_usual_one():
    assert tuple(UNITS) == WAVELENGTH_UNITS
    assert all(unit.name == name for name, unit in UNITS.items())
    assert UNITS[Settings().wavelength_unit] is NANOMETRES


def test_a_band_centre_is_as_exact_in_one_unit_as_in_the_other():
    assert NANOMETRES.written(641.18) == "641.2 nm"
    assert MICROMETRES.written(641.18) == "0.6412 µm"
    assert NANOMETRES.span(400, 2450.5) == "400 to 2450.5 nm"
    assert MICROMETRES.span(400, 2450.5) == "0.4 to 2.4505 µm"
    assert MICROMETRES.axis() == "Wavelength (µm)"


@pytest.mark.parametrize("unit", UNITS.values())
def test_what_was_shown_and_is_typed_again_is_the_same_wavelength(unit):
    rng = np.random.default_rng(0)
    for nm in np.round(rng.uniform(100, 100_000, 2000), 3).tolist():
        assert unit.to_nm(float(f"{unit.of(nm):.10g}")) == nm


def test_no_other_sentence_of_the_window_names_nanometres_beside_a_number():
    found = []
    for path, inside in nodes().items():
        if not path.is_relative_to(ROOMS) or path == Path(wavelength_units.__file__):
            continue
        for node in inside:
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.search(r"\} ?nm\b|\(nm\)", text):
                found.append(f"{path.name}:{node.lineno}: {text}")
    assert not found
