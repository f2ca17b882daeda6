"""Bands by number, wavelength, part of the spectrum and name."""

from __future__ import annotations

import numpy as np
import pytest

from hsigui.cube.band_search import band_of, find_bands
from hsigui.cube.cube import ArraySource, Cube, CubeInfo

WAVES = tuple(np.linspace(400, 2450, 206).tolist())  # 10 nm apart


def scene(**info: object) -> Cube:
    return Cube(ArraySource(np.zeros((2, 2, 206), np.int16)), CubeInfo(**info))  # type: ignore[arg-type]


def waves_of(text: str, **info: object) -> list[float]:
    return [WAVES[band] for band in find_bands(scene(wavelengths=WAVES, **info), text)]


def test_nothing_typed_finds_every_band_and_nonsense_none() -> None:
    assert len(waves_of("  ")) == 206
    assert waves_of("purple haze") == []


@pytest.mark.parametrize("text", ["670", "0.67", "0,67", "670 nm", "670nm", "0.67 µm", "0.67um", ".67"])
def test_a_wavelength_finds_the_bands_beside_it_in_either_unit(text: str) -> None:
    assert waves_of(text) == [660, 670, 680]


def test_a_number_of_a_band_finds_it_and_what_its_wavelength_may_be() -> None:
    assert find_bands(scene(wavelengths=WAVES), "12").tolist() == [11]
    assert find_bands(scene(), "206").tolist() == [205]
    assert find_bands(scene(), "207").tolist() == []
    assert waves_of("5000") == [2450], "the nearest one in any case"


@pytest.mark.parametrize("text", ["600-630", "600 to 630 nm", "0.6–0.63 µm", "0.6-0.63", "630 - 600"])
def test_a_range_of_wavelengths(text: str) -> None:
    assert waves_of(text) == [600, 610, 620, 630]


def test_a_range_of_numbers_of_bands() -> None:
    assert find_bands(scene(wavelengths=WAVES), "3-5").tolist() == [2, 3, 4]
    assert find_bands(scene(), "3 nm - 5 nm").tolist() == []


def test_parts_of_the_spectrum_and_bad_bands_are_words() -> None:
    swir = waves_of("SWIR")
    assert (swir[0], swir[-1]) == (1000, 2450)
    assert waves_of("red edge") == [690, 700, 710, 720, 730, 740, 750, 760]
    bad = tuple(1350 <= nm <= 1370 for nm in WAVES)
    assert waves_of("bad", bad_bands=bad) == [1350, 1360, 1370]
    assert len(waves_of("good", bad_bands=bad)) == 203


def test_a_part_of_a_name_is_enough() -> None:
    names = tuple(f"Band {n} ({'green' if n == 9 else 'other'})" for n in range(206))
    assert find_bands(scene(band_names=names), "GREEN").tolist() == [9]
    both = find_bands(scene(band_names=names, wavelengths=WAVES), "green")
    assert 9 in both
    assert WAVES[both[1]] == 520


@pytest.mark.parametrize(
    ("text", "band"),
    [("1", 0), ("206", 205), ("207", 0), ("671", 27), ("12 nm", 0), ("2.2", 180), ("2 um", 160), ("x", None),
     ("", None), ("-3", None)],
)  # fmt: skip
def test_what_is_typed_for_one_band_is_its_number_or_else_a_wavelength(text: str, band: int | None) -> None:
    assert band_of(text, 206, np.array(WAVES)) == band


def test_without_wavelengths_only_numbers_of_bands_are_bands() -> None:
    assert band_of("7", 10, None) == 6
    assert band_of("11", 10, None) is None
    assert band_of("670 nm", 10, None) is None
