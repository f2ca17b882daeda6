from __future__ import annotations

import math

import pytest

from hsigui.cube.wavelengths import to_nm


@pytest.mark.parametrize("unit", ["nm", "Nanometers", "nanometre", " NANOMETER "])
def test_every_word_for_nanometres_is_known(unit: str) -> None:
    assert to_nm([400, 2500], unit).nm == (400.0, 2500.0)


@pytest.mark.parametrize("unit", ["um", "µm", "Micrometers", "micrometre", "Microns"])
def test_micrometres_are_converted_with_their_widths(unit: str) -> None:
    waves = to_nm([0.46, 2.409], unit, [0.0058, 0.01])
    assert waves.nm == (460.0, 2409.0)
    assert waves.fwhm == (5.8, 10.0)
    assert waves.notes == ()


@pytest.mark.parametrize("unit", ["", "Unknown", "furlongs"])
@pytest.mark.parametrize(("values", "nm"), [([0.4, 2.5], (400.0, 2500.0)), ([400, 2500], (400.0, 2500.0))])
def test_a_missing_unit_is_guessed_by_size_and_said(unit: str, values: list[float], nm: tuple[float, ...]) -> None:
    waves = to_nm(values, unit)
    assert waves.nm == nm
    assert "assumed from the size" in waves.notes[0]
    assert waves.guessed


def test_a_unit_that_cannot_be_true_is_corrected_and_said() -> None:
    assert to_nm([0.4, 2.5], "nm").nm == (400.0, 2500.0)
    assert to_nm([400, 2500], "Micrometers").nm == (400.0, 2500.0)
    assert "can only be micrometres" in to_nm([0.4, 2.5], "nm").notes[0]


@pytest.mark.parametrize("unit", ["Wavenumber", "wavenumbers", "cm-1", "cm^-1", "1/cm", "cm⁻¹", "Wavenumber (cm-1)"])
def test_wavenumbers_become_wavelengths_with_their_widths(unit: str) -> None:
    waves = to_nm([10_000, 4_000], unit, [10, 4])
    assert waves.nm == (1000.0, 2500.0)
    assert waves.fwhm == pytest.approx((1.0, 2.5))
    assert not waves.guessed


@pytest.mark.parametrize(("unit", "value"), [("GHz", 299_792.458), ("MHz", 299_792_458), ("terahertz", 299.792458)])
def test_frequencies_become_wavelengths(unit: str, value: float) -> None:
    assert to_nm([value], unit).nm == pytest.approx((1000.0,))


@pytest.mark.parametrize("values", [[1e300, 1e308], [5e-324]])
@pytest.mark.parametrize("unit", ["m", "cm-1", "Hz"])
def test_numbers_beyond_all_bounds_give_no_infinite_wavelengths(values: list[float], unit: str) -> None:
    assert all(math.isfinite(nm) for nm in to_nm(values, unit, values).nm)


@pytest.mark.parametrize("values", [[-1.0, 400.0], [float("nan"), 1.0]])
def test_numbers_that_are_no_wavelengths_are_ignored_with_a_note(values: list[float]) -> None:
    waves = to_nm(values, "nm")
    assert waves.nm == ()
    assert len(waves.notes) == 1


def test_no_values_give_nothing_and_no_note() -> None:
    assert to_nm([]) == to_nm([], "nm")
    assert to_nm([]).notes == ()


def test_an_index_is_no_wavelength() -> None:
    assert to_nm([1, 2, 3], "Index").nm == ()


def test_band_widths_in_another_unit_than_the_wavelengths_are_seen_and_said():
    found = to_nm([0.4, 0.41, 0.42], "Micrometers", [9.8, 9.7, 9.6])
    assert found.fwhm == (9.8, 9.7, 9.6)
    assert "widths can only be nanometres" in found.notes[0]
    found = to_nm([400, 410, 420], "nm", [0.0098, 0.0097, 0.0096])
    assert found.fwhm == (9.8, 9.7, 9.6)
    assert "widths can only be micrometres" in found.notes[0]


def test_band_widths_in_the_unit_of_the_wavelengths_stay_as_they_are():
    for centres, unit, widths in (
        ([0.4, 0.41], "um", [0.01, 0.01]),
        ([650.0, 650.1], "nm", [0.05, 0.05]),  # a spectrometer of fine lines
        ([8.0, 12.0], "um", [2.0, 3.0]),  # wide thermal bands
    ):
        found = to_nm(centres, unit, widths)
        factor = 1000 if unit == "um" else 1
        assert found.fwhm == tuple(w * factor for w in widths)
        assert found.notes == ()
